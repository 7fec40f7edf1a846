// The foot of the desk: practising, making pages anew, and locking the kit. What is said of it is announced, and stands until
// the next.

// A button that does something of the desk's and says how that went.
function careButton(desk, { id, label, title, working, act, kind = "qpm-quiet" }) {
  const button = h("button", { type: "button", id: `desk-${id}`, class: kind, title, onclick: async () => {
    desk.say(working);
    button.disabled = true;
    try {
      desk.say((await act()) ?? "");
    } catch (error) {
      desk.say(error.message);
    }
    button.disabled = false;
    if (desk.form) return; // the focus is in it
    (desk.root.querySelector(`#${button.id}`) ?? desk.root.querySelector("h1")).focus();
  } }, label);
  return button;
}

// What somebody typed into a page goes when it is made anew, so that is said first; which words they are is not.
async function mayRepair(desk) {
  const { repair: words } = desk.words;
  const { typed } = await desk.link.do("find_typed", {}, true);
  const pages = Object.entries(typed).map(([path, pieces]) => fill(
    words[pieces === null ? "typed_unread" : pieces === 1 ? "typed_one" : "typed_many"], { page: path.replace(/\.ipynb$/, ""), count: pieces }));
  if (!pages.length) return true;
  return askFirst(desk, words.typed_title, [fill(words.typed, { pages: listWords(pages, desk.words) }), words.typed_lost], words.typed_go, words.typed_leave);
}

// Accounts of harm that nobody has confirmed as handed over. What is in no file yet cannot have reached anybody. In practice
// nobody is to have anything, and nobody knows the passphrase.
function waitingAccounts(desk, waiting, isPractice) {
  const { words } = desk;
  const ids = listWords(waiting.map(({ id }) => id), words);
  return h("div", { class: "qpm-banner qpm-bad qpm-desk-erased", id: "desk-waiting", role: "group", "aria-label": words.has_it.group },
    h("p", {}, fill(words[isPractice ? "waiting_practice" : "waiting_accounts"], { ids })),
    !isPractice && [h("ol", {}, Object.values(words.waiting_steps).map((step) => h("li", {}, step))), waiting.map((one) => waitingAccount(desk, one))]);
}

function waitingAccount(desk, { id, written, files }) {
  const { words } = desk;
  const { has_it: said } = words;
  const send = h("button", { type: "button", id: `desk-send-${id}`, onclick: () => key.click() }, fill(said.send, { id }));
  const key = h("input", { type: "file", accept: ".pub,.txt", id: `desk-key-${id}`, "aria-label": fill(said.key, { id }), hidden: true, onchange: async () => {
    const [chosen] = key.files;
    key.value = ""; // the same file may be chosen again
    if (!chosen) return;
    try {
      desk.say(said.working);
      await writeAccount(desk, { id, key: await chosen.slice(0, LARGEST_KEY).text() });
    } catch (error) {
      desk.say(error.message);
      send.focus();
    }
  } });
  return h("form", { class: "qpm-desk-erased", onsubmit: (event) => event.preventDefault() },
    files.length > 0 && [h("p", {}, fill(said.files, { id })), writtenFiles(desk.link, words.files, files)],
    h("div", { class: "qpm-desk-do" },
      careButton(desk, { id: `print-${id}`, kind: "", label: fill(said.print, { id }), working: said.working, act: () => writeAccount(desk, { id }) }),
      send, key,
      written && careButton(desk, { id: `has-it-${id}`, kind: "", label: fill(said.button, { id }), working: "", act: () => confirmHandedOver(desk, id) })));
}

const LARGEST_KEY = 10_000; // bytes; the file of a key has a few hundred

// The passphrase is typed on a page of its own, which no kernel serves.
async function writeAccount(desk, asked) {
  const { address } = await desk.link.do("write_account", asked, true);
  location.assign(address);
  return desk.words.has_it.working;
}

async function confirmHandedOver(desk, id) {
  const { words, words: { has_it: said } } = desk;
  if (!(await askFirst(desk, fill(said.title, { id }), [said.sure, said.after], said.yes, said.no))) return said.left;
  const { situation, left } = await desk.link.do("handed_over", { id });
  desk.show(situation);
  return [fill(said.done, { id }), stillThere(words, left)].filter(Boolean).join(" ");
}

const stillThere = (words, left) => left.length > 0 && fill(words.has_it.still_there, { files: listWords(left, words) });

