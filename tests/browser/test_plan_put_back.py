"""Undo on the plan page asks what typing would ask, and settles nothing that two machines planned differently."""

from __future__ import annotations

import pytest
from field_pages import find_barriers, open_page, plan_anew, until

from qpm_widgets.journal import Edit, Kit
from qpm_widgets.visits import load_interview, load_visit, plan_visit

pytestmark = pytest.mark.browser
BARE = True
PATIENCE = 60_000  # ms: a first page on a busy machine


@pytest.fixture
def page(shared_window):
    return shared_window


def open_plan(page, server) -> None:
    open_page(page, server, "harbour/V1/plan.ipynb")
    page.get_by_role("heading", name="Interviews and observations").wait_for(timeout=PATIENCE)


def load_anew(page) -> None:
    page.reload()
    page.get_by_role("heading", name="Interviews and observations").wait_for(timeout=PATIENCE)


def told(page, sentence: str) -> None:
    page.locator(".qpm-plan .qpm-status").filter(has_text=sentence).wait_for()


def needs(kit: Kit, name: str) -> str:
    return load_interview(kit.journal, "harbour", name).plan.access_needs


def test_the_visit_s_versions_say_what_changed_and_one_is_put_back(field_kit, server, page):
    open_plan(page, server)
    page.get_by_role("button", name="Change the visit").press("Enter")
    page.get_by_label("What do you call this visit?").fill("Another name")
    page.get_by_role("button", name="Save the visit").press("Enter")
    told(page, "The visit is saved.")
    page.get_by_role("button", name="Earlier versions V1").press("Enter")
    versions = page.get_by_role("dialog", name="Earlier versions")
    versions.get_by_text("What it is called: Another name (before: Visit to Harbour)").wait_for()
    assert "Places: Office" in versions.get_by_role("listitem").last.inner_text()
    assert find_barriers(page, ".qpm-plan") == []
    versions.get_by_role("listitem").last.get_by_role("button").press("Enter")
    told(page, "Put back.")
    assert load_visit(field_kit.journal, "harbour", "V1").plan.title == "Visit to Harbour"
    assert page.get_by_role("heading", level=1).inner_text() == "Visit to Harbour"


def test_what_is_undone_may_point_to_somebody_and_is_asked_about_first(field_kit, server, page, templates):
    plan_anew(field_kit, templates, "interview:A3", access_needs="ring 01632 960001")
    open_plan(page, server)
    load_anew(page)
    page.get_by_role("button", name="Change A3", exact=True).press("Enter")
    page.get_by_label("Access and communication needs").fill("a lift")
    page.get_by_role("button", name="Save", exact=True).press("Enter")
    told(page, "A3 is changed.")
    page.keyboard.press("Control+z")
    asked = page.get_by_role("dialog", name="This points to somebody")
    asked.get_by_text("Looks like a telephone number: 01632 960001").wait_for()
    assert find_barriers(page, ".qpm-plan") == []
    page.keyboard.press("Escape")
    asked.wait_for(state="detached")
    assert needs(field_kit, "A3") == "a lift"
    page.keyboard.press("Control+z")
    asked.get_by_role("button", name="Put it back as it is").press("Enter")
    told(page, "Undone: the plan of A3.")
    assert needs(field_kit, "A3") == "ring 01632 960001"


