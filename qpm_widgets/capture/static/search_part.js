// Finds a question by its words in the language shown, its id, its prompts and the words of its indicators.

const SHOWN_AT_MOST = 40; // results

// As people type: without accents, in small letters.
const folded = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

// What each question can be found by, in the language shown just now; `beside` is not said in the question itself.
function searchable(page) {
  const say = (text) => text[page.language] ?? text.en;
  return page.questions.map(({ id, ask, prompts = [], indicators = [] }) => {
    const wordings = [ask.plain, ask.easy_read].filter(Boolean).map(say);
    const beside = [...prompts.map(say), ...indicators.map((one) => `${one} ${page.view.choices.indicators[one]?.[0] ?? ""}`)];
    const asked = folded([id, ...wordings].join(" "));
    return { id, wording: (page.isEasy(id) && ask.easy_read) || ask.plain, asked, beside, all: `${asked} ${folded(beside.join(" "))}` };
  });
}

function searchDialog(page) {
  const { words } = page;
  const observed = page.view.kind === "observation";
  const listId = page.id("search-list");
  const count = h("p", { class: "qpm-hint", role: "status" });
  const list = h("ul", { id: listId, role: "listbox", "aria-label": words.search.results });
  const input = h("input", {
    type: "text", id: page.id("search-words"), role: "combobox", autofocus: true, "aria-expanded": "true", "aria-controls": listId,
    "aria-autocomplete": "list", oninput: () => find(),
  });
  let questions = [];
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
  const open = (id) => {
    box.close();
    page.go(id, true);
  };
  const option = ({ id, wording, asked, beside }, terms) => {
    const elsewhere = terms.find((term) => !asked.includes(term));
    const why = elsewhere && beside.find((text) => folded(text).includes(elsewhere));
    const ask = h("span", {});
    page.speak(ask, wording);
    return h("li", { role: "option", id: page.id(`found-${id}`), "data-found": id, "aria-selected": "false", onclick: () => open(id) },
      h("span", { class: "qpm-id" }, id), ask, why && h("span", { class: "qpm-hint" }, why),
      page.isAnswered(id) && h("span", { class: "qpm-hint" }, words.search.answered));
  };
  const find = () => {
    const terms = folded(input.value).split(/\s+/).filter(Boolean);
    const found = questions.filter(({ all }) => terms.every((term) => all.includes(term)));
    // What says it itself comes before what only its prompts or indicators say.
    found.sort((a, b) => Number(terms.every((term) => b.asked.includes(term))) - Number(terms.every((term) => a.asked.includes(term))));
    list.replaceChildren(...found.slice(0, SHOWN_AT_MOST).map((one) => option(one, terms)));
    count.textContent = found.length ? countWords(words.search.one, words.search.many, found.length).replace("{count}", found.length) : words.search.none;
    choose(0);
    list.scrollTop = 0;
  };
  const title = words.search[observed ? "title_scene" : "title"];
  const box = dialog(page.id("search"), title,
    h("label", { for: input.id, class: "qpm-label" }, words.search.label), input, count, list,
    h("p", { class: "qpm-buttons" }, h("button", { type: "button", onclick: () => box.close() }, words.search.cancel)));
  box.classList.add("qpm-search");
  box.firstChild.removeAttribute("autofocus"); // the box for the words has it
  input.addEventListener("keydown", (event) => {
    const by = { ArrowDown: 1, ArrowUp: -1, PageDown: 5, PageUp: -5 }[event.key];
    if (by) choose(chosen + by);
    else if (event.key === "Enter" && list.children[chosen]) open(list.children[chosen].dataset.found);
    else return;
    event.preventDefault();
  });
  box.prepare = () => {
    input.value = "";
    questions = searchable(page);
    find();
  };
  return box;
}
