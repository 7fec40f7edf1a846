"""What a report notebook may be asked: its parameter cell, read without running it, and values checked against it."""

from __future__ import annotations

import ast
import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from qpm_widgets.errors import QpmError, say

Value = str | int | bool
_ANNOTATIONS = {"str": str, "int": int, "bool": bool}
_WANTED = {str: "parameter.piece.text", int: "parameter.piece.number", bool: "parameter.piece.truth"}


@dataclass(frozen=True)
class Parameter:
    """One name of a parameter cell. ``choices`` is empty where any value of ``kind`` will do."""

    name: str
    kind: type[str] | type[int] | type[bool]
    choices: tuple[str, ...] = ()
    default: Value | None = None

    @property
    def required(self) -> bool:
        """Whether its default is none to speak of: absent, None or an empty string."""
        return self.default is None or self.default == ""

    @property
    def wanted(self) -> str:
        """What a value must be, in words."""
        if self.choices:
            return say("parameter.piece.choices", names=", ".join(self.choices))
        return say(_WANTED[self.kind])

    def read(self, value: object) -> Value | None:
        """The value as its type, or None if it is not one. Text stays as it is: ``007`` is not 7."""
        if self.choices:
            return value if isinstance(value, str) and value in self.choices else None
        if isinstance(value, self.kind) and (self.kind is bool or not isinstance(value, bool)):
            return value
        if self.kind is int and isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,18}", value):
            return int(value)
        if self.kind is bool and isinstance(value, str):
            return {"true": True, "false": False}.get(value.lower())
        return None


def read_parameters(notebook: Mapping[str, Any]) -> tuple[Parameter, ...]:
    """The parameters of a notebook: the names assigned in its first cell tagged ``parameters``.

    Each is annotated with ``str``, ``int``, ``bool`` or ``Literal[...]`` of strings, or has a default that shows its
    type.

    Raises
    ------
    QpmError
        REPORT-001 if the cell cannot be read.
    """
    cells = (cell for cell in notebook["cells"] if "parameters" in cell.get("metadata", {}).get("tags", ()))
    cell = next(cells, None)
    if cell is None:
        return ()
    try:
        body = ast.parse("".join(cell["source"])).body
    except SyntaxError:
        raise QpmError("REPORT-001", "the parameter cell", "parameter.python") from None
    found = []
    for statement in body:
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            found.append(_read_one(statement.target.id, statement.annotation, statement.value))
        elif isinstance(statement, ast.Assign):
            names = (target.id for target in statement.targets if isinstance(target, ast.Name))
            found += [_read_one(name, None, statement.value) for name in names]
    return tuple(found)


def check_parameters(where: str, known: tuple[Parameter, ...], given: Mapping[str, object]) -> dict[str, Value]:
    """The given values, each of the type that the notebook wants; defaults are the notebook's own business.

    Raises
    ------
    QpmError
        REPORT-001 naming every unknown, missing and mistyped parameter at once.
    """
    parameters = {parameter.name: parameter for parameter in known}
    faults: dict[str, str] = {}
    values: dict[str, Value] = {}
    for name, value in given.items():
        if name not in parameters:
            close = difflib.get_close_matches(name, parameters, n=1)
            key = "parameter.piece.misspelt" if close else "parameter.piece.unknown"
            faults[name] = say(key, name=name[:60], meant="".join(close))
            continue
        read = parameters[name].read(value)
        if read is None:
            faults[name] = say("parameter.piece.must_be", name=name, wanted=parameters[name].wanted)
        elif read == "" and parameters[name].required:
            faults[name] = say("parameter.piece.empty", name=name)
        else:
            values[name] = read
    for parameter in known:
        if parameter.required and parameter.name not in given:
            faults[parameter.name] = say("parameter.piece.missing", name=parameter.name)
    if faults:
        names = ", ".join(name[:60] for name in faults)
        raise QpmError("REPORT-001", f"{where}, {names}", "parameter.correct", faults="; ".join(faults.values()))
    return values


def _read_one(name: str, annotation: ast.expr | None, value: ast.expr | None) -> Parameter:
    try:
        default = None if value is None else ast.literal_eval(value)
    except (ValueError, TypeError):
        raise _refuse(name, "parameter.default") from None
    kind: Any  # any type there is, until it is found to be one of ours
    kind, choices = _read_annotation(name, annotation) if annotation else (type(default), ())
    if kind not in _WANTED or not (default is None or type(default) is kind):
        raise _refuse(name, "parameter.annotation")
    return Parameter(name, kind, choices, default)


def _read_annotation(name: str, annotation: ast.expr) -> tuple[Any, tuple[str, ...]]:
    if isinstance(annotation, ast.Name):
        return _ANNOTATIONS.get(annotation.id), ()
    if isinstance(annotation, ast.Subscript) and ast.unparse(annotation.value) in {"Literal", "typing.Literal"}:
        try:
            choices = ast.literal_eval(annotation.slice)
        except (ValueError, TypeError):
            choices = None
        choices = choices if isinstance(choices, tuple) else (choices,)
        if all(isinstance(choice, str) for choice in choices):
            return str, choices
        raise _refuse(name, "parameter.literal")
    return None, ()


def _refuse(name: str, remedy: str) -> QpmError:
    return QpmError("REPORT-001", f"the parameter cell, {name}", remedy)
