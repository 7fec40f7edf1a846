"""The desk in Chromium: what it shows is true, and every link on it works."""

from __future__ import annotations

import pytest
from barriers import find_barriers
from field_pages import FIELD_PASSPHRASE, create_field_kit, interview_plan, until
from playwright.sync_api import expect

from qpm_widgets.capture.desk_sheet import DeskSheet
from qpm_widgets.capture.desk_view import view_desk
from qpm_widgets.capture.plan_folder import record_plan_folder
from qpm_widgets.capture.recording import record_edit
from qpm_widgets.journal import Edit, Kit, new_entry_id
from qpm_widgets.visits import iter_interviews, load_profile

pytestmark = pytest.mark.browser
BARE = True

PASSPHRASE = "a test passphrase of many words"


@pytest.fixture(scope="module")
def server(lantern: Kit, hand_out):
    with hand_out(lantern, PASSPHRASE) as running:
        yield running


@pytest.fixture(scope="module")
def page(chromium, server):
    context = chromium.new_context(viewport={"width": 1366, "height": 768})
    opened = context.new_page()
    opened.goto(server.address("desk.ipynb"))
    opened.locator(".qpm-desk h1").wait_for(timeout=45_000)
    opened.locator(".qpm-cover").wait_for(state="hidden", timeout=20_000)
    yield opened
    context.close()


def meeting_of(situation: dict, name: str) -> dict:
    (assessment,) = situation["assessments"]
    (visit,) = assessment["visits"]
    return next(one for one in visit["meetings"] if one["id"] == name)


def test_the_desk_asks_for_an_account_of_harm_until_somebody_confirms_that_it_is_handed_over(
    lantern_copy, templates
) -> None:
    assert view_desk(lantern_copy, templates)["waiting_accounts"] == []
    place = ("lantern", "interview:P1", "SG-7K2M4QXH.1")
    lantern_copy.safeguarding.record(*place, {"said": "he hit me"}, entry_id=new_entry_id())
    assert view_desk(lantern_copy, templates)["waiting_accounts"] == [
        {"id": "SG-7K2M4QXH", "written": False, "files": []}
    ]
    lantern_copy.safeguarding.note_file(lantern_copy.safeguarding.find("SG-7K2M4QXH"), "printed")
    only_written = [{"id": "SG-7K2M4QXH", "written": True, "files": []}]
    assert view_desk(lantern_copy, templates)["waiting_accounts"] == only_written, "nobody has it yet"
    desk = DeskSheet()
    desk.kit = lantern_copy
    sent = {"kind": "do", "name": "handed_over", "arguments": {"id": "SG-7K2M4QXH"}, "request_id": "1"}
    erase = {**sent, "name": "erase_account"}
    assert desk.answer(erase)["code"] == "SAFE-010", "nobody has it yet"
    situation = desk.answer(sent)["result"]["situation"]
    assert (situation["waiting_accounts"], situation["handed_over"]) == ([], ["SG-7K2M4QXH"])
    assert lantern_copy.safeguarding.find("SG-7K2M4QXH").is_confirmed
    assert desk.answer({**sent, "arguments": {"id": "SG-AAAAAAAA"}})["code"] == "SAFE-001"
    more = ("lantern", "interview:P1", "SG-7K2M4QXH.2")
    lantern_copy.safeguarding.record(*more, {"said": "again"}, entry_id=new_entry_id())
    again = [{"id": "SG-7K2M4QXH", "written": False, "files": []}]
    situation = view_desk(lantern_copy, templates)
    assert (situation["waiting_accounts"], situation["handed_over"]) == (again, []), (
        "what was written since is in no file"
    )
    assert desk.answer(erase)["code"] == "SAFE-010"
    lantern_copy.safeguarding.note_file(lantern_copy.safeguarding.find("SG-7K2M4QXH"), "sent")
    desk.answer(sent)
    assert desk.answer(erase)["result"]["situation"]["handed_over"] == []
    assert lantern_copy.safeguarding.find("SG-7K2M4QXH").erased


