// Somebody tells of harm: the steps, the account in their words, and what the interview keeps of it.
//
// The account goes to a store of its own that no page can read again. What was typed in this window stays in its boxes until
// the page is left, so that a sentence can be put right; after that one can only add to it.

// As the journal takes it: letters, digits, - / and ., one space at most, and a digit among them.
const REFERENCE = /^(?=.{1,30}$)(?=.*[0-9])[A-Za-z0-9/.-]+( [A-Za-z0-9/.-]+)?$/;
const ACCOUNT_BOXES = ["said", "where", "wants", "done"];

function safeguardingDialog(page) {
  const said = page.words.safeguarding;
  const { visit } = page.view.plan;
  const reference = referencePart(page);
  const account = accountPart(page, reference);
  const box = dialog(page.id("safeguarding"), said.title,
    protocolSteps(said.steps, { ...page.view.plan, ring: visit.safeguarding,
      silent: visit.safeguarding.length ? [] : [noNumber(said.elsewhere, visit.title || visit.id, visit.page && toPlan(said.elsewhere, visit.page, () => box.close()))] }),
    account.node, reference.node,
    h("p", { class: "qpm-buttons" },
      h("button", { type: "button", class: "qpm-main", onclick: () => reference.record() && box.close() }, said.record),
      h("button", { type: "button", onclick: () => box.close() }, said.cancel)));
  box.addEventListener("close", () => page.link.flush());
  box.prepare = () => {
    account.prepare();
    reference.prepare();
  };
  return box;
}

// What the interview keeps: that the protocol was used, a reference, when.
function referencePart(page) {
  const said = page.words.safeguarding;
  const input = h("input", { type: "text", id: page.id("safeguarding-reference"), maxlength: "60",
    "aria-describedby": page.id("safeguarding-hint"), oninput: () => {
      input.setCustomValidity("");
      keepTyped();
    } });
  const typed = page.link.drafts().reference;
  let isTyped = Boolean(typed); // and not recorded yet: it stays until it is
  const usedAt = h("input", { type: "datetime-local", id: page.id("safeguarding-at"), oninput: () => keepTyped() });
  [input.value, usedAt.value] = typed ?? ["", ""];
  const keepTyped = () => {
    isTyped = true;
    page.link.draft("reference", [input.value, usedAt.value]);
  };
  const recorded = h("p", { class: "qpm-banner", hidden: true });
  const put = (text) => page.put("safeguarding", { reference: text, used_at: (usedAt.value ? new Date(usedAt.value) : new Date()).toISOString() });
  const prepare = () => {
    const before = page.values.safeguarding;
    recorded.hidden = !before;
    if (before) recorded.textContent = fill(said.recorded, { reference: before.reference, time: page.moment(before.used_at) });
    if (isTyped) return;
    input.value = before?.reference ?? "";
    const at = before ? new Date(before.used_at) : new Date();
    usedAt.value = new Date(at - at.getTimezoneOffset() * 60000).toISOString().slice(0, 16); // as the clock on the wall
  };
  return {
    prepare,
    node: h("section", { "aria-labelledby": page.id("safeguarding-reference-title") },
      h("h3", { id: page.id("safeguarding-reference-title") }, said.mark), recorded,
      h("div", { class: "qpm-pair" },
        h("p", {}, h("label", { for: input.id, class: "qpm-label" }, said.reference), input,
          h("span", { class: "qpm-hint", id: page.id("safeguarding-hint") }, said.reference_hint)),
        h("p", {}, h("label", { for: usedAt.id, class: "qpm-label" }, said.used_at), usedAt))),
    // True once it is on its way to the journal.
    record() {
      const text = input.value.trim();
      input.setCustomValidity(!text ? said.needed : REFERENCE.test(text) ? "" : said.no_reference);
      if (!input.reportValidity()) return false;
      put(text);
      isTyped = false;
      page.link.draft("reference", null);
      return true;
    },
    // Whoever writes an account need not think of a reference as well.
    suggest(text) {
      if (page.values.safeguarding || input.value.trim()) return;
      put(text);
      prepare();
    },
  };
}

