"""The interview page in JupyterLab and Chromium: nothing typed is lost, nothing is written without consent."""

from __future__ import annotations

import json
import re
import urllib.request
from collections import Counter

import psutil
import pytest
from barriers import find_barriers
from field_pages import Hand, kernel_process, plan_anew, until, values_of
from playwright.sync_api import expect

from qpm_widgets.capture.recording import record_edit
from qpm_widgets.journal import Edit

pytestmark = pytest.mark.browser


@pytest.fixture
def page(shared_window):
    return shared_window


WORDS = (
    "Mae'n dda iawn, diolch \u2014 \U0001f600\U0001f469\U0001f3fd\u200d\U0001f9bd "  # a skin tone and a joiner
    '\u05e9\u05dc\u05d5\u05dd \u200f\u0645\u0631\u062d\u0628\u0627 "q" <b>&amp;\nline 2'
)
# Quick typing into 25 fields in turn, a few keys a second in each; gives what stands in each field at the end.
BURST = """
async (root, [first, end]) => {
  const boxes = [...root.querySelectorAll('textarea[id$="-note"]')].slice(0, 25);
  for (let number = first; number < end; number += 1) {
    const box = boxes[number % boxes.length];
    box.value += `edit ${number}; `;
    box.dispatchEvent(new InputEvent("input", { bubbles: true }));
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return Object.fromEntries(boxes.map((box) => [box.closest("[data-field]").dataset.field, box.value]));
}
"""


def test_words_are_saved_and_still_there_after_a_reload(field_kit, server, page):
    hand = Hand(page, server, "A1").open()
    expect(hand.notes("A-CP-1")).to_be_disabled()
    assert "when the person has agreed to notes" in hand.sheet.locator(".qpm-gate").inner_text()
    hand.agree("AD1", "talk")
    expect(hand.notes("A-CP-1")).to_be_disabled()
    hand.agree("AD1", "notes")
    hand.sheet.locator(".qpm-gate").wait_for(state="hidden")
    hand.notes("A-CP-1").fill(WORDS)
    hand.field("answer:A-CP-1.evidence.CP1").locator('input[value="supports"]').check()
    hand.field("answer:A-CP-1.evidence.CP1").locator('input[value="experience"]').check()
    hand.click("A-CP-1-add")
    page.keyboard.type("I say what I do not do")
    hand.field("answer:A-CP-1.quote.1").locator("select[id$=grade]").select_option("verbatim")
    hand.field("answer:A-CP-2.missing").locator("select").select_option("not_asked")
    hand.await_saved()
    assert hand.save_text.startswith("Saved ")

    kept = values_of(field_kit, "interview:A1")
    assert kept["answer:A-CP-1.note"] == {"text": WORDS, "wording": "plain", "language": "en"}
    assert kept["answer:A-CP-1.evidence.CP1"] == {"bearing": "supports", "strength": "experience"}
    assert kept["answer:A-CP-1.quote.1"]["text"] == "I say what I do not do"
    assert kept["answer:A-CP-1.quote.1"]["grade"] == "verbatim"
    assert kept["answer:A-CP-2.missing"] == {"reason": "not_asked"}
    assert kept["state"]["state"] == "open"
    coverage = hand.sheet.locator(".qpm-coverage").inner_text()
    assert "1 piece of evidence on 1 standard" in coverage
    assert re.search("(60|59) minutes left", coverage)
    heard = hand.sheet.locator('[id$="-go-section-1"]').inner_text()
    assert "1 piece of evidence, none yet from people supported" in heard

    # As JupyterLab's file browser does now and then; a reload must not lead away from the interview.
    page.evaluate("history.pushState({}, '', '/doc/tree/harbour/V1')")
    page.reload()
    hand.sheet.wait_for(timeout=60_000)
    assert hand.notes("A-CP-1").input_value() == WORDS
    assert hand.field("answer:A-CP-1.evidence.CP1").locator("input:checked").evaluate_all(
        "inputs => inputs.map((input) => input.value)"
    ) == ["supports", "experience"]
    assert page.evaluate("Object.keys(sessionStorage).filter((key) => key.startsWith('qpm:'))") == []


