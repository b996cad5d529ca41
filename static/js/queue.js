// The keyboard of the queue: one row is marked, j and k move the mark, a and r act on that row.
(() => {
  "use strict";
  const rows = () => [...document.querySelectorAll("#queue-results table.queue > tbody > tr")];

  // The shortcuts of the whole page look for data-key; only the marked row's controls carry it.
  const mark = (row, isByKey) => {
    for (const other of rows()) {
      other.classList.toggle("is-current", other === row);
      for (const control of other.querySelectorAll("[data-row-key]")) {
        if (other === row) control.dataset.key = control.dataset.rowKey;
        else delete control.dataset.key;
      }
    }
    if (row && isByKey) {
      row.querySelector("th a")?.focus({ preventScroll: true });
      row.scrollIntoView({ block: "nearest" });
    }
  };

  const move = (step) => {
    const all = rows();
    if (!all.length) return;
    const at = all.findIndex((row) => row.classList.contains("is-current"));
    mark(all[Math.min(Math.max(at + step, 0), all.length - 1)], true);
  };

  document.addEventListener("click", (event) => {
    const mover = event.target.closest("[data-move]");
    if (mover) move(Number(mover.dataset.move));
  });
  document.addEventListener("focusin", (event) => {
    const row = event.target.closest?.("#queue-results table.queue > tbody > tr");
    if (row && !row.classList.contains("is-current")) mark(row, false);
  });
  // An accepted row stays where it is, without controls; the mark goes with it.
  let was = -1;
  document.addEventListener("htmx:beforeSwap", (event) => {
    was = rows().findIndex((row) => row === event.detail.target && row.classList.contains("is-current"));
  });
  document.addEventListener("htmx:afterSettle", () => {
    if (was >= 0 && rows()[was]) mark(rows()[was], true);
    was = -1;
  });
})();
