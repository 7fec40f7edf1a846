"""No page has a sentence of its own: what is shown comes from the wording, the pages' titles included."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from qpm_widgets import errors
from qpm_widgets.capture import locked_page
from qpm_widgets.capture.page_files import STATIC
from qpm_widgets.errors import codes, fault_of

FRAME = STATIC.parent / "labextension/qpm-field-kit/static"
SCRIPTS = sorted((*STATIC.glob("*.js"), *FRAME.glob("*.js")))
NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
WORDING = Path(__file__).parents[2] / "site_visit_templates" / "wording"
SHOWN = [
    path for path in sorted(WORDING.rglob("*.yaml")) if path != errors.REFUSALS
]  # that one the command line says too
COMMENT = re.compile(r"^\s*//.*$|\s// .*$", re.MULTILINE)
LITERAL = re.compile(r'"((?:[^"\\\n]|\\.)*)"|\'((?:[^\'\\\n]|\\.)*)\'|`((?:[^`\\]|\\.)*)`')
# A capital with small letters after it, or two words of a sentence: neither is an id, a class, a selector or a key.
SAID = re.compile(r"^[A-Z][a-z]+([ .,:…!?].*)?$|^[a-z]{2,} [a-z]{2,}( [a-z]+)*[.:…!?]?$", re.DOTALL)
KEYS = {"Alt", "Backspace", "Delete", "End", "Enter", "Escape", "Home", "Tab", "Shift"}


def refused_on_pages() -> dict[str, str]:
    """What the rooms of the pages refuse, by its key in the wording."""
    rooms = (STATIC.parents[1] / room for room in ("capture", "visits"))
    sources = "".join(path.read_text(encoding="utf-8") for room in rooms for path in room.glob("*.py"))
    return {key: said for key, said in errors._read("remedies").items() if f'"{key}"' in sources}


def said_in(script: str) -> list[str]:
    found = ("".join(match) for match in LITERAL.findall(COMMENT.sub("", script)))
    return [one for one in found if SAID.match(one) and one not in KEYS]


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_a_script_says_nothing_of_its_own(path: Path) -> None:
    assert said_in(path.read_text(encoding="utf-8")) == []


def test_a_sentence_in_a_script_would_be_found() -> None:
    script = """h("p", {}, "Saved", `not saved yet`); // "Not this"
      h("button", { class: "qpm-main qpm-quiet" }, 'Try again.');"""
    assert said_in(script) == ["Saved", "not saved yet", "Try again."]


def test_the_pages_that_ask_for_the_passphrase_say_nothing_of_their_own(templates) -> None:
    words = templates.wording.section("desk")["door"]
    marked = {key: f"«{key}»" for key in {**words["locked"], **words["set_up"]}}
    for page in (
        locked_page.draw_locked(marked, ["«told»"], "token"),
        locked_page.draw_failure(marked),
        locked_page.draw_set_up(marked, ["«told»"], "token", "home", {"assessor": "«code»"}),
    ):
        text = re.sub(r"«\w+»|<[^>]*>", "", page)
        assert text.replace("·", "").split() == []


def test_no_page_sends_anybody_to_a_command() -> None:
    """Assessors and leads are no programmers. The lead's report may: it is read where somebody has the kit at hand."""
    named = re.compile(r"kit\.py|`?\bqpm \w|\bcommand", re.IGNORECASE)
    wording = [path for path in SHOWN if path.stem != "visit_report"]
    lines = [line for path in wording for line in path.read_text(encoding="utf-8").splitlines()]
    told = [line.replace("QPM Field Kit", "") for line in lines if not line.lstrip().startswith("#")]
    assert len(told) > 1000
    assert [line for line in told if named.search(line)] == []
    refused = refused_on_pages()
    assert len(refused) > 60
    assert {key: said for key, said in refused.items() if named.search(said)} == {}


def test_no_page_names_what_it_is_made_of(templates) -> None:
    """An assessor never meets the words of Jupyter; a lead who shows the workbench meets them there."""
    made_of = re.compile(r"\b(kernels?|notebooks?|notebook server|jupyter\w*|cells?|python|traceback)\b", re.IGNORECASE)
    assert {key: said for key, said in refused_on_pages().items() if made_of.search(said)} == {}
    at_a_command = (
        "TEMPLATE-",
        "START-001",
        "REPORT-004",
    )  # whoever meets these set the kit up or writes reports' notebooks
    faults = {code: fault_of(code) for code in codes() if not code.startswith(at_a_command)}
    assert {code: fault for code, fault in faults.items() if made_of.search(fault)} == {}
    for path in SHOWN:
        lines = [line.split(" #")[0] for line in path.read_text(encoding="utf-8").splitlines()]
        said = [line for line in lines if not line.lstrip().startswith("#")]
        assert [line for line in said if made_of.search(line.partition(":")[2] or line)] == [], path


def test_every_page_has_its_title_in_the_wording(templates) -> None:
    titles = templates.wording.section("desk")["door"]["page"]["titles"]
    made = {
        path.stem for path in NOTEBOOKS.glob("*.ipynb") if "qpm_widgets.capture" in path.read_text(encoding="utf-8")
    }
    assert set(titles) == made
    assert [path.stem for path in NOTEBOOKS.glob("*.ipynb") if '"title": ' in path.read_text(encoding="utf-8")] == []


def test_what_a_page_may_refuse_is_said_in_words_of_an_assessors_work() -> None:
    shown = [code for code in codes() if code.startswith(("CONSENT-", "PLAN-", "CAPTURE-"))]
    shown += [f"JOURNAL-{number:03}" for number in (4, 5, 6, 7, 8, 10)]
    jargon = re.compile(r"payload|predecessor|\bentry\b|subject|\bfield\b|message|respondent|\bid\b")
    assert {code: fault_of(code) for code in shown if jargon.search(fault_of(code))} == {}
