"""The interview page in JupyterLab and Chromium: nothing typed is lost, nothing is written without consent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from field_pages import Hand, files_holding, interview_plan, kernel_process, plan_field_day, until, values_of

from qpm_widgets.capture.server import server_process
from qpm_widgets.journal import Edit, Kit
from qpm_widgets.journal.keys import KeyCost

pytestmark = pytest.mark.browser

WORDS = (
    "Mae'n dda iawn, diolch \u2014 \U0001f600\U0001f469\U0001f3fd\u200d\U0001f9bd "  # a skin tone and a joiner
    '\u05e9\u05dc\u05d5\u05dd \u200f\u0645\u0631\u062d\u0628\u0627 "q" <b>&amp;\nline 2'
)
CANARY = "canary-Zq7-yellow-bird"
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


@pytest.fixture(scope="module")
def field_kit(tmp_path_factory, templates) -> Iterator[Kit]:
    cheap = KeyCost(time_cost=1, memory_kib=64, parallelism=1)
    kit = Kit.create(tmp_path_factory.mktemp("field") / "kit", "a passphrase for a day out", assessor="AS1", cost=cheap)
    interviews = {
        "A1": interview_plan("advocate", ["AD1"]),
        "A2": interview_plan("advocate", ["AD2", "AD3"]),
        "A3": interview_plan("advocate", ["AD4"]),
        "P1": interview_plan("person_supported", ["PS1"], easy_read=True, supporter=True),
        "P2": interview_plan("person_supported", ["PS2"], language="cy"),
    }
    plan_field_day(kit, templates, interviews, ["O1"])
    yield kit
    kit.close()


@pytest.fixture(scope="module")
def server(field_kit):
    with server_process(field_kit) as running:
        yield running


@pytest.fixture
def page(chromium):
    context = chromium.new_context(viewport={"width": 1366, "height": 768}, locale="en-GB")
    yield context.new_page()
    context.close()


def violations(hand: Hand, within: str = "") -> list[str]:
    found = Axe().run(hand.page, context=f'.qpm-interview[data-scope="{hand.scope}"] {within}').response["violations"]
    return [f"{one['id']}: {node['target']}" for one in found for node in one["nodes"]]


def test_words_are_saved_and_still_there_after_a_reload(field_kit, server, page):
    hand = Hand(page, server, "A1").open()
    assert hand.notes("A-CP-1").is_disabled()
    assert "when the person has agreed to notes" in hand.sheet.locator(".qpm-gate").inner_text()
    hand.agree("AD1", "talk")
    assert hand.notes("A-CP-1").is_disabled()
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
    assert "1 piece of evidence on 1 standard" in hand.sheet.locator(".qpm-coverage").inner_text()

    # As JupyterLab's file browser does now and then; a reload must not lead away from the interview.
    page.evaluate("history.pushState({}, '', '/doc/tree/harbour/V1')")
    page.reload()
    hand.sheet.wait_for(timeout=60_000)
    assert hand.notes("A-CP-1").input_value() == WORDS
    assert hand.field("answer:A-CP-1.evidence.CP1").locator("input:checked").evaluate_all(
        "inputs => inputs.map((input) => input.value)"
    ) == ["supports", "experience"]
    assert page.evaluate("Object.keys(sessionStorage).filter((key) => key.startsWith('qpm:'))") == []


def test_a_group_writes_nothing_until_everyone_who_talks_agrees_to_notes(field_kit, server, page):
    hand = Hand(page, server, "A2").open()
    hand.agree("AD2", "talk", "notes")
    hand.sheet.locator(".qpm-gate").wait_for(state="hidden")
    hand.agree("AD3", "talk")
    hand.sheet.locator(".qpm-gate").wait_for()
    assert "AD3 takes part" in hand.sheet.locator(".qpm-gate").inner_text()
    assert hand.notes("A-CP-1").is_disabled()
    hand.agree("AD3", "talk", decision="declined")
    hand.sheet.locator(".qpm-gate").wait_for(state="hidden")
    hand.await_saved()

    # Another device of the same kit withdraws; this page has not heard of it, and the journal refuses.
    agreed = field_kit.journal.current_entry("harbour", "interview:A2", "consent:notes.AD2")
    place = ("harbour", "interview:A2", "consent:notes.AD2")
    edit = Edit(*place, {"decision": "withdrawn", "how": "spoken"}, supersedes=(agreed.entry_id,))
    field_kit.journal.append(edit)
    hand.notes("A-CP-1").fill("first words")
    hand.await_trouble()
    assert "Not saved: Nobody has agreed to notes being taken." in hand.trouble
    assert hand.notes("A-CP-1").input_value() == "first words"
    assert hand.field("answer:A-CP-1.note").evaluate("box => box.classList.contains('qpm-refused')")
    assert "answer:A-CP-1.note" not in values_of(field_kit, "interview:A2")

    # Agreed again: what was refused is sent again, with the newer words in its place.
    field_kit.journal.append(Edit(*place, {"decision": "given", "how": "spoken"}, supersedes=(edit.entry_id,)))
    hand.notes("A-CP-1").press_sequentially(" and more")
    hand.await_saved()
    assert values_of(field_kit, "interview:A2")["answer:A-CP-1.note"]["text"] == "first words and more"


def test_a_journal_that_cannot_be_written_is_told_on_the_page(field_kit, server, page):
    hand = Hand(page, server, "A2").open()
    hand.agree("AD2")
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


def test_consent_taken_back_in_one_window_stops_writing_in_the_other(field_kit, server, page):
    first = Hand(page, server, "A1").open()
    first.agree("AD1")
    first.await_saved()
    second = Hand(page.context.new_page(), server, "A1").open()
    second.notes("A-CP-1").fill("typed in the second window")
    second.await_saved()
    first.agree("AD1", "notes", decision="withdrawn")
    first.await_saved()
    second.sheet.locator(".qpm-gate").wait_for()
    assert second.notes("A-CP-1").is_disabled()
    assert second.field("consent:notes.AD1").locator("input:checked").get_attribute("value") == "withdrawn"
    second.agree("AD1", "notes")
    second.await_saved()
    first.sheet.locator(".qpm-gate").wait_for(state="hidden")
    decisions = [
        entry.payload["decision"]
        for entry in field_kit.journal.iter_entries("harbour", subject="interview:A1", field_prefix="consent:notes")
    ]
    assert decisions[-3:] == ["given", "withdrawn", "given"]
    assert not [group for group in field_kit.journal.conflicts("harbour") if group[0].field.startswith("consent")]
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
    finally:
        kernel.resume()
    hand.await_saved()
    entries = list(field_kit.journal.iter_entries("harbour", subject="interview:A3", field_prefix="consent:quotes"))
    assert [entry.payload["decision"] for entry in entries] == wanted
    assert [entry.supersedes for entry in entries[1:]] == [(entry.entry_id,) for entry in entries[:-1]]


def test_an_interview_that_has_ended_is_closed_until_its_notes_are_to_be_put_right(field_kit, server, page):
    hand = Hand(page, server, "A3").open()
    hand.agree("AD4")
    hand.notes("A-CP-1").fill("She did not know, and told me whom to ask.")
    hand.field("answer:A-CP-1.missing").locator("select").select_option("does_not_know")
    hand.field("answer:A-CP-1.missing").get_by_text("There is an answer here too").wait_for()
    hand.sheet.get_by_role("button", name="Take the reason away A-CP-1").click()
    hand.click("finish")
    dialog = hand.sheet.locator("dialog[open]")
    assert "39 of 40 questions have neither an answer nor a reason" in dialog.inner_text()
    dialog.locator(".qpm-main").click()
    hand.await_saved()
    kept = values_of(field_kit, "interview:A3")
    assert (kept["state"]["state"], kept["answer:A-CP-1.missing"]) == ("finished", {"reason": ""})
    assert hand.notes("A-CP-1").is_disabled()
    # What was left out can be reached by its part of the guide, without an id.
    hand.sheet.locator(".qpm-untouched button").first.click()
    assert page.evaluate("document.activeElement.id").endswith("A-OPN-1")
    hand.click("correct")
    hand.notes("A-CP-1").fill("She did not know.")
    hand.await_saved()
    kept = values_of(field_kit, "interview:A3")
    assert (kept["state"]["state"], kept["answer:A-CP-1.note"]["text"]) == ("finished", "She did not know.")


def test_a_killed_kernel_loses_no_word_and_writes_none_twice(field_kit, server, page):
    hand = Hand(page, server, "A1").open()
    hand.agree("AD1")
    hand.await_saved()
    victim = kernel_process(server, "A1")
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

    entries = list(field_kit.journal.iter_entries("harbour", subject="interview:A1"))
    assert len(hand.receipts) > 10
    assert hand.receipts <= {entry.entry_id for entry in entries}
    current = values_of(field_kit, "interview:A1")
    assert {field: current[field]["text"] for field in typed} == typed
    assert field_kit.journal.conflicts("harbour") == []
    notes = [(entry.field, entry.payload["text"]) for entry in entries if entry.field.endswith(".note")]
    assert max(Counter(notes).values()) == 1


def test_what_was_not_saved_survives_a_reload_and_lies_nowhere_in_plain_text(field_kit, server, page):
    hand = Hand(page, server, "A1").open()
    hand.agree("AD1")
    hand.await_saved()
    kernel = kernel_process(server, "A1")
    kernel.suspend()
    try:
        hand.notes("A-SG-1").fill(f"{CANARY} half-typed")
        hand.click("A-SG-1-add")
        page.keyboard.type(f"{CANARY} spoken")
        quote = hand.field("answer:A-SG-1.quote.1")
        quote.locator("select[id$=language]").select_option("cy")
        quote.get_by_label("English translation").fill(f"{CANARY} translated")
        hand.await_trouble()
        stored = page.evaluate("JSON.stringify({ ...sessionStorage, ...localStorage })")
        assert "qpm:harbour/interview:A1" in stored
        assert CANARY not in stored
        page.reload()
    finally:
        kernel.resume()
    hand.sheet.wait_for(timeout=60_000)
    assert hand.notes("A-SG-1").input_value() == f"{CANARY} half-typed"
    hand.await_saved()
    assert values_of(field_kit, "interview:A1")["answer:A-SG-1.note"]["text"] == f"{CANARY} half-typed"
    quote = values_of(field_kit, "interview:A1")["answer:A-SG-1.quote.1"]
    assert (quote["text"], quote["translation"]) == (f"{CANARY} spoken", f"{CANARY} translated")

    # Saved as a notebook from JupyterLab, with all of its tools shown.
    page.evaluate("sessionStorage.setItem('qpm-workbench', 'shown')")
    page.reload()
    hand.sheet.wait_for(timeout=60_000)
    notebook = field_kit.notebooks / "harbour" / "V1" / "A1.ipynb"
    before = notebook.stat().st_mtime_ns
    page.locator(".jp-NotebookPanel-toolbar").click(position={"x": 600, "y": 5})
    page.keyboard.press("Control+s")
    assert until(lambda: notebook.stat().st_mtime_ns != before, page)
    assert files_holding(field_kit.home, CANARY) == []
    assert files_holding(field_kit.home, "interview_id") != []  # the search does find what is there


def test_an_interview_can_be_held_with_the_keyboard_alone(field_kit, server, page):
    hand = Hand(page, server, "P1").open()

    def tab_to(suffix: str, limit: int = 80) -> None:
        for _ in range(limit):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.id").endswith(suffix):
                return
        raise AssertionError(f"{suffix} is not reached by Tab")

    hand.sheet.evaluate("root => { root.tabIndex = -1; root.focus(); }")
    tab_to("talk-PS1-given")
    page.keyboard.press("Space")
    tab_to("notes-PS1-given")
    page.keyboard.press("Space")
    hand.sheet.locator(".qpm-gate").wait_for(state="hidden")
    hand.sheet.focus()
    tab_to("go-section-2")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id").endswith("section-2")
    tab_to("answer-P-IN-1-note")
    page.keyboard.type("abcdmxyz JKL 0 She says he is on her side.")  # one-letter shortcuts of JupyterLab among them
    tab_to("P-IN-1-add")
    page.keyboard.press("Enter")
    page.keyboard.type("He is mine")
    tab_to("P-IN-1-IN4-bearing-supports")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    hand.await_saved()
    kept = values_of(field_kit, "interview:P1")
    assert kept["answer:P-IN-1.note"]["text"] == "abcdmxyz JKL 0 She says he is on her side."
    assert kept["answer:P-IN-1.note"]["wording"] == "easy_read"
    assert kept["answer:P-IN-1.quote.1"]["text"] == "He is mine"
    assert kept["answer:P-IN-1.evidence.IN4"] == {"bearing": "mixed", "strength": None}

    # Stop, with the notes taken back; then the safeguarding reference, and nothing else of it.
    hand.sheet.focus()
    tab_to("open-end")
    page.keyboard.press("Enter")
    hand.sheet.locator("dialog[open] input[value=stopped]").check()
    hand.sheet.locator("dialog[open] input[value=PS1]").check()
    hand.sheet.locator("dialog[open] input[type=text]").fill("Tired")
    hand.sheet.locator("dialog[open] .qpm-main").click()
    hand.click("open-safeguarding")
    assert "not written here" in hand.sheet.locator("dialog[open]").inner_text()
    hand.sheet.locator("dialog[open] input[type=text]").fill("SG-2026-014")
    hand.sheet.locator("dialog[open] .qpm-main").click()
    hand.await_saved()
    kept = values_of(field_kit, "interview:P1")
    assert kept["state"] == {"state": "stopped", "reason": "Tired"}
    assert kept["consent:notes.PS1"]["decision"] == "withdrawn"
    assert set(kept["safeguarding"]) == {"reference", "used_at"}
    assert hand.notes("P-IN-1").is_disabled()


def test_easy_read_and_language_change_without_losing_the_place(field_kit, server, page):
    hand = Hand(page, server, "P2").open()
    heading = hand.sheet.locator('[id$="-P-CP-1-ask"]')
    plain = heading.inner_text()
    hand.sheet.locator('[id$="-P-CP-1-easy"]').check()
    assert heading.inner_text() != plain
    hand.sheet.locator('[id$="-easy"][id*="P2-easy"]').check()
    hand.agree("PS2", "talk", "notes", "quotes")
    assert hand.sheet.locator('select[id$="-language"]').first.input_value() == "cy"
    hand.notes("P-CP-2").fill("Cytunwyd ar gynllun")
    hand.click("P-CP-2-add")
    page.keyboard.type("Roedd hi'n gwrando")
    quote = hand.field("answer:P-CP-2.quote.1")
    quote.locator('textarea[id$="translation"]').fill("She listened")
    hand.await_saved()
    kept = values_of(field_kit, "interview:P2")
    assert kept["answer:P-CP-2.note"] == {"text": "Cytunwyd ar gynllun", "wording": "easy_read", "language": "cy"}
    assert kept["answer:P-CP-2.quote.1"]["language"] == "cy"
    assert kept["answer:P-CP-2.quote.1"]["translation"] == "She listened"

    # Two devices wrote the same field: the newer is shown, the other is not hidden and not replaced.
    field_kit.journal.append(Edit("harbour", "interview:P2", "answer:P-CP-2.note", {"text": "other device"}))
    hand.open()
    assert hand.notes("P-CP-2").input_value() == "other device"
    other = hand.field("answer:P-CP-2.note").locator("details")
    other.locator("summary").click()
    assert "Cytunwyd ar gynllun" in other.inner_text()
    hand.notes("P-CP-2").fill("other device, corrected")
    hand.await_saved()
    current = field_kit.journal.current("harbour", subject="interview:P2", field_prefix="answer:P-CP-2.note")
    assert {entry.payload["text"] for entry in current} == {"Cytunwyd ar gynllun", "other device, corrected"}


@pytest.mark.parametrize(("name", "scheme"), [("P2", "light"), ("P1", "dark"), ("O1", "dark")])
def test_pages_have_no_accessibility_faults(field_kit, server, chromium, name, scheme):
    context = chromium.new_context(viewport={"width": 1366, "height": 768}, color_scheme=scheme, locale="en-GB")
    page = context.new_page()
    try:
        hand = Hand(page, server, name).open()
        hand.sheet.locator("details").evaluate_all("parts => parts.forEach((part) => { part.open = true; })")
        assert violations(hand) == []
        for dialog in ("end", "safeguarding"):
            hand.click(f"open-{dialog}")
            assert violations(hand, "dialog[open]") == []
            page.keyboard.press("Escape")
    finally:
        context.close()


def test_at_200_percent_nothing_runs_out_of_the_window(field_kit, server, chromium):
    context = chromium.new_context(viewport={"width": 683, "height": 384}, device_scale_factor=2, locale="en-GB")
    page = context.new_page()
    try:
        hand = Hand(page, server, "O1").open()
        root = hand.sheet
        assert root.evaluate("one => one.scrollWidth <= one.clientWidth")
        hand.sheet.locator(".qpm-side > summary").click()
        hand.sheet.locator('[id$="go-O-EQ-1"]').click()
        assert page.evaluate("document.activeElement.id").endswith("O-EQ-1")
        hand.sheet.locator('textarea[id$="answer-O-EQ-1-who_agrees"]').fill("the receptionist")
        hand.await_saved()
        assert values_of(field_kit, "observation:O1")["answer:O-EQ-1.who_agrees"]["text"] == "the receptionist"
    finally:
        context.close()
