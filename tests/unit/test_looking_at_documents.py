"""Observation guides beside the general one: what they count as on the page, in debrief and report, and on paper."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from evidence_journals import ASSESSMENT, VISIT, SmallJournal
from pdf_reading import read_text
from pikepdf import Pdf

from qpm_widgets.capture import FindingsSheet, InterviewSheet
from qpm_widgets.capture.recording import record_edit
from qpm_widgets.evidence import coverage_table
from qpm_widgets.journal import Edit, Kit
from qpm_widgets.reports.blocks import Block
from qpm_widgets.reports.visit_report import open_visit_report
from qpm_widgets.templates import Templates, check_templates
from qpm_widgets.templates.reading import TEMPLATES_FOLDER
from qpm_widgets.templates.records import ObservationGuide

GUIDES = {"observation": "O", "person_without_words": "O", "document_check": "D", "case_file_check": "C"}


@pytest.fixture
def small(kit: Kit) -> SmallJournal:
    return SmallJournal(kit.journal)


def sheet_of(cls: type, kit: Kit, templates: Templates, *ids: str, **more: str):
    sheet = cls(ASSESSMENT, *ids, **more)
    sheet.kit, sheet.templates = kit, templates
    return sheet


def first_scene(templates: Templates, guide: str) -> tuple[str, str, str]:
    """A guide's first scene, the first part that is written in words, and the scene's first indicator."""
    found = templates.guides[guide]
    assert isinstance(found, ObservationGuide)
    part = next(one.id for one in found.parts if not one.choose)
    return found.scenes[0].id, part, found.scenes[0].indicators[0]


def look(small: SmallJournal, templates: Templates, name: str, guide: str) -> str:
    """Plan a look by a guide, write about its first scene and mark it; gives the indicator."""
    small.observation(name, guide=guide)
    scene, part, indicator = first_scene(templates, guide)
    payload = {"text": f"what was looked at by {guide}"}
    record_edit(small.journal, templates, Edit(ASSESSMENT, f"observation:{name}", f"answer:{scene}.{part}", payload))
    small.mark(name, scene, indicator, "supports", None)
    small.write(f"observation:{name}", "state", {"state": "finished"})
    return indicator


@pytest.mark.parametrize(("guide", "source"), GUIDES.items())
def test_each_guide_is_recorded_and_counts_as_what_was_looked_at(kit, small, templates, guide, source) -> None:
    indicator = look(small, templates, "O1", guide)
    assert source in templates.indicator(indicator).sources
    [row] = [one for one in small.table(coverage_table, templates) if one.pieces]
    assert (row.indicator, row.source_types, getattr(row, source)) == (indicator, (source,), 1)
    debrief = sheet_of(FindingsSheet, kit, templates, VISIT).recorded()
    [piece] = debrief["pieces"]
    assert (piece["source"], piece["text"]) == (source, f"what was looked at by {guide}")
    assert debrief["indicators"][indicator]["heard"] == [source]
    view = sheet_of(InterviewSheet, kit, templates, observation_id="O1").view()
    assert view["plan"]["role"] == view["guide"]["title"]["en"] == templates.guides[guide].title.en
    assert view["modes"] == []


def test_documents_are_missed_in_a_visit_only_where_it_planned_to_look_at_them(kit, small, templates) -> None:
    def of_ac3() -> dict[str, list[str]]:
        found = sheet_of(FindingsSheet, kit, templates, VISIT).recorded()["indicators"]["AC3"]
        return {name: found[name] for name in ("silent", "on_paper")}

    assert of_ac3() == {"silent": ["P", "M", "F"], "on_paper": ["D"]}
    small.observation("O1", guide="document_check")
    assert of_ac3() == {"silent": ["P", "M", "D", "F"], "on_paper": []}
    small.write("observation:O1", "state", {"state": "cancelled"})
    assert of_ac3()["on_paper"] == ["D"]


def test_a_report_tells_looking_at_documents_from_watching(kit, small, templates) -> None:
    def said() -> str:
        report = open_visit_report(ASSESSMENT, VISIT, "lead", kit=kit, templates=templates)
        return json.dumps([one.to_json() for part in report.sections() for one in part if isinstance(one, Block)])

    look(small, templates, "O1", "observation")
    assert "We also watched the service at work, on one occasion." in said()
    assert "It does not read policies or case files" in " ".join(said().split())
    look(small, templates, "O2", "document_check")
    look(small, templates, "O3", "case_file_check")
    now = said()
    assert "We also watched the service at work, on one occasion." in now
    assert "documents and case files, on two occasions." in now
    assert "It does not read policies or case files" not in now
    for title in ("Spot check of policies", "Spot check of case files", "Structured observation"):
        assert title in now


def test_the_check_of_templates_holds_a_guide_to_its_source(tmp_path) -> None:
    folder = Path(shutil.copytree(TEMPLATES_FOLDER, tmp_path / "templates"))
    guide = folder / "interview_guides" / "document_check.yaml"
    text = guide.read_text(encoding="utf-8")
    guide.write_text(text.replace("indicators: [AC3]", "indicators: [PL4]"), encoding="utf-8")
    [fault] = check_templates(folder)
    assert (fault.code, fault.place) == ("TEMPLATE-012", "scenes[2].indicators (D-AC-1)")
    guide.write_text(text.replace("source: D", "source: Z"), encoding="utf-8")
    assert check_templates(folder)[0].place == "source"
    guide.write_text(text.replace("source: D\n", ""), encoding="utf-8")
    assert {one.code for one in check_templates(folder)} == {"TEMPLATE-012"}, "scenes of D in a guide of O"


def test_what_is_said_before_consent_follows_how_people_meet(kit, small, templates) -> None:
    def modes(name: str, *respondents: str, **plan: object) -> list[str]:
        small.interview(name, *respondents, **plan)
        view = sheet_of(InterviewSheet, kit, templates, name).view()
        for mode in view["modes"]:
            assert all(said[how][language] for said in mode["say"] for how in said for language in ("en", "cy"))
        return [mode["id"] for mode in view["modes"]]

    assert modes("P1") == []
    assert modes("P2", mode="remote") == ["remote"]
    assert modes("A1", "a", "b") == ["group"]
    assert modes("A2", "c", "d", mode="remote") == ["remote", "group"]
    assert modes("P3", interpreter=True) == ["interpreter"]
    assert modes("P4", interpreter=True, supporter=True, mode="remote") == ["remote", "interpreter", "supporter"]


@pytest.mark.parametrize("guide", GUIDES)
def test_each_prints_as_a_form(kit, templates, tmp_path, guide) -> None:
    from typer.testing import CliRunner

    from qpm_widgets.cli import app

    done = CliRunner().invoke(app, ["form", guide, "--outputs", str(tmp_path)])
    assert done.exit_code == 0, done.output
    [file] = tmp_path.rglob("*.pdf")
    with Pdf.open(file) as pdf:
        printed = read_text(pdf)
    for text in (first_scene(templates, guide)[0], templates.guides[guide].title.en):
        assert text in printed
