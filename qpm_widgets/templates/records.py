"""The shape of everything under ``site_visit_templates/``, as frozen typed records.

A record only knows itself: rules that need two at once (does this indicator exist?) live in ``checking``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]  # the journal's codes are no longer
PartId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]*$", max_length=40)]
IndicatorId = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}\d{1,2}$")]
QuestionId = Annotated[str, StringConstraints(pattern=r"^[A-Z]-[A-Z]{2,3}-\d{1,2}$")]
Sentence = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Language = Literal["en", "cy"]
LanguageCode = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?$")]
Nation = Literal["england", "wales", "northern_ireland"]
UNLISTED_LANGUAGE = "und"  # of a quote in a language that the scheme does not list: its name is typed


class Record(BaseModel):
    """A frozen record that refuses fields it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Text(Record):
    """One text in the kit's languages; English is always there, Welsh may follow."""

    en: Sentence
    cy: Sentence | None = None

    def read(self, language: str) -> str:
        """The text in ``language``, or in English where it has not been translated."""
        return (self.cy if language == "cy" else None) or self.en


# --- standards/<edition>.yaml ---------------------------------------------------------------------


class Indicator(Record):
    """The assessable part of a standard, and who can speak to it."""

    id: IndicatorId
    text: Sentence
    sources: Annotated[tuple[str, ...], Field(min_length=1)]  # source type codes of scheme.yaml: A, M, P …


class Standard(Record):
    """One of the eight standards."""

    id: Id
    number: Annotated[int, Field(ge=1, le=8)]
    name: Sentence
    meaning: Sentence
    indicators: Annotated[tuple[Indicator, ...], Field(min_length=1)]


class Level(Record):
    """One choice on a scale, with what it looks like."""

    id: Id
    label: Sentence
    descriptor: Sentence


class RatingLevel(Level):
    """A rating, and the confidence without which it is not given."""

    needs_confidence: Id | None = None  # id of a ConfidenceLevel; that one or a higher


class Gate(Record):
    """A failure that stops an award whatever the strengths (domain rule; a person raises it)."""

    id: Id
    label: Sentence
    descriptor: Sentence
    indicators: tuple[IndicatorId, ...]


class ConfidenceLevel(Record):
    """How far a rating can be relied on: distinct source types, never counts of remarks."""

    id: Id
    label: Sentence
    descriptor: Sentence
    source_types: Annotated[int, Field(ge=0)]  # at least so many distinct source types
    needs_any_of: tuple[str, ...] = ()  # of which at least one is among these


class StandardsEdition(Record):
    """A whole edition of the standards, as one file."""

    edition: Id
    title: Sentence
    note: Sentence
    standards: Annotated[tuple[Standard, ...], Field(min_length=1)]
    rating_scale: Annotated[tuple[RatingLevel, ...], Field(min_length=2)]  # best first, not_seen last
    bearings: Annotated[tuple[Level, ...], Field(min_length=2)]  # supports, mixed, contradicts, not_explored
    strengths: Annotated[tuple[Level, ...], Field(min_length=2)]  # experience, account, claim; strongest first
    confidence: Annotated[tuple[ConfidenceLevel, ...], Field(min_length=1)]  # highest first
    gates: tuple[Gate, ...]


# --- scheme.yaml ----------------------------------------------------------------------------------


class SourceType(Record):
    """A kind of evidence: people's experience, staff, partners, documents, observation."""

    code: Annotated[str, StringConstraints(pattern=r"^[A-Z]$")]
    id: Id
    label: Sentence  # in the middle of a sentence: "advocate", as in "from an advocate"
    plural: Sentence  # "advocates", as in "met four advocates"


class RespondentRole(Record):
    """A part that someone who is interviewed plays."""

    id: Id
    label: Sentence
    plural: Sentence
    source: str  # code of a SourceType
    easy_read: bool = False  # its guide must carry Easy Read wording throughout


class Band(Record):
    """A size of provider; ``None`` where the scheme's figure is not public and must be filled in."""

    id: Annotated[int, Field(ge=1)]
    label: Sentence
    wte_advocates_up_to: int | None
    areas_up_to: int | None
    case_files: int | None
    reports: int | None
    visit_days: int | None
    note: Sentence


class Sampling(Record):
    """Whom a visit must meet."""

    every_manager: bool
    every_area: bool
    advocate_share: Annotated[float, Field(gt=0, le=1)]  # under each manager and in each team
    small_team_under: Annotated[int, Field(ge=0)]  # a team with fewer advocates than this …
    small_team_share: Annotated[float, Field(gt=0, le=1)]  # … wants this share
    senior_leaders_among: tuple[Id, ...]  # roles that a senior leader is met in; with none the rule is off
    board_among: tuple[Id, ...]  # the same of who sits on an involvement board
    note: Sentence


class Timings(Record):
    """Lengths and limits, in minutes or months as named."""

    interview_minutes: Annotated[int, Field(gt=0)]
    interpreter_factor: Annotated[float, Field(ge=1)]
    group_factor: Annotated[float, Field(ge=1)]
    observation_minutes: Annotated[int, Field(gt=0)]
    self_assessment_advised_months: int
    self_assessment_limit_months: int
    award_years: int


class Retention(Record):
    """How long a kind of record is kept, and from when."""

    id: Id
    label: Sentence
    months: Annotated[int, Field(gt=0)]
    counted_from: Sentence


class Choice(Record):
    """One choice of a closed list in a sheet."""

    id: Id
    label: Sentence


class SpokenLanguage(Record):
    """A language that somebody may say something in; of a signed one only what the signs mean can be written down."""

    code: LanguageCode  # BCP 47
    name: Text
    direction: Literal["ltr", "rtl"] = "ltr"
    signed: bool = False  # what is written down of it is in English


