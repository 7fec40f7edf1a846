// One question or one observed scene: what to ask, what was said, and what it tells about the indicators.

function questionPart(page, question) {
  const { words, view } = page;
  const headingId = page.id(`${question.id}-ask`);
  const easy = question.ask.easy_read && h("label", { class: "qpm-switch" },
    h("input", { type: "checkbox", id: page.id(`${question.id}-easy`), onchange: (event) => page.setEasy(question.id, event.target.checked) }),
    h("span", {}, words.question.easy_read), h("span", { class: "qpm-hidden" }, ` ${question.id}`));
  if (easy) page.whenWorded(() => { easy.querySelector("input").checked = page.isEasy(question.id); });

  return h("article", { class: "qpm-card qpm-question", id: page.id(question.id), "aria-labelledby": headingId, tabindex: "-1",
    "data-question": question.id },
    h("header", {},
      page.spoken("h3", question.ask, { id: headingId }, question.id),
      h("p", { class: "qpm-mark" }, easy, view.kind === "interview" && cardButton(page, question.id), h("span", { class: "qpm-id" }, question.id))),
    question.explored && h("p", { class: "qpm-explored" }, words.question.explored), promptsPart(page, question),
    question.caution && h("p", { class: "qpm-caution" }, h("strong", {}, `${words.question.caution}: `), page.said(question.caution)),
    answersPart(page, question));
}

// What was said at a question, and what it tells.
function answersPart(page, question) {
  const { view } = page;
  const answers = h("fieldset", { class: "qpm-answers" },
    h("legend", { class: "qpm-hidden" }, question.id),
    h("div", { class: "qpm-said" },
      view.guide.parts ? view.guide.parts.map((part) => partBox(page, question, part)) : noteBox(page, question),
      view.kind === "interview" && quotesPart(page, question),
      filedPart(page, question),
      missingBox(page, question)),
    evidencePart(page, question));
  page.gated.push(answers);
  return answers;
}

// The assessor's own words, with how the question was put.
function noteBox(page, question) {
  const { words } = page;
  return writingBox(page, `answer:${question.id}.note`, {
    label: [words.question.notes, h("span", { class: "qpm-hidden" }, ` ${question.id}`)], question,
  });
}

function partBox(page, question, part) {
  if (part.choose) return chosenPart(page, question, part);
  return writingBox(page, `answer:${question.id}.${part.id}`, {
    label: [page.said(part.label), h("span", { class: "qpm-hidden" }, ` ${question.id}`)], hint: part.hint, question, rows: 2,
  });
}

// A part that is one of a list, by its name.
function chosenPart(page, question, part) {
  const field = `answer:${question.id}.${part.id}`;
  const box = h("div", { class: "qpm-writing", "data-field": field },
    selectBox({
      id: page.id(field), label: [page.said(part.label), h("span", { class: "qpm-hidden" }, ` ${question.id}`)], labelClass: "qpm-label",
      choices: page.view.choices[part.choose], none: page.words.question.none_chosen, value: page.values[field]?.text,
      pick: (text) => page.put(field, { text }),
    }), h("p", { class: "qpm-hint" }, page.said(part.hint)), versionsButton(page, field), otherVersion(page, field));
  page.showing(field, ({ text }) => { box.querySelector("select").value = text; });
  return box;
}

function writingBox(page, field, { label, hint, question, rows }) {
  const id = page.id(field);
  page.showing(field, (payload) => { box.querySelector("textarea").value = payload.text; });
  const describe = (text) => ({ text, wording: page.isEasy(question.id) ? "easy_read" : "plain", language: page.language });
  const box = h("div", { class: "qpm-writing", "data-field": field },
    textBox({
      id, label, rows, labelClass: "qpm-label", value: page.values[field]?.text,
      describedBy: [page.id(`${question.id}-ask`), hint && `${id}-hint`].filter(Boolean).join(" "), change: (text, part) => page.type(field, describe(text), part), leave: page.leave,
    }),
    hint && h("p", { class: "qpm-hint", id: `${id}-hint` }, page.said(hint)),
    timesLine(page, field), otherVersion(page, field));
  return box;
}

// Two devices wrote this field: the newer version is shown, and that there is another is never hidden.
function otherVersion(page, field) {
  const { words } = page;
  return page.view.others[field]?.map(({ payload, at, by }) =>
    h("details", { class: "qpm-other" },
      h("summary", {}, words.question.other_version),
      h("p", {}, quoteWords(payload) || page.labelOf(payload)),
      h("p", { class: "qpm-hint" }, fill(words.question.other_by, { by, time: page.moment(at) }))));
}

