"""The `qpm` command as a person meets it: sentences, exit statuses, no tracebacks."""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from qpm_widgets import cli
from qpm_widgets.errors import QpmError, Said
from qpm_widgets.journal import Edit, Kit
from qpm_widgets.journal.keys import KeyCost

CHEAP = KeyCost(time_cost=1, memory_kib=64, parallelism=1)
VISIT = {
    "title": "First visit", "starts": "2026-05-04", "ends": "2026-05-04", "sites": [], "assessors": ["AS1"],
    "lead": "AS1",
}  # fmt: skip


def run(*arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "qpm_widgets", *arguments],
        input=typed,
        capture_output=True,
        text=True,
        check=False,
    )


def fault(done: subprocess.CompletedProcess[str]) -> str:
    """What was said after the questions, which a pipe gets to see too."""
    return "\n".join(line for line in done.stderr.splitlines() if not line.endswith(":"))


def test_checking_the_shipped_templates_finds_nothing():
    done = run("templates", "check")
    *notes, last = done.stdout.splitlines()
    assert (done.returncode, last) == (0, "no faults")
    assert all(note.startswith("Note: ") for note in notes)


def test_a_broken_template_is_one_line_and_status_2(tmp_path: Path):
    (tmp_path / "scheme.yaml").write_text("roles: [unclosed", encoding="utf-8")
    done = run("templates", "check", str(tmp_path))
    assert done.returncode == 2
    assert sum(line.startswith("TEMPLATE-003, scheme.yaml") for line in done.stdout.splitlines()) == 1
    assert "Traceback" not in done.stdout + done.stderr


def test_a_missing_kit_is_one_sentence(tmp_path: Path):
    done = run("verify", "--home", str(tmp_path / "nowhere"))
    assert done.returncode == 2
    assert done.stderr.startswith("START-002, ")
    assert len(done.stderr.splitlines()) == 1


def test_an_unexpected_fault_names_its_place_and_never_quotes_its_words(monkeypatch, capsys):
    def stumble(**_):
        raise ValueError("she said the ward is cold")

    monkeypatch.setattr(cli, "app", stumble)
    with pytest.raises(SystemExit) as stopped:
        cli.main()
    assert stopped.value.code == 1
    said = capsys.readouterr().err
    assert "ValueError" in said
    assert "cold" not in said
    assert "Traceback" not in said


def test_an_error_says_code_place_fault_and_remedy():
    error = QpmError("PLAN-003", "assessment x", Said("Do this."))
    assert str(error) == "PLAN-003, assessment x: the assessment is not in this kit. Do this."


def test_a_kit_is_set_up_from_a_plan_and_then_verifies(tmp_path: Path):
    home = str(tmp_path / "kit")
    sample = str(cli.CHECKOUT / "site_visit_templates" / "samples" / "lantern")
    planned = run("plan", sample, "--home", home, typed="AS1\nfour words are good\nfour words are good\n")
    assert planned.returncode == 0
    assert planned.stdout.splitlines() == [
        "recorded: lantern, 1 visit",
        "planned: lantern V1, 16 pages",
        "10 of 15 sampling rules met",
        "  Manager of mental capacity advocacy: not in the plan yet",
        "  Manager of the hospital team: not in the plan yet",
        "  Manager of the Wales team: not in the plan yet",
        "  Senior leaders: 0 of 1",
        "  Involvement board: nobody from it yet",
    ]
    verified = run("verify", "--home", home, typed="four words are good\n")
    assert verified.returncode == 0
    assert re.fullmatch(
        r"\d+ entries of 1 device: sound\n"
        r"restricted store: 0 accounts of harm in 0 entries, 0 handover notes: sound\n"
        r"state of the journal: [0-9a-f]{64}\n",
        verified.stdout,
    )
    refused = run("verify", "--home", home, typed="five words are no good\n")
    assert refused.returncode == 2
    assert fault(refused).startswith("JOURNAL-001, ")
    assert len(fault(refused).splitlines()) == 1


@pytest.mark.parametrize("typed", ["AS1\nshort\nshort\n", "AS1\nfour words are good\nfour words are food\n"])
def test_a_passphrase_that_will_not_do_sets_up_nothing(tmp_path: Path, typed: str):
    done = run("start", "--home", str(tmp_path / "kit"), typed=typed)
    assert done.returncode == 2
    assert "JOURNAL-012, passphrase" in done.stderr
    assert not (tmp_path / "kit").exists()


