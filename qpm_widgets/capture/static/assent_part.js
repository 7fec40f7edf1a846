// A yes or a no that is shown at any time, in words or without: noted without a word, with its time, and what to do about it.
//
// Every sign is a version of its own field, so the journal has them all in order; it permits nothing and closes nothing. What
// was noted by mistake is taken back by a further version, which names its entry: both are told, and neither counts.

const ENDS_IT = 2; // a no that was shown twice running is binding; once it may be a question or a fright

function recordedSigns(page) {
  if (!page.signs) {
    page.signs = [...page.view.signs];
    // Those that wait in this window may be in the view or not: a receipt may be lost.
    for (const { entry_id: id, field, payload } of page.link.outbox("assent:")) page.noteSign?.(id, field, payload);
  }
  return page.signs;
}

// All that were noted, oldest first; `takenBack` is when, of what was noted by mistake.
function signsOf(page) {
  const takenBack = new Map(recordedSigns(page).filter((one) => one.takes_back).map((one) => [one.takes_back, one.at]));
  return recordedSigns(page).filter((one) => !one.takes_back).map((one) => ({ ...one, takenBack: takenBack.get(one.id) }));
}

// What somebody showed; visits/signs.py counts like this.
const shownSigns = (page) => signsOf(page).filter(({ takenBack }) => !takenBack);

const lastSign = (page, code) => shownSigns(page).findLast(({ respondent }) => respondent === code);

// Who is there and has not refused to talk or stopped talking; of an observation only the person whom it is with, if it is.
const takingPart = (page) => page.view.signs_of.filter((code) => !isOut(page, code));

// Who of these shows a no just now.
const dissenters = (page) => takingPart(page).filter((code) => lastSign(page, code)?.sign === "dissent");

// How often somebody has shown a no since they last showed a yes.
function noesRunning(page, code) {
  const theirs = shownSigns(page).filter(({ respondent }) => respondent === code).map(({ sign }) => sign);
  return theirs.slice(theirs.lastIndexOf("assent") + 1).filter((sign) => sign === "dissent").length;
}

