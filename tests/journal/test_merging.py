"""Merging is a set union: whatever was written where, and in whatever order it comes, the end is the same."""

from __future__ import annotations

import itertools
import random
import signal
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from forging import added
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from visit_kits import (
    Kits,
    conflicts_of,
    consent,
    fresh,
    id_of,
    key_of,
    merge_and_die,
    note,
    plan,
    quote,
    sign_all,
    state_of,
    take,
    trace,
    wayward_clock,
)

from qpm_widgets.errors import QpmError
from qpm_widgets.journal import Edit, Entry, Journal, new_entry_id
from qpm_widgets.journal.bundles import Bundle, pack_bundle
from qpm_widgets.journal.withdrawing import Withdrawal
from qpm_widgets.visits.erasures import erase_earlier_versions

VISITS = [("one", "V1"), ("one", "V2"), ("two", "V1")]
INTERVIEWS = [("one", "V1", "A1"), ("one", "V1", "A2"), ("one", "V2", "A3"), ("two", "V1", "A1")]


@pytest.fixture
def assessor(kits: Kits, lead: Journal) -> Journal:
    """A journal with one held interview of visit V1 and one of V2, interleaved."""
    journal = kits.new("dev1")
    for visit, interview in (("V1", "A1"), ("V2", "A3")):
        journal.append_all([plan("one", visit, interview), consent("one", interview)])
    for number in range(4):
        journal.append(note("one", ("A1", "A3")[number % 2], f"words {number}", question=f"A-CP-{number}"))
    return journal


# --- random histories ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Step:
    """What one device does next."""

    device: int
    does: str
    interview: int
    pick: int


MERGES = settings.default.max_examples // 4  # 25; with `--hypothesis-profile=long` 500
DOES = {"note": 5, "judge": 3} | dict.fromkeys(("quote", "submit", "receive", "consent", "withdraw"), 2)
DOES |= dict.fromkeys(("note twice", "plan", "move", "told", "earlier versions", "restore"), 1)
STEPS = st.lists(
    st.builds(
        Step,
        st.integers(0, 3),
        st.sampled_from([does for does, times in DOES.items() for _ in range(times)]),
        st.integers(0, len(INTERVIEWS) - 1),
        st.integers(0, 20),
    ),
    min_size=4,
    max_size=30,
)


def write(journal: Journal, step: Step) -> None:
    """One edit by the rules of a sheet: it replaces what its kit sees as current, or, if it is blind, nothing."""
    assessment, visit, interview = INTERVIEWS[step.interview]
    current = journal.current(assessment, subject=f"interview:{interview}")
    plans = [entry.payload for entry in current if entry.field == "plan" and entry.payload]
    respondent, number = plans[-1]["respondents"][0], step.pick % 2
    if step.does == "withdraw":
        scope, whose = ("interview", "quotes")[number], respondent if step.pick % 4 == 1 else ""
        journal.erase(Withdrawal(assessment, interview, scope=scope, respondent=whose))
        erase_earlier_versions(journal, assessment)
        return
    if step.does in ("judge", "earlier versions"):
        judge(journal, step)
        return
    if step.does == "move" and assessment == "one":
        visit = {"V1": "V2", "V2": "V1"}[visit]
    if step.does in ("plan", "move"):
        edit = plan(assessment, visit, interview, f"R{step.pick % 3}")
        edit = replace(edit, payload={**edit.payload, "access_needs": "a ramp" * number})
    elif step.does == "consent":
        scope, decision = ("notes", "quotes", "notes")[step.pick % 3], ("given", "withdrawn")[number]
        edit = consent(assessment, interview, scope, respondent, decision)
    elif step.does == "quote":
        edit = quote(assessment, interview, f"said {step.pick}", respondent, number + 1)
    elif step.does == "told":  # of harm: the account is in a store of its own, and here its reference
        told = {"reference": f"SG-{step.pick}", "used_at": "2026-05-12T10:30:00+01:00"}
        edit = Edit(assessment, f"interview:{interview}", "safeguarding", told)
    else:
        edit = note(assessment, interview, f"words {step.pick}", question=f"A-CP-{number}")
    seen = tuple(entry.entry_id for entry in current if entry.field == edit.field) if step.pick % 5 else ()
    for _ in range(2 if step.does == "note twice" else 1):
        edit = replace(edit, supersedes=seen, entry_id=new_entry_id())
        journal.append(edit)
        seen = (edit.entry_id,)


