"""Somebody tells of harm while the desk, the plan or the debrief is open: the steps are one key or one button away."""

from __future__ import annotations

import pytest
from field_pages import Hand, find_barriers, notebook_of, open_page, until
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
BARE = True

PAGES = ("desk.ipynb", "harbour/V1/plan.ipynb", "harbour/V1/debrief.ipynb")
NO_NUMBER = "No number to ring is in the plan of “Visit to Harbour” yet."
# Everything that scrolls on the page that is in front is at its end.
TO_THE_END = """() => [document.documentElement, ...document.querySelectorAll('*')]
    .filter((one) => one.scrollHeight > one.clientHeight + 1).forEach((one) => one.scrollTo(0, one.scrollHeight))"""

NOTHING_OVER_IT = """one => {
    const { left, top } = one.getBoundingClientRect();
    return one.contains(document.elementFromPoint(left + 8, top + 8));
}"""


@pytest.fixture
def page(shared_window):
    shared_window.emulate_media(reduced_motion="reduce")  # colours are what they are at once
    return shared_window


def in_front(page):
    return page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .qpm-sheet")


def open_in_full(page, server, path: str):
    open_page(page, server, path)
    sheet = in_front(page)
    sheet.locator("h1").wait_for(timeout=45_000)
    page.locator(".qpm-cover").wait_for(state="hidden", timeout=20_000)
    return sheet


def find_steps(page):
    return page.get_by_role("dialog", name="Someone may be at risk")


def test_in_jupyterlab_a_page_begins_at_its_heading_and_answers_the_key_from_anywhere(jupyter, chromium) -> None:
    for path in PAGES:
        context = chromium.new_context(viewport={"width": 1366, "height": 768}, locale="en-GB")
        page = context.new_page()
        sheet = open_in_full(page, jupyter, path)
        expect(sheet.locator("h1")).to_be_focused()
        page.keyboard.press("Shift+F2")
        expect(find_steps(page)).to_be_visible()
        page.keyboard.press("Escape")
        page.wait_for_timeout(100)  # the steps give the focus back a moment after they are gone; no hand is quicker
        # A click beside everything: Jupyter's own box around the page has the focus, or nothing has.
        page.evaluate("document.querySelector('.jp-NotebookPanel:not(.lm-mod-hidden) .jp-Notebook').focus()")
        page.keyboard.press("Shift+F2")
        expect(find_steps(page)).to_be_visible()
        page.keyboard.press("Escape")
        page.wait_for_timeout(100)  # the steps give the focus back a moment after they are gone; no hand is quicker
        page.evaluate("document.activeElement.blur()")
        page.keyboard.press("Shift+F2")
        expect(find_steps(page)).to_be_visible()
        context.close()


def test_only_the_page_in_front_hears_the_key(server, page) -> None:
    for path in PAGES:
        open_in_full(page, server, path)
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Shift+F2")
    expect(page.locator("dialog[open]")).to_have_count(1)
    expect(find_steps(page)).to_be_visible()


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(("width", "height"), [(1366, 768), (683, 384), (800, 1280)])
def test_the_button_stays_in_sight_on_a_slim_line(server, page, path, width, height) -> None:
    page.set_viewport_size({"width": width, "height": height})
    sheet = open_in_full(page, server, path)
    page.evaluate(TO_THE_END)
    button = sheet.get_by_role("button", name="Safeguarding", exact=True)
    expect(button).to_be_in_viewport(ratio=1)
    line = sheet.locator(".qpm-topline").bounding_box()
    assert line["y"] <= 1 and line["height"] <= 56
    assert until(lambda: button.evaluate(NOTHING_OVER_IT), page, seconds=5)  # once the page has come to rest
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert find_barriers(page) == []


@pytest.mark.parametrize("path", [*PAGES, notebook_of("A4")])
def test_where_the_plan_has_no_number_the_steps_say_so_and_lead_there(server, page, path) -> None:
    open_in_full(page, server, path)
    page.keyboard.press("Shift+F2")
    steps = find_steps(page)
    expect(steps.get_by_text(NO_NUMBER)).to_be_in_viewport()
    assert find_barriers(page, "dialog[open]") == []
    way = steps.get_by_role("link", name="Add it on the plan page")
    way.or_(steps.get_by_role("button", name="Add it here")).click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    plan = in_front(page)
    expect(plan).to_have_class("qpm-sheet qpm-plan")
    if path == PAGES[1]:
        expect(plan.get_by_label("Whom to ring about harm")).to_be_visible()
        plan.get_by_role("button", name="Back without saving").click()


def test_the_desk_counts_a_missing_number_among_what_is_missing(server, page) -> None:
    desk = open_in_full(page, server, PAGES[0])
    expect(desk.locator(".qpm-desk-side").get_by_text(NO_NUMBER)).to_be_visible()


def test_a_number_in_the_plan_is_shown_and_nothing_is_missing_then(server, page) -> None:
    plan = open_in_full(page, server, PAGES[1])
    plan.get_by_role("button", name="Change the visit").click()
    plan.get_by_label("Whom to ring about harm").fill("The council, 01632 960001")
    plan.get_by_role("button", name="Save the visit").click()
    expect(plan.get_by_role("status").filter(has_text="Saved")).to_be_visible()
    page.keyboard.press("Shift+F2")
    expect(find_steps(page).get_by_text("01632 960001")).to_be_visible()
    expect(find_steps(page).get_by_text(NO_NUMBER)).to_have_count(0)
    page.keyboard.press("Escape")
    Hand(page, server, "A1").open()
    page.keyboard.press("Shift+F2")
    expect(find_steps(page).get_by_text("01632 960001")).to_be_visible()
    expect(find_steps(page).get_by_text(NO_NUMBER)).to_have_count(0)
    page.keyboard.press("Escape")
    desk = open_in_full(page, server, PAGES[0])
    expect(desk.get_by_text(NO_NUMBER)).to_have_count(0)
