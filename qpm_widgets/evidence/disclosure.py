"""Disclosure control: what may leave the journal, in which edition, and said by whom in what words.

Everything is decided from the consents as they are read, never from what an earlier report decided. The
reasons are ids; their sentences are wording.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from qpm_widgets.evidence.record import Judgement, Meeting, Piece, VisitRecord
from qpm_widgets.identifiers import find_identifiers
from qpm_widgets.visits.erasures import has_lost_words

SMALL_GROUP = 3  # fewer people than this in a group are not counted in public, nor quoted as that group
POOL = "pool"  # the group of roles that only a few people hold
PUBLIC_SOURCES = frozenset("PF")  # roles that very many people hold, wherever the service works
LISTED_SOURCE = "A"  # the role whose holders the profile lists
WAYS = ("alone", "group", "remote", "easy_read", "welsh", "supporter", "interpreter")  # how people were met

# Why something is not in an edition.
ERASED = "erased"
NOTES_CONSENT = "notes_consent"
QUOTE_NOT_ASKED = "quote_not_asked"
QUOTE_DECLINED = "quote_declined"
QUOTE_WITHDRAWN = "quote_withdrawn"
QUOTE_NOT_WANTED = "quote_not_wanted"  # of this one sentence; other words of theirs may be quoted
KEPT_APART = "kept_apart"
REFUSED_WORDS = "refused_words"
LOST_GROUND = "lost_ground"
RESTS_ON_ERASED = "rests_on_erased"
NAMES_A_CODE = "names_a_code"
IDENTIFIES = "identifies"
PARAPHRASE = "paraphrase"
SMALL = "small_group"
UNCITED_NOTE = "uncited_note"
TWO_PEOPLE = "two_people"  # recorded under an id that two people were given, and not surely of the right one
UNSETTLED = "unsettled"  # recorded in two versions; the lead assessor has not chosen

PROVIDER, LEAD = "provider", "lead"

_SPLIT = re.compile(r"\W+")
_LEAST_WORDS = 4  # shorter phrases are common speech and would be found everywhere


def _in_words(text: str) -> str:
    """The text as lower-case words between single spaces, so that punctuation cannot hide a repetition."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return f" {' '.join(word for word in _SPLIT.split(folded) if word)} "


def refuse_quote(quote: Piece) -> str:
    """Why words may not be quoted now: a reason id, or "" if they may.

    Both consents of that very respondent must be current; of conflicting consents the more restrictive
    counts, and so it does of what was said about this one quote.
    """
    interview, respondent = quote.meeting.interview, str(quote.payload.get("respondent", ""))
    if interview is None or not interview.notes_allowed:
        return NOTES_CONSENT
    if interview.quotes_allowed(respondent):
        return QUOTE_NOT_WANTED if quote.unwanted else ""
    consent = interview.consents.get(("quotes", respondent))
    if consent == "given":
        return NOTES_CONSENT  # they agreed to quotes but not, or no longer, to notes
    if consent in (None, "not_applicable"):
        return QUOTE_NOT_ASKED
    return QUOTE_WITHDRAWN if consent == "withdrawn" else QUOTE_DECLINED


@dataclass(frozen=True)
class Voices:
    """Under which group each role may speak in the provider's edition.

    A role that enough people hold is its own group, named by its source type. The others are one group, so
    that no remark can be traced to the only trustee, manager or commissioner who was met.
    """

    groups: Mapping[str, str]  # role id -> source type code, or POOL
    people: Mapping[str, int]  # group -> people met
    sharing: Mapping[tuple[str, str], int] = field(default_factory=dict)  # group, way of meeting -> people met so
    speaking: Mapping[tuple[str, str], int] = field(default_factory=dict)  # group, language -> people who speak it

    def group_of(self, role: str) -> str:
        """The group of a role."""
        return self.groups.get(role, POOL)

    def too_few(self, group: str) -> bool:
        """Whether so few people of a pooled group were met that a remark would point at one of them."""
        return group == POOL and self.people.get(POOL, 0) < SMALL_GROUP

    def singles_out(self, role: str, way: str) -> bool:
        """Whether so few of a role's group were met in this way that naming it would point at one of them."""
        return self.sharing.get((self.group_of(role), way), 0) < SMALL_GROUP


def met_people(record: VisitRecord) -> dict[str, set[str]]:
    """The respondent codes met in each role: those who agreed to talk and have not taken that back."""
    met: dict[str, set[str]] = {role.id: set() for role in record.templates.scheme.roles}
    for meeting in record.meetings:
        if meeting.interview is not None:
            met[meeting.role] |= _talked(meeting)
    return met


