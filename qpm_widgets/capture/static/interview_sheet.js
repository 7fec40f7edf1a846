// The sheet of one interview or observation. The kernel's end is interview_sheet.py; what the view holds is made in
// interview_view.py. Everything typed goes through `page.type`, everything chosen through `page.put`.

const HALF_A_MINUTE = 30_000; // ms
const LONGEST = 12 * 60; // minutes; nobody is interviewed for longer

class InterviewPage {
  constructor(view, link) {
    Object.assign(this, { view, link, words: view.wording, memory: link.memory });
    this.isNew = recallView(view.scope, link.memory);
    this.saved = { ...view.values }; // as the journal has them
    this.values = { ...view.values, ...link.unsaved() };
    this.language = this.memory.language ?? view.plan.language;
    this.memory.easy ??= {};
    this.gated = [];
    this.drawers = new Map();
    this.changes = [];
    this.wordings = [];
    this.questions = view.guide.sections.flatMap((section) => section.questions);
    this.lines = linesOf(this);
    this.root = null;
    this.savedAt = view.saved_at;
  }

  id(name) {
    return `qpm-${this.view.scope}-${name}`.replace(/[^\w-]/g, "-");
  }

  element(name) {
    return this.root.querySelector(`#${this.id(name)}`);
  }

  moment(time) {
    return new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" })
      .format(new Date(time));
  }

  // ---- recording

  type(field, words, unfinished) {
    const payload = this.whole(field, words);
    remember(this, field, payload, true);
    this.values[field] = payload;
    this.link.type(field, payload, unfinished);
    this.begin();
    this.changed();
  }

  put(field, words) {
    const payload = this.whole(field, words);
    remember(this, field, payload, false);
    this.values[field] = payload;
    const entryId = this.link.commit(field, payload);
    if (!field.startsWith("pause:")) this.begin(); // somebody may need a break before it begins
    this.changed();
    return entryId;
  }

  // With the words goes what points to one person and is kept on purpose, and that it was keyed in from paper.
  whole(field, payload) {
    const before = this.values[field];
    const kept = payload.kept ?? before?.kept;
    const source = payload.source ?? sourceOf(this, field, payload, before);
    return { ...payload, ...(kept && { kept }), ...(source && { source }) };
  }

  keepWords(field, said) {
    this.put(field, { ...this.values[field], kept: [...(this.values[field].kept ?? []), said] });
  }

  turnTo(field) {
    this.link.ask(field);
  }

  lineDone(field) {
    if (field === "state") this.endAnswered();
    this.link.flush();
  }

  // Said politely to who cannot see what changed; what may have changed out of sight is shown for a while as well.
  say(sentence, shown = false) {
    const told = this.root.querySelector(".qpm-told");
    told.textContent = sentence;
    told.classList.toggle("qpm-hidden", !shown);
    clearTimeout(this.saying);
    if (shown) this.saying = setTimeout(() => told.classList.add("qpm-hidden"), 6000);
  }

  // A box says how it shows a value that did not come from it; `show` has it do so.
  showing(name, draw) {
    this.drawers.set(name, draw);
  }

  show(field) {
    this.drawers.get(shownAs(field))?.(this.values[field], field);
  }

  // What was taken back comes into sight, and the focus stays where it is.
  bringBack(field) {
    const box = this.root.querySelector(`.qpm-guide [data-field="${CSS.escape(field)}"]`);
    const step = this.steps.isOn && this.steps.stepOf(box);
    if (step && step !== this.steps.at) this.go(this.steps.target(step));
    box?.scrollIntoView({ block: "nearest" });
  }

  // The first thing written down opens the interview.
  begin() {
    if (!["open", "stopped", "finished"].includes(this.values.state?.state)) this.put("state", { state: "open", reason: "" });
  }

  // Words are sent when a box is left; who also leaves what is asked about them has answered.
  get leave() {
    return ({ target, relatedTarget }) => {
      const box = target.closest("[data-field]");
      this.link.flush();
      if (!box.contains(relatedTarget)) this.link.settle(box.dataset.field);
    };
  }

  // ---- what follows from what is recorded; at most once per frame, however fast the typing

  whenChanged(update) {
    this.changes.push(update);
  }

