// The papers that go out before a visit: its itinerary, and an invitation to each interview.

const planPapers = (() => {
  function draw(page) {
    const { words: { papers: words }, prefix } = page;
    const interviews = page.active().filter(({ kind }) => kind === "interview");
    const chosen = (page.memory.papers ??= { interview: "", language: "", reading: "", contact: "", files: [] });
    if (!interviews.some(({ id }) => id === chosen.interview)) chosen.interview = interviews[0]?.id ?? "";
    const list = (name, choices, none) => selectBox({
      id: `${prefix}-paper-${name}`, label: words[name], labelClass: "qpm-label", choices, none, value: chosen[name],
      pick: (value) => { chosen[name] = value; },
    });
    const contact = h("input", {
      type: "text", id: `${prefix}-paper-contact`, value: chosen.contact, maxlength: "200", "aria-describedby": `${prefix}-paper-contact-hint`,
      oninput: () => { chosen.contact = contact.value; },
    });
    return h("section", { class: "qpm-card qpm-prepare", "aria-labelledby": `${prefix}-papers-title` },
      h("h2", { id: `${prefix}-papers-title` }, words.heading),
      h("p", {}, words.intro),
      h("div", { class: "qpm-actions" }, button(page, "itinerary", words.itinerary, () => ({}))),
      interviews.length > 0 && h("form", { class: "qpm-paper", onsubmit: (event) => event.preventDefault() },
        h("h3", {}, words.invitation),
        h("div", { class: "qpm-paper-choices" },
          list("interview", interviews.map(({ id }) => ({ id, label: id }))),
          list("language", Object.entries(words.languages).map(([id, label]) => ({ id, label })), words.as_planned),
          list("reading", Object.entries(words.readings).map(([id, label]) => ({ id, label })), words.as_planned)),
        h("p", {}, h("label", { for: contact.id, class: "qpm-label" }, words.contact), contact,
          h("span", { class: "qpm-hint", id: `${prefix}-paper-contact-hint` }, words.contact_hint)),
        h("div", { class: "qpm-actions" }, button(page, "invite", words.invite, () => ({ ...chosen, files: [] })))),
      chosen.files.length > 0 && h("div", { class: "qpm-written", id: `${prefix}-written`, tabindex: "-1" },
        h("p", { class: "qpm-label" }, words.written),
        h("ul", {}, chosen.files.map((file) => h("li", {}, h("code", {}, file)))),
        h("p", { class: "qpm-hint" }, words.readable)));
  }

  function button(page, name, label, wanted) {
    return h("button", { type: "button", id: `${page.prefix}-paper-${name}`, onclick: () => write(page, name, wanted()) }, label);
  }

  async function write(page, name, wanted) {
    if (page.busy) return;
    const answer = await page.ask("write_papers", wanted);
    if (answer) page.memory.papers.files = answer.files;
    page.draw();
    if (answer) page.say(page.words.papers.done, true);
    page.focus(answer ? "written" : `paper-${name}`);
  }

  return { draw };
})();
