"""The site visit report's sections on small journals, without a kernel: what they say, and what they do not."""

from __future__ import annotations

import json
from collections.abc import Iterable

import pytest
from evidence_journals import ASSESSMENT, PLAN, VISIT, SmallJournal

from qpm_widgets.errors import QpmError
from qpm_widgets.journal import Kit
from qpm_widgets.journal.withdrawing import Withdrawal
from qpm_widgets.reports.blocks import Account, Block, BulletList, Figure, Heading, Note, Paragraph, Quote, Table, Title
from qpm_widgets.reports.completeness import check_complete
from qpm_widgets.reports.document import Document
from qpm_widgets.reports.docx_writer import write_docx
from qpm_widgets.reports.html_writer import write_html
from qpm_widgets.reports.pdf_writer import write_pdf
from qpm_widgets.reports.visit_report import open_visit_report
from qpm_widgets.templates import Templates
from qpm_widgets.visits import plan_visit

EDITIONS = ["provider", "lead"]


@pytest.fixture
def small(kit: Kit) -> SmallJournal:
    return SmallJournal(kit.journal)


@pytest.fixture
def read(kit: Kit, templates: Templates):
    """Gives an edition of the small journal's report as a document, checked to be complete."""

    def document(edition: str, visit: str = VISIT) -> Document:
        report = open_visit_report(ASSESSMENT, visit, edition, kit=kit, templates=templates)
        shown = [one for section in report.sections() for one in section]
        blocks = [one for one in shown if isinstance(one, Block)]
        [account] = [one for one in shown if isinstance(one, Account)]
        title = blocks[0]
        assert isinstance(title, Title)
        made = Document(title, tuple(blocks[1:]), account)
        check_complete(made)
        return made

    return document


def words_of(blocks: Iterable[Block]) -> str:
    return "\n".join(json.dumps(block.to_json(), ensure_ascii=False) for block in blocks)


def between(document: Document, heading: str, level: int = 2) -> list[Block]:
    """The blocks below a heading, up to the next of its level."""
    places = [at for at, one in enumerate(document.blocks) if isinstance(one, Heading) and one.level <= level]
    start = next(at for at in places if document.blocks[at].text == heading)
    end = next((at for at in places if at > start), len(document.blocks))
    return list(document.blocks[start + 1 : end])


def only(kind: type, blocks: Iterable[Block]) -> list:
    return [block for block in blocks if isinstance(block, kind)]


# --- the empty visit ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("edition", EDITIONS)
def test_an_empty_visit_says_that_it_is_empty_in_every_format(edition, small, read, templates) -> None:
    document = read(edition)
    said = words_of(document.blocks)
    assert "Nothing in this report is evidence about the service." in said
    assert "Nobody has been interviewed on this visit so far." in said
    assert document.account == Account((), (), ())
    words, design = templates.wording.section("report_writers"), templates.folder / "report"
    assert "<html" in write_html(document, words, design)
    assert write_docx(document, words, design).startswith(b"PK")
    assert write_pdf(document, words, design).startswith(b"%PDF")


@pytest.mark.parametrize("edition", EDITIONS)
def test_a_visit_whose_only_interview_was_withdrawn_is_empty_too(edition, small, read) -> None:
    small.interview("P1", "ps1")
    cited = small.note("P1", "P-CP-1", "gone with its consent")
    small.find("F1", "clarity_of_purpose", "Rests on what is gone.", cited)
    small.rate("CP1", "met", "Rests on what is gone, too.", cited)
    small.consent("P1", "notes", "ps1", "withdrawn")
    said = words_of(read(edition).blocks)
    assert "is gone" not in said and "gone with" not in said
    assert "Nothing in this report is evidence about the service." in said
    assert "What it rested on may no longer be used." in said


@pytest.mark.parametrize("edition", EDITIONS)
def test_a_planned_interview_is_nobody_met(edition, small, read) -> None:
    plan = {
        "visit": VISIT, "guide": "advocacy_manager", "role": "advocacy_manager", "nation": "england",
        "planned_at": "2026-05-12T10:00:00+01:00", "minutes": 60, "assessor": "AS1",
    }  # fmt: skip
    small.write("interview:M1", "plan", plan | {"respondents": ["mg1"]})
    small.write("interview:M2", "plan", plan | {"respondents": ["mg2"]})
    document = read(edition)
    said = words_of([document.title, *document.blocks])
    assert "We have not yet met every manager." in said
    assert "had not taken place when this report was made" in said
    assert "Thank you to everyone" not in said and "Harbour House" not in said

    for name, code in (("M1", "mg1"), ("M2", "mg2")):
        small.write(f"interview:{name}", "state", {"state": "finished", "reason": ""})
        small.consent(name, "talk", code, "given")
    document = read(edition)
    said = words_of([document.title, *document.blocks])
    assert "We have not yet met every manager." not in said
    assert "had not taken place" not in said
    assert "Thank you to everyone" in said and "Harbour House" in said


