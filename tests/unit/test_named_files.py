"""Files and folders that a person names: whatever is wrong with one is one coded sentence, and nothing waits for it."""

from __future__ import annotations

import io
import os
import re
import sys
from pathlib import Path

import pytest

from qpm_widgets import cli
from qpm_widgets.errors import QpmError
from qpm_widgets.journal import Edit, Kit, bundles, new_entry_id, sealing
from qpm_widgets.journal.keys import KeyCost

CHEAP = KeyCost(time_cost=1, memory_kib=64, parallelism=1)
PASSPHRASE = "four words are good"
PLAN = {
    "title": "First visit", "starts": "2026-05-04", "ends": "2026-05-04", "sites": [], "assessors": ["AS1"],
    "lead": "AS1",
}  # fmt: skip
VISIT = ("lantern", "V1")

READ = {
    "restore": ("restore", "NAMED", "--home", "NEW"),
    "names": ("names", *VISIT, "--from", "NAMED"),
    "receive": ("receive", "NAMED"),
    "submit --to": ("submit", *VISIT, "--to", "NAMED"),
    "plan": ("plan", "NAMED"),
    "templates check": ("templates", "check", "NAMED"),
    "safeguarding receive": ("safeguarding", "receive", "NAMED"),
    "safeguarding send --to": ("safeguarding", "send", "SG-1", "--to", "NAMED"),
    "verify --report": ("verify", "--report", "NAMED"),
    "home": ("verify", "--home", "NAMED"),
    "home, locked": ("lock", "--home", "NAMED"),
}
WRITTEN = {
    "backup": ("backup", "NAMED"),
    "key --out": ("key", "--out", "NAMED"),
    "submit --out": ("submit", *VISIT, "--to", "KEY", "--out", "NAMED"),
    "safeguarding key --out": ("safeguarding", "key", "--out", "NAMED"),
    "safeguarding send --out": ("safeguarding", "send", "SG-1", "--to", "SAFE", "--out", "NAMED"),
    "safeguarding sheet --out": ("safeguarding", "sheet", "SG-1", "--out", "NAMED"),
}
FOLDERS = {
    "render --outputs": ("render", "visit_report", *VISIT, "--outputs", "NAMED"),
    "demo --outputs": ("demo", "--no-browser", "--outputs", "NAMED"),
    "receive --outputs": ("receive", "BUNDLE", "--outputs", "NAMED"),
    "withdraw --outputs": ("withdraw", "lantern", "A1", "--yes", "--outputs", "NAMED"),
    "retention --outputs": ("retention", "--outputs", "NAMED"),
}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a kit, one thing of each kind that is no file or no folder, and a key."""
    place = tmp_path_factory.mktemp("named")
    with Kit.create(place / "kit", PASSPHRASE, assessor="AS1", cost=CHEAP) as kit:
        kit.journal.append(Edit("lantern", "visit:V1", "plan", PLAN))
        kit.safeguarding.record("lantern", "interview:A1", "SG-1.1", {"said": "words"}, entry_id=new_entry_id())
        safe = sealing.public_key_text(kit.safeguarding.public_key, "SL1", "safeguarding")
    os.mkfifo(place / "pipe")
    (place / "file").write_text("words\n", encoding="utf-8")
    (place / "folder").mkdir()
    (place / "holds pipes").mkdir()
    os.mkfifo(place / "holds pipes" / "manifest.json")
    os.mkfifo(place / "holds pipes" / "demo")
    (place / "loop").symlink_to(place / "loop")
    public_key = sealing.public_key_of(sealing.make_identity())
    (place / "LEAD.pub").write_text(sealing.public_key_text(public_key, "LEAD"), encoding="utf-8")
    (place / "SAFE.pub").write_text(safe, encoding="utf-8")
    return place


def named(place: Path, kind: str) -> str:
    return {
        "a device": "/dev/null",
        "a long name": f"{place}/{'n' * 300}",
        "unreadable": "/proc/self/mem",
        "below a file": f"{place}/file/below",
        "in no folder": f"{place}/nowhere/below",
        "a name too long for a part": f"{place}/{'n' * 245}",
        "here": ".",
        "the root": "/",
    }.get(kind, f"{place}/{kind}")


def said(arguments: tuple[str, ...], monkeypatch, capsys) -> tuple[int, str]:
    """What the command line answers, less what it asks."""
    monkeypatch.setattr(sys, "argv", ["qpm", *arguments])
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{PASSPHRASE}\n"))
    with pytest.raises(SystemExit) as ended:
        cli.main()
    told = capsys.readouterr()
    lines = [line for line in (told.out + told.err).splitlines() if not line.endswith(":")]
    return ended.value.code, "\n".join(lines)


def check(arguments: tuple[str, ...], kind: str, place: Path, tmp_path: Path, monkeypatch, capsys) -> None:
    monkeypatch.chdir(tmp_path)
    values = {"NAMED": named(place, kind), "NEW": str(tmp_path / "new"), "KEY": str(place / "LEAD.pub")}
    values |= {"SAFE": str(place / "SAFE.pub")}
    filled = tuple(values.get(one, one) for one in arguments)
    if "--home" not in filled and filled[0] not in ("templates", "demo"):
        filled += ("--home", str(place / "kit"))
    status, words = said(filled, monkeypatch, capsys)
    assert status == 2, words
    assert "Something went wrong" not in words
    assert re.search(r"^[A-Z]+-\d{3}, ", words, re.MULTILINE), words
    assert not [one for one in tmp_path.rglob("*") if one.is_file()]


@pytest.mark.timeout(60, func_only=True)
@pytest.mark.parametrize(
    "kind",
    ["pipe", "a device", "folder", "holds pipes", "missing", "unreadable", "loop", "a long name", "below a file"],
)
@pytest.mark.parametrize("command", READ)
def test_what_cannot_be_read(command, kind, place, tmp_path, monkeypatch, capsys) -> None:
    check(READ[command], kind, place, tmp_path, monkeypatch, capsys)


@pytest.mark.timeout(60, func_only=True)
@pytest.mark.parametrize(
    "kind",
    [
        "pipe",
        "a device",
        "folder",
        "file",
        "loop",
        "a long name",
        "a name too long for a part",
        "below a file",
        "in no folder",
        "here",
        "the root",
    ],
)
@pytest.mark.parametrize("command", WRITTEN)
def test_what_cannot_be_written(command, kind, place, tmp_path, monkeypatch, capsys) -> None:
    if command == "submit --out" and kind in ("folder", "here", "the root"):
        pytest.skip("a folder is what submit takes too")
    check(WRITTEN[command], kind, place, tmp_path, monkeypatch, capsys)


@pytest.mark.timeout(60, func_only=True)
@pytest.mark.parametrize("command", [one for one, arguments in WRITTEN.items() if "--out" in arguments])
def test_a_place_is_looked_at_before_anybody_types_a_passphrase(command, place, tmp_path, monkeypatch, capsys) -> None:
    values = {"NAMED": named(place, "file"), "KEY": str(place / "LEAD.pub"), "SAFE": str(place / "SAFE.pub")}
    monkeypatch.setattr(sys, "argv", ["qpm", *(values.get(one, one) for one in WRITTEN[command])])
    sys.argv += ["--home", str(place / "kit")]
    with pytest.raises(SystemExit):
        cli.main()
    told = capsys.readouterr().err
    assert told.startswith("BUNDLE-011, file: ")
    assert "Passphrase" not in told


@pytest.mark.parametrize("name", [".", "/", "a\0b", "n" * 300, "n" * 245, "/dev/null/below", "/nowhere/below"])
def test_a_file_that_cannot_be_written_is_one_coded_sentence(name, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(QpmError, match="BUNDLE-011"):
        bundles.write_whole(Path(name), b"words")
    assert not list(tmp_path.iterdir())


@pytest.mark.timeout(60, func_only=True)
@pytest.mark.parametrize("kind", ["pipe", "a device", "file", "loop", "a long name", "below a file"])
@pytest.mark.parametrize("command", FOLDERS)
def test_outputs_that_are_no_folder(command, kind, place, tmp_path, monkeypatch, capsys) -> None:
    check(FOLDERS[command], kind, place, tmp_path, monkeypatch, capsys)


@pytest.mark.timeout(60, func_only=True)
def test_a_pipe_in_the_place_of_the_demonstration(place, tmp_path, monkeypatch, capsys) -> None:
    check(FOLDERS["demo --outputs"], "holds pipes", place, tmp_path, monkeypatch, capsys)