def test_a_lost_kit_file_is_told_from_a_kit_that_never_was(tmp_path: Path):
    home = tmp_path / "kit"
    Kit.create(home, "four words are good", assessor="AS1", cost=CHEAP).close()
    (home / "kit.json").rename(tmp_path / "kit.json")
    for command in ("verify", "start"):
        done = run(command, "--home", str(home), typed="four words are good\n")
        assert done.returncode == 2
        assert "kit.json" in done.stderr
        assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["visit_reprot", "lantern", "V1"], "REPORT-004, visit_reprot.ipynb: "),
        (["visit_report", "lantern", "V1", "--edition", "board"], "edition"),
        (["visit_report", "lantern", "V1", "--format", "odt"], "REPORT-001, format odt: "),
    ],
)
def test_a_request_that_cannot_be_met_is_refused_before_the_passphrase(tmp_path: Path, arguments, said):
    done = run("render", *arguments, "--home", str(tmp_path / "nowhere"), "--outputs", str(tmp_path))
    assert done.returncode == 2
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_an_unknown_visit_is_refused_before_anything_runs(tmp_path: Path):
    home = tmp_path / "kit"
    Kit.create(home, "four words are good", assessor="AS1", cost=CHEAP).close()
    outputs = tmp_path / "outputs"
    done = run(
        "render", "visit_report", "lantern", "V9", "--home", str(home), "--outputs", str(outputs),
        typed="four words are good\n",
    )  # fmt: skip
    assert done.returncode == 2
    assert fault(done).startswith("PLAN-001, visit V9 of lantern")
    assert not list(outputs.iterdir())


def test_an_entry_is_shown_to_whoever_has_the_passphrase(tmp_path: Path):
    home = tmp_path / "kit"
    with Kit.create(home, "four words are good", assessor="AS1", cost=CHEAP) as kit:
        entry_id = kit.journal.append(Edit("test", "visit:V1", "plan", VISIT)).entry_id
    done = run("show", entry_id, "--home", str(home), typed="four words are good\n")
    assert done.returncode == 0
    assert done.stdout.startswith("test visit:V1 plan\nrecorded ")
    assert "title: First visit" in done.stdout.splitlines()
    unknown = run("show", entry_id[:-1], "--home", str(home), typed="four words are good\n")
    assert (unknown.returncode, fault(unknown)[:11]) == (2, "JOURNAL-016")


def test_the_demonstration_removes_nothing_that_it_did_not_make(tmp_path: Path):
    letter = tmp_path / "demo" / "letter.txt"
    letter.parent.mkdir()
    letter.write_text("mine", encoding="utf-8")
    done = run("demo", "--no-browser", "--outputs", str(tmp_path))
    assert (done.returncode, done.stderr[:9]) == (2, "START-003")
    assert letter.read_text(encoding="utf-8") == "mine"


@pytest.fixture
def closed_kit(tmp_path: Path) -> str:
    Kit.create(tmp_path / "kit", "four words are good", assessor="AS1", cost=CHEAP).close()
    return str(tmp_path / "kit")


@pytest.mark.skipif(os.name == "nt", reason="the shell of Unix closes and redirects it")
@pytest.mark.parametrize("redirection", ["</dev/null", "<&-"])
@pytest.mark.parametrize("command", ["verify", "passphrase", "start"])
def test_input_that_is_closed_or_empty_is_one_sentence(closed_kit: str, command: str, redirection: str):
    asked = (
        [command, "--home", closed_kit]
        if command != "start"
        else [command, "--ask-here", "--home", f"{closed_kit}/new"]
    )
    line = f"{shlex.join([sys.executable, '-m', 'qpm_widgets', *asked])} {redirection}"
    done = subprocess.run(["sh", "-c", line], capture_output=True, text=True, check=False)
    assert done.returncode == 2, done.stderr
    assert fault(done).splitlines()[-1].startswith("START-005, ")
    assert "Something went wrong" not in done.stderr
    assert not Path(closed_kit, "new").exists()


@pytest.mark.skipif(os.name == "nt", reason="the shell of Unix closes and redirects it")
@pytest.mark.parametrize("redirection", [">&-", "| head -0"])
def test_output_that_nobody_reads_brings_no_traceback(closed_kit: str, redirection: str):
    line = f"{shlex.join([sys.executable, '-m', 'qpm_widgets', 'verify', '--home', closed_kit])} {redirection}"
    done = subprocess.run(
        ["sh", "-c", line], input="four words are good\n", capture_output=True, text=True, check=False
    )
    assert "Traceback" not in done.stderr
    assert "Something went wrong" not in done.stderr
    assert "Error" not in done.stderr


@pytest.mark.skipif(os.name == "nt", reason="signals as Unix has them")
@pytest.mark.parametrize(("options", "shown"), [((), "Passphrase:"), (("-X", "importtime"), "click.core")])
def test_ctrl_c_ends_it_at_once_without_a_traceback(closed_kit: str, options: tuple[str, ...], shown: str):
    with subprocess.Popen(
        [sys.executable, *options, "-m", "qpm_widgets", "verify", "--home", closed_kit],
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    ) as job:  # fmt: skip
        assert any(shown in line for line in job.stderr)
        job.send_signal(signal.SIGINT)
        rest = job.stderr.read()
    assert job.returncode == 130
    assert "Traceback" not in rest
    assert "KeyboardInterrupt" not in rest


@pytest.mark.parametrize(("called", "named"), [("/usr/bin/qpm", "`qpm start`"), ("kit.py", "`python kit.py start`")])
def test_remedies_name_the_program_as_it_was_called(tmp_path: Path, monkeypatch, capsys, called: str, named: str):
    monkeypatch.setattr("sys.argv", [called, "verify", "--home", str(tmp_path / "none")])
    with pytest.raises(SystemExit):
        cli.main()
    assert named in capsys.readouterr().err
