// Under a box: what in its saved words points to one person, with a way to take it out. It blocks nothing, and says nothing
// more once the assessor has kept it.
function showIdentifiers(page, field, payload, noticed) {
  const box = page.root.querySelector(`[data-field="${CSS.escape(field)}"]`);
  const { identifiers: words } = page.words;
  const kept = ((page.memory.kept ??= {})[field] ??= []);
  const shown = noticed.map((one) => ({ ...one, said: payload[one.key].slice(one.start, one.end) }))
    .filter(({ said }) => !kept.includes(said));
  let part = box?.querySelector(".qpm-identifiers");
  if (!box || (!part && !shown.length)) return;
  if (!part) box.append(part = h("div", { class: "qpm-identifiers", role: "status" }));
  const drop = (line, area) => {
    line.remove();
    area.focus();
  };
  part.replaceChildren(...shown.map(({ kind, key, said }) => {
    const area = box.querySelector(key === "translation" ? 'textarea[id$="-translation"]' : "textarea");
    const what = words.kinds[kind];
    const line = h("p", { class: "qpm-hint" }, fill(words.looks, { what, words: said }), " ",
      h("button", { type: "button", class: "qpm-quiet", onclick: () => {
        const at = area.value.indexOf(said);
        if (at >= 0) {
          area.setRangeText(fill(words.removed, { what }), at, at + said.length, "end");
          area.dispatchEvent(new InputEvent("input", { bubbles: true }));
        }
        drop(line, area);
      } }, words.remove),
      h("button", { type: "button", class: "qpm-quiet", onclick: () => {
        kept.push(said);
        drop(line, area);
      } }, words.keep));
    return line;
  }));
}
