"""`qpm key`, `qpm submit` and `qpm receive`, as two people with a kit each use them."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from qpm_widgets.cli import app
from qpm_widgets.errors import QpmError
from qpm_widgets.journal import Edit, Journal, Kit, sealing
from qpm_widgets.journal.keys import KeyCost
from qpm_widgets.visits import load_interview

PASSPHRASE = "a test passphrase of many words"  # the sample kit's, as in tests/conftest.py
CHEAP = KeyCost(time_cost=1, memory_kib=64, parallelism=1)
NUMBERS = re.compile(r"\b\d{4} \d{4} \d{4} \d{4} \d{4}\b")
PLAN = {
    "visit": "V1", "guide": "advocate", "role": "advocate", "respondents": ["R9"], "nation": "wales",
    "planned_at": "2026-05-12T10:00:00+01:00", "minutes": 60, "assessor": "AS2",
}  # fmt: skip


def qpm(home: Path, *arguments: object, typed: str = "") -> Result:
    return CliRunner().invoke(app, [*map(str, arguments), "--home", str(home)], input=f"{PASSPHRASE}\n{typed}\n")


@pytest.fixture(scope="module")
def lead_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("lead") / "kit"
    Kit.create(home, PASSPHRASE, assessor="LEAD", cost=CHEAP).close()
    return home


@pytest.fixture
def lead(lead_home: Path, tmp_path: Path) -> Path:
    """The home of a lead's kit, which has written its public key; the tests run beside it."""
    shutil.copytree(lead_home, tmp_path / "lead")
    assert qpm(tmp_path / "lead", "key", "--out", tmp_path / "LEAD.pub").exit_code == 0
    return tmp_path / "lead"


@pytest.fixture
def sample(lantern: Kit, tmp_path: Path) -> Path:
    """The home of a closed kit that holds the sample visit."""
    shutil.copytree(lantern.home, tmp_path / "sample", ignore=shutil.ignore_patterns("runtime", "notebooks"))
    return tmp_path / "sample"


@pytest.fixture
def submitted(sample: Path, lead: Path, tmp_path: Path) -> Path:
    done = qpm(sample, "submit", "lantern", "V1", "--to", tmp_path / "LEAD.pub", "--out", tmp_path)
    assert done.exit_code == 0, done.output
    return tmp_path / "lantern-V1-AS1-1.qpmvisit"


def other_kit(home: Path) -> Kit:
    Kit.create(home, PASSPHRASE, assessor="AS2", cost=CHEAP).close()
    return Kit.unlock(home, PASSPHRASE)


def heads(home: Path) -> tuple[str, dict[str, str]]:
    """What the journal says of itself, and the hash of its file."""
    with Kit.unlock(home, PASSPHRASE) as kit:
        head = kit.journal.head()
    return head, {"journal.qpm": hashlib.sha256((home / "journal.qpm").read_bytes()).hexdigest()}


def test_a_key_is_written_once_and_stays_the_same(lead: Path, tmp_path: Path) -> None:
    text = (tmp_path / "LEAD.pub").read_text()
    again = qpm(lead, "key", "--out", tmp_path / "again.pub")
    assert (tmp_path / "again.pub").read_text() == text
    (digits,) = NUMBERS.findall(text)
    shown = NUMBERS.findall(again.stdout)
    device, _, own = again.stdout.splitlines()
    assert device.startswith("digits of this kit's device, read out to whoever receives visits from it: ")
    assert own.startswith("digits of this key, read out to whoever submits visits to it: ")
    assert shown[1:] == [digits]
    with Kit.unlock(lead, PASSPHRASE) as kit:
        assert shown[0] == sealing.fingerprint(kit.device_id) != digits
    assert "LEAD" in text
    assert "SECRET" not in text
    taken = qpm(lead, "key", "--out", tmp_path / "LEAD.pub")
    assert isinstance(taken.exception, QpmError)
    assert taken.exception.code == "BUNDLE-011"


