"""Rules of ``samples/``: every file is read by a demonstration, and what it refers to exists.

The shape of plans and payloads is the journal's; here is only what the templates can know.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

from qpm_widgets.templates.own_items import is_line, is_own
from qpm_widgets.templates.reading import Draft, read_mapping
from qpm_widgets.templates.records import Guide, InterviewGuide
from qpm_widgets.templates.references import FileCheck, Known
from qpm_widgets.templates.safe_yaml import Steps, shorten

NEEDED = "lantern"  # what `qpm demo` shows
KINDS = ("interview", "observation")
_MEETING_ID = re.compile(r"[A-Za-z0-9_-]{1,40}")
_OTHER_PARTS = ("note", "quote", "missing", "question")


def check_samples(draft: Draft, known: Known) -> None:
    """Every sample, and that the one for demonstrations is there."""
    samples = draft.folder / "samples"
    names = sorted(path.name for path in samples.iterdir() if path.is_dir()) if samples.is_dir() else []
    if NEEDED not in names:
        remedy = "Put the sample back: demonstrations show it."
        draft.book.add("TEMPLATE-001", f"samples/{NEEDED}/", (), remedy)
    for name in names:
        if not name.startswith("."):
            _SampleCheck(draft, known, f"samples/{name}").run()


@dataclass
class _SampleCheck:
    draft: Draft
    known: Known
    folder: str
    evidence: set[str] = field(default_factory=set)  # ids as A3.A-CP-1.note
    unread: set[str] = field(default_factory=set)  # meetings whose files could not be read

    def run(self) -> None:
        read_mapping(self.draft, f"{self.folder}/assessment.yaml")
        visit = read_mapping(self.draft, f"{self.folder}/visit.yaml")
        for kind in KINDS:
            self._check_meetings(kind, visit)
        self._check_findings(complete=visit is not None)

    def _check_meetings(self, kind: str, visit: dict[str, Any] | None) -> None:
        folder = self.draft.folder / self.folder / f"{kind}s"
        files = {path.stem for path in folder.glob("*.yaml")}
        plans = (visit or {}).get(f"{kind}s") or {}
        check = FileCheck(self.draft.book, f"{self.folder}/visit.yaml")
        if not isinstance(plans, dict):
            check.add("TEMPLATE-005", (f"{kind}s",), "Write a mapping here: an id, a colon, its plan.")
            return
        for name in sorted({*files, *plans}):
            if not _MEETING_ID.fullmatch(name):
                check.add("TEMPLATE-012", (f"{kind}s", name), "Write letters, digits, '-' and '_' only, as in A1.")
                continue
            file = f"{self.folder}/{kind}s/{name}.yaml"
            guide = self._guide_of(check, (f"{kind}s", name), plans.get(name), kind)
            if visit is not None and name not in plans:
                self.draft.book.add("TEMPLATE-007", file, (), f"Plan {shorten(name)} in visit.yaml, or take it out.")
            content = read_mapping(self.draft, file)
            if content is None:
                self.unread.add(name)
                continue
            own = FileCheck(self.draft.book, file)
            if content.get(f"{kind}_id") != name:
                own.add("TEMPLATE-012", (f"{kind}_id",), f"Write '{shorten(name)}', as the file is called.")
            for entry in _iter_entries(own, content):
                self.evidence.add(f"{name}.{entry.field.partition(':')[2]}")
                self._check_meeting_entry(entry, guide)

    def _guide_of(self, check: FileCheck, steps: Steps, plan: object, kind: str) -> Guide | None:
        """The guide that a plan names; None, and a fault if it is the plan's, where it cannot be known."""
        if not isinstance(plan, dict):
            return None
        name = str(plan.get("guide", "observation" if kind == "observation" else ""))
        guides = {guide.id: guide for guide in self.draft.guides.values() if guide.kind == kind}
        if name not in guides and f"interview_guides/{name}.yaml" not in self.draft.broken:
            check.one_known((*steps, "guide"), name, sorted(guides))
        if kind == "interview" and "role" in plan:
            check.one_known((*steps, "role"), str(plan["role"]), self.known.roles, code="TEMPLATE-008")
        return guides.get(name)

    def _check_meeting_entry(self, entry: _Entry, guide: Guide | None) -> None:
        area, _, rest = entry.field.partition(":")
        if area == "consent":
            entry.one_known(rest.partition(".")[0], self.known.scopes)
        if area != "answer":
            return
        item, _, part = rest.partition(".")
        part, _, name = part.partition(".")
        if guide is not None:
            filed_to = entry.payload.get("filed_to")
            if not is_line(item) and not is_own(item):
                entry.one_known(item, _question_ids(guide))
            elif filed_to and not is_own(str(filed_to)):
                entry.one_known(str(filed_to), _question_ids(guide), "filed_to")
        if part == "evidence":
            entry.one_known(name, self.known.indicators)
            edition = self.draft.standards
            for scale in ("bearings", "strengths") if edition else ():
                word = entry.payload.get(scale[:-1])
                if word is not None:
                    entry.one_known(str(word), [level.id for level in getattr(edition, scale)], scale[:-1])
        elif guide is not None:
            own = () if isinstance(guide, InterviewGuide) else tuple(one.id for one in guide.parts)
            entry.one_known(part, (*_OTHER_PARTS, *own))

    def _check_findings(self, *, complete: bool) -> None:
        file = f"{self.folder}/findings.yaml"
        content = read_mapping(self.draft, file)
        edition = self.draft.standards
        for entry in _iter_entries(FileCheck(self.draft.book, file), content) if content else ():
            area, _, name = entry.field.partition(":")
            if area == "rating":
                entry.one_known(name, self.known.indicators)
                if edition:
                    entry.one_known(str(entry.payload.get("level")), [one.id for one in edition.rating_scale], "level")
            elif area == "finding" and "standard" in entry.payload:
                entry.one_known(str(entry.payload["standard"]), self.known.standards, "standard")
            cites = entry.payload.get("cites")
            for n, cite in enumerate(cites if isinstance(cites, list) and complete else ()):
                if str(cite).partition(".")[0] not in self.unread:
                    entry.one_known(str(cite), self.evidence, "cites", n)


@dataclass(frozen=True)
class _Entry:
    """One entry of a sample's file, and where it stands."""

    check: FileCheck
    steps: Steps
    field: str
    payload: dict[str, Any]

    def one_known(self, word: str, known: Collection[str] | None, *place: str | int) -> None:
        """Note a word of the field, or of the payload if a place in it is given, that is not among the known ones."""
        self.check.one_known((*self.steps, *(("payload", *place) if place else ("field",))), word, known)


def _iter_entries(check: FileCheck, content: dict[str, Any]) -> Iterator[_Entry]:
    entries = content.get("entries")
    if not isinstance(entries, list):
        check.add("TEMPLATE-005", ("entries",), "Write a list here, each item on its own line after '- '.")
        return
    for n, entry in enumerate(entries):
        steps: Steps = ("entries", n)
        if not isinstance(entry, dict) or not isinstance(entry.get("field"), str):
            check.add("TEMPLATE-005", steps, "Give the entry a field and a payload.")
        elif not isinstance(entry.get("payload"), dict):
            check.add("TEMPLATE-005", (*steps, "payload"), "Write a mapping here: a field's name, a colon, its value.")
        else:
            yield _Entry(check, steps, entry["field"], entry["payload"])


def _question_ids(guide: Guide) -> list[str]:
    if isinstance(guide, InterviewGuide):
        return [question.id for section in guide.sections for question in section.questions]
    return [scene.id for scene in guide.scenes]
