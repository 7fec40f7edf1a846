// Evidence on the findings sheet: one piece, lists of pieces to tick, and which kinds of source they come from.

const evidenceParts = (() => {
  const labelOf = (list, id) => list.find((item) => item.id === id)?.label ?? id;

  // "advocate and person supported", in the scheme's order
  function sources(page, codes) {
    return page.join(page.scales.sources.filter(({ code }) => codes.includes(code)).map(({ label }) => label));
  }

  const sourcesOf = (page, cites) =>
    [...new Set(cites.map((id) => page.pieces.get(id)?.source).filter(Boolean))];

  const source = (page, piece) => page.scales.sources.find(({ code }) => code === piece.source)?.label ?? piece.source;

  function words(page, piece) {
    const { words: { evidence: said }, scales } = page;
    if (piece.part === "mark") return [h("p", { class: "qpm-hint" }, said.mark_only)];
    if (piece.part === "quote") {
      return [
        h("blockquote", { lang: piece.language, dir: piece.direction }, `“${piece.text}”`),
        piece.translation && h("p", { class: "qpm-hint" }, fill(said.translation, { text: piece.translation })),
        h("p", { class: "qpm-hint" }, [
          labelOf(scales.grades, piece.grade),
          piece.speaker !== "respondent" && fill(said.spoken_by, { speaker: labelOf(scales.speakers, piece.speaker) }),
          piece.said_in && fill(said.said_in, { language: piece.said_in }),
          piece.from_paper && said.from_paper,
          !piece.quotable && said.quotable_not,
        ].filter(Boolean).join(" · ")),
      ];
    }
    return [h("p", { class: "qpm-words" }, piece.label && h("strong", {}, `${piece.label}: `), piece.text),
      piece.from_paper && h("p", { class: "qpm-hint" }, capital(said.from_paper))];
  }

  function mark(page, piece, indicator) {
    const { words: { evidence: said }, scales } = page;
    const found = piece.marks[indicator];
    if (!found) return h("span", { class: "qpm-bearing" }, said.unweighed);
    const parts = [labelOf(scales.bearings, found.bearing), found.strength && labelOf(scales.strengths, found.strength)];
    return h("span", { class: `qpm-bearing qpm-${found.bearing}` }, parts.filter(Boolean).join(" · "));
  }

  // One piece with its tick. `indicator`: whose mark is shown; null shows none, and the words shortened.
  function piece(page, given, { stem, indicator, ticked, changed, pick }) {
    const { words: { evidence: said } } = page;
    const id = `${stem}-${given.name.replaceAll(".", "-")}-${given.id.slice(-4)}`;
    const tick = h("input", {
      type: "checkbox", id, checked: ticked, "aria-describedby": `${id}-words`, onchange: () => pick(given.id, tick.checked),
    });
    return h("li", { class: "qpm-piece" }, tick, h("div", {},
      h("p", { class: "qpm-about" },
        h("label", { for: id }, fill(said.about, { id: given.name, source: source(page, given) })),
        indicator && mark(page, given, indicator)),
      h("p", { class: "qpm-hint" }, given.question.startsWith("own-") ? fill(given.subject.startsWith("interview:") ? said.own : said.own_scene, given) : given.question ? given.asked : said.unfiled),
      h("div", { id: `${id}-words` }, words(page, given)),
      changed && h("p", { class: "qpm-changed" }, said.changed),
      given.conflict && h("p", { class: "qpm-changed" }, said.conflict)));
  }

  const touches = (given, indicator) =>
    indicator in given.marks || (given.indicators.includes(indicator) && !Object.keys(given.marks).length);

  // The evidence on one indicator: those who should know first, what was lived before what is claimed.
  function onIndicator(page, indicator) {
    const order = (list, key, value) => {
      const place = list.findIndex((item) => item[key] === value);
      return place < 0 ? list.length : place;
    };
    const rank = (given) => {
      const found = given.marks[indicator];
      return [
        found?.bearing === "not_explored" ? 2 : found ? 0 : 1,
        order(page.scales.sources, "code", given.source),
        order(page.scales.strengths, "id", found?.strength),
      ];
    };
    const compare = (one, other) => {
      const [left, right] = [rank(one), rank(other)];
      const at = left.findIndex((value, place) => value !== right[place]);
      return at < 0 ? 0 : left[at] - right[at];
    };
    return page.recorded.pieces.filter((given) => touches(given, indicator)).sort(compare);
  }

  const weighs = (given, indicator) => (given.marks[indicator]?.bearing ?? "not_explored") !== "not_explored";

  return { sources, sourcesOf, piece, onIndicator, weighs, touches };
})();
