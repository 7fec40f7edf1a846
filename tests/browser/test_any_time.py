"""Stopping, a break, a sign and the safeguarding steps are one key away, whatever is open over the interview page."""

from __future__ import annotations

import pytest
from barriers import find_barriers
from field_pages import Hand, until, values_of
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
BARE = True

ALWAYS = {
    "F4": "A break",
    "Shift+F8": "A yes or no that somebody shows",
    "Shift+F2": "Someone may be at risk",
    "Alt+End": "How did it end?",
}


@pytest.fixture
def page(shared_window):
    return shared_window


def opened(page) -> list[str]:
    """Titles of the dialogs that are open."""
    return page.locator("dialog[open]").evaluate_all("all => all.map((one) => one.querySelector('h2').textContent)")


def close_all(page) -> None:
    while page.locator("dialog[open]").count():
        page.keyboard.press("Escape")


def test_every_dialog_gives_way_to_what_may_be_needed_at_once(server, page):
    hand = Hand(page, server, "A1").open()
    hand.agree("AD1", "talk", "notes")
    hand.field("answer:A-CP-2.missing").locator("select").select_option("declined")
    hand.field("answer:A-CP-2.missing").locator("select").select_option("not_asked")
    hand.await_saved()
    page.keyboard.press("F9")
    page.keyboard.type("A bell rang")
    hand.await_saved()
    line = hand.sheet.locator(".qpm-jot[data-item]")
    ways = {
        "Find a question": lambda: page.keyboard.press("F2"),
        "Keys": lambda: hand.click("open-keys"),
        "Where does it belong?": lambda: line.get_by_role("button").click(),
        "Another indicator": lambda: hand.click("A-CP-1-more"),
        "Earlier versions": hand.field("answer:A-CP-2.missing").get_by_role("button").last.click,
        "erase": lambda: hand.click("open-erase"),
        **{title: lambda key=key: page.keyboard.press(key) for key, title in ALWAYS.items()},
    }
    hand.sheet.locator(".qpm-consent").evaluate("part => { part.open = true; }")
    for name, open_it in ways.items():
        for key, wanted in ALWAYS.items():
            open_it()
            assert until(lambda: len(opened(page)) == 1, page), name
            page.keyboard.press(key)
            left = opened(page)
            over_a_break = name == "A break" and key in ("Shift+F8", "Shift+F2")
            assert set(left) == ({"A break", wanted} if over_a_break else {wanted}), (name, key)
            assert page.evaluate("document.activeElement.closest('dialog').querySelector('h2').textContent") == wanted
            close_all(page)
    # The same with a mouse or a finger, at the foot of whichever is open.
    page.keyboard.press("F2")
    foot = page.get_by_role("dialog", name="Find a question").get_by_role("group", name="At any time")
    assert find_barriers(page, ".qpm-dialog[open]") == []
    foot.get_by_role("button", name="Stop or finish").click()
    assert opened(page) == ["How did it end?"]
    close_all(page)


def test_what_is_under_a_dialog_has_the_ways_again_when_it_closes(server, page):
    hand = Hand(page, server, "A4").open()
    hand.agree("AD5", "talk", "notes")
    page.keyboard.press("F4")
    foot = page.get_by_role("dialog", name="A break").get_by_role("group", name="At any time")
    for key in ("Shift+F8", "Shift+F2"):
        for _ in range(2):
            page.keyboard.press(key)
            assert set(opened(page)) == {"A break", ALWAYS[key]}
            page.keyboard.press("Escape")
            foot.wait_for(timeout=3_000)
    page.keyboard.press("Shift+F8")
    page.keyboard.press("Shift+F2")
    page.keyboard.press("Escape")
    foot.get_by_role("button", name="Stop or finish").click()
    assert opened(page) == ["How did it end?"]
    close_all(page)


