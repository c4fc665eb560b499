// What every page wants: the section one is in is in sight, and swaps of a part keep the focus.
(() => {
  "use strict";

  let held = null;

  const sections = document.querySelector(".sections ul");
  const here = sections?.querySelector("[aria-current]");
  if (here && here.offsetLeft + here.offsetWidth > sections.clientWidth) {
    sections.scrollLeft = here.offsetLeft - sections.clientWidth / 2;
  }

  // htmx itself gives the focus back to an element with the same id. Where there is none, the link
  // to the same place gets it, else the part that is new.
  document.addEventListener("htmx:beforeSwap", ({ detail: { target } }) => {
    const focused = document.activeElement;
    held = target.contains(focused) ? { target, href: focused.getAttribute("href") } : null;
  });

  document.addEventListener("htmx:afterSettle", ({ detail: { elt } }) => {
    if (!held || document.activeElement !== document.body) return;
    const part = held.target.isConnected ? held.target : elt;
    const same = held.href && part.querySelector(`[href="${CSS.escape(held.href)}"]`);
    if (!same) part.setAttribute("tabindex", "-1");
    (same || part).focus({ preventScroll: true });
    held = null;
  });
})();
