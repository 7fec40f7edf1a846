// The findings sheet: the visit so far, and one standard at a time: its evidence, the ratings and the findings that rest on it.

class FindingsPage {
  constructor(model, el) {
    this.el = el;
    this.noticed = new Map(); // field -> { payload, noticed, waits }: what in its words points to one person
    this.states = new Map(); // field -> { saving } or { savedAt } or { refused: { code, sentence } }
    this.link = connectSheet(model, {
      opened: (view) => this.opened(view),
      failed: (...fault) => el.replaceChildren(failurePage(...fault, () => this.link.open())),
      receipt: (field, entryId, recordedAt, payload, noticed) => this.received(field, recordedAt, payload, noticed),
      held: (field, payload, noticed) => this.notice(field, payload, noticed, true),
      refused: (field, entryId, code, sentence) => this.refused(field, code, sentence),
      status: (status) => this.tell(status),
      gone: () => Object.assign(this, { recorded: null, pieces: new Map(), noticed: new Map(), drafts: {}, parts: [], findings: null, main: null }),
    });
    this.unkey = answerProtocolKey(this);
    this.link.open();
  }

  close() {
    this.unfit?.();
    this.unwatch?.();
    this.unkey();
    this.trail?.off.abort();
    this.link.close();
  }

  opened(view) {
    Object.assign(this, view, { memory: this.link.memory, drafts: this.link.unsaved() });
    this.link.silent = view.words.refresh.failed;
    this.prefix = `findings-${view.scope.replace(/[^A-Za-z0-9]/g, "-")}`;
    for (const field of Object.keys(this.drafts)) this.states.set(field, { saving: true });
    this.take(view.recorded);
    this.trail?.off.abort();
    this.trail = new JudgementTrail(this);
    this.root = h("section", { class: "qpm-sheet qpm-debrief", lang: "en", "aria-labelledby": `${this.prefix}-title` });
    this.nav = h("nav", { "aria-labelledby": `${this.prefix}-standards` });
    this.main = h("div", { class: "qpm-main-part" });
    this.alarm = h("p", { class: "qpm-alarm", role: "alert" });
    this.news = h("p", { class: "qpm-hint", role: "status" });
    this.root.replaceChildren(this.drawLine(), this.drawTop(),
      h("div", { class: "qpm-columns" }, this.nav, this.main), this.alarm, this.trail.dialog,
      h("p", { class: "qpm-hidden qpm-noticed", role: "status" }));
    this.drawNav();
    this.drawMain();
    this.el.replaceChildren(this.root);
    this.link.hold(this.root);
    this.unfit = fitToRoom(this.root);
    this.unwatch = onComingBack(this.root, () => this.memory.editing || this.look(true));
  }

  // ---- what is recorded, and what is on its way

  take(recorded) {
    this.recorded = recorded;
    this.pieces = new Map(recorded.pieces.map((piece) => [piece.id, piece]));
    this.questions = new Map();
    for (const { question, indicators } of [...recorded.pieces, ...recorded.gaps]) {
      for (const indicator of indicators) this.questions.set(indicator, [...(this.questions.get(indicator) ?? []), question]);
    }
    for (const field of Object.keys(this.drafts)) if (this.isSaved(field)) delete this.drafts[field];
    const judged = [...Object.values(recorded.ratings), ...recorded.findings];
    for (const one of judged) {
      const { area, name, recorded_at: savedAt } = one;
      if (!this.drafts[`${area}:${name}`]) this.noticed.set(`${area}:${name}`, { payload: one, noticed: one.noticed });
      if (!this.states.get(`${area}:${name}`)?.saving) this.states.set(`${area}:${name}`, { savedAt });
      this.savedAt = Math.max(this.savedAt ?? 0, savedAt);
    }
  }

  recordedValue(field) {
    const [area, name] = field.split(":");
    return area === "rating" ? this.recorded.ratings[name] : this.recorded.findings.find((one) => one.name === name);
  }

  value(field) {
    return this.drafts[field] ?? this.recordedValue(field);
  }

  // Why no report prints these words, until they are saved without citing what is gone; "" as a rule.
  whyReadAgain(field) {
    const recorded = this.recordedValue(field), draft = this.drafts[field];
    const cleared = draft && !recorded?.gone.some((id) => draft.cites.includes(id));
    return (!cleared && recorded?.read_again) || "";
  }

