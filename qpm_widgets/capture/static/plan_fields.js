// How the forms of the planning sheet are drawn: values in, native controls out, every fault beside its field.

const planFields = (() => {
  const { LISTED } = planForms;

  // A draughtsman for one form: knows its page, its values and how to make ids that no other page of the window has.
  class Fields {
    constructor(page, values) {
      Object.assign(this, { page, values, words: page.words.form });
    }

    id(key) {
      return `${this.page.prefix}-${key}`;
    }

    // What a person did to a field. `then` works out what follows for other fields, which are drawn anew.
    set(key, value, then) {
      this.note(key, value);
      if (!then) return;
      then();
      if (this.values.form === "meeting") planForms.settleLength(this.page, this.values);
      this.page.draw();
    }

    // While a field is typed in, nothing around it is drawn anew: a press on "Save" must find its button where it was.
    note(key, value) {
      this.values[key] = value;
      this.page.stopWaiting();
      this.values.touched?.push(key);
      delete this.values.errors[key];
      this.page.root.querySelector(`#${CSS.escape(`${this.id(key)}-fault`)}`)?.remove();
      this.page.root.querySelector(`#${CSS.escape(this.id(key))}`)?.removeAttribute("aria-invalid");
    }

    show(key) {
      const control = this.page.root.querySelector(`#${CSS.escape(this.id(key))}`);
      if (control) control.value = this.values[key];
    }

    notes(key, hint) {
      const error = this.values.errors[key];
      return [
        hint && h("p", { class: "qpm-hint", id: `${this.id(key)}-hint` }, hint),
        error && h("p", { class: "qpm-fault", id: `${this.id(key)}-fault` }, error),
      ];
    }

    described(key, hint) {
      const error = this.values.errors[key];
      const ids = [hint && `${this.id(key)}-hint`, error && `${this.id(key)}-fault`].filter(Boolean);
      return { "aria-describedby": ids.join(" ") || null, "aria-invalid": error ? "true" : null };
    }

    wrap(key, label, hint, control, extra = "") {
      return h("div", { class: `qpm-field-box ${extra}`, "data-field": key },
        h("label", { for: this.id(key) }, label), control, ...this.notes(key, hint));
    }

    input(key, label, { type = "text", hint, then, extra, ...more } = {}) {
      const control = h("input", {
        id: this.id(key), type, value: this.values[key], ...this.described(key, hint), ...more,
        oninput: () => {
          this.note(key, control.value);
          then?.();
        },
      });
      return this.wrap(key, label, hint, control, extra);
    }

    area(key, label, { hint, rows = 3, ...more } = {}) {
      const control = h("textarea", {
        id: this.id(key), rows, ...this.described(key, hint), ...more, oninput: () => this.note(key, control.value),
      });
      control.value = this.values[key];
      return this.wrap(key, label, hint, control);
    }

    select(key, label, choices, { none, hint, then, disabled } = {}) {
      const control = h("select", {
        id: this.id(key), disabled, ...this.described(key, hint), onchange: () => this.set(key, control.value, then),
      }, none !== undefined && h("option", { value: "" }, none),
      choices.map(({ id, name, label: text }) => h("option", { value: id }, name ?? text)));
      control.value = this.values[key];
      return this.wrap(key, label, hint, control);
    }

    radios(key, legend, choices) {
      return h("fieldset", { class: "qpm-field-box" }, h("legend", {}, legend), h("div", { class: "qpm-choices" },
        choices.map(({ id, label }) => {
          const control = h("input", {
            type: "radio", id: `${this.id(key)}-${id}`, name: this.id(key), checked: this.values[key] === id,
            onchange: () => this.set(key, id),
          });
          return h("label", { class: "qpm-choice" }, control, h("span", {}, label));
        })));
    }

    // One tick of a list of codes (`item`), or of a yes or no (`item` undefined).
    tick(key, label, { item, type = "checkbox", then, note } = {}) {
      const listed = item !== undefined;
      const control = h("input", {
        type, id: listed ? `${this.id(key)}-${item}` : this.id(key), name: listed ? this.id(key) : null,
        checked: listed ? this.values[key].includes(item) : this.values[key],
        onchange: () => this.set(key, listed ? this.listWith(key, item, control) : control.checked, then),
      });
      return h("label", { class: "qpm-choice" }, control, h("span", {}, label, note && h("small", {}, ` ${note}`)));
    }

    listWith(key, item, control) {
      if (control.type === "radio") return [item];
      return control.checked ? [...this.values[key], item] : this.values[key].filter((one) => one !== item);
    }

    group(key, legend, hint, ...content) {
      return h("fieldset", { class: "qpm-field-box", id: this.id(key), tabindex: "-1", ...this.described(key, hint) },
        h("legend", {}, legend), ...this.notes(key, hint), ...content);
    }
  }

  const part = (legend, ...content) => h("fieldset", { class: "qpm-part" }, h("legend", {}, legend), ...content);
  const row = (...content) => h("div", { class: "qpm-row" }, ...content);

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
      }), people);
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

  function how(fields) {
    const { page, values, words } = fields;
    return part(words.how,
      row(
        fields.radios("language", words.language, [{ id: "en", label: words.english }, { id: "cy", label: words.welsh }]),
        fields.radios("mode", words.mode, [
          { id: "in_person", label: words.in_person }, { id: "remote", label: words.remote }])),
      h("div", { class: "qpm-choices" },
        (values.easy_read || page.choices.roles.find(({ id }) => id === values.role)?.easy_read)
          && fields.tick("easy_read", words.easy_read),
        fields.tick("supporter", words.supporter),
        fields.tick("interpreter", words.interpreter, { then: () => planForms.settleLength(page, values) })),
      fields.area("access_needs", words.access, { hint: words.access_hint, rows: 2, maxlength: 500 }));
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

  function frame(page, { heading, intro, save, danger }, ...content) {
    const back = page.situation.visit && h("button", { type: "button", onclick: () => page.leaveForm() },
      page.values.form === "cancel" ? page.words.cancel.keep : page.words.form.back);
    return h("form", {
      class: "qpm-card qpm-form", novalidate: true, "aria-labelledby": `${page.prefix}-form`,
      onsubmit: (event) => {
        event.preventDefault();
        page.save();
      },
    },
    h("h2", { id: `${page.prefix}-form`, tabindex: "-1" }, heading),
    intro && h("p", { class: "qpm-lead" }, intro),
    ...content,
    page.problem && h("p", { class: "qpm-banner qpm-bad", role: "alert" }, page.problem),
    h("div", { class: "qpm-actions" },
      h("button", { class: danger ? "qpm-danger" : "qpm-main", type: "submit", id: `${page.prefix}-save` },
        save), back));
  }

  function meetingForm(page) {
    const { values, words: { form } } = page;
    const fields = new Fields(page, values);
    const heading = fill(form[`${values.id ? "change" : "add"}_${values.kind}`], values);
    const what = page.choices.observing.length > 1 && part(form.what,
      fields.select("guide", form.guide, page.choices.observing.map(({ guide, label }) => ({ id: guide, label }))));
    const parts = values.kind === "interview"
      ? [who(fields), where(fields), when(fields), how(fields), about(fields)]
      : [what, where(fields), when(fields), about(fields)];
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
    row(fields.group("assessors", visit.assessors_label, null, h("div", { class: "qpm-choices qpm-stacked" },
      assessors.map(({ id, name }) => fields.tick("assessors", `${id} · ${name}`, { item: id, then: () => {} })))),
    fields.select("lead", visit.lead_label, assessors.filter(({ id }) => values.assessors.includes(id)),
      { none: visit.lead_choose })));
  }

  function cancelForm(page) {
    const { values, words: { cancel } } = page;
    const fields = new Fields(page, values);
    return frame(page, {
      heading: fill(cancel.heading, values), intro: cancel.explain, save: cancel.confirm, danger: true,
    }, fields.area("reason", cancel.reason, { hint: cancel.reason_hint, rows: 2, maxlength: 300 }));
  }

  function namesForm(page) {
    const { values, words: { names } } = page;
    return frame(page, { heading: names.form_heading, intro: names.explain, save: names.save },
      new Fields(page, values).area("names", names.label, { hint: names.hint, rows: 12 }));
  }

  return { names: namesForm, meeting: meetingForm, visit: visitForm, cancel: cancelForm };
})();
