"""Each kind of fault, in a small templates folder that has no other: code, file, place, line and remedy."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import get_args

import pytest

from qpm_widgets.errors import TEMPLATE_FAULTS, QpmError
from qpm_widgets.journal import payloads
from qpm_widgets.journal.grammar import payload_shape
from qpm_widgets.templates import Fault, check_templates, load_templates
from qpm_widgets.templates.checking import check_draft
from qpm_widgets.templates.reading import read_folder
from qpm_widgets.templates.scheme_checks import SCHEME_LISTS, STANDARDS_LISTS

TODAY = date(2026, 6, 1)
PERSON = "interview_guides/person_supported.yaml"
ADVOCATE = "interview_guides/advocate.yaml"
OBSERVATION = "interview_guides/observation.yaml"
SCHEME, POLICIES, SYMBOLS = "scheme.yaml", "policies.yaml", "symbols.yaml"
STANDARDS, ENGLAND = "standards/small.yaml", "jurisdictions/england.yaml"
ENGLISH, WELSH = "wording/en/sheet.yaml", "wording/cy/sheet.yaml"
SMALL = {
    SCHEME: """
name: Small mark
edition: small
note: A scheme for tests.
source_types:
  - {code: P, id: person_supported, label: person supported, plural: people supported}
  - {code: A, id: advocate, label: advocate, plural: advocates}
  - {code: D, id: document, label: document, plural: documents}
  - {code: O, id: observation, label: observation, plural: observations}
roles:
  - {id: person_supported, label: person supported, plural: people supported, source: P, easy_read: true}
  - {id: advocate, label: advocate, plural: advocates, source: A}
bands:
  - {id: 1, label: One, wte_advocates_up_to: 5, areas_up_to: 1, case_files: 5, reports: 5, visit_days: 1, note: Known.}
sampling: {every_manager: true, every_area: true, advocate_share: 0.3, small_team_under: 12,
  small_team_share: 0.5, senior_leaders_among: [advocate], board_among: [], note: x}
timings: {interview_minutes: 60, interpreter_factor: 2, group_factor: 1.5, observation_minutes: 30,
  self_assessment_advised_months: 3, self_assessment_limit_months: 6, award_years: 3}
outcomes: [{id: award, label: Award, descriptor: All met.}]
retention: [{id: notes, label: Notes, months: 6, counted_from: the decision}]
consent_scopes: [{id: talk, label: T}, {id: notes, label: N}, {id: quotes, label: Q}, {id: supporter, label: S}]
consent_decisions: [{id: given, label: G}, {id: declined, label: D}, {id: withdrawn, label: W},
  {id: not_applicable, label: X}]
consent_how: [{id: spoken, label: S}, {id: written, label: W}, {id: signed, label: B}, {id: aac, label: A}]
assent_signs: [{id: assent, label: Y}, {id: dissent, label: N}, {id: unclear, label: U}]
assent_how: [{id: spoken, label: S}, {id: signed, label: B}, {id: gesture, label: G}, {id: expression, label: E},
  {id: moved_away, label: M}, {id: aac, label: I}]
pause_reasons: [{id: break, label: B}, {id: distress, label: D}, {id: interruption, label: I}]
quote_grades: [{id: verbatim, label: V}, {id: near_verbatim, label: N}, {id: paraphrase, label: P}]
speakers: [{id: respondent, label: R}, {id: supporter, label: S}, {id: interpreter, label: I}]
languages: [{code: en, name: {en: English, cy: Saesneg}}, {code: cy, name: {en: Welsh, cy: Cymraeg}},
  {code: ur, name: {en: Urdu, cy: Wrdw}, direction: rtl}]
missing_reasons: [{id: declined, label: D}, {id: does_not_know, label: K}, {id: not_asked, label: A},
  {id: not_suitable, label: S}]
interview_states: [{id: planned, label: P}, {id: open, label: O}, {id: stopped, label: S}, {id: finished, label: F},
  {id: cancelled, label: C}]
finding_kinds: [{id: finding, label: F}, {id: good_practice, label: G}, {id: area_to_develop, label: A}]
""",
    STANDARDS: """
