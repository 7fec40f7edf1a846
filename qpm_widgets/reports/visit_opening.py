"""The opening of a site visit report: what was looked at, who was met, what could and could not be seen."""

from __future__ import annotations

from collections.abc import Iterator

from qpm_widgets.evidence.disclosure import ERASED, LOST_GROUND, POOL, SMALL_GROUP, UNSETTLED, WAYS, people_by_way
from qpm_widgets.evidence.people import met_rows
from qpm_widgets.reports.blocks import Block, BulletList, Column, Heading, Item, Note, Paragraph, Table, Title
from qpm_widgets.reports.visit_content import OUTSIDE_VISITS, Content
from qpm_widgets.reports.visit_words import capital


def title(content: Content) -> Iterator[Block]:
    """The title and the facts about the document."""
    say, profile, plan = content.words.say, content.record.profile, content.visit.plan
    names = {assessor.id: assessor.name for assessor in profile.assessors}
    lead = names.get(plan.lead, say("scope.no_profile"))
    others = [names[code] for code in plan.assessors if code != plan.lead and code in names]
    facts = (
        (say("facts.provider"), profile.provider),
        (say("facts.visit"), plan.title),
        (say("facts.dates"), content.words.dates(plan.starts, plan.ends)),
        (say("facts.places"), "; ".join(site.name for site in plan.sites) if _anybody(content) else ""),
        (say("facts.assessors"), "; ".join([lead, *others])),
        (say("facts.standards"), content.templates.standards.title),
        (say("facts.edition"), say(f"edition.{content.edition}")),
    )
    sample = say("sample", provider=profile.provider) if profile.sample else None
    shown = tuple((name, value) for name, value in facts if value)
    yield Title(say("title"), profile.provider, shown, sample, language="en")


def _anybody(content: Content) -> bool:
    """Whether the visit has met or watched anybody yet."""
    return any(meeting.held.was_held for meeting in content.record.meetings)


def scope(content: Content) -> Iterator[Block]:
    """What the visit was for and what it covered."""
    words, profile, plan = content.words, content.record.profile, content.visit.plan
    say, templates = words.say, content.templates
    yield Heading(1, say("scope.heading"))
    yield Paragraph(
        say(
            "scope.purpose",
            scheme=templates.scheme.name,
            provider=profile.provider,
            dates=words.dates(plan.starts, plan.ends),
            standards=words.number(len(templates.standards.standards)),
        )
    )
    if _anybody(content):
        yield Paragraph(say("scope.thanks"))
    nations = [templates.jurisdictions[nation] for nation in profile.jurisdictions]
    roles = {role.id: role.name for nation in nations for role in nation.roles}
    lists = (
        ("areas", "; ".join(area.name for area in profile.areas)),
        ("nations", words.join(nation.name for nation in nations)),
        ("roles", "; ".join(roles[role] for role in profile.advocacy_roles if role in roles)),
        ("teams", "; ".join(team.name for team in profile.teams)),
    )
    items = tuple(Item(say(f"scope.{key}", names=names)) for key, names in lists if names)
    if items:
        yield Paragraph(say("scope.covers"))
        yield BulletList(items)
    yield Note("info", say("scope.provisional"))


def glance(content: Content) -> Iterator[Block]:
    """How many indicators of each standard were given each rating."""
    say, edition = content.words.say, content.templates.standards
    if not any(row["level"] for row in content.ratings):
        return
    yield Heading(1, say("glance.heading"))
    yield Paragraph(say("glance.intro"))
    levels = [level.id for level in edition.rating_scale]
    labels = [level.label for level in edition.rating_scale]
    rows = []
    for standard in edition.standards:
        given = [shown_level(row) for row in content.ratings if row["standard"] == standard.id]
        counts = [given.count(level) for level in levels]
        counts.append(len(given) - sum(counts))
        rows.append((standard.name, *(str(count) if count else "–" for count in counts)))
    columns = [Column(say("glance.standard"))]
    columns += [Column(label, "right") for label in (*labels, say("glance.unrated"))]
    if all(row[-1] == "–" for row in rows):
        columns, rows = columns[:-1], [row[:-1] for row in rows]
    yield Table(say("glance.caption"), tuple(columns), tuple(rows))


