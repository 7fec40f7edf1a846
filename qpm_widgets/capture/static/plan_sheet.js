// The planning sheet: who is in the plan by time, who still has to be met, and a page for each of them.

const planSheet = (() => {
  const ASKING = 8000; // ms in which a question about somebody's number or name can be answered before the form is saved
  const PLANS = new Set(["plan_meeting", "cancel_meeting", "choose_plan", "put_back"]); // what changes the plan of one meeting

  class PlanPage extends FormPage {
    constructor(model, el) {
      super();
      this.el = el;
      this.root = h("section", { class: "qpm-sheet qpm-plan", lang: "en" });
      this.unkey = answerProtocolKey(this);
      this.link = connectSheet(model, {
        opened: (view) => this.opened(view),
        failed: (...fault) => el.replaceChildren(failurePage(...fault, () => this.link.open())),
      });
      this.link.open();
    }

    close() {
      this.stopWaiting();
      this.unfit?.();
      this.unwatch?.();
      this.unkey();
      this.trail?.off.abort();
      this.link.close();
    }

    opened(view) {
      Object.assign(this, { words: view.words, situation: view.situation, desk: view.desk });
      this.prefix = `plan-${view.scope.replace(/[^A-Za-z0-9]/g, "-")}`;
      this.visitId = view.subject.split(":")[1];
      this.status = h("p", { class: "qpm-status", role: "status" });
      this.line = h("div", { class: "qpm-topline" });
      this.top = h("header", { class: "qpm-top" });
      this.body = h("div", { class: "qpm-columns" });
      this.trail?.off.abort();
      this.trail = new PlanTrail(this);
      this.root.replaceChildren(this.line, this.top, this.body, this.status,
        this.trail.dialog, h("p", { class: "qpm-hidden qpm-noticed", role: "status" }));
      this.root.setAttribute("aria-labelledby", `${this.prefix}-heading`);
      this.memory = this.link.memory;
      this.draw();
      this.el.replaceChildren(this.root);
      this.link.hold(this.root);
      this.unfit = fitToRoom(this.root);
      this.unwatch = onComingBack(this.root, () => this.look());
    }

    // ---- small things that all parts use

    // The desk may change the assessment while this page is open.
    get choices() {
      return this.situation.choices;
    }

    get values() {
      return this.memory.values ?? (this.situation.visit ? null : (this.memory.values = planForms.visitForm(this)));
    }

    join(items) {
      return listWords(items, this.words);
    }

    name(list, id) {
      return list.find((item) => item.id === id)?.name ?? id;
    }

    assessorsOfVisit() {
      const going = this.choices.assessors.filter(({ id }) => this.situation.visit.assessors.includes(id));
      const held = this.choices.assessors.find(({ id }) => id === this.values?.assessor);
      return held && !going.includes(held) ? [...going, held] : going;
    }

    day(date, form = { weekday: "long", day: "numeric", month: "long", year: "numeric" }) {
      return new Intl.DateTimeFormat("en-GB", { ...form, timeZone: "UTC" }).format(new Date(`${date}T00:00:00Z`));
    }

    // ---- asking the kit

    async ask(name, args) {
      const { words: { prepare, papers }, situation: was } = this;
      const answer = await super.ask(name, args, { prepare: prepare.working, write_papers: papers.working }[name]);
      const page = PLANS.has(name) && this.situation.meetings.find(({ id }) => id === answer?.id)?.page;
      if (page) tellReplaced([page.path]);
      if (answer) this.trail.remember(name, args, answer, was);
      return answer;
    }

    answered({ situation }) {
      this.situation = situation;
    }

    followUp() {
      if (this.values.form === "meeting") planForms.settleLength(this, this.values);
    }

    // ---- forms

    openForm(values) {
      this.memory.values = values;
      this.problem = null;
      this.say("");
      this.draw();
      this.focus("form");
    }

    leaveForm() {
      const { form, kind, id } = this.values;
      this.stopWaiting();
      this.memory.values = null;
      this.problem = null;
      this.draw();
      const place = { visit: "change", names: "names", session: "add-session" }[form];
      this.focus(place ?? (id ? `${form}-${id}` : `add-${kind}`));
    }

    async save() {
      const { values, words } = this;
      if (this.busy) return;
      this.stopWaiting();
      values.errors = { meeting: planForms.checkMeeting, visit: planForms.checkVisit, session: planForms.checkSession }[values.form]?.(this, values) ?? {};
      const [faulty] = Object.keys(values.errors);
      if (faulty) {
        this.problem = words.form.check;
        this.draw();
        this.focus(faulty);
        return;
      }
      const [name, message, told] = {
        meeting: ["plan_meeting", planForms.meetingMessage, values.id ? words.form.saved_change : words.form.saved_new],
        session: ["keep_session", planForms.sessionMessage, words.sessions.saved],
        visit: ["plan_visit", planForms.visitMessage, words.visit.saved],
        cancel: ["cancel_meeting", planForms.cancelMessage, words.cancel.done],
        names: ["keep_names", ({ names }) => ({ names }), words.names.saved],
      }[values.form];
      const answer = await this.send(name, values, message);
      if (answer?.held) {
        const sent = message(values);
        this.askAbout(values, answer.held, sent.form ?? sent);
        return;
      }
      if (answer?.renamed) {
        this.askWhether(values, answer.renamed);
        return;
      }
      if (answer && values.form === "names") this.trail.rememberNames(values.before, values.names);
      if (answer) this.memory.values = null;
      this.draw();
      if (!answer) {
        this.focus("save");
        return;
      }
      const said = [fill(words.saved, { time: clock(answer.recorded_at) }), fill(told, answer),
        values.form !== "names" && planCoverage.summarise(this)];
      this.say(said.filter(Boolean).join(" "), true);
      this.focus({ visit: "heading", names: "names", session: "add-session" }[values.form] ?? `meeting-${answer.id}`);
    }

    // A line that took the place of another may be the same place under another name, or another place.
    async askWhether(values, renamed) {
      const { words: { visit: words } } = this;
      this.say("");
      this.draw();
      const told = renamed.map(({ ids, ...names }) =>
        fill(ids.length ? words.renamed : words.renamed_sessions, { ...names, ids: this.join(ids) }));
      values.same_places = await askFirst(this, words.renamed_title, told, words.renamed_same, words.renamed_other);
      if (values.same_places) {
        await this.save();
        values.same_places = false;
        return;
      }
      this.problem = fill(words.renamed_apart, renamed[0]);
      this.draw();
      this.focus("sites");
    }

    // ---- what points to one person: identifiers_part.js asks, once the form was sent and before it is saved

    askAbout(values, noticed, payload) {
      const [{ key }] = noticed;
      values.asked.push(...noticed.map(({ start, end }) => payload[key].slice(start, end)));
      this.say("");
      this.draw();
      showIdentifiers(this, key, payload, noticed, true);
      this.root.querySelector(".qpm-identifiers").scrollIntoView({ block: "nearest" });
      this.startWaiting();
    }

    // Nobody has to answer. Who leaves the window has pressed "Save" all the same.
    startWaiting() {
      this.stopWaiting();
      const go = () => this.save();
      const timer = setTimeout(go, ASKING);
      addEventListener("pagehide", go);
      document.addEventListener("visibilitychange", go);
      this.stopWaiting = () => {
        clearTimeout(timer);
        removeEventListener("pagehide", go);
        document.removeEventListener("visibilitychange", go);
        this.stopWaiting = () => {};
        const waits = this.root.querySelector(".qpm-waits");
        if (waits) waits.hidden = true;
      };
    }

    turnTo() {
      this.startWaiting();
      this.root.querySelector(".qpm-waits").hidden = false;
    }

    leave() {}

    keepWords(field, said) {
      this.values.kept.push(said);
    }

    lineDone() {
      if (!this.root.querySelector(".qpm-identifiers button")) this.save();
    }

    async changeNames() {
      if (this.busy) return;
      const answer = await this.ask("list_names", {});
      if (answer) this.openForm({ form: "names", names: answer.names, before: answer.names, errors: {} });
      else this.draw();
    }

    async prepare() {
      const { words } = this;
      if (this.busy) return;
      const asked = this.ask("prepare", {});
      this.draw();
      const answer = await asked;
      this.draw();
      if (answer) this.say(countWords(words.prepare.done_one, words.prepare.done_many, this.active().length), true);
      this.focus("prepare");
    }

    // After a visit to another page: an interview may have begun meanwhile. Nobody waits for it, so nothing is said.
    async look() {
      const { situation } = await this.link.do("look").catch(() => ({})); // it shows what it knew; the next look may succeed
      if (this.busy || !situation) return;
      this.situation = situation;
      this.draw();
    }

    active() {
      return this.situation.meetings.filter(({ state }) => state !== "cancelled");
    }

    // ---- drawing

    focus(name) {
      super.focus(name);
      if (name === "heading") this.root.scrollTop = 0;
    }

    // Everything is drawn anew; the person stays in the field where they were.
    draw() {
      const { activeElement: active } = document;
      const id = this.root.contains(active) ? active.id : "";
      const scroll = this.root.scrollTop;
      this.line.replaceChildren(...this.drawLine());
      this.top.replaceChildren(...this.drawTop());
      const { values } = this;
      const left = values ? planFields[values.form](this) : this.drawItinerary();
      const right = this.situation.visit ? planCoverage.draw(this) : null;
      this.body.replaceChildren(h("div", { class: "qpm-left" }, left), ...(right ? [right] : []));
      this.root.scrollTop = scroll;
      if (id) this.root.querySelector(`#${CSS.escape(id)}`)?.focus({ preventScroll: true });
    }

    drawLink({ path, address }, label, name) {
      return h("a", { href: address, "data-qpm-open": path, "aria-label": name }, label);
    }

    drawLine() {
      const { words, choices } = this;
      return [
        this.drawLink(this.desk, words.desk),
        h("span", {}, fill(words.eyebrow, { provider: choices.provider, id: this.visitId })),
        inventedChip(choices.sample, words.sample),
        protocolButton(this.root, `${this.prefix}-harm`, words.safeguarding, () => this.aboutHarm()),
      ].filter(Boolean);
    }

    drawTop() {
      const { words, situation: { visit }, choices } = this;
      const named = (id) => this.name(choices.assessors, id);
      const who = visit?.assessors.map((id) => (id === visit.lead ? fill(words.visit.lead, { name: named(id) }) : named(id)));
      return [
        h("div", { class: "qpm-headline" },
          h("h1", { id: `${this.prefix}-heading`, tabindex: "-1" }, this.title)),
        visit && h("p", { class: "qpm-facts" },
          h("span", {}, visit.starts === visit.ends ? this.day(visit.starts)
            : fill(words.dates_range, { start: this.day(visit.starts), end: this.day(visit.ends) })),
          h("span", {}, fill(words.visit.sites, { names: visit.sites.map(({ name }) => name).join(" · ") })),
          h("span", {}, fill(words.visit.assessors, { names: this.join(who) })),
          !this.values && h("button", {
            type: "button", class: "qpm-quiet", id: `${this.prefix}-change`,
            onclick: () => this.openVisitForm(),
          }, words.visit.change), !this.values && this.trail.versionsButton({ kind: "visit", ...visit })),
        visit?.conflict && h("p", { class: "qpm-banner qpm-warn" }, words.visit.conflict),
      ].filter(Boolean);
    }

    get title() {
      return this.situation.visit?.title ?? fill(this.words.visit.untitled, { id: this.visitId });
    }

    openVisitForm() {
      this.openForm(planForms.visitForm(this));
    }

    // Another form that is being filled in does not give way.
    aboutHarm() {
      const { harm, visit } = this.situation;
      const plan = this.values ? null : () => this.openVisitForm();
      const meetings = this.active().filter(({ page }) => page).map(({ id, page }) => ({ name: id, page }));
      return { nations: harm, visits: [{ title: this.title, ring: visit?.safeguarding ?? [], plan, meetings }] };
    }

    drawItinerary() {
      const { words: { itinerary: words }, situation: { meetings, sessions } } = this;
      const add = (kind, label, values) => h("button", {
        type: "button", id: `${this.prefix}-add-${kind}`, class: kind === "interview" ? "qpm-main" : null,
        onclick: () => this.openForm(values()),
      }, label);
      return h("div", { class: "qpm-itinerary" },
        h("div", { class: "qpm-listhead" },
          h("div", {}, h("h2", {}, words.heading), h("p", { class: "qpm-hint" }, this.counted())),
          h("div", { class: "qpm-actions" },
            add("interview", words.add_interview, () => planForms.newMeeting(this, "interview")),
            add("observation", words.add_observation, () => planForms.newMeeting(this, "observation")),
            add("session", this.words.sessions.add, () => planForms.sessionForm(this)))),
        this.trail.node,
        meetings.length || sessions.length ? planSessions.draw(this) : h("p", { class: "qpm-empty" }, words.empty),
        this.drawPrepare(), planPapers.draw(this), this.drawNames());
    }

    counted() {
      const { words: { itinerary: words }, situation: { meetings } } = this;
      const active = this.active();
      const interviews = active.filter(({ kind }) => kind === "interview").length;
      const observations = active.length - interviews;
      const cancelled = meetings.length - active.length;
      return [
        interviews && countWords(words.count_interviews_one, words.count_interviews_many, interviews),
        observations && countWords(words.count_observations_one, words.count_observations_many, observations),
        cancelled && fill(words.count_cancelled, { count: cancelled }),
      ].filter(Boolean).join(" · ");
    }

    drawMeeting(meeting, heading) {
      const { words: { itinerary: words }, choices, situation: { visit } } = this;
      const { id, kind, state, begun } = meeting;
      const cancelled = state === "cancelled";
      const role = choices.roles.find((one) => one.id === meeting.role);
      const people = meeting.respondents ?? [];
      const group = people.length > 1 ? `, ${fill(words.group, { count: people.length })}` : "";
      const place = [
        meeting.team && this.name(choices.teams, meeting.team), meeting.area && this.name(choices.areas, meeting.area),
        meeting.site && this.name(visit.sites, meeting.site), this.name(choices.assessors, meeting.assessor),
      ].filter(Boolean).join(" · ");
      const observed = choices.observing.find(({ guide }) => guide === meeting.guide);
      const arranged = {
        welsh: meeting.language === "cy", easy_read: meeting.easy_read, [observed ? "familiar" : "supporter"]: meeting.supporter,
        interpreter: meeting.interpreter, remote: meeting.mode === "remote", unasked: observed?.with_person && !meeting.no_objection,
        senior_leader: meeting.counts_as === "senior_leader", board: meeting.counts_as === "board",
      };
      const flags = Object.keys(arranged).filter((flag) => arranged[flag]);
      const act = (name, label, values) => h("button", {
        type: "button", class: "qpm-quiet", id: `${this.prefix}-${name}-${id}`, "aria-label": fill(words[`${label}_name`], { id }),
        onclick: () => this.openForm(values(this, meeting)),
      }, words[label]);
      return h("li", { class: `qpm-meeting${cancelled ? " qpm-cancelled" : ""}` },
        h("p", { class: "qpm-time" }, meeting.time, h("small", {}, fill(words.minutes, meeting))),
        h("div", { class: "qpm-what" },
          h(heading, { id: `${this.prefix}-meeting-${id}`, tabindex: "-1" },
            h("span", { class: "qpm-code" }, id),
            h("span", {}, role ? `${capital(people.length > 1 ? role.plural : role.label)} ${this.join(people)}${group}` : observed?.label ?? words.observation)),
          h("p", { class: "qpm-hint" }, place),
          flags.length > 0 && h("ul", { class: "qpm-flags" }, flags.map((flag) => h("li", {}, words[flag]))),
          meeting.access_needs && h("p", { class: "qpm-hint" }, fill(words.access, { needs: meeting.access_needs })),
          cancelled ? h("p", { class: "qpm-hint" },
            meeting.reason ? fill(words.cancelled_reason, meeting) : words.cancelled) : this.warnings(meeting),
          meeting.two_people.length > 0 && this.drawTwoPeople(meeting)),
        h("div", { class: "qpm-do" },
          !cancelled && begun && h("span", { class: "qpm-state" }, choices.states[state] ?? state),
          meeting.page && !cancelled && this.drawLink(meeting.page, words.open, fill(words.open_name, { id })),
          this.trail.versionsButton(meeting),
          !begun && [act("meeting-form", "change", planForms.changeMeeting), act("cancel", "cancel", planForms.cancelForm)]));
    }

    // One id, two people: whose interview it is has to be said before any answer of it is used.
    drawTwoPeople({ id, two_people: rivals }) {
      const { words: { itinerary: words } } = this;
      return h("div", { class: "qpm-banner qpm-warn", role: "group", "aria-label": fill(words.two_people_name, { id }) },
        h("p", {}, fill(words.two_people, { id })),
        h("div", { class: "qpm-actions" }, rivals.map((one, place) => h("button", {
          type: "button", id: `${this.prefix}-choose-${id}-${place}`, onclick: () => this.choose(id, one),
        }, fill(words.choose, { codes: this.join(one.respondents), by: one.by })))));
    }

    async choose(id, { entry_id: chosen }) {
      if (this.busy) return;
      const answer = await this.ask("choose_plan", { id, chosen, entry_id: this.situation.entry_id });
      this.draw();
      if (answer) this.say(`${fill(this.words.saved, { time: clock(answer.recorded_at) })} ${fill(this.words.itinerary.chosen, { id })}`, true);
      this.focus(`meeting-${id}`);
    }

    warnings(meeting) {
      const { words: { itinerary: words }, choices, situation: { visit } } = this;
      const minute = ({ day, time }) => Date.parse(`${day}T${time}Z`) / 60000;
      const start = minute(meeting);
      const said = planSessions.warnings(this, meeting);
      if (meeting.conflict && !meeting.two_people.length) said.push(words.conflict);
      if (meeting.day < visit.starts || meeting.day > visit.ends) said.push(words.outside);
      for (const other of this.active()) {
        const from = minute(other);
        const apart = other.id === meeting.id || from >= start + meeting.minutes || from + other.minutes <= start;
        if (apart || other.begun || meeting.begun) continue;
        const both = meeting.respondents?.filter((code) => other.respondents?.includes(code)) ?? [];
        if (other.assessor === meeting.assessor) {
          said.push(fill(words.overlap, { assessor: this.name(choices.assessors, meeting.assessor), other: other.id }));
        }
        for (const code of both) said.push(fill(words.twice, { code, other: other.id }));
      }
      return said.length ? h("ul", { class: "qpm-warnings" }, said.map((sentence) => h("li", {}, sentence))) : null;
    }

    drawNames() {
      const { words: { names: words }, situation: { names: count } } = this;
      return h("section", { class: "qpm-card qpm-prepare", "aria-labelledby": `${this.prefix}-names-title` },
        h("h2", { id: `${this.prefix}-names-title` }, words.heading),
        h("p", {}, words.intro),
        h("div", { class: "qpm-actions" },
          h("button", { type: "button", id: `${this.prefix}-names`, onclick: () => this.changeNames() }, words.change),
          h("span", { class: "qpm-hint" }, count ? countWords(words.count_one, words.count_many, count) : words.none)));
    }

    drawPrepare() {
      const { words: { prepare: words } } = this;
      const active = this.active();
      const unready = active.filter(({ page }) => !page);
      return h("section", { class: "qpm-card qpm-prepare", "aria-labelledby": `${this.prefix}-prepare-title` },
        h("h2", { id: `${this.prefix}-prepare-title` }, words.heading),
        h("p", {}, active.length ? words.intro : words.nothing),
        this.problem && h("p", { class: "qpm-banner qpm-bad", role: "alert" }, this.problem),
        h("div", { class: "qpm-actions" }, h("button", {
          type: "button", class: unready.length ? "qpm-main" : null, id: `${this.prefix}-prepare`,
          disabled: !active.length, onclick: () => this.prepare(),
        }, this.busy ? words.working : words.button),
        active.length > unready.length && h("p", { class: "qpm-ready" }, h("span", {}, words.ready),
          active.filter(({ page }) => page).map(({ id, page }) =>
            this.drawLink(page, id, fill(this.words.itinerary.open_name, { id }))))),
        active.length > unready.length && unready.length > 0 && h("p", { class: "qpm-hint" },
          fill(words.unready, { ids: this.join(unready.map(({ id }) => id)) })));
    }
  }

  return {
    render({ model, el }) {
      const page = new PlanPage(model, el);
      return () => page.close();
    },
  };
})();

export default planSheet;
