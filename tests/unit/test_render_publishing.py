"""A report folder appears whole or not at all."""

from __future__ import annotations

import hashlib
import json
import os
import stat
import time
from pathlib import Path

import pytest

from qpm_widgets.errors import QpmError
from qpm_widgets.reports.publishing import digest_folder, publish, safe_name

FILES = {"a.html": b"<p>", "b.pdf": b"%PDF"}


def test_files_and_manifest_appear_together(tmp_path: Path):
    folder, manifest = publish(tmp_path / "outputs", ("lantern", "V1"), "report-1", FILES, {"report": "r"})
    assert folder == tmp_path / "outputs" / "lantern" / "V1" / "report-1"
    assert sorted(path.name for path in folder.iterdir()) == ["a.html", "b.pdf", "manifest.json"]
    assert json.loads((folder / "manifest.json").read_text()) == manifest
    assert manifest["outputs"]["b.pdf"] == {"bytes": 4, "sha256": hashlib.sha256(b"%PDF").hexdigest()}
    assert [path.name for path in (tmp_path / "outputs").iterdir()] == ["lantern"]
    if os.name == "posix":
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_two_in_one_second_stand_beside_each_other(tmp_path: Path):
    folders = [publish(tmp_path, (), "run", FILES, {})[0].name for _ in range(3)]
    assert folders == ["run", "run-2", "run-3"]


def test_what_cannot_be_written_leaves_nothing(tmp_path: Path):
    with pytest.raises(QpmError) as refused:
        publish(tmp_path, (), "run", {"good.html": b"x", "no/such/folder.pdf": b"y"}, {})
    assert refused.value.code == "REPORT-006"
    assert list(tmp_path.iterdir()) == []


def test_a_folder_in_the_way_is_said_so(tmp_path: Path):
    (tmp_path / "outputs").write_text("a file")
    with pytest.raises(QpmError, match="REPORT-006"):
        publish(tmp_path / "outputs", (), "run", FILES, {})


def test_an_interruption_leaves_nothing(tmp_path: Path):
    class Interrupting(dict[str, bytes]):
        def items(self):
            yield "good.html", b"x"
            if getattr(self, "counted", False):
                raise KeyboardInterrupt
            self.counted = True

    with pytest.raises(KeyboardInterrupt):
        publish(tmp_path, (), "run", Interrupting(), {})
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_render_left_is_removed_once_it_is_old(tmp_path: Path):
    for name, age in ((".rendering-old", 7200), (".rendering-new", 10)):
        (tmp_path / name).mkdir()
        os.utime(tmp_path / name, (time.time() - age,) * 2)
    publish(tmp_path, (), "run", FILES, {})
    assert sorted(path.name for path in tmp_path.iterdir()) == [".rendering-new", "run"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("V1", "V1"),
        ("../../etc", "etc"),
        ("a b/c\\d:e", "a-b-c-d-e"),
        ("", "report"),
        ("ŵ", "report"),
        ("x" * 99, "x" * 60),
    ],
)
def test_names_are_safe_on_every_system(text: str, name: str):
    assert safe_name(text) == name


def test_a_folder_s_digest_changes_with_any_file(tmp_path: Path):
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "a").write_bytes(b"1")
    first = digest_folder(tmp_path)
    (tmp_path / "inner" / "a").write_bytes(b"2")
    second = digest_folder(tmp_path)
    (tmp_path / "inner" / "a").rename(tmp_path / "inner" / "b")
    assert len({first, second, digest_folder(tmp_path)}) == 3
