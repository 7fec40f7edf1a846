"""What a respondent sees or hears in Welsh: all of it, or a finding; and the check says that nobody has reviewed it."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pikepdf
import pytest
import yaml
from pdf_reading import read_structure
from typer.testing import CliRunner

from qpm_widgets.capture.interview_view import view_guide, view_modes
from qpm_widgets.cli import app
from qpm_widgets.journal.payloads import InterviewPlan
from qpm_widgets.reports.invitation import compose_invitation, read_invitation
from qpm_widgets.reports.paper_form import PaperForm, write_form
from qpm_widgets.templates import Templates, check_templates, find_unreviewed, load_templates
from qpm_widgets.templates.reading import TEMPLATES_FOLDER
from qpm_widgets.templates.records import InterviewGuide
from qpm_widgets.templates.spoken_checks import iter_heard
from qpm_widgets.templates.wording import iter_sentences
from qpm_widgets.visits import load_interview

SHOWN = "interview_guides/person_without_words.yaml"  # an observation, of which some is shown
GUIDES = (
    "advocacy_manager", "advocate", "family_carer", "other_staff", "person_supported", "referrer_commissioner",
    "trustee",
)  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped templates."""
    return Path(shutil.copytree(TEMPLATES_FOLDER, tmp_path / "templates"))


def iter_texts(tree: Any, steps: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], dict[str, str]]]:
    """Every text in the YAML of a guide, found without the kit's own records."""
    if isinstance(tree, dict) and "en" in tree:
        yield steps, tree
    elif isinstance(tree, dict):
        for key, value in tree.items():
            yield from iter_texts(value, (*steps, key))
    elif isinstance(tree, list):
        for n, value in enumerate(tree):
            yield from iter_texts(value, (*steps, n))


@pytest.mark.parametrize("name", GUIDES)
def test_everything_but_cautions_is_in_welsh(name: str) -> None:
    guide = yaml.safe_load((TEMPLATES_FOLDER / f"interview_guides/{name}.yaml").read_text(encoding="utf-8"))
    assert [steps for steps, text in iter_texts(guide) if not text.get("cy") and "caution" not in steps] == []


@pytest.mark.parametrize("name", GUIDES)
def test_every_welsh_text_that_is_taken_out_is_found_with_file_and_place(folder: Path, name: str) -> None:
    path = folder / f"interview_guides/{name}.yaml"
    guide = yaml.safe_load(path.read_text(encoding="utf-8"))
    heard = [(steps, text) for steps, text in iter_texts(guide) if "caution" not in steps]
    for _, text in heard:
        del text["cy"]
    path.write_text(yaml.safe_dump(guide, allow_unicode=True), encoding="utf-8")
    faults = check_templates(folder)
    assert {(fault.code, fault.file) for fault in faults} == {("TEMPLATE-017", f"interview_guides/{name}.yaml")}
    places = {fault.place.partition(" (")[0] for fault in faults}
    wanted = {"".join(f"[{one}]" if isinstance(one, int) else f".{one}" for one in steps) for steps, _ in heard}
    assert places == {place.removeprefix(".") for place in wanted}
    assert all(fault.line for fault in faults)


def test_a_language_without_its_welsh_name_is_a_finding(folder: Path) -> None:
    path = folder / "scheme.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace(", cy: Wrdw}", "}"), encoding="utf-8")
    (fault,) = check_templates(folder)
    assert (fault.code, fault.file, fault.remedy) == ("TEMPLATE-017", "scheme.yaml", "Add 'cy', its name in Welsh.")
    assert fault.place.startswith("languages[")
    assert load_templates(folder).scheme.languages[-1].name.read("cy") == "Urdu"


def test_a_missing_translation_keeps_no_kit_from_opening_and_is_said_in_english(folder: Path) -> None:
    path = folder / "interview_guides/person_supported.yaml"
    text = path.read_text(encoding="utf-8")
    assert ', cy: "Beth ddylai newid?"' in text
    path.write_text(text.replace(', cy: "Beth ddylai newid?"', ""), encoding="utf-8")
    assert [fault.code for fault in check_templates(folder)] == ["TEMPLATE-017"]
    guide = load_templates(folder).guides["person_supported"]
    assert isinstance(guide, InterviewGuide)
    said = {text.en: text.read("cy") for _, _, text in iter_heard(guide)}
    assert said["What should change?"] == "What should change?"
    assert said["What should stay just as it is?"] == "Beth ddylai aros yn union fel y mae?"
    assert all(said.values())


