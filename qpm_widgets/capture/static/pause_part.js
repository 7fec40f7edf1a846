// A break: the rule for distress on the screen, how long it has lasted, and the ways on.
//
// A break runs exactly as long as its dialog is open, also over a reload: it is recorded when it begins and again when it
// ends. It holds no word, so nobody's agreement to notes is asked for it.

const BREAK_LOOKS_AGAIN = 1000; // ms
const A_MINUTE = 60000;

const breaksOf = (page) => Object.entries(page.values).filter(([field]) => field.startsWith("pause:"));
const isRunning = ({ why, ended }) => Boolean(why) && ended === null;

// How many breaks are over and their minutes, as visits/pauses.py counts them; "" before the first.
function breaksSoFar(page) {
  const { pause: said } = page.words;
  const recorded = breaksOf(page).flatMap(([field, payload]) => [payload, ...(page.view.others[field] ?? []).map((one) => one.payload)]);
  const lengths = recorded.filter(({ why, ended }) => why && ended !== null).map(({ began, ended }) => Math.max(0, ended - began));
  const minutes = Math.ceil(lengths.reduce((sum, one) => sum + one, 0) / A_MINUTE);
  const length = lengthOf(page, minutes);
  return lengths.length ? fill(lengths.length === 1 ? said.break_one : said.break_many, { count: lengths.length, length }) : "";
}

function breaksLine(page, attributes = {}) {
  const line = h("p", attributes);
  page.whenChanged(() => {
    say(line, breaksSoFar(page));
    line.hidden = !line.textContent;
  });
  return line;
}

const lengthOf = (page, minutes) => fill(page.words.pause[minutes === 1 ? "minute_one" : "minute_many"], { minutes });

// Each break that is over with its reason, which can be put right here.
function breakList(page) {
  const { words: { pause: said }, view } = page;
  const list = h("ul", { class: "qpm-breaks-list" });
  const lines = new Map();
  page.whenChanged(() => {
    for (const [field, payload] of breaksOf(page)) {
      if (payload.ended === null) continue;
      if (!lines.has(field)) {
        lines.set(field, h("span"));
        list.append(h("li", {}, lines.get(field), " ", versionsButton(page, field)));
      }
      const why = view.choices.pauses.find(({ id }) => id === payload.why)?.label ?? said.mistake;
      const length = lengthOf(page, Math.ceil(Math.max(0, payload.ended - payload.began) / A_MINUTE));
      lines.get(field).textContent = fill(said.each, { time: clock(payload.began), length, why });
    }
    list.hidden = !lines.size;
  });
  return list;
}

function pauseButton(page) {
  const button = h("button", { type: "button", id: page.id("open-pause"), "aria-keyshortcuts": "F4", onclick: () => page.pause() },
    page.words.pause.open, keyHint("F4"));
  page.whenChanged(() => { button.hidden = page.isClosed; });
  return button;
}

const keyHint = (key) => h("kbd", { class: "qpm-key", "aria-hidden": "true" }, key);

function pauseDialog(page) {
  const { pause: said } = page.words;
  const lasted = h("strong", { role: "timer" });
  const since = h("span", { class: "qpm-hint" });
  const why = radioGroup({
    id: page.id("pause-why"), legend: said.why, legendClass: "qpm-label", choices: page.view.choices.pauses,
    pick: (reason) => record({ why: reason }),
  });
  const running = () => breaksOf(page).findLast(([, payload]) => isRunning(payload));
  const record = (change) => {
    const [field, payload] = running() ?? [];
    if (field) page.put(field, { ...payload, ...change });
  };
  const tick = () => {
    const [, { began }] = running();
    const minutes = Math.max(0, Math.floor((Date.now() - began) / A_MINUTE));
    lasted.textContent = minutes ? fill(said.lasted, { minutes }) : said.begun;
    since.textContent = fill(said.since, { time: clock(began) });
  };
  // However the dialog is left, the break is over; `then` is the way on.
  const leave = (then = () => {}) => {
    box.close();
    then();
  };
  const mistake = h("button", { type: "button", class: "qpm-quiet", onclick: () => {
    record({ why: "" });
    box.close();
  } }, said.mistake);
  const list = ({ title, ...lines }) => h("section", {}, h("h3", {}, title), h("ul", {}, Object.values(lines).map((line) => h("li", {}, line))));
  const box = dialog(page.id("pause"), said.title,
    h("p", { class: "qpm-break-time" }, lasted, since, mistake),
    list(said.rule),
    h("p", {}, said.intro), why,
    h("p", {}, h("button", { type: "button", class: "qpm-quiet", onclick: () => page.openDialog("safeguarding") }, said.unsafe)),
    h("p", { class: "qpm-banner qpm-warn" }, said.outright),
    list(said.leaving),
    h("p", { class: "qpm-buttons qpm-ways" },
      h("button", { type: "button", class: "qpm-main", onclick: () => leave() }, said.go_on),
      h("button", { type: "button", onclick: () => leave(() => page.openDialog("search")) }, said.other_topic),
      h("button", { type: "button", onclick: () => leave(() => page.openEnd("stopped")) }, said.stop)));
  box.classList.add("qpm-pause");
  let timer = null;
  const show = () => {
    why.querySelector(`[value="${running()[1].why}"]`).checked = true;
    tick();
    clearInterval(timer);
    timer = setInterval(tick, BREAK_LOOKS_AGAIN);
    page.showDialog(box);
  };
  box.addEventListener("close", () => {
    if (box.open) return; // the key was quicker than this: the same break goes on
    clearInterval(timer);
    record({ ended: Date.now() });
    page.tellBreaks();
  });
  // Another window of this page ended it.
  page.whenChanged(() => { if (box.open && !running()) box.close(); });
  page.tellBreaks = () => { page.root.querySelector(".qpm-noticed").textContent = breaksSoFar(page); };
  page.pause = () => {
    if (page.isClosed) return;
    const number = Math.max(0, ...breaksOf(page).map(([field]) => Number(field.slice("pause:".length)))) + 1;
    if (!running()) page.put(`pause:${number}`, { began: Date.now(), ended: null, why: "break" });
    show();
  };
  // The page was run again, or reloaded, during a break.
  page.showPauseAgain = () => { if (running() && !page.isClosed) show(); };
  return box;
}
