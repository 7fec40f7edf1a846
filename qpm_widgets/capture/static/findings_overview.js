// The visit so far: whom each standard was heard from, where sources disagree, what to ask of whom, per team.

class OverviewPart {
  constructor(page) {
    this.page = page;
    const { words: { overview: words }, teams, prefix } = page;
    this.body = h("div", { class: "qpm-overview" });
    this.node = [
      h("div", { class: "qpm-standard" },
        h("h2", { id: `${prefix}-standard`, tabindex: "-1" }, words.heading), h("p", {}, words.intro),
        page.recorded.breaks.length > 0 && h("p", { class: "qpm-hint" }, page.sayBreaks(page.recorded.breaks))),
      teams.length > 1 && h("form", { onsubmit: (event) => event.preventDefault() }, selectBox({
        id: `${prefix}-team`, label: words.team, labelClass: "qpm-label", none: words.everyone, value: page.memory.team,
        choices: teams.map(({ id, name }) => ({ id, label: name })), pick: (team) => { page.memory.team = team; this.draw(); },
      })),
      this.body];
    this.draw();
  }

  draw() {
    const { page } = this;
    const had = this.body.contains(document.activeElement) ? document.activeElement.id : null;
    const { words: { overview: words } } = page;
    const told = page.recorded.overview[page.memory.team || ""] ?? page.recorded.overview[""];
    const part = (name, ...content) => {
      const id = `${page.prefix}-overview-${name}`;
      return h("section", { "aria-labelledby": id }, h("h3", { id }, words[name].heading), content);
    };
    this.body.replaceChildren(
      part("coverage", h("p", { class: "qpm-hint" }, words.coverage.hint), this.coverage(told)),
      part("to_ask", told.to_ask.length
        ? this.byDay(told.to_ask)
        : h("p", { class: "qpm-hint" }, words.to_ask.none)),
      part("contradictions", told.contradictions.length
        ? h("ul", { class: "qpm-cards qpm-pairs" }, told.contradictions.map((one) => this.contradiction(one)))
        : h("p", { class: "qpm-hint" }, words.contradictions.none)),
      ...[told.unasked.length > 0 && part("unasked", h("p", { class: "qpm-hint" }, words.unasked.hint),
        h("ul", { class: "qpm-lines" }, told.unasked.map(({ indicator, sources }) =>
          h("li", {}, this.indicator(indicator), h("span", { class: "qpm-hint" }, fill(words.unasked.could, { labels: evidenceParts.sources(page, sources) }))))))].filter(Boolean),
    );
    if (had) this.body.querySelector(`#${CSS.escape(had)}`)?.focus({ preventScroll: true });
  }

  // The next day first: what is over and was not held comes last.
  byDay(meetings) {
    const { page, page: { words: { overview: { to_ask: words } } } } = this;
    const dateIn = (days) => new Date(Date.now() + days * 86_400_000).toLocaleDateString("sv"); // as 2026-10-14, by this clock
    const named = { [dateIn(0)]: words.today, [dateIn(1)]: words.tomorrow };
    const dayOf = ({ planned_at: at }) => at.slice(0, 10);
    const order = [...new Set(meetings.map(dayOf))].sort((one, other) => (one < dateIn(0)) - (other < dateIn(0)) || one.localeCompare(other));
    return order.map((date) => h("div", { class: "qpm-to-ask" },
      h("h4", {}, fill(named[date] ?? (date < dateIn(0) ? words.over : words.on), { day: page.day(date) })),
      h("div", { class: "qpm-cards" }, meetings.filter((one) => dayOf(one) === date).map((one) => this.meeting(one)))));
  }

