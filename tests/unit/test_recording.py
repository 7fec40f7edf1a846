"""The one door to the journal: what does not fit the guide, the scale or the visit is refused with a code."""

from __future__ import annotations

from dataclasses import replace

import pytest

from qpm_widgets.capture.recording import record_edit
from qpm_widgets.errors import QpmError
from qpm_widgets.journal import Edit, Kit
from qpm_widgets.journal.grammar import payload_shape
from qpm_widgets.templates import Templates

GIVEN = {"decision": "given", "how": "spoken"}
NOTE = {"text": "what was said"}
PLAN = {
    "visit": "V1", "guide": "advocate", "role": "advocate", "respondents": ["AD1"], "nation": "england",
    "planned_at": "2026-10-13T10:00:00+01:00", "minutes": 60, "assessor": "AS1",
}  # fmt: skip
LOOK = {
    "visit": "V1", "guide": "observation", "nation": "england", "planned_at": "2026-10-13T12:00:00+01:00",
    "minutes": 30, "assessor": "AS1",
}  # fmt: skip


class Door:
    """Records into one assessment and gives back the entry id."""

    def __init__(self, kit: Kit, templates: Templates) -> None:
        self.kit, self.templates = kit, templates

    def __call__(self, subject: str, field: str, payload: dict[str, object]) -> str:
        return record_edit(self.kit.journal, self.templates, Edit("harbour", subject, field, payload)).entry_id

    def refusal(self, subject: str, field: str, payload: dict[str, object]) -> str:
        with pytest.raises(QpmError) as caught:
            self(subject, field, payload)
        assert "what was said" not in str(caught.value)
        return caught.value.code


@pytest.fixture
def door(kit: Kit, templates: Templates) -> Door:
    """An interview with consent to notes, one of another visit, and an observation."""
    record = Door(kit, templates)
    for name, visit in (("A1", "V1"), ("A2", "V2")):
        record(f"interview:{name}", "plan", {**PLAN, "visit": visit})
        record(f"interview:{name}", "consent:notes.AD1", GIVEN)
    record("observation:O1", "plan", LOOK)
    return record


@pytest.mark.parametrize(
    ("subject", "field", "payload"),
    [
        ("interview:A1", "answer:A-CP-1.note", NOTE),
        ("interview:A1", "answer:A-CP-1.quote.1", {"text": "mine", "grade": "verbatim", "respondent": "AD1"}),
        ("interview:A1", "answer:A-CP-1.evidence.CP1", {"bearing": "supports", "strength": "claim"}),
        ("interview:A1", "answer:A-CP-1.evidence.SA7", {"bearing": "mixed"}),  # it may bear on another standard
        ("interview:A1", "answer:A-CP-1.missing", {"reason": "declined"}),
        ("interview:A1", "state", {"state": "stopped", "reason": "tired"}),
        ("observation:O1", "answer:O-IN-1.description", NOTE),
        ("observation:O1", "answer:O-IN-1.who_agrees", NOTE),
    ],
)
def test_what_the_guide_has_is_recorded(door: Door, subject: str, field: str, payload: dict[str, object]) -> None:
    entry_id = door(subject, field, payload)
    kept = door.kit.journal.current_entry("harbour", subject, field)
    assert kept is not None and kept.entry_id == entry_id
    shape = payload_shape(subject, field)
    assert shape.model_validate(kept.payload) == shape.model_validate(payload)


@pytest.mark.parametrize(
    ("subject", "field", "payload", "code"),
    [
        ("interview:A1", "answer:A-CP-99.note", NOTE, "CAPTURE-001"),
        ("interview:A1", "answer:P-CP-1.note", NOTE, "CAPTURE-001"),  # a question of another guide
        ("interview:A1", "answer:A-CP-1.evidence.XX9", {"bearing": "supports"}, "CAPTURE-001"),
        ("observation:O1", "answer:A-CP-1.description", NOTE, "CAPTURE-001"),
        ("observation:O1", "answer:O-IN-1.dreams", NOTE, "CAPTURE-001"),
        ("interview:A9", "answer:A-CP-1.note", NOTE, "PLAN-001"),
        ("interview:A3", "plan", {**PLAN, "guide": "advocat"}, "PLAN-004"),
        ("interview:A3", "plan", {**PLAN, "guide": "trustee"}, "PLAN-004"),
        ("interview:A3", "plan", {**PLAN, "guide": "observation"}, "PLAN-004"),
        ("observation:O2", "plan", {**LOOK, "guide": "advocate"}, "PLAN-004"),
        ("interview:A1", "consent:notes.AD7", GIVEN, "CONSENT-004"),
        ("interview:A1", "answer:A-CP-1.note", {"words": "what was said"}, "JOURNAL-006"),
        ("visit:V1", "rating:CP1", {"level": "superb", "rationale": "x"}, "EVIDENCE-003"),
        ("visit:V1", "rating:XX9", {"level": "met", "rationale": "x"}, "CAPTURE-001"),
    ],
)
def test_what_does_not_fit_is_refused(door: Door, subject: str, field: str, payload, code: str) -> None:
    head = door.kit.journal.head()
    assert door.refusal(subject, field, payload) == code
    assert door.kit.journal.head() == head