def test_a_journal_that_cannot_be_written_is_told_on_the_page(field_kit, server, page):
    hand = Hand(page, server, "A2").open()
    hand.agree("AD2")
    hand.agree("AD3", "talk", decision="declined")
    hand.await_saved()
    blocker = field_kit.journal._engine.raw_connection()
    try:
        blocker.cursor().execute("BEGIN IMMEDIATE")  # as another program that holds the file would
        hand.notes("A-CP-2").fill("kept on the page")
        hand.await_trouble()
        assert "Not saved: the kit has not confirmed" in hand.trouble
        assert until(lambda: "could not be written" in hand.trouble, page)
        assert hand.notes("A-CP-2").input_value() == "kept on the page"
    finally:
        blocker.rollback()
        blocker.close()
    hand.await_saved()
    assert values_of(field_kit, "interview:A2")["answer:A-CP-2.note"]["text"] == "kept on the page"


def test_words_that_are_refused_for_good_may_be_let_go_and_a_code_that_is_gone_lets_go_by_itself(
    field_kit, server, page, templates
):
    hand = Hand(page, server, "A4").open()
    hand.agree("AD5", "talk", "notes")
    hand.notes("A-CP-1").fill("What was said before.")
    hand.await_saved()
    # Taken back in another place, as it is while the kit does not answer here.
    taken = Edit("harbour", "interview:A4", "consent:notes.AD5", {"decision": "withdrawn", "how": "spoken"})
    record_edit(field_kit.journal, templates, taken)
    hand.notes("A-CP-1").fill("What was said after.")
    hand.notes("A-CP-2").fill("And this.")
    hand.await_trouble()
    # The page learns why, and says it: nothing more can be typed.
    assert until(lambda: hand.notes("A-CP-2").is_disabled(), page)
    expect(hand.sheet.get_by_text("AD5 took back their agreement.")).to_be_visible()
    assert hand.field("consent:notes.AD5").locator("input:checked").get_attribute("value") == "withdrawn"
    assert find_barriers(page, f'[data-scope="{hand.scope}"]') == []
    for place in ("A-CP-2", "A-CP-1"):
        go = hand.sheet.get_by_role("button", name=f"Let these words go: what was written at {place}")
        go.click()
        assert hand.notes("A-CP-1").input_value() == "What was said after.", "one press is not enough"
        hand.sheet.get_by_role("button", name="Press once more").click()
        assert go.count() == 0
    page.keyboard.press("Control+z")  # brings nothing back
    assert hand.notes("A-CP-1").input_value() == "What was said before."
    hand.await_saved()
    assert hand.notes("A-CP-2").input_value() == ""
    expect(hand.sheet.locator(".qpm-let-go")).to_be_hidden()
    waiting = "[...qpmChannels.values()].map(({ scope, slots, drafts }) => [scope, [...slots], drafts])"
    stored = page.evaluate("Object.keys(sessionStorage).filter((key) => key.startsWith('qpm:'))")
    assert stored == [], page.evaluate(f"JSON.stringify({waiting})")
    plan_anew(field_kit, templates, "interview:A4", respondents=["AD4"])
    hand.field("consent:quotes.AD5").locator('input[value="given"]').click()  # refused before one could look at it
    hand.sheet.locator(".qpm-told").get_by_text("nobody with the code AD5 any more").wait_for()
    assert hand.field("consent:quotes.AD5").locator("input:checked").count() == 0
    hand.await_saved()
    plan_anew(field_kit, templates, "interview:A4", respondents=["AD5"])
    hand.agree("AD5", "notes")
    hand.await_saved()


def test_a_killed_kernel_loses_no_word_and_writes_none_twice(field_kit, server, page):
    hand = Hand(page, server, "A3").open()
    hand.agree("AD4")
    hand.await_saved()
    victim = kernel_process(server, "A3")
    typed: dict[str, str] = hand.sheet.evaluate(BURST, [0, 30])
    victim.kill()
    typed |= hand.sheet.evaluate(BURST, [30, 60])

    # The writer goes on in one field while the page is run again around them.
    last = hand.notes("A-END-1")
    last.click()
    story = "".join(f"word{number} " for number in range(40))
    for word in story.split():
        page.keyboard.type(f"{word} ")
        page.wait_for_timeout(60)
    hand.await_saved(30_000)
    assert last.input_value() == story
    assert page.evaluate("document.activeElement.id") == last.get_attribute("id")
    assert 60 < last.bounding_box()["y"] < 700
    typed["answer:A-END-1.note"] = story

    entries = list(field_kit.journal.iter_entries("harbour", subject="interview:A3"))
    # Nothing that was acknowledged is missing, and nothing stands there without the page having been told so.
    assert len(hand.receipts) > 10
    assert hand.receipts == {entry.entry_id for entry in entries if entry.field != "plan"}
    current = values_of(field_kit, "interview:A3")
    assert {field: current[field]["text"] for field in typed} == typed
    assert not [group for group in field_kit.journal.conflicts("harbour") if group[0].subject == "interview:A3"]
    notes = [(entry.field, entry.payload["text"]) for entry in entries if entry.field.endswith(".note")]
    assert max(Counter(notes).values()) == 1


