"""Papers of a visit to somebody who does not use words: pictures for them, and a sheet for whoever knows them."""

from __future__ import annotations

import pikepdf
import pytest
from docx import Document
from pdf_reading import read_text
from test_commands_planning import words_of, written
from test_plan_sheet import ask, open_plan
from test_plan_without_words import plan_visit_to_a_person

from qpm_widgets.capture.own_process import OUTPUTS_VARIABLE
from qpm_widgets.commands.planning import Sheet, write_invitation
from qpm_widgets.errors import QpmError
from qpm_widgets.reports.blocks import BulletList
from qpm_widgets.reports.invitation import compose_information, compose_pictures, read_invitation
from qpm_widgets.templates import load_templates

SHOWN = {
    "en": ("Hello. I am here to visit you.", "Can I stay with you?", "We can have a break. We can stop."),
    "cy": ("Helo. Rydw i yma i ymweld â chi.", "Ga i aros gyda chi?", "Gallwn ni gael seibiant. Gallwn ni stopio."),
}


@pytest.fixture
def visit(lantern_copy) -> str:
    return f"observation:{plan_visit_to_a_person(lantern_copy)['id']}"


def items(document) -> list:
    return [item for block in document.blocks if isinstance(block, BulletList) for item in block.items]


@pytest.mark.parametrize("language", ["en", "cy"])
def test_the_person_gets_pictures_with_the_words_of_the_card(lantern_copy, visit, language, tmp_path) -> None:
    templates = load_templates(language=language)
    lines = items(compose_pictures(templates, read_invitation(lantern_copy.journal, "lantern", visit)))
    assert [one.text for one in lines if one.text in SHOWN[language]] == list(SHOWN[language])
    assert len(lines) == len(templates.guides["person_without_words"].show)
    assert all(one.drawing for one in lines)
    assert lines[1].drawing.word == {"en": "Yes, No", "cy": "Ie, Na"}[language], "each symbol of the card"
    assert lines[1].drawing.svg.count("<path") == 2
    files = write_invitation(lantern_copy.journal, "lantern", Sheet(visit, language), tmp_path)
    name = visit.partition(":")[2]
    sheets = (f"pictures-{name}-{language}", f"information-{name}-{language}-easy-read")
    assert [file.name for file in files] == [f"{sheet}.{kind}" for sheet in sheets for kind in ("pdf", "docx")]
    with pikepdf.open(files[0]) as pdf:
        assert len(pdf.pages) == 1
        said = read_text(pdf)
    for line in SHOWN[language]:
        assert line in said
    pictures = Document(files[1]).inline_shapes
    assert [one._inline.docPr.get("descr") for one in pictures] == [one.drawing.word for one in lines]


@pytest.mark.parametrize("reading", ["plain", "easy_read"])
@pytest.mark.parametrize("language", ["en", "cy"])
def test_who_knows_the_person_is_told_and_asked_and_nobody_is_named(lantern_copy, visit, language, reading) -> None:
    templates = load_templates(language=language)
    read = read_invitation(lantern_copy.journal, "lantern", visit, reading, "the office (01632 960000)")
    document = compose_information(templates, read)
    said = words_of(document)
    assert "the office (01632 960000)" in said
    assert "Lantern Advocacy" in said
    assert "Quiet" not in said, "what the person needs stays on the page"
    assert document.large is (reading == "easy_read")
    assert all(bool(one.drawing) is (reading == "easy_read") for one in items(document))
    asked = {"en": "see a reason against", "cy": "reswm yn erbyn"}[language]
    assert reading == "easy_read" or asked in said
    interpreted = {"en": "interpreter", "cy": "cyfieithydd"}[language]
    assert reading == "easy_read" or interpreted in said.casefold()


def test_every_line_of_the_easy_read_sheet_has_its_symbol(templates) -> None:
    parts = templates.wording.section("invitation")["familiar"]["easy_read"]
    lines = [f"{part}.{name}" for part, said in parts.items() if isinstance(said, dict) for name in said["points"]]
    assert [line for line in lines if line not in templates.beside] == []


def test_nobody_is_invited_to_an_observation_of_a_place(lantern_copy, tmp_path) -> None:
    with pytest.raises(QpmError, match="PLAN-004"):
        write_invitation(lantern_copy.journal, "lantern", Sheet("observation:O1"), tmp_path)


def test_a_command_and_the_plan_page_write_them(lantern_copy, visit, tmp_path, monkeypatch) -> None:
    files = written(lantern_copy, tmp_path, "invite", "lantern", visit)
    assert files[".docx"].name.startswith("information-")
    monkeypatch.setenv(OUTPUTS_VARIABLE, str(tmp_path / "out"))
    wanted = {"invited": visit, "language": "en", "reading": "plain", "contact": "the office"}
    answer = ask(open_plan(lantern_copy), "write_papers", **wanted)
    assert len(answer["result"]["files"]) == 4, answer