def test_what_was_typed_in_a_dialog_that_gave_way_is_still_there(field_kit, server, page):
    hand = Hand(page, server, "A3").open()
    hand.agree("AD4", "talk", "notes")
    page.keyboard.press("Alt+End")
    ending = page.get_by_role("dialog", name="How did it end?")
    ending.get_by_role("radio", name="Stop here").check()
    ending.locator("input[type=text]").fill("She was tired")
    page.keyboard.press("Shift+F2")
    harm = page.get_by_role("dialog", name="Someone may be at risk")
    harm.get_by_label("Reference").fill("SG-77")
    harm.locator("textarea").first.fill("Bruises, she said.")
    page.keyboard.press("Alt+End")
    assert ending.locator("input[type=text]").input_value() == "She was tired"
    page.keyboard.press("Shift+F2")
    assert harm.get_by_label("Reference").input_value() == "SG-77"
    assert harm.locator("textarea").first.input_value() == "Bruises, she said."
    page.keyboard.press("Alt+End")
    ending.get_by_role("radio", name="Stop here").check()
    ending.locator(".qpm-main").click()
    assert until(lambda: values_of(field_kit, "interview:A3").get("state", {}).get("reason") == "She was tired", page)
    # What has ended has no break; nothing gives way to one then.
    page.keyboard.press("F2")
    page.keyboard.press("F4")
    assert opened(page) == ["Find a question"]


def test_every_agreement_is_taken_back_one_key_away_also_of_who_goes_on(field_kit, server, page):
    hand = Hand(page, server, "A2").open()
    for code in ("AD2", "AD3"):
        hand.agree(code, "talk", "notes", "quotes")
    hand.await_saved()
    ending = page.get_by_role("dialog", name="How did it end?")
    page.keyboard.press("Alt+End")
    ending.get_by_role("radio", name="They go on").check()
    listed = ending.get_by_role("group", name="Does somebody take an agreement back?").get_by_role("checkbox")
    assert listed.count() == 6
    assert find_barriers(page, ".qpm-dialog[open]") == []
    ending.get_by_label("AD3 takes back their agreement to quotes").check()
    ending.get_by_role("button", name="Take it back, and go on").click()
    hand.await_saved()
    kept = values_of(field_kit, "interview:A2")
    given = {field: one["decision"] for field, one in kept.items() if field.startswith("consent:")}
    assert [field for field, decision in given.items() if decision == "withdrawn"] == ["consent:quotes.AD3"]
    assert kept.get("state", {}).get("state") != "stopped"
    expect(hand.notes("A-CP-1")).to_be_enabled()
    hand.sheet.locator(".qpm-consent").evaluate("part => { part.open = true; }")
    hand.click("open-history-consent")
    history = page.get_by_role("dialog", name="What was agreed, and when").get_by_role("listitem")
    assert until(lambda: history.count() >= 7, page)
    assert "AD3, quotes: Took it back. How it was said was not noted." in history.last.inner_text()
    page.keyboard.press("Escape")
    page.keyboard.press("Alt+End")
    ending.get_by_role("radio", name="One of them stops").check()
    ending.get_by_role("group", name="Who stops?").get_by_label("AD2").check()
    assert listed.count() == 2, "talking is taken back by stopping"
    page.keyboard.press("Escape")


def test_an_agreement_that_was_ticked_is_not_lost_by_a_change_of_mind_and_nothing_ticked_takes_nothing_back(
    field_kit, server, page
):
    hand = Hand(page, server, "P3").open()
    hand.agree("PS3", "talk", "notes", "quotes")
    hand.await_saved()
    ending = page.get_by_role("dialog", name="How did it end?")
    page.keyboard.press("Alt+End")
    ending.get_by_role("radio", name="They go on").check()
    ending.get_by_role("button", name="Take it back, and go on").click()
    assert ending.get_by_role("alert").inner_text().startswith("Nothing is taken back yet.")
    quotes = ending.get_by_label("PS3 takes back their agreement to quotes")
    ending.get_by_role("radio", name="Stop here").check()
    quotes.check()
    ending.get_by_role("radio", name="Finish").check()
    expect(quotes).to_be_hidden()
    ending.get_by_role("radio", name="They go on").check()
    expect(quotes).to_be_checked()
    ending.get_by_role("button", name="Take it back, and go on").click()
    assert hand.sheet.locator(".qpm-told").inner_text() == "Taken back: quotes (PS3)."
    hand.await_saved()
    kept = values_of(field_kit, "interview:P3")
    assert kept["consent:quotes.PS3"]["decision"] == "withdrawn"
    assert kept["consent:talk.PS3"]["decision"] == kept["consent:notes.PS3"]["decision"] == "given"
    page.keyboard.press("Alt+End")
    assert ending.get_by_role("checkbox", checked=True).count() == 0
    page.keyboard.press("Escape")


