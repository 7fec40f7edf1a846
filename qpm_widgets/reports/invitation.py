"""An invitation to an interview: what somebody reads before they decide, in English or Welsh, plain or Easy Read.

Who does not use words is visited: a sheet of pictures is for them, and another for somebody who knows them well.

It tells what UK GDPR Articles 13 and 7(3) ask for: who asks, what for, how long words are kept, and that consent can be
taken back. It names nobody: who hands it out writes the name on it, so no file holds who was invited.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from html import escape
from typing import Any, Literal

from babel.dates import format_datetime

from qpm_widgets.errors import QpmError
from qpm_widgets.journal import Journal
from qpm_widgets.journal.payloads import AssessmentProfile, InterviewPlan, ObservationPlan, VisitPlan
from qpm_widgets.reports.blocks import Block, BulletList, Drawing, Heading, Item, Language, Paragraph, Title
from qpm_widgets.reports.document import Document
from qpm_widgets.templates import Templates
from qpm_widgets.templates.records import ObservationGuide, Wording
from qpm_widgets.visits import load_interview, load_observation, load_profile, load_visit

Reading = Literal["plain", "easy_read"]
Keys = dict[str, Any]  # nested as the wording is; each sentence is its key in the section
_SHEETS = {"person_supported": "person", "family_carer": "family"}  # every other role: worker
_SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="-18 0 84 {height}">{symbols}</svg>'
_SYMBOL = (
    '<g transform="translate(0 {top})"><path fill="none" stroke="#17212b" '
    'stroke-width="2.5" stroke-linecap="round" stroke-linejoin="round" d="{path}"/>'
    '<text x="24" y="59" font-size="11" font-weight="bold" text-anchor="middle" fill="#17212b">{word}</text></g>'
)
_SYMBOL_HEIGHT = 62  # in the drawing's own units, as are those above
_KEPT = "raw_notes"  # of the scheme's retention


@dataclass(frozen=True)
class Invitation:
    """What one invitation says.

    Parameters
    ----------
    plan : InterviewPlan or ObservationPlan
        An observation's is with one person who does not use words.
    profile : AssessmentProfile
    visit : VisitPlan
    reading : {"plain", "easy_read"}
    contact : str
        Whom to tell or ask, as in "the office (01632 960000)"; "" for whoever hands the sheet out.
    """

    plan: InterviewPlan | ObservationPlan
    profile: AssessmentProfile
    visit: VisitPlan
    reading: Reading
    contact: str = ""


def read_invitation(
    journal: Journal, assessment_id: str, invited: str, reading: Reading | None = None, contact: str = ""
) -> Invitation:
    """The invitation to a planned interview or visit, in Easy Read if that is planned or wanted.

    Parameters
    ----------
    invited : str
        An interview's id, such as P1; or an observation, such as observation:O1.

    Raises
    ------
    QpmError
        PLAN-001 if there is no such interview or observation.
    """
    kind, _, meeting = invited.rpartition(":")
    plan: InterviewPlan | ObservationPlan
    if kind == "observation":
        plan = load_observation(journal, assessment_id, meeting).plan
    else:
        plan = load_interview(journal, assessment_id, meeting).plan
    visit = load_visit(journal, assessment_id, plan.visit).plan
    profile = load_profile(journal, assessment_id)
    return Invitation(plan, profile, visit, reading or ("easy_read" if plan.easy_read else "plain"), contact)


def compose_invitation(templates: Templates, invitation: Invitation) -> Document:
    """The sheet, in the language of the templates' wording; Easy Read is set in large print."""
    role = invitation.plan.role if isinstance(invitation.plan, InterviewPlan) else ""
    return _compose(templates, invitation, _SHEETS.get(role, "worker"))


def compose_information(templates: Templates, invitation: Invitation) -> Document:
    """What whoever knows the person well is told and asked before a visit without an interview."""
    return _compose(templates, invitation, "familiar")


def compose_pictures(templates: Templates, invitation: Invitation) -> Document:
    """For the person who is visited: what the card shows them, in large print, each line with its symbols.

    Raises
    ------
    QpmError
        PLAN-004 if it is planned with a guide that is with no person.
    """
    guide = templates.guides.get(invitation.plan.guide)
    if not (isinstance(guide, ObservationGuide) and guide.with_person):
        where = f"guide {invitation.plan.guide}"
        raise QpmError("PLAN-004", where, "papers.visit_to_person")

    text, profile = templates.wording.text, invitation.profile

    def line(wording: Wording) -> Item:
        said, drawing = wording.easy_read or wording.plain, _draw(templates, wording.symbols)
        if templates.wording.language == "cy" and said.cy:
            return Item(said.cy, language="cy", drawing=drawing)
        return Item(said.en, drawing=drawing)

    # When and where is for those who help them; it stands on their sheet.
    heading = text("invitation.pictures.easy_read.title"), text("invitation.pictures.easy_read.subtitle")
    sample = text("invitation.sample", provider=profile.provider) if profile.sample else None
    title = Title(*heading, (), sample, _language(templates))
    return Document(title, (BulletList(tuple(map(line, guide.show))),), brief=True, large=True)


