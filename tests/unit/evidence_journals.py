"""A small journal to type beside an assertion: one call per interview, answer, quote, mark, rating or finding."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from qpm_widgets.journal import Edit, Journal, Kit
from qpm_widgets.templates import Templates
from qpm_widgets.visits import create_assessment, plan_visit

ASSESSMENT, VISIT = "small", "V1"

PROFILE = {
    "provider": "Bright Water Advocacy",
    "sample": False,
    "edition": "qpm_4",
    "band": 2,
    "jurisdictions": ["england", "wales"],
    "advocacy_roles": [],
    "areas": [{"id": "north", "name": "North"}, {"id": "south", "name": "South"}],
    "managers": [{"id": "mg1", "name": "Northern teams"}, {"id": "mg2", "name": "Southern teams"}],
    "teams": [
        {"id": "t1", "name": "Harbour team", "area": "north", "manager": "mg1"},
        {"id": "t2", "name": "Valley team", "area": "south", "manager": "mg2"},
    ],
    "advocates": [
        {"id": f"adv{n}", "team": "t1" if n < 4 else "t2", "manager": "mg1" if n < 4 else "mg2", "roles": []}
        for n in range(1, 7)
    ],
    "assessors": [{"id": "AS1", "name": "Lead assessor"}, {"id": "AS2", "name": "Second assessor"}],
}
PLAN = {
    "title": "Visit to both teams",
    "starts": "2026-05-12",
    "ends": "2026-05-13",
    "sites": [{"id": "hq", "name": "Harbour House"}],
    "assessors": ["AS1", "AS2"],
    "lead": "AS1",
}
ROLES = {
    "A": "advocate",
    "P": "person_supported",
    "M": "advocacy_manager",
    "T": "trustee",
    "R": "referrer_commissioner",
    "F": "family_carer",
}


class SmallJournal:
    """Writes a visit, one fact at a time; every method gives back the entry id."""

    def __init__(self, journal: Journal, assessment: str = ASSESSMENT, *, sample: bool = False) -> None:
        self.journal, self.assessment = journal, assessment
        create_assessment(journal, assessment, PROFILE | {"sample": sample})
        plan_visit(journal, assessment, VISIT, PLAN)

    def table(self, make: Callable[..., pd.DataFrame], templates: Templates, visit: str | None = VISIT) -> list[Any]:
        """The rows of an evidence table, as named tuples."""
        return list(make(self.journal, templates, self.assessment, visit).itertuples(index=False))

    def write(self, subject: str, field: str, payload: dict[str, Any], *, replace: bool = True) -> str:
        current = self.journal.current(self.assessment, subject=subject, field_prefix=field)
        seen = tuple(entry.entry_id for entry in current if entry.field == field) if replace else ()
        edit = Edit(self.assessment, subject, field, payload, supersedes=seen)
        return self.journal.append(edit).entry_id

    def interview(self, name: str, *respondents: str, quotes: str = "given", visit: str = VISIT, **plan: Any) -> str:
        """Plan an interview (its first letter says with whom) at which everyone agrees to talk and to notes."""
        role = ROLES[name[0]]
        codes = respondents or (f"{name}x",)
        number = int(name[1:])
        facts = {
            "visit": visit,
            "guide": role,
            "role": role,
            "respondents": list(codes),
            "nation": "england",
            "planned_at": f"2026-05-12T{8 + number:02d}:00:00+01:00",
            "minutes": 60,
            "assessor": "AS1",
        }
        entry_id = self.write(f"interview:{name}", "plan", facts | plan)
        for code in codes:
            self.consent(name, "talk", code, "given")
            self.consent(name, "notes", code, "given")
            if quotes:
                self.consent(name, "quotes", code, quotes)
        return entry_id

    def observation(self, name: str, **plan: Any) -> str:
        facts = {
            "visit": VISIT,
            "guide": "observation",
            "nation": "england",
            "planned_at": "2026-05-13T10:00:00+01:00",
            "minutes": 30,
            "assessor": "AS2",
        }
        return self.write(f"observation:{name}", "plan", facts | plan)

    def consent(self, interview: str, scope: str, code: str, decision: str, *, replace: bool = True) -> str:
        payload = {"decision": decision, "how": "spoken"}
        return self.write(f"interview:{interview}", f"consent:{scope}.{code}", payload, replace=replace)

    def note(self, interview: str, question: str, text: str, *, replace: bool = True) -> str:
        return self.write(f"interview:{interview}", f"answer:{question}.note", {"text": text}, replace=replace)

    def seen(self, observation: str, scene: str, part: str, text: str) -> str:
        return self.write(f"observation:{observation}", f"answer:{scene}.{part}", {"text": text})

    def quote(self, interview: str, question: str, text: str, code: str = "", **more: Any) -> str:
        number = more.pop("number", 1)
        payload = {"text": text, "grade": "verbatim", "respondent": code or f"{interview}x"} | more
        return self.write(f"interview:{interview}", f"answer:{question}.quote.{number}", payload)

    def mark(
        self, meeting: str, question: str, indicator: str, bearing: str, strength: str | None = "experience"
    ) -> str:
        kind = "observation" if meeting.startswith("O") else "interview"
        payload = {"bearing": bearing, "strength": strength}
        return self.write(f"{kind}:{meeting}", f"answer:{question}.evidence.{indicator}", payload)

    def missing(self, interview: str, question: str, reason: str) -> str:
        return self.write(f"interview:{interview}", f"answer:{question}.missing", {"reason": reason})

    def rate(self, indicator: str, level: str, rationale: str, *cites: str, replace: bool = True) -> str:
        payload = {"level": level, "rationale": rationale, "cites": list(cites)}
        return self.write(f"visit:{VISIT}", f"rating:{indicator}", payload, replace=replace)

    def find(
        self, name: str, standard: str, text: str, *cites: str, kind: str = "finding", replace: bool = True
    ) -> str:
        payload = {"standard": standard, "kind": kind, "text": text, "cites": list(cites)}
        return self.write(f"visit:{VISIT}", f"finding:{name}", payload, replace=replace)


class Shelf:
    """One kit with room for many small journals, each an assessment of its own: one for each example."""

    def __init__(self, kit: Kit, templates: Templates) -> None:
        self.kit, self.templates, self.used = kit, templates, 0

    def __repr__(self) -> str:
        return "Shelf()"  # short, because Hypothesis prints what it gives to a test

    def fresh(self) -> SmallJournal:
        """A journal without entries of its own."""
        self.used += 1
        self.newest = SmallJournal(self.kit.journal, f"example{self.used}")
        return self.newest
