"""What was withdrawn is gone from every byte of the journal's files; everything else is as it was."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from canary_search import decrypted
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from journal_interviews import ASSESSMENT, INTERVIEW, PASSPHRASE, agree, consent, note, plan, quote
from visit_kits import take

from qpm_widgets.errors import QpmError
from qpm_widgets.journal import Edit, Journal, Kit
from qpm_widgets.journal.erasure import blank_covered, find_covered
from qpm_widgets.journal.withdrawing import Withdrawal
from qpm_widgets.visits import load_interview
from qpm_widgets.visits.erasures import count_covered

CANARY = "Zeisig-am-Fenster-5580"
WHOLE = Withdrawal(ASSESSMENT, "A1")


def fill(journal: Journal) -> None:
    """Two interviews with many corrections, so that pages were split and overflowed many times."""
    for subject in (INTERVIEW, "interview:A2"):
        agree(journal, "R1", "R2", subject=subject)
    words = {INTERVIEW: CANARY, "interview:A2": "other words"}
    for number in range(80):
        for subject, word in words.items():
            size = (1, 20, 400)[number % 3]
            journal.append(note(f"{word} {number} " * size, field=f"answer:Q-{number % 9}.note", subject=subject))
    journal.append(Edit(ASSESSMENT, INTERVIEW, "state", {"state": "stopped", "reason": f"{CANARY} was tired"}))


def test_no_byte_is_left_in_any_page_after_compacting(kit) -> None:
    key, path, log = bytes.fromhex(kit.environment()["QPM_KIT_KEY"]), kit.journal.path, Path(f"{kit.journal.path}-wal")
    fill(kit.journal)
    kit.journal.compact()
    assert decrypted(path, key).startswith(b"\x10\x00"), "the page size: it is decrypted indeed"
    assert CANARY.encode() in decrypted(path, key)
    blanked = kit.journal.erase(WHOLE)
    assert len(blanked) == 81
    assert log.stat().st_size > 0
    kit.journal.compact()
    assert log.stat().st_size == 0
    plain = decrypted(path, key)
    assert CANARY.encode() not in plain
    assert b"other words 79" in plain
    assert kit.journal.verify().ok
    assert not [file for file in kit.home.rglob("*") if file.is_file() and CANARY.encode() in file.read_bytes()]


def test_no_byte_is_left_of_a_list_of_names_that_was_replaced_or_cleared(kit) -> None:
    key, path = bytes.fromhex(kit.environment()["QPM_KIT_KEY"]), kit.journal.path
    head = kit.journal.head()
    kit.journal.keep_names(ASSESSMENT, "V1", [f"{CANARY} {number}" for number in range(400)])  # over several pages
    kit.journal.keep_names(ASSESSMENT, "V2", ["Somebody Else"])
    kit.journal.compact()
    assert CANARY.encode() in decrypted(path, key)
    assert set(kit.journal.names(ASSESSMENT)) == {"V1", "V2"}
    kit.journal.keep_names(ASSESSMENT, "V1", ["Another Name"])
    kit.journal.compact()
    assert CANARY.encode() not in decrypted(path, key)
    assert kit.journal.names(ASSESSMENT) == {"V1": ("Another Name",), "V2": ("Somebody Else",)}
    for visit in ("V1", "V2"):
        kit.journal.keep_names(ASSESSMENT, visit, ())
    kit.journal.compact()
    assert kit.journal.names(ASSESSMENT) == {}
    assert b"Another Name" not in decrypted(path, key)
    assert (kit.journal.head(), kit.journal.verify().ok) == (head, True), "a list is no entry"


def test_a_reader_in_the_way_is_named_and_the_blanking_stands(kit, intruder, monkeypatch) -> None:
    monkeypatch.setattr("qpm_widgets.journal.compacting._WAIT_MS", 50)
    fill(kit.journal)
    with intruder() as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM entry").fetchone()
        assert len(kit.journal.erase(WHOLE)) == 81
        with pytest.raises(QpmError, match=r"CONSENT-006.*do the same again"):
            kit.journal.compact()
        assert answers(kit.journal) == {None}
        reader.execute("ROLLBACK")
    assert kit.journal.erase(WHOLE) == []
    kit.journal.compact()
    assert Path(f"{kit.journal.path}-wal").stat().st_size == 0
    kit.journal.append(note("after", subject="interview:A2"))


def test_a_page_that_is_only_open_is_not_in_the_way(kit) -> None:
    fill(kit.journal)
    with Kit.unlock(kit.home, PASSPHRASE) as other:
        assert CANARY in "".join(str(entry.payload) for entry in other.journal.iter_entries())
        kit.journal.erase(WHOLE)
        kit.journal.compact()
        assert Path(f"{kit.journal.path}-wal").stat().st_size == 0
        assert answers(other.journal) == {None}


def answers(journal: Journal, subject: str = INTERVIEW, prefix: str = "answer:") -> set[str | None]:
    """The different texts recorded for an interview, None for erased ones."""
    entries = journal.iter_entries(ASSESSMENT, subject=subject, field_prefix=prefix)
    return {None if entry.payload is None else entry.payload["text"] for entry in entries}


def test_a_withdrawn_interview_stays_readable_as_one(journal) -> None:
    agree(journal, "R1", "R2")
    before = journal.current_entry(ASSESSMENT, INTERVIEW, "plan")
    needs = {**before.payload, "access_needs": f"{CANARY} needs large print"}
    journal.append_all([
        Edit(ASSESSMENT, INTERVIEW, "plan", needs, supersedes=(before.entry_id,)),
        consent("quotes", "R1", "declined"),
        note(CANARY),
        Edit(ASSESSMENT, INTERVIEW, "state", {"state": "open"}),
        Edit(ASSESSMENT, INTERVIEW, "answer:A-CP-1.evidence.CP1", {"bearing": "supports", "strength": "claim"}),
        note("kept", field="answer:S-1.account", subject="observation:O1"),
    ])  # fmt: skip
    head = journal.head()
    assert len(journal.erase(WHOLE)) == 3, "the plan with access needs, the note and the mark"
    current = {entry.field: entry for entry in journal.current(ASSESSMENT, subject=INTERVIEW)}
    assert current["plan"].payload == before.payload
    assert current["state"].payload == {"state": "stopped", "reason": ""}
    assert current["erasure:interview"].payload == {"reason": "withdrawn", "respondent": ""}
    decisions = {field: entry.payload["decision"] for field, entry in current.items() if field.startswith("consent:")}
    assert decisions == {
        "consent:talk.R1": "given", "consent:talk.R2": "given", "consent:quotes.R1": "declined",
        "consent:notes.R1": "withdrawn", "consent:notes.R2": "withdrawn",
    }  # fmt: skip
    assert answers(journal) == {None}
    assert answers(journal, "observation:O1") == {"kept"}
    assert journal.verify().ok
    assert journal.head() != head
    assert journal.conflicts(ASSESSMENT) == []


def test_nothing_more_is_taken_into_a_withdrawn_interview(agreed) -> None:
    first = note(CANARY)
    agreed.append(first)
    agreed.erase(WHOLE)
    assert agreed.append(first).repeated, "a late resend is acknowledged"
    assert answers(agreed) == {None}, "and brings nothing back"
    agreed.append(consent("notes", "R1", supersedes=tuple(
        entry.entry_id for entry in agreed.current(ASSESSMENT, subject=INTERVIEW, field_prefix="consent:notes")
    )))  # fmt: skip
    for edit in (
        note("more"),
        quote("more"),
        Edit(ASSESSMENT, INTERVIEW, "state", {"state": "stopped", "reason": "x"}),
    ):
        with pytest.raises(QpmError, match="CONSENT-005"):
            agreed.append(edit)
    agreed.append(Edit(ASSESSMENT, INTERVIEW, "state", {"state": "cancelled"}))
    agree(agreed, subject="interview:A2")
    agreed.append(note("another interview", subject="interview:A2"))


def test_quotes_only_leaves_the_notes_and_the_others_quotes(journal) -> None:
    agree(journal, "R1", "R2")
    journal.append_all([note("the assessor's own"), quote(f"{CANARY} 1", "R1"), consent("quotes", "R1")])
    journal.append(Edit(ASSESSMENT, INTERVIEW, "answer:A-CP-1.quote.2",
                        {"text": f"{CANARY} 2", "grade": "verbatim", "respondent": "R2"}))  # fmt: skip
    one = Withdrawal(ASSESSMENT, "A1", "quotes", respondent="R1")
    assert len(journal.erase(one)) == 1
    assert answers(journal) == {"the assessor's own", None, f"{CANARY} 2"}
    assert journal.current_entry(ASSESSMENT, INTERVIEW, "consent:quotes.R1").payload["decision"] == "withdrawn"
    assert journal.current_entry(ASSESSMENT, INTERVIEW, "consent:notes.R1").payload["decision"] == "given"
    with pytest.raises(QpmError, match="CONSENT-005"):
        journal.append(quote("again", "R1"))
    journal.append_all([note("more of the assessor's"), quote("R2 goes on", "R2")])
    assert journal.erase(one) == []
    assert len(journal.erase(Withdrawal(ASSESSMENT, "A1", "quotes"))) == 2
    assert answers(journal) == {"the assessor's own", "more of the assessor's", None}
    assert len(journal.erase(WHOLE)) == 2
    assert journal.verify().ok


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        (Withdrawal(ASSESSMENT, "A9"), "PLAN-001"),
        (Withdrawal("other", "A1"), "PLAN-001"),
        (Withdrawal(ASSESSMENT, "A1", "quotes", respondent="R9"), "CONSENT-004"),
    ],
)
def test_what_is_not_there_cannot_be_withdrawn(agreed, wanted, code) -> None:
    agreed.append(note())
    head = agreed.head()
    with pytest.raises(QpmError, match=code):
        agreed.erase(wanted)
    assert (agreed.head(), answers(agreed)) == (head, {"a note"})


@pytest.mark.parametrize(
    ("reason", "decision"), [("retention", "given"), ("error", "given"), ("objection", "withdrawn")]
)
def test_only_what_somebody_said_becomes_a_consent(agreed, reason, decision) -> None:
    agreed.erase(Withdrawal(ASSESSMENT, "A1", reason=reason))
    assert agreed.current_entry(ASSESSMENT, INTERVIEW, "consent:notes.R1").payload["decision"] == decision


def test_what_was_erased_for_another_reason_can_still_be_withdrawn(agreed) -> None:
    agreed.append(note("words"))
    agreed.erase(Withdrawal(ASSESSMENT, "A1", reason="error"))
    assert agreed.current_entry(ASSESSMENT, INTERVIEW, "consent:notes.R1").payload["decision"] == "given"
    agreed.erase(WHOLE)
    consents = agreed.current(ASSESSMENT, subject=INTERVIEW, field_prefix="consent:notes")
    assert {one.payload["decision"] for one in consents} == {"withdrawn"}
    head = agreed.head()
    agreed.erase(WHOLE)
    assert agreed.head() == head, "the second time there is nothing left to say"
    assert len(agreed.current(ASSESSMENT, subject=INTERVIEW, field_prefix="erasure:")) == 1
    assert agreed.verify().ok


def test_a_tombstone_appended_like_any_entry_blanks_as_well(agreed) -> None:
    agreed.append(note(CANARY))
    agreed.append(Edit(ASSESSMENT, INTERVIEW, "erasure:interview", {"reason": "withdrawn"}))
    assert answers(agreed) == {None}


def test_a_plan_that_was_blanked_gives_way_to_one_that_can_be_read(agreed) -> None:
    """As after a merge: two machines planned at once, and a tombstone covers the later plan."""
    first = agreed.current_entry(ASSESSMENT, INTERVIEW, "plan")
    needs = {**first.payload, "access_needs": f"{CANARY} needs quiet", "minutes": 90}
    later = agreed.append(Edit(ASSESSMENT, INTERVIEW, "plan", needs)).entry_id
    assert agreed.current_entry(ASSESSMENT, INTERVIEW, "plan").entry_id == later
    agreed.append(Edit(ASSESSMENT, INTERVIEW, "erasure:interview", {"reason": "withdrawn"}))
    assert agreed.find_entries([later])[later].erased
    assert agreed.current_entry(ASSESSMENT, INTERVIEW, "plan") == first
    assert load_interview(agreed, ASSESSMENT, "A1").plan.minutes == 60


def test_verify_misses_a_tombstone_and_words_that_should_be_gone(agreed, intruder) -> None:
    agreed.append(note(CANARY))
    with intruder() as connection:
        connection.execute("UPDATE entry SET payload = NULL, salt = NULL WHERE field = 'state' OR field GLOB 'ans*'")
    assert [fault.partition(": ")[2] for fault in agreed.verify().faults] == [
        "its words are gone, and no record of an erasure covers it"
    ]
    agreed.append(Edit(ASSESSMENT, INTERVIEW, "erasure:quotes", {"reason": "withdrawn"}))
    assert not agreed.verify().ok, "a note is no quote"
    agreed.append(Edit(ASSESSMENT, INTERVIEW, "erasure:interview", {"reason": "withdrawn"}))
    assert agreed.verify().ok


# --- random histories ---------------------------------------------------------------------------------------

SUBJECTS = (INTERVIEW, "interview:A2")
WORDS = st.tuples(
    st.sampled_from(SUBJECTS),
    st.sampled_from(("note", "quote.1", "quote.2", "evidence.CP1", "state", "plan")),
    st.sampled_from(("R1", "R2")),
    st.booleans(),
)
TOMBSTONES = st.tuples(
    st.sampled_from(SUBJECTS),
    st.sampled_from(("erasure:interview", "erasure:quotes")),
    st.sampled_from(("", "R1", "R2")),
)


def edit_of(subject: str, part: str, respondent: str, words: bool) -> Edit:
    if part == "plan":
        planned = plan("R1", "R2", subject=subject)
        return Edit(ASSESSMENT, subject, "plan", {**planned.payload, "access_needs": "large print" if words else ""})
    payload = {
        "state": {"state": "stopped", "reason": "too tired" if words else ""},
        "note": {"text": "seen" if words else ""},
        "evidence.CP1": {"bearing": "supports", "strength": "claim"},
    }.get(part, {"text": "said", "grade": "verbatim", "respondent": respondent})
    return Edit(ASSESSMENT, subject, part if part == "state" else f"answer:A-CP-1.{part}", payload)


def must_go(entry, tombstones: set[tuple[str, str, str]]) -> bool:
    """The rule, said again in other words than the kit's."""
    mine = {(field, code) for subject, field, code in tombstones if subject == entry.subject}
    if any(field == "erasure:interview" for field, _ in mine):
        words = {"state": "reason", "plan": "access_needs"}
        if entry.field.startswith("answer:") or entry.payload.get(words.get(entry.field, "text")):
            return True
    return ".quote." in entry.field and bool(
        mine & {("erasure:quotes", ""), ("erasure:quotes", entry.payload["respondent"])}
    )


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.lists(WORDS, max_size=14), tombstones=st.lists(TOMBSTONES, max_size=3), order=st.randoms())
def test_any_order_blanks_what_is_covered_alone(tmp_path_factory, empty_home, words, tombstones, order) -> None:
    """One device writes words, another tombstones; a third gets the rows in any order, as a merge would bring them."""
    home = tmp_path_factory.mktemp("orders")
    rows: list[tuple] = []
    written = {}
    stones = [(subject, field, code if field == "erasure:quotes" else "") for subject, field, code in tombstones]
    erasures = [
        Edit(ASSESSMENT, subject, field, {"reason": "withdrawn", "respondent": code}) for subject, field, code in stones
    ]
    for name, edits in (("words", [edit_of(*one) for one in words]), ("stones", erasures)):
        shutil.copytree(empty_home, home / name)
        with Kit.unlock(home / name, PASSPHRASE) as kit:
            journal = Journal(
                kit.journal.path, bytes.fromhex(kit.environment()["QPM_KIT_KEY"]), device_id=name, assessor="AS1"
            )
            for subject in SUBJECTS:
                agree(journal, "R1", "R2", subject=subject)
            journal.append_all(edits)
            written |= {entry.entry_id: entry for entry in journal.iter_entries()}
            with journal._transaction("read") as execute:
                rows += execute("SELECT * FROM entry").fetchall()
            journal.close()
    shutil.copytree(empty_home, home / "third")
    with Kit.unlock(home / "third", PASSPHRASE) as kit:
        order.shuffle(rows)
        while rows:
            batch = [rows.pop() for _ in range(min(len(rows), order.randint(1, 9)))]
            with kit.journal._transaction("merge") as execute:
                for row in batch:
                    execute(f"INSERT INTO entry VALUES ({', '.join('?' * len(row))})", row)
                blank_covered(execute)
        found = {entry.entry_id: entry for entry in kit.journal.iter_entries()}
        assert found.keys() == written.keys()
        for entry_id, entry in written.items():
            assert found[entry_id].erased == must_go(entry, set(stones)), entry.field
            assert found[entry_id].erased or found[entry_id].payload == entry.payload
        # Rows that no bundle brought have no signatures either; apart from that the journal is sound.
        assert [fault for fault in kit.journal.verify().faults if "has not signed" not in fault] == []
        assert blank_covered_again(kit.journal) == []


