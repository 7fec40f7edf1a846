"""What a day brings: a paper form in a second window, an own question on the card, a search in Welsh, longer talks."""

from __future__ import annotations

import pytest
from field_pages import Hand, find_barriers, open_page, values_of
from playwright.sync_api import expect

from qpm_widgets.visits import load_interview

pytestmark = pytest.mark.browser
BARE = True


def hint(hand: Hand) -> str:
    return hand.sheet.locator(".qpm-told").inner_text()


def test_what_is_keyed_in_from_paper_keeps_its_mark_in_another_window(field_kit, server, page):
    hand = Hand(page, server, "A1").open()
    hand.agree("AD1", "talk", "notes")
    hand.click("paper")
    for name, value in (("day", "2026-10-13"), ("began", "10:00"), ("ended", "10:40")):
        hand.sheet.locator(f'[id$="-held-{name}"]').fill(value)
    hand.notes("A-CP-1").fill("They explain it twice.")
    hand.await_saved()
    other = Hand(page.context.new_page(), server, "A1").open()
    switch = other.sheet.get_by_role("checkbox", name="I am keying this in from a paper form")
    expect(switch).to_be_checked()
    since = other.sheet.locator(".qpm-paper-notice")
    assert since.is_visible() and "keyed in from paper since" in since.inner_text()
    other.notes("A-CP-2").fill("On the form as well.")
    other.await_saved()
    switch.uncheck()
    expect(since).to_be_hidden()
    other.notes("A-CP-3").fill("By ear, on the telephone.")
    other.await_saved()
    other.page.reload()
    other.sheet.wait_for(timeout=60_000)
    expect(switch).not_to_be_checked()  # this window has said so
    kept = values_of(field_kit, "interview:A1")
    assert [kept[f"answer:A-CP-{n}.note"].get("source", "") for n in (1, 2, 3)] == ["paper", "paper", ""]


def test_an_own_question_is_on_the_card_as_it_stands(field_kit, server, page):
    hand = Hand(page, server, "P1").open()  # in Easy Read
    hand.agree("PS1", "talk", "notes")
    card = page.get_by_role("dialog", name="Shown to the person")
    hand.sheet.get_by_role("button", name="+ Add a question").first.click()
    own = hand.sheet.locator(".qpm-own .qpm-question").first
    expect(own.locator("textarea").first).to_be_focused()
    page.keyboard.press("Control+Enter")
    assert card.is_hidden() and "Write your question first" in hint(hand)
    own.locator("textarea").first.fill("What helps on a bad day?")
    assert "no Easy Read" in own.inner_text()
    page.keyboard.press("Control+Enter")
    assert card.inner_text().strip() == "What helps on a bad day?"
    assert find_barriers(page, ".qpm-show-card") == []
    page.keyboard.press("ArrowLeft")
    before = card.inner_text().strip()
    assert before and before != "What helps on a bad day?"
    page.keyboard.press("ArrowRight")
    assert card.inner_text().strip() == "What helps on a bad day?"
    page.keyboard.press("Escape")
    card.wait_for(state="hidden")
    own.get_by_role("button", name="Show").first.click()
    assert card.inner_text().strip() == "What helps on a bad day?"
    page.keyboard.press("ArrowRight")
    assert card.inner_text().strip() != "What helps on a bad day?"
    page.keyboard.press("Escape")
    hand.await_saved()


def test_an_interpreter_who_turned_up_is_noted_after_the_beginning_and_briefed(field_kit, server, page):
    hand = Hand(page, server, "P3").open()
    hand.agree("PS3", "talk", "notes")
    hand.notes("P-CP-1").fill("She is on my side.")
    hand.await_saved()
    assert hand.sheet.get_by_role("heading", name="Through an interpreter").count() == 0
    hand.sheet.locator(".qpm-consent").evaluate("part => { part.open = true; }")
    hand.sheet.get_by_role("checkbox", name="An interpreter is here").click()
    brief = hand.sheet.get_by_role("heading", name="Through an interpreter")
    brief.wait_for(timeout=60_000)
    part = hand.sheet.locator(".qpm-mode")
    assert "Brief the interpreter first" in part.inner_text()
    assert "I talk to you, and not to the interpreter." in part.inner_text()
    assert hand.notes("P-CP-1").input_value() == "She is on my side."
    assert load_interview(field_kit.journal, "harbour", "P3").plan.interpreter
    assert find_barriers(page, ".qpm-interview") == []


