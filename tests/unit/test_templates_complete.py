"""What else the kit needs of a templates folder: guides, every sentence, the report's design and a sound sample."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from qpm_widgets.cli import app
from qpm_widgets.templates import check_templates, load_templates
from qpm_widgets.templates.reading import TEMPLATES_FOLDER
from qpm_widgets.templates.shipped_shape import SHAPE_FILE, load_shape, take_shape

ADVOCATE, OBSERVATION = "interview_guides/advocate.yaml", "interview_guides/observation.yaml"
DESK, REPORT_WORDS = "wording/en/desk.yaml", "wording/en/visit_report.yaml"
PAGE, TYPST, STYLES = "report/report.html.j2", "report/report.typ", "report/word/word/styles.xml"
FONT, PACKED_FONT = ("report/fonts/AtkinsonHyperlegibleNext-Bold" + ending for ending in (".ttf", ".woff2"))
PERSON, EASY_READ, TERMS = "interview_guides/person_supported.yaml", "easy_read.yaml", "welsh_terms.yaml"
SAMPLE = "samples/lantern"
P3, O1, VISIT = f"{SAMPLE}/interviews/P3.yaml", f"{SAMPLE}/observations/O1.yaml", f"{SAMPLE}/visit.yaml"
FINDINGS = f"{SAMPLE}/findings.yaml"

Edit = Callable[..., Path]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped templates."""
    return Path(shutil.copytree(TEMPLATES_FOLDER, tmp_path / "templates"))


@pytest.fixture
def edit(folder: Path) -> Edit:
    """Replace the first place of a text in one file of the folder."""

    def replace(file: str, old: str, new: str) -> Path:
        path = folder / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return folder

    return replace


def test_the_shape_is_that_of_the_shipped_templates(request: pytest.FixtureRequest) -> None:
    wanted = take_shape(TEMPLATES_FOLDER).to_json()
    if request.config.getoption("--update-golden"):
        SHAPE_FILE.write_text(wanted, encoding="utf-8")
        load_shape.cache_clear()
    assert SHAPE_FILE.read_text(encoding="utf-8") == wanted, "run pytest with --update-golden and read what changed"


