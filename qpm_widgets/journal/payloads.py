"""The shapes of what is recorded; ``grammar.py`` says which of them belongs where.

Payloads are checked for shape alone. Whether a question or an indicator exists is for the room that knows templates.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
)

Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$")]
Words = Annotated[str, StringConstraints(max_length=100_000)]
Line = Annotated[str, StringConstraints(max_length=500)]
About = Annotated[str, StringConstraints(pattern=r"^(interview|observation):[A-Za-z0-9][A-Za-z0-9_-]{0,39}$")]


class Payload(BaseModel):
    """A frozen payload; unknown keys are refused so that nothing slips in unseen."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Team(Payload):
    """A team of the provider."""

    id: Code
    name: Line
    area: Code
    manager: Code


class Advocate(Payload):
    """An advocate, by code."""

    id: Code
    team: Code
    manager: Code
    roles: tuple[Code, ...] = ()  # statutory role ids of the jurisdictions


class Named(Payload):
    """A code and the words for it."""

    id: Code
    name: Line


class AssessmentProfile(Payload):
    """What is known of the provider before a visit; people are codes only."""

    provider: Line
    sample: bool = False  # invented; every page says so
    edition: Code
    band: Annotated[int, Field(ge=1)]
    jurisdictions: tuple[Literal["england", "wales", "northern_ireland"], ...]
    advocacy_roles: tuple[Code, ...]
    areas: tuple[Named, ...]
    managers: tuple[Named, ...]  # name: what they manage, never a person's name
    teams: tuple[Team, ...]
    advocates: tuple[Advocate, ...]
    assessors: tuple[Named, ...]
    # How many a visit should meet, and whether there is a board; both are left out while nobody has said.
    senior_leaders: Annotated[int | None, Field(default=None, ge=0, le=100, exclude_if=lambda count: count is None)]
    involvement_board: Annotated[bool | None, Field(default=None, exclude_if=lambda there: there is None)]


_FREE_WORDS = ("text", "translation", "language_name", "rationale", "reason", "access_needs")


def _still_there(kept: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
    words = "\n".join(str(info.data.get(key, "")) for key in _FREE_WORDS)
    return tuple(dict.fromkeys(one for one in kept if one in words))


# What in the words points to one person and was kept on purpose; it goes when the words go, and is left out where there
# is none.
Kept = Annotated[
    tuple[Line, ...], Field(default=(), max_length=1000, exclude_if=lambda kept: not kept), AfterValidator(_still_there)
]

Moment = Annotated[int, Field(ge=0, le=253_402_300_799_999)]  # UTC, milliseconds since 1970; to the year 9999

# Of a quick note: when it was begun, and the question that it is filed to, "" while it is filed to none. Both are left
# out where there is nothing to say.
Begun = Annotated[Moment | None, Field(default=None, exclude_if=lambda at: at is None)]
FiledTo = Annotated[Code | Literal[""], Field(default="", exclude_if=lambda question: not question)]
# "paper" where it was keyed in from a form on paper; left out otherwise.
Source = Annotated[Literal["paper", ""], Field(default="", exclude_if=lambda source: not source)]

# "no" where whoever said it does not want this one sentence used, though they agreed to be quoted; left out otherwise.
Use = Annotated[Literal["no", ""], Field(default="", exclude_if=lambda use: not use)]

# BCP 47, such as "pl"; "und" where the scheme, which has the list to choose from, does not know it, and then its name.
LanguageCode = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?$")]
LanguageName = Annotated[str, StringConstraints(max_length=60), Field(default="", exclude_if=lambda name: not name)]

Clock = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]


class Session(Payload):
    """A stretch of one day, by the clock there, that one assessor spends at one place; codes of the visit."""

    day: date
    starts: Clock
    ends: Clock
    site: Code
    assessor: Code

    @field_validator("ends")
    @classmethod
    def _after(cls, ends: str, info: ValidationInfo) -> str:
        if ends <= info.data.get("starts", ""):
            raise ValueError("it ends before it starts")
        return ends


class ToRing(Payload):
    """Whom to ring about harm, by their task, and on which number."""

    who: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    number: Annotated[str, StringConstraints(pattern=r"^[+(]{0,2}[0-9][0-9 ()+.-]{1,28}[0-9]$")]


