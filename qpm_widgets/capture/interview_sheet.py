"""The sheet of one interview or one observation: consent first, then the guide, one page, one comm."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any, Literal

from qpm_widgets.capture.erasing import erase_for_good
from qpm_widgets.capture.interview_view import (
    view_choices,
    view_guide,
    view_modes,
    view_plan,
    view_signs,
    view_symbols,
    view_times,
    view_values,
    view_visit,
    view_whose_signs,
)
from qpm_widgets.capture.joining import add_to_group, codes_to_join, note_presence
from qpm_widgets.capture.noticing import point_out
from qpm_widgets.capture.own_process import write_papers
from qpm_widgets.capture.page_files import page_script
from qpm_widgets.capture.page_links import DESK, link_page
from qpm_widgets.capture.recording import guide_of
from qpm_widgets.capture.sheet import Sheet, by_field
from qpm_widgets.capture.visit_evidence import read_visit_evidence
from qpm_widgets.capture.visit_overview import view_so_far
from qpm_widgets.errors import QpmError
from qpm_widgets.journal import Edit, Entry, Receipt
from qpm_widgets.journal.consent import is_given
from qpm_widgets.journal.withdrawing import Withdrawal
from qpm_widgets.visits import (
    Interview,
    Observation,
    iter_visits,
    load_interview,
    load_observation,
    load_profile,
    look_out_for,
    working_notebook_path,
)
from qpm_widgets.visits.filing import item_of, read_filing
from qpm_widgets.visits.two_people import TwoPeople, people_of

_SHOWN_VERSIONS = ("answer:", "closing:", "pause:")
"""Begins the fields of which the page shows earlier versions; consents and the state are made anew, not put back."""

_NO_CONSENT = frozenset(("CONSENT-001", "CONSENT-002"))

DISCLOSURE = "disclosure:"
"""Begins the field of an account of harm, as the page names it: ``disclosure:<id>.<part>``."""


class InterviewSheet(Sheet):
    """The page on which an interview or an observation is written down.

    Parameters
    ----------
    assessment_id : str
        The assessment.
    interview_id : str
        An interview of one of its visits; or
    observation_id : str
        an observation.
    """

    scripts = (
        "drawing.js",
        "show_card.js",
        "stepping.js",
        "search_part.js",
        "own_part.js",
        "edit_trail.js",
        "noted_times.js",
        "prompts_part.js",
        "taking_back.js",
        "written_files.js",
        "paper_part.js",
        "quick_lines.js",
        "quick_filing.js",
        "quick_dragging.js",
        "keys_part.js",
        "drawer_part.js",
        "modes_part.js",
        "coming_back.js",
        "joining_part.js",
        "shared_words.js",
        "consent_part.js",
        "why_part.js",
        "question_part.js",
        "erased_part.js",
        "assent_part.js",
        "history_part.js",
        "pause_part.js",
        "summary_part.js",
        "ending_part.js",
        "protocol_part.js",
        "safeguarding_part.js",
        "saving_part.js",
        "identifiers_part.js",
        "interview_sheet.js",
    )
    _esm = page_script(*scripts, styles=("interview_sheet.css", "quick_notes.css", "show_card.css"))

    done_beside = Sheet.done_beside | {"print_form"}

    def __init__(self, assessment_id: str, interview_id: str = "", *, observation_id: str = "") -> None:
        self.interview_id, self.observation_id = interview_id, observation_id
        self._mixed: TwoPeople | None = None
        subject = f"observation:{observation_id}" if observation_id else f"interview:{interview_id}"
        super().__init__(assessment_id, subject)

    def _opened(self) -> dict[str, Any]:
        # Read once for the whole opening: nothing that another person said is shown, or replaced by an edit here.
        self._mixed = self._two_people()
        return super()._opened()

    def may_show(self, entry: Entry) -> bool:
        """Whether an entry has words, and belongs on this page."""
        return super().may_show(entry) and self._is_shown(entry)

    def _is_shown(self, entry: Entry) -> bool:
        """Whether an entry belongs on this page: all do, also while it is open whose interview this is."""
        answer = entry.field.startswith("answer:")
        return not answer or self._mixed is None or self._mixed.chosen is None or self._mixed.counts(entry)

    def view(self) -> dict[str, Any]:
        """Plan, guide, choices, wording and everything recorded so far."""
        journal, templates = self.kit.journal, self.templates
        meeting = self._meeting()
        recorded = journal.current(self.assessment_id, subject=self.subject)
        current = by_field(entry for entry in recorded if self._is_shown(entry))
        answers = [entry for field, entries in current.items() if field.startswith("answer:") for entry in entries]
        answered = {*(item_of(entry.field) for entry in answers), *read_filing(answers).values()}
        whole = guide_of(journal, templates, self.assessment_id, self.subject)
        guide = view_guide(whole, meeting.plan, answered)
        shown = view_plan(meeting.plan, templates)
        visit_of = journal, templates, self.assessment_id, meeting.plan.visit
        for visit in iter_visits(journal, self.assessment_id):
            if visit.id == meeting.plan.visit:
                shown["visit"] |= view_visit(self.assessment_id, visit)
        values = view_values(current)
        names = look_out_for(journal, self.assessment_id)
        noticed = {field: point_out(field, payload, names) for field, payload in values["values"].items()}
        return {
            "desk": link_page(DESK),
            "noticed": {field: found for field, found in noticed.items() if found},
            "kind": self.subject.partition(":")[0],
            "id": meeting.id,
            "sample": load_profile(journal, self.assessment_id).sample,
            "two_people": [
                {"by": one.recorded_by, "respondents": sorted(people_of(one))}
                for one in (self._mixed.plans if self._mixed else ())
            ],
            "wording": templates.wording.section("sheet"),
            "card": templates.welsh.both("card"),
            "symbols": view_symbols(whole, templates),
            "plan": shown,
            "guide": guide,
            "choices": view_choices(templates, whole, meeting.plan),
            "so_far": view_so_far(templates, read_visit_evidence(*visit_of, {}), meeting),
            **self._count_versions(),
            "may_join": codes_to_join(self.kit, self.assessment_id, meeting) if isinstance(meeting, Interview) else [],
            "modes": view_modes(meeting.plan, templates),
            "signs": view_signs(self._versions_of("assent:")),
            "taken_back": self._taken_back(meeting),
            "signs_of": view_whose_signs(whole, meeting.plan),
            "times": view_times(self._versions_of("state"), self._versions_of("on_paper")),
            "accounts": self._accounts() if "safeguarding" in current else [],
            **values,
        }

    def _versions_of(self, area: str) -> Iterable[Entry]:
        return self.kit.journal.iter_entries(self.assessment_id, subject=self.subject, field_prefix=area)

    def record(self, edit: Edit) -> Receipt:
        """Record one edit; an account of harm goes to the store of its own, where no page can read it again."""
        if not edit.field.startswith(DISCLOSURE):
            return self._record_or_tell(edit)
        store, place = self.kit.safeguarding, edit.field.removeprefix(DISCLOSURE)
        told = edit.assessment_id, edit.subject, place, edit.payload
        try:
            return store.record(*told, supersedes=edit.supersedes, entry_id=edit.entry_id)
        except QpmError as error:
            if error.code != "CONSENT-005":
                raise
            # Another code than that of an interview: the page does not drop these words but begins a new account.
            raise QpmError("SAFE-005", place, "harm_page.write_anew") from None

    def _record_or_tell(self, edit: Edit) -> Receipt:
        """Record an edit; a page that did not know that consent was taken back elsewhere learns it with the refusal."""
        try:
            return super().record(edit)
        except QpmError as error:
            if error.code in _NO_CONSENT:
                consents = self.kit.journal.current(self.assessment_id, subject=self.subject, field_prefix="consent:")
                for field, entries in by_field(consents).items():
                    strictest = next((one for one in entries if not is_given(one.payload)), entries[0])
                    ids = [one.entry_id for one in entries]
                    told = {"field": field, "entry_id": strictest.entry_id, "payload": strictest.payload}
                    self.send({"kind": "elsewhere", **told, "heads": ids})
            raise

    def _accounts(self) -> list[dict[str, Any]]:
        """That accounts are there, how many parts they have and when they were last written; never what they say."""
        # A store that cannot be opened keeps nobody from the interview; what is written for it is refused and says why.
        with suppress(QpmError):
            found = self.kit.safeguarding.disclosures(assessment_id=self.assessment_id, about=self.subject)
            return [{"id": one.id, "parts": one.parts, "last_at": one.last_at} for one in found if not one.erased]
        return []

    def do(self, name: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """``erase``, ``versions``, ``history``, ``print_form``, ``join``, ``note_presence`` and ``taken_back``.

        ``erase``: what a respondent takes back, or a whole observation, for good; answers as ``erase_for_good``.
        ``versions``: every version of a ``field`` that this page may show (answers, the check at the end, breaks), the
        newest first, with who recorded it and when (UTC ms). Erased words are no version. ``history``: all that was
        recorded of consents and the state, oldest first, each with its ``field`` besides. ``print_form``: the guide as
        a form with this id on it, in a ``language`` and a ``reading``; answers with the paths of the ``files``.
        ``join``: somebody with a ``code`` comes late to a group; answers with this page's ``path``: it is old now.
        ``note_presence``: ``who``, an interpreter or a supporter, is ``here`` or not; answers with the ``path`` too.
        ``taken_back``: who of a group left and took their notes back (``codes``), and the ``fields`` that go with it.
        """
        acts: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
            "erase": self._erase,
            "versions": self._versions,
            "history": self._history,
            "print_form": self._print_form,
            "join": self._join,
            "note_presence": self._note_presence,
            "taken_back": lambda _: {"taken_back": self._taken_back(self._meeting())},
        }
        return acts[name](arguments) if name in acts else super().do(name, arguments)

    def _print_form(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        form = {"meeting": self.subject, "language": arguments.get("language"), "reading": arguments.get("reading")}
        return write_papers(self.kit, self.subject, {"assessment": self.assessment_id, "form": form})

    def _versions(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        self._mixed = self._two_people()
        field = str(arguments.get("field"))
        return {"versions": list(self.versions(field) if field.startswith(_SHOWN_VERSIONS) else ())}

    def _history(self, _arguments: Mapping[str, Any]) -> dict[str, Any]:
        every = self.kit.journal.iter_entries(self.assessment_id, subject=self.subject)
        shown = [one for one in every if one.field.startswith(("consent:", "state")) and self.may_show(one)]
        said = [
            {"field": one.field, "payload": one.payload, "at": one.recorded_at, "by": one.recorded_by} for one in shown
        ]
        return {"history": said}

    def _erase(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        if self.observation_id:
            return erase_for_good(self.kit, Withdrawal(self.assessment_id, self.observation_id, kind="observation"))
        scope: Literal["interview", "quotes"] = "interview" if arguments.get("scope") == "interview" else "quotes"
        respondent = str(arguments.get("respondent") or "") if scope == "quotes" else ""
        return erase_for_good(self.kit, Withdrawal(self.assessment_id, self.interview_id, scope, respondent=respondent))

    def _join(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        code = str(arguments.get("code"))
        add_to_group(self.kit, self.templates, self.assessment_id, self.interview_id, code)
        return self._page_anew()

    def _note_presence(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        who, here = str(arguments.get("who")), arguments.get("here") is True
        note_presence(self.kit, self.templates, self.assessment_id, self.interview_id, who, here=here)
        return self._page_anew()

    def _page_anew(self) -> dict[str, Any]:
        path = working_notebook_path(self.assessment_id, self._meeting().plan.visit, self.interview_id)
        return {"path": path.as_posix()}

    def _count_versions(self) -> dict[str, Any]:
        """Of the fields of which the page shows versions how many, and when their words were begun and last saved.

        ``versions`` by field, and ``noted`` by field of a note or quote: two times, UTC ms.
        """
        every = self.kit.journal.iter_entries(self.assessment_id, subject=self.subject)
        shown = [one for one in every if one.field.startswith(_SHOWN_VERSIONS) and self.may_show(one)]
        times: dict[str, list[int]] = {}
        for one in shown:
            times.setdefault(one.field, []).append(one.recorded_at)
        words = {one.field for one in shown if "text" in (one.payload or {})}
        return {
            "versions": {field: len(at) for field, at in times.items() if len(at) > 1},
            "noted": {field: [at[0], at[-1]] for field, at in times.items() if field in words},
        }

    def _taken_back(self, meeting: Interview | Observation) -> dict[str, Any] | None:
        taken_back = meeting.taken_back if isinstance(meeting, Interview) else None
        if taken_back is None:
            return None
        answers = self.kit.journal.current(self.assessment_id, subject=self.subject, field_prefix="answer:")
        covered = {one.field for one in answers if taken_back.covers(one)}
        return {"codes": list(taken_back.codes), "fields": sorted(covered)}

    def _two_people(self) -> TwoPeople | None:
        meeting = self._meeting()
        return meeting.mixed if isinstance(meeting, Interview) else None

    def notice(self, field: str, payload: Mapping[str, Any]) -> list[dict[str, Any]]:
        """What points to one person and was not kept on purpose; names are those of the visits' own lists of people."""
        return point_out(field, payload, look_out_for(self.kit.journal, self.assessment_id))

    def replaced_by_an_edit(self, field: str, current: list[Entry]) -> list[Entry]:
        """An answer replaces only the version that the page shows, so that another device's is never lost unseen.

        A consent asked for again, and the state, replace whatever was there before.
        """
        if not field.startswith("answer:"):
            return current
        return [entry for entry in current if self._is_shown(entry)][-1:]

    def _meeting(self) -> Interview | Observation:
        if not (self.interview_id or self.observation_id):
            raise QpmError("PLAN-001", "interview", "planned.from_desk")
        if self.observation_id:
            return load_observation(self.kit.journal, self.assessment_id, self.observation_id)
        return load_interview(self.kit.journal, self.assessment_id, self.interview_id)
