// The findings of one standard: cards of what is written, and the editor in which one is written.

class FindingsPart {
  constructor(page, standard) {
    Object.assign(this, { page, standard, stem: `${page.prefix}-findings` });
    this.node = h("section", { class: "qpm-findings", "aria-labelledby": `${this.stem}-heading` });
    this.draw();
  }

  get words() {
    return this.page.words.finding;
  }

  // `name` is the finding's id; a new one gets its id before it has a word.
  edit(name) {
    this.page.memory.editing = name;
    this.page.memory.asking = null;
    this.fault = null;
    this.draw();
    this.focus("text");
  }

  add() {
    const name = `f-${crypto.randomUUID()}`;
    this.page.memory.fresh = { name, standard: this.standard.id };
    this.edit(name);
  }

  focus(what) {
    this.page.root.querySelector(`#${CSS.escape(`${this.stem}-${what}`)}`)?.focus();
  }

  draw() {
    const { page, words, stem } = this;
    const { editing, fresh } = page.memory;
    const findings = page.findingsOn(this.standard.id);
    const isNew = fresh?.name === editing && fresh?.standard === this.standard.id && !findings.some(({ name }) => name === editing);
    const kinds = page.scales.kinds.map((kind) => ({ kind, listed: findings.filter((one) => one.kind === kind.id) }));
    this.editor = null;
    this.cards = [];
    this.node.replaceChildren(
      h("div", { class: "qpm-listhead" },
        h("div", {}, h("h3", { id: `${stem}-heading`, tabindex: "-1" }, words.heading), h("p", { class: "qpm-hint" }, words.intro)),
        !isNew && h("button", { type: "button", class: "qpm-main", id: `${stem}-add`, onclick: () => this.add() }, words.add)),
      isNew ? this.drawEditor({ name: editing, kind: page.scales.kinds[0].id, text: "", cites: [] }, words.heading_new) : "",
      findings.length || isNew ? "" : h("p", { class: "qpm-empty" }, words.none),
      h("ol", { class: "qpm-cards" }, kinds.map(({ kind, listed }) => listed.map((finding, place) => h("li", {},
        finding.name === editing ? this.drawEditor(finding, words.heading_change) : this.drawCard(finding, kind, listed, place))))));
    if (this.editor) page.showNoticed(this.editor.field);
  }

  update() {
    for (const [node, field] of this.cards) this.page.showState(node, field);
    this.editor?.update();
  }

  // ---- a card

  drawCard(finding, kind, listed, place) {
    const { page, words, stem } = this;
    const start = finding.text.trim().slice(0, 60);
    const field = `finding:${finding.name}`;
    const state = h("p", { class: "qpm-state" });
    this.cards.push([state, field]);
    page.showState(state, field);
    const act = (name, label, action) => h("button", {
      type: "button", class: "qpm-quiet", id: `${stem}-${name}-${finding.name}`, "aria-label": fill(words[`${label}_name`], { start }),
      onclick: action,
    }, words[label]);
    const names = finding.cites.map((id) => page.pieces.get(id)?.name).filter(Boolean);
    return h("article", { class: `qpm-card qpm-finding qpm-kind-${kind.id}` },
      h("p", { class: "qpm-kind" }, kind.label),
      h("p", { class: "qpm-words", dir: "auto" }, finding.text),
      h("p", { class: "qpm-hint" }, names.length ? fill(words.rests, { ids: page.join(names) }) : ""),
      !names.length && finding.gone?.length > 0 && h("p", { class: "qpm-banner qpm-warn" }, words.rests_nothing),
      names.length > 0 && finding.gone?.length > 0 && h("p", { class: "qpm-banner qpm-warn" },
        countWords(page.words.evidence.gone_one, page.words.evidence.gone_many, finding.gone.length)),
      names.length > 0 && page.whyReadAgain(field) && h("p", { class: "qpm-banner qpm-warn" },
        page.words.evidence[page.whyReadAgain(field)], " ", fill(words.read_again, words)),
      finding.others?.map((other) => h("p", { class: "qpm-banner qpm-warn" }, fill(words.conflict, other))),
      page.memory.asking === finding.name ? this.ask("remove", () => this.takeBack(finding), `remove-${finding.name}`)
        : h("div", { class: "qpm-actions" }, state,
          place > 0 && act("up", "up", () => this.moveUp(listed, place)),
          act("change", "change", () => this.edit(finding.name)),
          page.trail.versionsButton(field),
          act("remove", "remove", () => {
            page.memory.asking = finding.name;
            this.draw();
            this.focus("remove-yes");
          })));
  }

