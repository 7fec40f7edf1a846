"""The kit closes itself, on request and in silence, and then no process has it open any more."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from qpm_widgets.errors import QpmError
from qpm_widgets.journal import Kit
from qpm_widgets.journal.in_use import alone_with, await_closed, hold_open, is_open
from qpm_widgets.running_server import CLOSE_REQUEST, RunningServer, await_server, close_server, is_served

SERVE = """
import sys
from qpm_widgets.capture.server import start_server
from qpm_widgets.journal import Kit
start_server(Kit.from_environment(), open_browser=False, idle_seconds=float(sys.argv[1]))
"""
STUCK = """
import sys, time
from qpm_widgets.journal import Kit
from qpm_widgets.running_server import only_server
import json, os
kit = Kit.from_environment()
with only_server(kit.runtime):
    file = kit.runtime / f"jpserver-{os.getpid()}.json"
    file.write_text(json.dumps({"url": "http://127.0.0.1:9/", "token": "t", "pid": os.getpid()}))
    print("stuck", flush=True)
    time.sleep(600)
"""


@contextmanager
def running(kit: Kit, script: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    environment = os.environ | kit.environment()
    kit.close()
    with subprocess.Popen(
        [sys.executable, "-c", script, *arguments], env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def ended(process: subprocess.Popen[str], family: list[psutil.Process]) -> None:
    process.wait(60)
    _, alive = psutil.wait_procs(family, timeout=30)
    assert alive == []


def family_of(process: subprocess.Popen[str], expected: int) -> list[psutil.Process]:
    """The process and its children, once there are as many: the first page's kernel starts a moment later."""
    deadline = time.monotonic() + 60
    while len(found := [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]) < expected:
        assert time.monotonic() < deadline, "no kernel was started"
        time.sleep(0.1)
    return found


def poll(server: RunningServer, until: threading.Event) -> None:
    """Ask what an open page of JupyterLab asks all the time."""
    while not until.wait(0.2):
        for address in ("api/kernels", "api/sessions", "api/contents", "api/status"):
            request = urllib.request.Request(server.url + address, headers={"Authorization": f"token {server.token}"})
            try:
                urllib.request.urlopen(request, timeout=5).read()
            except OSError:
                return


def test_asked_to_close_the_server_and_its_kernels_end(kit: Kit) -> None:
    with running(kit, SERVE, "3600") as process:
        await_server(kit.runtime.resolve(), lambda: process.poll() is not None)
        family = family_of(process, 2)
        assert is_served(kit.runtime)
        assert is_open(kit.runtime)
        assert close_server(kit.runtime)
        assert await_closed(kit.runtime)
        ended(process, family)
        assert process.returncode == 0, "in order, not killed"
    assert not is_served(kit.runtime)
    assert not list(kit.runtime.glob("jpserver-*"))
    assert not (kit.runtime / CLOSE_REQUEST).exists()


def test_left_alone_the_kit_closes_itself_although_a_page_keeps_asking_the_server(kit: Kit) -> None:
    with running(kit, SERVE, "4") as process:
        server = await_server(kit.runtime.resolve(), lambda: process.poll() is not None)
        family = family_of(process, 2)
        stop = threading.Event()
        asking = threading.Thread(target=poll, args=(server, stop))
        asking.start()
        try:
            ended(process, family)
        finally:
            stop.set()
            asking.join()
        assert process.returncode == 0
        assert "the kit has closed itself" in process.stdout.read()
    assert not is_open(kit.runtime)


def test_a_server_that_does_not_answer_is_ended(kit: Kit) -> None:
    with running(kit, STUCK) as process:
        assert process.stdout.readline() == "stuck\n"
        family = family_of(process, 1)
        assert close_server(kit.runtime, patience=0.5)
        ended(process, family)
    assert not is_open(kit.runtime)


def test_closing_what_is_not_open(kit: Kit) -> None:
    assert not close_server(kit.runtime)
    assert not (kit.runtime / CLOSE_REQUEST).exists()
    assert not is_served(kit.home / "nowhere")


def test_many_may_have_the_kit_open_and_one_may_have_it_alone(tmp_path: Path) -> None:
    assert not is_open(tmp_path)
    marks = [hold_open(tmp_path) for _ in range(5)]
    assert is_open(tmp_path)
    with pytest.raises(QpmError, match="KEEP-001"), alone_with(tmp_path):
        raise AssertionError("five others have it open")
    for mark in marks:
        mark.release()
        mark.release()
    assert not is_open(tmp_path)
    with alone_with(tmp_path):
        with pytest.raises(QpmError, match="KEEP-001"):
            hold_open(tmp_path)
        with pytest.raises(QpmError, match="KEEP-001"), alone_with(tmp_path):
            raise AssertionError("another has it alone")
    hold_open(tmp_path).release()


def test_a_mark_that_is_forgotten_is_no_mark(tmp_path: Path) -> None:
    hold_open(tmp_path)
    assert not is_open(tmp_path)


def test_a_kit_is_open_until_it_is_closed_also_when_only_its_journal_is_held(kit: Kit) -> None:
    journal = Kit.unlock(kit.home, "a test passphrase of many words").journal
    kit.close()
    assert is_open(kit.runtime)
    journal.close()
    assert not is_open(kit.runtime)