edition: small
title: Small edition
note: Two standards.
standards:
  - id: clarity
    number: 1
    name: Clarity
    meaning: It is clear.
    indicators:
      - {id: CP1, text: The role is clear., sources: [P, A, O]}
      - {id: CP2, text: The end is clear., sources: [P, D]}
  - id: safety
    number: 2
    name: Safety
    meaning: It is safe.
    indicators:
      - {id: SG1, text: People are safe., sources: [A]}
rating_scale:
  - {id: met, label: Met, descriptor: It happens., needs_confidence: enough}
  - {id: not_seen, label: Not seen, descriptor: Nobody knows.}
bearings: [{id: supports, label: S, descriptor: x}, {id: mixed, label: M, descriptor: x},
  {id: contradicts, label: C, descriptor: x}, {id: not_explored, label: N, descriptor: x}]
strengths: [{id: experience, label: E, descriptor: x}, {id: account, label: A, descriptor: x},
  {id: claim, label: C, descriptor: x}]
confidence:
  - {id: enough, label: Enough, descriptor: Two., source_types: 2, needs_any_of: [P, A]}
  - {id: none, label: None, descriptor: Nothing., source_types: 0}
gates: [{id: unsafe, label: Unsafe, descriptor: Someone is unsafe., indicators: [SG1]}]
""",
    POLICIES: """
note: Two policies.
checks: [{id: owner, label: Owner}, {id: version, label: Version}]
policies:
  - {id: complaints, name: Complaints, in_reference_list: true, indicators: [CP1]}
  - {id: safeguarding, name: Safeguarding, in_reference_list: true, indicators: [SG1]}
""",
    ENGLAND: """
id: england
name: England
authority: the council
emergency: Call.
roles:
  - id: icaa
    name: Care Act advocate
    law: Care Act 2014
    statutory: true
    look_for: [Files]
    legal_prompts:
      - {id: duty, text: There is a duty., source: Section 67, as_of: 2026-01-31, confirmed: true}
      - {id: safeguarding_duty, text: Here too., source: Section 68, as_of: 2026-01-31, confirmed: true}
""",
    ADVOCATE: """
id: advocate
role: advocate
title: {en: Advocate}
version: 1
opening:
  introduction: {plain: {en: Hello.}}
  limits: {plain: {en: I may have to tell.}}
  consents:
    - {scope: talk, ask: {plain: {en: Talk?}}}
    - {scope: notes, ask: {plain: {en: Notes?}}}
    - {scope: quotes, ask: {plain: {en: Quotes?}}}
    - {scope: supporter, ask: {plain: {en: Supporter?}}}
sections:
  - standard: safety
    title: {en: Safety}
    questions:
      - {id: A-SG-1, indicators: [SG1], advocacy_roles: [icaa], nations: [england], ask: {plain: {en: What if?}}}
closing: [{plain: {en: Thank you.}}]
""",
    PERSON: """
id: person_supported
role: person_supported
title: {en: Person supported}
version: 1
opening:
  introduction: {plain: {en: Hello.}, easy_read: {en: Hello.}, symbols: [talk]}
  limits: {plain: {en: I may have to tell.}, easy_read: {en: I may tell.}}
  consents:
    - {scope: talk, ask: {plain: {en: Talk?}, easy_read: {en: Talk?}}}
    - {scope: notes, ask: {plain: {en: Notes?}, easy_read: {en: Notes?}}}
    - {scope: quotes, ask: {plain: {en: Quotes?}, easy_read: {en: Quotes?}}}
    - {scope: supporter, ask: {plain: {en: Supporter?}, easy_read: {en: Supporter?}}}
sections:
  - standard: clarity
    title: {en: Clarity}
    questions:
      - {id: P-CP-1, indicators: [CP1, CP2], ask: {plain: {en: What?}, easy_read: {en: What?}}}
  - standard: null
    title: {en: End}
    questions:
      - {id: P-END-1, ask: {plain: {en: More?}, easy_read: {en: More?}}}