def test_the_desk_tells_what_the_journal_has(lantern, templates) -> None:
    situation = view_desk(lantern, templates)
    (assessment,) = situation["assessments"]
    assert (assessment["provider"], assessment["sample"], assessment["nations"]) == (
        "Lantern Advocacy",
        True,
        ["England", "Wales"],
    )
    assert [row["kind"] for row in assessment["rules"]["missing"]] == [*["manager"] * 3, "senior_leaders", "board"]
    (visit,) = assessment["visits"]
    times = [(one["day"], one["time"]) for one in visit["meetings"]]
    assert len(times) == 14
    assert times == sorted(times)
    assert all(page["there"] for page in (*visit["pages"].values(), *(one["page"] for one in visit["meetings"])))
    stopped = [one["id"] for one in visit["meetings"] if one["state"] == "stopped"]
    assert len(stopped) == 1
    for interview in iter_interviews(lantern.journal, "lantern"):
        shown = meeting_of(situation, interview.id)
        quoted = [code for code in interview.plan.respondents if interview.quotes_allowed(code)]
        assert shown["consent"]["quotable"] == len(quoted)
        recorded = lantern.journal.current("lantern", subject=interview.subject, field_prefix="answer:")
        assert shown["answered"] <= len({entry.field.split(":")[1].split(".")[0] for entry in recorded})
        assert shown["questions"] >= shown["answered"] > 0


def test_an_answer_that_was_emptied_again_does_not_count(lantern_copy, templates) -> None:
    journal = lantern_copy.journal
    before = meeting_of(view_desk(lantern_copy, templates), "A1")
    entry = next(
        one
        for one in journal.current("lantern", subject="interview:A1", field_prefix="answer:")
        if ".quote." in one.field
    )
    emptied = {**entry.payload, "text": ""}
    record_edit(journal, templates, Edit("lantern", entry.subject, entry.field, emptied, supersedes=(entry.entry_id,)))
    assert meeting_of(view_desk(lantern_copy, templates), "A1")["quotes"] == before["quotes"] - 1


def test_missing_pages_are_made_again(lantern_copy, monkeypatch) -> None:
    page = lantern_copy.notebooks / "lantern" / "V1" / "A3.ipynb"
    page.unlink()
    for name, value in lantern_copy.environment().items():
        monkeypatch.setenv(name, value)
    desk = DeskSheet()
    assert not meeting_of(desk.do("look", {})["situation"], "A3")["page"]["there"]
    assert meeting_of(desk.do("prepare", {})["situation"], "A3")["page"]["there"]
    assert page.exists()
    desk.kit.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_desk_shows_a_visit_and_is_accessible(page, scheme) -> None:
    page.emulate_media(color_scheme=scheme)
    expect(page.get_by_text("Invented example")).to_be_visible()
    expect(page.get_by_role("heading", name="Lantern Advocacy", exact=True)).to_be_visible()
    meetings = page.locator(".qpm-desk-meeting")
    assert meetings.count() == 14
    assert page.get_by_role("link", name="Open : interview P3").count() == 1
    assert page.locator(".qpm-desk-side li").count() == 5
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    desk = page.locator(".qpm-desk")
    assert desk.evaluate("(root) => root.scrollWidth <= root.clientWidth")
    assert find_barriers(page) == []


def test_advocates_whom_the_plan_needs_stay_whatever_number_is_typed(page, lantern) -> None:
    head = lantern.journal.head()
    page.get_by_role("button", name="Change the assessment").press("Enter")
    community = page.get_by_role("group", name="Team 1")
    community.get_by_label("How many advocates?").fill("2")
    page.get_by_role("button", name="Save the assessment").press("Enter")
    fault = "Interviews in the plan are with these, so they stay: AD01, AD02 and AD05."
    community.get_by_text(fault).wait_for()
    assert page.evaluate("document.activeElement.id") == "desk-assessment-teams-0-count"
    assert find_barriers(page) == []
    page.get_by_role("button", name="Back without saving").press("Enter")
    page.get_by_role("button", name="Go back without saving").press("Enter")
    page.get_by_role("link", name="interview M1").wait_for()
    assert until(lambda: page.evaluate("document.activeElement.textContent") == "Change the assessment", page)
    assert lantern.journal.head() == head


