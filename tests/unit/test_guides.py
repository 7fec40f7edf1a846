"""The shipped guides: who can be asked about what, and in which words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import pytest

from qpm_widgets.templates import Templates, check_templates, load_templates
from qpm_widgets.templates.guide_checks import iter_wordings
from qpm_widgets.templates.records import InterviewGuide, ObservationGuide, Question, Wording

ROLES = ("advocate", "person_supported", "advocacy_manager", "trustee", "referrer_commissioner")
LENGTHS = {
    "advocate": (30, 42),
    "person_supported": (20, 27),
    "advocacy_manager": (26, 32),
    "trustee": (14, 20),
    "referrer_commissioner": (14, 20),
    "family_carer": (14, 20),
}
NEGATIVE = re.compile(r"\b(?:not|never|nothing|nobody|no one|unless|without)\b|n['’]t\b", re.IGNORECASE)


def guide(templates: Templates, name: str) -> InterviewGuide:
    found = templates.guides[name]
    assert isinstance(found, InterviewGuide)
    return found


def interview_guides(templates: Templates) -> list[InterviewGuide]:
    return [one for one in templates.guides.values() if isinstance(one, InterviewGuide)]


def questions(one: InterviewGuide) -> Iterator[Question]:
    for section in one.sections:
        yield from section.questions


def is_asked_of_all(question: Question) -> bool:
    few = question.nations or question.advocacy_roles or question.instructed or question.setting
    return not few and not question.only_if_explored


def everything_said(one: InterviewGuide | ObservationGuide) -> Iterator[tuple[str, Wording]]:
    """What a respondent is told and asked; of an observation what is shown to the person."""
    if isinstance(one, ObservationGuide):
        yield from ((f"shown {number}", wording) for number, wording in enumerate(one.show, 1))
        return
    yield "introduction", one.opening.introduction
    yield "limits", one.opening.limits
    for consent in one.opening.consents:
        yield f"consent {consent.scope}", consent.ask
    for question in questions(one):
        yield question.id, question.ask
    for number, wording in enumerate(one.closing, 1):
        yield f"closing {number}", wording


def can_speak(templates: Templates, source: str) -> set[str]:
    return {
        indicator.id
        for standard in templates.standards.standards
        for indicator in standard.indicators
        if source in indicator.sources
    }


def test_the_checker_finds_no_fault(templates):
    assert check_templates(templates.folder) == []


def test_there_is_a_guide_for_each_role_and_one_for_observing(templates):
    looking = {"observation", "person_without_words", "document_check", "case_file_check"}
    assert set(templates.guides) == {*ROLES, "family_carer", "other_staff", *looking}


@pytest.mark.parametrize("role", [*ROLES, "family_carer"])
def test_a_guide_reaches_every_indicator_its_role_can_speak_to(templates, role):
    # Only questions asked of everyone count: one for a nation, a kind of advocacy or a group is asked of few.
    asked = {
        indicator
        for question in questions(guide(templates, role))
        if is_asked_of_all(question)
        for indicator in question.indicators
    }
    assert can_speak(templates, templates.source_of_role(role).code) - asked == set()


@pytest.mark.parametrize("role", ROLES)
def test_a_guide_asks_nobody_about_what_they_cannot_know(templates, role):
    asked = {indicator for question in questions(guide(templates, role)) for indicator in question.indicators}
    assert asked - can_speak(templates, templates.source_of_role(role).code) == set()


def test_family_is_asked_about_what_they_or_the_person_can_know(templates):
    asked = {one for question in questions(guide(templates, "family_carer")) for one in question.indicators}
    assert asked <= can_speak(templates, "F") | can_speak(templates, "P")


def test_every_observable_indicator_has_a_scene(templates):
    observation = templates.guides["observation"]
    assert isinstance(observation, ObservationGuide)
    assert {indicator for scene in observation.scenes for indicator in scene.indicators} == can_speak(templates, "O")
    parts = [part.id for part in observation.parts]
    assert parts == ["description", "possible_meaning", "alternative_meaning", "who_agrees"]


def test_question_ids_are_used_once_over_all_guides(templates):
    ids = Counter(question.id for one in interview_guides(templates) for question in questions(one))
    for one in templates.guides.values():
        if isinstance(one, ObservationGuide):
            ids.update(scene.id for scene in one.scenes)
    assert [name for name, times in ids.items() if times > 1] == []


@pytest.mark.parametrize(("role", "bounds"), LENGTHS.items())
def test_a_guide_fits_its_interview(templates, role, bounds):
    alone = [one for one in questions(guide(templates, role)) if one.setting != "group" and not one.only_if_explored]
    assert bounds[0] <= len(alone) <= bounds[1]


def test_the_four_consents_are_asked_one_by_one(templates):
    scopes = [scope.id for scope in templates.scheme.consent_scopes]
    assert scopes == ["talk", "notes", "quotes", "supporter"]
    for one in interview_guides(templates):
        assert [consent.scope for consent in one.opening.consents] == scopes, one.id


def test_the_limits_are_said_before_anything_is_asked(templates):
    for one in interview_guides(templates):
        said = one.opening.limits.plain.en
        assert "name" in said and "danger" in said and "first" in said, one.id


def test_the_scheme_asks_for_easy_read_of_every_role(templates):
    assert [role.id for role in templates.scheme.roles if not role.easy_read] == []


@pytest.mark.parametrize("language", ["en", "cy"])
@pytest.mark.parametrize("name", sorted(load_templates().guides))
def test_easy_read_is_there_from_the_first_word_to_the_last(templates, name, language):
    said = dict(everything_said(templates.guides[name]))
    # Nothing that is said escapes the list above, whatever guides are given later.
    assert list(said.values()) == [wording for _, wording in iter_wordings(templates.guides[name])]
    assert [place for place, one in said.items() if not (one.easy_read and getattr(one.easy_read, language))] == []


def test_a_question_asks_one_thing_without_negatives(templates):
    for one in interview_guides(templates):
        for question in questions(one):
            asked = question.ask.plain.en
            assert "how often" not in asked.casefold(), question.id
            assert not NEGATIVE.search(asked), question.id
            assert asked.count("?") <= 1, question.id


def test_people_are_warned_of_before_safeguarding_questions(templates):
    for role in ("person_supported", "family_carer"):
        for section in guide(templates, role).sections:
            if section.standard == "safeguarding":
                cautions = [question.caution.en for question in section.questions if question.caution]
                assert cautions and "account of abuse" in cautions[0], role


def test_statutory_questions_are_for_their_nation_and_role(templates):
    restricted = {
        question.id: (question.nations, question.advocacy_roles)
        for question in questions(guide(templates, "advocate"))
        if question.advocacy_roles
    }
    assert restricted["A-CP-5"] == (("england",), ("icaa",))
    assert restricted["A-CP-6"] == (("wales",), ("ipa",))
    # Northern Ireland has no like duty: a question that names one of these roles is kept from it.
    assert all("northern_ireland" not in nations and nations for nations, _ in restricted.values())
