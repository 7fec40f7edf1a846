"""Planning a visit and writing findings, as a person does it: Chromium, with the real kit behind it."""

from __future__ import annotations

import io
import os
import re
import shutil
import sys

import pikepdf
import pytest
from barriers import find_barriers
from conftest import new_context
from field_pages import fields_a_browser_takes, open_page, until
from playwright.sync_api import expect

from qpm_widgets.journal import Edit, Kit
from qpm_widgets.journal.withdrawing import Withdrawal
from qpm_widgets.visits import (
    create_assessment,
    iter_observations,
    load_interview,
    load_observation,
    load_profile,
    load_visit,
    plan_visit,
)
from qpm_widgets.visits.erasures import erase_earlier_versions

pytestmark = pytest.mark.browser
BARE = True

PASSPHRASE = "a test passphrase of many words"
PATIENCE = 60_000  # ms: a first page on a busy machine
SAVED = re.compile(r"Saved \d\d:\d\d")


@pytest.fixture(scope="module")
def visited(lantern, tmp_path_factory, hand_out):
    """The sample's kit, copied, and its pages."""
    home = tmp_path_factory.mktemp("visited") / "kit"
    shutil.copytree(lantern.home, home, ignore=shutil.ignore_patterns("runtime"))
    kit = Kit.unlock(home, PASSPHRASE)
    with pytest.MonkeyPatch.context() as patch:
        put_opener(home.parent, patch)
        with hand_out(kit, PASSPHRASE) as server:
            yield kit, server
    kit.close()


def put_opener(folder, patch) -> None:
    """In the place of the system's opener one that notes what it was asked to open."""
    opener = folder / "xdg-open"
    opener.write_text(f'#!/bin/sh\necho "$1" > "{folder}/opened"\n')
    opener.chmod(0o700)
    patch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    patch.setenv("DISPLAY", ":0")


@pytest.fixture
def page(shared_window):
    """A laptop's window; what the page's own scripts raise fails the test."""
    faults = []
    shared_window.set_default_timeout(10_000)
    shared_window.on("pageerror", lambda error: faults.append(str(error)))
    yield shared_window
    assert faults == []


def test_a_planned_interview_meets_its_rule_and_its_page_opens(visited, page):
    kit, server = visited
    open_page(page, server, "lantern/V1/plan.ipynb")
    page.get_by_role("heading", name="Site visit to Lantern Advocacy").wait_for(timeout=PATIENCE)
    page.locator(".qpm-plan").evaluate("one => one.scrollTo(0, one.scrollHeight)")
    expect(page.get_by_text("Invented example.")).to_be_in_viewport()
    coverage = page.get_by_role("complementary", name="Who has to be met")
    assert "10 of 15 rules are met" in coverage.inner_text()
    assert find_barriers(page, ".qpm-sheet") == []

    coverage.get_by_role("button", name="Plan an interview: MG2").press("Enter")
    expect(page.get_by_role("radio", name="MG2")).to_be_checked()
    page.get_by_role("button", name="Save", exact=True).press("Enter")
    page.get_by_text("Choose a time.").wait_for()
    assert page.get_by_label("Time").evaluate("node => node === document.activeElement")
    assert find_barriers(page, ".qpm-sheet") == []
    page.get_by_label("Time").fill("16:30")
    page.get_by_label("An interpreter will be there").check()
    assert page.get_by_label("Minutes").input_value() == "120"
    page.get_by_label("Who holds it?").select_option("AS1")
    page.get_by_role("button", name="Save", exact=True).click()

    status = page.get_by_role("status").filter(has_text="M2 is in the plan")
    status.wait_for()
    assert SAVED.search(status.inner_text())
    assert "11 of 15 rules are met" in coverage.inner_text()
    assert coverage.get_by_role("button", name="Plan an interview: MG2").count() == 0
    assert load_interview(kit.journal, "lantern", "M2").plan.minutes == 120

    page.get_by_role("button", name="Change the visit").click()
    assert fields_a_browser_takes(page) == []
    page.get_by_label("What do you call this visit?").fill("Autumn visit")
    page.get_by_role("checkbox", name=re.compile("^AS2")).uncheck()
    assert page.get_by_label("Who leads?").locator("option").all_inner_texts()[1:] == ["Lead assessor"]
    page.get_by_role("button", name="Save the visit").click()
    page.get_by_role("heading", name="Autumn visit").wait_for()
    call_a_place_otherwise(page, kit)

    page.get_by_role("button", name="Change the list").click()
    names = page.get_by_label("One name on each line")
    assert names.input_value() == ""
    names.fill("Mair Evans\nDr Siân O'Neill\n")
    assert find_barriers(page, ".qpm-sheet") == []
    page.get_by_role("button", name="Save the list").click()
    page.get_by_text("2 names are on the list.").wait_for()
    assert kit.journal.names("lantern") == {"V1": ("Mair Evans", "Dr Siân O'Neill")}
    assert "Evans" not in page.locator(".qpm-plan").inner_text()

    hand_out_papers(page, kit)

    page.get_by_role("button", name="Prepare pages").click()
    page.get_by_text(re.compile("pages are ready")).wait_for(timeout=PATIENCE)
    page.get_by_role("link", name="Open the page of M2").first.click()
    page.get_by_role("heading", level=1, name=re.compile("M2")).wait_for(timeout=PATIENCE)
    see_whom_to_ring(page)


