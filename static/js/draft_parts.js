// What the linter found is shown beside each clause as well, and again whenever either is replaced.
(() => {
  "use strict";

  const showLints = () => {
    for (const place of document.querySelectorAll("[data-lints-of]")) {
      const found = document.querySelectorAll(`#draft-lints [data-lint-of="${CSS.escape(place.dataset.lintsOf)}"]`);
      const copies = [...found].map((item) => {
        const line = document.createElement("p");
        for (const part of item.querySelectorAll(".status, .lint-words")) line.append(part.cloneNode(true), " ");
        return line;
      });
      place.replaceChildren(...copies);
    }
  };

  document.addEventListener("htmx:afterSettle", showLints);
  showLints();
})();