def test_undo_leaves_what_two_machines_planned_differently_until_somebody_says_which_holds(field_kit, server, page):
    open_plan(page, server)
    page.get_by_role("button", name="Change A4", exact=True).press("Enter")
    page.get_by_label("Time", exact=True).fill("11:15")
    page.get_by_role("button", name="Save", exact=True).press("Enter")
    told(page, "A4 is changed.")
    own = field_kit.journal.current_entry("harbour", "interview:A4", "plan")
    theirs = dict(own.payload) | {"planned_at": "2026-10-13T15:45:00+01:00"}
    field_kit.journal.append(Edit("harbour", "interview:A4", "plan", theirs, own.supersedes))

    def standing() -> list[str]:
        current = field_kit.journal.current("harbour", subject="interview:A4", field_prefix="plan")
        return sorted(one.payload["planned_at"][11:16] for one in current)

    # The page has not heard of it, then it has: neither time is anything undone.
    page.keyboard.press("Control+z")
    page.get_by_role("alert").filter(has_text="changed meanwhile").wait_for()
    load_anew(page)
    page.get_by_text("This was planned differently on two machines.").wait_for()
    assert standing() == ["11:15", "15:45"]
    page.get_by_role("button", name="Earlier versions A4").press("Enter")
    versions = page.get_by_role("dialog", name="Earlier versions")
    versions.get_by_text("One of two that stand now").nth(1).wait_for()
    mine = versions.get_by_role("listitem").filter(has_text="Time: 11:15")
    mine.get_by_role("button").press("Enter")
    asked = page.get_by_role("dialog", name="Which plan holds?")
    asked.get_by_role("button", name="Leave both as they are").press("Enter")
    asked.wait_for(state="detached")
    assert standing() == ["11:15", "15:45"]
    page.get_by_role("button", name="Earlier versions A4").press("Enter")
    mine.get_by_role("button").press("Enter")
    asked.get_by_role("button", name="Put it back in place of both").press("Enter")
    told(page, "Put back.")
    assert standing() == ["11:15"]


def test_undo_of_the_visit_says_that_two_machines_planned_it_differently(field_kit, server, page):
    open_plan(page, server)
    own = field_kit.journal.current_entry("harbour", "visit:V1", "plan")
    plan_visit(field_kit.journal, "harbour", "V1", dict(own.payload) | {"title": "Ours"})
    theirs = dict(own.payload) | {"title": "Theirs"}
    load_anew(page)
    page.get_by_role("button", name="Change the visit").press("Enter")
    page.get_by_label("What do you call this visit?").fill("Ours, again")
    page.get_by_role("button", name="Save the visit").press("Enter")
    told(page, "The visit is saved.")
    field_kit.journal.append(Edit("harbour", "visit:V1", "plan", theirs, (own.entry_id,)))
    page.get_by_role("button", name="Prepare", exact=False).first.press("Enter")  # any answer brings the news
    assert until(lambda: page.get_by_text("This visit was planned differently on two machines").count() > 0, page)
    page.keyboard.press("Control+z")
    page.get_by_role("alert").filter(
        has_text="It was planned differently on two machines. Nothing is undone."
    ).wait_for()
    current = field_kit.journal.current("harbour", subject="visit:V1", field_prefix="plan")
    assert len(current) == 2


def test_a_changed_list_of_names_is_undone_and_one_that_was_emptied_never_comes_back(field_kit, server, page):
    open_plan(page, server)

    def listed() -> tuple[str, ...]:
        return tuple(field_kit.journal.names("harbour").get("V1", ()))

    def keep(names: str) -> None:
        page.get_by_role("button", name="Change the list").press("Enter")
        page.get_by_label("One name on each line").fill(names)
        page.get_by_role("button", name="Save the list").press("Enter")
        told(page, "The list is saved.")

    keep("Nerys Quillfeather\nBram Oddsocks")
    keep("Nerys Quillfeather")
    page.keyboard.press("Control+z")
    told(page, "Undone: the list of names.")
    assert listed() == ("Nerys Quillfeather", "Bram Oddsocks")
    page.keyboard.press("Control+y")
    told(page, "Done again: the list of names.")
    assert listed() == ("Nerys Quillfeather",)
    assert "Quillfeather" not in page.evaluate("JSON.stringify({ ...sessionStorage, ...localStorage })")
    keep("")
    page.keyboard.press("Control+z")
    assert until(lambda: page.locator(".qpm-plan .qpm-status").inner_text() != "The list is saved.", page)
    assert listed() == ()
    page.keyboard.press("Control+y")
    assert listed() == ()
