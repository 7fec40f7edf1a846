"""The YAML door: any text either loads or gives one QpmError, and nothing that is large or nested costs anything."""

from __future__ import annotations

import os
import tracemalloc
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from qpm_widgets.errors import QpmError
from qpm_widgets.templates import safe_yaml
from qpm_widgets.templates.safe_yaml import SIZE_LIMIT, parse_yaml, read_yaml

REFUSALS = {f"TEMPLATE-{number:03}" for number in (1, 2, 3, 4, 10)}


def refusal(text: str) -> QpmError:
    with pytest.raises(QpmError) as caught:
        parse_yaml(text, "guide.yaml")
    return caught.value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("a: 1", {"a": 1}),
        ("- -7\n- 1.5\n- 0\n- true\n- null\n- ~", [-7, 1.5, 0, True, None, None]),
        ("a:\n  - b: [x, {c: d}]\n", {"a": [{"b": ["x", {"c": "d"}]}]}),
        ("a: >-\n  one\n  two\n", {"a": "one two"}),
        ("a: 'it''s'", {"a": "it's"}),
        # What YAML 1.1 would turn into something that nobody meant.
        ("no: no", {"no": "no"}),
        ("on: off\n1: x", {"on": "off", "1": "x"}),
        ("- 14:03\n- 007\n- 2026-01-31\n- 1_000\n- 0x10\n- 1e3\n- .inf",
         ["14:03", "007", "2026-01-31", "1_000", "0x10", "1e3", ".inf"]),
        ("a: '12'", {"a": "12"}),
        (f"a: {'9' * 5000}", {"a": "9" * 5000}),
        ("\ufeffa: b".removeprefix("\ufeff"), {"a": "b"}),
        ("a: \U0001f33b ŵ", {"a": "\U0001f33b ŵ"}),
    ],
)  # fmt: skip
def test_plain_values(text: str, value: object) -> None:
    assert parse_yaml(text, "guide.yaml") == value


@pytest.mark.parametrize(
    ("text", "code", "place", "remedy"),
    [
        ("a: 1\nb: [1, 2\nc: 3\n", "TEMPLATE-003", "line 3, column 2", "Correct the YAML there"),
        ("a: 1\n b: 2\n", "TEMPLATE-003", "line 2, column 3", "Correct the YAML there"),
        ("a:\n\tb: 1\n", "TEMPLATE-003", "line 2, column 1", "Correct the YAML there"),
        ("a: 'open\n", "TEMPLATE-003", "line", "end of stream"),
        ("a: one\nb: \x07\n", "TEMPLATE-003", "line 2", "Take out the character"),
        ('a: "\\ud800"', "TEMPLATE-003", "guide.yaml", "character"),
        ("a: 1\n---\nb: 2\n", "TEMPLATE-003", "line 2, column 1", "one document"),
        ("a: !!python/name:os.system x", "TEMPLATE-003", "line 1, column 4", "Take out the tag"),
        ("a: !!str 1", "TEMPLATE-003", "line 1, column 4", "Take out the tag"),
        ("? [a, b]\n: c\n", "TEMPLATE-003", "line 1, column 3", "Write a plain word as the key"),
        ("a: &here 1\nb: *here\n", "TEMPLATE-004", "line 1, column 4", "Take out '&here'"),
        ("a: *nowhere\n", "TEMPLATE-004", "line 1, column 4", "Write the value out"),
        ("a: 1\nb: 2\na: 3\n", "TEMPLATE-010", "line 3, column 1", "Keep one 'a'"),
        ("x: [{a: 1, 'a': 2}]\n", "TEMPLATE-010", "line 1, column 12", "Keep one 'a'"),
    ],
)
def test_refusals_say_where_and_what_to_do(text: str, code: str, place: str, remedy: str) -> None:
    error = refusal(text)
    assert error.code == code
    assert error.where.startswith("guide.yaml")
    assert place in error.where
    assert remedy in error.remedy
    assert "\n" not in str(error)


def test_a_key_in_a_message_stays_on_one_short_line() -> None:
    key = '"' + "k\\n" * 300 + '"'
    error = refusal(f"{{{key}: 1, {key}: 2}}")
    assert error.code == "TEMPLATE-010"
    assert len(str(error).splitlines()) == 1
    assert len(str(error)) < 300


def test_alias_bomb_is_refused_before_anything_is_built() -> None:
    bomb = "a: &a [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n"
    for one, next_one in zip("abcdefgh", "bcdefghi", strict=True):
        bomb += f"{next_one}: &{next_one} [{', '.join([f'*{one}'] * 9)}]\n"
    tracemalloc.start()
    error = refusal(bomb)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert error.code == "TEMPLATE-004"
    assert peak < 1_000_000


