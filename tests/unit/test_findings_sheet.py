"""The findings sheet's Python end: what was recorded, what it counts for, and what is refused."""

from __future__ import annotations

import json

import pytest

from qpm_widgets.capture.findings_sheet import FindingsSheet
from qpm_widgets.evidence import coverage_table, findings_table, left_out_table, quotes_table, ratings_table
from qpm_widgets.journal import Edit, Kit, new_entry_id
from qpm_widgets.journal.withdrawing import Withdrawal


def open_findings(kit: Kit) -> FindingsSheet:
    sheet = FindingsSheet("lantern", "V1")
    sheet.kit = kit
    return sheet


def commit(sheet: FindingsSheet, field: str, payload: dict, supersedes: list[str] | None = None) -> dict:
    message = {"kind": "commit", "entry_id": new_entry_id(), "field": field, "payload": payload}
    return sheet.answer({**message, "supersedes": supersedes or []})


def heads(sheet: FindingsSheet, field: str) -> list[str]:
    return sheet.answer({"kind": "open"})["view"]["heads"].get(field, [])


def named(recorded: dict, name: str) -> dict:
    return next(piece for piece in recorded["pieces"] if piece["name"] == name)


def replace(kit: Kit, subject: str, field: str, payload: dict) -> None:
    before = kit.journal.current_entry("lantern", subject, field)
    assert before is not None
    kit.journal.append(Edit("lantern", subject, field, payload, supersedes=(before.entry_id,)))


def withdraw_notes(kit: Kit, subject: str, code: str) -> None:
    replace(kit, subject, f"consent:notes.{code}", {"decision": "withdrawn", "how": "spoken"})


def test_who_was_heard_and_how_sure_that_makes_is_what_the_evidence_tables_say(lantern, templates):
    indicators = open_findings(lantern).recorded()["indicators"]
    coverage = coverage_table(lantern.journal, templates, "lantern", "V1").set_index("indicator")
    ratings = ratings_table(lantern.journal, templates, "lantern", "V1").set_index("indicator")
    assert set(indicators) == set(coverage.index) == set(ratings.index)
    for name, told in indicators.items():
        assert tuple(told["heard"]) == coverage.loc[name, "source_types"] == ratings.loc[name, "source_types"], name
        assert sorted([*told["silent"], *told["on_paper"]]) == sorted(coverage.loc[name, "not_heard"]), name
        assert told["confidence"] == ratings.loc[name, "confidence"], name
    assert len({told["confidence"] for told in indicators.values()}) > 1


def test_what_is_judged_on_paper_is_not_missed_in_a_visit(lantern):
    told = open_findings(lantern).recorded()["indicators"]["CP1"]
    assert told["on_paper"] == ["D"]
    assert "D" not in told["silent"]


def test_every_quote_is_there_with_whether_it_may_be_used(lantern, templates):
    pieces = open_findings(lantern).recorded()["pieces"]
    quotes = {piece["name"]: piece for piece in pieces if piece["part"] == "quote"}
    table = quotes_table(lantern.journal, templates, "lantern", "V1").set_index("evidence_id")
    assert set(table.index) <= set(quotes)
    assert {piece["quotable"] for piece in quotes.values()} == {True, False}
    assert any(piece["translation"] for piece in quotes.values())
    assert any(piece["speaker"] == "supporter" for piece in quotes.values())


def test_the_page_is_told_ratings_and_findings_with_their_evidence_as_it_stands(lantern, templates):
    recorded = open_findings(lantern).recorded()
    pieces = {piece["id"]: piece["name"] for piece in recorded["pieces"]}
    table = findings_table(lantern.journal, templates, "lantern", "V1").set_index("finding")
    assert {one["name"] for one in recorded["findings"]} == set(table.index)
    for one in recorded["findings"]:
        assert {pieces[cite] for cite in one["cites"]} == set(table.loc[one["name"], "evidence_ids"])
        assert (one["gone"], one["read_again"], one["others"]) == ([], "", [])
    rated = ratings_table(lantern.journal, templates, "lantern", "V1").query("level != ''").set_index("indicator")
    assert {name: one["level"] for name, one in recorded["ratings"].items()} == dict(rated["level"])


