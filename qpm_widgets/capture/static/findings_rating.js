// One indicator of the findings sheet: its evidence, and the assessor's provisional rating with what it rests on.

// What a rating still wants before anyone else could follow it.
function ratingWants({ scales }, { level, rationale = "", cites = [] } = {}) {
  if (!level) return [];
  const nothingSeen = level === scales.levels.at(-1).id; // and so nothing to tick
  return [!rationale.trim() && "reason", !cites.length && !nothingSeen && "evidence"].filter(Boolean);
}

class IndicatorPart {
  constructor(page, id) {
    Object.assign(this, { page, id, field: `rating:${id}`, stem: `${page.prefix}-${id}` });
    this.facts = page.recorded.indicators[id];
    this.pieces = evidenceParts.onIndicator(page, id);
    this.node = h("details", {
      class: "qpm-indicator", id: this.stem, open: page.memory.open?.[id], ontoggle: () => {
        (page.memory.open ??= {})[id] = this.node.open;
        if (this.node.open) this.fill();
      },
    }, this.drawSummary());
    if (this.node.open) this.fill();
    this.update();
  }

  get words() {
    return this.page.words;
  }

  get value() {
    return { level: "", rationale: "", ...this.page.value(this.field), cites: this.page.value(this.field)?.cites ?? [] };
  }

  get wants() {
    return this.page.join(ratingWants(this.page, this.value).map((what) => this.words.rating[`wants_${what}`]));
  }

  change(part, now, pending) {
    const { level, rationale, cites, kept } = this.value;
    this.page.change(this.field, { level, rationale, cites, ...(kept && { kept }), ...part }, now, pending);
    this.update();
  }

  // ---- drawing: the summary at once, what is inside when it is first opened

  drawSummary() {
    this.level = h("span", { class: "qpm-level" });
    this.missing = h("small", { class: "qpm-missing" });
    // As in the coverage table: one question of one interview is one piece, however much was written there.
    const weighed = new Set(this.pieces.filter((piece) => evidenceParts.weighs(piece, this.id))
      .map(({ held, question }) => `${held}.${question}`)).size;
    const { indicator: words } = this.words;
    const count = weighed ? countWords(words.evidence_one, words.evidence_many, weighed) : words.evidence_none;
    return h("summary", {},
      h("span", { class: "qpm-code" }, this.id),
      h("span", { class: "qpm-statement" }, this.facts.text),
      h("span", { class: "qpm-end" }, this.level, this.missing, h("small", {}, count)));
  }

  fill() {
    if (this.filled) return;
    this.filled = true;
    this.node.append(h("div", { class: "qpm-weigh" }, this.drawEvidence(), this.drawRating()));
    this.page.showNoticed(this.field);
    this.update();
  }

  drawEvidence() {
    const { page, words: { indicator: words }, pieces, facts } = this;
    const recorded = page.recorded.ratings[this.id];
    const notSeen = page.scales.levels.at(-1).label;
    return h("section", { class: "qpm-evidence", "aria-labelledby": `${this.stem}-evidence` },
      h("h4", { id: `${this.stem}-evidence` }, words.evidence),
      page.drawVoices(facts),
      pieces.length ? h("p", { class: "qpm-hint" }, words.cite_hint) : h("p", {}, fill(words.nothing, { level: notSeen })),
      h("ul", { class: "qpm-pieces" }, pieces.map((piece) => evidenceParts.piece(page, piece, {
        stem: this.stem, indicator: this.id, ticked: this.value.cites.includes(piece.id),
        changed: recorded?.changed.includes(piece.id),
        pick: (id, ticked) => {
          const rest = this.value.cites.filter((one) => one !== id);
          this.change({ cites: ticked ? [...rest, id] : rest }, true);
        },
      }))),
      this.drawGaps());
  }

  // Where a question on this indicator had no answer, and why.
  drawGaps() {
    const { page, words: { indicator: words } } = this;
    const asked = new Set(page.questions.get(this.id) ?? []);
    const gaps = page.recorded.gaps.filter(({ question }) => asked.has(question));
    if (!gaps.length) return null;
    const present = page.scales.reasons.filter(({ id }) => gaps.some(({ reason }) => reason === id));
    const reasons = present.map(({ id, label }) => fill(words.no_answer_item, {
      ids: page.join([...new Set(gaps.filter(({ reason }) => reason === id).map(({ held }) => held))]),
      reason: label.toLowerCase(),
    }));
    return h("p", { class: "qpm-hint" }, fill(words.no_answer, { reasons: reasons.join("; ") }));
  }

