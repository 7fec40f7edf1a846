"""Interviews and observations: what was planned, where each stands, and what each respondent agreed to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from qpm_widgets.errors import QpmError
from qpm_widgets.journal import Entry, Journal
from qpm_widgets.journal.consent import OUT, notes_allowed, read_decisions
from qpm_widgets.journal.erasure import WHOLE
from qpm_widgets.journal.payloads import InterviewPlan, ObservationPlan, OnPaper, State
from qpm_widgets.templates.records import Question
from qpm_widgets.visits.pauses import NO_BREAKS, Breaks, count_breaks
from qpm_widgets.visits.shared_words import TakenBack, find_taken_back
from qpm_widgets.visits.signs import FIELD as SIGNS
from qpm_widgets.visits.signs import count_signs
from qpm_widgets.visits.two_people import TwoPeople, find_two_people

PLANNED = State(state="planned")
ON_PAPER = "on_paper"
# England, Wales and Northern Ireland keep one clock; that of the machine may be set to another.
PLACE_TIME = ZoneInfo("Europe/London")
HELD = frozenset({"open", "stopped", "finished"})
"""States of an interview or observation that has begun."""


@dataclass(frozen=True)
class Interview:
    """An interview as the journal has it now.

    ``consents`` maps (scope, respondent code) to the decision in force: the stricter of two in conflict. ``mixed`` is
    there only where two kits gave its id to different people.
    """

    id: str
    plan: InterviewPlan
    state: str
    reason: str
    consents: dict[tuple[str, str], str] = field(default_factory=dict)
    mixed: TwoPeople | None = None
    breaks: Breaks = NO_BREAKS
    on_paper: OnPaper | None = None  # when it was held, if it was keyed in afterwards
    signs: dict[str, int] = field(default_factory=dict)  # how often a yes, a no and so on was shown
    taken_back: TakenBack | None = None

    @property
    def subject(self) -> str:
        """The journal's subject for this interview."""
        return f"interview:{self.id}"

    @property
    def notes_allowed(self) -> bool:
        """Whether anything may be written down now: everyone who takes part has agreed to talk and to notes."""
        return notes_allowed(self.plan.respondents, self.consents)

    @property
    def taking_part(self) -> tuple[str, ...]:
        """Codes of the respondents who were there and have not said no to talking. Who took it back later was met."""
        never = OUT - {"withdrawn"}
        return tuple(code for code in self.plan.respondents if self.consents.get(("talk", code)) not in never)

    @property
    def was_held(self) -> bool:
        """Whether anybody was met: it has begun, and not everyone said no."""
        talked = any(self.consents.get(("talk", code)) in ("given", "withdrawn") for code in self.plan.respondents)
        return talked or (self.state in HELD and bool(self.taking_part))

    @property
    def is_two_people(self) -> bool:
        """Whether it is not settled yet whose interview this is."""
        return self.mixed is not None and self.mixed.chosen is None

    def counts(self, entry: Entry) -> bool:
        """Whether an entry is surely of the one whose interview this is."""
        return self.mixed is None or self.mixed.counts(entry)

    def may_use(self, entry: Entry) -> bool:
        """Whether an entry may be used now, as far as agreement to notes goes."""
        return self.notes_allowed and not (self.taken_back and self.taken_back.covers(entry))

    def quotes_allowed(self, respondent: str) -> bool:
        """Whether this respondent may be quoted now: notes and quotes, each given and not withdrawn."""
        return self.notes_allowed and all(
            self.consents.get((scope, respondent)) == "given" for scope in ("notes", "quotes")
        )


@dataclass(frozen=True)
class Observation:
    """An observation as the journal has it now."""

    id: str
    plan: ObservationPlan
    state: str
    reason: str
    breaks: Breaks = NO_BREAKS
    on_paper: OnPaper | None = None
    signs: dict[str, int] = field(default_factory=dict)

    @property
    def was_held(self) -> bool:
        """Whether it has begun."""
        return self.state in HELD

    @property
    def subject(self) -> str:
        """The journal's subject for this observation."""
        return f"observation:{self.id}"


Held = TypeVar("Held", Interview, Observation)


def modes_of(plan: InterviewPlan | ObservationPlan) -> tuple[str, ...]:
    """How people meet, as keys of the wording ``modes``: of each something is said before consent to an interview."""
    if isinstance(plan, ObservationPlan):
        return ()
    met = {
        "remote": plan.mode == "remote",
        "group": len(plan.respondents) > 1,
        "interpreter": plan.interpreter,
        "supporter": plan.supporter,
    }
    return tuple(mode for mode, is_so in met.items() if is_so)


def is_called_for(question: Question, plan: InterviewPlan | ObservationPlan) -> bool:
    """Whether a question suits where, with whom and about which advocacy the interview is planned.

    A plan that names no advocacy role, or neither instructed nor non-instructed advocacy, calls for all of them.
    """
    if question.nations and plan.nation not in question.nations:
        return False
    if question.only_if_explored and not set(question.indicators) & set(plan.explore):
        return False
    if not isinstance(plan, InterviewPlan):
        return True
    if question.instructed and plan.instructed not in ("", question.instructed):
        return False
    if question.setting and question.setting != ("group" if len(plan.respondents) > 1 else "single"):
        return False
    roles = plan.advocacy_roles
    return not (question.advocacy_roles and roles) or bool(set(question.advocacy_roles) & set(roles))


