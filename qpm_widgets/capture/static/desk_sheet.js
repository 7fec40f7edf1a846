// The desk: what is next, each visit by day, what is missing. Drawn from one `situation`. A form for an assessment stands in
// the place of all that while it is filled in.

const HELD = new Set(["stopped", "finished"]);
const OVER = new Set([...HELD, "cancelled"]);

class Desk {
  constructor(view, link) {
    this.words = view.words;
    this.link = link;
    this.root = h("div", { class: "qpm-sheet qpm-desk" });
    this.unkey = answerProtocolKey(this);
    this.said = h("p", { class: "qpm-desk-said", role: "status" });
    this.show(view.situation);
    if (link.memory.form) this.drawForm(link.memory.form);
  }

  // Draws anew only what has changed something, and leaves the reader where they are.
  show(situation) {
    const text = JSON.stringify([situation, isoDay(new Date()), this.findNext(situation)?.meeting.id]);
    if (text === this.shown) return;
    this.situation = situation;
    if (this.form || this.root.querySelector("dialog")) return; // drawn when the form, or a question, is done with
    this.shown = text;
    const focused = this.root.contains(document.activeElement) ? document.activeElement.id : "";
    this.root.replaceChildren(...this.draw());
    if (focused) this.root.querySelector(`#${CSS.escape(focused)}`)?.focus({ preventScroll: true });
  }

  draw() {
    const { words, situation } = this;
    const { assessments, waiting_accounts: waiting } = situation;
    return [
      ...this.drawHead(),
      waiting.length && waitingAccounts(this, waiting, situation.practice === "here"),
      situation.left_files.length > 0 && leftFiles(this, situation.left_files),
      situation.handed_over.length > 0 && handedOver(this, situation.handed_over),
      situation.uncertified.map((one) => this.drawUncertified(one)),
      this.carried && this.drawCarried(),
      situation.practice === "here" && practiceNotice(this),
      this.drawNext(situation),
      assessments.length ? todayFirst(assessments).map((one) => this.drawAssessment(one)) : this.drawEmpty(),
      h("div", { class: "qpm-desk-foot" },
        this.said,
        assessments.length > 0 && this.newAssessment(),
        assessments.length > 0 && situation.practice !== "here" && practiseButtons(this, situation.practice === "there"),
        repairButton(this), lockButton(this),
        h("button", { type: "button", id: "desk-workbench", class: "qpm-quiet", "data-qpm-workbench": "",
          title: words.workbench_hint }, words.workbench)),
    ].flat().filter(Boolean);
  }

  drawHead() {
    const { words, situation } = this;
    return [
      h("div", { class: "qpm-topline" }, h("p", { class: "qpm-desk-brand" }, words.product),
        situation.assessments.length > 0 && protocolButton(this.root, "desk-harm", words.safeguarding, () => this.aboutHarm())),
      h("div", { class: "qpm-desk-head" },
        h("h1", { tabindex: "-1" }, words.heading),
        h("p", { class: "qpm-hint" }, `${longDay(new Date())} · ${fill(words.assessor, { code: situation.assessor })}`)),
    ];
  }

  aboutHarm() {
    const { assessments } = this.situation;
    const linked = ({ meetings }) => meetings.filter(({ state, page }) => state !== "cancelled" && page.there)
      .map((one) => ({ name: one.id, page: one.page }));
    return {
      nations: assessments.flatMap(({ harm }) => harm),
      visits: todayFirst(assessments.flatMap(({ visits }) => visits))
        .map((visit) => ({ ...visit, plan: visit.pages.plan.there && visit.pages.plan, meetings: linked(visit) })),
    };
  }

  // ---- planning an assessment, and a visit of it

  // What the form needs is asked for when it is opened; `view` holds what is filled in as well, until it is done with.
  async openForm(id) {
    const view = await this.link.do("view_assessment", { id });
    this.link.memory.form = view;
    this.drawForm(view);
    this.form.focus("form");
  }

  drawForm(view) {
    this.form = new AssessmentForm(this, view, (saved) => this.leaveForm(view.id, saved));
    this.root.replaceChildren(...this.drawHead(), this.form.root);
  }

