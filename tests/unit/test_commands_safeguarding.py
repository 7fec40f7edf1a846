"""`qpm safeguarding`, as an assessor and a safeguarding lead use it; and that an account is in nothing else."""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import zipfile
from pathlib import Path

import pikepdf
import pytest
from pdf_reading import read_text
from typer.testing import CliRunner, Result

from qpm_widgets.cli import app
from qpm_widgets.journal import Kit, new_entry_id
from qpm_widgets.journal.keys import KeyCost
from qpm_widgets.journal.kit_file import KitFile
from qpm_widgets.journal.safeguarding import FILE
from qpm_widgets.journal.sealing import fingerprint

PASSPHRASE = "a test passphrase of many words"  # the sample kit's, as in tests/conftest.py
CHEAP = KeyCost(time_cost=1, memory_kib=64, parallelism=1)
CANARY, ACCOUNT = "Kanarienvogel-in-der-Grube-5518", "SG-7K2M4QXH"


def pdf_text(path: Path) -> str:
    with pikepdf.open(path) as pdf:
        return read_text(pdf)


def qpm(home: Path, *arguments: object, typed: str = f"{PASSPHRASE}\n") -> Result:
    places = ["--home", str(home)]
    if arguments[0] in ("handed-over", "erase"):  # these delete, and not in the outputs of this checkout
        places += ["--outputs", str(home.parent / "outputs")]
    return CliRunner().invoke(app, ["safeguarding", *map(str, arguments), *places], input=typed)


def write_account(kit: Kit) -> None:
    """An account in two parts, the first of them put right once."""

    def record(part: int, account: dict[str, str], supersedes: tuple[str, ...] = ()) -> str:
        entry_id = new_entry_id()
        kit.safeguarding.record(
            "lantern", "interview:P1", f"{ACCOUNT}.{part}", account, supersedes=supersedes, entry_id=entry_id
        )
        return entry_id

    first = record(1, {"said": "he hit"})
    record(1, {"said": f"he hit me\n{CANARY}", "where": "the lounge, ten past two"}, (first,))
    record(2, {"wants": "to be somewhere else", "done": "told the ward's lead at 14:20"})


@pytest.fixture
def home(lantern: Kit, tmp_path: Path) -> Path:
    """The home of a closed kit that holds the sample visit and an account."""
    shutil.copytree(lantern.home, tmp_path / "kit", ignore=shutil.ignore_patterns("runtime", "notebooks"))
    with Kit.unlock(tmp_path / "kit", PASSPHRASE) as kit:
        write_account(kit)
    return tmp_path / "kit"


@pytest.fixture
def lead(tmp_path: Path) -> Path:
    """The home of a closed safeguarding lead's kit."""
    Kit.create(tmp_path / "lead", PASSPHRASE, assessor="SL1", cost=CHEAP).close()
    return tmp_path / "lead"


def test_the_list_says_what_there_is_and_nothing_of_what_was_told(home) -> None:
    listed = qpm(home, "list")
    assert listed.exit_code == 0
    assert f"{ACCOUNT}: lantern interview:P1, 2 parts" in listed.output
    assert "AS1" in listed.output
    assert "NOT HANDED OVER YET" in listed.output
    assert CANARY not in listed.output
    assert "he hit" not in listed.output


def test_an_account_is_shown_with_the_passphrase_and_not_without(home) -> None:
    shown = qpm(home, "show", ACCOUNT)
    assert shown.exit_code == 0
    for words in (CANARY, "What the person wants", "told the ward's lead", "Part 2"):
        assert words in shown.output
    assert "replaced since" not in shown.output
    assert "replaced since" in qpm(home, "show", ACCOUNT, "--earlier").output
    wrong = qpm(home, "show", ACCOUNT, typed="a wrong passphrase\n" * 3)
    assert wrong.exit_code == 1
    assert CANARY not in wrong.output
    assert "SAFE-001" in str(qpm(home, "show", "SG-2").exception)


