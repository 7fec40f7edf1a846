"""The erase button of a page does all that `withdraw` does, and the desk asks for a certificate until it is there."""

from __future__ import annotations

import json
from pathlib import Path

import pikepdf
import pytest
from pdf_reading import read_text
from test_commands_erasing import make_report, reading, words_of

from qpm_widgets import terminal
from qpm_widgets.capture import DeskSheet, InterviewSheet, erasing, own_process
from qpm_widgets.errors import QpmError
from qpm_widgets.journal import Kit, new_entry_id
from qpm_widgets.journal.withdrawing import Withdrawal
from qpm_widgets.reports.used_interviews import seal
from qpm_widgets.templates import load_templates
from qpm_widgets.visits.certificates import list_uncertified


@pytest.fixture
def outputs(tmp_path: Path, monkeypatch) -> Path:
    """The folder that the server was started with."""
    monkeypatch.setenv(own_process.OUTPUTS_VARIABLE, str(tmp_path / "outputs"))
    return tmp_path / "outputs"


def sheet_of(kit: Kit, templates, interview: str = "", observation: str = "") -> InterviewSheet:
    sheet = InterviewSheet("lantern", interview, observation_id=observation)
    sheet.kit, sheet.templates = kit, templates
    return sheet


def desk_of(kit: Kit, templates) -> DeskSheet:
    desk = DeskSheet()
    desk.kit, desk.templates = kit, templates
    return desk


def asked_for(desk: DeskSheet) -> list[str]:
    """The meetings for whose certificate the desk asks."""
    return [one["meeting_id"] for one in desk.do("look", {})["situation"]["uncertified"]]


def test_the_button_erases_marks_the_reports_and_certifies(lantern_copy, templates, outputs) -> None:
    journal, before = lantern_copy.journal, lantern_copy.journal.head()
    words = words_of(journal, "P2")
    lantern_copy.safeguarding.record(
        "lantern", "interview:P2", "SG-7K2M4QXH.1", {"said": "something else"}, entry_id=new_entry_id()
    )
    journal.keep_names("lantern", "V1", ["Mair Evans"])
    provider, _ = make_report(journal, outputs, "provider")
    lead, _ = make_report(journal, outputs, "lead")
    said = sheet_of(lantern_copy, templates, "P2").do("erase", {"scope": "interview"})
    assert words_of(journal, "P2") == set()
    assert journal.verify().ok
    (certificate,) = outputs.glob("lantern/erasures/*/certificate_of_erasure.pdf")
    assert (said["finished"], said["certificate"], said["trouble"]) == (True, str(certificate), None)
    with pikepdf.open(certificate) as pdf:
        text = read_text(pdf).replace(" ", "")
    assert before in text
    assert journal.head() in text
    tombstone = journal.current_entry("lantern", "interview:P2", "erasure:interview")
    blank = {one.entry_id for one in journal.iter_entries("lantern", subject="interview:P2") if one.erased}
    for folder, gone in ((lead, blank), (provider, {seal(journal, "lantern", one) for one in blank})):
        (line,) = json.loads((folder / "erasures.json").read_text())["erasures"]
        assert line["tombstone"] == tombstone.entry_id
        assert set(line["entries"]) <= gone and line["entries"]
    assert [one["files"] for one in said["used"]] == [[str(lead / "report.html")], [str(provider / "report.html")]]
    parameters = {"assessment_id": "lantern", "visit_id": "V1", "edition": "lead"}
    assert said["used"][0]["again"] == {"report": "visit_report", "parameters": parameters}
    assert (said["names"], said["accounts"]) == (True, ["SG-7K2M4QXH"])
    assert said["resting"] > 0
    assert not [one for one in words if one in json.dumps(said)]
    assert asked_for(desk_of(lantern_copy, templates)) == []


def test_a_report_is_rendered_again_from_the_page_and_no_other_notebook_is(lantern_copy, templates, outputs) -> None:
    desk = desk_of(lantern_copy, templates)
    parameters = {"assessment_id": "lantern", "visit_id": "V1", "edition": "provider"}
    said = desk.do("render_again", {"report": "visit_report", "parameters": parameters})
    assert said["nameless"]
    assert {Path(file).suffix for file in said["files"]} >= {".html", ".docx", ".pdf"}
    assert all(Path(file).is_file() and Path(file).is_relative_to(outputs) for file in said["files"])
    for other in ("desk", "../../elsewhere_report", "", None):
        with pytest.raises(QpmError, match="REPORT-004"):
            desk.do("render_again", {"report": other, "parameters": parameters})
    with pytest.raises(QpmError, match="REPORT-001"):
        desk.do("render_again", {"report": "visit_report", "parameters": {**parameters, "edition": "board"}})