def test_an_unknown_id_is_answered_with_the_ids_most_like_it(door: Door) -> None:
    with pytest.raises(QpmError, match="A-CP-1"):
        door("interview:A1", "answer:A-CP-11.note", NOTE)


def test_consent_is_the_journals_to_enforce(door: Door) -> None:
    door("interview:A3", "plan", PLAN)
    assert door.refusal("interview:A3", "answer:A-CP-1.note", NOTE) == "CONSENT-001"


def test_findings_and_ratings_rest_on_evidence_of_their_own_visit(door: Door) -> None:
    here = door("interview:A1", "answer:A-CP-1.note", NOTE)
    seen = door("observation:O1", "answer:O-IN-1.description", NOTE)
    elsewhere = door("interview:A2", "answer:A-CP-1.note", NOTE)
    state = door("interview:A1", "state", {"state": "open"})
    finding = {"standard": "independence", "kind": "finding", "text": "It is so."}
    door("visit:V1", "finding:F1", {**finding, "cites": [here, seen]})
    door("visit:V1", "rating:CP1", {"level": "met", "rationale": "Two sources.", "cites": [here]})
    for cites, code in (
        ([], "EVIDENCE-001"),
        ([elsewhere], "EVIDENCE-002"),
        ([here, "no-such-entry"], "EVIDENCE-002"),
        ([state], "EVIDENCE-002"),
    ):
        assert door.refusal("visit:V1", "finding:F2", {**finding, "cites": cites}) == code
    assert door.refusal("visit:V1", "finding:F2", {**finding, "standard": "luck", "cites": [here]}) == "CAPTURE-001"
    assert (
        door.refusal("visit:V1", "rating:CP1", {"level": "met", "rationale": "", "cites": [elsewhere]})
        == "EVIDENCE-002"
    )


def test_only_a_rating_that_was_given_is_taken_back(door: Door) -> None:
    nothing = {"level": "", "rationale": ""}
    assert door.refusal("visit:V1", "rating:CP1", nothing) == "EVIDENCE-003"
    door("visit:V1", "rating:CP1", {"level": "met", "rationale": "Two sources."})
    assert door("visit:V1", "rating:CP1", nothing)


QUOTE = {"text": "what was said", "grade": "verbatim", "respondent": "AD1"}


@pytest.mark.parametrize(
    "said",
    [
        {"language": "ur", "translation": "in English"},
        {"language": "bfi", "translation": "what was said"},
        {"language": "und", "language_name": "Romani", "translation": "in English"},
    ],
)
def test_a_quote_keeps_the_code_of_its_language(door: Door, said: dict[str, str]) -> None:
    door("interview:A1", "answer:A-CP-1.quote.1", QUOTE | said)
    kept = door.kit.journal.current_entry("harbour", "interview:A1", "answer:A-CP-1.quote.1")
    assert kept is not None and kept.payload is not None
    assert {key: kept.payload[key] for key in said} == said


@pytest.mark.parametrize("language", ["Urdu", "xx", ""])
def test_a_language_that_nobody_lists_is_refused(door: Door, language: str) -> None:
    refusal = door.refusal("interview:A1", "answer:A-CP-1.quote.1", QUOTE | {"language": language})
    assert refusal == "CAPTURE-001"
    with pytest.raises(QpmError, match="JOURNAL-006"):
        door.kit.journal.append(Edit("harbour", "interview:A1", "answer:A-CP-1.quote.1", QUOTE | {"language": "Urdu"}))


def test_what_was_recorded_in_a_language_may_be_corrected_though_it_was_taken_out_of_the_list(
    door: Door, kit: Kit, templates: Templates
) -> None:
    field = "answer:A-CP-1.quote.1"
    door("interview:A1", field, QUOTE | {"language": "pl"})
    languages = tuple(one for one in templates.scheme.languages if one.code != "pl")
    shorter = replace(templates, scheme=templates.scheme.model_copy(update={"languages": languages}))
    corrected = Edit("harbour", "interview:A1", field, QUOTE | {"language": "pl", "text": "corrected"})
    assert record_edit(kit.journal, shorter, corrected).entry_id
    with pytest.raises(QpmError, match="CAPTURE-001"):
        record_edit(kit.journal, shorter, replace(corrected, field="answer:A-CP-1.quote.2"))


def test_a_quote_of_before_languages_had_a_list_says_what_it_said() -> None:
    shape = payload_shape("interview:A1", "answer:A-CP-1.quote.1")
    old = {**QUOTE, "speaker": "respondent", "language": "cy", "translation": "She listens."}
    assert shape.model_validate(old).model_dump(mode="json") == old
    assert shape.model_validate(QUOTE).model_dump(mode="json")["language"] == "en"
