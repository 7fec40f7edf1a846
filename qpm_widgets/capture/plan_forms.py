"""From what a planning form sent to what the journal keeps; what the assessment does not have is refused."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from itertools import count
from typing import Any

from qpm_widgets.errors import QpmError, say
from qpm_widgets.journal import Journal
from qpm_widgets.journal.grammar import check_payload, check_shape
from qpm_widgets.journal.payloads import AssessmentProfile, InterviewPlan, ObservationPlan, Session, VisitPlan
from qpm_widgets.templates import Templates
from qpm_widgets.visits import PLACE_TIME, Visit, check_places
from qpm_widgets.visits.sessions import in_order

_SHARED = (
    "guide", "team", "area", "site", "nation", "minutes", "assessor", "explore", "language", "easy_read", "supporter",
    "interpreter", "access_needs", "kept",
)  # fmt: skip
_ALONE = {
    "interview": ("role", "respondents", "advocacy_roles", "mode", "instructed", "counts_as"),
    "observation": ("no_objection",),
}


def meeting_payload(
    form: Mapping[str, Any],
    kind: str,
    meeting_id: str,
    profile: AssessmentProfile,
    visit: Visit,
    templates: Templates,
) -> dict[str, Any]:
    """The plan of an interview or observation.

    Parameters
    ----------
    form : mapping
        The plan's own keys, with ``day`` (YYYY-MM-DD) and ``time`` (HH:MM) by the clock at the place.
    kind : str
        ``interview`` or ``observation``.

    Raises
    ------
    QpmError
        PLAN-012 if day or time cannot be read; JOURNAL-006 for anything else of the wrong shape; PLAN-002
        if it names a team, area, place, assessor, advocate or manager that assessment or visit do not have.
    """
    subject = f"{kind}:{meeting_id}"
    try:
        planned_at = datetime.fromisoformat(f"{form['day']}T{form['time']}").replace(tzinfo=PLACE_TIME)
    except (KeyError, ValueError, OverflowError, OSError):
        raise QpmError("PLAN-012", f"{subject} plan", "plan_form.when") from None
    keys = _SHARED + _ALONE[kind]
    given = {key: form[key] for key in keys if key in form}
    for place in ("team", "area", "site"):
        given[place] = given.get(place) or None
    payload = check_payload(
        subject, "plan", {**given, "visit": visit.id, "planned_at": planned_at.isoformat(timespec="minutes")}
    )
    check_known(payload, kind, profile, visit, templates)
    return payload


def visit_payload(form: Mapping[str, Any], subject: str, before: VisitPlan | None = None) -> dict[str, Any]:
    """The plan of a visit; places are typed one on each line and keep the code that they had.

    So is whom to ring about harm, with a comma before the number. The sessions of the plan ``before`` stay as they are.

    Raises
    ------
    QpmError
        PLAN-012 if its days cannot be read or end before they start, or there is nobody to ring on a number;
        JOURNAL-006 for other wrong shapes.
    """
    where = f"{subject} plan"
    try:
        starts, ends = date.fromisoformat(str(form["starts"])), date.fromisoformat(str(form["ends"]))
    except (KeyError, ValueError):
        raise QpmError("PLAN-012", where, "plan_form.days") from None
    if ends < starts:
        raise QpmError("PLAN-012", where, "plan_form.days_order")
    keys = ("title", "assessors", "lead")
    given = {key: form[key] for key in keys if key in form}
    sites = _name_sites(form.get("sites") or (), form.get("known_sites") or ())
    given |= {"starts": starts.isoformat(), "ends": ends.isoformat(), "sites": sites}
    given["safeguarding"] = list(_read_numbers(form.get("safeguarding") or (), where))
    if before is not None:
        given["sessions"] = [one.model_dump(mode="json") for one in before.sessions]
    return check_payload(subject, "plan", given)


def renamed_places(
    before: VisitPlan, payload: Mapping[str, Any], used: Mapping[str, list[str]]
) -> list[dict[str, Any]]:
    """The places that something is planned at and that get another name.

    Each with the name ``before`` and ``after``, and the ``ids`` of its meetings. ``used`` is of ``used_places``. A line
    that took the place of another looks just the same, so a person has to say.
    """
    names = {str(site["id"]): str(site["name"]) for site in payload["sites"]}
    return [
        {"before": site.name, "after": names[site.id], "ids": used[site.id]}
        for site in before.sites
        if site.id in used and names.get(site.id, site.name) != site.name
    ]


def with_session(visit: Visit, before: Mapping[str, Any] | None, form: Mapping[str, Any] | None) -> dict[str, Any]:
    """The plan of a visit with one session more, or with another one in the place of ``before``, or without that.

    Raises
    ------
    QpmError
        JOURNAL-006 for a wrong shape, such as an end before the beginning; PLAN-008 if ``before`` is no session of the
        visit any more.
    """
    sessions, where = set(visit.plan.sessions), f"{visit.subject} session"
    new = {Session.model_validate(check_shape(Session, where, form))} if form is not None else set()
    old = {Session.model_validate(check_shape(Session, where, before))} if before is not None else set()
    # What was sent twice, after a lost answer, is there already.
    if not old <= sessions and not new <= sessions:
        raise QpmError("PLAN-008", where, "planned.look_again")
    sessions = sessions - old | new
    return visit.plan.model_copy(update={"sessions": in_order(sessions)}).model_dump(mode="json")


def next_meeting_id(journal: Journal, assessment_id: str, kind: str, letter: str) -> str:
    """The first free id such as A6, counting every plan there ever was, also cancelled ones."""
    pattern = re.compile(rf"{kind}:{letter}(\d+)")
    subjects = {
        entry.subject for entry in journal.current(assessment_id, subject_prefix=f"{kind}:", field_prefix="plan")
    }
    taken = [int(match[1]) for subject in subjects if (match := pattern.fullmatch(subject))]
    return f"{letter}{max(taken, default=0) + 1}"


def check_unbegun(journal: Journal, assessment_id: str, subject: str, *, cancelled: bool = False) -> None:
    """Refuse to plan anew or to cancel what has begun, or was cancelled (PLAN-005); unless ``cancelled`` is no bar."""
    passing = ("planned", "cancelled") if cancelled else ("planned",)
    recorded = journal.current(assessment_id, subject=subject)
    states = [entry.payload["state"] for entry in recorded if entry.field == "state" and entry.payload]
    if any(state not in passing for state in states) or any(entry.field not in {"plan", "state"} for entry in recorded):
        raise QpmError("PLAN-005", subject, "planned.leave")


def _name_sites(lines: Iterable[str], known: Iterable[Mapping[str, str]]) -> list[dict[str, str]]:
    """A code for each place: one that only changed its spelling keeps the code that interviews refer to."""
    before = [(str(site["id"]), str(site["name"])) for site in known]
    codes = {name: code for code, name in before}
    names = list(dict.fromkeys(str(line).strip() for line in lines if str(line).strip()))
    sites: list[dict[str, str]] = []
    free = (f"site-{number}" for number in count(1))
    for place, name in enumerate(names):
        code = codes.get(name)
        if code is None and place < len(before) and before[place][1] not in names:
            code = before[place][0]
        if code is None:
            code = next(one for one in free if one not in codes.values())
        sites.append({"id": code, "name": name})
    return sites


def _read_numbers(lines: Iterable[str], where: str) -> Iterator[dict[str, str]]:
    for line in filter(None, (str(line).strip() for line in lines)):
        who, _, number = (part.strip() for part in line.rpartition(","))
        if not who or not any(sign.isdigit() for sign in number):
            raise QpmError("PLAN-012", where, "plan_form.whom_to_ring")
        yield {"who": who, "number": number}


def check_known(
    payload: Mapping[str, Any], kind: str, profile: AssessmentProfile, visit: Visit, templates: Templates
) -> None:
    """Refuse a meeting's plan that names what assessment or visit do not have (PLAN-002)."""
    shape: type[InterviewPlan | ObservationPlan] = InterviewPlan if kind == "interview" else ObservationPlan
    check_places(profile, visit.id, [shape.model_validate(payload)])
    # The sentence for one that is not there, and the name of each that is: a page shows no code of a place or a nation.
    known: dict[str, tuple[str, dict[str, str]]] = {
        "site": ("plan_form.place", {site.id: site.name for site in visit.plan.sites}),
        "nation": ("plan_form.nation", {one: templates.jurisdictions[one].name for one in profile.jurisdictions}),
    }
    # Only advocates and managers are listed in a profile; anyone else's code is new here.
    if payload.get("role") == "advocate":
        known["respondents"] = "plan_form.advocate", {one.id: one.id for one in profile.advocates}
    elif payload.get("role") == "advocacy_manager":
        known["respondents"] = "plan_form.manager", {one.id: one.id for one in profile.managers}
    for key, (remedy, names) in known.items():
        value = payload[key]
        named: list[str] = [value] if isinstance(value, str) else list(value or ())
        strange = sorted(set(named) - set(names))
        if strange:
            listed = "; ".join(sorted(names.values()))
            choice = say("plan_form.piece.choose", names=listed) if listed else say("plan_form.piece.add")
            raise QpmError("PLAN-002", f"visit {visit.id} {key} {', '.join(strange)}", remedy, choice=choice)