def judge(journal: Journal, step: Step) -> None:
    """A finding that rests on what was said in an interview; or, after an erasure, the end of its earlier versions."""
    assessment, visit, interview = INTERVIEWS[step.interview]
    if step.does == "earlier versions":
        erase_earlier_versions(journal, assessment)
        return
    answers = journal.current(assessment, subject=f"interview:{interview}", field_prefix="answer:")
    payload = {"standard": "independence", "kind": "finding", "text": f"heard {step.pick}", "order": 0}
    field, cites = f"finding:F{step.pick % 2}", [entry.entry_id for entry in answers if not entry.erased][:1]
    before = [one for one in journal.current(assessment, subject=f"visit:{visit}") if one.field == field]
    cites = cites or [cite for one in before for cite in (one.payload or {}).get("cites", ())]
    if cites:
        seen = tuple(one.entry_id for one in before) if step.pick % 5 else ()
        journal.append(Edit(assessment, f"visit:{visit}", field, {**payload, "cites": cites}, supersedes=seen))


def run_history(kits: Kits, devices: int, steps: list[Step]) -> tuple[list[Journal], list[Bundle]]:
    """The journals and the bundles that were submitted on the way, and at the end one of each visit and device.

    No two devices agree about the time, and each clock is put back and forth: what counts is who saw whose words.
    """
    journals = [kits.new(f"dev{number}", f"AS{number}", wayward_clock(number)) for number in range(devices)]
    for journal in journals:  # each plans the same interviews by itself, as kits without a network do
        for assessment, visit, interview in INTERVIEWS:
            journal.append_all([plan(assessment, visit, interview), consent(assessment, interview)])
    bundles: list[Bundle] = []
    for step in steps:
        journal = journals[step.device % len(journals)]
        if step.does == "restore":  # of a backup that lacks what its first device goes on to write
            journals.append(kits.restored(journal))
        elif step.does == "submit":
            bundles.append(take(journal, *VISITS[step.pick % len(VISITS)]))
        elif step.does == "receive":
            if bundles:
                journal.merge(bundles[step.pick % len(bundles)])
        else:
            try:
                write(journal, step)
            except QpmError as refusal:  # the gates: nobody agreed, or all was withdrawn
                assert refusal.code.startswith("CONSENT-"), refusal
    return journals, bundles + [take(journal, *visit) for journal in journals for visit in VISITS]


