"""The identifier guard: what it finds, what it leaves alone, and that no text can upset it."""

from __future__ import annotations

import sys
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qpm_widgets.identifiers import KINDS, find_identifiers, utf16_span

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))
from identifiers import measure, read_labelled

TODAY = date(2026, 10, 13)


def words_of(text: str) -> list[tuple[str, str]]:
    return [(one.kind, text[one.start : one.end]) for one in find_identifiers(text, today=TODAY)]


def test_the_labelled_lines_are_many_and_half_of_them_hold_nothing() -> None:
    lines = list(read_labelled())
    assert len(lines) >= 300
    assert len([text for text, marked in lines if not marked]) >= len(lines) / 2
    assert {one.kind for _, marked in lines for one in marked} == set(KINDS)


def test_precision_and_recall_on_the_labelled_lines() -> None:
    misses: list[str] = []
    figures = measure(misses)
    names = figures.pop("name")
    assert figures["all"]["precision"] >= 0.97, misses
    assert figures["all"]["recall"] >= 0.95, misses
    assert (names["precision"] >= 0.95, names["recall"] >= 0.92) == (True, True), misses


def test_a_number_with_a_wrong_check_digit_is_somebody_elses_business() -> None:
    assert words_of("943 476 5919") == [("nhs_number", "943 476 5919")]
    assert words_of("943 476 5918") == []


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        ("nhs_number", ["943.476.5919", "943  476  5919", "943\u00a0476\u00a05919", "943\u2011476\u20115919"]),
        ("ni_number", ["AB-12-34-56-C", "AB.12.34.56.C", "AB  123456  C"]),
        ("postcode", ["SW1A  1AA", "SW1A\u00a01AA", "SW1A-1AA"]),
        (
            "date_of_birth",
            ["third of May 1958", "twenty-first May 1958", "May 3rd, 1958", "3rd May, 1958", "3 / 5 / 1958"],
        ),
    ],
)
def test_it_is_found_however_it_is_spaced_and_said(kind: str, written: list[str]) -> None:
    for one in written:
        assert words_of(f"It is {one} they said.") == [(kind, one)]


def test_a_row_of_numbers_is_not_one_with_gaps() -> None:
    assert words_of("943, 476, 5919 and 943 - 476 - 5919 and 943-476 5919") == []
    assert words_of("rooms B1\n1AA; second of May meeting; in March 2001 they moved") == []


def test_a_date_is_a_birth_by_its_cue_or_its_age() -> None:
    assert words_of("3rd May 58, aged 68; 3rd May 24, agreed") == [("date_of_birth", "3rd May 58")]
    assert words_of("born 3/4/20, met 3/4/2026") == [("date_of_birth", "3/4/20")]
    assert words_of("12 May 1958") == [("date_of_birth", "12 May 1958")]
    assert words_of("12 May 2020") == []


def test_of_two_that_overlap_the_longer_stands() -> None:
    assert words_of("mail 07700900123@example.org") == [("email", "07700900123@example.org")]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("siân and SIAN and Si\u0301an", ["siân", "SIAN", "Si\u0301an"]),
        ("Sia\u0302n came", ["Sia\u0302n"]),
        ("Dr O\u2019Neill, O'NEILL's, ONeill, O Neill", ["O\u2019Neill", "O'NEILL", "ONeill", "O Neill"]),
        ("O'Neill, Siân and S. O'Neill", ["O'Neill, Siân", "S. O'Neill"]),
        ("Neilly, Siânau, neill2", []),
        ("\uff33ian in wide letters", ["\uff33ian"]),
        ("Will Price met Will; he will. The price. Will Street, Mr Price.", ["Will Price", "Will", "Price"]),
        ("Will told me. Will it rain?", ["Will"]),
        ("ward manager of the ward", []),
        ("Price", []),
        ("W. Price", ["W. Price"]),
    ],
)
def test_a_listed_name_is_found_as_people_write_it(text: str, found: list[str]) -> None:
    names = ("Dr Siân O'Neill (ward manager)", "Will Price, ward manager")
    assert [text[one.start : one.end] for one in find_identifiers(text, names, today=TODAY)] == found


@pytest.mark.parametrize("before", ["", "\U0001f600 ", "\u05e9\u05dc ", "e\u0301 "])
def test_the_page_gets_the_stretch_as_it_counts(before: str) -> None:
    text = f"{before}M1 1AE"
    [found] = find_identifiers(text, today=TODAY)
    start, end = utf16_span(text, found)
    assert text.encode("utf-16-le")[2 * start : 2 * end].decode("utf-16-le") == "M1 1AE"


@given(st.text(max_size=200), st.lists(st.text(max_size=30), max_size=5))
def test_any_list_of_names_gives_stretches_inside_any_text(text: str, names: list[str]) -> None:
    for whole in (text, f"{text} {' '.join(names)}"):
        found = find_identifiers(whole, tuple(names))
        assert all(0 <= one.start < one.end <= len(whole) for one in found)
        assert all(one.end <= other.start for one, other in pairwise(found))


@given(
    st.text(max_size=300), st.sampled_from(["943 476 5919", "AB 12 34 56 C", "07700 900123", "M1 1AE", "a@b.example"])
)
def test_any_text_gives_stretches_inside_it_in_order_and_apart(text: str, identifier: str) -> None:
    for whole in (text, f"{text} {identifier}\n{text}"):
        found = find_identifiers(whole, today=TODAY)
        assert all(0 <= one.start < one.end <= len(whole) for one in found)
        assert all(one.end <= other.start for one, other in pairwise(found))