def test_a_senior_leader_and_somebody_from_the_board_are_counted_by_what_the_plan_says(visited, page):
    kit, server = visited
    open_page(page, server, "lantern/V1/plan.ipynb")
    plan = page.locator(".qpm-plan")  # pages that earlier tests opened are in the window, too
    coverage = plan.get_by_role("complementary", name="Who has to be met")
    coverage.get_by_text("0 of the 1 to be met are in the plan.").wait_for(timeout=PATIENCE)
    coverage.get_by_role("button", name="Plan an interview: Involvement board").press("Enter")
    plan.get_by_label("Role", exact=True).select_option("family_carer")
    asked = plan.get_by_role("group", name="Do they count as one of these, too?")
    expect(asked.get_by_role("radio", name="Sits on the involvement board")).to_be_checked()
    assert asked.get_by_role("radio", name="A senior leader").count() == 0, "nobody's carer leads the service"
    assert find_barriers(page, ".qpm-sheet") == []
    plan.get_by_label("Role", exact=True).select_option("advocate")
    assert asked.count() == 0
    plan.get_by_label("Role", exact=True).select_option("other_staff")
    expect(asked.get_by_role("radio", name="Neither")).to_be_checked()
    asked.get_by_role("radio", name="A senior leader").check()
    plan.get_by_label("Time").fill("07:15")
    plan.get_by_label("Who holds it?").select_option("AS1")
    plan.get_by_role("button", name="Save", exact=True).click()
    plan.get_by_role("status").filter(has_text="S1 is in the plan").wait_for()
    assert load_interview(kit.journal, "lantern", "S1").plan.counts_as == "senior_leader"
    assert coverage.get_by_role("button", name="Plan an interview: Senior leaders").count() == 0
    assert coverage.get_by_text("Nobody who sits on it is in the plan.").count() == 1
    # What nobody has said any more is not known, and not missing.
    profile = load_profile(kit.journal, "lantern").model_dump(mode="json")
    create_assessment(kit.journal, "lantern", profile | {"involvement_board": None})
    page.reload()
    coverage.get_by_role("heading", name="Not known yet").wait_for(timeout=PATIENCE)
    assert coverage.get_by_text("Whether there is one is asked on the desk").count() == 1
    create_assessment(kit.journal, "lantern", profile | {"involvement_board": False})
    page.reload()
    coverage.get_by_text("of 14 rules are met").wait_for(timeout=PATIENCE)
    assert coverage.get_by_text("Involvement board", exact=True).count() == 0
    create_assessment(kit.journal, "lantern", profile)


@pytest.mark.parametrize("name", ["desk", "lantern/V1/plan", "lantern/V1/debrief"])
def test_the_steps_and_numbers_are_one_button_away_on_every_page_and_lead_to_the_meeting(visited, page, name):
    kit, server = visited
    plan = load_visit(kit.journal, "lantern", "V1").plan.model_dump(mode="json")
    plan_visit(kit.journal, "lantern", "V1", plan | {"safeguarding": [{"who": "The trust", "number": "01632 960112"}]})
    open_page(page, server, f"{name}.ipynb")
    sheet = page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .qpm-sheet")
    sheet.get_by_role("button", name="Safeguarding", exact=True).wait_for(timeout=PATIENCE)
    page.locator(".qpm-cover").wait_for(state="hidden")
    page.reload() if name.endswith("debrief") else page.evaluate(COME_BACK)
    sheet.get_by_role("button", name="Safeguarding", exact=True).click(timeout=PATIENCE)
    protocol = sheet.get_by_role("dialog", name="Someone may be at risk")
    protocol.get_by_text("01632 960112").wait_for()
    assert "Stay calm and listen." in protocol.inner_text()
    assert protocol.inner_text().count("In immediate danger call 999 first.") == 1, "though two nations say it"
    assert protocol.get_by_role("textbox").count() == 0, "nothing of it is written here"
    assert find_barriers(page, ".qpm-sheet") == []
    page.keyboard.press("Escape")
    assert sheet.get_by_role("button", name="Safeguarding", exact=True).evaluate(
        "one => one === document.activeElement"
    )
    page.keyboard.press("Shift+F2")
    protocol.get_by_role("link", name="P1", exact=True).click()
    page.get_by_role("heading", level=1, name=re.compile("P1")).wait_for(timeout=PATIENCE)