  // A question with two answers, in place of the buttons that led to it.
  ask(name, yes, back) {
    const { words, stem } = this;
    return h("div", { class: "qpm-ask", role: "group", "aria-labelledby": `${stem}-${name}-sure` },
      h("p", { id: `${stem}-${name}-sure` }, words[`${name}_sure`]),
      h("div", { class: "qpm-actions" },
        h("button", { type: "button", class: "qpm-danger", id: `${stem}-${name}-yes`, onclick: yes }, words[`${name}_yes`]),
        h("button", {
          type: "button", onclick: () => {
            this.page.memory.asking = null;
            this.draw();
            this.focus(back);
          },
        }, words[`${name}_no`])));
  }

  payload({ kind, text, cites, order, kept }) {
    return { standard: this.standard.id, kind, text, cites, order: order ?? 0, ...(kept && { kept }) };
  }

  moveUp(listed, place) {
    const moved = [...listed];
    [moved[place - 1], moved[place]] = [moved[place], moved[place - 1]];
    this.page.trail.asOne(() => moved.forEach((finding, order) => {
      // Moving is not reading: what is gone stays cited, so that reports wait until it was read again.
      const cites = [...new Set([...finding.cites, ...(finding.gone ?? [])])];
      if (finding.order !== order) this.page.change(`finding:${finding.name}`, this.payload({ ...finding, cites, order }), true);
    }));
    this.draw();
    this.focus(`change-${listed[place].name}`);
  }

  takeBack(finding) {
    const field = `finding:${finding.name}`;
    this.page.memory.asking = null;
    if (this.page.isRecorded(field)) {
      // What it rested on may be gone; the mark that takes it back has to cite something all the same.
      const cites = finding.cites.length ? finding.cites : finding.all_cites;
      this.page.change(field, this.payload({ ...finding, cites, text: "" }), true);
    } else {
      this.page.forget(field);
    }
    this.draw();
    this.focus("heading");
  }

  // ---- the editor

  drawEditor(finding, heading) {
    this.editor = new FindingEditor(this, finding, heading);
    return this.editor.node;
  }

  close() {
    const { editing } = this.page.memory;
    Object.assign(this.page.memory, { editing: null, fresh: null, asking: null });
    this.draw();
    this.page.drawNav();
    this.focus(this.page.root.querySelector(`#${CSS.escape(`${this.stem}-change-${editing}`)}`) ? `change-${editing}` : "heading");
  }
}

class FindingEditor {
  constructor(part, finding, heading) {
    const { page, stem, words } = part;
    Object.assign(this, { part, page, stem, words, field: `finding:${finding.name}` });
    this.readAgain = Boolean(page.whyReadAgain(this.field)); // then saving says so, also without a change
    const cites = finding.cites.filter((id) => !finding.gone?.includes(id));
    this.values = { ...finding, cites, order: finding.order ?? page.findingsOn(part.standard.id).length };
    this.state = h("p", { class: "qpm-state" });
    this.fault = h("div", { role: "alert" });
    this.ticked = h("span", { class: "qpm-hint" });
    const text = h("textarea", {
      id: `${stem}-text`, rows: 4, dir: "auto", "aria-describedby": `${stem}-text-hint`,
      value: this.values.text, oninput: () => this.change({ text: text.value }, false, unfinished(text)), onblur: page.leave,
    });
    this.foot = h("div", {});
    this.node = h("form", {
      class: "qpm-card qpm-editor", novalidate: true, "aria-label": heading,
      onsubmit: (event) => {
        event.preventDefault();
        this.save();
      },
    },
    h("h4", {}, heading),
    h("fieldset", {}, h("legend", {}, words.kind), h("div", { class: "qpm-levels" }, page.scales.kinds.map(({ id, label }) => {
      const radio = h("input", {
        type: "radio", id: `${stem}-kind-${id}`, name: `${stem}-kind`, checked: this.values.kind === id,
        onchange: () => this.change({ kind: id }, true),
      });
      return h("label", {}, radio, h("span", {}, label));
    }))),
    h("div", { class: "qpm-text", "data-field": this.field }, h("label", { for: `${stem}-text` }, words.text), text,
      h("p", { class: "qpm-hint", id: `${stem}-text-hint` }, words.text_hint)),
    this.drawCites(), this.fault, this.foot);
    this.drawFoot();
    this.update();
  }

  drawFoot() {
    const { part, words, stem, page } = this;
    if (page.memory.asking === "discard") {
      this.foot.replaceChildren(part.ask("discard", () => {
        page.forget(this.field);
        part.close();
      }, "text"));
      return;
    }
    this.foot.replaceChildren(h("div", { class: "qpm-actions" },
      h("button", { type: "submit", class: "qpm-main", id: `${stem}-close` }, words.close),
      h("button", { type: "button", id: `${stem}-discard`, onclick: () => this.discard() }, words.discard), this.state));
  }

