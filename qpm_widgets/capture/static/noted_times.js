// When words were begun and last saved, as the journal has it, under their box; and a key that writes down the time itself.

function timesLine(page, field) {
  const { times: said } = page.words;
  const text = h("span", { class: "qpm-hint" });
  const today = (ms) => new Date(ms).toDateString() === new Date().toDateString();
  const time = (ms) => (today(ms) ? clock(ms) : page.moment(ms));
  page.whenChanged(() => {
    const [began, saved] = page.view.noted[field] ?? [];
    const sentence = began ? fill(time(began) === time(saved) ? said.at : said.from_to, { began: time(began), saved: time(saved) }) : "";
    if (text.textContent !== sentence) text.textContent = sentence;
  });
  return h("p", { class: "qpm-times" }, text, versionsButton(page, field));
}

function noteTime(page, field, recordedAt) {
  const began = page.view.noted[field]?.[0] ?? recordedAt;
  page.view.noted[field] = [began, recordedAt];
}

// Into the box where the caret is, as if typed, so that undoing takes it out again.
function writeTime() {
  if (document.activeElement.matches("textarea")) document.execCommand("insertText", false, `${clock(Date.now())} `);
}