def test_a_visit_goes_from_kit_to_kit(submitted: Path, sample: Path, lead: Path, tmp_path: Path) -> None:
    content = submitted.read_bytes()
    assert content.startswith(b"age-encryption.org/v1\n")
    first = qpm(lead, "receive", submitted)
    assert first.exit_code == 0, first.output
    with Kit.unlock(sample, PASSPHRASE) as kit:
        entries = [entry.entry_id for entry in kit.journal.iter_entries("lantern")]
    assert f"received: lantern V1 from AS1, {len(entries)} new entries of {len(entries)}\n" in first.stdout
    assert "conflict" not in first.stdout
    second = qpm(lead, "receive", submitted, submitted)
    assert second.stdout.count(f"received: lantern V1 from AS1, 0 new entries of {len(entries)}\n") == 2
    with Kit.unlock(lead, PASSPHRASE) as kit:
        assert [entry.entry_id for entry in kit.journal.iter_entries("lantern")] == entries
        assert kit.journal.verify().ok


def test_what_was_sent_is_said_in_counts_only(sample: Path, lead: Path, tmp_path: Path) -> None:
    digits = NUMBERS.findall((tmp_path / "LEAD.pub").read_text())[0]
    with Kit.unlock(sample, PASSPHRASE) as kit:
        entries = list(kit.journal.iter_entries("lantern"))
        device = sealing.fingerprint(kit.device_id)
    for number in (1, 2):
        done = qpm(sample, "submit", "lantern", "V1", "--to", tmp_path / "LEAD.pub", "--out", tmp_path)
        assert done.stdout == (
            f"submitted: {tmp_path}/lantern-V1-AS1-{number}.qpmvisit\n"
            f"lantern V1: {len(entries)} entries, 12 interviews, 2 observations\n"
            f"sealed for the key with the digits {digits}\n"
            f"signed by this kit's device, which has the digits {device}\n"
        )
    assert not list(tmp_path.glob("*.part"))


def refusal(done: Result) -> str:
    """The one sentence, whether it ended the command or was said of one file."""
    if isinstance(done.exception, QpmError):
        return str(done.exception)
    assert done.exit_code == 2, done.output
    (said,) = [line for line in done.stderr.splitlines() if "-0" in line]
    return said


@pytest.mark.parametrize(
    ("visit", "key", "code"),
    [
        ("V1", "nowhere.pub", "BUNDLE-010"),
        ("V1", ".", "BUNDLE-010"),
        ("V1", "sample/kit.json", "BUNDLE-010"),
        ("V9", "LEAD.pub", "PLAN-001"),
        ("../V1", "LEAD.pub", "PLAN-001"),
    ],
)
def test_what_cannot_be_submitted(sample: Path, lead: Path, tmp_path: Path, visit: str, key: str, code: str) -> None:
    done = qpm(sample, "submit", "lantern", visit, "--to", tmp_path / key, "--out", tmp_path)
    assert refusal(done).startswith(code)
    assert not list(tmp_path.rglob("*.qpmvisit"))


def test_files_that_are_refused_leave_the_kit_as_it_was(submitted: Path, sample: Path, lead: Path, tmp_path: Path):
    content = submitted.read_bytes()
    files = {
        "flipped": content[:5000] + bytes([content[5000] ^ 1]) + content[5001:],
        "short": content[:-1],
        "letter": b"Dear lead",
        "empty": b"",
    }
    before = heads(lead)
    for name, bad in files.items():
        (tmp_path / f"{name}.qpmvisit").write_bytes(bad)
        assert refusal(qpm(lead, "receive", tmp_path / f"{name}.qpmvisit")).startswith(("BUNDLE-001", "BUNDLE-002"))
    os.mkfifo(tmp_path / "pipe.qpmvisit")
    for special in (tmp_path / "pipe.qpmvisit", tmp_path, Path("/dev/zero"), tmp_path / "../nothing"):
        assert refusal(qpm(lead, "receive", special)).startswith("BUNDLE-001")
    assert refusal(qpm(sample, "receive", submitted)).startswith("BUNDLE-003")
    assert heads(lead) == before
    (tmp_path / "link.qpmvisit").symlink_to(submitted)  # a link to a good file is that file
    mixed = qpm(lead, "receive", tmp_path / "short.qpmvisit", tmp_path / "link.qpmvisit")
    assert mixed.exit_code == 2
    assert "BUNDLE-002, short.qpmvisit" in mixed.stderr
    assert "received: lantern V1 from AS1" in mixed.stdout, "one bad file does not hold up the others"