closing: [{plain: {en: Thank you.}, easy_read: {en: Thank you.}}]
""",
    SYMBOLS: """
symbols:
  - {id: talk, word: {en: Talk}, path: M4 6h4}
  - {id: safe, word: {en: Safe}, path: M4 8h4}
""",
    OBSERVATION: """
id: observation
kind: observation
title: {en: Observation}
version: 1
ground_rules: [{en: Ask first.}]
show: [{symbols: [safe], plain: {en: Hello.}}]
parts:
  - {id: description, label: {en: What}, hint: {en: Only what you saw.}}
  - {id: meaning, label: {en: Meaning}, hint: {en: What it may mean.}}
scenes:
  - {id: O-CP-1, indicators: [CP1], title: {en: Arrival}, look_for: [{en: Signs}]}
""",
    ENGLISH: """
saved: Saved {time}
consent: {heading: Before we start, gate: Notes are not allowed yet}
""",
    WELSH: """
saved: Cadwyd {time}
""",
}

Edit = Callable[..., Path]


def check(folder: Path) -> list[Fault]:
    """The faults for which a folder is not loaded; what else the kit needs of one is in test_templates_complete."""
    return check_draft(read_folder(folder), today=TODAY)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small templates folder without fault."""
    for file, text in SMALL.items():
        path = tmp_path / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.lstrip("\n"), encoding="utf-8")
    return tmp_path


@pytest.fixture
def edit(folder: Path) -> Edit:
    """Replace text in one file of the folder; what is replaced must stand there exactly once."""

    def replace(file: str, old: str, new: str) -> Path:
        path = folder / file
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
        path.write_text(text.replace(old, new), encoding="utf-8")
        return folder

    return replace


def test_the_small_folder_is_faultless(folder: Path) -> None:
    assert check(folder) == []
    assert set(load_templates(folder).guides) == {"advocate", "person_supported", "observation"}


AT_THE_DOOR = ("TEMPLATE-003", "TEMPLATE-004", "TEMPLATE-010")  # the place is line and column

