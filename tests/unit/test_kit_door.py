"""kit.py: the front door on a machine that has only Python."""

from __future__ import annotations

import ast
import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]


@pytest.fixture
def door(tmp_path, monkeypatch):
    """kit.py as a module that believes its checkout is an empty folder with two small lists."""
    spec = importlib.util.spec_from_file_location("kit_door", CHECKOUT / "kit.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "HERE", tmp_path)
    monkeypatch.setattr(module, "ENVIRONMENT", tmp_path / ".venv")
    monkeypatch.setattr(module, "PYTHON", tmp_path / ".venv" / module.PYTHON.relative_to(CHECKOUT / ".venv"))
    for name in ("requirements.lock", "requirements-test.lock", "pyproject.toml"):
        (tmp_path / name).write_text("", encoding="utf-8")
    return module


def test_it_imports_only_the_standard_library():
    tree = ast.parse((CHECKOUT / "kit.py").read_text(encoding="utf-8"))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in names} <= sys.stdlib_module_names


def test_an_old_python_gets_one_sentence(door, monkeypatch, capsys):
    monkeypatch.setattr(door, "NEEDED", (99, 0))
    assert door.main(["demo"]) == 2
    assert capsys.readouterr().out.startswith("The kit needs Python 99.0 or newer")


def test_an_interrupted_installation_is_taken_up_again_and_a_finished_one_is_not(door, monkeypatch):
    installed = []

    def interrupted(lock):
        installed.append(lock.name)
        raise subprocess.CalledProcessError(1, ["pip", "install"])

    monkeypatch.setattr(
        door.venv, "create", lambda *_, **__: (door.PYTHON.parent.mkdir(parents=True), door.PYTHON.touch())
    )
    monkeypatch.setattr(door, "install", interrupted)
    lock = door.HERE / "requirements.lock"
    assert not door.prepare_environment(lock)
    monkeypatch.setattr(door, "install", lambda lock: installed.append(lock.name))
    assert door.prepare_environment(lock)
    assert door.prepare_environment(lock)
    assert installed == ["requirements.lock"] * 2
    lock.write_text("changed", encoding="utf-8")
    assert door.prepare_environment(lock)
    assert len(installed) == 3


def test_the_test_list_serves_the_kit_too(door, monkeypatch):
    installed = []
    monkeypatch.setattr(
        door.venv, "create", lambda *_, **__: (door.PYTHON.parent.mkdir(parents=True), door.PYTHON.touch())
    )
    monkeypatch.setattr(door, "install", lambda lock: installed.append(lock.name))
    assert door.prepare_environment(door.HERE / "requirements-test.lock")
    assert door.prepare_environment(door.HERE / "requirements.lock")
    assert installed == ["requirements-test.lock"]


def test_a_python_without_ensurepip_is_told_what_to_install(door, monkeypatch, capsys):
    def no_ensurepip(*_, **__):
        raise subprocess.CalledProcessError(1, ["python", "-m", "ensurepip"])

    monkeypatch.setattr(door.venv, "create", no_ensurepip)
    assert not door.prepare_environment(door.HERE / "requirements.lock")
    assert "python3-venv" in capsys.readouterr().out


def test_a_failing_pip_shows_its_last_lines(door, capsys):
    with pytest.raises(subprocess.CalledProcessError):
        door.run_with_bar(
            [sys.executable, "-c", "print('Collecting a'); print('no such hash'); raise SystemExit(1)"], 2
        )
    assert "no such hash" in capsys.readouterr().out


def test_help_installs_nothing_and_names_every_command(door, capsys):
    from typer.main import get_command

    from qpm_widgets import cli

    assert door.main(["--help"]) == 0
    said = capsys.readouterr().out
    assert not door.ENVIRONMENT.exists()
    assert {line.split()[0] for line in said.splitlines() if line.startswith("  ")} == {
        *get_command(cli.app).commands,
        "test",
    }