def test_two_windows_on_one_interview_keep_what_both_wrote_and_share_consent(field_kit, server, page):
    first = Hand(page, server, "A1").open()
    first.agree("AD1")
    first.await_saved()
    second = Hand(page.context.new_page(), server, "A1").open()
    first.notes("A-CP-3").fill("heard in the first window")
    second.notes("A-CP-3").fill("heard in the second window")
    for window in (first, second):
        window.await_saved()
        window.notes("A-CP-3").press_sequentially(", and more")
        window.await_saved()
    # Neither saw the other's words, so neither replaced them.
    current = field_kit.journal.current("harbour", subject="interview:A1", field_prefix="answer:A-CP-3.note")
    assert {entry.payload["text"] for entry in current} == {
        "heard in the first window, and more",
        "heard in the second window, and more",
    }
    first.agree("AD1", "notes", decision="withdrawn")
    first.await_saved()
    second.sheet.locator(".qpm-gate").wait_for()
    expect(second.notes("A-CP-1")).to_be_disabled()
    assert second.field("consent:notes.AD1").locator("input:checked").get_attribute("value") == "withdrawn"
    second.agree("AD1", "notes")
    second.await_saved()
    first.sheet.locator(".qpm-gate").wait_for(state="hidden")
    decisions = [
        entry.payload["decision"]
        for entry in field_kit.journal.iter_entries("harbour", subject="interview:A1", field_prefix="consent:notes")
    ]
    assert decisions[-3:] == ["given", "withdrawn", "given"]
    told_twice = [group[0] for group in field_kit.journal.conflicts("harbour") if group[0].subject == "interview:A1"]
    assert not [one for one in told_twice if one.field.startswith("consent")]
    second.page.close()


def test_decisions_made_while_the_link_is_down_are_all_recorded_in_their_order(field_kit, server, page):
    hand = Hand(page, server, "A3").open()
    wanted = ["given", "withdrawn", "given", "withdrawn"]
    kernel = kernel_process(server, "A3")
    kernel.suspend()
    try:
        for decision in wanted:
            hand.agree("AD4", "quotes", decision=decision)
        hand.await_trouble()
        assert hand.find_barriers() == []
    finally:
        kernel.resume()
    hand.await_saved()
    entries = list(field_kit.journal.iter_entries("harbour", subject="interview:A3", field_prefix="consent:quotes"))
    assert [entry.payload["decision"] for entry in entries] == wanted
    assert [entry.supersedes for entry in entries[1:]] == [(entry.entry_id,) for entry in entries[:-1]]


def test_a_link_that_goes_while_nobody_types_is_told_with_what_is_kept(server, page):
    hand = Hand(page, server, "A3").open()
    hand.agree("AD4")
    hand.notes("A-CP-1").fill("Before it went.")
    hand.await_saved()
    page.wait_for_timeout(2500)  # a process that dies in its first seconds is started again otherwise
    with page.expect_console_message(lambda message: "Everything that you wrote so far is saved" in message.text):
        hand.sheet.locator(".qpm-trouble").evaluate(
            "box => new MutationObserver(() => console.log(box.textContent))"
            ".observe(box, { childList: true, characterData: true, subtree: true })"
        )
        kernel_process(server, "A3").kill()
    hand.await_saved()
    assert hand.trouble == ""
    assert hand.notes("A-CP-1").input_value() == "Before it went."


def test_a_link_that_hangs_while_nobody_types_is_told_and_asking_keeps_no_kit_open(server, page):
    hand = Hand(page, server, "A3").open()
    hand.agree("AD4")
    hand.notes("A-CP-1").fill("Before it hung.")
    hand.await_saved()
    hanging = psutil.Process(server.pid)
    hanging.suspend()
    try:
        told = until(lambda: "Everything that you wrote so far is saved" in hand.trouble, page, seconds=8)
    finally:
        hanging.resume()
    assert told
    assert until(lambda: hand.trouble == "", page)

    def last_word() -> str:
        request = urllib.request.Request(f"{server.url}api/kernels", headers={"Authorization": f"token {server.token}"})
        with urllib.request.urlopen(request) as answer:
            return max(one["last_activity"] for one in json.load(answer))

    asked = []
    page.on("request", lambda request: asked.append(request.url))
    said = last_word()
    assert until(lambda: asked.count(f"{server.url}api") > 1, page)
    assert last_word() == said, "the idle lock counts what a page and its kernel say"
