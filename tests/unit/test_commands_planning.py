"""`qpm itinerary` and `qpm invite`: what goes out before a visit, and what must not."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pikepdf
import pytest
from docx import Document
from docx.oxml.ns import qn
from icalendar import Calendar
from pdf_reading import read_pages, read_text
from typer.testing import CliRunner

from qpm_widgets.cli import app
from qpm_widgets.commands.planning import FormSheet, Sheet, write_invitation, write_itinerary, write_meeting_form
from qpm_widgets.journal import Edit
from qpm_widgets.reports.blocks import BulletList, Heading, Paragraph
from qpm_widgets.reports.invitation import compose_invitation, read_invitation
from qpm_widgets.reports.itinerary import read_itinerary, write_calendar
from qpm_widgets.reports.paper_form import PaperForm
from qpm_widgets.templates import Templates, load_templates
from qpm_widgets.visits import iter_interviews

PASSPHRASE = "a test passphrase of many words"  # the sample kit's, as in tests/conftest.py
NEEDS = "Easy Read and symbols"  # P1's access needs begin so


@pytest.fixture(scope="module")
def in_welsh() -> Templates:
    return load_templates(language="cy")


def written(kit, outputs: Path, *arguments: str) -> dict[str, Path]:
    """What a command wrote, by file type."""
    given = [*arguments, "--home", str(kit.home), "--outputs", str(outputs)]
    done = CliRunner().invoke(app, given, input=f"{PASSPHRASE}\n")
    assert done.exit_code == 0, done.output
    paths = [Path(line.removeprefix("written: ")) for line in done.stdout.splitlines() if line.startswith("written: ")]
    return {path.suffix: path for path in paths}


def text_of(path: Path) -> str:
    if path.suffix == ".docx":
        with zipfile.ZipFile(path) as package:
            return package.read("word/document.xml").decode()
    with pikepdf.open(path) as pdf:
        return read_text(pdf)


def words_of(document) -> str:
    said = [document.title.title, document.title.subtitle, *(value for fact in document.title.facts for value in fact)]
    for block in document.blocks:
        if isinstance(block, Heading | Paragraph):
            said.append(block.text)
        elif isinstance(block, BulletList):
            said += [item.text for item in block.items]
    return "\n".join(said)


def test_an_itinerary_says_whom_when_and_where_but_not_what_somebody_needs(lantern, tmp_path) -> None:
    files = written(lantern, tmp_path, "itinerary", "lantern", "V1")
    assert set(files) == {".pdf", ".docx", ".ics"}
    for kind in (".pdf", ".docx"):
        text = text_of(files[kind])
        assert "Tuesday 13 October 2026" in text
        for words in ("10:00–11:15", "P1, person supported", "Main office, Marlowshire", "AS2"):
            assert words in text
        assert NEEDS not in text
        assert "PS1" not in text
    manifest = json.loads((files[".ics"].parent / "manifest.json").read_text())
    assert (manifest["parameters"]["visit_id"], manifest["interviews"]) == ("V1", [])


def test_a_calendar_has_ids_times_and_places_only(lantern, templates) -> None:
    itinerary = read_itinerary(lantern.journal, "lantern", "V1")
    content = write_calendar(templates, itinerary)
    assert content == write_calendar(templates, read_itinerary(lantern.journal, "lantern", "V1"))
    events = {str(event["summary"]): event for event in Calendar.from_ical(content).walk("VEVENT")}
    assert len(events) == 14
    first = events["Invented example: interview P1"]
    assert all(str(event["transp"]) == "TRANSPARENT" for event in events.values()), "nobody is busy with it"
    assert first.decoded("dtstart") == datetime(2026, 10, 13, 9, 0, tzinfo=UTC)
    assert first.decoded("dtend") == datetime(2026, 10, 13, 10, 15, tzinfo=UTC)
    assert first["location"] == "Main office, Marlowshire"
    assert {key for event in events.values() for key in event} == {
        "SUMMARY", "DTSTAMP", "DTSTART", "DTEND", "UID", "LOCATION", "CLASS", "TRANSP",
    }  # fmt: skip
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    told = content.decode()
    codes = {code for one in iter_interviews(lantern.journal, "lantern") for code in one.plan.respondents}
    assert not [word for word in (*codes, NEEDS, "Lantern Advocacy", "person", "advocate") if word in told]

    real = replace(itinerary, profile=itinerary.profile.model_copy(update={"sample": False}))
    told = write_calendar(templates, real).decode()
    assert "SUMMARY:Interview P1\r\n" in told
    assert "Invented" not in told
    assert "TRANSP" not in told


def test_every_page_of_an_invented_visits_papers_says_so(lantern, tmp_path) -> None:
    said = "Invented example: Lantern Advocacy is not a real organisation."
    files = [
        *write_itinerary(lantern.journal, "lantern", "V1", tmp_path),
        *write_invitation(lantern.journal, "lantern", Sheet("P1"), tmp_path),
        *write_meeting_form(lantern.journal, "lantern", FormSheet("interview:P1"), tmp_path),
        *write_meeting_form(lantern.journal, "lantern", FormSheet("observation:O1"), tmp_path),
    ]
    for file in files:
        if file.suffix == ".pdf":
            with pikepdf.open(file) as pdf:
                assert [said in page for page in read_pages(pdf)] == [True] * len(pdf.pages), file.name
        if file.suffix == ".docx":
            assert said in Document(file).sections[0].header.paragraphs[0].text


def test_an_easy_read_invitation_has_a_symbol_beside_every_line_in_pdf_and_word(lantern, tmp_path, templates) -> None:
    for language, word in (("en", "Break"), ("cy", "Seibiant")):
        easy = Sheet("P1", language, "easy_read")
        pdf, docx = write_invitation(lantern.journal, "lantern", easy, tmp_path)
        with pikepdf.open(pdf) as read:
            assert word in read_text(read).replace(" ", "")
        word_file = Document(docx)
        pictures = word_file.inline_shapes
        invitation = read_invitation(lantern.journal, "lantern", "P1", "easy_read")
        blocks = compose_invitation(load_templates(language=language), invitation).blocks
        lines = [item for block in blocks if isinstance(block, BulletList) for item in block.items]
        assert all(item.drawing for item in lines)
        assert len(pictures) == len(lines) > 15
        assert word in [picture._inline.docPr.get("descr") for picture in pictures]
        rows = [row.cells for table in word_file.tables for row in table.rows]
        assert [words.text for _, words in rows] == [line.text for line in lines], "no words run below their symbol"
        assert [len(list(symbol._tc.iter(qn("wp:docPr")))) for symbol, _ in rows] == [1] * len(lines)
        assert not [one for one in word_file.paragraphs if one.style.name.startswith("TOC")], "short enough without"
    plain = compose_invitation(templates, read_invitation(lantern.journal, "lantern", "P1", "plain"))
    assert not [item for block in plain.blocks if isinstance(block, BulletList) for item in block.items if item.drawing]


@pytest.mark.parametrize("kind", ["person", "family", "worker"])
def test_every_line_of_an_easy_read_invitation_has_its_symbol(templates, kind) -> None:
    parts = templates.wording.section("invitation")[kind]["easy_read"]
    lines = [f"{part}.{name}" for part, said in parts.items() if isinstance(said, dict) for name in said["points"]]
    assert [line for line in lines if line not in templates.beside] == []


def test_what_was_cancelled_is_in_no_itinerary(lantern_copy) -> None:
    lantern_copy.journal.append(Edit("lantern", "interview:P1", "state", {"state": "cancelled", "reason": "ill"}))
    ids = [one.id for one in read_itinerary(lantern_copy.journal, "lantern", "V1").meetings]
    assert "P1" not in ids
    assert len(ids) == 13


def test_an_invitation_follows_the_plan_unless_something_else_is_asked_for(lantern, tmp_path) -> None:
    easy = written(lantern, tmp_path, "invite", "lantern", "P1")
    assert easy[".pdf"].name == "invitation-P1-en-easy-read.pdf"
    welsh = written(lantern, tmp_path, "invite", "lantern", "P2", "--plain", "--contact", "y swyddfa")
    assert welsh[".docx"].name == "invitation-P2-cy-plain.docx"
    for path in welsh.values():
        text = text_of(path)
        assert "Dydd Mercher 14 Hydref 2026, 11:00" in text
        assert "Dywedwch wrth y swyddfa" in text
    with zipfile.ZipFile(welsh[".docx"]) as package:
        assert 'w:lang w:val="cy-GB"' in package.read("word/styles.xml").decode()
    with pikepdf.open(welsh[".pdf"]) as pdf:
        assert str(pdf.Root.Lang) == "cy-GB"
    again = written(lantern, tmp_path, "invite", "lantern", "P2", "--plain", "--contact", "y swyddfa")
    assert again[".docx"].read_bytes() == welsh[".docx"].read_bytes()


@pytest.mark.parametrize("language", ["en", "cy"])
@pytest.mark.parametrize("reading", ["plain", "easy_read"])
@pytest.mark.parametrize("interview", ["P1", "A1", "M1", "T1", "R1"])
def test_every_sheet_says_what_the_law_asks_for_and_names_nobody(
    lantern, templates, in_welsh, language, reading, interview
) -> None:
    chosen = {"en": templates, "cy": in_welsh}[language]
    invitation = read_invitation(lantern.journal, "lantern", interview, reading, "Mx Contact")
    document = compose_invitation(chosen, invitation)
    said = words_of(document)
    assert "Lantern Advocacy" in said  # who asked for it
    assert "ico.org.uk" in said  # where to complain
    assert said.count("Mx Contact") == 2  # to take words back, and to ask for what helps
    assert f" {chosen.scheme.retention[0].months} " in said  # how long words are kept
    assert "{" not in said
    assert NEEDS not in said
    assert not [code for code in invitation.plan.respondents if code in said]
    assert document.large is (reading == "easy_read")
    assert document.title.language == language


def test_only_what_is_planned_is_announced(lantern_copy, templates) -> None:
    journal = lantern_copy.journal
    plan = journal.current_entry("lantern", "interview:P1", "plan")

    def said(**changes: object) -> str:
        change = Edit("lantern", "interview:P1", "plan", {**plan.payload, **changes})
        journal.append(change)
        return words_of(compose_invitation(templates, read_invitation(journal, "lantern", "P1")))

    telephone, language = "One of us talks with you on the phone", "A person will put our words into your language"
    assert telephone not in said() + said(interpreter=True)
    assert language in said(interpreter=True)
    assert telephone in said(mode="remote")
    assert "By telephone or video" in said(mode="remote")
    assert "Other people will talk with us too" in said(respondents=["PS1", "PS9"])


def test_large_print_is_large(lantern, templates, tmp_path) -> None:
    easy = written(lantern, tmp_path, "invite", "lantern", "A1", "--easy-read")
    plain = written(lantern, tmp_path, "invite", "lantern", "A1", "--plain")
    sizes = []
    for files in (easy, plain):
        with zipfile.ZipFile(io.BytesIO(files[".docx"].read_bytes())) as package:
            defaults = package.read("word/styles.xml").decode().partition("</w:rPrDefault>")[0]
        sizes.append(int(defaults.rpartition('<w:sz w:val="')[2].partition('"')[0]) / 2)
    assert sizes[0] >= 16
    assert sizes[1] == 11


def test_an_unknown_interview_or_visit_is_one_sentence(lantern, tmp_path) -> None:
    for arguments in (("invite", "lantern", "P99"), ("itinerary", "lantern", "V9"), ("itinerary", "nowhere", "V1")):
        given = [*arguments, "--home", str(lantern.home), "--outputs", str(tmp_path / "none")]
        done = CliRunner().invoke(app, given, input=f"{PASSPHRASE}\n")
        assert done.exception.code in ("PLAN-001", "PLAN-003")
    assert not (tmp_path / "none").exists()


def printed(outputs: Path, *arguments: str) -> Path:
    done = CliRunner().invoke(app, ["form", *arguments, "--outputs", str(outputs)])
    assert done.exit_code == 0, done.output
    return Path(done.stdout.strip().removeprefix("written: "))


@pytest.mark.parametrize("guide", sorted(load_templates().guides))
def test_every_guide_prints_as_a_form_with_its_code_on_each_page(templates, tmp_path, guide) -> None:
    path = printed(tmp_path, guide)
    code = PaperForm(templates.guides[guide]).code(templates)
    with pikepdf.open(path) as pdf:
        pages = read_pages(pdf)
        assert [float(side) for side in pdf.pages[0].mediabox[2:]] == pytest.approx([595.28, 841.89], abs=0.01)  # A4
    assert [code in page for page in pages] == [True] * len(pages)
    shown = templates.guides[guide]
    parts = shown.scenes if shown.kind == "observation" else [one for part in shown.sections for one in part.questions]
    assert [one.id for one in parts if one.id not in " ".join(pages)] == []
    assert json.loads((path.parent / "manifest.json").read_text())["form"] == code


def test_a_form_in_easy_read_is_large_and_leaves_out_what_another_nation_asks(templates, tmp_path) -> None:
    easy, plain = printed(tmp_path, "person_supported", "--easy-read"), printed(tmp_path, "person_supported")
    texts = {}
    for path in (easy, plain):
        with pikepdf.open(path) as pdf:
            texts[path], pages = read_text(pdf), len(pdf.pages)
            assert (pages > 20) is (path == easy)
    assert "Whose side is your advocate on?" in texts[easy]
    assert "Whose side is your advocate on?" not in texts[plain]
    guide = next(one for one in templates.guides.values() if "wales" in str(one))
    only = next(one.id for part in guide.sections for one in part.questions if one.nations == ("wales",))
    for nation, is_asked in (("wales", True), ("england", False)):
        with pikepdf.open(printed(tmp_path, guide.id, "--nation", nation)) as pdf:
            assert (only in read_text(pdf)) is is_asked


def test_a_form_is_the_same_each_time_and_an_unknown_guide_is_one_sentence(tmp_path) -> None:
    assert printed(tmp_path, "trustee").read_bytes() == printed(tmp_path, "trustee").read_bytes()
    done = CliRunner().invoke(app, ["form", "advocat", "--outputs", str(tmp_path / "none")])
    assert done.exception.code == "TEMPLATE-001"
    assert "advocate" in str(done.exception)
    assert not (tmp_path / "none").exists()
