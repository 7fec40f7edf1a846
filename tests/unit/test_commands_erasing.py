"""`qpm withdraw` and `qpm retention`: asked first, erased for good, told what rests on it, and certified."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pikepdf
import pytest
import sqlcipher3.dbapi2 as sqlcipher
import typer
from evidence_journals import PROFILE, SmallJournal
from pdf_reading import read_text
from typer.testing import CliRunner, Result

from qpm_widgets.capture.desk_view import view_desk
from qpm_widgets.capture.visit_evidence import read_visit_evidence
from qpm_widgets.cli import app
from qpm_widgets.commands.retaining import keep_to_dates
from qpm_widgets.errors import QpmError
from qpm_widgets.evidence import answers_table, left_out_table, quotes_table
from qpm_widgets.journal import Edit, Journal, Kit
from qpm_widgets.journal.keys import KeyCost
from qpm_widgets.journal.queries import digest_heads
from qpm_widgets.journal.store import now_ms
from qpm_widgets.journal.withdrawing import Withdrawal
from qpm_widgets.reports import render_report
from qpm_widgets.reports.erasing import carry_out
from qpm_widgets.reports.proving import prove_report
from qpm_widgets.reports.publishing import publish, sha256
from qpm_widgets.reports.used_interviews import find_outputs, list_runs, seal, seal_erasures, seal_interviews
from qpm_widgets.templates import load_templates
from qpm_widgets.terminal import CHECKOUT
from qpm_widgets.visits import load_interview
from qpm_widgets.visits.erasures import read_erasure
from qpm_widgets.visits.retention import add_months, last_work, list_retention

CHEAP = KeyCost(time_cost=1, memory_kib=64, parallelism=1)
PASSPHRASE = "a test passphrase of many words"  # the sample kit's, as in tests/conftest.py
P2 = Withdrawal("lantern", "P2")
NOTEBOOK = CHECKOUT / "notebooks" / "visit_report.ipynb"


@pytest.fixture
def outputs(tmp_path: Path) -> Path:
    return tmp_path / "outputs"


def qpm(kit: Kit, outputs: Path, *arguments: str, typed: str = "") -> Result:
    places = ("--home", str(kit.home), "--outputs", str(outputs))
    return CliRunner().invoke(app, [*arguments, *places], input=f"{PASSPHRASE}\n{typed}")


def words_of(journal: Journal, interview: str, part: str = "") -> set[str]:
    """The long texts of an interview, as they are now."""
    entries = journal.current("lantern", subject=f"interview:{interview}", field_prefix="answer:")
    texts = {str((entry.payload or {}).get("text", "")) for entry in entries if part in entry.field}
    return {text for text in texts if len(text) > 30}


@contextmanager
def reading(kit: Kit) -> Iterator[None]:
    """Somebody else's connection that is in the middle of reading."""
    connection = sqlcipher.connect(str(kit.journal.path), isolation_level=None)
    connection.execute(f"PRAGMA key = \"x'{kit.environment()['QPM_KIT_KEY']}'\"")
    connection.execute("BEGIN")
    connection.execute("SELECT count(*) FROM entry").fetchone()
    yield
    connection.close()


def make_report(journal: Journal, outputs: Path, edition: str) -> tuple[Path, dict[str, Any]]:
    """A folder such as ``render_report`` leaves, without the render."""
    parameters = {"assessment_id": "lantern", "visit_id": "V1", "edition": edition}
    heads = journal.heads()
    facts = {
        "report": "visit_report",
        "parameters": parameters,
        "interviews": seal_interviews(journal, parameters),
        "erasures": seal_erasures(journal, parameters),
        "journal_head": digest_heads(heads),
        "journal_heads": [list(head) for head in heads],
    }
    return publish(outputs, ("lantern", "V1"), edition, {"report.html": b"words"}, facts)


def test_it_is_said_first_and_nothing_goes_without_the_id_typed(lantern_copy, outputs) -> None:
    head = lantern_copy.journal.head()
    done = qpm(lantern_copy, outputs, "withdraw", "lantern", "P2", typed="yes\nno\n")
    assert done.exit_code == 1
    assert "To be erased from interview P2: 23 notes, 3 quotes, 19 marks on indicators, 3 reasons for no answer." in (
        done.stderr
    )
    assert done.stderr.splitlines()[-1] == "Nothing was erased."
    assert lantern_copy.journal.head() == head
    assert not outputs.exists()


