"""The encrypted, append-only store of everything that was recorded."""

from qpm_widgets.journal.entries import Edit, Entry, Receipt, new_entry_id
from qpm_widgets.journal.keys import KeyCost
from qpm_widgets.journal.kit import Kit
from qpm_widgets.journal.store import Journal
from qpm_widgets.journal.verifying import Verification

__all__ = ["Edit", "Entry", "Journal", "KeyCost", "Kit", "Receipt", "Verification", "new_entry_id"]
