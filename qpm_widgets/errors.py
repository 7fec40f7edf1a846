"""Every error the kit raises on purpose: a code, the place, and what to do about it.

What they say is ``wording/en/refusals.yaml``, read when an error is first put into words. Only what is wrong with the
templates is said in code, for it has to be said when no wording can be read.

A message never quotes a respondent's words, a payload or a passphrase: errors reach logs and screens.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import yaml

REFUSALS = Path(__file__).resolve().parents[1] / "site_visit_templates" / "wording" / "en" / "refusals.yaml"

# Everything under site_visit_templates/
TEMPLATE_FAULTS = {
    "TEMPLATE-001": "a file is missing",
    "TEMPLATE-002": "a file is too large",
    "TEMPLATE-003": "a file is not valid YAML",
    "TEMPLATE-004": "a template file uses YAML aliases, which templates do not need",
    "TEMPLATE-005": "a template field is missing, misspelt or of the wrong type",
    "TEMPLATE-006": "an id is used twice",
    "TEMPLATE-007": "an id refers to nothing",
    "TEMPLATE-008": "a respondent role is unknown",
    "TEMPLATE-009": "wording is missing",
    "TEMPLATE-010": "a key stands twice in one mapping",
    "TEMPLATE-011": "a point of law is dated in the future",
    "TEMPLATE-012": "an id or a name does not fit the place where it stands",
    "TEMPLATE-013": "a placeholder is misspelt, or differs from the English",
    "TEMPLATE-014": "a closed list does not hold exactly what the kit works with",
    "TEMPLATE-015": "a file of the report's design is damaged",
    "TEMPLATE-016": "a text is not Easy Read",
    "TEMPLATE-017": "what a respondent hears is not in Welsh",
    "TEMPLATE-018": "a term is not the glossary's",
}
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_UNREADABLE = "the code says what is wrong, for wording/en/refusals.yaml has no words for it"
_PUT_BACK = "Put that file back as it was given out; `qpm templates check` says what is wrong with it."


class Said(str):
    """A remedy that is already in words: what a check of the templates found, or what another process answered."""

    __slots__ = ()


class QpmError(Exception):
    """Something is wrong that a person can put right.

    Parameters
    ----------
    code : str
        One of ``codes()``.
    where : str
        The place: a file and question id, a subject and field, a parameter. Never a respondent's words.
    *remedy : str
        What to do: the keys of one or more sentences in the wording's ``remedies``, as ``passphrase.too_short``;
        or the words themselves as ``Said``.
    **facts : object
        What their placeholders stand for.
    """

    def __init__(self, code: str, where: str, /, *remedy: str, **facts: object) -> None:
        super().__init__(code, where, *remedy)
        self.code, self.where = code, where
        self._remedy = remedy
        self._facts = {name: str(fact) for name, fact in facts.items()}

    @property
    def what(self) -> str:
        """The fault in words, without place or remedy."""
        return fault_of(self.code)

    @property
    def remedy(self) -> str:
        """What to do, in words."""
        return " ".join(one if isinstance(one, Said) else say(one, **self._facts) for one in self._remedy)

    @property
    def sentence(self) -> str:
        """What is wrong and what to do, without the code and the place: for a page that shows the place itself."""
        return f"{self.what[:1].upper()}{self.what[1:]}. {self.remedy}"

    def at(self, where: str) -> QpmError:
        """The same error, in a place that its catcher knows better."""
        return type(self)(self.code, where, *self._remedy, **self._facts)

    def __str__(self) -> str:
        return f"{self.code}, {self.where}: {self.what}. {self.remedy}"

    def __reduce__(self) -> tuple[type[QpmError], tuple[str, str, Said]]:
        return type(self), (self.code, self.where, Said(self.remedy))


def codes() -> tuple[str, ...]:
    """Every code that an error may have."""
    return (*TEMPLATE_FAULTS, *_read("faults"))


def fault_of(code: str) -> str:
    """What an error of this code says is wrong: the middle of a sentence."""
    return TEMPLATE_FAULTS.get(code) or _read("faults").get(code, _UNREADABLE)


def say(key: str, /, **facts: object) -> str:
    """A sentence of the wording's ``remedies``; if it cannot be read, what to do about that."""
    try:
        return _read("remedies")[key].format(**facts)
    except (LookupError, ValueError, AttributeError):
        return _PUT_BACK


def system_cause(error: OSError) -> str:
    """What the system says is wrong, or what it calls it where it has no words."""
    return error.strerror or type(error).__name__


@cache
def _read(part: str) -> Mapping[str, str]:
    """The sentences of one half of the wording by key, with full stops for its steps; none if it cannot be read."""
    try:
        read = yaml.load(REFUSALS.read_bytes(), Loader=_LOADER)  # a safe loader
    except (OSError, ValueError, yaml.YAMLError):
        return {}
    tree = read.get(part) if isinstance(read, dict) else None
    return dict(_flat(tree)) if isinstance(tree, dict) else {}


def _flat(tree: Mapping[str, object], before: str = "") -> Iterator[tuple[str, str]]:
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{key}.")
        elif isinstance(value, str):
            yield f"{before}{key}", value