def test_what_is_shown_cannot_steer_the_terminal(home) -> None:
    hostile = "first\n\x1b[2J\x1b]0;title\x07\rgone\u202e\x85\u2028end"
    with Kit.unlock(home, PASSPHRASE) as kit:
        place = ("lantern", "interview:P1", "SG-2.1")
        kit.safeguarding.record(*place, {"said": hostile, "done": hostile}, entry_id=new_entry_id())
    shown = qpm(home, "show", "SG-2").output
    assert all(line.isprintable() for line in shown.split("\n"))
    assert "\\x1b[2J\\x1b]0;title\\x07\\rgone\\u202e\\x85\\u2028end" in shown


def test_a_sheet_to_print_holds_all_that_stands(home, tmp_path) -> None:
    done = qpm(home, "sheet", ACCOUNT, "--out", tmp_path / "sheet.pdf")
    assert done.exit_code == 0, done.output
    text = pdf_text(tmp_path / "sheet.pdf")
    for words in (CANARY, "the lounge, ten past two", "to be somewhere else", ACCOUNT, "interview P1", "AS1"):
        assert words in text
    assert "BUNDLE-011" in str(qpm(home, "sheet", ACCOUNT, "--out", tmp_path / "sheet.pdf").exception)


def test_it_travels_to_the_safeguarding_lead_and_to_nobody_else(home, lead, tmp_path) -> None:
    pub, sent = tmp_path / "SL1.pub", tmp_path / f"{ACCOUNT}.qpmaccount"
    assert qpm(lead, "key", "--out", pub).exit_code == 0
    told = qpm(home, "send", ACCOUNT, "--to", pub, "--out", sent)
    assert told.exit_code == 0, told.output
    assert CANARY.encode() not in sent.read_bytes()
    assert f"account: {sent}\n" in told.output
    assert "Send this file to the safeguarding lead today, then delete it." in told.output
    assert f"safeguarding handed-over {ACCOUNT}" in told.output
    assert re.search(r"; file written [^;]+; NOT CONFIRMED\n", qpm(home, "list").output)
    with Kit.unlock(home, PASSPHRASE) as kit:
        kit.safeguarding.record("lantern", "interview:P1", f"{ACCOUNT}.3", {"said": "more"}, entry_id=new_entry_id())
    assert "NOT CONFIRMED; MORE WAS WRITTEN SINCE" in qpm(home, "list").output
    confirmed = qpm(home, "handed-over", ACCOUNT)
    assert f"handed over: {ACCOUNT}" in confirmed.output
    assert "More was written since" in confirmed.output
    assert re.search(r"; handed over, confirmed [^;]+; MORE WAS WRITTEN SINCE\n", qpm(home, "list").output)
    digits = device_digits(home)
    assert f"signed by this kit's device, which has the digits {digits}" in told.output
    received = qpm(lead, "receive", sent)
    assert f"received: {ACCOUNT} from AS1, 3 new entries" in received.output
    assert f"signed by the device with the digits {digits}" in received.output
    assert f"Have AS1 read these digits out to you; then `safeguarding show {ACCOUNT}`." in received.output
    assert "0 new entries" in qpm(lead, "receive", sent).output
    shown = qpm(lead, "show", ACCOUNT)
    assert CANARY in shown.output
    assert f"by AS1, sent by the device with the digits {digits}" in shown.output, "who wrote it, not who received it"
    listed = qpm(lead, "list").output
    assert "by AS1; received" in listed
    assert "SL1" not in listed
    assert "HANDED OVER" not in listed
    assert "CONFIRMED" not in listed
    # Sealed for that lead: the kit that wrote it cannot open what it sent.
    back = qpm(home, "receive", sent)
    assert back.exit_code == 2
    assert "SAFE-003" in back.output


