"""The identifier guard on the interview page: asked before anything is saved, answered or not, and no word lost."""

from __future__ import annotations

import pytest
from barriers import find_barriers
from field_pages import Hand, until, values_of
from playwright.sync_api import expect

from qpm_widgets.journal import Edit
from qpm_widgets.visits import load_interview

pytestmark = pytest.mark.browser
BARE = True


@pytest.fixture
def page(shared_window):
    return shared_window


def versions(kit, field: str, interview: str = "A3") -> list[str]:
    """Every version of a field that the journal ever had."""
    entries = kit.journal.iter_entries("harbour", subject=f"interview:{interview}", field_prefix=field)
    return [str((entry.payload or {}).get("text")) for entry in entries]


def lines_under(hand: Hand, field: str):
    return hand.field(field).locator(".qpm-identifiers p:has(button)")


def await_question(hand: Hand, field: str) -> None:
    hand.field(field).locator(".qpm-waits").wait_for()


@pytest.fixture
def hand(field_kit, server, page) -> Hand:
    field_kit.journal.keep_names("harbour", "V1", ["Mair Evans"])
    opened = Hand(page, server, "A3").open()
    opened.agree("AD4")
    opened.await_saved()
    return opened


def test_taken_out_it_never_was_in_the_journal_and_kept_it_is_not_asked_about_again(field_kit, hand, page):
    field = "answer:A-CP-1.note"
    hand.notes("A-CP-1").press_sequentially("\U0001f600 Ring ")
    for group in ("01632", " 960", " 001"):  # read off a card, with a look at the card in between
        page.keyboard.type(group)
        page.wait_for_timeout(700)
    await_question(hand, field)
    assert hand.save_text.startswith("Saving")
    assert page.evaluate("document.activeElement.id") == hand.notes("A-CP-1").get_attribute("id")
    assert "Looks like a telephone number: 01632 960 001" in lines_under(hand, field).inner_text()
    assert "01632 960 001" in hand.sheet.locator(".qpm-noticed").inner_text(), "read out"

    page.keyboard.press("Tab")  # to the words: shown in the box
    page.keyboard.press("Enter")
    chosen = hand.notes("A-CP-1").evaluate("box => box.value.slice(box.selectionStart, box.selectionEnd)")
    assert chosen == "01632 960 001"
    for _ in range(2):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.type(" to ask.")
    hand.await_saved()
    assert (
        values_of(field_kit, "interview:A3")[field]["text"] == "\U0001f600 Ring [a telephone number, taken out] to ask."
    )
    assert not [one for one in versions(field_kit, field) if "01632" in one]
    assert lines_under(hand, field).count() == 0

    # Kept: noted with the words, and not asked about again, neither now nor when the page is opened again.
    field = "answer:A-CP-2.note"
    hand.notes("A-CP-2").press_sequentially("mair let us in. ")
    await_question(hand, field)
    lines_under(hand, field).get_by_role("button", name="Keep it").click()
    hand.await_saved()
    assert values_of(field_kit, "interview:A3")[field] == {
        "text": "mair let us in. ", "wording": "plain", "language": "en", "kept": ["mair"]
    }  # fmt: skip
    page.keyboard.type("Then mair left.")
    assert until(lambda: "left." in versions(field_kit, field)[-1], page, seconds=5), "not held again"
    page.reload()
    hand.sheet.wait_for(timeout=60_000)
    assert lines_under(hand, field).count() == 0


def test_what_nobody_answers_is_saved_as_it_is(field_kit, hand, page):
    field = "answer:A-OPN-1.note"
    box = hand.field(field).locator("textarea")
    box.press_sequentially("Born 12 May 1958.")
    await_question(hand, field)
    assert versions(field_kit, field) in ([], ["Born "])
    assert until(lambda: "Born 12 May 1958." in versions(field_kit, field), page), "after a while, with nothing done"
    hand.await_saved()
    expect(hand.field(field).locator(".qpm-waits")).to_be_hidden()
    assert lines_under(hand, field).count() == 1, "still pointed out"
    page.reload()
    hand.sheet.wait_for(timeout=60_000)
    assert lines_under(hand, field).count() == 1, "nobody has decided"
    box.press("End")
    page.keyboard.type(" Also jo@example.org,")
    await_question(hand, field)
    hand.notes("A-CP-1").focus()
    assert until(lambda: versions(field_kit, field)[-1].endswith("jo@example.org,"), page, seconds=4), (
        "the box was left"
    )


