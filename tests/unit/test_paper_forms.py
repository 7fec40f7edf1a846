"""The guide on paper: whose form it is, in which language, and that nothing of it is cut."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pikepdf
import pytest
import yaml
from pdf_reading import read_marks, read_pages, read_text

from qpm_widgets.journal.payloads import InterviewPlan, ObservationPlan
from qpm_widgets.reports.paper_form import PaperForm, form_of, write_form
from qpm_widgets.templates import Templates, check_templates, load_templates
from qpm_widgets.templates.reading import TEMPLATES_FOLDER
from qpm_widgets.templates.records import ObservationGuide, Question, Scene
from qpm_widgets.templates.wording import iter_sentences
from qpm_widgets.visits import Interview, Observation

A4 = 842  # how high a page is, in points
WHEN = datetime(2026, 3, 10, 10, tzinfo=UTC)


def planned(**plan: object) -> Interview:
    whole = {
        "visit": "V1", "guide": "person_supported", "role": "person_supported", "respondents": ["PS7", "PS8"],
        "nation": "wales", "planned_at": WHEN, "minutes": 60, "assessor": "AS2", **plan,
    }  # fmt: skip
    return Interview("P4", InterviewPlan.model_validate(whole), "planned", "")


def text_of(form: PaperForm, language: str = "en") -> list[str]:
    with pikepdf.open(io.BytesIO(write_form(load_templates(language=language), form))) as pdf:
        return read_pages(pdf)


def test_a_form_of_an_interview_has_its_codes_and_asks_what_its_plan_calls_for(templates) -> None:
    pages = text_of(form_of(templates, planned(), "plain"))
    assert all("P4 / person_supported 1 / en / plain /" in page for page in pages)
    assert "Id in the plan P4 Codes, never names PS7, PS8" in pages[0]
    asked = " ".join(pages)
    assert "P-END-3" in asked, "asked in a group"
    assert "P-EQ-5" in asked, "asked in Wales"
    alone = " ".join(text_of(form_of(templates, planned(respondents=["PS7"], nation="england"), "plain")))
    assert not {"P-END-3", "P-EQ-5"} & set(alone.split())
    seen = ObservationPlan.model_validate(
        {"visit": "V1", "guide": "observation", "nation": "wales", "planned_at": WHEN, "minutes": 30, "assessor": "AS2"}
    )
    assert "O3 / observation 1 / en" in text_of(form_of(templates, Observation("O3", seen, "planned", ""), "plain"))[-1]


def test_a_form_of_a_visit_to_one_person_has_room_for_a_yes_or_a_no(templates) -> None:
    sign = templates.wording.text("paper_assessor.sign")
    there = {guide: sign in " ".join(text_of(PaperForm(templates.guides[guide], "plain")))
             for guide in ("observation", "person_without_words")}  # fmt: skip
    assert there == {"observation": False, "person_without_words": True}


def test_every_observation_has_room_for_what_no_scene_of_it_names(templates) -> None:
    own = templates.wording.text("paper_assessor.own_scene")
    guides = [one for one in templates.guides.values() if isinstance(one, ObservationGuide)]
    assert [one.id for one in guides if own not in " ".join(text_of(PaperForm(one, "plain")))] == []


def test_a_welsh_form_says_in_welsh_what_a_respondent_sees_and_in_english_how_it_is_weighed() -> None:
    templates = load_templates(language="cy")
    words = templates.wording.both("paper_form")
    text = " ".join(text_of(form_of(templates, planned(), "easy_read"), "cy"))
    said = {steps[:-1]: value for steps, value in iter_sentences(words) if steps[-1] == "cy"}
    absent = {("page",), ("look_first",), ("look_for",), ("fill_in", "place")}
    assert [value for steps, value in said.items() if steps not in absent and str(value) not in text] == []
    assert "Tudalen 1 o" in text
    english = [value for steps, value in iter_sentences(words) if steps[-1] == "en" and len(str(value)) > 10]
    assert [one for one in english if str(one) in text] == []
    assert "Supports" in text


def test_easy_read_has_the_symbols_of_the_guide_and_plain_words_have_none(templates) -> None:
    guide = templates.guides["person_supported"]
    easy, plain = (write_form(templates, PaperForm(guide, reading)) for reading in ("easy_read", "plain"))
    with pikepdf.open(io.BytesIO(easy)) as pdf:
        assert "Choose Time Place" in read_text(pdf)
    with pikepdf.open(io.BytesIO(plain)) as pdf:
        assert "Choose Time Place" not in read_text(pdf)


@pytest.mark.parametrize("reading", ["plain", "easy_read"])
@pytest.mark.parametrize("name", sorted(load_templates().guides))
def test_a_form_is_set_whole_with_its_code_on_each_page_and_no_page_half_empty(name, reading) -> None:
    for language in ("en", "cy"):
        templates = load_templates(language=language)
        form = PaperForm(templates.guides[name], reading)
        with pikepdf.open(io.BytesIO(write_form(templates, form))) as pdf:
            for page in pdf.pages:
                placed, strokes = read_marks(page)
                code, number, *rest = sorted(one.height for one in placed)
                assert 20 < code == number < min(rest) - 15, "the footer stands on the page, and nothing on it"
                if reading == "easy_read":
                    assert min(one.size for one in placed) >= 13.99
                lowest = min(*rest, *(height for height in strokes if height > code + 15))
                assert page == pdf.pages[-1] or lowest < 0.4 * A4
            pages = read_pages(pdf)
        assert all(form.code(templates) in page for page in pages)
        for question, labels in asked_in(templates, form):
            page = next(page for page in pages if question.id in page.split())
            below = page.partition(f" {question.id} ")[2]
            assert [below.find(label) >= 0 for label in labels] == [True] * len(labels)


def asked_in(templates: Templates, form: PaperForm) -> Iterator[tuple[Question | Scene, list[str]]]:
    """Each question or scene, with the labels of its lines, the last of them, which ends it, last."""
    said = templates.wording.both("paper_form")
    language = templates.wording.language
    if isinstance(form.guide, ObservationGuide):
        labels = [getattr(one.label, language) or one.label.en for one in form.guide.parts]
        yield from ((one, [*labels, said["weighing"][language]]) for one in form.guide.scenes)
        return
    labels = [said[name][language] for name in ("notes", "quote", "said_in")]
    if form.reading == "plain":  # in Easy Read how an answer is weighed stands at the end
        labels.append(said["weighing"][language])
    yield from ((one, labels) for section in form.guide.sections for one in section.questions)


def test_a_question_longer_than_a_page_goes_on_to_the_next(templates) -> None:
    guide = templates.guides["advocate"]
    section = guide.sections[0]
    long = section.questions[0].model_copy(update={"prompts": section.questions[0].prompts * 30})
    guide = guide.model_copy(update={"sections": (section.model_copy(update={"questions": (long,)}),)})
    with pikepdf.open(io.BytesIO(write_form(templates, PaperForm(guide)))) as pdf:
        for page in pdf.pages:
            code, _, *rest = sorted(one.height for one in read_marks(page)[0])
            assert code < min(rest) - 15


def test_in_easy_read_what_is_weighed_stands_at_the_end_with_the_id_of_its_question(templates) -> None:
    guide = templates.guides["person_supported"]
    asked, _, weighed = " ".join(text_of(PaperForm(guide, "easy_read"))).partition("For the assessor")
    assert "Contradicts" not in asked
    for question in (one for section in guide.sections for one in section.questions):
        assert question.id in asked.split()
        assert f" {question.id} {question.indicators[0] if question.indicators else 'No answer'} " in weighed


def test_the_codes_of_a_large_group_stand_below_their_label(templates) -> None:
    group = planned(respondents=[f"PS{n}" for n in range(11, 18)])
    for reading in ("plain", "easy_read"):
        with pikepdf.open(io.BytesIO(write_form(templates, form_of(templates, group, reading)))) as pdf:
            placed, _ = read_marks(pdf.pages[0])
        label = next(one for one in placed if one.text == "Codes, never names")
        first = next(one for one in placed if one.text.startswith("PS11"))
        assert label.height - first.height > 0.9 * first.size


def test_a_form_for_a_group_has_a_line_of_agreement_for_each_and_what_is_said_before(templates) -> None:
    pages = text_of(form_of(templates, planned(mode="remote", interpreter=True, supporter=True), "plain"))
    before, _, _ = " ".join(pages).partition("Before you go")
    agreed = templates.guides["person_supported"].opening.consents
    for code in ("PS7", "PS8"):
        assert before.count(f"{code} Yes No") == len(agreed)
    modes = templates.welsh.both("modes")
    said = [modes[mode]["plain"][key]["en"] for mode in modes for key in modes[mode]["plain"]]
    assert [one for one in said if one not in before] == []
    alone = " ".join(text_of(form_of(templates, planned(respondents=["PS7"]), "plain")))
    assert not [one for one in said if one in alone]
    anybody = " ".join(text_of(PaperForm(templates.guides["person_supported"])))
    assert anybody.count("Yes No Took it back") == 3 * len(agreed), "there may be several; their codes are written in"
    assert anybody.count("Code Agreement How they said it Yes") == len(agreed), (
        "and each empty column says what it is for"
    )


@pytest.mark.parametrize("reading", ["plain", "easy_read"])
def test_a_form_has_what_the_page_asks_of_each_answer_and_quote_and_calls_it_the_same(templates, reading) -> None:
    pages, page = " ".join(text_of(form_of(templates, planned(), reading))), templates.wording.section("sheet")
    asked = [one for one in templates.guides["person_supported"].sections for one in one.questions if one.id in pages]
    assert pages.count(page["question"]["strength"]) == sum(len(one.indicators) for one in asked)
    grades = " ".join(one.label for one in templates.scheme.quote_grades)
    assert pages.count(f"{grades} {page['question']['not_wanted']}") == len(asked)


def test_the_code_of_somebody_who_joined_stands_whole_on_its_line_of_agreement(templates) -> None:
    joined = planned(respondents=["PS7", "PS8", "PS9-AS12"])
    for reading in ("plain", "easy_read"):
        text = " ".join(text_of(form_of(templates, joined, reading)))
        assert text.count("PS9-AS12 Yes No") == len(templates.guides["person_supported"].opening.consents)


def test_whoever_of_a_group_is_not_here_has_a_tick_where_they_are_asked_to_talk(templates) -> None:
    for reading in ("plain", "easy_read"):
        absent = templates.wording.text("paper_form.absent")
        assert " ".join(text_of(form_of(templates, planned(), reading))).count(absent) == 2
        assert absent not in " ".join(text_of(form_of(templates, planned(respondents=["PS7"]), reading)))


def test_a_form_has_what_the_page_would_tell_the_assessor(templates) -> None:
    words = templates.wording.section("sheet")
    guide = templates.guides["advocate"]
    caution = next(one for part in guide.sections for one in part.questions if one.caution and one.indicators)
    plan = {"guide": "advocate", "role": "advocate", "respondents": ["AD1"], "explore": [caution.indicators[0]]}
    pages = " ".join(text_of(form_of(templates, planned(**plan), "plain")))
    assert caution.caution.en in pages
    assert words["question"]["explored"] in pages
    rules = [words["pause"]["rule"][one] for one in ("offer", "ask", "choose")] + [words["pause"]["outright"]]
    steps = [
        one.replace("{authority}", "the local authority")
        for name, one in words["safeguarding"]["steps"].items()
        if name != "write"
    ]
    room = [
        templates.wording.text(f"paper_assessor.{one}")
        for one in ("write", "break", "sign", "stopped", "own_question", "read_back")
    ]
    assert [
        one for one in (*rules, *steps, *room, templates.jurisdictions["wales"].emergency) if one not in pages
    ] == []
    assert words["question"]["explored"] not in " ".join(text_of(PaperForm(guide)))


def without_easy_read(tree: Any) -> Any:
    """What is read of a guide's YAML, without its Easy Read."""
    if isinstance(tree, dict):
        return {key: without_easy_read(value) for key, value in tree.items() if key != "easy_read"}
    return [without_easy_read(one) for one in tree] if isinstance(tree, list) else tree


