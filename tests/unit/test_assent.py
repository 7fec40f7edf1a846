"""A yes or a no that is shown at any time: kept as a history, of people of the interview only, and it opens no gate."""

from __future__ import annotations

import pytest
from evidence_journals import ASSESSMENT, SmallJournal

from qpm_widgets.capture import InterviewSheet
from qpm_widgets.capture.recording import record_edit
from qpm_widgets.errors import QpmError
from qpm_widgets.journal import Edit, Kit
from qpm_widgets.journal.withdrawing import Withdrawal
from qpm_widgets.visits import load_interview


@pytest.fixture
def small(kit: Kit) -> SmallJournal:
    made = SmallJournal(kit.journal)
    made.interview("P1", "ps1", "ps2")
    return made


def test_every_sign_is_told_to_the_page_in_order_until_it_is_erased(kit, small, templates) -> None:
    sheet = InterviewSheet(ASSESSMENT, "P1")
    sheet.kit, sheet.templates = kit, templates
    assert sheet.view()["signs"] == []
    shown = [("ps1", "assent", "spoken"), ("ps2", "dissent", "moved_away"), ("ps1", "unclear", "expression")]
    shown.append(("ps2", "dissent", "aac"))
    for code, sign, how in shown:
        small.write("interview:P1", f"assent:{code}", {"sign": sign, "how": how})
    signs = sheet.view()["signs"]
    assert [(one["respondent"], one["sign"], one["how"]) for one in signs] == shown
    assert all(one["at"] > 0 for one in signs)
    assert len({one["id"] for one in signs}) == len(shown)
    small.journal.erase(Withdrawal(ASSESSMENT, "P1", "consents", "retention"))
    assert sheet.view()["signs"] == []


def test_it_is_of_somebody_who_takes_part(kit, small, templates) -> None:
    edit = Edit(ASSESSMENT, "interview:P1", "assent:ps3", {"sign": "assent", "how": "spoken"})
    with pytest.raises(QpmError, match=r"CONSENT-004.*ps1, ps2"):
        record_edit(kit.journal, templates, edit)


def test_a_yes_that_is_shown_is_no_consent(small) -> None:
    small.interview("P2", "ps9", quotes="")
    for scope in ("talk", "notes"):
        small.consent("P2", scope, "ps9", "withdrawn")
    small.write("interview:P2", "assent:ps9", {"sign": "assent", "how": "spoken"})
    assert not load_interview(small.journal, ASSESSMENT, "P2").notes_allowed