  changed() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      this.update();
    });
  }

  update() {
    this.survey();
    const { open } = gateOf(this);
    const locked = !mayWrite(this);
    for (const fields of this.gated) if (fields.disabled !== locked) fields.disabled = locked;
    for (const update of this.changes) update();
    // What was refused for want of consent is sent again when consent is there.
    if (open && this.wasOpen === false) this.link.retry();
    this.wasOpen = open;
  }

  // Which questions have an answer or a reason, and which have an answer; and pieces of evidence per standard: what bears
  // on one of its indicators, whichever question it came up in.
  survey() {
    this.answered = new Set();
    this.told = new Set();
    this.pieces = {};
    this.lines = linesOf(this);
    for (const { payload: { filed_to: question } } of this.lines) for (const found of [this.answered, this.told]) found.add(question);
    // What was asked is no answer, nor is what a scene is about.
    const named = ["question", ...(this.view.guide.parts ?? []).filter(({ choose }) => choose).map(({ id }) => id)];
    for (const [field, payload] of Object.entries(this.values)) {
      const [, question, part, name] = field.match(/^answer:([^.]+)\.(\w+)\.?(.*)$/) ?? [];
      if (named.includes(part)) continue;
      if (part === "evidence") {
        const standard = this.view.choices.indicators[name]?.[1];
        if (!payload.bearing || payload.bearing === "not_explored") continue;
        this.told.add(question);
        if (standard) this.pieces[standard] = (this.pieces[standard] ?? 0) + 1;
      } else if (question && (payload.text || payload.reason)) {
        this.answered.add(question);
        if (payload.text) this.told.add(question);
      }
    }
  }

  // Whether the interview has ended, and nobody has asked here to put its notes right.
  get isClosed() {
    return this.isErased || (["stopped", "finished"].includes(this.values.state?.state) && !this.memory.correcting);
  }

  get isErased() {
    return Boolean(this.values["erasure:interview"]);
  }

  // Parts of the guide with questions that have neither an answer nor a reason; for an observation its scenes, and those of
  // the assessor's own.
  untouched() {
    const left = (questions) => questions.filter(({ id }) => !this.isAnswered(id));
    const sections = this.view.guide.sections.map(({ title, questions }) => ({ title: title.en, all: questions, left: left(questions) }));
    if (this.view.kind === "interview") return sections.filter((section) => section.left.length);
    const scenes = [...sections.flatMap((section) => section.left), ...left(ownQuestions(this).filter(({ ask }) => ask.plain.en))];
    return scenes.map((scene) => ({ title: scene.ask.plain.en, all: [], left: [scene] }));
  }

  isAnswered(questionId) {
    return this.answered.has(questionId);
  }

  countOf(count) {
    const { evidence_none: none, evidence_one: one, evidence_many: many } = this.words.progress;
    return fill([none, one][count] ?? many, { count });
  }

  // What the whole visit has heard on a standard, and from whom not yet: "3 pieces of evidence, none yet from advocates"
  heardOn(standard) {
    const { words: { progress: words }, view: { so_far: elsewhere, choices } } = this;
    const heard = { ...elsewhere.pieces[standard] };
    heard[elsewhere.source] = (heard[elsewhere.source] ?? 0) + (this.pieces[standard] ?? 0);
    const evidence = capital(this.countOf(Object.values(heard).reduce((sum, count) => sum + count, 0)));
    if (!Object.values(heard).some(Boolean)) return evidence;
    const silent = elsewhere.wanted[standard].filter((code) => !heard[code]);
    const named = silent.includes(elsewhere.source) ? elsewhere.source : silent[0]; // who is here now, or who should know
    return named ? fill(words.none_from, { evidence, label: choices.sources[named] }) : evidence;
  }

  // "25 minutes left" while the interview is open, on the day on which it was begun; "" otherwise.
  timeLeft() {
    const { words: { progress: words }, view, values } = this;
    const used = values.state?.state === "open" ? minutesUsed(this) : null;
    if (used === null || used > LONGEST) return "";
    const left = view.plan.minutes - used;
    return left >= 0 ? countWords(words.minute_left, words.minutes_left, left) : countWords(words.minute_over, words.minutes_over, -left);
  }

  labelOf({ bearing, strength, reason, decision, why }) {
    const { bearings, strengths, missing, decisions, pauses } = this.view.choices;
    const chosen = [[bearings, bearing], [strengths, strength], [missing, reason], [decisions, decision], [pauses, why]];
    return chosen.map(([choices, id]) => choices.find((one) => one.id === id)?.label).filter(Boolean).join(", ");
  }

  // ---- language and Easy Read

  said(text) {
    const span = h("span");
    this.whenWorded(() => this.speak(span, text));
    return span;
  }

  spoken(tag, wording, attributes = {}, key = "") {
    const node = h(tag, attributes);
    this.whenWorded(() => this.speak(node, (this.isEasy(key) && wording.easy_read) || wording.plain));
    return node;
  }

  // A text in the language of the conversation, with that language; in English where it has not been translated.
  inLanguage(text) {
    const language = text[this.language] ? this.language : "en";
    return [language, text[language]];
  }

  speak(node, text) {
    [node.lang, node.textContent] = this.inLanguage(text);
  }

  get hasCard() {
    return cardsOf(this).length > 0;
  }

  get hasSigns() {
    return this.view.signs_of.length > 0;
  }

  get hasEasy() {
    return cardsOf(this).some(({ wording }) => wording.easy_read);
  }

  get hasSymbols() {
    return Object.keys(this.view.symbols).length > 0;
  }

  whenWorded(update) {
    this.wordings.push(update);
    update();
  }

  isEasy(key) {
    return this.memory.easy[key] ?? this.memory.easy[""] ?? Boolean(this.view.plan.easy_read);
  }

  setEasy(key, on) {
    if (key) this.memory.easy[key] = on;
    else this.memory.easy = { "": on }; // the whole sheet: every question follows
    this.word();
  }

  setLanguage(language) {
    this.language = this.memory.language = language;
    this.word();
  }

  // What is written in other words may be longer or shorter: where the person is, the page stays where it was.
  word() {
    const { top, left, width, height } = this.root.getBoundingClientRect();
    const seen = (one) => one?.id && this.root.contains(one) && one.getBoundingClientRect().bottom > top && one.getBoundingClientRect().top < top + height;
    const middle = document.elementFromPoint(left + width * 0.6, top + height * 0.45)?.closest("[id]");
    const mark = [document.activeElement, middle].find((one) => seen(one) && one !== this.root && one.closest(".qpm-guide"));
    const before = mark?.getBoundingClientRect().top - top;
    for (const update of this.wordings) update();
    this.steps.keep();
    this.drawCard?.();
    if (mark) alignTo(this.root, mark, before);
  }

  // To the next language, or to plain words or Easy Read, and back.
  turnLanguage() {
    const { words } = this;
    const languages = Object.keys(words.languages);
    this.setLanguage(languages[(languages.indexOf(this.language) + 1) % languages.length]);
    this.say(fill(words.header.language_now, { language: words.languages[this.language] }), true);
  }

  turnEasy() {
    this.setEasy("", !this.isEasy(""));
    this.say(this.words.header[this.isEasy("") ? "easy_on" : "easy_off"], true);
  }

  // ---- moving about

  // To a part of the page; `toWrite`: with the caret where one writes, if one may.
  go(name, toWrite = false) {
    const target = this.element(name);
    if (name === "consent") this.element("consent-body").open = true;
    const box = toWrite ? target.querySelector("textarea:enabled") : null;
    this.steps.turnTo(target, () => (box ?? target).focus({ preventScroll: true }));
    this.bring(target, box);
  }

  // Scrolls to a part of the page; to the box in it if both do not fit. One at a time the top of the page stays if it can.
  bring(target, box) {
    const top = this.coverHeight();
    const bottom = this.root.clientHeight - this.element("steps").offsetHeight - this.element("quick").offsetHeight;
    const below = (part) => part.getBoundingClientRect().bottom - this.root.getBoundingClientRect().top;
    if (this.steps.isOn) this.root.scrollTop = 0;
    if (this.steps.isOn && below(box ?? target) < bottom) return;
    const isFar = box && box.getBoundingClientRect().bottom - target.getBoundingClientRect().top > bottom - top;
    alignTo(this.root, isFar ? box.parentNode : target, top);
  }

  // How far down reaches what stays in sight at the top.
  coverHeight() {
    return this.root.querySelector(".qpm-head").offsetHeight + 16;
  }

  // It has ended, and its notes are put right after all: the caret is where the person is.
  correctHere() {
    const at = this.steps.here();
    this.memory.correcting = true;
    this.update();
    this.go(this.steps.target(at), true);
  }

  // The consent that the person is at, if they are at one.
  scopeHere() {
    return document.activeElement.closest(".qpm-scope")?.dataset.field.match(/^consent:(\w+)/)[1];
  }

  // The page stands. In a window where it is new it opens where it was left, if one may write there.
  placed() {
    this.showCardAgain?.();
    this.showPauseAgain();
    if (!this.isNew) return;
    this.isNew = false;
    if (this.isClosed || !gateOf(this).open) this.memory.at = BEGINNING;
    this.steps.show();
    if (this.steps.at !== BEGINNING) this.go(this.steps.target(this.steps.at), true);
  }

  openDialog(name) {
    const box = this.element(name);
    box.prepare();
    this.showDialog(box);
  }

  showDialog(box) {
    this.atAnyTime(box);
    box.showModal();
  }
}

