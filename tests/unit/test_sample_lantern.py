"""The sample assessment as data: sound, complete, and telling what the first issue promises of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from qpm_widgets.journal.grammar import check_payload
from qpm_widgets.journal.payloads import AssessmentProfile, InterviewPlan, ObservationPlan
from qpm_widgets.templates import Templates, load_templates
from qpm_widgets.templates.own_items import is_line, is_own
from qpm_widgets.templates.records import InterviewGuide, ObservationGuide
from qpm_widgets.templates.safe_yaml import read_yaml

CANARY = "heronsgate"
FOLDER = load_templates().folder / "samples" / "lantern"
STOPPED = "P3"


@dataclass(frozen=True)
class Recorded:
    """One recorded entry of the sample."""

    meeting: str
    subject: str
    field: str
    payload: dict[str, Any]

    @property
    def question(self) -> str:
        return self.field.removeprefix("answer:").partition(".")[0]

    @property
    def part(self) -> str:
        return self.field.removeprefix("answer:").partition(".")[2]


def read(path: Path) -> dict[str, Any]:
    content = read_yaml(path)
    assert isinstance(content, dict)
    return content


@pytest.fixture(scope="module")
def profile() -> AssessmentProfile:
    return AssessmentProfile.model_validate(read(FOLDER / "assessment.yaml")["profile"])


@pytest.fixture(scope="module")
def interviews() -> dict[str, InterviewPlan]:
    plans = read(FOLDER / "visit.yaml")["interviews"]
    return {name: InterviewPlan.model_validate(plan) for name, plan in plans.items()}


@pytest.fixture(scope="module")
def observations() -> dict[str, ObservationPlan]:
    plans = read(FOLDER / "visit.yaml")["observations"]
    return {name: ObservationPlan.model_validate(plan) for name, plan in plans.items()}


@pytest.fixture(scope="module")
def entries() -> list[Recorded]:
    """What was recorded in interviews and observations, in that order."""
    found = []
    for kind in ("interview", "observation"):
        for path in sorted((FOLDER / f"{kind}s").glob("*.yaml")):
            content = read(path)
            assert content[f"{kind}_id"] == path.stem
            for entry in content["entries"]:
                assert set(entry) == {"field", "payload"}
                found.append(Recorded(path.stem, f"{kind}:{path.stem}", entry["field"], entry["payload"]))
    return found


@pytest.fixture(scope="module")
def judgements() -> list[dict[str, Any]]:
    return list(read(FOLDER / "findings.yaml")["entries"])


def answers(entries: list[Recorded]) -> Iterator[Recorded]:
    return (one for one in entries if one.field.startswith("answer:"))


def quotes(entries: list[Recorded]) -> list[Recorded]:
    return [one for one in answers(entries) if one.part.startswith("quote.")]


def consent(entries: list[Recorded], scope: str, code: str) -> str:
    """The last decision, "" if none was recorded."""
    found = [one.payload["decision"] for one in entries if one.field == f"consent:{scope}.{code}"]
    return found[-1] if found else ""


def applicable(templates: Templates, plan: InterviewPlan | ObservationPlan) -> set[str]:
    guide = templates.guides[plan.guide]
    if isinstance(guide, ObservationGuide):
        return {scene.id for scene in guide.scenes}
    assert isinstance(plan, InterviewPlan)
    return {
        question.id
        for section in guide.sections
        for question in section.questions
        if (not question.nations or plan.nation in question.nations)
        and (not question.advocacy_roles or set(question.advocacy_roles) & set(plan.advocacy_roles))
    }


def indicators_of(templates: Templates, question_id: str) -> tuple[str, ...]:
    for guide in templates.guides.values():
        asked = (
            [question for section in guide.sections for question in section.questions]
            if isinstance(guide, InterviewGuide)
            else guide.scenes
        )
        for question in asked:
            if question.id == question_id:
                return question.indicators
    raise AssertionError(question_id)


# --- sound ------------------------------------------------------------------------------------------------------


def test_every_payload_has_the_shape_of_its_field(entries, judgements):
    for one in entries:
        check_payload(one.subject, one.field, one.payload)
    for judgement in judgements:
        check_payload("visit:V1", judgement["field"], judgement["payload"])


def test_every_question_is_in_the_guide_and_meant_for_this_interview(templates, entries, interviews, observations):
    for one in answers(entries):
        plan = interviews.get(one.meeting) or observations[one.meeting]
        question = one.payload.get("filed_to", "") if is_line(one.question) else one.question
        assert not question or is_own(question) or question in applicable(templates, plan), (one.meeting, question)


def test_every_bearing_is_on_an_indicator_of_its_question(templates, entries):
    for one in answers(entries):
        if one.part.startswith("evidence."):
            wanted = indicators_of(templates, one.question)
            assert one.part.removeprefix("evidence.") in wanted, (one.meeting, one.field)
            assert ("strength" in one.payload) == (one.payload["bearing"] != "not_explored")


def test_every_cite_is_something_recorded(entries, judgements):
    recorded = {f"{one.meeting}.{one.question}.{one.part}" for one in answers(entries)}
    for judgement in judgements:
        cites = judgement["payload"].get("cites", [])
        assert set(cites) <= recorded, (judgement["field"], set(cites) - recorded)
        assert len(cites) == len(set(cites)), judgement["field"]


def test_what_a_rating_cites_bears_on_its_indicator(entries, judgements):
    borne = {
        (one.meeting, one.question, one.part.removeprefix("evidence."))
        for one in answers(entries)
        if one.part.startswith("evidence.") and one.payload["bearing"] != "not_explored"
    }
    astray = [
        (judgement["field"], cite)
        for judgement in judgements
        if judgement["field"].startswith("rating:")
        for cite in judgement["payload"].get("cites", [])
        if (*cite.split(".")[:2], judgement["field"].removeprefix("rating:")) not in borne
    ]
    assert astray == []


def test_nothing_is_both_answered_and_missing(entries):
    parts: dict[tuple[str, str], set[str]] = {}
    for one in answers(entries):
        parts.setdefault((one.meeting, one.question), set()).add(one.part)
    assert [key for key, found in parts.items() if "missing" in found and len(found) > 1] == []


def test_consents_and_quotes_name_respondents_of_the_plan(entries, interviews):
    for one in entries:
        if one.field.startswith("consent:"):
            assert one.field.partition(".")[2] in interviews[one.meeting].respondents, one.field
    for one in quotes(entries):
        assert one.payload["respondent"] in interviews[one.meeting].respondents, one.field


def test_consents_are_asked_before_anything_is_written(entries, interviews):
    for name, plan in interviews.items():
        mine = [one for one in entries if one.meeting == name]
        first = next(place for place, one in enumerate(mine) if one.field.startswith("answer:"))
        for code in plan.respondents:
            assert consent(mine[:first], "talk", code) == consent(mine[:first], "notes", code) == "given"


def test_each_meeting_opens_and_ends(entries, interviews, observations):
    for name in (*interviews, *observations):
        states = [one.payload["state"] for one in entries if one.meeting == name and one.field == "state"]
        assert states == ["open", "stopped" if name == STOPPED else "finished"], name


def test_ratings_are_on_the_scale_and_cover_every_indicator(templates, judgements):
    ratings = [one for one in judgements if one["field"].startswith("rating:")]
    known = [one.id for standard in templates.standards.standards for one in standard.indicators]
    assert sorted(one["field"].removeprefix("rating:") for one in ratings) == sorted(known)
    levels = {level.id for level in templates.standards.rating_scale}
    for one in ratings:
        assert one["payload"]["level"] in levels
        assert len(one["payload"]["rationale"].split()) >= 12, one["field"]


# --- as the first issue tells it ----------------------------------------------------------------------------------


def test_the_provider_is_the_one_that_the_issue_describes(profile):
    assert profile.sample
    assert (profile.provider, profile.band) == ("Lantern Advocacy", 3)
    assert profile.jurisdictions == ("england", "wales")
    assert set(profile.advocacy_roles) == {"icaa", "imca", "imha", "ipa"}
    counts = [len(one) for one in (profile.areas, profile.teams, profile.managers, profile.advocates)]
    assert counts == [2, 3, 4, 14]


def test_codes_of_the_profile_fit_together(profile, interviews):
    teams = {team.id for team in profile.teams}
    managers = {manager.id for manager in profile.managers}
    assert {team.area for team in profile.teams} == {area.id for area in profile.areas}
    assert {one.team for one in profile.advocates} == teams
    assert {one.manager for one in profile.advocates} == managers
    assert {role for one in profile.advocates for role in one.roles} == set(profile.advocacy_roles)
    known = {one.id for one in profile.advocates}
    met = {code for plan in interviews.values() if plan.role == "advocate" for code in plan.respondents}
    assert met <= known


def test_twelve_interviews_and_two_observations_over_two_days(interviews, observations):
    roles = Counter(plan.role for plan in interviews.values())
    assert roles == {
        "advocate": 5, "person_supported": 4, "advocacy_manager": 1, "trustee": 1, "referrer_commissioner": 1,
    }  # fmt: skip
    assert len(observations) == 2
    assert sorted(len(plan.respondents) for plan in interviews.values() if plan.role == "advocate") == [1, 1, 1, 1, 3]
    days = {plan.planned_at.date() for plan in (*interviews.values(), *observations.values())}
    plan = read(FOLDER / "visit.yaml")["plan"]
    assert sorted(day.isoformat() for day in days) == [plan["starts"], plan["ends"]]


def test_three_managers_are_still_to_be_met(profile, interviews):
    met = {code for plan in interviews.values() for code in plan.respondents}
    assert len([manager for manager in profile.managers if manager.id not in met]) == 3


def test_one_person_is_met_in_easy_read_with_a_supporter_whose_words_are_marked(entries, interviews):
    easy_read = [name for name, plan in interviews.items() if plan.easy_read]
    assert easy_read == ["P1"]
    assert consent(entries, "supporter", "PS1") == "given"
    notes = [one for one in answers(entries) if one.meeting == "P1" and one.part == "note"]
    assert {one.payload["wording"] for one in notes} == {"easy_read"}
    speakers = {one.payload.get("speaker", "respondent") for one in quotes(entries) if one.meeting == "P1"}
    assert speakers == {"respondent", "supporter"}
    others = {one.payload.get("speaker", "respondent") for one in quotes(entries) if one.meeting != "P1"}
    assert others == {"respondent"}


def test_one_person_is_met_in_welsh_with_a_translation_beside_each_quote(entries, interviews):
    assert [name for name, plan in interviews.items() if plan.language == "cy"] == ["P2"]
    welsh = [one for one in quotes(entries) if one.meeting == "P2"]
    assert welsh
    for one in welsh:
        assert one.payload["language"] == "cy" and one.payload["translation"]
        assert one.payload["translation"] != one.payload["text"]


def test_one_person_stops_half_way_and_lets_the_notes_stay(templates, entries, interviews):
    mine = [one for one in entries if one.meeting == STOPPED]
    states = [place for place, one in enumerate(mine) if one.field == "state"]
    assert mine[states[-1]].payload["state"] == "stopped" and mine[states[-1]].payload["reason"]
    again = mine[states[-1] :]
    assert consent(again, "notes", "PS3") == "given"  # asked once more, after stopping
    answered = {one.question for one in answers(mine) if one.part == "note"}
    assert 0.3 < len(answered) / len(applicable(templates, interviews[STOPPED])) < 0.6


def test_one_person_agrees_to_notes_and_refuses_quotes(entries):
    assert (consent(entries, "notes", "PS4"), consent(entries, "quotes", "PS4")) == ("given", "declined")
    # There is a quote to refuse, so that a report can be shown to leave it out.
    assert [one.meeting for one in quotes(entries) if one.payload["respondent"] == "PS4"] == ["P4"]


def test_one_advocate_takes_the_consent_to_quotes_back(entries):
    given = [one.payload["decision"] for one in entries if one.field == "consent:quotes.AD08"]
    assert given == ["given", "withdrawn"]
    assert [one.meeting for one in quotes(entries) if one.payload["respondent"] == "AD08"] == ["A2"]


def test_the_group_is_quoted_voice_by_voice(entries, interviews):
    assert len(interviews["A3"].respondents) == 3
    said = [one.payload["respondent"] for one in quotes(entries) if one.meeting == "A3"]
    assert sorted(said) == sorted(interviews["A3"].respondents)
    declined = [code for code in said if consent(entries, "quotes", code) == "declined"]
    # One voice of the group is refused while the others may be heard.
    assert declined == ["AD05"]


def test_eight_to_fifteen_quotes_may_be_used(entries):
    usable = [one for one in quotes(entries) if consent(entries, "quotes", one.payload["respondent"]) == "given"]
    assert 8 <= len(usable) <= 15
    assert {one.payload["grade"] for one in usable} == {"verbatim", "near_verbatim", "paraphrase"}


def test_most_questions_of_each_interview_are_answered(templates, entries, interviews):
    for name, plan in interviews.items():
        answered = {one.question for one in answers(entries) if one.meeting == name and one.part == "note"}
        if name != STOPPED:
            assert len(answered) / len(applicable(templates, plan)) >= 0.6, name
    reasons = {one.payload["reason"] for one in answers(entries) if one.part == "missing"}
    assert reasons == {"declined", "does_not_know", "not_asked", "not_suitable"}


def test_some_notes_were_written_again(entries):
    notes = Counter((one.meeting, one.field) for one in answers(entries) if one.part == "note")
    assert len([key for key, times in notes.items() if times > 1]) >= 4


def test_observed_scenes_have_all_four_parts(templates, entries, observations):
    observation = templates.guides["observation"]
    assert isinstance(observation, ObservationGuide)
    for name in observations:
        seen: dict[str, set[str]] = {}
        for one in answers(entries):
            if one.meeting == name:
                seen.setdefault(one.question, set()).add(one.part.partition(".")[0])
        assert len(seen) >= 4
        for parts in seen.values():
            assert parts == {*(part.id for part in observation.parts), "evidence"}


def test_one_indicator_nobody_could_speak_to(templates, entries, judgements):
    heard = {
        one.part.removeprefix("evidence.")
        for one in answers(entries)
        if one.part.startswith("evidence.") and one.payload["bearing"] != "not_explored"
    }
    known = {one.id for standard in templates.standards.standards for one in standard.indicators}
    not_seen = [one["field"] for one in judgements if one["payload"].get("level") == "not_seen"]
    assert known - heard == {"CO4"}
    assert not_seen == ["rating:CO4"]


def test_advocates_and_people_contradict_each_other_on_confidentiality(entries):
    found: dict[str, list[str]] = {}
    for one in answers(entries):
        if one.part == "evidence.CO1":
            found.setdefault(one.payload["bearing"], []).append(one.meeting)
    assert found["contradicts"] == ["P3", "P4"]
    assert {"A1", "A3", "A4"} <= set(found["supports"])


def test_one_team_is_weak(entries):
    weak = {
        one.meeting
        for one in answers(entries)
        if one.part in {"evidence.SA3", "evidence.SA4"}
        and one.meeting.startswith("A")
        and one.payload["bearing"] == "contradicts"
    }
    assert weak == {"A1", "A2"}  # the two advocates of the hospital team


def test_findings_good_practice_and_areas_to_develop_for_each_standard(templates, judgements):
    counted: Counter[tuple[str, str]] = Counter()
    orders: Counter[tuple[str, str, int]] = Counter()
    for one in judgements:
        if one["field"].startswith("finding:"):
            payload = one["payload"]
            counted[payload["standard"], payload["kind"]] += 1
            orders[payload["standard"], payload["kind"], payload["order"]] += 1
    for standard in templates.standards.standards:
        assert 3 <= counted[standard.id, "finding"] <= 5, standard.id
        assert counted[standard.id, "good_practice"] >= 1, standard.id
        assert counted[standard.id, "area_to_develop"] >= 1, standard.id
    assert max(orders.values()) == 1


def test_judgements_come_from_assessors_of_the_visit(judgements):
    assert {one["recorded_by"] for one in judgements} == set(read(FOLDER / "visit.yaml")["plan"]["assessors"])


# --- what must not be there ---------------------------------------------------------------------------------------


def test_the_safeguarding_matter_leaves_a_reference_and_a_time_only(entries):
    found = [one for one in entries if one.field == "safeguarding"]
    assert [set(one.payload) for one in found] == [{"reference", "used_at"}]
    assert CANARY in found[0].payload["reference"]
    words = "".join(path.read_text(encoding="utf-8") for path in FOLDER.rglob("*.yaml"))
    assert words.casefold().count(CANARY) == 1


def test_what_the_provider_reads_names_no_code(judgements, interviews, observations, profile):
    codes = {*interviews, *observations, *(one.id for one in profile.advocates)}
    codes |= {one.id for one in (*profile.managers, *profile.assessors)}
    codes |= {code for plan in interviews.values() for code in plan.respondents}
    pattern = re.compile(rf"\b(?:{'|'.join(sorted(codes))})\b")
    for one in judgements:
        text = one["payload"].get("text", "") + one["payload"].get("rationale", "")
        assert not pattern.search(text), one["field"]


def test_what_the_provider_reads_points_at_no_holder_of_a_role_met_once(entries, judgements, interviews):
    roles = Counter(plan.role for plan in interviews.values())
    named = {
        "advocacy_manager": "managers?",
        "trustee": "trustees?",
        "referrer_commissioner": "commissioners?|partners?",
    }
    assert {role for role, met in roles.items() if met == 1} == set(named)
    alone = re.compile(rf"\b(?:{'|'.join(named.values())}|supporters?|one voice)\b", re.IGNORECASE)
    for one in judgements:
        text = one["payload"].get("text", "") + one["payload"].get("rationale", "")
        assert not alone.search(text), one["field"]
    # Their quotes are printed as of one group: no word in them may say which of its members speaks.
    office = re.compile(r"\b(?:my|our|us|board|council|contract|meeting|diary|tracker|green|per cent)\b", re.IGNORECASE)
    spoken = [one for one in quotes(entries) if interviews[one.meeting].role in named]
    assert {one.meeting for one in spoken} == {"M1", "R1", "T1"}
    for one in spoken:
        assert not office.search(one.payload["text"]), one.field


def test_notes_hold_no_word_for_word_speech(entries):
    # Someone's own words are a quote, with its own consent; in a note they would pass as the assessor's.
    for one in answers(entries):
        if one.part == "note" or one.subject.startswith("observation:"):
            assert not re.search(r"[\"“”]", one.payload.get("text", "")), (one.meeting, one.field)


def test_refused_words_are_said_nowhere_else(entries, judgements):
    refused = [
        one.payload["text"]
        for one in quotes(entries)
        if consent(entries, "quotes", one.payload["respondent"]) != "given"
    ]
    assert len(refused) == 3
    elsewhere = [one.payload["text"] for one in answers(entries) if one.part == "note"]
    elsewhere += [one["payload"].get("text", "") + one["payload"].get("rationale", "") for one in judgements]
    for words in refused:
        runs = [words.split()[start : start + 5] for start in range(len(words.split()) - 4)]
        assert not [run for run in runs for text in elsewhere if " ".join(run).casefold() in text.casefold()]


def test_every_file_says_that_it_is_invented():
    for path in sorted(FOLDER.rglob("*.yaml")):
        assert "nvented" in path.read_text(encoding="utf-8").partition("\n\n")[0][:400], path.name
