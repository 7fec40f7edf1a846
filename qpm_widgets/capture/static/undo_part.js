// Undo and redo of a page that is not an interview: two buttons, and their keys wherever no box has the caret. The trail itself
// is in edit_trail.js; a page has `root` and `prefix` and says what turning back is.

class UndoPart {
  constructor(page, said) {
    Object.assign(this, { page, said, off: new AbortController() });
    const button = (name, shortcut, again, label, rest) => h("button", {
      type: "button", id: `${page.prefix}-${name}`, "aria-keyshortcuts": shortcut, onclick: () => this.turn(again),
    }, label, h("span", { class: "qpm-hidden" }, ` ${rest}`));
    this.buttons = [button("undo", "Control+Z", false, said.button, said.button_rest),
      button("redo", "Control+Y", true, said.button_again, said.button_again_rest)];
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

  async turn(again) {
    if (this.isAsking) return; // a second press, before the first is done
    const together = nextEdits(this.page.memory, again);
    if (!together.length) {
      this.show(again ? this.said.nothing_again : this.said.nothing);
      return;
    }
    this.isAsking = true;
    try {
      await this.turnThese(together, again);
    } finally {
      this.isAsking = false;
    }
  }
}
