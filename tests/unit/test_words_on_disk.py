"""No word lies about after a command: not in the kit, not at home, not among temporary files, also if it was killed.

Each command is a process of its own, whose every folder lies below one. Reports are what a person chose to have, in
a folder of their own; while one is being made, that folder is searched too.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from canary_search import files_holding, find_no_canary

from qpm_widgets.journal import Edit, Kit, sealing
from qpm_widgets.journal.keys import KeyCost

CANARY = "canary-Xw3-blue-finch"
PASSPHRASE = "a test passphrase of many words"  # the sample kit's, as in tests/conftest.py
ENTRY = "interview:P2", "answer:P-CP-1.note"
CHEAP = KeyCost(time_cost=1, memory_kib=64, parallelism=1)


class Laptop:
    """Two kits with the sample visit, one of them with the canary in it, and all that commands may write to."""

    def __init__(self, folder: Path, sample: Path) -> None:
        self.folder, self.kit, self.outputs = folder / "laptop", folder / "laptop" / "home" / "kit", folder / "outputs"
        for name in ("home", "temp", "run"):
            (self.folder / name).mkdir(parents=True)
        (self.folder / "run").chmod(0o700)
        places = {
            "HOME": "home", "USERPROFILE": "home", "APPDATA": "home", "TMPDIR": "temp", "TEMP": "temp", "TMP": "temp",
            "XDG_RUNTIME_DIR": "run",
        }  # fmt: skip
        self.environment = {key: value for key, value in os.environ.items() if not key.startswith("XDG_")}
        self.environment |= {key: str(self.folder / value) for key, value in places.items()}
        sample.rename(self.kit)
        with Kit.unlock(self.kit, PASSPHRASE) as kit:
            current = kit.journal.current_entry("lantern", *ENTRY)
            replaced = () if current is None else (current.entry_id,)
            edit = Edit("lantern", *ENTRY, {"text": f"She said {CANARY}, twice."}, supersedes=replaced)
            kit.journal.append(edit)
            self.entry_id = edit.entry_id

    def begin(self, *arguments: object, home: Path | None = None) -> subprocess.Popen[str]:
        """A command that is asked for, and not yet given its passphrase."""
        command = [sys.executable, "-m", "qpm_widgets", *map(str, arguments), "--home", str(home or self.kit)]
        pipe = subprocess.PIPE
        return subprocess.Popen(
            command, env=self.environment, cwd=self.folder, stdin=pipe, stdout=pipe, stderr=pipe, text=True
        )

    def run(self, *arguments: object, typed: str = PASSPHRASE, home: Path | None = None) -> str:
        """What a command says; afterwards nothing lies about."""
        out, err = self.begin(*arguments, home=home).communicate(f"{typed}\n", timeout=120)
        self.search(" ".join(map(str, arguments)))
        return out + err

    def search(self, when: str, also: Path | None = None) -> None:
        """No file has the canary."""
        for folder in (self.folder, also):
            if folder is not None and folder.exists():
                find_no_canary(folder, CANARY, when)


@pytest.fixture
def laptop(lantern_copy: Kit, tmp_path: Path) -> Laptop:
    lantern_copy.close()
    return Laptop(tmp_path, lantern_copy.home)


def test_after_commands(laptop: Laptop, tmp_path: Path) -> None:
    """What a person wrote into files is theirs, and lies elsewhere; the journal has it, and ``show`` shows it."""
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "names.txt").write_text(f"Mair {CANARY}\n")
    profile = (Path(__file__).parents[2] / "site_visit_templates/samples/lantern/assessment.yaml").read_text()
    (theirs / "assessment.yaml").write_text(profile.replace("Lantern Advocacy", f"{CANARY} Advocacy", 1))
    visit = (Path(__file__).parents[2] / "site_visit_templates/samples/lantern/visit.yaml").read_text()
    (theirs / "visit.yaml").write_text(visit)
    assert CANARY in laptop.run("show", laptop.entry_id)
    assert CANARY in laptop.run("history", "lantern", "interview:P2")
    assert "1 name" in laptop.run("names", "lantern", "V1", "--from", theirs / "names.txt")
    assert "recorded: lantern" in laptop.run("plan", theirs)
    assert "JOURNAL-001" in laptop.run("verify", typed=CANARY)
    assert "BUNDLE-010" in laptop.run("submit", "lantern", "V1", "--to", theirs / "names.txt")
    assert "JOURNAL-016" in laptop.run("show", CANARY)
    assert "backup: " in laptop.run("backup", laptop.folder / "stick.qpmbackup")
    done = laptop.run("withdraw", "lantern", "P2", "--outputs", laptop.folder / "outputs", typed=f"{PASSPHRASE}\nP2")
    assert "erased: lantern interview:P2" in done
    assert CANARY not in laptop.run("show", laptop.entry_id)


def test_after_a_render_that_was_killed(laptop: Laptop) -> None:
    """At several moments of its notebook's run. The process that runs it, and has the kit's key, ends as well."""
    wanted = ("render", "visit_report", "lantern", "V1", "--edition", "lead", "--outputs", laptop.outputs)
    for seconds in (0.5, 1.5):
        rendering = laptop.begin(*wanted)
        assert rendering.stdin is not None
        rendering.stdin.write(f"{PASSPHRASE}\n")
        rendering.stdin.flush()
        kernels = await_kernels(rendering)
        time.sleep(seconds)
        rendering.kill()
        rendering.communicate()
        _, alive = psutil.wait_procs(kernels, timeout=20)
        assert alive == []
        if rendering.returncode == 0:  # a fast machine: it was done by itself
            break
        laptop.search(f"killed {seconds} seconds after the notebook opened the kit", laptop.outputs)
        assert [path for path in laptop.outputs.rglob("*") if path.is_file()] == []
    said = laptop.run(*wanted, "--format", "html")
    assert "report: " in said
    assert files_holding(laptop.outputs, CANARY) != [], "a report that is finished has it"


def await_kernels(rendering: subprocess.Popen[str]) -> list[psutil.Process]:
    """The process that a notebook runs in, once it has opened the kit."""
    for _ in range(1200):
        assert rendering.poll() is None, rendering.stderr and rendering.stderr.read()
        with suppress(psutil.NoSuchProcess):  # others come and go meanwhile
            found = psutil.Process(rendering.pid).children(recursive=True)
            kernels = [one for one in found if "ipykernel_launcher" in " ".join(one.cmdline())]
            if any(file.path.endswith("journal.qpm") for one in kernels for file in one.open_files()):
                return kernels
        time.sleep(0.05)
    raise AssertionError("no notebook was run")


def test_after_receiving_that_was_killed(laptop: Laptop, tmp_path: Path) -> None:
    """As soon as the receiver's journal is written to; all of the visit is there afterwards, or nothing."""
    lead = laptop.folder / "home" / "lead"
    with Kit.create(lead, PASSPHRASE, assessor="LEAD", cost=CHEAP) as kit:
        kit.journal.secret(sealing.IDENTITY, sealing.make_identity)
    laptop.run("key", "--out", tmp_path / "LEAD.pub", home=lead)
    laptop.run("submit", "lantern", "V1", "--to", tmp_path / "LEAD.pub", "--out", tmp_path / "sent.qpmvisit")
    with Kit.unlock(laptop.kit, PASSPHRASE) as kit:
        sent = sum(1 for _ in kit.journal.iter_entries("lantern"))
    found = set()
    for size in (0, 1, 100_000):
        receiving = laptop.begin("receive", tmp_path / "sent.qpmvisit", "--outputs", laptop.outputs, home=lead)
        assert receiving.stdin is not None
        receiving.stdin.write(f"{PASSPHRASE}\n")
        receiving.stdin.flush()
        log = lead / "journal.qpm-wal"
        while receiving.poll() is None and not (log.exists() and log.stat().st_size > size):
            time.sleep(0.0005)
        receiving.kill()
        receiving.communicate()
        laptop.search(f"killed when the log had {size} bytes", laptop.outputs)
        with Kit.unlock(lead, PASSPHRASE) as kit:
            assert kit.journal.verify().ok
            found.add(sum(1 for _ in kit.journal.iter_entries("lantern")))
    assert found <= {0, sent}
    assert "received: lantern V1" in laptop.run("receive", tmp_path / "sent.qpmvisit", home=lead)
