"""The templates folder as far as it can be read: records, and a fault for each thing that could not be."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from qpm_widgets.errors import QpmError
from qpm_widgets.templates.faults import Fault, place_of, shape_faults
from qpm_widgets.templates.records import (
    Guide,
    InterviewGuide,
    ObservationGuide,
    Record,
    Scheme,
    StandardsEdition,
    Symbols,
)
from qpm_widgets.templates.reference_records import Jurisdiction, Policies
from qpm_widgets.templates.safe_yaml import Steps, decode, parse_yaml, read_bounded

R = TypeVar("R", bound=Record)

TEMPLATES_FOLDER = Path(__file__).resolve().parents[2] / "site_visit_templates"
LANGUAGES = ("en", "cy")
_FOLDERS = (
    "standards",
    "jurisdictions",
    "interview_guides",
    *(f"wording/{language}" for language in LANGUAGES),
)
_LOOKS_LIKE_YAML = re.compile(r"\.ya?ml", re.IGNORECASE)  # advocate.yml, advocate.yaml.txt
SYMBOLS = "symbols.yaml"  # a scheme can do without
_NEEDED = ("standards", "jurisdictions", "interview_guides", "wording/en")


class FaultBook:
    """Collects faults, and finds their lines once somebody wants to read them."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}  # file -> its text, to find lines in
        self._faults: list[tuple[str, str, Steps, str, str]] = []

    def __len__(self) -> int:
        return len(self._faults)

    def add(self, code: str, file: str, steps: Steps, remedy: str, note: str = "") -> None:
        """Note a fault; ``note`` is added to the place in brackets, as a question's id."""
        self._faults.append((code, file, steps, remedy, note))

    def add_error(self, file: str, error: QpmError) -> None:
        """Note what the YAML door refused; its place is the line and column."""
        place = error.where.removeprefix(file).lstrip(", ")
        self.add(error.code, file, (), error.remedy, place)

    def listed(self) -> list[Fault]:
        """All faults in the order in which they were found, with their lines."""
        lines: dict[str, dict[Steps, int]] = {}
        listed = []
        for code, file, steps, remedy, note in self._faults:
            place = place_of(steps)
            if note:
                place = f"{place} ({note})" if place else note
            if steps and file not in lines and file in self.texts:
                lines[file] = {}
                parse_yaml(self.texts[file], file, lines[file])
            listed.append(Fault(code, file, place, remedy, _line(lines.get(file, {}), steps)))
        return listed


def _line(lines: Mapping[Steps, int], steps: Steps) -> int | None:
    """The line of the nearest part that exists: a missing field is reported where its record begins."""
    while steps and steps not in lines:
        steps = steps[:-1]
    return lines.get(steps)


@dataclass
class Draft:
    """What the folder holds, by file. A part that could not be read is absent and named in ``broken``."""

    folder: Path
    scheme: Scheme | None = None
    policies: Policies | None = None
    symbols: Symbols | None = None
    editions: dict[str, StandardsEdition] = field(default_factory=dict)
    jurisdictions: dict[str, Jurisdiction] = field(default_factory=dict)
    guides: dict[str, Guide] = field(default_factory=dict)
    wording: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)  # language -> section -> sentences
    contents: dict[str, dict[str, Any]] = field(default_factory=dict)  # file -> its YAML, whatever its shape
    broken: set[str] = field(default_factory=set)  # files and folders of which something could not be read
    book: FaultBook = field(default_factory=FaultBook)
    digest: str = ""

    def mark_broken(self, file: str) -> None:
        """Remember that this file, and so its folder, is not all there."""
        self.broken.update((file, file.rpartition("/")[0]))

    @property
    def standards(self) -> StandardsEdition | None:
        """The edition in force."""
        wanted = self.scheme.edition if self.scheme else None
        return next((edition for edition in self.editions.values() if edition.edition == wanted), None)


