// What a group wrote while somebody still agreed to notes who has left and taken that back: in no report, and not written on.

// Asked of the kernel, which knows when each box was first written in; null where nobody has taken anything back.
async function askTakenBack(page) {
  try {
    const { taken_back: takenBack } = await page.link.do("taken_back");
    page.view.taken_back = takenBack;
    page.update();
  } catch {
    // The link is down. What was taken back is told at the next opening, and no report has it whatever this page shows.
  }
}

const mayHoldTakenWords = (page, field) => page.view.kind === "interview" && page.view.plan.respondents.length > 1 && field.startsWith("consent:");

function takenBackNotice(page) {
  const { words } = page;
  const text = h("p");
  const notice = h("div", { class: "qpm-banner qpm-warn qpm-taken-back", id: page.id("taken-back") }, h("strong", {}, words.shared.title), text);
  let closed = [];
  page.whenChanged(() => {
    const { taken_back: takenBack } = page.view;
    notice.hidden = !takenBack;
    if (!takenBack && !closed.length) return;
    const codes = takenBack?.codes.join(", ") ?? "";
    text.textContent = takenBack ? fill(words.shared.text, { codes }) : "";
    for (const box of closed) openBox(box);
    closed = [...page.root.querySelectorAll("[data-field]")].filter((box) => takenBack?.fields.includes(box.dataset.field));
    for (const box of closed) closeBox(box, fill(words.shared.box, { codes }));
  });
  return notice;
}

function closeBox(box, why) {
  for (const one of box.querySelectorAll("textarea, input, select")) one.disabled = true;
  if (!box.querySelector(".qpm-taken")) box.append(h("p", { class: "qpm-hint qpm-taken" }, why));
}

function openBox(box) {
  for (const one of box.querySelectorAll("textarea, input, select")) one.disabled = false;
  box.querySelector(".qpm-taken")?.remove();
}
