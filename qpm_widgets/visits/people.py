"""The names of people that a visit looks out for: staff, advocates, whoever was announced. Kept by this kit alone.

The kit works with codes. A name gets into a note all the same, and only a list can tell a name from a word. The list
says nothing of codes, so it is no key to them; it lies in the encrypted journal, outside its entries, and every
assessor's kit has its own.
"""

from __future__ import annotations

from qpm_widgets.errors import QpmError
from qpm_widgets.journal import Journal
from qpm_widgets.visits.assessments import load_visit

MOST_NAMES = 1000
LONGEST_NAME = 100  # characters; a longer line is no name


def read_names(text: str, where: str) -> tuple[str, ...]:
    """The names in a text, one on each line, each once; ``where`` says in errors what was read.

    Raises
    ------
    QpmError
        PLAN-007 if it cannot be a list of names.
    """
    names = tuple(dict.fromkeys(" ".join(line.split()) for line in text.splitlines() if line.strip()))
    if len(names) > MOST_NAMES or any(len(name) > LONGEST_NAME or not name.isprintable() for name in names):
        raise QpmError("PLAN-007", where, "names_list.most", names=MOST_NAMES, characters=LONGEST_NAME)
    return names


def keep_names(journal: Journal, assessment_id: str, visit_id: str, names: tuple[str, ...]) -> None:
    """Keep a visit's list in place of the one before, and leave no byte of that one; no names clear it.

    Raises
    ------
    QpmError
        PLAN-001 if the visit is not planned; CONSENT-006 if a byte of the old list may be left in the journal's log;
        the new one is kept all the same.
    """
    load_visit(journal, assessment_id, visit_id)
    journal.keep_names(assessment_id, visit_id, names)
    journal.compact()


def look_out_for(journal: Journal, assessment_id: str) -> tuple[str, ...]:
    """Every name on the lists of an assessment's visits, sorted: who is known to one visit may be met in the next."""
    return tuple(sorted({name for names in journal.names(assessment_id).values() for name in names}))