@pytest.mark.parametrize("text", ["[" * 500_000, "{a: " * 500_000, "- " * 500_000, "{" * 500_000])
def test_deep_nesting_is_refused(text: str) -> None:
    assert refusal(text).code == "TEMPLATE-003"


def test_a_100_mb_file_costs_nothing(tmp_path: Path) -> None:
    path = tmp_path / "scheme.yaml"
    path.touch()
    os.truncate(path, 100 * 1024 * 1024)
    tracemalloc.start()
    with pytest.raises(QpmError, match=r"TEMPLATE-002, scheme\.yaml: .* under 2 MB"):
        read_yaml(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 100_000


def test_a_file_of_exactly_the_limit_is_read(tmp_path: Path) -> None:
    path = tmp_path / "wording.yaml"
    path.write_bytes(b"a: b\n#" + b"x" * (SIZE_LIMIT - 6))
    assert read_yaml(path) == {"a": "b"}
    path.write_bytes(path.read_bytes() + b"x")
    with pytest.raises(QpmError, match="TEMPLATE-002"):
        read_yaml(path)


@pytest.mark.parametrize(
    ("content", "place"),
    [("a: café".encode("latin-1"), "line 1"), ("a: ŵ\n".encode("utf-16"), "line 1"), (b"a: 1\n\xff", "line 2")],
)
def test_other_encodings_give_one_clear_line(tmp_path: Path, content: bytes, place: str) -> None:
    path = tmp_path / "guide.yaml"
    path.write_bytes(content)
    with pytest.raises(QpmError, match=f"TEMPLATE-003, guide.yaml, {place}: .* UTF-8"):
        read_yaml(path)


def test_a_byte_order_mark_and_windows_line_ends_are_welcome(tmp_path: Path) -> None:
    path = tmp_path / "guide.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: one\r\nb: two\r\n")
    assert read_yaml(path) == {"a": "one", "b": "two"}


def test_what_is_no_ordinary_file_is_not_opened(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "nowhere.yaml"):
        with pytest.raises(QpmError, match="TEMPLATE-001"):
            read_yaml(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are not files on Windows")
def test_a_pipe_does_not_hang_the_check(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "scheme.yaml")
    with pytest.raises(QpmError, match="TEMPLATE-001"):
        read_yaml(tmp_path / "scheme.yaml")


# Text that often gets past the first character: pieces of YAML in any order.
PIECES = st.lists(
    st.sampled_from([
        *"abN01-?:,[]{}&*!|>'\"%@`#~ .=\t\n\r\x00\x85\u2028\ufeff\U0001f33bé",
        "\n  ", ": ", "- ", "---\n", "...\n", "<<", "%YAML 1.1\n", "\\ud800", "1e9", "!!binary ", "!!set ", "!<tag:x> ",
    ])
).map("".join)  # fmt: skip
ANY_TEXT = st.one_of(st.text(), PIECES)


@pytest.mark.parametrize("loader", [getattr(yaml, "CSafeLoader", None), yaml.SafeLoader])
@given(text=ANY_TEXT)
def test_any_text_loads_or_gives_one_error(loader: type | None, text: str) -> None:
    if loader is None:
        return
    usual, safe_yaml._LOADER = safe_yaml._LOADER, loader
    try:
        value = parse_yaml(text, "any.yaml")
    except QpmError as error:
        assert error.code in REFUSALS
        assert error.where.startswith("any.yaml")
        assert str(error).isprintable()
    else:
        assert_plain(value)
    finally:
        safe_yaml._LOADER = usual


def assert_plain(value: object) -> None:
    if isinstance(value, dict):
        for key, below in value.items():
            assert type(key) is str
            assert_plain(below)
    elif isinstance(value, list):
        for below in value:
            assert_plain(below)
    else:
        assert value is None or type(value) in (str, int, float, bool)
        str(value).encode()


@given(content=st.binary())
def test_any_bytes_load_or_give_one_error(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_bytes(content)
    try:
        assert_plain(read_yaml(path))
    except QpmError as error:
        assert error.code in REFUSALS


LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**17), 10**17), st.text(st.characters(exclude_categories=["C"]))
)
TREES = st.recursive(LEAVES, lambda below: st.lists(below) | st.dictionaries(st.text("abc xyz"), below), max_leaves=20)


@given(tree=TREES)
def test_what_a_yaml_writer_writes_is_read_back(tree: object) -> None:
    class Plain(yaml.SafeDumper):
        def ignore_aliases(self, data: object) -> bool:
            return True

    lines: dict[safe_yaml.Steps, int] = {}
    text = yaml.dump(tree, Dumper=Plain, allow_unicode=True)
    assert parse_yaml(text, "any.yaml", lines) == tree
    assert all(1 <= line <= text.count("\n") + 1 for line in lines.values())