  leaveForm(id, saved) {
    const { planning: words } = this.words;
    this.link.memory.form = this.form = null;
    this.shown = "";
    this.say("");
    this.show(saved?.situation ?? this.situation);
    const kept = saved?.id ?? id;
    if (saved) this.say(fill(id ? words.changed : words.added, { time: clock(saved.recorded_at) }));
    const back = saved && !id ? `desk-${kept}-new-visit` : kept ? `desk-${kept}-change` : "desk-new-assessment";
    this.root.querySelector(`#${CSS.escape(back)}`)?.focus();
  }

  planButton(id, label, title, act, kind = "qpm-quiet") {
    return careButton(this, { id, label, title, working: "", kind, act });
  }

  newAssessment(kind) {
    const { planning: words } = this.words;
    return this.planButton("new-assessment", words.new_assessment, null, () => this.openForm(""), kind);
  }

  // Its plan page is opened at once, and asks for the visit's days and places first.
  async openNewVisit(id) {
    const { page } = await this.link.do("new_visit", { id }, true);
    const link = h("a", { href: page.address, "data-qpm-open": page.path });
    this.root.append(link);
    link.click();
    link.remove();
  }

  // An erasure without its certificate: the desk asks until it is there.
  drawUncertified({ tombstone, meeting_id: id, scope, kind }) {
    const { words: { uncertified: words } } = this;
    const said = h("p", {}, fill(words[scope === "quotes" ? scope : kind], { id }));
    const write = h("button", { type: "button", id: `desk-certify-${tombstone}`, onclick: async () => {
      write.disabled = true;
      said.textContent = words.working;
      try {
        const { carried, situation } = await this.link.do("certify", { tombstone }, true);
        this.carried = carried?.finished ? carried : null;
        this.shown = "";
        this.show(situation);
        if (this.carried) this.root.querySelector("#desk-carried").focus();
        if (carried && !carried.finished) this.root.querySelector(`#desk-uncertified-${tombstone} p`).textContent = words.unfinished;
      } catch (error) {
        said.textContent = error.message;
        write.disabled = false;
      }
    } }, words.write);
    return h("div", { class: "qpm-banner qpm-bad qpm-desk-erased", id: `desk-uncertified-${tombstone}`, role: "group" }, said, write);
  }

  drawCarried() {
    const { words: { erased } } = this;
    const close = () => {
      this.carried = null;
      this.shown = "";
      this.show(this.situation);
      this.root.querySelector("h1").focus();
    };
    return h("section", { class: "qpm-card qpm-desk-erased", "aria-labelledby": "desk-carried" },
      h("h2", { id: "desk-carried", tabindex: "-1" }, erased.title), erasedPart(this, this.carried).filter(Boolean),
      h("p", {}, h("button", { type: "button", onclick: close }, erased.close)));
  }

  drawAssessment(assessment) {
    const { words } = this;
    const heading = `desk-${assessment.id}`;
    return h("section", { class: "qpm-desk-assessment", "aria-labelledby": heading },
      inventedChip(assessment.sample, words.sample),
      h("div", { class: "qpm-desk-provider" },
        h("div", {},
          h("h2", { id: heading }, assessment.provider),
          h("p", { class: "qpm-hint" },
            fill(words.band, { ...assessment, nations: listWords(assessment.nations, words) }))),
        h("div", { class: "qpm-desk-do" },
          this.planButton(`${assessment.id}-new-visit`, words.planning.new_visit, fill(words.planning.of, assessment),
            () => this.openNewVisit(assessment.id), ""),
          this.planButton(`${assessment.id}-change`, words.planning.change, fill(words.planning.of, assessment),
            () => this.openForm(assessment.id)))),
      h("div", { class: "qpm-desk-columns" },
        h("div", { class: "qpm-desk-visits" },
          !assessment.visits.length && h("p", { class: "qpm-card" }, words.planning.no_visit),
          todayFirst(assessment.visits).map((visit) => this.drawVisit(visit, assessment.id))),
        h("aside", { class: "qpm-desk-side", "aria-labelledby": `${heading}-missing` },
          this.drawMissing(assessment, `${heading}-missing`))));
  }