def test_two_people_under_one_id_are_told_apart(submitted: Path, lead: Path, tmp_path: Path) -> None:
    qpm(lead, "receive", submitted)
    with Kit.unlock(lead, PASSPHRASE) as kit:
        profile = kit.journal.current_entry("lantern", "assessment", "profile").payload
    with other_kit(tmp_path / "other") as kit:
        kit.journal.append(Edit("lantern", "assessment", "profile", profile))  # the same twice is nothing to settle
        plan = {"title": "Visit", "starts": "2026-10-13", "ends": "2026-10-14", "sites": [], "assessors": ["AS2"]}
        kit.journal.append(Edit("lantern", "visit:V1", "plan", {**plan, "lead": "AS1"}))
        kit.journal.append(Edit("lantern", "interview:P1", "plan", PLAN))
    sent = qpm(
        tmp_path / "other", "submit", "lantern", "V1", "--to", tmp_path / "LEAD.pub", "--out", tmp_path / "b.qpmvisit"
    )
    assert sent.exit_code == 0, sent.output
    done = qpm(lead, "receive", tmp_path / "b.qpmvisit")
    assert "lantern: 2 conflicts to settle" in done.stdout
    assert "interview:P1 is two different people: AS1 and AS2 each planned one under this id." in done.stdout
    with Kit.unlock(lead, PASSPHRASE) as kit:
        plans = [group for group in kit.journal.conflicts("lantern") if group[0].subject == "interview:P1"]
        assert len(plans[0]) == 2
        assert load_interview(kit.journal, "lantern", "P1").plan.respondents == ("R9",)


def test_a_withdrawal_travels(submitted: Path, sample: Path, lead: Path, tmp_path: Path) -> None:
    from qpm_widgets.journal.withdrawing import Withdrawal
    from qpm_widgets.reports.publishing import publish
    from qpm_widgets.reports.used_interviews import seal_interviews

    qpm(lead, "receive", submitted)
    visit = {"assessment_id": "lantern", "visit_id": "V1"}
    with Kit.unlock(lead, PASSPHRASE) as kit:
        facts = {
            "parameters": visit,
            "interviews": seal_interviews(kit.journal, visit),
            "journal_heads": kit.journal.heads(),
        }
    folder, _ = publish(tmp_path / "outputs", ("lantern", "V1"), "rendered", {"report.html": b"words"}, facts)
    with Kit.unlock(sample, PASSPHRASE) as kit:
        blanked = kit.journal.erase(Withdrawal("lantern", "P2"))
    later = tmp_path / "later.qpmvisit"
    sent = qpm(sample, "submit", "lantern", "V1", "--to", tmp_path / "LEAD.pub", "--out", later)
    sealed_for, signed_by = NUMBERS.findall(sent.stdout)
    before = heads(lead)
    for typed in ("", sealed_for, signed_by[:-1]):  # a withdrawal cannot be undone: who says so must be known
        assert refusal(qpm(lead, "receive", later, typed=typed)).startswith("BUNDLE-014, later.qpmvisit: ")
    assert heads(lead) == before
    with Kit.unlock(lead, PASSPHRASE) as reading, reading.journal._snapshot("test") as snapshot:
        snapshot.exec_driver_sql("SELECT count(*) FROM entry").scalar()  # somebody reads, and is in the way
        done = qpm(lead, "receive", later, "--outputs", tmp_path / "outputs", typed=signed_by)
        assert refusal(done).startswith("CONSENT-006, ")
        assert (lead / "journal.qpm-wal").stat().st_size > 0
        snapshot.rollback()
        once_more = qpm(lead, "receive", later, "--outputs", tmp_path / "outputs")
        assert once_more.exit_code == 0, once_more.output
        assert (lead / "journal.qpm-wal").stat().st_size == 0, "the same command finishes the work"
    assert f"used it: {folder}\ndestroy: {folder / 'report.html'}\n" in done.stdout
    assert len(json.loads((folder / "erasures.json").read_text())["erasures"][0]["entries"]) == len(blanked)
    elsewhere = qpm(sample, "verify", "--report", folder)  # it has the withdrawal too, and did not render the report
    assert "rendered by another kit: this one cannot tell which of its words were erased since\n" in elsewhere.stdout
    assert "rendered by another kit" not in qpm(lead, "verify", "--report", folder).stdout
    assert f"erased by a withdrawal: {len(blanked)} entries\n" in done.stdout
    again = qpm(lead, "receive", submitted)
    assert ", 0 new entries of" in again.stdout
    with Kit.unlock(lead, PASSPHRASE) as kit:
        answers = kit.journal.iter_entries("lantern", subject="interview:P2", field_prefix="answer:")
        assert all(entry.erased for entry in answers)
        assert kit.journal.verify().ok


