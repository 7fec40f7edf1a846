"""Every page on a tablet of ten inches, lying and standing, held by finger: nothing is too small, cut or covered."""

from __future__ import annotations

import re

import pytest
from conftest import new_context
from field_pages import Hand, open_page, until, values_of

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


class Finger:
    """One finger on the screen, as Chromium gets it from a touch screen."""

    def __init__(self, page) -> None:
        self.page, self.screen = page, page.context.new_cdp_session(page)

    def send(self, kind: str, *points: tuple[float, float]) -> None:
        touched = [{"x": x, "y": y} for x, y in points]
        self.screen.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touched})

    def draw(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """Down at the start and on to the end, where it stays."""
        self.send("touchStart", start)
        for step in range(1, 9):
            x, y = (a + (b - a) * step / 8 for a, b in zip(start, end, strict=True))
            self.send("touchMove", (x, y))
            self.page.wait_for_timeout(16)


def middle(part) -> tuple[float, float]:
    box = part.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_a_quick_note_is_dragged_by_finger_and_the_page_still_scrolls(field_kit, server, tablet) -> None:
    hand = Hand(tablet, server, "A1").open()
    for scope in ("talk", "notes"):
        hand.field(f"consent:{scope}.AD1").locator('label:has(input[value="given"])').tap()
    hand.await_saved()
    hand.sheet.get_by_role("button", name="Quick notes").first.tap()
    tablet.keyboard.type("A door that stays open")
    hand.await_saved()
    finger = Finger(tablet)
    grip, question = hand.sheet.locator(".qpm-jot-time").first, hand.sheet.locator('[data-question="A-CP-1"]')
    question.locator("h3").evaluate("one => one.scrollIntoView({ block: 'center' })")
    scrolled = hand.sheet.evaluate("one => one.scrollTop")

    def filed() -> str:
        hand.await_saved()
        lines = [one for one in values_of(field_kit, "interview:A1").values() if "A door" in str(one.get("text"))]
        return lines[0].get("filed_to", "")

    finger.draw(middle(grip), middle(question.locator("h3")))
    assert question.evaluate("one => one.matches('.qpm-drop')")
    finger.send("touchCancel")
    assert filed() == "", "what the system takes away is dropped nowhere"
    assert hand.sheet.locator(".qpm-drop, .qpm-dragging, .qpm-dragged").count() == 0
    finger.draw(middle(grip), middle(question.locator("h3")))
    assert hand.sheet.evaluate("one => one.scrollTop") == scrolled
    finger.send("touchEnd")
    assert until(lambda: filed() == "A-CP-1", tablet)

    # Anywhere else a finger scrolls, beside the time in the notes as well.
    x, y = middle(question.locator("h3"))
    finger.draw((x, y), (x, y - 150))
    finger.send("touchEnd")
    assert until(lambda: hand.sheet.evaluate("one => one.scrollTop") > scrolled + 50, tablet)
    for _ in range(12):
        tablet.keyboard.press("Enter")
        tablet.keyboard.type("One more")
    hand.await_saved()
    lines = hand.sheet.locator(".qpm-jots")
    low = lines.evaluate("one => one.scrollTop")
    x, y = middle(lines)
    finger.draw((x, y), (x, y + 100))
    finger.send("touchEnd")
    assert until(lambda: lines.evaluate("one => one.scrollTop") < low, tablet)


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
