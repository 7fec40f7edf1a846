"""Finding numbers and addresses that point to one person (UK GDPR Art. 5(1)(c): no more than is needed).

Two libraries know what a pattern cannot: python-stdnum the check digit of an NHS number, phonenumbers which numbers
are given out in the United Kingdom. The rest are patterns of a fixed length, so no text takes long. No model: what
one finds in a sentence cannot be explained to the person who typed it, and it would want a large download. So names are
found by a list of people that the visit's assessor keeps, and no others are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

import phonenumbers
from stdnum.gb import nhs

from qpm_widgets.identifiers.names import Span, find_names

KINDS = ("nhs_number", "ni_number", "phone", "postcode", "email", "date_of_birth", "name")


@dataclass(frozen=True, order=True)
class Identifier:
    """A stretch of a text: characters ``start`` up to, not including, ``end``."""

    start: int
    end: int
    kind: str


_GAP = r"(?:[ \u00a0]{1,2}|[.\u2010\u2011-])"  # between the groups of a number, as people type and paste it
_NHS = re.compile(rf"(?<![0-9])[0-9]{{3}}({_GAP}?)[0-9]{{3}}\1[0-9]{{4}}(?![0-9])")
# Letters and prefixes that HMRC does not give out are left aside (NIM39110).
_NI = re.compile(
    r"(?<![A-Za-z0-9])(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]"
    rf"{_GAP}?[0-9]{{2}}{_GAP}?[0-9]{{2}}{_GAP}?[0-9]{{2}}{_GAP}?[A-D](?![A-Za-z0-9])",
    re.IGNORECASE,
)
_POSTCODE = re.compile(
    r"(?<![A-Za-z0-9])(?:GIR ?0AA|[A-PR-UWYZ](?:[0-9]{1,2}|[A-HK-Y][0-9][0-9ABEHMNPRV-Y]?|[0-9][A-HJKPS-UW])"
    rf"{_GAP}?[0-9][ABD-HJLNP-UW-Z]{{2}})(?![A-Za-z0-9])",
    re.IGNORECASE,
)
_ORDINAL = re.compile(r"[0-9](?:st|nd|rd|th)$")  # "room b12 3rd floor" is no postcode
_PHONE_BEGINS = re.compile(r"\(?(?:0[1-9]|\+)")
_EMAIL = re.compile(r"(?<![\w.+'-])[\w.+'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")

_MONTHS = (
    "january|february|march|april|may|june|july|august|september|october|november|december|"
    "jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov|dec|"
    "ionawr|chwefror|mawrth|ebrill|mai|mehefin|gorffennaf|awst|medi|hydref|tachwedd|rhagfyr"
)
_DAYS = (
    "(?:twenty|thirty)[ -](?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth)|twentieth|thirtieth|"
    "first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|"
    "(?:thir|four|fif|six|seven|eigh|nine)teenth"
)
_DATE = re.compile(
    r"(?<![0-9])(?:"
    r"[0-9]{1,2} ?[./-] ?[0-9]{1,2} ?[./-] ?(?P<y1>[0-9]{4}|[0-9]{2})"
    r"|(?P<y2>[0-9]{4})-[0-9]{2}-[0-9]{2}"
    rf"|(?:[0-9]{{1,2}}(?:st|nd|rd|th)?|\b(?:{_DAYS})) (?:of )?(?:{_MONTHS})\.?,? (?P<y3>[0-9]{{4}}|'?[0-9]{{2}})"
    rf"|\b(?:{_MONTHS})\.? [0-9]{{1,2}}(?:st|nd|rd|th)?,? (?P<y4>[0-9]{{4}})"
    r")(?![0-9])",
    re.IGNORECASE,
)
_CUE = re.compile(
    r"\b(?:born|d\.? ?o\.? ?b\b\.?|date of birth|birthday|birth date|ganwyd|ganed|geni|pen-?blwydd)[^0-9.\n]{0,25}$",
    re.IGNORECASE,
)
_CUE_AFTER = re.compile(r"[ ,;(-]{1,3}(?:aged|age|yn) [0-9]", re.IGNORECASE)
_CUE_REACH = 45  # characters before a date
_YOUNGEST = 10  # years; a younger date without a cue is taken for a meeting, not a birth


def find_identifiers(text: str, names: tuple[str, ...] = (), *, today: date | None = None) -> tuple[Identifier, ...]:
    """Everything in a text that looks like one of ``KINDS``.

    Parameters
    ----------
    text : str
        Any Unicode.
    names : tuple of str, optional
        The list of people whose names are looked for, one person each.
    today : date, optional
        What a date's age is counted from; today by default.

    Returns
    -------
    tuple of Identifier
        In order, without overlaps: where two would, the longer one stands.
    """
    now = today or date.today()
    found = [Identifier(*span, kind) for kind, find in _FINDERS.items() for span in find(text)]
    found += [Identifier(*span, "date_of_birth") for span in _find_births(text, now)]
    found += [Identifier(*span, "name") for span in find_names(text, names)]
    chosen: list[Identifier] = []
    for one in sorted(found, key=lambda one: (one.start - one.end, KINDS.index(one.kind))):
        if all(one.end <= other.start or other.end <= one.start for other in chosen):
            chosen.append(one)
    return tuple(sorted(chosen))


def utf16_span(text: str, found: Identifier) -> Span:
    """The stretch in UTF-16 code units, as a browser counts."""
    start = len(text[: found.start].encode("utf-16-le", "surrogatepass")) // 2
    return start, start + len(text[found.start : found.end].encode("utf-16-le", "surrogatepass")) // 2


def _find_nhs(text: str) -> Iterator[Span]:
    return (match.span() for match in _NHS.finditer(text) if nhs.is_valid(re.sub("[^0-9]", "", match[0])))


def _find_phones(text: str) -> Iterator[Span]:
    # POSSIBLE, not VALID: a number that was given up still points to somebody. As a person writes one, with its 0 or
    # its +; a bare row of digits is more often a case reference.
    for match in phonenumbers.PhoneNumberMatcher(text, "GB", leniency=phonenumbers.Leniency.POSSIBLE):
        raw = match.raw_string
        if _PHONE_BEGINS.match(raw) and sum(sign.isdigit() for sign in raw) >= 10:
            loose = raw.startswith("(") and ")" not in raw  # it belongs to the sentence, not to the number
            yield match.start + loose, match.end


def _find_postcodes(text: str) -> Iterator[Span]:
    return (match.span() for match in _POSTCODE.finditer(text) if not _ORDINAL.search(match[0]))


def _find_births(text: str, today: date) -> Iterator[Span]:
    for match in _DATE.finditer(text):
        year = next(value for value in match.groupdict().values() if value is not None).lstrip("'")
        cue = _CUE.search(text[max(0, match.start() - _CUE_REACH) : match.start()])
        cue = cue or _CUE_AFTER.match(text, match.end())
        long_ago = len(year) == 4 and 1900 <= int(year) <= today.year - _YOUNGEST
        if cue or long_ago:
            yield match.span()


_FINDERS: dict[str, Callable[[str], Iterator[Span]]] = {
    "nhs_number": _find_nhs,
    "ni_number": lambda text: (match.span() for match in _NI.finditer(text)),
    "phone": _find_phones,
    "postcode": _find_postcodes,
    "email": lambda text: (match.span() for match in _EMAIL.finditer(text)),
}
