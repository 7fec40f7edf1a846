"""The site visit report of the sample, rendered for real in both editions: what it holds, and what it must not."""

from __future__ import annotations

import ast
import io
import json
import re
import sys
import zipfile
from dataclasses import dataclass
from html import unescape
from pathlib import Path

import nbformat
import pikepdf
import pytest

from qpm_widgets.errors import QpmError
from qpm_widgets.evidence import findings_table, left_out_table, quotes_table
from qpm_widgets.journal import Entry, Kit
from qpm_widgets.reports import render_report
from qpm_widgets.reports.blocks import ACCOUNT_MIME, BLOCK_MIME, BulletList, Paragraph, Quote, Table
from qpm_widgets.reports.document import Document, read_document
from qpm_widgets.reports.visit_report import VisitReport, open_visit_report
from qpm_widgets.visits import Interview, iter_interviews, iter_observations, load_profile

sys.path.append(str(Path(__file__).parents[1] / "unit"))  # how PDFs are read back is shared with the writers' tests
from pdf_reading import read_text

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "visit_report.ipynb"
CANARY = "heronsgate"
EDITIONS = ("provider", "lead")
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")


@dataclass(frozen=True)
class Edition:
    """One rendered edition: its blocks, and the text of each of its files."""

    document: Document
    texts: dict[str, str]
    pages: int
    notices: int  # how often the PDF says that the sample is invented


@pytest.fixture(scope="module")
def editions(lantern: Kit, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Edition]:
    outputs = tmp_path_factory.mktemp("outputs")
    found = {}
    for edition in EDITIONS:
        parameters = {"assessment_id": "lantern", "visit_id": "V1", "edition": edition}
        rendered = render_report(lantern, NOTEBOOK, parameters, outputs=outputs)
        notebook = (rendered.folder / "report.ipynb").read_text(encoding="utf-8")
        html = rendered.files["html"].read_text(encoding="utf-8")
        document = read_document(nbformat.reads(notebook, as_version=4))
        with pikepdf.open(rendered.files["pdf"]) as pdf:
            pages, paged = len(pdf.pages), f"{read_text(pdf)} {pdf.docinfo}"
        texts = {
            "ipynb": re.sub(r"base64,[\w+/=]+", "", notebook),  # drawings; their words are in the blocks as well
            "html": unescape(re.sub(r"<style.*?</style>", "", html, flags=re.DOTALL)),
            "docx": read_docx(rendered.files["docx"].read_bytes()),
            "pdf": without_margins(paged, str(document.title.sample)),
        }
        found[edition] = Edition(document, texts, pages, paged.count(str(document.title.sample)))
    return found