// ---- quotes

// The words of a version, each once: "Mae'n gwrando. / She listens."
const quoteWords = ({ text, translation }) => [...new Set([text, translation])].filter(Boolean).join(" / ");

function quotesPart(page, question) {
  const { words } = page;
  const prefix = `answer:${question.id}.quote.`;
  const list = h("div", { class: "qpm-quotes" });
  const numbers = Object.keys(page.values).filter((field) => field.startsWith(prefix)).map((field) => Number(field.slice(prefix.length)));
  const started = (page.memory.quotes ??= {});
  const add = (number) => {
    const box = quoteBox(page, question, number, `${prefix}${number}`);
    list.append(box);
    return box;
  };
  for (const number of numbers.sort((a, b) => a - b)) if (page.values[`${prefix}${number}`].text) add(number);
  page.showing(`answer:${question.id}.quote`, (payload, field) => {
    const before = list.querySelector(`[data-field="${CSS.escape(field)}"]`);
    const now = payload.text && quoteBox(page, question, Number(field.slice(prefix.length)), field);
    if (before && now) before.replaceWith(now);
    else if (now) list.append(now);
    else before?.remove();
  });
  let next = Math.max(0, ...numbers) + 1;
  // A quote form that was opened before the page was run again, and is still empty.
  if (started[question.id] === next) add(next++);
  const button = h("button", {
    type: "button", class: "qpm-quiet", id: page.id(`${question.id}-add`),
    onclick: () => {
      started[question.id] = next;
      add(next++).querySelector("textarea").focus();
    },
  }, `+ ${words.question.add_quote}`, h("span", { class: "qpm-hidden" }, ` ${question.id}`));
  return h("div", { class: "qpm-quote-part" }, list, button);
}

// What a quote is until somebody says more: it claims the least, also of a group, where it is the words of one who takes part
// and has not agreed to be quoted, if there is one.
function newQuote(page) {
  const here = takingPart(page);
  const [unquoted = here[0] ?? page.view.plan.respondents[0]] = here.filter((code) => gateOf(page).decision("quotes", code) !== "given");
  return { grade: "paraphrase", speaker: "respondent", respondent: unquoted, language: page.language, translation: "" };
}

// What a quote may be said in: what the scheme lists, what stands recorded though it was taken out of that list, and any other.
const OTHER_LANGUAGE = "und";
const languageOf = ({ view }, code) =>
  view.choices.languages.find(({ id }) => id === code) ?? { id: code, label: code };

function quoteLanguages(page, recorded) {
  const other = { id: OTHER_LANGUAGE, label: page.words.question.other_language };
  const choices = [...page.view.choices.languages, other];
  return choices.some(({ id }) => id === recorded) ? choices : [languageOf(page, recorded), ...choices];
}

// Of what was said in another language often only the English can be written down, as an interpreter voiced it. Then it stands
// in both places of the quote.
const onlyEnglish = ({ language, text, translation }) => language !== "en" && Boolean(text) && text === translation;

// How a quote's words are marked where they stand: what can be written of signs is in English.
function writtenIn(page, quote) {
  const { id, rtl, signed } = languageOf(page, quote.language);
  if (signed || onlyEnglish(quote)) return { lang: "en", dir: "auto" };
  return { lang: id, dir: rtl ? "rtl" : "auto" };
}

const labelOfTranslation = (page, { language }) => page.words.question[languageOf(page, language).signed ? "voiced" : "translation"];

// What changes in a quote with its language. What has been written of a quote that turns out to be signed is the English.
function inLanguage(page, { text, translation, ...quote }, language) {
  const isSigned = (code) => Boolean(languageOf(page, code).signed);
  const changes = { language, ...(language !== OTHER_LANGUAGE && { language_name: "" }) };
  if (isSigned(language) && !isSigned(quote.language) && !translation) changes.translation = text;
  if (language === "en" && text === translation) changes.translation = "";
  return changes;
}