def test_a_guide_without_easy_read_is_large_print_and_says_so(templates, tmp_path) -> None:
    folder = Path(shutil.copytree(TEMPLATES_FOLDER, tmp_path / "templates"))
    scheme, guide = folder / "scheme.yaml", folder / "interview_guides/trustee.yaml"
    scheme.write_text(scheme.read_text("utf-8").replace("source: T, easy_read: true", "source: T"), "utf-8")
    words = without_easy_read(yaml.safe_load(guide.read_text("utf-8")))
    guide.write_text(yaml.safe_dump(words, allow_unicode=True), "utf-8")
    assert check_templates(folder) == []
    edited = load_templates(folder)
    expected = (
        (edited, "trustee", "large-print"),
        (templates, "trustee", "easy-read"),
        (templates, "observation", "large-print"),
    )
    for shipped, name, style in expected:
        form = PaperForm(shipped.guides[name], "easy_read")
        assert form.style == style
        assert f" / {style} / " in form.code(shipped)
        assert PaperForm(shipped.guides[name]).style == "plain"
    with pikepdf.open(io.BytesIO(write_form(edited, PaperForm(edited.guides["trustee"], "easy_read")))) as pdf:
        assert "What brought you to this board?" in read_text(pdf)
        assert min(one.size for page in pdf.pages for one in read_marks(page)[0]) >= 13.99
