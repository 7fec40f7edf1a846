"""What the kit refuses is said in the wording: every sentence is there, is used, and is given its facts."""

from __future__ import annotations

import ast
import pickle
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import yaml

from qpm_widgets import errors
from qpm_widgets.errors import REFUSALS, QpmError, Said, codes, fault_of, say
from qpm_widgets.templates.wording import placeholders

CHECKOUT = Path(__file__).parents[1]
MODULES = sorted((CHECKOUT / "qpm_widgets").rglob("*.py"))
BEFORE_KEYS = {"QpmError": 2, "wrong": 2, "_unknown": 1, "say": 0}  # how many arguments stand before the keys


def flat(tree: dict, before: str = "") -> Iterator[tuple[str, str]]:
    for key, value in tree.items():
        yield from flat(value, f"{before}{key}.") if isinstance(value, dict) else [(f"{before}{key}", value)]


REMEDIES = dict(flat(yaml.safe_load(REFUSALS.read_text(encoding="utf-8"))["remedies"]))


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def calls_of(*names: str) -> Iterator[tuple[Path, ast.Call]]:
    for path in MODULES:
        tree = parsed(path)
        other = set() if path.name == "errors.py" or imports_say(tree) else {"say"}  # a report's words are said too
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {*names} - other:
                yield path, node


def imports_say(tree: ast.Module) -> bool:
    imports = (node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom))
    return any(node.module == "qpm_widgets.errors" and "say" in [one.name for one in node.names] for node in imports)


def literals(node: ast.expr) -> set[str] | None:
    """The strings that an argument may be, if it says so itself; None if it is worked out elsewhere."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return {node.value}
    if isinstance(node, ast.IfExp):
        both = [literals(node.body), literals(node.orelse)]
        return None if None in both else both[0] | both[1]
    return None


def test_no_error_says_a_sentence_that_is_not_in_the_wording() -> None:
    strange = [
        f"{path.name}:{call.lineno}: {key}"
        for path, call in calls_of(*BEFORE_KEYS)
        for argument in call.args[BEFORE_KEYS[call.func.id] :]
        for key in literals(argument) or ({"?"} if isinstance(argument, ast.JoinedStr | ast.BinOp) else set())
        if key not in REMEDIES
    ]
    assert strange == []


def test_an_error_gives_its_sentences_exactly_the_facts_that_they_name() -> None:
    wrong = []
    for path, call in calls_of(*BEFORE_KEYS):
        keys = [literals(argument) for argument in call.args[BEFORE_KEYS[call.func.id] :]]
        given = {one.arg for one in call.keywords}
        if not keys or None in keys or None in given:
            continue
        for chosen in keys[0]:
            rest = {key for one in keys[1:] for key in one}
            named = set().union(*(placeholders(REMEDIES[key]) for key in {chosen, *rest}))
            if (named != given) if len(keys[0]) == 1 and all(len(one) == 1 for one in keys) else not named <= given:
                wrong.append(f"{path.name}:{call.lineno}: {sorted(named)} is named, {sorted(given)} is given")
    assert wrong == []


def test_every_sentence_is_used_by_an_error() -> None:
    strings = {
        node.value
        for path in MODULES
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert REMEDIES.keys() - strings == set()


def test_words_of_its_own_are_said_only_by_what_checks_templates_or_hears_another_process() -> None:
    assert {path.parent.name for path, _ in calls_of("Said")} - {"templates"} == {"qpm_widgets", "capture"}
    assert {path.name for path, _ in calls_of("Said") if path.parent.name != "templates"} == {
        "errors.py",
        "own_process.py",
    }


def test_an_error_crosses_to_another_process_in_words() -> None:
    error = QpmError("JOURNAL-008", "journal.qpm", "system_says", cause="No space left on device")
    text = "JOURNAL-008, journal.qpm: the kit's files could not be written. The system says: No space left on device."
    assert str(error) == text == str(pickle.loads(pickle.dumps(error)))
    assert str(error.at("kit.json")) == text.replace("journal.qpm", "kit.json")


@pytest.mark.parametrize(
    "content", [None, b"faults: [", b"\xff\xfe", b"[]", b"faults: {}\nremedies: {system_says: '{x.y}'}"]
)
def test_when_the_wording_cannot_be_read_an_error_still_says_where_and_what_to_do(
    content, tmp_path, monkeypatch
) -> None:
    file = tmp_path / "refusals.yaml"
    if content is not None:
        file.write_bytes(content)
    monkeypatch.setattr(errors, "REFUSALS", file)
    errors._read.cache_clear()
    try:
        said = str(QpmError("JOURNAL-008", "journal.qpm", "system_says", cause="x"))
        assert said.startswith("JOURNAL-008, journal.qpm: the code says what is wrong")
        assert "`qpm templates check`" in said
        assert str(QpmError("TEMPLATE-003", "scheme.yaml", Said("Do this."))).endswith("not valid YAML. Do this.")
    finally:
        monkeypatch.undo()
        errors._read.cache_clear()


def test_faults_are_the_middle_of_a_sentence() -> None:
    for code in codes():
        fault = fault_of(code)
        assert fault[0].islower() or fault.startswith("Jupyter"), code
        assert not fault.endswith("."), code
    whole = [text for key, text in REMEDIES.items() if ".piece." not in key]
    assert all(text[0] in "`'{" or text[0].isupper() for text in whole)
    assert all(text.endswith((".", "?", "}")) for text in whole)
    assert not any(text.endswith((".", "?")) for key, text in REMEDIES.items() if ".piece." in key)
    assert say("system_says", cause="no") == "The system says: no."
