// Keying in from a paper form: a switch, that it is on, when the interview was held; and the form to print.
//
// What was held on paper is keyed in from it in any window, until somebody turns it off there for what is added by ear.

const CAN_BE_FROM_PAPER = /^(answer|consent|assent|pause|closing):/;

const isFromPaper = (page) => page.memory.paper ?? Boolean(page.values.on_paper);

// What is written while the switch is on was on a form first, and says so wherever it is read. Words that are put right later were
// still on it; a decision or a mark that is made anew was not.
function sourceOf(page, field, payload, before) {
  if (!CAN_BE_FROM_PAPER.test(field)) return undefined;
  // A sign is a new one though the same was shown before.
  const isNew = field.startsWith("assent:") || ("text" in payload ? payload.text !== (before?.text ?? "")
    : Object.entries(payload).some(([key, value]) => key !== "source" && value !== before?.[key]));
  if (isNew && isFromPaper(page)) return "paper";
  return isNew && !("text" in payload) ? undefined : before?.source;
}

function paperSwitch(page) {
  const { paper: said } = page.words;
  const box = h("input", {
    type: "checkbox", id: page.id("paper"), onchange: () => {
      page.memory.paper = box.checked;
      page.steps.keep();
      page.changed();
    },
  });
  page.whenChanged(() => { box.checked = isFromPaper(page); });
  return h("label", { class: "qpm-switch" }, box, h("span", {}, said.switch));
}

// The guide of this interview to write on by hand, in the language and wording that are chosen: where its file lies is told here.
function printedForm(page) {
  const { paper: said } = page.words;
  const told = h("div", { class: "qpm-hint qpm-written", role: "status" });
  const button = h("button", { type: "button", id: page.id("print-form"), onclick: async () => {
    told.textContent = said.printing;
    const tell = ({ files }) => told.replaceChildren(said.printed, ...writtenFiles(page.link, page.words.files, files), said.readable);
    const tellTrouble = ({ message }) => { told.textContent = message; };
    try {
      const wanted = { language: page.language, reading: page.isEasy("") ? "easy_read" : "plain" };
      tell(await page.link.do("print_form", wanted, true));
    } catch (error) {
      tellTrouble(error);
      error.late?.then(tell, tellTrouble);
    }
  } }, said.print);
  return h("div", { class: "qpm-printed-form" }, button, told);
}

// At the top of the page, for it is easily forgotten there.
function paperNotice(page) {
  const { paper: said } = page.words;
  const { keyed_in: at } = page.view.times;
  const notice = h("div", { class: "qpm-banner qpm-beginning qpm-paper-notice" },
    h("p", {}, said.on, " ", at && fill(said.since, { time: page.moment(at) })), heldOnPaper(page));
  page.whenChanged(() => { notice.hidden = !isFromPaper(page); });
  return notice;
}

const localDay = (ms) => new Intl.DateTimeFormat("sv-SE", { dateStyle: "short" }).format(new Date(ms));
const localTime = (ms) => new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" }).format(new Date(ms));

// When it was held, as the form says: nothing else could tell, for the journal's times are those of keying in.
function heldOnPaper(page) {
  const { paper: said } = page.words;
  const held = page.values.on_paper;
  const box = (name, type, value) => {
    const input = h("input", { type, id: page.id(`held-${name}`), value, "aria-describedby": page.id("held-told"), onchange: () => record() });
    return [input, h("p", {}, h("label", { for: input.id, class: "qpm-label" }, said[name]), input)];
  };
  const [day, dayPart] = box("day", "date", held ? localDay(held.began) : "");
  const [began, beganPart] = box("began", "time", held ? localTime(held.began) : "");
  const [ended, endedPart] = box("ended", "time", held?.ended ? localTime(held.ended) : "");
  const told = h("p", { class: "qpm-hint", id: page.id("held-told"), role: "status" });
  const at = (time) => new Date(`${day.value}T${time.value}`).getTime();
  const record = () => {
    told.textContent = "";
    if (!day.value || !began.value) return;
    const [from, to] = [at(began), ended.value ? at(ended) : null];
    if (from > Date.now() || (to !== null && to < from)) told.textContent = said.wrong_time;
    else page.put("on_paper", { began: from, ended: to });
  };
  const fields = h("fieldset", { class: "qpm-held", "data-field": "on_paper" }, h("legend", {}, said.held), dayPart, beganPart, endedPart, told);
  page.whenChanged(() => { fields.disabled = page.isClosed; });
  return fields;
}
