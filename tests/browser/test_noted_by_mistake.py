"""A yes or a no that was noted by mistake is taken back, and Ctrl+Z after what it does not undo undoes nothing."""

from __future__ import annotations

import pytest
from field_pages import Hand, find_barriers, plan_anew, until, values_of
from playwright.sync_api import expect

from qpm_widgets.visits import load_interview, load_observation

pytestmark = pytest.mark.browser
BARE = True


class Signs:
    """The dialog for a yes or a no, of one page."""

    def __init__(self, hand: Hand) -> None:
        self.hand, self.dialog = hand, hand.page.get_by_role("dialog", name="A yes or no that somebody shows")

    def open(self) -> None:
        self.hand.page.keyboard.press("Shift+F8")
        self.dialog.wait_for()

    def note(self, sign: str, how: str, code: str = "") -> str:
        if code:
            self.dialog.get_by_role("group", name="Whose?").get_by_label(code).check()
        self.dialog.get_by_label(sign, exact=True).check()
        self.dialog.get_by_label(how, exact=True).check()
        self.dialog.get_by_role("button", name="Note it").click()
        return self.said

    def take_back(self) -> str:
        self.dialog.get_by_role("button", name="Noted by mistake").click()
        return self.said

    @property
    def said(self) -> str:
        return self.dialog.get_by_role("status").inner_text()

    @property
    def listed(self) -> list[str]:
        return self.dialog.locator(".qpm-signs").get_by_role("listitem").all_inner_texts()


def test_a_no_of_one_in_a_group_noted_by_mistake_counts_no_more_also_in_other_windows(field_kit, server, page):
    hand, other = Hand(page, server, "A2").open(), Hand(page.context.new_page(), server, "A2").open()
    page.bring_to_front()
    signs = Signs(hand)
    signs.open()
    expect(signs.dialog.get_by_role("button", name="Noted by mistake")).to_be_hidden()  # nothing is noted yet
    signs.note("No", "In speech", "AD3")
    other.sheet.locator(".qpm-standing", has_text="AD3: No").wait_for()
    assert signs.dialog.locator(".qpm-last-sign").inner_text().startswith("Noted last: AD3: No. In speech")
    assert "nothing counts it" in signs.take_back()
    assert find_barriers(page, ".qpm-dialog[open]") == []
    assert [("Noted by mistake" in line) for line in signs.listed] == [True]
    expect(signs.dialog.get_by_role("button", name="Noted by mistake")).to_be_hidden()
    assert signs.dialog.evaluate("box => box.contains(document.activeElement)"), "the focus is not lost with the button"
    expect(hand.sheet.locator(".qpm-standing")).to_be_hidden()
    other.sheet.locator(".qpm-standing").wait_for(state="hidden")
    # One no that stands is not binding because one before it was a mistake.
    assert "Say once, kindly" in signs.note("No", "By turning or moving away", "AD3")
    page.keyboard.press("Escape")
    page.reload()
    hand.sheet.wait_for(timeout=60_000)
    assert "moving away" in hand.sheet.locator(".qpm-standing").inner_text()
    signs.open()
    assert [("Noted by mistake" in line) for line in signs.listed] == [True, False]
    signs.take_back()
    page.keyboard.press("Escape")
    hand.await_saved()
    page.keyboard.press("Alt+End")
    ending = page.get_by_role("dialog", name="How did it end?")
    expect(ending.get_by_role("radio", name="One of them stops")).not_to_be_checked()
    said = ending.locator(".qpm-signs").get_by_role("listitem").all_inner_texts()
    assert ["Noted by mistake" in line for line in said] == [True, True]
    assert load_interview(field_kit.journal, "harbour", "A2").signs == {}
    entries = list(field_kit.journal.iter_entries("harbour", subject="interview:A2", field_prefix="assent:AD3"))
    assert [one.payload.get("takes_back") for one in entries] == [None, entries[0].entry_id, None, entries[2].entry_id]


def test_a_sign_of_somebody_without_words_is_taken_back_in_the_visit(field_kit, server, page, templates):
    plan_anew(field_kit, templates, "observation:O1", guide="person_without_words")
    hand = Hand(page, server, "O1").open()
    signs = Signs(hand)
    signs.open()
    signs.note("Yes", "By a movement or a gesture")
    signs.note("No", "By face, voice or mood")
    signs.take_back()
    page.keyboard.press("Escape")
    hand.await_saved()
    expect(hand.sheet.locator(".qpm-standing")).to_be_hidden()
    assert until(lambda: load_observation(field_kit.journal, "harbour", "O1").signs == {"assent": 1}, page)
    assert values_of(field_kit, "observation:O1")["assent:person"]["sign"] == "dissent"  # what was taken back, kept
    assert len(list(field_kit.journal.iter_entries("harbour", subject="observation:O1", field_prefix="assent:"))) == 3


def test_undo_after_a_sign_a_consent_or_the_state_says_where_to_put_it_right_and_undoes_nothing(server, page):
    hand = Hand(page, server, "A1").open()
    signs, told = Signs(hand), hand.sheet.locator(".qpm-told")
    hand.agree("AD1", "talk", "notes")
    hand.notes("A-CP-1").fill("They explain it twice.")
    hand.field("answer:A-CP-2.missing").locator("select").select_option("declined")
    missing = hand.field("answer:A-CP-2.missing").locator("select")

    def undo() -> str:
        hand.click("undo")
        return told.inner_text()

    signs.open()
    signs.note("No", "In speech")
    page.keyboard.press("Escape")
    assert "“Note a yes or no …”" in undo()
    assert missing.input_value() == "declined"
    assert undo() == "Undone: why A-CP-2 has no answer."
    missing.select_option("declined")
    # Several agreements are one thing to say; what follows is not lost.
    hand.agree("AD1", "quotes", "supporter")
    assert "where it was asked" in undo()
    assert missing.input_value() == "declined"
    hand.click("open-end")
    ending = page.get_by_role("dialog", name="How did it end?")
    ending.get_by_role("radio", name="Finish").check()
    ending.get_by_role("button", name="Finish").click()
    hand.await_saved()
    assert "at the top of the page" in undo()
    hand.click("reopen")
    assert "at the top of the page" in undo()
    assert undo() == "Undone: why A-CP-2 has no answer."
    assert undo() == "Undone: what was written at A-CP-1."
    # Before that only the agreements were made, and the interview began by itself.
    assert undo() == "What was agreed is not undone here. Choose it anew where it was asked."
    page.keyboard.press("Control+z")
    assert told.inner_text().startswith("There is nothing to undo in this window")