# file, what is replaced, by what; code, place, words of the remedy
FAULTS = [
    # Wording.
    (REPORT_WORDS, "title:", "titel:", "TEMPLATE-009", "title", "perhaps it is what 'titel' was meant to be"),
    (DESK, "{address}", "{wrong}", "TEMPLATE-013", None, "Take out {wrong} and put in {address}"),
    (DESK, "{address}", "here", "TEMPLATE-013", None, "Put in {address}"),
    # What a respondent sees or hears.
    (EASY_READ, "sentence_words: 15", "sentence_words: many", "TEMPLATE-005", "en.sentence_words", "a whole number"),
    (PERSON, "What happened next?", "What was done next?", "TEMPLATE-016",
     "sections[4].questions[0].ask.easy_read.en (P-PL-1)", "“What was done next?”: 'was done' is passive"),
    (PERSON, "Helo. Diolch i chi am", "Gellir siarad. Diolch i chi am", "TEMPLATE-016",
     "opening.introduction.easy_read.cy", "“Gellir siarad.”: 'gellir' is passive"),
    (PERSON, ', cy: "Dechrau"', "", "TEMPLATE-017", "sections[0].title", "Add 'cy' beside “Starting”"),
    (PERSON, "translation: {cy: {reviewed: false}}", "", "TEMPLATE-017", "translation", "true once a Welsh speaker"),
    (PERSON, "Diogelu", "Amddiffyn", "TEMPLATE-018", "sections[7].title.cy", "Say 'safeguarding' as 'diogelu' there"),
    (TERMS, "[diogelu]", "[amddiffyn]", "TEMPLATE-018", None, "Say 'safeguarding' as 'amddiffyn' there"),
    # The report's design.
    (PAGE, "{% for block in blocks %}", "{% for block in blocks }", "TEMPLATE-015", "line", "Correct the Jinja"),
    (PAGE, "{{ title.title }}", "{{ title.title | shout }}", "TEMPLATE-015", "line", "No filter named 'shout'"),
    (PAGE, "{{ title.title }}", "{{ titel.title }}", "TEMPLATE-015", "name titel", "did you mean 'title'?"),
    (TYPST, "#let lines(content) =", "#let lines(content) = (", "TEMPLATE-015", "line", "Correct the Typst"),
    (TYPST, 'json("report.json")', "(:)", "TEMPLATE-015", "line", "Correct the Typst there"),
    (STYLES, 'w:styleId="NoteLabel"', 'w:styleId="Label"', "TEMPLATE-015", "style NoteLabel", "its id stays"),
    (STYLES, "</w:styles>", "</w:style>", "TEMPLATE-015", "line", "Correct the XML"),
    (STYLES, "<w:styles", "<!DOCTYPE x [<!ENTITY a 'b'>]><w:styles", "TEMPLATE-015", "", "Take out the DOCTYPE"),
    # The sample.
    (P3, "entries:", "entries: x\nentris:", "TEMPLATE-005", "entries", "Write a list here"),
    (P3, "{state: open}", "[open", "TEMPLATE-003", "line", "Correct the YAML there"),
    (P3, "interview_id: P3", "interview_id: P4", "TEMPLATE-012", "interview_id", "Write 'P3'"),
    (P3, "field: state", "feild: state", "TEMPLATE-005", "entries[0]", "Give the entry a field"),
    (P3, "{state: open}", "open", "TEMPLATE-005", "entries[0].payload", "Write a mapping here"),
    (P3, "consent:talk.PS3", "consent:tlak.PS3", "TEMPLATE-007", "entries[1].field", "did you mean 'talk'?"),
    (P3, "answer:P-CP-1.evidence.CP1", "answer:P-CP-1.evidence.CP19", "TEMPLATE-007", "entries[7].field",
     "did you mean 'CP1'?"),
    (P3, "answer:P-CP-1.evidence.CP1", "answer:P-CP-91.evidence.CP1", "TEMPLATE-007", "entries[7].field",
     "'P-CP-91' is not known"),
    (P3, "answer:P-CP-1.evidence.CP1", "answer:P-CP-1.evidnce.CP1", "TEMPLATE-007", "entries[7].field",
     "'evidnce' is not known"),
    (P3, "strength: experience", "strength: exprience", "TEMPLATE-007", "entries[7].payload.strength",
     "did you mean 'experience'?"),
    (O1, ".possible_meaning", ".posible_meaning", "TEMPLATE-007", "entries[2].field", "'possible_meaning'?"),
    (VISIT, "guide: person_supported", "guide: person_suported", "TEMPLATE-007", "interviews.P1.guide",
     "did you mean 'person_supported'?"),
    (VISIT, "role: person_supported", "role: person_suported", "TEMPLATE-008", "interviews.P1.role",
     "did you mean 'person_supported'?"),
    (VISIT, "  T1:\n", "  T2:\n", "TEMPLATE-007", "", "Plan T1 in visit.yaml"),
    (FINDINGS, "field: rating:CP1", "field: rating:XX1", "TEMPLATE-007", "entries[0].field", "'XX1' is not known"),
    (FINDINGS, "level: strong", "level: storng", "TEMPLATE-007", "entries[0].payload.level", "'strong'?"),
    (FINDINGS, "- A1.A-CP-1.note", "- A1.A-CP-99.note", "TEMPLATE-007", "entries[0].payload.cites[0]", "did you mean"),
    (FINDINGS, "standard: clarity_of_purpose", "standard: clarity", "TEMPLATE-007", "entries[51].payload.standard",
     "'clarity' is not known"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "code", "place", "remedy"), FAULTS, ids=[one[2] for one in FAULTS])
def test_a_fault_says_code_file_place_and_remedy(edit: Edit, file, old, new, code, place, remedy) -> None:
    folder = edit(file, old, new)
    faults = [fault for fault in check_templates(folder) if fault.code == code and remedy in fault.remedy]
    assert faults, [str(fault) for fault in check_templates(folder)]
    assert file == TERMS or Path(faults[0].file).parts[:2] == Path(file).parts[:2]
    assert place is None or faults[0].place.startswith(place)
    assert str(faults[0]).isprintable()


@pytest.mark.parametrize(
    "file",
    [ADVOCATE, "interview_guides/trustee.yaml", OBSERVATION, EASY_READ, TERMS, DESK, REPORT_WORDS, PAGE, TYPST, FONT,
     PACKED_FONT, "report/report.css", "report/fonts/OFL.txt", "report/word/_rels/.rels", STYLES, P3, O1, VISIT,
     FINDINGS, f"{SAMPLE}/assessment.yaml"],
)  # fmt: skip
def test_a_deleted_file_is_a_fault(folder: Path, file: str) -> None:
    (folder / file).unlink()
    missing = [fault.file for fault in check_templates(folder) if fault.code == "TEMPLATE-001"]
    assert missing == [file]


