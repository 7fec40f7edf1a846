// What an interview comes to when it ends: what was not asked, what was agreed and shown, breaks, time, and parting.

const A_MINUTE_USED = 60000; // ms

// What was not asked about yet, each a way to go there; `leave` is called first.
function listUntouched(page, box, leave = () => {}) {
  const parts = page.untouched();
  const explored = page.questions.filter(({ id, explored: wanted }) => wanted && !page.isAnswered(id));
  const key = [...explored.map(({ id }) => id), ...parts.map(({ title, left }) => [title, left.map(({ id }) => id)])].join();
  refill(box, key, () => drawUntouched(page, parts, explored, leave));
}

function drawUntouched(page, parts, explored, leave) {
  const { words } = page;
  const link = (label, id) => h("li", {}, h("button", { type: "button", class: "qpm-quiet", onclick: () => {
    leave();
    page.go(id, true);
  } }, label));
  if (!parts.length) return [h("p", { class: "qpm-hint" }, words.closing.all_touched)];
  return [
    explored.length > 0 && [h("p", { class: "qpm-label" }, words.question.explored),
      h("ul", { class: "qpm-to-explore" }, explored.map(({ id, ask }) => link(ask.plain.en, id)))],
    h("p", { class: "qpm-hint" }, words.closing.untouched),
    h("ul", {}, parts.map(({ title, all, left }) =>
      link(all.length ? fill(words.closing.untouched_part, { title, left: left.length, all: all.length }) : title, left[0].id))),
  ].flat().filter(Boolean);
}

// "Did not want to answer: 2. Does not know: 1."
function reasonsGiven(page) {
  const reasons = Object.entries(page.values).filter(([field]) => /^answer:.*\.missing$/.test(field)).map(([, { reason }]) => reason);
  return page.view.choices.missing.map(({ id, label }) => [label, reasons.filter((reason) => reason === id).length])
    .filter(([, count]) => count).map(([reason, count]) => fill(page.words.summary.reason, { reason, count })).join(" ");
}

// When it was begun, and when it ended, in UTC ms: as the journal has it, and as it goes on in this window.
function keepTimes(page) {
  page.times = { ...page.view.times };
  let before = page.values.state?.state;
  page.whenChanged(() => {
    const { state } = page.values.state ?? {};
    if (state === "open") page.times.began ??= Date.now();
    if (state !== before && ["stopped", "finished"].includes(state)) page.times.ended = Date.now();
    before = state;
  });
}

// Minutes since it was begun, without its breaks; null if it was not, or if a form on paper does not say when it ended.
function minutesUsed(page) {
  const onPaper = page.values.on_paper;
  if (onPaper) return onPaper.ended === null ? null : Math.round((onPaper.ended - onPaper.began) / A_MINUTE_USED);
  const { began, ended } = page.times;
  if (!began) return null;
  const paused = breaksOf(page).map(([, payload]) => payload).filter(({ why, began: from }) => why && from >= began)
    .reduce((sum, one) => sum + Math.max(0, (one.ended ?? Date.now()) - one.began), 0);
  const over = page.isClosed && ended ? ended : Date.now();
  return Math.max(0, Math.round((over - began - paused) / A_MINUTE_USED));
}

function timeUsed(page) {
  const minutes = minutesUsed(page);
  return minutes === null ? "" : fill(page.words.summary.time, { minutes, planned: page.view.plan.minutes });
}

// That the main points were read back to the person: a tick and its time, no words.
function checkBack(page) {
  const { summary: said } = page.words;
  const field = "closing:check_back";
  const box = h("input", { type: "checkbox", id: page.id("check-back"), onchange: () => page.put(field, { done: box.checked, at: Date.now() }) });
  const at = h("span", { class: "qpm-hint" });
  const quotes = h("ul");
  const update = () => {
    const { done, at: time } = page.values[field] ?? {};
    box.checked = Boolean(done);
    say(at, done ? clock(time) : "");
    const found = quotesToReadBack(page);
    refill(quotes, JSON.stringify(found), () => found.map(({ text, ...written }) => h("li", written, `“${text}”`)));
    quotes.hidden = !quotes.firstChild;
  };
  page.whenChanged(update);
  return h("section", { "aria-labelledby": page.id("check-back-title") },
    h("h3", { id: page.id("check-back-title") }, said.check_back), h("p", { class: "qpm-hint" }, said.read_back), quotes,
    h("p", {}, h("label", { class: "qpm-check" }, box, h("span", {}, said.checked_back), at), " ", versionsButton(page, field)));
}

// The words that may be quoted, as they would be.
function quotesToReadBack(page) {
  const { decision } = gateOf(page);
  return Object.entries(page.values).filter(([field, { text, respondent, use }]) => /^answer:.*\.quote\./.test(field) && text
    && use !== "no" && decision("quotes", respondent) === "given").map(([, quote]) => ({ text: quote.text, ...writtenIn(page, quote) }));
}

function summaryPart(page, leave) {
  const { words: { summary: said, pause }, view } = page;
  keepTimes(page);
  const line = (text, attributes = {}) => {
    const node = h("p", attributes);
    page.whenChanged(() => {
      say(node, text());
      node.hidden = !node.textContent;
    });
    return node;
  };
  const part = (title, ...content) => h("section", {}, h("h3", {}, title), content);
  const untouched = h("div", { class: "qpm-untouched" });
  const upset = h("section", { class: "qpm-banner qpm-warn" }, h("h3", {}, pause.leaving.title),
    h("ul", {}, Object.entries(pause.leaving).filter(([name]) => name !== "title").map(([, text]) => h("li", {}, text))));
  page.whenChanged(() => {
    listUntouched(page, untouched, leave);
    upset.hidden = !breaksOf(page).some(([, { why }]) => why === "distress");
  });
  const left = () => {
    const open = page.questions.filter(({ id }) => !page.isAnswered(id)).length;
    return open ? fill(page.words.end[view.kind === "observation" ? "left_scenes" : "left"], { open, all: page.questions.length }) : "";
  };
  const asked = part(view.kind === "observation" ? said.scenes : said.asked, line(left), untouched, line(() => reasonsGiven(page)));
  const time = part(said.used, line(() => timeUsed(page)), line(() => breaksSoFar(page)), breakList(page));
  if (view.kind === "observation") {
    const none = line(() => (shownSigns(page).length ? "" : said.none_shown), { class: "qpm-hint" });
    const shown = (page.hasSigns || view.signs.length > 0) && part(page.words.assent.title, none, signList(page));
    return h("div", { class: "qpm-summary" }, upset, asked, shown, time);
  }
  const agreed = h("ul");
  page.whenChanged(() => {
    const agreements = consentSummary(page);
    refill(agreed, agreements.map((one) => one.textContent).join("\n"), () => agreements.map((one) => h("li", {}, one)));
  });
  return h("div", { class: "qpm-summary" }, upset, asked, part(said.agreed, agreed, signList(page)), checkBack(page),
    part(said.parting, h("p", { class: "qpm-hint" }, page.words.closing.intro),
      h("div", { class: "qpm-script" }, view.guide.closing.map((wording) => page.spoken("p", wording))),
      h("p", {}, cardButton(page, "end-closing", CLOSING))), time);
}
