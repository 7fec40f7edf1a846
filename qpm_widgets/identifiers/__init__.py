"""What points to a person in a text: pointed out where it is typed, withheld where a report would print it."""

from qpm_widgets.identifiers.finding import KINDS, Identifier, find_identifiers, utf16_span

__all__ = ["KINDS", "Identifier", "find_identifiers", "utf16_span"]