def test_how_an_assessment_stood_before_is_put_into_its_form_and_saved_like_anything_else(page, lantern) -> None:
    change = page.get_by_role("button", name="Change the assessment")
    change.press("Enter")
    provider = page.get_by_label("Name of the provider")
    before = provider.input_value()
    assert page.get_by_text("How it stood before").count() == 0, "nothing was changed yet"
    provider.fill("Lantern Advocacy North")
    page.get_by_role("button", name="Save the assessment").press("Enter")
    page.get_by_role("heading", name="Lantern Advocacy North").wait_for()
    change.press("Enter")
    page.get_by_text("How it stood before").click()
    (version,) = page.get_by_role("listitem").filter(has_text=f"{before}. Areas:").all()
    assert find_barriers(page) == []
    version.get_by_role("button", name="Put into the form").press("Enter")
    assert provider.input_value() == before
    assert page.get_by_role("status").filter(has_text="Save to keep it.").count() == 1
    assert load_profile(lantern.journal, "lantern").provider == "Lantern Advocacy North", "nothing is saved yet"
    page.get_by_role("button", name="Save the assessment").press("Enter")
    page.get_by_role("heading", name=before, exact=True).wait_for()
    entries = list(lantern.journal.iter_entries("lantern", field_prefix="profile"))
    assert [one.payload["provider"] for one in entries] == [before, "Lantern Advocacy North", before]
    assert entries[0].payload == entries[2].payload
    assert lantern.journal.conflicts("lantern") == []


def test_every_link_on_the_desk_leads_to_a_page_that_is_there(page, lantern) -> None:
    links = page.locator(".qpm-desk a[data-qpm-open]")
    paths = links.evaluate_all("(all) => all.map((link) => link.dataset.qpmOpen)")
    assert len(set(paths)) == 16  # plan, debrief, 12 interviews, 2 observations
    assert [path for path in paths if not (lantern.notebooks / path).exists()] == []
    addresses = links.evaluate_all("(all) => all.map((link) => link.pathname)")
    assert addresses == [f"/doc/tree/{path}" for path in paths]


def test_an_assessment_and_a_visit_are_begun_on_an_empty_desk_which_looks_again_later(
    chromium, kit, templates, hand_out
) -> None:
    context = chromium.new_context(viewport={"width": 1366, "height": 768})
    page = context.new_page()
    with hand_out(kit, PASSPHRASE) as server:
        page.goto(server.address("desk.ipynb"))
        page.get_by_role("heading", name="This kit is empty").wait_for(timeout=45_000)
        assert page.get_by_role("button", name="Practise on an invented visit").count() == 1
        assert "python" not in page.locator(".qpm-desk").inner_text()
        assert find_barriers(page) == []
        plan_an_assessment(page)
        (profile,) = (load_profile(kit.journal, one) for one in kit.journal.assessment_ids())
        assert [one.id for one in profile.advocates] == ["AD1", "AD2", "AD3", "HILL1"]
        assert [(one.name, one.manager) for one in profile.teams] == [("Coast", "MG1"), ("Hill", "MG2")]
        assert profile.managers[1].name == "Manager of Hill"
        assert (profile.senior_leaders, profile.involvement_board) == (2, False)

        # From there to the first visit; nothing of it is in the journal until its days and places are saved.
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="Set up this visit").wait_for(timeout=45_000)
        page.get_by_label("What do you call this visit?").fill("First visit")
        page.get_by_label("First day").fill("2026-11-03")
        page.get_by_label("Places you will go to").fill("Town hall")
        page.get_by_role("button", name="Save the visit").click()
        page.get_by_role("status").filter(has_text="The visit is saved").wait_for()
        met = interview_plan("advocate", ["AD2"], team="coast", planned_at="2026-11-03T10:00:00+00:00")
        record_edit(kit.journal, templates, Edit("harbour-advocacy", "interview:A1", "plan", met))
        page.get_by_role("link", name="Back to the desk").click()
        page.get_by_role("heading", name="First visit").wait_for()
        correct_the_assessment(page)
        assert load_profile(kit.journal, "harbour-advocacy").teams[0].name == "Coast and isles"

        record_plan_folder(kit.journal, templates, templates.folder / "samples" / "lantern")
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        # What is planned elsewhere is there, and its pages are prepared without being asked for.
        page.get_by_role("link", name="Next: M1 on Tuesday 13 October at 09:15").wait_for(timeout=60_000)
        assert (kit.notebooks / "lantern" / "V1" / "M1.ipynb").exists()
    context.close()


