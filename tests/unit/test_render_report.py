"""``render_report`` with real kernels: the whole of a report, or a sentence, a log without words, and nothing else."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from importlib.metadata import entry_points
from pathlib import Path

import docx
import nbformat
import pikepdf
import pytest
from report_documents import every_block, executed, write_notebook

from qpm_widgets.errors import QpmError
from qpm_widgets.journal import Kit
from qpm_widgets.journal.keys import KeyCost
from qpm_widgets.reports import render_report
from qpm_widgets.reports.render import Rendered

CANARY = "the canary sang at dawn"
PARAMETERS = (
    'from typing import Literal\nassessment_id: str = ""\nvisit_id: str = ""\n'
    'edition: Literal["provider", "lead"] = "provider"'
)
IDS = {"assessment_id": "lantern", "visit_id": "V1"}
SETUP = """
import os, sys, warnings
from pathlib import Path
from IPython.display import display
from qpm_widgets.journal import Kit
from qpm_widgets.reports import Account, Heading, Paragraph, Title
warnings.warn("said on " + "stderr")
"""
REPORT = """
from ipykernel.kernelapp import IPKernelApp
kit = Kit.from_environment()
display(Title("A report", edition, (("Assessment", assessment_id),)))
display(Heading(1, "Facts"))
display(Paragraph(" ".join([
    f"transport={IPKernelApp.instance().transport}",
    f"empty={not any(Path.cwd().iterdir())}",
    f"key={'QPM_KIT_KEY' in os.environ}",
    f"ours={sys.executable}",
]).replace(sys.executable, "yes"), evidence=("A1.x",)))
display(Account(("A1.x", "A2.x"), ("A1.x",), ("A2.x",)))
"""


def make_kit(folder: Path) -> Kit:
    cost = KeyCost(time_cost=1, memory_kib=64, parallelism=1)
    return Kit.create(folder, "a test passphrase of many words", assessor="AS1", cost=cost)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory):
    """A kit, a folder for notebooks, and a private folder for temporary files."""
    folder = tmp_path_factory.mktemp("render")
    kit = make_kit(folder / "kit")
    yield folder, kit
    kit.close()


@pytest.fixture(scope="module")
def told() -> list[tuple[str, float]]:
    return []


@pytest.fixture(scope="module")
def rendered(stage, told) -> Rendered:
    folder, kit = stage
    notebook = write_notebook(folder / "small_report.ipynb", PARAMETERS, SETUP, REPORT)
    return render_report(
        kit, notebook, {**IDS, "edition": "lead"}, outputs=folder / "outputs", progress=lambda *now: told.append(now)
    )


def test_the_folder_holds_the_report_and_nothing_else(stage, rendered: Rendered):
    folder, _ = stage
    assert rendered.folder.parent == folder / "outputs" / "lantern" / "V1"
    assert re.fullmatch(r"small_report-lead-\d{8}T\d{6}Z", rendered.folder.name)
    assert sorted(path.name for path in rendered.folder.iterdir()) == [
        "manifest.json", "report.ipynb", "small_report-lead.docx", "small_report-lead.html", "small_report-lead.pdf",
    ]  # fmt: skip
    assert [path.name for path in (folder / "outputs").iterdir()] == ["lantern"]
    assert list(rendered.files) == ["html", "docx", "pdf"]


def test_all_three_say_the_same(rendered: Rendered):
    assert "transport=" in rendered.files["html"].read_text(encoding="utf-8")
    assert any("transport=" in part.text for part in docx.Document(str(rendered.files["docx"])).paragraphs)
    with pikepdf.open(rendered.files["pdf"]) as pdf:
        assert pdf.docinfo["/Title"] == "A report"


def test_the_report_ran_in_a_private_process(rendered: Rendered):
    transport = "tcp" if os.name == "nt" else "ipc"
    facts = f"transport={transport} empty=True key=False ours=yes"
    assert facts in rendered.files["html"].read_text(encoding="utf-8")
    assert "QPM_KIT_KEY" not in os.environ


def test_where_there_are_no_sockets_the_channels_are_encrypted(stage, tmp_path, monkeypatch: pytest.MonkeyPatch):
    from qpm_widgets import channels

    monkeypatch.setattr(channels, "holds_sockets", lambda folder: False)  # as on Windows
    _, kit = stage
    read_channels = """
