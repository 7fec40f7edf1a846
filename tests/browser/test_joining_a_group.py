"""Somebody comes late to a group: by keys alone, asked before anything more is written, in every window."""

from __future__ import annotations

import pytest
from barriers import find_barriers
from field_pages import Hand, until, values_of
from playwright.sync_api import expect

from qpm_widgets.visits import load_interview

pytestmark = pytest.mark.browser
PATIENCE = 60_000  # ms: a first page on a busy machine


def tab_to(page, name: str) -> None:
    """Tab until the element whose id ends in ``name`` has the focus."""
    for _ in range(120):
        if page.evaluate("document.activeElement.id").endswith(f"-{name}"):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"no key leads to {name}")


def test_who_comes_late_to_a_group_is_asked_and_the_others_go_on(field_kit, server, page):
    hand = Hand(page, server, "A2").open()
    other = Hand(page.context.new_page(), server, "A2").open()
    for code in ("AD2", "AD3"):
        hand.agree(code, "talk", "notes", "quotes")
    expect(hand.notes("A-CP-1")).to_be_enabled()
    hand.notes("A-CP-1").fill("They explain it twice.")
    hand.await_saved()
    agreed = {field: said for field, said in values_of(field_kit, "interview:A2").items() if "consent:" in field}
    hand.notes("A-CP-1").press_sequentially(" Before anybody joined.")
    hand.click("go-consent")
    tab_to(page, "open-join")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Somebody joins the group")
    assert find_barriers(page, ".qpm-dialog[open]") == []
    tab_to(page, "join-code")
    page.keyboard.press("ArrowDown")  # AD1 is offered first, then AD4
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    dialog.wait_for(state="detached", timeout=PATIENCE)

    asked = hand.sheet.get_by_role("heading", name="Agreement of AD4")
    asked.wait_for(state="attached", timeout=PATIENCE)
    hand.sheet.get_by_text("Not asked yet, about talking or about notes: AD4.").wait_for(timeout=PATIENCE)
    expect(hand.sheet.get_by_text("or was added by mistake, as “Not here, or takes no part”")).to_be_visible()
    assert load_interview(field_kit.journal, "harbour", "A2").plan.respondents == ("AD2", "AD3", "AD4")
    now = {field: said for field, said in values_of(field_kit, "interview:A2").items() if "consent:" in field}
    assert now == agreed, "nobody else's agreement changes"
    expect(hand.notes("A-CP-1")).to_be_disabled()
    said = values_of(field_kit, "interview:A2")["answer:A-CP-1.note"]["text"]
    assert said == "They explain it twice. Before anybody joined."
    assert find_barriers(page, ".qpm-interview") == []
    # The same page in another window asks as well.
    other.sheet.get_by_role("heading", name="Agreement of AD4").wait_for(state="attached", timeout=PATIENCE)
    hand.agree("AD4", "talk", "notes")
    expect(hand.notes("A-CP-1")).to_be_enabled()
    hand.notes("A-CP-1").press("Control+End")
    hand.notes("A-CP-1").press_sequentially(" After.")
    hand.await_saved()
    kept = "They explain it twice. Before anybody joined. After."
    until(lambda: values_of(field_kit, "interview:A2")["answer:A-CP-1.note"]["text"] == kept, page)
    assert values_of(field_kit, "interview:A2")["answer:A-CP-1.note"]["text"] == kept
    assert hand.field("consent:talk.AD2").locator("input:checked").input_value() == "given"