function accountPart(page, reference) {
  const said = page.words.safeguarding;
  const earlier = h("p", { class: "qpm-banner", role: "status", hidden: true });
  const state = h("p", { class: "qpm-hint qpm-account-state", role: "status" });
  const boxes = ACCOUNT_BOXES.map((name) => textBox({
    id: page.id(`account-${name}`), label: said.account[name], labelClass: "qpm-label", rows: name === "said" ? 4 : 2,
    change: () => record(), leave: page.leave,
  }));
  const areas = boxes.map(([, area]) => area);
  const node = h("section", { class: "qpm-account", "aria-labelledby": page.id("account-title") },
    h("h3", { id: page.id("account-title") }, said.account.title),
    h("p", { class: "qpm-hint" }, said.account.apart), earlier, state, boxes.map((box) => h("p", {}, box)));
  const record = () => {
    const { id, field } = (page.memory.account ??= beginAccount(page));
    node.dataset.field = field;
    page.memory.account.words = Object.fromEntries(ACCOUNT_BOXES.map((name, at) => [name, areas[at].value]));
    reference.suggest(id);
    page.link.type(field, page.memory.account.words);
  };
  const tellBefore = () => {
    const { id, erased, field } = page.memory.account ?? {};
    const before = page.view.accounts.at(-1);
    if (field) node.dataset.field = field;
    earlier.hidden = !erased && !before;
    if (erased) earlier.textContent = fill(said.account.erased, { erased, id });
    else if (before) earlier.textContent = fill(said.account.earlier, { id: before.id, time: page.moment(before.last_at) });
  };
  page.showAccount = (status) => showAccount(page, state, status);
  page.beginAccountAnew = (field) => {
    beginAnew(page, field);
    tellBefore();
  };
  return {
    node,
    prepare() {
      page.memory.account ??= unsavedAccount(page);
      const { words = {} } = page.memory.account ?? {};
      for (const [at, name] of ACCOUNT_BOXES.entries()) areas[at].value = words[name] ?? "";
      tellBefore();
    },
  };
}

// The last account of this interview is gone on with, in a new part; or a new one is begun.
function beginAccount(page) {
  const before = page.view.accounts.at(-1);
  const id = before?.id ?? makeReference();
  return { id, field: `disclosure:${id}.${(before?.parts ?? 0) + 1}` };
}

// The account was erased at the command line, and nothing more can be added to it. What is being written begins an account of
// its own, so that no word of it is lost.
function beginAnew(page, field) {
  const words = page.link.unsaved()[field];
  if (!words) return; // another sheet of this window has done so
  const erased = accountOf(field);
  page.view.accounts = page.view.accounts.filter(({ id }) => id !== erased);
  const id = makeReference();
  const begun = { id, field: `disclosure:${id}.1`, words, erased };
  if ((page.memory.account?.field ?? field) === field) page.memory.account = begun;
  page.link.forget(field);
  page.link.commit(begun.field, words);
}

const accountOf = (field) => field.slice("disclosure:".length).split(".")[0];

// What was typed before a reload and not yet kept: it is on its way, and still here to be gone on with.
function unsavedAccount(page) {
  const [field, words] = Object.entries(page.link.unsaved()).find(([name]) => name.startsWith("disclosure:")) ?? [];
  return field && { id: accountOf(field), field, words };
}

// Without letters that are taken for digits over the telephone. It begins with a digit: the journal takes no reference that
// has none, for that could be a word.
function makeReference() {
  const signs = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  const [first, ...rest] = crypto.getRandomValues(new Uint8Array(8));
  return `SG-${first % 10}${rest.map((byte) => signs[byte % 32]).join("")}`;
}

// In the dialog as at the top of the page: kept, on its way, or not saved and why.
function showAccount(page, state, { lost, refused }) {
  const { account } = page.memory;
  if (!account) return;
  const { save, safeguarding: said } = page.words;
  const fault = refused.find(({ field }) => field === account.field)?.sentence ?? (lost ? save.lost : "");
  const waiting = account.field in page.link.unsaved();
  state.dataset.state = waiting && fault ? "bad" : "";
  if (waiting) state.textContent = fault ? fill(save.not_saved, { sentence: fault }) : save.saving;
  else state.textContent = account.keptAt ? fill(said.account.kept, { id: account.id, time: clock(account.keptAt) }) : "";
}