// ---- the parts of the page -----------------------------------------------------------------------------------------

function topBar(page) {
  const { words, view } = page;
  const name = `${words.header[view.kind]} ${view.id}`;
  const state = h("span", { class: "qpm-state" });
  const safeguarding = h("button", { type: "button", id: page.id("open-safeguarding"), "aria-keyshortcuts": "Shift+F2", onclick: () => page.openDialog("safeguarding") });
  page.whenChanged(() => {
    safeguarding.textContent = words.header[page.values.safeguarding ? "safeguarding_recorded" : "safeguarding"];
  });
  page.whenChanged(() => { say(state, words.closing[`state_${page.values.state?.state ?? "planned"}`]); });
  return h("div", { class: "qpm-bar" },
    h("div", { class: "qpm-title" },
      h("a", { class: "qpm-to-desk", href: view.desk.address, "data-qpm-open": view.desk.path }, words.header.desk),
      h("h1", {}, name, view.plan.role && h("span", { class: "qpm-role" }, ` · ${view.plan.role}`)), state,
      inventedChip(view.sample, words.sample, "span")),
    h("div", { class: "qpm-save", "data-state": "none" },
      h("span", { class: "qpm-dot", "aria-hidden": "true" }), h("span", { class: "qpm-save-text" })),
    h("div", { class: "qpm-acts" },
      quickButton(page), safeguarding, pauseButton(page),
      endButton(page), drawerButton(page),
      h("button", { type: "button", id: page.id("open-keys"), onclick: () => page.openDialog("keys") }, words.keys.open)),
    h("p", { class: "qpm-banner qpm-bad qpm-trouble", hidden: true }), h("p", { class: "qpm-buttons qpm-let-go", hidden: true }));
}

