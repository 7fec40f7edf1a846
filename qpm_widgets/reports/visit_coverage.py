"""The picture of what the evidence rests on: which kinds of source were heard on what, and its tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from qpm_widgets.evidence.frames import Row
from qpm_widgets.reports.blocks import Block, Column, Figure, Heading, Paragraph, Table
from qpm_widgets.reports.visit_content import Content

INK, FAINT, RULE, HEARD = "#1f2933", "#5b6873", "#c9d1d8", "#0b5c73"
NAME, GAP = 46, 30  # widths in the drawing's own units


@dataclass(frozen=True)
class Grid:
    """The measures of the picture. With figures in its circles they are larger, and the columns' names aslant."""

    cell: float
    row: float
    top: float
    circle: float
    numbers: bool


PLAIN, NUMBERED = Grid(56, 13.2, 50, 5.6, numbers=False), Grid(31, 17, 76, 7.8, numbers=True)


def coverage(content: Content) -> Iterator[Block]:
    """The picture, and the same as tables."""
    say = content.words.say
    groups = coverage_groups(content)
    yield Heading(1, say("coverage.heading"))
    yield Paragraph(say("coverage.intro_spot" if content.spot_checked else "coverage.intro"))
    yield _by_standard(content, groups)
    yield Paragraph(say("coverage.picture"))
    yield Figure(draw_coverage(content, groups), _alternative(content, groups), say("coverage.caption"))
    if content.lead:
        yield _by_indicator(content)


def coverage_groups(content: Content) -> tuple[str, ...]:
    """The kinds of source that could speak on a visit or did, as this edition names them."""
    rows = content.coverage
    return content.words.groups(
        code for code in content.source_codes if any(row[code] or code in row["could_speak"] for row in rows)
    )


def _heard(content: Content, row: Row, group: str) -> int:
    return sum(row[code] for code in content.source_codes if content.words.groups([code]) == (group,))


def _state(content: Content, row: Row, group: str) -> str:
    if _heard(content, row, group):
        return "heard"
    return "silent" if group in content.words.groups(row["not_heard"]) else ""


def draw_coverage(content: Content, groups: tuple[str, ...]) -> str:
    """One SVG: standards in two panels, a row for each indicator, a column for each kind of source."""
    panels, grid = _panels(content), _grid(content)
    width = NAME + grid.cell * len(groups)
    height = grid.top + max(sum(len(rows) + 1.7 for _, rows in panel) for panel in panels) * grid.row
    total = len(panels) * width + (len(panels) - 1) * GAP
    parts = [_panel(content, groups, panel, place * (width + GAP)) for place, panel in enumerate(panels)]
    legend = _legend(content, height + 14)
    right = 44 if grid.numbers else 12  # the last of the slanted names reaches beyond its column
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-4 0 {total + right} {height + 26:.0f}">'
        f"{''.join(parts)}{legend}</svg>"
    )


def _grid(content: Content) -> Grid:
    return NUMBERED if content.lead else PLAIN


def _panels(content: Content) -> list[list[tuple[str, list[Row]]]]:
    standards = [
        (standard.name, [row for row in content.coverage if row["standard"] == standard.id])
        for standard in content.templates.standards.standards
    ]
    half = (len(standards) + 1) // 2
    return [part for part in (standards[:half], standards[half:]) if part]


def _panel(content: Content, groups: tuple[str, ...], panel: list[tuple[str, list[Row]]], left: float) -> str:
    grid, parts = _grid(content), []
    for place, group in enumerate(groups):
        parts.append(_column_name(content.words.column(group), left + NAME + grid.cell * (place + 0.5), grid))
    y = grid.top
    for name, rows in panel:
        parts.append(_text(name, left, y - 4, size=12, weight="bold"))
        y += grid.row * 0.7
        for row in rows:
            parts.append(_rule(left, left + NAME + grid.cell * len(groups), y - grid.row / 2))
            parts.append(_text(row["indicator"], left + 4, y + 4, size=11))
            for place, group in enumerate(groups):
                parts.append(_cell(content, row, group, left + NAME + grid.cell * (place + 0.5), y))
            y += grid.row
        y += grid.row
    return "".join(parts)