// The journal's time of what stood on a form first is that of keying in, so the form's own day is told, if it is known.
function whenShown(page, source, at) {
  const { assent: said } = page.words;
  if (source !== "paper") return clock(at);
  const held = page.values.on_paper;
  if (!held) return fill(said.keyed_in, { time: clock(at) });
  return fill(said.on_paper, { day: new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long" }).format(held.began) });
}

const nameOfPerson = (page, code) => (page.view.kind === "interview" ? code : page.words.assent.person);

function saySign(page, { respondent, sign, how, at, source }) {
  const label = (list, id) => list.find((one) => one.id === id)?.label ?? id;
  return fill(page.words.assent.one, {
    code: nameOfPerson(page, respondent), sign: label(page.view.choices.signs, sign), how: label(page.view.choices.shown, how), time: whenShown(page, source, at),
  });
}

// Every sign with its time, newest last; nothing while there is none.
function signList(page) {
  const list = h("ul", { class: "qpm-signs" });
  page.whenChanged(() => {
    list.replaceChildren(...signsOf(page).map((one) => h("li", {}, one.takenBack
      ? [h("s", {}, saySign(page, one)), " ", fill(page.words.assent.mistaken, { time: clock(one.takenBack) })] : saySign(page, one))));
    list.hidden = !list.firstChild;
  });
  return list;
}

function assentButton(page) {
  if (!page.hasSigns) return null;
  const button = h("button", { type: "button", id: page.id("open-assent"), "aria-keyshortcuts": "Shift+F8", onclick: () => page.openAssent() },
    page.words.assent.open);
  const standing = h("p", { class: "qpm-standing", role: "status" });
  page.whenChanged(() => {
    button.hidden = page.isClosed;
    const codes = dissenters(page);
    standing.hidden = page.isClosed || !codes.length;
    standing.textContent = standing.hidden ? "" : codes.map((code) => saySign(page, lastSign(page, code))).join(" ");
  });
  return [button, standing];
}

function assentDialog(page) {
  const { words: { assent: said }, view } = page;
  const codes = view.signs_of;
  const group = (name, choices, value) => radioGroup({
    id: page.id(`assent-${name}`), legend: said[name], legendClass: "qpm-label", choices, value, pick: () => advice.replaceChildren(),
  });
  const who = group("who", codes.map((code) => ({ id: code, label: code })), codes[0]);
  who.hidden = codes.length < 2;
  const sign = group("sign", view.choices.signs);
  const likely = view.kind === "interview" ? "spoken" : ""; // nobody is taken to speak in a visit to a person without words
  const how = group("how", view.choices.shown, likely);
  const chosen = (fields) => fields.querySelector("input:checked")?.value;
  const advice = h("div", { role: "status" });
  const close = (then = () => {}) => {
    box.close();
    then();
  };
  const stop = (main) => h("button", { type: "button", class: main && "qpm-main", onclick: () => close(() => page.openEnd("stopped")) }, said.stop);
  const pause = h("button", { type: "button", onclick: () => close(() => page.pause()) }, said.pause);
  const tell = (kind, ...ways) => advice.replaceChildren(h("div", { class: `qpm-banner ${kind === "assent" ? "" : "qpm-warn"}` },
    h("p", {}, said[`then_${kind}`]), ways.length > 0 && h("p", { class: "qpm-buttons" }, ways)));
  const note = h("button", { type: "button", class: "qpm-main", onclick: () => {
    for (const [fields, needed] of [[sign, said.needed], [how, said.how_needed]]) {
      const first = fields.querySelector("input");
      first.setCustomValidity(chosen(fields) ? "" : needed);
      if (!first.reportValidity()) return;
    }
    const now = { sign: chosen(sign), how: chosen(how) };
    const field = `assent:${chosen(who)}`;
    page.noteSign(page.put(field, now), field, page.values[field]);
    if (now.sign !== "dissent") tell(now.sign);
    else if (noesRunning(page, chosen(who)) < ENDS_IT) tell("dissent", pause, stop());
    else tell("binding", stop(true), pause);
  } }, said.note);
  const latest = h("span");
  const mistake = h("button", { type: "button", class: "qpm-quiet", onclick: () => {
    const { id, respondent, sign: noted, how: shown } = shownSigns(page).at(-1);
    const field = `assent:${respondent}`;
    page.noteSign(page.put(field, { sign: noted, how: shown, takes_back: id, source: "" }), field, page.values[field]);
    advice.replaceChildren(h("p", { class: "qpm-banner" }, said.taken_back));
    if (!shownSigns(page).length) note.focus(); // the button goes
  } }, said.mistake);
  const last = h("p", { class: "qpm-last-sign" }, latest, " ", mistake);
  page.whenChanged(() => {
    const one = shownSigns(page).at(-1);
    last.hidden = !one;
    latest.textContent = one ? fill(said.last, { sign: saySign(page, one) }) : "";
  });
  for (const fields of [sign, how]) fields.addEventListener("change", () => fields.querySelector("input").setCustomValidity(""));
  const box = dialog(page.id("assent"), said.title,
    h("p", {}, said.intro), who, sign, how, h("p", { class: "qpm-buttons" }, note), advice, last, signList(page),
    h("p", { class: "qpm-buttons" }, h("button", { type: "button", onclick: () => close() }, said.close)));
  box.prepare = () => {
    advice.replaceChildren();
    for (const fields of likely ? [sign] : [sign, how]) for (const one of fields.querySelectorAll("input")) one.checked = false;
  };
  // Each counts once, however often this window hears of it.
  page.noteSign = (id, field, now) => {
    const signs = recordedSigns(page);
    if (!field.startsWith("assent:") || signs.some((one) => one.id === id)) return;
    signs.push({ id, respondent: field.slice("assent:".length), ...now, at: Date.now() });
  };
  page.openAssent = () => { if (!page.isClosed) page.openDialog("assent"); };
  return box;
}
