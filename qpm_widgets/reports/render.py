"""``render_report``: from a report notebook and its parameters to documents in ``outputs/``."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from qpm_widgets.errors import QpmError
from qpm_widgets.journal import Kit
from qpm_widgets.journal.bundles import Link
from qpm_widgets.journal.queries import digest_heads
from qpm_widgets.reports.completeness import check_complete
from qpm_widgets.reports.document import read_document
from qpm_widgets.reports.execution import execute_report
from qpm_widgets.reports.exporters import QpmDocxExporter, QpmExporter, QpmHTMLExporter, QpmPDFExporter
from qpm_widgets.reports.parameters import Value, check_parameters, read_parameters
from qpm_widgets.reports.publishing import check_writable, digest_folder, publish, safe_name, sha256
from qpm_widgets.reports.used_interviews import seal_erasures, seal_interviews
from qpm_widgets.templates import Templates, load_templates

EXPORTERS: dict[str, type[QpmExporter]] = {
    "html": QpmHTMLExporter,
    "docx": QpmDocxExporter,
    "pdf": QpmPDFExporter,
}
ENGINES = ("papermill", "nbclient", "nbconvert", "python-docx", "typst")
Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class Rendered:
    """A rendered report. ``files`` maps each format to its file; ``manifest`` is what ``manifest.json`` says."""

    folder: Path
    files: dict[str, Path]
    manifest: dict[str, Any]


def render_report(
    kit: Kit,
    notebook: Path,
    parameters: Mapping[str, str],
    *,
    outputs: Path,
    formats: Sequence[str] = ("html", "docx", "pdf"),
    progress: Progress | None = None,
) -> Rendered:
    """Render a report into ``outputs/<assessment>/<visit>/<report>-<edition>-<UTC time>/``.

    Everything is made in memory; only finished documents, the executed notebook and ``manifest.json`` are written.

    Parameters
    ----------
    kit : Kit
        Unlocked; the notebook's process gets its environment.
    notebook : Path
        A report notebook with a cell tagged ``parameters``.
    parameters : mapping of str to str
        Checked against that cell. ``assessment_id``, ``visit_id`` and ``edition``, where it has them, name the folder.
    outputs : Path
        Made if it is not there.
    formats : sequence of str
        Of ``html``, ``docx``, ``pdf``.
    progress : callable, optional
        Called with what is being done, in a few words, and the share that is done (0 to 1).

    Raises
    ------
    QpmError
        REPORT-001 to REPORT-006; nothing is left in ``outputs`` then.
    """
    node = _read_notebook(notebook, source := _read_source(notebook))
    values = check_parameters(notebook.name, read_parameters(node), parameters)
    exporters, templates = _choose_exporters(formats), load_templates()
    tell = _Teller(progress, templates)
    heads, erasures = kit.journal.heads(), seal_erasures(kit.journal, values)
    interviews = seal_interviews(kit.journal, values)

    tell("run", 0.05)
    executed = execute_report(kit, notebook.name, node, values, tell.count_cells)
    check_complete(read_document(executed))
    report = "-".join(filter(None, (safe_name(notebook.stem), _part(values, "edition"))))
    files = _write_documents(executed, report, exporters, templates, tell)

    tell("save", 0.95)
    now = datetime.now(UTC)
    facts = {
        "report": notebook.stem,
        "parameters": values,
        "rendered_at": now.isoformat(timespec="seconds"),
        "interviews": sorted({*interviews, *seal_interviews(kit.journal, values)}),  # before and after
        "erasures": erasures,
        **_describe_inputs(kit, heads, templates, source),
    }
    place = tuple(filter(None, (_part(values, "assessment_id"), _part(values, "visit_id"))))
    folder, manifest = publish(outputs, place, f"{report}-{now:%Y%m%dT%H%M%SZ}", files, facts)
    tell("save", 1.0)
    return Rendered(folder, {name: folder / f"{report}.{name}" for name in exporters}, manifest)


def check_request(notebook: Path, parameters: Mapping[str, str], *, outputs: Path, formats: Sequence[str]) -> None:
    """Refuse what cannot be rendered, before a kit is unlocked and time is spent on it.

    Raises
    ------
    QpmError
        REPORT-001 for a parameter or format, REPORT-004 for the notebook, REPORT-006 if ``outputs`` cannot be written.
    """
    check_parameters(notebook.name, read_parameters(_read_notebook(notebook, _read_source(notebook))), parameters)
    _choose_exporters(formats)
    check_writable(outputs)


def _write_documents(
    executed: NotebookNode, report: str, exporters: dict[str, type[QpmExporter]], templates: Templates, tell: _Teller
) -> dict[str, bytes]:
    files = {"report.ipynb": _write_notebook(executed)}
    for number, (name, exporter) in enumerate(exporters.items()):
        tell(name, 0.65 + 0.3 * number / len(exporters))
        content, _ = exporter(templates=templates).from_notebook_node(executed)
        files[f"{report}.{name}"] = content if isinstance(content, bytes) else content.encode()
    return files


def _describe_inputs(kit: Kit, heads: list[Link], templates: Templates, source: bytes) -> dict[str, Any]:
    return {
        "notebook_sha256": sha256(source),
        "journal_head": digest_heads(heads),
        "journal_heads": [list(head) for head in heads],  # by which it can be found in a journal that has grown since
        "journal_unchanged": kit.journal.heads() == heads,  # false: something was recorded during the render
        "templates_sha256": templates.digest,
        "design_sha256": digest_folder(templates.folder / "report"),
        "kit": version("qpm-field-kit"),
        "engines": {name: version(name) for name in ENGINES},
    }


def _read_source(notebook: Path) -> bytes:
    try:
        return notebook.read_bytes()
    except OSError:
        known = ", ".join(sorted(path.stem for path in notebook.parent.glob("*report*.ipynb")))
        raise QpmError("REPORT-004", notebook.name, "report.names" if known else "report.none", names=known) from None


def _read_notebook(notebook: Path, source: bytes) -> NotebookNode:
    try:
        nbformat.validate(json.loads(source), version=4)  # before reading, which trusts its input
        node: NotebookNode = nbformat.reads(source.decode(), as_version=4)  # type: ignore[no-untyped-call]
    except (ValueError, nbformat.ValidationError):
        raise QpmError("REPORT-004", notebook.name, "report.damaged") from None
    return node


def _write_notebook(node: NotebookNode) -> bytes:
    text: str = nbformat.writes(node)  # type: ignore[no-untyped-call]
    return text.encode()


def _choose_exporters(formats: Sequence[str]) -> dict[str, type[QpmExporter]]:
    unknown = [name for name in formats if name not in EXPORTERS]
    if unknown or not formats:
        named = f"format {', '.join(unknown)[:60]}" if unknown else "formats"
        raise QpmError("REPORT-001", named, "report.formats", names=", ".join(EXPORTERS))
    return {name: EXPORTERS[name] for name in EXPORTERS if name in formats}


def _part(values: Mapping[str, Value], name: str) -> str | None:
    return safe_name(str(values[name])) if name in values else None


class _Teller:
    """Tells a caller who wants to know how far the render has come, in the kit's words."""

    def __init__(self, progress: Progress | None, templates: Templates) -> None:
        self.progress = progress
        self.words = templates.wording.section("rendering")

    def __call__(self, stage: str, share: float) -> None:
        if self.progress is not None:
            self.progress(self.words[stage], share)

    def count_cells(self, done: int, total: int) -> None:
        """Tell that so many cells of the notebook have run."""
        self("run", 0.05 + 0.6 * min(1.0, done / total))
