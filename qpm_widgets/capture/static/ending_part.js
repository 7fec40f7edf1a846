// How an interview ends: closing words, stopping, finishing, and erasing what somebody takes back.

function closingPart(page) {
  const { words, view } = page;
  const untouched = h("div", { class: "qpm-untouched" });
  const finish = h("button", { type: "button", class: "qpm-main", id: page.id("finish"), onclick: () => page.openEnd("finished") },
    view.kind === "observation" ? words.closing.finish_observation : words.closing.finish_interview);
  page.whenChanged(() => {
    listUntouched(page, untouched);
    finish.hidden = ["finished", "stopped"].includes(page.values.state?.state);
  });
  return h("section", { class: "qpm-card qpm-closing", id: page.id("closing"), tabindex: "-1", "aria-labelledby": page.id("closing-title") },
    h("h2", { id: page.id("closing-title") }, words.closing.title),
    view.guide.closing && [
      h("p", { class: "qpm-hint" }, words.closing.intro),
      h("div", { class: "qpm-script" }, view.guide.closing.map((wording) => page.spoken("p", wording))),
      h("p", {}, cardButton(page, "part-closing", CLOSING)),
    ],
    untouched, breaksLine(page, { class: "qpm-hint" }), finish, historyButton(page, "closing"),
    view.kind === "observation" && eraseButton(page));
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

// Which end is likely meant, so that stopping takes no choosing: for who shows or says no, and by key in the middle of things.
function likelyEnd(page, byKey) {
  const { state } = page.values.state ?? {};
  if (["stopped", "finished"].includes(state)) return state;
  const here = takingPart(page);
  if (page.view.kind === "interview" && !here.length) return "stopped";
  const no = here.filter((code) => dissenters(page).includes(code) || page.values[`consent:notes.${code}`]?.decision === "withdrawn");
  if (no.length) return no.length < here.length ? "one" : "stopped";
  return byKey && page.steps.here() !== CLOSING && page.untouched().length ? "stopped" : "finished";
}

function endButton(page) {
  return h("button", { type: "button", id: page.id("open-end"), "aria-keyshortcuts": "Alt+End", onclick: () => page.openEnd() },
    page.words.header.end, keyHint("Alt+End"));
}

function endDialog(page) {
  const { words, view } = page;
  const observed = view.kind === "observation";
  const isGroup = !observed && view.plan.respondents.length > 1;
  let typed = page.link.drafts().reason ?? null; // of the reason, and not recorded yet
  const keepTyped = (words) => {
    typed = words;
    page.link.draft("reason", words);
  };
  const reason = h("input", { type: "text", id: page.id("end-reason"), maxlength: "500", oninput: () => keepTyped(reason.value) });
  const reasonBox = h("div", { "data-field": "state" }, h("label", { for: reason.id, class: "qpm-label" }, words.end.reason), reason);
  const noReason = h("p", { class: "qpm-hint" }, words.end.no_reason);
  const how = radioGroup({
    id: page.id("end-how"), legend: words.end.title, legendClass: "qpm-hidden", value: "finished", pick: () => refresh(),
    choices: [
      { id: "finished", label: words.end.finish, descriptor: words.end.finish_hint },
      { id: "stopped", label: words.end.stop, descriptor: words.end.stop_hint },
      isGroup && { id: "one", label: words.end.one, descriptor: words.end.one_hint },
      !observed && { id: "goes_on", label: words.end.goes_on, descriptor: words.end.goes_on_hint },
    ].filter(Boolean),
  });
  const oneLabel = how.querySelector('[value="one"]')?.closest("label");
  const goesOn = how.querySelector('[value="goes_on"]')?.closest("label");
  const leaver = isGroup && radioGroup({
    id: page.id("end-who"), legend: words.end.who, legendClass: "qpm-label", pick: () => refresh(),
    choices: view.plan.respondents.map((code) => ({ id: code, label: code })),
  });
  const withdrawals = h("fieldset", { class: "qpm-withdraw" }, h("legend", { class: "qpm-label" }, words.end.withdraw),
    h("div", { class: "qpm-withdrawals" }), h("p", { class: "qpm-hint" }, words.end.withdraw_hint));
  const chosen = () => how.querySelector("input:checked").value;
  const leaving = () => leaver.querySelector("input:checked")?.value;
  const takeBack = (field) => page.put(field, { decision: "withdrawn", how: page.values[field]?.how ?? "" });
  const missing = h("p", { class: "qpm-hint", role: "alert" });
  const confirm = h("button", { type: "button", class: "qpm-main", onclick: () => {
    const taken = withdrawals.hidden ? [] : [...withdrawals.querySelectorAll("input:checked")].map(({ value }) => value);
    if (chosen() === "goes_on" && !taken.length) {
      missing.textContent = words.end.nothing_ticked;
      return;
    }
    if (chosen() === "one") taken.push(`talk.${leaving()}`);
    for (const one of taken) takeBack(`consent:${one}`);
    if (!["one", "goes_on"].includes(chosen())) {
      page.memory.correcting = false;
      record();
    }
    box.close();
    const named = taken.map((one) => fill(words.end.taken, { code: one.split(".")[1], what: words.consent.short[one.split(".")[0]] }));
    if (named.length) page.say(fill(words.end.taken_back, { what: listWords(named, words.end) }), true);
  } });
  // What is asked about in the reason already is saved as it is; closing the dialog leaves it.
  const record = () => {
    const now = { state: chosen(), reason: reasonBox.hidden ? "" : reason.value.trim() };
    keepTyped(null);
    const { state, reason: before } = page.link.unsaved().state ?? {};
    if (state !== now.state || before !== now.reason) page.put("state", now);
  };
  page.endAnswered = () => {
    record();
    if (!box.querySelector(".qpm-identifiers button")) box.close();
  };
  // Every agreement that stands, each by itself; who finishes is not asked, and takes back as who goes on does. A tick stays
  // when another end is chosen: what is in sight when the button is pressed is what is done.
  const ticked = new Set();
  const drawWithdrawals = () => {
    const { decision } = gateOf(page);
    const given = observed ? [] : view.plan.respondents.flatMap((code) =>
      view.choices.scopes.filter(({ id }) => decision(id, code) === "given").map(({ id }) => [id, code]));
    goesOn?.toggleAttribute("hidden", !given.length);
    const asked = chosen() === "one" ? given.filter(([scope, code]) => code === leaving() && scope !== "talk") : given;
    withdrawals.hidden = chosen() === "finished" || !asked.length;
    missing.textContent = "";
    withdrawals.querySelector(".qpm-withdrawals").replaceChildren(...asked.map(([scope, code]) => {
      const value = `${scope}.${code}`;
      const tick = h("input", {
        type: "checkbox", value, id: page.id(`withdraw-${scope}-${code}`), checked: ticked.has(value), onchange: () => {
          ticked[tick.checked ? "add" : "delete"](value);
          missing.textContent = "";
          askWhy();
        },
      });
      return h("label", { class: "qpm-check" }, tick, h("span", {}, fill(words.end.withdraws, { code, what: words.consent.short[scope] })));
    }));
  };
  // A reason is words too: it is typed only while somebody's notes may be, and will still be once this is done.
  const askWhy = () => {
    const ends = !["one", "goes_on"].includes(chosen());
    const goes = !withdrawals.hidden && [...ticked].some((one) => /^(talk|notes)\./.test(one));
    const mayTell = gateOf(page).open && !goes;
    reasonBox.hidden = !ends || !mayTell;
    noReason.hidden = !ends || mayTell;
  };
  const refresh = () => {
    const one = chosen() === "one";
    if (leaver) leaver.hidden = !one;
    drawWithdrawals();
    askWhy();
    const { [chosen()]: label } = { stopped: words.end.stop, goes_on: words.end.take_back };
    confirm.textContent = one ? fill(words.end.one_stops, { code: leaving() }) : label ?? words.end.finish;
  };
  const choose = (state) => {
    how.querySelector(`[value="${state}"]`).checked = true;
    refresh();
  };
  // `state`: which end is meant, if the way here says so.
  page.openEnd = (state, byKey = false) => {
    page.openDialog("end");
    choose(state ?? likelyEnd(page, byKey));
  };
  const box = dialog(page.id("end"), words.end.title,
    h("p", {}, words.end.intro), unfiledNotice(page), how, leaver, withdrawals, missing, reasonBox, noReason, summaryPart(page, () => box.close()),
    h("p", { class: "qpm-buttons qpm-ways" },
      confirm,
      h("button", { type: "button", onclick: () => box.close() }, words.end.cancel)));
  box.classList.add("qpm-end");
  // As in any form: who has chosen presses Enter, and need not go through the summary to the button.
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches("input") || event.target.closest(".qpm-summary")) return;
    event.preventDefault();
    confirm.click();
  });
  box.addEventListener("close", () => page.link.settle("state"));
  box.prepare = () => {
    ticked.clear();
    reason.value = typed ?? page.values.state?.reason ?? "";
    if (leaver) {
      const codes = takingPart(page);
      oneLabel?.toggleAttribute("hidden", codes.length < 2);
      for (const input of leaver.querySelectorAll("input")) input.closest("label").hidden = !codes.includes(input.value);
      const [likely] = [...dissenters(page), ...codes].filter((code) => codes.includes(code));
      if (likely) leaver.querySelector(`[value="${likely}"]`).checked = true;
    }
    page.update(); // the time goes on by itself
    choose(page.values.state?.state === "stopped" ? "stopped" : "finished");
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
    box.replaceChildren(box.firstChild, ...erasedPart(page, carried).filter(Boolean), h("p", { class: "qpm-buttons" }, done));
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
    const take = (carried) => {
      // Words that wait to be saved and are covered would be refused from now on; whoever did not take theirs back keeps them.
      for (const [field, words] of Object.entries(page.link.unsaved())) {
        if (isErasedBy(wanted, field, words)) page.link.forget(field);
      }
      if (wanted.scope === "interview") page.link.draft("reason", null);
      forgetEdits(page.memory, ({ field, before }) => isErasedBy(wanted, field, before ?? page.values[field]));
      if (carried.finished) showErased(carried);
      else showTrouble(said.unfinished);
    };
    try {
      take(await page.link.do("erase", wanted, true));
    } catch (error) {
      showTrouble(error.message);
      error.late?.then(take, ({ message }) => showTrouble(message));
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