import json
from ipykernel.kernelapp import IPKernelApp
facts = json.loads(Path(IPKernelApp.instance().abs_connection_file).read_text())
display(Title("T", f"{facts['transport']} encrypted={'curve_publickey' in facts}", ()))
display(Account((), (), ()))
"""
    notebook = write_notebook(tmp_path / "tcp.ipynb", PARAMETERS, SETUP, read_channels)
    rendered = render_report(kit, notebook, IDS, outputs=tmp_path / "outputs", formats=["html"])
    assert "tcp encrypted=True" in rendered.files["html"].read_text(encoding="utf-8")


def test_the_manifest_says_what_went_in_and_came_out(stage, rendered: Rendered):
    import hashlib

    _, kit = stage
    manifest = json.loads((rendered.folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest == rendered.manifest
    assert manifest["parameters"] == {**IDS, "edition": "lead"}
    assert manifest["journal_head"] == kit.journal.head()
    assert manifest["journal_unchanged"] is True
    assert set(manifest["engines"]) >= {"papermill", "typst"}
    for name, facts in manifest["outputs"].items():
        data = (rendered.folder / name).read_bytes()
        assert facts == {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}


def test_the_kept_notebook_tells_nothing_of_the_machine(stage, rendered: Rendered):
    folder, kit = stage
    text = (rendered.folder / "report.ipynb").read_text(encoding="utf-8")
    for secret in (str(folder), str(Path.home()) + os.sep, sys.prefix, "said on stderr", *kit.environment().values()):
        assert secret not in text
    notebook = nbformat.reads(text, as_version=4)
    nbformat.validate(notebook)
    assert "widgets" not in notebook.metadata
    assert set(notebook.metadata.papermill) == {"parameters", "version"}


def test_progress_only_goes_forward(rendered: Rendered, told):
    shares = [share for _, share in told]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert len({words for words, _ in told}) == 5


def test_exporters_are_ordinary_ones(rendered: Rendered, tmp_path: Path):
    found = {entry.name for entry in entry_points(group="nbconvert.exporters")}
    assert {"qpm-html", "qpm-docx", "qpm-pdf"} <= found
    path = tmp_path / "report.ipynb"
    path.write_bytes((rendered.folder / "report.ipynb").read_bytes())
    command = [sys.executable, "-m", "nbconvert", "--to", "qpm-pdf", str(path)]
    home = {**os.environ, "HOME": str(tmp_path), "JUPYTER_CONFIG_DIR": str(tmp_path)}
    subprocess.run(command, check=True, capture_output=True, timeout=120, env=home)
    assert path.with_suffix(".pdf").read_bytes() == rendered.files["pdf"].read_bytes()


def render_failing(stage, tmp_path: Path, *cells: str, parameters: dict[str, str] = IDS) -> QpmError:
    _, kit = stage
    notebook = write_notebook(tmp_path / "failing.ipynb", PARAMETERS, *cells)
    with pytest.raises(QpmError) as refused:
        render_report(kit, notebook, parameters, outputs=tmp_path / "outputs", formats=("html",))
    assert not (tmp_path / "outputs").exists()
    return refused.value


def newest_log(kit: Kit) -> str:
    return max((kit.home / "runtime" / "logs").glob("report-*.log")).read_text(encoding="utf-8")


def test_a_failing_cell_gives_a_sentence_and_a_log_without_words(stage, tmp_path, caplog, capfd):
    error = render_failing(stage, tmp_path, f"print({CANARY!r})\nraise ValueError({CANARY!r})")
    assert error.code == "REPORT-002"
    assert error.where == "failing.ipynb, cell 3"  # papermill's own cell with the parameters counts
    log = newest_log(stage[1])
    assert "exception: ValueError" in log
    assert "place: failing.ipynb, cell 3" in log
    for place in (str(error), log, caplog.text, *capfd.readouterr()):
        assert "canary" not in place


def test_an_error_of_ours_is_passed_on(stage, tmp_path):
    cell = (
        "from qpm_widgets.errors import QpmError, Said\n"
        "raise QpmError('PLAN-001', 'visit V9', Said('Choose a visit of this assessment.'))"
    )
    error = render_failing(stage, tmp_path, cell)
    assert "PLAN-001, visit V9: the visit, interview or observation is not planned in this kit" in error.remedy
    assert "code: PLAN-001\nwhere: visit V9" in newest_log(stage[1])


def test_what_only_looks_like_an_error_of_ours_is_not_passed_on(stage, tmp_path):
    cell = f"class QpmError(Exception): pass\nraise QpmError('PLAN-001, x: {CANARY}. Do.')"
    error = render_failing(stage, tmp_path, cell)
    assert "canary" not in str(error) + newest_log(stage[1])


def test_a_process_that_ends_is_said_so(stage, tmp_path):
    error = render_failing(stage, tmp_path, "import os\nos._exit(3)")
    assert error.code == "REPORT-002"
    assert "What renders it ended" in error.remedy


def test_an_answer_that_went_nowhere_stops_the_report(stage, tmp_path):
    cell = "display(Title('T', '', ()))\ndisplay(Account(('A1.x', 'A1.y'), ('A1.x',), ()))"
    error = render_failing(stage, tmp_path, SETUP, cell)
    assert (error.code, error.where) == ("REPORT-005", "A1.y, in no list")


def test_wrong_parameters_are_refused_before_anything_runs(stage, tmp_path):
    mark = tmp_path / "ran"
    cell = f"open({str(mark)!r}, 'w')"
    error = render_failing(stage, tmp_path, cell, parameters={"assesment_id": "lantern", "edition": "draft"})
    assert error.code == "REPORT-001"
    assert "did you mean assessment_id?" in error.remedy
    assert not mark.exists()


@pytest.mark.parametrize("content", [None, "not JSON", '{"cells": 3}', "\ufeff{}"])
def test_a_missing_or_damaged_notebook(stage, tmp_path, content: str | None):
    _, kit = stage
    path = tmp_path / "gone.ipynb"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(QpmError, match="REPORT-004"):
        render_report(kit, path, {}, outputs=tmp_path / "outputs")


def test_an_unknown_format(stage, tmp_path):
    _, kit = stage
    notebook = write_notebook(tmp_path / "report.ipynb", PARAMETERS)
    with pytest.raises(QpmError, match="Choose from html, docx, pdf"):
        render_report(kit, notebook, IDS, outputs=tmp_path, formats=("odt",))


@pytest.mark.skipif(os.name == "nt", reason="Windows cannot send these signals to one process")
@pytest.mark.parametrize("stop", ["SIGKILL", "SIGINT"])
def test_stopped_half_way_leaves_nothing(stage, tmp_path: Path, stop: str):
    _, kit = stage
    mark = tmp_path / "kernel.pid"
    cell = f"import os, pathlib, time\npathlib.Path({str(mark)!r}).write_text(str(os.getpid()))\ntime.sleep(300)"
    notebook = write_notebook(tmp_path / "slow.ipynb", PARAMETERS, cell)
    script = (
        # A process started in the background is born deaf to Ctrl-C; a person's is not.
        "import signal\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from pathlib import Path\nfrom qpm_widgets.journal import Kit\nfrom qpm_widgets.reports import render_report\n"
        f"render_report(Kit.from_environment(), Path({str(notebook)!r}), {IDS!r}, "
        f"outputs=Path({str(tmp_path / 'outputs')!r}))"
    )
    temporary = tmp_path / "t"
    temporary.mkdir()
    environment = {**os.environ, **kit.environment(), "TMPDIR": str(temporary)}
    environment.pop("XDG_RUNTIME_DIR", None)
    with subprocess.Popen([sys.executable, "-c", script], env=environment, stderr=subprocess.DEVNULL) as process:
        wait_until(lambda: mark.exists() and mark.read_text(), 60)
        process.send_signal(signal.Signals[stop])
        assert process.wait(30) != 0
    assert not (tmp_path / "outputs").exists()
    kernel = int(mark.read_text())
    wait_until(lambda: not is_running(kernel), 20)
    if stop == "SIGINT":
        assert list(temporary.iterdir()) == []


def wait_until(condition, seconds: float) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
    except FileNotFoundError:
        if Path("/proc").exists():
            return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_documents_can_be_written_again_from_the_kept_notebook(templates):
    from qpm_widgets.reports.exporters import QpmHTMLExporter

    again = [QpmHTMLExporter(templates=templates).from_notebook_node(executed(every_block()))[0] for _ in range(2)]
    assert again[0] == again[1]
