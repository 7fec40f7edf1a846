// The prompts of a question: folded away until they are wanted, by key or by their number; all open where there is one question
// at a time. Nothing that somebody types in moves under the caret.

function promptsPart(page, question) {
  if (!question.prompts?.length) return null;
  const { words, view } = page;
  const label = view.kind === "observation" ? words.question.look_for : words.question.prompts;
  const opened = (page.memory.prompts ??= {});
  return h("details", { class: "qpm-prompts", open: Boolean(page.memory.stepping || opened[question.id]), "data-prompts": question.id },
    h("summary", { onclick: ({ target }) => { opened[question.id] = !target.closest("details").open; } },
      `${label} (${question.prompts.length})`, h("span", { class: "qpm-hidden" }, ` ${question.id}`)),
    h("ul", {}, question.prompts.map((prompt) => h("li", {}, page.said(prompt)))));
}

function showPrompts(page) {
  const { stepping, prompts = {} } = page.memory;
  for (const part of page.root.querySelectorAll(".qpm-prompts")) part.open = Boolean(stepping || prompts[part.dataset.prompts]);
}

// By key, at the question where the person is.
function turnPrompts(page) {
  const part = page.root.querySelector(`[data-prompts="${CSS.escape(page.steps.here())}"]`);
  if (!part) return;
  const anchor = page.root.contains(document.activeElement) && page.steps.stepOf(document.activeElement) ? document.activeElement : part;
  const top = anchor.getBoundingClientRect().top;
  part.open = page.memory.prompts[part.dataset.prompts] = !part.open;
  page.root.scrollTop += anchor.getBoundingClientRect().top - top;
}
