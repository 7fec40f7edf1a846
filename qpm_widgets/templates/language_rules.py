"""The shape of ``easy_read.yaml`` and ``welsh_terms.yaml``: what is checked of the words themselves.

A word of these files may begin or end in ``*``, which stands for any letters there.
"""

from __future__ import annotations

from functools import cached_property
from typing import Annotated

from pydantic import Field

from qpm_widgets.templates.records import Id, Record, Sentence


class PassiveRule(Record):
    """How a passive verb is found."""

    helpers: tuple[Sentence, ...]
    adverbs: tuple[Sentence, ...] = ()  # what may stand between
    followed_by: tuple[Sentence, ...]
    impersonal: tuple[Sentence, ...] = ()  # passive by themselves, as Welsh -wyd
    not_passive: tuple[Sentence, ...] = ()  # what the patterns would find wrongly


class HardWord(Record):
    """A word that Easy Read does without."""

    word: Sentence
    instead: Sentence
    unless_explained: bool = False  # allowed where the same text says what it means


class EasyReadRules(Record):
    """What makes a text Easy Read in one language, and whose guidance says so."""

    source: Sentence
    sentence_words: Annotated[int, Field(gt=0)]
    joining_words: tuple[Sentence, ...]  # at most one in a sentence
    passive: PassiveRule
    jargon: tuple[HardWord, ...]
    explained_by: tuple[Sentence, ...]  # verbs by which a sentence explains the words before them
    number_words: tuple[Sentence, ...]
    abbreviations: tuple[Sentence, ...] = ()  # besides those in capitals or with full stops
    contractions: bool  # whether it's and don't are short forms to avoid

    @cached_property
    def hard_words(self) -> tuple[str, ...]:
        """The words of ``jargon``: most sentences have none of them."""
        return tuple(hard.word for hard in self.jargon)


class EasyRead(Record):
    """The rules of each language."""

    en: EasyReadRules
    cy: EasyReadRules


class Term(Record):
    """A word of the field, and what the guides say for it in Welsh."""

    en: Sentence
    cy: Annotated[tuple[Sentence, ...], Field(min_length=1)]  # one of these
    seen_in: Sentence | None = None


class WelshTerms(Record):
    """The glossary, and what of the wording has been read by somebody who would notice."""

    terms: tuple[Term, ...]
    reviewed_wording: tuple[Id, ...] = ()  # sections of wording/cy; a guide says it of itself

    @cached_property
    def english(self) -> tuple[str, ...]:
        """The terms' English: most sentences have none of them."""
        return tuple(term.en for term in self.terms)