def read_folder(folder: Path) -> Draft:
    """Read every template under ``folder``; nothing is raised, each fault is noted in the draft's book."""
    draft = Draft(folder, wording={language: {} for language in LANGUAGES})
    if not folder.is_dir():
        draft.book.add("TEMPLATE-001", folder.name, (), "Name the folder that holds scheme.yaml.")
        draft.broken.update(("scheme.yaml", "policies.yaml", *_FOLDERS))
        return draft
    digest = hashlib.sha256()
    for file in _iter_files(draft):
        content = read_mapping(draft, file)
        if content is not None:
            draft.contents[file] = content
            _take(draft, file, content)
        # A checkout on Windows may hold other line ends; the digest is of what the templates say.
        text = draft.book.texts.get(file, "").replace("\r\n", "\n")
        digest.update(f"{file}\0{len(text)}\0{text}".encode())
    draft.digest = digest.hexdigest()
    return draft


def _iter_files(draft: Draft) -> Iterator[str]:
    """The files to read, in a steady order; what is missing or oddly named is noted."""
    yield "scheme.yaml"
    yield "policies.yaml"
    if (draft.folder / SYMBOLS).exists():
        yield SYMBOLS
    for name in _FOLDERS:
        folder = draft.folder / name
        names = sorted(entry.name for entry in folder.iterdir()) if folder.is_dir() else []
        names = [entry for entry in names if not entry.startswith(".") and not entry.endswith("~")]
        files = [entry for entry in names if entry.endswith(".yaml")]
        for entry in names:
            if entry not in files and _LOOKS_LIKE_YAML.search(entry):
                remedy = "Let its name end in '.yaml', or move it out of the folder."
                draft.book.add("TEMPLATE-012", f"{name}/{entry}", (), remedy)
        if not files and name in _NEEDED:
            draft.book.add("TEMPLATE-001", f"{name}/", (), "Put at least one .yaml file there.")
            draft.broken.add(name)
        yield from (f"{name}/{entry}" for entry in files)


def read_mapping(draft: Draft, file: str) -> dict[str, Any] | None:
    """The mapping that a YAML file of the folder holds, or None and a fault in the draft's book."""
    try:
        text = decode(read_bounded(draft.folder / file, file), file)
        value = parse_yaml(text, file)
    except QpmError as error:
        draft.book.add_error(file, error)
        draft.mark_broken(file)
        return None
    draft.book.texts[file] = text
    if not isinstance(value, dict):
        draft.book.add("TEMPLATE-005", file, (), "Begin the file with a field's name and a colon.")
        draft.mark_broken(file)
        return None
    return value


def _take(draft: Draft, file: str, content: dict[str, Any]) -> None:
    """Put a file's record into the draft, if it has the shape."""
    folder, _, name = file.rpartition("/")
    if folder.startswith("wording/"):
        draft.wording[folder.removeprefix("wording/")][name.removesuffix(".yaml")] = content
    elif file == "scheme.yaml":
        draft.scheme = _shaped(draft, file, content, Scheme)
    elif file == "policies.yaml":
        draft.policies = _shaped(draft, file, content, Policies)
    elif file == SYMBOLS:
        draft.symbols = _shaped(draft, file, content, Symbols)
    elif folder == "standards":
        _keep(draft.editions, file, _shaped(draft, file, content, StandardsEdition))
    elif folder == "jurisdictions":
        _keep(draft.jurisdictions, file, _shaped(draft, file, content, Jurisdiction))
    elif content.get("kind") == "observation":
        _keep(draft.guides, file, _shaped(draft, file, content, ObservationGuide))
    else:
        _keep(draft.guides, file, _shaped(draft, file, content, InterviewGuide))


def _keep(records: dict[str, R], file: str, record: R | None) -> None:
    if record is not None:
        records[file] = record


def read_shaped(draft: Draft, file: str, shape: type[R]) -> R | None:
    """The record that a file of the folder holds, or None and its faults in the draft's book."""
    content = read_mapping(draft, file)
    return None if content is None else _shaped(draft, file, content, shape)


def _shaped(draft: Draft, file: str, content: dict[str, Any], shape: type[R]) -> R | None:
    try:
        return shape.model_validate(content)
    except ValidationError as error:
        for steps, remedy in shape_faults(error, shape):
            draft.book.add("TEMPLATE-005", file, steps, remedy)
    try:  # fields too many keep nobody from checking the others
        return shape.model_validate(content, extra="ignore")
    except ValidationError:
        draft.mark_broken(file)
        return None
