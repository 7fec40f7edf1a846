// Undo, redo and earlier versions of what is planned. A plan is put back by the kit, which records it once more: the page keeps
// ids of versions only, and what was erased is no version.
//
// A field of the trail is the plan of something ("plan interview:A3", "plan visit:V1"), whose value is an entry's id, or whether a
// meeting takes place ("state interview:A3"), whose value is a state. Taking back that a meeting was added cancels it. Of the list of
// names ("names visit:V1") the kit keeps no versions, so its value is the list itself, which goes with the page. One that was emptied is
// erased, and none comes back after that.

class PlanTrail extends UndoPart {
  constructor(page) {
    super(page, page.words.undo);
    this.node = h("div", { class: "qpm-actions qpm-undo" }, this.buttons);
    this.dialog = earlierVersions({
      id: `${page.prefix}-versions`, said: this.said, moment: (time) => this.moment(time),
      ask: async (subject) => {
        const answer = await page.link.do("versions", { field: subject });
        page.situation = answer.situation; // it may have begun meanwhile
        return answer;
      },
      say: (payload) => planVersions.say(page, payload),
      mayRestore: (subject) => !this.standing(subject).begun,
      isRival: (subject, { version }) => {
        const { conflict, heads } = this.standing(subject);
        return Boolean(conflict) && heads.includes(version);
      },
      restore: (subject, { version }) => this.restore(subject, version),
    });
  }

  moment(time) {
    return new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" })
      .format(new Date(time));
  }

  // The visit or the meeting as it is planned; nothing of a meeting that is not planned yet.
  standing(subject, situation = this.page.situation) {
    if (subject.startsWith("visit:")) return situation.visit ?? {};
    return situation.meetings.find(({ kind, id }) => `${kind}:${id}` === subject) ?? {};
  }

  valueOf(field, situation) {
    const [area, subject] = field.split(" ");
    const { heads, state } = this.standing(subject, situation);
    return area === "plan" ? heads?.at(-1) : state ?? "cancelled";
  }

  // What was saved in answer to something that the page asked; `was` is the situation before.
  remember(name, { meeting_kind: kind, id, subject }, answer, was) {
    const { memory, visitId } = this.page;
    if (name === "choose_plan") forgetEdits(memory, ({ field }) => field.endsWith(` interview:${id}`)); // of two people
    const field = {
      plan_visit: `plan visit:${visitId}`, keep_session: `plan visit:${visitId}`, put_back: `plan ${subject}`,
      plan_meeting: `${id ? "plan" : "state"} ${kind}:${answer.id}`, cancel_meeting: `state ${kind}:${id}`,
    }[name];
    const before = field && !this.turning && this.valueOf(field, was);
    if (before && before !== this.valueOf(field)) rememberEdit(memory, field, before, false);
  }

  rememberNames(before, now) {
    const { memory, visitId } = this.page;
    const field = `names visit:${visitId}`;
    if (!now.trim()) forgetEdits(memory, (edit) => edit.field === field);
    else if (before.trim() !== now.trim()) rememberEdit(memory, field, before, false);
  }

  // What is put back may point to somebody, as what is typed may: it is put back all the same, once that was read.
  async ask(field, value, settle = false) {
    const { page, said } = this;
    const [area, subject] = field.split(" ");
    const { heads, state_heads: stateHeads } = this.standing(subject);
    const wanted = area === "plan" ? { version: value, supersedes: heads } : { state: value, supersedes: stateHeads };
    const send = (asked) => page.ask("put_back", { subject, ...wanted, settle, asked });
    const answer = await send([]);
    if (!answer?.held) return answer;
    page.say("");
    const { looks, kinds } = page.words.identifiers;
    const told = answer.held.map((one) => fill(looks, { what: kinds[one.kind], words: one.said }));
    return (await askFirst(page, said.held_title, told, said.held_go, said.held_stay)) ? send(answer.held.map((one) => one.said)) : null;
  }

  async turn(again) {
    if (!this.page.values && !this.page.busy) await super.turn(again); // a form that is open has not been saved
  }

  async turnThese([{ field, before }], again) {
    const { page, said } = this;
    const [area, subject] = field.split(" ");
    const isList = area === "names";
    const now = isList ? (await page.ask("list_names", {}))?.names : this.valueOf(field);
    if (now === undefined) {
      page.draw();
      return;
    }
    this.turning = true;
    const answer = await (isList ? page.ask("keep_names", { names: before }) : this.ask(field, before));
    this.turning = false;
    // What is refused for good is in nobody's way: what was done before it can be undone all the same.
    if (!answer && page.refusal.startsWith("PLAN-")) forgetEdits(page.memory, (edit) => edit.field === field);
    if (answer) turnBack(page.memory, again, () => now, () => {});
    page.draw();
    if (!answer) return;
    if (isList && !before) this.rememberNames(now, before); // it is erased
    const what = isList ? said.names : fill(subject.startsWith("visit:") ? said.visit : said.plan, answer);
    const done = fill(again ? said.done_again : said.done, { what });
    // Only of what was added is it undone that it is in the plan.
    const state = before === "cancelled" && !again ? "added" : before;
    page.say(area === "state" ? fill(said[state], answer) : done, true);
  }