// How exact a quote is, who spoke, whose words they are, in which language, and whether they want it used. When one is chosen,
// `quote` has it and `pick(changes, unfinished)` is called; `unfinished`, as of a box, only of what is typed.
function quoteFacts(page, id, quote, pick) {
  const { words: { question: said }, view } = page;
  const codes = view.plan.respondents;
  const change = (changes, part) => {
    Object.assign(quote, changes);
    pick(changes, part);
  };
  const choose = (name, label, choices, changes = (value) => ({ [name]: value })) => selectBox({
    id: `${id}-${name}`, label, labelClass: "qpm-hint", choices, value: quote[name], pick: (value) => change(changes(value)),
  });
  const named = h("input", {
    type: "text", id: `${id}-language-name`, dir: "auto", maxlength: "60", value: quote.language_name ?? "", onblur: page.leave,
    oninput: () => change({ language_name: named.value }, unfinished(named)),
  });
  const name = h("span", { class: "qpm-select", hidden: quote.language !== OTHER_LANGUAGE },
    h("label", { for: named.id, class: "qpm-hint" }, said.language_name), " ", named);
  const language = choose("language", said.quote_language, quoteLanguages(page, quote.language), (code) => {
    name.hidden = code !== OTHER_LANGUAGE;
    named.value = "";
    return inLanguage(page, quote, code);
  });
  const use = h("input", { type: "checkbox", id: `${id}-use`, onchange: () => change({ use: use.checked ? "no" : "" }) });
  use.checked = quote.use === "no";
  return [
    choose("grade", said.grade, view.choices.grades),
    choose("speaker", said.speaker, view.choices.speakers),
    codes.length > 1 && choose("respondent", said.respondent, codes.map((code) => ({ id: code, label: code }))),
    language, name,
    h("label", { class: "qpm-check" }, use, h("span", {}, said.not_wanted)),
  ];
}

function quoteBox(page, question, number, field) {
  const { words } = page;
  const draft = { text: "", ...newQuote(page), ...page.values[field] };
  delete draft.kept; // goes with the words by itself: page.type
  const id = page.id(field);
  const names = { id: question.id, number };
  const record = (typing, part) => {
    if (!draft.text && !page.values[field]) return;
    if (typing) page.type(field, { ...draft }, part);
    else page.put(field, { ...draft });
  };
  const type = (_, part) => {
    draft.translation = translated.value;
    draft.text = original.value || (draft.language === "en" ? "" : translated.value);
    record(true, part);
  };
  const [originalLabel, original] = textBox({
    id, label: fill(words.question.quote_text_for, names), labelClass: "qpm-hidden", rows: 2, leave: page.leave, change: type,
  });
  const [translationLabel, translated] = textBox({
    id: `${id}-translation`, label: words.question.translation, labelClass: "qpm-label", rows: 2, lang: "en", leave: page.leave, change: type,
  });
  const isEnglish = h("button", { type: "button", class: "qpm-quiet", onclick: () => {
    draft.translation = draft.text;
    fillIn();
    record(false);
    refresh();
    translated.focus();
  } }, words.question.is_english, h("span", { class: "qpm-hidden" }, ` ${question.id} ${number}`));
  const translation = h("div", {}, isEnglish, translationLabel, translated);
  const fillIn = () => { [original.value, translated.value] = [onlyEnglish(draft) ? "" : draft.text, draft.translation]; };
  const unquoted = h("p", { class: "qpm-hint" });
  const box = h("fieldset", { class: "qpm-quote", "data-field": field },
    h("legend", { class: "qpm-label" }, fill(words.question.quote, names), h("span", { class: "qpm-hidden" }, ` ${question.id}`)),
    h("div", { class: "qpm-quote-words" }, originalLabel, original),
    translation,
    h("div", { class: "qpm-quote-facts" }, quoteFacts(page, id, draft, (changes, part) => {
      if ("translation" in changes) fillIn();
      record(part !== undefined, part);
      refresh();
    })),
    h("button", {
      type: "button", class: "qpm-quiet",
      onclick: () => {
        draft.text = "";
        draft.translation = "";
        record(false);
        delete page.memory.quotes[question.id];
        box.remove();
        page.element(`${question.id}-add`).focus();
      },
    }, words.question.remove, h("span", { class: "qpm-hidden" }, ` ${question.id} ${number}`)),
    unquoted, timesLine(page, field), otherVersion(page, field));
  const refresh = () => {
    translation.hidden = draft.language === "en";
    isEnglish.hidden = !draft.text || Boolean(draft.translation);
    say(translationLabel, labelOfTranslation(page, draft));
    Object.assign(original, writtenIn(page, { language: draft.language }));
    const agreed = gateOf(page).decision("quotes", draft.respondent) === "given";
    const unwanted = draft.use === "no";
    unquoted.hidden = agreed && !unwanted && (draft.grade !== "paraphrase" || !draft.text);
    unquoted.textContent = !agreed ? fill(words.consent.no_quotes, { code: draft.respondent })
      : unwanted ? words.question.kept_unquoted : words.question.gist;
  };
  fillIn();
  page.whenChanged(refresh);
  refresh();
  return box;
}