function facts(page) {
  const { words, view } = page;
  const { plan } = view;
  const list = [
    plan.visit.title || plan.visit.id, plan.respondents.join(", "), page.moment(plan.planned_at),
    fill(words.header.minutes, { minutes: plan.minutes }), ...plan.flags.map((flag) => words.header[flag]),
    plan.access_needs && fill(words.header.access, { needs: plan.access_needs }),
  ];
  return h("div", { class: "qpm-facts" },
    view.two_people.length > 0 && h("p", { class: "qpm-banner qpm-warn" }, words.two_people, " ",
      view.two_people.map((one) => fill(words.two_people_one, { by: one.by, codes: one.respondents.join(", ") })).join(" ")),
    h("ul", { class: "qpm-beginning" }, list.filter(Boolean).map((fact) => h("li", {}, fact))));
}

// For the assessor alone, folded away: what the advocacy in question rests on, and what to look for.
function lawPart(page) {
  const { law: words } = page.words;
  const roles = page.view.plan.law ?? [];
  if (!roles.length) return null;
  const day = (date) => new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", year: "numeric" }).format(new Date(`${date}T12:00`));
  return h("details", { class: "qpm-card qpm-law qpm-beginning" }, h("summary", {}, words.title), roles.map((role) => [
    h("h3", {}, role.name), h("p", { class: "qpm-hint" }, role.law),
    role.look_for.length > 0 && [h("p", { class: "qpm-label" }, words.look_for), h("ul", {}, role.look_for.map((one) => h("li", {}, one)))],
    h("p", { class: "qpm-label" }, words.prompts),
    h("ul", {}, role.prompts.map((one) => h("li", {}, one.text, " ",
      h("span", { class: "qpm-hint" }, fill(one.confirmed ? words.source : words.unconfirmed, { source: one.source, date: day(one.as_of) }))))),
  ]));
}

