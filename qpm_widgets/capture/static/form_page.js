// What pages with forms share: asking the kit with patience, saying what came of it, and where the keyboard is.
//
// A page has `root`, `link`, `words`, `prefix` (of its fields' ids), `status` (the line that is announced) and `draw()`.

const FormPage = (() => {
  const PATIENCE = 2000; // ms until the page says that saving takes long

  return class {
    // `working` is said at once of what takes long.
    async ask(name, args, working) {
      Object.assign(this, { busy: true, problem: null, refusal: "" });
      this.say(working ?? this.words.saving);
      const slow = setTimeout(() => !working && this.say(this.words.slow), PATIENCE);
      try {
        const answer = await this.link.do(name, args, Boolean(working));
        this.answered(answer);
        return answer;
      } catch (error) {
        this.refusal = error.code ?? "";
        this.problem = fill(this.words.not_saved, { sentence: error.late ? this.words.no_answer : error.message });
        this.say("");
        return null;
      } finally {
        clearTimeout(slow);
        this.busy = false;
      }
    }

    // An entry's id stands for one text. A form that was sent and had no answer may be recorded all the same: changed since,
    // it goes as a further entry, which says what it follows.
    async send(name, values, message) {
      if (values.sent && values.sent !== JSON.stringify(message(values))) {
        values.earlier = [...(values.earlier ?? []), values.entry_id];
        values.entry_id = this.link.newId();
      }
      const sent = message(values);
      const answer = await this.ask(name, { ...sent, earlier: values.earlier });
      values.sent = answer || !values.entry_id ? null : JSON.stringify(sent);
      return answer;
    }

    say(sentence, isDone = false) {
      this.status.textContent = sentence;
      this.status.classList.toggle("qpm-done", isDone);
    }

    answered() {}

    // What was filled in is kept nowhere, so that is asked first.
    async goBack() {
      const { leave: words } = this.words;
      const go = !this.values.typed || (await askFirst(this, words.title, [words.text], words.go, words.stay));
      if (go) this.leaveForm();
    }

    // What a form of the page has to do when somebody goes on writing in it: nothing, as a rule.
    stopWaiting() {}

    focus(name) {
      const found = this.root.querySelector(`#${CSS.escape(`${this.prefix}-${name}`)}`);
      found?.focus();
      found?.scrollIntoView({ block: "nearest" });
    }
  };
})();

// A question before something is done that cannot be undone. Escape, and "no", are one answer.
function askFirst(page, title, sentences, yes, no) {
  return new Promise((resolve) => {
    const close = (answer) => () => {
      box.returnValue = answer;
      box.close();
    };
    const box = dialog("qpm-ask", title, sentences.map((sentence) => h("p", {}, sentence)), h("p", { class: "qpm-actions" },
      h("button", { type: "button", class: "qpm-main", onclick: close("") }, no),
      h("button", { type: "button", onclick: close("yes") }, yes)));
    box.addEventListener("close", () => {
      box.remove();
      resolve(box.returnValue === "yes");
    });
    page.root.append(box);
    box.showModal();
  });
}
