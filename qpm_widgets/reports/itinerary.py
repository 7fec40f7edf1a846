"""A visit's itinerary: a page to print, and a file for an assessor's calendar.

The page says who is met by role, and what was arranged. Access needs are words about a person, so they stay on the
interview's own page. A calendar is often shared, or lies on somebody's server: its file has ids, times and places, and
no role, provider or code.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from icalendar import Calendar, Event

from qpm_widgets.journal import Journal
from qpm_widgets.journal.payloads import AssessmentProfile, InterviewPlan
from qpm_widgets.reports.blocks import Block, Column, Heading, Paragraph, Table, Title
from qpm_widgets.reports.document import Document
from qpm_widgets.templates import Templates
from qpm_widgets.visits import (
    Interview,
    Observation,
    Visit,
    iter_interviews,
    iter_observations,
    load_profile,
    load_visit,
)
from qpm_widgets.visits.sessions import session_of

Meeting = Interview | Observation
_COLUMNS = ("time", "meeting", "place", "assessor", "arranged")


@dataclass(frozen=True)
class Itinerary:
    """Whom a visit meets when and where.

    Parameters
    ----------
    assessment_id : str
    profile : AssessmentProfile
    visit : Visit
    meetings : tuple of Interview or Observation
        In order of time, without those that were cancelled.
    """

    assessment_id: str
    profile: AssessmentProfile
    visit: Visit
    meetings: tuple[Meeting, ...]

    def site(self, code: str | None) -> str:
        """The name of a place of the visit; "" where there is none."""
        return next((site.name for site in self.visit.plan.sites if site.id == code), "")

    def place(self, meeting: Meeting) -> str:
        """The name of the site; "" where none is planned."""
        return self.site(meeting.plan.site)


def read_itinerary(journal: Journal, assessment_id: str, visit_id: str) -> Itinerary:
    """The itinerary of a visit, as it is planned now.

    Raises
    ------
    QpmError
        PLAN-001 or PLAN-003 if there is no such visit.
    """
    visit, profile = load_visit(journal, assessment_id, visit_id), load_profile(journal, assessment_id)
    held = (iter_interviews(journal, assessment_id, visit_id), iter_observations(journal, assessment_id, visit_id))
    meetings = [one for meetings in held for one in meetings if one.state != "cancelled"]
    meetings.sort(key=lambda one: (one.plan.planned_at, one.id))
    return Itinerary(assessment_id, profile, visit, tuple(meetings))


def compose_itinerary(templates: Templates, itinerary: Itinerary) -> Document:
    """The page to print."""
    text, plan, profile = templates.wording.text, itinerary.visit.plan, itinerary.profile
    names = {one.id: one.name for one in profile.assessors}
    facts = {
        "provider": profile.provider,
        "days": _say_days(templates, plan.starts, plan.ends),
        "sites": "\n".join(site.name for site in plan.sites),
        "assessors": "\n".join(f"{one}: {names.get(one, one)}" for one in plan.assessors),
        "safeguarding": "\n".join(f"{one.who}: {one.number}" for one in plan.safeguarding),
    }
    shown = tuple((text(f"itinerary.facts.{name}"), value) for name, value in facts.items() if value)
    sample = text("invitation.sample", provider=profile.provider) if profile.sample else None
    title = Title(text("itinerary.title"), plan.title, shown, sample)
    return Document(title, tuple(_blocks(templates, itinerary)), brief=True)


def write_calendar(templates: Templates, itinerary: Itinerary) -> bytes:
    """The itinerary as iCalendar (RFC 5545), in UTC; the same visit's next file replaces what this one added.

    A meeting of an invented visit says so in its title, and keeps nobody's time.
    """
    text, sample = templates.wording.text, itinerary.profile.sample
    calendar = Calendar()
    calendar.add("prodid", "-//QPM Field Kit//Itinerary//EN")
    calendar.add("version", "2.0")
    for meeting in itinerary.meetings:
        event = Event()
        event.add("uid", f"{itinerary.assessment_id}.{meeting.subject.replace(':', '.')}@qpm-field-kit")
        starts = meeting.plan.planned_at.astimezone(UTC)  # a bare offset is no time zone in a calendar
        event.add("dtstamp", starts)  # and no clock: the same bytes for the same plan
        event.add("dtstart", starts)
        event.add("dtend", _ends(meeting).astimezone(UTC))
        title = text(f"itinerary.calendar.{meeting.subject.partition(':')[0]}", id=meeting.id)
        event.add(
            "summary", text("itinerary.calendar.sample", title=title) if sample else title[:1].upper() + title[1:]
        )
        if sample:
            event.add("transp", "TRANSPARENT")
        if place := itinerary.place(meeting):
            event.add("location", place)
        event.add("class", "PRIVATE")
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _blocks(templates: Templates, itinerary: Itinerary) -> Iterator[Block]:
    text = templates.wording.text
    yield Paragraph(text("itinerary.needs"))
    if not itinerary.meetings and not itinerary.visit.plan.sessions:
        yield Paragraph(text("itinerary.nothing"))
    sessions = itinerary.visit.plan.sessions
    days = {one.plan.planned_at.date() for one in itinerary.meetings} | {one.day for one in sessions}
    for day in sorted(days):
        yield Heading(1, f"{day:%A} {day.day} {day:%B %Y}")
        meetings = [one for one in itinerary.meetings if one.plan.planned_at.date() == day]
        theirs = [one for one in sessions if one.day == day]
        for session in theirs:
            facts = {"starts": session.starts, "ends": session.ends, "assessor": session.assessor}
            yield Heading(2, text("itinerary.session", place=itinerary.site(session.site), **facts))
            yield _table(templates, itinerary, [one for one in meetings if session_of(sessions, one) == session])
        rest = [one for one in meetings if session_of(sessions, one) is None]
        if rest and theirs:
            yield Heading(2, text("itinerary.no_session"))
        if rest:
            yield _table(templates, itinerary, rest)


def _table(templates: Templates, itinerary: Itinerary, meetings: list[Meeting]) -> Block:
    text = templates.wording.text
    if not meetings:
        return Paragraph(text("itinerary.nothing"))
    columns = tuple(Column(text(f"itinerary.columns.{name}")) for name in _COLUMNS)
    rows = tuple(_row(templates, itinerary, one) for one in meetings)
    return Table(text("itinerary.caption", number=len(rows)), columns, rows)


def _row(templates: Templates, itinerary: Itinerary, meeting: Meeting) -> tuple[str, ...]:
    text, plan = templates.wording.text, meeting.plan
    times = f"{plan.planned_at:%H:%M}–{_ends(meeting):%H:%M}"
    if isinstance(plan, InterviewPlan):
        facts = {"id": meeting.id, "role": templates.role(plan.role).label, "people": len(plan.respondents)}
        who = text("itinerary.group" if len(plan.respondents) > 1 else "itinerary.interview", **facts)
    else:
        who = text("itinerary.observation", id=meeting.id, what=templates.title_of_guide(plan.guide))
    teams = {team.id: team.name for team in itinerary.profile.teams}
    who = "\n".join(filter(None, (who, teams.get(plan.team or ""))))
    return times, who, itinerary.place(meeting), plan.assessor, ", ".join(_arranged(templates, meeting))


def _arranged(templates: Templates, meeting: Meeting) -> Iterator[str]:
    plan = meeting.plan
    is_interview = isinstance(plan, InterviewPlan)
    so: Mapping[str, bool] = {
        "remote": isinstance(plan, InterviewPlan) and plan.mode == "remote",
        "welsh": plan.language == "cy",
        "easy_read": plan.easy_read,
        "interpreter": plan.interpreter,
        "supporter" if is_interview else "familiar": plan.supporter,
        "needs": bool(plan.access_needs),
        "unasked": not isinstance(plan, InterviewPlan)
        and templates.is_with_person(plan.guide)
        and not plan.no_objection,
    }
    for name, is_so in so.items():
        if is_so:
            yield templates.wording.text(f"itinerary.arranged.{name}")


def _ends(meeting: Meeting) -> datetime:
    return meeting.plan.planned_at + timedelta(minutes=meeting.plan.minutes)


def _say_days(templates: Templates, starts: date, ends: date) -> str:
    last = f"{ends.day} {ends:%B %Y}"
    if starts == ends:
        return last
    first = f"{starts.day} {starts:%B}{'' if starts.year == ends.year else f' {starts.year}'}"
    return templates.wording.text("itinerary.days", first=first, last=last)
