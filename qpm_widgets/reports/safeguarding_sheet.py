"""An account of harm as a PDF to print and hand over, in the words in which it was written down."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from qpm_widgets.journal.safeguarding import Disclosure, ReadAccount, side_by_side
from qpm_widgets.journal.sealing import fingerprint
from qpm_widgets.reports.blocks import Block, Heading, Note, Paragraph, Title
from qpm_widgets.reports.document import Document
from qpm_widgets.reports.pdf_writer import write_pdf
from qpm_widgets.templates import Templates


def write_safeguarding_sheet(templates: Templates, disclosure: Disclosure, parts: Sequence[ReadAccount]) -> bytes:
    """The PDF; the same bytes for the same account.

    Raises
    ------
    QpmError
        REPORT-003 if it cannot be typeset.
    """
    text = templates.wording.text
    facts = {
        "account": disclosure.id,
        "assessment": disclosure.assessment_id,
        "about": disclosure.about.replace(":", " "),
        "written_by": ", ".join(sorted({part.recorded_by for part in parts})),
        "written_at": _moment(min(part.recorded_at for part in parts)),
    }
    shown = tuple((text(f"safeguarding.facts.{name}"), value) for name, value in facts.items())
    title = Title(text("safeguarding.title"), text("safeguarding.subtitle"), shown)
    document = Document(title, tuple(_blocks(templates, parts)), brief=True)
    return write_pdf(document, templates.wording.section("report_writers"), templates.folder / "report")


def _blocks(templates: Templates, parts: Sequence[ReadAccount]) -> Iterator[Block]:
    text = templates.wording.text
    yield Note("warning", text("safeguarding.apart"))
    for number in side_by_side(parts):
        yield Note("warning", text("safeguarding.differ", part=number))
    for part in sorted(parts, key=lambda part: (part.part, part.recorded_at)):
        by = part.recorded_by
        if part.device_id:
            by = text("safeguarding.from_device", by=by, digits=fingerprint(part.device_id))
        facts = {"part": part.part, "time": _moment(part.recorded_at), "by": by}
        yield Heading(1, text("safeguarding.part", **facts))
        for name, words in part.account.model_dump().items():
            if words:
                yield Heading(2, text(f"safeguarding.{name}"))
                yield Paragraph(words)


def _moment(milliseconds: int) -> str:
    at = datetime.fromtimestamp(milliseconds / 1000, UTC)
    return f"{at.day} {at:%B %Y, %H:%M} UTC"
