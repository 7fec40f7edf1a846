"""What is written for strangers is true of the code."""

from __future__ import annotations

import ast
import inspect
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from typer.main import get_command

import qpm_widgets
from qpm_widgets import cli, evidence
from qpm_widgets.errors import codes, fault_of

CHECKOUT = Path(__file__).parents[1]
README = (CHECKOUT / "README.md").read_text(encoding="utf-8")
HANDBOOK = sorted((CHECKOUT / "docs/handbook").glob("*.md"))
FOR_USERS = ["README.md", *(f"docs/handbook/{one.name}" for one in HANDBOOK)]


def text_of(page: str) -> str:
    return (CHECKOUT / page).read_text(encoding="utf-8")


def error_codes_page() -> str:
    rows = "\n".join(f"| `{code}` | {fault_of(code)} |" for code in codes())
    made_from = "Made from `site_visit_templates/wording/en/refusals.yaml` and `qpm_widgets/errors.py`."
    head = f"# Error codes\n\n{made_from}\n\n| code | what is wrong |\n|---|---|"
    return f"{head}\n{rows}\n"


def evidence_tables_page() -> str:
    parts = ["# Evidence tables\n\nMade from the docstrings in `qpm_widgets/evidence/`.\n"]
    for name in evidence.__all__:
        if name.endswith("_table"):
            parts.append(f"## {name}\n\n```\n{inspect.getdoc(getattr(evidence, name))}\n```\n")
    return "\n".join(parts)


@pytest.mark.parametrize(
    ("name", "page"), [("error_codes", error_codes_page), ("evidence_tables", evidence_tables_page)]
)
def test_reference_pages_are_fresh(name, page, request) -> None:
    path = CHECKOUT / "docs" / f"{name}.md"
    if request.config.getoption("--update-golden"):
        path.write_text(page(), encoding="utf-8")
    assert path.read_text(encoding="utf-8") == page()


def test_the_small_door_is_what_the_readme_says() -> None:
    listed = README.split("<!-- public names -->")[1].split("<!-- /public names -->")[0]
    assert sorted(re.findall(r"`(\w+)`", listed)) == sorted(qpm_widgets.__all__)
    assert len(qpm_widgets.__all__) <= 8
    for name in qpm_widgets.__all__:
        assert getattr(qpm_widgets, name) is not None


def test_every_command_in_the_readme_exists() -> None:
    said = re.findall(r"python kit\.py ([a-z]+)", README)
    assert {"demo", "test", "start", "plan", "render", "verify", "templates"} <= set(said)


def test_the_readme_is_short() -> None:
    """What somebody needs one page at a time stands in the handbook."""
    assert len(README.splitlines()) <= 150
    for line in README.splitlines():
        assert len(line) <= 122 or line.startswith("|"), line
    for cell in re.findall(r"^\| .+? \| (.+) \|$", README, re.MULTILINE):
        assert len(re.sub(r"\(\[more\].*", "", cell).split()) <= 25, cell


def test_the_pages_for_users_name_every_command_and_no_other() -> None:
    said = {name for page in FOR_USERS for name in re.findall(r"python kit\.py ([a-z]+)", text_of(page))}
    assert said == set(get_command(cli.app).commands) | {"test"}


def spoken_commands(text: str) -> Iterator[list[str]]:
    """Every command with its words: what stands in backticks, and the lines of a block."""
    for block in re.findall(r"^```\n(.*?)^```", text, re.DOTALL | re.MULTILINE):
        yield from (re.split(r"\s{3,}", line)[0].split() for line in block.splitlines())
    yield from (said.split() for said in re.findall(r"`(python kit\.py [^`]+)`", text))


@pytest.mark.parametrize("page", FOR_USERS)
def test_what_is_said_after_a_command_is_one_of_its_own_options(page: str) -> None:
    for _, _, name, *rest in spoken_commands(text_of(page)):
        if name == "test":
            continue  # which pytest reads
        command = get_command(cli.app).commands[name]
        if within := getattr(command, "commands", {}):
            command = within[rest[0]]
        known = {"--help"}.union(*(one.opts + one.secondary_opts for one in command.params))
        assert {one for one in rest if one.startswith("--")} <= known, f"{page}: {name}"


