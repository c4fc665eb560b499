// What the desk's theme makes for the mouse and the eye alone, for the keyboard and the ear as well:
// what can be clicked can be reached, pressed and named, and icons are not read out as words.
(() => {
  "use strict";

  const WORKS = "a[href], button, input, select, textarea, summary";
  const CLICKED = "[x-on\\:click]";
  const ICON = ".material-symbols-outlined";

  // Icons that stand alone, by the keys of their words in admin/_words.html.
  const NAMES = {
    close: "close",
    computer: "theme",
    dark_mode: "theme",
    dock_to_right: "menu",
    light_mode: "theme",
    more_horiz: "more",
    more_vert: "more",
    newspaper: "first",
    search: "search",
  };

  const press = (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    event.currentTarget.click();
  };

  const name = (icon, words) => {
    const control = icon.closest(`${WORKS}, ${CLICKED}`);
    const word = control?.title || words[NAMES[icon.textContent.trim()]];
    const alone = control?.textContent.trim() === icon.textContent.trim();
    if (word && alone) control.setAttribute("aria-label", word);
    if (control !== icon) icon.setAttribute("aria-hidden", "true");
  };

  const enable = (control) => {
    control.setAttribute("role", "button");
    control.setAttribute("tabindex", "0");
    control.addEventListener("keydown", press);
  };

  // What scrolls by itself is a region of the page, and so has a name of its own.
  const region = (part, words) => {
    if (part.closest("#nav-sidebar")) return words.menu;
    if (part.closest("#changelist-filter")) return words.filters;
    const heading = part.closest("fieldset")?.querySelector("h2");
    return heading?.textContent.trim() ?? document.title.split(" | ")[0];
  };

  // What Django's boxes with suggestions are for is said by the label of the field they stand for.
  const label = (field) => {
    const [words] = field.labels;
    const box = field.nextElementSibling;
    if (!words || !box) return;
    words.id ||= `${field.id}-label`;
    for (const part of box.querySelectorAll("[role=combobox], [role=textbox], [role=searchbox]")) {
      const value = part.getAttribute("aria-labelledby") ?? "";
      part.setAttribute("aria-labelledby", `${words.id} ${value}`);
    }
  };

  // After what waits for the page already: the boxes are drawn by then.
  window.addEventListener("load", () => {
    window.django?.jQuery?.(() => {
      document.querySelectorAll(".select2-hidden-accessible").forEach(label);
    });
  });

  document.addEventListener("DOMContentLoaded", () => {
    const words = document.querySelector("#desk-words").dataset;
    for (const icon of document.querySelectorAll(ICON)) name(icon, words);
    for (const control of document.querySelectorAll(CLICKED)) {
      const shown = control.childElementCount || control.textContent.trim() || control.title;
      if (shown && !control.matches(WORKS)) enable(control);
    }
    for (const part of document.querySelectorAll("[data-simplebar]")) {
      part.dataset.simplebarAriaLabel = region(part, words);
    }
  });
})();
