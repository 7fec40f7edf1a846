"""Every sentence that the kit shows or prints, by key.

``sheet.saved`` is the key ``saved`` of ``wording/en/sheet.yaml``.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from string import Formatter
from typing import Any

from qpm_widgets.errors import QpmError, Said
from qpm_widgets.templates.faults import suggest
from qpm_widgets.templates.safe_yaml import Steps

Sections = Mapping[str, Mapping[str, Any]]  # section -> nested mapping of strings


class Wording:
    """The kit's sentences in one language, in English where one has not been translated."""

    def __init__(self, language: str, english: Sections, translated: Sections | None = None) -> None:
        self.language = language
        self._english, self._translated = english, translated or {}
        self._sections: dict[str, Any] = _overlay(english, translated or {})

    def text(self, key: str, /, **fields: object) -> str:
        """The sentence of a key, with its placeholders filled in.

        Raises
        ------
        QpmError
            TEMPLATE-009 if there is no such sentence, or a placeholder is not given.
        """
        found: Any = self._sections
        for step in key.split("."):
            if not isinstance(found, dict) or step not in found:
                raise QpmError("TEMPLATE-009", f"wording {key}", Said(suggest(key, self._keys())))
            found = found[step]
        if not isinstance(found, str):
            raise QpmError("TEMPLATE-009", f"wording {key}", Said("Name one sentence; this key holds several."))
        try:
            return found.format(**fields) if "{" in found or "}" in found else found
        except (KeyError, IndexError, ValueError, AttributeError):
            wanted = ", ".join(sorted(placeholders(found)))
            raise QpmError("TEMPLATE-009", f"wording {key}", Said(f"Its placeholders are: {wanted}.")) from None

    def section(self, name: str) -> dict[str, Any]:
        """A copy of one section as a nested plain dict, to hand to a page (TEMPLATE-009 if there is none)."""
        if name not in self._sections:
            raise QpmError("TEMPLATE-009", f"wording {name}", Said(suggest(name, self._sections)))
        return copy.deepcopy(dict(self._sections[name]))

    def is_translated(self, key: str) -> bool:
        """Whether a key's sentence is there in the wording's own language; "" for all of it."""
        found: Any = self._translated
        for step in key.split(".") if key else ():
            found = found.get(step) if isinstance(found, Mapping) else None
        return found is not None

    def both(self, name: str) -> dict[str, Any]:
        """One section with each sentence as ``{"en": …, "cy": …}``, to hand to a page that can say either.

        A sentence that has not been translated is there in English alone (TEMPLATE-009 if there is no such section).
        """
        return _paired(self.language, self.section(name), self._english[name], self._translated.get(name, {}))

    def _keys(self) -> list[str]:
        return [".".join(map(str, steps)) for steps, _ in iter_sentences(self._sections)]


def placeholders(sentence: str) -> frozenset[str]:
    """The names in braces.

    Raises
    ------
    ValueError
        If a brace stands alone, or braces hold anything but a plain name: no index, attribute or conversion.
    """
    names = set()
    for _, name, form, conversion in Formatter().parse(sentence):
        if name is None:
            continue
        if not name.isidentifier() or form or conversion:
            raise ValueError(name)
        names.add(name)
    return frozenset(names)


def iter_sentences(tree: object, steps: Steps = ()) -> Iterator[tuple[Steps, object]]:
    """Every leaf of a nested mapping with the steps that lead to it."""
    if not isinstance(tree, Mapping):
        yield steps, tree
        return
    for key, value in tree.items():
        yield from iter_sentences(value, (*steps, key))


def _paired(language: str, keys: Mapping[str, Any], english: Any, translated: Any) -> dict[str, Any]:  # noqa: ANN401
    paired: dict[str, Any] = {}
    for key, value in keys.items():
        own = translated.get(key) if isinstance(translated, Mapping) else None
        if isinstance(value, Mapping):
            paired[key] = _paired(language, value, english[key], own)
        else:
            paired[key] = {"en": english[key], **({language: own} if isinstance(own, str) else {})}
    return paired


def _overlay(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """A nested mapping in which a sentence of ``above`` stands before that of ``below``."""
    merged: dict[str, Any] = {}
    for key, value in below.items():
        over = above.get(key)
        if isinstance(value, Mapping):
            merged[key] = _overlay(value, over if isinstance(over, Mapping) else {})
        else:
            merged[key] = over if isinstance(over, str) else value
    return merged
