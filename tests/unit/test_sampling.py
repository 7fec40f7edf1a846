"""Whom a visit must meet."""

from __future__ import annotations

from datetime import UTC, datetime
from math import ceil

from hypothesis import given
from hypothesis import strategies as st

from qpm_widgets.journal.payloads import Advocate, AssessmentProfile, InterviewPlan, Named, Team
from qpm_widgets.templates.records import Sampling as Rules
from qpm_widgets.visits import Interview, check_sampling
from qpm_widgets.visits.sampling import people_needed

RULES = Rules(
    every_manager=True,
    every_area=True,
    advocate_share=1 / 3,
    small_team_under=5,
    small_team_share=0.5,
    senior_leaders_among=("advocacy_manager", "trustee"),
    board_among=("person_supported", "trustee"),
    note="test",
)


def profile(
    teams: dict[str, tuple[str, str, int]], leaders: int | None = 0, board: bool | None = False
) -> AssessmentProfile:
    """Teams as id -> (area, manager, number of advocates)."""
    return AssessmentProfile(
        senior_leaders=leaders,
        involvement_board=board,
        provider="Test Advocacy",
        edition="qpm_4",
        band=3,
        jurisdictions=("england",),
        advocacy_roles=("imca",),
        areas=tuple(Named(id=area, name=area) for area in dict.fromkeys(area for area, _, _ in teams.values())),
        managers=tuple(Named(id=m, name=m) for m in dict.fromkeys(m for _, m, _ in teams.values())),
        teams=tuple(Team(id=t, name=t, area=area, manager=m) for t, (area, m, _) in teams.items()),
        advocates=tuple(
            Advocate(id=f"{t}-{n}", team=t, manager=m) for t, (_, m, size) in teams.items() for n in range(size)
        ),
        assessors=(Named(id="AS1", name="first assessor"),),
    )


def interview(
    *respondents: str,
    role: str = "advocate",
    team: str | None = None,
    area: str | None = None,
    state="planned",
    counts_as="",
):
    plan = InterviewPlan(
        visit="V1", guide=role, role=role, respondents=respondents, team=team, area=area, nation="england",
        planned_at=datetime(2026, 5, 4, 10, tzinfo=UTC), minutes=60, assessor="AS1",
        counts_as=counts_as,
    )  # fmt: skip
    return Interview(respondents[0], plan, state, "")


def row(sampling, kind, code):
    return next(one for one in sampling.rows if (one.kind, one.id) == (kind, code))


def test_an_empty_plan_lacks_every_manager_area_and_team():
    sampling = check_sampling(profile({"north": ("hills", "MG1", 6), "south": ("coast", "MG2", 4)}), [], RULES)
    assert {(one.kind, one.id) for one in sampling.missing} == {
        ("manager", "MG1"), ("manager", "MG2"), ("area", "hills"), ("area", "coast"), ("team", "north"),
        ("team", "south"), ("manager_advocates", "MG1"), ("manager_advocates", "MG2"),
    }  # fmt: skip


def test_a_third_of_a_large_team_and_half_of_a_small_one():
    sampling = check_sampling(profile({"north": ("hills", "MG1", 6), "south": ("hills", "MG1", 4)}), [], RULES)
    assert row(sampling, "team", "north").need == 2
    assert row(sampling, "team", "south").need == 2
    assert row(sampling, "manager_advocates", "MG1").need == 4  # a third of ten, rounded up


def test_a_group_interview_counts_each_of_its_respondents():
    people = profile({"north": ("hills", "MG1", 6)})
    sampling = check_sampling(people, [interview("north-0", "north-1", team="north")], RULES)
    assert row(sampling, "team", "north").met
    assert row(sampling, "area", "hills").met
    assert not row(sampling, "manager", "MG1").met
    assert row(sampling, "manager", "MG1").candidates == ("MG1",)


def test_a_person_met_twice_counts_once():
    people = profile({"north": ("hills", "MG1", 6)})
    twice = [interview("north-0", team="north"), interview("north-0", team="north")]
    assert row(check_sampling(people, twice, RULES), "team", "north").have == 1


def test_a_cancelled_interview_does_not_count_and_a_stopped_one_does():
    people = profile({"north": ("hills", "MG1", 3)})
    cancelled = check_sampling(people, [interview("MG1", role="advocacy_manager", state="cancelled")], RULES)
    assert not row(cancelled, "manager", "MG1").met
    stopped = check_sampling(people, [interview("MG1", role="advocacy_manager", state="stopped")], RULES)
    assert row(stopped, "manager", "MG1").met


