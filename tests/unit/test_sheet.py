"""The kernel's end of a sheet: every message is answered, and no failure carries a person's words."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from threading import Event

import pytest

from qpm_widgets.capture import InterviewSheet
from qpm_widgets.capture.page_files import STATIC
from qpm_widgets.capture.recording import record_edit
from qpm_widgets.capture.sheet import WINDOWS_AT_MOST, Sheet
from qpm_widgets.errors import QpmError
from qpm_widgets.journal import Edit, Kit, new_entry_id
from qpm_widgets.visits import create_assessment

PLAN = {
    "visit": "V1", "guide": "advocate", "role": "advocate", "respondents": ["AD1", "AD2"], "nation": "wales",
    "planned_at": "2026-10-13T10:00:00+01:00", "minutes": 60, "assessor": "AS1", "advocacy_roles": ["ipa"],
}  # fmt: skip
PROFILE = {
    "provider": "Harbour Advocacy", "edition": "qpm_4", "band": 1, "jurisdictions": ["wales"],
    "advocacy_roles": ["ipa"], "areas": [], "managers": [], "teams": [], "advocates": [], "assessors": [],
}  # fmt: skip
GIVEN = {"decision": "given", "how": "spoken"}


@pytest.fixture
def sheet(kit: Kit, templates) -> InterviewSheet:
    """The sheet of a planned interview for which nobody has been asked yet."""
    create_assessment(kit.journal, "harbour", PROFILE)
    record_edit(kit.journal, templates, Edit("harbour", "interview:A1", "plan", PLAN))
    made = InterviewSheet("harbour", "A1")
    made.kit, made.templates = kit, templates
    return made


def commit(field: str, payload: dict[str, object], supersedes=()) -> dict[str, object]:
    return {
        "kind": "commit", "entry_id": new_entry_id(), "field": field, "payload": payload, "supersedes": list(supersedes)
    }  # fmt: skip


def agree(sheet: InterviewSheet) -> None:
    for code in ("AD1", "AD2"):
        for scope in ("talk", "notes"):
            sheet.answer(commit(f"consent:{scope}.{code}", GIVEN))


def test_opening_hands_over_the_guide_and_what_is_needed_to_write(sheet: InterviewSheet) -> None:
    answer = json.loads(json.dumps(sheet.answer({"kind": "open"})))
    view = answer["view"]
    assert answer["kind"] == "opened"
    assert view["scope"] == "harbour/interview:A1"
    assert len(base64.b64decode(view["page_key"])) == 32
    assert view["plan"]["respondents"] == ["AD1", "AD2"]
    assert view["saved_at"] is None
    asked = [question["id"] for section in view["guide"]["sections"] for question in section["questions"]]
    assert "A-CP-6" in asked  # asked in Wales, of an independent professional advocate
    assert "A-CP-5" not in asked  # Care Act: England


def test_a_commit_is_answered_with_the_journals_own_receipt(sheet: InterviewSheet) -> None:
    message = commit("consent:notes.AD1", GIVEN)
    receipt = sheet.answer(message)
    kept = sheet.kit.journal.current_entry("harbour", "interview:A1", "consent:notes.AD1")
    assert receipt == {"kind": "receipt", "entry_id": message["entry_id"], "recorded_at": kept.recorded_at}
    assert sheet.answer(message) == receipt  # sent again
    assert len(list(sheet.kit.journal.iter_entries("harbour", field_prefix="consent:"))) == 1


def test_a_refusal_says_what_to_do_and_repeats_no_words(sheet: InterviewSheet) -> None:
    message = commit("answer:A-CP-1.note", {"text": "SECRET"})
    answer = sheet.answer(message)
    assert (answer["kind"], answer["code"], answer["final"]) == ("refused", "CONSENT-001", True)
    assert answer["entry_id"] == message["entry_id"]
    assert answer["sentence"].startswith("Nobody has agreed to notes")
    broken = sheet.answer({**message, "payload": "SECRET"})
    assert (broken["kind"], broken["code"]) == ("refused", "CAPTURE-002")
    assert "SECRET" not in json.dumps([answer, broken])


def test_an_unforeseen_error_reaches_the_page_without_its_text(sheet: InterviewSheet, capfd) -> None:
    class Failing(InterviewSheet):
        def record(self, edit: Edit):
            raise RuntimeError(f"cannot keep {edit.payload}")

    failing = Failing("harbour", "A1")
    answer = failing.answer(commit("consent:notes.AD1", {**GIVEN, "note": "SECRET"}))
    assert (answer["kind"], answer["code"], answer["final"]) == ("refused", "JOURNAL-008", False)
    assert "SECRET" not in json.dumps(answer)
    assert capfd.readouterr() == ("", "")


def test_words_are_received_while_something_slow_is_done(sheet: InterviewSheet, monkeypatch) -> None:
    agree(sheet)
    sent: list[str] = []
    printed, replied = Event(), Event()

    def print_slowly(*_: object) -> dict[str, object]:
        assert printed.wait(10)
        return {"files": []}

    def send(reply: dict[str, object], *_: object) -> None:
        sent.append(str(reply["kind"]))
        if reply["kind"] == "done":
            replied.set()

    monkeypatch.setattr(sheet, "do", print_slowly)
    monkeypatch.setattr(sheet, "send", send)
    sheet._on_message(None, {"kind": "do", "name": "print_form", "arguments": {}, "request_id": "1"}, None)
    sheet._on_message(None, commit("answer:A-CP-1.note", {"text": "She asks."}), None)
    printed.set()
    assert replied.wait(10)
    assert sent == ["receipt", "done"]


def test_what_cannot_be_opened_is_told_and_not_raised(kit: Kit, templates) -> None:
    sheet = InterviewSheet("harbour", "A9")
    sheet.kit, sheet.templates = kit, templates
    answer = sheet.answer({"kind": "open"})
    assert (answer["kind"], answer["request_id"], answer["code"]) == ("failed", "open", "PLAN-001")
    locked = InterviewSheet("harbour", "A9").answer({"kind": "open"})
    assert locked["code"] == "JOURNAL-010"


@pytest.mark.parametrize("message", [{}, {"kind": "dance"}, {"kind": "do", "name": "dance", "request_id": "1"}])
def test_an_unknown_message_is_answered_too(sheet: InterviewSheet, message: dict[str, object]) -> None:
    answer = sheet.answer(message)
    assert (answer["kind"], answer["code"]) == ("failed", "CAPTURE-002")


def test_of_two_versions_the_newer_is_shown_and_only_it_is_replaced(sheet: InterviewSheet) -> None:
    agree(sheet)
    older, newer = (commit("answer:A-CP-1.note", {"text": text}) for text in ("older", "newer"))
    sheet.answer(older)
    sheet.answer(newer)
    view = sheet.answer({"kind": "open"})["view"]
    assert view["values"]["answer:A-CP-1.note"]["text"] == "newer"
    assert [one["payload"]["text"] for one in view["others"]["answer:A-CP-1.note"]] == ["older"]
    assert view["heads"]["answer:A-CP-1.note"] == [newer["entry_id"]]


def test_of_two_consents_the_more_careful_is_shown_and_a_new_one_replaces_both(sheet: InterviewSheet) -> None:
    withdrawn = commit("consent:notes.AD1", {"decision": "withdrawn", "how": "spoken"})
    given = commit("consent:notes.AD1", GIVEN)
    sheet.answer(withdrawn)
    sheet.answer(given)
    view = sheet.answer({"kind": "open"})["view"]
    assert view["values"]["consent:notes.AD1"]["decision"] == "withdrawn"
    assert set(view["heads"]["consent:notes.AD1"]) == {withdrawn["entry_id"], given["entry_id"]}


def test_a_question_with_an_answer_stays_though_the_plan_has_changed(sheet: InterviewSheet) -> None:
    agree(sheet)
    sheet.answer(commit("answer:A-CP-5.note", {"text": "asked before the plan was corrected"}))
    view = sheet.answer({"kind": "open"})["view"]
    assert "A-CP-5" in [one["id"] for section in view["guide"]["sections"] for one in section["questions"]]


def test_nothing_a_person_wrote_is_widget_state_or_its_text(sheet: InterviewSheet) -> None:
    agree(sheet)
    assert sheet.answer(commit("answer:A-CP-1.note", {"text": "SECRET"}))["kind"] == "receipt"
    sheet.answer({"kind": "open"})
    assert "SECRET" not in json.dumps(sheet.get_state(), default=str)
    assert "SECRET" not in json.dumps(sheet._repr_mimebundle_(), default=str)
    assert set(sheet.keys) <= set(Sheet().keys) | {"_esm"}


def test_a_sheet_that_shows_nothing_says_so() -> None:
    with pytest.raises(NotImplementedError):
        Sheet().view()
    with pytest.raises(QpmError, match="CAPTURE-002"):
        Sheet().do("dance", {})


@pytest.mark.parametrize("path", sorted(STATIC.glob("*.js")), ids=lambda path: path.name)
def test_scripts_can_be_sent_without_their_indentation(path: Path) -> None:
    spanning = [line for line in path.read_text(encoding="utf-8").splitlines() if line.count("`") % 2]
    assert not spanning, "a template literal of several lines would lose its indentation"


def test_a_page_run_again_and_again_closes_its_oldest_sheet() -> None:
    first, other = InterviewSheet("harbour", "Z1"), InterviewSheet("harbour", "Z2")
    later = [InterviewSheet("harbour", "Z1") for _ in range(WINDOWS_AT_MOST)]
    assert first.comm is None
    assert other.comm is not None
    assert all(sheet.comm is not None for sheet in later)


def test_every_sentence_that_the_page_asks_for_is_in_the_wording(templates) -> None:
    words = templates.wording.section("sheet")
    scripts = "\n".join((STATIC / name).read_text(encoding="utf-8") for name in InterviewSheet.scripts)
    asked = set(re.findall(r"\bwords\.(\w+)\.(\w+)", scripts))
    assert len(asked) > 50
    assert {f"{section}.{key}" for section, key in asked if key not in words.get(section, {})} == set()


# --- the identifier guard: asked before it is recorded ------------------------------------------------------------


@pytest.fixture
def guarded(sheet: InterviewSheet) -> InterviewSheet:
    """A sheet on which notes may be taken, of a visit that looks out for a name."""
    agree(sheet)
    sheet.kit.journal.keep_names("harbour", "V1", ["Mair Evans"])
    return sheet


def typed(text: str, *, asked: list[str] | None, supersedes=(), **rest: object) -> dict[str, object]:
    message = commit("answer:A-CP-1.note", {"text": text, **rest}, supersedes)
    return message if asked is None else {**message, "asked": asked}


def test_new_words_that_point_to_somebody_are_held_until_the_person_was_asked(guarded: InterviewSheet) -> None:
    message = typed("Mair, 01632 960001", asked=[])
    held = guarded.answer(message)
    assert held == {
        "kind": "held", "entry_id": message["entry_id"],
        "noticed": [
            {"kind": "name", "key": "text", "start": 0, "end": 4},
            {"kind": "phone", "key": "text", "start": 6, "end": 18}
        ],
    }  # fmt: skip
    assert not guarded.kit.journal.find_entries([message["entry_id"]])
    assert guarded.answer({**message, "asked": ["Mair"]})["kind"] == "held", "not about the number yet"
    receipt = guarded.answer({**message, "asked": ["Mair", "01632 960001"]})
    assert (receipt["kind"], receipt["noticed"]) == ("receipt", held["noticed"]), "and still pointed out"
    assert guarded.answer(message)["kind"] == "receipt", "recorded already: only the receipt was lost"
    # What the words before it had is not asked about again; what is new, is.
    saved = (message["entry_id"],)
    assert guarded.answer(typed("Mair, 01632 960001. Mair!", asked=[], supersedes=saved))["kind"] == "receipt"
    assert guarded.answer(typed("Mair, CF10 3AT", asked=[], supersedes=saved))["kind"] == "held"


def test_who_cannot_be_asked_is_not_held_up(guarded: InterviewSheet) -> None:
    assert guarded.answer(typed("Mair, 01632 960001", asked=None))["kind"] == "receipt"


def test_what_is_kept_is_neither_held_nor_pointed_out_and_goes_with_its_words(guarded: InterviewSheet) -> None:
    message = typed("Mair and 01632 960001", asked=[], kept=["Mair", "01632 960001", "gone"])
    receipt = guarded.answer(message)
    assert (receipt["kind"], "noticed" in receipt) == ("receipt", False)
    assert guarded.answer({"kind": "open"})["view"]["noticed"] == {}
    entry = guarded.kit.journal.find_entries([message["entry_id"]])[message["entry_id"]]
    assert entry.payload["kept"] == ["Mair", "01632 960001"]
    without = typed("Nobody.", asked=[], supersedes=(entry.entry_id,), kept=["Mair"])
    assert guarded.answer(without)["kind"] == "receipt"
    after = guarded.kit.journal.find_entries([without["entry_id"]])[without["entry_id"]]
    assert after.payload == {"text": "Nobody.", "wording": "plain", "language": "en"}
    assert guarded.kit.journal.verify().ok


def test_a_guard_that_fails_holds_no_words_up(guarded: InterviewSheet, monkeypatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("qpm_widgets.capture.noticing.find_identifiers", fail)
    assert guarded.answer(typed("Mair", asked=[]))["kind"] == "receipt"


def test_a_lost_restricted_store_keeps_nobody_from_the_interview(sheet: InterviewSheet, kit: Kit) -> None:
    told = commit("disclosure:SG-7K2M4QXH.1", {"said": "he hit me"})
    assert sheet.answer(told)["kind"] == "receipt"
    used = {"reference": "SG-7K2M4QXH", "used_at": "2026-10-13T10:20:00+01:00"}
    assert sheet.answer(commit("safeguarding", used))["kind"] == "receipt"
    view = sheet.answer({"kind": "open"})["view"]
    assert [one["id"] for one in view["accounts"]] == ["SG-7K2M4QXH"]
    assert "disclosure:SG-7K2M4QXH.1" not in view["heads"], "a window replaces what it wrote itself, and nothing else"
    assert "he hit me" not in json.dumps(view)

    kit.safeguarding.close()
    kit._safeguarding = None
    (kit.home / "safeguarding.qpm").unlink()
    view = sheet.answer({"kind": "open"})["view"]
    assert view["accounts"] == []
    refused = sheet.answer(commit("disclosure:SG-7K2M4QXH.2", {"said": "and more"}))
    assert (refused["kind"], refused["code"]) == ("refused", "JOURNAL-002")
    assert "he hit me" not in json.dumps(refused)


def test_an_erased_account_is_refused_in_other_words_than_an_erased_interview(sheet: InterviewSheet, kit: Kit) -> None:
    """At the latter the page drops the words; these it has to keep."""
    assert sheet.answer(commit("disclosure:SG-7K2M4QXH.1", {"said": "he hit me"}))["kind"] == "receipt"
    kit.safeguarding.erase("SG-7K2M4QXH")
    refused = sheet.answer(commit("disclosure:SG-7K2M4QXH.1", {"said": "and more"}))
    assert (refused["kind"], refused["code"], refused["final"]) == ("refused", "SAFE-005", True)
