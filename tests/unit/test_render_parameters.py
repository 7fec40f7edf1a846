"""Parameters are checked against the notebook's own cell, all at once, before anything runs."""

from __future__ import annotations

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from qpm_widgets.errors import QpmError
from qpm_widgets.reports.parameters import Parameter, check_parameters, read_parameters


def notebook(source: str) -> object:
    return new_notebook(cells=[new_code_cell("x = 1"), new_code_cell(source, metadata={"tags": ["parameters"]})])


known = read_parameters(
    notebook(
        '''"""What to render."""
from typing import Literal

assessment_id: str = ""  # required
visit_id: str
edition: Literal["provider", "lead"] = "provider"
copies: int = 1
with_quotes: bool = True
threshold = 5
address = "a=b"
'''
    )
)


def test_the_cell_is_read_without_running_it():
    assert known == (
        Parameter("assessment_id", str, (), ""),
        Parameter("visit_id", str, (), None),
        Parameter("edition", str, ("provider", "lead"), "provider"),
        Parameter("copies", int, (), 1),
        Parameter("with_quotes", bool, (), True),
        Parameter("threshold", int, (), 5),
        Parameter("address", str, (), "a=b"),
    )
    assert [parameter.name for parameter in known if parameter.required] == ["assessment_id", "visit_id"]


def test_values_take_their_type_and_ids_stay_text():
    given = {"assessment_id": "007", "visit_id": "1e5", "copies": "12", "with_quotes": "False", "edition": "lead"}
    assert check_parameters("report", known, given) == {
        "assessment_id": "007", "visit_id": "1e5", "copies": 12, "with_quotes": False, "edition": "lead",
    }  # fmt: skip


def test_every_fault_is_named_at_once():
    given = {"visit_id": "", "editon": "lead", "copies": "many", "with_quotes": "1", "edition": "draft", "zzz": "x"}
    with pytest.raises(QpmError) as refused:
        check_parameters("visit_report.ipynb", known, given)
    error = refused.value
    assert error.code == "REPORT-001"
    for part in (
        "visit_id must not be empty", "editon is unknown (did you mean edition?)", "copies must be a whole number",
        "with_quotes must be true or false", "edition must be one of provider, lead", "zzz is unknown",
        "assessment_id is missing",
    ):  # fmt: skip
        assert part in error.remedy


@pytest.mark.parametrize("value", [True, 1.0, "1.5", "٣", "1e3", "", None, "9" * 30])
def test_what_is_no_whole_number(value: object):
    with pytest.raises(QpmError):
        check_parameters("report", (Parameter("copies", int, (), 1),), {"copies": value})


def test_text_is_never_taken_for_another_type():
    with pytest.raises(QpmError):
        check_parameters("report", (Parameter("name", str, (), "x"),), {"name": 7})


def test_a_notebook_without_a_parameter_cell_takes_none():
    plain = new_notebook(cells=[new_code_cell("x = 1")])
    assert read_parameters(plain) == ()
    with pytest.raises(QpmError, match="x is unknown"):
        check_parameters("report", (), {"x": "1"})


@pytest.mark.parametrize(
    "source",
    [
        "x: float = 1.0",
        "x: str | None = None",
        "x = []",
        "x = print()",
        "x: str = 3",
        "x: bool = 0",
        "x: Literal[1, 2] = 1",
        "x: Literal[y] = 'a'",
        "x = (",
    ],
)
def test_a_cell_that_cannot_be_checked_is_refused(source: str):
    with pytest.raises(QpmError, match="REPORT-001"):
        read_parameters(notebook(source))