def call_a_place_otherwise(page, kit: Kit) -> None:
    """Another name for a place and another place look alike on their line, so the page asks which it is."""
    page.get_by_role("button", name="Change the visit").click()
    places = page.get_by_label("Places you will go to")
    was = places.input_value()
    places.fill(was.replace("Main office, Marlowshire", "Head office"))
    page.get_by_role("button", name="Save the visit").click()
    asked = page.get_by_role("dialog", name="Is it the same place?")
    asked.get_by_text("“Head office” now stands where “Main office, Marlowshire” stood.").wait_for()
    assert find_barriers(page, ".qpm-sheet") == []
    asked.get_by_role("button", name="It is another place").press("Enter")
    page.get_by_text("Put “Main office, Marlowshire” back on its line").wait_for()
    assert places.evaluate("box => box === document.activeElement")
    assert load_visit(kit.journal, "lantern", "V1").plan.sites[0].name == "Main office, Marlowshire"
    page.get_by_role("button", name="Save the visit").click()
    asked.get_by_role("button", name="It is the same place").press("Enter")
    page.get_by_role("status").filter(has_text="The visit is saved").wait_for()
    assert load_visit(kit.journal, "lantern", "V1").plan.sites[0].model_dump() == {"id": "S1", "name": "Head office"}
    page.get_by_role("button", name="Change the visit").click()
    places.fill(was)
    ring = page.get_by_label("Whom to ring about harm")
    ring.fill("The council's adults team")
    page.get_by_role("button", name="Save the visit").click()
    page.get_by_text("Write who it is, then a comma and the number, on each line.").wait_for()
    ring.fill("The council's adults team, 01632 960111")
    page.get_by_role("button", name="Save the visit").click()
    asked.get_by_role("button", name="It is the same place").press("Enter")
    page.get_by_role("heading", name="Interviews and observations").wait_for()


def see_whom_to_ring(page) -> None:
    page.locator(".qpm-cover").wait_for(state="hidden")
    page.keyboard.press("Shift+F2")
    protocol = page.get_by_role("dialog", name="Someone may be at risk")
    number = protocol.get_by_text("01632 960111")
    assert float(number.evaluate("one => getComputedStyle(one).fontSize").removesuffix("px")) >= 24
    assert find_barriers(page, ".qpm-sheet") == []
    page.keyboard.press("Escape")


COME_BACK = "document.dispatchEvent(new Event('visibilitychange'))"


def hand_out_papers(page, kit) -> None:
    page.get_by_label("Interview or visit", exact=True).select_option("P2")
    page.get_by_role("button", name="Write the invitation").press("Enter")
    page.get_by_text("Written to:").wait_for(timeout=PATIENCE)
    assert "invitation-P2-cy-plain.docx" in page.evaluate("document.activeElement.innerText")
    assert find_barriers(page, ".qpm-sheet") == []
    page.get_by_label("Interview or observation").select_option("observation:O2")
    page.get_by_role("button", name="Write the form").press("Enter")
    page.get_by_text("form-O2-en-plain.pdf").wait_for(timeout=PATIENCE)
    if sys.platform == "linux":
        page.get_by_role("button", name="Open form-O2-en-plain.pdf").press("Enter")
        page.get_by_role("status").filter(has_text="It opens in a window of its own.").wait_for()
        assert (kit.home.parent / "opened").read_text().endswith("form-O2-en-plain.pdf\n")
        assert find_barriers(page, ".qpm-sheet") == []