@pytest.mark.timeout(3600)  # a night of them, or one that fails and is made as small as can be
@settings(max_examples=MERGES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(2, 4), STEPS, st.randoms(use_true_random=False))
def test_any_histories_merge_to_one_state_in_any_order(
    kits: Kits, devices: int, steps: list[Step], chance: random.Random
) -> None:
    with fresh(kits):
        journals, bundles = run_history(kits, devices, steps)
        sent = {entry.entry_id for bundle in bundles for entry in bundle.entries}
        written = {entry.entry_id for journal in journals for entry in journal.iter_entries()}
        assert sent == written, "bundles of all visits hold all that was written"
        states = []
        for turn in range(3):
            order = [*bundles, *chance.choices(bundles, k=3)]
            chance.shuffle(order)
            merged = kits.new("lead")
            for number, bundle in enumerate(order):
                merged.merge(bundle)
                if turn == 0 or number == len(order) - 1:
                    verified = merged.verify()
                    assert verified.ok, verified.faults
            states.append((state_of(merged), signatures_of(merged)))
            entries = list(merged.iter_entries())
            assert {entry.entry_id for entry in entries} == written, "nothing is lost, nothing is added"
            seen = {
                (group[0].assessment_id, group[0].subject, group[0].field): len(group)
                for one in merged.assessment_ids()
                for group in merged.conflicts(one)
            }
            assert seen == conflicts_of(entries), "each concurrent change is a conflict that shows"
            assert words_to_erase(entries) == [], "what somebody took back is nowhere"
            assert [merged.merge(bundle).new for bundle in bundles] == [0] * len(bundles)
        assert states[0] == states[1] == states[2]
        sealed = {"about": "interview:A1", "sealed": "c2VhbGVk"}
        account = Edit("one", "disclosure:SG-1", "account:1", sealed)
        with pytest.raises(QpmError, match="BUNDLE-006"):  # whoever sends one, and whatever with: it is of no visit
            merged.merge(added(chance.choice(bundles), account))
        office = kits.new("office")  # everything once more, through the lead alone
        for bundle in [take(merged, *visit) for visit in VISITS]:
            office.merge(bundle)
        assert state_of(office) == states[0][0]
        for journal in [office, *journals]:  # the assessors' own journals come to the same state
            for bundle in bundles:
                journal.merge(bundle)
            assert state_of(journal) == states[0][0]
            verified = journal.verify()
            assert verified.ok, verified.faults


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_earlier_versions_of_a_finding_are_erased_in_whatever_order_they_come(kits: Kits, order) -> None:
    """One device begins a finding, another rewrites it, and a third, which has the first version only, withdraws."""

    def find(journal: Journal, text: str, *before: str) -> str:
        payload = {"standard": "independence", "kind": "finding", "text": text, "cites": [said.entry_id], "order": 0}
        return journal.append(Edit("one", "visit:V1", "finding:F1", payload, supersedes=before)).entry_id

    with fresh(kits):
        first, second, third = (kits.new(f"dev{number}") for number in range(3))
        first.append_all([plan("one", "V1", "A1"), consent("one", "A1"), said := note("one", "A1", "words")])
        begun = find(first, "as she said, words")
        for other in (second, third):
            other.merge(take(first, "one", "V1"))
        rewritten = find(second, "somebody said words", begun)
        third.erase(Withdrawal("one", "A1"))
        erase_earlier_versions(third, "one")
        last = find(second, "somebody spoke", rewritten)
        bundles = [take(journal, "one", "V1") for journal in (first, second, third)]
        lead = kits.new("lead")
        for number in order:
            lead.merge(bundles[number])
            assert lead.verify().ok
        kept = {one.entry_id: not one.erased for one in lead.iter_entries("one", field_prefix="finding:")}
        assert kept == {begun: False, rewritten: False, last: True}
        for journal in (first, second, third):
            journal.merge(take(lead, "one", "V1"))
            assert state_of(journal) == state_of(lead)
            assert journal.verify().ok


def words_to_erase(entries: list[Entry]) -> list[str]:
    """Entries whose words are there, though a withdrawal of the interview, or of this person's quotes, has come."""
    whole, quotes = set(), set()
    for entry in entries:
        if entry.field == "erasure:interview":
            whole.add((entry.assessment_id, entry.subject))
        elif entry.field == "erasure:quotes":
            quotes.add((entry.assessment_id, entry.subject, entry.payload["respondent"]))
    judged = {
        (one.assessment_id, one.subject, one.field) for one in entries if one.field.startswith("erasure:finding.")
    }
    replaced, found = {old for entry in entries for old in entry.supersedes}, []
    for entry in entries:
        place, said = (entry.assessment_id, entry.subject), entry.payload or {}
        if (*place, f"erasure:{entry.field.replace(':', '.')}") in judged and entry.entry_id in replaced and said:
            found.append(entry.entry_id)
        if place in whole and (entry.field.startswith("answer:") or said.get("access_needs")):
            found += [entry.entry_id] if said else []
        elif ".quote." in entry.field and said and {(*place, ""), (*place, said["respondent"])} & quotes:
            found.append(entry.entry_id)
    return found


def signatures_of(journal: Journal) -> list[tuple[object, ...]]:
    with journal._transaction("test") as execute:
        return execute("SELECT * FROM signature ORDER BY device_id, device_seq").fetchall()


WORDS = st.text(max_size=60).filter(lambda text: not any("\ud800" <= sign <= "\udfff" for sign in text))


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(WORDS)
def test_any_words_travel(kits: Kits, words: str) -> None:
    with fresh(kits):
        sender, receiver = kits.new("dev1"), kits.new("lead")
        edit = note("one", "A1", words)
        sender.append_all([plan("one", "V1", "A1"), consent("one", "A1"), edit])
        receiver.merge(take(sender, "one", "V1"))
        assert receiver.find_entries([edit.entry_id])[edit.entry_id].payload["text"] == words


# --- one after the other ------------------------------------------------------------------------------------


