// Undo, redo and earlier versions of what is planned. A plan is put back by the kit, which records it once more: the page keeps
// ids of versions only, and what was erased is no version.
//
// A field of the trail is the plan of something ("plan interview:A3", "plan visit:V1"), whose value is an entry's id, or whether a
// meeting takes place ("state interview:A3"), whose value is a state. Taking back that a meeting was added cancels it.

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

  ask(field, value) {
    const [area, subject] = field.split(" ");
    const { heads, state_heads: stateHeads } = this.standing(subject);
    const wanted = area === "plan" ? { version: value, supersedes: heads } : { state: value, supersedes: stateHeads };
    return this.page.ask("put_back", { subject, ...wanted });
  }

  async turn(again) {
    if (!this.page.values && !this.page.busy) await super.turn(again); // a form that is open has not been saved
  }

  async turnThese([{ field, before }], again) {
    const { page, said } = this;
    const [area, subject] = field.split(" ");
    const now = this.valueOf(field);
    this.turning = true;
    const answer = await this.ask(field, before);
    this.turning = false;
    // What is refused for good is in nobody's way: what was done before it can be undone all the same.
    if (!answer && page.refusal.startsWith("PLAN-")) forgetEdits(page.memory, (edit) => edit.field === field);
    if (answer) turnBack(page.memory, again, () => now, () => {});
    page.draw();
    if (!answer) return;
    const what = fill(subject.startsWith("visit:") ? said.visit : said.plan, answer);
    const done = fill(again ? said.done_again : said.done, { what });
    // Only of what was added is it undone that it is in the plan.
    const state = before === "cancelled" && !again ? "added" : before;
    page.say(area === "plan" ? done : fill(said[state], answer), true);
  }

  show(sentence) {
    this.page.say(sentence);
  }

  async restore(subject, version) {
    const { page, said } = this;
    if (page.busy) return;
    this.dialog.close();
    const answer = await this.ask(`plan ${subject}`, version);
    page.draw();
    if (answer) page.say(said.put_back, true);
    page.focus(`meeting-${subject.split(":")[1]}`);
  }

  versionsButton({ kind, id, versions }) {
    return versions > 1 && h("button", {
      type: "button", class: "qpm-quiet", id: `${this.page.prefix}-versions-${id}`, onclick: () => this.dialog.look(`${kind}:${id}`),
    }, this.said.versions, h("span", { class: "qpm-hidden" }, ` ${id}`));
  }
}

// What a version of a meeting's plan changed, in words: "Time: 11:00 (before: 10:00)", a line for each.
const planVersions = (() => {
  const nameIn = (list, id) => list.find((one) => one.id === id)?.name ?? id;

  // How each part of a plan is said; what is not here is said as it is.
  const SAID = {
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
    no_objection: ({ words: { form } }, who) => form.knowing[who],
    instructed: ({ words: { form } }, which) => ({ instructed: form.instructed_only, non_instructed: form.non_instructed })[which] ?? form.instructed_both,
  };

  function inWords(page, key, value) {
    const { words: { undo } } = page;
    if (typeof value === "boolean") return value ? undo.yes : undo.no;
    const said = value && SAID[key] ? SAID[key](page, value) : value;
    return (Array.isArray(said) ? page.join(said) : said) || undo.nobody;
  }

  function say(page, { plan, before }) {
    const { words: { undo } } = page;
    const parts = Object.keys(undo.parts).filter((key) => key in plan);
    if (!before) {
      const told = parts.filter((key) => ["respondents", "day", "time", "site", "assessor"].includes(key) && plan[key]);
      return [undo.first, ...told.map((key) => fill(undo.part, { part: undo.parts[key], now: inWords(page, key, plan[key]) }))].join("\n");
    }
    const changed = parts.filter((key) => inWords(page, key, plan[key]) !== inWords(page, key, before[key]));
    return changed.map((key) => fill(undo.changed, {
      part: undo.parts[key], now: inWords(page, key, plan[key]), before: inWords(page, key, before[key]),
    })).join("\n") || undo.same;
  }

  return { say };
})();
