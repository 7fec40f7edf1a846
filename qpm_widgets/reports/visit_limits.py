"""The end of a site visit report: limits, what was left out and why, how it was made, what happens next."""

from __future__ import annotations

from collections.abc import Iterator

from qpm_widgets.evidence.people import met_rows
from qpm_widgets.reports.blocks import Block, BulletList, Column, Heading, Item, Note, Paragraph, Table
from qpm_widgets.reports.visit_content import Content

# Reasons as the provider reads them: what would single somebody out is said together with what would not.
PUBLIC_REASONS = {
    "uncited_note": "notes",
    "quote_not_asked": "quotes",
    "quote_declined": "quotes",
    "quote_withdrawn": "quotes",
    "quote_not_wanted": "quotes",
    "notes_consent": "notes_consent",
    "erased": "erased",
    "paraphrase": "paraphrase",
    "small_group": "small_group",
    "refused_words": "protected",
    "kept_apart": "protected",
    "names_a_code": "protected",
    "identifies": "protected",
    "lost_ground": "lost_ground",
    "rests_on_erased": "rests_on_erased",
    "two_people": "two_people",
    "unsettled": "unsettled",
}


def limits(content: Content) -> Iterator[Block]:
    """What a reader must bear in mind."""
    say = content.words.say
    yield Heading(1, say("limits.heading"))
    if not content.record.usable:
        yield Note("limits", say("limits.empty"))
        return
    yield Paragraph(say("limits.intro"))
    yield BulletList(tuple(Item(text) for text in _limits(content)))


def _limits(content: Content) -> Iterator[str]:
    say, record = content.words.say, content.record
    yield say("limits.sample")
    if any(row["suppressed"] for row in met_rows(record)):
        yield say("limits.few")
    for key, kinds in (("one_source", 1), ("silent", 0)):
        ids = [row["indicator"] for row in content.coverage if len(content.kinds(row)) == kinds]
        if ids:
            yield say(f"limits.{key}", indicators=content.words.indicators(ids))
    yield say("limits.claims")
    yield say("limits.desk")
    if any(piece.kind == "missing" and piece.payload["reason"] for piece in record.usable):
        yield say("limits.not_answered")
    quotes = [piece for piece, reason in content.sorting.pieces if piece.kind == "quote" and not reason]
    elsewhere = [one for one in quotes if one.payload["language"] != "en" and not content.translated_only(one)]
    if elsewhere:
        languages = content.words.join(sorted({content.words.spoken(one) for one in elsewhere}))
        yield say("limits.translated", languages=languages)
    if any(content.translated_only(one) for one in quotes):
        yield say("limits.english_only")
    if any(one.payload["speaker"] != "respondent" for one in quotes):
        yield say("limits.supporter")
    judged = (*record.ratings, *record.findings)
    if any(one.conflict for one in record.usable) or any(one.conflict for one in judged):
        yield say(edition_key(content, "limits.conflict"))


def edition_key(content: Content, key: str) -> str:
    """The key of a sentence that the lead's edition puts in its own way."""
    return f"{key}_lead" if content.lead else key


def left_out(content: Content) -> Iterator[Block]:
    """What this edition leaves out, in general terms: reasons, never numbers that could be one person's."""
    say = content.words.say
    yield Heading(1, say("left_out.heading"))
    found = {PUBLIC_REASONS[row["reason"]] for row in content.left_out}
    if any(piece.kind in {"note", "observation"} for piece in content.record.usable):
        found.add("notes")
    kinds = [kind for kind in dict.fromkeys(PUBLIC_REASONS.values()) if kind in found]
    if set(kinds) - {"notes"}:
        yield Paragraph(say(edition_key(content, "left_out.intro")))
        names = [edition_key(content, "left_out.notes") if kind == "notes" else f"left_out.{kind}" for kind in kinds]
        yield BulletList(tuple(Item(say(name)) for name in names))
    else:
        yield Paragraph(say(edition_key(content, "left_out.nothing")))
    yield Note("info", say("left_out.apart"))


def made(content: Content) -> Iterator[Block]:
    """How the report was made, and the marks by which it can be traced to what it was made from."""
    say = content.words.say
    yield Heading(1, say("made.heading"))
    yield Paragraph(say("made.process"))
    yield Paragraph(say("made.consent"))
    rows = (
        (say("made.journal"), _in_groups(content.journal_head)),
        (say("made.templates"), _in_groups(content.templates.digest)),
    )
    yield Table(say("made.sources"), (Column(say("made.what")), Column(say("made.mark"))), rows)


def _in_groups(digest: str) -> str:
    """A digest that fits a page and can be read aloud."""
    return " ".join(digest[at : at + 8] for at in range(0, len(digest), 8))


def next_steps(content: Content) -> Iterator[Block]:
    """What happens next."""
    say = content.words.say
    yield Heading(1, say("next.heading"))
    steps = (edition_key(content, f"next.{step}") for step in ("check", "lead", "plan", "people"))
    yield BulletList(tuple(Item(say(step)) for step in steps))
