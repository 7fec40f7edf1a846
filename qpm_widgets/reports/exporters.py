"""The three nbconvert exporters: ``jupyter nbconvert --to qpm-html`` (``qpm-docx``, ``qpm-pdf``) ``report.ipynb``."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from nbconvert.exporters.exporter import Exporter
from nbformat import NotebookNode
from traitlets import Any as AnyTrait

from qpm_widgets.reports.document import Document, read_document
from qpm_widgets.templates import Templates, load_templates

# Takes the document, the writers' words and the folder of the design.
Writer = Callable[[Document, dict[str, Any], Path], str | bytes]


class QpmExporter(Exporter):
    """Writes the blocks of an executed notebook, in their order, and nothing else of it.

    Raises, from ``from_notebook_node``, what ``read_document`` and the writer raise: REPORT-002, REPORT-003.
    """

    writer_name = ""  # module and function within qpm_widgets.reports, imported only when something is written
    templates = AnyTrait(None, help="The loaded templates; without them they are loaded when needed.")

    def from_notebook_node(  # type: ignore[override]  # as in nbconvert's own exporters, which return text
        self,
        nb: NotebookNode,
        resources: Any | None = None,  # noqa: ANN401  # nbconvert's own signature
        **kw: Any,  # noqa: ANN401
    ) -> tuple[str | bytes, dict[str, Any]]:
        """The document, and the resources that nbconvert passes along."""
        nb, resources = super().from_notebook_node(nb, resources, **kw)
        document = read_document(nb)
        templates: Templates | None = self.templates
        if templates is None or templates.wording.language != document.title.language:
            folder = templates.folder if templates else None
            templates = load_templates(folder, document.title.language)
        resources["output_extension"] = self.file_extension
        words = templates.wording.section("report_writers")
        return self._load_writer()(document, words, templates.folder / "report"), resources

    def _load_writer(self) -> Writer:
        module, _, function = self.writer_name.partition(":")
        writer: Writer = getattr(import_module(f"qpm_widgets.reports.{module}"), function)
        return writer

    def _file_extension_default(self) -> str:
        return self.default_extension

    default_extension = ""


class QpmHTMLExporter(QpmExporter):
    """One self-contained HTML file."""

    writer_name = "html_writer:write_html"
    default_extension = ".html"
    output_mimetype = "text/html"
    export_from_notebook = "QPM report (HTML)"


class QpmDocxExporter(QpmExporter):
    """A Word document."""

    writer_name = "docx_writer:write_docx"
    default_extension = ".docx"
    output_mimetype = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    export_from_notebook = "QPM report (Word)"


class QpmPDFExporter(QpmExporter):
    """A tagged PDF (PDF/UA-1)."""

    writer_name = "pdf_writer:write_pdf"
    default_extension = ".pdf"
    output_mimetype = "application/pdf"
    export_from_notebook = "QPM report (PDF)"
