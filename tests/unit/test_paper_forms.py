"""The guide on paper: whose form it is, in which language, and that nothing of it is cut."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pikepdf
import pytest
from pdf_reading import read_pages, read_text

from qpm_widgets.journal.payloads import InterviewPlan, ObservationPlan
from qpm_widgets.reports.paper_form import PaperForm, form_of, write_form
from qpm_widgets.templates import load_templates
from qpm_widgets.templates.wording import iter_sentences
from qpm_widgets.visits import Interview, Observation

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
def test_nothing_of_a_form_is_cut_and_no_question_is_parted_from_its_lines(name, reading) -> None:
    for language in ("en", "cy"):
        templates = load_templates(language=language)
        form = PaperForm(templates.guides[name], reading)
        with pikepdf.open(io.BytesIO(write_form(templates, form))) as pdf:
            pages = read_pages(pdf)
            for page in pdf.pages:
                code, number, *rest = sorted(heights(page))
                assert 20 < code == number < min(rest) - 15, "the footer stands on the page, and nothing on it"
        assert all(form.code(templates) in page for page in pages)
        weighing = templates.wording.text("paper_form.weighing")
        parted = [page for page in pages if page.startswith(weighing)]
        # A-CP-7 is longer than a page in large print.
        assert len(parted) == (1 if (name, reading) == ("advocate", "easy_read") else 0)


def heights(page: pikepdf.Page) -> list[float]:
    """How high above the lower edge each text of a page begins, in points."""
    found, matrix, saved = [], pikepdf.Matrix(), []
    for operands, operator in pikepdf.parse_content_stream(page):
        match str(operator):
            case "q":
                saved.append(matrix)
            case "Q":
                matrix = saved.pop()
            case "cm":
                matrix = pikepdf.Matrix(*(float(one) for one in operands)) @ matrix
            case "Tm":
                placed = pikepdf.Matrix(*(float(one) for one in operands)) @ matrix
                found.append(placed.f)
    return found


def test_a_form_for_a_group_has_a_line_of_agreement_for_each_and_what_is_said_before(templates) -> None:
    pages = text_of(form_of(templates, planned(mode="remote"), "plain"))
    before, _, _ = " ".join(pages).partition("Before you go")
    agreed = templates.guides["person_supported"].opening.consents
    for code in ("PS7", "PS8"):
        assert before.count(f"{code} Yes No") == len(agreed)
    modes = templates.welsh.both("modes")
    said = [modes[mode]["plain"][key]["en"] for mode in ("remote", "group") for key in modes[mode]["plain"]]
    assert [one for one in said if one not in before] == []
    alone = " ".join(text_of(form_of(templates, planned(respondents=["PS7"]), "plain")))
    assert not [one for one in said if one in alone]
    anybody = " ".join(text_of(PaperForm(templates.guides["person_supported"])))
    assert anybody.count("Yes No Took it back") == 3 * len(agreed), "there may be several; their codes are written in"


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
        templates.wording.text(f"paper_assessor.{one}") for one in ("write", "break", "sign", "stopped", "read_back")
    ]
    assert [
        one for one in (*rules, *steps, *room, templates.jurisdictions["wales"].emergency) if one not in pages
    ] == []
    assert words["question"]["explored"] not in " ".join(text_of(PaperForm(guide)))


def test_a_guide_without_easy_read_is_large_print_and_says_so(templates) -> None:
    for name, style in (("trustee", "large-print"), ("observation", "large-print"), ("person_supported", "easy-read")):
        form = PaperForm(templates.guides[name], "easy_read")
        assert form.style == style
        assert f" / {style} / " in form.code(templates)
        assert PaperForm(templates.guides[name]).style == "plain"