@pytest.mark.parametrize("edition", EDITIONS)
def test_a_rating_beyond_what_the_scale_asks_for_says_so(edition, small, read) -> None:
    small.interview("P1", "ps1")
    cited = small.note("P1", "P-CP-1", "She comes when she says.")
    small.mark("P1", "P-CP-1", "CP1", "supports")
    small.rate("CP1", "met", "One person said so.", cited)
    assert "This is less than the scale asks for this rating." in words_of(read(edition).blocks)
    small.rate("CP1", "partly", "One person said so.", cited)
    assert "less than the scale asks" not in words_of(read(edition).blocks)


# --- what an edition is ---------------------------------------------------------------------------------------------


def test_an_unknown_edition_visit_or_assessment_is_one_clear_error(small, kit, templates) -> None:
    for arguments, code in (
        ((ASSESSMENT, VISIT, "commissioner"), "REPORT-001"),
        ((ASSESSMENT, "", "lead"), "REPORT-001"),
        ((ASSESSMENT, "V7", "lead"), "PLAN-001"),
        (("nowhere", VISIT, "lead"), "PLAN-003"),
    ):
        with pytest.raises(QpmError) as caught:
            open_visit_report(*arguments, kit=kit, templates=templates)
        assert caught.value.code == code


def test_sample_material_says_so_and_other_material_does_not(kit, read) -> None:
    SmallJournal(kit.journal)
    assert read("provider").title.sample is None
    SmallJournal(kit.journal, sample=True)
    assert "Invented example" in str(read("provider").title.sample)


@pytest.mark.parametrize(
    ("starts", "ends", "said"),
    [
        ("2026-05-12", "2026-05-12", "12 May 2026"),
        ("2026-05-12", "2026-05-13", "12 and 13 May 2026"),
        ("2026-05-12", "2026-05-15", "12 to 15 May 2026"),
        ("2026-05-30", "2026-06-02", "30 May to 2 June 2026"),
        ("2026-12-31", "2027-01-01", "31 December 2026 to 1 January 2027"),
    ],
)
def test_dates_are_put_in_words(starts, ends, said, small, read) -> None:
    plan_visit(small.journal, ASSESSMENT, VISIT, PLAN | {"starts": starts, "ends": ends})
    assert ("When", said) in read("provider").title.facts


# --- statements and their evidence ----------------------------------------------------------------------------------


def test_each_statement_of_the_lead_edition_leads_to_a_row_of_evidence(small, read) -> None:
    small.interview("A1", "adv1")
    small.interview("P2", "ps2")
    small.observation("O1")
    note = small.note("A1", "A-CP-1", "what she says")
    quote = small.quote("P2", "P-CP-1", "what he says", "ps2")
    mark = small.mark("A1", "A-CP-1", "CP1", "supports")
    alone = small.mark("P2", "P-CP-2", "CP2", "contradicts")
    seen = small.seen("O1", "O-IN-1", "description", "what was seen")
    small.find("F1", "clarity_of_purpose", "All say it alike.", note, quote, mark)
    small.find("F2", "clarity_of_purpose", "Aims are loose.", alone, kind="area_to_develop")
    small.rate("IN6", "partly", "A shared door.", seen)
    document = read("lead")
    assert document.cited() == {
        "A1.A-CP-1.note", "P2.P-CP-1.quote.1", "P2.P-CP-2.evidence.CP2", "O1.O-IN-1.description",
        "V1.finding.F1", "V1.finding.F2", "V1.rating.IN6",
    }  # fmt: skip
    assert document.cited() <= set(document.targets)
    [finding] = [one for one in only(Paragraph, document.blocks) if one.text == "All say it alike."]
    # Its own id comes first; the mark stands in the note's row.
    assert finding.evidence == ("V1.finding.F1", "A1.A-CP-1.note", "P2.P-CP-1.quote.1")
    rows = {row[0]: row for table in only(Table, document.blocks) if table.row_anchors for row in table.rows}
    assert (
        rows["A1.A-CP-1.note"][1] == f"what she says\nBears on CP1: supports (direct experience).\nJournal entry {note}"
    )
    assert (
        rows["P2.P-CP-1.quote.1"][1] == f"“what he says”\nWord for word; the person themselves.\nJournal entry {quote}"
    )
    only_mark = rows["P2.P-CP-2.evidence.CP2"][1]
    assert only_mark.startswith("Only a mark was made.\nBears on CP2: contradicts (direct experience).\n")
    assert rows["O1.O-IN-1.description"][1].startswith("What I saw and heard: what was seen\n")


