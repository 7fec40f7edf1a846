"""The door for YAML: bounded, without aliases or tags, and every refusal says file, line and column.

It reads PyYAML's event stream and builds plain values itself. So an alias is refused before anything is
built, and a key that stands twice is seen. Scalars keep to the YAML 1.2 core rules: ``no`` and ``14:03`` are text,
and so are dates and numbers with leading zeros.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from qpm_widgets.errors import QpmError, Said

SIZE_LIMIT = 2 * 1024 * 1024  # bytes
DEPTH_LIMIT = 40  # mappings and lists inside each other; the deepest template needs nine

Steps = tuple[str | int, ...]

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml's event stream where there is one: ten times as fast
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
_DECIMAL = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})?\.[0-9]{1,18}|[-+]?[1-9][0-9]{0,17}\.")
_CONSTANTS: dict[str, bool | None] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def shorten(word: str, limit: int = 60) -> str:
    """A word of a file as it may stand in a message: on one line, and not for ever."""
    line = "".join(letter if letter.isprintable() else " " for letter in word[: limit + 1])
    return line if len(line) <= limit else f"{line[: limit - 1]}…"


def read_bounded(path: Path, where: str) -> bytes:
    """The bytes of a template file, once its size is known to be bearable.

    Parameters
    ----------
    path : Path
    where : str
        What to call the file in an error.

    Raises
    ------
    QpmError
        TEMPLATE-001 if there is no such file, TEMPLATE-002 if it is larger than ``SIZE_LIMIT``.
    """
    try:
        facts = path.stat()
        if not stat.S_ISREG(facts.st_mode):  # a pipe or device would never end
            raise QpmError("TEMPLATE-001", where, Said("Put an ordinary file there."))
        if facts.st_size <= SIZE_LIMIT:
            with path.open("rb") as file:
                content = file.read(SIZE_LIMIT + 1)
            if len(content) <= SIZE_LIMIT:
                return content
    except OSError:
        raise QpmError("TEMPLATE-001", where, Said("Put the file back, or make it readable.")) from None
    limit = f"{SIZE_LIMIT // 1024**2} MB"
    raise QpmError(
        "TEMPLATE-002", where, Said(f"Templates stay under {limit}: split the file, or check what got into it.")
    )


def read_yaml(path: Path, where: str | None = None) -> object:
    """The content of one YAML file as dict, list, str, int, float, bool and None; every key is text.

    Raises
    ------
    QpmError
        TEMPLATE-001 to 004 or TEMPLATE-010, with line and column where there are any.
    """
    where = where or path.name
    return parse_yaml(decode(read_bounded(path, where), where), where)


def decode(content: bytes, where: str) -> str:
    """The text of a template file, which is UTF-8 (TEMPLATE-003 if it is not)."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise QpmError("TEMPLATE-003", f"{where}, line {line}", Said("Save the file as UTF-8 text.")) from None


def parse_yaml(text: str, where: str, lines: dict[Steps, int] | None = None) -> object:
    """The value of one YAML document.

    Parameters
    ----------
    text : str
    where : str
        What to call the file in an error.
    lines : dict, optional
        Filled with the line (from 1) on which each key or list item begins, by the steps that lead to it.

    Raises
    ------
    QpmError
        TEMPLATE-003 (not valid YAML, a tag, too deep, several documents), 004 (alias or anchor) or
        010 (a key stands twice).
    """
    try:
        return _Builder(where, lines).build(yaml.parse(text, Loader=_LOADER))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"{where}, line {mark.line + 1}, column {mark.column + 1}" if mark else where
        problem = error.problem or error.context or "it cannot be read"
        raise QpmError("TEMPLATE-003", place, Said(f"Correct the YAML there: {shorten(problem, 200)}.")) from None
    except (
        yaml.YAMLError,
        ValueError,
        OverflowError,
    ):  # characters that no YAML file may hold, raw or escaped
        found = _UNPRINTABLE.search(text)
        place = f"{where}, line {text.count(chr(10), 0, found.start()) + 1}" if found else where
        raise QpmError("TEMPLATE-003", place, Said("Take out the character that cannot be shown.")) from None


