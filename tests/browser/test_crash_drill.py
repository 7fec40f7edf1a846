"""A short run of `benchmarks/crash.py`: three people write while kernels and the server are killed under them."""

from __future__ import annotations

import importlib
from contextlib import ExitStack
from pathlib import Path

import pytest

pytestmark = pytest.mark.browser

KILLS = 7  # in a round there are at most six of kernels; then comes the server's


@pytest.fixture
def crash(monkeypatch):
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2] / "benchmarks"))
    return importlib.import_module("crash")


def test_what_was_acknowledged_is_there_and_what_was_typed_once(crash, chromium, tmp_path) -> None:
    kit, questions = crash.prepare_kit(tmp_path / "kit")
    with kit, ExitStack() as stack:
        drill = crash.Drill(kit, chromium, stack, seed=21, again=0.5, wanted=KILLS)
        drill.servers, number = 1, 0
        while drill.kills < KILLS:
            number += 1
            drill.round(questions, number)
        found = drill.count()
    assert (found["kills"], found["server_kills"] > 0) == (KILLS, True)
    assert found["acknowledged"] >= len(drill.writers) * number
    bad = ("acknowledged_and_missing", "fields_with_lost_words", "written_twice", "faults_of_the_journal")
    assert {name: found[name] for name in bad} == dict.fromkeys(bad, 0)
