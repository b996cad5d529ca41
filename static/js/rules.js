// The clause form by script: ticking values that the leads have, showing the fields that fit the effect, keeping
// what is typed, and a wording that follows the rule until somebody writes their own. Without it the form works
// by reposting.
(() => {
  "use strict";

  const form = document.getElementById("criterion-form");
  if (!form) return;

  // Values as tick boxes: the lines of the text field are the truth, the boxes mirror them ------------

  const linesOf = (area) => area.value.split("\n").map((line) => line.trim()).filter(Boolean);
  const same = (one, other) => one.toLocaleLowerCase() === other.toLocaleLowerCase();
  const mirror = (area) => {
    const lines = linesOf(area);
    for (const box of form.querySelectorAll(`[data-choices-of="${CSS.escape(area.id)}"] input[type="checkbox"]`)) {
      box.checked = lines.some((line) => same(line, box.value));
    }
  };
  form.addEventListener("change", (event) => {
    const choices = event.target.closest("[data-choices-of]");
    if (!choices || event.target.type !== "checkbox") return;
    const area = document.getElementById(choices.dataset.choicesOf);
    const others = linesOf(area).filter((line) => !same(line, event.target.value));
    area.value = (event.target.checked ? [...others, event.target.value] : others).join("\n");
    area.dispatchEvent(new Event("input", { bubbles: true }));
  });
  form.addEventListener("input", (event) => {
    if (event.target.localName === "textarea") mirror(event.target);
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    const choices = event.target.closest?.("[data-choices-of]");
    const area = choices && document.getElementById(choices.dataset.choicesOf);
    if (area) mirror(area);
  });

  // An answer about a form that has changed meanwhile would undo what was typed: it is dropped, and asked again.

  const asked = new WeakMap();
  let newest = null;
  const asItStands = () => new URLSearchParams(new FormData(form)).toString();
  document.addEventListener("htmx:beforeSend", (event) => {
    if (event.detail.target.id !== "rule-builder") return;
    newest = event.detail.xhr;
    asked.set(newest, asItStands());
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { target, xhr, requestConfig } = event.detail;
    if (target.id !== "rule-builder" || asked.get(xhr) === asItStands()) return;
    event.detail.shouldSwap = false;
    if (xhr === newest) htmx.trigger(requestConfig.elt, requestConfig.triggeringEvent?.type ?? "change");
  });

  // Fields that fit: data-shown-when="name=value" ----------------------------------------------------

  const fit = () => {
    for (const part of form.querySelectorAll("[data-shown-when]")) {
      const [name, value] = part.dataset.shownWhen.split("=");
      part.hidden = form.elements[name]?.value !== value;
    }
  };
  form.addEventListener("change", fit);
  fit();

  // What is typed is kept until it is saved ------------------------------------------------------------
  // Quietly: when it cannot be kept, the form is as it was.

  const said = document.getElementById("kept-said");
  let kept = "";
  let isTyped = false;
  let isLeaving = false;
  let later = 0;
  const keep = async () => {
    clearTimeout(later);
    const now = asItStands();
    if (!form.dataset.keepUrl || !isTyped || isLeaving || now === kept) return;
    kept = now;
    try {
      const answer = await fetch(form.dataset.keepUrl, { method: "POST", body: new URLSearchParams(now), keepalive: true });
      if (said) said.hidden = !answer.ok;
    } catch {
      kept = "";
    }
  };
  const keepSoon = () => {
    isTyped = true;
    clearTimeout(later);
    later = setTimeout(keep, 1000);
  };
  form.addEventListener("input", keepSoon);
  form.addEventListener("change", keepSoon);
  document.addEventListener("accord:rule-changed", keepSoon);
  document.addEventListener("visibilitychange", () => { if (document.hidden) keep(); });
  window.addEventListener("pagehide", keep);
  // What is being saved must not be kept after it was.
  form.addEventListener("submit", () => {
    clearTimeout(later);
    isLeaving = true;
  });
  window.addEventListener("pageshow", () => { isLeaving = false; });
  // It was refused: what it says is nowhere else yet.
  if (form.hasAttribute("data-unsaved")) keepSoon();

  // The wording follows the rule until it is changed by hand -----------------------------------------

  const wording = form.elements.wording;
  const automatic = form.elements.auto_wording;
  if (wording && automatic) {
    const follow = () => {
      const sentence = document.querySelector("#rule-preview [data-rule-sentence]");
      if (automatic.checked && sentence) wording.value = sentence.textContent;
    };
    wording.addEventListener("input", () => { automatic.checked = false; });
    automatic.addEventListener("change", follow);
    document.addEventListener("htmx:afterSwap", (event) => {
      if (event.target.id === "rule-preview") follow();
    });
  }
})();
