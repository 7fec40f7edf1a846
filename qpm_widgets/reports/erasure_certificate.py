"""The certificate of erasure: one page that says what is gone, what remains and what people must still do.

It names an interview by its id and an assessor by code; no respondent's code and no word of what was said.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from qpm_widgets.journal.erasure import RECORD
from qpm_widgets.reports.blocks import Block, BulletList, Column, Heading, Item, Paragraph, Table, Title
from qpm_widgets.reports.document import Document
from qpm_widgets.reports.pdf_writer import write_pdf
from qpm_widgets.reports.publishing import publish, safe_name
from qpm_widgets.templates import Templates
from qpm_widgets.visits.certificates import CERTIFICATE
from qpm_widgets.visits.erasures import KINDS, Erasure


@dataclass(frozen=True)
class Certificate:
    """What a certificate says.

    Parameters
    ----------
    erasure : Erasure
    head_before, head_after : str
        The journal's state; "" for a state that was not noted.
    documents : tuple of str
        The documents that used what was erased, by their paths in the outputs.
    judgements : tuple of str
        The ratings and findings that cite it and must be read again, by visit and field.
    earlier : int
        How many earlier versions of ratings and findings are erased, because they may repeat what is erased.
    sample : str, optional
        The sentence on every page that says that the material is invented.
    """

    erasure: Erasure
    head_before: str
    head_after: str
    documents: tuple[str, ...] = ()
    judgements: tuple[str, ...] = ()
    earlier: int = 0
    sample: str | None = None


def write_certificate(templates: Templates, certificate: Certificate, outputs: Path) -> Path:
    """Write the certificate as PDF to ``outputs/<assessment>/erasures/<id>-<time>/``.

    Raises
    ------
    QpmError
        REPORT-006 if it cannot be written.
    """
    tombstone = certificate.erasure.tombstone
    document = Document(_title(templates, certificate), tuple(_blocks(templates, certificate)), brief=True)
    pdf = write_pdf(document, templates.wording.section("report_writers"), templates.folder / "report")
    at = datetime.fromtimestamp(tombstone.recorded_at / 1000, UTC)
    kind, _, its_id = tombstone.subject.partition(":")
    facts = {
        "report": CERTIFICATE,
        "assessment": tombstone.assessment_id,
        **({kind: its_id} if its_id else {"scope": tombstone.field.partition(":")[2]}),
        "tombstone": tombstone.entry_id,
        "journal_head": certificate.head_after,
        "kit": version("qpm-field-kit"),
    }
    place = (safe_name(tombstone.assessment_id), "erasures")
    file, name = f"{CERTIFICATE}.pdf", f"{safe_name(its_id or kind)}-{at:%Y%m%dT%H%M%SZ}"
    folder, _ = publish(outputs, place, name, {file: pdf}, facts)
    return folder / file


def _title(templates: Templates, certificate: Certificate) -> Title:
    text, tombstone = templates.wording.text, certificate.erasure.tombstone
    payload = tombstone.payload or {}
    scope = tombstone.field.partition(":")[2]
    at = datetime.fromtimestamp(tombstone.recorded_at / 1000, UTC)
    kind, _, meeting_id = tombstone.subject.partition(":")
    subtitle = kind if kind == "observation" else "whole"
    if scope in ("quotes", "consents", "record"):
        subtitle = "quotes_of_one" if payload.get("respondent") else scope
    facts = {
        "assessment": tombstone.assessment_id,
        "meeting": meeting_id or text("erasure.all_of_it"),
        "scope": text(f"erasure.scope.{scope}"),
        "reason": text(f"erasure.reason.{payload.get('reason', 'withdrawn')}"),
        "erased_at": f"{at.day} {at:%B %Y, %H:%M} UTC",
        "erased_by": tombstone.recorded_by,
        "entries": str(len(certificate.erasure.entry_ids)),
        "made_with": text("erasure.made_with", version=version("qpm-field-kit")),
    }
    shown = tuple((text(f"erasure.facts.{name}"), value) for name, value in facts.items())
    return Title(text("erasure.title"), text(f"erasure.{subtitle}"), shown, certificate.sample)


def _blocks(templates: Templates, certificate: Certificate) -> Iterator[Block]:
    text, erasure = templates.wording.text, certificate.erasure
    yield Heading(1, text("erasure.done.heading"))
    yield Paragraph(text("erasure.done.text"))
    rows = tuple((text(f"erasure.kinds.{kind}"), str(erasure.counts[kind])) for kind in KINDS if erasure.counts[kind])
    if rows:
        columns = (Column(text("erasure.done.kind")), Column(text("erasure.done.number"), "right"))
        yield Table(text("erasure.done.caption"), columns, rows)
    if certificate.earlier and erasure.tombstone.field != RECORD:  # which takes every version
        yield Paragraph(text("erasure.done.earlier", number=certificate.earlier))
    yield Heading(1, text("erasure.remains.heading"))
    yield BulletList(tuple(Item(one) for one in _remains(templates, certificate)))
    yield Heading(1, text("erasure.to_do.heading"))
    yield BulletList(tuple(Item(text(f"erasure.to_do.{step}")) for step in _steps(certificate)))
    if not erasure.for_time:
        for name, lines in (("judgements", _by_area(certificate.judgements)), ("documents", certificate.documents)):
            if lines:
                yield Heading(2, text(f"erasure.listed.{name}"))
                yield BulletList(tuple(Item(one) for one in lines))
    yield Heading(1, text("erasure.state.heading"))
    states = {
        "entry": erasure.tombstone.entry_id,
        "link": erasure.tombstone.chain,
        "before": certificate.head_before,
        "after": certificate.head_after,
    }
    yield Table(
        text("erasure.state.caption"),
        (Column(text("erasure.state.what")), Column(text("erasure.state.value"))),
        tuple((text(f"erasure.state.{name}"), value) for name, value in states.items() if value),
    )


def _by_area(judgements: Iterable[str]) -> list[str]:
    """``V1 finding:F101`` and its like in lines: a visit's ratings, then its findings."""
    lines: dict[str, list[str]] = {}
    for one in judgements:
        area, _, name = one.partition(":")
        lines.setdefault(area, []).append(name)
    return [f"{area}: {', '.join(names)}" for area, names in lines.items()]


def _remains(templates: Templates, certificate: Certificate) -> Iterator[str]:
    text, scope = templates.wording.text, certificate.erasure.tombstone.field.partition(":")[2]
    yield text("erasure.remains.marks")
    if scope == "record":
        return
    seen = certificate.erasure.tombstone.subject.startswith("observation:")
    held = "plan_observation" if seen else "plan_alone" if scope == "consents" else "plan"
    yield text(f"erasure.remains.{held}")
    if certificate.erasure.for_time:
        yield text("erasure.remains.reports")
        return
    for name, listed in (("judgements", certificate.judgements), ("documents", certificate.documents)):
        yield text(f"erasure.remains.{name}" if listed else f"erasure.remains.{name}_none", number=len(listed))


def _steps(certificate: Certificate) -> Iterator[str]:
    if not certificate.erasure.for_time:
        if certificate.judgements:
            yield "judgements"
        if certificate.documents:
            yield "documents"
    yield from ("backups", "bundles", "paper")
    if (certificate.erasure.tombstone.payload or {}).get("reason") in ("withdrawn", "objection"):
        yield "tell"
