// Asks what is new on the page of the newest articles, and says it beside them: nothing that is
// being read moves. It rests in tabs that nobody sees and where the reader paused it.
(() => {
  "use strict";

  const STORED = "latest";
  const EVERY = 30_000;
  const live = document.querySelector("[data-live]");
  if (!live) return;
  const words = live.querySelector("[role=status]");
  const button = live.querySelector("button");

  const isPaused = () => localStorage.getItem(STORED) === "paused";

  const look = () => {
    if (!document.hidden && !isPaused()) words.dispatchEvent(new Event("look"));
  };

  const show = () => button.setAttribute("aria-pressed", isPaused());

  button.addEventListener("click", () => {
    if (isPaused()) localStorage.removeItem(STORED);
    else localStorage.setItem(STORED, "paused");
    show();
    look();
  });
  document.addEventListener("visibilitychange", look);
  setInterval(look, EVERY);
  show();
  button.hidden = false;
})();
