"""A guide as a form to print and write on, for places where a laptop is wrong.

Each page carries the form's code: guide, version, language, wording and the first digits of the templates' digest. So
whoever types it in later knows which questions were asked, and which pages belong together.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from qpm_widgets.reports.glyphs import read_coverage, spell_out
from qpm_widgets.reports.typesetting import typeset
from qpm_widgets.templates import Templates
from qpm_widgets.templates.records import Guide, InterviewGuide, ObservationGuide, Question, Text, Wording

Reading = Literal["plain", "easy_read"]
_NOTE_LINES, _QUOTE_LINES = 6, 2


@dataclass(frozen=True)
class PaperForm:
    """Which form is wanted.

    Parameters
    ----------
    guide : InterviewGuide or ObservationGuide
    reading : {"plain", "easy_read"}
        Easy Read is set in large print; an observation has no such wording.
    nation : str, optional
        Leaves out the questions that only other nations call for.
    """

    guide: Guide
    reading: Reading = "plain"
    nation: str | None = None

    def code(self, templates: Templates) -> str:
        """What each page carries."""
        reading, language = self.reading.replace("_", "-"), templates.wording.language
        return f"{self.guide.id} {self.guide.version} / {language} / {reading} / {templates.digest[:8]}"


def write_form(templates: Templates, form: PaperForm) -> bytes:
    """The form as PDF; the same bytes for the same templates. Its words are in the language of the templates' wording.

    Raises
    ------
    QpmError
        REPORT-003 if it cannot be typeset.
    """
    design = templates.folder / "report"
    coverage = read_coverage(design / "fonts")
    content = _spelt(_Content(templates, form).describe(), coverage)
    sources = {"main.typ": (design / "form.typ").read_bytes(), "form.json": json.dumps(content).encode()}
    return typeset(sources, design / "fonts", "the form", format="pdf", pdf_standards=["ua-1"], timestamp=0)


class _Content:
    """What the form says, as JSON values for ``form.typ``."""

    def __init__(self, templates: Templates, form: PaperForm) -> None:
        self.templates, self.form = templates, form
        self.language = templates.wording.language
        self.words = templates.wording.section("paper_form")

    def describe(self) -> dict[str, Any]:
        guide, observed = self.form.guide, isinstance(self.form.guide, ObservationGuide)
        fill_in = ("date", "began", "ended", "assessor", "meeting", "place" if observed else "codes")
        return {
            "title": self.read(guide.title),
            "code": self.form.code(self.templates),
            "language": self.language,
            "large": self.form.reading == "easy_read",
            "words": self.words,
            "fill_in": [self.words["fill_in"][name] for name in fill_in],
            **(self._observation(guide) if isinstance(guide, ObservationGuide) else self._interview(guide)),
        }

    def _interview(self, guide: InterviewGuide) -> dict[str, Any]:
        opening, scheme = guide.opening, self.templates.scheme
        standards = {one.id: one.number for one in self.templates.standards.standards}
        sections = []
        for section in guide.sections:
            asked = [self._question(one) for one in section.questions if self._is_asked(one)]
            number = standards.get(section.standard or "")
            sections += [{"number": number, "title": self.read(section.title), "questions": asked}] if asked else []
        return {
            "script": [self.say(opening.introduction), self.say(opening.limits)],
            "consents": [self.say(one.ask) for one in opening.consents],
            "how": [one.label for one in scheme.consent_how],
            "sections": sections,
            "closing": [self.say(one) for one in guide.closing],
        }

    def _is_asked(self, question: Question) -> bool:
        return not (question.nations and self.form.nation) or self.form.nation in question.nations

    def _question(self, question: Question) -> dict[str, Any]:
        missing = [one.label for one in self.templates.scheme.missing_reasons]
        rows = [
            {"label": self.words["notes"], "lines": _NOTE_LINES},
            {"label": self.words["quote"], "lines": _QUOTE_LINES},
        ]
        return self._part(question.id, self.say(question.ask), question.prompts, question.indicators, rows, missing)

    def _observation(self, guide: ObservationGuide) -> dict[str, Any]:
        rows = [{"label": self.read(part.label), "lines": 3} for part in guide.parts]
        scenes = [
            self._part(scene.id, self.read(scene.title), scene.look_for, scene.indicators, rows, [])
            for scene in guide.scenes
        ]
        section = {"number": None, "title": self.read(guide.title), "questions": scenes}
        rules = [self.read(rule) for rule in guide.ground_rules]
        return {"script": rules, "consents": [], "how": [], "sections": [section], "closing": []}

    def _part(
        self,
        name: str,
        ask: str,
        prompts: Iterable[Text],
        indicators: Iterable[str],
        rows: list[Any],
        missing: list[str],
    ) -> dict[str, Any]:
        edition = self.templates.standards
        return {
            "id": name,
            "ask": ask,
            "prompts": [self.read(prompt) for prompt in prompts],
            "rows": rows,
            "indicators": [{"id": one, "text": self.templates.indicator(one).text} for one in indicators],
            "bearings": [one.label for one in edition.bearings],
            "strengths": [one.label for one in edition.strengths],
            "missing": missing,
        }

    def say(self, wording: Wording) -> str:
        """A text that is read out, in the form's wording."""
        easy = wording.easy_read if self.form.reading == "easy_read" else None
        return self.read(easy or wording.plain)

    def read(self, text: Text) -> str:
        """A text in the form's language."""
        return text.read(self.language)


def _spelt(value: Any, coverage: frozenset[int]) -> Any:  # noqa: ANN401  # JSON values in and out
    if isinstance(value, str):
        return spell_out(value, coverage)
    if isinstance(value, dict):
        return {key: _spelt(inner, coverage) for key, inner in value.items()}
    if isinstance(value, list):
        return [_spelt(inner, coverage) for inner in value]
    return value
