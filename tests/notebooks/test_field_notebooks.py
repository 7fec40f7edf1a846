"""Field notebooks: each runs in a kernel of its own with an unlocked kit, and none has anything to leave behind."""

from __future__ import annotations

import ast
import json
import os
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from qpm_widgets.capture.disposable_notebooks import empty_before_saving

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
# Report notebooks never import the sheets' room; field notebooks do nothing else.
FIELD = sorted(path for path in NOTEBOOKS.glob("*.ipynb") if "qpm_widgets.capture" in path.read_text(encoding="utf-8"))
IDS = {"assessment_id": "lantern", "visit_id": "V1", "interview_id": "A1", "observation_id": "O1"}


def parameters_of(notebook: nbformat.NotebookNode) -> dict[str, str]:
    """The names and values that the cell tagged ``parameters`` sets; none where there is no such cell."""
    tagged = [cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", ())]
    lines = ast.parse(tagged[0].source).body if tagged else []
    assert all(isinstance(line, ast.Assign) for line in lines)
    return {line.targets[0].id: ast.literal_eval(line.value) for line in lines}


def words_of(kit) -> set[str]:
    """Whatever anyone wrote down in the sample: notes, quotes, findings, needs."""
    keys = ("text", "translation", "rationale", "access_needs", "reason")
    payloads = [entry.payload or {} for entry in kit.journal.iter_entries("lantern")]
    written = {str(payload[key]) for payload in payloads for key in keys if payload.get(key)}
    return {text for text in written if len(text) > 12}


def test_every_field_notebook_is_here():
    names = {path.stem for path in FIELD}
    assert names >= {"desk", "plan_visit", "interview", "observation", "debrief"}


@pytest.mark.parametrize("path", FIELD, ids=lambda path: path.stem)
def test_a_committed_field_notebook_holds_ids_only_and_no_output(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert all(cell.outputs == [] and cell.execution_count is None for cell in notebook.cells)
    assert "widgets" not in notebook.metadata
    assert notebook.metadata.kernelspec.name == "python3"
    assert notebook.metadata.qpm.autorun is True
    assert notebook.metadata.qpm.page == path.stem
    parameters = parameters_of(notebook)
    assert set(parameters) <= set(IDS)
    assert set(parameters.values()) <= {""}


@pytest.mark.parametrize("path", FIELD, ids=lambda path: path.stem)
def test_a_field_notebook_runs_and_leaves_nothing_of_what_was_written(path, lantern, tmp_path, monkeypatch):
    for name, value in {
        **lantern.environment(),
        "IPYTHONDIR": str(tmp_path),
        "JUPYTER_RUNTIME_DIR": str(tmp_path),
    }.items():
        monkeypatch.setenv(name, value)
    notebook = nbformat.read(path, as_version=4)
    parameters = {name: IDS[name] for name in parameters_of(notebook)}
    for cell in notebook.cells:
        if "parameters" in cell.metadata.get("tags", ()):
            cell.source = "\n".join(f"{name} = {value!r}" for name, value in parameters.items())
    # What the page does first. The answer goes by message, so it is in no output but the one word printed here.
    notebook.cells.append(nbformat.v4.new_code_cell('print(_.answer({"kind": "open"})["kind"])'))
    # The worst case: widget state is kept, as Jupyter does when a person asks for it.
    NotebookClient(notebook, timeout=60, kernel_name="python3", store_widget_state=True).execute()
    shown = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    assert any("application/vnd.jupyter.widget-view+json" in output.get("data", {}) for output in shown)
    assert [output.text for output in shown if output.output_type == "stream"] == ["opened\n"]
    executed = json.dumps(notebook, ensure_ascii=False)
    assert "_esm" in executed, "widget state was kept, so the next lines can fail"
    words = words_of(lantern)
    assert len(words) > 200
    assert [text for text in words if text in executed] == []

    model = {"type": "notebook", "content": notebook}
    empty_before_saving(model=model, path=path.name, contents_manager=None)
    saved = json.dumps(model["content"], ensure_ascii=False)
    assert "_esm" not in saved
    assert "vnd.jupyter.widget" not in saved
    assert lantern.environment()["QPM_KIT_KEY"] not in saved
    assert os.environ["QPM_KIT_HOME"] not in saved
