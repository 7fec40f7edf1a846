"""Random histories: what must hold whatever was written in whatever order."""

from __future__ import annotations

from collections import Counter
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from journal_interviews import ASSESSMENT, CHEAP, INTERVIEW, PASSPHRASE, agree, note, quote

from qpm_widgets.errors import QpmError
from qpm_widgets.journal import Kit

_numbers = count()

# A history is a list of steps: which of three fields, and which of the entries before it are replaced.
HISTORIES = st.lists(
    st.tuples(st.integers(0, 2), st.lists(st.integers(0, 30), max_size=3, unique=True), st.booleans()), max_size=25
)


@pytest.fixture(scope="module")
def long_lived(tmp_path_factory: pytest.TempPathFactory):
    home = tmp_path_factory.mktemp("histories") / "kit"
    with Kit.create(home, PASSPHRASE, assessor="AS1", cost=CHEAP) as kit:
        yield kit


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(HISTORIES)
def test_any_history_keeps_the_invariants(long_lived: Kit, history) -> None:
    journal, subject = long_lived.journal, f"interview:H{next(_numbers)}"
    agree(journal, subject=subject)
    written: dict[str, tuple[str, tuple[str, ...]]] = {}  # entry id: field and what it replaces
    for field_number, picks, sent_twice in history:
        field = f"answer:A-CP-{field_number}.note"
        known = [entry_id for entry_id, (its_field, _) in written.items() if its_field == field]
        replaced = tuple(known[pick] for pick in picks if pick < len(known))
        edit = note(f"{len(written)}", *replaced, field=field, subject=subject)
        assert journal.append(edit).repeated is False
        if sent_twice:
            assert journal.append(edit).repeated is True
        written[edit.entry_id] = (field, replaced)

    replaced_ids = {old for _, olds in written.values() for old in olds}
    current = journal.current(ASSESSMENT, subject=subject, field_prefix="answer:")
    assert {entry.entry_id for entry in current} == written.keys() - replaced_ids
    per_field = Counter(entry.field for entry in current)
    in_conflict = {group[0].field: len(group) for group in journal.conflicts(ASSESSMENT) if group[0].subject == subject}
    assert in_conflict == {field: many for field, many in per_field.items() if many > 1}
    kept = list(journal.iter_entries(ASSESSMENT, subject=subject, field_prefix="answer:"))
    assert [entry.entry_id for entry in kept] == list(written), "nothing is lost and the order is that of writing"
    assert [entry.payload["text"] for entry in kept] == [str(number) for number in range(len(written))]
    for field in per_field:
        newest = journal.current_entry(ASSESSMENT, subject, field)
        assert newest.entry_id == [entry.entry_id for entry in current if entry.field == field][-1]


def test_after_all_histories_the_journal_verifies(long_lived: Kit) -> None:
    verified = long_lived.journal.verify()
    assert verified.ok, verified.faults
    entries = list(long_lived.journal.iter_entries())
    assert verified.entries == len(entries) > 0
    assert [entry.device_seq for entry in entries] == list(range(1, len(entries) + 1))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=200), st.text(max_size=50))
def test_any_text_survives(long_lived: Kit, words: str, more: str) -> None:
    journal = long_lived.journal
    if journal.current_entry(ASSESSMENT, INTERVIEW, "plan") is None:
        agree(journal)
    receipts = journal.append_all([note(words), quote(more + words)])
    found = journal.find_entries(receipt.entry_id for receipt in receipts)
    assert [found[receipt.entry_id].payload["text"] for receipt in receipts] == [words, more + words]


HARD = [
    "\0before\0after\0", "\x00", "\x1a\x1b[31m", "🏴󠁧󠁢󠁷󠁬󠁳󠁿 Cymru", "e\u0301 not \u00e9", "\u202eright to left", "\ufeffmark",
    "\U0010ffff\ufffe\uffff", "'; DROP TABLE entry; --", '"\\u0000"', "\r\n\t\u2028\u2029\x85", " \u00a0 ", "",
    "𝕎" * 100_000,
]  # fmt: skip


def test_hard_text_survives_closing_and_opening(home: Path) -> None:
    with Kit.create(home, PASSPHRASE, assessor="AS1", cost=CHEAP) as kit:
        agree(kit.journal)
        receipts = kit.journal.append_all([note(text) for text in HARD])
    with Kit.unlock(home, PASSPHRASE) as kit:
        found = kit.journal.find_entries(receipt.entry_id for receipt in receipts)
        assert [found[receipt.entry_id].payload["text"] for receipt in receipts] == HARD
        assert kit.journal.verify().ok


@pytest.mark.parametrize("broken", ["\ud83d", "half \udc4d a symbol", "\udfff\ud800"])
def test_half_a_symbol_is_refused_in_words_that_help(agreed, broken) -> None:
    """A lone surrogate is no text: no report could print it. The page hears so and keeps it unsaved."""
    before = agreed.head()
    with pytest.raises(QpmError, match=r"JOURNAL-006.*broken character.*in text"):
        agreed.append(note(broken))
    assert agreed.head() == before
