// Theme and density at once, without a new page; the server remembers them as it does without this.
(() => {
  "use strict";

  const form = document.querySelector("form.appearance");
  const root = document.documentElement;
  const plain = { theme: "system", density: "comfortable" };

  const colour = (theme) => {
    for (const meta of document.querySelectorAll("meta[data-theme]")) {
      const own = meta.dataset.theme;
      if (theme === plain.theme) meta.media = `(prefers-color-scheme: ${own})`;
      else meta.media = own === theme ? "all" : "not all";
    }
  };

  const show = ({ name, value }) => {
    if (value === plain[name]) delete root.dataset[name];
    else root.dataset[name] = value;
    if (name === "theme") colour(value);
    for (const button of form.querySelectorAll(`[name="${name}"]`)) {
      button.setAttribute("aria-pressed", button.value === value);
    }
  };

  form?.addEventListener("submit", (event) => {
    const button = event.submitter;
    event.preventDefault();
    show(button);
    const query = new URLSearchParams({ [button.name]: button.value });
    // It outlives the page, which may be left before there is an answer.
    fetch(`${form.action}?${query}`, { redirect: "manual", keepalive: true });
  });
})();