def test_a_session_shows_its_meetings_and_what_time_is_left_for_another(visited, page):
    kit, server = visited
    open_page(page, server, "lantern/V1/plan.ipynb")
    page.get_by_role("button", name="Add a session").press("Enter", timeout=PATIENCE)
    page.get_by_label("Until").fill("08:00")
    page.get_by_role("button", name="Save the session").press("Enter")
    page.get_by_text("Choose a time after the beginning.").wait_for()
    assert page.get_by_label("Until").evaluate("node => node === document.activeElement")
    assert find_barriers(page, ".qpm-sheet") == []
    page.get_by_label("Until").fill("14:00")
    page.get_by_label("Place", exact=True).select_option("S1")
    page.get_by_label("Who?").select_option("AS1")
    page.get_by_role("button", name="Save the session").press("Enter")
    page.get_by_role("status").filter(has_text="The session is saved.").wait_for()

    session = page.get_by_role("region", name="09:00 to 14:00 · Main office, Marlowshire · Lead assessor")
    assert "105 minutes left" in session.inner_text()
    assert session.get_by_role("heading", level=5).all_inner_texts()[0].startswith("M1")
    outside = page.get_by_role("listitem").filter(has_text="P1").filter(has_text="Person supported")
    assert "It is outside every session of Assessor, Welsh speaking." in outside.inner_text()
    assert find_barriers(page, ".qpm-sheet") == []
    session.get_by_role("button", name="Add an interview: 09:00 to 14:00").press("Enter")
    page.get_by_label("Role", exact=True).select_option("advocacy_manager")
    page.get_by_role("radio", name="MG1").check()
    filled = {name: page.get_by_label(name, exact=True).input_value() for name in ("Day", "Time", "Place")}
    assert filled == {"Day": "2026-10-13", "Time": "12:30", "Place": "S1"}
    page.get_by_role("button", name="Save", exact=True).press("Enter")
    page.get_by_role("status").filter(has_text="is in the plan").wait_for()
    assert "45 minutes left" in session.inner_text()
    held = session.get_by_role("listitem").filter(has_text="Structured observation")
    assert "The session is at another place." in held.inner_text()

    # A second meeting of the same assessor at the same time: both say so.
    session.get_by_role("button", name="Add an interview: 09:00 to 14:00").press("Enter")
    page.get_by_label("Role", exact=True).select_option("advocacy_manager")
    page.get_by_role("radio", name="MG4").check()
    page.get_by_label("Time", exact=True).fill("13:00")
    page.get_by_role("button", name="Save", exact=True).press("Enter")
    page.get_by_text("Lead assessor is also in M4 at this time.").wait_for()
    expect(page.get_by_text("Lead assessor is also in M3 at this time.")).to_be_visible()
    assert "15 minutes more than there are" in session.inner_text()

    session.get_by_role("button", name="Remove the session: 09:00 to 14:00").press("Enter")
    page.get_by_role("status").filter(has_text="Its meetings stay as they are.").wait_for()
    assert session.count() == 0
    assert load_visit(kit.journal, "lantern", "V1").plan.sessions == ()
    page.keyboard.press("Enter")  # the focus is on Undo
    page.get_by_role("status").filter(has_text="Undone: the plan of the visit and its sessions.").wait_for()
    assert session.count() == 1
    session.get_by_role("button", name="Remove the session: 09:00 to 14:00").press("Enter")
    page.get_by_role("status").filter(has_text="Its meetings stay as they are.").wait_for()
    assert find_barriers(page, ".qpm-sheet") == []

    go_back_from_a_form(page)
    assert load_interview(kit.journal, "lantern", "M3").plan.site == "S1"
    cancel_a_meeting(page, kit)


def go_back_from_a_form(page) -> None:
    """Who has typed nothing is asked nothing."""
    for typed in (False, True):
        page.get_by_role("button", name="Add a session").press("Enter")
        if typed:
            page.get_by_label("Until").fill("08:00")
        page.get_by_role("button", name="Back without saving").press("Enter")
        if typed:
            asked = page.get_by_role("dialog", name="Go back without saving?")
            assert find_barriers(page, ".qpm-sheet") == []
            asked.get_by_role("button", name="Stay on the form").press("Enter")
            assert page.get_by_label("Until").input_value() == "08:00"
            page.get_by_role("button", name="Back without saving").press("Enter")
            asked.get_by_role("button", name="Go back without saving").press("Enter")
        page.get_by_role("heading", name="Interviews and observations").wait_for()


def cancel_a_meeting(page, kit: Kit) -> None:
    """What it is cancelled for is looked at like any words: it may point to somebody."""
    page.get_by_role("button", name="Cancel M4").press("Enter")
    page.get_by_role("heading", name="Cancel M4?").wait_for()
    assert find_barriers(page, ".qpm-sheet") == []
    page.get_by_label("Why is it cancelled?").fill("Unwell; ring 01632 960 001")
    page.get_by_role("button", name="Cancel it").press("Enter")
    asked = page.locator(".qpm-identifiers p:has(button)")
    asked.get_by_role("button", name="Take it out").wait_for()
    assert find_barriers(page, ".qpm-sheet") == []
    asked.get_by_role("button", name="Take it out").press("Enter")
    page.get_by_role("status").filter(has_text="M4 is cancelled.").wait_for()
    assert load_interview(kit.journal, "lantern", "M4").state == "cancelled"
    assert find_barriers(page, ".qpm-sheet") == []


def to_independence(page) -> None:
    page.get_by_role("navigation").get_by_role("button", name=re.compile("^2 Independence")).click(timeout=PATIENCE)


def look_at_the_visit_so_far(page) -> None:
    """The debrief as it opens: what was heard, of all and of one team."""
    page.get_by_role("heading", name="Where sources disagree").wait_for(timeout=PATIENCE)
    heard = page.get_by_role("row").filter(has_text="2 Independence").inner_text().split()
    page.get_by_label("Team", exact=True).select_option("cymru")
    assert page.get_by_role("row").filter(has_text="2 Independence").inner_text().split() != heard
    page.get_by_label("Every indicator").check()
    assert page.get_by_role("row").count() == 1 + 8 + 51
    page.locator(".qpm-debrief").evaluate("one => one.scrollTo(0, one.scrollHeight)")
    expect(page.locator(".qpm-debrief .qpm-invented")).to_be_in_viewport()
    assert page.get_by_label("Every indicator").evaluate("box => box === document.activeElement")
    assert find_barriers(page, ".qpm-sheet") == []


