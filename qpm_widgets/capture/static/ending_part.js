// How an interview ends: closing words, stopping, finishing, and erasing what somebody takes back.

function closingPart(page) {
  const { words, view } = page;
  const untouched = h("div", { class: "qpm-untouched" });
  const finish = h("button", { type: "button", class: "qpm-main", id: page.id("finish"), onclick: () => page.openDialog("end") },
    view.kind === "observation" ? words.closing.finish_observation : words.closing.finish_interview);
  page.whenChanged(() => {
    untouched.replaceChildren(...untouchedList(page));
    finish.hidden = ["finished", "stopped"].includes(page.values.state?.state);
  });
  return h("section", { class: "qpm-card qpm-closing", id: page.id("closing"), tabindex: "-1", "aria-labelledby": page.id("closing-title") },
    h("h2", { id: page.id("closing-title") }, words.closing.title),
    view.guide.closing && [
      h("p", { class: "qpm-hint" }, words.closing.intro),
      h("div", { class: "qpm-script" }, view.guide.closing.map((wording) => page.spoken("p", wording))),
    ],
    untouched, breaksLine(page, { class: "qpm-hint" }), finish, view.kind === "observation" && eraseButton(page));
}

// What was not asked about yet, each a way to go there.
function untouchedList(page) {
  const { words } = page;
  const parts = page.untouched();
  if (!parts.length) return [h("p", { class: "qpm-hint" }, words.closing.all_touched)];
  return [h("p", { class: "qpm-hint" }, words.closing.untouched), h("ul", {}, parts.map(({ title, all, left }) => h("li", {},
    h("button", { type: "button", class: "qpm-quiet", onclick: () => page.go(left[0].id) },
      all.length ? fill(words.closing.untouched_part, { title, left: left.length, all: all.length }) : title))))];
}

// A line at the top once the interview was stopped or finished. Notes can still be put right, but not by a stray key.
function stateNotice(page) {
  const { words } = page;
  const text = h("span");
  const hint = h("span");
  const correct = h("button", {
    type: "button", class: "qpm-quiet", id: page.id("correct"), onclick: () => {
      page.memory.correcting = true;
      page.update();
    },
  }, words.closing.correct);
  const notice = h("div", { class: "qpm-banner qpm-ended", hidden: true }, h("p", {}, text, " ", hint),
    h("p", { class: "qpm-buttons" }, correct, h("button", {
      type: "button", class: "qpm-quiet", id: page.id("reopen"), onclick: () => page.put("state", { state: "open", reason: "" }),
    }, words.closing.reopen)));
  page.whenChanged(() => {
    const { state, reason } = page.values.state ?? {};
    notice.hidden = !["stopped", "finished"].includes(state);
    if (page.isErased) {
      text.textContent = page.view.kind === "observation" ? words.erase.done_observation : words.erase.done;
      for (const part of notice.querySelectorAll("button")) part.hidden = true;
      return;
    }
    if (notice.hidden) page.memory.correcting = false; // whoever ends it again closes it again
    text.textContent = fill(words.closing[`${state}_since`] ?? "", { reason: reason ?? "" });
    hint.textContent = page.isClosed ? words.closing.closed : words.closing.correcting;
    correct.hidden = !page.isClosed;
  });
  return notice;
}

function endDialog(page) {
  const { words, view } = page;
  const observed = view.kind === "observation";
  const reason = h("input", { type: "text", id: page.id("end-reason"), maxlength: "500" });
  const how = radioGroup({
    id: page.id("end-how"), legend: words.end.title, legendClass: "qpm-hidden", value: "finished", pick: () => refresh(),
    choices: [
      { id: "finished", label: words.end.finish, descriptor: words.end.finish_hint },
      { id: "stopped", label: words.end.stop, descriptor: words.end.stop_hint },
    ],
  });
  const withdrawals = h("fieldset", { class: "qpm-withdraw" }, h("legend", { class: "qpm-label" }, words.end.withdraw),
    h("div", { class: "qpm-withdrawals" }), h("p", { class: "qpm-hint" }, words.end.withdraw_hint));
  const chosen = () => how.querySelector("input:checked").value;
  const confirm = h("button", { type: "button", class: "qpm-main", onclick: () => {
    for (const input of withdrawals.hidden ? [] : withdrawals.querySelectorAll("input:checked")) {
      const field = `consent:notes.${input.value}`;
      page.put(field, { decision: "withdrawn", how: page.values[field].how });
    }
    page.memory.correcting = false;
    record();
    box.close();
  } });
  // What is asked about in the reason already is saved as it is; closing the dialog leaves it.
  const record = () => {
    const now = { state: chosen(), reason: reason.value.trim() };
    const { state, reason: before } = page.link.unsaved().state ?? {};
    if (state !== now.state || before !== now.reason) page.put("state", now);
  };
  page.endAnswered = () => {
    record();
    if (!box.querySelector(".qpm-identifiers button")) box.close();
  };
  const left = h("p");
  const refresh = () => {
    withdrawals.hidden = observed || chosen() !== "stopped";
    confirm.textContent = words.end[chosen() === "stopped" ? "stop" : "finish"];
  };
  const choose = (state) => { how.querySelector(`[value="${state}"]`).checked = true; };
  page.openEnd = (state) => {
    page.openDialog("end");
    choose(state);
    refresh();
  };
  const box = dialog(page.id("end"), words.end.title,
    h("p", {}, words.end.intro), left, breaksLine(page, { class: "qpm-hint" }), !observed && signList(page), how, withdrawals,
    h("div", { "data-field": "state" }, h("label", { for: reason.id, class: "qpm-label" }, words.end.reason), reason),
    h("p", { class: "qpm-buttons" },
      confirm,
      h("button", { type: "button", onclick: () => box.close() }, words.end.cancel)));
  box.addEventListener("close", () => page.link.settle("state"));
  box.prepare = () => {
    const { decision } = gateOf(page);
    const agreed = view.plan.respondents.filter((code) => decision("notes", code) === "given");
    withdrawals.querySelector(".qpm-withdrawals").replaceChildren(...agreed.map((code) =>
      h("label", { class: "qpm-check" }, h("input", { type: "checkbox", value: code, id: page.id(`withdraw-${code}`) }),
        h("span", {}, fill(words.end.withdraws, { code })))));
    reason.value = page.values.state?.reason ?? "";
    choose(page.values.state?.state === "stopped" ? "stopped" : "finished");
    const open = page.questions.filter(({ id }) => !page.isAnswered(id)).length;
    left.textContent = open ? fill(words.end[observed ? "left_scenes" : "left"], { open, all: page.questions.length }) : words.closing.all_touched;
    refresh();
  };
  return box;
}

