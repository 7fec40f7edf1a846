"""What a group wrote together while somebody still agreed to notes who takes no part any more.

A note of a group may hold what any of them said, and nobody can tell afterwards whose words they are. Consent that is
taken back ends the use of what rests on it (UK GDPR Art. 7(3)), so all of it is left out; quotes have their own
respondent, and those of the others stay. What is written first after that day's parting is the others' alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from qpm_widgets.journal import Entry
from qpm_widgets.journal.consent import OUT, is_given


@dataclass(frozen=True)
class TakenBack:
    """Who of a group left and took their agreement to notes back, and the fields that had words by then."""

    codes: tuple[str, ...]
    fields: frozenset[str]

    def covers(self, entry: Entry) -> bool:
        """Whether the words of an entry may be among those that were taken back."""
        if entry.field not in self.fields:
            return False
        respondent = (entry.payload or {}).get("respondent")
        return not respondent or respondent in self.codes


def find_taken_back(
    respondents: Iterable[str], consents: Mapping[tuple[str, str], str], read_versions: Callable[[], Iterable[Entry]]
) -> TakenBack | None:
    """What somebody who left a group has taken back; None where nobody has, and of whoever is met alone.

    Parameters
    ----------
    respondents
        Codes of the interview's plan.
    consents
        The decision in force by (scope, code).
    read_versions : callable
        Gives every version of the interview's entries by time; called only where somebody may have taken notes back.
    """
    people = tuple(respondents)
    left = {code for code in people if consents.get(("talk", code)) in OUT and consents.get(("notes", code)) != "given"}
    if len(people) < 2 or not left:
        return None
    versions = list(read_versions())
    partings = {code: parted for code in left if (parted := _parted(versions, code)) is not None}
    if not partings:
        return None
    until = versions[: max(partings.values())]
    return TakenBack(tuple(sorted(partings)), frozenset(one.field for one in until if one.field.startswith("answer:")))


def _parted(versions: list[Entry], code: str) -> int | None:
    """The place among the versions at which somebody took their agreement to notes back; None if they never agreed."""
    agreed, parted = False, None
    for place, entry in enumerate(versions):
        if entry.field != f"consent:notes.{code}":
            continue
        if is_given(entry.payload):
            agreed, parted = True, None
        elif agreed and parted is None:
            parted = place
    return parted