  // Standards down, or also their indicators; kinds of source across.
  coverage({ pieces, silent }) {
    const { page } = this;
    const { words: { overview: { coverage: words } }, standards, memory } = page;
    const count = (indicators, code) => indicators.reduce((sum, id) => sum + (pieces[id][code] ?? 0), 0);
    const isSilent = (indicators, code) => indicators.some((id) => silent[id].includes(code));
    const columns = page.scales.sources.filter(({ code }) => page.recorded.visit_sources.includes(code)
      && standards.some(({ indicators }) => count(indicators, code) || isSilent(indicators, code)));
    const cells = (indicators) => columns.map(({ code }) => {
      const pieces = count(indicators, code);
      if (pieces) return h("td", {}, String(pieces));
      if (isSilent(indicators, code)) return h("td", { class: "qpm-missing" }, words.none);
      return h("td", {}, h("span", { "aria-hidden": "true" }, "–"), h("span", { class: "qpm-hidden" }, words.not_wanted));
    });
    const rows = (standard) => [
      h("tr", {}, h("th", { scope: "row" }, this.link(standard, `${standard.number} ${standard.name}`)), cells(standard.indicators)),
      memory.each && standard.indicators.map((id) =>
        h("tr", { class: "qpm-each" }, h("th", { scope: "row" }, h("b", {}, id), ` ${page.recorded.indicators[id].text}`), cells([id]))),
    ];
    const each = h("input", { type: "checkbox", id: `${page.prefix}-each`, onchange: () => { memory.each = each.checked; this.draw(); } });
    each.checked = Boolean(memory.each);
    return [
      h("label", { class: "qpm-tick" }, each, words.each),
      h("div", { class: "qpm-table", role: "region", tabindex: "0", "aria-label": words.hint }, h("table", {},
        h("thead", {}, h("tr", {}, h("th", { scope: "col" }, words.standard), columns.map(({ plural }) => h("th", { scope: "col" }, plural)))),
        h("tbody", {}, standards.map(rows)))),
    ];
  }

  link(standard, label) {
    const { page } = this;
    return h("button", { type: "button", class: "qpm-quiet", onclick: () => page.go(standard.id) }, label);
  }

  indicator(id) {
    const { page } = this;
    return [this.link(page.standards.find(({ indicators }) => indicators.includes(id)), id), " ", page.recorded.indicators[id].text, " "];
  }

  contradiction({ indicator, experience_against: lived, supports, contradicts }) {
    const { page } = this;
    const { words: { overview: { contradictions: words } } } = page;
    const speakers = (marks) => page.join([...new Set(marks.map(({ held, source }) => fill(words.speaker, { id: held, label: this.label(source) })))]);
    return h("li", { class: "qpm-card" }, h("p", {}, this.indicator(indicator)),
      lived && h("p", { class: "qpm-caution" }, words.experience),
      h("p", {}, h("span", { class: "qpm-bearing qpm-supports" }, words.supported), " ", speakers(supports)),
      h("p", {}, h("span", { class: "qpm-bearing qpm-contradicts" }, words.contradicted), " ", speakers(contradicts)));
  }

  // What one planned interview or observation can still tell.
  meeting(one) {
    const { page } = this;
    const { words: { overview: { to_ask: words } }, teams } = page;
    const facts = {
      id: one.id, label: this.label(one.source), time: this.moment(one.planned_at), assessor: one.assessor,
      team: teams.find(({ id }) => id === one.team)?.name,
    };
    const reasons = Object.entries(one.reasons).filter(([, wanted]) => wanted.length);
    const said = (reason) => fill(words[reason], facts);
    const open = (page.memory.asking_of ??= {});
    return h("details", { class: "qpm-card", open: open[one.id], ontoggle: ({ target }) => { open[one.id] = target.open; } },
      h("summary", {}, h("strong", {}, fill(facts.team ? words.meeting_team : words.meeting, facts)),
        h("span", { class: "qpm-hint" }, reasons.length
          ? reasons.map(([reason, wanted]) => fill(words[`count_${reason}`], { ...facts, count: wanted.length })).join(" · ") : words.nothing)),
      reasons.map(([reason, wanted]) => h("div", {}, h("h5", {}, said(reason)), h("ul", { class: "qpm-lines" },
        wanted.map(({ indicator, questions }) => h("li", {}, this.indicator(indicator),
          h("span", { class: "qpm-hint" }, fill(words.questions, { ids: page.join(questions) }))))))));
  }

  label(code) {
    return this.page.scales.sources.find((one) => one.code === code)?.label ?? code;
  }

  moment(time) {
    return new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" })
      .format(new Date(time));
  }
}
