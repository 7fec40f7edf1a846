"""The interview page as a screen reader has it, in a system's own colours, and on paper."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from field_pages import Hand
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
BARE = True

CONTROLS = "button|textbox|checkbox|radio|combobox|link|searchbox|option|dialog|article|region|navigation|heading"
NAMELESS = re.compile(rf"^\s*- '?(?:{CONTROLS})(?! \")", re.MULTILINE)


@pytest.fixture(scope="module")
def hand(module_window, server) -> Hand:
    hand = Hand(module_window, server, "A1").open()
    module_window.locator(".qpm-cover").wait_for(state="hidden", timeout=20_000)
    return hand


@pytest.fixture(autouse=True)
def as_on_a_screen(hand: Hand) -> Iterator[None]:
    yield
    hand.page.emulate_media(media="screen", forced_colors="none")
    hand.page.locator("dialog[open]").evaluate_all("boxes => boxes.forEach((box) => box.close())")


def has(tree: str, *parts: str) -> None:
    assert NAMELESS.findall(tree) == []
    missing = [part for part in parts if part not in tree]
    assert not missing, tree


def test_every_state_of_the_page_has_names_and_roles(hand: Hand):
    page, consent = hand.page, hand.sheet.get_by_role("region", name="Consent")
    has(
        hand.sheet.aria_snapshot(),
        'heading "Interview A1 · advocate" [level=1]', 'navigation "On this page"', 'region "Consent"',
        'button "Safeguarding"', 'button "Pause"', 'button "Stop or finish"', 'textbox "Notes A-CP-1" [disabled]',
    )  # fmt: skip
    has(
        consent.aria_snapshot(), 'group "Talking"', 'group "What AD1 said: To talk with the assessor"', 'radio "Agreed"'
    )
    hand.agree("AD1", "talk", "notes")
    hand.click("A-CP-1-add")
    question = hand.sheet.locator('[data-question="A-CP-1"]').aria_snapshot()
    has(
        question, 'article "', 'textbox "Notes A-CP-1"', 'combobox "No answer, because A-CP-1"', 'radio "Supports"',
        'button "Take this quote back A-CP-1 1"', 'textbox "What was said, quote 1 of A-CP-1"',
    )  # fmt: skip
    for key, parts in {
        "F4": ('dialog "A break"', "timer", 'button "Go on"'),
        "Shift+F8": (
            'dialog "A yes or no that somebody shows"',
            'group "What do they say or show?"',
            'button "Note it"',
        ),
        "Shift+F2": ('dialog "Someone may be at risk"', 'group "At any time"'),
        "Alt+End": ('dialog "How did it end?"', 'radio "Finish"', 'textbox "In a few words, why (no names)"'),
        "F2": ('dialog "Find a question"', "combobox"),
        "Control+Enter": ('dialog "Shown to the person"', "heading", 'button "Back to your notes"'),
    }.items():
        page.keyboard.press(key)
        has(hand.sheet.aria_snapshot(), *parts)
        page.keyboard.press("Escape")


def test_in_a_systems_own_colours_what_is_chosen_focused_and_out_of_reach_can_be_told(hand: Hand):
    page = hand.page
    hand.agree("AD1", "talk", "notes")
    page.emulate_media(forced_colors="active")
    page.keyboard.press("F2")
    page.keyboard.press("Escape")

    def style(selector: str, name: str) -> str:
        return hand.sheet.locator(selector).first.evaluate("(one, name) => getComputedStyle(one)[name]", name)

    hand.notes("A-CP-1").focus()
    page.keyboard.press("Tab")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    for selector in (".qpm-question", ".qpm-pill", "textarea", ".qpm-acts button"):
        assert style(selector, "borderTopStyle") == "solid" and style(selector, "borderTopWidth") != "0px"
    assert style(".qpm-pill:has(:checked)", "outlineStyle") == "solid"
    assert style("button.qpm-main", "borderTopWidth") == "3px"
    assert style('[id$="-redo"]', "color") != style('[id$="-open-keys"]', "color")


def test_on_paper_are_whole_texts_nothing_to_press_and_what_it_is(hand: Hand):
    page = hand.page
    hand.agree("AD1", "talk", "notes")
    box = hand.notes("A-CP-3")
    box.fill("It was said at length. " * 60)
    box.evaluate("one => { one.style.height = '80px'; }")  # as who has drawn it smaller
    line = hand.sheet.get_by_text("This paper holds what people said in an interview.")
    expect(line).to_be_hidden()
    page.emulate_media(media="print")
    expect(line).to_be_visible()
    assert hand.sheet.get_by_role("button").count() == 0
    expect(hand.sheet.get_by_role("navigation")).to_be_hidden()
    assert box.evaluate("one => one.clientHeight >= one.scrollHeight - 1")
    expect(hand.sheet.locator('[data-prompts="A-CP-3"]').get_by_role("listitem").first).to_be_visible()