def _talked(meeting: Meeting) -> set[str]:
    interview = meeting.interview
    if interview is None or interview.state == "cancelled" or interview.is_two_people:
        return set()
    talked = {code for (scope, code), consent in interview.consents.items() if scope == "talk" and consent == "given"}
    return talked & set(interview.plan.respondents)


def people_by_way(record: VisitRecord) -> dict[tuple[str, str], set[str]]:
    """The respondent codes met, by role and way of meeting (one of ``WAYS``)."""
    met: dict[tuple[str, str], set[str]] = {}
    for meeting in record.meetings:
        for way in ways_of(meeting):
            met.setdefault((meeting.role, way), set()).update(_talked(meeting))
    return met


def ways_of(meeting: Meeting) -> tuple[str, ...]:
    """How an interview was held, as ids of ``WAYS``; nothing for an observation."""
    if meeting.interview is None:
        return ()
    plan = meeting.interview.plan
    held = {
        "alone": len(plan.respondents) == 1,
        "group": len(plan.respondents) > 1,
        "remote": plan.mode == "remote",
        "easy_read": plan.easy_read,
        "welsh": plan.language == "cy",
        "supporter": plan.supporter,
        "interpreter": plan.interpreter,
    }
    return tuple(way for way in WAYS if held[way])


def tell_signs(meeting: Meeting, edition: str) -> Mapping[str, int]:
    """How often a yes, a no and so on was shown in a meeting, as far as an edition may say so.

    Never for the provider: a meeting is with one person, or with so few that who was there knows whose no it was. For
    the lead nothing of people who agree to no notes, or while it is not settled whose interview it is.
    """
    return meeting.held.signs if edition == LEAD and meeting.usable else {}


def choose_voices(record: VisitRecord) -> Voices:
    """The groups in which this visit's roles may be described."""
    met = met_people(record)
    groups: dict[str, str] = {}
    people: dict[str, int] = {}
    for role in record.templates.scheme.roles:
        holders = len(met[role.id])
        if role.source == LISTED_SOURCE:
            # A reader cannot tell which of the provider's advocates were met.
            holders = max(holders, len(record.profile.advocates))
        alone = role.source in PUBLIC_SOURCES or holders >= SMALL_GROUP
        group = role.source if alone else POOL
        groups[role.id] = group
        people[group] = people.get(group, 0) + len(met[role.id])
    return Voices(groups, people, _count(people_by_way(record), groups), _count(_speakers(record), groups))


def _count(people: Mapping[tuple[str, str], set[str]], groups: Mapping[str, str]) -> dict[tuple[str, str], int]:
    """How many of each group, of the codes by role and what they have in common."""
    found: dict[tuple[str, str], int] = {}
    for (role_id, shared), codes in people.items():
        key = (groups[role_id], shared)
        found[key] = found.get(key, 0) + len(codes)
    return found


def language_of(quote: Piece) -> str:
    """The language of a quote as one word: its code, and the name of one that the scheme does not list."""
    return f"{quote.payload['language']} {_in_words(str(quote.payload.get('language_name', '')))}".strip()


def _speakers(record: VisitRecord) -> dict[tuple[str, str], set[str]]:
    """The respondent codes met, by role and a language that they speak: that of the interview, and of their quotes."""
    found: dict[tuple[str, str], set[str]] = {}
    for meeting in record.meetings:
        if meeting.interview is not None:
            found.setdefault((meeting.role, meeting.interview.plan.language), set()).update(_talked(meeting))
    for piece in record.usable:
        if piece.kind == "quote" and piece.text:
            said = {str(piece.payload["respondent"])} & _talked(piece.meeting)
            found.setdefault((piece.meeting.role, language_of(piece)), set()).update(said)
    return found


def hides_language(quote: Piece, voices: Voices) -> bool:
    """Whether the language of a quote would point at one person, so that only its translation may be printed."""
    if quote.payload["language"] == "en":
        return False
    group = voices.group_of(quote.meeting.role)
    return voices.speaking.get((group, language_of(quote)), 0) < SMALL_GROUP


