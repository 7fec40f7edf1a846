"""What the writers read: the blocks of an executed notebook, in order, with the places that can be linked to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from qpm_widgets.errors import QpmError
from qpm_widgets.reports.blocks import (
    ACCOUNT_MIME,
    BLOCK_MIME,
    Account,
    Block,
    BulletList,
    Heading,
    Paragraph,
    Quote,
    Table,
    Title,
    block_from_json,
)

# More entries than have room on the first page beside the title: there, only chapters are listed then.
LONGEST_CONTENTS = 20
_FEW_WORDS = 240  # characters: about two lines


@dataclass(frozen=True)
class Document:
    """A report as blocks, and the places in it.

    ``places`` holds, for the position of each heading and table in ``blocks``, the ids of its places: one for a
    heading, one for each row of a table (none where the row has no anchor, or another place had it first).
    ``targets`` maps each anchor to the id of its place. Ids are letters and digits, safe in HTML, Word and Typst.
    A ``brief`` document is printed without a list of contents, a ``large`` one in large print, of 16 point and
    more.

    Raises
    ------
    QpmError
        REPORT-003 if a heading is more than one level below the one before it.
    """

    title: Title
    blocks: tuple[Block, ...]
    account: Account | None = None
    brief: bool = False
    large: bool = False
    places: Mapping[int, tuple[str | None, ...]] = field(init=False)
    targets: Mapping[str, str] = field(init=False)

    def __post_init__(self) -> None:
        targets: dict[str, str] = {}
        places: dict[int, tuple[str | None, ...]] = {}
        for position, block in enumerate(self.blocks):
            if isinstance(block, Heading):
                place = f"s{len(places) + 1}"
                places[position] = (place,)
                if block.anchor:
                    targets.setdefault(block.anchor, place)
            elif isinstance(block, Table):
                rows: list[str | None] = [None] * len(block.rows)
                for row, anchor in enumerate(block.row_anchors):
                    if anchor and anchor not in targets:
                        rows[row] = targets[anchor] = f"e{len(targets) + 1}"
                places[position] = tuple(rows)
        _check_levels(self.blocks)
        object.__setattr__(self, "places", places)
        object.__setattr__(self, "targets", targets)

    @property
    def printed_depth(self) -> int:
        """How deep a contents list goes that must fit on the first page."""
        return 2 if len(self.contents()) <= LONGEST_CONTENTS else 1

    def contents(self, depth: int = 2) -> list[tuple[str, Heading]]:
        """The headings down to ``depth``, each with its id."""
        return [
            (str(self.places[position][0]), block)
            for position, block in enumerate(self.blocks)
            if isinstance(block, Heading) and block.level <= depth
        ]

    def opens(self, position: int) -> bool:
        """Whether a block is a few words between a heading and what they lead to, which must not end a page."""
        block = self.blocks[position]
        if not isinstance(block, Paragraph) or not 0 < position < len(self.blocks) - 1:
            return False
        if isinstance(self.blocks[position + 1], Heading):
            return False
        leads_on = isinstance(self.blocks[position - 1], Heading) or block.text.endswith(":")
        return leads_on and len(block.text) < _FEW_WORDS

    def cited(self) -> set[str]:
        """Every evidence id that the document shows beside a statement."""
        return {evidence for block in self.blocks for evidence in _evidence_of(block)}


def read_document(notebook: Mapping[str, Any]) -> Document:
    """The blocks that the cells of an executed notebook displayed.

    Other outputs are passed over: the blocks are all that a report consists of.

    Raises
    ------
    QpmError
        REPORT-002 if a cell failed; REPORT-003 if a block cannot be read, if there is none, or if the first, and
        only the first, is not a Title.
    """
    blocks: list[Block] = []
    accounts: list[Account] = []
    for where, data in _iter_outputs(notebook):
        if BLOCK_MIME in data:
            blocks.append(_read(where, data[BLOCK_MIME]))
        if ACCOUNT_MIME in data:
            accounts.append(_read_account(where, data[ACCOUNT_MIME]))
    titles = [position for position, block in enumerate(blocks) if isinstance(block, Title)]
    if not blocks or titles != [0]:
        raise QpmError("REPORT-003", "the blocks of the notebook", "block.title_first")
    title = blocks[0]
    assert isinstance(title, Title)
    return Document(title, tuple(blocks[1:]), _join(accounts))


def _check_levels(blocks: tuple[Block, ...]) -> None:
    """Headings form a tree: screen readers, Word's navigation and PDF/UA all rely on it."""
    above = 0
    for number, heading in enumerate((block for block in blocks if isinstance(block, Heading)), start=1):
        if heading.level > above + 1:
            where = f"Heading block {number}, of level {heading.level}"
            raise QpmError("REPORT-003", where, "block.level_left_out", level=above + 1, before=heading.level - 1)
        above = heading.level


def _iter_outputs(notebook: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for number, cell in enumerate(notebook["cells"], start=1):
        for output in cell.get("outputs", ()):
            if output["output_type"] == "error":
                raise QpmError("REPORT-002", f"cell {number}", "report.render_again")
            yield f"cell {number}", output.get("data", {})


def _read(where: str, data: object) -> Block:
    try:
        return block_from_json(data)
    except QpmError as error:
        raise error.at(f"{where}, {error.where}") from None


def _read_account(where: str, data: object) -> Account:
    names = ("finished", "used", "left_out")
    lists = [data.get(name) for name in names] if isinstance(data, Mapping) else []
    if not lists or not all(isinstance(ids, list) and all(isinstance(i, str) for i in ids) for ids in lists):
        raise QpmError("REPORT-003", f"{where}, the account", "report.account_lists", names=", ".join(names))
    return Account(*(tuple(ids) for ids in lists if ids is not None))


def _join(accounts: list[Account]) -> Account | None:
    if not accounts:
        return None
    return Account(
        tuple(i for account in accounts for i in account.finished),
        tuple(i for account in accounts for i in account.used),
        tuple(i for account in accounts for i in account.left_out),
    )


def _evidence_of(block: Block) -> Iterator[str]:
    if isinstance(block, (Paragraph, Quote)):
        yield from block.evidence
    elif isinstance(block, BulletList):
        for item in block.items:
            yield from item.evidence
