"""A small laptop at 200 per cent and a tablet standing up: what an assessor may need at any moment is in sight."""

from __future__ import annotations

import pytest
from conftest import new_context
from field_pages import Hand, find_barriers, open_page
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
BARE = True

ZOOMED, STANDING, FULL = {"width": 683, "height": 384}, {"width": 800, "height": 1280}, {"width": 1366, "height": 768}
LITTLE = [ZOOMED, STANDING]
DRAWN = "() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))"
# What a page shows between what stays at its top and its quick notes.
PAGE_LEFT = """sheet => sheet.querySelector('.qpm-quick').getBoundingClientRect().top
    - sheet.querySelector('.qpm-head').getBoundingClientRect().bottom"""
IN_FRONT = """one => {
    const { left, top, width, height } = one.getBoundingClientRect();
    return one.contains(document.elementFromPoint(left + width / 2, top + height / 2));
}"""
WIDER = """() => [document.documentElement, ...document.querySelectorAll('*')]
    .filter((one) => one.scrollWidth > one.clientWidth + 1 && !one.matches('.qpm-table') && one.checkVisibility())
    .filter((one) => one === document.documentElement || ['auto', 'scroll'].includes(getComputedStyle(one).overflowX))
    .map((one) => `${one.className || one.tagName} ${one.scrollWidth} > ${one.clientWidth}`)"""


@pytest.fixture
def page(shared_window):
    shared_window.emulate_media(reduced_motion="reduce")  # colours are what they are at once
    return shared_window


def hold(page, size: dict[str, int]) -> None:
    page.set_viewport_size(size)
    page.evaluate(DRAWN)


def scroll_to(hand: Hand, share: float) -> None:
    hand.sheet.evaluate("(sheet, share) => sheet.scrollTo(0, share * sheet.scrollHeight)", share)
    hand.page.evaluate(DRAWN)


def in_full_sight(*parts) -> None:
    for part in parts:
        expect(part).to_be_in_viewport(ratio=1)
        assert part.evaluate(IN_FRONT), part


def no_barriers(page) -> None:
    """In the colours of day and night, in a system's own, and with more contrast."""
    for looks in (
        {"color_scheme": "dark"},
        {"color_scheme": "light", "forced_colors": "active"},
        {"forced_colors": "none", "contrast": "more"},
        {"color_scheme": "dark"},
        {"color_scheme": "light", "contrast": "no-preference"},
    ):
        page.emulate_media(**looks)
        assert find_barriers(page) == []


@pytest.mark.parametrize("size", [ZOOMED, STANDING, FULL])
def test_why_nothing_can_be_typed_is_in_sight_wherever_the_page_is_and_leads_to_consent(server, page, size) -> None:
    hand = Hand(page, server, "P3").open()
    hold(page, size)
    scroll_to(hand, 0.6)
    line = hand.sheet.locator(".qpm-why")
    in_full_sight(line, go := line.get_by_role("button", name="Go to consent"))
    expect(line).to_contain_text("Nothing can be written yet: agreement to notes comes first.")
    assert line.bounding_box()["height"] <= 40
    no_barriers(page)
    hand.sheet.get_by_role("button", name="Quick notes").click()
    quick = hand.sheet.locator(".qpm-quick")
    in_full_sight(quick.get_by_text("agreement to notes comes first."))
    assert hand.sheet.evaluate(PAGE_LEFT) >= 160
    quick.get_by_role("button", name="Close").click()
    go.click()
    in_full_sight(hand.sheet.get_by_role("heading", name="Consent", exact=True))


@pytest.mark.parametrize("size", [FULL, ZOOMED])
def test_after_the_end_the_line_says_so_and_leads_back_to_writing(field_kit, server, page, size) -> None:
    hand = Hand(page, server, "A1").open()
    hold(page, FULL)
    if not hand.sheet.locator(".qpm-ended").is_visible():
        hand.agree("AD1")
        hand.notes("A-CP-1").fill("They ask each time.")
        hand.click("open-end")
        hand.sheet.locator("dialog[open] .qpm-ways .qpm-main").click()
    hand.await_saved()
    hold(page, size)
    scroll_to(hand, 0.6)
    line = hand.sheet.locator(".qpm-why")
    in_full_sight(line, correct := line.get_by_role("button", name="Correct the notes"))
    expect(line).to_contain_text("Finished, and locked against a stray key.")
    no_barriers(page)
    correct.click()
    expect(line).to_be_hidden()
    box = page.locator("textarea:focus")
    in_full_sight(box)
    expect(box).to_be_enabled()
    hand.load()  # closed again


