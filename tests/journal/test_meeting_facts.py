"""Facts about a meeting that hold no word of anybody: recorded without consent to notes, carried, erased."""

from __future__ import annotations

import json

import pytest
from visit_kits import Kits, consent, plan, take

from qpm_widgets.errors import QpmError
from qpm_widgets.journal import Edit, Journal
from qpm_widgets.journal.withdrawing import Withdrawal

WORDS = "he was crying"
PAUSE = {"began": 1_790_000_000_000, "ended": 1_790_000_240_000, "why": "distress"}
ASSENT = {"sign": "dissent", "how": "moved_away"}
FACTS = [("pause:1", PAUSE, "record"), ("assent:R1", ASSENT, "consents")]
FACTS += [("closing:check_back", {"done": True, "at": 1_790_000_000_000}, "record")]
FACTS += [("on_paper", {"began": 1_790_000_000_000, "ended": 1_790_003_600_000}, "record")]
FACTS += [(field, {**payload, "source": "paper"}, scope) for field, payload, scope in FACTS[:3]]
FACTS += [("assent:R1", {**ASSENT, "takes_back": "0190c1d2-0000-7000-8000-00000000000a"}, "consents")]
"""A field, its payload, and the scope that erases it."""


@pytest.fixture
def assessor(kits: Kits) -> Journal:
    """A visit with one interview to which nobody has agreed, and one observation."""
    journal = kits.new("dev1")
    planned = plan("alpha", "V1", "A1")
    observed = {key: value for key, value in planned.payload.items() if key not in ("role", "respondents")}
    journal.append_all([planned, Edit("alpha", "observation:O1", "plan", observed)])
    return journal


def record(journal: Journal, field: str, payload: dict[str, object], subject: str = "interview:A1") -> Edit:
    before = tuple(one.entry_id for one in journal.current("alpha", subject=subject) if one.field == field)
    edit = Edit("alpha", subject, field, payload, supersedes=before)
    journal.append(edit)
    return edit


@pytest.mark.parametrize(("field", "payload", "scope"), FACTS)
def test_it_needs_nobodys_consent_to_notes_and_stays_when_the_words_go(assessor, field, payload, scope) -> None:
    record(assessor, field, payload)
    assessor.append(consent("alpha", "A1"))
    assessor.append(Edit("alpha", "interview:A1", "answer:A-CP-1.note", {"text": WORDS}))
    assessor.erase(Withdrawal("alpha", "A1"))
    assert assessor.current_entry("alpha", "interview:A1", field).payload == payload


@pytest.mark.parametrize(("field", "payload", "scope"), FACTS)
def test_it_has_no_room_for_words(assessor, field, payload, scope) -> None:
    for worse in ({**payload, "text": WORDS}, *({**payload, key: WORDS} for key in payload)):
        with pytest.raises(QpmError, match="JOURNAL-006") as refused:
            record(assessor, field, worse)
        assert WORDS not in str(refused.value)


@pytest.mark.parametrize(("field", "payload", "scope"), FACTS)
def test_it_travels_with_the_visit_and_is_erased_wherever_it_is(kits, assessor, field, payload, scope) -> None:
    lead = kits.new("lead")
    edit = record(assessor, field, payload)
    lead.merge(take(assessor, "alpha", "V1"))
    assert lead.current_entry("alpha", "interview:A1", field).payload == payload
    other = {"record": "consents", "consents": "record"}[scope]
    assessor.erase(Withdrawal("alpha", "A1", other, "retention"))
    assert assessor.current_entry("alpha", "interview:A1", field).payload == payload
    assessor.erase(Withdrawal("alpha", "A1", scope, "retention"))
    lead.merge(take(assessor, "alpha", "V1"))
    for journal in (assessor, lead):
        [kept] = [one for one in journal.iter_entries("alpha", field_prefix=field) if one.entry_id == edit.entry_id]
        assert kept.payload is None
        assert journal.verify().ok
        assert json.dumps(payload) not in json.dumps([one.payload for one in journal.iter_entries("alpha")])


def test_what_a_person_without_a_code_shows_in_an_observation_travels_and_goes_with_it(kits, assessor) -> None:
    lead = kits.new("lead")
    record(assessor, "assent:person", {"sign": "assent", "how": "gesture"}, "observation:O1")
    record(assessor, "assent:person", ASSENT, "observation:O1")
    lead.merge(take(assessor, "alpha", "V1"))
    assert lead.current_entry("alpha", "observation:O1", "assent:person").payload["sign"] == "dissent"
    assessor.erase(Withdrawal("alpha", "O1", kind="observation"))
    lead.merge(take(assessor, "alpha", "V1"))
    for journal in (assessor, lead):
        signs = list(journal.iter_entries("alpha", subject="observation:O1", field_prefix="assent:"))
        assert [one.payload for one in signs] == [None, None]
        assert journal.verify().ok
    with pytest.raises(QpmError, match="JOURNAL-007"):
        record(assessor, "assent:PS1", ASSENT, "observation:O1")


def test_a_break_belongs_to_an_observation_as_well(assessor) -> None:
    record(assessor, "pause:1", {"began": PAUSE["began"], "why": "break"}, "observation:O1")
    assert assessor.current_entry("alpha", "observation:O1", "pause:1").payload["ended"] is None
    with pytest.raises(QpmError, match="JOURNAL-007"):
        record(assessor, "pause:x", PAUSE)
