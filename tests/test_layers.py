"""Imports run from left to right through the rooms; read from the source, so a lazy import counts too."""

from __future__ import annotations

import ast
import statistics
from collections import Counter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "qpm_widgets"
NOTEBOOKS = Path(__file__).parents[1] / "notebooks"

# Each room and the rooms of ours that it may import, itself included.
MAY_IMPORT = {
    "errors": set(),
    "templates": {"errors", "templates"},
    "journal": {"errors", "journal"},
    "visits": {"errors", "templates", "journal", "visits"},
    "channels": {"errors"},
    "identifiers": {"identifiers"},
    "running_server": {"errors"},
    "capture": {"identifiers", "errors", "templates", "journal", "visits", "channels", "running_server", "capture"},
    "evidence": {"identifiers", "errors", "templates", "journal", "visits", "evidence"},
    "reports": {"errors", "templates", "journal", "visits", "channels", "evidence", "reports"},
    "progress": set(),
    "terminal": {"errors", "journal"},
    "demo": {"errors", "templates", "journal", "visits", "capture", "reports", "progress", "running_server"},
    "commands": {
        "errors",
        "templates",
        "journal",
        "visits",
        "evidence",
        "reports",
        "progress",
        "terminal",
        "running_server",
        "commands",
    },
    "cli": {
        "errors",
        "templates",
        "journal",
        "visits",
        "capture",
        "reports",
        "progress",
        "terminal",
        "commands",
        "demo",
    },
    "__main__": {"cli"},
    "__init__": {"errors", "templates", "journal", "capture", "reports"},
}
FORBIDDEN = {
    "templates": {"pandas", "anywidget", "ipywidgets", "sqlalchemy"},
    "journal": {"pandas", "anywidget", "ipywidgets"},
    "visits": {"pandas", "anywidget", "ipywidgets", "sqlalchemy"},
    "capture": {"pandas", "sqlalchemy", "sqlcipher3"},
    "evidence": {"anywidget", "ipywidgets", "sqlalchemy", "sqlcipher3"},
    "reports": {"anywidget", "ipywidgets", "sqlalchemy", "sqlcipher3"},
}


def imported_names(tree: ast.AST) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


MODULES = sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_room_imports_only_the_rooms_before_it(path: Path) -> None:
    room = room_of(path)
    names = imported_names(ast.parse(path.read_text(encoding="utf-8")))
    ours = {name.split(".")[1] for name in names if name.startswith("qpm_widgets.")}
    assert ours <= MAY_IMPORT[room]
    assert not {name.split(".")[0] for name in names} & FORBIDDEN.get(room, set())


@pytest.mark.parametrize("path", sorted(NOTEBOOKS.glob("*.ipynb")), ids=lambda path: path.name)
def test_report_notebooks_never_import_capture(path: Path) -> None:
    import nbformat

    notebook = nbformat.read(path, as_version=4)
    source = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    rooms = {name.split(".")[1] for name in imported_names(ast.parse(source)) if name.startswith("qpm_widgets.")}
    if "report" in path.stem:
        assert rooms <= {"journal", "templates", "evidence", "reports"}
    else:
        assert rooms <= {"capture"}


def test_modules_and_functions_stay_small() -> None:
    lengths = {path: path.read_text(encoding="utf-8").count("\n") for path in MODULES}
    assert statistics.median(lengths.values()) <= 150
    assert not {path.name: length for path, length in lengths.items() if length > 400}
    long_functions = [
        f"{path.name}:{node.name}"
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno - node.lineno >= 60
    ]
    assert not long_functions


def test_only_commands_open_the_restricted_store_for_reading() -> None:
    """Its private key wants the passphrase; pages, kernels, tables and reports have no business with either."""
    opening = {"identity", "unlock_identity"}
    for path in MODULES:
        if room_of(path) not in ("journal", "commands"):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            called = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
            named = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
            assert not (called | named) & opening, path.name
    evidence = [path.read_text(encoding="utf-8") for path in MODULES if room_of(path) == "evidence"]
    assert not any(".safeguarding" in source for source in evidence)


def test_no_two_files_of_tests_have_one_name() -> None:
    """Pytest knows a file by its name alone, and would leave the second one out."""
    names = Counter(path.name for path in Path(__file__).parent.rglob("test_*.py"))
    assert [name for name, count in names.items() if count > 1] == []