  // ---- one visit

  drawVisit(visit, assessmentId) {
    const { words } = this;
    const id = `desk-${assessmentId}-${visit.id}`;
    const wanted = visit.meetings.filter(({ state }) => state !== "cancelled");
    const held = wanted.filter(({ state }) => HELD.has(state)).length;
    const tally = wanted.length === 1 ? words.visit.tally_one : words.visit.tally_many;
    return h("section", { class: "qpm-desk-visit", "aria-labelledby": id },
      h("div", { class: "qpm-desk-visit-head" },
        h("div", {},
          h("h3", { id }, visit.title),
          h("p", { class: "qpm-hint" }, [
            fill(words.dates, { start: longDay(visit.starts), end: longDay(visit.ends) }),
            wanted.length && fill(tally, { held, count: wanted.length }),
          ].filter(Boolean).join(" · "))),
        h("nav", { "aria-labelledby": id },
          this.pageLink(visit.pages.plan, words.visit.plan, `${id}-plan`, visit.title),
          this.pageLink(visit.pages.debrief, words.visit.debrief, `${id}-debrief`, visit.title))),
      wanted.length > 0 && held === wanted.length && this.drawAllHeld(visit, id),
      visit.meetings.length ? this.drawDays(visit.meetings, id) : h("p", { class: "qpm-card" }, words.visit.nobody));
  }

  drawAllHeld(visit, id) {
    const { words } = this;
    return h("div", { class: "qpm-card qpm-desk-next" },
      h("p", {}, words.next.all_held),
      this.pageLink(visit.pages.debrief, words.next.debrief, `${id}-next`, visit.title, "qpm-desk-main"));
  }

  drawDays(meetings, id) {
    const { words } = this;
    const today = isoDay(new Date());
    const days = [...new Set(meetings.map(({ day }) => day))];
    return days.sort((one, other) => (other === today) - (one === today)).map((day) => {
      const those = meetings.filter((one) => one.day === day);
      const left = those.filter(({ state }) => !OVER.has(state)).length;
      return h("div", { class: "qpm-card qpm-desk-day" },
        h("h4", {}, longDay(day),
          day === today && h("span", { class: "qpm-chip" }, words.today),
          left > 0 && h("span", { class: "qpm-hint" }, fill(left === 1 ? words.left_one : words.left_many, { count: left }))),
        h("ol", {}, those.map((one) => this.drawMeeting(one, id))));
    });
  }

  // ---- what is next

  // What an assessor most likely came for: their own, and if they have none left, anybody's. What is under way comes
  // first, then what is not over by the clock, then what should have been held and was not.
  findNext({ assessments }) {
    const left = assessments.flatMap(({ provider, visits }) => visits.flatMap(({ meetings }) =>
      meetings.filter(({ state }) => !OVER.has(state)).map((meeting) => ({ meeting, provider }))));
    const mine = left.some(({ meeting }) => meeting.mine) ? left.filter(({ meeting }) => meeting.mine) : left;
    mine.sort((one, other) => begins(one.meeting) - begins(other.meeting));
    const now = Date.now();
    return mine.find(({ meeting }) => meeting.state === "open")
      ?? mine.find(({ meeting }) => begins(meeting) + meeting.minutes * 60_000 > now) ?? mine[0];
  }

  drawNext(situation) {
    const next = this.findNext(situation);
    if (!next) return null;
    const { words } = this;
    const { meeting, provider } = next;
    const open = meeting.state === "open";
    const when = fill(words.next.when, { day: longDay(meeting.day), time: meeting.time });
    const label = open ? words.next.go_on : meeting.day === isoDay(new Date()) ? words.next.today : words.next.open;
    return h("section", { class: "qpm-card qpm-desk-next", "aria-labelledby": "desk-next-what" },
      h("div", {},
        h("p", { class: "qpm-desk-eyebrow" }, open ? words.next.under_way : words.next.heading),
        h("h2", { class: "qpm-desk-next-name", id: "desk-next-what" },
          [this.nameOf(meeting), meeting.role && this.whoOf(meeting)].filter(Boolean).join(" · ")),
        h("p", { class: "qpm-hint" },
          [when, situation.assessments.length > 1 && provider, ...this.facts(meeting)].filter(Boolean).join(" · "))),
      this.pageLink(meeting.page, fill(label, { ...meeting, day: longDay(meeting.day) }), "desk-next", "", "qpm-desk-main"));
  }

