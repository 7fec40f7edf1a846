"""What is wrong in a template: one line that says code, file, place and remedy."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from qpm_widgets.errors import QpmError, Said
from qpm_widgets.templates.records import Id, IndicatorId, LanguageCode, PartId, QuestionId
from qpm_widgets.templates.safe_yaml import Steps, shorten

SEARCHES = 200  # close matches searched for in one run; a file of 100,000 mistakes needs no more


@dataclass(frozen=True)
class Fault:
    """One thing to put right in the templates.

    Parameters
    ----------
    code : str
        One of ``qpm_widgets.errors.TEMPLATE_FAULTS``.
    file : str
        The file, from the templates folder on, with forward slashes.
    place : str
        The path inside the file, as ``standards[2].indicators[4].sources[1]``, with the question's id if
        there is one; empty if the fault is the whole file's.
    remedy : str
        One sentence that says what to do.
    line : int, optional
        The line in the file, from 1, where it is known.
    """

    code: str
    file: str
    place: str
    remedy: str
    line: int | None = None

    @property
    def error(self) -> QpmError:
        """The same as an error that can be raised."""
        line = f"line {self.line}" if self.line else ""
        return QpmError(self.code, ", ".join(filter(None, (self.file, line, self.place))), Said(self.remedy))

    def __str__(self) -> str:
        return str(self.error)


def place_of(steps: Steps) -> str:
    """Steps into a file as a person reads them: ``standards[2].indicators[4].id``."""
    place = ""
    for step in steps:
        name = f"[{step}]" if isinstance(step, int) else shorten(step)
        place += name if isinstance(step, int) or not place else f".{name}"
    return place


def suggest(word: str, known: Iterable[str], *, search: bool = True) -> str:
    """A remedy for a word that is not known: what was probably meant, or what there is to choose from.

    ``search=False`` names no close match, where searching once more would take too long.
    """
    known = tuple(known)
    match = _closest(word, known) if search else None
    if match:
        return f"'{shorten(word)}' is not known; did you mean '{match}'?"
    if 0 < len(known) <= 12:
        return f"'{shorten(word)}' is not known; choose from {', '.join(known)}."
    return f"'{shorten(word)}' is not known; correct it, or add it where it belongs."


@lru_cache(maxsize=512)  # a file full of one mistake costs one search
def _closest(word: str, known: tuple[str, ...]) -> str | None:
    if len(word) > 80:
        return None
    folded = {name.casefold(): name for name in known}
    matches = difflib.get_close_matches(word.casefold(), folded, n=1, cutoff=0.6)
    return folded[matches[0]] if matches else None


def shape_faults(error: ValidationError, shape: type[BaseModel]) -> list[tuple[Steps, str]]:
    """Each thing that pydantic found wrong, as steps to it and a remedy in plain words."""
    errors = [one for one in error.errors(include_url=False) if not _is_echo(one)]
    return [(one["loc"], _explain(one, shape, search=n < SEARCHES)) for n, one in enumerate(errors)]


def _is_echo(details: ErrorDetails) -> bool:
    """Whether a list is only called too short because its faulty items, which are reported, do not count."""
    return details["type"] == "too_short" and len(details["input"]) >= details["ctx"]["min_length"]


_PATTERNS = {
    Id: "Write small letters, digits and underscores, beginning with a letter.",
    PartId: "Write small letters and underscores, beginning with a letter.",
    IndicatorId: "Write two capitals and a number, as in SG2.",
    LanguageCode: "Write a code of BCP 47, as in pl, zh-Hant or pt-BR.",
    QuestionId: "Write the role's letter, the standard's letters and a number, as in A-SG-2.",
}
_PATTERN_WORDS = {get_args(kind)[1].pattern: words for kind, words in _PATTERNS.items()}
_WRITE_DATE = "Write a date as 2026-01-31."
_PLAIN_WORDS = {
    "missing": "Add the field '{field}'.",
    "string_type": "Write text here; put it in quotes if it looks like a number or like true or false.",
    "string_too_long": "Write at most {max_length} letters.",
    "string_too_short": "Write something here, or take the field out.",
    "bool_type": "Write true or false.",
    "bool_parsing": "Write true or false.",
    "int_type": "Write a whole number.",
    "int_parsing": "Write a whole number.",
    "int_from_float": "Write a whole number.",
    "float_type": "Write a number.",
    "float_parsing": "Write a number.",
    "date_type": _WRITE_DATE,
    "date_parsing": _WRITE_DATE,
    "date_from_datetime_parsing": _WRITE_DATE,
    "date_from_datetime_inexact": _WRITE_DATE,
    "tuple_type": "Write a list here, each item on its own line after '- '.",
    "too_short": "List at least {min_length} here.",
    "model_type": "Write a mapping here: a field's name, a colon, its value.",
}


def _explain(details: ErrorDetails, shape: type[BaseModel], *, search: bool) -> str:
    kind, context = details["type"], details.get("ctx", {})
    field = str(details["loc"][-1]) if details["loc"] else ""
    if kind == "extra_forbidden":
        fields = _fields_at(shape, details["loc"][:-1])
        match = _closest(field, fields) if search else None
        return f"'{shorten(field)}' is not a field here; " + (
            f"did you mean '{match}'?" if match else f"the fields are {', '.join(fields)}."
        )
    if kind == "literal_error":
        choices = re.findall(r"'([^']*)'", str(context.get("expected", "")))
        return suggest(str(details["input"]), choices, search=search)
    if kind == "string_pattern_mismatch":
        return _PATTERN_WORDS.get(str(context.get("pattern")), "Correct the spelling.")
    if kind in _PLAIN_WORDS:
        return _PLAIN_WORDS[kind].format(field=field, **context)
    return f"{details['msg']}."


def _fields_at(shape: type[BaseModel], steps: Steps) -> tuple[str, ...]:
    """The fields of the record that steps lead to."""
    for step in steps:
        if isinstance(step, str):
            shape = _record_in(shape.model_fields[step].annotation) or shape
    return tuple(shape.model_fields)


def _record_in(annotation: object) -> type[BaseModel] | None:
    """The record class inside an annotation such as ``tuple[Question, ...]`` or ``Text | None``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(_record_in, get_args(annotation))), None)
