// Consent: the scripts to read out, and the four separate answers of each respondent.

// Who takes no part, or no longer: said no to talking, took it back, or was not there.
const isOut = (page, code) => ["declined", "withdrawn", "not_applicable"].includes(page.values[`consent:talk.${code}`]?.decision);

// Mirrors the journal's gate so that the page can say why nothing can be written; the journal enforces it.
function gateOf(page) {
  const decision = (scope, code) => page.values[`consent:${scope}.${code}`]?.decision;
  const codes = page.view.plan.respondents;
  const here = codes.filter((code) => !isOut(page, code));
  const unasked = here.filter((code) => !decision("talk", code) || !decision("notes", code));
  const refusing = here.filter((code) => !unasked.includes(code) && decision("notes", code) !== "given");
  // Stricter than the journal, which cannot tell a sentence being finished from a new question: who no longer talks is
  // not written about any more.
  const someTalk = here.some((code) => decision("notes", code) === "given");
  const open = page.view.kind === "observation" || (someTalk && !unasked.length && !refusing.length);
  const tookBack = codes.filter((code) => ["talk", "notes"].some((scope) => decision(scope, code) === "withdrawn"));
  return { open, someTalk, unasked, refusing, tookBack, decision };
}

// What is in the way of writing, what weighs most first: its name in the wording, and whose doing it is. Nothing while one may write.
function inTheWay(page) {
  const { open, someTalk, unasked, refusing, tookBack } = gateOf(page);
  if (open) return [];
  if (!someTalk && !tookBack.length) return [["nobody", []]];
  const others = refusing.filter((code) => !tookBack.includes(code));
  return [["took_back", tookBack], ["someone", others], ["unasked", unasked]].filter(([, codes]) => codes.length > 0);
}

const sayInTheWay = (said, [name, codes]) => fill(said[name], { codes: codes.join(", ") });

const mayWrite = (page) => gateOf(page).open && !page.isClosed;

function consentPart(page) {
  const { words, view } = page;
  const scripts = ["introduction", "limits"].map((name) => [
    h("h3", {}, words.consent[name === "limits" ? "read_limits" : "read_introduction"]),
    page.spoken("blockquote", view.guide.opening[name], { class: "qpm-script" }),
  ]);
  const details = h("details", { id: page.id("consent-body"), class: "qpm-consent" },
    h("summary", {}, h("span", { class: "qpm-consent-state" })),
    h("div", { class: "qpm-consent-grid" },
      h("div", {}, h("p", { class: "qpm-hint" }, words.consent.intro),
        view.plan.language === "en" && view.plan.language_offer && h("p", { class: "qpm-banner" }, view.plan.language_offer), h("p", {}, cardButton(page, "consent", BEGINNING)), scripts),
      h("div", {}, view.plan.respondents.length > 1 && h("p", { class: "qpm-hint" }, words.consent.group),
        view.plan.respondents.map((code) => respondentPart(page, code)),
        joinButton(page), presentPart(page), historyButton(page, "consent"), eraseButton(page))));
  details.open = page.memory.consentOpen ?? !gateOf(page).open;
  details.addEventListener("toggle", () => { page.memory.consentOpen = details.open; });
  page.whenChanged(() => {
    details.querySelector(".qpm-consent-state").replaceChildren(...consentSummary(page));
  });
  return h("section", { class: "qpm-card qpm-beginning", id: page.id("consent"), tabindex: "-1", "aria-labelledby": page.id("consent-title") },
    h("h2", { id: page.id("consent-title") }, words.consent.title), details);
}

function consentSummary(page) {
  const { words, view } = page;
  const { decision } = gateOf(page);
  return view.plan.respondents.map((code) => {
    if (decision("talk", code) === "not_applicable") return h("span", {}, fill(words.consent.summary_absent, { code }));
    const given = view.choices.scopes.filter(({ id }) => decision(id, code) === "given").map(({ id }) => words.consent.short[id]);
    return h("span", {}, given.length
      ? fill(words.consent.summary_given, { code, scopes: given.join(", ") })
      : fill(words.consent.summary_none, { code }));
  });
}