@pytest.mark.parametrize("name", ["report", "samples", "samples/lantern", "wording/en", "interview_guides"])
def test_a_deleted_folder_is_one_missing_thing(folder: Path, name: str) -> None:
    shutil.rmtree(folder / name)
    missing = [fault.file for fault in check_templates(folder) if fault.code == "TEMPLATE-001"]
    assert missing == ["samples/lantern/" if name == "samples" else f"{name}/"]


@pytest.mark.parametrize("file", [PAGE, TYPST, FONT, PACKED_FONT, STYLES, "report/report.css"])
def test_a_design_file_that_is_empty_or_cut_off_is_damaged(folder: Path, file: str) -> None:
    whole = (folder / file).read_bytes()
    for content in (b"", b"\xff\x00", *((whole[: len(whole) // 2],) if "css" not in file else ())):
        (folder / file).write_bytes(content)
        assert {(fault.code, fault.file) for fault in check_templates(folder)} == {("TEMPLATE-015", file)}


def test_a_deleted_key_names_its_placeholders(edit: Edit, folder: Path) -> None:
    lines = (folder / DESK).read_text(encoding="utf-8").splitlines()
    (line,) = (one for one in lines if one.strip().startswith("already:"))
    (fault,) = check_templates(edit(DESK, line + "\n", ""))
    assert (fault.code, fault.file, fault.place) == ("TEMPLATE-009", DESK, "door.terminal.already")
    assert "with {address}" in fault.remedy


def test_more_sentences_than_the_kit_uses_do_no_harm(folder: Path) -> None:
    with (folder / DESK).open("a", encoding="utf-8") as file:
        file.write("\nof_our_own: More\n")
    (folder / "wording/en/ours.yaml").write_text("more: More\n", encoding="utf-8")
    assert check_templates(folder) == []


def test_a_guide_that_cannot_be_read_is_not_called_missing_too(folder: Path) -> None:
    (folder / ADVOCATE).write_text("id: [", encoding="utf-8")
    assert {(fault.code, fault.file) for fault in check_templates(folder)} == {("TEMPLATE-003", ADVOCATE)}


def test_a_role_without_a_guide_is_a_fault(edit: Edit) -> None:
    other = "id: other_staff, label: other member of staff, plural: other members of staff, source: S, easy_read: true}"
    folder = edit("scheme.yaml", other, f"{other}\n  - {{id: volunteer, label: v, plural: v, source: S}}")
    assert [fault.file for fault in check_templates(folder) if fault.code == "TEMPLATE-001"] == [
        "interview_guides/volunteer.yaml"
    ]


def test_faults_of_every_kind_are_listed_together(edit: Edit) -> None:
    edit("jurisdictions/wales.yaml", "id: wales", "id: [wales")
    edit("scheme.yaml", "months: ", "months: about ")
    edit(REPORT_WORDS, "title:", "titel:")
    edit(DESK, "{address}", "{wrong}")
    edit(PAGE, "{% for block in blocks %}", "{% for block in blocks }")
    edit(P3, "answer:P-CP-1.evidence.CP1", "answer:P-CP-1.evidence.CP19")
    folder = edit("policies.yaml", "indicators: [", "indicators: [XX1, ")
    (folder / "interview_guides/trustee.yaml").unlink()
    faults = check_templates(folder)
    assert {(fault.code, fault.file) for fault in faults} >= {
        ("TEMPLATE-003", "jurisdictions/wales.yaml"),
        ("TEMPLATE-005", "scheme.yaml"),
        ("TEMPLATE-009", REPORT_WORDS),
        ("TEMPLATE-013", DESK),
        ("TEMPLATE-015", PAGE),
        ("TEMPLATE-007", P3),
        ("TEMPLATE-007", "policies.yaml"),
        ("TEMPLATE-001", "interview_guides/trustee.yaml"),
    }
    shown = CliRunner().invoke(app, ["templates", "check", str(folder)])
    assert shown.exit_code == 2
    notes = [line for line in shown.output.splitlines() if line.startswith("Note: ")]
    assert sum("interview_guides/" in note for note in notes) == 7, "the guides that can be read"
    assert shown.output.splitlines() == [*map(str, faults), *notes, f"{len(faults)} faults"]


def test_loading_looks_at_neither_report_nor_samples(folder: Path) -> None:
    shutil.rmtree(folder / "report")
    shutil.rmtree(folder / "samples")
    assert load_templates(folder).guides
