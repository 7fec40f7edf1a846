"""A guide as a form to print and write on, for places where a laptop is wrong.

Each page carries the form's code: the interview's id where it is for one, guide, version, language, wording and the
first digits of the templates' digest. So whoever types it in later knows which questions were asked, and which pages
belong together. What a respondent sees is in the form's language; how it is weighed is the assessor's part, in English.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from qpm_widgets.errors import QpmError
from qpm_widgets.reports.glyphs import read_coverage, spell_out
from qpm_widgets.reports.typesetting import typeset
from qpm_widgets.templates import Templates
from qpm_widgets.templates.guide_checks import iter_wordings
from qpm_widgets.templates.records import Guide, InterviewGuide, ObservationGuide, Question, Text, Wording
from qpm_widgets.visits import Interview, Observation, Visit, is_called_for, modes_of

Reading = Literal["plain", "easy_read"]
Said = dict[str, Any]  # a text with its language, and its symbols if there are any
_NOTE_LINES, _QUOTE_LINES, _SCENE_LINES = 4, 2, 12  # at least: what a page has left over is for notes and scenes
_UNKNOWN = 3  # lines of agreement on a form for nobody in particular: it may be a group
_LINES = {"break": 2, "sign": 2, "stopped": 1, "read_back": 2, "own_question": 4, "own_scene": 4}  # to write on
_ON_THE_WAY = ("break", "sign", "stopped", "own_question", "read_back")
_WITH_A_PERSON = ("break", "sign", "stopped")  # of these, in an observation of one person
_SYMBOL = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48"><path fill="none" stroke="#17212b" stroke-width="2.5" '
    'stroke-linecap="round" stroke-linejoin="round" d="%s"/></svg>'
)


@dataclass(frozen=True)
class PaperForm:
    """Which form is wanted.

    Parameters
    ----------
    guide : InterviewGuide or ObservationGuide
    reading : {"plain", "easy_read"}
        Easy Read is set in large print, with symbols; a guide that has none is in large print and plain words.
    nation : str, optional
        Leaves out the questions that only other nations call for.
    meeting : Interview or Observation, optional
        Whose form it is: its id and codes are filled in, and only the questions that its plan calls for are asked.
    visit : Visit, optional
        Its visit, which knows whom to ring about harm.
    sample : str, optional
        The sentence on each page when the meeting is invented.
    """

    guide: Guide
    reading: Reading = "plain"
    nation: str | None = None
    meeting: Interview | Observation | None = None
    visit: Visit | None = None
    sample: str | None = None

    @property
    def style(self) -> str:
        """How it is written: plain, easy-read, or large-print where Easy Read is wanted of a guide that has none."""
        if self.reading == "plain":
            return "plain"
        return "easy-read" if any(one.easy_read for _, one in iter_wordings(self.guide)) else "large-print"

    def code(self, templates: Templates) -> str:
        """What each page carries."""
        language = templates.wording.language
        code = f"{self.guide.id} {self.guide.version} / {language} / {self.style} / {templates.digest[:8]}"
        return f"{self.meeting.id} / {code}" if self.meeting else code


def form_of(
    templates: Templates,
    meeting: Interview | Observation,
    reading: Reading,
    visit: Visit | None = None,
    sample: str | None = None,
) -> PaperForm:
    """The form of a planned interview or observation; PLAN-004 if its plan names a guide that is not there."""
    guide = templates.guides.get(meeting.plan.guide)
    if guide is None:
        where = f"{meeting.subject} guide {meeting.plan.guide}"
        raise QpmError("PLAN-004", where, "answers.guides", guides=", ".join(templates.guides))
    return PaperForm(guide, reading, meeting.plan.nation, meeting, visit, sample)


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
        self.words = self._read_all(templates.wording.both("paper_form"))
        self.assessor = templates.wording.section("paper_assessor")
        self.on_page = templates.wording.section("sheet")["question"]  # what a page and paper both ask has one name

    def describe(self) -> dict[str, Any]:
        guide = self.form.guide
        return {
            "title": self.read(guide.title),
            "code": self.form.code(self.templates),
            "sample": self.form.sample,
            "language": self.language,
            "large": self.form.reading == "easy_read",
            "words": self.words,
            "fill_in": self._fill_in(),
            "ring": [f"{one.who}: {one.number}" for one in self.form.visit.plan.safeguarding]
            if self.form.visit
            else [],
            "keep": self._keep(),
            **{name: _own(self.on_page[name]) for name in ("strength", "grade")},
            **(self._observation(guide) if isinstance(guide, ObservationGuide) else self._interview(guide)),
        }

    def _fill_in(self) -> list[dict[str, Any]]:
        observed, known = isinstance(self.form.guide, ObservationGuide), {}
        if self.form.meeting:
            plan = self.form.meeting.plan
            known = {"meeting": self.form.meeting.id, "codes": ", ".join(getattr(plan, "respondents", ()))}
        names = ("date", "began", "ended", "assessor", "meeting", "place" if observed else "codes")
        return [{"label": self.words["fill_in"][name], "value": known.get(name, "")} for name in names]

    def _interview(self, guide: InterviewGuide) -> dict[str, Any]:
        opening = guide.opening
        standards = {one.id: one.number for one in self.templates.standards.standards}
        sections = []
        for section in guide.sections:
            asked = [self._question(one) for one in section.questions if self._is_asked(one)]
            number = standards.get(section.standard or "")
            sections += [{"number": number, "title": self.read(section.title), "questions": asked}] if asked else []
        return {
            "script": [self.say(opening.introduction), self.say(opening.limits), *self._modes()],
            "consents": [{**self.say(one.ask), "absent": one.scope == "talk"} for one in opening.consents],
            "codes": self._codes(),
            "room": self._room(_ON_THE_WAY),
            "sections": sections,
            "closing": [self.say(one) for one in guide.closing],
        }

    def _room(self, names: Iterable[str]) -> list[dict[str, Any]]:
        """Lines for what may happen on the way, for the assessor alone."""
        return [{"label": _own(self.assessor[name]), "lines": _LINES[name]} for name in names]

    def _codes(self) -> list[str]:
        """Whose agreement each line is for; empty where it is written in, or there is but one."""
        if self.form.meeting is None:
            return [""] * _UNKNOWN
        codes = list(getattr(self.form.meeting.plan, "respondents", ()))
        return codes if len(codes) > 1 else [""]

    def _modes(self) -> list[Said]:
        """What is said before consent because of how people meet, where there is a plan that says so."""
        said, met = self.templates.wording.both("modes"), modes_of(self.form.meeting.plan) if self.form.meeting else ()
        return [self._read_all(one) for mode in met for one in said[mode][self.form.reading].values()]

    def _keep(self) -> dict[str, Any]:
        """What a page would show when somebody is at risk or upset; the assessor's own, in English."""
        words, lands = self.templates.wording.section("sheet"), self.templates.jurisdictions
        nations = [lands[self.form.nation]] if self.form.nation else list(lands.values())
        authority = "/".join(dict.fromkeys(one.authority for one in nations))
        at_risk, upset = words["safeguarding"], words["pause"]
        said = {**at_risk["steps"], "write": self.assessor["write"]}  # on a page it is written below
        steps = [one.replace("{authority}", authority) for one in said.values()]
        rule = [upset["rule"][name] for name in ("offer", "ask", "choose")]
        emergency = list(dict.fromkeys(one.emergency for one in nations))
        return {
            "title": _own(self.assessor["keep"]),
            "on_the_way": _own(self.assessor["on_the_way"]),
            "parts": [
                {"title": _own(at_risk["title"]), "lines": [_own(one) for one in (*emergency[:1], *steps)]},
                {"title": _own(upset["rule"]["title"]), "lines": [_own(one) for one in (*rule, upset["outright"])]},
            ],
        }

    def _is_asked(self, question: Question) -> bool:
        if self.form.meeting:
            return is_called_for(question, self.form.meeting.plan)
        return not (question.nations and self.form.nation) or self.form.nation in question.nations

    def _question(self, question: Question) -> dict[str, Any]:
        scheme = self.templates.scheme
        missing = [one.label for one in scheme.missing_reasons]
        quoted = [*(one.label for one in scheme.quote_grades), self.on_page["not_wanted"]]
        rows = [
            {"label": self.words["notes"], "lines": _NOTE_LINES, "grows": True},
            {
                "label": self.words["quote"],
                "room": self.words["said_in"],
                "lines": _QUOTE_LINES,
                "grows": False,
                "ticks": quoted,
            },
        ]
        part = self._part(question.id, self.say(question.ask), question.prompts, question.indicators, rows, missing)
        own = []
        if self.form.meeting and set(self.form.meeting.plan.explore) & set(question.indicators):
            own.append(_own(f"{self.on_page['explored']}."))
        if question.caution:
            own.append(_own(f"{self.on_page['caution']}: {question.caution.en}"))
        return part | {"own": own}

    def _observation(self, guide: ObservationGuide) -> dict[str, Any]:
        lines = max(2, _SCENE_LINES // len(guide.parts))
        rows = [{"label": self.read(part.label), "lines": lines, "grows": True} for part in guide.parts]
        scenes = [
            self._part(scene.id, self.read(scene.title), scene.look_for, scene.indicators, rows, [])
            for scene in guide.scenes
        ]
        section = {"number": None, "title": self.read(guide.title), "questions": scenes}
        rules = [self.read(rule) for rule in guide.ground_rules]
        room = self._room([*(_WITH_A_PERSON if guide.with_person else ()), "own_scene"])
        return {"script": rules, "consents": [], "room": room, "sections": [section], "closing": []}

    def _part(
        self,
        name: str,
        ask: Said,
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

    def say(self, wording: Wording) -> Said:
        """A text that is read out, in the form's wording."""
        if self.form.reading != "easy_read":
            return self.read(wording.plain)
        symbols = [self.templates.symbols[name] for name in wording.symbols]
        drawn = [{"svg": _SYMBOL % one.path, "word": self.read(one.word)} for one in symbols]
        return {**self.read(wording.easy_read or wording.plain), "symbols": drawn}

    def read(self, text: Text) -> Said:
        """A text in the form's language, or in English where it has not been translated."""
        return self._read_all(text.model_dump(exclude_none=True))

    def _read_all(self, words: Mapping[str, Any]) -> Said:
        if isinstance(words.get("en"), str):
            language = self.language if self.language in words else "en"
            return {"text": words[language], "lang": language}
        return {key: self._read_all(inner) for key, inner in words.items()}


def _own(sentence: str) -> Said:
    """A sentence for the assessor alone."""
    return {"text": sentence, "lang": "en"}


def _spelt(value: Any, coverage: frozenset[int]) -> Any:  # noqa: ANN401  # JSON values in and out
    if isinstance(value, str):
        return spell_out(value, coverage)
    if isinstance(value, dict):
        return {key: _spelt(inner, coverage) for key, inner in value.items()}
    if isinstance(value, list):
        return [_spelt(inner, coverage) for inner in value]
    return value
