// Filing a quick note: by key, to whatever question or indicator is found by its words. `quick_dragging.js` has the other way.

function fileLine(page, item, indicator) {
  page.link.flush();
  page.filing = { item, indicator };
  page.openDialog("file");
}

function fileDialog(page) {
  const { words } = page;
  const { quick: said } = words;
  const observed = page.view.kind === "observation";
  const text = h("blockquote", { class: "qpm-script", dir: "auto" });
  const place = h("p", { role: "status" });
  const takeOut = h("button", { type: "button", class: "qpm-quiet", onclick: () => {
    fileTo(page, page.filing.item, "");
    refresh();
    input.focus();
  } });
  const facts = h("div", { class: "qpm-quote-facts" });
  const marks = h("div", { class: "qpm-evidence" });
  const bears = h("section", { class: "qpm-file-marks" }, h("h3", { class: "qpm-label" }, words.question.evidence), marks);
  const versions = h("p");
  const done = h("button", { type: "button", class: "qpm-main", onclick: () => box.close() }, said.done);
  const line = () => lineOf(page, page.filing.item);

  const mark = (indicator) => {
    const { item } = page.filing;
    const field = `answer:${item}.evidence.${indicator}`;
    let part = marks.querySelector(`[data-field="${CSS.escape(field)}"]`);
    if (!part) marks.append(part = bearingBox(page, { id: item }, indicator, field));
    bears.hidden = false;
    return part;
  };
  const pick = (id) => {
    if (page.view.choices.indicators[id]) {
      mark(id).querySelector("input").focus();
      return;
    }
    fileTo(page, page.filing.item, id);
    refresh();
    done.focus();
  };
  const { nodes, input, begin } = finder(page, "file", {
    label: said[observed ? "where_observation" : "where"], autofocus: true, pick,
    things: () => [...findableQuestions(page), ...findableIndicators(page)],
  });
  const refresh = () => {
    const { payload: { filed_to: id } } = line();
    const question = everyQuestion(page).find((one) => one.id === id);
    const name = nameOf(page, id ?? "");
    place.textContent = id ? fill(said.filed_question, { id: name, question: question?.ask.plain.en ?? "" }) : said.filed_nowhere;
    takeOut.hidden = !id;
    takeOut.textContent = fill(said.take_out, { id: name });
  };
  const box = dialog(page.id("file"), said.file_title, text, nodes, place, takeOut, facts, bears, versions, h("p", { class: "qpm-buttons" }, done));
  box.classList.add("qpm-wide", "qpm-filing");
  box.firstChild.removeAttribute("autofocus"); // the box for the words has it
  box.prepare = () => {
    const { item, field, payload, quoted } = line();
    const showWords = (quote) => {
      text.textContent = quoted ? `\u201c${quote.text}\u201d` : quote.text;
      Object.assign(text, quoted ? writtenIn(page, quote) : { lang: "", dir: "auto" });
    };
    showWords(payload);
    const quote = { ...payload };
    facts.replaceChildren(...(quoted ? quoteFacts(page, `${page.id(item)}-quote`, quote, (changes, part) => {
      const now = { ...page.values[field], ...changes };
      if (part === undefined) page.put(field, now);
      else page.type(field, now, part);
      showWords(quote);
      if ("translation" in changes) page.show(field);
    }).filter(Boolean) : []));
    facts.hidden = !quoted;
    versions.replaceChildren(versionsButton(page, field));
    page.changed();
    marks.replaceChildren();
    bears.hidden = true;
    begin();
    refresh();
    for (const one of filedPlaces(page, line())) if (page.view.choices.indicators[one]) mark(one);
    if (page.filing.indicator) setTimeout(() => mark(page.filing.indicator).querySelector("input").focus());
  };
  return box;
}

// A quotation mark at the beginning of an empty line of a question's notes begins a quote of that question. Backspace or
// Escape in the quote while it is empty puts the mark into the notes instead.
function beginQuotes(page) {
  page.root.addEventListener("beforeinput", (event) => {
    const { target, data, inputType } = event;
    if (inputType !== "insertText" || !QUOTE_MARK.test(data ?? "") || data.length > 1 || !target.matches(".qpm-writing textarea")) return;
    const { selectionStart: at, selectionEnd: end, value } = target;
    const add = page.element(`${target.closest(".qpm-question").dataset.question}-add`);
    if (!add || at !== end || !/(^|\n)$/.test(value.slice(0, at)) || !/^(\n|$)/.test(value.slice(at))) return;
    event.preventDefault();
    add.click();
    page.say(page.words.quick.quote_begun);
    const quote = document.activeElement;
    let untouched = true;
    quote.addEventListener("input", () => { untouched = false; }, { once: true });
    quote.addEventListener("keydown", (press) => {
      if (!untouched || !["Backspace", "Escape"].includes(press.key)) return;
      press.preventDefault();
      quote.closest(".qpm-quote").querySelector(":scope > button").click();
      target.focus();
      target.setRangeText(data, at, at, "end");
      target.dispatchEvent(new InputEvent("input", { bubbles: true }));
    });
  });
}