  drawMeeting(meeting, id) {
    const { words } = this;
    const label = { planned: words.meeting.start, open: words.meeting.go_on }[meeting.state] ?? words.meeting.open;
    return h("li", { class: `qpm-desk-meeting qpm-is-${meeting.state}` },
      h("p", { class: "qpm-desk-time" }, meeting.time),
      h("div", { class: "qpm-desk-what" },
        h("p", {}, h("strong", {}, this.nameOf(meeting)), meeting.role && ` · ${this.whoOf(meeting)}`),
        h("p", { class: "qpm-hint" }, this.facts(meeting).join(" · ")),
        meeting.two_people && h("p", { class: "qpm-banner qpm-warn" }, words.meeting.two_people)),
      h("div", { class: "qpm-desk-so-far" },
        h("p", {}, h("span", { class: "qpm-chip" }, words.states[meeting.state] ?? meeting.state)),
        this.drawRecorded(meeting)),
      meeting.state === "cancelled"
        ? h("span")
        : this.pageLink(meeting.page, label, `${id}-${meeting.id}`, lower(this.nameOf(meeting))));
  }

  drawRecorded(meeting) {
    const { words } = this;
    const begun = meeting.state !== "planned" || meeting.consent || meeting.answered;
    if (!begun || meeting.state === "cancelled") return meeting.reason && h("p", { class: "qpm-hint" }, meeting.reason);
    const counted = meeting.kind === "interview" ? words.meeting.answered : words.meeting.looked_at;
    const { quotes } = meeting;
    return [
      h("p", { class: "qpm-hint" }, [
        fill(counted, meeting),
        quotes && fill(quotes === 1 ? words.meeting.quotes_one : words.meeting.quotes_many, { count: quotes }),
        this.savedOf(meeting),
      ].filter(Boolean).join(" · ")),
      meeting.kind === "interview" && h("p", { class: "qpm-hint" }, this.consentOf(meeting.consent)),
    ];
  }

  savedOf({ saved_at: at }) {
    if (!at) return "";
    const { saved, saved_on: earlier } = this.words.meeting;
    const day = isoDay(new Date(at));
    return fill(day === isoDay(new Date()) ? saved : earlier, { day: longDay(day), time: clock(at) });
  }

  consentOf(consent) {
    const words = this.words.consent;
    if (!consent) return words.not_asked;
    if (!consent.notes) return words.notes_no;
    const { quotable, people } = consent;
    const quotes = quotable === 0 ? words.quotes_none : quotable === people ? words.quotes_all : words.quotes_some;
    return `${words.notes_yes}, ${fill(quotes, { count: quotable, people })}`;
  }

  nameOf(meeting) {
    return fill(this.words.meeting[meeting.kind], meeting);
  }

  whoOf(meeting) {
    const group = meeting.people > 1 && fill(this.words.meeting.group, { count: meeting.people });
    return [meeting.role, group].filter(Boolean).join(", ");
  }

  facts(meeting) {
    const words = this.words.meeting;
    return [
      ...meeting.where,
      fill(words.minutes, meeting),
      ...(meeting.flags ?? []).map((flag) => words[flag]),
      !meeting.mine && fill(words.with_assessor, { name: meeting.assessor }),
    ].filter(Boolean);
  }

  // A page that is not there yet is said to be on its way; there is never a link that leads nowhere.
  pageLink(page, label, id, about, kind = "qpm-desk-link") {
    if (!page.there) return h("span", { class: "qpm-hint" }, this.words.meeting.not_there);
    return h("a", { id, class: kind, href: page.address, "data-qpm-open": page.path },
      label, about && h("span", { class: "qpm-hidden" }, `: ${about}`));
  }

