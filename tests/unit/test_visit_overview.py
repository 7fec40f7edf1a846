"""The visit so far, as the debrief and the interview page tell it: counted once, by team, and only what may be used."""

from __future__ import annotations

import pytest

from qpm_widgets.capture.findings_sheet import FindingsSheet
from qpm_widgets.capture.interview_sheet import InterviewSheet
from qpm_widgets.capture.plan_folder import record_plan_folder
from qpm_widgets.capture.visit_overview import EVERYONE
from qpm_widgets.evidence import bearings_table, contradictions_table, coverage_table
from qpm_widgets.journal import Edit, Kit
from qpm_widgets.visits import load_interview


@pytest.fixture
def planned(kit: Kit, templates) -> Kit:
    """The sample's visit as it was planned, before anybody was met."""
    record_plan_folder(kit.journal, templates, templates.folder / "samples" / "lantern")
    return kit


def overview(kit: Kit, team: str = EVERYONE) -> dict:
    sheet = FindingsSheet("lantern", "V1")
    sheet.kit = kit
    return sheet.recorded()["overview"][team]


def so_far(kit: Kit, interview: str) -> dict:
    sheet = InterviewSheet("lantern", interview)
    sheet.kit = kit
    return sheet.view()["so_far"]


def record(kit: Kit, subject: str, field: str, payload: dict) -> None:
    before = kit.journal.current_entry("lantern", subject, field)
    kit.journal.append(Edit("lantern", subject, field, payload, supersedes=(before.entry_id,) if before else ()))


def consent(kit: Kit, interview: str, decision: str = "given") -> None:
    for code in load_interview(kit.journal, "lantern", interview).plan.respondents:
        for scope in ("talk", "notes"):
            record(kit, f"interview:{interview}", f"consent:{scope}.{code}", {"decision": decision, "how": "spoken"})


def bear(kit: Kit, interview: str, question: str, indicator: str, bearing: str) -> None:
    payload = {"bearing": bearing, "strength": "account"}
    record(kit, f"interview:{interview}", f"answer:{question}.evidence.{indicator}", payload)


def asked(kit: Kit, meeting: str, reason: str) -> dict[str, list[str]]:
    told = next(one for one in overview(kit)["to_ask"] if one["id"] == meeting)
    return {one["indicator"]: one["questions"] for one in told["reasons"][reason]}


def test_it_counts_what_the_evidence_tables_count(lantern, templates):
    told = overview(lantern)
    bearings = bearings_table(lantern.journal, templates, "lantern", "V1")
    counted = bearings[bearings["bearing"] != "not_explored"].groupby(["indicator", "source_type"]).size().to_dict()
    pieces = {(name, code): count for name, counts in told["pieces"].items() for code, count in counts.items()}
    assert pieces == counted
    coverage = coverage_table(lantern.journal, templates, "lantern", "V1").set_index("indicator")
    assert {name: set(codes) for name, codes in told["silent"].items()} == {
        name: set(coverage.loc[name, "not_heard"]) - {"C", "D"} for name in told["silent"]
    }
    disagreed = contradictions_table(lantern.journal, templates, "lantern", "V1")
    assert [one["indicator"] for one in told["contradictions"]] == list(disagreed["indicator"])
    assert [one["experience_against"] for one in told["contradictions"]] == list(disagreed["experience_against"])


def test_a_team_is_told_alone_and_the_teams_are_not_more_than_all(lantern, templates):
    def total(told: dict) -> int:
        return sum(sum(counts.values()) for counts in told["pieces"].values())

    sheet = FindingsSheet("lantern", "V1")
    sheet.kit = lantern
    teams = [one["id"] for one in sheet.view()["teams"]]
    alone = [total(overview(lantern, team)) for team in teams]
    assert len(teams) > 1
    assert all(alone)
    assert sum(alone) < total(overview(lantern))  # trustees and commissioners belong to no team


