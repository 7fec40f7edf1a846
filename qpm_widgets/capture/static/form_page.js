// What pages with forms share: asking the kit with patience, saying what came of it, and where the keyboard is.
//
// A page has `root`, `link`, `words`, `prefix` (of its fields' ids), `status` (the line that is announced) and `draw()`.

const FormPage = (() => {
  const PATIENCE = 2000; // ms until the page says that saving takes long

  return class {
    // `working` is said at once of what takes long.
    async ask(name, args, working) {
      Object.assign(this, { busy: true, problem: null });
      this.say(working ?? this.words.saving);
      const slow = setTimeout(() => !working && this.say(this.words.slow), PATIENCE);
      try {
        const answer = await this.link.do(name, args, Boolean(working));
        this.answered(answer);
        return answer;
      } catch (error) {
        this.problem = fill(this.words.not_saved, { sentence: error.late ? this.words.no_answer : error.message });
        this.say("");
        return null;
      } finally {
        clearTimeout(slow);
        this.busy = false;
      }
    }

    say(sentence, isDone = false) {
      this.status.textContent = sentence;
      this.status.classList.toggle("qpm-done", isDone);
    }

    answered() {}

    // What a form of the page has to do when somebody goes on writing in it: nothing, as a rule.
    stopWaiting() {}

    focus(name) {
      const found = this.root.querySelector(`#${CSS.escape(`${this.prefix}-${name}`)}`);
      found?.focus();
      found?.scrollIntoView({ block: "nearest" });
    }
  };
})();
