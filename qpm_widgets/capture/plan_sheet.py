"""The planning sheet: whom a visit must meet, who is in the plan, and a page for each of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from qpm_widgets.capture.assessment_forms import find_earlier
from qpm_widgets.capture.desk_view import view_nations
from qpm_widgets.capture.noticing import point_out
from qpm_widgets.capture.own_process import write_papers
from qpm_widgets.capture.page_files import page_script
from qpm_widgets.capture.page_links import DESK, link_page
from qpm_widgets.capture.plan_choices import list_choices
from qpm_widgets.capture.plan_forms import (
    check_unbegun,
    meeting_payload,
    next_meeting_id,
    renamed_places,
    visit_payload,
    with_session,
)
from qpm_widgets.capture.plan_versions import former_plan, read_versions, view_plan, view_versions, visit_versions
from qpm_widgets.capture.sheet import Sheet, words_at
from qpm_widgets.errors import QpmError
from qpm_widgets.journal import Edit, Entry, Receipt, new_entry_id
from qpm_widgets.journal.payloads import AssessmentProfile
from qpm_widgets.journal.store import now_ms
from qpm_widgets.visits import (
    Interview,
    Observation,
    SamplingRow,
    Visit,
    check_sampling,
    iter_interviews,
    iter_observations,
    iter_visits,
    keep_names,
    load_interview,
    load_profile,
    look_out_for,
    plan_visit,
    read_names,
    repair_notebooks,
    used_places,
    working_notebook_path,
)
from qpm_widgets.visits.sessions import clashes, find_faults, minutes_left, next_free, session_of
from qpm_widgets.visits.two_people import people_of

Meeting = Interview | Observation

# What a plan says its respondents count as, by the rules that are of the whole provider: their role is still to choose.
_PROVIDER = {"senior_leaders": "senior_leader", "board": "board"}

_SCRIPTS = (
    "drawing.js",
    "coming_back.js",
    "edit_trail.js",
    "undo_part.js",
    "identifiers_part.js",
    "protocol_part.js",
    "form_page.js",
    "form_fields.js",
    "plan_form.js",
    "plan_fields.js",
    "plan_sessions.js",
    "plan_coverage.js",
    "plan_undo.js",
    "written_files.js",
    "plan_papers.js",
    "plan_sheet.js",
)


class PlanSheet(Sheet):
    """The page on which a visit is planned.

    Parameters
    ----------
    assessment_id, visit_id : str
        The visit need not be in the journal yet: the page then asks for it first.

    Notes
    -----
    A plan is saved as a whole when its form is sent, so the page asks by ``do``, and every answer carries the
    situation afresh: the visit, its meetings by time, and the sampling rules applied to the whole assessment.
    """

    _esm = page_script(*_SCRIPTS, styles=("forms.css", "plan_sheet.css"))

    done_beside = Sheet.done_beside | {"write_papers"}

    def __init__(self, assessment_id: str, visit_id: str) -> None:
        super().__init__(assessment_id, f"visit:{visit_id}")
        self.visit_id = visit_id

    def view(self) -> dict[str, Any]:
        """Wording, which stays, and the situation, which changes."""
        words, shared = self.templates.wording.section("plan"), self.templates.wording.section("sheet")
        return {
            "words": {
                **words,
                **{part: shared[part] for part in ("identifiers", "files", "safeguarding")},
                "undo": {**shared["undo"], **words["undo"]},
            },
            "desk": link_page(DESK),
            "situation": self.situation(),
        }

    def do(self, name: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """``look``, ``plan_visit``, ``keep_session``, ``plan_meeting``, ``cancel_meeting``, ``choose_plan``,
        ``versions``, ``put_back``, ``prepare``, ``list_names``, ``keep_names``, ``write_papers``.

        Whatever else they answer, each ends with the situation.
        """
        acts: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
            "look": lambda _: {},
            "plan_visit": self._plan_visit,
            "keep_session": self._keep_session,
            "plan_meeting": self._plan_meeting,
            "cancel_meeting": self._cancel_meeting,
            "choose_plan": self._choose_plan,
            "versions": self._versions,
            "put_back": self._put_back,
            "prepare": self._prepare,
            "list_names": self._list_names,
            "keep_names": self._keep_names,
            "write_papers": self._write_papers,
        }
        if name not in acts:
            return super().do(name, arguments)
        return {**acts[name](arguments), "situation": self.situation()}

    def situation(self) -> dict[str, Any]:
        """The visit (or None), its meetings in order of time, the sampling rules, and what forms offer to choose."""
        journal = self.kit.journal
        profile = load_profile(journal, self.assessment_id)
        visits = {visit.id: visit for visit in iter_visits(journal, self.assessment_id)}
        visit = visits.get(self.visit_id)
        interviews = iter_interviews(journal, self.assessment_id)
        observations = iter_observations(journal, self.assessment_id, self.visit_id)
        held: list[Meeting] = [*(one for one in interviews if one.plan.visit == self.visit_id), *observations]
        held.sort(key=lambda one: (one.plan.planned_at.replace(tzinfo=None), one.id))  # by the clock that is shown
        sampling = check_sampling(profile, interviews, self.templates.scheme.sampling)
        return {
            "choices": list_choices(profile, self.templates),
            "harm": view_nations(self.templates, profile),
            "visit": self._visit_view(visit) if visit else None,
            # The id that the next new entry of the page will have: sent twice, it is still one interview.
            "entry_id": new_entry_id(),
            "meetings": [self._meeting_view(one, visit) for one in held],
            "sessions": self._session_views(visit, held) if visit else [],
            "elsewhere": {code: one.id for one in _counted(interviews, self.visit_id) for code in one.plan.respondents},
            "rules": [_rule_view(row, profile) for row in sampling.rows],
            "names": len(journal.names(self.assessment_id).get(self.visit_id, ())),
        }

    def _visit_view(self, visit: Visit) -> dict[str, Any]:
        journal = self.kit.journal
        plans = journal.current(self.assessment_id, subject=self.subject, field_prefix="plan")
        heads = [one.entry_id for one in plans if one.field == "plan"]
        return {
            "id": visit.id,
            **visit.plan.model_dump(mode="json"),
            "heads": heads,
            "versions": len(visit_versions(journal, self.assessment_id, visit)),
            "conflict": len(heads) > 1,
        }

    def _session_views(self, visit: Visit, held: list[Meeting]) -> list[dict[str, Any]]:
        """Each session as it is planned, with the ids of its meetings and what time of it is left."""
        sessions, active = visit.plan.sessions, [one for one in held if one.state != "cancelled"]
        usual = self.templates.scheme.timings.interview_minutes
        return [
            {
                "plan": one.model_dump(mode="json"),
                "meetings": [meeting.id for meeting in held if session_of(sessions, meeting) == one],
                "left": minutes_left(one, active),
                "clashes": clashes(one, sessions),
                "free": next_free(one, active, usual),
            }
            for one in sessions
        ]

    def _meeting_view(self, held: Meeting, visit: Visit | None) -> dict[str, Any]:
        journal = self.kit.journal
        recorded = journal.current(self.assessment_id, subject=held.subject)
        plan_heads = [entry.entry_id for entry in recorded if entry.field == "plan"]
        path = working_notebook_path(self.assessment_id, self.visit_id, held.id)
        return {
            **view_plan(held.plan),
            "id": held.id,
            "kind": held.subject.partition(":")[0],
            "state": held.state,
            "reason": held.reason,
            "begun": held.state != "planned" or any(entry.field not in {"plan", "state"} for entry in recorded),
            "heads": plan_heads,
            "state_heads": [entry.entry_id for entry in recorded if entry.field == "state"],
            "versions": len(read_versions(journal, self.assessment_id, held)),
            "conflict": len(plan_heads) > 1,
            "session_faults": list(find_faults(visit.plan.sessions, held)) if visit else [],
            "two_people": self._rivals(held),
            "page": link_page(path.as_posix()) if (self.kit.notebooks / path).exists() else None,
        }

    def _rivals(self, held: Meeting) -> list[dict[str, Any]]:
        """The people whom one id was given to, each with the plan to choose; nothing as a rule."""
        if not isinstance(held, Interview) or held.mixed is None:
            return []
        return [
            {"entry_id": one.entry_id, "by": one.recorded_by, "respondents": sorted(people_of(one))}
            for one in held.mixed.plans
        ]

    def _choose_plan(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Settle whose interview an id is: the chosen plan is recorded again, in place of all."""
        held = load_interview(self.kit.journal, self.assessment_id, str(arguments["id"]))
        plans = {one.entry_id: one.payload or {} for one in (held.mixed.plans if held.mixed else ())}
        sent_before = self.kit.journal.find_entries([str(arguments["entry_id"])])
        if sent_before:
            (entry,) = sent_before.values()
            return _told(entry, held.id)
        if str(arguments["chosen"]) not in plans:
            raise QpmError("PLAN-008", held.subject, "planned.look_again")
        payload = plans[str(arguments["chosen"])]
        edit = Edit(self.assessment_id, held.subject, "plan", payload, tuple(plans), str(arguments["entry_id"]))
        return _told(self.record(edit), held.id)

    def _versions(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """The ``versions`` of the plan of the visit or the meeting that ``field`` names."""
        subject = str(arguments.get("field"))
        return {"versions": view_versions(self.kit.journal, self.assessment_id, self._visit(), subject)}

    def _put_back(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """An earlier plan, of the visit or of a meeting, or what was said of whether that takes place.

        ``held``: what is in its words, is not in those that stand, and points to one person; nothing is recorded then.
        """
        edit = former_plan(self.kit.journal, self.templates, self.assessment_id, self._visit(), arguments)
        name = edit.subject.partition(":")[2]
        if isinstance(edit, Entry):
            return _told(edit, name)
        if edit.subject == self.subject:
            return _told(plan_visit(self.kit.journal, self.assessment_id, self.visit_id, edit.payload), name)
        if held := self._ask_first(edit, arguments).get("held"):
            return {"held": [{"kind": one["kind"], "said": words_at(edit.payload, one)} for one in held]}
        return _told(self.record(edit), name)

    def _plan_visit(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """``renamed``: places that meetings or sessions are at and that get another name; nothing is recorded then.

        Unless ``same_places`` says that they are the same places.
        """
        visits = {one.id: one.plan for one in iter_visits(self.kit.journal, self.assessment_id)}
        before = visits.get(self.visit_id)
        payload = visit_payload(arguments["form"], self.subject, before)
        if before and arguments.get("same_places") is not True:
            used = used_places(self.kit.journal, self.assessment_id, self.visit_id, before)
            if renamed := renamed_places(before, payload, used):
                return {"renamed": renamed}
        return _told(plan_visit(self.kit.journal, self.assessment_id, self.visit_id, payload), self.visit_id)

    def _keep_session(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Add a session, change one (``before``), or take one out (no ``form``)."""
        payload = with_session(self._visit(), arguments.get("before"), arguments.get("form"))
        return _told(plan_visit(self.kit.journal, self.assessment_id, self.visit_id, payload), self.visit_id)

    def _plan_meeting(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        journal, kind = self.kit.journal, str(arguments["meeting_kind"])
        profile, visit = load_profile(journal, self.assessment_id), self._visit()
        meeting_id, entry_id = str(arguments.get("id") or ""), str(arguments["entry_id"])
        supersedes = tuple(map(str, arguments.get("supersedes") or ()))
        # The page asks again after a lost answer: the interview keeps the id that it was given then.
        if followed := find_earlier(journal, arguments):
            meeting_id, supersedes = followed.subject.partition(":")[2], (followed.entry_id,)
        if meeting_id:
            check_unbegun(journal, self.assessment_id, f"{kind}:{meeting_id}")
        elif sent_before := journal.find_entries([entry_id]):
            meeting_id = sent_before[entry_id].subject.partition(":")[2]
        else:
            letter = self._letter(kind, str(arguments["form"].get("role", "")))
            meeting_id = next_meeting_id(journal, self.assessment_id, kind, letter)
        payload = meeting_payload(arguments["form"], kind, meeting_id, profile, visit, self.templates)
        edit = Edit(self.assessment_id, f"{kind}:{meeting_id}", "plan", payload, supersedes, entry_id)
        return self._ask_first(edit, arguments) or _told(self.record(edit), meeting_id)

    def _cancel_meeting(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        subject = f"{arguments['meeting_kind']}:{arguments['id']}"
        check_unbegun(self.kit.journal, self.assessment_id, subject)
        reason = str(arguments.get("reason") or "").strip()
        payload = {"state": "cancelled", "reason": reason, "kept": list(arguments.get("kept") or ())}
        supersedes = tuple(map(str, arguments.get("supersedes") or ()))
        edit = Edit(self.assessment_id, subject, "state", payload, supersedes, str(arguments["entry_id"]))
        return self._ask_first(edit, arguments) or _told(self.record(edit), str(arguments["id"]))

    def notice(self, field: str, payload: Mapping[str, Any]) -> list[dict[str, Any]]:
        """What points to one person in access needs or a reason for cancelling, and was not kept on purpose."""
        return point_out(field, payload, look_out_for(self.kit.journal, self.assessment_id))

    def _ask_first(self, edit: Edit, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """``held``: what is new and points to one person; nothing is recorded then. Empty if nothing is to be asked."""
        noticed, is_new = self._look(edit, arguments.get("asked"))
        return {"held": noticed} if is_new else {}

    def _prepare(self, _arguments: Mapping[str, Any]) -> dict[str, Any]:
        self._visit()
        repair_notebooks(self.kit, only_missing=True)  # a page that is there may have something typed in it
        return {}

    def _list_names(self, _arguments: Mapping[str, Any]) -> dict[str, Any]:
        """The visit's list of names; only here, for whoever is about to change it, does it come to a page."""
        return {"names": "\n".join(self.kit.journal.names(self.assessment_id).get(self.visit_id, ()))}

    def _keep_names(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        names = read_names(str(arguments.get("names") or ""), f"{self.subject} names")
        try:
            keep_names(self.kit.journal, self.assessment_id, self.visit_id, names)
        except QpmError as error:
            if error.code != "CONSENT-006":  # the new list is kept, the old one's last byte goes with the next clearing
                raise
        return {"id": self.visit_id, "recorded_at": now_ms()}

    def _write_papers(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """The itinerary; what invites whoever is ``invited``; a form of a ``meeting``. Answers with ``files``."""
        self._visit()
        request: dict[str, Any] = {"assessment": self.assessment_id, "visit": self.visit_id}
        if meeting := str(arguments.get("meeting") or ""):
            request["form"] = {
                "meeting": meeting,
                "language": arguments.get("language") or None,
                "reading": arguments.get("reading") or None,
            }
        elif invited := str(arguments.get("invited") or ""):
            request["invitation"] = {
                "invited": invited,
                "language": arguments.get("language") or None,
                "reading": arguments.get("reading") or None,
                "contact": str(arguments.get("contact") or "").strip(),
            }
        return write_papers(self.kit, self.subject, request)

    def _visit(self) -> Visit:
        for visit in iter_visits(self.kit.journal, self.assessment_id):
            if visit.id == self.visit_id:
                return visit
        raise QpmError("PLAN-001", f"visit {self.visit_id}", "planned.days_first")

    def _letter(self, kind: str, role: str) -> str:
        return self.templates.source_of_role(role).code if kind == "interview" else "O"


def _told(receipt: Receipt | Entry, name: str) -> dict[str, Any]:
    return {"id": name, "entry_id": receipt.entry_id, "recorded_at": receipt.recorded_at}


def _counted(interviews: list[Interview], visit_id: str) -> list[Interview]:
    return [one for one in interviews if one.plan.visit != visit_id and one.state != "cancelled"]


def _rule_view(row: SamplingRow, profile: AssessmentProfile) -> dict[str, Any]:
    """One rule, with what a form can be filled in with to meet it."""
    teams = {team.id: team for team in profile.teams}
    advocates = {one.id: one for one in profile.advocates}
    team = row.id if row.kind == "team" else ""
    if row.kind == "manager_advocates" and row.candidates:
        team = advocates[row.candidates[0]].team
    area = row.id if row.kind == "area" else (teams[team].area if team else "")
    return {
        "kind": row.kind,
        "id": row.id,
        "name": row.name,
        "have": row.have,
        "need": row.need,
        "met": row.met,
        "known": row.known,
        "unsaid": list(row.unsaid),
        "candidates": list(row.candidates),
        "form": {
            "role": {"manager": "advocacy_manager", **dict.fromkeys(_PROVIDER, "")}.get(row.kind, "advocate"),
            "team": team,
            "area": area,
            "counts_as": _PROVIDER.get(row.kind, ""),
        },
    }
