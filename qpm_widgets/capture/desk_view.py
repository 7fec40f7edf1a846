"""What the desk shows: every assessment of the kit, its visits, who is met when, and what is still missing."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any

from qpm_widgets.capture.erasing import view_uncertified
from qpm_widgets.capture.own_process import outputs_folder
from qpm_widgets.capture.practice import practice_state
from qpm_widgets.errors import QpmError
from qpm_widgets.journal import Journal, Kit
from qpm_widgets.journal.payloads import AssessmentProfile, ObservationPlan
from qpm_widgets.journal.safeguarding import Disclosure
from qpm_widgets.journal.written_accounts import account_files
from qpm_widgets.running_server import page_path
from qpm_widgets.templates import Templates
from qpm_widgets.templates.own_items import is_line, is_own
from qpm_widgets.templates.records import InterviewGuide, ObservationGuide
from qpm_widgets.visits import (
    Interview,
    Observation,
    SamplingRow,
    Visit,
    check_sampling,
    is_called_for,
    iter_interviews,
    iter_observations,
    iter_visits,
    load_profile,
    working_notebook_path,
)

Meeting = Interview | Observation
View = dict[str, Any]


def view_desk(kit: Kit, templates: Templates) -> View:
    """The whole desk as JSON values; assessments in order of their ids, visits and meetings in order of time."""
    ids = kit.journal.assessment_ids()
    return {
        "assessor": kit.assessor,
        "practice": practice_state(kit),
        **_view_accounts(kit),
        "uncertified": list(view_uncertified(kit, templates, ids)),
        "assessments": [_Assessment(kit, templates, one).view() for one in ids if _has_profile(kit.journal, one)],
    }


def _view_accounts(kit: Kit) -> View:
    """Accounts of harm, ids and files only; none while their store cannot be opened.

    ``waiting_accounts``: those that nobody confirmed as handed over, whether all that they say has been ``written`` to
    a file, and the ``files`` written from the desk. ``handed_over``: ids of those that came from no other kit,
    are with whom they are for, and are not erased yet. ``left_files``: what was written from any other and lies there.
    """
    every: list[Disclosure] = []
    with suppress(QpmError):  # its own commands say what is wrong; interviews go on
        every = list(kit.safeguarding.disclosures())
    found = [one for one in every if not one.erased]
    waiting = [one for one in found if one.is_waiting]
    files = {one.id: [str(file) for file in account_files(one.id, outputs_folder())] for one in every}
    return {
        "waiting_accounts": [
            {"id": one.id, "written": bool(one.file_at) and not one.has_more, "files": files.pop(one.id)}
            for one in waiting
        ],
        "handed_over": [one.id for one in found if one.is_confirmed and not one.is_waiting and not one.received_at],
        "left_files": [{"id": account, "files": left} for account, left in files.items() if left],
    }


def _has_profile(journal: Journal, assessment_id: str) -> bool:
    entry = journal.current_entry(assessment_id, "assessment", "profile")
    return entry is not None and entry.payload is not None


class _Assessment:
    """One assessment, read from the journal once."""

    def __init__(self, kit: Kit, templates: Templates, assessment_id: str) -> None:
        self.kit, self.templates, self.id = kit, templates, assessment_id
        self.profile = load_profile(kit.journal, assessment_id)
        self.interviews = iter_interviews(kit.journal, assessment_id)
        self.observations = iter_observations(kit.journal, assessment_id)
        self.answered, self.quotes = _count_recorded(kit.journal, templates, assessment_id)

    def view(self) -> View:
        sampling = check_sampling(self.profile, self.interviews, self.templates.scheme.sampling)
        return {
            "id": self.id,
            "provider": self.profile.provider,
            "sample": self.profile.sample,
            "band": self._band(),
            "nations": [self.templates.jurisdictions[nation].name for nation in self.profile.jurisdictions],
            "harm": view_nations(self.templates, self.profile),
            "rules": {
                "met": sum(row.met for row in sampling.rows),
                "total": len(sampling.rows) - len(sampling.unknown),
                "missing": [_view_missing(row) for row in sampling.missing],
                "unknown": [row.kind for row in sampling.unknown],
            },
            "visits": [self._visit(visit) for visit in iter_visits(self.kit.journal, self.id)],
        }

    def _band(self) -> str:
        return next((band.label for band in self.templates.scheme.bands if band.id == self.profile.band), "")

    def _visit(self, visit: Visit) -> View:
        every: list[Meeting] = [*self.interviews, *self.observations]
        meetings = [one for one in every if one.plan.visit == visit.id]
        meetings.sort(key=lambda one: (one.plan.planned_at.timestamp(), one.id))
        sites = {site.id: site.name for site in visit.plan.sites}
        return {
            "id": visit.id,
            "title": visit.plan.title,
            "starts": visit.plan.starts.isoformat(),
            "ends": visit.plan.ends.isoformat(),
            "sites": list(sites.values()),
            "ring": [one.model_dump() for one in visit.plan.safeguarding],
            "pages": {name: self._page(visit.id, name) for name in ("plan", "debrief")},
            "meetings": [self._meeting(one, sites) for one in meetings],
        }

    def _page(self, visit_id: str, name: str) -> View:
        path = working_notebook_path(self.id, visit_id, name)
        return {
            "path": path.as_posix(),
            "address": page_path(path.as_posix()),
            "there": (self.kit.notebooks / Path(path)).exists(),
        }

    def _meeting(self, held: Meeting, sites: dict[str, str]) -> View:
        plan = held.plan
        view = {
            "id": held.id,
            "kind": held.subject.partition(":")[0],
            # The clock at the place, as it was planned; not turned into this machine's time zone.
            "day": plan.planned_at.strftime("%Y-%m-%d"),
            "time": plan.planned_at.strftime("%H:%M"),
            "minutes": plan.minutes,
            "where": self._where(held, sites),
            "assessor": _name_of(self.profile, plan.assessor),
            "mine": plan.assessor == self.kit.assessor,
            "state": held.state,
            "reason": held.reason,
            "answered": self.answered[held.subject],
            "questions": self._questions(held),
            "quotes": self.quotes[held.subject],
            "saved_at": self._saved_at(held),
            "page": self._page(plan.visit, held.id),
        }
        if isinstance(held, Interview):
            view |= _view_people(held, self.templates)
        else:
            view |= _view_observed(held.plan, self.templates)
        return view

    def _saved_at(self, held: Meeting) -> int | None:
        """When something was last recorded, UTC ms, while it is under way."""
        entries = self.kit.journal.iter_entries(self.id, subject=held.subject) if held.state == "open" else ()
        return max((one.recorded_at for one in entries), default=None)

    def _where(self, held: Meeting, sites: dict[str, str]) -> list[str]:
        plan = held.plan
        names = {one.id: one.name for one in self.profile.areas} | {one.id: one.name for one in self.profile.teams}
        team_or_area = names.get(plan.team or "") or names.get(plan.area or "")
        return [name for name in (team_or_area, sites.get(plan.site or "")) if name]

    def _questions(self, held: Meeting) -> int:
        guide = self.templates.guides[held.plan.guide]
        if isinstance(guide, InterviewGuide):
            questions = [one for section in guide.sections for one in section.questions]
            return sum(is_called_for(one, held.plan) for one in questions)
        return len(guide.scenes)


def view_nations(templates: Templates, profile: AssessmentProfile) -> list[View]:
    """Of each nation of a provider: what to do at once when somebody is in danger, and who looks into harm."""
    laws = [templates.jurisdictions[nation] for nation in profile.jurisdictions]
    return [{"emergency": law.emergency, "authority": law.authority} for law in laws]


def _view_observed(plan: ObservationPlan, templates: Templates) -> View:
    flags = {
        "easy_read": plan.easy_read,
        "welsh": plan.language == "cy",
        "familiar": plan.supporter,
        "interpreter": plan.interpreter,
        "unasked": templates.is_with_person(plan.guide) and not plan.no_objection,
    }
    return {
        "role": templates.title_of_guide(plan.guide),
        "flags": [name for name, is_so in flags.items() if is_so],
    }


def _view_people(interview: Interview, templates: Templates) -> View:
    plan = interview.plan
    flags = {
        "easy_read": plan.easy_read,
        "welsh": plan.language == "cy",
        "supporter": plan.supporter,
        "interpreter": plan.interpreter,
        "remote": plan.mode == "remote",
    }
    return {
        "role": templates.role(plan.role).label,
        "people": len(plan.respondents),
        "two_people": interview.is_two_people,
        "flags": [name for name, is_so in flags.items() if is_so],
        "consent": _view_consent(interview),
    }


def _view_consent(interview: Interview) -> View | None:
    """Consent in short: may notes be taken, and of how many may words be quoted. None before anybody was asked."""
    if not interview.consents:
        return None
    declined = {
        code for (scope, code), decision in interview.consents.items() if scope == "talk" and decision != "given"
    }
    taking_part = [code for code in interview.plan.respondents if code not in declined]
    return {
        "notes": interview.notes_allowed,
        "people": len(taking_part),
        "quotable": sum(interview.quotes_allowed(code) for code in taking_part),
    }


def _view_missing(row: SamplingRow) -> View:
    return {
        "kind": row.kind,
        "name": row.name,
        "have": row.have,
        "need": row.need,
        "lacking": row.lacking,
    }


def _name_of(profile: AssessmentProfile, code: str) -> str:
    return next((one.name for one in profile.assessors if one.id == code), code)


def _count_recorded(journal: Journal, templates: Templates, assessment_id: str) -> tuple[Counter[str], Counter[str]]:
    """By subject: how many questions have an answer or a reason why there is none, and how many quotes there are.

    The interview page counts by the same rule (``survey`` of ``interview_sheet.js``): a mark alone is no answer, nor is
    that a scene is about one of a list.
    """
    looking = [one for one in templates.guides.values() if isinstance(one, ObservationGuide)]
    named = {part.id for guide in looking for part in guide.parts if part.choose}
    answered: dict[str, set[str]] = {}
    quotes: Counter[str] = Counter()
    for entry in journal.current(assessment_id, field_prefix="answer:"):
        # A note that was emptied again, or a reason that was taken back, is no answer.
        if entry.payload is None or not any(entry.payload.get(key) for key in ("text", "reason")):
            continue
        item, _, part = entry.field.removeprefix("answer:").partition(".")
        if part in named:
            continue
        question = str(entry.payload.get("filed_to", "")) if is_line(item) else item
        if question and not is_own(question):  # it counts the questions of the guide
            answered.setdefault(entry.subject, set()).add(question)
        quotes[entry.subject] += part.startswith("quote.")
    return Counter({subject: len(found) for subject, found in answered.items()}), quotes
