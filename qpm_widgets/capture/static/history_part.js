// What was agreed and how the meeting went on, with who recorded it and when: to be read, and put back by nobody.

function historyButton(page, name) {
  return h("p", {}, h("button", { type: "button", class: "qpm-quiet", id: page.id(`open-history-${name}`), onclick: () => page.openDialog("history") },
    page.words.history.open));
}

function sayRecorded(page, { field, payload }) {
  const { words: { history: said, closing, consent: { short, how_not_noted: notNoted } }, view: { choices } } = page;
  if (field === "state") return fill(said.state, { state: closing[`state_${payload.state}`], reason: payload.reason });
  const [, scope, code] = field.match(/^consent:(\w+)\.(.+)$/);
  const label = (list, id) => list.find((one) => one.id === id)?.label ?? id;
  return fill(said.consent, {
    code, scope: short[scope], decision: label(choices.decisions, payload.decision), how: payload.how ? label(choices.how, payload.how) : notNoted,
  });
}

function historyDialog(page) {
  const { history: said, undo } = page.words;
  const told = h("p", { role: "status" });
  const list = h("ol", { class: "qpm-version-list" });
  const show = ({ history }) => {
    told.textContent = history.length ? "" : said.none;
    list.replaceChildren(...history.map((one) => h("li", {},
      h("p", { class: "qpm-hint" }, fill(undo.by, { by: one.by, time: page.moment(one.at) })), h("p", {}, sayRecorded(page, one)))));
  };
  const showTrouble = ({ message }) => { told.textContent = message; };
  const box = dialog(page.id("history"), said.title, h("p", { class: "qpm-hint" }, said.intro), told, list,
    h("p", { class: "qpm-buttons" }, h("button", { type: "button", onclick: () => box.close() }, said.close)));
  box.prepare = async () => {
    list.replaceChildren();
    told.textContent = undo.loading;
    try {
      show(await page.link.do("history"));
    } catch (error) {
      showTrouble(error);
      error.late?.then(show, showTrouble);
    }
  };
  return box;
}