def submit_to(lead: Path, home: Path) -> Path:
    """What a kit submits of the sample's visit to a lead whose key is beside its home."""
    file = lead.parent / f"{home.name}.qpmvisit"
    done = qpm(home, "submit", "lantern", "V1", "--to", lead.parent / "LEAD.pub", "--out", file)
    assert done.exit_code == 0, done.output
    return file


def test_a_consent_is_restored_by_a_device_whose_digits_were_compared_only(sample, lead, tmp_path) -> None:
    field, subject = "consent:quotes.PS2", "interview:P2"

    def decide(journal: Journal, decision: str) -> None:
        seen = journal.current_entry("lantern", subject, field)
        payload = {"decision": decision, "how": "spoken"}
        journal.append(Edit("lantern", subject, field, payload, supersedes=(seen.entry_id,)))

    with Kit.unlock(sample, PASSPHRASE) as kit:
        decide(kit.journal, "withdrawn")
        decide(kit.journal, "given")
    assert qpm(lead, "receive", submit_to(lead, sample)).exit_code == 0, "a device may take back its own"
    with Kit.unlock(sample, PASSPHRASE) as kit:
        decide(kit.journal, "withdrawn")
        bundle = kit.journal.bundle_visit("lantern", "V1", kit="0.1.0", templates="0" * 64)
    with other_kit(tmp_path / "other") as kit:  # whoever made it calls themselves AS2
        kit.journal.merge(bundle)
        decide(kit.journal, "given")
        digits = sealing.fingerprint(kit.device_id)
    file = submit_to(lead, tmp_path / "other")
    before = heads(lead)
    done = qpm(lead, "receive", file)
    assert refusal(done).startswith("BUNDLE-014, other.qpmvisit: ")
    assert "the device of AS2, whose digits you have not compared, says who was met or agreed where" in done.stderr
    assert heads(lead) == before
    assert qpm(lead, "receive", file, typed=digits).exit_code == 0
    with Kit.unlock(lead, PASSPHRASE) as kit:
        assert load_interview(kit.journal, "lantern", "P2").quotes_allowed("PS2")


ROUNDABOUT = {
    "its own refusal in between": [("consent:quotes.PS2", "declined"), ("consent:quotes.PS2", "given")],
    "somebody who takes no part": [("consent:talk.PS2", "declined")],
    "another person": [("plan", "PS9"), ("consent:talk.PS9", "given"), ("consent:notes.PS9", "given")],
}


@pytest.mark.parametrize("steps", ROUNDABOUT.values(), ids=ROUNDABOUT)
def test_no_way_round_a_refusal_is_open_to_a_device_that_nobody_knows(sample, lead, tmp_path, steps) -> None:
    subject = "interview:P2"
    with Kit.unlock(sample, PASSPHRASE) as kit:
        seen = kit.journal.current_entry("lantern", subject, "consent:quotes.PS2")
        withdrawn = {"decision": "withdrawn", "how": "spoken"}
        kit.journal.append(Edit("lantern", subject, seen.field, withdrawn, supersedes=(seen.entry_id,)))
        bundle = kit.journal.bundle_visit("lantern", "V1", kit="0.1.0", templates="0" * 64)
    assert qpm(lead, "receive", submit_to(lead, sample)).exit_code == 0
    with other_kit(tmp_path / "other") as kit:
        kit.journal.merge(bundle)
        for field, said in steps:
            now = kit.journal.current_entry("lantern", subject, field)
            payload = {"decision": said, "how": "spoken"} if field != "plan" else now.payload | {"respondents": [said]}
            before = (now.entry_id,) if now else ()
            kit.journal.append(Edit("lantern", subject, field, payload, supersedes=before))
    assert refusal(qpm(lead, "receive", submit_to(lead, tmp_path / "other"))).startswith("BUNDLE-014, ")