def blank_covered_again(journal: Journal) -> list[str]:
    with journal._transaction("again") as execute:
        return blank_covered(execute)


def test_an_observation_is_erased_like_an_interview(journal) -> None:
    planned = plan().payload
    keys = ("visit", "nation", "planned_at", "minutes", "assessor")
    payload = {key: planned[key] for key in keys} | {"guide": "observation"}
    journal.append(Edit(ASSESSMENT, "observation:O1", "plan", payload))
    journal.append(note(CANARY, field="answer:O-IN-1.what_i_saw", subject="observation:O1"))
    assert len(journal.erase(Withdrawal(ASSESSMENT, "O1", reason="retention", kind="observation"))) == 1
    assert answers(journal, "observation:O1") == {None}
    with pytest.raises(QpmError, match="CONSENT-005"):
        journal.append(note("more", field="answer:O-IN-1.what_i_saw", subject="observation:O1"))
    assert journal.verify().ok


def observe(journal: Journal) -> None:
    """A visit to somebody who showed a yes, and then a no."""
    planned = plan().payload
    payload = {key: planned[key] for key in ("visit", "nation", "planned_at", "minutes", "assessor")}
    journal.append(Edit(ASSESSMENT, "observation:O1", "plan", payload | {"guide": "person_without_words"}))
    for sign in ("assent", "dissent"):
        journal.append(Edit(ASSESSMENT, "observation:O1", "assent:person", {"sign": sign, "how": "moved_away"}))


