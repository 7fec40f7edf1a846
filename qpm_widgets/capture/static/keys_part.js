// The keys of the interview page, and the list of them. None types a sign, so none is in the way of writing, and none is taken
// by browsers, JupyterLab or screen readers. In a dialog only the dialog's own keys count, but what a person may need at any
// moment is one key away from every dialog and from the card as well, which give way; a break goes on behind what is opened over
// it. They count wherever the focus is on the page, also where nothing has it: after a reload, or after a click beside everything.

const PAGE_KEYS = [
  { id: "next", key: "PageDown", alt: true, act: ({ steps }) => steps.move(1) },
  { id: "previous", key: "PageUp", alt: true, act: ({ steps }) => steps.move(-1) },
  { id: "unanswered", key: "F8", act: ({ steps }) => steps.moveToUnanswered() },
  { id: "quick", key: "F9", act: ({ quick }) => quick.key() },
  { id: "search", key: "F2", act: (page) => page.openDialog("search") },
  { id: "undo", key: "z", ctrl: true, outside: true, act: (page) => undo(page) },
  { id: "redo", key: "y", ctrl: true, outside: true, act: redo },
  { key: "Z", ctrl: true, shift: true, outside: true, act: redo }, // the same on other systems
  { id: "prompts", key: "ArrowDown", alt: true, act: turnPrompts },
  { id: "time", key: ";", ctrl: true, act: writeTime },
  { id: "pause", key: "F4", always: true, beforeEnd: true, act: (page) => page.pause() },
  { id: "assent", only: "hasSigns", key: "F8", shift: true, always: true, over: "pause", beforeEnd: true, act: (page) => page.openAssent() },
  { id: "safeguarding", key: "F2", shift: true, always: true, over: "pause", act: (page) => page.openDialog("safeguarding") },
  { id: "end", key: "End", alt: true, always: true, act: (page) => page.openEnd(undefined, true) },
  { id: "language", only: "hasCard", key: "F9", shift: true, onCard: true, act: (page) => page.turnLanguage() },
  { id: "easy", only: "hasEasy", key: "F9", ctrl: true, onCard: true, act: (page) => page.turnEasy() },
  { key: "F9", ctrl: true, onCard: true, act: (page) => page.say(page.words.header.easy_none, true) }, // where it has none
  { id: "card", only: "hasCard", key: "Enter", ctrl: true, act: (page) => page.showCard(page.steps.here(), page.scopeHere()) },
  { id: "symbols", only: "hasSymbols", key: "Enter", ctrl: true, shift: true, onCard: true, act: (page) => page.switchSymbols() },
];

const isKeyOf = (page) => ({ only }) => !only || page[only];

function answerKeys(page) {
  page.keysOff = new AbortController();
  document.addEventListener("keydown", (event) => {
    const { root } = page;
    if (!isKeyFor(root, event.target)) return;
    const ctrl = event.ctrlKey || event.metaKey;
    if (event.key === "ArrowDown" && event.target.matches("select")) return; // which opens with it
    const writes = event.target.matches('textarea, input[type="text"]'); // a box undoes its own typing
    const isPressed = ({ key, ctrl: withCtrl = false, alt = false, shift = false, outside = false }) =>
      key === event.key && withCtrl === ctrl && alt === event.altKey && shift === event.shiftKey && !(outside && writes);
    const found = PAGE_KEYS.filter(isPressed).find(isKeyOf(page)); // what the page has is asked of few keys only
    if (!found) return;
    const inTheWay = [...root.querySelectorAll("dialog[open]")].some((box) => !found.onCard || !box.matches(".qpm-show-card"));
    if (!found.always && (event.target.closest("a") || inTheWay)) return;
    event.preventDefault();
    if (found.always) actNow(page, found);
    else found.act(page);
  }, { signal: page.keysOff.signal });
}

// Whatever is open gives way, and what was typed in it is there when it is opened again.
function actNow(page, { id, over, beforeEnd, act }) {
  if (beforeEnd && page.isClosed) return; // there is no break and no sign in what has ended
  const own = page.element(id);
  for (const box of page.root.querySelectorAll("dialog[open]")) if (![own, over && page.element(over)].includes(box)) box.close();
  if (!own.open) act(page);
}

// The same as buttons, for the foot of whichever dialog is open.
function atAnyTime(page) {
  const { words, view } = page;
  const labels = {
    pause: words.pause.open, assent: words.assent.open, safeguarding: words.header.safeguarding, end: words.header.end,
  };
  const ways = PAGE_KEYS.filter(isKeyOf(page)).filter(({ always }) => always).map((way) => {
    const button = h("button", { type: "button", class: "qpm-quiet", onclick: () => actNow(page, way) }, labels[way.id]);
    page.whenChanged(() => { button.hidden = Boolean(way.beforeEnd && page.isClosed); });
    return [way.id, button];
  });
  const row = h("p", { class: "qpm-any-time", role: "group", "aria-label": words.keys.any_time }, ways.map(([, button]) => button));
  const place = (box) => {
    for (const [id, button] of ways) button.classList.toggle("qpm-own", box === page.element(id));
    const last = box.querySelector(":scope > .qpm-ways"); // they stay in sight at the very end
    if (last) last.before(row);
    else box.append(row);
  };
  const shown = new Set(); // the newest last
  const giveBack = () => {
    const under = [...shown].findLast((one) => one.open);
    if (under && !under.contains(row)) place(under);
  };
  return (box) => {
    shown.delete(box);
    shown.add(box);
    box.addEventListener("close", giveBack); // added once, however often it is opened
    place(box);
  };
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
