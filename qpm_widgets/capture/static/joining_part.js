// Somebody is there whom the plan did not have. They are in it from then on, so the page is read anew, with what has to be said and
// asked first: who comes late to a group, before anything more is written down; what the others agreed to stays as it is.

function joinButton(page) {
  if (!page.view.may_join.length) return null;
  const button = h("button", { type: "button", class: "qpm-quiet", id: page.id("open-join"), onclick: () => page.openDialog("join") },
    page.words.join.open);
  page.whenChanged(() => { button.hidden = page.isClosed; });
  return h("p", {}, button);
}

function joinDialog(page) {
  const { words: { join: said }, view: { may_join: codes } } = page;
  const code = selectBox({
    id: page.id("join-code"), label: said.code, labelClass: "qpm-label", value: codes[0],
    choices: codes.map((id) => ({ id, label: id })), pick: () => {},
  });
  const told = h("p", { role: "status" });
  const join = h("button", { type: "button", class: "qpm-main", onclick: async () => {
    join.disabled = true;
    told.textContent = said.working;
    join.disabled = await planAnew(page, told, "join", { code: code.querySelector("select").value });
  } }, said.join);
  const box = dialog(page.id("join"), said.title, h("p", {}, said.intro), h("p", {}, code), told,
    h("p", { class: "qpm-buttons" }, join, h("button", { type: "button", onclick: () => box.close() }, said.close)));
  box.prepare = () => { told.textContent = ""; };
  return box;
}

// Has the kit write the plan anew and reads the page again; false, with the reason in `told`, if it did not.
async function planAnew(page, told, name, wanted) {
  const showTrouble = ({ message }) => { told.textContent = message; };
  const reload = ({ path }) => {
    tellReplaced([path]); // in other windows
    page.memory.consentOpen = true;
    location.reload();
  };
  // What was said until now belongs to those who were there, and is saved before somebody else is.
  page.link.flush();
  page.link.settle();
  try {
    reload(await page.link.do(name, wanted));
    return true;
  } catch (error) {
    showTrouble(error);
    error.late?.then(reload, showTrouble);
    return false;
  }
}

// Whether an interpreter or a supporter is there, whatever was planned; also when the plan page changes nothing of it any more.
function presentPart(page) {
  const { words: { present: said }, view: { plan } } = page;
  const told = h("p", { role: "status", class: "qpm-hint" });
  const boxes = ["interpreter", "supporter"].map((who) => {
    const box = h("input", { type: "checkbox", id: page.id(`here-${who}`), onchange: async () => {
      told.textContent = said.working;
      if (!await planAnew(page, told, "note_presence", { who, here: box.checked })) box.checked = !box.checked;
    } });
    box.checked = plan.flags.includes(who);
    return h("label", { class: "qpm-check" }, box, h("span", {}, said[who]));
  });
  const fields = h("fieldset", { class: "qpm-present" }, h("legend", { class: "qpm-label" }, said.title), h("p", { class: "qpm-hint" }, said.intro), boxes, told);
  page.whenChanged(() => { fields.disabled = page.isClosed; });
  return fields;
}
