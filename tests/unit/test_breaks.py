"""How many breaks a meeting had and how long they were: on its page and in the lead's report, never why."""

from __future__ import annotations

import json

import pytest
from evidence_journals import ASSESSMENT, VISIT, SmallJournal

from qpm_widgets.capture import FindingsSheet, InterviewSheet
from qpm_widgets.journal import Kit
from qpm_widgets.reports.blocks import Block, Table
from qpm_widgets.reports.visit_report import open_visit_report
from qpm_widgets.templates import Templates
from qpm_widgets.visits import iter_interviews, load_interview, load_observation
from qpm_widgets.visits.pauses import Breaks

BEGAN = 1_790_000_000_000
MINUTE = 60_000


@pytest.fixture
def small(kit: Kit) -> SmallJournal:
    made = SmallJournal(kit.journal)
    made.interview("P1")
    made.observation("O1")
    return made


def pause(
    small: SmallJournal, number: int, minutes: float | None, why: str = "break", subject: str = "interview:P1"
) -> None:
    ended = None if minutes is None else BEGAN + int(minutes * MINUTE)
    small.write(subject, f"pause:{number}", {"began": BEGAN, "ended": ended, "why": why})


def test_breaks_are_counted_once_they_are_over_and_only_those_that_were_meant(small) -> None:
    assert load_interview(small.journal, ASSESSMENT, "P1").breaks == Breaks(0, 0)
    pause(small, 1, None, "distress")
    assert load_interview(small.journal, ASSESSMENT, "P1").breaks == Breaks(0, 0), "it is not over"
    pause(small, 1, 4, "distress")
    pause(small, 2, 9.2)
    pause(small, 3, 3, "")  # the key was pressed by mistake
    assert load_interview(small.journal, ASSESSMENT, "P1").breaks == Breaks(2, 14)
    assert iter_interviews(small.journal, ASSESSMENT)[0].breaks == Breaks(2, 14)
    pause(small, 4, -5)  # the machine's clock was put back
    assert load_interview(small.journal, ASSESSMENT, "P1").breaks == Breaks(3, 14)
    pause(small, 1, 12, "interruption", "observation:O1")
    assert load_observation(small.journal, ASSESSMENT, "O1").breaks == Breaks(1, 12)


def test_two_machines_that_paused_at_once_are_both_believed(small) -> None:
    for minutes in (4, 10):
        payload = {"began": BEGAN, "ended": BEGAN + minutes * MINUTE, "why": "break"}
        small.write("interview:P1", "pause:1", payload, replace=False)
    assert load_interview(small.journal, ASSESSMENT, "P1").breaks == Breaks(2, 14)


def test_the_page_is_told_breaks_and_the_words_for_them(kit, small, templates) -> None:
    pause(small, 1, None, "distress")
    sheet = InterviewSheet(ASSESSMENT, "P1")
    sheet.kit, sheet.templates = kit, templates
    view = sheet.view()
    assert view["values"]["pause:1"] == {"began": BEGAN, "ended": None, "why": "distress"}
    assert [one["id"] for one in view["choices"]["pauses"]] == ["break", "distress", "interruption"]


def test_the_lead_reads_how_many_breaks_there_were_and_nobody_why(kit, small, templates) -> None:
    pause(small, 1, 4, "distress")
    pause(small, 2, 9.2)
    pause(small, 1, 0.3, "distress", "observation:O1")
    said = {edition: blocks_of(kit, templates, edition) for edition in ("lead", "provider")}
    [table] = [one for one in said["lead"] if isinstance(one, Table) and one.caption.startswith("Interviews and obs")]
    states = {row[0]: row[4] for row in table.rows}
    assert states == {"P1": "Planned; 2 breaks, 14 minutes", "O1": "Planned; 1 break, 1 minute"}
    told = {edition: json.dumps([one.to_json() for one in blocks]).lower() for edition, blocks in said.items()}
    assert "14 minutes" not in told["provider"]
    assert "distress" not in told["lead"] + told["provider"]
    page = FindingsSheet(ASSESSMENT, VISIT)
    page.kit, page.templates = kit, templates
    assert page.recorded()["breaks"] == [
        {"held": "P1", "number": 2, "minutes": 14}, {"held": "O1", "number": 1, "minutes": 1}
    ]  # fmt: skip


def blocks_of(kit: Kit, templates: Templates, edition: str) -> list[Block]:
    report = open_visit_report(ASSESSMENT, VISIT, edition, kit=kit, templates=templates)
    return [one for section in report.sections() for one in section if isinstance(one, Block)]