@pytest.mark.parametrize("given", ["p2", "interview:P2", "Interview:p2"])
def test_the_id_may_be_written_otherwise_and_typed_wrongly_once(lantern_copy, outputs, given) -> None:
    done = qpm(lantern_copy, outputs, "withdraw", "lantern", given, typed="p2\nP2\n")
    assert done.exit_code == 0
    assert "You typed p2; type P2 to erase it." in done.stderr
    assert words_of(lantern_copy.journal, "P2") == set()


def test_a_kind_that_does_not_fit_finds_nothing(lantern_copy, outputs) -> None:
    for given in ("observation:P2", "visit:V1", "P99"):
        assert qpm(lantern_copy, outputs, "withdraw", "lantern", given, "--yes").exception.code == "PLAN-001"
    done = qpm(lantern_copy, outputs, "withdraw", "lantern", "observation:o1", "--yes")
    assert "erased: lantern observation:O1, " in done.stdout


def test_what_people_must_do_comes_before_the_counts(lantern_copy, outputs) -> None:
    make_report(lantern_copy.journal, outputs, "lead")
    done = qpm(lantern_copy, outputs, "withdraw", "lantern", "P2", "--yes")
    begins = [line.partition(":")[0] for line in done.stdout.splitlines()]
    assert list(dict.fromkeys(begins)) == ["used it", "destroy", "render again", "rests on it", "erased", "certificate"]


def test_an_interview_is_erased_everywhere_and_certified(lantern_copy, outputs, templates) -> None:
    journal, before = lantern_copy.journal, lantern_copy.journal.head()
    words, codes = words_of(journal, "P2"), load_interview(journal, "lantern", "P2").plan.respondents
    assert len(words) > 10
    done = qpm(lantern_copy, outputs, "withdraw", "lantern", "P2", typed="P2\n")
    assert done.exit_code == 0
    assert "erased: lantern interview:P2, 48 entries" in done.stdout.splitlines()
    assert "rests on it: V1 rating:CP1, entry " in done.stdout
    assert words_of(journal, "P2") == set()
    assert journal.verify().ok

    held = load_interview(journal, "lantern", "P2")
    assert (held.state, held.reason, held.notes_allowed) == ("stopped", "", False)
    meetings = view_desk(lantern_copy, templates)["assessments"][0]["visits"][0]["meetings"]
    assert {one["id"]: one["answered"] for one in meetings}["P2"] == 0
    for table in (answers_table, quotes_table):
        assert "P2" not in set(table(journal, templates, "lantern", "V1").interview)
    left_out = left_out_table(journal, templates, "lantern", "V1").query("interview == 'P2'")
    assert set(left_out.reason) == {"erased"}
    evidence = read_visit_evidence(journal, templates, "lantern", "V1", {})
    assert "P2" not in {piece["held"] for piece in evidence.pieces}

    (path,) = outputs.glob("lantern/erasures/*/certificate_of_erasure.pdf")
    assert f"certificate: {path}" in done.stdout.splitlines()
    with pikepdf.open(path) as pdf:
        text = read_text(pdf)
    tombstone = journal.current_entry("lantern", "interview:P2", "erasure:interview")
    for fact in ("P2", "lantern", "The respondent withdrew consent", "AS1", "48", tombstone.entry_id):
        assert fact in text
    for state in (before, journal.head(), tombstone.chain):
        assert state in text.replace(" ", ""), "long values are broken over two lines"
    assert not [one for one in (*words, *codes) if one in text + done.stdout + done.stderr]

    again = qpm(lantern_copy, outputs, "withdraw", "lantern", "P2")
    assert (again.exit_code, "This was done already, on " in again.stderr) == (0, True)
    assert len(list(outputs.glob("**/*.pdf"))) == 1
    assert not [
        file for file in lantern_copy.home.rglob("*")
        if file.is_file() and any(one.encode() in file.read_bytes() for one in words)
    ]  # fmt: skip


