"""Whether a templates folder has everything that the kit's code asks it for: guides and sentences."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from qpm_widgets.templates.reading import Draft
from qpm_widgets.templates.references import FileCheck, Known
from qpm_widgets.templates.safe_yaml import Steps, shorten
from qpm_widgets.templates.shipped_shape import ShippedShape
from qpm_widgets.templates.wording import iter_sentences, placeholders

OBSERVATION_GUIDE = "observation"


def check_guides_are_there(draft: Draft, known: Known) -> None:
    """Each role of the scheme has a guide, and there is one for observations."""
    guides = {file: one for file, one in draft.contents.items() if file.startswith("interview_guides/")}
    unread = {file for file in draft.broken if file.startswith("interview_guides/")}
    if not guides and not unread:  # there is no guide at all, which has been said
        return
    stems = {file.rpartition("/")[2].removesuffix(".yaml") for file in (*guides, *unread)}
    roles = {str(one.get("role")) for one in guides.values()}
    for role in sorted(known.roles or ()):
        if role not in roles and role not in stems:
            name = shorten(role)
            remedy = f"Put a guide for the role '{name}' there, or take the role out of scheme.yaml."
            draft.book.add("TEMPLATE-001", f"interview_guides/{name}.yaml", (), remedy)
    if OBSERVATION_GUIDE not in stems:
        remedy = "Put the guide for observations there."
        draft.book.add("TEMPLATE-001", f"interview_guides/{OBSERVATION_GUIDE}.yaml", (), remedy)


def check_wording_is_there(draft: Draft, shape: ShippedShape) -> None:
    """Each sentence that the kit looks up exists, with the placeholders that it fills in; more keys do no harm."""
    if not draft.wording["en"] and not any(file.startswith("wording/en/") for file in draft.broken):
        return  # there is no wording at all, which has been said
    for section, wanted in shape.wording.items():
        file = f"wording/en/{section}.yaml"
        content = draft.wording["en"].get(section)
        if content is not None:
            _check_section(FileCheck(draft.book, file), wanted, content)
        elif file not in draft.broken:
            remedy = "Put the file back: the kit has nothing to say in this place without it."
            draft.book.add("TEMPLATE-001", file, (), remedy)


def _check_section(check: FileCheck, wanted: Mapping[str, list[str]], content: Mapping[str, Any]) -> None:
    sentences = {".".join(map(str, steps)): value for steps, value in iter_sentences(content)}
    extra = [key for key in sentences if key not in wanted]
    for key, names in wanted.items():
        steps: Steps = tuple(key.split("."))
        if key not in sentences:
            check.add("TEMPLATE-009", steps, _remedy_for_missing(key, names, extra))
            continue
        value = sentences[key]
        try:
            used = placeholders(value) if isinstance(value, str) else None
        except ValueError:
            used = None  # its braces are a fault of their own
        if used is not None and used != set(names):
            check.add("TEMPLATE-013", steps, _remedy_for_placeholders(used, names))


def _remedy_for_missing(key: str, names: list[str], extra: list[str]) -> str:
    close = get_close_matches(key, extra, n=1, cutoff=0.8)
    instead = f"; perhaps it is what '{shorten(close[0])}' was meant to be" if close else ""
    return f"Add a sentence with this key{f', with {_braced(names)}' if names else ''}{instead}."


def _remedy_for_placeholders(used: frozenset[str], names: list[str]) -> str:
    unknown, missing = sorted(used.difference(names)), sorted(set(names).difference(used))
    wrong = f"Take out {_braced(unknown)}" if unknown else ""
    lacking = f"{'put' if wrong else 'Put'} in {_braced(missing)}" if missing else ""
    return f"{' and '.join(filter(None, (wrong, lacking)))}: it is given {_braced(names) if names else 'none'}."


def _braced(names: list[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in names)