  isRecorded(field) {
    return Boolean(this.recordedValue(field) || this.states.get(field)?.savedAt);
  }

  isSaved(field) {
    return Boolean(this.states.get(field)?.savedAt);
  }

  // `pending`: whether the caret stands in the middle of a word or a number, as drawing.js guesses.
  change(field, payload, now, pending) {
    this.trail.remember(field, payload, !now);
    this.drafts[field] = payload;
    this.states.set(field, { saving: true });
    if (now) this.link.commit(field, payload);
    else this.link.type(field, payload, pending);
  }

  // ---- what points to one person: identifiers_part.js asks

  notice(field, payload, noticed, waits = false) {
    this.noticed.set(field, { payload, noticed, waits });
    this.showNoticed(field);
  }

  showNoticed(field) {
    const { payload, noticed, waits } = this.noticed.get(field) ?? {};
    if (noticed) showIdentifiers(this, field, payload, noticed, waits);
  }

  isHeld(field) {
    return Boolean(this.noticed.get(field)?.waits);
  }

  keepWords(field, said) {
    const part = this.findings?.editor?.field === field ? this.findings.editor : this.parts.find((one) => one.field === field);
    part.change({ kept: [...(this.value(field).kept ?? []), said] }, true);
  }

  turnTo(field) {
    this.link.ask(field);
  }

  lineDone() {
    this.link.flush();
  }

  // Words are sent when a box is left; who also leaves what is asked about them has answered.
  get leave() {
    return ({ target, relatedTarget }) => {
      const box = target.closest("[data-field]");
      this.link.flush();
      if (!box.contains(relatedTarget)) this.link.settle(box.dataset.field);
    };
  }

  // Words thrown away; what the journal has of this field, if anything, is read again.
  forget(field) {
    delete this.drafts[field];
    this.states.delete(field);
    this.link.forget(field);
    this.read().then(() => this.drawMain(), () => {});
  }

  findingsOn(standard) {
    const written = this.recorded.findings.map(({ name }) => name);
    const drafted = Object.keys(this.drafts).filter((field) => field.startsWith("finding:")).map((field) => field.slice(8));
    return [...new Set([...written, ...drafted])]
      .map((name) => ({ ...this.recordedValue(`finding:${name}`), ...this.drafts[`finding:${name}`], name }))
      .filter((finding) => finding.standard === standard && finding.text.trim())
      .sort((one, other) => one.order - other.order);
  }

  received(field, recordedAt, payload, noticed) {
    if (noticed) this.notice(field, payload, noticed);
    this.states.set(field, { savedAt: recordedAt });
    this.savedAt = Math.max(this.savedAt ?? 0, recordedAt);
    this.refresh(field);
  }

  refused(field, code, sentence) {
    this.states.set(field, { refused: { code, sentence } });
    this.refresh(field);
  }

  refresh(field) {
    if (!this.root) return;
    this.parts.find((part) => part.field === field)?.update();
    this.findings?.update();
    this.drawNav();
  }

  // ---- saying what is saved

  showState(node, field) {
    const { words: { save, rating, finding } } = this;
    const state = this.states.get(field);
    const waiting = { "EVIDENCE-001": finding.waiting_cites, "EVIDENCE-003": rating.needs_level }[state?.refused?.code];
    node.textContent = !state ? "" : state.saving ? save.saving
      : state.savedAt ? fill(save.saved, { time: this.time(state.savedAt) })
        : waiting ?? fill(save.not_saved, { sentence: state.refused.sentence });
    node.classList.toggle("qpm-unsaved", Boolean(state?.refused));
  }

  tell({ unsaved, lost }) {
    if (!this.root) return;
    const { words: { save } } = this;
    this.alarm.textContent = !lost ? "" : unsaved ? save.lost : save.gone;
    const said = unsaved ? countWords(save.unsaved_one, save.unsaved_many, unsaved)
      : this.savedAt ? fill(save.all_saved, { time: this.time(this.savedAt) }) : save.nothing;
    // Shown at once; counted and read out only when it stays, for that is worth interrupting for.
    if (unsaved && !this.status.classList.contains("qpm-unsaved")) this.status.textContent = save.saving;
    clearTimeout(this.telling);
    this.telling = setTimeout(() => {
      this.status.textContent = said;
      this.status.classList.toggle("qpm-unsaved", unsaved > 0);
      if (this.announced.textContent !== said) this.announced.textContent = said;
    }, unsaved ? 600 : 0);
  }

