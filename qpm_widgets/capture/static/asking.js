// What the outbox of connection.js does with words in which the kernel noticed something new that points to one person: it
// holds them a while, so that the person can be asked before the journal has them. Nobody has to answer: they are saved as
// they are after ASKING, or when the person leaves. All the while they are in the outbox, and the page says "Saving…".
//
// `questions` has for each such field { timer, noticed, asked }: what is being asked about now, and what was asked about
// before; asked is null where nobody can be asked any more.
const askingFirst = (() => {
  const ASKING = 8000; // ms

  return {
    question(field) {
      if (!this.questions.has(field)) this.questions.set(field, { timer: null, noticed: [], asked: [] });
      return this.questions.get(field);
    },

    // Held words are asked about for a while. What is asked about once is not asked about again before it is saved.
    holdBack({ entry_id: entryId, noticed }) {
      const [field, slot] = this.find(entryId);
      if (!slot || slot.sent.settled) return; // overtaken by newer words, or by the time that there was to answer
      slot.sent.held = true;
      delete slot.sent.refused;
      const { payload } = slot.sent;
      const question = this.question(field);
      question.noticed = noticed.map(({ key, start, end }) => payload[key].slice(start, end));
      if (question.timer === null) this.ask(field);
      this.each("held", field, payload, noticed);
      this.pump(field);
      this.changed();
    },

    ask(field) {
      if (!this.slots.get(field)?.sent?.held) return;
      const question = this.question(field);
      clearTimeout(question.timer);
      question.timer = setTimeout(() => {
        question.timer = null; // newer words may be on their way: if they are held too, they are asked about anew
        this.settle(field);
      }, ASKING);
    },

    settle(field) {
      if (field === undefined) for (const each of [...this.questions.keys()]) this.settle(each);
      const slot = this.slots.get(field);
      if (!slot?.sent?.held) return;
      const question = this.question(field);
      clearTimeout(question.timer);
      Object.assign(question, { timer: null, asked: question.asked && [...question.asked, ...question.noticed] });
      this.release(slot); // the newest words are what the person sees
      if (slot.waiting.length) {
        this.pump(field);
        return;
      }
      delete slot.sent.held;
      slot.sent.settled = true;
      slot.sent.since = now();
      this.transmit(slot.sent);
      this.changed();
    },

    // The window may be closed for good: whoever leaves is not asked, since what is held would go with the window.
    leave() {
      for (const [field, slot] of this.slots) {
        this.release(slot);
        this.question(field).asked = null;
        if (slot.sent?.held) this.settle(field);
        else if (slot.sent) this.transmit(slot.sent); // it may be held as we leave, and nobody would hear of it
      }
      this.flush();
    },

    answered(field) {
      clearTimeout(this.questions.get(field)?.timer);
      this.questions.delete(field);
    },
  };
})();
