// Single keys for reading; templates/about/keyboard.html lists them. They rest while one types and
// beside modifiers, and can be switched off (WCAG 2.1.4).
(() => {
  "use strict";

  const STORED = "shortcuts";
  const PATIENCE = 1500; // milliseconds between the two keys of "g h"
  const ITEMS = "main .headline a";
  // A box to search in; where questions are completed it is no field of the type "search".
  const BOX = 'input[type="search"], input[role="combobox"]';
  const COVERAGE = ":is(.full-coverage, .coverage-link)";
  const help = document.querySelector("[data-help]");
  let going = 0;

  const areOn = () => localStorage.getItem(STORED) !== "off";

  const isTyping = (element) =>
    element.isContentEditable ||
    (element.matches("input, select, textarea") && element.type !== "checkbox");

  const isShown = (element) => element.checkVisibility({ visibilityProperty: true });

  const visit = (link) => link?.click();

  const reach = (element) => {
    if (!element) return;
    element.focus({ preventScroll: true, focusVisible: true });
    element.scrollIntoView({ block: "nearest" });
  };

  // The headline in focus, or the one of the item in which the focus is.
  const current = () => {
    const focused = document.activeElement;
    if (focused.matches(ITEMS)) return focused;
    return focused.closest("main article, main li")?.querySelector(".headline a");
  };

  const step = (by) => {
    const items = [...document.querySelectorAll(ITEMS)].filter(isShown);
    const here = items.indexOf(current());
    const start = by > 0 ? 0 : items.length - 1;
    reach(here < 0 ? items[start] : items[here + by]);
  };

  const similar = () => {
    const item = document.activeElement.closest("main article, main li") ?? document;
    const coverage = item.querySelector(COVERAGE) ?? document.querySelector(`main ${COVERAGE}`);
    if (coverage) return visit(coverage);
    const section = document.getElementById("similar");
    section?.setAttribute("tabindex", "-1");
    reach(section);
  };

  const search = () => {
    const field = [...document.querySelectorAll(BOX)].find(isShown);
    reach(field);
    field?.select();
  };

  const go = (key) => {
    going = 0;
    visit(document.querySelector(`[data-go="${key}"]`));
  };

  // The help page's own part, in a dialog over this page; the page itself where that fails.
  const showHelp = async () => {
    if (document.querySelector("dialog[open]")) return;
    const answer = await fetch(help.href);
    if (!answer.ok) return location.assign(help.href);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const keys = document.adoptNode(page.getElementById("keys"));
    const dialog = document.createElement("dialog");
    const form = document.createElement("form");
    const close = document.createElement("button");
    dialog.setAttribute("aria-labelledby", "keys-title");
    form.method = "dialog";
    close.textContent = keys.dataset.close;
    form.append(close);
    dialog.append(keys, form);
    dialog.addEventListener("close", () => dialog.remove());
    offerSwitch(dialog);
    document.body.append(dialog);
    dialog.showModal();
  };

  const offerSwitch = (root) => {
    const box = root.querySelector("[data-shortcuts]");
    if (!box) return;
    box.closest("label").hidden = false;
    root.querySelector("[data-scriptless]").hidden = true;
    box.checked = areOn();
    box.addEventListener("change", () => localStorage.setItem(STORED, box.checked ? "on" : "off"));
  };

  const leave = () => {
    const open = document.querySelector("header details[open]");
    if (open) {
      open.open = false;
      open.querySelector("summary").focus();
    } else if (document.activeElement.matches(BOX)) {
      document.activeElement.blur();
    }
  };

  const keys = {
    "/": search,
    "?": () => visit(help),
    j: () => step(1),
    k: () => step(-1),
    o: () => visit(current()),
    s: similar,
    g: () => (going = performance.now()),
  };

  const wanted = (key) => {
    const second = performance.now() - going < PATIENCE && going > 0;
    if (second && document.querySelector(`[data-go="${CSS.escape(key)}"]`)) return () => go(key);
    return Object.hasOwn(keys, key) ? keys[key] : null;
  };

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === "Escape") return leave();
    if (!areOn() || isTyping(event.target) || document.querySelector("dialog[open]")) return;
    const action = wanted(event.key);
    if (!action) return;
    event.preventDefault();
    action();
  });

  help?.addEventListener("click", (event) => {
    if (event.ctrlKey || event.shiftKey || event.metaKey) return;
    event.preventDefault();
    showHelp();
  });

  offerSwitch(document);
})();