def test_the_words_of_symbols_and_what_is_shown_without_an_interview_are_in_welsh_too(folder: Path) -> None:
    for file, places in (
        (SHOWN, [f"show[{n}].{how}" for n in range(5) for how in ("plain", "easy_read")]),
        ("symbols.yaml", [f"symbols[{n}].word" for n in range(len(load_templates(folder).symbols))]),
    ):
        path = folder / file
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        for _, text in iter_texts(content):
            text.pop("cy", None)
        path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
        assert sorted(one.place for one in check_templates(folder) if one.file == file) == sorted(places)


@pytest.mark.parametrize("section", ["card", "modes", "invitation", "paper_form", "report_writers"])
def test_every_welsh_sentence_for_a_respondent_that_is_taken_out_is_found_and_said_in_english(
    folder: Path, section: str
) -> None:
    path = folder / f"wording/cy/{section}.yaml"
    whole = yaml.safe_load(path.read_text(encoding="utf-8"))
    keys = [steps for steps, _ in iter_sentences(whole)]
    assert keys == [steps for steps, _ in iter_sentences(load_templates(folder).wording.section(section))]
    path.write_text("{}\n", encoding="utf-8")
    found = {one.place: one.code for one in check_templates(folder) if one.file == f"wording/cy/{section}.yaml"}
    assert found == {".".join(steps): "TEMPLATE-017" for steps in keys}
    pairs = {steps[:-1]: steps[-1] for steps, _ in iter_sentences(load_templates(folder).welsh.both(section))}
    assert pairs == dict.fromkeys(keys, "en"), "in English, and marked as English"


def test_what_is_not_translated_is_handed_out_in_english_and_marked_as_english(folder: Path, lantern) -> None:
    for section, steps in (
        ("invitation", ("person", "plain", "about", "text")),
        ("invitation", ("person", "plain", "talk", "points", "questions")),
        ("modes", ("remote", "plain", "word")),
        ("paper_form", ("notes",)),
    ):
        path = folder / f"wording/cy/{section}.yaml"
        words = yaml.safe_load(path.read_text(encoding="utf-8"))
        node = words
        for step in steps[:-1]:
            node = node[step]
        del node[steps[-1]]
        path.write_text(yaml.safe_dump(words, allow_unicode=True), encoding="utf-8")
    templates = load_templates(folder, language="cy")
    document = compose_invitation(templates, read_invitation(lantern.journal, "lantern", "P2", "plain"))
    english = [
        one
        for block in document.blocks
        for one in (getattr(block, "items", None) or (block,))
        if getattr(one, "language", "") == "en"
    ]
    assert [type(one).__name__ for one in english] == ["Paragraph", "Item"]
    plan = load_interview(lantern.journal, "lantern", "P2").plan.model_copy(update={"mode": "remote"})
    mode, *_ = view_modes(plan, templates)  # by phone or video comes first
    assert ["cy" in one["plain"] for one in mode["say"]] == [True, False, True, True, True]
    english = []
    for one in (load_templates(language="cy"), templates):
        with pikepdf.open(io.BytesIO(write_form(one, PaperForm(one.guides["person_supported"])))) as pdf:
            english.append(read_structure(pdf).count("Lang=en-GB"))
    assert english[1] == english[0] + 28, "above the notes of each question"


def test_a_page_is_given_both_languages_of_what_is_said_and_not_who_reviewed_it(templates: Templates) -> None:
    plan = InterviewPlan.model_validate(
        {
            "visit": "V1",
            "guide": "person_supported",
            "role": "person_supported",
            "respondents": ["PS1"],
            "nation": "wales",
            "planned_at": "2026-03-10T10:00:00+00:00",
            "minutes": 60,
            "assessor": "AS1",
            "language": "cy",
        }
    )
    view = view_guide(templates.guides["person_supported"], plan, ())
    assert view["opening"]["limits"]["easy_read"]["cy"].startswith("Dydw i ddim yn ysgrifennu eich enw.")
    assert "translation" not in view