def test_the_signs_of_an_observation_go_with_it_wherever_they_are(kits, lead) -> None:
    """Nobody consented there, so they prove nothing; those of an interview stay, as its consents do."""
    assessor = kits.new("dev1")
    observe(assessor)
    agree(assessor, "R1")
    assessor.append(Edit(ASSESSMENT, INTERVIEW, "assent:R1", {"sign": "assent", "how": "spoken"}))
    early, observed = take(assessor, ASSESSMENT, "V1"), "observation:O1"
    wanted = Withdrawal(ASSESSMENT, "O1", kind="observation")
    assert count_covered(assessor, wanted) == {"assent": 2}
    assessor.erase(wanted)
    assessor.erase(WHOLE)
    for bundle in (take(assessor, ASSESSMENT, "V1"), early):
        lead.merge(bundle)
    for journal in (assessor, lead):
        signs = list(journal.iter_entries(ASSESSMENT, field_prefix="assent:"))
        assert [(one.subject, one.erased) for one in signs] == [(observed, True)] * 2 + [(INTERVIEW, False)]
        assert journal.verify().ok
    with pytest.raises(QpmError, match="CONSENT-005"):
        assessor.append(Edit(ASSESSMENT, observed, "assent:person", {"sign": "unclear", "how": "gesture"}))


