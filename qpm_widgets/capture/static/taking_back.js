// Taking back: the last edit on this page, and any earlier version of one. The journal is only appended to, so what was there
// before is written once more, and where nothing was, the empty form of it. The trail itself is in edit_trail.js.
//
// Consents, signs, the state and when it was held on paper are not taken back here: they are put right where they are made, and
// the first press after one says so and leaves the edit before alone. Of a break only the reason is, of words also that they
// are kept though they point to somebody.

const TAKEN_BACK = /^(answer|closing|pause):/;
const PUT_RIGHT_ELSEWHERE = /^(assent|consent|state|on_paper)\b/;

// Under which name a box of the page says that it can show a value: a quote comes and goes, and a line may be either kind.
const shownAs = (field) => field.replace(/^(answer:line-[\w-]+)\.(note|quote\.1)$/, "$1").replace(/(\.quote)\.\d+$/, "$1");

// Called before a value is replaced by `payload`.
function remember(page, field, payload, typed) {
  const before = page.values[field];
  const [elsewhere] = field.match(PUT_RIGHT_ELSEWHERE) ?? [];
  if (elsewhere && !beginsByItself(field, before, payload)) rememberElsewhere(page.memory, field, elsewhere);
  if (!TAKEN_BACK.test(field) || page.takingBack) return;
  if (field.startsWith("pause:") && (!before || before.why === payload.why)) return; // it goes on, or is over
  rememberEdit(page.memory, field, before, typed, page.group);
}

// The first thing written down opens the interview: nobody did that.
const beginsByItself = (field, before, { state }) => field === "state" && state === "open" && !["stopped", "finished"].includes(before?.state);

// Edits that are one to the person are taken back as one.
function asOne(page, edit) {
  page.group = {};
  edit();
  page.group = undefined;
}

function emptied(field, payload) {
  if (field.includes(".evidence.")) return { bearing: "", strength: null };
  if (field.endsWith(".missing")) return { reason: "" };
  if (field.startsWith("closing:")) return { done: false, at: Date.now() };
  return { ...payload, text: "", ...(field.includes(".quote.") && { translation: "" }) };
}

// A version as it was: without the source that it has now, and with what was kept on purpose then. Of a break only the
// reason: when it began and ended stays as it is.
function asItWas(page, field, payload) {
  if (field.startsWith("pause:")) return { ...page.values[field], why: payload.why };
  return { source: "", ...("text" in payload && { kept: [] }), ...payload };
}

// Nothing is written back where nothing may be written; breaks and the check need nobody's agreement to notes.
const mayTakeBack = (page, { field }) => !page.isClosed && (gateOf(page).open || !field.startsWith("answer:"));

function undo(page, again = false) {
  const { undo: said } = page.words;
  const [last] = nextEdits(page.memory, again);
  if (!last) return page.say(again ? said.nothing_again : fill(said.nothing, { versions: said.versions }), true);
  if (last.elsewhere) return sayElsewhere(page, page.memory.edits.pop());
  if (!mayTakeBack(page, last)) return page.say(said.locked, true);
  const what = namedField(page, last);
  page.takingBack = true;
  const together = turnBack(page.memory, again, (field) => page.values[field], ({ field, before }) =>
    page.put(field, asItWas(page, field, before ?? emptied(field, page.values[field]))));
  page.takingBack = false;
  for (const { field } of together) page.show(field);
  page.bringBack(last.field);
  return page.say(fill(again ? said.done_again : said.done, { what }), true);
}

function sayElsewhere(page, { elsewhere }) {
  const { undo: said, assent } = page.words;
  const where = fill(said.elsewhere[elsewhere], { open: assent.open, mistake: assent.mistake });
  page.changed();
  page.say([where, page.memory.edits.length > 0 && said.elsewhere.again].filter(Boolean).join(" "), true);
}

const redo = (page) => undo(page, true);

function namedField(page, { field, before }) {
  const { undo: { what } } = page.words;
  const now = page.values[field];
  if (field.startsWith("closing:")) return what.check_back;
  if (field.startsWith("pause:")) return fill(what.pause, { time: clock(now.began) });
  const [, item, part, rest] = field.match(/^answer:([^.]+)\.(\w+)\.?(.*)$/);
  const line = item.startsWith("line-");
  const id = nameOf(page, item);
  if (before && "text" in before && before.text === now.text && String(before.kept ?? "") !== String(now.kept ?? "")) return what.kept;
  if (line && part !== "evidence") {
    const filed = before && before.text === now?.text && before.filed_to !== now?.filed_to;
    return filed ? what.filing : what.line;
  }
  return fill((line && what.line_mark) || what[part] || what.note, { id, indicator: rest });
}

function undoButton(page) {
  const { undo: said } = page.words;
  const make = (name, shortcut, act, memory, rest) => {
    const button = h("button", { type: "button", id: page.id(name), "aria-keyshortcuts": shortcut, onclick: act },
      said[memory], h("span", { class: "qpm-hidden" }, ` ${rest}`));
    page.whenChanged(() => button.setAttribute("aria-disabled", String(!page.memory[name === "undo" ? "edits" : "undone"]?.length)));
    return button;
  };
  return [
    make("undo", "Control+Z", () => undo(page), "button", said.button_rest),
    make("redo", "Control+Y", () => redo(page), "button_again", said.button_again_rest),
  ];
}

// ---- earlier versions

function versionsButton(page, field) {
  const { undo: said } = page.words;
  const button = h("button", {
    type: "button", class: "qpm-quiet qpm-versions", hidden: true, onclick: () => {
      page.link.flush();
      page.atAnyTime(page.element("versions"));
      page.element("versions").look(field);
    },
  }, said.versions, h("span", { class: "qpm-hidden" }, ` ${field.replace("answer:", "").replace(/[.:_]/g, " ")}`));
  page.whenChanged(() => { button.hidden = !(page.view.versions[field] > 1); });
  return button;
}

function versionsDialog(page) {
  const { undo: said, summary } = page.words;
  return earlierVersions({
    id: page.id("versions"), said, moment: (time) => page.moment(time),
    ask: (field) => page.link.do("versions", { field }),
    // Of a break each reason once, though it was recorded again when it ended.
    choose: (versions) => versions.filter(({ payload }, place) => !("why" in payload) || payload.why !== versions[place + 1]?.payload.why),
    say: ({ text, translation, ...rest }) => quoteWords({ text, translation })
      || (text !== undefined ? "" : rest.done ? summary.checked_back : page.labelOf(rest)),
    restore: (field, payload) => {
      const [, item, kind] = field.match(LINE_WORDS) ?? [];
      const other = item && lineField(item, kind === "note"); // a line is a note or a quote, not both
      for (const open of page.root.querySelectorAll("dialog[open]")) open.close();
      asOne(page, () => {
        page.put(field, asItWas(page, field, payload));
        if (page.values[other]?.text) page.put(other, { ...page.values[other], text: "" });
      });
      page.show(field);
      page.say(said.put_back, true);
    },
  });
}