@dataclass
class _Frame:
    """A mapping or list that is being filled."""

    value: Any  # dict[str, object] or list[object]
    steps: Steps
    key: str | None = None  # the key that waits for its value


class _Builder:
    """Builds plain values from events; iterative, so that depth costs no Python stack."""

    def __init__(self, where: str, lines: dict[Steps, int] | None) -> None:
        self.where = where
        self.lines = lines
        self.stack: list[_Frame] = []
        self.root: object = None

    def build(self, events: Iterable[yaml.Event]) -> object:
        documents = 0
        for event in events:
            if isinstance(event, yaml.ScalarEvent):
                self._check_plainness(event)
                self._scalar(event)
            elif isinstance(event, yaml.CollectionStartEvent):
                self._check_plainness(event)
                self._start(event)
            elif isinstance(event, yaml.CollectionEndEvent):
                self.stack.pop()
            elif isinstance(event, yaml.AliasEvent):
                raise self._error("TEMPLATE-004", event, "Write the value out where it is needed.")
            elif isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise self._error("TEMPLATE-003", event, "Keep one document in the file: take out the later '---'.")
        return self.root

    def _check_plainness(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> None:
        if event.anchor is not None:
            remedy = f"Take out '&{shorten(event.anchor)}' and write the value out where it is needed."
            raise self._error("TEMPLATE-004", event, remedy)
        if event.tag is not None:
            raise self._error("TEMPLATE-003", event, f"Take out the tag '{shorten(event.tag)}'.")

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        text = event.value
        if not text.isascii():
            text.encode()  # an escape like "\ud800" is half a character: ValueError
        if self._awaits_key():
            frame = self.stack[-1]
            if text in frame.value:
                raise self._error("TEMPLATE-010", event, f"Keep one '{shorten(text)}' and take the other out.")
            frame.key = text
            frame.value[text] = None
            self._note_line((*frame.steps, text), event)
        else:
            self._put(_resolve(text) if event.implicit[0] else text, event)

    def _start(self, event: yaml.CollectionStartEvent) -> None:
        if len(self.stack) >= DEPTH_LIMIT:
            raise self._error("TEMPLATE-003", event, f"Nest at most {DEPTH_LIMIT} levels.")
        if self._awaits_key():
            raise self._error("TEMPLATE-003", event, "Write a plain word as the key, or put quotes around it.")
        value: Any = {} if isinstance(event, yaml.MappingStartEvent) else []
        self.stack.append(_Frame(value, self._put(value, event)))

    def _awaits_key(self) -> bool:
        return bool(self.stack) and self.stack[-1].key is None and isinstance(self.stack[-1].value, dict)

    def _put(self, value: object, event: yaml.Event) -> Steps:
        """Place a value into the frame on top, and return the steps that lead to it."""
        if not self.stack:
            self.root = value
            return ()
        frame = self.stack[-1]
        if frame.key is not None:
            steps: Steps = (*frame.steps, frame.key)
            frame.value[frame.key] = value
            frame.key = None
        else:
            steps = (*frame.steps, len(frame.value))
            frame.value.append(value)
        self._note_line(steps, event)
        return steps

    def _note_line(self, steps: Steps, event: yaml.Event) -> None:
        if self.lines is not None and event.start_mark is not None:
            self.lines.setdefault(steps, event.start_mark.line + 1)

    def _error(self, code: str, event: yaml.Event, remedy: str) -> QpmError:
        mark = event.start_mark
        where = f"{self.where}, line {mark.line + 1}, column {mark.column + 1}" if mark else self.where
        return QpmError(code, where, Said(remedy))


def _resolve(text: str) -> object:
    """A plain scalar's value by the YAML 1.2 core rules, without octal, exponents and infinity."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if text[0] in "+-.0123456789":
        if _INTEGER.fullmatch(text):
            return int(text)
        if _DECIMAL.fullmatch(text):
            return float(text)
    return text
