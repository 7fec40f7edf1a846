"""Putting an assessment into the kit from files."""

from __future__ import annotations

import shutil

import pytest

from qpm_widgets.capture.plan_files import read_plan_files
from qpm_widgets.capture.plan_folder import record_plan_folder
from qpm_widgets.errors import QpmError
from qpm_widgets.visits import iter_interviews, iter_observations, iter_visits, load_profile


@pytest.fixture
def folder(templates, tmp_path):
    """A copy of the sample's plan, as somebody would begin a real one."""
    sample = templates.folder / "samples" / "lantern"
    target = tmp_path / "plan"
    target.mkdir()
    for name in ("assessment.yaml", "visit.yaml"):
        shutil.copy(sample / name, target / name)
    return target


def change(path, before: str, after: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")


def test_a_plan_goes_in_whole(kit, templates, folder):
    assert record_plan_folder(kit.journal, templates, folder) == ("lantern", ["V1"])
    assert load_profile(kit.journal, "lantern").provider == "Lantern Advocacy"
    assert [visit.id for visit in iter_visits(kit.journal, "lantern")] == ["V1"]
    assert len(iter_interviews(kit.journal, "lantern", "V1")) == 12
    assert len(iter_observations(kit.journal, "lantern", "V1")) == 2


def test_a_corrected_plan_replaces_the_first_and_makes_no_conflict(kit, templates, folder):
    record_plan_folder(kit.journal, templates, folder)
    change(folder / "visit.yaml", "Site visit to Lantern Advocacy", "Second thoughts")
    record_plan_folder(kit.journal, templates, folder)
    assert iter_visits(kit.journal, "lantern")[0].plan.title == "Second thoughts"
    assert kit.journal.conflicts("lantern") == []


def test_the_same_plan_again_records_nothing(kit, templates, folder):
    record_plan_folder(kit.journal, templates, folder)
    head = kit.journal.head()
    record_plan_folder(kit.journal, templates, folder)
    assert kit.journal.head() == head


@pytest.mark.parametrize(
    ("name", "before", "after", "code", "said"),
    [
        ("visit.yaml", "team: community", "team: comunity", "PLAN-002", "team comunity"),
        ("visit.yaml", "assessors: [AS1, AS2]", "assessors: [AS1, AS7]", "PLAN-002", "assessor AS7"),
        ("visit.yaml", "minutes: 75", "minutes: soon", "JOURNAL-006", "minutes"),
        ("visit.yaml", "guide: advocacy_manager", "guide: advocacy_manger", "PLAN-006", "M1 has guide advocacy_manger"),
        ("visit.yaml", "site: S1", "site: S7", "PLAN-006", "M1 is at site S7"),
        ("visit.yaml", 'ends: "2026-10-14"', 'ends: "2026-10-12"', "PLAN-006", "it ends before it starts"),
        ("visit.yaml", "visit_id: V1", "visit_id: V2", "PLAN-006", "M1 says visit V1"),
        ("visit.yaml", "visit_id: V1", "visit_id: first visit", "JOURNAL-006", "visit_id"),
        ("assessment.yaml", "area: marlowshire", "area: marloshire", "PLAN-002", "area marloshire"),
        ("assessment.yaml", "band: 3", "band: three", "JOURNAL-006", "profile.band (input should be a valid integer"),
        ("assessment.yaml", "band: 3", "band: 9", "PLAN-006", "band 9 is none of 1, 2, 3"),
        ("assessment.yaml", "edition: qpm_4", "edition: qpm_3", "PLAN-006", "edition qpm_3 is not qpm_4"),
        ("assessment.yaml", "[icaa, imca, imha, ipa]", "[icaa, xyz]", "PLAN-006", "is called xyz"),
    ],
)
def test_a_fault_is_one_sentence_and_nothing_is_recorded(kit, templates, folder, name, before, after, code, said):
    change(folder / name, before, after)
    with pytest.raises(QpmError) as refused:
        record_plan_folder(kit.journal, templates, folder)
    assert refused.value.code == code
    assert said in str(refused.value)
    assert kit.journal.assessment_ids() == []


def test_a_folder_without_files_says_which_is_missing(kit, templates, tmp_path):
    with pytest.raises(QpmError, match=r"TEMPLATE-001, .*assessment\.yaml: a file is missing"):
        record_plan_folder(kit.journal, templates, tmp_path)


def test_every_fault_of_every_file_is_found_at_once(templates, folder):
    change(folder / "assessment.yaml", "band: 3", "band: 9")
    change(folder / "visit.yaml", "team: community", "team: comunity")
    (folder / "visit2.yaml").write_text("visit_id: [V2", encoding="utf-8")
    (folder / "visit3.yaml").write_text("", encoding="utf-8")
    faults = read_plan_files(folder, templates).faults
    assert sorted(fault.code for fault in faults) == ["JOURNAL-006", "PLAN-002", "PLAN-006", "TEMPLATE-003"]
    assert "the whole file" in str(next(fault for fault in faults if fault.code == "JOURNAL-006"))
