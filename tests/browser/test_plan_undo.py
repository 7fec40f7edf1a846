"""What was saved on the plan page is undone, done again and put back by keys, and open pages follow."""

from __future__ import annotations

import pytest
from barriers import find_barriers
from field_pages import Hand, open_page, until
from playwright.sync_api import expect

from qpm_widgets.visits import iter_interviews, load_interview, load_visit

pytestmark = pytest.mark.browser
PATIENCE = 60_000  # ms: a first page on a busy machine


def open_plan(page, server) -> None:
    open_page(page, server, "harbour/V1/plan.ipynb")
    page.get_by_role("heading", name="Interviews and observations").wait_for(timeout=PATIENCE)


def told(page, sentence: str) -> None:
    page.locator(".qpm-plan .qpm-status").filter(has_text=sentence).wait_for()


def at(field_kit, name: str = "A1") -> str:
    return f"{load_interview(field_kit.journal, 'harbour', name).plan.planned_at:%H:%M}"


def replan(page, time: str) -> None:
    page.get_by_role("button", name="Change A1", exact=True).press("Enter")
    page.get_by_label("Time", exact=True).fill(time)
    page.get_by_role("button", name="Save", exact=True).press("Enter")
    told(page, "A1 is changed.")


def test_a_plan_is_undone_by_keys_done_again_and_put_back_from_its_versions(field_kit, server, page):
    open_plan(page, server)
    page.keyboard.press("Control+z")
    told(page, "There is nothing to undo in this window.")
    replan(page, "11:15")
    replan(page, "14:45")
    page.keyboard.press("Control+z")
    told(page, "Undone: the plan of A1.")
    assert at(field_kit) == "11:15"
    page.keyboard.press("Control+Shift+z")
    told(page, "Done again: the plan of A1.")
    assert at(field_kit) == "14:45"
    page.get_by_role("button", name="Undo the last edit").press("Enter")
    told(page, "Undone: the plan of A1.")
    page.get_by_role("button", name="Undo the last edit").press("Enter")
    assert until(lambda: at(field_kit) == "10:00", page)
    expect(page.get_by_role("button", name="Undo the last edit")).to_be_focused()

    # In a box the key undoes typing, and a form that is open has not been saved.
    page.get_by_role("button", name="Change A1", exact=True).press("Enter")
    page.get_by_label("Time", exact=True).press("Control+y")
    page.get_by_role("radio", name="Welsh").press("Control+y")
    page.get_by_role("button", name="Back without saving").press("Enter")
    assert at(field_kit) == "10:00"

    page.get_by_role("button", name="Earlier versions A1").press("Enter")
    versions = page.get_by_role("dialog", name="Earlier versions")
    versions.get_by_role("listitem").nth(6).wait_for()
    lines = versions.get_by_role("listitem").all_inner_texts()
    assert "This is how it stands now." in lines[0]
    assert "Time: 14:45 (before: 11:15)" in lines[2]
    assert "AS1" in lines[2]
    assert "As it was first planned." in lines[6] and "With: AD1" in lines[6]
    assert find_barriers(page, ".qpm-plan") == []
    versions.get_by_role("listitem").nth(2).get_by_role("button").press("Enter")
    told(page, "Put back.")
    assert at(field_kit) == "14:45"
    page.keyboard.press("Control+z")
    told(page, "Undone: the plan of A1.")
    assert at(field_kit) == "10:00"
    assert find_barriers(page, ".qpm-plan") == []


def test_an_interview_that_was_added_or_cancelled_and_the_visit_itself_go_back(field_kit, server, page):
    open_plan(page, server)
    coverage = page.get_by_role("complementary", name="Who has to be met")
    assert "Not known yet" in coverage.inner_text(), "nobody has said how many senior leaders there are, or of a board"
    before = {one.id for one in iter_interviews(field_kit.journal, "harbour")}

    def state(name: str) -> str:
        return load_interview(field_kit.journal, "harbour", name).state

    page.get_by_role("button", name="Add an interview", exact=True).press("Enter")
    page.get_by_label("Role", exact=True).select_option("trustee")
    page.get_by_label("Time", exact=True).fill("16:00")
    page.get_by_role("button", name="Save", exact=True).press("Enter")
    told(page, "is in the plan.")
    (added,) = {one.id for one in iter_interviews(field_kit.journal, "harbour")} - before
    page.keyboard.press("Control+z")
    told(page, f"{added} was added, and is cancelled now.")
    assert state(added) == "cancelled"
    page.keyboard.press("Control+y")
    told(page, f"{added} is in the plan again.")
    assert state(added) == "planned"
    page.get_by_role("button", name="Cancel A4").press("Enter")
    page.get_by_label("Why is it cancelled?").fill("Unwell")
    page.get_by_role("button", name="Cancel it").press("Enter")
    told(page, "A4 is cancelled.")
    page.keyboard.press("Control+z")
    told(page, "A4 is in the plan again.")
    assert state("A4") == "planned"

    page.get_by_role("button", name="Change the visit").press("Enter")
    page.get_by_label("What do you call this visit?").fill("Another name")
    page.get_by_role("button", name="Save the visit").press("Enter")
    told(page, "The visit is saved.")
    page.keyboard.press("Control+z")
    told(page, "Undone: the plan of the visit and its sessions.")
    assert load_visit(field_kit.journal, "harbour", "V1").plan.title == "Visit to Harbour"
    assert page.get_by_role("heading", level=1).inner_text() == "Visit to Harbour"


def test_what_has_begun_meanwhile_is_not_undone_and_an_open_page_shows_what_was_undone(field_kit, server, page):
    open_plan(page, server)
    replan(page, "15:30")
    context = page.context
    other = Hand(context.new_page(), server, "A1").open()
    assert "15:30" in other.sheet.locator(".qpm-facts").inner_text()
    page.keyboard.press("Control+z")
    told(page, "Undone: the plan of A1.")
    was = at(field_kit)
    other.sheet.locator(".qpm-facts").filter(has_text=was).wait_for(timeout=PATIENCE)
    replan(page, "15:45")
    other.sheet.locator(".qpm-facts").filter(has_text="15:45").wait_for(timeout=PATIENCE)
    other.agree("AD1", "talk")
    other.await_saved()
    page.keyboard.press("Control+z")
    page.get_by_role("alert").filter(has_text="Leave it as it is, and plan another.").wait_for()
    assert at(field_kit) == "15:45"
    # It can be read how it was planned, and none of it is put back any more.
    page.get_by_role("button", name="Earlier versions A1").press("Enter")
    versions = page.get_by_role("dialog", name="Earlier versions")
    versions.get_by_role("listitem").first.wait_for()
    assert versions.get_by_role("listitem").get_by_role("button").count() == 0