def test_quotes_of_one_person_and_an_observation_go_the_same_way(lantern_copy, templates, outputs) -> None:
    journal = lantern_copy.journal
    sheet_of(lantern_copy, templates, "P2").do("erase", {"scope": "quotes", "respondent": ""})
    assert words_of(journal, "P2", ".quote.") == set()
    assert words_of(journal, "P2") != set()
    said = sheet_of(lantern_copy, templates, observation="O1").do("erase", {"scope": "quotes"})
    assert said["finished"], "an observation has no quotes: it goes whole"
    answers = list(journal.iter_entries("lantern", subject="observation:O1", field_prefix="answer:"))
    assert answers
    assert all(one.erased for one in answers)
    written = [json.loads(path.read_text()) for path in outputs.glob("lantern/erasures/*/manifest.json")]
    assert {(one.get("interview"), one.get("observation")) for one in written} == {("P2", None), (None, "O1")}


def test_words_that_may_still_lie_in_a_file_are_not_certified(lantern_copy, templates, outputs) -> None:
    sheet, desk = sheet_of(lantern_copy, templates, "P2"), desk_of(lantern_copy, templates)
    with reading(lantern_copy):
        assert sheet.do("erase", {"scope": "interview"}) == {"finished": False}
        assert Path(f"{lantern_copy.journal.path}-wal").stat().st_size > 0
    assert not list(outputs.glob("**/*.pdf"))
    assert asked_for(desk) == ["P2"]
    assert sheet.do("erase", {"scope": "interview"})["certificate"]
    assert asked_for(desk) == []


def test_without_a_place_for_the_certificate_the_erasure_stands_and_the_desk_asks(
    lantern_copy, templates, outputs
) -> None:
    outputs.write_text("a file where a folder should be")
    said = sheet_of(lantern_copy, templates, "P2").do("erase", {"scope": "interview"})
    assert (said["finished"], said["certificate"]) == (True, None)
    assert str(outputs) in said["trouble"]
    assert words_of(lantern_copy.journal, "P2") == set()
    desk = desk_of(lantern_copy, templates)
    (item,) = desk.do("look", {})["situation"]["uncertified"]
    assert (item["meeting_id"], item["kind"], item["scope"]) == ("P2", "interview", "interview")
    assert desk.do("certify", {"tombstone": item["tombstone"]})["carried"]["certificate"] is None
    outputs.unlink()
    done = desk.do("certify", {"tombstone": item["tombstone"]})
    assert Path(done["carried"]["certificate"]).is_file()
    assert done["situation"]["uncertified"] == []
    assert desk.do("certify", {"tombstone": item["tombstone"]})["carried"] is None


def test_a_process_that_does_not_start_erases_nothing_and_one_that_dies_is_not_believed(
    lantern_copy, templates, outputs, monkeypatch
) -> None:
    sheet, words = sheet_of(lantern_copy, templates, "P2"), words_of(lantern_copy.journal, "P2")
    monkeypatch.setattr(erasing, "_PROCESS", "qpm_widgets.nothing")
    with pytest.raises(QpmError, match="CAPTURE-003"):
        sheet.do("erase", {"scope": "interview"})
    assert words_of(lantern_copy.journal, "P2") == words
    lantern_copy.journal.erase(Withdrawal("lantern", "P2"))  # as far as it came
    assert sheet.do("erase", {"scope": "interview"}) == {"finished": False}


def test_only_what_this_kit_erased_is_asked_for_and_each_once(lantern_copy, templates, outputs) -> None:
    journal = lantern_copy.journal
    for wanted in (
        Withdrawal("lantern", "P2", "quotes"),
        Withdrawal("lantern", "P2"),
        Withdrawal("lantern", "O1", kind="observation"),
    ):
        journal.erase(wanted)
    assert asked_for(desk_of(lantern_copy, templates)) == ["P2", "O1"]
    assert list_uncertified(journal, load_templates(), "another device", "lantern", outputs) == {}
    refused = sheet_of(lantern_copy, templates, "P9")
    with pytest.raises(QpmError, match="PLAN-001"):
        refused.do("erase", {"scope": "interview"})


def test_pages_and_commands_mean_the_same_folder() -> None:
    assert own_process.DEFAULT_OUTPUTS == terminal.OUTPUTS
