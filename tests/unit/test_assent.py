"""A yes or a no that is shown at any time: kept as a history, of people of the interview only, and it opens no gate."""

from __future__ import annotations

import json

import pytest
from evidence_journals import ASSESSMENT, VISIT, SmallJournal

from qpm_widgets.capture import InterviewSheet
from qpm_widgets.capture.recording import record_edit
from qpm_widgets.errors import QpmError
from qpm_widgets.journal import Edit, Kit
from qpm_widgets.journal.entries import new_entry_id
from qpm_widgets.journal.withdrawing import Withdrawal
from qpm_widgets.reports.blocks import Block, Table
from qpm_widgets.reports.visit_report import open_visit_report
from qpm_widgets.visits import load_interview, load_observation


@pytest.fixture
def small(kit: Kit) -> SmallJournal:
    made = SmallJournal(kit.journal)
    made.interview("P1", "ps1", "ps2")
    return made


def test_every_sign_is_told_to_the_page_in_order_until_it_is_erased(kit, small, templates) -> None:
    sheet = InterviewSheet(ASSESSMENT, "P1")
    sheet.kit, sheet.templates = kit, templates
    assert sheet.view()["signs"] == []
    shown = [("ps1", "assent", "spoken"), ("ps2", "dissent", "moved_away"), ("ps1", "unclear", "expression")]
    shown.append(("ps2", "dissent", "aac"))
    for code, sign, how in shown:
        small.write("interview:P1", f"assent:{code}", {"sign": sign, "how": how})
    signs = sheet.view()["signs"]
    assert [(one["respondent"], one["sign"], one["how"]) for one in signs] == shown
    assert all(one["at"] > 0 for one in signs)
    assert len({one["id"] for one in signs}) == len(shown)
    small.journal.erase(Withdrawal(ASSESSMENT, "P1", "consents", "retention"))
    assert sheet.view()["signs"] == []


def test_it_is_of_somebody_who_takes_part(kit, small, templates) -> None:
    edit = Edit(ASSESSMENT, "interview:P1", "assent:ps3", {"sign": "assent", "how": "spoken"})
    with pytest.raises(QpmError, match=r"CONSENT-004.*ps1, ps2"):
        record_edit(kit.journal, templates, edit)


def test_whose_a_sign_is_in_a_visit_without_words_is_for_the_guide_to_say(kit, small, templates) -> None:
    small.observation("O1", guide="person_without_words")
    small.observation("O2")
    sheets = {name: InterviewSheet(ASSESSMENT, observation_id=name) for name in ("O1", "O2")}
    for sheet in sheets.values():
        sheet.kit, sheet.templates = kit, templates
    assert {name: sheet.view()["signs_of"] for name, sheet in sheets.items()} == {"O1": ["person"], "O2": []}
    shown = {"sign": "dissent", "how": "moved_away"}
    message = {"kind": "commit", "entry_id": new_entry_id(), "field": "assent:person", "payload": shown}
    assert sheets["O1"].answer(message)["kind"] == "receipt"
    assert [one["sign"] for one in sheets["O1"].view()["signs"]] == ["dissent"]
    said = sheets["O2"].answer(message | {"entry_id": new_entry_id()})
    assert (said["kind"], said["code"]) == ("refused", "CAPTURE-001")


def test_the_lead_reads_how_often_what_was_shown_and_the_provider_nothing(kit, small, templates) -> None:
    small.observation("O1", guide="person_without_words")
    small.observation("O2", guide="person_without_words")
    small.interview("P2", "ps3", planned_at="2026-05-12T09:30:00+01:00")
    for subject, code in (("interview:P1", "ps2"), ("observation:O1", "person"), ("interview:P2", "ps3")):
        for sign, how in (("assent", "aac"), ("dissent", "moved_away"), ("dissent", "expression")):
            small.write(subject, f"assent:{code}", {"sign": sign, "how": how})
    small.write("observation:O2", "assent:person", {"sign": "unclear", "how": "gesture"})
    small.journal.erase(Withdrawal(ASSESSMENT, "O2", kind="observation"))
    small.consent("P2", "notes", "ps3", "withdrawn")
    said = {}
    for edition in ("lead", "provider"):
        report = open_visit_report(ASSESSMENT, VISIT, edition, kit=kit, templates=templates)
        said[edition] = [one for section in report.sections() for one in section if isinstance(one, Block)]
    [table] = [one for one in said["lead"] if isinstance(one, Table) and one.caption.startswith("Interviews and obs")]
    states = {row[0]: row[4] for row in table.rows}
    shown = "Planned; shown at any time: Yes 1, No 2"
    refused = "Planned; no current consent to notes, so nothing of it is used"
    assert states == {"P1": shown, "P2": refused, "O1": shown, "O2": "Stopped"}
    told = {edition: json.dumps([one.to_json() for one in blocks]) for edition, blocks in said.items()}
    assert "shown at any time" not in told["provider"]
    assert "moving away" not in told["lead"] + told["provider"]


def test_what_was_noted_by_mistake_stays_in_the_journal_and_counts_nowhere(kit, small, templates) -> None:
    small.observation("O1", guide="person_without_words")
    for subject, code in (("interview:P1", "ps2"), ("observation:O1", "person")):
        field, no = f"assent:{code}", {"sign": "dissent", "how": "moved_away"}
        small.write(subject, field, {"sign": "assent", "how": "aac"})
        small.write(subject, field, no)
        mistaken = small.journal.current_entry(ASSESSMENT, subject, field).entry_id
        small.write(subject, field, {**no, "takes_back": mistaken})
        kind, _, name = subject.partition(":")
        sheet = InterviewSheet(ASSESSMENT, **{f"{kind}_id": name})
        sheet.kit, sheet.templates = kit, templates
        signs = sheet.view()["signs"]
        assert [(one["sign"], one.get("takes_back", "")) for one in signs][1:] == [
            ("dissent", ""),
            ("dissent", mistaken),
        ]
        assert signs[1]["id"] == mistaken
        load = load_interview if kind == "interview" else load_observation
        assert load(small.journal, ASSESSMENT, name).signs == {"assent": 1}
    report = open_visit_report(ASSESSMENT, VISIT, "lead", kit=kit, templates=templates)
    told = json.dumps([one.to_json() for section in report.sections() for one in section if isinstance(one, Block)])
    assert told.count("shown at any time: Yes 1") == 2
    assert "No 1" not in told


def test_a_yes_that_is_shown_is_no_consent(small) -> None:
    small.interview("P2", "ps9", quotes="")
    for scope in ("talk", "notes"):
        small.consent("P2", scope, "ps9", "withdrawn")
    small.write("interview:P2", "assent:ps9", {"sign": "assent", "how": "spoken"})
    assert not load_interview(small.journal, ASSESSMENT, "P2").notes_allowed
