// What the linter found is shown beside each clause as well, and again whenever either is replaced.
(() => {
  "use strict";

  const showLints = () => {
    for (const place of document.querySelectorAll("[data-lints-of]")) {
      const found = document.querySelectorAll(`#draft-lints [data-lint-of="${CSS.escape(place.dataset.lintsOf)}"]`);
      // One line for the errors and one for the rest: a clause is to be read before what is said about it.
      const lines = new Map();
      for (const item of found) {
        const status = item.querySelector(".status");
        const kind = status.textContent.trim();
        if (!lines.has(kind)) {
          lines.set(kind, document.createElement("p"));
          lines.get(kind).append(status.cloneNode(true), " ");
        }
        lines.get(kind).append(item.querySelector(".lint-words").cloneNode(true), " ");
      }
      place.replaceChildren(...lines.values());
    }
  };

  document.addEventListener("htmx:afterSettle", showLints);
  showLints();
})();
