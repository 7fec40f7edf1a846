// What an assessor adds to the guide: questions or scenes of their own, and indicators that a question does not name.

const OWN_QUESTION = /^answer:(own-[\w-]+)\./;

// The questions, or scenes, of the assessor's own that have words or an answer, as the guide's are: id, words, and where they stand.
function ownQuestions(page) {
  const found = new Map();
  for (const [field, payload] of Object.entries(page.values)) {
    const [, id] = field.match(OWN_QUESTION) ?? [];
    if (id && (payload.text || payload.bearing || payload.reason)) found.set(id, null);
  }
  return [...found.keys()].sort().map((id) => {
    const { text = "", standard = "" } = page.values[`answer:${id}.question`] ?? {};
    return { id, standard, ask: { plain: { en: text } } };
  });
}

// The guide's questions and the assessor's own.
const everyQuestion = (page) => [...page.questions, ...ownQuestions(page)];

// Those at the end of a part of the guide: on its standard; at the end of the last also those on no standard of the guide.
function ownOf(page, standard, isLast) {
  const known = page.view.guide.sections.map((section) => section.standard).filter(Boolean);
  return ownQuestions(page).filter((own) => own.standard === standard || (isLast && !known.includes(own.standard)));
}

const isOwn = (id) => id.startsWith("own-");

// As people read it: an own question's id says nothing to them.
const nameOf = (page, id) => (isOwn(id) ? page.words.own[page.view.kind].short : id);

// At the end of a section: the assessor's own questions on its standard, and a way to one more. The last section has those on
// no standard of the guide as well.
function ownPart(page, standard = "", isLast) {
  const said = page.words.own[page.view.kind];
  const list = h("div", { class: "qpm-own-list" });
  const part = h("div", { class: "qpm-own" }, list);
  const add = (id) => {
    const card = ownCard(page, id, standard);
    list.append(card);
    return card;
  };
  for (const own of ownOf(page, standard, isLast)) add(own.id);
  const button = h("button", {
    type: "button", class: "qpm-quiet", onclick: () => {
      const id = `own-${Date.now().toString(36)}`;
      add(id);
      page.update(); // it is locked or open like the others
      page.go(id, true);
    },
  }, `+ ${said.add}`, standard && h("span", { class: "qpm-hidden" }, ` (${page.view.choices.standards[standard].name})`));
  const gate = h("fieldset", {}, button);
  page.gated.push(gate);
  part.append(gate);
  return part;
}

function ownCard(page, id, standard) {
  const said = page.words.own[page.view.kind];
  const field = `answer:${id}.question`;
  const heading = page.id(`${id}-ask`);
  page.showing(field, ({ text }) => { ask.querySelector("textarea").value = text; });
  const ask = h("fieldset", { class: "qpm-own-ask", "data-field": field },
    textBox({
      id: page.id(field), label: said.words, labelClass: "qpm-label", rows: 2, value: page.values[field]?.text, leave: page.leave,
      describedBy: heading, change: (text, part) => page.type(field, { text, standard }, part),
    }), versionsButton(page, field), otherVersion(page, field));
  page.gated.push(ask);
  // The card says nothing of it: the person need not know that the question has no other wording. A scene is shown to nobody.
  const isAsked = page.view.kind === "interview";
  const noEasy = h("p", { class: "qpm-hint" }, page.words.own.no_easy_read);
  page.whenWorded(() => { noEasy.hidden = !isAsked || !page.isEasy(id); });
  return h("article", { class: "qpm-card qpm-question", id: page.id(id), "aria-labelledby": heading, tabindex: "-1", "data-question": id },
    h("h3", { id: heading, class: "qpm-hint" }, said.title), isAsked && h("p", {}, cardButton(page, id)), ask, noEasy, answersPart(page, { id, indicators: [] }));
}

// ---- indicators that a question does not name

function addIndicator(page, question, list) {
  const { own: said } = page.words;
  const button = h("button", {
    type: "button", class: "qpm-quiet", id: page.id(`${question.id}-more`), onclick: () => {
      page.adding = {
        known: [...list.querySelectorAll(".qpm-bearing")].map(({ dataset }) => dataset.field.split(".evidence.")[1]),
        add: (indicator) => {
          const box = bearingBox(page, question, indicator, `answer:${question.id}.evidence.${indicator}`);
          list.append(box);
          box.querySelector("input").focus();
        },
      };
      page.openDialog("indicator");
    },
  }, `+ ${said.indicator}`, h("span", { class: "qpm-hidden" }, ` ${question.id}`));
  return button;
}

function indicatorDialog(page) {
  const { own: said } = page.words;
  const { nodes, begin } = finder(page, "indicator", {
    label: said.indicator_label, autofocus: true,
    things: () => findableIndicators(page).filter(({ id }) => !page.adding.known.includes(id)),
    pick: (id) => {
      box.close();
      page.adding.add(id);
    },
  });
  const box = dialog(page.id("indicator"), said.indicator_title, nodes,
    h("p", { class: "qpm-buttons" }, h("button", { type: "button", onclick: () => box.close() }, said.cancel)));
  box.classList.add("qpm-wide");
  box.firstChild.removeAttribute("autofocus"); // the box for the words has it
  box.prepare = begin;
  return box;
}
