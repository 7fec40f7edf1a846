// Finds by words: a question by its words in every language and wording, its id, its prompts and the words of its indicators;
// an indicator by its id and its words. What is found is shown in the language of the conversation.

const SHOWN_AT_MOST = 40; // results

// As people type: without accents, in small letters.
const folded = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

// A thing to find: what it says itself, what is `beside` that, and `draw(why)`, the parts of its line; `why` is what of
// beside holds a word that it does not say itself.
const findable = (id, says, beside, draw) => {
  const asked = folded([id, ...says].join(" "));
  return { id, asked, beside, draw, all: `${asked} ${folded(beside.join(" "))}` };
};

function findableQuestions(page) {
  const { words } = page;
  const first = (text) => [page.inLanguage(text)[1], ...Object.values(text)]; // what is shown as the reason is in the language shown if it can be
  return everyQuestion(page).map(({ id, ask, prompts = [], indicators = [] }) => findable(
    id, [ask.plain, ask.easy_read].filter(Boolean).flatMap((text) => Object.values(text)),
    [...prompts.flatMap(first), ...indicators.map((one) => `${one} ${page.view.choices.indicators[one]?.[0] ?? ""}`)],
    (why) => {
      const asked = h("span", {});
      page.speak(asked, (page.isEasy(id) && ask.easy_read) || ask.plain);
      return [h("span", { class: "qpm-id" }, nameOf(page, id)), asked, why && h("span", { class: "qpm-hint" }, why),
        page.isAnswered(id) && h("span", { class: "qpm-hint" }, words.search.answered)];
    }));
}

function findableIndicators(page) {
  const { indicators, standards } = page.view.choices;
  return Object.entries(indicators).map(([id, [text, standard]]) => {
    const { number, name } = standards[standard];
    return findable(id, [text], [name], () => [h("span", { class: "qpm-id" }, id), h("span", {}, text),
      h("span", { class: "qpm-hint" }, `${number}. ${name}`)]);
  });
}

// A box to type in over the list of what is found: the arrow keys choose, Enter or a press picks, and the caret stays in the
// box. `things()` is asked for when the box is made ready.
function finder(page, name, { label, things, pick, autofocus }) {
  const { search: words } = page.words;
  const listId = page.id(`${name}-results`);
  const count = h("p", { class: "qpm-hint", role: "status" });
  const list = h("ul", { id: listId, class: "qpm-found", role: "listbox", "aria-label": words.results });
  const input = h("input", {
    type: "text", id: page.id(`${name}-words`), role: "combobox", autofocus, "aria-expanded": "true", "aria-controls": listId,
    "aria-autocomplete": "list", oninput: () => find(),
  });
  let all = [];
  let chosen = 0;

  const choose = (at) => {
    const options = list.children;
    options[chosen]?.setAttribute("aria-selected", "false");
    chosen = Math.max(0, Math.min(at, options.length - 1));
    options[chosen]?.setAttribute("aria-selected", "true");
    options[chosen]?.scrollIntoView({ block: "nearest" });
    if (options.length) input.setAttribute("aria-activedescendant", options[chosen].id);
    else input.removeAttribute("aria-activedescendant");
  };
  const option = ({ id, asked, beside, draw }, terms) => {
    const elsewhere = terms.find((term) => !asked.includes(term));
    const why = elsewhere && beside.find((text) => folded(text).includes(elsewhere));
    return h("li", { role: "option", id: page.id(`${name}-found-${id}`), "data-found": id, "aria-selected": "false", onclick: () => pick(id) },
      draw(why));
  };
  const find = () => {
    const terms = folded(input.value).split(/\s+/).filter(Boolean);
    const found = all.filter((one) => terms.every((term) => one.all.includes(term)));
    // What says it itself comes before what only its prompts or indicators say.
    found.sort((a, b) => Number(terms.every((term) => b.asked.includes(term))) - Number(terms.every((term) => a.asked.includes(term))));
    list.replaceChildren(...found.slice(0, SHOWN_AT_MOST).map((one) => option(one, terms)));
    count.textContent = found.length ? countWords(words.one, words.many, found.length).replace("{count}", found.length) : words.none;
    choose(0);
    list.scrollTop = 0;
  };
  input.addEventListener("keydown", (event) => {
    const by = { ArrowDown: 1, ArrowUp: -1, PageDown: 5, PageUp: -5 }[event.key];
    if (by) choose(chosen + by);
    else if (event.key === "Enter" && list.children[chosen]) pick(list.children[chosen].dataset.found);
    else return;
    event.preventDefault();
  });
  const begin = () => {
    input.value = "";
    all = things();
    find();
  };
  return { nodes: [h("label", { for: input.id, class: "qpm-label" }, label), input, count, list], input, begin };
}

function searchDialog(page) {
  const { words } = page;
  const { nodes, begin } = finder(page, "search", {
    label: words.search.label, things: () => findableQuestions(page), autofocus: true,
    pick: (id) => {
      box.close();
      page.go(id, true);
    },
  });
  const title = words.search[page.view.kind === "observation" ? "title_scene" : "title"];
  const box = dialog(page.id("search"), title, nodes,
    h("p", { class: "qpm-buttons" }, h("button", { type: "button", onclick: () => box.close() }, words.search.cancel)));
  box.classList.add("qpm-wide");
  box.firstChild.removeAttribute("autofocus"); // the box for the words has it
  box.prepare = begin;
  return box;
}
