"""An assessor meets pages: no sentence that the kit shows says what they are made of."""

from __future__ import annotations

import re

import pytest

from qpm_widgets.templates.reading import TEMPLATES_FOLDER

MADE_OF = re.compile(r"\b(kernels?|cells?|notebooks?|jupyter\w*|python process\w*)\b", re.IGNORECASE)
WORDING = sorted((TEMPLATES_FOLDER / "wording").rglob("*.yaml"))


@pytest.mark.parametrize("file", WORDING, ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_no_sentence_names_what_a_page_is_made_of(file) -> None:
    said = [line for line in file.read_text(encoding="utf-8").splitlines() if not line.lstrip().startswith("#")]
    assert [line for line in said if MADE_OF.search(line)] == []
