// The sampling rules beside the plan: what is missing in plain words with numbers, and one press to plan it.

const planCoverage = (() => {
  const share = (words, part) => {
    if (Math.abs(part - 1 / 3) < 0.01) return words.share_third;
    if (Math.abs(part - 1 / 2) < 0.01) return words.share_half;
    return fill(words.share_percent, { percent: Math.round(part * 100) });
  };

  function sentence({ words: { coverage: words } }, rule) {
    const { kind, have, need, met, candidates } = rule;
    const facts = { have, need, short: need - have, example: candidates[0] };
    if (kind === "manager") return met ? words.manager_met : words.manager_missing;
    if (kind === "area") {
      if (!met) return words.area_missing;
      return fill(have === 1 ? words.area_met_one : words.area_met_many, facts);
    }
    if (met) return fill(words.advocates_met, facts);
    return fill(facts.short === 1 ? words.advocates_missing_one : words.advocates_missing_many, facts);
  }

  function drawMissing(page, rule) {
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
      fill(words.rule_share, { share: share(words, sampling.share) }),
      small && fill(words.rule_small, { count: sampling.small_team_under, share: share(words, sampling.small_team_share) }),
      words.rule_visits,
    ].filter(Boolean).map((rule) => h("li", {}, rule))));
  }

  const summarise = ({ words: { coverage: words }, situation: { rules } }) =>
    fill(words.so_far, { met: rules.filter(({ met }) => met).length, total: rules.length });

  function draw(page) {
    const { words: { coverage: words }, situation: { rules }, prefix } = page;
    const missing = rules.filter(({ met }) => !met);
    const met = rules.filter((rule) => rule.met);
    const bar = h("div", { class: "qpm-bar", "aria-hidden": "true" }, h("div", {}));
    bar.firstChild.style.width = `${rules.length ? (100 * met.length) / rules.length : 0}%`;
    return h("aside", { class: "qpm-card qpm-coverage", "aria-labelledby": `${prefix}-coverage` },
      h("h2", { id: `${prefix}-coverage` }, words.heading),
      h("p", { class: "qpm-sofar" }, summarise(page)), bar,
      missing.length
        ? [h("h3", {}, words.missing_heading),
          h("ul", { class: "qpm-missing" }, missing.map((rule) => drawMissing(page, rule)))]
        : h("p", { class: "qpm-allmet" }, words.none_missing),
      h("p", { class: "qpm-hint" }, words.not_counted),
      met.length > 0 && drawDetails(page, "met", fill(words.met_heading, { count: met.length }),
        h("ul", { class: "qpm-met" }, met.map((rule) =>
          h("li", {}, h("strong", {}, fill(words[rule.kind], rule)), " ", sentence(page, rule))))),
      drawRules(page));
  }

  return { draw, summarise };
})();