def _column_name(label: str, centre: float, grid: Grid) -> str:
    if grid.numbers:
        name = _text(label, 0, 0, size=11)
        return f'<g transform="translate({centre - 4:.1f} {grid.top - 22}) rotate(-40)">{name}</g>'
    lines = enumerate(reversed(_two_lines(label)))
    return "".join(_text(line, centre, grid.top - 24 - 12 * at, size=10.5, anchor="middle") for at, line in lines)


def _rule(left: float, right: float, y: float) -> str:
    return f'<line x1="{left}" y1="{y:.1f}" x2="{right}" y2="{y:.1f}" stroke="{RULE}" stroke-width="0.6"/>'


def _cell(content: Content, row: Row, group: str, x: float, y: float) -> str:
    state, grid = _state(content, row, group), _grid(content)
    if state == "heard":
        number = _text(str(_heard(content, row, group)), x, y + 4.1, size=11.5, anchor="middle", fill="#ffffff")
        return f'<circle cx="{x}" cy="{y:.1f}" r="{grid.circle}" fill="{HEARD}"/>' + (number if grid.numbers else "")
    return _empty_circle(x, y) if state == "silent" else ""


def _empty_circle(x: float, y: float) -> str:
    return f'<circle cx="{x}" cy="{y:.1f}" r="4.6" fill="none" stroke="{FAINT}" stroke-width="1.2"/>'


def _legend(content: Content, y: float) -> str:
    say = content.words.say
    heard, silent = say("coverage.heard"), say("coverage.silent")
    second = 30 + 7 * len(heard)
    parts = [
        f'<circle cx="7" cy="{y}" r="5.6" fill="{HEARD}"/>',
        _text(heard, 20, y + 4, size=11),
        _empty_circle(second + 7, y),
        _text(silent, second + 20, y + 4, size=11),
    ]
    if content.lead:
        parts.append(_text(say("coverage.pieces"), second + 40 + 5.4 * len(silent), y + 4, size=11))
    return "".join(parts)


def _two_lines(label: str) -> list[str]:
    words = label.split()
    if len(words) < 2:
        return [label]
    cut = min(range(1, len(words)), key=lambda at: abs(len(" ".join(words[:at])) - len(" ".join(words[at:]))))
    return [" ".join(words[:cut]), " ".join(words[cut:])]


def _text(
    text: str, x: float, y: float, *, size: float, anchor: str = "start", weight: str = "normal", fill: str = INK
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" font-weight="{weight}" text-anchor="{anchor}" '
        f'fill="{fill}">{escape(text)}</text>'
    )


def _alternative(content: Content, groups: tuple[str, ...]) -> str:
    words, rows = content.words, content.coverage
    sentences = []
    for group in groups:
        states = [_state(content, row, group) for row in rows]
        sentences.append(
            words.say(
                "coverage.alt_source",
                source=words.column(group),
                heard=states.count("heard"),
                silent=states.count("silent"),
            )
        )
    silent = [row["indicator"] for row in rows if not row["pieces"]]
    return words.say(
        "coverage.alt",
        total=len(rows),
        sentences=" ".join(sentences),
        silent=words.join(silent) if silent else words.say("coverage.alt_none"),
    )


def _by_standard(content: Content, groups: tuple[str, ...]) -> Table:
    say = content.words.say
    columns = [Column(say("coverage.standard"))]
    columns += [Column(content.words.column(group), "right") for group in groups]
    columns.append(Column(say("coverage.any"), "right"))
    rows = []
    for standard in content.templates.standards.standards:
        found = [row for row in content.coverage if row["standard"] == standard.id]
        counts = [sum(_state(content, row, group) == "heard" for row in found) for group in groups]
        counts.append(sum(bool(row["pieces"]) for row in found))
        cells = [say("coverage.of", heard=count, total=len(found)) for count in counts]
        rows.append((standard.name, *cells))
    return Table(say("coverage.table"), tuple(columns), tuple(rows))


def _by_indicator(content: Content) -> Table:
    say = content.words.say
    codes = [code for code in content.source_codes if any(row[code] for row in content.coverage)]
    columns = [Column(say("coverage.indicator"))]
    columns += [Column(content.words.column(code), "right") for code in codes]
    columns.append(Column(say("coverage.could_speak")))
    rows = [
        (
            row["indicator"],
            *(str(row[code] or "–") for code in codes),
            content.words.join(content.words.source(code) for code in row["not_heard"]) or say("coverage.none"),
        )
        for row in content.coverage
    ]
    return Table(say("coverage.detail"), tuple(columns), tuple(rows))
