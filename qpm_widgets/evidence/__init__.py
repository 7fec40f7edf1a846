"""From the journal to documented tables: what was said, how it bears, what was concluded and left out."""

from qpm_widgets.evidence.answers import answers_table
from qpm_widgets.evidence.bearings import bearings_table, coverage_table
from qpm_widgets.evidence.contradictions import contradictions_table
from qpm_widgets.evidence.judgements import findings_table, ratings_table
from qpm_widgets.evidence.omissions import left_out_table
from qpm_widgets.evidence.people import met_table
from qpm_widgets.evidence.quotes import quotes_table

__all__ = [
    "answers_table",
    "bearings_table",
    "contradictions_table",
    "coverage_table",
    "findings_table",
    "left_out_table",
    "met_table",
    "quotes_table",
    "ratings_table",
]