def read_docx(content: bytes) -> str:
    """The words of every part of a Word file, headers and properties among them."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        parts = [package.read(name).decode() for name in package.namelist() if name.endswith((".xml", ".rels"))]
    marked = re.sub(r"</w:p>|<w:br/>", " ", " ".join(parts))
    return unescape(re.sub(r"<[^>]+>", "", marked))


def without_margins(text: str, notice: str) -> str:
    """The text of a PDF as it flows from page to page: what stands in the margins would part sentences."""
    return squeeze(re.sub(r"Site visit report – Lantern Advocacy\s+Page \d+ of \d+", " ", text.replace(notice, " ")))


def squeeze(text: str) -> str:
    return " ".join(text.split())


@pytest.fixture(scope="module")
def report(lantern: Kit, templates) -> dict[str, VisitReport]:
    return {one: open_visit_report("lantern", "V1", one, kit=lantern, templates=templates) for one in EDITIONS}


# --- what must not be there -----------------------------------------------------------------------------------------


def answers(kit: Kit) -> list[Entry]:
    return kit.journal.current("lantern", field_prefix="answer:")


def codes_of(kit: Kit) -> set[str]:
    """Every code that stands for a person, met or not, or for a meeting."""
    profile = load_profile(kit.journal, "lantern")
    meetings = [*iter_interviews(kit.journal, "lantern"), *iter_observations(kit.journal, "lantern")]
    people = {one.id for one in (*profile.managers, *profile.advocates, *profile.assessors)}
    assessors = {one.plan.assessor for one in meetings}
    respondents = {code for one in meetings if isinstance(one, Interview) for code in one.plan.respondents}
    assert {"MG2", "AD14"} <= people - respondents, "some of the profile's people are met by nobody"
    return people | assessors | respondents | {one.id for one in meetings}


@pytest.mark.parametrize("form", ["ipynb", "html", "docx", "pdf"])
def test_the_provider_reads_no_id_no_code_and_no_note(form, editions, lantern) -> None:
    text = squeeze(editions["provider"].texts[form])
    assert "Lantern Advocacy" in text
    codes = codes_of(lantern)
    assert {"A3", "O1", "PS4", "AD01", "MG1", "AS1"} <= codes
    evidence = {f"{one.subject.partition(':')[2]}.{one.field.removeprefix('answer:')}" for one in answers(lantern)}
    assert len(evidence) > 300
    listed = "|".join(re.escape(one) for one in sorted(codes | evidence, key=len, reverse=True))
    assert re.findall(rf"(?<!\w)(?:{listed})(?!\w)", text) == []
    assert not UUID.findall(text)
    assert not re.findall(r"V1\.(?:finding|rating)", text)
    notes = [one.payload["text"] for one in answers(lantern) if ".quote." not in one.field and "text" in one.payload]
    assert len(notes) > 200
    assert not [note for note in notes if len(note) > 25 and squeeze(note) in text]


@pytest.mark.parametrize("form", ["ipynb", "html", "docx", "pdf"])
@pytest.mark.parametrize("edition", EDITIONS)
def test_no_edition_holds_a_refused_quote_or_a_safeguarding_line(edition, form, editions, lantern, templates) -> None:
    text = squeeze(editions[edition].texts[form])
    assert CANARY not in text.casefold()
    assert any(entry.field == "safeguarding" for entry in lantern.journal.iter_entries("lantern"))
    quotes = quotes_table(lantern.journal, templates, "lantern", "V1")
    refused = lantern.journal.find_entries(list(quotes[~quotes.may_be_used].entry_id))
    assert len(refused) >= 2
    for entry in refused.values():
        assert squeeze(entry.payload["text"]) not in text


def test_the_notebook_keeps_blocks_and_nothing_else(editions) -> None:
    for edition in EDITIONS:
        for cell in json.loads(editions[edition].texts["ipynb"])["cells"]:
            for output in cell.get("outputs", ()):
                assert output["output_type"] == "display_data"
                assert {BLOCK_MIME, ACCOUNT_MIME} & output["data"].keys()


# --- what must be there ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("edition", EDITIONS)
def test_every_quote_that_may_be_shown_is_in_every_document(edition, editions, lantern, templates) -> None:
    quotes = quotes_table(lantern.journal, templates, "lantern", "V1")
    shown = quotes[quotes.may_be_used & (quotes.grade != "paraphrase")]
    assert set(shown.speaker) >= {"respondent", "supporter"} and set(shown.language) == {"en", "cy"}
    if edition == "provider":  # few were met in Welsh or with a supporter: see the tests of disclosure control
        left_out = left_out_table(lantern.journal, templates, "lantern", "V1")
        traced = set(left_out[left_out.reason == "small_group"].evidence_id)
        assert traced == set(shown[shown.speaker != "respondent"].evidence_id)
        shown = shown[~shown.evidence_id.isin(traced)]
    for form in ("html", "docx", "pdf"):
        text = squeeze(editions[edition].texts[form])
        welsh = shown.language == "cy"
        missing = [row.evidence_id for row in shown[~welsh].itertuples() if squeeze(row.text) not in text]
        missing += [row.evidence_id for row in shown[welsh].itertuples() if squeeze(row.translation) not in text]
        assert not missing
        for row in shown[welsh].itertuples():
            assert (squeeze(row.text) in text) == (edition == "lead")


def test_the_provider_s_numbers_of_kinds_are_those_of_its_table_and_ratings(editions) -> None:
    blocks = editions["provider"].document.blocks
    tables = [block for block in blocks if isinstance(block, Table)]
    ratings = [row for table in tables if table.caption.endswith("ratings, reasons and evidence") for row in table.rows]
    kinds = ("people supported", "advocates", "family and carers", "people who lead", "our own observation")
    heard = [sum(kind in row[-1] for kind in kinds) for row in ratings]
    counted = next(table for table in tables if table.caption.startswith("On how many indicators"))
    total = sum(int(cell.split()[0]) for row in counted.rows for cell in row[1:-1])
    assert sum(heard) == total
    assert all(row[-1].startswith("High") <= (number >= 3) for row, number in zip(ratings, heard, strict=True))
    text = squeeze(editions["provider"].texts["html"])
    assert f"On {sum(number > 1 for number in heard)} of them, two or more kinds of source" in text
    assert f"Only one kind of source was heard on {heard.count(1)} indicators." in text


def test_each_statement_of_the_lead_edition_leads_to_its_evidence(editions, lantern, templates) -> None:
    document = editions["lead"].document
    findings = findings_table(lantern.journal, templates, "lantern", "V1")
    said = {block.text: block.evidence for block in document.blocks if isinstance(block, Paragraph | Quote)}
    lists = [block for block in document.blocks if isinstance(block, BulletList)]
    said |= {item.text: item.evidence for block in lists for item in block.items}
    # A statement is every finding in its own words, every quote, and every weighing of accounts that differ.
    for finding in findings.itertuples():
        own = f"V1.finding.{finding.finding}"
        cited = [ids for text, ids in said.items() if text.startswith(finding.text)]
        assert [ids for ids in cited if ids[0] == own and ids[1:]], finding.text
    weighed = [ids for text, ids in said.items() if text.startswith("How we weighed it")]
    assert weighed
    assert all(ids[0].startswith("V1.rating.") and ids[1:] for ids in weighed)
    assert all(block.evidence for block in document.blocks if isinstance(block, Quote))
    assert document.cited() <= set(document.targets)
    assert document.account is not None
    assert set(document.account.used) <= set(document.targets)


def test_an_id_that_is_copied_from_a_page_is_the_whole_id(editions, lantern) -> None:
    document = editions["lead"].document
    rows = [row for block in document.blocks if isinstance(block, Table) and block.row_anchors for row in block.rows]
    entries = {found for row in rows for cell in row for found in UUID.findall(cell)}
    assert len(entries) > 400
    concluded = [
        one for area in ("finding:", "rating:") for one in lantern.journal.current("lantern", field_prefix=area)
    ]
    assert {one.entry_id for one in concluded} <= entries
    for form in ("html", "docx", "pdf"):
        text = editions["lead"].texts[form]
        assert entries <= set(UUID.findall(text))
        assert not [evidence_id for evidence_id in document.cited() if evidence_id not in text]


def test_what_was_left_out_is_listed_for_the_lead(editions, lantern, templates) -> None:
    text = squeeze(editions["lead"].texts["html"])
    rows = left_out_table(lantern.journal, templates, "lantern", "V1")
    assert {"quote_declined", "quote_withdrawn", "paraphrase", "uncited_note"} <= set(rows.reason)
    for row in rows[rows.reason != "uncited_note"].itertuples():
        assert row.evidence_id in text
        assert templates.wording.text(f"visit_report.lead.reason.{row.reason}") in text


def test_every_page_says_that_the_sample_is_invented(editions, lantern) -> None:
    sentence = str(editions["provider"].document.title.sample)
    assert "Invented example" in sentence
    for edition in EDITIONS:
        assert sentence in squeeze(editions[edition].texts["html"])
        assert sentence in squeeze(editions[edition].texts["docx"])
        assert editions[edition].notices == editions[edition].pages > 10


def test_both_editions_say_the_same_of_each_standard(report, editions) -> None:
    """What the provider reads is what the lead reads: the lead's edition only adds."""
    provider, lead = (squeeze(editions[edition].texts["pdf"]) for edition in EDITIONS)
    for row in report["provider"].content.findings:
        assert squeeze(row["text"]) in provider and squeeze(row["text"]) in lead


