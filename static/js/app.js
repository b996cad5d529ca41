// What every page does by script: toasts, tabs, refusals of htmx requests as sentences, forms that submit
// themselves, menus that close, focus that stays, and the keyboard. Pages work without any of it.
(() => {
  "use strict";

  // Toasts -----------------------------------------------------------------------------------------

  const toasts = document.getElementById("toasts");

  // `link` is the way on, where there is one.
  const toast = (sentence, tone = "danger", link = null) => {
    const box = document.createElement("div");
    box.className = `alert alert-${tone}`;
    const words = document.createElement("span");
    words.textContent = sentence;
    const close = document.createElement("button");
    close.type = "button";
    close.className = "dismiss";
    close.setAttribute("aria-label", toasts.dataset.dismissLabel);
    close.textContent = "×";
    close.addEventListener("click", () => box.remove());
    box.append(words, ...(link ? [link] : []), close);
    // What is said again replaces what was said: it is read out once more, and does not pile up.
    for (const each of [...toasts.children]) if (each.querySelector("span")?.textContent === sentence) each.remove();
    toasts.append(box);
    while (toasts.children.length > 3) toasts.firstElementChild.remove();
    // What went wrong stays until it is dismissed; what went well need not.
    if (tone === "success") setTimeout(() => box.remove(), 8000);
  };
  window.accord = { toast };
  document.addEventListener("accord:toast", (event) => toast(event.detail.value ?? event.detail.sentence, event.detail.tone));

  // What can be pressed for some seconds only (an Undo) leaves with them; the server decides in any case.
  const leaveInTime = (root) => {
    const timed = [...root.querySelectorAll("[data-seconds]")];
    if (root.matches("[data-seconds]")) timed.push(root);
    for (const each of timed) setTimeout(() => each.remove(), 1000 * Number(each.dataset.seconds));
  };
  document.addEventListener("htmx:load", (event) => leaveInTime(event.detail.elt));

  // A page that was asked for anew is scrolled as it was: what it has to say may stand above.
  const said = document.querySelector("#messages .alert");
  if (said && !location.hash) window.addEventListener("load", () => said.scrollIntoView({ block: "nearest" }));

  // Tabs -------------------------------------------------------------------------------------------

  // Where not all of them fit, the one that is open is among those seen.
  for (const tab of document.querySelectorAll(".tabs [aria-current]")) {
    const row = tab.closest(".tabs").querySelector("ul");
    row.scrollLeft = tab.offsetLeft - row.offsetLeft - (row.clientWidth - tab.offsetWidth) / 2;
  }

  // Refusals ---------------------------------------------------------------------------------------

  // The sentence of a refusal, and the link to the way on, if any.
  const told = (xhr) => {
    const text = xhr.responseText || "";
    if ((xhr.getResponseHeader("Content-Type") || "").includes("html")) {
      const page = new DOMParser().parseFromString(text, "text/html");
      const said = page.querySelector("[data-error-sentence]") || page.querySelector("main h1");
      const link = said?.querySelector("a");
      link?.remove();
      return [said ? said.textContent.trim() : "", link];
    }
    return [text.length < 300 ? text.trim() : "", null];
  };

  // Once the session has ended, what asks by itself says so once and asks no more, until something succeeds.
  let isSignedOut = false;
  const asksByItself = (element) => element.matches("[hx-trigger*='every']");
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (isSignedOut && asksByItself(event.detail.elt)) event.preventDefault();
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const status = event.detail.xhr?.status;
    if (status) isSignedOut = status === 401;
  });

  document.addEventListener("htmx:beforeSwap", (event) => {
    // A 422 brings its form back with the mistakes marked; when it is a bare sentence the form stays.
    const { xhr } = event.detail;
    if (xhr.status === 422 && xhr.responseText.includes("data-error-sentence")) {
      event.detail.shouldSwap = false;
      event.detail.isError = true;
    }
  });
  document.addEventListener("htmx:responseError", (event) => {
    const { xhr } = event.detail;
    // A part that asks again by itself says nothing about one lost answer; the next comes in seconds.
    if (xhr.status >= 500 && asksByItself(event.detail.elt)) return;
    const [sentence, link] = told(xhr);
    const isMild = [401, 409].includes(xhr.status) || xhr.status >= 500;
    toast(sentence || toasts.dataset.failed, isMild ? "warning" : "danger", link);
  });
  document.addEventListener("htmx:sendError", (event) => {
    if (!asksByItself(event.detail.elt)) toast(toasts.dataset.offline, "warning");
  });

  // Focus that stays where it was when the part around it is replaced ------------------------------

  let lost = null;
  const howToFind = (element) => ({
    id: element.id,
    kind: element.localName,
    name: element.getAttribute("name"),
    value: element.getAttribute("value"),
    words: element.textContent.trim(),
  });
  const find = ({ id, kind, name, value, words }) => {
    if (id) return document.getElementById(id);
    return [...document.querySelectorAll(`main ${kind}`)].find((each) =>
      name
        ? each.getAttribute("name") === name && each.getAttribute("value") === value
        : words && each.textContent.trim() === words,
    );
  };
  document.addEventListener("htmx:beforeSwap", (event) => {
    const here = document.activeElement;
    lost = here && here !== document.body && event.detail.target?.contains(here) ? howToFind(here) : null;
  });
  // Folds stay as somebody left them: those with an id, which says that the new one is the same. It is
  // remembered while the fold is away, as those of numbers are that are being counted.
  const folds = new Map();
  document.addEventListener("click", (event) => {
    const fold = event.target.closest("details.fold[id] > summary")?.parentElement;
    if (fold) folds.set(fold.id, !fold.open);
  });
  document.addEventListener("htmx:afterSwap", () => {
    for (const [id, open] of folds) document.getElementById(id)?.toggleAttribute("open", open);
  });
  document.addEventListener("htmx:afterSettle", () => {
    if (lost && document.activeElement === document.body) find(lost)?.focus({ preventScroll: true });
    lost = null;
  });

  // Forms that submit themselves -------------------------------------------------------------------

  const waiting = new WeakMap();
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-submit-on-change]");
    if (form && event.target.type !== "search" && event.target.type !== "text") form.requestSubmit();
  });
  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-submit-on-change][hx-get]");
    if (!form || event.target.type !== "search") return;
    clearTimeout(waiting.get(form));
    waiting.set(form, setTimeout(() => form.requestSubmit(), 350));
  });
  // The filter bar stands outside the part it refreshes, so it does not know how that was sorted since.
  document.addEventListener("htmx:configRequest", (event) => {
    const sort = new URLSearchParams(location.search).get("sort");
    if (sort && event.detail.elt.matches("form.filters")) event.detail.parameters.sort = sort;
  });
  // A second press while the first is under way would be a second action.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || form.hasAttribute("hx-post") || event.defaultPrevented) return;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  });

  // Menus and confirmations close by Escape and by a click elsewhere -------------------------------

  const FOLDING = "details.menu[open], details.confirm[open]";
  document.addEventListener("click", (event) => {
    for (const open of document.querySelectorAll(FOLDING)) if (!open.contains(event.target)) open.open = false;
    const opener = event.target.closest("[data-opens]");
    if (opener) openDialog(opener.dataset.opens);
  });

  // The keyboard -----------------------------------------------------------------------------------
  // data-key="a" on a link, button or field: that key presses or focuses it. data-key-label is what the
  // help says, else the control's own words. Only visible, enabled controls answer. "Ctrl+Z" is a key as well.

  const isTyping = (target) =>
    target.closest("input:not([type='checkbox'], [type='radio'], [type='button'], [type='submit']), textarea, select, [contenteditable]");
  const controls = () =>
    [...document.querySelectorAll("[data-key]")].filter((each) => !each.disabled && each.checkVisibility());

  // A key of the page's own goes before the same key of the frame around it.
  const answering = (key) => {
    const found = controls().filter((each) => each.dataset.key === key);
    return found.find((each) => each.closest("main")) ?? found[0];
  };

  // Keys that answer once a row is marked: whoever asks for help before that learns of them as well.
  const ofRows = (listed) =>
    [...document.querySelectorAll("[data-row-key]")].filter((each) => {
      const isNew = each.checkVisibility() && !listed.has(each.dataset.rowKey);
      return isNew && listed.add(each.dataset.rowKey);
    });

  const openDialog = (id) => {
    const dialog = document.getElementById(id);
    if (!dialog || dialog.open) return;
    const list = dialog.querySelector(".keys-list");
    if (list) {
      list.replaceChildren();
      const answers = controls().filter((each) => each === answering(each.dataset.key));
      const listed = new Set(answers.map((each) => each.dataset.key));
      for (const control of [...answers, ...ofRows(listed)]) {
        const [term, words] = [document.createElement("dt"), document.createElement("dd")];
        const key = document.createElement("kbd");
        key.textContent = control.dataset.key ?? control.dataset.rowKey;
        words.textContent = control.dataset.keyLabel || control.getAttribute("aria-label") || control.textContent.trim();
        term.append(key);
        list.append(term, words);
      }
    }
    dialog.showModal();
  };

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      for (const open of document.querySelectorAll(FOLDING)) {
        const hadFocus = open.contains(document.activeElement);
        open.open = false;
        if (hadFocus) open.querySelector("summary").focus();
      }
      return;
    }
    if (event.altKey || event.isComposing) return;
    if (isTyping(event.target) || document.querySelector("dialog[open]")) return;
    const isCombined = event.ctrlKey || event.metaKey;
    const key = isCombined ? `Ctrl+${event.shiftKey ? "Shift+" : ""}${event.key.toUpperCase()}` : event.key;
    const control = answering(key);
    if (!control) return;
    event.preventDefault();
    if (control.matches("input:not([type='checkbox'], [type='radio'], [type='submit']), textarea, select")) {
      control.focus();
      control.select?.();
    } else {
      control.focus({ preventScroll: true });
      control.click();
    }
  });
})();