def plan_an_assessment(page) -> None:
    """By the keyboard alone, but for what would only be many tabs."""
    page.get_by_role("button", name="New assessment").press("Enter")
    page.get_by_role("heading", name="New assessment").wait_for()
    page.get_by_role("button", name="Save the assessment").press("Enter")
    page.get_by_text("Give the provider's name.").wait_for()
    assert page.evaluate("document.activeElement.id") == "desk-assessment-provider"
    assert find_barriers(page) == []
    page.keyboard.type("Harbour Advocacy")
    assert page.get_by_text("Give the provider's name.").count() == 0
    page.get_by_label("Independent Care Act advocate").press("Space")
    page.get_by_label("Name of the area").fill("North")
    page.get_by_label("Name of the team").fill("Coast")
    page.get_by_label("How many advocates?").fill("3")
    page.get_by_label("How many senior leaders should be met?").fill("2")
    page.get_by_role("group", name="Is there an involvement board?").get_by_role("radio", name="No", exact=True).check()
    page.get_by_role("button", name="Another team").press("Enter")
    page.keyboard.type("Hill")
    hill = page.get_by_role("group", name="Team 2")
    hill.get_by_label("How many advocates?").fill("1")
    page.keyboard.press("Tab")
    hill.get_by_text("Advocates AD4: codes and details").click()
    assert hill.get_by_label("Code").input_value() == "AD4"
    # A slip of the hand takes nothing away that was typed.
    hill.get_by_label("Code").fill("HILL 1")
    page.get_by_role("button", name="Save the assessment").press("Enter")
    page.get_by_text("A code has letters, figures and dashes only").wait_for()
    page.wait_for_timeout(300)
    assert page.evaluate("document.activeElement.value") == "HILL 1", "the list is not drawn anew under the focus"
    hill.get_by_label("Code").fill("HILL1")
    for count in ("0", "1"):
        hill.get_by_label("How many advocates?").fill(count)
        page.keyboard.press("Tab")
    assert hill.get_by_label("Code").input_value() == "HILL1"
    assert find_barriers(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="Save the assessment").press("Enter")
    page.get_by_role("heading", name="Harbour Advocacy").wait_for()
    assert until(lambda: page.evaluate("document.activeElement.textContent") == "New visit", page)
    page.get_by_role("status").filter(has_text="Now plan its first visit").wait_for()