def test_a_report_that_used_it_is_listed_marked_and_loses_the_words(lantern_copy, outputs) -> None:
    journal, quotes = lantern_copy.journal, words_of(lantern_copy.journal, "P2", ".quote.")
    parameters = {"assessment_id": "lantern", "visit_id": "V1", "edition": "lead"}
    first = render_report(lantern_copy, NOTEBOOK, parameters, outputs=outputs, formats=("html",))
    html = first.files["html"].read_text(encoding="utf-8")
    shown = {quote for quote in quotes if quote in html}
    assert shown
    done = qpm(lantern_copy, outputs, "withdraw", "lantern", "P2", "--yes")
    assert f"used it: {first.folder}" in done.stdout.splitlines()
    assert f"destroy: {first.files['html']}" in done.stdout.splitlines()
    places = f"--home {lantern_copy.home} --outputs {outputs}"
    again = f"render again: python kit.py render visit_report lantern V1 --edition lead {places}"
    assert again in done.stdout.splitlines()
    assert json.loads((first.folder / "manifest.json").read_text(encoding="utf-8")) == first.manifest
    erasure, note = read_erasure(journal, P2), (first.folder / "erasures.json").read_bytes()
    assert json.loads(note)["manifest_sha256"] == sha256((first.folder / "manifest.json").read_bytes())
    (line,) = json.loads(note)["erasures"]
    assert (line["tombstone"], line["entries"]) == (erasure.tombstone.entry_id, [*erasure.entry_ids])

    second = render_report(lantern_copy, NOTEBOOK, parameters, outputs=outputs, formats=("html",))
    html = second.files["html"].read_text(encoding="utf-8")
    assert not [quote for quote in quotes if quote in html]
    again = qpm(lantern_copy, outputs, "withdraw", "lantern", "P2")
    assert f"used it: {second.folder}" not in again.stdout, "it was rendered without the interview"
    assert (first.folder / "erasures.json").read_bytes() == note, "it is noted once"
    assert not (second.folder / "erasures.json").exists()


def test_a_report_is_what_was_rendered_minus_what_was_erased(lantern_copy, outputs) -> None:
    journal, wanted = lantern_copy.journal, Withdrawal("lantern", "P2", "quotes")
    first, _ = make_report(journal, outputs, "provider")
    assert prove_report(journal, first).holds
    replacing = journal.current("lantern", subject="interview:P2", field_prefix="answer:P-CP-1.note")
    for one in replacing:  # the words that the report has are the older ones
        journal.append(Edit("lantern", one.subject, one.field, {"text": "other words"}, (one.entry_id,)))
    quotes = journal.erase(wanted)
    assert [(len(one.entry_ids), one.noted) for one in prove_report(journal, first).gone] == [(3, False)]
    carry_out(journal, load_templates(), wanted, outputs)
    carry_out(journal, load_templates(), P2, outputs)
    text = (first / "erasures.json").read_text(encoding="utf-8")
    every = read_erasure(journal, P2)
    gone = [[*one.entry_ids] for one in prove_report(journal, first).gone]
    assert [len(ids) for ids in gone] == [3, len(every.entry_ids) - len(replacing)]
    assert set(gone[0]) == set(quotes) and {one.entry_id for one in replacing} <= set(gone[1])
    assert [one["entries"] for one in json.loads(text)["erasures"]] == [
        sorted(seal(journal, "lantern", entry_id) for entry_id in ids) for ids in gone
    ]
    assert not [entry_id for ids in gone for entry_id in ids if entry_id in text], "a provider's folder has no id"
    second, _ = make_report(journal, outputs, "provider")
    assert prove_report(journal, second).gone == (), "the erasures were known, and P2 has no words"

    done = CliRunner().invoke(
        app, ["verify", "--home", str(lantern_copy.home), "--report", str(first)], input=PASSPHRASE + "\n"
    )
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    assert {"as rendered: report.html", f"  gone: {gone[1][0]}"} <= set(lines)
    assert f"by entry {every.tombstone.entry_id}, noted in erasures.json" in done.stdout
    assert "the journal it was made from: all of it is here, entries were added since" in lines
    assert "Destroy these documents" in done.stderr