def test_every_text_is_accounted_for_in_both_editions(small, read) -> None:
    small.interview("A1", "adv1")
    small.interview("P2", "ps2", quotes="declined")
    cited = small.note("A1", "A-CP-1", "cited")
    small.note("A1", "A-CP-2", "not cited")
    small.quote("A1", "A-CP-1", "shown", "adv1")
    small.quote("P2", "P-CP-1", "refused", "ps2")
    small.find("F1", "clarity_of_purpose", "A finding.", cited)
    lead, provider = read("lead").account, read("provider").account
    assert lead is not None and provider is not None
    assert set(lead.used) == {"A1.A-CP-1.note", "A1.A-CP-2.note", "A1.A-CP-1.quote.1"}
    assert lead.left_out == ("P2.P-CP-1.quote.1",)
    assert (len(provider.finished), len(provider.used), len(provider.left_out)) == (4, 2, 2)
    assert not {*provider.finished} & {*lead.finished}


def test_two_versions_of_a_text_have_two_rows_and_one_anchor(small, read) -> None:
    small.interview("A1", "adv1")
    small.note("A1", "A-CP-1", "here")
    small.note("A1", "A-CP-1", "there", replace=False)
    document = read("lead")
    [table] = [one for one in only(Table, document.blocks) if one.row_anchors]
    assert [row[1].splitlines()[0] for row in table.rows] == ["here", "there"]
    assert all("two versions" in row[1] for row in table.rows)
    assert list(document.targets) == ["A1.A-CP-1.note"]


def test_each_finding_and_rating_of_the_lead_edition_leads_to_its_own_entry(small, read) -> None:
    small.interview("A1", "adv1")
    cited = small.note("A1", "A-CP-1", "words")
    finding = small.find("F1", "clarity_of_purpose", "All say it alike.", cited)
    develop = small.find("G1", "independence", "Aims are loose.", cited, kind="area_to_develop")
    sides = [small.rate("CP1", "strong", text, cited, replace=False) for text in ("one", "other")]
    bare = small.rate("CP2", "not_seen", "Nobody was asked.")
    document = read("lead")
    findings, ratings = only(Table, between(document, "Appendix C: findings and ratings", 1))
    assert findings.rows == (("V1.finding.F1", "AS1", finding), ("V1.finding.G1", "AS1", develop))
    assert ratings.rows == (*(("V1.rating.CP1", "AS1", one) for one in sides), ("V1.rating.CP2", "AS1", bare))
    assert set(document.cited()) >= {row[0] for row in (*findings.rows, *ratings.rows)}
    assert document.cited() <= set(document.targets)
    provider = read("provider")
    assert not provider.cited() and "V1." not in words_of(provider.blocks)
    assert not [one for one in (finding, develop, *sides, bare) if one in words_of(provider.blocks)]


def test_what_the_assessors_have_not_settled_waits(small, read) -> None:
    small.interview("A1", "adv1")
    cited = small.note("A1", "A-CP-1", "words")
    small.find("F1", "clarity_of_purpose", "Clear throughout.", cited)
    small.find("F1", "clarity_of_purpose", "Clear in one team.", cited, replace=False)
    small.rate("CP1", "strong", "one", cited)
    small.rate("CP1", "partly", "other", cited, replace=False)
    provider, lead = words_of(read("provider").blocks), words_of(read("lead").blocks)
    assert "Clear throughout." not in provider and "Clear in one team." not in provider
    assert "Not settled yet between the assessors" in provider
    assert "Clear throughout. Recorded in two versions; both are shown." in lead and "Clear in one team." in lead


