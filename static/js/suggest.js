// Suggestions while a question is typed: the combobox pattern of the WAI-ARIA Authoring Practices,
// with a list that opens over the page. The address does not change until something is chosen, so
// Back leads where it always did. Without this script the box is a plain form.
"use strict";

(() => {
  const PAUSE = 150;
  const SHORTEST = 2;

  const improve = (input) => {
    const list = document.createElement("ul");
    list.id = `${input.id}-suggestions`;
    list.className = "suggestions";
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", input.dataset.suggestions);
    list.hidden = true;
    input.after(list);
    // A field of the type "search" cannot be a combobox.
    input.type = "text";
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-controls", list.id);
    input.setAttribute("aria-expanded", "false");

    let asking = new AbortController();
    let pause = 0;

    const options = () => [...list.querySelectorAll("[role=option]")];
    const active = () => list.querySelector("[aria-selected=true]");

    const choose = (option) => {
      active()?.setAttribute("aria-selected", "false");
      option?.setAttribute("aria-selected", "true");
      option?.scrollIntoView({ block: "nearest" });
      if (option) input.setAttribute("aria-activedescendant", option.id);
      else input.removeAttribute("aria-activedescendant");
    };

    const close = () => {
      clearTimeout(pause);
      asking.abort();
      choose(null);
      list.hidden = true;
      input.setAttribute("aria-expanded", "false");
    };

    const open = (html) => {
      choose(null);
      list.innerHTML = html;
      options().forEach((option, place) => {
        option.id = `${list.id}-${place}`;
        option.setAttribute("aria-selected", "false");
      });
      list.hidden = options().length === 0;
      input.setAttribute("aria-expanded", String(!list.hidden));
    };

    const ask = async (words) => {
      asking = new AbortController();
      const { signal } = asking;
      try {
        const address = `${input.dataset.suggest}?q=${encodeURIComponent(words)}`;
        const response = await fetch(address, { signal, headers: { Accept: "text/html" } });
        const html = response.ok ? await response.text() : "";
        if (!signal.aborted) open(html);
      } catch {
        // Gone on typing, or no network: there is nothing to suggest.
        if (!signal.aborted) close();
      }
    };

    const step = (by) => {
      const all = options();
      const last = all.length;
      // One place more than there are options: the box itself, with what was typed.
      const place = all.indexOf(active()) + 1;
      choose(all[((place + by + last + 1) % (last + 1)) - 1]);
    };

    input.addEventListener("input", () => {
      clearTimeout(pause);
      asking.abort();
      const words = input.value.trim();
      if (words.length < SHORTEST) close();
      else pause = setTimeout(() => ask(words), PAUSE);
    });

    input.addEventListener("keydown", (event) => {
      if (event.isComposing || list.hidden) return;
      const chosen = active();
      if (event.key === "ArrowDown") step(1);
      else if (event.key === "ArrowUp") step(-1);
      else if (event.key === "Escape") close();
      else if (event.key === "Enter" && chosen) location.assign(chosen.dataset.href);
      else return;
      event.preventDefault();
      event.stopPropagation();
    });

    // Pressing an option must not take the focus from the box before it is chosen.
    list.addEventListener("pointerdown", (event) => event.preventDefault());
    list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) location.assign(option.dataset.href);
    });
    input.addEventListener("blur", close);
    input.form.addEventListener("submit", close);
  };

  document.querySelectorAll("input[data-suggest]").forEach(improve);
  // A page that Back brings to life again shows no open list.
  addEventListener("pageshow", (event) => {
    if (event.persisted) document.querySelectorAll(".suggestions").forEach((list) => (list.hidden = true));
  });
})();
