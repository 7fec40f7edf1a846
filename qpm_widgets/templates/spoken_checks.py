"""Rules of what a respondent sees or hears: it is Easy Read where it says so, and it is there in the field's Welsh.

None of these keeps a kit from opening: where the Welsh is missing, the page says it in English.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from qpm_widgets.templates.easy_read import find_faults
from qpm_widgets.templates.language_rules import EasyRead, WelshTerms
from qpm_widgets.templates.reading import SYMBOLS, TEMPLATES_FOLDER, Draft, read_folder, read_shaped
from qpm_widgets.templates.records import Guide, ObservationGuide, Question, Record, Symbols, Text
from qpm_widgets.templates.references import FileCheck
from qpm_widgets.templates.safe_yaml import Steps, shorten
from qpm_widgets.templates.word_patterns import find_words, words_of
from qpm_widgets.templates.wording import iter_sentences

RULES, TERMS = "easy_read.yaml", "welsh_terms.yaml"
_NEVER_HEARD = frozenset(("caution",))  # for the assessor alone; everything else of an interview guide is heard or seen
# Sections of the wording for respondents, besides those that have Easy Read.
_SHOWN = frozenset(("card", "paper_form", "report_writers"))
_FIRST_LETTERS = 40


def check_spoken(draft: Draft) -> None:
    """Every guide and what is handed out: Easy Read by its language's rules, Welsh complete and in the same terms."""
    rules, glossary = read_shaped(draft, RULES, EasyRead), read_shaped(draft, TERMS, WelshTerms)
    for file, record in _iter_spoken(draft):
        check, heard = FileCheck(draft.book, file), list(iter_heard(record))
        for steps, note, text in heard:
            if rules is not None and "easy_read" in steps:
                _check_easy_read(check, steps, note, text, rules)
            if text.cy is None:
                remedy = f"Add 'cy' beside “{shorten(text.en, _FIRST_LETTERS)}”; until then it is said in English."
                check.add("TEMPLATE-017", steps, remedy, note)
            elif glossary is not None:
                _check_terms(check, (*steps, "cy"), note, text, glossary)
        if heard and "cy" not in record.translation:
            remedy = "Add 'translation: {cy: {reviewed: false}}', or true once a Welsh speaker has read all of it."
            check.add("TEMPLATE-017", ("translation",), remedy)
    for n, one in enumerate(draft.scheme.languages if draft.scheme else ()):
        if one.name.cy is None:
            FileCheck(draft.book, "scheme.yaml").add(
                "TEMPLATE-017", ("languages", n, "name"), "Add 'cy', its name in Welsh."
            )
    _check_wording(draft, rules, glossary)


def _iter_spoken(draft: Draft) -> Iterator[tuple[str, Guide | Symbols]]:
    """The files of what a respondent hears or sees, and what they say: of an observation only what is shown."""
    yield from draft.guides.items()
    if draft.symbols is not None:
        yield SYMBOLS, draft.symbols


def _check_easy_read(check: FileCheck, steps: Steps, note: str, text: Text, rules: EasyRead) -> None:
    for language, words in (("en", text.en), ("cy", text.cy)):
        for fault in find_faults(words, getattr(rules, language), language) if words else ():
            check.add("TEMPLATE-016", (*steps, language), fault, note)


def _check_terms(check: FileCheck, steps: Steps, note: str, text: Text, glossary: WelshTerms) -> None:
    english, welsh = words_of(text.en), words_of(text.cy or "")
    if not find_words(english, glossary.english, "en"):
        return
    for term in glossary.terms:
        said = find_words(english, (term.en,), "en")
        if said and not find_words(welsh, term.cy, "cy"):
            remedy = f"Say '{said[0]}' as '{' or '.join(term.cy)}' there, or add what it says to {TERMS}."
            check.add("TEMPLATE-018", steps, remedy, note)


def _check_wording(draft: Draft, rules: EasyRead | None, glossary: WelshTerms | None) -> None:
    """What is shown or handed to a respondent: also every section of the wording that says something in Easy Read."""
    for section, content in draft.wording["en"].items():
        english = {steps: text for steps, text in iter_sentences(content) if isinstance(text, str)}
        if section not in _SHOWN and not any(_is_easy(steps) for steps in english):
            continue
        own = FileCheck(draft.book, f"wording/en/{section}.yaml")
        check = FileCheck(draft.book, f"wording/cy/{section}.yaml")
        welsh = dict(iter_sentences(draft.wording["cy"].get(section, {})))
        for steps, en in english.items():
            cy = welsh.get(steps)
            if rules is not None and _is_easy(steps):
                for fault in find_faults(en, rules.en, "en"):
                    own.add("TEMPLATE-016", steps, fault)
                for fault in find_faults(cy, rules.cy, "cy") if isinstance(cy, str) else ():
                    check.add("TEMPLATE-016", steps, fault)
            if steps not in welsh:
                check.add("TEMPLATE-017", steps, f"Add the Welsh of “{shorten(en, _FIRST_LETTERS)}”.")
            elif glossary is not None and isinstance(cy, str):
                _check_terms(check, steps, "", Text(en=en, cy=cy), glossary)


def _is_easy(steps: Steps) -> bool:
    return "easy_read" in steps[:-1]  # as the last step it is only a label


def find_unreviewed(folder: Path | None = None) -> list[str]:
    """The files, from the templates folder on, whose Welsh no Welsh speaker has read."""
    draft = read_folder(folder or TEMPLATES_FOLDER)
    glossary = read_shaped(draft, TERMS, WelshTerms)
    reviewed = glossary.reviewed_wording if glossary else ()
    spoken = [
        file
        for file, record in _iter_spoken(draft)
        if "cy" in record.translation and not record.translation["cy"].reviewed
    ]
    return spoken + [f"wording/cy/{section}.yaml" for section in draft.wording["cy"] if section not in reviewed]


def iter_heard(record: Record, steps: Steps = (), note: str = "") -> Iterator[tuple[Steps, str, Text]]:
    """Every text of a guide that a respondent sees or hears, with the steps to it and its question's id if it has one.

    A field that guides are given later is heard too, until it is named among those that are not. Of an observation
    only what is shown is.
    """
    if isinstance(record, Question):
        note = record.id
    for name in type(record).model_fields:
        value = getattr(record, name)
        if name in _NEVER_HEARD or value is None or (isinstance(record, ObservationGuide) and name != "show"):
            continue
        for n, one in enumerate(value) if isinstance(value, tuple) else ((None, value),):
            place = (*steps, name) if n is None else (*steps, name, n)
            if isinstance(one, Text):
                yield place, note, one
            elif isinstance(one, Record):
                yield from iter_heard(one, place, note)
