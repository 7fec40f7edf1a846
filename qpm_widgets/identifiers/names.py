"""The names of a visit's own list of people, found in what was written.

A listed name stands for itself, with or without its accents, in any kind of letters and apostrophes, and for its
parts: a first name or a surname alone. A part that is an ordinary word too (``ordinary_words``) counts only where it
is written as a name: with a capital, and at the beginning of a sentence only before a word like "said" or with the
whole name. Not found: nicknames, misspellings, initials alone, and Welsh names that are mutated.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

from qpm_widgets.identifiers.ordinary_words import ORDINARY

Span = tuple[int, int]
Fits = Callable[[str, int, int], bool]
"""Whether a stretch of a text is written as such a name is."""

SHORTEST_PART = 3  # letters; a shorter part wants its capital, and is no abbreviation


def find_names(text: str, names: tuple[str, ...]) -> Iterator[Span]:
    """Where a listed name or a part of one stands in a text.

    Parameters
    ----------
    text : str
        Any Unicode.
    names : tuple of str
        One person each, as a list of people would have them: ``Dr Siân O'Neill``, ``Evans, Mair (ward manager)``.

    Returns
    -------
    iterator of (int, int)
        Character ``start`` up to, not including, ``end``; stretches may lie within one another.
    """
    folded, places = _fold(text)
    for pattern, fits in _patterns(names):
        for match in pattern.finditer(folded):
            start, end = places[match.start()], places[match.end() - 1] + 1
            while end < len(text) and unicodedata.combining(text[end]):
                end += 1  # an accent that is a character of its own
            if fits(text, start, end):
                yield start, end


# --- reading the list ---------------------------------------------------------------------------------------


def _words_of(text: str) -> frozenset[str]:
    return frozenset(text.split())


_TITLES = _words_of("mr mrs ms miss mx dr prof professor sir dame lord lady rev sister nurse cllr")
_PARTICLES = _words_of("ab ap al ben bin da de del der di du el ferch ibn la le mac mc ni nic o ui van von y")
_ASIDE = re.compile(r"\(.*?\)|\[.*?\]|\s[–—-]\s.*|,\s*[^\W\d_A-ZÀ-Þ].*")  # beside a name: a role, a ward


@lru_cache(maxsize=64)
def _patterns(names: tuple[str, ...]) -> tuple[tuple[re.Pattern[str], Fits], ...]:
    """What to look for, and how it has to be written to count."""
    sure, capital, ordinary = set[str](), set[str](), set[str]()
    for name in names:
        parts = _parts_of(name)
        for part in {piece for one in parts for piece in (one, *one.split("-"))} - _PARTICLES - {""}:
            kind = ordinary if part in ORDINARY else sure if len(part) >= SHORTEST_PART else capital
            kind.add(_spelt(part))
        (capital if ORDINARY.issuperset(parts) else sure).update(_wholes(parts))
        if len(parts) > 1:  # "M. Evans"; "A Young" may be anything
            capital.add(rf"{parts[0][0]}\.{'' if parts[-1] in ORDINARY else '?'}\s?{_spelt(parts[-1])}")
    kinds: tuple[tuple[Iterable[str], Fits], ...] = (
        (sure, _is_no_place),
        (capital, _has_capitals),
        (ordinary, _is_written_as_name),
    )
    return tuple((_any_of(words), fits) for words, fits in kinds if words)


def _any_of(alternatives: Iterable[str]) -> re.Pattern[str]:
    longest_first = sorted(alternatives, key=lambda one: (-len(one), one))
    return re.compile(rf"(?<!\w)(?:{'|'.join(longest_first)})(?!\w)")


def _parts_of(name: str) -> list[str]:
    """The words of a listed name, folded, surname last, without titles and roles."""
    name = _ASIDE.sub(" ", name)
    last, comma, first = name.partition(",")
    words = re.findall(r"[^\W\d_][\w'’‘`-]*", f"{first} {last}" if comma and first.strip() else name)
    while len(words) > 1 and words[0][0].isupper() and words[-1].islower():
        words.pop()  # "Mair Evans ward manager"
    folded = [_fold(word)[0].strip("'-") for word in words]
    return [word for word in folded if word and word not in _TITLES]


def _wholes(parts: list[str]) -> Iterator[str]:
    """A name as a whole: all of it, first and last alone, and surname first."""
    if len(parts) > 1:
        first, last = _spelt(parts[0]), _spelt(parts[-1])
        yield r"[\s.-]{1,3}".join(map(_spelt, parts))
        yield rf"{first}\.?\s{{1,2}}{last}"
        yield rf"{last},?\s{{1,2}}{first}"


def _spelt(part: str) -> str:
    """A pattern for one word: apostrophe and hyphen may be left out or be a space."""
    return re.escape(part).replace("'", r"['\s]?").replace(r"\-", r"[\s-]?")


_ALIKE = str.maketrans("’‘ʼ`´ʹ‐‑łŁøØđĐ", "''''''--lLoOdD")  # what Unicode does not take apart


def _fold(text: str) -> tuple[str, list[int]]:
    """The text in lower case without accents, and where each of its characters stands in ``text``."""
    if text.isascii() and "`" not in text:
        return text.lower(), list(range(len(text)))
    folded, places = [], []
    for place, sign in enumerate(text.translate(_ALIKE)):
        taken_apart = unicodedata.normalize("NFKD", sign)
        plain = "".join(one for one in taken_apart if not unicodedata.combining(one)).casefold()
        folded.append(plain)
        places += [place] * len(plain)
    return "".join(folded), places


# --- how a name is written ------------------------------------------------------------------------------------

_NEAR = 24  # characters around a word that are looked at
_WORD_BEFORE = re.compile(r"(\w[\w.]*)[\s\"'“‘(]+$")
_SENTENCE_BEGINS = re.compile(r"(?:^|(?<!e\.g)(?<!i\.e)[.!?:\n•]\s*|(?:^|\n)\s*[-*]\s*)[\"'“‘(]*$")
_SPEAKS = re.compile(
    r"['’]s\b|\s(?:(?:never|always|also|then|just|only)\s)?(?:said|says|told|tells|asked|asks|thinks|thought|knows|knew|wants|wanted|felt|feels|explained|confirmed|agreed|"
    r"came|comes|went|goes|met|spoke|speaks|showed|shows|gave|gives|took|takes|put|puts|runs|ran|reads|helps|helped|"
    r"signed|works|worked|visits|visited|rang|rings)\b"
)
_MONTHS = _words_of("march april may june august mai medi")
_BEFORE_MONTHS = _words_of("in since until till last next early late mid end ym mis")
_NOT_BEFORE_NAMES = _words_of("the an this that my his her its our their your no each every")
_PLACE_AFTER = re.compile(
    r"\s(?:Ward|Unit|Street|St|Road|Rd|Lane|Avenue|House|Court|Close|Centre|Clinic|Hospital|Surgery|Suite|Lodge|Park|Way|"
    r"Drive|Gardens|Hall|Room|Wing)\b"
)
_NUMBER_AFTER = re.compile(r"\s(?:[0-9]|[A-Z]\b)")  # "Ward 4", "Ward B"
_PLACES = _words_of(
    "ward lane hall house park close street hill court road field fields church chapel garden gardens wood woods "
    "bridge castle town tower way wall grove green mill well wells north south east west"
)


def _is_no_place(text: str, _start: int, end: int) -> bool:
    """Whether a name is a person's and not a street's or a ward's that is called so."""
    return not _PLACE_AFTER.match(text, end)


def _has_capitals(text: str, start: int, end: int) -> bool:
    """Whether every word of a stretch begins with a capital; a word alone must not be all capitals ("ED")."""
    words = re.findall(r"\w+", text[start:end])
    return all(word[0].isupper() for word in words) and not (len(words) == 1 and words[0].isupper())


def _is_written_as_name(text: str, start: int, end: int) -> bool:
    """Whether an ordinary word is a name here: by its capital, its place in the sentence, and its neighbours."""
    before, after = text[max(0, start - _NEAR) : start], text[end : end + _NEAR]
    found = _WORD_BEFORE.search(before)
    previous, word = found[1] if found else "", text[start:end].casefold()
    if not _has_capitals(text, start, end):
        return False
    if previous.casefold().rstrip(".") in _TITLES:
        return True
    if _SENTENCE_BEGINS.search(before):
        return bool(_SPEAKS.match(after))
    if previous.casefold() in _NOT_BEFORE_NAMES or _PLACE_AFTER.match(after) or _NUMBER_AFTER.match(after):
        return False
    if word in _MONTHS and (previous[:1].isdigit() or previous.casefold() in _BEFORE_MONTHS):
        return False
    return not (word in _PLACES and previous[:1].isupper())