def test_a_rating_without_evidence_left_is_no_rating(small, read) -> None:
    small.interview("P1", "ps1")
    small.interview("A2", "adv1")
    gone, kept = small.note("P1", "P-CP-1", "gone"), small.note("A2", "A-CP-1", "kept")
    small.rate("CP1", "strong", "Rests on one.", gone)
    small.rate("CP2", "met", "Rests on two.", gone, kept)
    small.consent("P1", "notes", "ps1", "withdrawn")
    lead = between(read("lead"), "1. Clarity of purpose")
    [table] = only(Table, lead)
    ratings = {row[0][:3]: row[1] for row in table.rows}
    assert (ratings["CP1"], ratings["CP2"]) == ("Not rated. What it rested on may no longer be used.", "Met")
    [evidence] = [item.text for block in only(BulletList, lead) for item in block.items]
    assert evidence.startswith("One cited entry may no longer be used")


@pytest.mark.parametrize("edition", EDITIONS)
def test_what_cites_erased_words_is_not_printed_until_it_was_read_again(edition, small, read) -> None:
    small.interview("P1", "ps1")
    small.interview("A2", "adv1")
    gone, kept = small.note("P1", "P-CP-1", "She waited in the drizzle."), small.note("A2", "A-CP-1", "kept")
    marked = small.mark("P1", "P-CP-2", "CP3", "supports")
    small.find("F1", "clarity_of_purpose", "One waited in the drizzle.", gone, kept)
    small.rate("CP1", "strong", "Drizzle and all.", gone)
    small.rate("CP2", "met", "The drizzle again.", gone, kept)
    small.rate("CP3", "met", "A mark says nothing that could be repeated.", marked, kept)
    small.journal.erase(Withdrawal(small.assessment, "P1"))
    document = read(edition)
    assert "drizzle" not in words_of(document.blocks).lower()
    table = next(one for one in only(Table, between(document, "1. Clarity of purpose")) if "ratings" in one.caption)
    ratings = {row[0][:3]: row[1:3] for row in table.rows}
    assert ratings["CP1"][0] == "Not rated. What it rested on may no longer be used."
    assert ratings["CP2"] == ("Met", "The reason is not printed, to protect someone who took part.")
    assert ratings["CP3"] == ("Met", "A mark says nothing that could be repeated.")
    assert "Conclusions that cite erased words, until an assessor has read them again." in words_of(document.blocks)
    if edition == "lead":
        assert "Read it on the debrief page" in words_of(document.blocks)
    small.find("F1", "clarity_of_purpose", "One waited.", kept)
    assert "One waited." in words_of(read(edition).blocks)


# --- sections -------------------------------------------------------------------------------------------------------


def test_a_quote_stands_beside_the_finding_that_cites_it(small, read) -> None:
    small.interview("P1", "ps1")
    small.interview("A2", "adv1")
    cited = small.quote("P1", "P-IN-1", "My side.", "ps1")
    small.quote("A2", "A-CP-1", "I start with what I am not.", "adv1")
    small.quote("P1", "P-CP-1", "Helps me speak.", "ps1")
    small.quote("P1", "P-END-1", "Keep the cards.", "ps1")
    small.find("F1", "clarity_of_purpose", "People are sure.", cited)
    document = read("provider")
    section = between(document, "1. Clarity of purpose")
    at = next(place for place, block in enumerate(section) if getattr(block, "text", "") == "People are sure.")
    assert isinstance(section[at + 1], Quote) and section[at + 1].text == "My side."
    # Then those that no finding cites, people supported first; and what has no standard at the close.
    assert [quote.text for quote in only(Quote, section)] == [
        "My side.", "Helps me speak.", "I start with what I am not.",
    ]  # fmt: skip
    close = between(document, "What people would keep, and what they would change", level=1)
    assert [quote.text for quote in only(Quote, close)] == ["Keep the cards."]


def test_both_sides_of_a_contradiction_are_kept_with_how_it_was_weighed(small, read) -> None:
    for name in ("A1", "P2", "P3"):
        small.interview(name)
    cited = small.note("P2", "P-CO-1", "never heard of it")
    small.mark("A1", "A-CO-1", "CO1", "supports")
    small.mark("P2", "P-CO-1", "CO1", "contradicts")
    small.rate("CO1", "partly", "We believe both.", cited)
    section = between(read("provider"), "3. Confidentiality")
    sides = [item.text for block in only(BulletList, section) for item in block.items]
    assert sides == [
        "This holds according to advocates.",
        "This does not hold according to people supported.",
    ]
    assert "How we weighed it: We believe both." in [one.text for one in only(Paragraph, section)]
    small.mark("P3", "P-CO-1", "CO1", "supports")
    section = between(read("lead"), "3. Confidentiality")
    items = [item for block in only(BulletList, section) for item in block.items]
    assert [item.text for item in items[:2]] == [
        "This holds according to advocates.", "The picture is mixed according to people supported.",
    ]  # fmt: skip
    assert items[1].evidence == ("P2.P-CO-1.note", "P3.P-CO-1.evidence.CO1")