def _compose(templates: Templates, invitation: Invitation, kind: str) -> Document:
    months = next(one.months for one in templates.scheme.retention if one.id == _KEPT)
    facts = {
        "provider": invitation.profile.provider,
        "contact": invitation.contact or templates.wording.text("invitation.giver"),
        "months": months,
    }

    def say(key: str) -> str:
        return templates.wording.text(f"invitation.{key}", **facts)

    def running(key: str) -> Item:
        return Item(say(key), language=_language(templates, f"invitation.{key}"))

    sheet = _sheet(templates, invitation, kind)
    blocks = (_paragraph(running("to")), *_blocks(templates, invitation, sheet, running))
    large = invitation.reading == "easy_read"
    return Document(_title(templates, invitation, sheet, say), blocks, brief=True, large=large)


def _sheet(templates: Templates, invitation: Invitation, kind: str) -> Keys:
    """What the sheet says, by part: words for the role alone stand before those that it shares with others."""
    wording, reading = templates.wording.section("invitation"), invitation.reading
    sheet = _keys(wording[kind][reading], f"{kind}.{reading}")
    if isinstance(invitation.plan, InterviewPlan):
        role = invitation.plan.role
        sheet = _put_over(sheet, _keys(wording["roles"].get(role, {}).get(reading, {}), f"roles.{role}.{reading}"))
    return sheet


def _keys(words: Mapping[str, Any], at: str) -> Keys:
    """The same mapping with the key of each sentence in its place."""
    places = {name: (one, f"{at}.{name}") for name, one in words.items()}
    return {name: _keys(one, key) if isinstance(one, dict) else key for name, (one, key) in places.items()}


def _put_over(common: Keys, own: Keys) -> Keys:
    """What only ``own`` has comes last in its part."""
    inner = {name: _put_over(common.get(name, {}), one) for name, one in own.items() if isinstance(one, dict)}
    return {**common, **own, **inner}


def _title(templates: Templates, invitation: Invitation, sheet: Keys, say: Callable[[str], str]) -> Title:
    plan, language = invitation.plan, _language(templates)
    sites = {site.id: site.name for site in invitation.visit.sites}
    where = say("remote") if _planned(plan)["remote"] else sites.get(plan.site or "")
    when = format_datetime(plan.planned_at, "EEEE d MMMM y, HH:mm", locale=language)
    facts = {
        "when": when[0].upper() + when[1:],
        "where": where or say("no_place"),
        "how_long": templates.wording.text("invitation.minutes", minutes=plan.minutes),
        "who": say("who"),
    }
    shown = tuple((say(f"facts.{name}"), value) for name, value in facts.items())
    sample = say("sample") if invitation.profile.sample else None
    return Title(say(sheet["title"]), say(sheet["subtitle"]), shown, sample, language)


def _paragraph(said: Item) -> Paragraph:
    return Paragraph(said.text, said.language)


def _blocks(
    templates: Templates, invitation: Invitation, sheet: Keys, running: Callable[[str], Item]
) -> Iterator[Block]:
    planned = _planned(invitation.plan)
    for part, content in sheet.items():
        if isinstance(content, str):  # title and subtitle
            continue
        yield Heading(1, running(content["heading"]).text)
        if "text" in content:
            yield _paragraph(running(content["text"]))
        points = {name: key for name, key in content.get("points", {}).items() if planned.get(name, True)}
        if points:
            items = [(name, running(key)) for name, key in points.items()]
            if invitation.reading == "easy_read":
                items = [(name, replace(one, drawing=_drawing(templates, f"{part}.{name}"))) for name, one in items]
            yield BulletList(tuple(one for _, one in items))


def _drawing(templates: Templates, line: str) -> Drawing | None:
    """The symbol beside a line, with its word; None where none is named."""
    name = templates.beside.get(line, "")
    return _draw(templates, (name,)) if name in templates.symbols else None


def _draw(templates: Templates, names: Iterable[str]) -> Drawing:
    """Symbols, one below the other, each with its word."""
    welsh = templates.wording.language == "cy"
    found = [templates.symbols[name] for name in names]
    symbols = [(one.path, (one.word.cy if welsh else None) or one.word.en) for one in found]
    drawn = [
        _SYMBOL.format(top=_SYMBOL_HEIGHT * place, path=path, word=escape(word))
        for place, (path, word) in enumerate(symbols)
    ]
    svg = _SVG.format(height=_SYMBOL_HEIGHT * len(drawn), symbols="".join(drawn))
    return Drawing(svg, ", ".join(word for _, word in symbols))


def _planned(plan: InterviewPlan | ObservationPlan) -> dict[str, bool]:
    """Which of the points that depend on the plan stand in the sheet."""
    interview = plan if isinstance(plan, InterviewPlan) else None
    remote = interview is not None and interview.mode == "remote"
    return {
        "remote": remote,
        "in_person": not remote,
        "group": interview is not None and len(interview.respondents) > 1,
        "interpreter": plan.interpreter,
        "supporter": interview is not None or plan.supporter,
    }


def _language(templates: Templates, key: str = "") -> Language:
    """That of the sheet, or of one sentence of it: English where it has not been translated."""
    return "cy" if templates.wording.language == "cy" and templates.wording.is_translated(key) else "en"