def test_versions_of_two_kits_are_shown_side_by_side_with_who_wrote_each(home, lead, tmp_path) -> None:
    pub, other = tmp_path / "SL1.pub", tmp_path / "other"
    assert qpm(lead, "key", "--out", pub).exit_code == 0
    with Kit.create(other, PASSPHRASE, assessor="AS2", cost=CHEAP) as kit:
        kit.safeguarding.record("lantern", "interview:P1", f"{ACCOUNT}.1", {"said": "false"}, entry_id=new_entry_id())
    for number, sender in enumerate((home, other)):
        assert qpm(sender, "send", ACCOUNT, "--to", pub, "--out", tmp_path / f"{number}.qpmaccount").exit_code == 0
        assert qpm(lead, "receive", tmp_path / f"{number}.qpmaccount").exit_code == 0
    assert "by AS1, AS2; PART 1 STANDS IN SEVERAL VERSIONS" in qpm(lead, "list").output
    shown = qpm(lead, "show", ACCOUNT).output
    assert "PART 1 STANDS IN 2 VERSIONS THAT DIFFER" in shown
    for words in (CANARY, "false", f"by AS1, sent by the device with the digits {device_digits(home)}"):
        assert words in shown
    assert f"by AS2, sent by the device with the digits {device_digits(other)}" in shown
    assert qpm(lead, "sheet", ACCOUNT, "--out", tmp_path / "sheet.pdf").exit_code == 0
    text = pdf_text(tmp_path / "sheet.pdf")
    assert "Part 1 stands in several versions that differ" in text
    for sender in (home, other):
        assert device_digits(sender).replace(" ", "") in text.replace(" ", "").replace("\n", "")


def device_digits(home: Path) -> str:
    return fingerprint(KitFile.read(home).device_id)


def test_the_two_kinds_of_key_are_never_taken_for_each_other(home, lead, tmp_path) -> None:
    safeguarding, visits = tmp_path / "SL1-safeguarding.pub", tmp_path / "SL1.pub"
    assert qpm(lead, "key", "--out", safeguarding).exit_code == 0
    runner = CliRunner()
    made = runner.invoke(app, ["key", "--out", str(visits), "--home", str(lead)], input=f"{PASSPHRASE}\n")
    assert made.exit_code == 0
    assert "SAFE-004" in str(qpm(home, "send", ACCOUNT, "--to", visits).exception)
    submit = ["submit", "lantern", "V1", "--to", str(safeguarding), "--home", str(home)]
    assert "SAFE-004" in str(runner.invoke(app, submit, input=f"{PASSPHRASE}\n").exception)


def test_a_withdrawal_and_the_dates_leave_it_and_say_so(home, tmp_path) -> None:
    runner, said = CliRunner(), f"kept apart: account of harm {ACCOUNT}, told in lantern interview:P1"
    outputs = ["--home", str(home), "--outputs", str(tmp_path / "outputs")]
    assert said in runner.invoke(app, ["retention", *outputs], input=f"{PASSPHRASE}\n").output
    withdrawn = runner.invoke(app, ["withdraw", "lantern", "P1", "--yes", *outputs], input=f"{PASSPHRASE}\n")
    assert said in withdrawn.output
    assert CANARY in qpm(home, "show", ACCOUNT).output
    other = runner.invoke(app, ["withdraw", "lantern", "P2", "--yes", *outputs], input=f"{PASSPHRASE}\n")
    assert other.exit_code == 0
    assert "kept apart" not in other.output


def test_erasing_asks_first_and_leaves_nothing(home) -> None:
    refused = qpm(home, "erase", ACCOUNT, typed=f"{PASSPHRASE}\nno\n")
    assert refused.exit_code == 1
    assert "Nothing was erased" in refused.output
    assert "Nobody has confirmed that it was handed over." in refused.output
    done = qpm(home, "erase", ACCOUNT, typed=f"{PASSPHRASE}\n{ACCOUNT}\n")
    assert done.exit_code == 0
    assert f"erased: {ACCOUNT}, 3 entries" in done.output
    assert f"{ACCOUNT}: lantern, erased" in qpm(home, "list").output
    assert "SAFE-005" in str(qpm(home, "show", ACCOUNT).exception)
    assert CliRunner().invoke(app, ["verify", "--home", str(home)], input=f"{PASSPHRASE}\n").exit_code == 0