def test_what_does_not_hold_of_a_report_is_said(lantern_copy, outputs) -> None:
    journal = lantern_copy.journal
    folder, manifest = make_report(journal, outputs, "lead")
    (folder / "report.html").unlink()
    assert not prove_report(journal, folder).holds, "nobody asked for it to be destroyed"
    carry_out(journal, load_templates(), P2, outputs)
    assert prove_report(journal, folder).holds
    (folder / "report.html").write_text("other words")
    assert (prove_report(journal, folder).files, prove_report(journal, folder).holds) == (
        {"report.html": "changed"}, False,
    )  # fmt: skip
    (folder / "report.html").unlink()
    device, number, _ = manifest["journal_heads"][0]
    for heads in ([[device, number + 900, "0" * 64]], [[device, number, "0" * 64]]):
        other = manifest | {"journal_heads": heads, "journal_head": digest_heads(heads)}
        (folder / "manifest.json").write_text(json.dumps(other))
        proof = prove_report(journal, folder)
        assert (proof.journal_is_here, proof.note_fits, proof.holds) == (False, False, False)
    done = CliRunner().invoke(
        app, ["verify", "--home", str(lantern_copy.home), "--report", str(folder)], input=PASSPHRASE + "\n"
    )
    assert "REPORT-008" in str(done.exception)
    with pytest.raises(QpmError, match="REPORT-007"):
        prove_report(journal, outputs / "lantern")


@pytest.mark.parametrize(
    ("file", "facts", "said"),
    [
        ("manifest.json", {"interviews": 3}, "may have used it: "),
        ("manifest.json", {"erasures": 3}, "used it: "),
        ("manifest.json", {"journal_heads": None}, "used it: "),
        ("manifest.json", {"journal_heads": [1]}, "used it: "),
        ("erasures.json", {"erasures": 3}, "used it: "),
        ("erasures.json", {"erasures": [{"tombstone": []}]}, "used it: "),
    ],
)
def test_a_file_out_of_shape_beside_a_report_holds_up_no_erasure(lantern_copy, outputs, file, facts, said) -> None:
    folder, manifest = make_report(lantern_copy.journal, outputs, "lead")
    (folder / file).write_text(json.dumps((manifest if file == "manifest.json" else {}) | facts))
    done = qpm(lantern_copy, outputs, "withdraw", "lantern", "P2", "--yes")
    assert done.exit_code == 0, done.exception
    assert f"{said}{folder}" in done.stdout.splitlines()
    assert len(list(outputs.glob("lantern/erasures/*/*.pdf"))) == 1
    with suppress(QpmError):  # REPORT-007
        prove_report(lantern_copy.journal, folder)


def test_outputs_are_told_apart_by_seals_that_name_nobody(lantern_copy, outputs) -> None:
    journal = lantern_copy.journal
    visit = {"assessment_id": "lantern", "visit_id": "V1"}
    seals = seal_interviews(journal, visit)
    assert len(seals) == 14
    assert not [seal for seal in seals if not set(seal) <= set("0123456789abcdef")]
    journal.erase(P2)
    manifests = {
        "used": {"parameters": visit, "interviews": seals},
        "without": {"parameters": visit, "interviews": seal_interviews(journal, visit)},
        "known": {"parameters": visit, "interviews": seals, "erasures": seal_erasures(journal, visit)},
        "old": {"parameters": visit},
        "other_visit": {"parameters": visit, "interviews": seal_interviews(journal, visit | {"visit_id": "V2"})},
        "other_provider": {"parameters": visit | {"assessment_id": "other"}},
        "no_parameters": {},
    }
    for name, manifest in manifests.items():
        (outputs / name).mkdir(parents=True)
        (outputs / name / "report.html").write_text("words")
        (outputs / name / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    (outputs / "broken").mkdir()
    (outputs / "broken" / "manifest.json").write_text("[")
    found = find_outputs(journal, list_runs(outputs), read_erasure(journal, P2))
    assert [(one.folder.name, one.certain) for one in found] == [("old", False), ("used", True)]


def test_quotes_of_one_respondent(lantern_copy, outputs, templates) -> None:
    journal, notes = lantern_copy.journal, words_of(lantern_copy.journal, "P2", ".note")
    (code,) = load_interview(journal, "lantern", "P2").plan.respondents
    done = qpm(lantern_copy, outputs, "withdraw", "lantern", "P2", "--quotes-only", "--respondent", code, "--yes")
    assert "To be erased from interview P2: 3 quotes." in done.stderr
    assert words_of(journal, "P2") == notes
    held = load_interview(journal, "lantern", "P2")
    assert (held.notes_allowed, held.quotes_allowed(code)) == (True, False)
    with pikepdf.open(next(outputs.glob("**/*.pdf"))) as pdf:
        assert code not in read_text(pdf)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("lantern", "P9"), "PLAN-001"),
        (("nowhere", "P2"), "PLAN-001"),
        (("lantern", "P2", "--quotes-only", "--respondent", "nobody", "--yes"), "CONSENT-004"),
        (("lantern", "P2", "--respondent", "PS2"), "it goes with --quotes-only"),
        (("lantern", "P2", "--reason", "retention"), "retention"),
    ],
)
def test_what_cannot_be_withdrawn_is_refused(lantern_copy, outputs, arguments, said) -> None:
    head = lantern_copy.journal.head()
    done = qpm(lantern_copy, outputs, "withdraw", *arguments)
    assert done.exit_code != 0
    assert said in f"{done.stderr}{done.exception}"
    assert lantern_copy.journal.head() == head