def test_a_visit_travels_with_all_that_concerns_it_and_nothing_else(assessor: Journal, lead: Journal) -> None:
    bundle = take(assessor, "one", "V1")
    assert {entry.subject for entry in bundle.entries} == {"interview:A1"}
    assert (lead.merge(bundle).new, lead.merge(bundle).new) == (4, 0)
    assert {entry.subject for entry in lead.iter_entries()} == {"interview:A1"}
    assert lead.verify().ok
    assert lead.merge(take(assessor, "one", "V2")).new == 4
    assert state_of(lead) == state_of(assessor)


def test_an_interview_that_was_moved_travels_with_both_visits(assessor: Journal, lead: Journal) -> None:
    planned = assessor.current_entry("one", "interview:A1", "plan")
    moved = plan("one", "V2", "A1", supersedes=(planned.entry_id,))
    assessor.append(moved)
    for visit, subjects in (("V1", {"interview:A1"}), ("V2", {"interview:A1", "interview:A3"})):
        bundle = take(assessor, "one", visit)
        assert {entry.subject for entry in bundle.entries} == subjects
        lead.merge(bundle)
    assert state_of(lead) == state_of(assessor)


def test_holes_are_closed_by_marks_that_verify_needs(assessor: Journal, lead: Journal) -> None:
    bundle = take(assessor, "one", "V2")
    assert [mark.device_seq for mark in bundle.manifest.marks] == [2, 5, 7]
    lead.merge(bundle)
    assert lead.verify().ok
    with lead._transaction("test") as execute:  # whoever has the key takes a mark away
        execute("DROP TRIGGER mark_stays")
        execute("DELETE FROM chain_mark WHERE device_seq = 5")
    faults = lead.verify().faults
    assert any("entries are missing" in fault for fault in faults)


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("UPDATE chain_mark SET chain = 'x' WHERE device_seq = 5", "its chain link does not fit"),
        ("INSERT INTO chain_mark VALUES (:dev1, 90, 'x')", "no entry follows it"),
        ("INSERT INTO chain_mark VALUES (:lead, 1, 'x')", "the chain is this kit's own"),
        ("INSERT INTO chain_mark VALUES (:dev1, 3, 'x')", "a chain mark says otherwise"),
    ],
)
def test_marks_that_fit_nothing_are_found(assessor: Journal, lead: Journal, statement: str, fault: str) -> None:
    lead.merge(take(assessor, "one", "V2"))
    with lead._transaction("test") as execute:
        execute("DROP TRIGGER mark_not_edited")
        execute(statement, {name: id_of(name) for name in ("dev1", "lead")})
    assert any(fault in found for found in lead.verify().faults), lead.verify().faults


@pytest.mark.parametrize("statement", ["UPDATE chain_mark SET chain = 'x'", "DELETE FROM chain_mark"])
def test_marks_are_never_changed(assessor: Journal, lead: Journal, statement: str) -> None:
    lead.merge(take(assessor, "one", "V2"))
    with pytest.raises(QpmError, match="JOURNAL-008"), lead._transaction("test") as execute:
        execute(statement)


def test_a_later_bundle_may_come_before_an_earlier_one(assessor: Journal, lead: Journal) -> None:
    early = take(assessor, "one", "V1")
    seen = assessor.current_entry("one", "interview:A1", "answer:A-CP-0.note")
    assessor.append(note("one", "A1", "better words", seen.entry_id, question="A-CP-0"))
    assert lead.merge(take(assessor, "one", "V1")).new == 5
    assert lead.merge(early).new == 0
    assert lead.current_entry("one", "interview:A1", "answer:A-CP-0.note").payload["text"] == "better words"


def test_an_entry_may_come_before_the_one_it_replaces(assessor: Journal, lead: Journal) -> None:
    """No kit sends such a bundle, but an office may have been given only the second half of a history."""
    first = assessor.current_entry("one", "interview:A3", "answer:A-CP-3.note")
    assessor.append(note("one", "A3", "better words", first.entry_id, question="A-CP-3"))
    whole = take(assessor, "one", "V2")
    last = whole.entries[-1]
    mark = type(whole.manifest.marks[0])(id_of("dev1"), last.device_seq - 1, first.chain)
    plans = tuple(entry for entry in whole.entries if entry.device_seq in (3,))
    marks = (*(one for one in whole.manifest.marks if one.device_seq == 2), mark)
    given = {"marks": marks, "entries": 2, "signatures": sign_all((*plans, last))}
    half = Bundle(whole.manifest.model_copy(update=given), (*plans, last))
    assert lead.merge(half).new == 2
    assert lead.verify().ok, lead.verify().faults
    assert lead.merge(whole).new == 3
    assert [entry.entry_id for entry in lead.current("one", field_prefix="answer:A-CP-3")] == [last.entry_id]
    assert lead.verify().ok


