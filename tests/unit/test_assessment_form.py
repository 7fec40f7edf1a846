"""The desk's form for an assessment, and a new visit: what the form is told, what it becomes, and what is refused."""

from __future__ import annotations

import json

import pytest

from qpm_widgets.capture import DeskSheet, PlanSheet
from qpm_widgets.capture.plan_folder import record_plan_folder
from qpm_widgets.capture.recording import record_edit
from qpm_widgets.errors import QpmError
from qpm_widgets.journal import Edit, Kit, new_entry_id
from qpm_widgets.visits import iter_visits, load_profile, repair_notebooks


def team_of(name: str, manager: str, *codes: str, **rest: object) -> dict:
    people = [{"id": code, "manager": "", "roles": ["icaa"]} for code in codes]
    return {"id": "", "name": name, "area": 0, "manager": manager, "advocates": people, **rest}


def form(**changes: object) -> dict:
    return {
        "provider": "Harbour Advocacy", "jurisdictions": ["england"], "advocacy_roles": ["icaa"], "band": 1,
        "areas": [{"id": "", "name": "North"}], "managers": [{"id": "MG1", "name": "Manager of the team"}],
        "teams": [team_of("North", "MG1", "AD1", "AD2")], "assessors": [{"id": "AS1", "name": "Lead assessor"}],
    } | changes  # fmt: skip


def open_desk(kit: Kit, templates) -> DeskSheet:
    desk = DeskSheet()
    desk.kit, desk.templates = kit, templates
    return desk


def ask(sheet, name: str, **arguments: object) -> dict:
    return sheet.answer({"kind": "do", "name": name, "arguments": arguments, "request_id": "r1"})


def send(desk: DeskSheet, entry_id: str = "", **rest: object) -> dict:
    sent = {"id": "", "entry_id": entry_id or new_entry_id(), "heads": [], "form": form()} | rest
    return ask(desk, "plan_assessment", **sent)


def correction_of(desk: DeskSheet, assessment_id: str) -> tuple[dict, dict]:
    """What the form sends when nothing is changed in it, and the form alone."""
    view = ask(desk, "view_assessment", id=assessment_id)["result"]
    profile = view["profile"]
    teams = [
        {**team, "area": [one["id"] for one in profile["areas"]].index(team["area"]),
         "advocates": [{key: one[key] for key in ("id", "manager", "roles")} for one in profile["advocates"]
                       if one["team"] == team["id"]]}
        for team in profile["teams"]
    ]  # fmt: skip
    keys = ("provider", "jurisdictions", "advocacy_roles", "band", "areas", "managers", "assessors")
    sent = {key: profile[key] for key in keys} | {"teams": teams}
    sent |= {key: profile.get(key) for key in ("senior_leaders", "involvement_board")}
    return {"id": assessment_id, "entry_id": view["entry_id"], "heads": view["heads"]}, sent


def test_a_new_assessment_comes_from_the_desk_with_ids_made_of_names(kit, templates):
    done = send(open_desk(kit, templates))
    assert done["kind"] == "done", done
    assert done["result"]["id"] == "harbour-advocacy"
    assert [one["id"] for one in done["result"]["situation"]["assessments"]] == ["harbour-advocacy"]
    profile = load_profile(kit.journal, "harbour-advocacy")
    assert (profile.provider, profile.sample, profile.edition) == ("Harbour Advocacy", False, "qpm_4")
    assert [(one.id, one.area) for one in profile.teams] == [("north-2", "north")], "a team and an area are told apart"
    assert [(one.id, one.team, one.manager) for one in profile.advocates] == [
        ("AD1", "north-2", "MG1"),
        ("AD2", "north-2", "MG1"),
    ]


def test_the_form_says_how_many_senior_leaders_there_are_and_whether_there_is_a_board_or_leaves_both_open(
    kit, templates
):
    desk = open_desk(kit, templates)
    said = send(desk, form=form(senior_leaders=2, involvement_board=False))["result"]
    profile = load_profile(kit.journal, said["id"])
    assert (profile.senior_leaders, profile.involvement_board) == (2, False)
    open_ = send(desk, form=form(provider="Tide", senior_leaders=None, involvement_board=None))["result"]
    entry = kit.journal.current_entry(open_["id"], "assessment", "profile")
    assert not {"senior_leaders", "involvement_board"} & set(entry.payload), "it says what it always said"
    (shown,) = [one["rules"] for one in open_["situation"]["assessments"] if one["id"] == open_["id"]]
    assert (shown["unknown"], shown["total"]) == (["senior_leaders", "board"], 4)
    assert "senior_leaders" not in {one["kind"] for one in shown["missing"]}