class VisitPlan(Payload):
    """A dated visit by named assessors (codes of the profile); ``safeguarding`` are those to ring about harm."""

    title: Line
    starts: date
    ends: date
    sites: tuple[Named, ...]
    assessors: tuple[Code, ...]
    lead: Code
    # Left out where there are none, so that a plan without them says what it always said.
    sessions: Annotated[tuple[Session, ...], Field(default=(), max_length=200, exclude_if=lambda found: not found)]
    safeguarding: Annotated[tuple[ToRing, ...], Field(default=(), max_length=10, exclude_if=lambda found: not found)]


# Left out where there is nothing to explore, so that a plan without it says what it always said.
Explore = Annotated[tuple[Code, ...], Field(default=(), max_length=200, exclude_if=lambda ids: not ids)]


class InterviewPlan(Payload):
    """One planned interview. ``respondents`` are codes; a group has several.

    ``explore`` are the indicators that the desktop evidence asks to explore; ``instructed`` which advocacy it is about,
    "" for both. ``counts_as`` says what the sampling rules count its respondents as besides their role, "" if the plan
    does not say.
    """

    visit: Code
    guide: Code
    role: Code
    respondents: Annotated[tuple[Code, ...], Field(min_length=1)]
    team: Code | None = None
    area: Code | None = None
    site: Code | None = None
    nation: Literal["england", "wales", "northern_ireland"]
    advocacy_roles: tuple[Code, ...] = ()
    planned_at: datetime
    minutes: Annotated[int, Field(gt=0)]
    assessor: Code
    mode: Literal["in_person", "remote"] = "in_person"
    language: Literal["en", "cy"] = "en"
    easy_read: bool = False
    supporter: bool = False
    interpreter: bool = False
    access_needs: Line = ""
    explore: Explore = ()
    instructed: Annotated[
        Literal["instructed", "non_instructed", ""], Field(default="", exclude_if=lambda which: not which)
    ] = ""
    counts_as: Annotated[
        Literal["senior_leader", "board", "neither", ""], Field(default="", exclude_if=lambda what: not what)
    ] = ""
    kept: Kept = ()


# What an observation says only where it is with one person; left out otherwise.
Set = Annotated[bool, Field(default=False, exclude_if=lambda so: not so)]


class ObservationPlan(Payload):
    """One planned observation; ``explore`` as for an interview.

    What follows it is for a guide that is with one person: ``supporter``, that somebody who knows them is there;
    ``no_objection``, who of those who know them well was asked and sees no reason against it, "" while nobody has.
    """

    visit: Code
    guide: Code
    team: Code | None = None
    area: Code | None = None
    site: Code | None = None
    nation: Literal["england", "wales", "northern_ireland"]
    planned_at: datetime
    minutes: Annotated[int, Field(gt=0)]
    assessor: Code
    explore: Explore = ()
    language: Annotated[Literal["en", "cy"], Field(default="en", exclude_if=lambda language: language == "en")]
    easy_read: Set
    supporter: Set
    interpreter: Set
    access_needs: Annotated[Line, Field(default="", exclude_if=lambda needs: not needs)]
    no_objection: Annotated[
        Literal["family", "friend", "care_worker", "advocate", "other", ""],
        Field(default="", exclude_if=lambda who: not who),
    ]
    kept: Kept = ()


class State(Payload):
    """Where an interview or observation stands."""

    state: Literal["planned", "open", "stopped", "finished", "cancelled"]
    reason: Line = ""
    kept: Kept = ()


class Consent(Payload):
    """One respondent's consent event (UK GDPR Art. 9(2)(a): explicit, specific, separate, withdrawable).

    ``how`` it was said is "" until somebody says so: nothing takes it for granted.
    """

    decision: Literal["given", "declined", "withdrawn", "not_applicable"]
    how: Literal["", "spoken", "written", "signed", "aac"]
    source: Source = ""


THE_PERSON = "person"
"""Whose sign it is in an observation: it is with one person, who has no code."""


# Of a sign: the entry of the earlier one that was noted by mistake; left out otherwise.
TakesBack = Annotated[
    str,
    StringConstraints(pattern=r"^([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})?$"),
    Field(default="", exclude_if=lambda entry_id: not entry_id),
]


