// The forms of the planning sheet: the visit itself, one interview or observation, and cancelling one.
//
// A form is a plain object of values in the page's memory, so it outlives a notebook that is run again. Drawing is from
// values to elements; what a person changes goes back into the values, and is checked here before it is sent.

const planForms = (() => {
  const CODE = /^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$/;
  const TO_RING = /\S.*,\s*[+(]{0,2}\d[\d ()+.-]{1,28}\d\s*$/; // who, and a number as the journal takes it
  const LISTED = { advocate: "advocates", advocacy_manager: "managers" };

  // ---- values ---------------------------------------------------------------------------------------------------

  function newMeeting(page, kind, given = {}) {
    const { choices, situation } = page;
    const values = {
      form: "meeting", kind, id: "", entry_id: situation.entry_id, supersedes: [], role: "", guide: "",
      respondents: [], codes: "", team: "", area: "", site: "", nation: choices.nations[0]?.id ?? "",
      advocacy_roles: [], day: situation.visit.starts, time: "", minutes: "", assessor: "", mode: "in_person",
      language: "en", easy_read: false, supporter: false, interpreter: false, access_needs: "", no_objection: "", explore: [], instructed: "", counts_as: "", kept: [], asked: [], touched: [], errors: {},
    };
    if (kind === "observation") values.guide = choices.observing[0]?.guide ?? "";
    if (situation.visit.sites.length === 1) values.site = situation.visit.sites[0].id;
    if (situation.visit.assessors.length === 1) values.assessor = situation.visit.assessors[0];
    Object.assign(values, given);
    if (values.role) choseRole(page, values);
    if (values.respondents.length) chosePeople(page, values);
    settleLength(page, values);
    return values;
  }

  function changeMeeting(page, meeting) {
    const { heads, day, time, minutes } = meeting;
    const kept = Object.fromEntries(
      ["role", "guide", "nation", "assessor", "mode", "language", "easy_read", "supporter", "interpreter", "access_needs", "no_objection", "instructed", "counts_as", "kept"]
        .filter((key) => key in meeting).map((key) => [key, meeting[key]]));
    const values = newMeeting(page, meeting.kind);
    Object.assign(values, kept, {
      id: meeting.id, supersedes: heads, day, time, minutes: String(minutes),
      team: meeting.team ?? "", area: meeting.area ?? "", site: meeting.site ?? "",
      respondents: [...(meeting.respondents ?? [])], codes: (meeting.respondents ?? []).join(", "),
      advocacy_roles: [...(meeting.advocacy_roles ?? [])], explore: [...(meeting.explore ?? [])],
      touched: ["team", "area", "nation", "advocacy_roles"],
    });
    if (minutes !== usualLength(page, values)[0]) values.touched.push("minutes"); // somebody has said otherwise
    return values;
  }

  function visitForm(page) {
    const { visit } = page.situation;
    const only = page.choices.assessors.length === 1 ? page.choices.assessors.map(({ id }) => id) : [];
    return {
      form: "visit", isNew: !visit, title: visit?.title ?? "", starts: visit?.starts ?? "", ends: visit?.ends ?? "",
      sites: (visit?.sites ?? []).map((site) => site.name).join("\n"), known_sites: visit?.sites ?? [],
      assessors: [...(visit?.assessors ?? only)], lead: visit?.lead ?? only[0] ?? "", same_places: false,
      ring: (visit?.safeguarding ?? []).map(({ who, number }) => `${who}, ${number}`).join("\n"), errors: {},
    };
  }

  function sessionForm(page, session) {
    const { visit } = page.situation;
    const only = (list, key) => (list.length === 1 ? list[0][key] ?? list[0] : "");
    const fresh = { day: visit.starts, starts: "09:00", ends: "12:30", site: only(visit.sites, "id"), assessor: only(visit.assessors) };
    return { form: "session", before: session ?? null, ...fresh, ...session, errors: {} };
  }

  const cancelForm = (page, meeting) => ({
    form: "cancel", kind: meeting.kind, id: meeting.id, entry_id: page.situation.entry_id,
    supersedes: meeting.state_heads, reason: "", kept: [], asked: [], errors: {},
  });

  // What follows from a choice, unless a person has said otherwise.

  function suggest(values, key, value) {
    if (value !== undefined && !values.touched.includes(key)) values[key] = value;
  }

  function choseRole(page, values) {
    const { choices, situation } = page;
    const role = choices.roles.find(({ id }) => id === values.role);
    Object.assign(values, { guide: role?.guide ?? "", easy_read: false });
    const may = mayCountAs(page, values);
    if (!may.includes(values.counts_as)) values.counts_as = may.length ? "neither" : "";
    if (role && !LISTED[role.id] && !values.codes) values.codes = suggestCode({ situation }, role);
  }

  // The next free code of a role, such as PS5 after PS4; a person may well have codes of their own.
  function suggestCode({ situation }, role) {
    const parts = role.id.split("_");
    const stem = (parts.length > 1 ? parts.map(([first]) => first).join("") : role.id.slice(0, 2)).toUpperCase();
    const used = situation.meetings.flatMap(({ respondents }) => respondents ?? []);
    let number = 1;
    while (used.includes(`${stem}${number}`) || situation.elsewhere[`${stem}${number}`]) number += 1;
    return `${stem}${number}`;
  }

  function chosePeople({ choices, situation }, values) {
    const people = values.respondents.map((code) => choices.advocates.find(({ id }) => id === code)).filter(Boolean);
    const led = choices.teams.filter(({ manager }) => values.respondents.includes(manager));
    const managed = choices.advocates.filter(({ manager }) => values.respondents.includes(manager));
    const areas = managed.map(({ team }) => choices.teams.find(({ id }) => id === team)?.area);
    const only = (list) => (new Set(list).size === 1 ? list[0] : "");
    if (values.role === "advocate") suggest(values, "team", only(people.map(({ team }) => team)));
    if (values.role === "advocacy_manager") {
      suggest(values, "team", only(led.map(({ id }) => id)));
      suggest(values, "area", only(areas));
    }
    choseTeam({ choices, situation }, values);
    const kinds = choices.nations.find(({ id }) => id === values.nation)?.kinds.map(({ id }) => id) ?? [];
    const roles = new Set(people.flatMap(({ roles: held }) => held));
    suggest(values, "advocacy_roles", kinds.filter((kind) => roles.has(kind)));
  }

  // What is arranged for one person is not kept where nobody is visited.
  function choseGuide({ choices }, values) {
    if (choices.observing.find(({ guide }) => guide === values.guide)?.with_person) return;
    Object.assign(values, { language: "en", easy_read: false, supporter: false, interpreter: false, access_needs: "", no_objection: "", kept: [] });
  }

  function choseTeam({ choices, situation }, values) {
    suggest(values, "area", choices.teams.find(({ id }) => id === values.team)?.area);
    // The law that goes with a place: an advocate's kinds of advocacy tell, or else what was planned there before.
    const held = choices.advocates.filter(({ team }) => team === values.team).flatMap(({ roles }) => roles);
    const known = situation.meetings.find(({ team, area }) => (values.team ? team === values.team : area === values.area));
    const [likely] = choices.nations
      .map(({ id, kinds }) => ({ id, count: held.filter((role) => kinds.some((kind) => kind.id === role)).length }))
      .sort((one, other) => other.count - one.count);
    suggest(values, "nation", known?.nation ?? (likely?.count ? likely.id : undefined));
  }

  // What people of this role may count as besides; nothing as a rule.
  const mayCountAs = ({ choices: { sampling } }, { role }) =>
    Object.keys(sampling.counts_as).filter((what) => sampling.counts_as[what].includes(role));

  function usualLength({ choices: { timings }, words }, values) {
    const observed = values.kind === "observation";
    const people = observed ? 1 : LISTED[values.role] ? values.respondents.length : splitCodes(values.codes).length;
    let minutes = observed ? timings.observation_minutes : timings.interview_minutes;
    const why = observed ? [words.form.why_observation] : [];
    if (people > 1) {
      minutes *= timings.group_factor;
      why.push(words.form.why_group);
    }
    if (values.interpreter) {
      minutes *= timings.interpreter_factor;
      why.push(words.form.why_interpreter);
    }
    return [Math.round(minutes), why.length ? why : [words.form.why_plain]];
  }

  function settleLength(page, values) {
    suggest(values, "minutes", String(usualLength(page, values)[0]));
  }

  const splitCodes = (text) => text.split(/[,;\s]+/).filter(Boolean);

  // ---- checking -------------------------------------------------------------------------------------------------

  function checkMeeting({ words: { form } }, values) {
    const errors = {};
    if (values.kind === "interview") {
      if (!values.role) errors.role = form.needs_role;
      else if (LISTED[values.role] && !values.respondents.length) errors.respondents = form.needs_respondents;
      else if (!LISTED[values.role]) {
        const codes = splitCodes(values.codes);
        if (!codes.length) errors.codes = form.needs_codes;
        else if (!codes.every((code) => CODE.test(code))) errors.codes = form.bad_code;
      }
    }
    if (!values.day) errors.day = form.needs_day;
    if (!values.time) errors.time = form.needs_time;
    if (!(Number.parseInt(values.minutes, 10) > 0)) errors.minutes = form.needs_minutes;
    if (!values.assessor) errors.assessor = form.needs_assessor;
    return errors;
  }

  function checkVisit({ words: { form } }, values) {
    const errors = {};
    if (!values.title.trim()) errors.title = form.needs_title;
    if (!values.starts) errors.starts = form.needs_starts;
    if (!values.ends || values.ends < values.starts) errors.ends = form.needs_ends;
    if (!values.sites.trim()) errors.sites = form.needs_sites;
    if (!values.ring.split("\n").every((line) => !line.trim() || TO_RING.test(line))) errors.ring = form.bad_number;
    if (!values.assessors.length) errors.assessors = form.needs_assessors;
    if (!values.assessors.includes(values.lead)) errors.lead = form.needs_lead;
    return errors;
  }

  function checkSession({ words: { form, sessions } }, values) {
    const errors = {};
    if (!values.day) errors.day = form.needs_day;
    if (!values.starts) errors.starts = form.needs_time;
    if (!values.ends || values.ends <= values.starts) errors.ends = sessions.needs_ends;
    if (!values.site) errors.site = sessions.needs_site;
    if (!values.assessor) errors.assessor = form.needs_assessor;
    return errors;
  }

  // ---- what is sent ---------------------------------------------------------------------------------------------

  function meetingMessage(values) {
    const { kind, id, entry_id, supersedes, asked } = values;
    const keys = ["guide", "team", "area", "site", "nation", "day", "time", "assessor", "explore", "language", "easy_read", "supporter", "interpreter", "kept"];
    keys.push(...(kind === "interview" ? ["role", "advocacy_roles", "mode", "instructed", "counts_as"] : ["no_objection"]));
    const form = Object.fromEntries(keys.map((key) => [key, values[key]]));
    form.access_needs = values.access_needs.trim();
    form.minutes = Number.parseInt(values.minutes, 10);
    if (kind === "interview") {
      form.respondents = LISTED[values.role] ? values.respondents : [...new Set(splitCodes(values.codes))];
    }
    return { meeting_kind: kind, id, entry_id, supersedes, form, asked };
  }

  const visitMessage = ({ title, starts, ends, sites, known_sites, assessors, lead, ring, same_places }) => ({
    same_places, form: { title: title.trim(), starts, ends, sites: sites.split("\n"), known_sites, assessors, lead, safeguarding: ring.split("\n") },
  });

  const sessionMessage = ({ before, day, starts, ends, site, assessor }) =>
    ({ before, form: { day, starts, ends, site, assessor } });

  const cancelMessage = ({ kind, id, entry_id, supersedes, reason, kept, asked }) =>
    ({ meeting_kind: kind, id, entry_id, supersedes, reason: reason.trim(), kept, asked });

  return {
    LISTED, newMeeting, changeMeeting, mayCountAs, visitForm, sessionForm, cancelForm, choseRole, chosePeople, choseGuide, choseTeam, suggestCode, usualLength,
    settleLength, checkMeeting, checkVisit, checkSession, meetingMessage, visitMessage, sessionMessage, cancelMessage,
  };
})();