class Scheme(Record):
    """Rules of the mark that are not about quality itself."""

    name: Sentence
    edition: Id  # the edition of the standards that is in force
    note: Sentence
    source_types: Annotated[tuple[SourceType, ...], Field(min_length=1)]
    roles: Annotated[tuple[RespondentRole, ...], Field(min_length=1)]
    bands: Annotated[tuple[Band, ...], Field(min_length=1)]
    sampling: Sampling
    timings: Timings
    outcomes: tuple[Level, ...]
    retention: tuple[Retention, ...]
    consent_scopes: tuple[Choice, ...]  # talk, notes, quotes, supporter
    consent_decisions: tuple[Choice, ...]  # given, declined, withdrawn, not_applicable
    consent_how: tuple[Choice, ...]  # spoken, written, signed, aac
    assent_signs: tuple[Choice, ...]  # assent, dissent, unclear
    assent_how: tuple[Choice, ...]  # spoken, signed, gesture, expression, moved_away, aac
    pause_reasons: tuple[Choice, ...]  # break, distress, interruption
    quote_grades: tuple[Choice, ...]  # verbatim, near_verbatim, paraphrase
    speakers: tuple[Choice, ...]  # respondent, supporter, interpreter
    languages: Annotated[tuple[SpokenLanguage, ...], Field(min_length=1)]
    missing_reasons: tuple[Choice, ...]  # declined, does_not_know, not_asked, not_suitable
    interview_states: tuple[Choice, ...]  # planned, open, stopped, finished, cancelled
    finding_kinds: tuple[Choice, ...]  # finding, good_practice, area_to_develop


# --- interview_guides/*.yaml ----------------------------------------------------------------------


class Wording(Record):
    """The same thing said in plain words and, where the guide has it, in Easy Read; ``symbols`` may stand above it."""

    plain: Text
    easy_read: Text | None = None
    symbols: Annotated[tuple[Id, ...], Field(max_length=3)] = ()  # ids of symbols.yaml


class Question(Record):
    """One question of a guide."""

    id: QuestionId
    indicators: tuple[IndicatorId, ...] = ()
    ask: Wording
    prompts: tuple[Text, ...] = ()
    caution: Text | None = None  # shown to the assessor, never read out
    nations: tuple[Nation, ...] = ()  # empty: everywhere
    advocacy_roles: tuple[Id, ...] = ()  # empty: whatever the role
    instructed: Literal["instructed", "non_instructed"] | None = None  # about which advocacy; None: about any
    setting: Literal["group", "single"] | None = None  # with whom; None: in a group and one to one
    only_if_explored: bool = False  # asked only where the desktop evidence asks to explore one of its indicators


class Section(Record):
    """The questions under one standard, or (``standard: null``) opening and closing questions."""

    standard: Id | None
    title: Text
    questions: Annotated[tuple[Question, ...], Field(min_length=1)]


class ConsentScript(Record):
    """What is said to ask for one of the four consents."""

    scope: Id
    ask: Wording


class Opening(Record):
    """What is said before anything is written down."""

    introduction: Wording
    limits: Wording
    consents: Annotated[tuple[ConsentScript, ...], Field(min_length=1)]


class Translation(Record):
    """How far a translation can be relied on."""

    reviewed: bool  # true: someone whose language it is has read all of it


class InterviewGuide(Record):
    """An interview with one role of respondent."""

    id: Id
    kind: Literal["interview"] = "interview"
    role: Id
    title: Text
    version: Annotated[int, Field(ge=1)]
    translation: Mapping[Literal["cy"], Translation] = {}
    opening: Opening
    sections: Annotated[tuple[Section, ...], Field(min_length=1)]
    closing: tuple[Wording, ...]  # check-back, thanks, what happens next


class ObservedPart(Record):
    """One column of an observation: description, possible meaning, alternative meaning, who agrees.

    ``choose``: it is no text but the name of one of these, as their file has it.
    """

    id: PartId
    label: Text
    hint: Text
    choose: Literal["policies"] | None = None


class Scene(Record):
    """Something to look at during a visit."""

    id: QuestionId
    indicators: Annotated[tuple[IndicatorId, ...], Field(min_length=1)]
    title: Text
    look_for: tuple[Text, ...]


class ObservationGuide(Record):
    """A structured observation, or a look at documents or case files: ``source`` says what its evidence counts as.

    ``translation`` is that of ``show``, all of it that a respondent sees. ``with_person``: it is with one person, and a
    yes or a no that they show is noted at any time.
    """

    id: Id
    kind: Literal["observation"]
    source: str = "O"  # code of a SourceType; its scenes' ids begin with it
    title: Text
    version: Annotated[int, Field(ge=1)]
    translation: Mapping[Literal["cy"], Translation] = {}
    ground_rules: tuple[Text, ...]
    with_person: bool = False
    show: tuple[Wording, ...] = ()  # what is shown to the person who is visited, on the card
    parts: Annotated[tuple[ObservedPart, ...], Field(min_length=1)]
    scenes: Annotated[tuple[Scene, ...], Field(min_length=1)]


Guide = InterviewGuide | ObservationGuide

# --- symbols.yaml ---------------------------------------------------------------------------------


class Symbol(Record):
    """A drawing that stands above what is said, on a field of 48 by 48, and its word."""

    id: Id
    word: Text
    path: Annotated[str, StringConstraints(pattern=r"^[MmLlHhVvCcSsQqTtAaZz0-9 ,.-]+$", max_length=2000)]  # of an SVG


class Symbols(Record):
    """The symbols that guides may name; ``beside``: by a line's key (part.point) that of the Easy Read invitation."""

    translation: Mapping[Literal["cy"], Translation] = {}
    beside: Mapping[str, Id] = {}
    symbols: tuple[Symbol, ...]