# file, what is replaced, by what; code, place, words of the remedy
FAULTS = [
    # Shape: a field is missing, misspelt or of the wrong type.
    (SCHEME, "name: Small mark\n", "", "TEMPLATE-005", "name", "Add the field 'name'."),
    (SCHEME, "source: P, easy_read: true", "source: P, easy_reed: true", "TEMPLATE-005", "roles[0].easy_reed",
     "did you mean 'easy_read'?"),
    (SCHEME, "source: P, easy_read: true", "source: P, elephant: true", "TEMPLATE-005", "roles[0].elephant",
     "the fields are id, label, plural, source, easy_read"),
    (SCHEME, "Notes, months: 6", "Notes, months: six", "TEMPLATE-005", "retention[0].months", "whole number"),
    (SCHEME, "every_area: true", "every_area: perhaps", "TEMPLATE-005", "sampling.every_area", "true or false"),
    (SCHEME, "_among: [advocate]", "_among: [advocat]", "TEMPLATE-007", "sampling.senior_leaders_among[0]", "advocate"),
    (SCHEME, "group_factor: 1.5", "group_factor: 0.5", "TEMPLATE-005", "timings.group_factor", "greater than"),
    (STANDARDS, "sources: [A]", "sources: []", "TEMPLATE-005", "standards[1].indicators[0].sources",
     "List at least 1"),
    (STANDARDS, "id: CP2", "id: cp2", "TEMPLATE-005", "standards[0].indicators[1].id", "as in SG2"),
    (STANDARDS, "title: Small edition", "title: 4", "TEMPLATE-005", "title", "put it in quotes"),
    (POLICIES, "policies:\n", "policies: none\n", "TEMPLATE-003", "line 4, column 8", "Correct the YAML"),
    (ENGLAND, "id: england", "id: Englnd", "TEMPLATE-005", "id", "did you mean 'england'?"),
    (ENGLAND, "look_for: [Files]", "look_for: Files", "TEMPLATE-005", "roles[0].look_for",
     "Write a list here"),
    (ENGLAND, "67, as_of: 2026-01-31", "67, as_of: last year", "TEMPLATE-005",
     "roles[0].legal_prompts[0].as_of", "2026-01-31"),
    (ADVOCATE, "title: {en: Advocate}", "title: Advocate", "TEMPLATE-005", "title", "Write a mapping here"),
    (ADVOCATE, "nations: [england]", "nations: [scotland]", "TEMPLATE-005", "sections[0].questions[0].nations[0]",
     "choose from england, wales, northern_ireland"),
    (OBSERVATION, "id: meaning", "id: meaning_2", "TEMPLATE-005", "parts[1].id", "underscores"),
    (ENGLISH, "Before we start", "12", "TEMPLATE-005", "consent.heading", "Write a sentence"),
    # An id is used twice.
    (STANDARDS, "id: CP2", "id: CP1", "TEMPLATE-006", "standards[0].indicators[1].id",
     "'CP1' already stands at standards[0].indicators[0].id"),
    (STANDARDS, "number: 2", "number: 1", "TEMPLATE-006", "standards[1].number", "already stands"),
    (STANDARDS, "sources: [P, A, O]", "sources: [P, P, O]", "TEMPLATE-006",
     "standards[0].indicators[0].sources[1] (CP1)", "already stands"),
    (SCHEME, "{code: A,", "{code: P,", "TEMPLATE-006", "source_types[1].code", "already stands"),
    (POLICIES, "id: safeguarding", "id: complaints", "TEMPLATE-006", "policies[1].id", "already stands"),
    (POLICIES, "id: version", "id: owner", "TEMPLATE-006", "checks[1].id", "already stands"),
    (ENGLAND, "id: safeguarding_duty", "id: duty", "TEMPLATE-006", "roles[0].legal_prompts[1].id",
     "already stands at roles[0].legal_prompts[0].id"),
    (PERSON, "id: P-END-1", "id: P-CP-1", "TEMPLATE-006", "sections[1].questions[0].id", "already stands"),
    (PERSON, "scope: quotes", "scope: notes", "TEMPLATE-006", "opening.consents[2].scope", "'notes' already stands"),
    (OBSERVATION, "id: meaning", "id: description", "TEMPLATE-006", "parts[1].id", "already"),
    # An id refers to nothing.
    (SCHEME, "edition: small", "edition: smal", "TEMPLATE-007", "edition", "did you mean 'small'?"),
    (SCHEME, "plural: people supported, source: P", "plural: people supported, source: X", "TEMPLATE-007",
     "roles[0].source", "choose from A, D, O, P"),
    (STANDARDS, "sources: [P, D]", "sources: [P, X]", "TEMPLATE-007",
     "standards[0].indicators[1].sources[1] (CP2)", "'X' is not known"),
    (STANDARDS, "needs_any_of: [P, A]", "needs_any_of: [P, Q]", "TEMPLATE-007",
     "confidence[0].needs_any_of[1] (enough)", "'Q' is not known"),
    (STANDARDS, "needs_confidence: enough", "needs_confidence: enogh", "TEMPLATE-007",
     "rating_scale[0].needs_confidence (met)", "did you mean 'enough'?"),
    (STANDARDS, "indicators: [SG1]", "indicators: [SG2]", "TEMPLATE-007", "gates[0].indicators[0] (unsafe)",
     "did you mean 'SG1'?"),
    (POLICIES, "indicators: [CP1]", "indicators: [CP9]", "TEMPLATE-007", "policies[0].indicators[0] (complaints)",
     "did you mean"),
    (PERSON, "indicators: [CP1, CP2]", "indicators: [CP1, CP7]", "TEMPLATE-007",
     "sections[0].questions[0].indicators[1] (P-CP-1)", "'CP7' is not known"),
    (PERSON, "standard: clarity", "standard: claritty", "TEMPLATE-007", "sections[0].standard",
     "did you mean 'clarity'?"),
    (PERSON, "scope: quotes", "scope: quote", "TEMPLATE-007", "opening.consents[2].scope", "did you mean 'quotes'?"),
    (ADVOCATE, "advocacy_roles: [icaa]", "advocacy_roles: [imca]", "TEMPLATE-007",
     "sections[0].questions[0].advocacy_roles[0] (A-SG-1)", "did you mean 'icaa'?"),
    (OBSERVATION, "indicators: [CP1]", "indicators: [XX1]", "TEMPLATE-007",
     "scenes[0].indicators[0] (O-CP-1)", "'XX1' is not known"),
    (WELSH, "saved:", "savd:", "TEMPLATE-007", "savd", "did you mean 'saved'?"),
    (PERSON, "symbols: [talk]", "symbols: [tlk]", "TEMPLATE-007",
     "opening.introduction.symbols[0]", "did you mean 'talk'?"),
    (OBSERVATION, "symbols: [safe]", "symbols: [talk, saef]", "TEMPLATE-007", "show[0].symbols[1]",
     "did you mean 'safe'?"),
    (SYMBOLS, "symbols:", "beside: {talk.breaks: brake}\nsymbols:", "TEMPLATE-007", "beside.talk.breaks[0]", ""),
    (SYMBOLS, "id: safe", "id: talk", "TEMPLATE-006", "symbols[1].id", "already stands"),
    (SYMBOLS, "path: M4 8h4", "path: url(x)", "TEMPLATE-005", "symbols[1].path", "Correct the spelling"),
    # A respondent role is unknown.
    (ADVOCATE, "role: advocate\n", "role: advocat\n", "TEMPLATE-008", "role", "did you mean 'advocate'?"),
    # Wording is missing.
    (PERSON, "- {scope: quotes, ask: {plain: {en: Quotes?}, easy_read: {en: Quotes?}}}\n", "\n", "TEMPLATE-009",
     "opening.consents", "add words for quotes"),
    (PERSON, "limits: {plain: {en: I may have to tell.}, easy_read: {en: I may tell.}}",
     "limits: {plain: {en: I may.}}", "TEMPLATE-009", "opening.limits", "Add 'easy_read'"),
    (PERSON, "{en: What?}, easy_read: {en: What?}", "{en: What?}", "TEMPLATE-009",
     "sections[0].questions[0].ask (P-CP-1)", "Add 'easy_read'"),
    (PERSON, "{en: Talk?}, easy_read: {en: Talk?}", "{en: Talk?}", "TEMPLATE-009", "opening.consents[0].ask (talk)",
     "Add 'easy_read'"),
    (PERSON, "[{plain: {en: Thank you.}, easy_read: {en: Thank you.}}]", "[{plain: {en: Thank you.}}]", "TEMPLATE-009",
     "closing[0]", "Add 'easy_read'"),
    # The YAML door.
    (ENGLISH, "consent:", "saved: Twice\nconsent:", "TEMPLATE-010", "line 2, column 1", "Keep one 'saved'"),
    (POLICIES, "note: Two policies.", "note: &n Two policies.", "TEMPLATE-004", "line 1, column 7", "Take out '&n'"),
    (POLICIES, "note: Two policies.", "note: 'Two policies.", "TEMPLATE-003", "line", "Correct the YAML there"),
    # A point of law is dated in the future.
    (ENGLAND, "68, as_of: 2026-01-31", "68, as_of: 2026-06-02", "TEMPLATE-011",
     "roles[0].legal_prompts[1].as_of (safeguarding_duty)", "at the latest 2026-06-01"),
    # An id or a name does not fit its place.
    (ADVOCATE, "id: advocate\n", "id: advocates\n", "TEMPLATE-012", "id", "Write 'advocate', as the file is called"),
    (ENGLAND, "id: england", "id: wales", "TEMPLATE-012", "id", "Write 'england'"),
    (ADVOCATE, "id: A-SG-1", "id: P-SG-1", "TEMPLATE-012", "sections[0].questions[0].id (P-SG-1)", "Begin it with A"),
    (ADVOCATE, "indicators: [SG1]", "indicators: [CP2]", "TEMPLATE-012",
     "sections[0].questions[0].indicators (A-SG-1)", "Add A to the sources of CP2"),
    (ADVOCATE, "id: A-SG-1", "id: A-CP-1", "TEMPLATE-012", "sections[0].questions[0].id (A-CP-1)", "Use SG"),
    (PERSON, "id: P-END-1", "id: P-SG-1", "TEMPLATE-012", "sections[1].questions[0].id (P-SG-1)", "Use OPN or END"),
    (OBSERVATION, "id: O-CP-1", "id: O-XX-1", "TEMPLATE-012", "scenes[0].id (O-XX-1)", "O-IN-1"),
    (OBSERVATION, "id: meaning", "id: missing", "TEMPLATE-012", "parts[1].id", "another id"),
    (STANDARDS, "id: CP2", "id: CQ2", "TEMPLATE-012", "standards[0].indicators[1].id (CQ2)", "Begin it with CP"),
    (ENGLISH, "saved:", "saved.at:", "TEMPLATE-012", "saved.at", "full stop"),
    # A placeholder is misspelt, or differs from the English.
    (ENGLISH, "Notes are not allowed yet", '"Not {yet"', "TEMPLATE-013", "consent.gate", "{name}"),
    (ENGLISH, "Notes are not allowed yet", '"{0} {a.b} {c!r}"', "TEMPLATE-013", "consent.gate", "{name}"),
    (WELSH, "{time}", "{amser}", "TEMPLATE-013", "saved", "Use the placeholders of the English: {time}."),
    # A closed list does not hold exactly what the kit works with.
    (SCHEME, "{code: ur,", "{code: Urdu,", "TEMPLATE-005", "languages[2].code", "as in pl, zh-Hant or pt-BR"),
    (SCHEME, "{en: Urdu, cy: Wrdw}", "{cy: Wrdw}", "TEMPLATE-005", "languages[2].name.en", "Add the field 'en'."),
    (SCHEME, "direction: rtl", "direction: right", "TEMPLATE-005", "languages[2].direction", "choose from ltr, rtl"),
    (SCHEME, "{code: ur,", "{code: cy,", "TEMPLATE-006", "languages[2].code", "already stands"),
    (SCHEME, "{code: ur,", "{code: und,", "TEMPLATE-014", "languages[2].code", "that is not listed"),
    (SCHEME, "{code: cy,", "{code: ga,", "TEMPLATE-014", "languages", "held in: cy"),
    (SCHEME, ", {id: aac, label: A}", "", "TEMPLATE-014", "consent_how", "journal knows besides: aac"),
    (STANDARDS, "{id: account, label: A, descriptor: x},\n", "", "TEMPLATE-014", "strengths", "besides: account"),
    (STANDARDS, "source_types: 0", "source_types: 1", "TEMPLATE-014", "confidence[1] (none)", "no evidence"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "code", "place", "remedy"), FAULTS, ids=[one[2] for one in FAULTS])