def test_two_kits_that_gave_one_id_to_two_people_are_a_conflict(kits: Kits, lead: Journal) -> None:
    for device, respondent in (("dev1", "R1"), ("dev2", "R2")):
        journal = kits.new(device)
        journal.append_all([plan("one", "V1", "M2", respondent), consent("one", "M2", respondent=respondent)])
        journal.append(note("one", "M2", f"what {respondent} said"))
        lead.merge(take(journal, "one", "V1"))
    groups = {group[0].field: group for group in lead.conflicts("one")}
    assert [entry.payload["respondents"] for entry in groups["plan"]] == [["R1"], ["R2"]]
    assert len(groups["answer:A-CP-1.note"]) == 2


def test_a_withdrawal_blanks_what_is_there_and_what_comes_after(kits: Kits, assessor: Journal, lead: Journal) -> None:
    before = take(assessor, "one", "V1")
    assert lead.merge(before).blanked == ()
    assessor.erase(Withdrawal("one", "A1"))
    after = take(assessor, "one", "V1")
    assert all(entry.payload is None for entry in after.entries if entry.field.startswith("answer:"))
    assert len(lead.merge(after).blanked) == 2
    late = kits.new("late")
    late.merge(after)
    assert late.merge(before).new == 0
    third = kits.new("dev3")  # wrote on without knowing of it
    third.merge(before)
    third.append(note("one", "A1", "more words", question="A-IN-1"))
    merged = late.merge(take(third, "one", "V1"))
    assert (merged.new, len(merged.blanked)) == (1, 1)
    assert not any(entry.payload for entry in late.iter_entries() if entry.field.startswith("answer:"))
    assert lead.verify().ok
    assert late.verify().ok


def test_consent_is_not_asked_again_of_what_was_written_with_it(assessor: Journal, lead: Journal) -> None:
    """The lead has heard of the withdrawal of notes; what was written before it still comes, and stays unprinted."""
    given = take(assessor, "one", "V1")
    consented = next(entry for entry in given.entries if entry.field.startswith("consent:"))
    withdrawn = {"decision": "withdrawn", "how": "spoken"}
    assessor.append(Edit("one", "interview:A1", consented.field, withdrawn, (consented.entry_id,)))
    lead.merge(take(assessor, "one", "V1"))
    assert lead.merge(given).new == 0
    with pytest.raises(QpmError, match="CONSENT-001"):
        lead.append(note("one", "A1", "now"))


def test_a_full_disk_leaves_nothing_and_receiving_again_does(assessor: Journal, lead: Journal) -> None:
    assessor.append_all([note("one", "A1", f"{number} " * 2_000, question=f"A-IN-{number}") for number in range(20)])
    bundle, before = take(assessor, "one", "V1"), state_of(lead)
    for room in (0, 3, 12):  # pages; it takes more than 20
        with lead._driver("test") as driver:
            (pages,) = driver.execute("PRAGMA page_count").fetchone()
            driver.execute(f"PRAGMA max_page_count = {pages + room}")
        with pytest.raises(QpmError, match=r"JOURNAL-008.*The disk is full"):
            lead.merge(bundle)
        assert state_of(lead) == before
        assert lead.verify().ok
    with lead._driver("test") as driver:
        driver.execute("PRAGMA max_page_count = 1000000")
    assert lead.merge(bundle).new == len(bundle.entries)
    assert lead.verify().ok


