// The screen turned to the person: one question, or one part of the consent script, large, in the language and wording that
// is chosen for it, and nothing else: no id, no notes, nothing that is recorded. Symbols stand above the words if they are
// wanted; the words say the same, so a screen reader passes them over.
//
// That words are not saved is shown by a small square without words, for the assessor to see in passing.

const CARD_SIZES = [5, 4.5, 4, 3.5, 3, 2.5, 2.25, 2, 1.75, 1.5]; // rem; the largest that fits, else the smallest, scrolled

// What can be shown, in the order of the conversation: `place` is where on the page it belongs, `scope` which consent it asks.
function cardsOf(page) {
  const { modes, guide: { opening, sections, closing = [], show = [] } } = page.view;
  if (!opening) return show.map((wording) => ({ wording, place: BEGINNING, easy: "" }));
  return [
    ...[opening.introduction, opening.limits].map((wording) => ({ wording, place: BEGINNING, easy: "" })),
    ...modes.flatMap(({ say }) => say).map((wording) => ({ wording, place: BEGINNING, easy: "" })),
    ...opening.consents.map(({ scope, ask }) => ({ wording: ask, place: BEGINNING, easy: "", scope })),
    ...sections.flatMap(({ standard, questions }, at) => [...questions, ...ownToShow(page, standard, at === sections.length - 1)])
      .map(({ id, ask }) => ({ wording: ask, place: id, easy: id })),
    ...closing.map((wording) => ({ wording, place: CLOSING, easy: "" })),
  ];
}

// An own question is shown as it stands, once it has words.
const ownToShow = (page, standard = "", isLast) =>
  (standard || isLast ? ownOf(page, standard, isLast).filter(({ ask }) => ask.plain.en.trim()) : []);

function showCard(page) {
  const { words } = page;
  let cards = cardsOf(page);
  const name = page.id("card-words");
  const symbols = h("div", { class: "qpm-symbols", "aria-hidden": "true" });
  const text = h("h2", { id: name, "aria-live": "polite", "aria-atomic": "true" });
  const said = h("div", { class: "qpm-card-said" }, symbols, text);
  const frame = h("div", {
    class: "qpm-card-words", id: page.id("card-frame"), role: "group", tabindex: "-1", "aria-labelledby": name, autofocus: true,
  }, said);
  const button = (id, path, press) => h("button", {
    type: "button", class: `qpm-card-${id}`, id: page.id(`card-${id}`), onclick: press,
  }, drawing(path));
  const previous = button("previous", "M15 4 7 12l8 8", () => turn(-1));
  const next = button("next", "m9 4 8 8-8 8", () => turn(1));
  const close = button("close", "M5 5l14 14M19 5 5 19", () => box.close());
  const sign = h("p", { class: "qpm-card-sign", role: "status" });
  let first = 0;

  const fit = () => {
    const fits = CARD_SIZES.some((size) => {
      said.style.fontSize = `${size}rem`;
      return said.offsetHeight <= frame.clientHeight && said.scrollWidth <= frame.clientWidth;
    });
    frame.tabIndex = fits ? -1 : 0; // what has to be scrolled can be reached by Tab
  };
  const draw = () => {
    const { wording, easy } = cards[page.memory.card];
    const isEasy = page.isEasy(easy) && wording.easy_read;
    page.speak(text, isEasy || wording.plain);
    if (isEasy) text.replaceChildren(...text.textContent.split(/(?<=[.?!])\s/).map((sentence) => h("span", {}, `${sentence} `)));
    symbols.replaceChildren(...(page.memory.symbols ? wording.symbols ?? [] : []).map((id) => symbol(page, page.view.symbols[id])));
    for (const [key, node] of Object.entries({ title: box, previous, next, close })) {
      const [language, label] = page.inLanguage(page.view.card[key]);
      node.lang = language;
      node.setAttribute("aria-label", label);
    }
    previous.setAttribute("aria-disabled", String(page.memory.card === 0));
    next.setAttribute("aria-disabled", String(page.memory.card === cards.length - 1));
    frame.scrollTop = 0;
    fit();
  };
  const turn = (by) => {
    const to = page.memory.card + by;
    if (!cards[to]) return;
    page.memory.card = to;
    draw();
  };

  const box = h("dialog", { id: page.id("card"), class: "qpm-show-card", tabindex: "-1" },
    frame, previous, next, close, sign);
  box.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const by = { ArrowRight: 1, PageDown: 1, ArrowLeft: -1, PageUp: -1 }[event.key];
    if (!by) return;
    event.preventDefault();
    turn(by);
  });
  // Focus goes back to where it was; who has turned to another card goes to what that one is about.
  box.addEventListener("close", () => {
    const at = page.memory.card;
    page.memory.card = null;
    if (at !== first && cards[at].place !== cards[first].place) page.go(page.steps.target(cards[at].place), true);
  });
  page.drawCard = () => box.open && draw();
  page.watchCard = new ResizeObserver(() => box.open && fit());
  page.watchCard.observe(box);

  // Opens at what `place` (and of a consent `scope`) asks.
  page.showCard = (place, scope) => {
    cards = cardsOf(page); // with the own questions of now
    if (isOwn(place) && !cards.some((card) => card.place === place)) return page.say(page.words.own.no_words, true);
    first = page.memory.card = Math.max(0, cards.findIndex((card) => card.place === place && (!scope || card.scope === scope)));
    box.showModal();
    draw();
  };
  // The page was run again while its card was shown: the person goes on seeing the card and not the notes.
  page.showCardAgain = () => {
    if (!cards[page.memory.card]) return;
    first = page.memory.card;
    box.showModal();
    draw();
  };
  page.signCard = (bad) => {
    if (bad === Boolean(sign.firstChild)) return;
    sign.replaceChildren(...(bad ? [h("span", { class: "qpm-hidden", lang: "en" }, words.card.not_saved)] : []));
  };
  return box;
}

function cardButton(page, id, place = id) {
  const { words } = page;
  return h("button", { type: "button", class: "qpm-show", id: page.id(`${id}-show`), onclick: () => page.showCard(place) },
    words.card.open, id === place && h("span", { class: "qpm-hidden" }, ` ${id}`));
}

function symbol(page, { word, path }) {
  const label = h("span");
  page.speak(label, word);
  return h("span", { class: "qpm-symbol" }, drawing(path, 48), label);
}

function symbolsSwitch(page) {
  const { card: words } = page.words;
  const box = h("input", { type: "checkbox", id: page.id("symbols"), "aria-keyshortcuts": "Control+Shift+Enter", onchange: () => set(box.checked) });
  box.checked = Boolean(page.memory.symbols);
  const set = (on) => {
    page.memory.symbols = box.checked = on;
    page.steps.keep();
    page.drawCard();
  };
  page.switchSymbols = () => {
    set(!box.checked);
    page.say(box.checked ? words.symbols_on : words.symbols_off, true);
  };
  return h("label", { class: "qpm-switch" }, box, h("span", {}, words.symbols));
}

// A drawing of lines in the colour of the text around it, on a square field.
function drawing(path, side = 24) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  for (const [name, value] of Object.entries({ viewBox: `0 0 ${side} ${side}`, "aria-hidden": "true", focusable: "false" })) svg.setAttribute(name, value);
  const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}
