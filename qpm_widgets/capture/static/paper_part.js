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

// The guide of this interview to write on by hand, in the language and wording that are chosen: where its file lies is told here.
function printedForm(page) {
  const { paper: said } = page.words;
  const told = h("div", { class: "qpm-hint qpm-written", role: "status" });
  const button = h("button", { type: "button", id: page.id("print-form"), onclick: async () => {
    told.textContent = said.printing;
    try {
      const wanted = { language: page.language, reading: page.isEasy("") ? "easy_read" : "plain" };
      const { files } = await page.link.do("print_form", wanted);
      told.replaceChildren(said.printed, ...files.map((file) => h("code", {}, file)), said.readable);
    } catch (error) {
      told.textContent = error.message;
    }
  } }, said.print);
  return h("div", { class: "qpm-printed-form" }, button, told);
}

// At the top of the page, for it is easily forgotten there.
function paperNotice(page) {
  const notice = h("p", { class: "qpm-banner qpm-beginning" }, page.words.paper.on);
  page.whenChanged(() => { notice.hidden = !page.memory.paper; });
  return notice;
}
