"""The findings sheet (debrief): a visit's evidence by standard, and what its assessor concludes from it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from qpm_widgets.capture.desk_view import view_nations
from qpm_widgets.capture.noticing import point_out
from qpm_widgets.capture.page_files import page_script
from qpm_widgets.capture.page_links import DESK, link_page
from qpm_widgets.capture.sheet import Sheet, by_field
from qpm_widgets.capture.visit_evidence import (
    VisitEvidence,
    read_visit_evidence,
    weigh_sources,
)
from qpm_widgets.capture.visit_overview import view_overview, visit_sources
from qpm_widgets.errors import QpmError
from qpm_widgets.journal import Edit, Entry, Receipt
from qpm_widgets.journal.erasure import earlier_versions
from qpm_widgets.templates.records import Indicator
from qpm_widgets.visits import (
    Interview,
    Observation,
    iter_interviews,
    iter_observations,
    load_profile,
    load_visit,
    look_out_for,
    working_notebook_path,
)
from qpm_widgets.visits.erasures import erase_earlier_versions, has_lost_words

_SCRIPTS = (
    "drawing.js",
    "coming_back.js",
    "protocol_part.js",
    "edit_trail.js",
    "undo_part.js",
    "identifiers_part.js",
    "findings_evidence.js",
    "findings_rating.js",
    "findings_finding.js",
    "findings_overview.js",
    "findings_undo.js",
    "findings_sheet.js",
)


class FindingsSheet(Sheet):
    """The page on which an assessor weighs a visit: provisional ratings, and findings with what they rest on.

    Confidence is worked out by the edition's rule from distinct kinds of source; a rating never is.
    """

    _esm = page_script(*_SCRIPTS, styles=("findings_sheet.css",))

    def __init__(self, assessment_id: str, visit_id: str) -> None:
        super().__init__(assessment_id, f"visit:{visit_id}")
        self.visit_id = visit_id

    def view(self) -> dict[str, Any]:
        """Wording, scales and standards, which stay, and what was recorded, which grows."""
        journal = self.kit.journal
        profile = load_profile(journal, self.assessment_id)
        visit = load_visit(journal, self.assessment_id, self.visit_id)
        words, shared = self.templates.wording.section("findings"), self.templates.wording.section("sheet")
        return {
            "words": {
                **words,
                "identifiers": shared["identifiers"],
                "undo": {**shared["undo"], **words["undo"]},
                "safeguarding": shared["safeguarding"],
            },
            "desk": link_page(DESK),
            "provider": profile.provider,
            "sample": profile.sample,
            "visit": visit.plan.model_dump(mode="json", include={"title", "starts", "ends"}),
            "harm": {
                "nations": view_nations(self.templates, profile),
                "visits": [
                    {
                        "title": visit.plan.title,
                        "ring": [one.model_dump() for one in visit.plan.safeguarding],
                        "plan": link_page(working_notebook_path(self.assessment_id, self.visit_id, "plan").as_posix()),
                        "meetings": self._linked(),
                    }
                ],
            },
            "scales": self._scales(),
            "teams": [one.model_dump(mode="json", include={"id", "name"}) for one in profile.teams],
            "standards": [
                one.model_dump(mode="json", include={"id", "number", "name", "meaning"})
                | {"indicators": [indicator.id for indicator in one.indicators]}
                for one in self.templates.standards.standards
            ],
            "recorded": self.recorded(),
        }

    def _linked(self) -> list[dict[str, Any]]:
        """The visit's interviews and observations that there is a page for."""
        visit_of = self.kit.journal, self.assessment_id, self.visit_id
        held: list[Interview | Observation] = [*iter_interviews(*visit_of), *iter_observations(*visit_of)]
        pages = {one.id: working_notebook_path(self.assessment_id, self.visit_id, one.id) for one in held}
        return [
            {"name": name, "page": link_page(path.as_posix())}
            for name, path in pages.items()
            if (self.kit.notebooks / path).exists()
        ]

    def record(self, edit: Edit) -> Receipt:
        """Record one edit; the version it replaces is erased with it, if that may repeat erased words."""
        receipt = super().record(edit)
        journal = self.kit.journal
        cited = journal.find_entries(str(one) for one in edit.payload.get("cites", ()))
        if any(one.erased for one in cited.values()):  # while this page was open
            erase_earlier_versions(journal, edit.assessment_id)
        if journal.current_entry(edit.assessment_id, edit.subject, earlier_versions(edit.field)) is not None:
            with suppress(QpmError):  # somebody is reading: the log is cut at the next chance, and when the kit closes
                journal.compact()
        return receipt

    def do(self, name: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """``look`` and ``versions``.

        ``look``: what was recorded, read again. ``versions``: every version of a rating or finding, the newest first,
        with who recorded it and when (UTC ms), and whether any was erased.
        """
        if name == "look":
            return {"recorded": self.recorded()}
        if name == "versions":
            return self._versions(str(arguments.get("field")))
        return super().do(name, arguments)

    def _versions(self, field: str) -> dict[str, Any]:
        if not field.startswith(("rating:", "finding:")):
            return {"versions": [], "erased": False}
        entries = self.kit.journal.iter_entries(self.assessment_id, subject=self.subject, field_prefix=field)
        erased = any(one.erased for one in entries if one.field == field)
        return {"versions": self.versions(field), "erased": erased}

    def notice(self, field: str, payload: Mapping[str, Any]) -> list[dict[str, Any]]:
        """What points to one person in a finding or the reason of a rating, and was not kept on purpose."""
        return point_out(field, payload, look_out_for(self.kit.journal, self.assessment_id))

    def recorded(self) -> dict[str, Any]:
        """The visit's evidence, ratings and findings as they are now."""
        journal = self.kit.journal
        current = journal.current(self.assessment_id, subject=self.subject)
        judged = [entry for entry in current if entry.field.startswith(("rating:", "finding:")) and entry.payload]
        cited = journal.find_entries({str(one) for entry in judged for one in (entry.payload or {})["cites"]})
        evidence = read_visit_evidence(journal, self.templates, self.assessment_id, self.visit_id, cited)
        judgements = [_judgement(entries, cited, evidence) for entries in by_field(judged).values()]
        teams = [team.id for team in load_profile(journal, self.assessment_id).teams]
        names = look_out_for(journal, self.assessment_id)
        for one in judgements:
            one["noticed"] = point_out(f"{one['area']}:{one['name']}", one, names)
        return {
            "pieces": evidence.pieces,
            "gaps": evidence.gaps,
            "visit_sources": visit_sources(self.templates, evidence.meetings.values()),
            "overview": view_overview(self.templates, evidence, teams),
            "left_out": evidence.left_out,
            "partly": evidence.partly,
            "two_people": evidence.two_people,
            "breaks": evidence.breaks,
            "indicators": {
                one.id: self._indicator(one, evidence)
                for standard in self.templates.standards.standards
                for one in standard.indicators
            },
            "ratings": {one["name"]: one for one in judgements if one["area"] == "rating"},
            "findings": [one for one in judgements if one["area"] == "finding" and one["text"].strip()],
        }

    def _indicator(self, indicator: Indicator, evidence: VisitEvidence) -> dict[str, Any]:
        heard = evidence.sources_on(indicator.id)
        here = visit_sources(self.templates, evidence.meetings.values())
        return {
            "text": indicator.text,
            "heard": [source.code for source in self.templates.scheme.source_types if source.code in heard],
            "silent": [code for code in indicator.sources if code in here and code not in heard],
            "on_paper": [code for code in indicator.sources if code not in here],
            "confidence": weigh_sources(self.templates.standards.confidence, heard).id,
        }

    def _scales(self) -> dict[str, Any]:
        standards, scheme = self.templates.standards, self.templates.scheme
        listed = {
            "levels": standards.rating_scale,
            "bearings": standards.bearings,
            "strengths": standards.strengths,
            "confidence": standards.confidence,
            "kinds": scheme.finding_kinds,
            "sources": scheme.source_types,
            "grades": scheme.quote_grades,
            "speakers": scheme.speakers,
            "reasons": scheme.missing_reasons,
        }
        return {name: [record.model_dump(mode="json") for record in records] for name, records in listed.items()}


def _judgement(entries: list[Entry], cited: Mapping[str, Entry], evidence: VisitEvidence) -> dict[str, Any]:
    """The newest of a field's current entries, its cites as they stand now, and what others wrote instead."""
    newest = max(entries, key=lambda entry: (entry.recorded_at, entry.entry_id))
    payload = dict(newest.payload or {})
    area, _, name = newest.field.partition(":")
    cites, changed, gone = [], [], []
    for one in payload["cites"]:
        now = evidence.standing_for(cited.get(one))
        if now is None:
            gone.append(one)
        else:
            cites.append(now)
            changed += [now] if now != one else []
    return payload | {
        "area": area,
        "name": name,
        "recorded_at": newest.recorded_at,
        "cites": list(dict.fromkeys(cites)),
        "all_cites": payload["cites"],
        "changed": changed,
        "gone": gone,
        "read_again": _why_read_again([cited[one] for one in payload["cites"] if one in cited], evidence),
        "others": [dict(entry.payload or {}) for entry in entries if entry is not newest],
    }


def _why_read_again(cited: list[Entry], evidence: VisitEvidence) -> str:
    """Why no report prints a judgement's words until they were read and saved again; "" as a rule."""
    if has_lost_words(cited):
        return "erased"
    return "" if all(evidence.is_somebodys(one) for one in cited) else "two_people"
