"""Words that an assessor repeated in a rating or finding do not outlive their erasure in its earlier versions."""

from __future__ import annotations

from pathlib import Path

import pikepdf
import pytest
from evidence_journals import ASSESSMENT, VISIT, SmallJournal
from pdf_reading import read_text
from typer.testing import CliRunner

from qpm_widgets.capture.findings_sheet import FindingsSheet
from qpm_widgets.cli import app
from qpm_widgets.journal import Edit, Journal, Kit, new_entry_id, sealing
from qpm_widgets.journal.bundles import pack_bundle
from qpm_widgets.journal.keys import KeyCost
from qpm_widgets.journal.withdrawing import Withdrawal
from qpm_widgets.reports.erasing import carry_out
from qpm_widgets.visits.erasures import erase_earlier_versions

REPEATED, OWN = "Quittenbaum hinter dem Haus", "Nobody was asked, as far as we heard."
FINDING, PASSPHRASE = "finding:F1", "four words are good"
CHEAP = KeyCost(time_cost=1, memory_kib=64, parallelism=1)


@pytest.fixture
def small(kit: Kit) -> SmallJournal:
    """One interview, a finding of three versions that repeats it, and a rating that has nothing to do with it."""
    small = SmallJournal(kit.journal)
    small.interview("P1", "PS1")
    small.interview("A1")
    note = small.note("P1", "P-CP-1", f"She spoke of the {REPEATED}.")
    other = small.note("A1", "A-CP-1", "They ask everybody.")
    small.find("F1", "clarity_of_purpose", f"{REPEATED}, before it was cited", other)
    for text in (f"One person spoke of the {REPEATED}.", f"Somebody said: {REPEATED}", OWN):
        small.find("F1", "clarity_of_purpose", text, note, other)
    for rationale in ("At first.", "Then."):
        small.rate("CP1", "met", rationale, other)
    return small


def said(journal: Journal, field: str = FINDING) -> list[str]:
    """What every version of a judgement says, oldest first; "" where it is erased."""
    entries = journal.iter_entries(ASSESSMENT, subject=f"visit:{VISIT}", field_prefix=field)
    found = [(one.payload or {}) for one in entries if one.field == field]
    return [str(one.get("text", one.get("rationale", ""))) for one in found]


def holds(journal: Journal, words: str) -> bool:
    """Whether any entry still says so."""
    return any(words in str(one.payload) for one in journal.iter_entries())


def save(kit: Kit, text: str, field: str = FINDING, cites: tuple[str, ...] = ()) -> None:
    """A finding as the debrief page saves it; without other cites, with what is left of those it had."""
    sheet = FindingsSheet(ASSESSMENT, VISIT)
    sheet.kit = kit
    heads = sheet.answer({"kind": "open"})["view"]["heads"].get(field, [])
    if not cites:
        now = kit.journal.current_entry(ASSESSMENT, f"visit:{VISIT}", field)
        cites = tuple(cite for cite in now.payload["cites"] if not kit.journal.find_entries([cite])[cite].erased)
    payload = {"standard": "clarity_of_purpose", "kind": "finding", "text": text, "cites": list(cites)}
    message = {"kind": "commit", "entry_id": new_entry_id(), "field": field, "payload": payload}
    answer = sheet.answer({**message, "supersedes": heads})
    assert answer["kind"] == "receipt", answer


def test_earlier_versions_go_with_what_they_repeat_and_the_newest_when_it_is_replaced(
    small, kit, templates, tmp_path
) -> None:
    assert holds(kit.journal, REPEATED)
    carry_out(kit.journal, templates, Withdrawal(ASSESSMENT, "P1"), tmp_path / "outputs")
    assert said(kit.journal) == ["", "", "", OWN]
    assert said(kit.journal, "rating:CP1") == ["At first.", "Then."], "nothing erased is cited there"
    assert not holds(kit.journal, REPEATED)
    assert kit.journal.verify().ok
    (path,) = tmp_path.glob("outputs/**/*.pdf")
    with pikepdf.open(path) as pdf:
        text = read_text(pdf)
    assert "Number of earlier versions of such ratings and findings that are erased in this assessment: 3." in text
    assert f"{VISIT} finding: F1" in text, "it still cites what is gone, and must be read again"


