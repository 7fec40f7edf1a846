"""Rules of the wording: sentences only, and translations that fit the English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qpm_widgets.templates.faults import suggest
from qpm_widgets.templates.reading import Draft, FaultBook
from qpm_widgets.templates.wording import iter_sentences, placeholders

_TEXT_WANTED = "Write a sentence; put it in quotes if it looks like a number or like true or false."
_BRACES = "Write a placeholder as {name}; write {{ and }} for a brace that is meant as one."


def check_wording(draft: Draft) -> None:
    """Every section in every language."""
    for section, content in draft.wording["en"].items():
        _check_sentences(draft.book, f"wording/en/{section}.yaml", content)
    for language, sections in draft.wording.items():
        if language == "en":
            continue
        for section, content in sections.items():
            file = f"wording/{language}/{section}.yaml"
            _check_sentences(draft.book, file, content)
            if f"wording/en/{section}.yaml" in draft.broken:
                continue
            english = draft.wording["en"].get(section)
            if english is None:
                remedy = "Name it like an English file: " + suggest(section, draft.wording["en"])
                draft.book.add("TEMPLATE-012", file, (), remedy)
            else:
                _check_translation(draft.book, file, english, content)


def _check_sentences(book: FaultBook, file: str, content: Mapping[str, Any]) -> None:
    for steps, value in iter_sentences(content):
        if not isinstance(value, str) or not value.strip():
            book.add("TEMPLATE-005", file, steps, _TEXT_WANTED)
        elif any("." in str(step) for step in steps):
            book.add("TEMPLATE-012", file, steps, "Take the full stop out of the key; nest keys instead.")
        elif not _is_well_formed(value):
            book.add("TEMPLATE-013", file, steps, _BRACES)


def _check_translation(book: FaultBook, file: str, english: Mapping[str, Any], content: Mapping[str, Any]) -> None:
    originals = dict(iter_sentences(english))
    keys = {".".join(map(str, steps)) for steps in originals}
    for steps, value in iter_sentences(content):
        if steps not in originals:
            book.add("TEMPLATE-007", file, steps, suggest(".".join(map(str, steps)), sorted(keys)))
            continue
        original = originals[steps]
        if not (isinstance(value, str) and isinstance(original, str)):
            continue
        if not (_is_well_formed(value) and _is_well_formed(original)):
            continue
        if placeholders(value) != placeholders(original):
            wanted = ", ".join(f"{{{name}}}" for name in sorted(placeholders(original))) or "none"
            book.add("TEMPLATE-013", file, steps, f"Use the placeholders of the English: {wanted}.")


def _is_well_formed(sentence: str) -> bool:
    try:
        placeholders(sentence)
    except ValueError:
        return False
    return True