def test_a_search_in_a_welsh_conversation_finds_english_words_and_easy_read_ones(server, page):
    Hand(page, server, "P2").open()
    page.keyboard.press("F2")
    found = page.get_by_role("dialog", name="Find a question")
    box = found.get_by_role("combobox")
    for words in ("friend asks", "What does your advocate do", "ffrind"):
        box.fill(words)
        first = found.get_by_role("option").first
        assert first.get_attribute("data-found") == "P-CP-1", words
        assert first.locator("[lang]").first.get_attribute("lang") == "cy"


def test_after_a_reload_the_undo_says_where_earlier_versions_are(server, page):
    hand = Hand(page, server, "A3").open()
    page.keyboard.press("Control+z")
    assert "There is nothing to undo in this window." in hint(hand)
    assert "“Earlier versions”" in hint(hand)


def test_an_interpreter_doubles_the_usual_minutes_of_a_planned_interview_and_no_others(field_kit, server, page):
    open_page(page, server, "harbour/V1/plan.ipynb")
    minutes = page.get_by_label("Minutes", exact=True)
    page.get_by_role("button", name="Change A4", exact=True).click()
    usual = int(minutes.input_value())
    page.get_by_label("An interpreter", exact=False).check()
    assert int(minutes.input_value()) == 2 * usual
    minutes.fill("75")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("button", name="Change A4", exact=True).click()
    page.get_by_label("An interpreter", exact=False).uncheck()
    assert minutes.input_value() == "75"  # somebody has said so


def test_how_somebody_agreed_is_never_taken_for_granted_and_chosen_once(field_kit, server, page):
    hand = Hand(page, server, "A2").open()
    hand.agree("AD2", "talk", "notes")
    talk, quotes = (hand.field(f"consent:{scope}.AD2") for scope in ("talk", "quotes"))
    needed = talk.get_by_text("Choose how they said it.")
    expect(needed).to_be_visible()
    hand.await_saved()
    assert values_of(field_kit, "interview:A2")["consent:talk.AD2"]["how"] == ""
    talk.get_by_label("How they said it").select_option("signed")
    expect(needed).to_be_hidden()
    expect(quotes.get_by_label("How they said it")).to_have_value("signed")
    expect(hand.field("consent:talk.AD3").get_by_label("How they said it")).to_have_value("")  # somebody else
    quotes.locator('input[value="given"]').check()
    quotes.get_by_label("How they said it").select_option("aac")
    hand.await_saved()
    kept = values_of(field_kit, "interview:A2")
    assert [kept[f"consent:{scope}.AD2"]["how"] for scope in ("talk", "notes", "quotes")] == ["signed", "signed", "aac"]
    assert find_barriers(page, ".qpm-consent") == []


def test_a_mark_is_taken_away_also_after_a_reload(field_kit, server, page):
    hand = Hand(page, server, "A4").open()
    hand.agree("AD5", "talk", "notes")
    bears = hand.field("answer:A-CP-1.evidence.CP1")
    away = bears.get_by_role("button", name="Take the mark away")
    expect(away).to_be_hidden()
    bears.locator('input[value="supports"]').check()
    hand.await_saved()
    page.reload()
    hand.sheet.wait_for(timeout=60_000)
    away.click()
    expect(away).to_be_hidden()
    assert bears.locator("input:checked").count() == 0
    hand.await_saved()
    assert values_of(field_kit, "interview:A4")["answer:A-CP-1.evidence.CP1"]["bearing"] == ""
    page.keyboard.press("Control+z")  # from a radio, not from a text box
    expect(bears.locator('input[value="supports"]')).to_be_checked()
    hand.await_saved()