def test_a_finding_whose_versions_go_is_replaced_by_a_known_device_only(sample, lead, tmp_path) -> None:
    from qpm_widgets.journal.withdrawing import Withdrawal
    from qpm_widgets.visits.erasures import erase_earlier_versions

    with Kit.unlock(sample, PASSPHRASE) as kit:
        signed_by = sealing.fingerprint(kit.device_id)
        kit.journal.erase(Withdrawal("lantern", "P2"))
        erase_earlier_versions(kit.journal, "lantern")
        stone = kit.journal.current("lantern", subject="visit:V1", field_prefix="erasure:finding.")[0]
        bundle = kit.journal.bundle_visit("lantern", "V1", kit="0.1.0", templates="0" * 64)
    assert qpm(lead, "receive", submit_to(lead, sample), typed=signed_by).exit_code == 0
    field = stone.field.removeprefix("erasure:").replace(".", ":", 1)
    with other_kit(tmp_path / "other") as kit:
        kit.journal.merge(bundle)
        now = kit.journal.current_entry("lantern", "visit:V1", field)
        rubbish = Edit("lantern", "visit:V1", field, now.payload | {"text": "rubbish"}, supersedes=(now.entry_id,))
        kit.journal.append(rubbish)
    assert refusal(qpm(lead, "receive", submit_to(lead, tmp_path / "other"))).startswith("BUNDLE-014, ")
    with Kit.unlock(lead, PASSPHRASE) as kit:
        assert not kit.journal.find_entries([now.entry_id])[now.entry_id].erased


def test_devices_that_are_new_and_names_that_are_not_the_senders_are_said(submitted, sample, lead) -> None:
    with Kit.unlock(sample, PASSPHRASE) as kit:
        digits = sealing.fingerprint(kit.device_id)
        others = {entry.recorded_by for entry in kit.journal.iter_entries()} - {"AS1"}
    assert others
    first = qpm(lead, "receive", submitted)
    assert f"new device of AS1: digits {digits}; have AS1 read them out to you (`qpm key`)\n" in first.stdout
    for name in others:
        assert re.search(rf"recorded on the device of AS1: \d+ new entries in the name of {name}\n", first.stdout)
    again = qpm(lead, "receive", submitted)
    assert "new device" not in again.stdout
    assert "in the name of" not in again.stdout
    # The same device, under a name that it did not have before.
    with Kit.unlock(sample, PASSPHRASE) as kit:
        kit.journal.append(Edit("lantern", "interview:P77", "plan", PLAN), recorded_by="AS7")
    third = qpm(lead, "receive", submit_to(lead, sample))
    assert f"the device with the digits {digits} now writes as AS7 too; ask AS7 whether that is right" in third.stdout


def test_what_is_passed_on_is_said_to_be(sample, lead, tmp_path) -> None:
    """From the sample's kit to another, and from there to a lead who has met neither."""
    with Kit.unlock(sample, PASSPHRASE) as kit:
        writer = sealing.fingerprint(kit.device_id)
    with other_kit(tmp_path / "other") as kit:
        passer = sealing.fingerprint(kit.device_id)
    assert qpm(tmp_path / "other", "key", "--out", tmp_path / "AS2.pub").exit_code == 0
    qpm(sample, "submit", "lantern", "V1", "--to", tmp_path / "AS2.pub", "--out", tmp_path / "to-AS2.qpmvisit")
    assert qpm(tmp_path / "other", "receive", tmp_path / "to-AS2.qpmvisit").exit_code == 0
    done = qpm(lead, "receive", submit_to(lead, tmp_path / "other"))
    assert f"new device of AS2: digits {passer}" in done.stdout
    assert re.search(rf"new device of AS1( and AS\d)*, passed on by AS2: digits {writer}", done.stdout)
    assert f"new entries in the name of AS1, from a device with digits {writer}\n" in done.stdout
    with Kit.unlock(lead, PASSPHRASE) as kit:
        assert kit.journal.verify().ok


def test_other_templates_are_said_and_refuse_nothing(submitted, lead, monkeypatch) -> None:
    from qpm_widgets.templates import load_templates

    assert "templates" not in qpm(lead, "receive", submitted).stdout
    theirs = dataclasses.replace(load_templates(), digest="0" * 64)
    monkeypatch.setattr("qpm_widgets.templates.load_templates", lambda: theirs)
    done = qpm(lead, "receive", submitted, submitted)
    assert done.exit_code == 0
    assert done.stdout.count("AS1's templates are not the same as this kit's: ") == 1


@pytest.fixture(autouse=True)
def beside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    yield


def test_an_account_of_harm_is_sent_to_its_own_command(lead, tmp_path) -> None:
    (tmp_path / "SG-7K2M4Q.qpmaccount").write_bytes(b"age-encryption.org/v1\n")
    done = qpm(lead, "receive", tmp_path / "SG-7K2M4Q.qpmaccount")
    assert isinstance(done.exception, QpmError)
    assert done.exception.code == "BUNDLE-001"
    assert "`qpm safeguarding receive`" in str(done.exception)