def test_a_form_that_is_sent_twice_is_one_assessment_and_the_same_name_again_another(kit, templates):
    desk, entry_id = open_desk(kit, templates), new_entry_id()
    assert [send(desk, entry_id)["result"]["id"] for _ in range(2)] == ["harbour-advocacy"] * 2
    assert kit.journal.assessment_ids() == ["harbour-advocacy"]
    assert send(desk)["result"]["id"] == "harbour-advocacy-2"
    assert send(desk, form=form(provider="Eiriolaeth Tŷ'r Môr"))["result"]["id"] == "eiriolaeth-tyr-mor"
    assert send(desk, form=form(provider="!?"))["result"]["id"] == "assessment"


def test_a_form_that_was_changed_after_it_was_recorded_without_an_answer_is_recorded_as_it_is_now(kit, templates):
    desk, first = open_desk(kit, templates), new_entry_id()
    send(desk, first)
    changed = form(provider="Harbour Advocacy Service")
    refused = send(desk, first, form=changed)
    assert (refused["kind"], refused["code"]) == ("failed", "JOURNAL-004"), "it is not told to be saved"
    following = {"entry_id": new_entry_id(), "earlier": [first], "form": changed}
    for _ in range(2):
        assert send(desk, **following)["result"]["id"] == "harbour-advocacy"
    assert load_profile(kit.journal, "harbour-advocacy").provider == "Harbour Advocacy Service"
    assert kit.journal.assessment_ids() == ["harbour-advocacy"]
    assert not kit.journal.conflicts("harbour-advocacy")


def test_a_correction_that_changes_nothing_says_the_same(lantern_copy, templates):
    desk = open_desk(lantern_copy, templates)
    before = lantern_copy.journal.current_entry("lantern", "assessment", "profile").payload
    sent, unchanged = correction_of(desk, "lantern")
    done = ask(desk, "plan_assessment", **sent, form=unchanged)
    assert done["kind"] == "done", done
    after = lantern_copy.journal.current_entry("lantern", "assessment", "profile").payload
    assert after == before
    assert not lantern_copy.journal.conflicts("lantern")


def test_a_new_name_keeps_the_id_that_plans_refer_to(lantern_copy, templates):
    desk = open_desk(lantern_copy, templates)
    sent, changed = correction_of(desk, "lantern")
    changed["teams"][0]["name"] = "Town team"
    changed["provider"] = "Lantern and Lighthouse"
    assert ask(desk, "plan_assessment", **sent, form=changed)["result"]["id"] == "lantern"
    assert load_profile(lantern_copy.journal, "lantern").teams[0].model_dump() == {
        "id": "community", "name": "Town team", "area": "marlowshire", "manager": "MG1",
    }  # fmt: skip


def without_wales(sent: dict) -> None:
    sent["jurisdictions"].remove("wales")
    sent["advocacy_roles"].remove("ipa")
    sent["teams"][2]["advocates"] = [one | {"roles": []} for one in sent["teams"][2]["advocates"]]


@pytest.mark.parametrize(
    ("drop", "said"),
    [
        (lambda sent: sent["assessors"].pop(1), "assessor AS2"),
        (lambda sent: sent["teams"][0]["advocates"].pop(0), "advocate AD01, for the plan of A3 refers to it"),
        (lambda sent: sent["advocacy_roles"].remove("imha"), "kind imha"),
        (without_wales, "nation wales"),
    ],
)
def test_what_a_plan_refers_to_cannot_go(lantern_copy, templates, drop, said):
    desk = open_desk(lantern_copy, templates)
    head = lantern_copy.journal.head()
    sent, changed = correction_of(desk, "lantern")
    drop(changed)
    refused = ask(desk, "plan_assessment", **sent, form=changed)
    assert (refused["kind"], refused["code"]) == ("failed", "PLAN-002"), refused
    assert said in refused["sentence"]
    assert lantern_copy.journal.head() == head


