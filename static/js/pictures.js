// Where a picture does not arrive, the name of its outlet stands in the space that was kept for it.
(() => {
  "use strict";

  const miss = (image) => image.closest(".picture")?.classList.add("is-missing");

  document.addEventListener(
    "error",
    (event) => {
      if (event.target instanceof HTMLImageElement) miss(event.target);
    },
    true, // errors of images do not bubble
  );
  document.querySelectorAll(".picture img").forEach((image) => {
    if (image.complete && !image.naturalWidth) miss(image);
  });
})();
