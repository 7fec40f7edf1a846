// Why nothing can be typed just now: one line at the top that stays in sight however far the page is scrolled, with the way on.

// "" while one may write.
function whyNot(page) {
  const { why: said } = page.words;
  if (page.isErased) return said.erased;
  if (page.isClosed) return said[page.values.state.state];
  const [first] = inTheWay(page);
  return first ? sayInTheWay(said, first) : "";
}

function whyLine(page) {
  const { words } = page;
  const text = h("p");
  const way = (label, press) => h("button", { type: "button", onclick: press }, label);
  const toConsent = way(words.gate.go, () => page.go("consent"));
  const correct = way(words.closing.correct, () => page.correctHere());
  const line = h("div", { class: "qpm-why", role: "group", "aria-label": words.why.title, hidden: true }, text, toConsent, correct);
  page.whenChanged(() => {
    say(text, whyNot(page));
    line.hidden = !text.textContent;
    toConsent.hidden = page.isClosed;
    correct.hidden = !page.isClosed || page.isErased;
  });
  return line;
}