  drawCites() {
    const { page, stem, words } = this;
    this.list = h("div", { class: "qpm-citelist", id: `${stem}-list` });
    const search = h("input", {
      type: "search", id: `${stem}-filter`, value: page.memory.filter ?? "",
      oninput: () => {
        page.memory.filter = search.value;
        this.drawList();
      },
    });
    const everywhere = h("input", {
      type: "checkbox", id: `${stem}-everywhere`, checked: page.memory.everywhere,
      onchange: () => {
        page.memory.everywhere = everywhere.checked;
        this.drawList();
      },
    });
    this.drawList();
    return h("fieldset", { class: "qpm-cites", id: `${stem}-cites`, tabindex: "-1" },
      h("legend", {}, words.cites, " ", this.ticked),
      h("div", { class: "qpm-narrow" },
        h("div", {}, h("label", { for: `${stem}-filter` }, words.filter), search),
        h("label", { class: "qpm-tick" }, everywhere, h("span", {}, words.everywhere))),
      this.list);
  }

  drawList() {
    const { page, part: { standard }, stem, words } = this;
    const sought = (page.memory.filter ?? "").trim().toLowerCase();
    const here = (piece) => page.memory.everywhere || !piece.question || piece.standard === standard.id
      || standard.indicators.some((id) => evidenceParts.touches(piece, id));
    const found = (piece) => !sought
      || [piece.name, piece.text, piece.translation, piece.asked].some((text) => text?.toLowerCase().includes(sought));
    const shown = page.recorded.pieces.filter((piece) => this.values.cites.includes(piece.id) || (here(piece) && found(piece)));
    const none = page.recorded.pieces.length ? words.no_match : words.no_evidence;
    const listed = (pieces) => h("ul", { class: "qpm-pieces" }, pieces.map((piece) => evidenceParts.piece(page, piece, {
      stem: `${stem}-cite`, indicator: null, ticked: this.values.cites.includes(piece.id), changed: false,
      pick: (id, ticked) => {
        const rest = this.values.cites.filter((one) => one !== id);
        this.change({ cites: ticked ? [...rest, id] : rest }, true);
      },
    })));
    // Quick notes that nobody filed may belong to any standard.
    const filed = shown.filter((piece) => piece.question);
    const unfiled = shown.filter((piece) => !piece.question);
    this.list.replaceChildren(...[
      filed.length > 0 && listed(filed),
      unfiled.length > 0 && h("h5", {}, words.unfiled), unfiled.length > 0 && listed(unfiled),
      !shown.length && h("p", { class: "qpm-hint" }, none),
    ].filter(Boolean));
  }

  // Kept from the first word on, also without a tick: the journal refuses it then, and the page keeps it and says so.
  change(part, now, pending) {
    Object.assign(this.values, part);
    this.fault.replaceChildren();
    if (this.values.text.trim()) this.page.change(this.field, this.part.payload(this.values), now, pending);
    this.update();
  }

  update() {
    const { page, words, values } = this;
    const count = values.cites.length;
    this.ticked.textContent = count ? countWords(words.ticked_one, words.ticked_many, count) : words.ticked_none;
    page.showState(this.state, this.field);
    if (!values.text.trim() && page.value(this.field)) this.state.textContent = words.waiting_text;
    if (this.closing && page.isSaved(this.field)) this.part.close();
  }

  complain(sentence, place) {
    this.fault.replaceChildren(h("p", { class: "qpm-banner qpm-bad" }, sentence));
    this.part.focus(place);
  }

  save() {
    const { values, words, page } = this;
    if (!values.text.trim()) this.complain(words.needs_text, "text");
    else if (!values.cites.length) this.complain(words.needs_cites, "cites");
    else if (page.isSaved(this.field) && !this.readAgain) this.part.close();
    else {
      this.closing = true; // closes with the receipt
      if (page.isHeld(this.field)) page.link.settle(this.field); // asked about, and seen
      else page.change(this.field, this.part.payload(values), true);
      page.showState(this.state, this.field);
    }
  }

  discard() {
    const { page, values, field } = this;
    // Nothing is lost by closing if the journal has all of it, or if there is not a word.
    const differs = page.value(field)?.text !== values.text && values.text.trim();
    if (!differs && (page.isSaved(field) || !page.value(field))) {
      this.part.close();
      return;
    }
    page.memory.asking = "discard";
    this.drawFoot();
    this.part.focus("discard-yes");
  }
}
