"""Every page on a tablet of ten inches, lying and standing, held by finger: nothing is too small, cut or covered."""

from __future__ import annotations

import re

import pytest
from conftest import new_context
from field_pages import Hand, open_page

pytestmark = pytest.mark.browser
BARE = True

LYING, STANDING = {"width": 1280, "height": 800}, {"width": 800, "height": 1280}
WITH_KEYBOARD = {"width": 1280, "height": 400}  # what an on-screen keyboard leaves of it

# What a finger would miss: smaller than 24 by 24 (WCAG 2.2, 2.5.8), a main button less than 44 high; a box with its
# label is one target, and a link in a sentence is as large as its words.
TOO_SMALL = """sheet => [...sheet.querySelectorAll('button, a[href], input, select, textarea, summary')]
    .filter((one) => one.checkVisibility() && (one.tagName !== 'A' || !one.closest('p, li')))
    .map((one) => {
        const around = [one, ...(one.type === 'radio' || one.type === 'checkbox' ? one.labels : [])]
            .map((part) => part.getBoundingClientRect());
        const size = ['left', 'top'].map((edge) => Math.min(...around.map((box) => box[edge])));
        const end = ['right', 'bottom'].map((edge) => Math.max(...around.map((box) => box[edge])));
        return { one, width: end[0] - size[0], height: end[1] - size[1] };
    })
    .filter(({ one, width, height }) => width < 24 || height < (one.matches('.qpm-main') ? 44 : 24))
    .map(({ one, width, height }) => `${one.outerHTML.slice(0, 90)} ${Math.round(width)} x ${Math.round(height)}`)"""
OVERFLOWS = """sheet => [document.documentElement, sheet, ...sheet.querySelectorAll('dialog[open]')]
    .filter((one) => one.scrollWidth > one.clientWidth + 1)
    .map((one) => [one, ...one.querySelectorAll('*')].filter((part) => part.getBoundingClientRect().right > innerWidth)
        .map((part) => part.className || part.tagName).join(' '))"""
# Whether what is written in the field that has the focus is in sight, with nothing above it.
IN_SIGHT = """() => {
    const box = document.activeElement.getBoundingClientRect();
    const [x, y] = [box.left + Math.min(40, box.width / 2), box.top + Math.min(14, box.height / 2)];
    return y > 0 && y < innerHeight && document.elementFromPoint(x, y) === document.activeElement;
}"""


@pytest.fixture(scope="module")
def tablet(chromium):
    context = new_context(chromium, viewport=LYING, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.set_default_timeout(10_000)
    yield page
    context.close()


def find_faults(page) -> list[str]:
    """In both ways of holding it."""
    found = []
    for way in (LYING, STANDING):
        page.set_viewport_size(way)
        page.evaluate("() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
        sheet = page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .qpm-sheet")
        found += [f"{way['width']}: {one}" for one in (*sheet.evaluate(TOO_SMALL), *sheet.evaluate(OVERFLOWS))]
    page.set_viewport_size(LYING)
    return found


def test_an_interview_is_held_by_finger_and_a_keyboard_on_the_screen_covers_no_word(server, tablet) -> None:
    hand = Hand(tablet, server, "P1").open()
    assert find_faults(tablet) == []
    for scope in ("talk", "notes", "quotes"):
        hand.field(f"consent:{scope}.PS1").locator('label:has(input[value="given"])').tap()
    hand.await_saved()
    hand.notes("P-CP-1").tap()
    tablet.keyboard.type("What was said.")
    assert find_faults(tablet) == []
    written_in_sight(tablet)
    hand.sheet.get_by_role("button", name="Quick notes").first.tap()
    tablet.keyboard.type("A line beside it")
    assert find_faults(tablet) == []
    written_in_sight(tablet)
    hand.await_saved()
    hand.sheet.get_by_role("button", name="Pause").first.tap()
    tablet.get_by_role("dialog", name="A break").wait_for()
    assert find_faults(tablet) == []
    tablet.get_by_role("button", name="Go on").tap()

    # Standing, the side list is a drawer, and a finger opens it.
    tablet.set_viewport_size(STANDING)
    hand.sheet.get_by_role("button", name="On this page").tap()
    find = hand.sheet.get_by_role("button", name="Find a question")
    find.tap()
    tablet.get_by_role("dialog", name="Find a question").wait_for()
    assert find_faults(tablet) == []
    tablet.keyboard.press("Escape")


def test_desk_plan_and_debrief_are_worked_by_finger(server, tablet) -> None:
    open_page(tablet, server, "desk.ipynb")
    tablet.locator(".qpm-desk h1").wait_for()
    assert find_faults(tablet) == []

    open_page(tablet, server, "harbour/V1/plan.ipynb")
    tablet.get_by_role("button", name="Add an interview").wait_for()
    assert find_faults(tablet) == []
    for form in ("Add an interview", "Add an observation", "Add a session", "Change the visit"):
        tablet.get_by_role("button", name=form).first.tap()
        tablet.get_by_role("button", name="Back without saving").wait_for()
        assert find_faults(tablet) == [], form
        tablet.get_by_role("button", name="Back without saving").tap()

    open_page(tablet, server, "harbour/V1/debrief.ipynb")
    tablet.get_by_role("navigation").get_by_role("button", name=re.compile("^2 Independence")).tap()
    tablet.get_by_role("group").filter(has_text="IN3").locator("summary").tap()
    tablet.get_by_role("button", name="Write a finding").tap()
    tablet.get_by_label("What did you find?").tap()
    tablet.keyboard.type("They challenge the council.")
    assert find_faults(tablet) == []
    written_in_sight(tablet)


def written_in_sight(page) -> None:
    page.set_viewport_size(WITH_KEYBOARD)
    page.wait_for_function(IN_SIGHT)
    page.set_viewport_size(LYING)
