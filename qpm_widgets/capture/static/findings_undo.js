// Undo, redo and earlier versions of ratings and findings. What was there before is written once more; the journal decides
// what there still is of words that rest on something erased.

// What is recorded of a judgement: without what the page knows about it, and with what it rested on, though that be gone.
function bareJudgement(field, { level, rationale, standard, kind, text, order = 0, cites = [], gone = [], kept = [] }) {
  const rests = { cites: [...new Set([...cites, ...gone])], kept };
  return field.startsWith("rating:") ? { level, rationale, ...rests } : { standard, kind, text, order, ...rests };
}

class JudgementTrail extends UndoPart {
  constructor(page) {
    super(page, page.words.undo);
    this.told = h("p", { class: "qpm-hint", role: "status" });
    this.node = h("div", { class: "qpm-actions qpm-undo" }, this.buttons, this.told);
    this.dialog = earlierVersions({
      id: `${page.prefix}-versions`, said: this.said, moment: (time) => page.time(time),
      ask: (field) => page.link.do("versions", { field }),
      say: ({ level, rationale, text }) => text ?? [page.labelOfLevel(level), rationale].filter(Boolean).join(": "),
      restore: (field, payload) => {
        this.dialog.close();
        page.change(field, bareJudgement(field, payload), true);
        this.show(this.said.put_back);
      },
    });
  }

  // Called before a value is replaced by `payload`. What is only saved anew, as who closes the editor does, is no edit.
  remember(field, payload, typed) {
    const before = this.page.value(field);
    const same = before && JSON.stringify(bareJudgement(field, before)) === JSON.stringify(bareJudgement(field, payload));
    if (!this.turning && !same) rememberEdit(this.page.memory, field, before, typed, this.group);
  }

  // Edits that are one to the person.
  asOne(edit) {
    this.group = {};
    edit();
    this.group = undefined;
  }

  async turnThese(together, again) {
    const { page, said } = this;
    const [{ field }] = together;
    try {
      // Of a judgement that has lost versions to an erasure, only what the journal still has is put back.
      for (const edit of together) await this.checkErased(edit);
    } catch (error) {
      return this.show(error.message);
    }
    if (!nextEdits(page.memory, again).includes(together[0])) return this.show(said.erased);
    this.turning = true;
    turnBack(page.memory, again, (one) => page.value(one), (edit) => this.put(edit));
    this.turning = false;
    const what = field.startsWith("rating:") ? fill(said.rating, { indicator: field.slice("rating:".length) }) : said.finding;
    return this.show(fill(again ? said.done_again : said.done, { what }));
  }

  async checkErased({ field, before }) {
    const { versions, erased } = await this.page.link.do("versions", { field });
    const same = ({ payload }) => payload.text === before?.text && payload.rationale === before?.rationale;
    if (before && erased && !versions.some(same)) forgetEdits(this.page.memory, (edit) => edit.field === field);
  }

  put({ field, before }) {
    const { page } = this;
    const now = page.value(field);
    const nothing = field.startsWith("rating:") ? { level: "", rationale: "" } : { ...now, text: "" };
    if (before || page.isRecorded(field)) page.change(field, bareJudgement(field, before ?? nothing), true);
    else page.forget(field);
  }

  show(sentence) {
    this.page.drawMain();
    this.page.drawNav();
    this.told.textContent = sentence;
  }

  versionsButton(field) {
    return this.page.isRecorded(field) && h("button", {
      type: "button", class: "qpm-quiet", id: `${this.page.prefix}-versions-${field.replace(":", "-")}`, onclick: () => {
        this.page.link.flush();
        this.dialog.look(field);
      },
    }, this.said.versions, h("span", { class: "qpm-hidden" }, ` ${field.replace(":", " ")}`));
  }
}