def test_a_fault_says_code_file_place_and_remedy(edit: Edit, file, old, new, code, place, remedy) -> None:
    folder = edit(file, old, new)
    faults = [fault for fault in check(folder) if fault.code == code]
    assert [fault.file for fault in faults] == [file]
    (fault,) = faults
    assert remedy in fault.remedy
    assert str(fault).isprintable()
    assert str(fault).startswith(f"{code}, {file}")
    assert TEMPLATE_FAULTS[code] in str(fault)
    line = SMALL[file].lstrip("\n").partition(old)[0].count("\n") + 1
    if code in AT_THE_DOOR:
        assert place in fault.place
    else:
        assert fault.place == place
        assert not new.strip() or fault.line == line, "the line that was edited"


def test_every_template_code_has_a_case() -> None:
    # A missing file and a large one, below; in test_templates_complete the report's design and what respondents hear.
    elsewhere = {"TEMPLATE-001", "TEMPLATE-002", *(f"TEMPLATE-0{n}" for n in range(15, 19))}
    assert {code for _, _, _, code, _, _ in FAULTS} | elsewhere == {*TEMPLATE_FAULTS}


def test_all_faults_are_reported_at_once(edit: Edit) -> None:
    edit(POLICIES, "indicators: [CP1]", "indicators: [CP9, CP8, CP1]")
    edit(WELSH, "{time}", "{amser}")
    edit(ADVOCATE, "role: advocate\n", "role: advocat\n")
    folder = edit(SCHEME, "Notes, months: 6", "Notes, months: six")
    found = {(fault.code, fault.file) for fault in check(folder)}
    assert found == {
        ("TEMPLATE-005", SCHEME),
        ("TEMPLATE-007", POLICIES),
        ("TEMPLATE-008", ADVOCATE),
        ("TEMPLATE-013", WELSH),
    }, "a scheme with one word wrong still says which roles and which edition there are"
    edit(SCHEME, "months: six", "months: 6")
    assert [fault.code for fault in check(folder)] == [
        "TEMPLATE-007",
        "TEMPLATE-007",
        "TEMPLATE-008",
        "TEMPLATE-013",
    ]