function sideList(page, stops) {
  const { words, view } = page;
  const summary = h("p", { class: "qpm-coverage" });
  const items = stops.map(({ name, label, state }) => {
    const note = h("span", { class: "qpm-hint" });
    const button = h("button", { type: "button", class: "qpm-stop", id: page.id(`go-${name}`), onclick: () => page.go(name) },
      h("span", {}, label), note);
    page.whenChanged(() => {
      const [text, done] = state();
      say(note, text);
      button.classList.toggle("qpm-done", Boolean(done));
    });
    return h("li", {}, button);
  });
  page.whenChanged(() => {
    const facts = {
      evidence: page.countOf(Object.values(page.pieces).reduce((sum, count) => sum + count, 0)),
      standards: Object.keys(page.pieces).length,
      answered: page.questions.filter((question) => page.isAnswered(question.id)).length, questions: page.questions.length,
    };
    const { progress } = words;
    const evidence = facts.standards ? fill(facts.standards === 1 ? progress.on_one_standard : progress.on_standards, facts) : facts.evidence;
    const lines = [capital(evidence), fill(view.kind === "observation" ? progress.scenes : progress.questions, facts), page.timeLeft()];
    refill(summary, lines.join("\n"), () => lines.map((line, place) => h(place ? "span" : "strong", {}, line)));
  });
  const easy = h("input", {
    type: "checkbox", id: page.id("easy"), "aria-keyshortcuts": "Control+F9", onchange: () => page.setEasy("", easy.checked),
  });
  page.whenWorded(() => { easy.checked = page.isEasy(""); });
  const language = page.hasCard && selectBox({
    id: page.id("language"), label: words.header.language, labelClass: "qpm-hint", value: page.language,
    choices: Object.entries(words.languages).map(([id, label]) => ({ id, label })), pick: (chosen) => page.setLanguage(chosen),
  });
  if (language) page.whenWorded(() => { language.querySelector("select").value = page.language; });
  return h("div", { class: "qpm-side" },
    h("div", { class: "qpm-switches" },
      stepSwitch(page),
      page.hasEasy && h("label", { class: "qpm-switch" }, easy, h("span", {}, words.header.easy_read)), language,
      page.hasSymbols && symbolsSwitch(page),
      h("div", { class: "qpm-side-acts" },
        h("button", { type: "button", class: "qpm-find", id: page.id("open-search"), "aria-keyshortcuts": "F2", onclick: () => page.openDialog("search") },
          words.search[view.kind === "observation" ? "open_scene" : "open"]),
        undoButton(page)),
      assentButton(page)),
    summary, breaksLine(page, { class: "qpm-breaks" }),
    h("nav", { "aria-label": words.header.contents }, h("ul", {}, items)),
    paperSwitch(page), printedForm(page));
}

function consentStop(page) {
  const { title, nav_open: ask, nav_done: done, nav_blocked: blocked } = page.words.consent;
  return {
    name: "consent", label: title,
    state: () => {
      const { open, decision } = gateOf(page);
      const refused = page.view.plan.respondents.some((code) => ["declined", "withdrawn"].includes(decision("notes", code)));
      return open ? [done, true] : [refused ? blocked : ask, false];
    },
  };
}

function sectionStop(page, section, name) {
  const standard = page.view.choices.standards[section.standard];
  return {
    name, label: standard ? `${standard.number}. ${section.title.en}` : section.title.en,
    state: () => {
      const answered = section.questions.filter((question) => page.isAnswered(question.id)).length;
      const touched = fill(page.words.progress.section, { answered, questions: section.questions.length });
      const text = standard ? `${page.heardOn(section.standard)} · ${touched}` : touched;
      return [text, answered === section.questions.length];
    },
  };
}

