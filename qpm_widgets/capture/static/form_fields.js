// How forms are drawn: values in, native controls out, every fault beside its field.

const formFields = (() => {
  // A draughtsman for one form: knows its page, its values and how to make ids that no other page of the window has.
  // `values` are the form's, or those of one row of it; a row has a name that its fields' ids begin with.
  class Fields {
    constructor(page, values, row = "") {
      Object.assign(this, { page, values, row, words: page.words.form });
    }

    id(key) {
      return `${this.page.prefix}-${this.row && `${this.row}-`}${key}`;
    }

    // What a person did to a field. `then` works out what follows for other fields, which are drawn anew.
    set(key, value, then) {
      this.note(key, value);
      if (!then) return;
      then();
      this.page.followUp?.();
      this.page.draw();
    }

    // While a field is typed in, nothing around it is drawn anew: a press on "Save" must find its button where it was.
    note(key, value) {
      this.values[key] = value;
      this.values.typed = this.page.values.typed = true;
      this.page.stopWaiting();
      this.values.touched?.push(key);
      delete this.values.errors[key];
      this.page.root.querySelector(`#${CSS.escape(`${this.id(key)}-fault`)}`)?.remove();
      this.page.root.querySelector(`#${CSS.escape(this.id(key))}`)?.removeAttribute("aria-invalid");
    }

    show(key) {
      const control = this.page.root.querySelector(`#${CSS.escape(this.id(key))}`);
      if (control) control.value = this.values[key];
    }

    notes(key, hint) {
      const error = this.values.errors[key];
      return [
        hint && h("p", { class: "qpm-hint", id: `${this.id(key)}-hint` }, hint),
        error && h("p", { class: "qpm-fault", id: `${this.id(key)}-fault` }, error),
      ];
    }

    described(key, hint) {
      const error = this.values.errors[key];
      const ids = [hint && `${this.id(key)}-hint`, error && `${this.id(key)}-fault`].filter(Boolean);
      return { "aria-describedby": ids.join(" ") || null, "aria-invalid": error ? "true" : null };
    }

    wrap(key, label, hint, control, extra = "") {
      return h("div", { class: `qpm-field-box ${extra}`, "data-field": key },
        h("label", { for: this.id(key) }, label), control, ...this.notes(key, hint));
    }

    input(key, label, { type = "text", hint, then, extra, ...more } = {}) {
      const control = h("input", {
        id: this.id(key), type, value: this.values[key], ...this.described(key, hint), ...more,
        oninput: () => {
          this.note(key, control.value);
          then?.();
        },
      });
      return this.wrap(key, label, hint, control, extra);
    }

    area(key, label, { hint, rows = 3, ...more } = {}) {
      const control = h("textarea", {
        id: this.id(key), rows, ...this.described(key, hint), ...more, oninput: () => this.note(key, control.value),
      });
      control.value = this.values[key];
      return this.wrap(key, label, hint, control);
    }

    select(key, label, choices, { none, hint, then, disabled } = {}) {
      const control = h("select", {
        id: this.id(key), disabled, ...this.described(key, hint), onchange: () => this.set(key, control.value, then),
      }, none !== undefined && h("option", { value: "" }, none),
      choices.map(({ id, name, label: text }) => h("option", { value: id }, name ?? text)));
      control.value = this.values[key];
      return this.wrap(key, label, hint, control);
    }

    radios(key, legend, choices) {
      return h("fieldset", { class: "qpm-field-box" }, h("legend", {}, legend), h("div", { class: "qpm-choices" },
        choices.map(({ id, label }) => {
          const control = h("input", {
            type: "radio", id: `${this.id(key)}-${id}`, name: this.id(key), checked: this.values[key] === id,
            onchange: () => this.set(key, id),
          });
          return h("label", { class: "qpm-choice" }, control, h("span", {}, label));
        })));
    }

    // One tick of a list of codes (`item`), or of a yes or no (`item` undefined).
    tick(key, label, { item, type = "checkbox", then, note } = {}) {
      const listed = item !== undefined;
      const control = h("input", {
        type, id: listed ? `${this.id(key)}-${item}` : this.id(key), name: listed ? this.id(key) : null,
        checked: listed ? this.values[key].includes(item) : this.values[key],
        onchange: () => this.set(key, listed ? this.listWith(key, item, control) : control.checked, then),
      });
      return h("label", { class: "qpm-choice" }, control, h("span", {}, label, note && h("small", {}, ` ${note}`)));
    }

    listWith(key, item, control) {
      if (control.type === "radio") return [item];
      return control.checked ? [...this.values[key], item] : this.values[key].filter((one) => one !== item);
    }

    group(key, legend, hint, ...content) {
      return h("fieldset", { class: "qpm-field-box", id: this.id(key), tabindex: "-1", ...this.described(key, hint) },
        h("legend", {}, legend), ...this.notes(key, hint), ...content);
    }
  }

  const part = (legend, ...content) => h("fieldset", { class: "qpm-part" }, h("legend", {}, legend), ...content);
  const row = (...content) => h("div", { class: "qpm-row" }, ...content);

  // The form itself. `back` is what leaving it without saving is called; without it there is nowhere to go back to.
  function frame(page, { heading, intro, save, back, danger }, ...content) {
    return h("form", {
      class: "qpm-card qpm-form", novalidate: true, "aria-labelledby": `${page.prefix}-form`,
      onsubmit: (event) => {
        event.preventDefault();
        page.save();
      },
    },
    h("h2", { id: `${page.prefix}-form`, tabindex: "-1" }, heading),
    intro && h("p", { class: "qpm-lead" }, intro),
    ...content,
    page.problem && h("p", { class: "qpm-banner qpm-bad", role: "alert" }, page.problem),
    h("div", { class: "qpm-actions" },
      h("button", { class: danger ? "qpm-danger" : "qpm-main", type: "submit", id: `${page.prefix}-save` },
        save),
      back && h("button", { type: "button", onclick: () => page.goBack() }, back)));
  }

  return { Fields, part, row, frame };
})();
