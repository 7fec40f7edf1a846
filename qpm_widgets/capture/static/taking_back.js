// Taking back: the last edit of an answer on this page, and any earlier version of one. The journal is only appended to, so
// what was there before is written once more, and where nothing was, the empty form of it.
//
// Decisions, consents and the state, are not taken back: they are made anew where they are made.

const STEPS_AT_MOST = 100;
const ONE_EDIT = 3000; // ms; what is typed into one box without a longer pause is one edit

// Under which name a box of the page says that it can show a value: a quote comes and goes, and a line may be either kind.
const shownAs = (field) => field.replace(/^(answer:line-[\w-]+)\.(note|quote\.1)$/, "$1").replace(/(\.quote)\.\d+$/, "$1");

// Called before a value is replaced.
function remember(page, field, typed) {
  if (!field.startsWith("answer:") || page.takingBack) return;
  const edits = (page.memory.edits ??= []);
  const last = edits.at(-1);
  const at = now();
  if (typed && last?.typed && last.field === field && at - last.at < ONE_EDIT) {
    last.at = at;
    return;
  }
  edits.push({ field, before: page.values[field], typed, at, group: page.group });
  if (edits.length > STEPS_AT_MOST) edits.shift();
}

// Edits that are one to the person are taken back as one.
function asOne(page, edit) {
  page.group = {};
  edit();
  page.group = undefined;
}

function emptied(field, payload) {
  if (field.includes(".evidence.")) return { bearing: "", strength: null };
  if (field.endsWith(".missing")) return { reason: "" };
  return { ...payload, text: "", ...(field.includes(".quote.") && { translation: "" }) };
}

// A version as it was, without the source that the words have now.
const asItWas = (payload) => ({ source: "", ...payload });

function undo(page) {
  const { undo: said } = page.words;
  const edits = page.memory.edits ?? [];
  if (page.isClosed || !gateOf(page).open) return page.say(said.locked, true);
  const last = edits.pop();
  if (!last) return page.say(said.nothing, true);
  const together = [last];
  while (last.group && edits.at(-1)?.group === last.group) together.push(edits.pop());
  const what = namedField(page, last);
  page.takingBack = true;
  for (const { field, before } of together) page.put(field, asItWas(before ?? emptied(field, page.values[field])));
  page.takingBack = false;
  for (const { field } of together) page.show(field);
  page.bringBack(last.field);
  return page.say(fill(said.done, { what }), true);
}

function namedField(page, { field, before }) {
  const { undo: { what } } = page.words;
  const [, item, part, rest] = field.match(/^answer:([^.]+)\.(\w+)\.?(.*)$/);
  const line = item.startsWith("line-");
  const id = nameOf(page, item);
  if (line && part !== "evidence") {
    const filed = before && before.text === page.values[field]?.text && before.filed_to !== page.values[field]?.filed_to;
    return filed ? what.filing : what.line;
  }
  return fill((line && what.line_mark) || what[part] || what.note, { id, indicator: rest });
}

function undoButton(page) {
  const { undo: said } = page.words;
  const button = h("button", { type: "button", id: page.id("undo"), "aria-keyshortcuts": "Control+Z", onclick: () => undo(page) },
    said.button, h("span", { class: "qpm-hidden" }, ` ${said.button_rest}`));
  page.whenChanged(() => button.setAttribute("aria-disabled", String(!page.memory.edits?.length)));
  return button;
}

// ---- earlier versions

function versionsButton(page, field) {
  const { undo: said } = page.words;
  const button = h("button", {
    type: "button", class: "qpm-quiet qpm-versions", hidden: true, onclick: () => {
      page.looking = field;
      page.openDialog("versions");
    },
  }, said.versions, h("span", { class: "qpm-hidden" }, ` ${field.slice("answer:".length).replaceAll(".", " ")}`));
  page.whenChanged(() => { button.hidden = !(page.view.versions[field] > 1); });
  return button;
}

function versionsDialog(page) {
  const { undo: said } = page.words;
  const trouble = h("p", { role: "status" });
  const list = h("ol", { class: "qpm-version-list" });
  const close = h("button", { type: "button", onclick: () => box.close() }, said.close);
  const words = ({ text, translation, ...rest }) =>
    [text, translation].filter(Boolean).join(" / ") || (text === undefined && page.labelOf(rest)) || said.empty;
  const restore = (payload) => {
    const field = page.looking;
    const [, item, kind] = field.match(LINE_WORDS) ?? [];
    const other = item && lineField(item, kind === "note"); // a line is a note or a quote, not both
    for (const open of page.root.querySelectorAll("dialog[open]")) open.close();
    asOne(page, () => {
      page.put(field, asItWas(payload));
      if (page.values[other]?.text) page.put(other, { ...page.values[other], text: "" });
    });
    page.show(field);
    page.say(said.put_back, true);
  };
  const item = ({ payload, at, by }, isNow) => h("li", {},
    h("p", { class: "qpm-hint" }, fill(said.by, { by, time: page.moment(at) })),
    h("p", { class: "qpm-version", dir: "auto" }, words(payload)),
    isNow ? h("p", { class: "qpm-hint" }, said.current)
      : h("button", { type: "button", class: "qpm-quiet", onclick: () => restore(payload) }, said.restore,
        h("span", { class: "qpm-hidden" }, ` ${fill(said.by, { by, time: page.moment(at) })}`)));
  const box = dialog(page.id("versions"), said.versions_title, h("p", { class: "qpm-hint" }, said.versions_intro), trouble, list,
    h("p", { class: "qpm-buttons" }, close));
  box.prepare = async () => {
    const field = page.looking;
    list.replaceChildren();
    trouble.textContent = said.loading;
    page.link.flush();
    try {
      const { versions } = await page.link.do("versions", { field });
      list.replaceChildren(...versions.map((one, place) => item(one, place === 0)));
      trouble.textContent = versions.length ? "" : said.none;
    } catch (error) {
      trouble.textContent = error.message;
    }
  };
  return box;
}