def anchors(page: Path) -> set[str]:
    """What GitHub calls the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", one.lower()).replace(" ", "-") for one in headings}


def links_of(page: str) -> list[str]:
    return [one for one in re.findall(r"\]\(([^)\s]+)\)", text_of(page)) if "://" not in one]


@pytest.mark.parametrize("page", [*FOR_USERS, "CONTRIBUTING.md", "docs/security.md"])
def test_every_link_leads_to_a_file_and_a_heading(page: str) -> None:
    for link in links_of(page):
        name, _, anchor = link.partition("#")
        target = (CHECKOUT / page).parent / name if name else CHECKOUT / page
        assert target.exists(), f"{page} leads to {link}"
        assert not anchor or anchor in anchors(target), f"{page} leads to {link}"


def test_the_handbook_s_first_page_leads_to_all_others_and_to_every_picture() -> None:
    linked = links_of("docs/handbook/README.md")
    assert {Path(one).name for one in HANDBOOK} - {"README.md"} <= set(linked)
    assert {f"../images/{one.name}" for one in (CHECKOUT / "docs/images").glob("*.png")} <= set(linked)


def wordings() -> list[str]:
    """Every text of the English wording, each as a pattern; what is filled in is one word."""
    files = (CHECKOUT / "site_visit_templates/wording/en").glob("*.yaml")
    found = [text for one in files for text in texts_in(yaml.safe_load(one.read_text(encoding="utf-8")))]
    spoken = [text.rstrip(" …") for text in found if re.search(r"\w", re.sub(r"\{\w+\}", "", text))]
    return [re.sub(r"\\\{\w+\\\}", r"\\S+", re.escape(text)) for text in spoken]


def texts_in(part: object) -> Iterator[str]:
    if isinstance(part, str):
        yield part
    elif isinstance(part, dict | list):
        for one in part.values() if isinstance(part, dict) else part:
            yield from texts_in(one)


def test_every_button_and_key_in_bold_is_in_the_wording() -> None:
    """What ends with a colon or a stop is a heading; ``others`` are no wording of ours."""
    others = ["Advocacy Quality Performance Mark", "F11", r"Ctrl\+C"]
    said = re.compile("|".join([*wordings(), *others]), re.IGNORECASE)
    bold = [
        (page, " ".join(one.split()))
        for page in FOR_USERS
        for one in re.findall(r"\*\*(.+?)\*\*", text_of(page), re.DOTALL)
    ]
    assert [one for one in bold if one[1][-1] not in ".:" and not said.fullmatch(one[1].rstrip(" …"))] == []


def codes_in(source: str) -> set[str]:
    """The error codes that stand in code; one that only a docstring or a comment names is none."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr | ast.Compare):
            continue  # a string that is a statement, a docstring above all, does nothing; one that is compared asks
        children = ast.iter_child_nodes(node)
        found |= {one.value for one in children if isinstance(one, ast.Constant) and one.value in codes()}
    return found


def test_every_error_code_is_raised_somewhere() -> None:
    modules = [path for path in (CHECKOUT / "qpm_widgets").rglob("*.py") if path.name != "errors.py"]
    assert set(codes()) == set().union(*(codes_in(path.read_text(encoding="utf-8")) for path in modules))


def test_an_error_code_that_is_only_talked_about_is_not_raised() -> None:
    talk = 'def f():\n    """Raises PLAN-001."""\n    "PLAN-002"  # or "PLAN-003"\n    e.code == "PLAN-005"\n'
    assert codes_in(talk) == set()
    assert codes_in(talk + '    raise QpmError("PLAN-004", "", "")\n') == {"PLAN-004"}


def test_every_path_named_in_the_documents_exists() -> None:
    for page in (*FOR_USERS, "CONTRIBUTING.md", "docs/security.md"):
        text = text_of(page)
        for named in re.findall(r"`((?:tests|docs|site_visit_templates|benchmarks|notebooks)/[\w./*-]*)`", text):
            assert any(CHECKOUT.glob(named.rstrip("/"))), f"{page} names {named}"


def test_environment_yml_and_the_lock_agree() -> None:
    environment = yaml.safe_load((CHECKOUT / "environment.yml").read_text(encoding="utf-8"))
    conda = [one for one in environment["dependencies"] if isinstance(one, str)]
    pip = next(one["pip"] for one in environment["dependencies"] if isinstance(one, dict))
    assert conda == ["python >=3.11", "pip"], "conda brings the interpreter and nothing that the lock pins"
    assert [shlex.split(line) for line in pip] == [["--require-hashes"], ["-r", "requirements.lock"]]
    assert 'requires-python = ">=3.11"' in (CHECKOUT / "pyproject.toml").read_text(encoding="utf-8")


def pins(name: str) -> dict[str, str]:
    text = (CHECKOUT / name).read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-zA-Z0-9_.-]+)==([^\s;\\]+)", text, re.MULTILINE))


def test_the_locks_agree_carry_hashes_and_no_addresses() -> None:
    kit, test = pins("requirements.lock"), pins("requirements-test.lock")
    assert kit.items() <= test.items()
    for name in ("requirements.lock", "requirements-test.lock"):
        text = (CHECKOUT / name).read_text(encoding="utf-8")
        assert "://" not in text
        assert text.count("==") <= text.count("--hash=sha256:")


def test_the_lock_pins_everything_that_pyproject_names() -> None:
    import tomllib

    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["test"]]
    names = {re.match(r"[\w.-]+", one)[0].lower().replace("_", "-") for one in wanted}
    assert names <= {name.lower() for name in pins("requirements-test.lock")}