def correct_the_assessment(page) -> None:
    """What the plan refers to does not go; what is called otherwise does."""
    page.get_by_role("button", name="Change the assessment").press("Enter")
    page.get_by_role("heading", name="Change the assessment").wait_for()
    page.get_by_role("button", name="Another assessor").press("Enter")
    page.get_by_role("button", name="Remove: Assessor 1").press("Enter")
    page.get_by_text("Lead assessor is needed by V1 and A1 in the plan, so it stays.").wait_for()
    page.get_by_role("button", name="Remove: Assessor 2").press("Enter")
    page.get_by_role("button", name="Another area").press("Enter")
    page.keyboard.type("South")
    page.get_by_role("button", name="Remove: Area 2").press("Enter")
    asked = page.get_by_role("dialog", name="Remove South?")
    asked.get_by_role("button", name="Keep it").press("Enter")
    assert page.get_by_role("group", name="Area 2").get_by_label("Name of the area").input_value() == "South"
    page.get_by_role("button", name="Remove: Area 2").press("Enter")
    asked.get_by_role("button", name="Remove", exact=True).press("Enter")
    page.get_by_role("group", name="Area 2").wait_for(state="detached")
    coast = page.get_by_role("group", name="Team 1")
    coast.get_by_label("Name of the team").fill("Coast and isles")
    coast.get_by_label("How many advocates?").fill("0")
    page.get_by_role("button", name="Save the assessment").press("Enter")
    page.get_by_text("Interviews in the plan are with these, so they stay: AD2.").wait_for()
    coast.get_by_label("How many advocates?").fill("3")
    page.get_by_role("button", name="Save the assessment").press("Enter")
    page.get_by_role("status").filter(has_text="The assessment is changed").wait_for()


def test_the_desk_says_what_is_next_by_the_clock_and_shows_today_first(chromium, tmp_path, templates, hand_out) -> None:
    def planned(name: str, when: str, **rest: object) -> dict[str, object]:
        return interview_plan("advocate", [name], planned_at=f"2026-10-{when}+01:00", **rest)

    plans = {
        "A1": planned("AD1", "13T09:00:00"),
        "A2": planned("AD2", "14T09:30:00"),
        "A3": planned("AD3", "14T14:00:00"),
        "A4": planned("AD4", "14T08:00:00", assessor="AS2"),
    }
    kit = create_field_kit(tmp_path / "kit", templates, plans)
    context = chromium.new_context(viewport={"width": 1366, "height": 768}, timezone_id="Europe/London")
    page = context.new_page()
    button = page.locator("#desk-next")

    def at(when: str, label: str) -> None:
        page.clock.set_fixed_time(f"2026-10-{when}+01:00")
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        assert until(lambda: button.count() == 1 and button.inner_text() == label, page), button.all_inner_texts()

    with hand_out(kit, FIELD_PASSPHRASE) as server:
        page.clock.set_fixed_time("2026-10-14T08:05:00+01:00")
        page.goto(server.address("desk.ipynb"))
        button.wait_for(timeout=45_000)
        # A2 is the next of one's own by the clock; A1, which was missed, and the colleague's A4 are not.
        assert button.inner_text() == "Next: A2 at 09:30"
        assert page.locator(".qpm-desk-day h4").first.inner_text().split("\n") == [
            "Wednesday 14 October", "Today", "3 left",
        ]  # fmt: skip
        assert page.locator(".qpm-desk-next").count() == 1
        assert find_barriers(page) == []
        at("14T10:29:00", "Next: A2 at 09:30")  # it lasts an hour
        at("14T10:31:00", "Next: A3 at 14:00")
        at("13T20:00:00", "Next: A2 on Wednesday 14 October at 09:30")
        at("15T09:00:00", "Next: A1 on Tuesday 13 October at 09:00")
        record_edit(kit.journal, templates, Edit("harbour", "interview:A3", "state", {"state": "open"}))
        at("14T10:00:00", "Go on with A3")
        button.click()
        page.locator(".qpm-interview").wait_for(timeout=45_000)
        assert page.url.endswith("/V1/A3.ipynb")
        page.clock.set_fixed_time("2026-10-13T18:00:00+01:00")  # the debrief, on the evening before
        page.goto(server.address("harbour/V1/debrief.ipynb"))
        asks = page.get_by_role("heading", level=4)
        asks.first.wait_for(timeout=45_000)
        assert asks.all_inner_texts() == ["Today, 13 October 2026", "Tomorrow, 14 October 2026"]
        page.clock.set_fixed_time("2026-10-14T18:00:00+01:00")
        page.reload()
        asks.first.wait_for(timeout=45_000)
        assert asks.all_inner_texts() == ["Today, 14 October 2026", "13 October 2026, and not held yet"]
    context.close()
    kit.close()
