"""Whom a visit must meet: the scheme's sampling rules against the interviews that are planned or held.

The rules: every team manager, every area, at least a share of the advocates under each manager and in each
team, and a larger share where a team is small; the main senior leaders; somebody from an involvement board, where
there is one. The figures come from ``scheme.yaml``, and who is a leader or sits on a board from the plans.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from math import ceil
from typing import Literal

from qpm_widgets.journal.payloads import Advocate, AssessmentProfile, Named, Team
from qpm_widgets.templates.records import Sampling as Rules
from qpm_widgets.visits.meetings import Interview

Kind = Literal["manager", "area", "team", "manager_advocates", "senior_leaders", "board"]


@dataclass(frozen=True)
class SamplingRow:
    """One rule applied to one manager, area or team, or to the provider as a whole (no ``id`` and no ``name``).

    ``have`` and ``need`` count people or, for areas, interviews; ``need`` is None where nobody has said how many.
    ``unsaid`` are ids of interviews that may count, for their plans do not say.
    """

    kind: Kind
    id: str
    name: str
    have: int
    need: int | None
    candidates: tuple[str, ...] = ()  # codes that would help and are not planned yet
    unsaid: tuple[str, ...] = ()

    @property
    def met(self) -> bool:
        """Whether enough are planned."""
        return self.need is not None and self.have >= self.need

    @property
    def known(self) -> bool:
        """Whether it can be said at all that it is met or not."""
        return self.met or not (self.need is None or self.unsaid)

    @property
    def lacking(self) -> int:
        """How many more are needed; 0 where nobody has said."""
        return max(0, (self.need or 0) - self.have)


@dataclass(frozen=True)
class Sampling:
    """Every sampling rule applied.

    ``rows`` in the order manager, area, team, advocates under a manager, senior leaders, involvement board.
    """

    rows: tuple[SamplingRow, ...]

    @property
    def missing(self) -> tuple[SamplingRow, ...]:
        """The rows that are not met yet."""
        return tuple(row for row in self.rows if row.known and not row.met)

    @property
    def unknown(self) -> tuple[SamplingRow, ...]:
        """The rows of which assessment and plans do not say whether they are met."""
        return tuple(row for row in self.rows if not row.known)


def people_needed(total: int, share: float) -> int:
    """The least number of people that is at least ``share`` of ``total``."""
    # Two thirds of 6 as floats is a hair above 4; without the tolerance the rule would ask for 5.
    return min(total, ceil(total * share - 1e-9))


def check_sampling(profile: AssessmentProfile, interviews: Iterable[Interview], rules: Rules) -> Sampling:
    """Apply the sampling rules to the interviews of all the assessment's visits.

    Parameters
    ----------
    profile : AssessmentProfile
        The provider's areas, teams, managers and advocates.
    interviews : iterable of Interview
        Planned and held alike, to see whether a plan will do; only those that were held, to see whether a visit did.
        One that was stopped counts, since the person was met; who said no to talking does not.
    rules : Rules
        ``scheme.sampling``.
    """
    held = [one for one in interviews if one.state != "cancelled" and one.taking_part]
    met = {code for one in held for code in one.taking_part}
    rows: list[SamplingRow] = []
    if rules.every_manager:
        rows += [_manager(manager.id, manager.name, met) for manager in profile.managers]
    if rules.every_area:
        rows += [_area(area.id, area.name, held, profile, met) for area in profile.areas]
    for team in profile.teams:
        members = [one for one in profile.advocates if one.team == team.id]
        small = len(members) < rules.small_team_under
        share = max(rules.advocate_share, rules.small_team_share) if small else rules.advocate_share
        rows.append(_advocates("team", team, members, met, share))
    for manager in profile.managers:
        members = [one for one in profile.advocates if one.manager == manager.id]
        rows.append(_advocates("manager_advocates", manager, members, met, rules.advocate_share))
    rows += _leaders_and_board(profile, held, rules)
    return Sampling(tuple(rows))


def _leaders_and_board(profile: AssessmentProfile, held: list[Interview], rules: Rules) -> Iterator[SamplingRow]:
    leaders, board = profile.senior_leaders, profile.involvement_board
    if rules.senior_leaders_among and leaders != 0:
        have, unsaid = _counted_as("senior_leader", held, rules.senior_leaders_among)
        yield SamplingRow("senior_leaders", "", "", have, leaders, unsaid=unsaid)
    if rules.board_among and board is not False:
        have, unsaid = _counted_as("board", held, rules.board_among)
        # Who sits on a board is proof that there is one.
        yield SamplingRow("board", "", "", have, 1 if board or have else None, unsaid=unsaid)


def _counted_as(what: str, held: list[Interview], among: Collection[str]) -> tuple[int, tuple[str, ...]]:
    """How many people the plans count as this, and the ids of the interviews whose plans do not say."""
    people = {code for one in held if one.plan.counts_as == what for code in one.taking_part}
    return len(people), tuple(one.id for one in held if not one.plan.counts_as and one.plan.role in among)


def _manager(code: str, name: str, met: set[str]) -> SamplingRow:
    return SamplingRow("manager", code, name, int(code in met), 1, () if code in met else (code,))


def _area(code: str, name: str, held: list[Interview], profile: AssessmentProfile, met: set[str]) -> SamplingRow:
    teams = {team.id: team.area for team in profile.teams}
    count = sum(code == (one.plan.area or teams.get(one.plan.team or "")) for one in held)
    candidates = tuple(one.id for one in profile.advocates if teams.get(one.team) == code and one.id not in met)
    return SamplingRow("area", code, name, count, 1, () if count else candidates)


def _advocates(kind: Kind, whom: Named | Team, members: list[Advocate], met: set[str], share: float) -> SamplingRow:
    have, need = sum(one.id in met for one in members), people_needed(len(members), share)
    candidates = tuple(one.id for one in members if one.id not in met)
    return SamplingRow(kind, whom.id, whom.name, have, need, candidates if have < need else ())