  // ---- what is missing

  drawMissing(assessment, id) {
    const { words } = this;
    const { elsewhere: said } = words.safeguarding;
    const { met, total, missing, unknown } = assessment.rules;
    const silent = assessment.visits.filter(({ ring, meetings }) => !ring.length && meetings.some(({ state }) => !OVER.has(state)));
    return h("div", { class: "qpm-card" },
      h("h3", { id }, words.missing.heading),
      silent.map(({ title, pages: { plan } }) => noNumber(said, title, plan.there && toPlan(said, plan))),
      h("p", { class: "qpm-hint" }, fill(words.missing.tally, { met, total })),
      missing.length
        ? [h("ul", {}, missing.map((row) => h("li", {}, fill(words.missing[row.kind], row)))),
          h("p", { class: "qpm-hint" }, words.missing.where)]
        : !unknown.length && h("p", {}, words.missing.none),
      unknown.map((kind) => h("p", { class: "qpm-hint" }, words.missing.unknown[kind])));
  }

  drawEmpty() {
    const words = this.words.empty;
    const way = (heading, text, ...buttons) => h("div", { class: "qpm-card" },
      h("h3", {}, heading), h("p", {}, text), h("p", { class: "qpm-desk-do" }, buttons));
    return h("section", { class: "qpm-desk-empty", "aria-labelledby": "desk-empty" },
      h("h2", { id: "desk-empty" }, words.heading),
      h("p", {}, words.intro),
      h("div", { class: "qpm-desk-ways" },
        way(words.real_heading, words.real, this.newAssessment("qpm-main")),
        this.situation.practice !== "here"
          && way(words.practice_heading, words.practice, practiseButtons(this, this.situation.practice === "there", ""))));
  }

  say(sentence) {
    this.said.textContent = sentence;
  }

  // ---- keeping it true

  async look(name = "look") {
    if (this.looking) return;
    this.looking = true;
    try {
      this.show((await this.link.do(name, {}, name === "prepare")).situation);
      if (name === "look" && !this.isComplete()) this.show((await this.link.do("prepare", {}, true)).situation);
    } catch {
      // It shows what it knew; the next look may succeed.
    }
    this.looking = false;
  }

  isComplete() {
    return this.situation.assessments.every(({ visits }) => visits.every(({ pages, meetings }) =>
      [...Object.values(pages), ...meetings.filter(({ state }) => state !== "cancelled").map(({ page }) => page)]
        .every(({ there }) => there)));
  }
}

const longDay = (day) =>
  new Intl.DateTimeFormat("en-GB", { weekday: "long", day: "numeric", month: "long" })
    .format(typeof day === "string" ? new Date(`${day}T12:00`) : day);

const isoDay = (date) =>
  [date.getFullYear(), date.getMonth() + 1, date.getDate()].map((part) => String(part).padStart(2, "0")).join("-");

// By the clock at the place, which is taken to be this machine's.
const begins = ({ day, time }) => new Date(`${day}T${time}`).getTime();

// Visits of today, or assessments that have one, before the others.
const todayFirst = (several) => {
  const today = isoDay(new Date());
  const isNow = ({ starts, ends, visits }) => visits ? visits.some(isNow) : starts <= today && today <= ends;
  return [...several].sort((one, other) => isNow(other) - isNow(one));
};


function render({ model, el }) {
  let forget = () => {};
  const link = connectSheet(model, {
    opened(view) {
      forget();
      const desk = new Desk(view, link);
      link.silent = desk.words.no_answer;
      el.replaceChildren(desk.root);
      link.hold(desk.root);
      const clock = setInterval(() => desk.show(desk.situation), 20_000); // what is next changes with the time
      const forgetSight = onComingBack(desk.root, () => desk.look());
      forget = () => {
        clearInterval(clock);
        forgetSight();
        desk.unkey();
      };
      if (!desk.isComplete()) desk.look("prepare");
    },
    failed: (...fault) => el.replaceChildren(failurePage(...fault, () => link.open())),
  });
  link.open();
  return () => {
    forget();
    link.close();
  };
}

export default { render };