def test_being_killed_at_any_statement_leaves_nothing_or_all(
    kits: Kits, assessor: Journal, lead: Journal, processes
) -> None:
    seen = assessor.current_entry("one", "interview:A1", "answer:A-CP-0.note")
    assessor.append(note("one", "A1", "better words", seen.entry_id, question="A-CP-0"))
    bundle, before = take(assessor, "one", "V1"), state_of(lead)
    untroubled, heard = kits.new("lead"), []
    trace(untroubled, heard.append)
    untroubled.merge(bundle)
    said = list(heard)
    writes = [number for number, statement in enumerate(said) if statement.startswith("INSERT INTO ")]
    tables = {said[number].split()[2] for number in writes}
    assert tables == {"entry", "superseded", "chain_mark", "signature"}
    assert said[-1] == "COMMIT"
    content = pack_bundle(bundle, key_of("dev1"))
    for deadly in (writes[0], writes[len(writes) // 2], writes[-1], len(said) - 1, len(said)):
        dying = processes.Process(target=merge_and_die, args=(lead.path, kits.key, content, deadly))
        dying.start()
        dying.join(60)
        assert dying.exitcode == -signal.SIGKILL
        assert state_of(lead) == (before if deadly < len(said) else state_of(untroubled))
        assert lead.verify().ok
    assert lead.merge(bundle).new == 0
    assert (state_of(lead), signatures_of(lead)) == (state_of(untroubled), signatures_of(untroubled))


def test_a_power_cut_while_a_merge_reaches_the_disk_leaves_nothing_or_all(
    kits: Kits, assessor: Journal, lead: Journal, tmp_path: Path
) -> None:
    """The log is cut at many places, as if its last blocks had not been written."""
    bundle, log = take(assessor, "one", "V1"), lead.path.with_name(f"{lead.path.name}-wal")
    before, start = state_of(lead), log.stat().st_size
    lead.merge(bundle)
    after, content, main = state_of(lead), log.read_bytes(), lead.path.read_bytes()
    assert len(content) > start, "the merge is in the log"
    lengths = [start + (len(content) - start) * part // 8 for part in range(9)]
    for number, length in enumerate([*lengths, len(content) - 1]):
        copy = tmp_path / f"{number}.qpm"
        copy.write_bytes(main)
        copy.with_name(f"{copy.name}-wal").write_bytes(content[:length])
        journal = Journal(copy, kits.key, device_id=id_of("lead"), assessor="AS1")
        assert state_of(journal) == (after if length == len(content) else before), length
        assert journal.merge(bundle).new == (0 if length == len(content) else len(bundle.entries))
        assert state_of(journal) == after
        assert journal.verify().ok
        journal.close()


def test_every_order_of_three_bundles(kits: Kits, assessor: Journal, lead: Journal) -> None:
    first = take(assessor, "one", "V1")
    lead.merge(first)
    answer = lead.current_entry("one", "interview:A1", "answer:A-CP-0.note")
    lead.append(note("one", "A1", "the lead's words", answer.entry_id, question="A-CP-0"))
    assessor.append(note("one", "A1", "the assessor's words", answer.entry_id, question="A-CP-0"))
    three = [first, take(lead, "one", "V1"), take(assessor, "one", "V1")]
    states = []
    for order in itertools.permutations(three):
        journal = kits.new("office")
        for bundle in order:
            journal.merge(bundle)
        states.append(state_of(journal))
        assert len(journal.conflicts("one")) == 1
    assert all(state == states[0] for state in states)


def test_a_quote_beside_quotes_taken_back_is_replaced_by_a_known_device_only(kits, lead) -> None:
    """Once R1 took quotes back, what R2 said goes with a newer version of it that is said to be R1's."""
    assessor, stranger = kits.new("dev1"), kits.new("forger", "AS9")
    group = plan("one", "V1", "G1")
    both = replace(group, payload={**group.payload, "respondents": ["R1", "R2"]})
    said = [quote("one", "G1", f"words of {code}", code, number) for number, code in enumerate(("R1", "R2"), 1)]
    agreed = [consent("one", "G1", scope, code) for code in ("R1", "R2") for scope in ("talk", "notes")]
    assessor.append_all([both, *agreed, *said])
    for journal in (stranger, lead):
        journal.merge(take(assessor, "one", "V1"))
    rubbish = replace(quote("one", "G1", "rubbish", number=2), supersedes=(said[1].entry_id,))
    stranger.append(rubbish)
    bundle = take(stranger, "one", "V1")
    asked = {id_of("forger"): False, id_of("dev1"): False}
    assert {one.device_id: one.must_be_known for one in lead.writers(bundle)} == asked, "nothing goes by it yet"
    lead.erase(Withdrawal("one", "G1", "quotes", respondent="R1"))
    assert {one.device_id: one.must_be_known for one in lead.writers(bundle)} == asked | {id_of("forger"): True}
    assert set(lead.merge(bundle).blanked) == {said[1].entry_id, rubbish.entry_id}, "which is why it is asked"
