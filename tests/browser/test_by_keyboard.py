"""A whole interview held by real key presses alone: no script puts a value, a tick or the focus anywhere."""

from __future__ import annotations

import pytest
from field_pages import Hand, until, values_of

pytestmark = pytest.mark.browser

AT_MOST = 80  # presses of Tab until something counts as out of reach
PRESSES = 101  # that the whole interview takes beside the typing of words


class Keyboard:
    """Presses keys and counts them; words are typed, and not counted."""

    def __init__(self, page) -> None:
        self.page, self.presses = page, 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.presses += 1
            self.page.keyboard.press(key)

    def reach(self, suffix: str) -> None:
        """Tab until the id of what has the focus ends so."""
        for _ in range(AT_MOST):
            if self.page.evaluate("document.activeElement.id").endswith(suffix):
                return
            self.press("Tab")
        raise AssertionError(f"{suffix} is not reached by Tab")

    def open(self, key: str, title: str) -> None:
        self.press(key)
        self.page.get_by_role("dialog", name=title).wait_for()

    def close(self) -> None:
        self.press("Escape")
        assert self.page.locator("dialog[open]").count() == 0


def answer(hand: Hand, keys: Keyboard, number: int) -> None:
    """The next question without an answer: a note and a quote, a note and what it bears on, or a reason for none."""
    keys.press("F8")
    question = keys.page.evaluate("document.activeElement.closest('.qpm-question').dataset.question")
    if number % 3 == 2:
        keys.reach(f"{question}-missing")
        keys.press("ArrowDown")
        return
    keys.reach(f"{question}-note")
    keys.page.keyboard.type(f"What was said {number}.")
    if number % 3 == 0:
        keys.press("Enter", '"')
        keys.page.keyboard.type("Word for word.")
    else:
        indicator = hand.sheet.locator(f'[data-question="{question}"] .qpm-bearing').first.get_attribute("data-field")
        keys.reach(f"{question}-{indicator.split('.')[-1]}-bearing-supports")
        keys.press("Space")


def test_a_whole_interview_of_twelve_questions_by_keys_alone(field_kit, server, shared_window):
    page = shared_window
    hand = Hand(page, server, "A1").open()
    page.locator(".qpm-cover").wait_for(state="hidden", timeout=20_000)
    keys = Keyboard(page)
    for scope in ("talk", "notes", "quotes"):
        keys.reach(f"{scope}-AD1-given")
        keys.press("Space")
    hand.sheet.locator(".qpm-gate").wait_for(state="hidden")
    for number in range(12):
        answer(hand, keys, number)
        if number == 3:
            keys.open("F4", "A break")
            keys.close()
        if number == 5:
            keys.open("Shift+F8", "A yes or no that somebody shows")
            keys.reach("assent-sign-assent")
            keys.press("Space")
            keys.press("Tab", "Tab")  # past how it was shown, to noting it
            keys.press("Enter")
            page.get_by_text("go on looking").wait_for()
            keys.close()
        if number == 7:
            keys.open("Shift+F2", "Someone may be at risk")
            keys.close()
    keys.open("Alt+End", "How did it end?")
    keys.press("Tab", "ArrowUp", "Enter")
    assert until(lambda: values_of(field_kit, "interview:A1").get("state", {}).get("state") == "finished", page)
    hand.await_saved()

    kept = values_of(field_kit, "interview:A1")
    parts = [field.split(".", 1)[1].split(".")[0] for field, payload in kept.items() if field.startswith("answer:")]
    assert {part: parts.count(part) for part in set(parts)} == {"note": 8, "quote": 4, "evidence": 4, "missing": 4}
    assert all(kept[field]["reason"] for field in kept if field.endswith(".missing"))
    assert {kept[field]["text"] for field in kept if ".quote." in field} == {"Word for word."}
    assert (kept["assent:AD1"]["sign"], kept["pause:1"]["ended"] is not None) == ("assent", True)
    assert keys.presses <= PRESSES, f"{keys.presses} presses besides the words"
