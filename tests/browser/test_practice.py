"""Practising from the desk: there, written in, back, and erased by one click."""

from __future__ import annotations

import re

import pytest
from barriers import find_barriers
from canary_search import files_holding
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

CANARY = "Uebungsleiter-im-Garten-3309"


def test_a_practice_visit_is_opened_written_in_and_erased(field_kit, server, page) -> None:
    page.goto(server.address("desk.ipynb"))
    page.get_by_role("button", name="Practise on an invented visit").click(timeout=60_000)
    page.get_by_text("Getting the practice visit ready").wait_for()
    practice = page.get_by_role("group", name="Practice.")
    practice.wait_for(timeout=60_000)
    assert not page.url.startswith(server.url)
    expect(page.get_by_role("heading", name="Practice: Site visit to Lantern Advocacy")).to_be_visible()
    expect(page.get_by_text("Invented example")).to_be_visible()
    expect(page.get_by_text("Today", exact=True)).to_be_visible()
    assert page.get_by_role("button", name="Practise on an invented visit").count() == 0
    assert find_barriers(page) == []
    page.locator(".qpm-desk-foot").scroll_into_view_if_needed()
    expect(page.get_by_text("Invented example")).to_be_in_viewport()

    page.get_by_role("link", name=re.compile("interview A1")).click()
    sheet = page.locator(".qpm-interview")
    sheet.wait_for(timeout=60_000)
    for scope in ("talk", "notes"):
        sheet.locator(f'[data-field^="consent:{scope}"] input[value="given"]').check()
    sheet.locator("textarea").first.fill(f"Tried out: {CANARY}.")
    sheet.locator('.qpm-save[data-state="saved"]').wait_for(timeout=20_000)
    sheet.evaluate("one => one.scrollTo(0, one.scrollHeight)")
    expect(sheet.get_by_text("Invented example")).to_be_in_viewport()
    sheet.locator('[id$="-open-safeguarding"]').click()
    sheet.locator('dialog[open] [id$="account-said"]').fill("He shouted at me.")
    expect(sheet.locator("dialog[open] .qpm-account-state")).to_contain_text("Kept apart at")
    page.keyboard.press("Escape")
    sheet.get_by_role("link", name="Back to the desk").click()
    told_of_harm = page.get_by_role("group", name="Accounts of harm")
    told_of_harm.get_by_text("You practised writing down").wait_for(timeout=20_000)
    assert told_of_harm.get_by_role("button").count() == 0, "nobody knows the passphrase of a practice visit"
    practice.get_by_role("button", name="Back to your own desk").click(timeout=20_000)

    go_on = page.get_by_role("button", name="Go on practising")
    go_on.wait_for(timeout=60_000)
    assert page.url.startswith(server.url)

    # One that cannot be opened is not thrown away unasked.
    (field_kit.home / "practice" / "kit.json").write_text("{", encoding="utf-8")
    go_on.press("Enter")
    asked = page.get_by_role("dialog", name="The practice visit cannot be opened")
    asked.wait_for(timeout=30_000)
    assert find_barriers(page) == []
    asked.get_by_role("button", name="Leave it").press("Enter")
    page.get_by_role("status").filter(has_text="left as it is").wait_for()
    assert (field_kit.home / "practice" / "journal.qpm").exists()
    assert find_barriers(page) == []
    assert files_holding(field_kit.home, CANARY) == []
    page.get_by_role("button", name="Erase the practice visit").click()
    page.get_by_role("status").filter(has_text="The practice visit is erased").wait_for(timeout=30_000)
    expect(page.get_by_role("button", name="Practise on an invented visit")).to_be_visible()
    assert not (field_kit.home / "practice").exists()
