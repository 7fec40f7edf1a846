"""Undoing and doing again on every page, and the earlier versions of what was saved there."""

from __future__ import annotations

import re

import pytest
from field_pages import Hand, open_page, until, values_of

pytestmark = pytest.mark.browser
BARE = True


@pytest.fixture
def page(shared_window):
    return shared_window


def told(hand: Hand) -> str:
    return hand.sheet.locator(".qpm-told").inner_text()


def test_reasons_marks_breaks_and_the_check_are_undone_and_done_again(field_kit, server, page):
    hand = Hand(page, server, "A1").open()
    keys = page.keyboard
    hand.agree("AD1", "talk", "notes", "quotes")

    def recorded(field: str) -> dict[str, object]:
        hand.await_saved()
        return values_of(field_kit, "interview:A1")[field]

    missing = hand.field("answer:A-CP-2.missing").locator("select")
    bears = hand.field("answer:A-CP-1.evidence.CP1")
    supports, mixed = (bears.locator(f"input[value={one}]") for one in ("supports", "mixed"))
    missing.select_option("declined")
    missing.select_option("not_asked")
    supports.check()
    mixed.check()
    keys.press("Control+z")
    assert told(hand) == "Undone: how A-CP-1 bears on CP1." and supports.is_checked()
    keys.press("Control+z")
    keys.press("Control+z")
    assert told(hand) == "Undone: why A-CP-2 has no answer." and missing.input_value() == "declined"
    keys.press("Control+y")
    assert told(hand) == "Done again: why A-CP-2 has no answer." and missing.input_value() == "not_asked"
    keys.press("Control+Shift+Z")
    hand.sheet.get_by_role("button", name="Redo what was undone").click()
    assert told(hand) == "Done again: how A-CP-1 bears on CP1." and mixed.is_checked()
    assert recorded("answer:A-CP-1.evidence.CP1")["bearing"] == "mixed"
    keys.press("Control+y")
    assert told(hand) == "There is nothing in this window that was undone."
    hand.sheet.get_by_role("button", name="Earlier versions A-CP-2 missing").click()
    versions = page.get_by_role("dialog", name="Earlier versions")
    versions.get_by_role("listitem").first.wait_for()
    said = versions.locator(".qpm-version").all_inner_texts()
    assert said[0] != said[1] and "Did not want to answer" in said
    versions.get_by_role("listitem").nth(said.index("Did not want to answer")).get_by_role("button").click()
    assert recorded("answer:A-CP-2.missing") == {"reason": "declined"}


def test_of_a_break_the_reason_is_undone_and_that_the_notes_were_read_back(field_kit, server, page):
    hand = Hand(page, server, "P1").open()
    keys = page.keyboard
    versions = page.get_by_role("dialog", name="Earlier versions")

    def recorded(field: str) -> dict[str, object]:
        hand.await_saved()
        return values_of(field_kit, "interview:P1")[field]

    keys.press("F4")
    page.get_by_role("dialog", name="A break").get_by_label("Somebody is upset").check()
    keys.press("Escape")
    keys.press("Alt+End")
    ending = page.get_by_role("dialog", name="How did it end?")
    ending.get_by_label("I read it back, and it is right").check()
    keys.press("Escape")
    keys.press("Control+z")
    assert told(hand) == "Undone: that the main points were read back."
    assert recorded("closing:check_back")["done"] is False
    keys.press("Control+z")
    assert told(hand).startswith("Undone: why there was a break at ")
    kept = recorded("pause:1")
    assert kept["why"] == "break" and kept["ended"] is not None
    keys.press("Alt+End")
    ending.get_by_role("button", name="Earlier versions pause 1").click()
    versions.get_by_role("listitem").first.wait_for()
    assert versions.locator(".qpm-version").all_inner_texts()[1:2] == ["Somebody is upset"]
    keys.press("Escape")
    keys.press("Escape")
    # Consents are not taken back here: they are asked for anew.
    hand.agree("PS1", "quotes", decision="declined")
    keys.press("Control+z")
    assert recorded("consent:quotes.PS1")["decision"] == "declined"


def test_that_words_are_kept_on_purpose_is_undone_and_asked_again(field_kit, server, page):
    hand = Hand(page, server, "A3").open()
    hand.agree("AD4")
    hand.notes("A-CP-1").fill("Ring 01632 960001 first.")
    box = hand.field("answer:A-CP-1.note")
    box.get_by_role("button", name="Keep it, it is needed").click()
    hand.await_saved()
    assert box.get_by_role("button", name="Keep it, it is needed").count() == 0
    page.keyboard.press("Tab")
    page.keyboard.press("Control+z")
    assert told(hand) == "Undone: what is kept though it may point to somebody."
    box.get_by_role("button", name="Keep it, it is needed").wait_for()
    assert hand.notes("A-CP-1").input_value() == "Ring 01632 960001 first."
    page.keyboard.press("Control+y")
    assert until(lambda: values_of(field_kit, "interview:A3").get("answer:A-CP-1.note", {}).get("kept"), page)


