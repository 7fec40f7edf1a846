"""The heart of a site visit report: each standard with its findings, quotes, contradictions and ratings."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator

from qpm_widgets.evidence.disclosure import (
    IDENTIFIES,
    KEPT_APART,
    LOST_GROUND,
    NAMES_A_CODE,
    POOL,
    REFUSED_WORDS,
    RESTS_ON_ERASED,
    TWO_PEOPLE,
    UNSETTLED,
)
from qpm_widgets.evidence.frames import Row
from qpm_widgets.evidence.record import Piece
from qpm_widgets.reports.blocks import Block, BulletList, Column, Heading, Item, Paragraph, Quote, Table
from qpm_widgets.reports.visit_content import Content
from qpm_widgets.templates.records import Standard

GUARDED = frozenset(
    {KEPT_APART, REFUSED_WORDS, NAMES_A_CODE, IDENTIFIES, RESTS_ON_ERASED, TWO_PEOPLE}
)  # the rating may be shown, its reason may not


def standards(content: Content) -> Iterator[Block]:
    """Every standard of the edition, after a key to the ratings."""
    say, edition = content.words.say, content.templates.standards
    yield Heading(1, say("standards.heading"))
    yield Paragraph(say("standards.intro"))
    if content.contradictions:
        yield Paragraph(say("standards.differ_intro"))
    yield Heading(2, say("standards.how_to_read"))
    means = Column(say("standards.means"))
    yield Table(
        say("standards.rating_caption"),
        (Column(say("standards.rating")), means),
        tuple((level.label, level.descriptor) for level in edition.rating_scale),
    )
    yield Table(
        say("standards.confidence_caption"),
        (Column(say("standards.confidence")), means),
        tuple((level.label, level.descriptor) for level in edition.confidence),
    )
    if not content.lead and POOL in content.voices.groups.values():
        yield Paragraph(say("standards.counted_together"))
    for standard in edition.standards:
        yield from one_standard(content, standard)


def one_standard(content: Content, standard: Standard) -> Iterator[Block]:
    """One standard: narrative, voices, differences, ratings."""
    say = content.words.say
    yield Heading(2, say("standards.section", number=standard.number, name=standard.name))
    yield Paragraph(standard.meaning)
    written = [row for row in content.findings if row["standard"] == standard.id and row["kind"] == "finding"]
    for row in written:
        yield from _statement(content, row)
    if not written:
        yield Paragraph(say("standards.no_finding"))
    if voices := content.quotes.get(standard.id):
        yield Heading(3, say("standards.voices"))
        yield from show_quotes(content, voices)
    yield from _differences(content, standard)
    yield _ratings(content, standard)
    if content.lead:
        yield from _evidence_behind(content, standard)


def _statement(content: Content, row: Row) -> Iterator[Block]:
    """A finding in the assessor's words, with its ids for the lead, and the quotes that belong beside it."""
    text = " ".join([row["text"], *_remarks(content, row)])
    yield Paragraph(text, evidence=content.cite_behind(row))
    yield from show_quotes(content, content.quotes.get(row["entry_id"], ()))


def _remarks(content: Content, row: Row) -> list[str]:
    """What the lead should know of a judgement's grounds."""
    if not content.lead:
        return []
    say = content.words.say
    remarks = []
    if row["cites_lost"] == 1:
        remarks.append(say("standards.cites_lost_one"))
    elif row["cites_lost"]:
        remarks.append(say("standards.cites_lost", count=row["cites_lost"]))
    if row["conflict"]:
        remarks.append(say("standards.conflict"))
    return remarks


def show_quotes(content: Content, quotes: Iterable[Piece]) -> Iterator[Block]:
    """Quotes in the language they were spoken in, each with its translation."""
    for piece in quotes:
        translation = str(piece.payload["translation"])
        hidden = content.translated_only(piece)
        alone = hidden or piece.only_translated
        spoken = content.templates.spoken_in(piece.payload)
        yield Quote(
            translation if alone else piece.text,
            content.words.attribution(piece, hides_language=hidden),
            language="en" if alone or spoken.signed else spoken.code,
            rtl=spoken.direction == "rtl" and not alone,
            translation=None if alone else translation or None,
            evidence=content.cite([piece.evidence_id]),
        )


def _differences(content: Content, standard: Standard) -> Iterator[Block]:
    words = content.words
    rows = [row for row in content.contradictions if row["standard"] == standard.id]
    if not rows:
        return
    yield Heading(3, words.say("standards.differ"))
    for row in rows:
        yield Heading(4, _name(content, row["indicator"]))
        yield BulletList(tuple(_sides(content, row["indicator"])))
        rated = [one for one in content.ratings if one["indicator"] == row["indicator"]]
        weighed = [one for one in rated if one["rationale"].strip() and not one["refused"]]
        for one in weighed:
            text = words.say("standards.differ_weighed", rationale=one["rationale"])
            yield Paragraph(text, evidence=content.cite_behind(one))
        if not weighed:
            yield Paragraph(words.say("standards.differ_open"))


