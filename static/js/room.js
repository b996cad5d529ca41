// The room: a timer, and a work area that follows the others. The agenda at the side asks for itself
// every three seconds (htmx); when it has changed, this fetches the work area too, unless somebody is
// writing in it: nothing that was typed is ever replaced.
(() => {
  "use strict";

  // The timer --------------------------------------------------------------------------------------

  const timer = document.getElementById("room-timer");
  const tick = () => {
    const passed = Math.max(0, Math.floor((Date.now() - Date.parse(timer.dataset.opened)) / 60000));
    timer.textContent = timer.dataset.words.replace("%(n)s", passed).replace("%(of)s", timer.dataset.minutes);
    timer.classList.toggle("is-late", passed > Number(timer.dataset.minutes));
  };
  if (timer) {
    tick();
    setInterval(tick, 15000);
  }

  // In step ----------------------------------------------------------------------------------------

  const work = () => document.getElementById("room-work");
  const hasChanged = (field) =>
    field.type === "radio" || field.type === "checkbox"
      ? field.checked !== field.defaultChecked
      : field.localName === "select"
        ? [...field.options].some((option) => option.selected !== option.defaultSelected && option.value !== "")
        : field.type !== "hidden" && field.value !== field.defaultValue;
  const isWriting = () =>
    work().contains(document.activeElement) || [...work().querySelectorAll("input, textarea, select")].some(hasChanged);

  // Somebody who opened one item on purpose stays there.
  const isElsewhere = new URLSearchParams(location.search).has("item");
  let stamp = document.getElementById("room-state")?.dataset.stamp;

  document.addEventListener("htmx:afterSettle", () => {
    const state = document.getElementById("room-state");
    if (!state || state.dataset.stamp === stamp) return;
    stamp = state.dataset.stamp;
    if (state.dataset.status !== "open") {
      location.assign(location.pathname);
      return;
    }
    if (isElsewhere) return;
    if (isWriting()) {
      document.getElementById("room-notice").hidden = state.dataset.item === work().dataset.item;
      return;
    }
    document.getElementById("room-notice").hidden = true;
    window.htmx.ajax("GET", work().dataset.work, { target: "#room-work", swap: "outerHTML" });
  });
})();
