"""Fixtures of the journal's tests, named by the state they give."""

from __future__ import annotations

import multiprocessing
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.context import BaseContext
from pathlib import Path
from typing import Any

import pytest
import sqlcipher3.dbapi2 as sqlcipher
from journal_interviews import CHEAP, PASSPHRASE, agree
from visit_kits import Kits, fresh

from qpm_widgets.journal import Journal, Kit


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "kit"


@pytest.fixture(scope="session")
def empty_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed and empty kit, made once and copied by the tests."""
    home = tmp_path_factory.mktemp("empty") / "kit"
    Kit.create(home, PASSPHRASE, assessor="AS1", cost=CHEAP).close()
    return home


@pytest.fixture
def kit(home: Path, empty_home: Path) -> Iterator[Kit]:
    """An empty unlocked kit, opened with this folder's passphrase."""
    shutil.copytree(empty_home, home)
    with Kit.unlock(home, PASSPHRASE) as fresh:
        yield fresh


@pytest.fixture
def journal(kit: Kit) -> Journal:
    return kit.journal


@pytest.fixture
def agreed(journal: Journal) -> Journal:
    """A journal in which the one respondent of interview A1 has agreed to notes."""
    agree(journal)
    return journal


@pytest.fixture
def intruder(kit: Kit) -> Callable[..., Any]:
    """A context with a connection of someone who has the key and owes the kit nothing."""

    @contextmanager
    def break_in(**settings: object) -> Iterator[sqlcipher.Connection]:
        connection = sqlcipher.connect(str(kit.journal.path), isolation_level=None)
        connection.execute(f"PRAGMA key = \"x'{kit.environment()['QPM_KIT_KEY']}'\"")
        for name, value in settings.items():
            connection.execute(f"PRAGMA {name} = {value}")
        yield connection
        connection.close()

    return break_in


@pytest.fixture(scope="module")
def kits(tmp_path_factory: pytest.TempPathFactory) -> Kits:
    """Several kits of one visit."""
    return Kits(tmp_path_factory.mktemp("kits"))


@pytest.fixture
def lead(kits: Kits) -> Iterator[Journal]:
    """The empty journal of a lead."""
    with fresh(kits):
        yield kits.new("lead")


@pytest.fixture(scope="session")
def processes() -> BaseContext:
    """Real processes that start fast: forked from a server that has imported the journal, where forking exists."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["pytest", "qpm_widgets.journal"])
    return context
