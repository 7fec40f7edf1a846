// The plan by day and by session: who spends which hours where, whom they meet then, and what time is left.

const planSessions = (() => {
  function titleOf({ words: { sessions: words }, choices, situation: { visit }, name }, { starts, ends, site, assessor }) {
    return fill(words.title, { starts, ends, place: name(visit.sites, site), assessor: name(choices.assessors, assessor) });
  }

  function left({ words: { sessions: words } }, minutes) {
    if (minutes > 0) return fill(words.left, { minutes });
    return minutes ? fill(words.over, { minutes: -minutes }) : words.full;
  }

  function drawSession(page, session, place) {
    const { words: { sessions: words }, choices, situation: { visit, meetings }, prefix } = page;
    const { plan, left: minutes, free, clashes } = session;
    const title = titleOf(page, plan);
    const id = `${prefix}-session-${place}`;
    const act = (name, does) => h("button", {
      type: "button", class: "qpm-quiet", id: `${id}-${name}`, "aria-label": fill(words[`${name}_name`], { title }), onclick: does,
    }, words[name]);
    const said = [
      clashes && fill(words.clashes, { assessor: page.name(choices.assessors, plan.assessor) }),
      (plan.day < visit.starts || plan.day > visit.ends) && words.outside,
    ].filter(Boolean);
    return h("section", { class: "qpm-session", "aria-labelledby": id },
      h("div", { class: "qpm-session-head" },
        h("h4", { id, tabindex: "-1" }, title),
        h("span", { class: minutes < 0 ? "qpm-over" : "qpm-hint" }, left(page, minutes)),
        h("div", { class: "qpm-do" },
          act("meeting", () => page.openForm(planForms.newMeeting(page, "interview",
            { day: plan.day, time: free, site: plan.site, assessor: plan.assessor }))),
          act("change", () => page.openForm(planForms.sessionForm(page, plan))),
          act("remove", () => remove(page, plan)))),
      said.length > 0 && h("ul", { class: "qpm-warnings" }, said.map((sentence) => h("li", {}, sentence))),
      session.meetings.length
        ? drawList(page, meetings.filter(({ id: one }) => session.meetings.includes(one)), "h5")
        : h("p", { class: "qpm-hint qpm-session-empty" }, words.empty));
  }

  const drawList = (page, meetings, heading) =>
    h("ol", { class: "qpm-meetings" }, meetings.map((one) => page.drawMeeting(one, heading)));

  function drawDay(page, day) {
    const { words: { sessions: words }, situation: { meetings, sessions } } = page;
    const within = sessions.map((session, place) => [session, place]).filter(([{ plan }]) => plan.day === day);
    const held = new Set(within.flatMap(([session]) => session.meetings));
    const rest = meetings.filter((one) => one.day === day && !held.has(one.id));
    return [
      h("h3", { class: "qpm-day" }, page.day(day)),
      within.map(([session, place]) => drawSession(page, session, place)),
      rest.length > 0 && within.length > 0 && h("h4", { class: "qpm-session-rest" }, words.none),
      rest.length > 0 && drawList(page, rest, within.length ? "h5" : "h4"),
    ];
  }

  function draw(page) {
    const { meetings, sessions } = page.situation;
    const days = [...new Set([...meetings.map(({ day }) => day), ...sessions.map(({ plan }) => plan.day)])].sort();
    return days.map((day) => drawDay(page, day));
  }

  async function remove(page, before) {
    if (page.busy) return;
    const answer = await page.ask("keep_session", { before, form: null });
    page.draw();
    if (answer) page.say(`${fill(page.words.saved, { time: clock(answer.recorded_at) })} ${page.words.sessions.removed}`, true);
    page.focus(answer ? "undo" : "add-session");
  }

  // What does not fit between a meeting and the sessions.
  const warnings = ({ words: { sessions: words }, choices, name }, { session_faults: faults, assessor }) =>
    faults.map((fault) => fill(words[fault], { assessor: name(choices.assessors, assessor) }));

  return { draw, warnings };
})();