@pytest.mark.parametrize("size", LITTLE)
def test_the_bar_has_what_is_needed_at_any_moment_and_stays_slim(server, page, size) -> None:
    hand = Hand(page, server, "P1").open()
    hand.agree("PS1")
    hand.await_saved()
    hold(page, size)
    scroll_to(hand, 0.5)
    bar = hand.sheet.locator(".qpm-bar")
    assert bar.bounding_box()["height"] <= 96
    names = ("Quick notes", "Safeguarding", "Pause", "Stop or finish", "Yes or no …", "On this page")
    in_full_sight(*(bar.get_by_role("button", name=name) for name in names))
    in_full_sight(bar.locator(".qpm-invented"), bar.locator(".qpm-state"), bar.locator(".qpm-save"))
    assert page.evaluate(WIDER) == []
    no_barriers(page)

    # A no that is shown is told under the bar.
    bar.get_by_role("button", name="Yes or no …").click()
    asked = page.get_by_role("dialog", name="A yes or no that somebody shows")
    asked.get_by_label("No", exact=True).check()
    asked.get_by_role("button", name="Note it").click()
    page.keyboard.press("Escape")
    scroll_to(hand, 0.7)
    in_full_sight(hand.sheet.locator(".qpm-standing"))
    bar.get_by_role("button", name="Quick notes").click()
    page.evaluate(DRAWN)
    assert hand.sheet.evaluate(PAGE_LEFT) >= 160
    no_barriers(page)
    page.keyboard.press("Escape")


@pytest.mark.parametrize("size", LITTLE)
def test_the_list_is_a_drawer_one_button_away(server, page, size) -> None:
    hand = Hand(page, server, "P2").open()
    hold(page, size)
    scroll_to(hand, 0.5)
    read = hand.sheet.locator(".qpm-question").filter(visible=True).nth(12)
    read.scroll_into_view_if_needed()
    page.evaluate(DRAWN)
    place = read.bounding_box()["y"]
    opener = hand.sheet.locator(".qpm-bar").get_by_role("button", name="On this page")
    at = opener.bounding_box()
    page.mouse.click(at["x"] + 9, at["y"] + 9)  # as by hand: `click()` scrolls by itself
    drawer = page.get_by_role("dialog", name="On this page")
    expect(drawer).to_be_visible()
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()
    page.evaluate(DRAWN)
    assert abs(read.bounding_box()["y"] - place) < 2, "the page stays where it was"
    opener.click()
    in_full_sight(drawer.get_by_text("of 26 questions have an answer"))
    for name in ("Find a question", "Undo", "Keys"):
        expect(drawer.get_by_role("button", name=name, exact=False).first).to_be_visible()
    for name in ("One question at a time", "Easy Read", "Language of the conversation"):
        expect(drawer.get_by_label(name).first).to_be_visible()
    expect(drawer.locator('[id$="-paper"]')).to_be_visible()
    assert page.evaluate(WIDER) == []
    no_barriers(page)
    drawer.locator('[id$="-go-section-3"]').click()
    expect(drawer).to_be_hidden()
    in_full_sight(hand.sheet.locator('[id$="-section-3-title"]'))
    # With more room the list stands beside the page again.
    hold(page, FULL)
    expect(hand.sheet.locator(".qpm-body > .qpm-side")).to_be_visible()
    expect(opener).to_be_hidden()


def test_the_rule_for_distress_is_in_sight_when_a_break_begins(server, page) -> None:
    hand = Hand(page, server, "P3").open()
    hold(page, ZOOMED)
    page.keyboard.press("F4")
    box = page.get_by_role("dialog", name="A break")
    rule = box.locator("section").first
    expect(rule.get_by_role("heading", name="If somebody is upset")).to_be_visible()
    in_full_sight(*rule.get_by_role("listitem").all())
    assert rule.get_by_role("listitem").count() == 3
    in_full_sight(box.get_by_role("button", name="Go on"))
    no_barriers(page)
    box.get_by_role("button", name="Go on").click()
    hand.await_saved()


@pytest.mark.parametrize("size", LITTLE)
def test_in_jupyterlab_no_page_is_wider_than_the_window(jupyter, chromium, size) -> None:
    context = new_context(chromium, viewport=size)
    page = context.new_page()
    for kind, path in (
        ("desk", "desk.ipynb"),
        ("plan", "harbour/V1/plan.ipynb"),
        ("debrief", "harbour/V1/debrief.ipynb"),
    ):
        open_page(page, jupyter, path)
        page.locator(f".jp-NotebookPanel:not(.lm-mod-hidden) .qpm-{kind} h1").wait_for(timeout=45_000)
        page.locator(".qpm-cover").wait_for(state="hidden", timeout=20_000)
        page.evaluate(DRAWN)
        assert page.evaluate(WIDER) == [], path
    Hand(page, jupyter, "P1").open()
    assert page.evaluate(WIDER) == []
    context.close()