@pytest.mark.parametrize("command", [("handed-over", ACCOUNT), ("erase", ACCOUNT, "--yes")])
def test_what_the_desk_wrote_of_an_account_goes_when_it_is_handed_over_or_erased_here(
    home, tmp_path, monkeypatch, command
) -> None:
    assert qpm(home, "sheet", ACCOUNT, "--out", tmp_path / "sheet.pdf").exit_code == 0
    folder = tmp_path / "outputs" / "accounts-of-harm"
    folder.mkdir(parents=True)
    for name in (ACCOUNT, "SG-AAAAAAAA"):
        (folder / f"{name}-20261013T100000Z.pdf").write_text("a page to print")
    file = folder / f"{ACCOUNT}-20261013T100000Z.pdf"

    def refuse(path: Path, missing_ok: bool = False) -> None:
        raise PermissionError(path)

    if command[0] == "handed-over":
        with monkeypatch.context() as open_elsewhere:
            open_elsewhere.setattr(Path, "unlink", refuse)
            assert f"NOT DELETED: {file}" in qpm(home, *command).output
        assert file.exists()
    told = qpm(home, *command)
    assert told.exit_code == 0, told.output
    assert f"deleted: {file}" in told.output
    assert [one.name for one in folder.iterdir()] == ["SG-AAAAAAAA-20261013T100000Z.pdf"]


def test_verify_looks_into_the_restricted_store_too(home) -> None:
    runner = CliRunner()
    sound = runner.invoke(app, ["verify", "--home", str(home)], input=f"{PASSPHRASE}\n")
    assert "restricted store: 1 account of harm in 3 entries, 0 handover notes: sound" in sound.output
    with Kit.unlock(home, PASSPHRASE) as kit, kit.safeguarding.journal._driver("test") as driver:
        driver.execute("DROP TRIGGER entry_only_blanks")
        driver.execute("UPDATE entry SET recorded_by = 'AS9' WHERE device_seq = 2")
    bad = runner.invoke(app, ["verify", "--home", str(home)], input=f"{PASSPHRASE}\n")
    assert "JOURNAL-009" in str(bad.exception)
    assert "restricted store" in bad.output


def test_an_account_is_in_no_table_no_bundle_no_report_and_no_export(home, tmp_path, templates) -> None:
    """The kit's whole way out, with an account in it: every place is searched for its words and its id."""
    from qpm_widgets import evidence
    from qpm_widgets.journal import bundles
    from qpm_widgets.reports.render import render_report
    from qpm_widgets.terminal import CHECKOUT
    from qpm_widgets.visits import prepare_working_notebooks

    hidden = (CANARY, "he hit me", ACCOUNT, "disclosure:")
    with Kit.unlock(home, PASSPHRASE) as kit:
        tables = [
            getattr(evidence, name)(kit.journal, templates, "lantern", "V1")
            for name in evidence.__all__
            if name.endswith("_table")
        ]
        assert len(tables) >= 5
        bundle = kit.journal.bundle_visit("lantern", "V1", kit="1", templates="0" * 64)
        every = {
            "tables": "".join(table.to_csv() for table in tables),
            "bundle": "".join(str(line) for line in bundles._iter_lines(bundle)),
            "journal": json.dumps([[entry.field, entry.payload] for entry in kit.journal.iter_entries()]),
        }
        prepare_working_notebooks(kit, "lantern", "V1")
        notebook = CHECKOUT / "notebooks" / "visit_report.ipynb"
        for edition in ("lead", "provider"):
            parameters = {"assessment_id": "lantern", "visit_id": "V1", "edition": edition}
            render_report(kit, notebook, parameters, outputs=tmp_path / edition)
    for path in (path for edition in ("lead", "provider") for path in (tmp_path / edition).rglob("*.*")):
        if path.is_file():
            every[f"{path.name} of {path.parent.name}"] = text_of(path)
    assert {Path(name.split()[0]).suffix for name in every} == {"", ".html", ".docx", ".pdf", ".ipynb", ".json"}
    assert all(
        "Lantern" in text for name, text in every.items() if name.split()[0].endswith((".docx", ".pdf", ".html"))
    )
    found = [(place, words) for place, text in every.items() for words in hidden if words in text]
    assert found == []
    assert (home / FILE).exists()


