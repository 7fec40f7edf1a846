"""Precision and recall of the identifier guard on the labelled lines.

    python benchmarks/identifiers.py [--json] [--misses]

A hit counts when kind and stretch are exactly those of the label.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from qpm_widgets.identifiers import KINDS, Identifier, find_identifiers

LABELLED = Path(__file__).resolve().parents[1] / "tests" / "identifiers" / "labelled.txt"
NAMES = LABELLED.with_name("names.txt")
TODAY = date(2026, 10, 13)  # when the invented visit takes place
_LABEL = re.compile(r"\{(\w+)\|([^}]*)\}")


def read_labelled(path: Path = LABELLED) -> Iterator[tuple[str, set[Identifier]]]:
    """Each line without its labels, and what the labels mark."""
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        text, marked, end = "", set(), 0
        for label in _LABEL.finditer(line):
            text += line[end : label.start()]
            marked.add(Identifier(len(text), len(text) + len(label[2]), label[1]))
            text += label[2]
            end = label.end()
        yield text + line[end:], marked


def measure(misses: list[str]) -> dict[str, dict[str, float]]:
    """Counts, precision and recall of each kind, and of all together; faults are added to ``misses``."""
    right, wrong, missed = Counter[str](), Counter[str](), Counter[str]()
    lines, names = 0, tuple(NAMES.read_text(encoding="utf-8").splitlines())
    for text, marked in read_labelled():
        lines += 1
        found = set(find_identifiers(text, names, today=TODAY))
        for counter, those in ((right, found & marked), (wrong, found - marked), (missed, marked - found)):
            counter.update(one.kind for one in those)
        misses += [f"wrong {one.kind}: {text}" for one in found - marked]
        misses += [f"missed {one.kind}: {text}" for one in marked - found]
    figures = {kind: _rates(right[kind], wrong[kind], missed[kind]) for kind in KINDS}
    return {**figures, "all": {"lines": lines, **_rates(right.total(), wrong.total(), missed.total())}}


def _rates(right: int, wrong: int, missed: int) -> dict[str, float]:
    return {
        "labelled": right + missed,
        "precision": round(right / max(1, right + wrong), 4),
        "recall": round(right / max(1, right + missed), 4),
    }


def main() -> None:
    """Print a line for each kind, or with ``--json`` one object."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--misses", action="store_true", help="print the lines that went wrong")
    options = parser.parse_args()
    misses: list[str] = []
    figures = measure(misses)
    if options.json:
        print(json.dumps(figures))
    else:
        print(f"{figures['all']['lines']:.0f} labelled lines\n{'':16}{'labelled':>10}{'precision':>11}{'recall':>8}")
        for kind, rates in figures.items():
            print(f"{kind:16}{rates['labelled']:>10.0f}{rates['precision']:>11.3f}{rates['recall']:>8.3f}")
    for miss in misses if options.misses else ():
        print(miss)


if __name__ == "__main__":
    main()
