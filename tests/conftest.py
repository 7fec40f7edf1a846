"""Fixtures named by the state they give."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from network_watch import NetworkWatch

from qpm_widgets.journal import Kit
from qpm_widgets.journal.keys import KeyCost
from qpm_widgets.templates import Templates, load_templates

PASSPHRASE = "a test passphrase of many words"
CHEAP = KeyCost(time_cost=1, memory_kib=64, parallelism=1)
ROOM = 2_000_000_000  # bytes; a run takes a tenth
GOLDEN = Path(__file__).parent / "golden"


# For a night, as `pytest --hypothesis-profile=long`. Under CI Hypothesis chooses its own profile, whose seed is fixed.
settings.register_profile("long", max_examples=2_000)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden", action="store_true", help="write the golden files anew, to be read and committed"
    )
    parser.addoption(
        "--in-jupyterlab", action="store_true", help="every browser test in JupyterLab, also those of a page by itself"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Keep the tests' files in memory where the system offers that: a busy disk makes the suite wait twice as long.

    Hundreds of processes load the kit. Where Python is told to keep no compiled code beside the source, each would
    compile all of it, and each worker all tests: it is kept in pytest's own cache instead.
    """
    memory = Path("/dev/shm")
    if memory.is_dir() and shutil.disk_usage(memory).free > ROOM:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(memory))
    if os.environ.pop("PYTHONDONTWRITEBYTECODE", None):
        os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix = str(config.cache.mkdir("compiled"))
        sys.dont_write_bytecode = False


@pytest.fixture(scope="session")
def templates() -> Templates:
    """The shipped templates."""
    return load_templates()


@pytest.fixture
def kit(tmp_path: Path) -> Iterator[Kit]:
    """A fresh, unlocked and empty kit."""
    fresh = Kit.create(tmp_path / "kit", PASSPHRASE, assessor="AS1", cost=CHEAP)
    yield fresh
    fresh.close()


@pytest.fixture(scope="session")
def lantern(tmp_path_factory: pytest.TempPathFactory, templates: Templates) -> Iterator[Kit]:
    """A kit with the sample assessment recorded and its working notebooks prepared. Read only."""
    from qpm_widgets.capture.sample import record_sample
    from qpm_widgets.visits import prepare_working_notebooks

    kit = Kit.create(tmp_path_factory.mktemp("lantern") / "kit", PASSPHRASE, assessor="AS1", cost=CHEAP)
    record_sample(kit.journal, templates)
    prepare_working_notebooks(kit, "lantern", "V1")
    yield kit
    kit.close()


@pytest.fixture
def lantern_copy(lantern: Kit, tmp_path: Path) -> Iterator[Kit]:
    """A copy of the sample's kit that a test may write to."""
    shutil.copytree(lantern.home, tmp_path / "kit", ignore=shutil.ignore_patterns("runtime"))
    kit = Kit.unlock(tmp_path / "kit", PASSPHRASE)
    yield kit
    kit.close()


@pytest.fixture(scope="session")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NetworkWatch]:
    """Whom the browsers and the kits' processes ask for; when all of them have ended, nobody off this machine."""
    watch = NetworkWatch(tmp_path_factory.mktemp("network"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", watch.path)
        yield watch
    assert watch.strangers() == []


@pytest.fixture(scope="session")
def chromium_launch(network: NetworkWatch) -> Callable[[], dict[str, Any]]:
    """How Chromium is launched by Playwright, one more time. Under CI a missing browser is a failure, not a skip.

    The shell is Chromium without a browser's own windows: a new one takes a processor an eighth of what it takes there.
    """
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        if os.environ.get("CI") == "true":
            pytest.fail("no Chromium on this machine, and CI must have one")
        pytest.skip("no Chromium on this machine")
    flags = [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync",
    ]  # fmt: skip
    return lambda: {"executable_path": found, "args": [*flags, *network.flags()]}


@pytest.fixture(scope="session")
def chromium(chromium_launch: Callable[[], dict[str, Any]]) -> Iterator[object]:
    """Headless Chromium, driven by Playwright."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**chromium_launch())
        yield browser
        browser.close()


@pytest.fixture
def golden(request: pytest.FixtureRequest):
    """Compare text with a golden file; it is written only when asked for by --update-golden."""

    def compare(name: str, text: str) -> None:
        path = GOLDEN / name
        if request.config.getoption("--update-golden"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        assert path.exists(), f"golden file {name} is missing; run pytest with --update-golden and read what it writes"
        assert text == path.read_text(encoding="utf-8")

    return compare
