// What is saved and what is not, in words.

// Shown at every change, but read out only when it matters: trouble at once, the time of saving once a minute at most.
function saveState(page) {
  const { save } = page.words;
  const box = page.root.querySelector(".qpm-save");
  const text = box.querySelector(".qpm-save-text");
  const trouble = page.root.querySelector(".qpm-trouble");
  const polite = page.root.querySelector('[role="status"]');
  const urgent = page.root.querySelector('[role="alert"]');
  let announced = "";
  return ({ unsaved, lost, refused }) => {
    const bad = lost || refused.length > 0;
    const wasBad = box.dataset.state === "bad";
    const saved = page.savedAt ? fill(save.saved, { time: clock(page.savedAt) }) : save.nothing;
    const sentence = lost ? save.lost : refused[0]?.sentence;
    const isIdle = lost && !unsaved;
    const state = bad ? "bad" : unsaved ? "saving" : page.savedAt ? "saved" : "none";
    box.dataset.state = state;
    say(text, isIdle ? save.gone_short : bad ? fill(save.not_saved, { sentence: "" }).replace(/[:\s]+$/, "") : unsaved ? save.saving : saved);
    const words = isIdle ? save.gone : bad ? `${fill(save.not_saved, { sentence })} ${lost ? save.lost_remedy : save.refused_remedy}` : "";
    trouble.hidden = !bad;
    page.signCard?.(bad);
    for (const place of [urgent, trouble]) say(place, words);
    const now = wasBad && state === "saved" ? save.again : state === "saved" ? saved : announced;
    if (now !== announced) say(polite, announced = now);
    markRefused(page, refused);
  };
}

function markRefused(page, refused) {
  const fields = new Set(refused.map(({ field }) => field));
  for (const box of page.root.querySelectorAll(".qpm-refused")) if (!fields.has(box.dataset.field)) box.classList.remove("qpm-refused");
  for (const field of fields) page.root.querySelector(`[data-field="${CSS.escape(field)}"]`)?.classList.add("qpm-refused");
}
