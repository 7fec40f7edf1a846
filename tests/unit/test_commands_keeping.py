"""`qpm passphrase`, `lock`, `backup`, `restore`, `history` and `verify`, as a person meets them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from qpm_widgets.cli import app
from qpm_widgets.errors import QpmError
from qpm_widgets.journal import Edit, Kit
from qpm_widgets.journal.keys import KeyCost
from qpm_widgets.journal.kit_file import KitFile
from qpm_widgets.journal.references import TemplateIds, first_bad_first, missing_references
from qpm_widgets.journal.withdrawing import Withdrawal

CHEAP = KeyCost(time_cost=1, memory_kib=64, parallelism=1)
OLD, NEW = "four words are good", "five words are better still"
VISIT = {
    "title": "First visit", "starts": "2026-05-04", "ends": "2026-05-04", "sites": [], "assessors": ["AS1"],
    "lead": "AS1",
}  # fmt: skip
NOTE = "answer:O-IN-1.description"


def run(*arguments: str, typed: str = "") -> Result:
    return CliRunner().invoke(app, arguments, input=typed)


def refusal(*arguments: str, typed: str = "") -> str:
    done = run(*arguments, typed=typed)
    assert isinstance(done.exception, QpmError), done.output
    return str(done.exception)


def observed(text: str, *replaced: str, subject: str = "observation:O1", field: str = NOTE) -> Edit:
    return Edit("test", subject, field, {"text": text}, replaced)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A closed kit with one plan in its journal."""
    with Kit.create(tmp_path / "kit", OLD, assessor="AS1", cost=CHEAP) as kit:
        kit.journal.append(Edit("test", "visit:V1", "plan", VISIT))
    return tmp_path / "kit"


def test_a_passphrase_is_changed(home: Path) -> None:
    done = run("passphrase", "--home", str(home), typed=f"{OLD}\n{NEW}\n{NEW}\n")
    assert done.exit_code == 0, done.output
    assert "nothing opens it with the old one" in done.stdout
    assert "A safeguarding lead writes it with `safeguarding key`" in done.output
    with pytest.raises(QpmError, match="JOURNAL-001"):
        Kit.unlock(home, OLD)
    with Kit.unlock(home, NEW) as kit:
        assert kit.journal.verify().entries == 1


def test_a_passphrase_that_will_not_do_changes_nothing(home: Path) -> None:
    assert refusal("passphrase", "--home", str(home), typed=f"{OLD}\n{NEW}\n{NEW}x\n").startswith("JOURNAL-012, ")
    assert refusal("passphrase", "--home", str(home), typed=f"{NEW}\n{NEW}\n{NEW}\n").startswith("JOURNAL-001, ")
    with Kit.unlock(home, OLD):
        assert refusal("passphrase", "--home", str(home)).startswith("KEEP-001, ")
    assert refusal("passphrase", "--home", str(home / "nowhere")).startswith("START-002, ")
    Kit.unlock(home, OLD).close()


