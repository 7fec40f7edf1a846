"""Sessions of a visit: stretches of a day that one assessor spends at one place. Meetings are in them by their time.

Nothing in a meeting's plan names a session, so a session can come, move and go without a word to its meetings.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from qpm_widgets.errors import QpmError, say
from qpm_widgets.journal.payloads import InterviewPlan, ObservationPlan, Session, VisitPlan
from qpm_widgets.visits.meetings import Interview, Observation

Meeting = Interview | Observation
Finding = Literal["no_session", "past_session", "other_place"]


def check_sessions(plan: VisitPlan, visit_id: str) -> None:
    """Refuse a visit whose sessions are at a place or of an assessor that it does not have (PLAN-002)."""
    sites = {site.id for site in plan.sites}
    loose = [say("visit_plan.piece.place", when=_when(one)) for one in plan.sessions if one.site not in sites]
    loose += [
        say("visit_plan.piece.assessor", assessor=one.assessor, when=_when(one))
        for one in plan.sessions
        if one.assessor not in plan.assessors
    ]
    if loose:
        raise QpmError("PLAN-002", f"visit {visit_id}", "visit_plan.keep_for_sessions", things="; ".join(loose))


def in_order(sessions: Iterable[Session]) -> tuple[Session, ...]:
    """Sessions in order of day, time and assessor, each once."""
    return tuple(sorted(set(sessions), key=lambda one: (one.day, one.starts, one.assessor, one.ends, one.site)))


def session_of(sessions: Sequence[Session], meeting: Meeting) -> Session | None:
    """The session in which a meeting begins, by the clock at the place."""
    plan = meeting.plan
    theirs = (one for one in sessions if (one.day, one.assessor) == (plan.planned_at.date(), plan.assessor))
    return next((one for one in theirs if minute(one.starts) <= begins(plan) < minute(one.ends)), None)


def find_faults(sessions: Sequence[Session], meeting: Meeting) -> Iterator[Finding]:
    """What does not fit between a meeting and the visit's sessions; nothing where the visit has none."""
    plan, session = meeting.plan, session_of(sessions, meeting)
    if session is None:
        if sessions:
            yield "no_session"
        return
    if begins(plan) + plan.minutes > minute(session.ends):
        yield "past_session"
    if plan.site not in (None, session.site) and getattr(plan, "mode", "") != "remote":
        yield "other_place"


def minutes_left(session: Session, meetings: Iterable[Meeting]) -> int:
    """Minutes of a session that no meeting of its assessor takes; below 0 where several take the same.

    What of a meeting is before or after the session takes none of it.
    """
    starts, ends = minute(session.starts), minute(session.ends)
    taken = sum(
        max(0, min(end, ends) - max(start, starts))
        for start, end in ((begins(one), begins(one) + one.minutes) for one in _held_that_day(session, meetings))
    )
    return ends - starts - taken


def clashes(session: Session, sessions: Iterable[Session]) -> bool:
    """Whether its assessor has another session at the same time."""
    return any(
        (one.day, one.assessor) == (session.day, session.assessor)
        and one != session
        and one.starts < session.ends
        and session.starts < one.ends
        for one in sessions
    )


def next_free(session: Session, meetings: Iterable[Meeting], minutes: int) -> str:
    """When a meeting of so many minutes can begin: in the first gap that is long enough, or else in the longest.

    HH:MM, or "" where the session is full.
    """
    busy = sorted((begins(one), begins(one) + one.minutes) for one in _held_that_day(session, meetings))
    at, last = minute(session.starts), minute(session.ends)
    gaps: list[tuple[int, int]] = []  # length, when
    for start, end in [*busy, (last, last)]:
        gaps.append((min(start, last) - at, at))
        at = max(at, end)
    length, found = next((gap for gap in gaps if gap[0] >= minutes), max(gaps, key=lambda gap: gap[0]))
    return f"{found // 60:02}:{found % 60:02}" if length > 0 else ""


def _held_that_day(session: Session, meetings: Iterable[Meeting]) -> Iterator[InterviewPlan | ObservationPlan]:
    """The plans of what the assessor of a session holds on its day."""
    for one in meetings:
        if (one.plan.planned_at.date(), one.plan.assessor) == (session.day, session.assessor):
            yield one.plan


def minute(clock: str) -> int:
    """Minutes since midnight of a time such as 09:30."""
    hours, minutes = clock.split(":")
    return 60 * int(hours) + int(minutes)


def begins(plan: InterviewPlan | ObservationPlan) -> int:
    """When a meeting begins, in minutes since midnight by the clock at the place."""
    return 60 * plan.planned_at.hour + plan.planned_at.minute


def _when(session: Session) -> str:
    return say("visit_plan.piece.when", time=session.starts, day=f"{session.day.day} {session.day:%B}")