LOOKS = """boxes => boxes.map((box) => [box, ...box.querySelectorAll("*")].map((part) => {
    const { padding, margin, width, maxWidth, borderRadius, boxShadow } = getComputedStyle(part);
    return [part.tagName, padding, margin, width, maxWidth, borderRadius, boxShadow].join(" ");
}))"""


def test_dialogs_look_the_same_whichever_page_was_opened_before(visited, chromium):
    _, server = visited
    context = new_context(chromium)
    window = context.new_page()
    boxes = window.locator('.qpm-interview[data-scope="lantern/interview:P1"] dialog')

    def looks_of_dialogs() -> list[list[str]]:
        open_page(window, server, "lantern/V1/P1.ipynb")
        window.locator('.qpm-interview[data-scope="lantern/interview:P1"] h1').wait_for(timeout=PATIENCE)
        return boxes.evaluate_all(LOOKS)

    before = looks_of_dialogs()
    assert len(before) > 5
    for path, sheet in (
        ("desk.ipynb", "desk"),
        ("lantern/V1/plan.ipynb", "plan"),
        ("lantern/V1/debrief.ipynb", "debrief"),
    ):
        open_page(window, server, path)
        window.locator(f".qpm-{sheet} h1").wait_for(timeout=PATIENCE)
        looks_of_dialogs()
        # A page that has just come back has its room a moment later.
        assert until(lambda: boxes.evaluate_all(LOOKS) == before, window), path
    context.close()


def test_a_finding_needs_evidence_and_is_there_after_a_reload(visited, page):
    kit, server = visited
    words = "They challenge the council and were thanked for it."
    open_page(page, server, "lantern/V1/debrief.ipynb")
    look_at_the_visit_so_far(page)
    to_independence(page)
    page.get_by_role("heading", name="2 Independence").wait_for()
    page.get_by_role("group").filter(has_text="IN3").locator("summary").click()
    page.get_by_text(re.compile("Confidence so far")).first.wait_for()
    assert find_barriers(page, ".qpm-sheet") == []

    # A rating without its reason is saved, and says that nobody could follow it.
    indicator = page.get_by_role("group").filter(has_text="IN3")
    reason = indicator.get_by_label("Why, in your own words")
    before = reason.input_value()
    reason.fill("")
    indicator.get_by_text("still needs a reason").wait_for()
    page.get_by_role("button", name=re.compile("^2 Independence.*1 without a reason or evidence")).wait_for()
    reason.fill(before)
    indicator.get_by_text("still needs a reason").wait_for(state="detached")

    page.get_by_role("button", name="Write a finding").click()
    assert fields_a_browser_takes(page) == []
    page.get_by_label("What did you find?").press_sequentially(words)
    page.get_by_text("Not saved yet: tick at least one piece of evidence.").wait_for()
    page.get_by_text("1 change is not saved yet").first.wait_for()
    page.get_by_role("button", name="Save and close").click()
    page.get_by_role("alert").filter(has_text="A finding has to rest on something").wait_for()
    assert page.get_by_label("What did you find?").input_value() == words
    assert find_barriers(page, ".qpm-sheet") == []
    assert findings_of(kit, words) == []

    # Not in the journal, and still not lost: the page kept the words through a reload, and says that they wait.
    page.on("dialog", lambda dialog: dialog.accept())  # the browser asks whether to leave unsaved words
    page.reload()
    to_independence(page)
    card = page.get_by_role("article").filter(has_text=words)
    card.get_by_text("Not saved yet: tick at least one piece of evidence.").wait_for()
    card.get_by_role("button", name=re.compile("^Change")).click()
    editor = page.get_by_role("form", name="Change this finding")
    editor.get_by_role("checkbox", name=re.compile(r"^A3\.A-IN-1\.note")).check()
    editor.get_by_role("checkbox", name=re.compile(r"^P2\.P-IN-1\.note")).check()
    editor.get_by_text(SAVED).wait_for()
    editor.get_by_role("button", name="Save and close").click()
    assert SAVED.search(card.inner_text())
    assert "A3.A-IN-1.note" in card.inner_text()
    assert [len(one["cites"]) for one in findings_of(kit, words)] == [2]

    kit.journal.erase(Withdrawal("lantern", "P2"))
    page.reload()
    read_again(page, card)
    assert [len(one["cites"]) for one in findings_of(kit, words)] == [1]
    card.get_by_role("button", name=re.compile("^Take back")).click()
    card.get_by_role("button", name="Take it back").click()
    card.wait_for(state="detached")
    assert until(lambda: findings_of(kit, words) == [], page), "the line read out still tells of the save before"