function eraseButton(page) {
  const { open, open_observation: observed } = page.words.erase;
  return h("p", { class: "qpm-erase" }, h("button", {
    type: "button", class: "qpm-quiet", id: page.id("open-erase"), onclick: () => page.openDialog("erase"),
  }, page.view.kind === "observation" ? observed : open));
}

// Withdrawal to the end: not only left out of reports, but blanked in the journal for good. What waits in the page goes first.
// Nobody agrees to an observation or is quoted in it, so that goes whole or not at all.
function eraseDialog(page) {
  const { words, view } = page;
  const said = words.erase;
  const observed = view.kind === "observation";
  const scope = radioGroup({
    id: page.id("erase-scope"), legend: said.scope, legendClass: "qpm-label", value: observed ? "interview" : "quotes", pick: () => refresh(),
    choices: [!observed && { id: "quotes", label: said.quotes }, { id: "interview", label: observed ? said.observation : said.interview }].filter(Boolean),
  });
  const whose = selectBox({
    id: page.id("erase-whose"), label: said.whose, labelClass: "qpm-label", value: "",
    choices: (view.plan.respondents ?? []).map((code) => ({ id: code, label: code })), none: said.everyone, pick: () => {},
  });
  const typed = h("input", { type: "text", id: page.id("erase-typed"), oninput: () => typed.setCustomValidity("") });
  const trouble = h("p", { class: "qpm-banner qpm-bad", role: "alert", hidden: true });
  const working = h("p", { class: "qpm-hint", role: "status" });
  const chosen = () => scope.querySelector("input:checked").value;
  const refresh = () => { whose.hidden = chosen() !== "quotes" || view.plan.respondents.length < 2; };
  const showTrouble = (sentence) => {
    trouble.textContent = sentence;
    trouble.hidden = false;
  };
  // The page is read anew once the person has seen what is left to do; Escape leads there too.
  const showErased = (carried) => {
    const done = h("button", { type: "button", class: "qpm-main", id: page.id("erased-done"), onclick: () => box.close() }, words.erased.close);
    box.firstChild.textContent = words.erased.title;
    box.replaceChildren(box.firstChild, ...erasedPart(words.erased, carried).filter(Boolean), h("p", { class: "qpm-buttons" }, done));
    box.addEventListener("close", () => location.reload());
    box.firstChild.focus();
  };
  const erase = h("button", { type: "button", class: "qpm-main qpm-danger", onclick: async () => {
    typed.setCustomValidity(typed.value.trim() === view.id ? "" : fill(said.not_typed, { id: view.id }));
    if (!typed.reportValidity()) return;
    erase.disabled = keep.disabled = true;
    trouble.hidden = true;
    working.textContent = said.working;
    const wanted = { scope: chosen(), respondent: whose.hidden ? "" : whose.querySelector("select").value };
    try {
      const carried = await page.link.do("erase", wanted);
      // Words that wait to be saved and are covered would be refused from now on; whoever did not take theirs back keeps them.
      for (const [field, words] of Object.entries(page.link.unsaved())) {
        if (isErasedBy(wanted, field, words)) page.link.forget(field);
      }
      if (carried.finished) showErased(carried);
      else showTrouble(said.unfinished);
    } catch (error) {
      showTrouble(error.message);
    }
    working.textContent = "";
    erase.disabled = keep.disabled = false;
    if (!box.open) box.showModal(); // closed meanwhile: what is left to do is told all the same
  } }, said.erase);
  const keep = h("button", { type: "button", onclick: () => box.close() }, said.cancel);
  const box = dialog(page.id("erase"), observed ? said.title_observation : said.title,
    h("p", {}, observed ? said.intro_observation : said.intro), scope, whose, h("p", { class: "qpm-hint" }, said.after),
    h("p", {}, h("label", { for: typed.id, class: "qpm-label" }, fill(said.type, { id: view.id })), typed), trouble, working,
    h("p", { class: "qpm-buttons" }, erase, keep));
  box.prepare = () => {
    typed.value = "";
    trouble.hidden = true;
    refresh();
  };
  return box;
}

const isErasedBy = ({ scope, respondent }, field, words) => field.startsWith("answer:")
  && (scope === "interview" || field.includes(".quote.")) && (!respondent || words.respondent === respondent);
