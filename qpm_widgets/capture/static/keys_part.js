// The keys of the interview page, and the list of them. None types a sign, so none is in the way of writing, and none is taken
// by browsers, JupyterLab or screen readers. In a dialog only the dialog's own keys count.

const PAGE_KEYS = [
  { id: "next", key: "PageDown", alt: true, act: ({ steps }) => steps.move(1) },
  { id: "previous", key: "PageUp", alt: true, act: ({ steps }) => steps.move(-1) },
  { id: "unanswered", key: "F8", act: ({ steps }) => steps.moveToUnanswered() },
  { id: "quick", key: "F9", act: ({ quick }) => quick.key() },
  { id: "search", key: "F2", act: (page) => page.openDialog("search") },
  { id: "undo", key: "z", ctrl: true, outside: true, act: (page) => undo(page) },
  { id: "card", kind: "interview", key: "Enter", ctrl: true, act: (page) => page.showCard(page.steps.here(), page.scopeHere()) },
];

function answerKeys(page) {
  page.root.addEventListener("keydown", (event) => {
    if (event.target.closest("dialog, a")) return;
    const ctrl = event.ctrlKey || event.metaKey;
    const writes = event.target.matches('textarea, input[type="text"]'); // a box undoes its own typing
    const found = PAGE_KEYS.find(({ key, kind = page.view.kind, ctrl: withCtrl = false, alt = false, outside = false }) => key === event.key
      && withCtrl === ctrl && alt === event.altKey && !event.shiftKey && kind === page.view.kind && !(outside && writes));
    if (!found) return;
    event.preventDefault();
    found.act(page);
  });
}

function keysDialog(page) {
  const { keys: said } = page.words;
  const rows = PAGE_KEYS.filter(({ kind = page.view.kind }) => kind === page.view.kind).map(({ id }) => [said.press[id], said.does[id]]);
  const always = Object.keys(said.always.press).filter((id) => id !== "card" || page.view.kind === "interview")
    .map((id) => [said.always.press[id], said.always.does[id]]);
  const box = dialog(page.id("keys"), said.title,
    h("p", {}, said.intro),
    h("dl", { class: "qpm-keys" }, [...rows, ...always].map(([press, does]) => h("div", {}, h("dt", {}, h("kbd", {}, press)), h("dd", {}, does)))),
    h("p", { class: "qpm-hint" }, said.mac),
    h("p", { class: "qpm-buttons" }, h("button", { type: "button", class: "qpm-main", onclick: () => box.close() }, said.close)));
  box.prepare = () => {};
  return box;
}