def shown_level(row: dict[str, object]) -> str:
    """The rating that an edition shows: none where it rests on nothing any more or is not settled."""
    return "" if row["refused"] in {LOST_GROUND, UNSETTLED, ERASED} else str(row["level"])


def met(content: Content) -> Iterator[Block]:
    """Who was met, in general terms, and how."""
    words, rows = content.words, list(met_rows(content.record))
    say = words.say
    yield Heading(1, say("met.heading"))
    if all(row["people"] == 0 for row in rows):
        yield Paragraph(say("met.nobody_met"))
    else:
        yield Paragraph(say("met.intro", number=words.number(SMALL_GROUP)))
        table = []
        for row in rows:
            label = say("met.pool") if row["group"] == POOL else row["label"]
            count = words.fewer() if row["suppressed"] else str(row["people"] or say("met.nobody"))
            table.append((capital(label), count))
        columns = (Column(say("met.who")), Column(say("met.how_many"), "right"))
        yield Table(say("met.caption"), columns, tuple(table))
        ways = words.either(say(f"met.ways.{way}") for way in _ways(content))
        if ways:
            yield Paragraph(say("met.ways_used", ways=ways))
        yield Paragraph(say("met.choice"))
    looked = [one.source for one in content.record.meetings if one.interview is None and one.held.was_held]
    read = sum(source in OUTSIDE_VISITS for source in looked)
    for key, times in (("met.observed", len(looked) - read), ("met.read", read)):
        if times:
            many = say("met.occasion_many", number=words.number(times))
            yield Paragraph(say(key, count=say("met.occasion_one") if times == 1 else many))


def _ways(content: Content) -> list[str]:
    """The ways in which people were met; for the provider only those that enough of them shared."""
    people: dict[str, set[str]] = {}
    for (_, way), codes in people_by_way(content.record).items():
        people.setdefault(way, set()).update(codes)
    least = 1 if content.lead else SMALL_GROUP
    return [way for way in WAYS if len(people.get(way, ())) >= least]


def seen(content: Content) -> Iterator[Block]:
    """What the visit could and could not see."""
    words = content.words
    say = words.say
    heard = [row for row in content.coverage if row["pieces"]]
    total = len(content.coverage)
    yield Heading(1, say("seen.heading"))
    if heard:
        two = sum(len(content.kinds(row)) > 1 for row in heard)
        key = "seen.could_lead" if content.lead else "seen.could"
        yield Paragraph(say(key, total=total, heard=len(heard), two=two))
    else:
        yield Paragraph(say("seen.nothing", total=total))
    yield Paragraph(say("seen.could_not_spot" if content.spot_checked else "seen.could_not"))
    items = [Item(text) for text in _gaps(content)]
    if items:
        yield BulletList(tuple(items))


def _gaps(content: Content) -> Iterator[str]:
    say = content.words.say
    silent = [row["indicator"] for row in content.coverage if not row["pieces"]]
    if 0 < len(silent) < len(content.coverage):
        yield say("seen.silent", indicators=content.words.indicators(silent))
    kinds = {row.kind for row in content.missing_people if row.known}
    if "manager" in kinds:
        yield say("seen.managers")
    if "area" in kinds:
        yield say("seen.areas")
    if kinds & {"team", "manager_advocates"}:
        yield say("seen.advocates")
    if "senior_leaders" in kinds:
        yield say("seen.leaders")
    if "board" in kinds:
        yield say("seen.board")
    states = {meeting.held.state for meeting in content.record.meetings if meeting.interview}
    for state in ("stopped", "open"):
        if state in states:
            yield say(f"seen.{state}")
    if any(meeting.held.state == "planned" and not meeting.held.was_held for meeting in content.record.meetings):
        yield say("seen.planned")