def test_signs_that_arrive_after_the_observation_was_erased_go_too(kits, lead) -> None:
    first, second = kits.new("dev1"), kits.new("dev2")
    observe(first)
    lead.merge(take(first, ASSESSMENT, "V1"))
    second.merge(take(first, ASSESSMENT, "V1"))
    second.append(Edit(ASSESSMENT, "observation:O1", "assent:person", {"sign": "unclear", "how": "gesture"}))
    lead.erase(Withdrawal(ASSESSMENT, "O1", kind="observation"))
    lead.merge(take(second, ASSESSMENT, "V1"))
    assert [one.erased for one in lead.iter_entries(ASSESSMENT, field_prefix="assent:")] == [True] * 3


def test_a_quote_that_was_begun_under_another_code_goes_in_all_its_versions(kit) -> None:
    """The page begins a quote under the first code, and saves while the assessor still chooses whose it is."""
    agree(kit.journal, "R1", "R2")
    begun = kit.journal.append(quote(CANARY, "R1")).entry_id
    kit.journal.append(quote(CANARY, "R2", supersedes=(begun,)))
    kept = Edit(ASSESSMENT, INTERVIEW, "answer:A-CP-1.quote.2", quote("R1's own words").payload)
    kit.journal.append(kept)
    wanted = Withdrawal(ASSESSMENT, "A1", scope="quotes", respondent="R2")
    assert count_covered(kit.journal, wanted).total() == 2
    assert len(kit.journal.erase(wanted)) == 2
    kit.journal.compact()
    key = bytes.fromhex(kit.environment()["QPM_KIT_KEY"])
    assert CANARY.encode() not in decrypted(kit.journal.path, key)
    assert not kit.journal.find_entries([kept.entry_id])[kept.entry_id].erased
    assert kit.journal.verify().ok


