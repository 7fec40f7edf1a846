// What is saved and what is not, in words.

// Shown at every change, but read out only when it matters: trouble at once, the time of saving once a minute at most.
function saveState(page) {
  const { save } = page.words;
  const box = page.root.querySelector(".qpm-save");
  const text = box.querySelector(".qpm-save-text");
  const trouble = page.root.querySelector(".qpm-trouble");
  const polite = page.root.querySelector(".qpm-receipts");
  const urgent = page.root.querySelector(".qpm-failures");
  const letGoButtons = new Map(); // by field
  let announced = "";
  let shown = null; // the state that is drawn, while nothing is refused
  return ({ unsaved, lost, refused }) => {
    const bad = lost || refused.length > 0;
    const wasBad = box.dataset.state === "bad";
    const saved = page.savedAt ? fill(save.saved, { time: clock(page.savedAt) }) : save.nothing;
    const sentence = lost ? save.lost : refused[0]?.sentence;
    const isIdle = lost && !unsaved;
    const state = bad ? "bad" : unsaved ? "saving" : page.savedAt ? "saved" : "none";
    const drawn = refused.length ? null : [state, isIdle, saved].join();
    if (drawn && drawn === shown) return; // at every key, and while a receipt is waited for
    shown = drawn;
    box.dataset.state = state;
    say(text, isIdle ? save.gone_short : bad ? fill(save.not_saved, { sentence: "" }).replace(/[:\s]+$/, "") : unsaved ? save.saving : saved);
    const words = isIdle ? save.gone : bad ? `${fill(save.not_saved, { sentence })} ${lost ? save.lost_remedy : save.refused_remedy}` : "";
    trouble.hidden = !bad;
    page.signCard?.(bad);
    for (const place of [urgent, trouble]) say(place, words);
    const now = wasBad && state === "saved" ? save.again : state === "saved" ? saved : announced;
    if (now !== announced) say(polite, announced = now);
    markRefused(page, refused);
    offerToLetGo(page, refused, letGoButtons);
  };
}

// What the journal refuses need not wait for ever: somebody may have taken their agreement back meanwhile. An account of harm is
// never let go of, and what the journal only cannot take just now goes by itself.
function offerToLetGo(page, refused, buttons) {
  const place = page.root.querySelector(".qpm-let-go");
  const fields = new Set(refused.filter(({ field, final }) => final && !field.startsWith("disclosure:")).map(({ field }) => field));
  place.hidden = !fields.size;
  for (const field of fields) {
    if (!buttons.has(field)) buttons.set(field, letGoButton(page, field));
    if (!buttons.get(field).isConnected) place.append(buttons.get(field));
  }
  for (const [field, button] of buttons) button.hidden = !fields.has(field); // whoever is at another stays there
}

// Pressed twice, for there is no way back.
function letGoButton(page, field) {
  const { save } = page.words;
  const what = TAKEN_BACK.test(field) && namedField(page, { field });
  const asked = [save.let_go, what].filter(Boolean).join(": ");
  const turn = (isSure) => {
    button.dataset.sure = isSure;
    say(button, isSure ? save.let_go_sure : asked);
  };
  const button = h("button", { type: "button", class: "qpm-quiet", onblur: () => turn(false), onclick: () => {
    if (button.dataset.sure !== "true") {
      turn(true);
      page.say(save.let_go_sure);
      return;
    }
    turn(false);
    letGo(page, field);
    page.say(save.let_gone, true);
  } }, asked);
  return button;
}

// Drops what waits of a field, and shows it as the journal has it. No undo brings it back.
function letGo(page, field) {
  const dropped = new Set(page.link.outbox(field).filter((entry) => entry.field === field).map(({ entry_id: id }) => id));
  page.signs = page.signs?.filter(({ id }) => !dropped.has(id));
  page.link.forget(field);
  forgetEdits(page.memory, (edit) => edit.field === field);
  page.root.querySelector(`[data-field="${CSS.escape(field)}"] .qpm-identifiers`)?.remove();
  const { [field]: saved } = page.saved;
  page.values[field] = saved ?? emptied(field, page.values[field]);
  page.show(field);
  if (!saved) delete page.values[field];
  page.update();
}

// Of a code that the plan no longer has nothing is recorded, and nobody is asked what to do about it.
function dropStranger(page, field) {
  letGo(page, field);
  page.say(fill(page.words.save.no_such_code, { code: field.split(/[:.]/).at(-1) }), true);
}

function markRefused(page, refused) {
  const fields = new Set(refused.map(({ field }) => field));
  for (const box of page.root.querySelectorAll(".qpm-refused")) if (!fields.has(box.dataset.field)) box.classList.remove("qpm-refused");
  for (const field of fields) page.root.querySelector(`[data-field="${CSS.escape(field)}"]`)?.classList.add("qpm-refused");
}