def test_ratings_are_undone_done_again_and_put_back(visited, page):
    kit, server = visited
    open_page(page, server, "lantern/V1/debrief.ipynb")
    to_independence(page)
    indicator = page.get_by_role("group").filter(has_text="IN3")
    if not indicator.evaluate("one => one.open"):
        indicator.locator("summary").click()
    levels = indicator.get_by_role("radio")
    indicator.get_by_role("radio", checked=True).wait_for()  # what is folded away is drawn when it is opened
    was = levels.evaluate_all("all => all.findIndex((one) => one.checked)")
    told = page.locator(".qpm-undo [role=status]")
    other = (was + 1) % 2

    def rated() -> str:
        indicator.get_by_text(SAVED).wait_for()
        return str(kit.journal.current_entry("lantern", "visit:V1", "rating:IN3").payload["level"])

    first = rated()
    levels.nth(other).check()
    assert until(lambda: rated() != first, page)
    page.keyboard.press("Control+z")
    told.get_by_text("Undone: the rating of IN3.").wait_for()
    assert until(lambda: rated() == first, page) and levels.nth(was).is_checked()
    page.keyboard.press("Control+y")
    told.get_by_text("Done again: the rating of IN3.").wait_for()
    assert until(lambda: rated() != first, page)
    indicator.get_by_role("button", name="Earlier versions").click()
    versions = page.get_by_role("dialog", name="Earlier versions")
    versions.get_by_role("listitem").nth(2).wait_for()
    assert "This is how it stands now." in versions.get_by_role("listitem").first.inner_text()
    assert find_barriers(page, ".qpm-sheet") == []
    versions.get_by_role("listitem").nth(1).get_by_role("button").click()
    assert until(lambda: rated() == first, page)


def test_a_finding_is_undone_and_comes_back_by_no_way_once_it_rests_on_nothing(visited, page):
    kit, server = visited
    open_page(page, server, "lantern/V1/debrief.ipynb")
    to_independence(page)
    told = page.locator(".qpm-undo [role=status]")
    words = "They keep a list of what they challenged."
    page.get_by_role("button", name="Write a finding").click()
    page.get_by_label("What did you find?").fill(words)
    page.get_by_role("checkbox", name=re.compile(r"^A3\.A-IN-1\.note")).last.check()
    page.get_by_role("button", name="Save and close").click()
    card = page.get_by_role("article").filter(has_text=words)
    card.get_by_role("button", name=re.compile("^Take back")).click()
    card.get_by_role("button", name="Take it back").click()
    assert until(lambda: findings_of(kit, words) == [], page)
    page.keyboard.press("Control+z")
    told.get_by_text("Undone: a finding.").wait_for()
    card.wait_for()
    assert until(lambda: len(findings_of(kit, words)) == 1, page)
    # What it rests on is erased, and its earlier versions with it: they come back by no way.
    card.get_by_role("button", name=re.compile("^Change")).click()
    page.get_by_label("What did you find?").fill("Another thing.")
    page.get_by_role("button", name="Save and close").click()
    assert until(lambda: len(findings_of(kit, "Another thing.")) == 1, page)
    kit.journal.erase(Withdrawal("lantern", "A3"))
    erase_earlier_versions(kit.journal, "lantern")
    page.keyboard.press("Control+z")
    told.get_by_text("That rests on words that were erased since, so it is not put back.").wait_for()
    assert findings_of(kit, words) == []


def test_whose_interview_an_id_is_is_settled_on_the_plan_page(visited, page, tmp_path):
    kit, server = visited
    plan = dict(kit.journal.current_entry("lantern", "interview:P3", "plan").payload)
    with Kit.create(tmp_path / "other", PASSPHRASE, assessor="AS2") as other:
        other.journal.append(Edit("lantern", "interview:P3", "plan", plan | {"respondents": ["PS9"]}))
        kit.journal.merge(other.journal.bundle_visit("lantern", "V1", kit="0.1.0", templates="0" * 64))
    open_page(page, server, "lantern/V1/P3.ipynb")
    page.get_by_text("AS2 planned it with PS9.").wait_for(timeout=PATIENCE)
    assert find_barriers(page, ".qpm-sheet") == []

    page.goto(server.address("lantern/V1/plan.ipynb"))
    asked = page.get_by_role("group", name="Whose interview is P3?")
    asked.wait_for(timeout=PATIENCE)
    assert find_barriers(page, ".qpm-sheet") == []
    asked.get_by_role("button", name="It is PS3, planned by AS1").click()
    page.get_by_role("status").filter(has_text="It is settled whose interview P3 is.").wait_for()
    assert asked.count() == 0
    assert load_interview(kit.journal, "lantern", "P3").plan.respondents == ("PS3",)