def test_versions_that_were_replaced_after_the_withdrawal_go_as_they_do_elsewhere(kit) -> None:
    """A box that was R2's for a moment is R1's again: every journal with these entries comes to the same."""
    agree(kit.journal, "R1", "R2")
    first = kit.journal.append(quote("begun", "R1")).entry_id
    second = kit.journal.append(quote("as R2 said", "R2", supersedes=(first,))).entry_id
    third = kit.journal.append(quote("no, R1 did", "R1", supersedes=(second,))).entry_id
    kit.journal.erase(Withdrawal(ASSESSMENT, "A1", scope="quotes", respondent="R2"))
    last = kit.journal.append(quote("R1, in full", "R1", supersedes=(third,))).entry_id
    blank = {one.entry_id: one.erased for one in kit.journal.find_entries([first, second, third, last]).values()}
    assert blank == {first: True, second: True, third: True, last: False}
    with kit.journal._transaction("test") as execute:
        assert find_covered(execute) == []
    assert kit.journal.verify().ok


def test_an_earlier_version_that_was_left_behind_is_a_fault(kit) -> None:
    agree(kit.journal, "R1", "R2")
    begun = kit.journal.append(quote(CANARY, "R1")).entry_id
    theirs = kit.journal.append(quote(CANARY, "R2", supersedes=(begun,))).entry_id
    with kit.journal._transaction("test") as execute:
        edit = Edit(ASSESSMENT, INTERVIEW, "erasure:quotes", {"reason": "withdrawn", "respondent": "R2"})
        kit.journal._writer.write(execute, edit, dict(edit.payload), "AS1")
    assert sorted(kit.journal.verify().faults) == sorted(
        f"{one}: a record of an erasure covers it, and its words are still there" for one in (begun, theirs)
    )