def test_what_a_page_saves_while_the_words_are_taken_out_goes_too(small, kit, templates, tmp_path) -> None:
    note = kit.journal.current_entry(ASSESSMENT, "interview:P1", "answer:P-CP-1.note").entry_id
    small.find(
        "F1",
        "clarity_of_purpose",
        f"The newest says {REPEATED} too.",
        note,
        small.note("A1", "A-CP-1", "They ask all."),
    )
    carry_out(kit.journal, templates, Withdrawal(ASSESSMENT, "P1"), tmp_path / "outputs")
    assert said(kit.journal)[-1] == f"The newest says {REPEATED} too.", "somebody has to read it first"
    save(kit, f"The newest says {REPEATED[:8]}")
    assert not holds(kit.journal, REPEATED)
    save(kit, OWN)
    assert said(kit.journal) == [*[""] * 6, OWN]
    log = Path(f"{kit.journal.path}-wal")
    assert not log.exists() or log.stat().st_size == 0, "pages as they were before are gone as well"
    assert kit.journal.verify().ok


def test_a_page_that_was_open_all_the_time_leaves_no_earlier_version_either(small, kit, templates, tmp_path) -> None:
    note = kit.journal.current_entry(ASSESSMENT, "interview:P1", "answer:P-CP-1.note").entry_id
    other = kit.journal.current_entry(ASSESSMENT, "interview:A1", "answer:A-CP-1.note").entry_id
    carry_out(kit.journal, templates, Withdrawal(ASSESSMENT, "P1"), tmp_path / "outputs")
    save(kit, f"Still ticked, and it says {REPEATED}.", "finding:F9", (note, other))
    save(kit, OWN, "finding:F9", (other,))
    assert said(kit.journal, "finding:F9") == ["", OWN]
    assert not holds(kit.journal, REPEATED)


def test_what_is_left_behind_is_a_fault(small, kit) -> None:
    journal = kit.journal
    with journal._transaction("test") as execute:
        edit = Edit(ASSESSMENT, f"visit:{VISIT}", "erasure:finding.F1", {"reason": "withdrawn", "respondent": ""})
        journal._writer.write(execute, edit, dict(edit.payload), "AS1")
    faults = journal.verify().faults
    assert len(faults) == 3
    assert all("its words are still there" in one for one in faults)


def test_who_receives_the_withdrawal_loses_earlier_versions_of_their_own(small, kit, tmp_path) -> None:
    with Kit.create(tmp_path / "lead", PASSPHRASE, assessor="AS2", cost=CHEAP) as lead:
        lead.journal.merge(kit.journal.bundle_visit(ASSESSMENT, VISIT, kit="0.1.0", templates="0" * 64))
        theirs = SmallJournal.__new__(SmallJournal)  # of an assessment that is there already
        theirs.journal, theirs.assessment = lead.journal, ASSESSMENT
        note = lead.journal.current_entry(ASSESSMENT, "interview:P1", "answer:P-CP-1.note").entry_id
        for rationale in (f"Think of the {REPEATED}.", OWN):
            theirs.rate("CP2", "met", rationale, note)
        lead.journal.note_compared(kit.device_id)
        public_key = sealing.public_key_of(lead.journal.secret(sealing.IDENTITY, sealing.make_identity))
    kit.journal.erase(Withdrawal(ASSESSMENT, "P1"))
    bundle = kit.journal.bundle_visit(ASSESSMENT, VISIT, kit="0.1.0", templates="0" * 64)
    file = tmp_path / "visit.qpmvisit"
    file.write_bytes(sealing.seal(pack_bundle(bundle, kit.journal.device_key()), public_key))
    places = ("--home", str(tmp_path / "lead"), "--outputs", str(tmp_path / "outputs"))
    done = CliRunner().invoke(app, ["receive", str(file), *places], input=f"{PASSPHRASE}\n")
    assert done.exit_code == 0, (done.output, done.exception)
    with Kit.unlock(tmp_path / "lead", PASSPHRASE) as lead:
        assert said(lead.journal, "rating:CP2") == ["", OWN]
        assert not holds(lead.journal, REPEATED), "those that came with the visit went too"
        assert lead.journal.verify().ok
        back = lead.journal.bundle_visit(ASSESSMENT, VISIT, kit="0.1.0", templates="0" * 64)
    kit.journal.merge(back)
    assert erase_earlier_versions(kit.journal, ASSESSMENT) == 4, "as the lead's: nothing is left to say"
    assert kit.journal.verify().ok
