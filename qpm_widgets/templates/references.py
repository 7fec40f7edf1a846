"""What the templates may refer to, and the two questions every check asks: is it unique, does it exist?"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from qpm_widgets.templates.faults import SEARCHES, place_of, suggest
from qpm_widgets.templates.reading import Draft, FaultBook
from qpm_widgets.templates.safe_yaml import Steps, shorten


@dataclass(frozen=True)
class Known:
    """The ids that exist; None where they could not be read, so that a broken file faults only itself."""

    sources: frozenset[str] | None
    roles: frozenset[str] | None
    scopes: tuple[str, ...] | None
    standards: dict[str, str] | None  # standard id -> the letters of its indicators
    indicators: tuple[str, ...] | None
    advocacy_roles: dict[str, frozenset[str]] | None  # nation -> its role ids


def known_ids(draft: Draft) -> Known:
    """Gather the ids of a draft."""
    scheme, edition = draft.scheme, draft.standards
    laws = None if "jurisdictions" in draft.broken else draft.jurisdictions.values()
    return Known(
        sources=frozenset(source.code for source in scheme.source_types) if scheme else None,
        roles=frozenset(role.id for role in scheme.roles) if scheme else None,
        scopes=tuple(choice.id for choice in scheme.consent_scopes) if scheme else None,
        standards={one.id: one.indicators[0].id[:2] for one in edition.standards} if edition else None,
        indicators=tuple(one.id for part in edition.standards for one in part.indicators) if edition else None,
        advocacy_roles=None if laws is None else {law.id: frozenset(one.id for one in law.roles) for law in laws},
    )


@dataclass(frozen=True)
class FileCheck:
    """One file under check, and the book that its faults go into."""

    book: FaultBook
    file: str

    def add(self, code: str, steps: Steps, remedy: str, note: str = "") -> None:
        """Note a fault of this file."""
        self.book.add(code, self.file, steps, remedy, note)

    def unique(self, ids: Iterable[tuple[Steps, str]], note: str = "") -> None:
        """Note every id that stands a second time in this file."""
        check_unique(self.book, ((self.file, steps, name) for steps, name in ids), note)

    def unique_ids(self, record: object, name: str) -> None:
        """Note every id that stands a second time in one list of a record."""
        self.unique(((name, n, "id"), one.id) for n, one in enumerate(getattr(record, name)))

    def known(self, steps: Steps, words: Iterable[str], known: Collection[str] | None, note: str = "") -> None:
        """Note every word of a list that is not among the known ones."""
        for n, word in enumerate(words):
            self.one_known((*steps, n), word, known, note)

    def one_known(
        self,
        steps: Steps,
        word: str,
        known: Collection[str] | None,
        note: str = "",
        *,
        code: str = "TEMPLATE-007",
    ) -> None:
        """Note a word that is not among the known ones; nothing can be said if those could not be read."""
        if known is not None and word not in known:
            self.add(code, steps, suggest(word, sorted(known), search=len(self.book) < SEARCHES), note)

    def named_like_file(self, name: str, steps: Steps) -> None:
        """Note an id that is not the file's name."""
        stem = self.file.rpartition("/")[2].removesuffix(".yaml").replace("-", "_")
        if name != stem:
            self.add("TEMPLATE-012", steps, f"Write '{stem}', as the file is called, or rename the file.")


def check_unique(book: FaultBook, ids: Iterable[tuple[str, Steps, str]], note: str = "") -> None:
    """Note every id that stands a second time, in the same file or in another: (file, steps, id)."""
    seen: dict[str, tuple[str, Steps]] = {}
    for file, steps, name in ids:
        if name in seen:
            first_file, first = seen[name]
            where = place_of(first) if first_file == file else f"{place_of(first)} of {first_file}"
            remedy = f"'{shorten(name)}' already stands at {where}: give one of them another id."
            book.add("TEMPLATE-006", file, steps, remedy, note)
        else:
            seen[name] = (file, steps)