def test_the_check_notes_what_no_welsh_speaker_has_reviewed(folder: Path) -> None:
    files = sorted((*(f"interview_guides/{name}.yaml" for name in GUIDES), SHOWN))
    unreviewed = find_unreviewed(folder)
    assert unreviewed[: len(files) + 1] == [*files, "symbols.yaml"]
    shown = CliRunner().invoke(app, ["templates", "check", str(folder)])
    notes = [f"Note: {file}: no Welsh speaker has reviewed its Welsh yet." for file in unreviewed]
    assert (shown.exit_code, shown.output.splitlines()) == (0, [*notes, "no faults"])
    path = folder / files[0]
    path.write_text(path.read_text(encoding="utf-8").replace("reviewed: false", "reviewed: true"), encoding="utf-8")
    assert find_unreviewed(folder) == unreviewed[1:]


HANDED_OUT = """
title: {title}
person:
  plain: {{offer: {plain}}}
  easy_read: {{offer: {easy}}}
"""


def hand_out(folder: Path, language: str, title: str, plain: str, easy: str) -> None:
    (folder / f"wording/{language}").mkdir(exist_ok=True)
    text = HANDED_OUT.format(title=title, plain=plain, easy=easy)
    (folder / f"wording/{language}/handed_out.yaml").write_text(text, encoding="utf-8")


def test_what_is_handed_out_in_easy_read_is_checked_as_the_guides_are(folder: Path) -> None:
    hand_out(folder, "en", "Your advocate", "You will be asked.", "We ask you.")
    assert [(one.code, one.file, one.place) for one in check_templates(folder)] == [
        ("TEMPLATE-017", "wording/cy/handed_out.yaml", place)
        for place in ("title", "person.plain.offer", "person.easy_read.offer")
    ]
    hand_out(folder, "cy", "Eich heiriolwr", "Byddwn yn gofyn.", "Rydyn ni'n gofyn i chi.")
    assert [str(one) for one in check_templates(folder)] == []
    assert "wording/cy/handed_out.yaml" in find_unreviewed(folder)
    hand_out(folder, "en", "Your advocate", "You will be asked.", "You will be asked.")
    hand_out(folder, "cy", "Eich ffrind", "Byddwn yn gofyn.", "Gofynnwyd i chi.")
    assert [(one.code, one.file, one.place) for one in check_templates(folder)] == [
        ("TEMPLATE-018", "wording/cy/handed_out.yaml", "title"),
        ("TEMPLATE-016", "wording/en/handed_out.yaml", "person.easy_read.offer"),
        ("TEMPLATE-016", "wording/cy/handed_out.yaml", "person.easy_read.offer"),
    ]


def test_reviewed_wording_is_noted_no_more(folder: Path) -> None:
    hand_out(folder, "cy", "Eich heiriolwr", "Byddwn yn gofyn.", "Rydyn ni'n gofyn i chi.")
    path = folder / "welsh_terms.yaml"
    text = path.read_text(encoding="utf-8").replace("reviewed_wording: []", "reviewed_wording: [handed_out]")
    path.write_text(text, encoding="utf-8")
    assert "wording/cy/handed_out.yaml" not in find_unreviewed(folder)


def test_nobody_is_addressed_as_ti() -> None:
    # A respondent is "chi", always; these forms of "ti" share their letters with no other word of the guides.
    familiar = {"ti", "dy", "wyt", "rwyt", "gennyt", "wrthyt", "arnat", "gallet", "byddi", "fyddi", "hoffet"}
    for name in GUIDES:
        guide = yaml.safe_load((TEMPLATES_FOLDER / f"interview_guides/{name}.yaml").read_text(encoding="utf-8"))
        for steps, text in iter_texts(guide):
            assert not familiar.intersection(text.get("cy", "").casefold().replace("?", "").split()), (name, steps)