// ---- evidence and no answer

function evidencePart(page, question) {
  const { words } = page;
  const prefix = `answer:${question.id}.evidence.`;
  const recorded = Object.keys(page.values).filter((field) => field.startsWith(prefix) && page.values[field].bearing)
    .map((field) => field.slice(prefix.length));
  const indicators = [...new Set([...(question.indicators ?? []), ...recorded])];
  const list = h("div", { class: "qpm-bearings" }, indicators.map((indicator) => bearingBox(page, question, indicator, `${prefix}${indicator}`)));
  return h("div", { class: "qpm-evidence" },
    h("h4", { class: "qpm-label" }, words.question.evidence), list, addIndicator(page, question, list));
}

function bearingBox(page, question, indicator, field) {
  const { words, view } = page;
  const value = page.values[field] ?? {};
  const record = (change) => {
    const before = page.values[field] ?? {};
    const bearing = change.bearing ?? before.bearing;
    if (!bearing) return;
    const strength = bearing === "not_explored" ? null : change.strength ?? before.strength ?? null;
    page.put(field, { bearing, strength });
    draw({ bearing, strength });
  };
  const draw = ({ bearing, strength }) => {
    for (const input of box.querySelectorAll("input")) input.checked = [bearing, strength].includes(input.value);
    strengths.hidden = !bearing || bearing === "not_explored";
    takeOff.hidden = !bearing;
  };
  // A radio cannot be unchosen, and "not explored" says something too.
  const takeOff = h("button", {
    type: "button", class: "qpm-quiet", onclick: () => {
      page.put(field, { bearing: "", strength: null });
      draw({ bearing: "" });
      box.querySelector("input").focus();
    },
  }, words.question.no_mark, h("span", { class: "qpm-hidden" }, ` ${question.id} ${indicator}`));
  const strengths = radioGroup({
    id: page.id(`${question.id}-${indicator}-strength`),
    legend: [words.question.strength, h("span", { class: "qpm-hidden" }, ` ${question.id} ${indicator}`)],
    legendClass: "qpm-hint", choices: view.choices.strengths, value: value.strength, pick: (strength) => record({ strength }),
  });
  const [text] = view.choices.indicators[indicator] ?? [indicator];
  page.showing(field, draw);
  const box = h("div", { class: "qpm-bearing", "data-field": field },
    radioGroup({
      id: page.id(`${question.id}-${indicator}-bearing`),
      legend: [h("b", {}, indicator), ` ${text}`, h("span", { class: "qpm-hidden" }, ` ${question.id}`)],
      legendClass: "qpm-indicator", choices: view.choices.bearings, value: value.bearing, pick: (bearing) => record({ bearing }),
    }),
    strengths, takeOff, versionsButton(page, field), otherVersion(page, field));
  draw(value);
  return box;
}

function missingBox(page, question) {
  const { words, view } = page;
  const field = `answer:${question.id}.missing`;
  const reasons = selectBox({
    id: page.id(field), label: [words.question.missing, h("span", { class: "qpm-hidden" }, ` ${question.id}`)], labelClass: "qpm-hint",
    choices: view.choices.missing, none: words.question.missing_none, value: page.values[field]?.reason,
    pick: (reason) => page.put(field, { reason }),
  });
  // Both may be meant (a note on why someone did not know), so the page asks and takes nothing away by itself.
  const both = h("p", { class: "qpm-hint qpm-both" }, words.question.both, " ",
    h("button", {
      type: "button", class: "qpm-quiet", onclick: () => {
        page.put(field, { reason: "" });
        reasons.querySelector("select").value = "";
        reasons.querySelector("select").focus();
      },
    }, words.question.both_clear, h("span", { class: "qpm-hidden" }, ` ${question.id}`)));
  page.showing(field, ({ reason }) => { reasons.querySelector("select").value = reason; });
  page.whenChanged(() => { both.hidden = !(page.values[field]?.reason && page.told.has(question.id)); });
  return h("div", { class: "qpm-missing", "data-field": field }, reasons, both, versionsButton(page, field), otherVersion(page, field));
}