# --- the notebook, its parameters, its cost -------------------------------------------------------------------------


def test_the_notebook_is_clean_and_knows_nothing_of_capture() -> None:
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert "parameters" in notebook.cells[0].metadata.tags
    assert all(not cell.outputs and cell.execution_count is None for cell in code)
    imports = [
        node.module
        for cell in code
        for node in ast.walk(ast.parse(cell.source))
        if isinstance(node, ast.ImportFrom) and node.module != "typing"
    ]
    assert imports == ["qpm_widgets.reports.visit_report"]


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"assessment_id": "lantern", "visit_id": "V1", "edition": "everyone"}, "REPORT-001"),
        ({"assessment_id": "lantern", "edition": "lead"}, "REPORT-001"),
        ({"assessment_id": "lantern", "visit_id": "V1", "visitid": "V1"}, "REPORT-001"),
        ({"assessment_id": "lantern", "visit_id": "V8"}, "REPORT-002"),
    ],
)
def test_wrong_parameters_are_one_sentence_and_leave_nothing(parameters, code, lantern, tmp_path) -> None:
    with pytest.raises(QpmError) as caught:
        render_report(lantern, NOTEBOOK, parameters, outputs=tmp_path / "outputs", formats=("html",))
    assert caught.value.code == code
    assert not list(tmp_path.rglob("*.html")) and not list(tmp_path.rglob("*.ipynb"))


# --- as it reads ----------------------------------------------------------------------------------------------------


def normalise(text: str) -> str:
    text = UUID.sub("<entry>", text)
    return re.sub(r"[0-9a-f]{8}(?: [0-9a-f]{8}){7}", "<digest>", text)


def as_text(report: VisitReport) -> str:
    """The blocks of a report as lines of text, without the rows of the lead's evidence, which are the sample itself."""
    lines = []
    for section in report.sections():
        for block in section:
            content = block._repr_mimebundle_().get(BLOCK_MIME)
            if content is not None:
                content.pop("svg", None)
                if content.pop("row_anchors", None):
                    content["rows"] = len(content["rows"])
                lines.append(f"[{content.pop('block')}] {json.dumps(content, ensure_ascii=False)}")
    return normalise("\n".join(lines)) + "\n"


@pytest.mark.parametrize("edition", EDITIONS)
def test_the_sample_s_report_reads_as_it_did(edition, report, golden) -> None:
    golden(f"visit_report_{edition}.txt", as_text(report[edition]))


def test_the_picture_is_as_it_was(report, golden) -> None:
    figures = [block for block in report["lead"].coverage() if hasattr(block, "svg")]
    golden("visit_report_coverage.svg", figures[0].svg + "\n")