def iter_interviews(journal: Journal, assessment_id: str, visit_id: str | None = None) -> list[Interview]:
    """The interviews of an assessment, or of one visit, in the order they are planned."""
    plans, signs = (_versions(journal, assessment_id, area) for area in ("plan", SIGNS))
    found = _planned(journal, assessment_id, "interview:")
    read = partial(journal.iter_entries, assessment_id)
    made = [
        _interview(subject, entries, plans.get(subject, []), signs.get(subject, []), partial(read, subject=subject))
        for subject, entries in found
    ]
    return _in_order(made, visit_id)


def iter_observations(journal: Journal, assessment_id: str, visit_id: str | None = None) -> list[Observation]:
    """The observations of an assessment, or of one visit, in the order they are planned."""
    signs = _versions(journal, assessment_id, SIGNS)
    found = _planned(journal, assessment_id, "observation:")
    return _in_order([_observation(*one, signs.get(one[0], [])) for one in found], visit_id)


def load_interview(journal: Journal, assessment_id: str, interview_id: str) -> Interview:
    """One interview.

    Raises
    ------
    QpmError
        PLAN-001 if it is not planned.
    """
    subject = f"interview:{interview_id}"
    entries = _of_one(journal, assessment_id, subject)
    read = partial(journal.iter_entries, assessment_id, subject=subject)
    return _interview(subject, entries, read(field_prefix="plan"), read(field_prefix=SIGNS), read)


def load_observation(journal: Journal, assessment_id: str, observation_id: str) -> Observation:
    """One observation.

    Raises
    ------
    QpmError
        PLAN-001 if it is not planned.
    """
    subject = f"observation:{observation_id}"
    signs = journal.iter_entries(assessment_id, subject=subject, field_prefix=SIGNS)
    return _observation(subject, _of_one(journal, assessment_id, subject), signs)


def _of_one(journal: Journal, assessment_id: str, subject: str) -> list[Entry]:
    entries = journal.current(assessment_id, subject=subject)
    if not _has_plan(entries):
        raise QpmError("PLAN-001", f"{subject} of {assessment_id}", "planned.meeting")
    return entries


def _versions(journal: Journal, assessment_id: str, area: str) -> dict[str, list[Entry]]:
    """All versions of some fields, by the meeting that they are of."""
    found: dict[str, list[Entry]] = {}
    for entry in journal.iter_entries(assessment_id, field_prefix=area):
        found.setdefault(entry.subject, []).append(entry)
    return found


def _planned(journal: Journal, assessment_id: str, prefix: str) -> list[tuple[str, list[Entry]]]:
    """The subjects that have a plan, each with what is current of it but the answers."""
    # A few narrow reads, not one wide one: answers are by far the most entries and none is needed here.
    grouped: dict[str, list[Entry]] = {}
    for area in ("plan", "state", "consent:", "pause:", ON_PAPER, WHOLE):
        for entry in journal.current(assessment_id, subject_prefix=prefix, field_prefix=area):
            grouped.setdefault(entry.subject, []).append(entry)
    return [(subject, entries) for subject, entries in grouped.items() if _has_plan(entries)]


def _in_order(meetings: list[Held], visit_id: str | None) -> list[Held]:
    wanted = (one for one in meetings if visit_id in (None, one.plan.visit))
    return sorted(wanted, key=lambda one: (one.plan.planned_at.timestamp(), one.id))


def _has_plan(entries: Iterable[Entry]) -> bool:
    return any(entry.field == "plan" and entry.payload is not None for entry in entries)


def _newest(entries: Iterable[Entry], field_name: str) -> Entry | None:
    found = [entry for entry in entries if entry.field == field_name and entry.payload is not None]
    return max(found, key=lambda entry: (entry.recorded_at, entry.entry_id), default=None)


def _plan_and_state(entries: list[Entry]) -> tuple[Mapping[str, Any], State]:
    plan, state = _newest(entries, "plan"), _newest(entries, "state")
    assert plan is not None and plan.payload is not None
    return plan.payload, State.model_validate(state.payload) if state else PLANNED


def _interview(
    subject: str,
    entries: list[Entry],
    plans: Iterable[Entry],
    signs: Iterable[Entry],
    read_versions: Callable[[], Iterable[Entry]],
) -> Interview:
    plan, state = _plan_and_state(entries)
    mixed = find_two_people(plans)
    decisions = read_decisions((entry.field, entry.payload) for entry in entries)
    left = mixed.left if mixed else ()
    consents = {(scope, code): decision for (scope, code), decision in decisions.items() if code not in left}
    planned = InterviewPlan.model_validate(plan)
    return Interview(
        subject.partition(":")[2],
        planned,
        state.state,
        state.reason,
        consents,
        mixed,
        count_breaks(entries),
        _on_paper(entries),
        count_signs((one for one in signs if mixed is None or mixed.counts(one)), entries),
        find_taken_back(planned.respondents, consents, read_versions),
    )


def _observation(subject: str, entries: list[Entry], signs: Iterable[Entry]) -> Observation:
    plan, state = _plan_and_state(entries)
    planned = ObservationPlan.model_validate(plan)
    breaks, on_paper = count_breaks(entries), _on_paper(entries)
    shown = count_signs(signs, entries)
    return Observation(subject.partition(":")[2], planned, state.state, state.reason, breaks, on_paper, shown)


def _on_paper(entries: list[Entry]) -> OnPaper | None:
    held = _newest(entries, ON_PAPER)
    return OnPaper.model_validate(held.payload) if held else None