def read_again(page, card) -> None:
    """Words that a finding cites were erased: it asks to be read; saving it is the answer, also without a change."""
    to_independence(page)
    asks = card.get_by_text("Someone had their words erased that this rested on")
    asks.wait_for()
    card.get_by_role("button", name=re.compile("^Change")).click()
    page.get_by_role("form", name="Change this finding").get_by_role("button", name="Save and close").click()
    card.wait_for()
    assert asks.count() == 0


def findings_of(kit: Kit, words: str) -> list:
    """The current findings with these words, as the journal has them."""
    current = kit.journal.current("lantern", subject="visit:V1", field_prefix="finding:")
    return [one.payload for one in current if one.payload and one.payload["text"] == words]


def test_a_number_in_a_finding_is_asked_about_before_it_is_saved(visited, page):
    kit, server = visited
    open_page(page, server, "lantern/V1/debrief.ipynb")
    page.get_by_role("navigation").get_by_role("button", name=re.compile("^1 Clarity")).click(timeout=PATIENCE)
    page.get_by_role("button", name="Write a finding").click()
    editor = page.locator(".qpm-editor")
    text, asked = editor.get_by_label("What did you find?"), editor.locator(".qpm-identifiers p:has(button)")
    editor.get_by_role("checkbox").nth(1).check()
    text.fill("They were told to ring 01632 960 001 at night.")
    asked.wait_for()
    expect(editor.locator(".qpm-waits")).to_be_visible()
    assert "Looks like a telephone number: 01632 960 001" in asked.inner_text()
    assert find_barriers(page, ".qpm-sheet") == []
    asked.get_by_role("button", name="Take it out").click()
    instead = "They were told to ring [a telephone number, taken out] at night."
    assert until(lambda: findings_of(kit, instead), page)
    assert "01632 960 001" not in words_ever(kit, "finding:")

    # Kept, it goes with its words; asked about another, "Save and close" once more is an answer too.
    kept = "They were told to ring 01632 960 002 at night."
    text.fill(kept)
    asked.get_by_role("button", name="Keep it").click()
    assert until(lambda: findings_of(kit, kept), page)
    assert findings_of(kit, kept)[0]["kept"] == ["01632 960 002"]
    text.fill("Ring 01632 960 003.")
    asked.wait_for()
    editor.get_by_role("button", name="Save and close").click()
    editor.wait_for(state="detached")
    assert findings_of(kit, "Ring 01632 960 003.")


def words_ever(kit: Kit, prefix: str) -> str:
    """Everything that the journal ever had in such fields."""
    return str([one.payload for one in kit.journal.iter_entries("lantern", field_prefix=prefix)])


def test_a_number_in_access_needs_is_asked_about_when_the_form_is_sent(visited, page):
    kit, server = visited
    page.goto(server.address("lantern/V1/plan.ipynb"))
    coverage = page.get_by_role("complementary", name="Who has to be met")
    coverage.get_by_role("button", name="Plan an interview: MG3").click(timeout=PATIENCE)
    page.get_by_label("Time").fill("16:30")
    page.get_by_label("Who holds it?").select_option("AS1")
    needs = page.locator('[data-field="access_needs"]')

    def planned() -> list:
        entries = kit.journal.iter_entries("lantern", field_prefix="plan")
        return [one for one in entries if (one.payload or {}).get("respondents") == ["MG3"]]

    needs.locator("textarea").fill("A ramp; ring 01632 960 001 and 01632 960 002")
    page.get_by_role("button", name="Save", exact=True).click()
    asked = needs.locator(".qpm-identifiers p:has(button)")
    asked.first.wait_for()
    expect(needs.locator(".qpm-waits")).to_be_visible()
    assert find_barriers(page, ".qpm-sheet") == []
    assert planned() == []
    asked.first.get_by_role("button", name="Take it out").click()
    assert planned() == [], "one is not answered yet, and whoever writes is not hurried"
    asked.get_by_role("button", name="Keep it").click()
    assert until(lambda: len(planned()) == 1, page)
    payload = planned()[0].payload
    assert "01632 960 001" not in words_ever(kit, "plan")
    assert payload["access_needs"] == "A ramp; ring [a telephone number, taken out] and 01632 960 002"
    assert payload["kept"] == ["01632 960 002"]


CUT = """sheet => {
    const cut = (one) => ['auto', 'scroll', 'hidden', 'clip'].includes(getComputedStyle(one).overflowY)
        && one.scrollHeight > one.clientHeight + 1;
    const around = [];
    for (let one = sheet; one; one = one.parentElement) around.push(one);
    return [...around, ...sheet.querySelectorAll(':not(.qpm-hidden)')]
        .filter((one) => one.checkVisibility() && cut(one)).map((one) => one.className);
}"""
# A quiet button in a table, a list or a card is what stands there.
PRESSED = """sheet => [...sheet.querySelectorAll('button, a')]
    .filter((one) => one.checkVisibility() && !one.matches('.qpm-quiet:is(th *, .qpm-lines *, .qpm-card *)'))
    .map((one) => one.textContent)"""