def text_of(path: Path) -> str:
    """What a reader of the file can read."""
    if path.suffix == ".pdf":
        return pdf_text(path)
    if path.suffix == ".docx":
        with zipfile.ZipFile(path) as package:
            return "".join(package.read(name).decode("utf-8", "replace") for name in package.namelist())
    return path.read_text(encoding="utf-8")


KILLED_BEFORE_THE_NAME = """
import os, signal, sys
from qpm_widgets import cli
def die(source, *rest, **more):
    os.write(2, f"written: {os.stat(source).st_size}".encode())
    os.kill(os.getpid(), signal.SIGKILL)
os.link = os.replace = die
cli.main()
"""


@pytest.mark.skipif(not hasattr(os, "O_TMPFILE"), reason="this system has no files without a name")
def test_a_sheet_whose_writing_is_killed_is_nowhere(home, tmp_path) -> None:
    """It is the one file of an account that is not encrypted, so no unfinished copy of it may stay."""
    folder = tmp_path / "sheets"
    folder.mkdir()
    asked = ["safeguarding", "sheet", ACCOUNT, "--out", str(folder / "SHEET.pdf"), "--home", str(home)]
    command = [sys.executable, "-c", KILLED_BEFORE_THE_NAME, *asked]
    killed = subprocess.run(command, input=f"{PASSPHRASE}\n", text=True, capture_output=True, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert int(killed.stderr.rpartition("written: ")[2]) > 1000, "all of it was on the disk"
    assert not list(folder.iterdir())
    assert qpm(home, "sheet", ACCOUNT, "--out", folder / "SHEET.pdf").exit_code == 0
    assert CANARY in pdf_text(folder / "SHEET.pdf")
    assert [stat.S_IMODE(one.stat().st_mode) for one in folder.iterdir()] == [0o600]


def test_where_no_file_is_without_a_name_a_sheet_has_its_own_and_goes_if_it_fails(home, tmp_path, monkeypatch) -> None:
    """As on Windows, macOS and some network drives."""
    opened = os.open

    def refuse_unnamed(path: object, flags: int, *rest: object, **more: object) -> int:
        if (nameless := getattr(os, "O_TMPFILE", 0)) and flags & nameless == nameless:
            raise OSError(errno.EOPNOTSUPP, "Operation not supported")
        return opened(path, flags, *rest, **more)

    monkeypatch.setattr(os, "open", refuse_unnamed)
    folder = tmp_path / "sheets"
    folder.mkdir()
    names = []
    sync = os.fsync

    def refuse(handle: int) -> None:
        if found := list(folder.iterdir()):
            names.extend(one.name for one in found)
            raise OSError(errno.ENOSPC, "No space left on device")
        sync(handle)

    monkeypatch.setattr(os, "fsync", refuse)
    told = qpm(home, "sheet", ACCOUNT, "--out", folder / "SHEET.pdf")
    assert "BUNDLE-011" in str(told.exception), told.output
    assert names == ["SHEET.pdf"]
    assert not list(folder.iterdir())
    monkeypatch.setattr(os, "fsync", sync)
    assert qpm(home, "sheet", ACCOUNT, "--out", folder / "SHEET.pdf").exit_code == 0
    assert CANARY in pdf_text(folder / "SHEET.pdf")
    assert qpm(home, "sheet", ACCOUNT, "--out", folder / "SHEET.pdf").exit_code != 0, "never written over"
