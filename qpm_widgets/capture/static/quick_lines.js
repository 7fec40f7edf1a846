// Quick notes: lines that are written beside the questions. Each is filed to a question or to indicators later, or never.
//
// A line is an item of its own, like a question that no guide has: its words are answer:<line>.note or, where it begins with a
// quotation mark, answer:<line>.quote.1; how it bears on an indicator is answer:<line>.evidence.<indicator>. Its id is when it
// was begun, so that two windows never write the same one.

const LINE_WORDS = /^answer:(line-[\w-]+)\.(note|quote\.1)$/;
const QUOTE_MARK = /^["\u201c]/;

const lineField = (item, quoted) => `answer:${item}.${quoted ? "quote.1" : "note"}`;

// The lines with words, in the order in which they were begun.
function linesOf(page) {
  const lines = Object.entries(page.values).flatMap(([field, payload]) => {
    const [, item] = field.match(LINE_WORDS) ?? [];
    return item && payload.text ? [{ item, field, payload, quoted: field.includes(".quote.") }] : [];
  });
  return lines.sort((a, b) => (a.payload.at ?? 0) - (b.payload.at ?? 0) || (a.item < b.item ? -1 : 1));
}

// As it stands just now, also between two looks at the whole page.
const lineOf = (page, item) => linesOf(page).find((line) => line.item === item);

const lineTime = ({ payload }) => (payload.at ? clock(payload.at) : "");

// Where a line is filed: a question, and the indicators that it was marked on.
function filedPlaces(page, { item, payload }) {
  const prefix = `answer:${item}.evidence.`;
  const marked = Object.keys(page.values).filter((field) => field.startsWith(prefix) && page.values[field].bearing).map((field) => field.slice(prefix.length));
  // A question of one's own of which nothing is left is not on the page any more.
  return [page.element(payload.filed_to) && payload.filed_to, ...marked].filter(Boolean);
}

const unfiledLines = (page) => page.lines.filter((line) => !filedPlaces(page, line).length);

// False, and nothing is changed, where nothing may be written or the line is of another page.
function fileTo(page, item, question) {
  const { field, payload } = lineOf(page, item) ?? {};
  if (!field || !mayWrite(page)) return false;
  page.put(field, { ...payload, filed_to: question });
  const { quick: said } = page.words;
  page.say(question ? fill(said.told_filed, { id: nameOf(page, question) }) : said.told_unfiled);
  return true;
}

// ---- the panel

function quickPart(page) {
  const { quick: said } = page.words;
  const observed = page.view.kind === "observation";
  const list = h("ol", { class: "qpm-jots" });
  const body = h("fieldset", { class: "qpm-quick-body" }, h("legend", { class: "qpm-hidden" }, said.title), list);
  const count = h("span", { class: "qpm-hint" });
  const locked = h("p", { class: "qpm-hint" });
  const part = h("section", { class: "qpm-quick", id: page.id("quick"), "aria-labelledby": page.id("quick-title"), hidden: true },
    h("div", { class: "qpm-quick-head" }, h("h2", { id: page.id("quick-title") }, said.title), count,
      h("span", { class: "qpm-hint qpm-quick-keys" }, observed ? said.keys_observation : said.keys),
      h("button", { type: "button", class: "qpm-quiet", onclick: () => page.quick.close() }, said.close)),
    locked, body);
  page.gated.push(body);

  const add = (line) => {
    list.append(lineBox(page, line, () => add(null)));
    list.scrollTop = list.scrollHeight;
  };
  for (const line of page.lines) add(line);
  add(null);
  const fresh = () => list.lastChild.querySelector("textarea");
  let from = null; // where the person came from, and goes back to

  page.quick = {
    open() {
      if (!part.contains(document.activeElement)) from = document.activeElement;
      part.hidden = false;
      page.memory.quick = true;
      list.scrollTop = list.scrollHeight;
      (fresh().matches(":enabled") ? fresh() : part.querySelector("button")).focus({ preventScroll: true });
      page.changed();
    },
    back() {
      if (from?.isConnected && from.checkVisibility() && page.root.contains(from)) from.focus();
      else page.element("open-quick").focus();
    },
    close() {
      this.back();
      part.hidden = true;
      page.memory.quick = false;
      page.changed();
    },
    // The key: to the notes; from one with words to where it is filed; from the empty one back.
    key() {
      const box = document.activeElement.closest(".qpm-jot");
      if (!box) this.open();
      else if (box.dataset.item && box.querySelector("textarea").value) fileLine(page, box.dataset.item);
      else this.back();
    },
    fresh,
    insert(line, box) {
      [...list.children].find(({ dataset: { item } }) => !item || item > line).before(box);
    },
  };
  part.hidden = !page.memory.quick;
  part.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    page.quick.close();
  });
  page.whenChanged(() => {
    const unfiled = unfiledLines(page).length;
    say(count, unfiled ? countWords(said.unfiled_one, said.unfiled_many, unfiled) : "");
    say(locked, whyNot(page));
    locked.hidden = !body.disabled;
  });
  return part;
}

