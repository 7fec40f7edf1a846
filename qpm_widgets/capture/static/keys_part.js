// The keys of the interview page, and the list of them. None types a sign, so none is in the way of writing, and none is taken
// by browsers, JupyterLab or screen readers. In a dialog only the dialog's own keys count, but what a person may need at any
// moment is one key away from the card as well, which goes. They count wherever the focus is on the page, also where nothing
// has it: after a reload, or after a click beside everything.

const PAGE_KEYS = [
  { id: "next", key: "PageDown", alt: true, act: ({ steps }) => steps.move(1) },
  { id: "previous", key: "PageUp", alt: true, act: ({ steps }) => steps.move(-1) },
  { id: "unanswered", key: "F8", act: ({ steps }) => steps.moveToUnanswered() },
  { id: "quick", key: "F9", act: ({ quick }) => quick.key() },
  { id: "search", key: "F2", act: (page) => page.openDialog("search") },
  { id: "undo", key: "z", ctrl: true, outside: true, act: (page) => undo(page) },
  { id: "redo", key: "y", ctrl: true, outside: true, act: redo },
  { key: "Z", ctrl: true, shift: true, outside: true, act: redo }, // the same on other systems
  { id: "pause", key: "F4", onCard: true, act: (page) => page.pause() },
  { id: "assent", kind: "interview", key: "F8", shift: true, onCard: true, act: (page) => page.openAssent() },
  { id: "end", key: "End", alt: true, onCard: true, act: (page) => page.openEnd(undefined, true) },
  { id: "card", only: "hasCard", key: "Enter", ctrl: true, act: (page) => page.showCard(page.steps.here(), page.scopeHere()) },
  { id: "symbols", only: "hasSymbols", key: "F2", shift: true, onCard: true, cardStays: true, act: (page) => page.switchSymbols() },
];

const isKeyOf = (page) => ({ kind = page.view.kind, only }) => kind === page.view.kind && (!only || page[only]);

function answerKeys(page) {
  page.keysOff = new AbortController();
  document.addEventListener("keydown", (event) => {
    const { root } = page;
    if (!root.isConnected || !(root.contains(event.target) || event.target.contains(root))) return;
    if (event.target.closest("a")) return;
    const open = [...root.querySelectorAll("dialog[open]")];
    const ctrl = event.ctrlKey || event.metaKey;
    const writes = event.target.matches('textarea, input[type="text"]'); // a box undoes its own typing
    const found = PAGE_KEYS.filter(isKeyOf(page)).find(({ key, ctrl: withCtrl = false, alt = false, shift = false, outside = false }) =>
      key === event.key && withCtrl === ctrl && alt === event.altKey && shift === event.shiftKey && !(outside && writes));
    if (!found || !open.every((box) => found.onCard && box.matches(".qpm-show-card"))) return;
    event.preventDefault();
    if (!found.cardStays) for (const card of open) card.close();
    found.act(page);
  }, { signal: page.keysOff.signal });
}

function keysDialog(page) {
  const { keys: said } = page.words;
  const rows = PAGE_KEYS.filter((key) => key.id && isKeyOf(page)(key)).map(({ id }) => [said.press[id], said.does[id]]);
  const always = Object.keys(said.always.press).filter((id) => id !== "card" || page.hasCard)
    .map((id) => [said.always.press[id], said.always.does[id]]);
  const box = dialog(page.id("keys"), said.title,
    h("p", {}, said.intro),
    h("dl", { class: "qpm-keys" }, [...rows, ...always].map(([press, does]) => h("div", {}, h("dt", {}, h("kbd", {}, press)), h("dd", {}, does)))),
    h("p", { class: "qpm-hint" }, said.mac),
    h("p", { class: "qpm-buttons" }, h("button", { type: "button", class: "qpm-main", onclick: () => box.close() }, said.close)));
  box.prepare = () => {};
  return box;
}
