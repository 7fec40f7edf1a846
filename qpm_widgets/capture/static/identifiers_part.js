// Under a box: what in its words points to one person, with a way to take it out or to keep it. It blocks nothing, moves no
// caret, and asks about the same words once: what is kept goes with the words, and the kernel does not notice it again.
//
// A page that shows it has turnTo(field), when somebody turns to the question; leave, of the focus; keepWords(field, said);
// and lineDone(field), when a line is done with.

// `waits`: the words are not saved yet.
function showIdentifiers(page, field, payload, noticed, waits = false) {
  const box = page.root.querySelector(`[data-field="${CSS.escape(field)}"]`);
  const found = new Map(noticed.map(({ kind, key, start, end }) => {
    const said = payload[key].slice(start, end);
    return [`${key} ${kind} ${said}`, { kind, key, said }];
  }));
  let part = box?.querySelector(".qpm-identifiers");
  if (!box || (!part && !found.size)) return;
  if (!part) box.append(part = identifiersPart(page, field));
  part.querySelector(".qpm-waits").hidden = !waits || !found.size;
  const shown = [...found.keys()].join("\n");
  if (part.shown === shown) return; // whoever is on a button stays there
  part.shown = shown;
  if (part.contains(document.activeElement)) areaOf(box).focus();
  part.firstChild.replaceChildren(...[...found.values()].map((one) => identifierLine(page, field, box, one)));
  announceIdentifiers(page, field, found);
}

function identifiersPart(page, field) {
  return h("div", {
    class: "qpm-identifiers",
    onfocusin: () => page.turnTo(field),
    onfocusout: page.leave,
    onpointerdown: (event) => event.preventDefault(), // a press on a button does not leave the box
  }, h("div"), h("p", { class: "qpm-hint qpm-waits", hidden: true }, page.words.identifiers.waits));
}

function identifierLine(page, field, box, { kind, key, said }) {
  const { identifiers: words } = page.words;
  const what = words.kinds[kind];
  const area = areaOf(box, key, said);
  const [before, after] = fill(words.looks, { what }).split("{words}");
  const button = (label, onclick, rest) => h("button", { type: "button", class: "qpm-quiet", onclick }, label,
    h("span", { class: "qpm-hidden" }, ` ${rest}`));
  const done = () => {
    area.focus(); // before its button goes, which would look like leaving the box
    line.remove();
    box.querySelector(".qpm-identifiers").shown = null;
    page.lineDone(field);
  };
  const line = h("p", { class: "qpm-hint" }, before, button(said, () => showWhere(area, said), words.where), `${after} `,
    button(words.remove, () => {
      takeOut(area, said, fill(words.removed, { what }));
      done();
    }, said),
    button(words.keep, () => {
      page.keepWords(field, said);
      done();
    }, said));
  return line;
}

// Where in a box the words are: under the name of their key, or in the first box that has them.
function areaOf(box, key = "", said = "") {
  const areas = [...box.querySelectorAll('textarea, input[type="text"]')];
  const named = areas.filter(({ id }) => key && id.endsWith(`-${key.replace("_", "-")}`));
  return [...named, ...areas].find(({ value }) => value.includes(said)) ?? areas[0];
}

// Every place where just these words stand.
const placesOf = (said) =>
  new RegExp(`(?<![\\p{L}\\p{N}])${said.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&")}(?![\\p{L}\\p{N}])`, "gu");

function showWhere(area, said) {
  const at = area.value.search(placesOf(said));
  area.focus();
  if (at >= 0) area.setSelectionRange(at, at + said.length);
}

function takeOut(area, said, instead) {
  const at = area.value.search(placesOf(said));
  if (at < 0) return;
  area.value = area.value.replace(placesOf(said), () => instead);
  area.setSelectionRange(at + instead.length, at + instead.length);
  area.dispatchEvent(new InputEvent("input", { bubbles: true }));
}

// Read out once, and politely.
function announceIdentifiers(page, field, found) {
  const { identifiers: words } = page.words;
  const read = (page.readOut ??= new Set());
  const news = [...found].filter(([name]) => !read.has(`${field} ${name}`));
  for (const [name] of news) read.add(`${field} ${name}`);
  if (!news.length) return;
  page.root.querySelector(".qpm-noticed").textContent =
    news.map(([, { kind, said }]) => fill(words.looks, { what: words.kinds[kind], words: said })).join(" ");
}