function quickButton(page) {
  const { quick: said } = page.words;
  const button = h("button", {
    type: "button", id: page.id("open-quick"), "aria-keyshortcuts": "F9", "aria-controls": page.id("quick"),
    onclick: () => (page.memory.quick ? page.quick.close() : page.quick.open()),
  });
  page.whenChanged(() => {
    const unfiled = unfiledLines(page).length;
    say(button, unfiled ? fill(said.open_unfiled, { count: unfiled }) : said.title);
    button.setAttribute("aria-expanded", String(Boolean(page.memory.quick)));
  });
  return button;
}

// One line; null is the empty one at the end, which becomes a line with its first letter and calls `begun` then.
function lineBox(page, given, begun) {
  const { quick: said } = page.words;
  const line = { item: given?.item, at: given?.payload.at, quoted: Boolean(given?.quoted) };
  const time = h("span", { class: "qpm-jot-time" });
  const area = h("textarea", { rows: 1, dir: "auto", id: page.id(given ? `quick-${given.item}` : "quick-fresh"), onblur: leave, oninput: write });
  const file = h("button", { type: "button", class: "qpm-quiet", hidden: true, onclick: () => fileLine(page, line.item) });
  const places = h("span", { class: "qpm-hint" });
  const [translationLabel, translated] = textBox({
    id: page.id(`quick-${given?.item ?? "fresh"}-translation`), label: page.words.question.translation, labelClass: "qpm-hint", rows: 1, lang: "en",
    value: given?.payload.translation, leave, change: (text, part) => page.type(box.dataset.field, { ...payload(), translation: text }, part),
  });
  const translation = h("div", { class: "qpm-jot-translation", hidden: true }, translationLabel, translated);
  const box = h("li", { class: "qpm-jot" }, time, h("span", { class: "qpm-jot-quote", hidden: true }, said.quote), area, places, file, translation,
    given && otherVersion(page, given.field));

  const name = () => {
    const facts = { time: line.at ? clock(line.at) : "" };
    area.setAttribute("aria-label", line.item ? fill(line.quoted ? said.quote_at : said.note_at, facts) : said.fresh);
    time.textContent = facts.time;
    box.querySelector(".qpm-jot-quote").hidden = !line.quoted;
    if (!line.item) return;
    area.id = page.id(`quick-${line.item}`);
    translated.id = translationLabel.htmlFor = `${area.id}-translation`;
    Object.assign(box.dataset, { item: line.item, field: lineField(line.item, line.quoted) });
    time.title = said.drag;
  };
  const payload = () => {
    const begun = line.quoted ? newQuote(page) : { wording: "plain", language: page.language };
    const before = page.values[lineField(line.item, line.quoted)] ?? {};
    return { ...begun, at: line.at, ...before, text: area.value, ...(onlyEnglish(before) && { translation: area.value }) };
  };
  // A line becomes a quote, or a note again: first its words are kept in the one, then they are taken out of the other.
  const turn = (quoted) => {
    const left = lineField(line.item, line.quoted);
    const before = page.values[left];
    line.quoted = quoted;
    box.querySelector(".qpm-identifiers")?.remove();
    name();
    asOne(page, () => {
      if (area.value) page.put(box.dataset.field, { ...payload(), filed_to: before?.filed_to ?? "" });
      if (before?.text) page.put(left, { ...before, text: "" });
    });
    page.say(quoted ? said.now_quote : said.now_note);
  };

  function write() {
    if (!line.item) {
      line.at = Date.now();
      line.item = `line-${line.at.toString(36)}`;
      begun();
      name();
      page.showing(`answer:${line.item}`, draw);
    }
    if (!line.quoted && page.view.kind === "interview" && QUOTE_MARK.test(area.value)) {
      const caret = Math.max(0, area.selectionStart - 1);
      area.value = area.value.slice(1);
      area.setSelectionRange(caret, caret);
      turn(true);
      return;
    }
    if (area.value || page.values[box.dataset.field]) page.type(box.dataset.field, payload(), unfinished(area));
  }

  function leave(event) {
    if (!line.item) return;
    page.leave(event);
    // A line that was emptied is gone once it is left.
    if (!area.value && !box.contains(event.relatedTarget) && box.isConnected) setTimeout(() => box.contains(document.activeElement) || box.remove());
  }

  area.addEventListener("keydown", (event) => {
    const { key } = event;
    const { selectionStart: start, selectionEnd: end, value } = area;
    const low = area.clientHeight < 1.9 * parseFloat(getComputedStyle(area).lineHeight);
    const [up, down] = [box.previousElementSibling, box.nextElementSibling];
    const go = (other) => other?.querySelector("textarea").focus();
    if (event.isComposing || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (key === "Enter") {
      if (line.quoted && /["\u201d]$/.test(value)) {
        area.value = value.slice(0, -1);
        write();
      }
      page.link.flush();
      go(box.parentNode.lastChild);
    } else if (key === "ArrowUp" && up && (low || (start === 0 && end === 0))) go(up);
    else if (key === "ArrowDown" && down && (low || start === value.length)) go(down);
    else if (key === "Backspace" && line.quoted && start === 0 && end === 0) turn(false);
    else return;
    event.preventDefault();
  });

  area.value = given?.payload.text ?? "";
  name();
  // Drawn anew as it is now, or gone, as after an edit was taken back.
  const draw = () => {
    const now = lineOf(page, line.item);
    const there = page.element("quick").querySelector(`[data-item="${line.item}"]`);
    const had = there?.contains(document.activeElement);
    const next = now ? lineBox(page, now) : there?.nextElementSibling;
    if (now && there) there.replaceWith(next);
    else if (now) page.quick.insert(now.item, next);
    else there?.remove();
    if (!had) return;
    page.update(); // its button is there now
    (next.querySelector("button:not([hidden])") ?? page.quick.fresh()).focus({ preventScroll: true });
  };
  if (line.item) page.showing(`answer:${line.item}`, draw);
  page.whenChanged(() => {
    const now = line.item && page.lines.find(({ item }) => item === line.item);
    file.hidden = places.hidden = !now;
    translation.hidden = !now?.quoted || now.payload.language === "en" || onlyEnglish(now.payload); // beside the original
    if (!now) return;
    if (now.quoted) {
      Object.assign(area, writtenIn(page, now.payload));
      say(translationLabel, labelOfTranslation(page, now.payload));
    }
    const filed = filedPlaces(page, now);
    box.classList.toggle("qpm-is-filed", filed.length > 0);
    const names = filed.map((id) => nameOf(page, id)).join(", ");
    places.textContent = filed.length ? fill(said.filed_to, { places: names }) : said.unfiled;
    file.replaceChildren(filed.length ? said.refile : said.file, h("span", { class: "qpm-hidden" }, ` ${clock(line.at)}`));
  });
  return box;
}

// How many are not filed, for whoever ends the interview: nothing of them is lost.
function unfiledNotice(page) {
  const { quick: said } = page.words;
  const notice = h("p");
  page.whenChanged(() => {
    const unfiled = unfiledLines(page).length;
    notice.hidden = !unfiled;
    notice.textContent = countWords(said.left_one, said.left_many, unfiled);
  });
  return notice;
}

// The lines that are filed to a question, in its card.
function filedPart(page, question) {
  const { quick: said } = page.words;
  const list = h("ul");
  const part = h("div", { class: "qpm-filed", hidden: true }, h("h4", { class: "qpm-label" }, said.here), list);
  let shown = "";
  page.whenChanged(() => {
    const lines = page.lines.filter(({ payload }) => payload.filed_to === question.id);
    const now = lines.map(({ item, quoted, payload }) => `${item} ${quoted} ${payload.text}`).join("\n");
    if (now === shown) return;
    shown = now;
    part.hidden = !lines.length;
    list.replaceChildren(...lines.map((line) => h("li", {},
      h("span", { class: "qpm-hint" }, lineTime(line)), h("span", line.quoted ? writtenIn(page, line.payload) : { dir: "auto" }, line.quoted ? `\u201c${line.payload.text}\u201d` : line.payload.text),
      h("button", { type: "button", class: "qpm-quiet", onclick: () => fileLine(page, line.item) }, said.refile,
        h("span", { class: "qpm-hidden" }, ` ${lineTime(line)}`)))));
  });
  return part;
}
