"""The loaded templates: finding things in them, wording and its fallback, the digest, and how long loading takes."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qpm_widgets.errors import QpmError
from qpm_widgets.templates import Templates, load_templates
from qpm_widgets.templates.reading import TEMPLATES_FOLDER
from qpm_widgets.templates.wording import Wording, placeholders

ENGLISH = {"sheet": {"saved": "Saved {time}", "consent": {"gate": "Not yet", "count": "{n} of {all}"}}}
WELSH = {"sheet": {"saved": "Cadwyd {time}", "consent": {"count": "{n} o {all}"}}}


def test_finding_an_indicator_its_standard_and_a_role(templates: Templates) -> None:
    assert templates.indicator("SG2").sources == ("A", "M", "D")
    assert templates.standard_of("SG2").id == "safeguarding"
    assert templates.role("person_supported").easy_read
    assert templates.source_of_role("referrer_commissioner").code == "R"
    assert templates.indicator_ids[0] == "CP1"
    assert templates.indicator_ids[-1] == "SA7"


@pytest.mark.parametrize(
    ("find", "code", "remedy"),
    [
        (lambda templates: templates.indicator("SG22"), "TEMPLATE-007", "did you mean 'SG2'?"),
        (lambda templates: templates.standard_of("XX1"), "TEMPLATE-007", "'XX1' is not known"),
        (lambda templates: templates.role("advocat"), "TEMPLATE-008", "did you mean 'advocate'?"),
        (lambda templates: templates.source_of_role("judge"), "TEMPLATE-008", "'judge' is not known"),
        (lambda templates: load_templates(language="fr"), "TEMPLATE-009", "choose from en, cy"),
    ],
)
def test_what_is_not_there_is_an_error_with_a_suggestion(templates: Templates, find, code: str, remedy: str) -> None:
    with pytest.raises(QpmError) as caught:
        find(templates)
    assert caught.value.code == code
    assert remedy in caught.value.remedy


def test_templates_do_not_change(templates: Templates) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        templates.digest = "other"
    with pytest.raises(TypeError):
        templates.guides["new"] = templates.guides["advocate"]


def test_templates_are_shown_in_one_short_line(templates: Templates) -> None:
    assert repr(templates) == f"<Templates qpm_4, 11 guides, digest {templates.digest[:12]}>"


def test_the_digest_is_of_what_the_templates_say(templates: Templates, tmp_path: Path) -> None:
    folder = tmp_path / "templates"
    shutil.copytree(TEMPLATES_FOLDER, folder, ignore=shutil.ignore_patterns("report", "samples"))
    assert load_templates(folder).digest == load_templates(language="cy").digest == templates.digest
    policies = folder / "policies.yaml"
    text = policies.read_text(encoding="utf-8")
    policies.write_bytes(text.replace("\n", "\r\n").encode())
    assert load_templates(folder).digest == templates.digest
    policies.write_text(text.replace("name: Volunteers", "name: Volunteering"), encoding="utf-8")
    assert load_templates(folder).digest != templates.digest


def test_wording_by_key() -> None:
    wording = Wording("en", ENGLISH)
    assert wording.text("sheet.saved", time="14:03") == "Saved 14:03"
    assert wording.text("sheet.consent.count", n=1, all=4) == "1 of 4"
    assert wording.text("sheet.saved", time="{all}") == "Saved {all}", "what is filled in is not read as a placeholder"


def test_welsh_wording_falls_back_on_english() -> None:
    wording = Wording("cy", ENGLISH, WELSH)
    assert wording.text("sheet.saved", time="14:03") == "Cadwyd 14:03"
    assert wording.text("sheet.consent.gate") == "Not yet"
    assert wording.section("sheet")["consent"] == {"gate": "Not yet", "count": "{n} o {all}"}


def test_a_section_is_a_copy() -> None:
    wording = Wording("en", ENGLISH)
    wording.section("sheet")["consent"]["gate"] = "Anything goes"
    assert wording.text("sheet.consent.gate") == "Not yet"


@pytest.mark.parametrize(
    ("ask", "remedy"),
    [
        (lambda wording: wording.text("sheet.savd"), "did you mean 'sheet.saved'?"),
        (lambda wording: wording.text("shet.saved"), "did you mean 'sheet.saved'?"),
        (lambda wording: wording.text("sheet.consent"), "Name one sentence"),
        (lambda wording: wording.text("sheet.saved.at"), "did you mean 'sheet.saved'?"),
        (lambda wording: wording.text("sheet.consent.count", n=1), "Its placeholders are: all, n."),
        (lambda wording: wording.section("shet"), "did you mean 'sheet'?"),
    ],
)
def test_missing_wording_is_an_error(ask, remedy: str) -> None:
    with pytest.raises(QpmError) as caught:
        ask(Wording("en", ENGLISH))
    assert caught.value.code == "TEMPLATE-009"
    assert remedy in caught.value.remedy


@given(sentence=st.text(alphabet="ab {}!:.0[]_"), value=st.text())
def test_a_sentence_that_passes_the_check_can_be_filled_in(sentence: str, value: str) -> None:
    try:
        names = placeholders(sentence)
    except ValueError:
        return
    filled = Wording("en", {"s": {"k": sentence}}).text("s.k", **dict.fromkeys(names, value))
    assert filled.count(value) >= len(names)