class Guard:
    """Looks through words that are about to be shown for what must not be.

    Parameters
    ----------
    record : VisitRecord
        Whose refused quotes, safeguarding references, codes and names are looked for.
    """

    def __init__(self, record: VisitRecord) -> None:
        self._apart = [words for one in record.references if (words := _in_words(one)).strip()]
        refused = (
            (one.text, str(one.payload.get("translation", "")))
            for one in record.pieces
            if one.kind == "quote" and (not one.is_somebodys or refuse_quote(one))
        )
        phrases = {_in_words(text) for pair in refused for text in pair}
        self._refused = [words for words in phrases if len(words.split()) >= _LEAST_WORDS]
        self._codes = _code_pattern(record)
        self._names = record.names

    def fault(self, text: str, edition: str) -> str:
        """Why ``text`` must not be shown in this edition: a reason id, or ""."""
        words = _in_words(text)
        if any(one in words for one in self._apart):
            return KEPT_APART
        if any(one in words for one in self._refused):
            return REFUSED_WORDS
        if edition == PROVIDER and self._codes.search(text):
            return NAMES_A_CODE
        if edition == PROVIDER and find_identifiers(text, self._names):
            return IDENTIFIES
        return ""


def _code_pattern(record: VisitRecord) -> re.Pattern[str]:
    profile = record.profile  # also people whom nobody met: their codes point at them just as well
    codes = {one.id for one in (*profile.managers, *profile.assessors)} | {one.id for one in profile.advocates}
    for meeting in record.meetings:
        codes.add(meeting.id)
        if meeting.interview:
            codes.update(meeting.interview.plan.respondents)
    listed = "|".join(re.escape(code) for code in sorted(codes, key=len, reverse=True) if len(code) > 1)
    # An entry id is never for a provider's eyes, wherever it comes from.
    entry_id = r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}"
    return re.compile(rf"(?<![\w-])(?:{listed or entry_id}|{entry_id})(?![\w-])")


def refuse_piece(piece: Piece, guard: Guard, voices: Voices, edition: str) -> str:
    """Why the words of a note, quote or observation are not in an edition: a reason id, or "" if they are.

    A note is never printed for the provider; whether that leaves it out depends on what cites it, which is
    not decided here.
    """
    if piece.entry.erased:
        return ERASED
    if not piece.is_somebodys:
        return TWO_PEOPLE
    if not piece.is_agreed:
        return NOTES_CONSENT
    if piece.kind == "quote" and (reason := refuse_quote(piece)):
        return reason
    beside = (str(piece.payload.get(key, "")) for key in ("translation", "language_name"))
    reason = next(filter(None, (guard.fault(words, edition) for words in (piece.text, *beside))), "")
    if reason or edition != PROVIDER or piece.kind != "quote":
        return reason
    return _refuse_print(piece, voices)


def _refuse_print(quote: Piece, voices: Voices) -> str:
    if quote.conflict:
        return UNSETTLED
    if quote.payload["grade"] == PARAPHRASE:
        return PARAPHRASE
    role, speaker = quote.meeting.role, str(quote.payload["speaker"])
    if voices.too_few(voices.group_of(role)):
        return SMALL
    if speaker != "respondent" and voices.singles_out(role, speaker):
        return SMALL  # few were met with a supporter or interpreter, and the attribution would have to name one
    untranslated = not str(quote.payload["translation"]).strip()
    return SMALL if hides_language(quote, voices) and untranslated else ""


def refuse_judgement(judgement: Judgement, record: VisitRecord, guard: Guard, edition: str) -> str:
    """Why a finding or rating is not in an edition: a reason id, or "" if it is.

    A finding that rested on evidence and has lost all of it, through withdrawal or erasure, has lost its
    ground. One that has lost words to an erasure, and other evidence not, may still repeat those words, and nobody
    can look for them any more: it stays out until an assessor has read it and saved it again. So does one that cites
    answers of which it is not sure that they are of the right person.
    """
    if judgement.entry.erased:
        return ERASED
    if judgement.cites and not supporting_evidence(judgement, record):
        return LOST_GROUND
    if record.cites_somebody_else(judgement):
        return TWO_PEOPLE
    if has_lost_words(record.cited[one] for one in judgement.cites if one in record.cited):
        return RESTS_ON_ERASED
    if edition == PROVIDER and judgement.conflict:
        return UNSETTLED
    words = f"{judgement.payload.get('text', '')} {judgement.payload.get('rationale', '')}"
    return guard.fault(words, edition)


def supporting_evidence(judgement: Judgement, record: VisitRecord) -> tuple[str, ...]:
    """The evidence ids that a judgement cites and that may still be used, each once, in the order cited."""
    found = (record.evidence_id_of(entry_id) for entry_id in judgement.cites)
    return tuple(dict.fromkeys(one for one in found if one and _stands(one, record)))


def _stands(evidence_id: str, record: VisitRecord) -> bool:
    pieces: Iterable[Piece] = record.pieces_by_id.get(evidence_id, ())
    return any(one.kind == "bearing" or bool(one.text.strip()) for one in pieces if one.usable)
