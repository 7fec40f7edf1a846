// The guide as one page or one question at a time, and where on it the person is.
//
// Both are the same page with the same fields: one at a time hides all but the step where the person is. The steps are the
// beginning (what is planned, consent), each question, and the closing words; a question's step has its own id.

const BEGINNING = "beginning";
const CLOSING = "closing";
const KEPT_VIEW = ["stepping", "at", "easy", "language", "symbols", "paper"]; // ids and switches; nothing that anybody said

// How the page was last looked at in this window, also before a reload; true if the page is new in it.
function recallView(scope, memory) {
  if ("at" in memory) return false;
  try {
    Object.assign(memory, JSON.parse(sessionStorage.getItem(`qpm-view:${scope}`)));
  } catch {
    // Not ours to read: the page begins as it does the first time.
  }
  return true;
}

class Steps {
  constructor(page) {
    const { root, view, memory } = page;
    this.page = page;
    this.guide = root.querySelector(".qpm-guide");
    this.beginning = [...this.guide.querySelectorAll(".qpm-beginning")];
    this.shown = [];
    memory.at = [memory.at, view.left_at].find((name) => this.names.includes(name)) ?? BEGINNING;
    root.addEventListener("focusin", ({ target }) => this.note(this.stepOf(target)));
    root.addEventListener("scrollend", () => this.note(this.here()));
  }

  // In the order of the page, with the assessor's own questions where they stand.
  get names() {
    return [BEGINNING, ...[...this.guide.querySelectorAll(".qpm-question")].map(({ dataset }) => dataset.question), CLOSING];
  }

  get isOn() {
    return Boolean(this.page.memory.stepping);
  }

  get at() {
    return this.page.memory.at;
  }

  // The step that an element belongs to; none for the bars, the side list and dialogs.
  stepOf(element) {
    const part = element?.closest?.(".qpm-question, .qpm-section, .qpm-beginning, .qpm-closing");
    if (!part || !this.guide.contains(part)) return null;
    if (part.matches(".qpm-closing")) return CLOSING;
    if (part.matches(".qpm-beginning")) return BEGINNING;
    return (part.querySelector(".qpm-question") ?? part).dataset.question;
  }

  // The step in the middle of what is in sight.
  middle() {
    const { left, top, width, height } = this.page.root.getBoundingClientRect();
    return this.stepOf(document.elementFromPoint(left + width * 0.6, top + height * 0.45));
  }

  // Where the person is: where the focus is if that is in sight, else what is in sight.
  here() {
    if (this.isOn) return this.at;
    const active = document.activeElement;
    const step = this.stepOf(active);
    const { top, bottom } = active.getBoundingClientRect();
    return (step && bottom > 0 && top < innerHeight ? step : this.middle()) ?? this.at;
  }

  note(step) {
    if (!step || (this.isOn && step !== this.at) || this.page.root.querySelector("dialog[open]")) return;
    this.page.memory.at = step;
    this.keep();
  }

  keep() {
    const { memory, view } = this.page;
    const kept = JSON.stringify(Object.fromEntries(KEPT_VIEW.map((name) => [name, memory[name]])));
    try {
      sessionStorage.setItem(`qpm-view:${view.scope}`, kept);
    } catch {
      // The window's storage is full: after a reload the page begins at its last answer.
    }
  }

  // Brings the step of an element into view. What was in view goes only after `focus`, or its box would never be left.
  turnTo(element, focus) {
    const step = this.stepOf(element);
    if (step) this.page.memory.at = step;
    for (const node of this.nodes()) node.classList.add("qpm-here");
    focus();
    this.show();
    this.keep();
  }

  nodes() {
    if (this.at === BEGINNING) return this.beginning;
    if (this.at === CLOSING) return [this.guide.querySelector(":scope > .qpm-closing")];
    const question = this.page.element(this.at);
    return [question, question.closest(".qpm-section")];
  }

  show() {
    const { page } = this;
    const nodes = this.nodes();
    for (const node of this.shown) if (!nodes.includes(node)) node.classList.remove("qpm-here");
    for (const node of nodes) node.classList.add("qpm-here");
    this.shown = nodes;
    page.root.classList.toggle("qpm-stepping", this.isOn);
    page.drawSteps?.();
    page.markPlace?.();
  }

  switch(on) {
    const at = this.here();
    Object.assign(this.page.memory, { stepping: on, at });
    showPrompts(this.page);
    this.show();
    this.keep();
    this.page.bring(this.page.element(this.target(at)));
  }

  // The element of a step that `page.go` goes to.
  target(step) {
    if (step !== BEGINNING) return step;
    return this.page.view.kind === "interview" ? "consent" : "rules";
  }

  move(by) {
    const step = this.names[this.names.indexOf(this.here()) + by];
    if (step) this.page.go(this.target(step), true);
  }

  // The next question that has neither an answer nor a reason, from the beginning again after the last; none: the closing words.
  moveToUnanswered() {
    const { page, names } = this;
    const from = names.indexOf(this.here()) + 1;
    const next = [...names.slice(from), ...names.slice(0, from)].find((step) => ![BEGINNING, CLOSING].includes(step) && !page.isAnswered(step));
    page.go(this.target(next ?? CLOSING), true);
  }
}

// Ways on and back, for one question at a time.
function stepBar(page) {
  const { steps: words } = page.words;
  const observed = page.view.kind === "observation";
  const place = h("span", { class: "qpm-step-place" });
  const way = (name, press, shortcut) => h("button", { type: "button", id: page.id(`step-${name}`), "aria-keyshortcuts": shortcut, onclick: press },
    words[name]);
  const previous = way("previous", () => page.steps.move(-1), "Alt+PageUp");
  const next = way("next", () => page.steps.move(1), "Alt+PageDown");
  next.classList.add("qpm-main");
  const unanswered = way(observed ? "open_scene" : "open", () => page.steps.moveToUnanswered(), "F8");
  page.drawSteps = () => {
    const { names, at } = page.steps;
    const number = names.indexOf(at);
    if (at === BEGINNING || at === CLOSING) place.textContent = words[at];
    else place.textContent = fill(observed ? words.scene : words.question, { number, all: names.length - 2 });
    previous.disabled = number === 0;
    next.disabled = number === names.length - 1;
  };
  return h("div", { class: "qpm-steps", id: page.id("steps"), role: "group", "aria-label": words.title }, previous, place, unanswered, next);
}

function stepSwitch(page) {
  const { steps: words } = page.words;
  const box = h("input", { type: "checkbox", id: page.id("stepping"), onchange: () => page.steps.switch(box.checked) });
  box.checked = Boolean(page.memory.stepping);
  return h("label", { class: "qpm-switch" }, box, h("span", {}, page.view.kind === "observation" ? words.switch_scene : words.switch));
}
