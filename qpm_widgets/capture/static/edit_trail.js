// What was edited in this window and can be taken back, and what was taken back and can be done again. Both are in the
// window's memory, under `edits` and `undone`: [{ field, before, typed, at, group }], newest last.

const STEPS_AT_MOST = 100;
const ONE_EDIT = 3000; // ms; what is typed into one box without a longer pause is one edit

// Called before a value is replaced. Edits of one `group` are one to the person.
function rememberEdit(memory, field, before, typed, group) {
  const edits = (memory.edits ??= []);
  const last = edits.at(-1);
  const at = now();
  memory.undone = []; // whoever goes on from here does not go back there
  if (typed && last?.typed && last.field === field && at - last.at < ONE_EDIT) {
    last.at = at;
    return;
  }
  edits.push({ field, before, typed, at, group });
  if (edits.length > STEPS_AT_MOST) edits.shift();
}

// That something was recorded which is put right at another place; said once, however often in a row.
function rememberElsewhere(memory, field, elsewhere) {
  const edits = (memory.edits ??= []);
  if (edits.at(-1)?.elsewhere !== elsewhere) edits.push({ field, elsewhere });
  if (edits.length > STEPS_AT_MOST) edits.shift();
}

// The edits that are taken back next, the newest first, or done again; none: [].
function nextEdits(memory, again) {
  const edits = memory[again ? "undone" : "edits"] ?? [];
  const from = edits.at(-1)?.group ? edits.findLastIndex(({ group }) => group !== edits.at(-1).group) + 1 : edits.length - 1;
  return edits.slice(Math.max(0, from)).reverse();
}

// Takes them back, or does them again: `valueOf(field)` is what stands there now, `put(edit)` puts what was there before.
function turnBack(memory, again, valueOf, put) {
  const together = nextEdits(memory, again);
  (memory[again ? "undone" : "edits"] ?? []).splice(-together.length || Infinity);
  const group = together.length > 1 ? {} : undefined;
  const ways = together.map(({ field }) => ({ field, before: valueOf(field), typed: false, at: now(), group }));
  (memory[again ? "edits" : "undone"] ??= []).push(...ways);
  for (const edit of together) put(edit);
  return together;
}

// Of what is erased nothing may come back.
function forgetEdits(memory, isErased) {
  for (const name of ["edits", "undone"]) memory[name] = memory[name]?.filter((edit) => !isErased(edit));
}

// ---- earlier versions

// A dialog with all versions of a field, the newest first, from which any is put back. `ask(field)` asks the kit for them,
// `choose(versions)` those to show, `say(payload, field)` what one says, `moment(ms)` its time; `mayRestore(field)`: whether any is put
// back; `isRival(field, payload)`: whether it stands beside another; `look(field)` of the dialog opens it.
function earlierVersions({ id, said, ask, choose = (versions) => versions, say, moment, mayRestore = () => true, isRival = () => false, restore }) {
  const trouble = h("p", { role: "status" });
  const list = h("ol", { class: "qpm-version-list" });
  const close = h("button", { type: "button", onclick: () => box.close() }, said.close);
  const item = (field, { payload, at, by }, isNow) => h("li", {},
    h("p", { class: "qpm-hint" }, fill(said.by, { by, time: moment(at) })),
    h("p", { class: "qpm-version", dir: "auto" }, say(payload, field) || said.empty),
    isRival(field, payload) && h("p", { class: "qpm-hint" }, said.rival),
    isNow && !isRival(field, payload) ? h("p", { class: "qpm-hint" }, said.current)
      : mayRestore(field) && h("button", { type: "button", class: "qpm-quiet", onclick: () => restore(field, payload) }, said.restore,
        h("span", { class: "qpm-hidden" }, ` ${fill(said.by, { by, time: moment(at) })}`)));
  const box = dialog(id, said.versions_title, h("p", { class: "qpm-hint" }, said.versions_intro), trouble, list,
    h("p", { class: "qpm-buttons" }, close));
  let looking = "";
  box.look = async (field) => {
    list.replaceChildren();
    trouble.textContent = said.loading;
    looking = field;
    box.showModal();
    const show = (answer) => {
      if (looking !== field) return; // somebody looks at another field by now
      const versions = choose(answer.versions);
      list.replaceChildren(...versions.map((one, place) => item(field, one, place === 0)));
      trouble.textContent = versions.length ? "" : said.none;
    };
    const showTrouble = ({ message }) => { if (looking === field) trouble.textContent = message; };
    try {
      show(await ask(field));
    } catch (error) {
      showTrouble(error);
      error.late?.then(show, showTrouble);
    }
  };
  box.prepare = () => {};
  return box;
}
