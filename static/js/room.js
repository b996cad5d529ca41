// The room: timers that count on from stored instants, and a work area that follows the others. The agenda
// at the side asks for itself every second and a half (htmx); when it has changed, this fetches the work
// area too.
// While somebody is writing there, only the item above the forms is fetched: nothing typed is ever replaced.
(() => {
  "use strict";

  // Timers -----------------------------------------------------------------------------------------
  // The clock of this machine may be wrong: it is compared with the server's when a timer first appears.

  const offsets = new WeakMap();
  const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  const tick = () => {
    for (const timer of document.querySelectorAll("[data-timer]")) {
      const { since, now, before, planned, words, over } = timer.dataset;
      if (!offsets.has(timer)) offsets.set(timer, Date.now() - Date.parse(now));
      const turn = (Date.now() - offsets.get(timer) - Date.parse(since)) / 1000;
      const passed = Math.max(0, Math.floor(Number(before) + turn));
      const beyond = passed - 60 * Number(planned);
      timer.textContent = (beyond > 0 ? over : words)
        .replace("%(n)s", clock(passed))
        .replace("%(of)s", clock(60 * Number(planned)))
        .replace("%(over)s", clock(Math.max(0, beyond)));
      timer.classList.toggle("is-late", beyond > 0);
    }
  };
  tick();
  setInterval(tick, 1000);
  document.addEventListener("htmx:afterSwap", tick);

  // What a form could not save comes back with what stands now: both texts are in the answer.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr } = event.detail;
    if (xhr.status === 409 && !xhr.responseText.includes("data-error-sentence")) {
      event.detail.shouldSwap = true;
      event.detail.isError = false;
    }
  });

  // In step ----------------------------------------------------------------------------------------

  const work = () => document.getElementById("room-work");
  const state = () => document.getElementById("room-state");
  if (!work() || !state()) return;

  const hasChanged = (field) =>
    field.type === "radio" || field.type === "checkbox"
      ? field.checked !== field.defaultChecked
      : field.localName === "select"
        ? [...field.options].some((option) => option.selected !== option.defaultSelected && option.value !== "")
        : field.type !== "hidden" && field.value !== field.defaultValue;
  const FIELDS = "input:not([type='hidden']), textarea, select";
  // Also what the server sent back unsaved: it is nowhere but here.
  const isWriting = () =>
    Boolean(work().querySelector("[data-unsaved]")) ||
    (work().contains(document.activeElement) && document.activeElement.matches(FIELDS)) ||
    [...work().querySelectorAll(FIELDS)].some(hasChanged);

  // Notes that others saved stand above the form as soon as its own text is an older one.
  const showNotes = () => {
    const saved = document.getElementById("room-saved-notes");
    const number = work().querySelector("[name='notes-edit_number']");
    if (saved && number) saved.hidden = Number(number.value) >= Number(saved.dataset.edit);
  };

  // Somebody who opened another item on purpose stays there.
  const isElsewhere =
    new URLSearchParams(location.search).has("item") && work().dataset.item !== state().dataset.item;
  let stamp = state().dataset.stamp;
  let isBehind = false;

  const fetchPart = (url, target) => window.htmx.ajax("GET", url, { target, swap: "outerHTML" });
  const follow = () => {
    const here = work().dataset.item;
    const hasMoved = here !== state().dataset.item && !isElsewhere;
    const isBusy = isWriting();
    isBehind = isBusy;
    document.getElementById("room-notice").hidden = !(isBusy && hasMoved);
    const query = (isBusy || isElsewhere) && here ? `?item=${here}` : "";
    if (isBusy) fetchPart(work().dataset.now + query, "#room-now");
    else fetchPart(work().dataset.work + query, "#room-work");
  };

  document.addEventListener("htmx:afterSettle", () => {
    showNotes();
    if (!state() || state().dataset.stamp === stamp) return;
    stamp = state().dataset.stamp;
    const said = document.getElementById("room-said");
    if (said.textContent !== state().dataset.said) said.textContent = state().dataset.said;
    follow();
  });
  // Who was writing and has stopped catches up.
  document.addEventListener("focusout", () => setTimeout(() => isBehind && !isWriting() && follow(), 0));
})();