def test_two_of_one_kind_who_differ_are_told_of_without_a_side_between_kinds(small, read) -> None:
    for name in ("P1", "P2"):
        small.interview(name)
    small.mark("P1", "P-CO-1", "CO1", "supports")
    small.mark("P2", "P-CO-1", "CO1", "contradicts")
    section = between(read("provider"), "3. Confidentiality")
    assert "Where accounts differ" in [block.text for block in only(Heading, section)]
    [side] = [item.text for block in only(BulletList, section) for item in block.items]
    assert side == "There are examples on both sides from people supported."


def test_good_practice_and_areas_to_develop_are_collected_by_standard(small, read) -> None:
    small.interview("A1", "adv1")
    cited = small.note("A1", "A-CP-1", "words")
    quote = small.quote("A1", "A-CP-1", "Three cards on a ring.", "adv1")
    small.find("F1", "independence", "Own front door.", cited, kind="good_practice")
    small.find("F2", "clarity_of_purpose", "Three cards.", quote, kind="good_practice")
    small.find("F3", "clarity_of_purpose", "Write down the aims.", cited, kind="area_to_develop")
    document = read("provider")
    practice = between(document, "Good practice", level=1)
    assert [block.text for block in only(Heading, practice)] == ["Clarity of purpose", "Independence"]
    assert [item.text for block in only(BulletList, practice) for item in block.items] == [
        "Three cards.", "Own front door.",
    ]  # fmt: skip
    assert [block.text for block in only(Quote, practice)] == ["Three cards on a ring."]
    develop = between(document, "Areas to develop", level=1)
    assert [item.text for block in only(BulletList, develop) for item in block.items] == ["Write down the aims."]


def test_the_picture_has_words_and_a_table_that_say_the_same(small, read) -> None:
    small.interview("A1", "adv1")
    small.mark("A1", "A-CP-1", "CP1", "supports")
    small.mark("A1", "A-CP-3", "CP4", "supports")
    document = read("provider")
    [figure] = only(Figure, document.blocks)
    assert "Advocates: heard on 2," in figure.alt
    table = next(one for one in only(Table, document.blocks) if one.caption.startswith("On how many indicators"))
    heads = [column.label for column in table.columns]
    assert table.rows[0][heads.index("Advocates")] == "2 of 6"
    assert figure.svg.count('r="5.6" fill="#0b5c73"') == 3  # two, and the one in the key
    assert "C" not in heads and "Files" not in heads


def test_limits_tell_of_unfinished_and_silent_parts(small, read) -> None:
    small.interview("P1", "ps1")
    small.interview("P2", "ps2", language="cy")
    small.write("interview:P1", "state", {"state": "stopped", "reason": "tired"})
    small.write("interview:P2", "state", {"state": "open", "reason": ""})
    small.quote("P2", "P-CP-1", "Da iawn.", "ps2", language="cy", translation="Very good.")
    small.mark("P1", "P-CP-1", "CP1", "supports")
    small.missing("P1", "P-CP-2", "declined")
    document = read("provider")
    said = words_of(document.blocks)
    for sentence in (
        "Some conversations ended sooner than planned",
        "Some conversations were still under way",
        "Only one kind of source was heard on CP1.",
        "Some questions were passed over",
        "it stands in English only",
        "We have not yet met every manager.",
        "Few people were met in some roles.",
    ):
        assert sentence in said
    assert "tired" not in said
    assert [one.kind for one in only(Note, document.blocks)] == ["info", "info"]


def test_numbers_too_small_are_not_given_away_anywhere(small, read) -> None:
    small.interview("P1", "ps1")
    small.interview("T2", "tr1")
    table = next(
        one for one in only(Table, read("provider").blocks) if one.caption == "People who spoke with the assessors"
    )
    counts = dict(table.rows)
    assert counts["People supported"] == "fewer than three"
    assert (
        counts["Managers, trustees, commissioners and others who lead or work alongside the service"]
        == "fewer than three"
    )
    assert "Trustees" not in counts
