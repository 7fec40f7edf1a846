"""The identifier guard beyond the notes: findings, reasons of ratings and for stopping, access needs."""

from __future__ import annotations

from typing import Any

import pytest

from qpm_widgets.capture import FindingsSheet, InterviewSheet, PlanSheet
from qpm_widgets.capture.sheet import Sheet
from qpm_widgets.evidence import findings_table
from qpm_widgets.journal import Kit, new_entry_id

PHONE = "01632 960001"
MEETING: dict[str, Any] = {
    "guide": "person_supported", "role": "person_supported", "respondents": ["PS9"], "team": "", "area": "",
    "site": "S2", "nation": "england", "advocacy_roles": [], "day": "2026-10-14", "time": "16:30", "minutes": 60,
    "assessor": "AS1", "mode": "in_person", "language": "en", "easy_read": False, "supporter": False,
    "interpreter": False, "access_needs": f"Ring {PHONE} before",
}  # fmt: skip


@pytest.fixture
def cites(lantern_copy: Kit) -> list[str]:
    """A note of the visit, to rest something on."""
    return [lantern_copy.journal.current("lantern", subject="interview:A1", field_prefix="answer:")[0].entry_id]


def opened(sheet: Sheet, kit: Kit, templates) -> Any:
    sheet.kit, sheet.templates = kit, templates
    return sheet


def commit(sheet: Sheet, field: str, payload: dict[str, Any], **rest: Any) -> dict[str, Any]:
    message = {"kind": "commit", "entry_id": new_entry_id(), "field": field, "payload": payload, "asked": []}
    return sheet.answer({**message, "supersedes": [], **rest})


def finding(text: str, cites: list[str], **rest: Any) -> dict[str, Any]:
    return {"standard": "clarity_of_purpose", "kind": "finding", "text": text, "cites": cites, **rest}


def test_findings_and_reasons_of_ratings_are_looked_at(lantern_copy, templates, cites) -> None:
    lantern_copy.journal.keep_names("lantern", "V1", ["Mair Evans"])
    debrief = opened(FindingsSheet("lantern", "V1"), lantern_copy, templates)
    standard = templates.standards.standards[0]
    payloads: dict[str, dict[str, Any]] = {
        "finding:f-1": {**finding(f"Mair gave {PHONE}.", cites), "standard": standard.id},
        f"rating:{standard.indicators[0].id}": {
            "level": templates.standards.rating_scale[0].id, "rationale": f"Mair gave {PHONE}.", "cites": cites,
        },
    }  # fmt: skip
    for field, payload in payloads.items():
        held = commit(debrief, field, payload)
        assert held["kind"] == "held", held
        key = "text" if field.startswith("finding") else "rationale"
        assert [(one["kind"], one["key"]) for one in held["noticed"]] == [("name", key), ("phone", key)]
        heads = tuple(debrief.heads().get(field, ()))
        saved = commit(debrief, field, {**payload, "kept": ["Mair"]}, asked=[PHONE], supersedes=heads)
        assert [one["kind"] for one in saved["noticed"]] == ["phone"], "kept on purpose"
        entry = lantern_copy.journal.current_entry("lantern", "visit:V1", field)
        assert entry.payload["kept"] == ["Mair"]
    recorded = debrief.recorded()
    judged = [*recorded["ratings"].values(), *recorded["findings"]]
    assert sorted(f"{one['area']}:{one['name']}" for one in judged if one["noticed"]) == sorted(payloads)
    assert "Mair" in set(" ".join(findings_table(lantern_copy.journal, templates, "lantern", "V1").text).split())


def test_a_reason_for_stopping_is_looked_at(lantern_copy, templates) -> None:
    sheet = opened(InterviewSheet("lantern", "P2"), lantern_copy, templates)
    stopped = {"state": "stopped", "reason": f"To go on, ring {PHONE}"}
    held = commit(sheet, "state", stopped, supersedes=sheet.heads()["state"])
    assert [(one["kind"], one["key"]) for one in held["noticed"]] == [("phone", "reason")]
    kept = commit(sheet, "state", {**stopped, "kept": [PHONE]}, supersedes=sheet.heads()["state"])
    assert (kept["kind"], kept.get("noticed")) == ("receipt", None)
    assert lantern_copy.journal.current_entry("lantern", "interview:P2", "state").payload["kept"] == [PHONE]
    assert "noticed" not in commit(sheet, "state", {"state": "open", "reason": ""}, supersedes=sheet.heads()["state"])


def test_access_needs_and_a_reason_for_cancelling_are_looked_at(lantern_copy, templates) -> None:
    plan = opened(PlanSheet("lantern", "V1"), lantern_copy, templates)

    def ask(name: str, **arguments: Any) -> dict[str, Any]:
        return plan.do(name, {"meeting_kind": "interview", "entry_id": new_entry_id(), "supersedes": [], **arguments})

    before = lantern_copy.journal.head()
    held = ask("plan_meeting", id="", form=MEETING, asked=[])
    assert [(one["kind"], one["key"]) for one in held["held"]] == [("phone", "access_needs")]
    assert lantern_copy.journal.head() == before, "nothing is recorded"
    saved = ask("plan_meeting", id="", form={**MEETING, "kept": [PHONE]}, asked=[])
    subject = f"interview:{saved['id']}"
    entry = lantern_copy.journal.current_entry("lantern", subject, "plan")
    assert entry.payload["kept"] == [PHONE]
    meeting = next(one for one in saved["situation"]["meetings"] if one["id"] == saved["id"])
    assert meeting["kept"] == [PHONE], "the form gives it back when the plan is changed"
    changed = {**MEETING, "minutes": 45, "kept": [PHONE]}
    assert "id" in ask("plan_meeting", id=saved["id"], form=changed, asked=[], supersedes=[entry.entry_id])

    reason = f"Ring {PHONE} for another day"
    held = ask("cancel_meeting", id=saved["id"], reason=reason, asked=[])
    assert [(one["kind"], one["key"]) for one in held["held"]] == [("phone", "reason")]
    assert "id" in ask("cancel_meeting", id=saved["id"], reason=reason, asked=[PHONE]), "asked, and not answered"
    assert lantern_copy.journal.current_entry("lantern", subject, "state").payload == {
        "state": "cancelled", "reason": reason,
    }  # fmt: skip


def test_a_plan_without_an_asking_page_is_recorded_at_once(lantern_copy, templates) -> None:
    plan = opened(PlanSheet("lantern", "V1"), lantern_copy, templates)
    message = {"meeting_kind": "interview", "entry_id": new_entry_id(), "supersedes": [], "id": "", "form": MEETING}
    assert "id" in plan.do("plan_meeting", message)


def test_every_page_that_asks_has_the_sentences_for_it(lantern_copy, templates) -> None:
    words = templates.wording.section("sheet")["identifiers"]
    for sheet in (FindingsSheet("lantern", "V1"), PlanSheet("lantern", "V1")):
        assert opened(sheet, lantern_copy, templates).view()["words"]["identifiers"] == words
