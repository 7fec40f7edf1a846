// The papers of a visit: its itinerary, an invitation to each interview or person, and a form for each meeting where a laptop is wrong.

const planPapers = (() => {
  function draw(page) {
    const { words: { papers: words }, prefix } = page;
    const visitsPerson = ({ guide: its }) => page.choices.observing.some(({ guide, with_person: so }) => guide === its && so);
    const invited = page.active().filter((one) => one.kind === "interview" || visitsPerson(one))
      .map(({ kind, id }) => ({ id: kind === "interview" ? id : `${kind}:${id}`, label: id }));
    const meetings = page.active().map(({ kind, id }) => ({ id: `${kind}:${id}`, label: id }));
    const chosen = (page.memory.papers ??= { invited: "", language: "", reading: "", contact: "", files: [] });
    if (!invited.some(({ id }) => id === chosen.invited)) chosen.invited = invited[0]?.id ?? "";
    const form = (page.memory.paperForm ??= { meeting: "", language: "", reading: "" });
    if (!meetings.some(({ id }) => id === form.meeting)) form.meeting = meetings[0]?.id ?? "";
    const list = (name, choices, none, held = chosen, paper = "paper") => selectBox({
      id: `${prefix}-${paper}-${name}`, label: words[name], labelClass: "qpm-label", choices, none, value: held[name],
      pick: (value) => { held[name] = value; },
    });
    const wording = (...which) => [
      list("language", Object.entries(words.languages).map(([id, label]) => ({ id, label })), words.as_planned, ...which),
      list("reading", Object.entries(words.readings).map(([id, label]) => ({ id, label })), words.as_planned, ...which),
    ];
    const contact = h("input", {
      type: "text", id: `${prefix}-paper-contact`, value: chosen.contact, maxlength: "200", "aria-describedby": `${prefix}-paper-contact-hint`,
      oninput: () => { chosen.contact = contact.value; },
    });
    return h("section", { class: "qpm-card qpm-prepare", "aria-labelledby": `${prefix}-papers-title` },
      h("h2", { id: `${prefix}-papers-title` }, words.heading),
      h("p", {}, words.intro),
      h("div", { class: "qpm-actions" }, button(page, "itinerary", words.itinerary, () => ({}))),
      invited.length > 0 && h("form", { class: "qpm-paper", onsubmit: (event) => event.preventDefault() },
        h("h3", {}, words.invitation), h("p", {}, words.invitation_intro),
        h("div", { class: "qpm-paper-choices" }, list("invited", invited), wording()),
        h("p", {}, h("label", { for: contact.id, class: "qpm-label" }, words.contact), contact,
          h("span", { class: "qpm-hint", id: `${prefix}-paper-contact-hint` }, words.contact_hint)),
        h("div", { class: "qpm-actions" }, button(page, "invite", words.invite, () => ({ ...chosen, files: [] })))),
      meetings.length > 0 && h("form", { class: "qpm-paper", onsubmit: (event) => event.preventDefault() },
        h("h3", {}, words.form), h("p", {}, words.form_intro),
        h("div", { class: "qpm-paper-choices" }, list("meeting", meetings, undefined, form, "form"), wording(form, "form")),
        h("div", { class: "qpm-actions" }, button(page, "form", words.write_form, () => ({ ...form })))),
      chosen.files.length > 0 && h("div", { class: "qpm-written", id: `${prefix}-written`, tabindex: "-1" },
        h("p", { class: "qpm-label" }, words.written),
        writtenFiles(page.link, page.words.files, chosen.files),
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
