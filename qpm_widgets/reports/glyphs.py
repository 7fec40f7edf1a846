"""Characters that the shipped typeface lacks, said in words, so that a PDF neither fails on them nor loses them."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from pathlib import Path

_LETTER = re.compile(r"(?P<script>.+?) (?:(?:CAPITAL|SMALL) )?(?:LETTER|SYLLABLE|UNIFIED IDEOGRAPH)[ -](?P<letter>.+)")
_HYPHENS = str.maketrans("\N{HYPHEN}\N{NON-BREAKING HYPHEN}", "--")


@cache
def read_coverage(fonts: Path) -> frozenset[int]:
    """The code points that every face (``*.ttf``) in a folder can show."""
    from fontTools.ttLib import TTFont  # noqa: PLC0415  # slow, and HTML does without

    faces = []
    for path in sorted(fonts.glob("*.ttf")):
        with TTFont(path, lazy=True) as face:
            faces.append(frozenset(face.getBestCmap()))
    return frozenset.intersection(*faces)


def spell_out(text: str, coverage: frozenset[int]) -> str:
    """The text in characters that the typeface has.

    A character that it lacks becomes an equivalent (``①`` is ``1``) or, together with its neighbours, its name in
    square brackets: ``[slightly smiling face]``, ``[Arabic: meem, reh]``. Invisible format characters are dropped.
    """
    text = unicodedata.normalize("NFC", text).translate(_HYPHENS)
    if all(ord(character) in coverage or character in "\n\t" for character in text):
        return text
    written: list[str] = []
    unknown: list[str] = []
    for character in text:
        shown = _equivalent(character, coverage)
        if shown is None:
            unknown.append(character)
        elif shown or not unknown:  # an invisible joiner does not part a run of unknown characters
            written += [_in_words(unknown), shown]
            unknown = []
    return "".join([*written, _in_words(unknown)])


def shows_letters(text: str, coverage: frozenset[int]) -> bool:
    """Whether the typeface has every letter of a text, or an equivalent."""
    return all(_equivalent(one, coverage) is not None for one in unicodedata.normalize("NFC", text) if one.isalpha())


def _equivalent(character: str, coverage: frozenset[int]) -> str | None:
    """What can be shown instead; empty for the invisible, None where only the name is left."""
    if ord(character) in coverage or character in "\n\t":
        return character
    category = unicodedata.category(character)
    if category == "Cf" or unicodedata.name(character, "").startswith("VARIATION SELECTOR"):
        return ""
    if category == "Zs":
        return " "
    plain = unicodedata.normalize("NFKC", character)
    return plain if all(ord(part) in coverage for part in plain) else None


def _in_words(characters: list[str]) -> str:
    if not characters:
        return ""
    spoken: list[str] = []
    script = ""
    for character in characters:
        name = unicodedata.name(character, f"character U+{ord(character):04X}")
        letter = _LETTER.fullmatch(name)
        if letter is None:
            spoken.append(name if name.startswith("character") else name.lower())
            script = ""
            continue
        same = letter["script"] == script
        script = letter["script"]
        label = script if script == "CJK" else script.capitalize()
        spoken.append(letter["letter"].lower() if same else f"{label}: {letter['letter'].lower()}")
    return f"[{', '.join(spoken)}]"
