"""Whom a visit must meet: the scheme's sampling rules against the interviews that are planned or held.

The rules: every team manager, every area, at least a share of the advocates under each manager and in each
team, and a larger share where a team is small. The figures come from ``scheme.yaml``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil
from typing import Literal

from qpm_widgets.journal.payloads import Advocate, AssessmentProfile, Named, Team
from qpm_widgets.templates.records import Sampling as Rules
from qpm_widgets.visits.meetings import Interview

Kind = Literal["manager", "area", "team", "manager_advocates"]


@dataclass(frozen=True)
class SamplingRow:
    """One rule applied to one manager, area or team.

    ``have`` and ``need`` count people or, for areas, interviews.
    """

    kind: Kind
    id: str
    name: str
    have: int
    need: int
    candidates: tuple[str, ...]  # codes that would help and are not planned yet

    @property
    def met(self) -> bool:
        """Whether enough are planned."""
        return self.have >= self.need

    @property
    def lacking(self) -> int:
        """How many more are needed."""
        return max(0, self.need - self.have)


@dataclass(frozen=True)
class Sampling:
    """Every sampling rule applied; ``rows`` in the order manager, area, team, advocates under a manager."""

    rows: tuple[SamplingRow, ...]

    @property
    def missing(self) -> tuple[SamplingRow, ...]:
        """The rows that are not met yet."""
        return tuple(row for row in self.rows if not row.met)


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
    return Sampling(tuple(rows))


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