// What was written from an account that waits no more: a file that was open elsewhere when it was to go, or was put back.
function leftFiles(desk, lying) {
  const { words, words: { left_files: said } } = desk;
  const remove = (id) => careButton(desk, {
    id: `delete-${id}`, kind: "", label: fill(said.button, { id }), working: "", act: async () => {
      const { situation, left } = await desk.link.do("delete_files", { id }, true);
      desk.show(situation);
      return stillThere(words, left) || fill(said.done, { id });
    },
  });
  return h("div", { class: "qpm-banner qpm-bad qpm-desk-erased", id: "desk-left-files", role: "group", "aria-label": said.group },
    lying.map(({ id, files }) => [h("p", {}, fill(said.intro, { id })), writtenFiles(desk.link, words.files, files), remove(id)]));
}

// What the lead has is no business of this kit's any more, once the lead says that it is kept where it belongs.
function handedOver(desk, ids) {
  const { words, words: { handed_over: said } } = desk;
  const erase = (id) => careButton(desk, {
    id: `erase-${id}`, kind: "", label: fill(said.button, { id }), working: "", act: async () => {
      if (!(await askFirst(desk, fill(said.title, { id }), [said.sure, said.after], said.yes, said.no))) return said.left;
      const { situation, left } = await desk.link.do("erase_account", { id }, true);
      desk.show(situation);
      return [fill(said.done, { id }), stillThere(words, left)].filter(Boolean).join(" ");
    },
  });
  return h("div", { class: "qpm-card qpm-desk-erased", role: "group", "aria-label": said.group },
    h("p", {}, fill(said.intro, { ids: listWords(ids, words) })), h("div", { class: "qpm-desk-do" }, ids.map(erase)));
}

function repairButton(desk) {
  const { words } = desk;
  return careButton(desk, {
    id: "repair", label: words.repair.button, title: words.repair.hint, working: words.repair.working,
    act: async () => {
      if (!(await mayRepair(desk))) return words.repair.left;
      const { repair, situation } = await desk.link.do("repair", {}, true);
      tellReplaced([...repair.made, ...repair.replaced]);
      desk.show(situation);
      const told = Object.entries(repair).filter(([, paths]) => paths.length)
        .map(([what, paths]) => fill(words.repair[what], { pages: listWords(paths.map((path) => path.replace(/\.ipynb$/, "")), words) }));
      return told.join(" ") || words.repair.sound;
    },
  });
}

function lockButton(desk) {
  const { lock } = desk.words;
  return careButton(desk, {
    id: "lock", label: lock.button, title: lock.hint, working: lock.working, act: async () => {
      await desk.link.do("lock");
      return lock.working;
    },
  });
}

// ---- practising, in a kit of its own

// A practice visit that cannot be opened any more is erased only at a person's word.
async function practise(desk, words) {
  try {
    return await goOn(desk, "practise", words.getting);
  } catch (error) {
    if (error.code !== "CAPTURE-006") throw error;
    if (!(await askFirst(desk, words.broken_title, [error.message, words.broken], words.broken_anew, words.broken_leave))) return words.broken_left;
    desk.say(words.getting);
    return goOn(desk, "practise", words.getting, { anew: true });
  }
}

// To another kit's desk, in this window, if that is open.
async function goOn(desk, name, meanwhile, args = {}) {
  const { address } = await desk.link.do(name, args, true);
  if (address) location.assign(address);
  return meanwhile;
}

function practiceNotice(desk) {
  const { practice: words } = desk.words;
  return h("div", { class: "qpm-banner qpm-warn qpm-desk-erased", role: "group", "aria-label": words.heading },
    h("p", {}, h("strong", {}, words.heading), ` ${words.here}`),
    careButton(desk, { id: "leave", label: words.leave, working: "", act: () => goOn(desk, "leave_practice", words.closed) }));
}

function practiseButtons(desk, isThere, kind) {
  const { practice: words } = desk.words;
  return [
    careButton(desk, {
      id: "practise", kind, label: words[isThere ? "go_on" : "begin"], working: words.getting, act: () => practise(desk, words),
    }),
    isThere && careButton(desk, {
      id: "erase-practice", label: words.erase, working: words.erasing, act: async () => {
        desk.show((await desk.link.do("erase_practice", {}, true)).situation);
        return words.erased;
      },
    }),
  ];
}