def test_locking_ends_the_server(home: Path) -> None:
    assert run("lock", "--home", str(home)).stdout == "The kit was not open; it is locked.\n"
    with Kit.unlock(home, OLD) as kit:
        environment = os.environ | kit.environment()
    with subprocess.Popen(
        [sys.executable, "-m", "qpm_widgets.capture.server"], env=environment, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout.readline().startswith("The kit is open at ")
        done = run("lock", "--home", str(home))
        assert (done.exit_code, done.stdout) == (0, "The kit is locked.\n")
        assert server.wait(30) == 0


@pytest.mark.parametrize("command", ["lock", "passphrase"])
def test_a_folder_that_may_only_be_read_is_called_so(home: Path, command: str) -> None:
    mark = home / "runtime" / "kit.lock"
    mark.unlink(missing_ok=True)
    mark.mkdir()  # what nobody can write to, whoever runs the tests
    said = refusal(command, "--home", str(home))
    assert said.startswith("JOURNAL-008, ")
    assert "allow writing" in said
    assert "another" not in said


def test_when_the_kit_locks_itself_can_be_set(home: Path) -> None:
    assert KitFile.read(home).lock_after == 20
    assert run("lock", "--after", "45", "--home", str(home)).exit_code == 0
    with Kit.unlock(home, OLD) as kit:
        assert kit.lock_after == 45
    for minutes in ("0", "-5", "481"):
        assert refusal("lock", "--after", minutes, "--home", str(home)).startswith("KEEP-009, ")


def test_a_backup_makes_a_kit_again_with_its_pages(lantern_copy: Kit, tmp_path: Path) -> None:
    words = "a test passphrase of many words\n"
    file, new = tmp_path / "stick.qpmbackup", tmp_path / "new"
    done = run("backup", str(file), "--home", str(lantern_copy.home), typed=words)
    assert (done.exit_code, done.stdout) == (0, f"backup: {file}\n")
    assert refusal("restore", str(file), "--home", str(lantern_copy.home)).startswith("KEEP-003, ")
    restored = run("restore", str(file), "--home", str(new), typed=words)
    assert restored.exit_code == 0, restored.output
    assert restored.stdout.startswith(f"restored: {new}, ")
    pages = sorted(path.relative_to(lantern_copy.notebooks) for path in lantern_copy.notebooks.rglob("*/*.ipynb"))
    assert sorted(path.relative_to(new / "notebooks") for path in (new / "notebooks").rglob("*/*.ipynb")) == pages
    checked = run("verify", "--home", str(new), typed=words)
    assert checked.exit_code == 0, checked.output
    assert lantern_copy.journal.head() in checked.stdout
    (broken := tmp_path / "broken").write_bytes(file.read_bytes()[:-100])
    assert refusal("restore", str(broken), "--home", str(tmp_path / "third")).startswith("KEEP-002, ")
    assert not (tmp_path / "third").exists()


def test_a_history_says_who_wrote_what_and_what_it_replaced(home: Path) -> None:
    with Kit.unlock(home, OLD) as kit:
        first = kit.journal.append(observed("first words")).entry_id
        second = kit.journal.append(observed("second words", first), recorded_by="AS2").entry_id
        kit.journal.append(observed("of another", subject="observation:O2"))
        kit.journal.append(observed("elsewhere", field="answer:O-IN-2.description"))
    done = run("history", "test", "observation:O1", NOTE, "--home", str(home), typed=f"{OLD}\n")
    assert done.exit_code == 0, done.output
    lines = [line.strip() for line in done.stdout.splitlines()]
    assert lines[0].startswith("test observation:O1: 2 entries in 1 field, ")
    assert lines[0].endswith(", by AS1, AS2")
    assert lines[1] == NOTE
    assert lines[2].endswith(f"UTC by AS1, replaced since: {first}")
    assert "text: first words" in lines
    second_one = next(place for place, line in enumerate(lines) if line.endswith(f"UTC by AS2, current: {second}"))
    assert lines[second_one + 1] == f"replaces {first}"
    assert "text: second words" in lines[second_one:]
    assert not [line for line in lines if "elsewhere" in line or "of another" in line]
    everything = run("history", "test", "observation:O1", "--home", str(home), typed=f"{OLD}\n").stdout
    assert "elsewhere" in everything
    assert "of another" not in everything
    for typed, remedy in (
        (("observation:O1", "answer:O-IN"), "This assessment has assessment, visit:V1."),
        (("visit:V1", "nothing"), "Write the field as in the lead's report"),
    ):
        unknown = refusal("history", "test", *typed, "--home", str(home), typed=f"{OLD}\n")
        assert unknown.startswith("KEEP-008, ") and remedy in unknown


def test_a_subject_may_be_named_by_its_id_alone_and_in_any_case(home: Path) -> None:
    with Kit.unlock(home, OLD) as kit:
        kit.journal.append(Edit("test", "visit:v2", "plan", VISIT))
        kit.journal.append(Edit("test", "visit:V2", "plan", VISIT))
    for typed in ("visit:V1", "V1", "v1", "VISIT:v1"):
        done = run("history", "test", typed, "--home", str(home), typed=f"{OLD}\n")
        assert done.stdout.startswith("test visit:V1: 1 entry in 1 field, "), done.output
    assert run("history", "test", "V2", "--home", str(home), typed=f"{OLD}\n").stdout.startswith("test visit:V2: ")
    unclear = refusal("history", "test", "VISIT:v2", "--home", str(home), typed=f"{OLD}\n")
    assert "Write it as visit:V2, visit:v2." in unclear


def test_a_history_marks_conflicts_and_what_was_erased(home: Path) -> None:
    with Kit.unlock(home, OLD) as kit:
        ids = [kit.journal.append(observed(f"side {number}")).entry_id for number in range(2)]
        with kit.journal._transaction("test") as execute:
            execute("UPDATE entry SET payload = NULL, salt = NULL WHERE entry_id = :id", {"id": ids[0]})
    said = run("history", "test", "observation:O1", "--home", str(home), typed=f"{OLD}\n").stdout
    assert "CONFLICT: 2 entries stand side by side" in said
    assert all(f"in conflict: {entry_id}" in said for entry_id in ids)
    assert "    erased, and there is no record of it\n" in said
    assert "side 0" not in said
    assert "side 1" in said


def test_an_erasure_says_in_a_history_who_made_it(home: Path) -> None:
    plan = {
        "visit": "V1", "guide": "observation", "nation": "wales", "planned_at": "2026-05-04T10:00:00+01:00",
        "minutes": 30, "assessor": "AS1",
    }  # fmt: skip
    with Kit.unlock(home, OLD) as kit:
        kit.journal.append(Edit("test", "observation:O1", "plan", plan))
        kit.journal.append(observed("words"))
        kit.journal.erase(Withdrawal("test", "O1", reason="objection", kind="observation"), recorded_by="LEAD")
    said = run("history", "test", "observation:O1", NOTE, "--home", str(home), typed=f"{OLD}\n").stdout
    assert "1 of them erased" in said.splitlines()[0]
    assert "UTC by LEAD (objection), entry " in said
    assert (
        "erased: 1 entry, all covered by 1 record of an erasure\n"
        in run("verify", "--home", str(home), typed=f"{OLD}\n").stdout
    )


def test_a_history_sends_no_control_characters_to_the_terminal(home: Path) -> None:
    with Kit.unlock(home, OLD) as kit:
        kit.journal.append(observed("\x1b]0;title\x07 [red]x[/red]"))
    said = run("history", "test", "observation:O1", "--home", str(home), typed=f"{OLD}\n").stdout
    assert "\x1b" not in said
    assert "[red]x[/red]" in said


def test_verify_names_the_first_bad_entry_first(home: Path) -> None:
    with Kit.unlock(home, OLD) as kit:
        ids = [kit.journal.append(observed(f"note {number}")).entry_id for number in range(3)]
        with kit.journal._transaction("test") as execute:
            execute("DROP TRIGGER entry_only_blanks")
            execute("UPDATE entry SET recorded_by = 'ZZ' WHERE entry_id = :id", {"id": ids[1]})
            execute("DROP TRIGGER entry_stays")
    done = run("verify", "--home", str(home), typed=f"{OLD}\n")
    assert isinstance(done.exception, QpmError)
    assert done.stdout.splitlines()[0].startswith(f"{ids[1]}: ")
    assert "trigger entry_stays: missing" in done.stdout


def test_faults_are_put_in_order_and_none_is_lost() -> None:
    early, late = "018f0000-0000-7000-8000-000000000001", "018f0000-0000-7000-8000-000000000002"
    faults = ["trigger x: missing", f"{late}: one", f"{early}: one", f"{late}: two", f"{early}: two"]
    assert first_bad_first(faults) == [f"{early}: one", f"{early}: two", faults[0], f"{late}: one", f"{late}: two"]
    assert first_bad_first(["file: a", "mark b"]) == ["file: a", "mark b"]
    assert first_bad_first([]) == []


def test_verify_names_what_the_templates_do_not_have(home: Path) -> None:
    plan = {
        "visit": "V1", "guide": "no_such_guide", "nation": "wales", "planned_at": "2026-05-12T10:00:00+01:00",
        "minutes": 60, "assessor": "AS1",
    }  # fmt: skip
    with Kit.unlock(home, OLD) as kit:
        entry_id = kit.journal.append(Edit("test", "observation:O1", "plan", plan)).entry_id
    done = run("verify", "--home", str(home), typed=f"{OLD}\n")
    assert str(done.exception).startswith("KEEP-006, ")
    assert f"{entry_id}: observation:O1 plan names the guide no_such_guide, which" in done.stdout


def test_every_kind_of_reference_is_looked_up(lantern: Kit) -> None:
    entries = lantern.journal.current("lantern")
    none = TemplateIds((), (), (), (), (), ())
    lines = missing_references(entries, none)
    kinds = ("standards", "guide", "role", "standard", "indicator", "rating level")
    assert all(any(f" names the {kind} " in line for line in lines) for kind in kinds)


def test_repair_says_what_it_made_again(home: Path) -> None:
    def repaired(answer: str = "", status: int = 0) -> list[str]:
        done = run("repair", "--home", str(home), typed=f"{OLD}\n{answer}\n")
        assert done.exit_code == status, done.output
        return done.stdout.splitlines()

    pages = home / "notebooks" / "test" / "V1"
    assert repaired() == [
        "was missing, made again: test/V1/plan.ipynb",
        "was missing, made again: test/V1/debrief.ipynb",
    ]
    assert repaired() == ["Every page is as it should be."]
    (pages / "plan.ipynb").write_text("{}", encoding="utf-8")
    (home / "notebooks" / "desk.ipynb").unlink()
    (pages / "debrief.ipynb").rename(pages / "mine.ipynb")
    assert repaired("no", status=1) == [], "it may hold what somebody typed"
    assert (pages / "plan.ipynb").read_text(encoding="utf-8") == "{}"
    assert repaired("yes") == [
        "was missing, made again: test/V1/debrief.ipynb",
        "was changed, made again: test/V1/plan.ipynb",
        "left alone, not one of the kit's pages: test/V1/mine.ipynb",
    ]
    assert (home / "notebooks" / "desk.ipynb").exists()
