// What is said before consent because of how people meet: read out, ticked for oneself, not recorded.

function modesPart(page) {
  const { words, view } = page;
  const ticked = (page.memory.saidBefore ??= {});
  return view.modes.map(({ id, say }) => h("section", {
    class: "qpm-card qpm-mode qpm-beginning", "aria-labelledby": page.id(`mode-${id}`),
  }, h("h2", { id: page.id(`mode-${id}`) }, words.modes[id].title), h("p", { class: "qpm-hint" }, words.modes[id].intro),
    h("ul", {}, say.map((wording, at) => {
      const name = `${id}-${at}`;
      const box = h("input", { type: "checkbox", id: page.id(`said-${name}`), onchange: () => { ticked[name] = box.checked; } });
      box.checked = Boolean(ticked[name]);
      return h("li", {}, h("label", { class: "qpm-check" }, box, page.spoken("span", wording)));
    }))));
}
