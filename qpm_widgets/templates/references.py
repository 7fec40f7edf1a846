"""What the templates may refer to, and the two questions every check asks: is it unique, does it exist?"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from qpm_widgets.templates.faults import SEARCHES, place_of, suggest
from qpm_widgets.templates.reading import SYMBOLS, Draft, FaultBook
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
    symbols: frozenset[str] | None


def known_ids(draft: Draft) -> Known:
    """Gather the ids of a draft, also from files in which something else is out of shape."""
    scheme = draft.contents.get("scheme.yaml", {})
    scopes, standards = _ids(scheme, "consent_scopes"), _standards_in_force(draft, scheme)
    indicators = {one["id"]: _ids(one, "indicators") for one in standards or ()}
    read = {standard: ids for standard, ids in indicators.items() if ids is not None}
    sound = standards is not None and len(read) == len(indicators)
    return Known(
        sources=_frozen(_ids(scheme, "source_types", "code")),
        roles=_frozen(_ids(scheme, "roles")),
        scopes=None if scopes is None else tuple(scopes),
        standards={standard: ids[0][:2] for standard, ids in read.items()} if sound else None,
        indicators=tuple(one for ids in read.values() for one in ids) if sound else None,
        advocacy_roles=_advocacy_roles(draft),
        symbols=None if SYMBOLS in draft.broken else _frozen(_ids(draft.contents.get(SYMBOLS, {}), "symbols") or []),
    )


def _standards_in_force(draft: Draft, scheme: dict[str, Any]) -> list[dict[str, Any]] | None:
    """The standards of the edition that the scheme names; if the scheme cannot say, of the only one there is."""
    editions = [content for file, content in draft.contents.items() if file.startswith("standards/")]
    if "scheme.yaml" in draft.contents:
        editions = [one for one in editions if one.get("edition") == scheme.get("edition")]
    elif any(file.startswith("standards/") and file not in draft.contents for file in draft.broken):
        return None
    if len(editions) != 1 or _ids(editions[0], "standards") is None:
        return None
    return list(editions[0]["standards"])


def _advocacy_roles(draft: Draft) -> dict[str, frozenset[str]] | None:
    laws = {file: content for file, content in draft.contents.items() if file.startswith("jurisdictions/")}
    roles = {str(content.get("id")): _frozen(_ids(content, "roles")) for content in laws.values()}
    unread = any(file.startswith("jurisdictions/") and file not in laws for file in draft.broken)
    if unread or not laws or None in roles.values():
        return None
    return {nation: ids for nation, ids in roles.items() if ids is not None}


def _ids(content: dict[str, Any], name: str, key: str = "id") -> list[str] | None:
    """The ids of one list of a file, or None if one of them cannot be read."""
    items = content.get(name)
    if not isinstance(items, list) or not items:
        return None
    ids = [item[key] for item in items if isinstance(item, dict) and isinstance(item.get(key), str)]
    return ids if len(ids) == len(items) else None


def _frozen(ids: list[str] | None) -> frozenset[str] | None:
    return None if ids is None else frozenset(ids)


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
