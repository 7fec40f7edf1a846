"""What only the lead assessor's edition has: who is still to be met, evidence, who concluded what, what is left out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from qpm_widgets.evidence.disclosure import UNCITED_NOTE, tell_signs, ways_of
from qpm_widgets.evidence.frames import Row
from qpm_widgets.evidence.omissions import TEXT_KINDS
from qpm_widgets.evidence.record import Meeting, Piece
from qpm_widgets.reports.blocks import Block, Column, Heading, Paragraph, Table
from qpm_widgets.reports.visit_content import Content, has_row
from qpm_widgets.reports.visit_words import capital
from qpm_widgets.templates.records import ObservationGuide
from qpm_widgets.visits import PLACE_TIME
from qpm_widgets.visits.pauses import Breaks


def sampling(content: Content) -> Iterator[Block]:
    """The sampling rules that are not met yet, and those of which that is not known."""
    say = content.words.say
    if not content.missing_people:
        return
    yield Heading(2, say("lead.sampling"))
    columns = (
        Column(say("lead.name")),
        Column(say("lead.rule")),
        Column(say("lead.have"), "right"),
        Column(say("lead.need"), "right"),
    )
    rows = tuple(
        (
            row.name or content.record.profile.provider,
            say(f"lead.kind.{row.kind}"),
            say("lead.have_perhaps", have=str(row.have)) if row.unsaid else str(row.have),
            say("lead.need_unknown") if row.need is None else str(row.need),
        )
        for row in content.missing_people
    )
    yield Table(say("lead.sampling_caption"), columns, rows)


def interviews(content: Content) -> Iterator[Block]:
    """Appendix A: every interview and observation, without respondents' codes."""
    say = content.words.say
    yield Heading(1, say("lead.interviews"))
    keys = ("id", "who", "where", "how", "state", "pieces")
    columns = tuple(Column(say(f"lead.{key}"), "right" if key == "pieces" else "left") for key in keys)
    rows = tuple(_interview_row(content, meeting) for meeting in content.record.meetings)
    yield Table(say("lead.interviews_caption"), columns, rows)


def _interview_row(content: Content, meeting: Meeting) -> tuple[str, ...]:
    say, profile = content.words.say, content.record.profile
    scheme = content.templates.scheme
    states = {state.id: state.label for state in scheme.interview_states}
    names = {team.id: team.name for team in profile.teams} | {area.id: area.name for area in profile.areas}
    place = names.get(meeting.team) or names.get(meeting.area) or "–"
    state = states.get(meeting.held.state, meeting.held.state)
    if meeting.interview is not None and meeting.interview.is_two_people:
        state = say("lead.two_people", state=state)
    elif not meeting.usable:
        state = say("lead.notes_refused", state=state)
    elif meeting.interview is not None and meeting.interview.taken_back:
        state = say("lead.taken_back", state=state, codes=", ".join(meeting.interview.taken_back.codes))
    state = _with_signs(content, _with_breaks(content, state, meeting.held.breaks), meeting)
    texts = sum(
        piece.kind in TEXT_KINDS and bool(piece.text) for piece in content.record.usable if piece.meeting is meeting
    )
    return (meeting.id, _whom(content, meeting), place, _how(content, meeting), state, str(texts))


def _with_breaks(content: Content, state: str, breaks: Breaks) -> str:
    """The state with how many breaks there were, if there were any."""
    if not breaks.number:
        return state
    say = content.words.say
    number = "one" if breaks.number == 1 else "many"
    length = "minute_one" if breaks.minutes == 1 else "minute_many"
    said = say(
        f"lead.breaks.{number}", count=breaks.number, length=say(f"lead.breaks.{length}", minutes=breaks.minutes)
    )
    return say("lead.with_breaks", state=state, breaks=said)


def _with_signs(content: Content, state: str, meeting: Meeting) -> str:
    """The state with how often a yes or a no was shown, if any was noted that this edition may tell."""
    shown = tell_signs(meeting, content.edition)
    if not shown:
        return state
    say, signs = content.words.say, content.templates.scheme.assent_signs
    counts = [say("lead.sign", sign=one.label, count=shown[one.id]) for one in signs if one.id in shown]
    return say("lead.with_signs", state=state, signs=", ".join(counts))


def _whom(content: Content, meeting: Meeting) -> str:
    if meeting.interview is None:
        return content.templates.title_of_guide(meeting.held.plan.guide)
    return capital(content.templates.role(meeting.role).label)


def _how(content: Content, meeting: Meeting) -> str:
    ways = [content.words.say(f"met.ways.{way}") for way in ways_of(meeting)] if meeting.interview else []
    if held := _held_on_paper(content, meeting):
        ways.append(content.words.say("lead.on_paper", held=held))
    return capital(", ".join(ways)) or "–"


