"""`qpm keyring`: the key in the keyring of the system, for who wants that, and what it never is given to."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import fail, null
from keyring.backends.chainer import ChainerBackend
from keyring.errors import KeyringLocked, PasswordDeleteError
from typer.testing import CliRunner, Result

from qpm_widgets.cli import app
from qpm_widgets.errors import QpmError
from qpm_widgets.journal import Kit, system_keyring
from qpm_widgets.journal.keys import KeyCost
from qpm_widgets.terminal import open_kit, open_with_passphrase

OLD, NEW = "four words are good", "five words are better still"
CHEAP = KeyCost(time_cost=1, memory_kib=64, parallelism=1)


class InMemory(KeyringBackend):
    """A keyring by the library's own interface, which forgets at the end."""

    priority = 5

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        self.locked = False

    def get_password(self, service: str, username: str) -> str | None:
        if self.locked:
            raise KeyringLocked("a word that must not be shown")
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.kept.pop((service, username), None) is None:
            raise PasswordDeleteError


class PlainFile(InMemory):
    """Such as third-party packages bring along: it would be preferred, and keeps what it is given in a file."""

    priority = 9


@pytest.fixture
def ring(monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemory]:
    before = keyring.get_keyring()
    ring = InMemory()
    monkeypatch.setitem(system_keyring.SYSTEM, f"{__name__}.InMemory", "Test Keyring")
    keyring.set_keyring(ring)
    yield ring
    keyring.set_keyring(before)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    Kit.create(tmp_path / "kit", OLD, assessor="AS1", cost=CHEAP).close()
    return tmp_path / "kit"


def run(*arguments: str, home: Path, typed: str = "") -> Result:
    return CliRunner().invoke(app, [*arguments, "--home", str(home)], input=typed)


def test_the_keyring_opens_the_kit_and_lets_go_of_it(home: Path, ring: InMemory) -> None:
    assert run("keyring", "state", home=home).stdout == "The keyring is off.\n"
    assert isinstance(run("keyring", "on", home=home, typed="wrong words\n").exception, QpmError)
    assert (ring.kept, run("keyring", "state", home=home).stdout) == ({}, "The keyring is off.\n")
    done = run("keyring", "on", home=home, typed=f"{OLD}\n")
    assert done.stdout == "The keyring is on: Test Keyring opens this kit.\n"
    with Kit.unlock(home, OLD) as kit:
        key = kit.environment()["QPM_KIT_KEY"]
        assert ring.kept == {("qpm-field-kit", kit.device_id): key}
    assert not [file for file in home.rglob("*") if file.is_file() and key.encode() in file.read_bytes()]
    opened = run("verify", home=home)
    assert (opened.exit_code, "Passphrase" in opened.output) == (0, False)
    assert isinstance(run("keyring", "on", home=home, typed="\n").exception, QpmError), "the passphrase is asked for"

    assert run("lock", "--forget", home=home).exit_code == 0
    assert (ring.kept, run("keyring", "state", home=home).stdout) == ({}, "The keyring is off.\n")
    assert "Passphrase" in run("verify", home=home, typed=f"{OLD}\n").output
    assert run("keyring", "off", home=home).exit_code == 0, "off twice is off"


def test_a_command_can_want_the_passphrase_itself(home: Path, ring: InMemory, monkeypatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr("qpm_widgets.terminal.ask", lambda what, secret: asked.append(what) or OLD)
    with open_kit(home) as kit:
        system_keyring.remember_key(kit)
    open_kit(home).close()
    kit, passphrase = open_with_passphrase(home)
    kit.close()
    assert passphrase == OLD
    assert asked == ["Passphrase", "Passphrase"]


def test_what_the_keyring_has_may_be_stale_gone_damaged_or_locked(home: Path, ring: InMemory) -> None:
    run("keyring", "on", home=home, typed=f"{OLD}\n")
    ((place, good),) = ring.kept.items()
    for kept in ("0" * 64, "no key", "", None):
        ring.kept = {} if kept is None else {place: kept}
        done = run("verify", home=home, typed=f"{OLD}\n")
        assert done.exit_code == 0, done.output
        assert "The system's keyring does not open this kit now" in done.stderr
    ring.kept, ring.locked = {place: good}, True
    done = run("verify", home=home, typed=f"{OLD}\n")
    assert (done.exit_code, "must not be shown" in done.output) == (0, False)
    refused = run("keyring", "on", home=home, typed=f"{OLD}\n").exception
    assert isinstance(refused, QpmError) and refused.code == "KEYRING-002"
    off = run("keyring", "off", home=home)
    assert (off.exit_code, "a key may still be kept there" in off.stderr) == (0, True)
    assert "does not open" not in run("verify", home=home, typed=f"{OLD}\n").stderr


def test_a_new_passphrase_takes_the_old_key_out(home: Path, ring: InMemory) -> None:
    run("keyring", "on", home=home, typed=f"{OLD}\n")
    done = run("passphrase", home=home, typed=f"{OLD}\n{NEW}\n{NEW}\n")
    assert done.exit_code == 0, done.output
    assert ring.kept == {}
    assert "`keyring on` gives it the new key" in done.stderr
    assert "Passphrase" in run("verify", home=home, typed=f"{NEW}\n").output


@pytest.mark.parametrize("backend", [PlainFile, fail.Keyring, null.Keyring])
def test_no_other_keyring_is_given_the_key(home: Path, ring: InMemory, backend: type[KeyringBackend]) -> None:
    other = backend()
    keyring.set_keyring(other)
    refused = run("keyring", "on", home=home, typed=f"{OLD}\n").exception
    assert isinstance(refused, QpmError) and refused.code == "KEYRING-001"
    assert not getattr(other, "kept", None)
    assert run("keyring", "state", home=home).stdout == "The keyring is off.\n"


def test_of_several_keyrings_only_the_systems_own_is_used(home: Path, ring: InMemory, monkeypatch) -> None:
    other = PlainFile()
    monkeypatch.setattr(ChainerBackend, "backends", [other, ring])
    keyring.set_keyring(ChainerBackend())
    assert run("keyring", "on", home=home, typed=f"{OLD}\n").exit_code == 0
    assert (len(ring.kept), other.kept) == (1, {})


def test_while_it_is_off_nothing_of_it_is_imported(home: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from qpm_widgets.terminal import open_kit; "
        f"open_kit(Path({str(home)!r})).close(); print([name for name in sys.modules if name.startswith('keyring')])"
    )
    done = subprocess.run([sys.executable, "-c", code], input=f"{OLD}\n", capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