function respondentPart(page, code) {
  const { words, view } = page;
  const out = h("p", { class: "qpm-banner", hidden: true });
  const scopes = view.guide.opening.consents.map((script) => consentQuestion(page, code, script));
  page.whenChanged(() => {
    const away = isOut(page, code);
    out.hidden = !away;
    out.textContent = fill(words.consent[gateOf(page).decision("talk", code) === "not_applicable" ? "absent" : "out"], { code });
    for (const { scope, node } of scopes) node.disabled = away && scope !== "talk";
  });
  return h("section", { class: "qpm-respondent" },
    h("h3", {}, fill(words.consent.who, { code })), scopes.map(({ node }) => node), out);
}

// How this person said what they said so far: most people say all of it in one way.
const saidHow = (page, code) => page.view.choices.scopes.map(({ id }) => page.values[`consent:${id}.${code}`]?.how).find(Boolean) ?? "";

function consentQuestion(page, code, { scope, ask }) {
  const { words, view } = page;
  const field = `consent:${scope}.${code}`;
  const mayBeAbsent = scope === "talk" && view.plan.respondents.length > 1;
  const scopeLabel = view.choices.scopes.find((one) => one.id === scope).label;
  const how = selectBox({
    id: page.id(`how-${scope}-${code}`), label: words.consent.how, labelClass: "qpm-hint",
    choices: view.choices.how, none: words.consent.how_none, value: "", pick: (chosen) => recordHow(chosen),
  });
  const select = how.querySelector("select");
  const needed = h("p", { class: "qpm-hint", id: page.id(`how-needed-${scope}-${code}`), hidden: true }, words.consent.how_needed);
  select.setAttribute("aria-describedby", needed.id);
  const record = (decision) => page.put(field, { decision, how: select.value });
  // With it goes whatever else this person said in a way that nobody has noted yet.
  const recordHow = (chosen) => {
    for (const { id } of view.choices.scopes) {
      const other = `consent:${id}.${code}`;
      const said = page.values[other];
      if (said && (other === field || (chosen && !said.how))) page.put(other, { decision: said.decision, how: chosen });
    }
  };
  const radios = radioGroup({
    id: page.id(`${scope}-${code}`), legend: fill(words.consent.decision, { code, scope: scopeLabel }),
    legendClass: "qpm-hidden", value: page.values[field]?.decision, pick: record,
    choices: view.choices.decisions.filter(({ id }) => id !== "not_applicable" || scope === "supporter" || mayBeAbsent)
      .map((one) => (one.id === "not_applicable" && mayBeAbsent ? { ...one, label: words.consent.not_here } : one)),
  });
  // To take something back one must have given it.
  const withdrawn = radios.querySelector('[value="withdrawn"]').closest("label");
  page.whenChanged(() => {
    const decision = page.values[field]?.decision;
    withdrawn.hidden = !["given", "withdrawn"].includes(decision);
    // It may have been changed when the interview was stopped, or in another window, or not been recorded after all.
    for (const input of radios.querySelectorAll("input")) input.checked = input.value === decision;
    if (decision || !select.value) select.value = page.values[field]?.how ?? saidHow(page, code);
    needed.hidden = !["given", "declined", "withdrawn"].includes(decision) || Boolean(select.value);
  });
  const node = h("fieldset", { class: "qpm-scope", "data-field": field },
    h("legend", {}, capital(words.consent.short[scope])),
    page.spoken("p", ask, { class: "qpm-ask" }),
    page.view.others[field] && h("p", { class: "qpm-banner qpm-warn" }, words.consent.conflict),
    h("div", { class: "qpm-decision" }, radios, how), needed);
  return { scope, node };
}

// Why nothing can be typed, kindly and in full (whyLine has it in few words); gone as soon as something can.
function gateNotice(page) {
  const { words } = page;
  const title = h("strong");
  const reason = h("p");
  const notice = h("div", { class: "qpm-banner qpm-warn qpm-gate", id: page.id("gate") },
    title, reason);
  page.whenChanged(() => {
    const found = inTheWay(page);
    notice.hidden = !found.length;
    title.textContent = found[0]?.[0] === "took_back" ? words.gate.stopped : words.gate.title;
    reason.textContent = found.map((one) => sayInTheWay(words.gate, one)).join(" ");
  });
  return notice;
}