@pytest.mark.parametrize(
    ("name", "go_on"),
    [("desk", None), ("lantern/V1/plan", None), ("lantern/V1/debrief", None), ("lantern/V1/debrief", to_independence)],
)
def test_a_page_is_printed_whole_and_without_its_buttons(visited, page, name, go_on):
    _, server = visited
    open_page(page, server, f"{name}.ipynb")
    sheet = page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .qpm-sheet")
    sheet.wait_for(timeout=PATIENCE)
    page.locator(".qpm-cover").wait_for(state="hidden")
    if go_on:
        go_on(page)
        page.get_by_role("heading", name="Findings, good practice and areas to develop").wait_for()
    try:
        page.emulate_media(media="print")
        assert sheet.evaluate(CUT) == []
        assert sheet.evaluate(PRESSED) == []
        with pikepdf.open(io.BytesIO(page.pdf(format="A4"))) as pdf:
            sizes = [len(one.Contents.read_bytes()) for one in pdf.pages]
        assert len(sizes) > 1
        assert min(sizes) > 1000, "no page is empty"
    finally:
        page.emulate_media(media="screen")


def test_a_visit_to_a_person_without_words_is_planned_with_what_they_need_and_who_agrees(visited, page):
    kit, server = visited
    open_page(page, server, "lantern/V1/plan.ipynb")
    page.get_by_role("button", name="Add an observation").press("Enter")
    guide = page.get_by_label("Guide")
    guide.select_option("observation")
    assert page.get_by_role("group", name="The person, and who knows them").count() == 0
    guide.select_option("person_without_words")
    needs = page.get_by_role("group", name="The person, and who knows them")
    needs.get_by_role("radio", name="Welsh").check()
    needs.get_by_label("Use Easy Read wording").check()
    needs.get_by_label("Somebody who knows them, and how they communicate, will be there").check()
    usual = int(page.get_by_label("Minutes").input_value())
    needs.get_by_label("An interpreter will be there").check()
    assert int(page.get_by_label("Minutes").input_value()) == 2 * usual, "an interpreter takes twice the time"
    needs.get_by_label("Access and communication needs").fill("Objects, and a quiet room")
    page.get_by_label("Time", exact=True).fill("17:00")
    page.get_by_label("Who holds it?").select_option("AS1")
    assert find_barriers(page, ".qpm-sheet") == []
    page.get_by_role("button", name="Save", exact=True).press("Enter")
    page.get_by_role("status").filter(has_text="is in the plan").wait_for()
    planned = page.get_by_role("listitem").filter(has_text="17:00").filter(has_text="does not use words")
    said = planned.locator(".qpm-flags").inner_text()
    assert "Nobody who knows the person asked yet" in said
    assert "Somebody who knows the person there" in said
    assert "Supporter there" not in said
    assert "Objects, and a quiet room" in planned.inner_text()

    planned.get_by_role("button", name="Change").press("Enter")
    page.get_by_label("sees no reason against the visit?").select_option("care_worker")
    page.get_by_role("button", name="Save", exact=True).press("Enter")
    page.get_by_role("status").filter(has_text="is changed").wait_for()
    assert "asked yet" not in planned.inner_text()
    held = [one for one in iter_observations(kit.journal, "lantern") if one.plan.no_objection == "care_worker"]
    assert [(one.plan.language, one.plan.supporter, one.plan.easy_read) for one in held] == [("cy", True, True)]
    assert held[0].plan.access_needs == "Objects, and a quiet room"
    invited = page.get_by_label("Interview or visit", exact=True).locator(f'option[value="observation:{held[0].id}"]')
    assert invited.count() == 1

    # Nothing of it stays where nobody is visited.
    planned.get_by_role("button", name="Change").press("Enter")
    guide.select_option("observation")
    page.get_by_role("button", name="Save", exact=True).press("Enter")
    page.get_by_role("status").filter(has_text="is changed").wait_for()
    plan = load_observation(kit.journal, "lantern", held[0].id).plan
    assert (plan.language, plan.supporter, plan.access_needs, plan.no_objection) == ("en", False, "", "")
    assert invited.count() == 0, "nobody is invited to an observation of a place"
    row = page.get_by_role("listitem").filter(has_text="17:00")
    row.get_by_role("button", name="Versions").press("Enter")
    versions = page.get_by_role("dialog")
    versions.get_by_text("Who knows the person and sees no reason against it: Somebody who cares for them").wait_for()
    page.keyboard.press("Escape")
