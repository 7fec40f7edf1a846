"""Words that lists name, found in a sentence; in Welsh also where they are mutated.

A pattern is a word, several words in a row, or a word that begins or ends in ``*`` for any letters.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

_PLACEHOLDER = re.compile(r"\{\w+\}")
_WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")

# What a Welsh word begins with, and what that may have become: soft, nasal and aspirate mutation.
_MUTATIONS = {
    "p": ("b", "mh", "ph"), "t": ("d", "nh", "th"), "c": ("g", "ngh", "ch"), "b": ("f", "m"), "d": ("dd", "n"),
    "g": ("", "ng"), "m": ("f",), "ll": ("l",), "rh": ("r",),
}  # fmt: skip
_UNCHANGED = ("ch", "dd", "ff", "ng", "ph", "th")  # letters of their own, that no mutation changes
_VOWELS = "aeiouwyâêîôûŵŷ"


@lru_cache(maxsize=1024)  # each rule asks for the words of the same sentence
def words_of(text: str) -> str:
    """The words of a text in small letters, with one space between; an apostrophe or hyphen in a word belongs to it.

    A placeholder in braces is one word, that no list names.
    """
    return " ".join(word.casefold().replace("’", "'") for word in _WORD.findall(_PLACEHOLDER.sub("0", text)))


def find_words(words: str, patterns: tuple[str, ...], language: str) -> list[str]:
    """Each word, or row of words, that one of the patterns stands for; ``words`` are those of ``words_of``."""
    return _compile(patterns, language).findall(words)


@lru_cache(maxsize=16384)
def fits(word: str, patterns: tuple[str, ...], language: str) -> bool:
    """Whether one of the patterns stands for this word."""
    return _compile(patterns, language).fullmatch(word) is not None


@cache
def _compile(patterns: tuple[str, ...], language: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\S)(?:{'|'.join(_spell_row(one, language) for one in patterns) or '(?!)'})(?!\S)")


def _spell_row(pattern: str, language: str) -> str:
    words = ("|".join(map(_spell, mutations(word, language))) for word in pattern.casefold().split())
    return " ".join(f"(?:{forms})" for forms in words)


def _spell(word: str) -> str:
    begins, ends = (r"\S+" if word.startswith("*") else ""), (r"\S*" if word.endswith("*") else "")
    return begins + re.escape(word.strip("*")) + ends


def mutations(word: str, language: str) -> tuple[str, ...]:
    """A word, and in Welsh what it may have become after another word."""
    if language != "cy" or word.startswith("*"):
        return (word,)
    if word.startswith(_UNCHANGED):
        return (word,)
    if word[0] in _VOWELS:
        return (word, f"h{word}")
    for start in (word[:2], word[:1]):
        if start in _MUTATIONS:
            return (word, *(changed + word[len(start) :] for changed in _MUTATIONS[start]))
    return (word,)