def test_who_said_no_to_talking_was_not_met_and_who_took_it_back_later_was():
    people = profile({"north": ("hills", "MG1", 6)})
    plan = interview("north-0", "north-1", team="north", state="finished").plan
    for decision, met in (("declined", 1), ("withdrawn", 2)):
        consents = {("talk", "north-0"): "given", ("talk", "north-1"): decision}
        held = Interview("A1", plan, "finished", "", consents)
        assert row(check_sampling(people, [held], RULES), "team", "north").have == met
    nobody = Interview("A1", plan, "stopped", "", {("talk", "north-0"): "declined", ("talk", "north-1"): "declined"})
    assert not nobody.was_held
    assert not row(check_sampling(people, [nobody], RULES), "area", "hills").met


def test_an_area_is_covered_through_the_team_of_an_interview():
    people = profile({"north": ("hills", "MG1", 3)})
    assert row(
        check_sampling(people, [interview("P1", role="person_supported", team="north")], RULES),
        "area",
        "hills",
    ).met


def test_senior_leaders_count_by_person_where_a_plan_says_so():
    people = profile({"north": ("hills", "MG1", 3)}, leaders=2)
    managed = interview("MG1", role="advocacy_manager", counts_as="senior_leader")
    chair = interview("TR1", role="trustee", counts_as="senior_leader")
    other = interview("TR2", role="trustee", counts_as="neither")
    one = check_sampling(people, [managed, managed, other], RULES)
    assert (row(one, "senior_leaders", "").have, row(one, "senior_leaders", "").need) == (1, 2)
    assert row(one, "senior_leaders", "") in one.missing
    assert row(one, "manager", "MG1").met, "a manager who is a senior leader is both"
    assert row(check_sampling(people, [managed, chair], RULES), "senior_leaders", "").met
    called_off = interview("TR1", role="trustee", counts_as="senior_leader", state="cancelled")
    assert row(check_sampling(people, [managed, called_off], RULES), "senior_leaders", "").have == 1


def test_somebody_from_an_involvement_board_is_met_where_there_is_one():
    north = {"north": ("hills", "MG1", 3)}
    sits_on_it = interview("PS1", role="person_supported", counts_as="board")
    missing = check_sampling(profile(north, board=True), [], RULES)
    assert row(missing, "board", "") in missing.missing
    assert row(check_sampling(profile(north, board=True), [sits_on_it], RULES), "board", "").met
    kinds = {one.kind for one in check_sampling(profile(north, board=False), [sits_on_it], RULES).rows}
    assert not kinds & {"board", "senior_leaders"}, "there is no board, and nobody to meet at the centre"


def test_what_no_plan_says_is_not_known_and_not_missing():
    north = {"north": ("hills", "MG1", 3)}
    older = check_sampling(profile(north, None, None), [interview("MG1", role="advocacy_manager")], RULES)
    assert [one.kind for one in older.unknown] == ["senior_leaders", "board"]
    assert not {"senior_leaders", "board"} & {one.kind for one in older.missing}
    # Of a board that somebody sits on it is known that there is one.
    seen = check_sampling(profile(north, None, None), [interview("TR1", role="trustee", counts_as="board")], RULES)
    assert row(seen, "board", "").met
    # A plan of an older kit may be with one of them: what is short is not known either.
    unsaid = [interview("MG1", role="advocacy_manager"), interview("AD1"), interview("TR1", role="trustee")]
    half = check_sampling(profile(north, 1, True), unsaid, RULES)
    assert (row(half, "senior_leaders", "").unsaid, row(half, "board", "").unsaid) == (("MG1", "TR1"), ("TR1",))
    assert [one.kind for one in half.unknown] == ["senior_leaders", "board"]


PLANS = st.builds(
    interview,
    st.sampled_from(("MG1", "TR1", "TR2", "PS1")),
    role=st.sampled_from(("advocacy_manager", "trustee", "person_supported")),
    state=st.sampled_from(("planned", "finished", "cancelled")),
    counts_as=st.sampled_from(("", "neither", "senior_leader", "board")),
)


@given(st.lists(PLANS, max_size=8), PLANS, st.none() | st.integers(0, 3), st.none() | st.booleans())
def test_a_further_interview_never_makes_a_met_rule_short_and_each_rule_is_one_of_three(plans, more, leaders, board):
    people = profile({"north": ("hills", "MG1", 3)}, leaders, board)
    before, after = check_sampling(people, plans, RULES), check_sampling(people, [*plans, more], RULES)
    for one in before.rows:
        assert [one.met, one in before.missing, one in before.unknown].count(True) == 1
        assert row(after, one.kind, one.id).have >= one.have
        assert row(after, one.kind, one.id).met or not one.met


@given(st.integers(0, 500), st.integers(1, 20), st.integers(1, 20))
def test_the_share_is_reached_exactly_and_never_asks_for_one_too_many(total: int, part: int, whole: int):
    part = min(part, whole)
    exact = -(-total * part // whole)  # integer ceiling
    assert people_needed(total, part / whole) == exact == ceil(exact)