def test_what_is_still_to_be_asked_follows_what_was_heard(planned):
    assert "A-CP-1" in asked(planned, "A1", "nobody")["CP1"]
    assert overview(planned)["contradictions"] == []

    consent(planned, "A1")
    bear(planned, "A1", "A-CP-1", "CP1", "supports")
    record(planned, "interview:A1", "state", {"state": "finished"})
    assert "A1" not in [one["id"] for one in overview(planned)["to_ask"]]
    assert "CP1" not in asked(planned, "A2", "nobody")
    assert "CP1" not in asked(planned, "A2", "source")  # an advocate has spoken about it
    assert "CP1" in asked(planned, "P1", "source")  # nobody who is supported has

    consent(planned, "P1")
    bear(planned, "P1", "P-CP-1", "CP1", "contradicts")
    assert "CP1" in asked(planned, "A2", "disagree")
    (one,) = overview(planned)["contradictions"]
    assert one["experience_against"]
    assert (one["supports"], one["contradicts"]) == (
        [{"held": "A1", "source": "A"}],
        [{"held": "P1", "source": "P"}],
    )

    # Taken back, it is as if it had not been said.
    consent(planned, "P1", "withdrawn")
    assert overview(planned)["contradictions"] == []
    assert overview(planned)["pieces"]["CP1"] == {"A": 1}


def test_a_question_that_the_plan_does_not_call_for_is_not_to_be_asked(planned, templates):
    plan = load_interview(planned.journal, "lantern", "A1").plan.model_dump(mode="json")
    only = [
        (question.id, question.indicators, set(question.advocacy_roles))
        for section in templates.guides["advocate"].sections
        for question in section.questions
        if question.advocacy_roles
    ]
    name, indicators, roles = only[0]
    other = next(role for _, _, others in only for role in others if role not in roles)
    record(planned, "interview:A1", "plan", {**plan, "advocacy_roles": [other]})
    assert not any(name in asked(planned, "A1", "nobody").get(indicator, ()) for indicator in indicators)
    record(planned, "interview:A1", "plan", {**plan, "advocacy_roles": sorted(roles)})
    assert all(name in asked(planned, "A1", "nobody")[indicator] for indicator in indicators)


def test_what_nobody_can_be_asked_any_more_is_said(planned):
    everything = {one["indicator"] for one in overview(planned)["unasked"]}
    for one in overview(planned)["to_ask"]:
        kind = "observation" if one["source"] == "O" else "interview"
        record(planned, f"{kind}:{one['id']}", "state", {"state": "cancelled"})
    told = overview(planned)
    assert told["to_ask"] == []
    names = {one["indicator"] for one in told["unasked"]}
    assert everything < names
    assert {"CP1", "IN4"} <= names
    assert all(set(one["sources"]) & {"P", "F", "A", "M", "T", "R", "S", "O"} for one in told["unasked"])


def test_a_page_is_told_of_the_other_interviews_and_not_of_itself(planned):
    consent(planned, "A1")
    bear(planned, "A1", "A-CP-1", "CP1", "supports")
    here, elsewhere = so_far(planned, "A1"), so_far(planned, "P1")
    assert (here["source"], here["pieces"]["clarity_of_purpose"]) == ("A", {})
    assert (elsewhere["source"], elsewhere["pieces"]["clarity_of_purpose"]) == ("P", {"A": 1})
    assert {"P", "A"} <= set(elsewhere["wanted"]["clarity_of_purpose"])
    assert "D" not in elsewhere["wanted"]["clarity_of_purpose"]


def test_the_time_of_an_interview_is_counted_from_when_it_was_begun_or_first_keyed_in(planned):
    def times() -> dict[str, int | None]:
        sheet = InterviewSheet("lantern", "A1")
        sheet.kit = planned
        return sheet.view()["times"]

    def recorded(field: str = "state") -> int:
        entry = planned.journal.current_entry("lantern", "interview:A1", field)
        assert entry is not None
        return entry.recorded_at

    assert times() == {"began": None, "ended": None, "keyed_in": None}
    record(planned, "interview:A1", "state", {"state": "open"})
    began = recorded()
    assert times() == {"began": began, "ended": None, "keyed_in": None}
    record(planned, "interview:A1", "state", {"state": "finished"})
    ended = recorded()
    record(planned, "interview:A1", "on_paper", {"began": 1_790_000_000_000, "ended": None})
    keyed_in = recorded("on_paper")
    record(planned, "interview:A1", "on_paper", {"began": 1_790_000_000_000, "ended": 1_790_003_600_000})
    assert times() == {"began": began, "ended": ended, "keyed_in": keyed_in}