def _held_on_paper(content: Content, meeting: Meeting) -> str:
    """When a meeting was held that was written down on paper; "" where nobody said so."""
    if meeting.held.on_paper is None:
        return ""
    say, on_paper = content.words.say, meeting.held.on_paper
    began = datetime.fromtimestamp(on_paper.began / 1000, PLACE_TIME)
    held = say("lead.held", day=f"{began.day} {began:%B %Y}", time=f"{began:%H:%M}")
    if on_paper.ended is None:
        return held
    return say("lead.held_to", held=held, to=f"{datetime.fromtimestamp(on_paper.ended / 1000, PLACE_TIME):%H:%M}")


def evidence(content: Content) -> Iterator[Block]:
    """Appendix B: everything recorded that may be used, row by row, where the ids in the report lead to."""
    say = content.words.say
    yield Heading(1, say("lead.evidence"))
    if not content.record.usable:
        yield Paragraph(say("lead.no_evidence"))
        return
    yield Paragraph(say("lead.evidence_intro"))
    marks = _marks(content)
    for meeting in content.record.meetings:
        pieces = [piece for piece in content.record.usable if piece.meeting is meeting]
        rows = [piece for piece in pieces if has_row(piece) or _is_anchor(content, piece)]
        if not rows:
            continue
        yield Heading(2, say("lead.evidence_heading", id=meeting.id, what=_whom(content, meeting)))
        unfiled = [piece for piece in rows if not piece.question]
        if asked := [piece for piece in rows if piece.question]:
            yield _evidence_table(content, asked, say("lead.evidence_caption", id=meeting.id), marks)
        if unfiled:
            yield Heading(3, say("lead.unfiled", id=meeting.id))
            yield _evidence_table(content, unfiled, say("lead.unfiled_caption", id=meeting.id), marks)


def _evidence_table(content: Content, rows: list[Piece], caption: str, marks: dict[str, list[str]]) -> Table:
    columns = tuple(Column(content.words.say(f"lead.{key}")) for key in ("evidence_id", "recorded"))
    cells = tuple((piece.evidence_id, _recorded(content, piece, marks)) for piece in rows)
    return Table(caption, columns, cells, row_anchors=tuple(piece.evidence_id for piece in rows))


def _is_anchor(content: Content, piece: Piece) -> bool:
    return content.anchors.get(piece.evidence_id) == piece.evidence_id


def _marks(content: Content) -> dict[str, list[str]]:
    """How each row's words bear on indicators, by the id of the row."""
    say, edition = content.words.say, content.templates.standards
    bearings = {level.id: level.label.lower() for level in edition.bearings}
    strengths = {level.id: level.label.lower() for level in edition.strengths}
    found: dict[str, list[str]] = {}
    for piece in content.record.usable:
        if piece.kind != "bearing":
            continue
        bearing, strength = str(piece.payload["bearing"]), str(piece.payload.get("strength") or "")
        fields = {"indicator": piece.part.partition(".")[2], "bearing": bearings.get(bearing, bearing)}
        mark = say("lead.bears", **fields)
        if strength:
            mark = say("lead.bears_strength", **fields, strength=strengths.get(strength, strength))
        found.setdefault(content.anchors[piece.evidence_id], []).append(mark)
    return found


def _recorded(content: Content, piece: Piece, marks: dict[str, list[str]]) -> str:
    """A row's words as this edition may show them, and beneath them how they bear on indicators."""
    say = content.words.say
    lines = [_words_of(content, piece)]
    if marks.get(piece.evidence_id):
        lines.append(say("lead.bearing_line", marks="; ".join(marks[piece.evidence_id])))
    if piece.is_line and piece.question:
        lines.append(say("lead.filed", question=piece.question))
    if piece.from_paper:
        held = _held_on_paper(content, piece.meeting)
        lines.append(say("lead.from_paper_held", held=held) if held else say("lead.from_paper"))
    if piece.conflict:
        lines.append(say("lead.conflict"))
    lines.append(say("lead.entry", id=piece.entry.entry_id))
    return "\n".join(lines)


def _words_of(content: Content, piece: Piece) -> str:
    say, scheme = content.words.say, content.templates.scheme
    if piece.kind == "bearing":
        return say("lead.mark_only")
    if piece.kind == "missing":
        labels = {choice.id: choice.label.lower() for choice in scheme.missing_reasons}
        reason = str(piece.payload["reason"])
        return say("lead.no_answer", reason=labels.get(reason, reason))
    reason = content.piece_reasons[piece.entry.entry_id]
    if reason:
        key = "lead.not_quotable" if piece.kind == "quote" else "lead.withheld"
        return say(key, reason=say(f"lead.reason.{reason}"))
    if piece.kind == "quote":
        return _quote_words(content, piece)
    return _noted_words(content, piece)


