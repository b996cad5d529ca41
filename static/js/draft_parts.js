// The parts beside a draft are replaced by themselves when it changes. Here what a swap would lose is put
// back: what the linter found is shown beside each clause as well, and folds stay as they were left.
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

  const folds = new Map();
  document.addEventListener(
    "toggle",
    (event) => {
      if (event.target.matches("details.fold[id]")) folds.set(event.target.id, event.target.open);
    },
    true,
  );
  const keepFolds = () => {
    for (const [id, open] of folds) {
      const fold = document.getElementById(id);
      if (fold) fold.open = open;
    }
  };

  document.addEventListener("htmx:afterSettle", () => {
    showLints();
    keepFolds();
  });
  showLints();
})();