@pytest.mark.parametrize("file", [SCHEME, STANDARDS, ENGLAND])
def test_what_needs_an_unreadable_file_is_passed_over_and_all_else_is_checked(edit: Edit, file: str) -> None:
    edit(POLICIES, "id: version", "id: owner")
    edit(WELSH, "{time}", "{amser}")
    folder = edit(PERSON, "limits: {plain: {en: I may have to tell.}, easy_read:", "limits: {plain: {en: x}, easy:")
    (folder / file).write_text("a: [", encoding="utf-8")
    found = {(fault.code, fault.file) for fault in check(folder)}
    assert found == {
        ("TEMPLATE-003", file),
        ("TEMPLATE-005", PERSON),
        ("TEMPLATE-006", POLICIES),
        ("TEMPLATE-013", WELSH),
    } | ({("TEMPLATE-009", PERSON)} if file != SCHEME else set())


def test_a_field_too_many_hides_no_other_fault_of_its_file(edit: Edit) -> None:
    edit(ADVOCATE, "version: 1\n", "version: 1\nremark: x\n")
    folder = edit(ADVOCATE, "indicators: [SG1]", "indicators: [SG9], cautoin: x")
    assert {(fault.code, fault.place) for fault in check(folder)} == {
        ("TEMPLATE-005", "remark"),
        ("TEMPLATE-005", "sections[0].questions[0].cautoin"),
        ("TEMPLATE-007", "sections[0].questions[0].indicators[0] (A-SG-1)"),
    }