def test_a_word_that_was_erased_comes_back_by_no_undo(field_kit, server, page):
    hand = Hand(page, server, "A4").open()
    hand.agree("AD5", "talk", "notes", "quotes")
    hand.click("A-CP-1-add")
    hand.field("answer:A-CP-1.quote.1").locator("textarea").first.fill("quittenbaum")
    hand.await_saved()
    hand.sheet.get_by_role("button", name="Take this quote back A-CP-1 1").click()
    hand.await_saved()
    hand.click("open-erase")
    dialog = hand.sheet.locator("dialog[open]")
    dialog.locator("input[type=text]").fill("A4")
    dialog.locator(".qpm-danger").click()
    dialog.get_by_role("heading", name="Erased for good").wait_for(timeout=60_000)
    # Whatever closes the dialog: in this window nothing of it is left to be put back.
    edits = "[...window.qpmChannels.values()].map(({ memory }) => [memory.edits, memory.undone])"
    kept = page.evaluate(f"() => JSON.stringify({edits})")
    assert "quittenbaum" not in kept
    assert "A-CP-1.quote.1" not in kept
    page.keyboard.press("Escape")
    hand.sheet.wait_for(timeout=60_000)
    page.keyboard.press("Control+z")
    assert "quittenbaum" not in page.content()
    entries = field_kit.journal.iter_entries("harbour", subject="interview:A4")
    assert not [one for one in entries if "quittenbaum" in str(one.payload)]


def test_a_first_rating_is_undone_to_not_rated_and_a_second_press_undoes_no_more(field_kit, server, page):
    open_page(page, server, "harbour/V1/debrief.ipynb")
    page.get_by_role("navigation").get_by_role("button", name=re.compile("^2 Independence")).click(timeout=60_000)
    said = page.locator(".qpm-undo [role=status]")
    ratings = {}
    for name in ("IN1", "IN2"):
        indicator = page.get_by_role("group").filter(has_text=name)
        indicator.locator("summary").click()
        ratings[name] = indicator.get_by_role("radio")

    def rate(name: str, place: int) -> object:
        before = values_of(field_kit, "visit:V1").get(f"rating:{name}")
        ratings[name].nth(place).check()
        assert until(lambda: values_of(field_kit, "visit:V1").get(f"rating:{name}") != before, page)
        return values_of(field_kit, "visit:V1")[f"rating:{name}"]

    wanted = rate("IN1", 0)
    rate("IN1", 1)
    rate("IN2", 1)
    page.keyboard.press("Control+z")
    said.get_by_text("Undone: the rating of IN2.").wait_for()
    indicator = page.get_by_role("group").filter(has_text="IN2")
    assert until(lambda: values_of(field_kit, "visit:V1")["rating:IN2"]["level"] == "", page)
    assert indicator.locator(".qpm-level").inner_text() == "Not rated"
    assert indicator.get_by_role("radio", checked=True).count() == 0
    page.evaluate(
        "() => { for (let n = 0; n < 2; n += 1) document.activeElement.dispatchEvent("
        "new KeyboardEvent('keydown', { key: 'z', ctrlKey: true, bubbles: true, cancelable: true })); }"
    )
    said.get_by_text("Undone: the rating of IN1.").wait_for()
    assert until(lambda: values_of(field_kit, "visit:V1")["rating:IN1"] == wanted, page)
    page.wait_for_timeout(300)  # the second press is long answered
    assert said.inner_text() == "Undone: the rating of IN1."
    assert values_of(field_kit, "visit:V1")["rating:IN2"]["level"] == ""
    # The journal has it so: also when the page is opened again, and among its versions.
    page.reload()
    page.get_by_role("navigation").get_by_role("button", name=re.compile("^2 Independence")).click(timeout=60_000)
    assert indicator.locator(".qpm-level").inner_text() == "Not rated"
    if not indicator.evaluate("one => one.open"):
        indicator.locator("summary").click()
    indicator.get_by_role("button", name="Earlier versions").click()
    versions = page.get_by_role("dialog", name="Earlier versions")
    versions.get_by_text("Not rated", exact=True).wait_for()
    versions.get_by_role("listitem").last.get_by_role("button").click()
    assert until(lambda: values_of(field_kit, "visit:V1")["rating:IN2"]["level"], page)
