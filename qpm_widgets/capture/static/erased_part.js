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
        h("p", {}, said.render_again), listed(used.map(({ again }) => again))]
      : h("p", {}, fill(said.none, { outputs })),
    resting > 0 && h("p", {}, countWords(said.resting_one, said.resting_many, resting)),
    names && h("p", {}, said.names),
    accounts.length > 0 && h("p", {}, fill(said.accounts, { ids: accounts.join(", ") })),
    h("p", { class: "qpm-hint" }, said.rest),
  ].flat(2);
}
