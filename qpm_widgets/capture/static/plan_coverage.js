// The sampling rules beside the plan: what is missing in plain words with numbers, and one press to plan it.

const planCoverage = (() => {
  const share = (words, part) => {
    if (Math.abs(part - 1 / 3) < 0.01) return words.share_third;
    if (Math.abs(part - 1 / 2) < 0.01) return words.share_half;
    return fill(words.share_percent, { percent: Math.round(part * 100) });
  };

  function sentence(page, rule) {
    const { words: { coverage: words } } = page;
    const { kind, have, need, met, known, unsaid, candidates } = rule;
    const facts = { have, need, short: need - have, example: candidates[0] };
    if (kind === "senior_leaders" || kind === "board") {
      if (met) return fill(words[`${kind}_met`], facts);
      if (known) return fill(words[`${kind}_missing`], facts);
      return need === null ? fill(words[`${kind}_unknown`], facts) : fill(words[`${kind}_unsaid`], { ...facts, ids: page.join(unsaid) });
    }
    if (kind === "manager") return met ? words.manager_met : words.manager_missing;
    if (kind === "area") {
      if (!met) return words.area_missing;
      return fill(have === 1 ? words.area_met_one : words.area_met_many, facts);
    }
    if (met) return fill(words.advocates_met, facts);
    return fill(facts.short === 1 ? words.advocates_missing_one : words.advocates_missing_many, facts);
  }

  // Missing, or not known yet: one press opens a form that is filled in as far as the rule tells.
  function drawOpen(page, rule) {
    const { words: { coverage: words } } = page;
    const title = fill(words[rule.kind], rule);
    const given = { ...rule.form, touched: [], respondents: rule.candidates.slice(0, 1) };
    return h("li", {},
      h("div", {}, h("h4", {}, title), h("p", {}, sentence(page, rule))),
      !page.values && h("button", {
        type: "button", id: `${page.prefix}-rule-${rule.kind}-${rule.id}`,
        "aria-label": fill(words.plan_one_for, { name: title }),
        onclick: () => page.openForm(planForms.newMeeting(page, "interview", given)),
      }, words.plan_one));
  }

  // A part that opens and closes, and stays as it was left.
  function drawDetails({ memory }, name, summary, content) {
    const details = h("details", {
      open: memory[name], ontoggle: () => {
        memory[name] = details.open;
      },
    }, h("summary", {}, summary), content);
    return details;
  }

  function drawRules(page) {
    const { words: { coverage: words }, choices: { sampling } } = page;
    const small = sampling.small_team_share > sampling.share;
    return drawDetails(page, "rules", words.rules_heading, h("ul", { class: "qpm-rules" }, [
      sampling.every_manager && words.rule_managers,
      sampling.every_area && words.rule_areas,
      sampling.counts_as.senior_leader && words.rule_leaders,
      sampling.counts_as.board && words.rule_board,
      fill(words.rule_share, { share: share(words, sampling.share) }),
      small && fill(words.rule_small, { count: sampling.small_team_under, share: share(words, sampling.small_team_share) }),
      words.rule_visits,
    ].filter(Boolean).map((rule) => h("li", {}, rule))));
  }

  const summarise = ({ words: { coverage: words }, situation: { rules } }) =>
    fill(words.so_far, { met: rules.filter(({ met }) => met).length, total: rules.filter(({ known }) => known).length });

  function draw(page) {
    const { words: { coverage: words }, situation: { rules }, prefix } = page;
    const missing = rules.filter(({ met, known }) => known && !met);
    const unknown = rules.filter(({ known }) => !known);
    const met = rules.filter((rule) => rule.met);
    const bar = h("div", { class: "qpm-bar", "aria-hidden": "true" }, h("div", {}));
    bar.firstChild.style.width = `${met.length ? (100 * met.length) / (met.length + missing.length) : 0}%`;
    return h("aside", { class: "qpm-card qpm-coverage", "aria-labelledby": `${prefix}-coverage` },
      h("h2", { id: `${prefix}-coverage` }, words.heading),
      h("p", { class: "qpm-sofar" }, summarise(page)), bar,
      missing.length
        ? [h("h3", {}, words.missing_heading),
          h("ul", { class: "qpm-missing" }, missing.map((rule) => drawOpen(page, rule)))]
        : !unknown.length && h("p", { class: "qpm-allmet" }, words.none_missing),
      unknown.length > 0 && [h("h3", {}, words.unknown_heading),
        h("ul", { class: "qpm-missing" }, unknown.map((rule) => drawOpen(page, rule)))],
      met.length > 0 && drawDetails(page, "met", fill(words.met_heading, { count: met.length }),
        h("ul", { class: "qpm-met" }, met.map((rule) =>
          h("li", {}, h("strong", {}, fill(words[rule.kind], rule)), " ", sentence(page, rule))))),
      drawRules(page));
  }

  return { draw, summarise };
})();
