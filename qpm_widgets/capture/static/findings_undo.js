// Undo, redo and earlier versions of ratings and findings. What was there before is written once more; the journal decides
// what there still is of words that rest on something erased.

// What is recorded of a judgement: without what the page knows about it, and with what it rested on, though that be gone.
function bareJudgement(field, { level, rationale, standard, kind, text, order = 0, cites = [], gone = [], kept = [] }) {
  const rests = { cites: [...new Set([...cites, ...gone])], kept };
  return field.startsWith("rating:") ? { level, rationale, ...rests } : { standard, kind, text, order, ...rests };
}

class JudgementTrail {
  constructor(page) {
    Object.assign(this, { page, said: page.words.undo, off: new AbortController() });
    const button = (name, shortcut, again, label, rest) => h("button", {
      type: "button", id: `${page.prefix}-${name}`, "aria-keyshortcuts": shortcut, onclick: () => this.turn(again),
    }, label, h("span", { class: "qpm-hidden" }, ` ${rest}`));
    this.told = h("p", { class: "qpm-hint", role: "status" });
    this.node = h("div", { class: "qpm-actions qpm-undo" },
      button("undo", "Control+Z", false, this.said.button, this.said.button_rest),
      button("redo", "Control+Y", true, this.said.button_again, this.said.button_again_rest), this.told);
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
    document.addEventListener("keydown", (event) => this.key(event), { signal: this.off.signal });
  }

  key(event) {
    const { root } = this.page;
    const key = event.key.toLowerCase();
    if (!isKeyFor(root, event.target) || root.querySelector("dialog[open]")) return;
    if (!(event.ctrlKey || event.metaKey) || event.altKey || !["z", "y"].includes(key)) return;
    if (event.target.matches('textarea, input:not([type="radio"], [type="checkbox"])')) return; // a box undoes its own typing
    event.preventDefault();
    this.turn(key === "y" || event.shiftKey);
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

  async turn(again) {
    const { page, said } = this;
    if (this.isAsking) return; // a second press, before the first is done
    const together = nextEdits(page.memory, again);
    if (!together.length) {
      this.show(again ? said.nothing_again : said.nothing);
      return;
    }
    this.isAsking = true;
    try {
      await this.turnThese(together, again);
    } finally {
      this.isAsking = false;
    }
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
    const isFirst = (edit) => !edit.before?.level && edit.field.startsWith("rating:") && page.isRecorded(edit.field);
    if (together.some(isFirst)) {
      forgetEdits(page.memory, (edit) => together.includes(edit)); // what was done before it can be undone all the same
      return this.show(said.first);
    }
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
    if (before) page.change(field, bareJudgement(field, before), true);
    else if (page.isRecorded(field)) page.change(field, bareJudgement(field, { ...now, text: "" }), true);
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