def test_no_certificate_before_the_last_byte_is_gone(lantern_copy, outputs, monkeypatch) -> None:
    monkeypatch.setattr("qpm_widgets.journal.compacting._WAIT_MS", 50)
    with reading(lantern_copy):
        done = qpm(lantern_copy, outputs, "withdraw", "lantern", "P2", "--yes")
    assert isinstance(done.exception, QpmError)
    assert (done.exception.code, list(outputs.glob("**/*.pdf"))) == ("CONSENT-006", [])
    assert words_of(lantern_copy.journal, "P2") == set(), "the blanking stands"
    again = qpm(lantern_copy, outputs, "withdraw", "lantern", "P2")
    assert (again.exit_code, len(list(outputs.glob("**/*.pdf")))) == (0, 1)


def test_an_observation_goes_the_same_way(lantern_copy, outputs) -> None:
    done = qpm(lantern_copy, outputs, "withdraw", "lantern", "O1", "--reason", "objection", "--yes")
    assert done.exit_code == 0
    assert "erased: lantern observation:O1, " in done.stdout
    entries = lantern_copy.journal.iter_entries("lantern", subject="observation:O1", field_prefix="answer:")
    assert {entry.erased for entry in entries} == {True}
    with pikepdf.open(next(outputs.glob("**/*.pdf"))) as pdf:
        text = read_text(pdf)
    assert "That the observation was planned and held" in text
    assert "agreed to" not in text, "nobody was asked"
    refused = qpm(lantern_copy, outputs, "withdraw", "lantern", "O1", "--quotes-only")
    assert refused.exception.code == "PLAN-001"


# --- retention ----------------------------------------------------------------------------------------------


def test_dates_are_the_schemes_counted_from_the_last_work(lantern, templates) -> None:
    recorded = max(entry.recorded_at for entry in lantern.journal.iter_entries("lantern"))
    start = datetime.fromtimestamp(recorded / 1000, UTC).date()
    found = {one.record: one for one in list_retention(lantern.journal, templates, ["lantern"])}
    months = {rule.id: rule.months for rule in templates.scheme.retention}
    assert {name: one.due for name, one in found.items()} == {
        name: add_months(start, months[name]) for name in ("raw_notes", "code_key", "consent_log", "report")
    }
    assert len(found["raw_notes"].subjects) == 14
    assert not found["raw_notes"].is_due(start)
    assert found["raw_notes"].is_due(found["raw_notes"].due)


def test_a_visit_still_to_come_counts_from_its_end(kit, templates) -> None:
    from qpm_widgets.journal import Edit

    plan = {"title": "A", "starts": "2031-08-30", "ends": "2031-08-31", "sites": [], "assessors": [], "lead": "AS1"}
    kit.journal.append(Edit("later", "visit:V1", "plan", plan))
    kit.journal.append(Edit("later", "observation:O1", "answer:O-IN-1.what_i_saw", {"text": "a door"}))
    (notes, *_) = list_retention(kit.journal, templates, ["later", "unknown"])
    assert (notes.counted_from, notes.due) == (date(2031, 8, 31), date(2032, 2, 29))


