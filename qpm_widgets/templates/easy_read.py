"""Whether a text is Easy Read: rules that a person can check by eye, with the words they look for kept as data.

The figures and words stand in ``site_visit_templates/easy_read.yaml``, with the guidance that each language's rules
are taken from. No rule understands a text; each finds a pattern and says which words it found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from qpm_widgets.templates.language_rules import EasyReadRules
from qpm_widgets.templates.safe_yaml import shorten
from qpm_widgets.templates.word_patterns import find_words, fits, words_of

_SENTENCE_END = re.compile(r"(?<=[.?!])\s+")
_SIGNS = re.compile(r"[;:()\[\]–—]")
_ABBREVIATION = re.compile(r"\b(?:[A-Z]{2,}s?|(?:[A-Za-z]\.){2,})(?!\w)")
_CONTRACTION = re.compile(r"\b\w+['’](?:t|s|re|ve|ll|d|m)\b", re.IGNORECASE)
_FIRST_WORDS = 5
_ADVERBS_BETWEEN = 3
_LONGEST_NAME = 6  # words before the verb that explains them: "An Independent Mental Capacity Advocate is …"


def find_faults(text: str, rules: EasyReadRules, language: str) -> Iterator[str]:
    """Each thing in a text that is not Easy Read: the sentence's first words, what is wrong and what to do.

    Parameters
    ----------
    text : str
        What is said at once, such as an introduction: a hard word may be explained in another sentence of it.
    rules : EasyReadRules
        Those of the text's language.
    language : str
        ``en`` or ``cy``; in Welsh a word is also found in its mutated forms.
    """
    sentences = _SENTENCE_END.split(text.strip())
    explained = _explained_in(sentences, rules)
    for sentence in sentences:
        words = sentence.split()
        first = shorten(" ".join(words[:_FIRST_WORDS])) + (" …" if len(words) > _FIRST_WORDS else "")
        for fault in (
            *_find_form(sentence, rules, language),
            *_find_numbers_and_short_forms(sentence, explained, rules, language),
            *_find_hard_words(sentence, explained, rules, language),
        ):
            yield f"“{first}”: {fault}"


def _find_form(sentence: str, rules: EasyReadRules, language: str) -> Iterator[str]:
    """Length, one idea, active voice."""
    words = words_of(sentence)
    count = len(words.split())
    if count > rules.sentence_words:
        yield f"{count} words; write at most {rules.sentence_words}, or make two sentences of it."
    sign = _SIGNS.search(sentence)
    if sign:
        yield f"'{sign[0]}' joins a second idea on; make two sentences of it."
    joining = find_words(words, rules.joining_words, language)
    if len(joining) > 1:
        yield f"{_listed(joining[:3])} join more than two ideas; make two sentences of it."
    passive = _find_passive(words.split(), rules, language)
    if passive:
        yield f"'{shorten(passive)}' is passive; say who does it."


def _find_numbers_and_short_forms(sentence: str, explained: str, rules: EasyReadRules, language: str) -> Iterator[str]:
    if rules.contractions:
        for short in _CONTRACTION.findall(sentence):
            if not _is_possessive(short):
                yield f"'{shorten(short)}' is a short form; write the full words."
    for number in find_words(words_of(sentence), rules.number_words, language):
        yield f"'{number}' is a number in words; write it in digits."
    for short in (*_ABBREVIATION.findall(sentence), *find_words(words_of(sentence), rules.abbreviations, language)):
        if not _is_explained(short.casefold(), explained, language):
            yield f"'{shorten(short)}' is an abbreviation; write it in full, or explain it in a sentence of its own."


def _find_hard_words(sentence: str, explained: str, rules: EasyReadRules, language: str) -> Iterator[str]:
    words = words_of(sentence)
    if not find_words(words, rules.hard_words, language):
        return
    for hard in rules.jargon:
        if hard.unless_explained and _is_explained(hard.word, explained, language):
            continue
        otherwise = ", or explain it in a sentence of its own" if hard.unless_explained else ""
        for word in find_words(words, (hard.word,), language):
            yield f"'{shorten(word)}' is a hard word; write '{hard.instead}'{otherwise}."


def _find_passive(words: list[str], rules: EasyReadRules, language: str) -> str | None:
    """The words of a passive: a helper and what follows it with only adverbs between, or an impersonal ending."""
    passive = rules.passive
    for n, word in enumerate(words):
        if fits(word, passive.not_passive, language):
            continue
        if fits(word, passive.impersonal, language):
            return word
        if not fits(word, passive.helpers, language):
            continue
        for end in range(n + 1, min(n + 2 + _ADVERBS_BETWEEN, len(words))):
            is_exception = fits(words[end], passive.not_passive, language)
            if fits(words[end], passive.followed_by, language) and not is_exception:
                return " ".join(words[n : end + 1])
            if not fits(words[end], passive.adverbs, language):
                break
    return None


def _explained_in(sentences: list[str], rules: EasyReadRules) -> str:
    """What stands before "means" or "is" at the beginning of each sentence: the words that the text explains."""
    explained = []
    for sentence in sentences:
        words = words_of(sentence).split()
        verb = next((n for n, word in enumerate(words[:_LONGEST_NAME]) if word in rules.explained_by), 0)
        explained.append(" ".join(words[:verb]))
    return " . ".join(filter(None, explained))


@lru_cache(maxsize=256)  # a text full of one hard word costs one search
def _is_explained(hard: str, explained: str, language: str) -> bool:
    return bool(find_words(explained, (hard,), language))


def _is_possessive(short: str) -> bool:
    """Whether 's says whose something is, and is no short form: "the person's name"."""
    return short.casefold().endswith(("'s", "’s")) and short.casefold()[:-2] not in {
        "it", "that", "what", "who", "there", "here", "how", "where", "he", "she", "let",
    }  # fmt: skip


def _listed(words: list[str]) -> str:
    return " and ".join(f"'{word}'" for word in words)