  time(ms) {
    const today = new Date(ms).toDateString() === new Date().toDateString();
    const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" }).format(ms);
    return today ? clock(ms) : `${day}, ${clock(ms)}`;
  }

  // ---- small things that all parts use

  join(items) {
    return listWords(items, this.words);
  }

  labelOfLevel(id) {
    return this.scales.levels.find((level) => level.id === id)?.label ?? (id || this.words.indicator.not_rated);
  }

  day(date) {
    const form = { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" };
    return new Intl.DateTimeFormat("en-GB", form).format(new Date(`${date}T00:00:00Z`));
  }

  // The standard that is shown; none while the visit so far is.
  get standard() {
    return this.standards.find(({ id }) => id === this.memory.standard);
  }

  // Who was heard, who could have been, and what is judged on paper.
  drawVoices({ heard, silent, on_paper: onPaper }) {
    const { words: { voices } } = this;
    const line = (sentence, codes) => codes.length > 0 && h("span", {}, fill(sentence, { labels: evidenceParts.sources(this, codes) }));
    return h("p", { class: "qpm-voices" }, heard.length ? line(voices.heard, heard) : h("span", {}, voices.nobody),
      line(voices.silent, silent), line(voices.on_paper, onPaper));
  }

  // ---- drawing

  drawLine() {
    const { words } = this;
    return h("div", { class: "qpm-topline" },
      h("a", { href: this.desk.address, "data-qpm-open": this.desk.path }, words.desk),
      h("span", {}, fill(words.eyebrow, this)), inventedChip(this.sample, words.sample),
      protocolButton(this.root, `${this.prefix}-harm`, words.safeguarding, () => this.harm));
  }

  drawTop() {
    const { words, visit } = this;
    this.status = h("p", { class: "qpm-saved", "aria-hidden": "true" });
    this.announced = h("p", { class: "qpm-hidden", role: "status" });
    const dates = visit.starts === visit.ends ? this.day(visit.starts)
      : fill(words.dates_range, { start: this.day(visit.starts), end: this.day(visit.ends) });
    return h("header", { class: "qpm-top" },
      h("div", { class: "qpm-headline" }, h("h1", { id: `${this.prefix}-title`, tabindex: "-1" }, visit.title), this.status, this.announced),
      h("p", { class: "qpm-facts" }, h("span", {}, dates), h("span", {}, words.provisional)), this.trail.node);
  }

  drawNav() {
    const { words: { standards: words, overview, refresh } } = this;
    const had = this.nav.contains(document.activeElement) ? document.activeElement.id : null;
    this.nav.replaceChildren(
      h("button", {
        type: "button", id: `${this.prefix}-go-overview`, "aria-current": this.standard ? null : "true", onclick: () => this.go(""),
      }, overview.heading),
      h("h2", { id: `${this.prefix}-standards` }, words.heading),
      h("ol", {}, this.standards.map((standard) => {
        const rated = standard.indicators.filter((id) => this.value(`rating:${id}`)?.level).length;
        const unfinished = standard.indicators.filter((id) => ratingWants(this, this.value(`rating:${id}`)).length).length;
        const written = this.findingsOn(standard.id).filter(({ name }) => this.isRecorded(`finding:${name}`)).length;
        return h("li", {}, h("button", {
          type: "button", id: `${this.prefix}-go-${standard.id}`, "aria-current": standard === this.standard ? "true" : null,
          onclick: () => this.go(standard.id),
        }, h("span", { class: "qpm-number" }, standard.number), h("span", {}, standard.name, h("small", {}, [
          fill(words.rated, { rated, total: standard.indicators.length }),
          unfinished && fill(words.unfinished, { count: unfinished }),
          written && countWords(words.finding_one, words.finding_many, written),
        ].filter(Boolean).join(" · ")))));
      })),
      h("button", { type: "button", id: `${this.prefix}-look`, onclick: () => this.look() }, refresh.button), this.news);
    if (had) this.nav.querySelector(`#${CSS.escape(had)}`)?.focus({ preventScroll: true });
  }

  go(standard) {
    Object.assign(this.memory, { standard, editing: null, asking: null, filter: "" });
    this.drawNav();
    this.drawMain();
    this.root.scrollTop = 0;
    this.root.querySelector(`#${CSS.escape(`${this.prefix}-standard`)}`).focus({ preventScroll: true });
  }

  drawMain() {
    const had = this.main.contains(document.activeElement) ? document.activeElement.id : null;
    if (this.standard) this.drawStandard();
    else this.drawOverview();
    if (had) this.main.querySelector(`#${CSS.escape(had)}`)?.focus({ preventScroll: true });
  }

  drawOverview() {
    this.parts = [];
    this.findings = null;
    this.main.replaceChildren(this.drawLeftOut(), ...new OverviewPart(this).node.filter(Boolean));
  }

  // What no part of this page counts, and why.
  drawLeftOut() {
    const { words, recorded: { left_out: leftOut, partly, two_people: twoPeople } } = this;
    return h("div", { class: "qpm-left-out" },
      twoPeople.length > 0 && h("p", { class: "qpm-banner qpm-warn" }, fill(words.two_people, { ids: this.join(twoPeople) })),
      leftOut.length > 0 && h("p", { class: "qpm-banner qpm-warn" }, fill(words.left_out, { ids: this.join(leftOut) })),
      partly.length > 0 && h("p", { class: "qpm-banner qpm-warn" }, fill(words.partly, { ids: this.join(partly) })));
  }

  drawStandard() {
    const { standard, standards, words } = this;
    this.parts = standard.indicators.map((id) => new IndicatorPart(this, id));
    this.findings = new FindingsPart(this, standard);
    const union = (key) => [...new Set(standard.indicators.flatMap((id) => this.recorded.indicators[id][key]))];
    const heard = union("heard");
    const voices = { heard, silent: union("silent").filter((code) => !heard.includes(code)), on_paper: union("on_paper") };
    const at = standards.indexOf(standard);
    const step = (other, sentence) => other && h("button", { type: "button", onclick: () => this.go(other.id) }, fill(sentence, other));
    this.main.replaceChildren(
      this.drawLeftOut(),
      h("div", { class: "qpm-standard" },
        h("h2", { id: `${this.prefix}-standard`, tabindex: "-1" }, `${standard.number} ${standard.name}`),
        h("p", {}, standard.meaning), this.drawVoices(voices)),
      h("section", { class: "qpm-indicators", "aria-labelledby": `${this.prefix}-indicators` },
        h("h3", { id: `${this.prefix}-indicators` }, words.indicator.heading), this.parts.map(({ node }) => node)),
      this.findings.node,
      h("div", { class: "qpm-actions qpm-steps" }, step(standards[at - 1], words.standards.previous),
        step(standards[at + 1], words.standards.next)));
    for (const field of this.noticed.keys()) this.showNoticed(field);
  }

  sayBreaks(breaks) {
    const { words } = this;
    return fill(words.breaks.all, { held: this.join(breaks.map(({ held, number, minutes }) => fill(words.breaks.one, {
      held, breaks: countWords(words.breaks.break_one, words.breaks.break_many, number),
      minutes: countWords(words.breaks.minute_one, words.breaks.minute_many, minutes),
    }))) });
  }

  async read() {
    this.take((await this.link.do("look")).recorded);
  }

  // Other interviews go on while this page is open.
  async look(quietly = false) {
    const { words: { refresh } } = this;
    const before = this.pieces.size;
    try {
      await this.read();
      const more = Math.max(0, this.pieces.size - before);
      this.drawMain();
      this.drawNav();
      const none = quietly ? "" : refresh.none;
      this.news.textContent = more ? countWords(refresh.one, refresh.many, more) : none;
    } catch (error) {
      this.news.textContent = error.message;
    }
  }
}

export default {
  render({ model, el }) {
    const page = new FindingsPage(model, el);
    return () => page.close();
  },
};
