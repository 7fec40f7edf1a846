"""`qpm key`, `qpm submit` and `qpm receive`, as two people with a kit each use them."""

from __future__ import annotations

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
from qpm_widgets.journal import Edit, Kit
from qpm_widgets.journal.keys import KeyCost
from qpm_widgets.visits import load_interview

PASSPHRASE = "a test passphrase of many words"  # the sample kit's, as in tests/conftest.py
CHEAP = KeyCost(time_cost=1, memory_kib=64, parallelism=1)
PLAN = {
    "visit": "V1", "guide": "advocate", "role": "advocate", "respondents": ["R9"], "nation": "wales",
    "planned_at": "2026-05-12T10:00:00+01:00", "minutes": 60, "assessor": "AS2",
}  # fmt: skip


def qpm(home: Path, *arguments: object) -> Result:
    return CliRunner().invoke(app, [*map(str, arguments), "--home", str(home)], input=f"{PASSPHRASE}\n")


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
    (numbers,) = re.findall(r"\d{4} \d{4} \d{4} \d{4} \d{4}", text)
    assert numbers in again.stdout
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
    numbers = re.findall(r"\d{4} \d{4} \d{4} \d{4} \d{4}", (tmp_path / "LEAD.pub").read_text())[0]
    with Kit.unlock(sample, PASSPHRASE) as kit:
        entries = list(kit.journal.iter_entries("lantern"))
    for number in (1, 2):
        done = qpm(sample, "submit", "lantern", "V1", "--to", tmp_path / "LEAD.pub", "--out", tmp_path)
        assert done.stdout == (
            f"submitted: {tmp_path}/lantern-V1-AS1-{number}.qpmvisit\n"
            f"lantern V1: {len(entries)} entries, 12 interviews, 2 observations\n"
            f"sealed for the key with the numbers {numbers}\n"
        )
    assert not list(tmp_path.glob("*.part"))


def refusal(done: Result) -> str:
    """The one sentence, whether it ended the command or was said of one file."""
    if isinstance(done.exception, QpmError):
        return str(done.exception)
    assert done.exit_code == 2, done.output
    (said,) = [line for line in done.stderr.splitlines() if not line.endswith(":")]
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
    qpm(sample, "submit", "lantern", "V1", "--to", tmp_path / "LEAD.pub", "--out", later)
    done = qpm(lead, "receive", later, "--outputs", tmp_path / "outputs")
    assert f"used it: {folder}\ndestroy: {folder / 'report.html'}\n" in done.stdout
    assert len(json.loads((folder / "erasures.json").read_text())["erasures"][0]["entries"]) == len(blanked)
    assert f"erased by a withdrawal: {len(blanked)} entries\n" in done.stdout
    again = qpm(lead, "receive", submitted)
    assert ", 0 new entries of" in again.stdout
    with Kit.unlock(lead, PASSPHRASE) as kit:
        answers = kit.journal.iter_entries("lantern", subject="interview:P2", field_prefix="answer:")
        assert all(entry.erased for entry in answers)
        assert kit.journal.verify().ok


@pytest.fixture(autouse=True)
def beside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    yield
