// The form for an assessment on the desk: who the provider is, its areas, teams, managers and advocates, and who assesses it.
//
// People are codes. Rows know each other by their place in the list (areas) or by code (managers); the kit makes the ids.

const AssessmentForm = (() => {
  const { Fields, part, row, frame } = formFields;
  const CODE = /^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$/;
  const MOST = 500; // advocates of one team

  // ---- values -------------------------------------------------------------------------------------------------------

  const line = (values) => ({ ...values, errors: {} });

  function peopleOf(values) {
    return [...values.managers, ...values.teams.flatMap(({ people }) => people), ...values.assessors];
  }

  // AD4 after AD3, whatever team that is in.
  function nextCode(values, stem) {
    const taken = new Set([...peopleOf(values), ...values.teams.flatMap(({ gone }) => gone ?? [])].map(({ id }) => id));
    let number = 1;
    while (taken.has(`${stem}${number}`)) number += 1;
    return `${stem}${number}`;
  }

  const newArea = () => line({ id: "", name: "" });

  function newManager(values) {
    const manager = line({ id: nextCode(values, "MG"), name: "" });
    values.managers.push(manager);
    return manager;
  }

  // A team has a manager of its own until somebody says otherwise.
  function newTeam(values) {
    values.teams.push(line({ id: "", name: "", area: values.areas[0], manager: newManager(values), count: "", people: [] }));
  }

  function newAssessor(values, words, code) {
    const name = values.assessors.length ? words.assessor_other : words.assessor_lead;
    values.assessors.push(line({ id: code ?? nextCode(values, "AS"), name }));
  }

  function begin({ profile, nations, bands, assessor, entry_id, heads, id }, words) {
    const values = line({
      form: "assessment", id, entry_id, heads, provider: "", band: String(bands[0].id), jurisdictions: [nations[0].id],
      advocacy_roles: [], areas: [newArea()], managers: [], teams: [], assessors: [], leaders: "", board: "",
    });
    if (!profile) {
      newTeam(values);
      newAssessor(values, words, assessor);
      return values;
    }
    const areas = profile.areas.map(line);
    const managers = profile.managers.map(line);
    const manager = (code) => managers.find((one) => one.id === code);
    return Object.assign(values, {
      provider: profile.provider, band: String(profile.band), jurisdictions: [...profile.jurisdictions],
      leaders: String(profile.senior_leaders ?? ""), board: { true: "yes", false: "no" }[profile.involvement_board] ?? "",
      advocacy_roles: [...profile.advocacy_roles], areas, managers, assessors: profile.assessors.map(line),
      teams: profile.teams.map((team) => {
        const people = profile.advocates.filter((one) => one.team === team.id).map(({ id: code, manager: whose, roles }) =>
          line({ id: code, manager: whose === team.manager ? null : manager(whose), roles: [...roles] }));
        return line({
          id: team.id, name: team.name, area: areas.find((one) => one.id === team.area), manager: manager(team.manager),
          count: String(people.length), people,
        });
      }),
    });
  }

  // Some kinds are in the law of several nations; each is listed once.
  function kindsOf({ nations }, values) {
    const all = nations.filter(({ id }) => values.jurisdictions.includes(id)).flatMap(({ kinds }) => kinds);
    return all.filter(({ id }, place) => all.findIndex((kind) => kind.id === id) === place);
  }

  const chosenKinds = (view, values) => kindsOf(view, values).filter(({ id }) => values.advocacy_roles.includes(id));

  const managerName = ({ words }, values, manager) => manager.name.trim() || (() => {
    const led = values.teams.filter((team) => team.manager === manager && team.name.trim()).map(({ name }) => name.trim());
    return led.length ? fill(words.manager_of, { teams: listWords(led, words) }) : "";
  })();

  // ---- checking -----------------------------------------------------------------------------------------------------

  // Each fault is said beside its field. The first one's field is told, for the focus.
  function check({ words, view, values }) {
    let first = "";
    const say = (fields, name, key, sentence) => {
      if (!sentence) return;
      fields.errors[key] ??= sentence;
      first ||= name ? `${name}-${key}` : key;
    };
    const each = (list, check_) => values[list].forEach((one, place) => check_(one, `${list}-${place}`));
    const repeated = (list, key) => {
      const seen = new Set();
      return list.filter((one) => seen.size === seen.add(one[key].trim().toLowerCase()).size);
    };
    const twice = new Set(repeated(peopleOf(values), "id"));
    const code = (one, name) => say(one, name, "id", !CODE.test(one.id.trim()) ? words.bad_code : twice.has(one) && words.code_twice);
    const named = (list, sentence) => {
      const again = new Set(repeated(values[list], "name"));
      each(list, (one, name) => say(one, name, "name", !one.name.trim() ? sentence : again.has(one) && words.name_twice));
    };
    for (const one of [values, ...peopleOf(values), ...values.areas, ...values.teams]) one.errors = {};

    say(values, "", "provider", !values.provider.trim() && words.needs_provider);
    say(values, "", "jurisdictions", !values.jurisdictions.length ? words.needs_jurisdictions : stays(values, view, words, "nation", values.jurisdictions));
    say(values, "", "advocacy_roles", !chosenKinds(view, values).length ? words.needs_kinds : stays(values, view, words, "kind", values.advocacy_roles));
    named("areas", words.needs_area);
    named("teams", words.needs_team);
    each("teams", (team, name) => {
      settlePeople(values, team, view.used.advocate);
      const kept = team.people.length > Number(team.count) ? team.people.map(({ id }) => id).filter((id) => view.used.advocate?.[id]) : [];
      say(team, name, "count", !/^\d+$/.test(team.count) || Number(team.count) > MOST ? words.needs_count
        : kept.length && fill(words.advocates_stay, { codes: listWords(kept, words) }));
      team.people.forEach((one, place) => code(one, `${name}-people-${place}`));
    });
    each("managers", (one, name) => {
      code(one, name);
      // One who has a team is named after it, and a team without a name has a fault of its own.
      say(one, name, "name", !one.name.trim() && !values.teams.some(({ manager }) => manager === one) && words.needs_manager);
    });
    say(values, "", "leaders", !/^\d{0,2}$/.test(values.leaders) && words.needs_leaders);
    each("assessors", (one, name) => {
      code(one, name);
      say(one, name, "name", !one.name.trim() && words.needs_assessor);
    });
    return first;
  }

  // A nation or a kind of advocacy that plans refer to and that is ticked no more.
  function stays(values, view, words, kind, ticked) {
    const [gone] = Object.keys(view.used[kind] ?? {}).filter((id) => !ticked.includes(id));
    if (!gone) return null;
    const all = kind === "nation" ? view.nations : view.nations.flatMap(({ kinds }) => kinds);
    return fill(words.stays, { what: all.find(({ id }) => id === gone)?.name ?? gone, ids: listWords(view.used[kind][gone], words) });
  }

  // As many advocates as were asked for: new codes at the end, or the last ones away but for those that plans refer to.
  // Who went by a slip of the hand comes back as they were.
  function settlePeople(values, team, used = {}) {
    if (!/^\d+$/.test(team.count) || Number(team.count) > MOST) return;
    const count = Number(team.count);
    team.gone ??= [];
    while (team.people.length < count) {
      team.people.push(team.gone.pop() ?? line({ id: nextCode(values, "AD"), manager: null, roles: [] }));
    }
    for (let place = team.people.length - 1; place >= 0 && team.people.length > count; place -= 1) {
      if (!used[team.people[place].id]) team.gone.push(...team.people.splice(place, 1));
    }
  }

  function message({ view, values, words }) {
    const kinds = chosenKinds(view, values).map(({ id }) => id);
    const roles = (one) => (kinds.length === 1 ? kinds : one.roles.filter((id) => kinds.includes(id)));
    const listed = (list) => list.map(({ id, name }) => ({ id: id.trim(), name: name.trim() }));
    const { id, entry_id, heads } = values;
    return {
      id, entry_id, heads, form: {
        provider: values.provider.trim(), band: Number(values.band), jurisdictions: values.jurisdictions, advocacy_roles: kinds,
        senior_leaders: values.leaders === "" ? null : Number(values.leaders), involvement_board: { yes: true, no: false }[values.board] ?? null,
        areas: listed(values.areas), assessors: listed(values.assessors),
        managers: values.managers.map((one) => ({ id: one.id.trim(), name: managerName({ words }, values, one) })),
        teams: values.teams.map((team) => ({
          id: team.id, name: team.name.trim(), area: values.areas.indexOf(team.area), manager: team.manager.id.trim(),
          advocates: team.people.map((one) => ({ id: one.id.trim(), manager: one.manager?.id.trim() ?? "", roles: roles(one) })),
        })),
      },
    };
  }

  // ---- the form -----------------------------------------------------------------------------------------------------

  return class extends FormPage {
    // `memory` outlives the widget: a form that was begun is still there when the desk is run again. `left(id)` is told
    // when the form is done with: the assessment that was saved, or nothing.
    constructor(desk, view, left) {
      super();
      Object.assign(this, { view, left, link: desk.link, words: view.words, prefix: "desk-assessment" });
      this.status = h("p", { class: "qpm-hint qpm-form-status", role: "status" });
      this.body = h("div");
      this.root = h("div", { class: "qpm-desk-form" }, this.body, this.status);
      this.values = view.values ??= begin(view, view.words);
      this.draw();
    }

    answered({ situation }) {
      this.situation = situation;
    }

    leaveForm() {
      this.left(null);
    }

    async save() {
      if (this.busy) return;
      const faulty = check(this);
      if (faulty) {
        this.problem = this.words.form.check;
        this.draw();
        this.focus(faulty);
        return;
      }
      const answer = await this.send("plan_assessment", this.values, (values) => message({ ...this, values }));
      if (answer) this.left(answer);
      else {
        this.draw();
        this.focus("save");
      }
    }

    draw() {
      const { activeElement: active } = document;
      const id = this.root.contains(active) ? active.id : "";
      this.body.replaceChildren(this.drawForm());
      if (id) this.root.querySelector(`#${CSS.escape(id)}`)?.focus({ preventScroll: true });
    }

    drawForm() {
      const { words, view, values } = this;
      const fields = new Fields(this, values);
      const band = view.bands.find(({ id }) => String(id) === values.band);
      const kinds = kindsOf(view, values);
      return frame(this, {
        heading: values.id ? words.change_heading : words.new_heading, intro: words.intro, save: words.save, back: words.form.back,
      },
      values.heads.length > 1 && h("p", { class: "qpm-banner qpm-warn" }, words.conflict),
      view.earlier.length > 0 && this.drawEarlier(),
      fields.input("provider", words.provider, { maxlength: 200, hint: words.provider_hint }),
      row(fields.group("jurisdictions", words.jurisdictions, null, h("div", { class: "qpm-choices" },
        view.nations.map(({ id, name }) => fields.tick("jurisdictions", name, { item: id, then: () => {} })))),
      fields.select("band", words.band, view.bands.map(({ id, label }) => ({ id: String(id), label })), { hint: band?.note, then: () => {} })),
      kinds.length > 0 && fields.group("advocacy_roles", words.kinds, words.kinds_hint, h("div", { class: "qpm-choices qpm-kinds" },
        kinds.map(({ id, name }) => fields.tick("advocacy_roles", name, { item: id })))),
      part(words.areas, h("p", { class: "qpm-hint" }, words.areas_hint), this.rows("areas", (one, inside) => [
        inside.input("name", words.area, { maxlength: 200 })]),
      this.more("areas", words.another_area, () => values.areas.push(newArea()))),
      part(words.teams, h("p", { class: "qpm-hint" }, words.teams_hint), this.rows("teams", (team, inside, name) => [
        inside.input("name", words.team, { maxlength: 200 }),
        values.areas.length > 1 && this.pick(inside, "area", words.area_of_team, values.areas, (one) => one.name.trim() || words.unnamed),
        this.pick(inside, "manager", words.manager, values.managers, ({ id }) => id, {
          label: words.another_manager, make: () => newManager(values) }),
        this.drawCount(team, inside, name),
      ], (team, name) => this.drawPeople(team, name)),
      this.more("teams", words.another_team, () => newTeam(values))),
      part(words.managers, h("p", { class: "qpm-hint" }, words.managers_hint), this.rows("managers", (one, inside) => [
        this.code(inside, "manager"),
        inside.input("name", words.manager_name, { maxlength: 200, placeholder: managerName(this, values, { ...one, name: "" }) || managerName(this, values, one) }),
      ]), this.more("managers", words.another_manager, () => newManager(values))),
      part(words.centre, h("p", { class: "qpm-hint" }, words.centre_hint), row(
        fields.input("leaders", words.leaders, { type: "number", min: "0", max: "99", hint: words.leaders_hint, extra: "qpm-medium" }),
        fields.radios("board", words.board, [
          { id: "yes", label: words.board_yes }, { id: "no", label: words.board_no }, { id: "", label: words.not_known }]))),
      part(words.assessors, h("p", { class: "qpm-hint" }, words.assessors_hint), this.rows("assessors", (one, inside) => [
        this.code(inside, "assessor"), inside.input("name", words.assessor_name, { maxlength: 200 })]),
      this.more("assessors", words.another_assessor, () => newAssessor(values, words))));
    }

    // How the assessment stood before. One is put into the form and saved like anything else, so what plans refer to stays.
    drawEarlier() {
      const { view, words } = this;
      const moment = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" });
      const named = ({ at, by }) => fill(words.earlier_by, { by, time: moment.format(new Date(at)) });
      return h("details", { id: `${this.prefix}-earlier` }, h("summary", {}, words.earlier), h("p", { class: "qpm-hint" }, words.earlier_intro),
        h("ol", { class: "qpm-version-list" }, view.earlier.map((version, place) => h("li", {},
          h("p", { class: "qpm-hint" }, named(version)), h("p", {}, this.sayProfile(version.profile)),
          h("button", { type: "button", id: `${this.prefix}-earlier-${place}`, "aria-label": fill(words.earlier_put_name, { version: named(version) }),
            onclick: () => this.putBack(version) }, words.earlier_put)))));
    }

    sayProfile({ provider, areas, teams, advocates }) {
      const { words } = this;
      const names = (list) => listWords(list.map(({ name }) => name), words);
      return fill(words.earlier_said, { provider, areas: names(areas), teams: names(teams), count: advocates.length });
    }

    putBack({ profile }) {
      const { id, entry_id, heads } = this.values;
      this.values = this.view.values = Object.assign(begin({ ...this.view, profile }, this.words), { id, entry_id, heads, typed: true });
      this.draw();
      this.status.textContent = this.words.earlier_there;
      this.focus("provider");
    }

    // The rows of one list, each a group with its own way to go.
    rows(list, draw, below = () => null) {
      const { values, words } = this;
      return values[list].map((one, place) => {
        const name = `${list}-${place}`;
        const title = fill(words.row[list], { number: place + 1 });
        return h("div", { class: "qpm-line-row", role: "group", "aria-label": title },
          h("div", { class: "qpm-line-fields" }, draw(one, new Fields(this, one, name), name),
            values[list].length > 1 && h("button", {
              type: "button", class: "qpm-quiet", id: `${this.prefix}-${name}-remove`,
              "aria-label": fill(words.remove_row, { row: title }), onclick: () => this.remove(list, one, name),
            }, words.remove)),
          below(one, name));
      });
    }

    more(list, label, add) {
      return h("p", {}, h("button", {
        type: "button", id: `${this.prefix}-${list}-more`, onclick: () => {
          add();
          this.values.typed = true;
          this.draw();
          const last = `${list}-${this.values[list].length - 1}`;
          this.focus(this.root.querySelector(`#${this.prefix}-${last}-name`) ? `${last}-name` : `${last}-id`);
        },
      }, label));
    }

    // What plans refer to stays, and so does what another row needs.
    async remove(list, one, name) {
      const { values, view: { used }, words } = this;
      const kind = { areas: "area", teams: "team", managers: "manager", assessors: "assessor" }[list];
      const ids = [used[kind]?.[one.id], ...(one.people ?? []).map(({ id }) => used.advocate?.[id])].filter(Boolean).flat();
      const needed = values.teams.filter((team) => team.area === one || team.manager === one || team.people.some(({ manager }) => manager === one));
      const sentence = ids.length ? fill(words.stays, { what: one.name || one.id, ids: listWords([...new Set(ids)], words) })
        : list !== "teams" && needed.length && fill(words.needed, { teams: listWords(needed.map((team) => team.name || words.unnamed), words) });
      if (sentence) {
        one.errors.name = sentence;
        this.draw();
        this.focus(`${name}-name`);
        return;
      }
      const isFilled = [one, ...(one.people ?? [])].some(({ typed }) => typed) || this.view.profile?.[list].some(({ id }) => id === one.id);
      if (isFilled && !(await askFirst(this, fill(words.remove_title, { what: one.name || one.id }), [words.remove_text], words.remove, words.remove_stay))) return;
      values[list].splice(values[list].indexOf(one), 1);
      values.typed = true;
      if (list === "teams") this.dropManager(one.manager);
      this.draw();
      this.focus(`${list}-more`);
    }

    // A manager who came with a team goes when no team has them any more.
    dropManager(manager) {
      const { values, view: { used } } = this;
      const has = values.teams.some((team) => team.manager === manager || team.people.some((one) => one.manager === manager));
      if (has || manager.name.trim() || used.manager?.[manager.id] || values.managers.length === 1) return;
      values.managers.splice(values.managers.indexOf(manager), 1);
    }

    // A code that plans refer to is not typed anew.
    code(inside, kind) {
      const { words, view: { used } } = this;
      return inside.input("id", words.code, { maxlength: 40, readonly: Boolean(used[kind]?.[inside.values.id]), extra: "qpm-short" });
    }

    // One of the rows of another list; `other` makes a further one.
    pick(inside, key, label, rows, say, other, none) {
      const one = inside.values;
      const before = one[key];
      const select = h("select", {
        id: inside.id(key), onchange: () => {
          one[key] = select.value === "more" ? other.make() : select.value === "" ? null : rows[Number(select.value)];
          inside.note(key, one[key]);
          if (key === "manager" && before && before !== one[key]) this.dropManager(before);
          this.draw();
        },
      }, none && h("option", { value: "" }, none), rows.map((choice, place) => h("option", { value: String(place) }, say(choice))),
      other && h("option", { value: "more" }, other.label));
      select.value = before ? String(rows.indexOf(before)) : "";
      return inside.wrap(key, label, null, select, "qpm-medium");
    }

    // While somebody types nothing is drawn anew around them but the list of this team's advocates.
    drawCount(team, inside, name) {
      const { words } = this;
      const box = inside.input("count", words.count, { type: "number", min: "0", max: String(MOST), extra: "qpm-short" });
      box.querySelector("input").addEventListener("change", () => {
        settlePeople(this.values, team, this.view.used.advocate);
        this.root.querySelector(`#${this.prefix}-${name}-people`)?.replaceWith(this.drawPeople(team, name));
      });
      return box;
    }

    drawPeople(team, name) {
      const { words, values, view } = this;
      const kinds = chosenKinds(view, values);
      const list = h("div", { class: "qpm-line-people" });
      const drawList = () => list.replaceChildren(...(body.open ? team.people : []).map((one, place) => {
        const inside = new Fields(this, one, `${name}-people-${place}`);
        return h("div", { class: "qpm-line-fields", role: "group", "aria-label": fill(words.row.people, { number: place + 1 }) },
          this.code(inside, "advocate"),
          values.managers.length > 1 && this.pick(inside, "manager", words.manager, values.managers, ({ id }) => id, null, words.manager_of_team),
          kinds.length > 1 && h("fieldset", { class: "qpm-field-box" }, h("legend", {}, words.kinds_of_one), h("div", { class: "qpm-choices" },
            kinds.map(({ id, name: kind }) => inside.tick("roles", kind, { item: id })))));
      }));
      team.open ||= team.people.some(({ errors }) => Object.keys(errors).length);
      const codes = team.people.length > 2 ? fill(words.codes_range, { first: team.people[0].id, last: team.people.at(-1).id })
        : listWords(team.people.map(({ id }) => id), words);
      const body = h("details", {
        id: `${this.prefix}-${name}-people`, open: team.open, ontoggle: () => {
          if (team.open === body.open) return; // it was drawn open, and what stands in it has the focus
          team.open = body.open;
          drawList();
        },
      }, h("summary", {}, team.people.length ? fill(words.advocates, { codes }) : words.advocates_none), list);
      drawList();
      return body;
    }
  };
})();