def _noted_words(content: Content, piece: Piece) -> str:
    say = content.words.say
    if piece.kind == "question":
        return say("lead.own_question" if piece.meeting.interview else "lead.own_scene", text=piece.text)
    if piece.kind == "observation" and not piece.is_line:
        return say("lead.part", part=_part_label(content, piece), text=piece.text)
    return piece.text


def _quote_words(content: Content, piece: Piece) -> str:
    say, scheme, payload = content.words.say, content.templates.scheme, piece.payload
    grades = {choice.id: choice.label for choice in scheme.quote_grades}
    speakers = {choice.id: choice.label.lower() for choice in scheme.speakers}
    key = "lead.paraphrased" if payload["grade"] == "paraphrase" else "lead.quoted"
    if payload["language"] == content.templates.wording.language:
        lines = [say(key, text=piece.text)]
    else:
        # The language comes first: a cell that began with words from right to left would run so as a whole.
        way = "unwritten" if piece.only_translated else "in"
        lines = [say(f"{key}_{way}", text=piece.text, language=content.words.spoken(piece))]
    if payload["translation"] and not piece.only_translated:
        lines.append(say("lead.translated", text=payload["translation"]))
    lines.append(say("lead.spoken_by", grade=grades[payload["grade"]], speaker=speakers[payload["speaker"]]))
    return "\n".join(lines)


def _part_label(content: Content, piece: Piece) -> str:
    guide = content.templates.guides.get(piece.meeting.held.plan.guide)
    if isinstance(guide, ObservationGuide):
        for part in guide.parts:
            if part.id == piece.part:
                return part.label.en
    return piece.part


def judgements(content: Content) -> Iterator[Block]:
    """Appendix C: every finding and rating that this edition prints, with who wrote it and its journal entry."""
    say = content.words.say
    yield Heading(1, say("lead.judgements"))
    printed = [row for row in content.ratings if row["level"] and not row["refused"]]
    if not content.findings and not printed:
        yield Paragraph(say("lead.no_judgements"))
        return
    yield Paragraph(say("lead.judgements_intro"))
    columns = tuple(Column(say(f"lead.{key}")) for key in ("id", "written_by", "journal_entry"))
    for caption, found in (("findings_caption", content.findings), ("ratings_caption", printed)):
        if found:
            ids = tuple(content.own_ids[row["entry_id"]] for row in found)
            rows = tuple((own, row["recorded_by"], row["entry_id"]) for own, row in zip(ids, found, strict=True))
            yield Table(say(f"lead.{caption}"), columns, rows, row_anchors=ids)


def left_out_in_full(content: Content) -> Iterator[Block]:
    """Appendix D: each entry that is left out, with its reason."""
    say = content.words.say
    yield Heading(1, say("lead.left_out"))
    yield Paragraph(say("lead.left_out_intro"))
    everywhere = [row for row in content.left_out if row["editions"] == "all"]
    others = [row for row in content.left_out if row["editions"] != "all"]
    elsewhere = [row for row in others if row["reason"] != UNCITED_NOTE]
    if not everywhere:
        yield Paragraph(say("lead.none_all"))
    for caption, rows in (("left_out_all", everywhere), ("left_out_provider", elsewhere)):
        if rows:
            columns = tuple(Column(say(f"lead.{key}")) for key in ("evidence_id", "kind_heading", "why"))
            yield Table(say(f"lead.{caption}"), columns, tuple(_reason_row(content, row) for row in rows))
    yield from _uncited(content)


def _reason_row(content: Content, row: Row) -> tuple[str, str, str]:
    say = content.words.say
    return (row["evidence_id"], say(f"lead.kinds.{row['kind']}"), say(f"lead.reason.{row['reason']}"))


def _uncited(content: Content) -> Iterator[Block]:
    say = content.words.say
    ids: dict[str, list[str]] = {}
    for row in content.left_out:
        if row["reason"] == UNCITED_NOTE:
            ids.setdefault(row["interview"], []).append(row["evidence_id"].partition(".")[2])
    if ids:
        columns = (Column(say("lead.id")), Column(say("lead.count"), "right"), Column(say("lead.ids")))
        rows = tuple((meeting, str(len(found)), ", ".join(found)) for meeting, found in ids.items())
        yield Table(say("lead.left_out_uncited"), columns, rows)