def test_what_is_due_is_erased_on_confirmation_only(lantern_copy, outputs, templates, capsys, monkeypatch) -> None:
    journal = lantern_copy.journal
    consents = {one.field: one.payload for one in journal.current("lantern", subject_prefix="interview:",
                                                                  field_prefix="consent:")}  # fmt: skip

    def keep(today: date, *, erase: bool, yes: bool = False) -> str:
        keep_to_dates(journal, templates, ["lantern"], outputs, today=today, erase=erase, yes=yes)
        return capsys.readouterr().out

    now = datetime.now(UTC).date()
    assert "Interview and observation notes: kept until " in keep(now, erase=True, yes=True)
    head = journal.head()
    assert "Interview and observation notes: due since " in keep(add_months(now, 7), erase=False)
    monkeypatch.setattr("sys.stdin", io.StringIO("L\nL\n"))
    with pytest.raises(typer.Exit):
        keep(add_months(now, 7), erase=True)
    assert journal.head() == head
    said = keep(add_months(now, 7), erase=True, yes=True)
    assert said.count("certificate: ") == said.count("erased: ") == len(list(outputs.glob("**/*.pdf"))) == 14
    assert not [one for one in journal.iter_entries("lantern", field_prefix="answer:") if not one.erased]
    assert journal.verify().ok
    kept = journal.current("lantern", subject_prefix="interview:", field_prefix="consent:")
    assert {one.field: one.payload for one in kept} == consents, "the record of consents is kept longer"
    assert [one for one in journal.current("lantern", field_prefix="finding:") if one.payload]
    assert "notes" not in keep(add_months(now, 7), erase=True, yes=True)
    with pikepdf.open(next(outputs.glob("**/*.pdf"))) as pdf:
        text = read_text(pdf)
    assert "The time for which it is kept is over" in text
    assert "Tell the respondent" not in text


def test_what_a_person_without_words_showed_goes_with_what_was_seen(kit, templates, outputs) -> None:
    small = SmallJournal(kit.journal)
    small.observation("O1", guide="person_without_words")
    small.write("observation:O1", "assent:person", {"sign": "dissent", "how": "moved_away"})
    small.seen("O1", "O-EQ-4", "description", "a turned back")

    def signs() -> list[object]:
        return [one.payload for one in kit.journal.iter_entries("small", field_prefix="assent:")]

    today = datetime.now(UTC).date()
    for months, there in ((1, True), (7, False)):
        keep_to_dates(kit.journal, templates, ["small"], outputs, today=add_months(today, months), erase=True, yes=True)
        assert (signs() != [None]) is there
    assert kit.journal.verify().ok


def test_a_list_of_names_goes_with_the_notes_and_also_without_them(kit, templates, outputs, capsys) -> None:
    from qpm_widgets.journal import Edit

    plan = {"title": "A", "starts": "2026-08-30", "ends": "2026-08-30", "sites": [], "assessors": [], "lead": "AS1"}
    kit.journal.append(Edit("alone", "visit:V1", "plan", plan))
    assert not list_retention(kit.journal, templates, ["alone"])[0].is_held
    kit.journal.keep_names("alone", "V1", ["Mair Evans"])
    for day, kept in ((date(2026, 9, 1), 1), (date(2027, 9, 1), 0)):
        keep_to_dates(kit.journal, templates, ["alone"], outputs, today=day, erase=True, yes=True)
        assert len(kit.journal.names("alone")) == kept
    said = capsys.readouterr()
    assert "erased: alone visit:V1, its list of names" in said.out.splitlines()
    assert "To be erased from alone: the list of names of V1." in said.err
    assert "Mair" not in said.out + said.err


def test_names_that_a_page_kept_in_the_log_go_with_the_next_run(kit, templates, outputs, capsys, monkeypatch) -> None:
    monkeypatch.setattr("qpm_widgets.journal.compacting._WAIT_MS", 50)
    SmallJournal(kit.journal)
    kit.journal.keep_names("small", "V1", ["Mair Evans"])
    log = kit.journal.path.with_name("journal.qpm-wal")
    with reading(kit), pytest.raises(QpmError, match="CONSENT-006"):
        keep_to_dates(kit.journal, templates, ["small"], outputs, today=date(2027, 9, 1), erase=True, yes=True)
    assert log.stat().st_size > 0
    assert "erased: " not in capsys.readouterr().out, "it is not said before it is true"
    keep_to_dates(kit.journal, templates, ["small"], outputs, today=date(2027, 9, 1), erase=True, yes=True)
    assert log.stat().st_size == 0


