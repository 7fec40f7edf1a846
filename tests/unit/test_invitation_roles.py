"""What each role is told before it decides: its own limits, as its guide has them, and nothing that cannot be kept."""

from __future__ import annotations

from dataclasses import replace

import pytest

from qpm_widgets.reports.blocks import BulletList, Heading, Paragraph
from qpm_widgets.reports.document import Document
from qpm_widgets.reports.invitation import Reading, compose_invitation, read_invitation
from qpm_widgets.templates import Templates, load_templates
from qpm_widgets.templates.records import InterviewGuide

AT_WORK = ("advocate", "advocacy_manager", "trustee", "other_staff", "referrer_commissioner")
ROLES = (*AT_WORK, "person_supported", "family_carer")
HOW = [(language, reading) for language in ("en", "cy") for reading in ("plain", "easy_read")]

# What must be passed on, and that the person hears of it first; the words are those of guides and sheets alike.
LIMITS = {
    ("en", "plain"): {
        "harm": "danger", "practice": "unsafe", "duties": "breach of the charity's duties", "first": "tell you first",
    },
    ("en", "easy_read"): {
        "harm": "danger", "practice": "not safe", "duties": "charity breaks", "first": "tell you first",
    },
    ("cy", "plain"): {
        "harm": "perygl", "practice": "anniogel", "duties": "dyletswyddau'r elusen", "first": "wrthych chi yn gyntaf",
    },
    ("cy", "easy_read"): {
        "harm": "perygl", "practice": "anniogel", "duties": "elusen yn torri", "first": "wrthych chi yn gyntaf",
    },
}  # fmt: skip
OF_THE_ROLE = {
    "advocate": {"harm", "practice", "first"},
    "advocacy_manager": {"harm", "practice", "first"},
    "trustee": {"harm", "practice", "duties", "first"},
    "other_staff": {"harm", "practice", "first"},
    "referrer_commissioner": {"harm", "practice", "first"},
    "person_supported": {"harm", "first"},
    "family_carer": {"harm", "first"},
}

NO_PROMISE = {"en": "cannot promise", "cy": "allwn addo"}
SILENCE = {"en": ("stays in the room", "tell nobody"), "cy": ("aros yn yr ystafell", "dweud wrth neb pwy")}
NO_MANAGER = {
    "en": ("no manager", "without their manager", "manager is not there"),
    "cy": ("oes rheolwr", "heb eu rheolwr", "yw eich rheolwr yno"),
}


@pytest.fixture(scope="module")
def by_language(templates: Templates) -> dict[str, Templates]:
    return {"en": templates, "cy": load_templates(language="cy")}


def sheet_for(kit, templates: Templates, role: str, reading: Reading, *, alone: bool = True) -> Document:
    """The sheet of an interview like A1, with somebody in this role."""
    read = read_invitation(kit.journal, "lantern", "A1", reading)
    who = {"role": role, "guide": role, "respondents": ("XX1",) if alone else ("XX1", "XX2")}
    return compose_invitation(templates, replace(read, plan=read.plan.model_copy(update=who)))


def words_below(document: Document, heading: str = "") -> str:
    """The text of the blocks, or of those below one heading."""
    said, below = [], not heading
    for block in document.blocks:
        if isinstance(block, Heading):
            below = not heading or block.text == heading
        elif below and isinstance(block, Paragraph):
            said.append(block.text)
        elif below and isinstance(block, BulletList):
            said += [item.text for item in block.items]
    return "\n".join(said)


@pytest.mark.parametrize(("language", "reading"), HOW)
@pytest.mark.parametrize("role", ROLES)
def test_a_sheet_has_the_limits_of_its_role_and_so_has_the_guide(lantern, by_language, role, language, reading) -> None:
    templates, limits = by_language[language], LIMITS[language, reading]
    sheet = {"person_supported": "person", "family_carer": "family"}.get(role, "worker")
    heading = templates.wording.text(f"invitation.{sheet}.{reading}.words.heading")
    said = words_below(sheet_for(lantern, templates, role, reading), heading)
    guide = templates.guides[role]
    assert isinstance(guide, InterviewGuide)
    heard = getattr(guide.opening.limits, reading).read(language)
    assert {limit for limit, words in limits.items() if words in said} == OF_THE_ROLE[role]
    assert {limit for limit, words in limits.items() if words in heard} == OF_THE_ROLE[role]


@pytest.mark.parametrize(("language", "reading"), HOW)
@pytest.mark.parametrize("role", ROLES)
def test_nobody_is_promised_the_silence_of_others(lantern, by_language, role, language, reading) -> None:
    alone, group = (
        words_below(sheet_for(lantern, by_language[language], role, reading, alone=so)) for so in (True, False)
    )
    assert not [one for one in SILENCE[language] if one in alone + group]
    assert NO_PROMISE[language] in group
    assert NO_PROMISE[language] not in alone


@pytest.mark.parametrize(("language", "reading"), HOW)
def test_only_advocates_are_told_that_their_manager_is_not_there(lantern, by_language, language, reading) -> None:
    told = {
        role
        for role in ROLES
        for said in [words_below(sheet_for(lantern, by_language[language], role, reading)).casefold()]
        if any(one in said for one in NO_MANAGER[language])
    }
    assert told == {"advocate"}


@pytest.mark.parametrize(("language", "reading"), HOW)
def test_each_role_at_work_is_told_why_it_is_asked_and_how_its_words_would_stand(
    lantern, by_language, language, reading
) -> None:
    templates = by_language[language]
    common = templates.wording.section("invitation")["worker"][reading]
    sheets = {role: words_below(sheet_for(lantern, templates, role, reading)) for role in AT_WORK}
    for part, point in (("about", "you"), ("words", "quotes")):
        key = f"{reading}.{part}.points.{point}"
        own = {role: templates.wording.text(f"invitation.roles.{role}.{key}") for role in AT_WORK}
        assert len(set(own.values())) == len(AT_WORK)
        for role, said in sheets.items():
            assert [one for one, words in own.items() if words in said] == [role]
            assert common[part]["points"][point] not in said.splitlines(), "its own words stand in place of these"


@pytest.mark.parametrize(("language", "reading"), HOW)
def test_a_role_without_words_of_its_own_is_told_what_all_are(lantern, by_language, language, reading) -> None:
    templates = by_language[language]
    said = words_below(sheet_for(lantern, templates, "volunteer", reading))
    common = templates.wording.section("invitation")["worker"][reading]
    points = [words for part in ("about", "words") for words in common[part]["points"].values() if "{" not in words]
    assert points
    assert not [words for words in points if words not in said]


@pytest.mark.parametrize("role", ROLES)
def test_every_line_of_a_role_has_its_symbol_in_easy_read(lantern, by_language, role) -> None:
    lines = [
        item
        for block in sheet_for(lantern, by_language["en"], role, "easy_read", alone=False).blocks
        if isinstance(block, BulletList)
        for item in block.items
    ]
    assert [line.text for line in lines if line.drawing is None] == []