function sceneStop(page, scene) {
  const { words: { progress: words }, view: { choices } } = page;
  const standards = [...new Set(scene.indicators.map((id) => choices.indicators[id]?.[1]).filter(Boolean))];
  return {
    name: scene.id, label: scene.ask.plain.en,
    state: () => {
      const done = page.isAnswered(scene.id);
      const heard = standards.map((id) => fill(words.on_standard, { standard: choices.standards[id].name, evidence: lower(page.heardOn(id)) }));
      return [[...heard, done ? words.scene_done : words.scene_open].join(" · "), done];
    },
  };
}

function guidePart(page) {
  const { view, words } = page;
  const stops = [];
  const parts = [paperNotice(page), stateNotice(page), lawPart(page)];
  if (view.kind === "interview") {
    parts.push(...modesPart(page), consentPart(page), gateNotice(page), takenBackNotice(page));
    stops.push(consentStop(page));
  } else {
    parts.push(h("section", {
      class: "qpm-card qpm-beginning", id: page.id("rules"), tabindex: "-1", "aria-labelledby": page.id("rules-title"),
    }, h("h2", { id: page.id("rules-title") }, words.observation.rules),
      h("ul", { class: "qpm-rules" }, view.guide.rules.map((rule) => h("li", {}, page.said(rule)))),
      page.hasCard && h("p", {}, cardButton(page, "rules", BEGINNING))));
  }
  const last = view.guide.sections.length - 1;
  view.guide.sections.forEach((section, index) => {
    const name = `section-${index}`;
    const standard = view.choices.standards[section.standard];
    parts.push(h("section", { class: "qpm-section", id: page.id(name), tabindex: "-1", "aria-labelledby": page.id(`${name}-title`) },
      h("h2", { id: page.id(`${name}-title`) }, standard && h("span", { class: "qpm-number" }, `${standard.number}`), page.said(section.title)),
      section.questions.map((question) => questionPart(page, question)),
      (standard || index === last) && ownPart(page, section.standard ?? "", index === last)));
    if (view.kind === "observation") stops.push(...section.questions.map((scene) => sceneStop(page, scene)));
    else stops.push(sectionStop(page, section, name));
  });
  parts.push(closingPart(page));
  stops.push({ name: "closing", label: words.closing.title, state: () => ["", false] });
  return { parts, stops };
}

// ---- putting it together ----------------------------------------------------------------------------------------------

function drawPage(page) {
  const { view } = page;
  const { parts, stops } = guidePart(page);
  const side = sideList(page, stops);
  page.root = h("form", { class: "qpm-sheet qpm-interview", "data-scope": view.scope, "data-jp-suppress-context-menu": "true" },
    h("p", { class: "qpm-printed qpm-banner" }, page.words.printed),
    h("div", { class: "qpm-head" }, topBar(page), whyLine(page)),
    h("div", { class: "qpm-body" }, side,
      h("div", { class: "qpm-guide" }, facts(page), parts.filter(Boolean), stepBar(page))),
    quickPart(page),
    h("div", { role: "status", class: "qpm-hidden qpm-receipts" }), h("div", { role: "status", class: "qpm-hidden qpm-noticed" }),
    h("div", { role: "status", class: "qpm-hidden qpm-told" }),
    h("div", { role: "alert", class: "qpm-hidden qpm-failures" }),
    endDialog(page), pauseDialog(page), page.hasSigns && assentDialog(page), view.may_join.length > 0 && joinDialog(page), safeguardingDialog(page), eraseDialog(page),
    searchDialog(page), keysDialog(page), drawerDialog(page), fileDialog(page), indicatorDialog(page), versionsDialog(page), historyDialog(page),
    page.hasCard && showCard(page));
  page.steps = new Steps(page);
  page.atAnyTime = atAnyTime(page);
  page.root.addEventListener("submit", (event) => event.preventDefault());
  page.root.addEventListener("keydown", (event) => {
    if (event.key === "s" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault(); // a hand that saves by habit
      page.link.flush();
      page.link.settle();
    }
    if (event.key === "Enter" && event.target.matches('input[type="text"]')) event.preventDefault();
  });
  answerKeys(page);
  dragLines(page);
  beginQuotes(page);
  followScroll(page, stops);
  page.steps.show();
  page.update();
}

