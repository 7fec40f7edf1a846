// What came of an erasure, and what people must do now: on the page where it was done, and on the desk that finished it.
// `carried` is what erasing.py answers.

function erasedPart({ link, words: { erased: said, files } }, carried) {
  const { certificate, trouble, used, resting, names, accounts, outputs } = carried;
  const listed = (lines) => h("ul", { class: "qpm-paths" }, lines.map((line) => h("li", {}, h("code", {}, line))));
  return [
    certificate
      ? [h("p", {}, said.certificate), writtenFiles(link, files, [certificate])]
      : h("p", { class: "qpm-banner qpm-bad", role: "alert" }, fill(said.no_certificate, { trouble })),
    used.length
      ? [h("p", {}, used.every(({ certain }) => certain) ? said.destroy : said.destroy_maybe), listed(used.flatMap(({ files }) => files)),
        renderAgain(link, said, files, used.map(({ again }) => again))]
      : h("p", {}, fill(said.none, { outputs })),
    resting > 0 && h("p", {}, countWords(said.resting_one, said.resting_many, resting)),
    names && h("p", {}, said.names),
    accounts.length > 0 && h("p", {}, fill(said.accounts, { ids: accounts.join(", ") })),
    h("p", { class: "qpm-hint" }, said.rest),
  ].flat(2);
}

// The reports that used what was erased, rendered anew without it; each once.
function renderAgain(link, said, files, reports) {
  const each = [...new Map(reports.map((report) => [JSON.stringify(report), report])).values()];
  const told = h("p", { class: "qpm-hint", role: "status" });
  const made = h("div");
  const button = h("button", { type: "button", onclick: async () => {
    button.disabled = true;
    told.textContent = said.rendering;
    const paths = [];
    try {
      let nameless = false;
      for (const report of each) {
        const rendered = await link.do("render_again", report, true);
        paths.push(...rendered.files);
        nameless ||= rendered.nameless;
      }
      told.textContent = [said.rendered, nameless && said.nameless].filter(Boolean).join(" ");
      button.remove();
    } catch (error) {
      told.textContent = error.message;
      button.disabled = false;
    }
    made.replaceChildren(...(paths.length ? writtenFiles(link, files, paths) : []));
    if (paths.length) made.querySelector("button")?.focus();
    else button.focus();
  } }, said.render_again);
  return h("div", {}, button, told, made);
}