def test_what_only_a_cancelled_interview_refers_to_may_go(kit, templates):
    desk = open_desk(kit, templates)
    send(desk)
    plan = {
        "visit": "V1", "guide": "advocate", "role": "advocate", "respondents": ["AD2"], "nation": "england",
        "planned_at": "2026-10-13T10:00:00+01:00", "minutes": 60, "assessor": "AS1",
    }  # fmt: skip
    record_edit(kit.journal, templates, Edit("harbour-advocacy", "interview:A1", "plan", plan))
    sent, changed = correction_of(desk, "harbour-advocacy")
    changed["teams"][0]["advocates"].pop()
    assert ask(desk, "plan_assessment", **sent, form=changed)["code"] == "PLAN-002"
    record_edit(kit.journal, templates, Edit("harbour-advocacy", "interview:A1", "state", {"state": "cancelled"}))
    assert ask(desk, "plan_assessment", **sent, form=changed)["kind"] == "done"
    assert [one.id for one in load_profile(kit.journal, "harbour-advocacy").advocates] == ["AD1"]


def test_files_that_drop_what_another_visits_plan_refers_to_are_refused(lantern_copy, templates, tmp_path):
    sample = (templates.folder / "samples" / "lantern" / "assessment.yaml").read_text(encoding="utf-8")
    line = '    - {id: AS2, name: "Assessor, Welsh speaking"}\n'
    assert line in sample
    (tmp_path / "assessment.yaml").write_text(sample.replace(line, ""), encoding="utf-8")
    with pytest.raises(QpmError, match="assessor AS2"):
        record_plan_folder(lantern_copy.journal, templates, tmp_path)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"band": 9}, "PLAN-006"),
        ({"advocacy_roles": ["ipa"]}, "PLAN-006"),
        ({"teams": [team_of("North", "MG1", "AD1", "AD1")]}, "PLAN-006"),
        ({"assessors": [{"id": "MG1", "name": "Lead assessor"}]}, "PLAN-006"),
        ({"teams": [team_of("North", "MG9", "AD1")]}, "PLAN-002"),
        ({"teams": [team_of("North", "MG1", "Jane Example")]}, "JOURNAL-006"),
        ({"teams": [team_of("North", "MG1", "AD1", area=7)]}, "CAPTURE-002"),
        ({"areas": "North"}, "CAPTURE-002"),
    ],
)
def test_a_form_that_cannot_stand_is_refused_and_nothing_is_written(kit, templates, changes, code):
    refused = send(open_desk(kit, templates), form=form(**changes))
    assert (refused["kind"], refused["code"]) == ("failed", code), refused
    assert "Jane" not in json.dumps(refused)
    assert kit.journal.assessment_ids() == []


def test_a_new_visit_has_the_next_free_id_and_its_plan_page_asks_for_the_visit(lantern_copy, templates):
    desk = open_desk(lantern_copy, templates)
    pages = [ask(desk, "new_visit", id="lantern")["result"]["page"]["path"] for _ in range(2)]
    assert pages == ["lantern/V2/plan.ipynb"] * 2, "nothing of it is planned yet"
    assert (lantern_copy.notebooks / pages[0]).exists()
    assert [one.id for one in iter_visits(lantern_copy.journal, "lantern")] == ["V1"]
    assert repair_notebooks(lantern_copy).strangers == ()
    plan = PlanSheet("lantern", "V2")
    plan.kit = lantern_copy
    visit = {"title": "Second", "starts": "2026-11-03", "ends": "2026-11-03", "sites": ["Hall"], "assessors": ["AS2"],
             "lead": "AS2"}  # fmt: skip
    assert ask(plan, "plan_visit", form=visit)["kind"] == "done"
    assert ask(desk, "new_visit", id="lantern")["result"]["page"]["path"] == "lantern/V3/plan.ipynb"
    assert ask(desk, "new_visit", id="nowhere")["code"] == "PLAN-003"


def test_an_assessment_corrected_on_two_machines_is_told_to_be_two_until_it_is_saved_again(lantern_copy, templates):
    desk = open_desk(lantern_copy, templates)
    sent, changed = correction_of(desk, "lantern")
    for provider in ("Lantern One", "Lantern Two"):
        ask(desk, "plan_assessment", **sent | {"entry_id": new_entry_id()}, form=changed | {"provider": provider})
    again, shown = correction_of(desk, "lantern")
    assert len(again["heads"]) == 2
    assert ask(desk, "plan_assessment", **again, form=shown)["kind"] == "done"
    assert len(correction_of(desk, "lantern")[0]["heads"]) == 1


def test_an_assessment_that_is_begun_while_practising_is_marked_as_invented(kit, templates):
    with Kit.create(kit.home / "practice", "a passphrase to practise", assessor="AS1") as practice:
        assert send(open_desk(practice, templates))["kind"] == "done"
        assert load_profile(practice.journal, "harbour-advocacy").sample
