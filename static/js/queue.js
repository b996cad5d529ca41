// The keyboard and the thumb of the queue: one row is marked, j and k move the mark, a, r and x act on that
// row. The mark stays with its lead, whatever replaces the row.
(() => {
  "use strict";
  const ROWS = "#queue-results table.queue > tbody > tr";
  const rows = () => [...document.querySelectorAll(ROWS)];
  let marked = ""; // the id of the marked row

  // The shortcuts of the whole page look for data-key; only the marked row's controls carry it.
  const mark = (row, isByKey) => {
    for (const other of rows()) {
      other.classList.toggle("is-current", other === row);
      for (const control of other.querySelectorAll("[data-row-key]")) {
        if (other === row) control.dataset.key = control.dataset.rowKey;
        else delete control.dataset.key;
      }
    }
    marked = row?.id ?? "";
    const name = document.querySelector(".thumb-name");
    if (name) name.textContent = row?.querySelector("th a")?.textContent ?? "";
    if (row && isByKey) {
      row.querySelector("th a")?.focus({ preventScroll: true });
      row.scrollIntoView({ block: "nearest" });
    }
  };

  const move = (step) => {
    const all = rows();
    if (!all.length) return;
    const at = all.findIndex((row) => row.id === marked);
    mark(all[Math.min(Math.max(at + step, 0), all.length - 1)], true);
  };

  document.addEventListener("click", (event) => {
    const mover = event.target.closest("[data-move]");
    if (mover) move(Number(mover.dataset.move));
    const presser = event.target.closest("[data-press]");
    if (presser) {
      // The first press says which lead it would be; nothing is done to one that was never marked.
      if (!rows().some((row) => row.id === marked)) {
        mark(rows().find((row) => row.getBoundingClientRect().bottom > 60), true);
        return;
      }
      document.querySelector(`${ROWS}.is-current [data-row-key="${presser.dataset.press}"]`)?.click();
    }
  });
  document.addEventListener("focusin", (event) => {
    const row = event.target.closest?.(ROWS);
    if (row && row.id !== marked) mark(row, false);
  });
  // Out of the search, down to what it found.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" || !event.target.matches?.("form.filters [type='search']")) return;
    event.preventDefault();
    marked = "";
    move(1);
  });
  // Enter opens the lead from wherever in its row one is; on a box it would send the form of all boxes.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches?.(`${ROWS} [type="checkbox"]`)) return;
    event.preventDefault();
    event.target.closest("tr").querySelector("th a")?.click();
  });

  // Rows are replaced where they stand: one's own by accepting, others' by what is new. A row that says less
  // stays as high as it was, so that nothing moves under the reader's eyes.
  let hadFocus = false;
  const heights = new Map();
  const remember = (event) => {
    if (event.detail.target?.matches(ROWS)) heights.set(event.detail.target.id, event.detail.target.getBoundingClientRect().height);
    hadFocus ||= Boolean(event.detail.target?.closest(`[id="${marked}"]`)?.contains(document.activeElement));
  };
  document.addEventListener("htmx:beforeSwap", remember);
  document.addEventListener("htmx:oobBeforeSwap", remember);
  document.addEventListener("htmx:afterSettle", () => {
    for (const [id, height] of heights) {
      const replaced = document.getElementById(id);
      if (replaced) replaced.style.height = `${height}px`;
    }
    heights.clear();
    const row = marked && rows().find((each) => each.id === marked);
    if (row) mark(row, hadFocus && document.activeElement === document.body);
    hadFocus = false;
  });
})();
