// The draft's page by script: nothing that is typed is replaced, what an act did is said aloud, and clauses are
// dragged to where their buttons would move them. Without it every act is a form of its own.
(() => {
  "use strict";

  const list = () => document.getElementById("draft-clauses");
  const isAct = (element) => element.id !== "draft-clauses" && Boolean(element.closest("#draft-clauses"));

  // Nothing that is typed is replaced ---------------------------------------------------------------
  // The part asks for itself every three seconds. It waits while somebody types, drags, has a menu open, has
  // to decide between two values, or while an act is under way.

  const field = (form) => form.elements.value;
  const isTyped = (form) => field(form).value !== field(form).defaultValue;
  const typed = () => [...list().querySelectorAll("form.number-box")].filter(isTyped);
  const isWriting = () => {
    const here = document.activeElement;
    return here?.closest(".group-new") && [...here.form.elements].some((each) => each.value && each.type !== "hidden");
  };
  let acts = 0;
  let dragged = null;
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (isAct(event.detail.requestConfig.elt)) acts += 1;
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (isAct(event.detail.requestConfig.elt)) acts -= 1;
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { target, xhr, requestConfig } = event.detail;
    if (target.id !== "draft-clauses" || !list()) return;
    const asker = requestConfig.elt;
    if (asker === target) {
      const isBusy = acts || dragged || isWriting() || typed().length || list().querySelector("[data-unsaved], details[open]");
      if (isBusy) event.detail.shouldSwap = false;
      return;
    }
    const form = asker.closest?.("form.number-box");
    if (xhr.status === 409 && !xhr.responseText.includes("data-error-sentence")) {
      // Both values are in the answer.
      event.detail.shouldSwap = true;
      event.detail.isError = false;
    } else if (form && xhr.status === 200) {
      const sent = requestConfig.parameters.value ?? "";
      form.elements.was.value = sent;
      field(form).defaultValue = sent;
      // What was typed into the same field meanwhile goes after what was saved.
      if (isTyped(form)) window.htmx.trigger(form, "submit");
    }
    const isWhole = xhr.getResponseHeader("HX-Reswap") !== "none";
    if (xhr.status === 200 && isWhole && typed().length) event.detail.shouldSwap = false;
  });

  // Said aloud ---------------------------------------------------------------------------------------

  document.addEventListener("accord:said", (event) => {
    document.getElementById("draft-said").textContent = event.detail.sentence;
  });

  // In sight -----------------------------------------------------------------------------------------
  // How many leads qualify stands in the bar as well, which stays in sight beside the last clause.

  document.addEventListener("htmx:afterSettle", () => {
    const count = document.querySelector("#draft-numbers .draft-count");
    const here = document.querySelector(".draft-count-here");
    if (!count || !here) return;
    const copy = count.cloneNode(true);
    // It is hidden from who listens, since the numbers say it: so nothing in it may take the focus.
    for (const link of copy.querySelectorAll("a")) link.removeAttribute("href");
    here.replaceChildren(...copy.childNodes);
  });

  // Dragged ------------------------------------------------------------------------------------------
  // A clause is dropped into a list of its own half, or onto a group.

  const clauseAt = (element) => element?.closest?.("li.clause");
  const placeFor = (event) => {
    const row = event.target.closest?.(".group-row");
    if (row) return { element: row, values: { group: row.dataset.dropGroup } };
    const place = event.target.closest?.("ol[data-drop-group]");
    if (!place || place.dataset.half !== dragged.closest("ol").dataset.half) return null;
    const clauses = [...place.querySelectorAll("li.clause")].filter((each) => each !== dragged);
    const above = clauses.filter((each) => {
      const box = each.getBoundingClientRect();
      return event.clientY > box.top + box.height / 2;
    }).at(-1);
    return {
      element: above ?? clauses[0] ?? place,
      isBefore: !above,
      values: { group: place.dataset.dropGroup, below: above?.dataset.keyOfClause ?? "" },
    };
  };
  const unmark = () => {
    for (const each of document.querySelectorAll(".drop-before, .drop-after")) each.classList.remove("drop-before", "drop-after");
  };
  document.addEventListener("pointerdown", (event) => {
    const grip = event.target.closest(".clause-grip");
    if (grip) clauseAt(grip).draggable = true;
  });
  document.addEventListener("dragstart", (event) => {
    if (!clauseAt(event.target)?.draggable) return;
    dragged = clauseAt(event.target);
    dragged.classList.add("is-dragged");
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", dragged.dataset.keyOfClause);
  });
  document.addEventListener("dragover", (event) => {
    const place = dragged && placeFor(event);
    unmark();
    if (!place) return;
    event.preventDefault();
    place.element.classList.add(place.isBefore ? "drop-before" : "drop-after");
  });
  document.addEventListener("drop", (event) => {
    const place = dragged && placeFor(event);
    if (!place) return;
    event.preventDefault();
    const source = dragged.querySelector(".clause-grip");
    window.htmx.ajax("POST", source.dataset.moveUrl, { source, values: place.values, target: "#draft-clauses", swap: "outerHTML" });
  });
  document.addEventListener("dragend", () => {
    unmark();
    if (dragged) {
      dragged.classList.remove("is-dragged");
      dragged.draggable = false;
    }
    dragged = null;
  });
})();
