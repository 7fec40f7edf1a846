// Documents that the kit wrote: each where it lies, with a button that has the system open it, to be read or printed.
// `words` is the wording of `files`. What is sealed for somebody else has no program to open it.
const OPENED = /\.(pdf|docx|ics)$/;

function writtenFiles(link, words, paths) {
  const told = h("p", { class: "qpm-hint", role: "status" });
  const one = (path) => {
    const open = h("button", { type: "button", "aria-label": fill(words.open_named, { name: path.split(/[\\/]/).at(-1) }), onclick: async () => {
      told.textContent = words.opening;
      try {
        await link.do("open_file", { path });
        told.textContent = words.opened;
      } catch (error) {
        told.textContent = error.message;
      }
    } }, words.open);
    return h("li", {}, h("code", {}, path), " ", OPENED.test(path) && open);
  };
  return [h("ul", { class: "qpm-paths" }, paths.map(one)), told];
}
