"""Rules of the interview and observation guides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from qpm_widgets.templates.reading import SYMBOLS, Draft
from qpm_widgets.templates.records import InterviewGuide, ObservationGuide, Question, Record, RespondentRole, Wording
from qpm_widgets.templates.references import FileCheck, Known, check_unique
from qpm_widgets.templates.safe_yaml import Steps

_RESERVED_PARTS = frozenset(("missing", "evidence", "quote", "question"))  # the journal's own names beside an answer


def check_guides(draft: Draft, known: Known) -> None:
    """Every guide, and question ids over all of them."""
    questions: list[tuple[str, Steps, str]] = []
    roles = {role.id: role for role in draft.scheme.roles} if draft.scheme else {}
    standards = draft.standards.standards if draft.standards else ()
    sources = {indicator.id: indicator.sources for standard in standards for indicator in standard.indicators}
    for file, guide in draft.guides.items():
        check = FileCheck(draft.book, file)
        check.named_like_file(guide.id, ("id",))
        for steps, wording in iter_wordings(guide):
            check.known((*steps, "symbols"), wording.symbols, known.symbols)
        if isinstance(guide, InterviewGuide):
            _InterviewCheck(check, known, guide, roles.get(guide.role), sources).run()
            questions += [(file, (*steps, "id"), question.id) for steps, question in _iter_questions(guide)]
        else:
            _check_observation_guide(check, known, guide, sources)
            questions += [(file, ("scenes", n, "id"), scene.id) for n, scene in enumerate(guide.scenes)]
    check_unique(draft.book, questions)
    if draft.symbols is not None:
        check = FileCheck(draft.book, SYMBOLS)
        check.unique_ids(draft.symbols, "symbols")
        for line, symbol in draft.symbols.beside.items():
            check.known(("beside", line), (symbol,), known.symbols)


def iter_wordings(record: Record, steps: Steps = ()) -> Iterator[tuple[Steps, Wording]]:
    """Everything that a guide says in plain words and in Easy Read, with the steps to it."""
    for name in type(record).model_fields:
        value = getattr(record, name)
        for n, one in enumerate(value) if isinstance(value, tuple) else ((None, value),):
            place = (*steps, name) if n is None else (*steps, name, n)
            if isinstance(one, Wording):
                yield place, one
            elif isinstance(one, Record):
                yield from iter_wordings(one, place)


def _iter_questions(guide: InterviewGuide) -> Iterator[tuple[Steps, Question]]:
    for s, section in enumerate(guide.sections):
        for q, question in enumerate(section.questions):
            yield ("sections", s, "questions", q), question


@dataclass(frozen=True)
class _InterviewCheck:
    check: FileCheck
    known: Known
    guide: InterviewGuide
    role: RespondentRole | None  # None if there is no such role, or it could not be read
    sources: Mapping[str, tuple[str, ...]]  # who can speak to each indicator

    def run(self) -> None:
        self.check.one_known(("role",), self.guide.role, self.known.roles, code="TEMPLATE-008")
        for s, section in enumerate(self.guide.sections):
            if section.standard is not None:
                self.check.one_known(("sections", s, "standard"), section.standard, self.known.standards)
            for q, question in enumerate(section.questions):
                steps = ("sections", s, "questions", q)
                self.check.known((*steps, "indicators"), question.indicators, self.known.indicators, question.id)
                self._check_sources(steps, question)
                self._check_advocacy_roles(steps, question)
                self._check_explored(steps, question)
                self._check_id(steps, question, section.standard)
        self._check_consents()
        if self.role is not None and self.role.easy_read:
            self._check_easy_read()

    def _check_sources(self, steps: Steps, question: Question) -> None:
        """Whoever is asked about an indicator can speak to it; or the coverage would never miss their voice."""
        for indicator in question.indicators:
            speakers = self.sources.get(indicator)
            if self.role is not None and speakers is not None and self.role.source not in speakers:
                remedy = f"Add {self.role.source} to the sources of {indicator}, or ask about another indicator."
                self.check.add("TEMPLATE-012", (*steps, "indicators"), remedy, question.id)

    def _check_advocacy_roles(self, steps: Steps, question: Question) -> None:
        if self.known.advocacy_roles is None:
            return
        nations = question.nations or self.known.advocacy_roles.keys()
        there = {role for nation in nations for role in self.known.advocacy_roles.get(nation, ())}
        self.check.known((*steps, "advocacy_roles"), question.advocacy_roles, there, question.id)

    def _check_explored(self, steps: Steps, question: Question) -> None:
        if question.only_if_explored and not question.indicators:
            remedy = "Name the indicators that it explores, or it is never asked."
            self.check.add("TEMPLATE-012", (*steps, "only_if_explored"), remedy, question.id)

    def _check_id(self, steps: Steps, question: Question, standard: str | None) -> None:
        """``A-SG-2`` is for an advocate, under safeguarding; ``OPN`` and ``END`` are under no standard."""
        letter, middle, _ = question.id.split("-")
        faults = []
        if self.role is not None and letter != self.role.source:
            faults.append(f"Begin it with {self.role.source}, the letter of the role '{self.role.id}'.")
        if standard is None and middle not in ("OPN", "END"):
            faults.append("Use OPN or END in its middle, or give the section its standard.")
        wanted = (self.known.standards or {}).get(standard or "")
        if wanted is not None and middle != wanted:
            faults.append(f"Use {wanted} in its middle, the letters of the section's standard.")
        for remedy in faults:
            self.check.add("TEMPLATE-012", (*steps, "id"), remedy, question.id)

    def _check_consents(self) -> None:
        steps: Steps = ("opening", "consents")
        scopes = [script.scope for script in self.guide.opening.consents]
        for n, scope in enumerate(scopes):
            self.check.one_known((*steps, n, "scope"), scope, self.known.scopes)
        self.check.unique(((*steps, n, "scope"), scope) for n, scope in enumerate(scopes))
        missing = ", ".join(scope for scope in self.known.scopes or () if scope not in scopes)
        if missing:
            self.check.add("TEMPLATE-009", steps, f"Each consent is asked for by itself: add words for {missing}.")

    def _check_easy_read(self) -> None:
        """Someone who needs Easy Read needs it from the first word to the last."""
        opening = self.guide.opening
        said: list[tuple[Steps, str, Wording]] = [
            (("opening", "introduction"), "", opening.introduction),
            (("opening", "limits"), "", opening.limits),
            *((("opening", "consents", n, "ask"), one.scope, one.ask) for n, one in enumerate(opening.consents)),
            *(((*steps, "ask"), question.id, question.ask) for steps, question in _iter_questions(self.guide)),
            *((("closing", n), "", one) for n, one in enumerate(self.guide.closing)),
        ]
        for steps, note, wording in said:
            if wording.easy_read is None:
                self.check.add("TEMPLATE-009", steps, "Add 'easy_read' beside 'plain'.", note)


def _check_observation_guide(
    check: FileCheck, known: Known, guide: ObservationGuide, sources: Mapping[str, tuple[str, ...]]
) -> None:
    check.one_known(("source",), guide.source, known.sources)
    check.unique_ids(guide, "parts")
    for n, part in enumerate(guide.parts):
        if part.id in _RESERVED_PARTS:
            remedy = f"'{part.id}' means something else in the journal: choose another id."
            check.add("TEMPLATE-012", ("parts", n, "id"), remedy)
    letters = None if known.standards is None else set(known.standards.values())
    for n, scene in enumerate(guide.scenes):
        check.known(("scenes", n, "indicators"), scene.indicators, known.indicators, scene.id)
        letter, middle, _ = scene.id.split("-")
        if letter != guide.source or (letters is not None and middle not in letters):
            remedy = f"Write {guide.source}, a standard's letters and a number, as in {guide.source}-IN-1."
            check.add("TEMPLATE-012", ("scenes", n, "id"), remedy, scene.id)
        for indicator in scene.indicators:
            if guide.source not in sources.get(indicator, (guide.source,)):
                remedy = f"Add {guide.source} to the sources of {indicator}, or look at another indicator."
                check.add("TEMPLATE-012", ("scenes", n, "indicators"), remedy, scene.id)