def test_the_time_of_an_assessment_ends_with_nothing_but_rows_and_dates(
    lantern_copy, outputs, templates, capsys
) -> None:
    journal = lantern_copy.journal
    report, _ = make_report(journal, outputs, "lead")

    def keep(months: int) -> list[str]:
        day = add_months(datetime.now(UTC).date(), months)
        keep_to_dates(journal, templates, ["lantern"], outputs, today=day, erase=True, yes=True)
        return capsys.readouterr().out.splitlines()

    keep(7)
    assert journal.names("lantern") == {}
    assert report.exists()
    said = keep(49)
    assert any(line.startswith("lantern, The record of consents: due since ") for line in said)
    assert [line.split(",")[0] for line in said if line.startswith("erased: ")] == [
        "erased: lantern consents",
        "erased: lantern record",
    ]
    assert any(line.endswith("not in this kit; destroy it where it lies") for line in said)
    assert f"deleted: {report}" in said
    assert not report.exists()
    left = [one for one in journal.iter_entries("lantern") if not one.erased and not one.field.startswith("erasure:")]
    assert left == []
    assert journal.verify().ok
    assert view_desk(lantern_copy, templates)["assessments"] == []
    with pytest.raises(QpmError, match="CONSENT-005"):
        journal.append(Edit("lantern", "assessment", "profile", {**PROFILE, "provider": "Once more"}))

    assert sum(line.startswith("deleted: ") and "erasures" in line for line in said) == 14, "as old as the notes'"
    consents, record = sorted(outputs.glob("lantern/erasures/*/*.pdf"))
    for path, what in ((consents, "Who agreed to what"), (record, "Profile, plans, ratings and findings")):
        with pikepdf.open(path) as pdf:
            text = read_text(pdf)
        assert "All of the assessment" in text
        assert what in text
    assert len([line for line in keep(49) if line.startswith("deleted: ")]) == 2
    assert keep(49) == []


@pytest.mark.parametrize("stop_at", ["interview:A1", "visit:V1", "assessment"])
def test_a_run_that_was_stopped_is_finished_by_the_next(
    lantern_copy, outputs, templates, capsys, monkeypatch, stop_at
) -> None:
    journal = lantern_copy.journal
    report, _ = make_report(journal, outputs, "lead")
    day = add_months(datetime.now(UTC).date(), 49)
    erase = journal.erase

    def stopping(wanted: Withdrawal, **more: Any) -> list[str]:
        if (wanted.scope, wanted.subject) == ("record", stop_at):
            raise KeyboardInterrupt
        return erase(wanted, **more)

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(journal, "erase", stopping)
        keep_to_dates(journal, templates, ["lantern"], outputs, today=day, erase=True, yes=True)
    assert not report.exists()
    keep_to_dates(journal, templates, ["lantern"], outputs, today=day, erase=True, yes=True)
    assert "erased: lantern record, " in capsys.readouterr().out
    assert not [one for one in journal.iter_entries("lantern") if one.payload and not one.field.startswith("erasure:")]
    assert journal.verify().ok


def test_consents_of_which_a_stopped_run_left_none_are_certified_by_the_next(
    kit, outputs, templates, monkeypatch
) -> None:
    written = int(datetime(2026, 6, 1, tzinfo=UTC).timestamp() * 1000)
    monkeypatch.setattr(kit.journal._writer, "_clock", lambda: written)
    SmallJournal(kit.journal).interview("A1")
    erase, day = kit.journal.erase, date(2030, 5, 20)  # four years after the visit; certificates are kept to June

    def stopping(wanted: Withdrawal, **more: Any) -> list[str]:
        if (wanted.scope, wanted.subject) == ("consents", "assessment"):
            raise KeyboardInterrupt
        return erase(wanted, **more)

    def certificates() -> list[str]:
        return sorted(json.loads(file.read_text())["scope"] for file in outputs.glob("small/erasures/*/manifest.json"))

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(kit.journal, "erase", stopping)
        keep_to_dates(kit.journal, templates, ["small"], outputs, today=day, erase=True, yes=True)
    assert certificates() == []
    for _ in range(2):
        keep_to_dates(kit.journal, templates, ["small"], outputs, today=day, erase=True, yes=True)
        assert certificates() == ["consents", "record"]