@pytest.mark.parametrize("file", [SCHEME, POLICIES, STANDARDS, ENGLISH])
def test_a_missing_file_is_one_fault(folder: Path, file: str) -> None:
    (folder / file).unlink()
    faults = [fault for fault in check(folder) if fault.code == "TEMPLATE-001"]
    assert len(faults) == 1
    assert faults[0].file in (file, f"{Path(file).parent.as_posix()}/")


def test_a_missing_folder_is_one_fault(tmp_path: Path) -> None:
    assert [fault.code for fault in check_templates(tmp_path / "nowhere")] == ["TEMPLATE-001"]
    with pytest.raises(QpmError, match="TEMPLATE-001, nowhere"):
        load_templates(tmp_path / "nowhere")


def test_a_scheme_without_symbols_is_sound_until_a_guide_names_one(edit: Edit, folder: Path) -> None:
    (folder / SYMBOLS).unlink()
    assert [(one.code, one.file, one.place) for one in check(folder)] == [
        ("TEMPLATE-007", OBSERVATION, "show[0].symbols[0]"),
        ("TEMPLATE-007", PERSON, "opening.introduction.symbols[0]"),
    ]
    edit(PERSON, ", symbols: [talk]", "")
    edit(OBSERVATION, "symbols: [safe], ", "")
    assert check(folder) == []


def test_a_file_with_a_wrong_ending_is_not_passed_over(folder: Path) -> None:
    (folder / ADVOCATE).rename(folder / "interview_guides" / "advocate.yaml.txt")
    (folder / "interview_guides" / "notes.md").touch()
    (folder / "interview_guides" / "trustee.yaml~").touch()
    faults = check(folder)
    assert [(fault.code, fault.file) for fault in faults] == [("TEMPLATE-012", "interview_guides/advocate.yaml.txt")]