def test_a_number_in_the_reason_for_stopping_brings_its_dialog_back(field_kit, hand, page):
    reason = "To go on, ring 01632 960 001"
    hand.sheet.get_by_role("button", name="Stop or finish").click()
    dialog = hand.sheet.locator("dialog[open]")
    dialog.locator("input[value=stopped]").check()
    dialog.get_by_label("In a few words, why (no names)").fill(reason)
    dialog.locator(".qpm-main").click()
    await_question(hand, "state")
    expect(dialog).to_be_visible()
    assert dialog.get_by_label("In a few words, why (no names)").input_value() == reason
    lines_under(hand, "state").get_by_role("button", name="Take it out").click()
    hand.await_saved()
    expect(dialog).to_be_hidden()
    told = {"state": "stopped", "reason": "To go on, ring [a telephone number, taken out]"}
    assert values_of(field_kit, "interview:A3")["state"] == told
    entries = field_kit.journal.iter_entries("harbour", subject="interview:A3", field_prefix="state")
    assert not [one for one in entries if "01632" in str(one.payload)]
    # Closing the dialog is an answer as well: it is saved as it is.
    hand.sheet.get_by_role("button", name="Stop or finish").click()
    dialog.get_by_label("In a few words, why (no names)").fill(reason)
    dialog.locator(".qpm-main").click()
    await_question(hand, "state")
    page.keyboard.press("Escape")
    assert until(lambda: values_of(field_kit, "interview:A3")["state"]["reason"] == reason, page, seconds=4)
    hand.click("reopen")
    hand.await_saved()


@pytest.mark.parametrize("more", ["", " or 01632 960002 at once"])
def test_words_that_are_asked_about_as_somebody_joins_are_saved_before_the_group_is_another(
    field_kit, server, page, more
):
    field = "answer:A-CP-1.note" if more else "answer:A-CP-2.note"
    hand = Hand(page, server, "A2").load()
    for code in ("AD2", "AD3"):
        hand.agree(code, "talk", "notes")
    hand.await_saved()
    before = len(load_interview(field_kit.journal, "harbour", "A2").plan.respondents)
    notes = hand.notes(field[7:-5])
    notes.press_sequentially("Ring 01632 960001")
    await_question(hand, field)
    notes.press_sequentially(more)  # what is typed last is not sent yet
    words = notes.input_value()
    hand.sheet.locator('[id$="-open-join"]').evaluate("button => button.click()")
    dialog = page.get_by_role("dialog", name="Somebody joins the group")
    dialog.get_by_role("button", name="They join").click()
    dialog.wait_for(state="detached", timeout=60_000)
    hand.sheet.wait_for(timeout=60_000)
    assert until(lambda: len(load_interview(field_kit.journal, "harbour", "A2").plan.respondents) > before, page)
    entries = list(field_kit.journal.iter_entries("harbour", subject="interview:A2"))
    joined = max(one.device_seq for one in entries if one.field == "plan")
    said = [one for one in entries if one.field == field and one.payload and one.payload["text"] == words]
    assert said, "the words are in the journal"
    assert max(one.device_seq for one in said) < joined, "among those who were there"
    assert notes.input_value() == words
    hand.await_saved()
    field_kit.journal.append(_without_the_newcomer(field_kit, before))


def _without_the_newcomer(field_kit, number: int) -> Edit:
    plan = field_kit.journal.current_entry("harbour", "interview:A2", "plan")
    payload = dict(plan.payload) | {"respondents": plan.payload["respondents"][:number]}
    return Edit("harbour", "interview:A2", "plan", payload, supersedes=(plan.entry_id,))


def test_what_is_pointed_out_has_no_barriers(hand, page):
    """By itself, for looking takes longer than the question waits."""
    field = "answer:A-CP-4.note"
    hand.notes("A-CP-4").fill("Ring 01632 960 001")
    lines_under(hand, field).first.wait_for()
    assert find_barriers(page, f'[data-field="{field}"]') == []
    hand.sheet.get_by_role("button", name="Stop or finish").click()
    dialog = hand.sheet.locator("dialog[open]")
    dialog.locator("input[value=stopped]").check()
    dialog.get_by_label("In a few words, why (no names)").fill("To go on, ring 01632 960 001")
    dialog.locator(".qpm-main").click()
    lines_under(hand, "state").first.wait_for()
    assert find_barriers(page, ".qpm-dialog") == []