  show(sentence) {
    this.page.say(sentence);
  }

  async restore(subject, version) {
    const { page, said } = this;
    if (page.busy) return;
    this.dialog.close();
    const { conflict } = this.standing(subject);
    if (conflict && !(await askFirst(page, said.settle_title, [said.settle], said.settle_go, said.settle_stay))) return;
    const answer = await this.ask(`plan ${subject}`, version, Boolean(conflict));
    page.draw();
    if (answer) page.say(said.put_back, true);
    page.focus(subject.startsWith("visit:") ? "heading" : `meeting-${subject.split(":")[1]}`);
  }

  versionsButton({ kind, id, versions }) {
    return versions > 1 && h("button", {
      type: "button", class: "qpm-quiet", id: `${this.page.prefix}-versions-${id}`, onclick: () => this.dialog.look(`${kind}:${id}`),
    }, this.said.versions, h("span", { class: "qpm-hidden" }, ` ${id}`));
  }
}

// What a version of the visit's plan or of a meeting's changed, in words: "Time: 11:00 (before: 10:00)", a line for each.
const planVersions = (() => {
  const nameIn = (list, id) => list.find((one) => one.id === id)?.name ?? id;

  // How each part of a plan is said; what is not here is said as it is.
  const SAID = {
    starts: (page, day) => page.day(day),
    ends: (page, day) => page.day(day),
    sites: (_, sites) => sites.map(({ name }) => name),
    assessors: ({ choices }, ids) => ids.map((id) => nameIn(choices.assessors, id)),
    lead: ({ choices }, id) => nameIn(choices.assessors, id),
    safeguarding: (_, listed) => listed.map(({ who, number }) => `${who}, ${number}`),
    sessions: (page, sessions, { sites }) => sessions.map(({ day, starts, ends, site, assessor }) => fill(page.words.undo.session, {
      day: page.day(day), starts, ends, site: nameIn(sites, site), assessor: nameIn(page.choices.assessors, assessor),
    })),
    day: (page, day) => page.day(day),
    minutes: ({ words: { itinerary } }, minutes) => fill(itinerary.minutes, { minutes }),
    guide: ({ choices }, guide) => choices.observing.find((one) => one.guide === guide)?.label,
    team: ({ choices }, id) => nameIn(choices.teams, id),
    area: ({ choices }, id) => nameIn(choices.areas, id),
    site: ({ situation: { visit } }, id) => nameIn(visit.sites, id),
    nation: ({ choices }, id) => nameIn(choices.nations, id),
    assessor: ({ choices }, id) => nameIn(choices.assessors, id),
    advocacy_roles: ({ choices }, ids) => ids.map((id) => nameIn(choices.nations.flatMap(({ kinds }) => kinds), id)),
    language: ({ words: { form } }, code) => ({ en: form.english, cy: form.welsh })[code],
    mode: ({ words: { form } }, mode) => form[mode],
    counts_as: ({ words: { form } }, what) => form.counts_as_choices[what],
    no_objection: ({ words: { form } }, who) => form.knowing[who],
    instructed: ({ words: { form } }, which) => ({ instructed: form.instructed_only, non_instructed: form.non_instructed })[which] ?? form.instructed_both,
  };

  const FIRST = ["title", "starts", "ends", "sites", "respondents", "day", "time", "site", "assessor"]; // what is said of the first plan

  function inWords(page, key, plan) {
    const { words: { undo } } = page;
    const value = plan[key];
    if (typeof value === "boolean") return value ? undo.yes : undo.no;
    const said = value && SAID[key] ? SAID[key](page, value, plan) : value;
    return (Array.isArray(said) ? page.join(said) : said) || undo.nobody;
  }

  function say(page, { plan, before }) {
    const { words: { undo } } = page;
    const parts = Object.keys(undo.parts).filter((key) => key in plan);
    if (!before) {
      const told = parts.filter((key) => FIRST.includes(key) && plan[key]);
      return [undo.first, ...told.map((key) => fill(undo.part, { part: undo.parts[key], now: inWords(page, key, plan) }))].join("\n");
    }
    const changed = parts.filter((key) => inWords(page, key, plan) !== inWords(page, key, before));
    return changed.map((key) => fill(undo.changed, {
      part: undo.parts[key], now: inWords(page, key, plan), before: inWords(page, key, before),
    })).join("\n") || undo.same;
  }

  return { say };
})();