  drawRating() {
    const { page, stem, words: { rating: words } } = this;
    this.chosen = h("p", { class: "qpm-hint", id: `${stem}-descriptor` });
    this.rests = h("p", {});
    this.confidence = h("p", { class: "qpm-hint" });
    this.thin = h("p", { class: "qpm-caution" });
    this.status = h("p", { class: "qpm-state" });
    const rationale = h("textarea", {
      id: `${stem}-rationale`, rows: 4, dir: "auto", "aria-describedby": `${stem}-rationale-hint`,
      value: this.value.rationale, oninput: () => this.change({ rationale: rationale.value }, false, unfinished(rationale)),
      onblur: page.leave,
    });
    const recorded = page.recorded.ratings[this.id];
    return h("form", { class: "qpm-rating", "aria-labelledby": `${stem}-rating`, onsubmit: (event) => event.preventDefault() },
      h("h4", { id: `${stem}-rating` }, words.heading),
      recorded?.others.map((other) => h("p", { class: "qpm-banner qpm-warn" }, fill(words.conflict, {
        level: page.labelOfLevel(other.level), rationale: other.rationale,
      }))),
      recorded?.gone.length > 0 && h("p", { class: "qpm-banner qpm-warn" },
        countWords(this.words.evidence.gone_one, this.words.evidence.gone_many, recorded.gone.length)),
      page.whyReadAgain(this.field) && this.drawReadAgain(page.whyReadAgain(this.field)),
      h("fieldset", { "aria-describedby": `${stem}-descriptor` }, h("legend", {}, words.level),
        h("div", { class: "qpm-levels" }, page.scales.levels.map(({ id, label }) => {
          const radio = h("input", {
            type: "radio", id: `${stem}-level-${id}`, name: `${stem}-level`, checked: this.value.level === id,
            onchange: () => this.change({ level: id }, true),
          });
          return h("label", {}, radio, h("span", {}, label));
        })), this.chosen),
      h("div", { class: "qpm-text", "data-field": this.field }, h("label", { for: `${stem}-rationale` }, words.rationale), rationale,
        h("p", { class: "qpm-hint", id: `${stem}-rationale-hint` }, words.rationale_hint)),
      h("div", { class: "qpm-grounds" }, this.rests, this.confidence, this.thin), this.status,
      page.trail.versionsButton(this.field));
  }

  // Until it is saved anew, no report prints the reason: it may repeat words that may not be used.
  drawReadAgain(why) {
    const { stem, words } = this;
    const banner = h("div", { class: "qpm-banner qpm-warn" }, h("p", {}, words.evidence[why]), h("button", {
      type: "button", id: `${stem}-read-again`, onclick: () => {
        this.change({}, true);
        banner.remove();
      },
    }, words.rating.read_again));
    return banner;
  }

  // ---- what changes while a person works

  update() {
    const { page, value, words: { rating: words } } = this;
    const level = page.scales.levels.find(({ id }) => id === value.level);
    this.level.textContent = level?.label ?? this.words.indicator.not_rated;
    this.level.className = `qpm-level qpm-level-${level?.id ?? "none"}`;
    this.level.classList.toggle("qpm-thin", Boolean(this.wants));
    this.missing.textContent = this.wants && fill(words.wants, { what: this.wants });
    if (!this.filled) return;
    this.chosen.textContent = level?.descriptor ?? "";
    const codes = evidenceParts.sourcesOf(page, value.cites);
    const labels = evidenceParts.sources(page, codes);
    this.rests.textContent = codes.length
      ? fill(codes.length === 1 ? words.rests_one : words.rests_many, { count: codes.length, labels }) : words.rests_none;
    const { confidence: rules } = page.scales;
    const reached = rules.findIndex(({ id }) => id === this.facts.confidence);
    const wanted = rules.findIndex(({ id }) => id === level?.needs_confidence);
    this.confidence.textContent = `${fill(words.confidence, { label: rules[reached].label.toLowerCase() })} ${rules[reached].descriptor}`;
    this.thin.textContent = wanted >= 0 && reached > wanted
      ? fill(words.wants_confidence, { level: level.label, wanted: rules[wanted].label.toLowerCase() }) : "";
    page.showState(this.status, this.field);
  }
}