class Assent(Payload):
    """What somebody shows as a meeting goes on, in words or without. It permits nothing: that is consent.

    With ``takes_back`` nobody showed anything: it says what the entry said that was noted by mistake.
    """

    sign: Literal["assent", "dissent", "unclear"]
    how: Literal["spoken", "signed", "gesture", "expression", "moved_away", "aac"]
    takes_back: TakesBack = ""
    source: Source = ""


def _with_digit(reference: str) -> str:
    if not any(sign.isdigit() for sign in reference):
        raise ValueError("a reference has a digit")
    return reference


# It goes where the interview goes and no withdrawal blanks it, so it has no room for what was told: two words at most.
Reference = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9/.-]+( [A-Za-z0-9/.-]+)?$", max_length=30),
    AfterValidator(_with_digit),
]


class ProtocolUsed(Payload):
    """All that a meeting keeps of a disclosure: that the protocol was used, a reference, when."""

    reference: Reference
    used_at: datetime


class Pause(Payload):
    """A break in a meeting, running while ``ended`` is None; without a reason it was none: a key pressed by mistake."""

    began: Moment
    ended: Moment | None = None
    why: Literal["break", "distress", "interruption", ""]
    source: Source = ""


class OnPaper(Payload):
    """When a meeting was held that was written down on paper and keyed in later; ``ended`` None if nobody noted it."""

    began: Moment
    ended: Moment | None = None


class CheckedBack(Payload):
    """Whether the main points of an interview were read back to the person before parting."""

    done: bool
    at: Moment
    source: Source = ""


class Erasure(Payload):
    """A tombstone: that words were erased, and why; ``respondent`` narrows the quotes' one to one person."""

    reason: Literal["withdrawn", "objection", "retention", "error"]
    respondent: Code | Literal[""] = ""


class Note(Payload):
    """The assessor's own words; ``wording`` and ``language`` say how the question was put."""

    text: Words
    wording: Literal["plain", "easy_read"] = "plain"
    language: Literal["en", "cy"] = "en"
    kept: Kept = ()
    at: Begun = None
    filed_to: FiledTo = ""
    source: Source = ""


class Quote(Payload):
    """A respondent's words: how exact, who spoke, in which language, and a translation beside the original.

    ``language_name`` is what a language is called that the scheme does not list. ``text`` and ``translation`` are the
    same where only the English was written down, as an interpreter voiced it.
    """

    text: Words
    grade: Literal["verbatim", "near_verbatim", "paraphrase"]
    speaker: Literal["respondent", "supporter", "interpreter"] = "respondent"
    respondent: Code  # whose consent covers it
    language: LanguageCode = "en"
    language_name: LanguageName
    translation: Words = ""
    use: Use = ""
    kept: Kept = ()
    at: Begun = None
    filed_to: FiledTo = ""
    source: Source = ""


class OwnQuestion(Payload):
    """What the assessor asked, or looked at, beyond the guide; and the standard it is under, "" at the end."""

    text: Words
    standard: Code | Literal[""] = ""
    kept: Kept = ()
    source: Source = ""


class Bearing(Payload):
    """How what was said at one question bears on one indicator; an empty bearing takes the mark back."""

    bearing: Literal["supports", "mixed", "contradicts", "not_explored", ""]
    strength: Literal["experience", "account", "claim"] | None = None
    source: Source = ""


class Missing(Payload):
    """Why there is no answer; an empty reason takes the mark back."""

    reason: Literal["declined", "does_not_know", "not_asked", "not_suitable", ""]
    source: Source = ""


class Rating(Payload):
    """An assessor's provisional rating of an indicator. Level ids belong to the standards edition; "" takes it back."""

    level: Code | Literal[""]
    rationale: Words
    cites: tuple[str, ...] = ()  # entry ids
    kept: Kept = ()


class Finding(Payload):
    """A conclusion; it cites at least one entry, and ``order`` places it within its section."""

    standard: Code
    kind: Literal["finding", "good_practice", "area_to_develop"]
    text: Words
    cites: Annotated[tuple[str, ...], Field(min_length=1)]
    order: int = 0
    kept: Kept = ()