def _sides(content: Content, indicator: str) -> Iterator[Item]:
    """Each group of sources once: on one side unless it has been heard on both."""
    words = content.words
    found: dict[str, dict[str, list[str]]] = {}
    for mark in content.bearings:
        if mark["indicator"] == indicator and mark["explored"]:
            for group in words.groups([mark["source_type"]]):
                found.setdefault(group, {}).setdefault(mark["bearing"], []).append(mark["evidence_id"])
    sides: dict[str, list[str]] = {"differ_for": [], "differ_both": [], "differ_against": []}
    for group in words.groups(content.source_codes):
        if group in found:
            sides[_side(found[group])].append(group)
    if not sides["differ_for"] and not sides["differ_against"]:
        sides = {"differ_within": sides["differ_both"]}
    for key, groups in sides.items():
        if groups:
            ids = [one for group in groups for listed in found[group].values() for one in listed]
            named = words.join(words.source(group) for group in groups)
            yield Item(words.say(f"standards.{key}", sources=named), content.cite(ids))


def _side(bearings: Container[str]) -> str:
    if ("supports" in bearings) == ("contradicts" in bearings):
        return "differ_both"
    return "differ_for" if "supports" in bearings else "differ_against"


def _name(content: Content, indicator: str) -> str:
    text = content.templates.indicator(indicator).text
    return content.words.say("standards.indicator_cell", id=indicator, text=text)


def _ratings(content: Content, standard: Standard) -> Table:
    say = content.words.say
    columns = tuple(Column(say(f"standards.{name}")) for name in ("indicator", "rating", "reason", "sure"))
    rows = [
        (
            _name(content, row["indicator"]),
            level_in_words(content, row),
            _reason(content, row),
            _sure(content, row),
        )
        for row in content.ratings
        if row["standard"] == standard.id
    ]
    return Table(say("standards.table", name=standard.name), columns, tuple(rows))


def level_in_words(content: Content, row: Row) -> str:
    """The rating as this edition prints it."""
    say = content.words.say
    if row["refused"] == UNSETTLED:
        return say("standards.unsettled")
    if row["refused"] == LOST_GROUND:
        return say("standards.lost_ground")
    return str(row["level_label"]) or say("standards.unrated")


def _reason(content: Content, row: Row) -> str:
    say = content.words.say
    if row["refused"] in GUARDED:
        return say("standards.reason_withheld")
    if row["refused"] or not row["level"]:
        return "–"
    disputed = any(one["indicator"] == row["indicator"] for one in content.contradictions)
    if disputed and row["rationale"].strip():
        return say("standards.see_differ")
    return str(row["rationale"]) if row["rationale"].strip() else say("standards.no_reason")


def _sure(content: Content, row: Row) -> str:
    say, label = content.words.say, content.confidence(row).label
    heard = row["source_types"]
    sure = (
        say("standards.sure_cell", label=label, sources=content.words.sources(heard))
        if heard
        else say("standards.sure_none", label=label)
    )
    # A person rates; the report only says where a rating goes beyond what the scale asks for.
    shown = row["level"] and not row["refused"]
    return f"{sure} {say('standards.sure_short')}" if shown and content.falls_short(row) else sure


def _evidence_behind(content: Content, standard: Standard) -> Iterator[Block]:
    say = content.words.say
    items = []
    for row in content.ratings:
        if row["standard"] != standard.id or not row["level"] or row["refused"]:
            continue
        key = "standards.evidence_item" if content.cite(row["evidence_ids"]) else "standards.nothing_cited"
        text = say(key, indicator=row["indicator"], level=row["level_label"])
        items.append(Item(" ".join([*_remarks(content, row), text]), content.cite_behind(row)))
    if items:
        yield Heading(3, say("standards.evidence_behind"))
        yield BulletList(tuple(items))


def closing_voices(content: Content) -> Iterator[Block]:
    """What people said at the end of a conversation, where no finding has taken it up."""
    say = content.words.say
    if quotes := content.quotes.get(""):
        yield Heading(1, say("closing.heading"))
        yield Paragraph(say("closing.intro"))
        yield from show_quotes(content, quotes)


def collected(content: Content, kind: str, section: str) -> Iterator[Block]:
    """Good practice or areas to develop, collected from all standards."""
    say = content.words.say
    rows = [row for row in content.findings if row["kind"] == kind]
    yield Heading(1, say(f"{section}.heading"))
    if not rows:
        yield Paragraph(say(f"{section}.none"))
        return
    yield Paragraph(say(f"{section}.intro"))
    for standard in content.templates.standards.standards:
        own = [row for row in rows if row["standard"] == standard.id]
        if own:
            yield Heading(2, standard.name)
            yield from _points(content, own)


def _points(content: Content, rows: list[Row]) -> Iterator[Block]:
    """Points as a list, broken off only where a quote stands beside one."""
    items: list[Item] = []
    for row in rows:
        text = " ".join([row["text"], *_remarks(content, row)])
        items.append(Item(text, content.cite_behind(row)))
        if quotes := content.quotes.get(row["entry_id"]):
            yield BulletList(tuple(items))
            items = []
            yield from show_quotes(content, quotes)
    if items:
        yield BulletList(tuple(items))
