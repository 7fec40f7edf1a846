// Somebody comes late to a group. They are in the plan from then on, so the page is read anew and asks them before anything more is
// written down; what the others agreed to stays as it is.

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
  const showTrouble = ({ message }) => { told.textContent = message; };
  const reload = ({ path }) => {
    tellReplaced([path]); // in other windows
    page.memory.consentOpen = true;
    location.reload();
  };
  const join = h("button", { type: "button", class: "qpm-main", onclick: async () => {
    // What was said until now belongs to those who were there, and is saved before the group is another.
    page.link.flush();
    page.link.settle();
    join.disabled = true;
    told.textContent = said.working;
    try {
      reload(await page.link.do("join", { code: code.querySelector("select").value }));
    } catch (error) {
      showTrouble(error);
      error.late?.then(reload, showTrouble);
      join.disabled = false;
    }
  } }, said.join);
  const box = dialog(page.id("join"), said.title, h("p", {}, said.intro), h("p", {}, code), told,
    h("p", { class: "qpm-buttons" }, join, h("button", { type: "button", onclick: () => box.close() }, said.close)));
  box.prepare = () => { told.textContent = ""; };
  return box;
}
