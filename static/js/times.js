// Times in the reader's own zone, and in words while they are fresh. Without this script the page
// shows them in UTC, as it does until it is painted.
(() => {
  "use strict";

  const page = document.documentElement.lang;
  // The page's language in the reader's own kind; for who has none, in that of the server's dates.
  const own = navigator.languages.find((tag) => tag.split("-")[0] === page);
  const language = own ?? (page === "en" ? "en-GB" : page);
  const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
  const date = { weekday: "long", day: "numeric", month: "long", year: "numeric" };
  const clock = { hour: "2-digit", minute: "2-digit" };
  const today = new Intl.DateTimeFormat(language, date);
  const full = new Intl.DateTimeFormat(language, { ...date, ...clock, timeZoneName: "short" });
  const day = { day: "numeric", month: "short", ...clock };
  const short = new Intl.DateTimeFormat(language, day);
  const dated = new Intl.DateTimeFormat(language, { ...day, year: "numeric" });
  const MINUTE = 60_000;
  const HOUR = 60 * MINUTE;

  const words = (moment) => {
    const now = new Date();
    const age = now - moment;
    if (age < 0 || age >= 24 * HOUR) {
      const recent = moment.getFullYear() === now.getFullYear();
      return (recent ? short : dated).format(moment);
    }
    if (age < HOUR) return relative.format(-Math.floor(age / MINUTE), "minute");
    return relative.format(-Math.floor(age / HOUR), "hour");
  };

  const improve = (element) => {
    const moment = new Date(element.dateTime);
    element.title = full.format(moment);
    element.textContent = "exact" in element.dataset ? full.format(moment) : words(moment);
  };

  // A page may stay open over midnight.
  const renew = (element) => {
    element.textContent = today.format(new Date());
  };

  const improveAll = () => {
    document.querySelectorAll("time[data-moment]").forEach(improve);
    document.querySelectorAll("time[data-today]").forEach(renew);
  };

  improveAll();
  setInterval(improveAll, MINUTE);
  document.addEventListener("htmx:afterSwap", improveAll);
})();