def test_a_question_id_is_unique_over_all_guides(edit: Edit, folder: Path) -> None:
    text = SMALL[ADVOCATE].replace("id: advocate\n", "id: second\n")
    (folder / "interview_guides" / "second.yaml").write_text(text, encoding="utf-8")
    (fault,) = check(folder)
    assert (fault.code, fault.file) == ("TEMPLATE-006", "interview_guides/second.yaml")
    assert ADVOCATE in fault.remedy


def test_a_100_mb_file_is_one_line(folder: Path) -> None:
    os.truncate(folder / POLICIES, 100 * 1024 * 1024)
    (fault,) = check(folder)
    assert str(fault).startswith(f"TEMPLATE-002, policies.yaml: {TEMPLATE_FAULTS['TEMPLATE-002']}.")


def test_a_file_of_mistakes_is_checked_in_bearable_time(folder: Path) -> None:
    words = ", ".join(f"word_{n}" for n in range(20_000))
    text = SMALL[POLICIES].replace("id: complaints", f"{words}, id: complaints")
    (folder / POLICIES).write_text(text, encoding="utf-8")
    assert len(check(folder)) == 20_000


def test_loading_raises_the_first_fault(edit: Edit) -> None:
    folder = edit(POLICIES, "indicators: [CP1]", "indicators: [CP9]")
    with pytest.raises(
        QpmError, match=r"TEMPLATE-007, policies\.yaml, line 4, policies\[0\]\.indicators\[0\]"
    ) as caught:
        load_templates(folder)
    assert str(caught.value) == str(check(folder)[0])


def test_a_wrong_clock_stops_the_check_and_not_the_field_work(edit: Edit) -> None:
    folder = edit(ENGLAND, "68, as_of: 2026-01-31", "68, as_of: 2999-01-01")
    assert [fault.code for fault in check_draft(read_folder(folder), today=date.today())] == ["TEMPLATE-011"]
    assert load_templates(folder).jurisdictions["england"].roles[0].legal_prompts[1].as_of.year == 2999


def test_the_closed_lists_are_those_of_the_journal() -> None:
    def choices(payload: type, field: str) -> set[str]:
        annotation = payload.model_fields[field].annotation
        literals = [annotation] if get_args(annotation) and isinstance(get_args(annotation)[0], str) else []
        literals += [one for one in get_args(annotation) if get_args(one)]
        return {choice for one in literals for choice in get_args(one) if choice}

    assert choices(payloads.Consent, "decision") == SCHEME_LISTS["consent_decisions"]
    assert choices(payloads.Consent, "how") == SCHEME_LISTS["consent_how"]
    assert choices(payloads.Assent, "sign") == SCHEME_LISTS["assent_signs"]
    assert choices(payloads.Assent, "how") == SCHEME_LISTS["assent_how"]
    assert choices(payloads.Pause, "why") == SCHEME_LISTS["pause_reasons"]
    assert choices(payloads.Quote, "grade") == SCHEME_LISTS["quote_grades"]
    assert choices(payloads.Quote, "speaker") == SCHEME_LISTS["speakers"]
    assert choices(payloads.Missing, "reason") == SCHEME_LISTS["missing_reasons"]
    assert choices(payloads.State, "state") == SCHEME_LISTS["interview_states"]
    assert choices(payloads.Finding, "kind") == SCHEME_LISTS["finding_kinds"]
    assert choices(payloads.Bearing, "bearing") == STANDARDS_LISTS["bearings"]
    assert choices(payloads.Bearing, "strength") == STANDARDS_LISTS["strengths"]
    for scope in SCHEME_LISTS["consent_scopes"]:
        assert payload_shape("interview:A1", f"consent:{scope}.A1") is payloads.Consent
    with pytest.raises(QpmError):
        payload_shape("interview:A1", "consent:recording.A1")
