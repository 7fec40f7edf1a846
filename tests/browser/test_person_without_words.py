"""A visit to somebody who does not use words: a yes or a no that they show, by keys alone, and the calm way to stop."""

from __future__ import annotations

import pytest
from barriers import find_barriers
from field_pages import Hand, plan_anew, until, values_of
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
BARE = True


def focus_on(page, name: str) -> None:
    """Tab until the element whose id ends in ``name`` has the focus."""
    for _ in range(60):
        if page.evaluate("document.activeElement.id").endswith(f"-{name}"):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"no key leads to {name}")


def test_a_no_is_noted_by_keys_and_a_second_one_leads_to_stopping(field_kit, server, page, templates):
    plan_anew(field_kit, templates, "observation:O1", guide="person_without_words")
    hand = Hand(page, server, "O1").open()
    dialog = page.get_by_role("dialog", name="A yes or no that somebody shows")

    def note(sign: str, how: str) -> str:
        focus_on(page, "assent-sign-assent")
        page.keyboard.press("Space")
        for _ in range(("assent", "dissent", "unclear").index(sign)):
            page.keyboard.press("ArrowRight")
        if not dialog.locator(f'input[value="{how}"]').is_checked():
            page.keyboard.press("Tab")
            page.keyboard.press("Space")
            while not dialog.locator(f'input[value="{how}"]').is_checked():
                page.keyboard.press("ArrowRight")
        while page.evaluate("document.activeElement.textContent") != "Note it":
            page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        return dialog.get_by_role("status").inner_text()

    page.keyboard.press("Shift+F8")
    dialog.wait_for()
    assert dialog.get_by_role("group", name="Whose?").count() == 0  # there is but one
    assert dialog.locator('input[value="spoken"]:checked').count() == 0  # no way of showing it is taken for granted
    assert "go on looking" in note("assent", "gesture")
    page.keyboard.press("Escape")
    page.keyboard.press("Shift+F8")
    assert "Say once, kindly" in note("dissent", "moved_away")
    assert find_barriers(page, ".qpm-dialog[open]") == []
    page.keyboard.press("Escape")
    assert "The person: No. By turning or moving away" in hand.sheet.locator(".qpm-standing").inner_text()
    assert find_barriers(page, ".qpm-interview") == []
    page.keyboard.press("Shift+F8")
    assert "Stop now" in note("dissent", "expression")
    while page.evaluate("document.activeElement.textContent") != "Stop here":
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    ending = page.get_by_role("dialog", name="How did it end?")
    expect(ending.get_by_role("radio", name="Stop here")).to_be_checked()
    shown = ending.locator(".qpm-signs").get_by_role("listitem").all_inner_texts()
    assert [line.rpartition(",")[0] for line in shown] == [
        "The person: Yes. By a movement or a gesture", "The person: No. By turning or moving away",
        "The person: No. By face, voice or mood",
    ]  # fmt: skip
    assert find_barriers(page, ".qpm-dialog[open]") == []
    page.keyboard.press("Escape")
    # The key opens at what is meant; three presses stop.
    for key in ("Alt+End", "Tab", "Enter"):
        page.keyboard.press(key)
    assert until(lambda: values_of(field_kit, "observation:O1").get("state", {}).get("state") == "stopped", page)
    assert values_of(field_kit, "observation:O1")["assent:person"] == {"sign": "dissent", "how": "expression"}
