"""The site visit report's sentences: numbers, dates, lists and who said something, in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from qpm_widgets.errors import QpmError
from qpm_widgets.evidence.disclosure import POOL, SMALL_GROUP, Voices
from qpm_widgets.evidence.record import Piece
from qpm_widgets.templates import Templates


class Words:
    """Section ``visit_report`` of the wording, and the phrases that are put together from it.

    Parameters
    ----------
    templates : Templates
        Their language is the report's.
    voices : Voices
        How roles are grouped, so that nobody can be picked out.
    exact : bool
        Whether kinds of source are named one by one (for the lead assessor) rather than by group.
    """

    def __init__(self, templates: Templates, voices: Voices, *, exact: bool) -> None:
        self._templates, self._voices, self._exact = templates, voices, exact
        scheme = templates.scheme
        self._plurals = {source.code: source.plural for source in scheme.source_types}
        self._group_of_code = {role.source: voices.group_of(role.id) for role in scheme.roles}

    def say(self, key: str, /, **fields: object) -> str:
        """The sentence of a key of this report."""
        return self._templates.wording.text(f"visit_report.{key}", **fields)

    def _say_or(self, key: str, otherwise: str) -> str:
        """The phrase of a key, or the scheme's own word for something that came into the scheme later."""
        try:
            return self.say(key)
        except QpmError:
            return otherwise

    def number(self, count: int) -> str:
        """A number, in words up to ten."""
        return self.say(f"number.{count}") if 0 <= count <= 10 else str(count)

    def indicators(self, ids: Sequence[str]) -> str:
        """A few indicators by their ids, many by their number."""
        if len(ids) <= 3:
            return self.join(ids)
        return self.say("indicators.many", number=self.number(len(ids)))

    def fewer(self) -> str:
        """How a number too small to print is put."""
        return self.say("fewer", number=self.number(SMALL_GROUP))

    def join(self, items: Iterable[str]) -> str:
        """A list as it stands in a sentence."""
        return self._list(items, "list.and")

    def either(self, items: Iterable[str]) -> str:
        """A list of which not everything holds at once."""
        return self._list(items, "list.or")

    def _list(self, items: Iterable[str], last: str) -> str:
        listed = list(items)
        if len(listed) < 2:
            return "".join(listed)
        return self.say("list.comma").join(listed[:-1]) + self.say(last) + listed[-1]

    def dates(self, starts: date, ends: date) -> str:
        """One day, or the first and the last."""
        fields = {"day": starts.day, "month": self.say(f"month.{starts.month}"), "year": starts.year}
        if starts == ends:
            return self.say("date.one", **fields)
        month = self.say(f"month.{ends.month}")
        fields |= {"last_day": ends.day, "last_month": month, "last_year": ends.year}
        if starts.year != ends.year:
            return self.say("date.range", **fields)
        if starts.month == ends.month and ends.day == starts.day + 1:
            return self.say("date.two_days", **fields)
        return self.say("date.same_month" if starts.month == ends.month else "date.same_year", **fields)

    def groups(self, codes: Iterable[str]) -> tuple[str, ...]:
        """The groups that these source types belong to, each once; for the lead the types themselves."""
        if self._exact:
            return tuple(dict.fromkeys(codes))
        found = dict.fromkeys(self._group_of_code.get(code, code) for code in codes)
        return tuple(sorted(found, key=lambda group: group == POOL))  # stable: the pool comes last

    def source(self, group: str) -> str:
        """A group in the middle of a sentence."""
        name = "few" if self._voices.too_few(group) else group
        return self._say_or(f"source.{name}", self._plurals.get(group, group))

    def sources(self, codes: Iterable[str]) -> str:
        """Several source types as a list in a sentence."""
        return self.join(self.source(group) for group in self.groups(codes))

    def column(self, group: str) -> str:
        """A group as the head of a narrow column."""
        return self._say_or(f"column.{group}", self._plurals.get(group, group))

    def spoken(self, quote: Piece) -> str:
        """The name of the language in which something was said."""
        return self._templates.spoken_in(quote.payload).name.read(self._templates.wording.language)

    def attribution(self, quote: Piece, *, hides_language: bool) -> str:
        """Who said something, as far as a reader may know: a role, who spoke for them, and in which language."""
        role = quote.meeting.role
        group = self._voices.group_of(role)
        label = self._templates.role(role).label
        voice = self.say("voice.pool") if group == POOL else self._say_or(f"voice.{role}", label)
        speaker = str(quote.payload["speaker"])
        if speaker != "respondent":
            voice = self.say(f"voice.{speaker}", voice=voice)
        if quote.payload["grade"] == "near_verbatim":
            voice = self.say("voice.near_verbatim", voice=voice)
        if quote.payload["language"] != self._templates.wording.language and not hides_language:
            translator = "interpreter" if speaker == "interpreter" else "assessor"
            key = f"in_language_{translator}" if str(quote.payload["translation"]).strip() else "in_language"
            voice = self.say(f"voice.{key}", voice=voice, language=self.spoken(quote))
        return capital(voice)


def capital(text: str) -> str:
    """The text with a capital at its beginning."""
    return text[:1].upper() + text[1:]
