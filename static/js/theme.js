// Sets the theme before the first paint, so nothing flashes; the choice is kept in this browser alone.
// Loaded in the head and not deferred. Without scripts the system's own choice holds, by color-scheme.
(() => {
  const root = document.documentElement;
  const dark = window.matchMedia("(prefers-color-scheme: dark)");

  const chosen = () => {
    try {
      return localStorage.getItem("accord-theme") || "system";
    } catch {
      return "system"; // Storage can be forbidden; the system's theme needs none.
    }
  };

  const apply = () => {
    const choice = chosen();
    root.dataset.bsTheme = choice === "system" ? (dark.matches ? "dark" : "light") : choice;
    for (const button of document.querySelectorAll("[data-theme-choice]")) {
      button.setAttribute("aria-pressed", String(button.dataset.themeChoice === choice));
    }
  };

  root.classList.add("js");
  apply();
  dark.addEventListener("change", apply);
  document.addEventListener("DOMContentLoaded", apply);
  window.addEventListener("storage", apply);
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-theme-choice]");
    if (!button) return;
    try {
      localStorage.setItem("accord-theme", button.dataset.themeChoice);
    } catch {
      root.dataset.bsTheme = button.dataset.themeChoice;
      return;
    }
    apply();
  });
})();
