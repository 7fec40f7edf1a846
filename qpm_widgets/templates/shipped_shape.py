"""What the kit's code counts on in a templates folder: the wording's keys and the report's parts, as they were shipped.

Pages and reports look sentences up by names that they put together as they go, so no list in the code could say which
are used. The shipped folder is the list; ``shipped_shape.json`` beside this module keeps it.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

from qpm_widgets.templates.reading import read_folder
from qpm_widgets.templates.wording import iter_sentences, placeholders

SHAPE_FILE = Path(__file__).with_name("shipped_shape.json")
STYLES = "report/word/word/styles.xml"
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@dataclass(frozen=True)
class ShippedShape:
    """The parts of the shipped templates that code names.

    Parameters
    ----------
    wording : dict
        Section, then key with full stops, then the names of its placeholders.
    report : list of str
        The files of the report's design, from the templates folder on.
    word_styles : list of str
        Ids of the styles in the Word design.
    page_names, page_filters : list of str
        What ``report.html.j2`` is given: names and filters.
    """

    wording: dict[str, dict[str, list[str]]]
    report: list[str]
    word_styles: list[str]
    page_names: list[str]
    page_filters: list[str]

    def to_json(self) -> str:
        """The text of ``shipped_shape.json``."""
        return json.dumps(asdict(self), indent=1, ensure_ascii=False) + "\n"


@cache
def load_shape() -> ShippedShape:
    """The shape as it was shipped."""
    return ShippedShape(**json.loads(SHAPE_FILE.read_text(encoding="utf-8")))


def take_shape(folder: Path) -> ShippedShape:
    """The shape of a faultless templates folder; for the shipped one, this is what the shape file must say."""
    from jinja2 import Environment, meta, nodes  # noqa: PLC0415 - the field kit loads templates without it

    sections = read_folder(folder).wording["en"]
    page = Environment(autoescape=True)
    parsed = page.parse((folder / "report/report.html.j2").read_text(encoding="utf-8"))
    filters = {one.name for one in parsed.find_all(nodes.Filter)} - page.filters.keys()
    page.filters.update(dict.fromkeys(filters, str))
    report = (path.relative_to(folder).as_posix() for path in (folder / "report").rglob("*") if path.is_file())
    return ShippedShape(
        wording={
            section: {
                ".".join(map(str, steps)): sorted(placeholders(str(text))) for steps, text in iter_sentences(tree)
            }
            for section, tree in sorted(sections.items())
        },
        report=sorted(file for file in report if not file.endswith(".md")),
        word_styles=sorted(style_ids((folder / STYLES).read_bytes())),
        page_names=sorted(meta.find_undeclared_variables(parsed)),
        page_filters=sorted(filters),
    )


def style_ids(styles: bytes) -> set[str]:
    """The ids of the styles in a ``styles.xml`` (ParseError if it is no XML)."""
    found = ElementTree.fromstring(styles).iter(f"{_WORD}style")
    return {style.get(f"{_WORD}styleId", "") for style in found}