def test_no_word_is_in_the_widget_state(lantern):
    sheet = open_findings(lantern)
    opened = sheet.answer({"kind": "open"})
    words = opened["view"]["recorded"]["pieces"][0]["text"]
    assert words
    assert words in json.dumps(opened, ensure_ascii=False)
    assert words not in json.dumps(sheet.get_state(), default=str, ensure_ascii=False)


def test_a_rating_and_a_finding_are_saved_with_the_journals_receipt(lantern_copy):
    sheet = open_findings(lantern_copy)
    cite = named(sheet.recorded(), "A1.A-CP-1.note")["id"]
    finding = {
        "standard": "independence",
        "kind": "good_practice",
        "text": "They keep at it.",
        "cites": [cite],
        "order": 9,
    }
    receipt = commit(sheet, "finding:f-1", finding)
    assert receipt["kind"] == "receipt", receipt
    entry = lantern_copy.journal.find_entries([receipt["entry_id"]])[receipt["entry_id"]]
    assert (entry.subject, entry.recorded_at) == ("visit:V1", receipt["recorded_at"])
    assert next(one for one in sheet.recorded()["findings"] if one["name"] == "f-1")["cites"] == [cite]
    rating = {"level": "met", "rationale": "Both say so.", "cites": [cite]}
    assert commit(sheet, "rating:CP1", rating, heads(sheet, "rating:CP1"))["kind"] == "receipt"
    assert sheet.recorded()["ratings"]["CP1"]["level"] == "met"


@pytest.mark.parametrize(
    ("field", "changes", "code"),
    [
        ("finding:f-1", {"cites": []}, "EVIDENCE-001"),
        ("finding:f-1", {"cites": ["01900000-0000-7000-8000-000000000000"]}, "EVIDENCE-002"),
        ("finding:f-1", {"standard": "kindness"}, "CAPTURE-001"),
        ("rating:CP1", {"level": "splendid"}, "EVIDENCE-003"),
        ("rating:XX9", {}, "CAPTURE-001"),
    ],
)
def test_what_cannot_stand_is_refused_for_good_until_it_is_changed(lantern_copy, field, changes, code):
    sheet = open_findings(lantern_copy)
    cite = named(sheet.recorded(), "A1.A-CP-1.note")["id"]
    whole = (
        {"standard": "independence", "kind": "finding", "text": "Canary words.", "cites": [cite], "order": 0}
        if field.startswith("finding")
        else {"level": "met", "rationale": "Canary words.", "cites": [cite]}
    )
    before = lantern_copy.journal.head()
    refused = commit(sheet, field, whole | changes)
    assert (refused["kind"], refused["code"], refused["final"]) == ("refused", code, True)
    assert "Canary" not in refused["sentence"]
    assert lantern_copy.journal.head() == before


def test_evidence_without_consent_leaves_the_page_and_what_rested_on_it_says_so(lantern_copy, templates):
    sheet = open_findings(lantern_copy)
    before = sheet.recorded()
    resting = next(one for one in before["findings"] if any(cite in p1(before) for cite in one["cites"]))
    withdraw_notes(lantern_copy, "interview:P1", "PS1")
    after = sheet.recorded()
    assert not p1(after)
    assert after["left_out"] == ["P1"]
    assert "P1" in set(left_out_table(lantern_copy.journal, templates, "lantern", "V1")["interview"])
    now = next(one for one in after["findings"] if one["name"] == resting["name"])
    assert now["gone"] == [cite for cite in resting["cites"] if cite in p1(before)]
    assert not now["read_again"], "consent can be given again; the words are still there to look for"
    assert not set(now["cites"]) & p1(before)


