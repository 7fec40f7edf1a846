// Keying in from a paper form: a switch, and that it is on.

// What is written while it is on was on a form first, and says so wherever it is read.
function paperSwitch(page) {
  const { paper: said } = page.words;
  const box = h("input", {
    type: "checkbox", id: page.id("paper"), onchange: () => {
      page.memory.paper = box.checked;
      page.steps.keep();
      page.changed();
    },
  });
  box.checked = Boolean(page.memory.paper);
  return h("label", { class: "qpm-switch" }, box, h("span", {}, said.switch));
}

// At the top of the page, for it is easily forgotten there.
function paperNotice(page) {
  const notice = h("p", { class: "qpm-banner qpm-beginning" }, page.words.paper.on);
  page.whenChanged(() => { notice.hidden = !page.memory.paper; });
  return notice;
}