def test_what_comes_after_the_end_is_due_at_once(lantern_copy, outputs, templates, capsys) -> None:
    journal, day = lantern_copy.journal, add_months(datetime.now(UTC).date(), 49)
    keep_to_dates(journal, templates, ["lantern"], outputs, today=day, erase=True, yes=True)
    small = SmallJournal.__new__(SmallJournal)  # a late visit, with what its kit had of the assessment
    small.journal, small.assessment = journal, "lantern"
    small.interview("A9", "A9x")
    small.note("A9", "A-CP-1", "They ask everybody.")
    capsys.readouterr()
    keep_to_dates(journal, templates, ["lantern"], outputs, today=day, erase=True, yes=True)
    assert "Interview and observation notes: due since " in capsys.readouterr().out
    assert not [one for one in journal.iter_entries("lantern") if one.payload and not one.field.startswith("erasure:")]
    assert journal.verify().ok


def test_notes_of_an_interview_whose_record_is_gone_are_erased_too(kit, outputs, templates, tmp_path) -> None:
    small, day = SmallJournal(kit.journal), date(2060, 1, 1)
    small.interview("A1")  # planned in this kit, held by another that submits it after the end

    def keep() -> None:
        keep_to_dates(kit.journal, templates, ["small"], outputs, today=day, erase=True, yes=True)

    with Kit.create(tmp_path / "other", PASSPHRASE, assessor="AS2", cost=CHEAP) as other:
        other.journal.merge(kit.journal.bundle_visit("small", "V1", kit="0.1.0", templates="0" * 64))
        keep()
        note = {"text": "They ask everybody."}
        other.journal.append(Edit("small", "interview:A1", "answer:A-CP-1.note", note))
        kit.journal.merge(other.journal.bundle_visit("small", "V1", kit="0.1.0", templates="0" * 64))
    keep()
    assert not [one for one in kit.journal.iter_entries() if one.payload and not one.field.startswith("erasure:")]
    assert len(list(outputs.glob("small/erasures/A1-*/*.pdf"))) == 1
    assert kit.journal.verify().ok


def test_who_rewrites_a_finding_keeps_nobodys_notes_for_longer(kit, monkeypatch) -> None:
    small = SmallJournal(kit.journal)
    small.interview("A1")
    note = small.note("A1", "A-CP-1", "They ask everybody.")
    small.find("F1", "clarity_of_purpose", "At first.", note)
    before = last_work(kit.journal, small.assessment)
    monkeypatch.setattr(kit.journal._writer, "_clock", lambda: now_ms() + 100 * 86_400_000)
    small.find("F1", "clarity_of_purpose", "Said better.", note)
    assert last_work(kit.journal, small.assessment) == before
    small.find("F2", "clarity_of_purpose", "Something new.", note)
    assert last_work(kit.journal, small.assessment) == before + timedelta(days=100)


def test_a_page_in_the_way_delays_the_certificates_only(lantern_copy, outputs, templates, monkeypatch) -> None:
    monkeypatch.setattr("qpm_widgets.journal.compacting._WAIT_MS", 50)
    journal, day = lantern_copy.journal, add_months(datetime.now(UTC).date(), 7)
    with reading(lantern_copy), pytest.raises(QpmError, match="CONSENT-006"):
        keep_to_dates(journal, templates, ["lantern"], outputs, today=day, erase=True, yes=True)
    assert not outputs.exists()
    keep_to_dates(journal, templates, ["lantern"], outputs, today=day, erase=True, yes=True)
    assert len(list(outputs.glob("**/*.pdf"))) == 14


def test_the_command_lists_every_assessment_of_the_kit(lantern_copy, outputs) -> None:
    done = qpm(lantern_copy, outputs, "retention")
    assert done.exit_code == 0
    assert done.stdout.startswith("lantern, Interview and observation notes: kept until ")
    assert "The journal holds no decision yet" in done.stderr
    unknown = qpm(lantern_copy, outputs, "retention", "nowhere")
    assert unknown.exception.code == "PLAN-003"