def test_a_reason_is_typed_only_where_there_is_agreement_to_notes_and_will_be(field_kit, server, page):
    hand = Hand(page, server, "P1").open()
    ending = page.get_by_role("dialog", name="How did it end?")
    why, instead = ending.get_by_label("In a few words, why (no names)"), ending.get_by_text("Why is not asked here.")
    page.keyboard.press("Alt+End")
    for end in ("Stop here", "Finish"):
        ending.get_by_role("radio", name=end).check()
        assert (why.is_visible(), instead.is_visible()) == (False, True), "nobody has agreed to anything"
    page.keyboard.press("Escape")
    hand.agree("PS1", "talk", "notes")
    page.keyboard.press("Alt+End")
    ending.get_by_role("radio", name="Stop here").check()
    why.fill("They are tired.")
    notes = ending.get_by_label("PS1 takes back their agreement to notes")
    notes.check()
    assert (why.is_visible(), instead.is_visible()) == (False, True)
    notes.uncheck()
    assert why.input_value() == "They are tired."
    notes.check()
    ending.get_by_role("button", name="Stop here").click()
    hand.await_saved()
    assert values_of(field_kit, "interview:P1")["state"] == {"state": "stopped", "reason": ""}


def test_what_was_typed_and_not_confirmed_outlasts_a_reload_and_is_nowhere_in_plain_words(field_kit, server, page):
    hand = Hand(page, server, "A1").load()
    hand.agree("AD1", "talk", "notes")
    ending = page.get_by_role("dialog", name="How did it end?")
    harm = page.get_by_role("dialog", name="Someone may be at risk")
    page.keyboard.press("Alt+End")
    ending.get_by_role("radio", name="Stop here").check()
    ending.locator("input[type=text]").fill("quittenbaum")
    page.keyboard.press("Shift+F2")
    harm.get_by_label("Reference").fill("SG-4711")
    page.keyboard.press("Escape")
    hand.await_saved()
    stored = "() => JSON.stringify(Object.entries({ ...sessionStorage, ...localStorage }))"
    assert until(lambda: "qpm:harbour/interview:A1" in page.evaluate(stored), page)
    page.reload()
    hand.sheet.wait_for(timeout=60_000)
    assert not [word for word in ("quittenbaum", "SG-4711") if word in page.evaluate(stored)]
    page.keyboard.press("Shift+F2")
    assert harm.get_by_label("Reference").input_value() == "SG-4711"
    harm.get_by_role("button", name="Record the reference").click()
    page.keyboard.press("Alt+End")
    ending.get_by_role("radio", name="Stop here").check()
    assert ending.locator("input[type=text]").input_value() == "quittenbaum"
    ending.locator(".qpm-main").click()
    hand.await_saved()
    kept = values_of(field_kit, "interview:A1")
    assert (kept["state"]["reason"], kept["safeguarding"]["reference"]) == ("quittenbaum", "SG-4711")
    assert until(lambda: "qpm:harbour/interview:A1" not in page.evaluate(stored), page)


def test_a_key_pressed_beside_everything_is_heard_by_the_page_in_front_alone(field_kit, server, page):
    Hand(page, server, "A2").open()
    hand = Hand(page, server, "A4").open()
    before = {name: values_of(field_kit, f"interview:{name}").keys() for name in ("A2", "A4")}
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("F4")
    hand.await_saved()
    assert [name for name in values_of(field_kit, "interview:A4") if name not in before["A4"]] != []
    assert values_of(field_kit, "interview:A2").keys() == before["A2"], "it is behind"
    close_all(page)