def test_what_cites_erased_words_asks_to_be_read_again_until_it_is_saved_without_them(lantern_copy):
    sheet = open_findings(lantern_copy)
    note, mark = (named(sheet.recorded(), name)["id"] for name in ("P1.P-CP-1.note", "A1.A-CP-1.note"))
    whole = {"level": "met", "rationale": "Both said so.", "cites": [note, mark]}
    commit(sheet, "rating:CP1", whole, heads(sheet, "rating:CP1"))
    lantern_copy.journal.erase(Withdrawal("lantern", "P1"))
    rating = sheet.recorded()["ratings"]["CP1"]
    assert (rating["read_again"], rating["gone"], rating["cites"]) == ("erased", [note], [mark])
    commit(sheet, "rating:CP1", whole | {"cites": rating["cites"]}, heads(sheet, "rating:CP1"))
    rating = sheet.recorded()["ratings"]["CP1"]
    assert (rating["read_again"], rating["gone"]) == ("", [])


def p1(recorded: dict) -> set[str]:
    return {piece["id"] for piece in recorded["pieces"] if piece["held"] == "P1"}


def test_a_tick_follows_words_that_were_corrected_and_says_so(lantern_copy):
    sheet = open_findings(lantern_copy)
    old = named(sheet.recorded(), "A1.A-CP-1.note")
    commit(sheet, "rating:CP2", {"level": "met", "rationale": "", "cites": [old["id"]]}, heads(sheet, "rating:CP2"))
    replace(lantern_copy, "interview:A1", "answer:A-CP-1.note", {"text": "Corrected."})
    recorded = sheet.recorded()
    new = named(recorded, "A1.A-CP-1.note")
    assert new["id"] != old["id"]
    rating = recorded["ratings"]["CP2"]
    assert (rating["cites"], rating["changed"], rating["gone"]) == ([new["id"]], [new["id"]], [])


def test_two_versions_of_a_rating_are_both_told(lantern_copy):
    sheet = open_findings(lantern_copy)
    seen = heads(sheet, "rating:CP1")
    for level in ("met", "partly"):
        commit(sheet, "rating:CP1", {"level": level, "rationale": f"said {level}", "cites": []}, seen)
    rating = sheet.recorded()["ratings"]["CP1"]
    assert rating["level"] == "partly"
    assert [other["level"] for other in rating["others"]] == ["met"]
    assert len(heads(sheet, "rating:CP1")) == 2, "saving again settles it"


def test_a_finding_that_was_taken_back_is_in_no_list(lantern_copy, templates):
    sheet = open_findings(lantern_copy)
    one = sheet.recorded()["findings"][0]
    payload = {key: one[key] for key in ("standard", "kind", "order", "cites")}
    commit(sheet, f"finding:{one['name']}", payload | {"text": ""}, heads(sheet, f"finding:{one['name']}"))
    assert one["name"] not in {other["name"] for other in sheet.recorded()["findings"]}
    assert one["name"] not in set(findings_table(lantern_copy.journal, templates, "lantern", "V1")["finding"])


def test_a_mark_without_words_is_evidence_too(lantern_copy):
    sheet = open_findings(lantern_copy)
    marked = {"bearing": "contradicts", "strength": "claim"}
    question = next(
        one["question"]
        for one in sheet.recorded()["pieces"]
        if one["held"] == "A1" and one["part"] == "note" and one["indicators"]
    )
    indicator = named(sheet.recorded(), f"A1.{question}.note")["indicators"][0]
    replace(lantern_copy, "interview:A1", f"answer:{question}.evidence.{indicator}", marked)
    for entry in lantern_copy.journal.current("lantern", subject="interview:A1", field_prefix=f"answer:{question}."):
        if entry.payload and entry.payload.get("text"):
            replace(lantern_copy, "interview:A1", entry.field, {**entry.payload, "text": ""})
    mark = named(sheet.recorded(), f"A1.{question}.evidence.{indicator}")
    assert (mark["part"], mark["marks"][indicator]) == ("mark", marked)


def test_a_question_without_an_answer_is_told_with_its_reason(lantern_copy):
    lantern_copy.journal.append(Edit("lantern", "interview:A1", "answer:A-SG-1.missing", {"reason": "not_asked"}))
    gaps = [(gap["question"], gap["held"], gap["reason"]) for gap in open_findings(lantern_copy).recorded()["gaps"]]
    assert ("A-SG-1", "A1", "not_asked") in gaps
