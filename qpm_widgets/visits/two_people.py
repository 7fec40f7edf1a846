"""One interview id for two people: kits that were apart can each plan somebody else under the same id.

Until a plan that replaces both says whose interview it is, no answer recorded under it may be used. After that only the
chosen person's are: what was recorded on a kit that planned this person, and what was recorded after the choice.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from qpm_widgets.journal import Entry


@dataclass(frozen=True)
class TwoPeople:
    """What is known of an id that was given to different people.

    Parameters
    ----------
    plans : tuple of Entry
        The plans that stand against each other; none once one was chosen.
    chosen : Entry or None
        The plan that replaced them.
    ours, theirs : frozenset of str
        Devices that planned whom the interview is with now, and devices that planned somebody else.
    left : frozenset of str
        Codes of those whose interview it is not.
    """

    plans: tuple[Entry, ...] = ()
    chosen: Entry | None = None
    ours: frozenset[str] = frozenset()
    theirs: frozenset[str] = frozenset()
    left: frozenset[str] = frozenset()

    def counts(self, entry: Entry) -> bool:
        """Whether an entry of the interview was surely recorded of the one whose interview it is."""
        if self.chosen is None:
            return False
        if entry.device_id == self.chosen.device_id and entry.device_seq > self.chosen.device_seq:
            return True  # written in the knowledge of the choice
        if entry.device_id in self.theirs:
            return False
        return entry.device_id in self.ours or entry.recorded_at > self.chosen.recorded_at


def find_two_people(plans: Iterable[Entry]) -> TwoPeople | None:
    """Whether one interview was planned with different people, from all its plans; None as a rule."""
    known = {entry.entry_id: entry for entry in plans if entry.payload is not None}
    replaced = {old for entry in known.values() for old in entry.supersedes}
    current = [entry for entry in known.values() if entry.entry_id not in replaced]
    if len({people_of(entry) for entry in current}) > 1:
        return TwoPeople(plans=tuple(current))
    for chosen in sorted(known.values(), key=lambda one: one.recorded_at, reverse=True):
        rivals = [known[old] for old in chosen.supersedes if old in known]
        if len({people_of(one) for one in rivals}) > 1:
            return _chosen(chosen, rivals, people_of(current[-1]))
    return None


def people_of(plan: Entry) -> frozenset[str]:
    """The codes of the respondents that a plan names."""
    return frozenset((plan.payload or {}).get("respondents", ()))


def _chosen(chosen: Entry, rivals: list[Entry], people: frozenset[str]) -> TwoPeople:
    others = [one for one in rivals if not people_of(one) <= people]
    theirs = frozenset(one.device_id for one in others)
    ours = frozenset(one.device_id for one in rivals) - theirs
    return TwoPeople((), chosen, ours, theirs, frozenset().union(*map(people_of, others)) - people)