// Marks in the side list where the reader is, and puts the list away where there is little room.
function followScroll(page, stops) {
  const passed = () => {
    const line = page.root.getBoundingClientRect().top + 160;
    return stops.findLast(({ name }) => page.element(name).getBoundingClientRect().top <= line) ?? stops[0];
  };
  const stepped = () => {
    const step = page.element(page.steps.target(page.steps.at));
    return stops.find(({ name }) => [step.id, step.closest(".qpm-section")?.id].includes(page.id(name)));
  };
  const mark = () => {
    const here = (page.steps.isOn ? stepped() : page.root.isConnected && passed())?.name;
    for (const { name } of stops) {
      if (name === here) page.element(`go-${name}`).setAttribute("aria-current", "true");
      else page.element(`go-${name}`).removeAttribute("aria-current");
    }
  };
  let waiting = null;
  page.root.addEventListener("scroll", () => {
    waiting ??= requestAnimationFrame(() => {
      waiting = null;
      mark();
    });
  }, { passive: true });
  page.markPlace = mark;
  const head = page.root.querySelector(".qpm-head");
  const quick = page.element("quick");
  page.watchSize = new ResizeObserver(() => {
    page.root.style.setProperty("--bar", `${head.offsetHeight}px`);
    page.root.style.setProperty("--quick", `${quick.offsetHeight}px`);
    const narrow = page.root.clientWidth < NARROW;
    if (narrow !== page.root.classList.contains("qpm-narrow")) arrange(page, narrow);
  });
  for (const one of [page.root, head, quick]) page.watchSize.observe(one);
}

function render({ model, el }) {
  let page = null;
  let tell = () => {};
  let unfit = () => {};
  const link = connectSheet(model, {
    opened(view) {
      link.silent = view.wording.save.no_answer;
      page = new InterviewPage(view, link);
      drawPage(page);
      for (const [field, noticed] of Object.entries(view.noticed)) {
        if (view.values[field] === page.values[field]) showIdentifiers(page, field, view.values[field], noticed);
      }
      tell = saveState(page);
      el.style.margin = 0;
      el.replaceChildren(page.root);
      link.hold(page.root);
      unfit = fitToRoom(page.root);
    },
    failed(...fault) {
      el.replaceChildren(failurePage(...fault, () => link.open()));
    },
    receipt(field, entryId, recordedAt, payload, noticed) {
      page.savedAt = Math.max(page.savedAt ?? 0, recordedAt);
      page.saved[field] = payload;
      page.view.versions[field] = (page.view.versions[field] ?? (page.view.values[field] ? 1 : 0)) + 1;
      noteTime(page, field, recordedAt);
      page.changed();
      if (mayHoldTakenWords(page, field)) askTakenBack(page);
      if (field === page.memory.account?.field) page.memory.account.keptAt = recordedAt;
      if (noticed) showIdentifiers(page, field, payload, noticed);
    },
    held(field, payload, noticed) {
      if (field === "state") page.openDialog("end"); // where its reason is written
      showIdentifiers(page, field, payload, noticed, true);
    },
    refused(field, _entryId, code) {
      if (code === "SAFE-005") page.beginAccountAnew(field);
      if (code === "CONSENT-004") dropStranger(page, field);
    },
    placed() {
      page.placed();
    },
    // Observers and functions that the browser or JupyterLab keep for good keep no words then.
    gone() {
      cancelAnimationFrame(page.frame);
      for (const name of Object.keys(page)) delete page[name];
      page = null;
    },
    elsewhere(field, payload, entryId) {
      page.values[field] = page.saved[field] = payload;
      page.noteSign?.(entryId, field, payload);
      page.changed();
      if (mayHoldTakenWords(page, field)) askTakenBack(page);
    },
    erased(code, sentence) {
      el.replaceChildren(failurePage(code, sentence, { title: page.words.erase.gone, again: page.words.erase.again }, () => location.reload()));
    },
    status(status) {
      tell(status);
      page?.showAccount?.(status);
    },
  });
  link.open();
  const minutes = setInterval(() => page?.changed(), HALF_A_MINUTE);
  return () => {
    clearInterval(minutes);
    link.close();
    unfit();
    page?.keysOff.abort();
    page?.watchSize.disconnect();
    page?.watchCard?.disconnect();
  };
}

export default { render };
