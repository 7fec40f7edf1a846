// How the forms of the planning sheet are drawn.

const planFields = (() => {
  const { LISTED } = planForms;
  const { Fields, part, row } = formFields;

  // ---- with whom ------------------------------------------------------------------------------------------------

  function listedPeople(fields) {
    const { page, values, words } = fields;
    const { choices, situation } = page;
    const planned = (code) => [
      ...situation.meetings.filter(({ id, state, respondents }) =>
        id !== values.id && state !== "cancelled" && respondents?.includes(code)).map(({ id }) => id),
      ...(situation.elsewhere[code] ? [situation.elsewhere[code]] : []),
    ];
    const note = (code) => {
      const ids = planned(code);
      return ids.length ? fill(words.in_plan, { ids: page.join(ids) }) : "";
    };
    const then = () => planForms.chosePeople(page, values);
    if (values.role === "advocacy_manager") {
      return fields.group("respondents", words.managers, null, h("div", { class: "qpm-choices qpm-stacked" },
        choices.managers.map(({ id, name }) =>
          fields.tick("respondents", `${id} · ${name}`, { item: id, type: "radio", then, note: note(id) }))));
    }
    return fields.group("respondents", words.advocates, words.advocates_hint, h("div", { class: "qpm-teams" },
      choices.teams.map((team) => h("div", { role: "group", "aria-label": team.name },
        h("p", { class: "qpm-team" }, team.name),
        h("div", { class: "qpm-choices qpm-stacked" }, choices.advocates.filter((one) => one.team === team.id)
          .map(({ id }) => fields.tick("respondents", id, { item: id, then, note: note(id) })))))));
  }

  // Asked only of those who may be a senior leader or sit on the board, and only where the provider has such.
  function countsAs(fields) {
    const { page, values, words } = fields;
    const may = planForms.mayCountAs(page, values);
    return may.length > 0 && fields.radios("counts_as", words.counts_as,
      [...may, "neither"].map((id) => ({ id, label: words.counts_as_choices[id] })));
  }

  function who(fields) {
    const { page, values, words } = fields;
    const { roles } = page.choices;
    const role = roles.find(({ id }) => id === values.role);
    const people = !role ? null : LISTED[role.id] ? listedPeople(fields)
      : fields.input("codes", words.codes, {
        hint: fill(words.codes_hint, { example: planForms.suggestCode(page, role) }),
        then: () => {
          planForms.settleLength(page, values);
          fields.show("minutes");
        },
      });
    return part(words.who,
      fields.select("role", words.role, roles.map(({ id, label }) => ({ id, name: capital(label) })), {
        none: words.role_choose, disabled: Boolean(values.id),
        then: () => {
          Object.assign(values, { respondents: [], codes: "" });
          planForms.choseRole(page, values);
        },
      }), people, countsAs(fields));
  }

  // ---- where, when, how -----------------------------------------------------------------------------------------

  function where(fields) {
    const { page, values, words } = fields;
    const { choices, situation } = page;
    const then = () => planForms.choseTeam(page, values);
    const kinds = choices.nations.find(({ id }) => id === values.nation)?.kinds ?? [];
    return part(words.where,
      row(
        fields.select("team", words.team, choices.teams, { none: words.none, then }),
        fields.select("area", words.area, choices.areas, { none: words.none, then }),
        fields.select("site", words.site, situation.visit.sites, { none: words.none }),
        choices.nations.length > 1 && fields.select("nation", words.nation, choices.nations, {
          then: () => {
            values.advocacy_roles = [];
          },
        })),
      values.kind === "interview" && kinds.length > 1 && fields.group("advocacy_roles", words.kinds, words.kinds_hint,
        h("div", { class: "qpm-choices" },
          kinds.map(({ id, name }) => fields.tick("advocacy_roles", name, { item: id })))));
  }

  function when(fields) {
    const { page, values, words } = fields;
    const { visit } = page.situation;
    const [minutes, why] = planForms.usualLength(page, values);
    return part(words.when, row(
      fields.input("day", words.day, { type: "date", min: visit.starts, max: visit.ends }),
      fields.input("time", words.time, { type: "time" }),
      fields.input("minutes", words.minutes, {
        type: "number", min: "1", max: "600", hint: fill(words.minutes_hint, { minutes, why: page.join(why) }),
      }),
      fields.select("assessor", words.assessor, page.assessorsOfVisit(), { none: words.choose })));
  }

  // Where a language is to be offered before anybody asks for it.
  function languageOffer({ page, values }) {
    const offer = page.choices.nations.find(({ id }) => id === values.nation)?.language_offer;
    return offer && h("p", { class: "qpm-hint" }, offer);
  }

  function how(fields) {
    const { page, values, words } = fields;
    return part(words.how,
      row(
        fields.radios("language", words.language, [{ id: "en", label: words.english }, { id: "cy", label: words.welsh }]),
        fields.radios("mode", words.mode, [
          { id: "in_person", label: words.in_person }, { id: "remote", label: words.remote }])),
      languageOffer(fields),
      h("div", { class: "qpm-choices" },
        (values.easy_read || page.choices.roles.find(({ id }) => id === values.role)?.easy_read)
          && fields.tick("easy_read", words.easy_read),
        fields.tick("supporter", words.supporter),
        fields.tick("interpreter", words.interpreter, { then: () => planForms.settleLength(page, values) })),
      fields.area("access_needs", words.access, { hint: words.access_hint, rows: 2, maxlength: 500 }));
  }

  // Of a visit to one person: how they communicate, who helps, and whether anything speaks against it.
  function withPerson(fields) {
    const { page, values, words } = fields;
    if (!page.choices.observing.find(({ guide }) => guide === values.guide)?.with_person) return null;
    return part(words.person,
      fields.radios("language", words.language, [{ id: "en", label: words.english }, { id: "cy", label: words.welsh }]),
      languageOffer(fields),
      h("div", { class: "qpm-choices" },
        fields.tick("easy_read", words.easy_read),
        fields.tick("supporter", words.familiar),
        fields.tick("interpreter", words.interpreter, { then: () => planForms.settleLength(page, values) })),
      fields.area("access_needs", words.access, { hint: words.means_hint, rows: 2, maxlength: 500 }),
      fields.select("no_objection", words.no_objection, Object.entries(words.knowing).map(([id, label]) => ({ id, label })),
        { none: words.not_asked, hint: words.no_objection_hint }));
  }

  // ---- what to ask about ------------------------------------------------------------------------------------------

  // What the guide can explore, by standard, folded away: most plans need none of it.
  function about(fields) {
    const { page, values, words } = fields;
    const { standards, roles, observing } = page.choices;
    const from = values.kind === "interview" ? roles.find(({ id }) => id === values.role)
      : observing.find(({ guide }) => guide === values.guide);
    if (!from) return null;
    const wanted = new Set([...from.indicators, ...values.explore]);
    const listed = standards.map(({ name, indicators }) => ({ name, indicators: indicators.filter(({ id }) => wanted.has(id)) }))
      .filter(({ indicators }) => indicators.length);
    const list = h("div");
    const drawList = () => list.replaceChildren(...(body.open ? listed : []).map(({ name, indicators }) =>
      h("div", { role: "group", "aria-label": name }, h("p", { class: "qpm-team" }, name),
        h("div", { class: "qpm-choices qpm-stacked" },
          indicators.map(({ id, text }) => fields.tick("explore", `${id} · ${text}`, { item: id }))))));
    const summary = h("summary", {}, values.explore.length ? fill(words.explore_chosen, { ids: page.join(values.explore) }) : words.explore_open);
    const body = h("details", {
      open: values.exploring, ontoggle: () => {
        if (Boolean(values.exploring) === body.open) return; // it was drawn open
        values.exploring = body.open;
        drawList();
      },
    }, summary, list);
    drawList();
    return part(words.about,
      from.instructed && fields.radios("instructed", words.instructed, [
        { id: "", label: words.instructed_both }, { id: "instructed", label: words.instructed_only },
        { id: "non_instructed", label: words.non_instructed }]),
      fields.group("explore", words.explore, words.explore_hint, body));
  }

  // ---- the forms ------------------------------------------------------------------------------------------------

  const frame = (page, facts, ...content) => formFields.frame(page, {
    back: page.situation.visit && page.words.form.back, ...facts,
  }, ...content);

  function meetingForm(page) {
    const { values, words: { form } } = page;
    const fields = new Fields(page, values);
    const heading = fill(form[`${values.id ? "change" : "add"}_${values.kind}`], values);
    const what = page.choices.observing.length > 1 && part(form.what,
      fields.select("guide", form.guide, page.choices.observing.map(({ guide, label }) => ({ id: guide, label })), {
        then: () => planForms.choseGuide(page, values),
      }));
    const parts = values.kind === "interview"
      ? [who(fields), where(fields), when(fields), how(fields), about(fields)]
      : [what, where(fields), when(fields), withPerson(fields), about(fields)];
    return frame(page, { heading, save: form.save }, ...parts);
  }

  function visitForm(page) {
    const { values, words: { visit } } = page;
    const fields = new Fields(page, values);
    const { assessors } = page.choices;
    return frame(page, {
      heading: values.isNew ? visit.new_heading : visit.change_heading,
      intro: values.isNew && visit.new_intro, save: visit.save,
    },
    fields.input("title", visit.title, { hint: visit.title_hint, maxlength: 200 }),
    row(fields.input("starts", visit.starts, { type: "date", then: () => {
      values.ends ||= values.starts;
      fields.show("ends");
    } }),
      fields.input("ends", visit.ends, { type: "date", min: values.starts })),
    fields.area("sites", visit.sites_label, { hint: visit.sites_hint }),
    fields.area("ring", visit.ring_label, { hint: visit.ring_hint, maxlength: 2000 }),
    row(fields.group("assessors", visit.assessors_label, null, h("div", { class: "qpm-choices qpm-stacked" },
      assessors.map(({ id, name }) => fields.tick("assessors", `${id} · ${name}`, { item: id, then: () => {} })))),
    fields.select("lead", visit.lead_label, assessors.filter(({ id }) => values.assessors.includes(id)),
      { none: visit.lead_choose })));
  }

  function sessionForm(page) {
    const { values, words: { sessions }, situation: { visit } } = page;
    const fields = new Fields(page, values);
    return frame(page, {
      heading: values.before ? sessions.change_heading : sessions.new_heading, intro: sessions.intro, save: sessions.save,
    }, row(
      fields.input("day", sessions.day, { type: "date", min: visit.starts, max: visit.ends }),
      fields.input("starts", sessions.starts, { type: "time" }),
      fields.input("ends", sessions.ends, { type: "time" })),
    row(fields.select("site", sessions.site, visit.sites, { none: sessions.choose }),
      fields.select("assessor", sessions.assessor, page.assessorsOfVisit(), { none: sessions.choose })));
  }

  function cancelForm(page) {
    const { values, words: { cancel } } = page;
    const fields = new Fields(page, values);
    return frame(page, {
      heading: fill(cancel.heading, values), intro: cancel.explain, save: cancel.confirm, back: cancel.keep, danger: true,
    }, fields.area("reason", cancel.reason, { hint: cancel.reason_hint, rows: 2, maxlength: 300 }));
  }

  function namesForm(page) {
    const { values, words: { names } } = page;
    return frame(page, { heading: names.form_heading, intro: names.explain, save: names.save },
      new Fields(page, values).area("names", names.label, { hint: names.hint, rows: 12 }));
  }

  return { names: namesForm, meeting: meetingForm, visit: visitForm, session: sessionForm, cancel: cancelForm };
})();
