"""The interview page in JupyterLab and Chromium, seen, read out and worked: gate, keyboard, Easy Read, ending."""

from __future__ import annotations

from pathlib import Path

import pikepdf
import pytest
from barriers import find_barriers
from field_pages import Hand, fields_a_browser_takes, values_of
from playwright.sync_api import expect

from qpm_widgets.journal import Edit

pytestmark = pytest.mark.browser
BARE = True


@pytest.fixture
def page(shared_window):
    return shared_window


def test_a_group_writes_nothing_until_each_has_agreed_or_takes_no_part(field_kit, server, page):
    hand = Hand(page, server, "A2").open()
    gate = hand.sheet.locator(".qpm-gate")
    hand.agree("AD2", "talk", "notes")
    gate.get_by_text("Not asked yet, about talking or about notes: AD3.").wait_for()
    expect(hand.notes("A-CP-1")).to_be_disabled()
    hand.agree("AD3", "talk")
    gate.get_by_text("Not asked yet, about talking or about notes: AD3.").wait_for()
    hand.agree("AD3", "notes", decision="declined")
    gate.get_by_text("Taking part without having agreed to notes: AD3.").wait_for()
    hand.field("consent:talk.AD3").get_by_label("Not here, or takes no part").check()
    gate.wait_for(state="hidden")
    assert "AD3: takes no part" in hand.sheet.locator(".qpm-consent-state").inner_text()
    hand.await_saved()

    # Another device of the same kit withdraws; this page has not heard of it, and the journal refuses.
    agreed = field_kit.journal.current_entry("harbour", "interview:A2", "consent:notes.AD2")
    place = ("harbour", "interview:A2", "consent:notes.AD2")
    edit = Edit(*place, {"decision": "withdrawn", "how": "spoken"}, supersedes=(agreed.entry_id,))
    field_kit.journal.append(edit)
    hand.notes("A-CP-1").fill("first words")
    hand.await_trouble()
    assert "Not saved: Nobody has agreed to notes being taken." in hand.trouble
    assert hand.notes("A-CP-1").input_value() == "first words"
    assert hand.field("answer:A-CP-1.note").evaluate("box => box.classList.contains('qpm-refused')")
    assert "answer:A-CP-1.note" not in values_of(field_kit, "interview:A2")

    # The page has learnt why. Agreed again: what was refused is sent again, and then the newer words.
    gate.get_by_text("AD2 took back their agreement.").wait_for()
    expect(hand.notes("A-CP-1")).to_be_disabled()
    hand.agree("AD2", "notes")
    hand.notes("A-CP-1").press_sequentially(" and more")
    hand.await_saved()
    assert values_of(field_kit, "interview:A2")["answer:A-CP-1.note"]["text"] == "first words and more"


def test_an_interview_that_has_ended_is_closed_until_its_notes_are_to_be_put_right(field_kit, server, page):
    hand = Hand(page, server, "A3").open()
    hand.agree("AD4")
    hand.notes("A-CP-1").fill("She did not know, and told me whom to ask.")
    hand.field("answer:A-CP-1.missing").locator("select").select_option("does_not_know")
    hand.field("answer:A-CP-1.missing").get_by_text("Something is noted or weighed here too").wait_for()
    hand.sheet.get_by_role("button", name="Take the reason away A-CP-1").click()
    hand.click("finish")
    dialog = hand.sheet.locator("dialog[open]")
    assert "39 of 40 questions have neither an answer nor a reason" in dialog.inner_text()
    dialog.locator(".qpm-main").click()
    hand.await_saved()
    kept = values_of(field_kit, "interview:A3")
    assert (kept["state"]["state"], kept["answer:A-CP-1.missing"]) == ("finished", {"reason": ""})
    expect(hand.notes("A-CP-1")).to_be_disabled()
    # What was left out can be reached by its part of the guide, without an id.
    hand.sheet.locator(".qpm-untouched button").first.click()
    assert page.evaluate("document.activeElement.id").endswith("A-OPN-1")
    hand.click("correct")
    hand.notes("A-CP-1").fill("She did not know.")
    hand.await_saved()
    kept = values_of(field_kit, "interview:A3")
    assert (kept["state"]["state"], kept["answer:A-CP-1.note"]["text"]) == ("finished", "She did not know.")


def test_what_somebody_takes_back_for_good_is_erased_and_closed_in_every_window(field_kit, server, page):
    hand = Hand(page, server, "A4").open()
    hand.agree("AD5")
    hand.notes("A-CP-1").fill("A word that must go.")
    hand.await_saved()
    other = Hand(page.context.new_page(), server, "A4").open()
    hand.sheet.locator(".qpm-consent").evaluate("part => { part.open = true; }")
    hand.click("open-erase")
    dialog = hand.sheet.locator("dialog[open]")
    assert find_barriers(page, ".qpm-dialog") == []
    dialog.locator('input[value="interview"]').check()
    dialog.locator(".qpm-danger").click()
    expect(dialog).to_be_visible()  # not without the interview's id typed
    dialog.locator("input[type=text]").fill("A4")
    dialog.locator(".qpm-danger").click()
    dialog.get_by_role("heading", name="Erased for good").wait_for(timeout=60_000)
    dialog.get_by_role("button", name="Done").click()
    hand.sheet.get_by_text("This interview was withdrawn and every word of it erased.").wait_for(timeout=60_000)
    expect(hand.notes("A-CP-1")).to_be_disabled()
    assert hand.notes("A-CP-1").input_value() == ""
    entries = list(field_kit.journal.iter_entries("harbour", subject="interview:A4"))
    assert [one.payload for one in entries if one.field.startswith("answer:")] == [None]
    assert field_kit.journal.verify().ok
    # What another window had not sent yet is not taken, and does not wait there either.
    other.sheet.locator(".qpm-answers").first.evaluate("part => { part.disabled = false; }")
    other.notes("A-OPN-1").fill("A word too late.", force=True)
    other.page.get_by_role("heading", name="The words of this interview have been erased").wait_for(timeout=20_000)
    assert "qpm:harbour/interview:A4" not in other.page.evaluate("JSON.stringify({ ...sessionStorage })")
    other.page.close()


def test_easy_read_and_language_change_without_losing_the_place(field_kit, server, page):
    hand = Hand(page, server, "P2").open()
    heading = hand.sheet.locator('[id$="-P-CP-1-ask"]')
    plain = heading.inner_text()
    hand.sheet.locator('[id$="-P-CP-1-easy"]').check()
    assert heading.inner_text() != plain
    hand.sheet.locator('[id$="-easy"][id*="P2-easy"]').check()
    hand.agree("PS2", "talk", "notes", "quotes")
    assert hand.sheet.locator('select[id$="-language"]').first.input_value() == "cy"
    hand.notes("P-CP-2").fill("Cytunwyd ar gynllun")
    hand.click("P-CP-2-add")
    page.keyboard.type("Roedd hi'n gwrando")
    quote = hand.field("answer:P-CP-2.quote.1")
    quote.locator('textarea[id$="translation"]').fill("She listened")
    hand.await_saved()
    kept = values_of(field_kit, "interview:P2")
    assert kept["answer:P-CP-2.note"] == {"text": "Cytunwyd ar gynllun", "wording": "easy_read", "language": "cy"}
    assert kept["answer:P-CP-2.quote.1"]["language"] == "cy"
    assert kept["answer:P-CP-2.quote.1"]["translation"] == "She listened"

    # Two devices wrote the same field: the newer is shown, the other is not hidden and not replaced.
    field_kit.journal.append(Edit("harbour", "interview:P2", "answer:P-CP-2.note", {"text": "other device"}))
    hand.load()
    assert hand.notes("P-CP-2").input_value() == "other device"
    other = hand.field("answer:P-CP-2.note").locator("details")
    other.locator("summary").click()
    assert "Cytunwyd ar gynllun" in other.inner_text()
    hand.notes("P-CP-2").fill("other device, corrected")
    hand.await_saved()
    current = field_kit.journal.current("harbour", subject="interview:P2", field_prefix="answer:P-CP-2.note")
    assert {entry.payload["text"] for entry in current} == {"Cytunwyd ar gynllun", "other device, corrected"}


@pytest.mark.parametrize(("name", "scheme"), [("P2", "light"), ("P1", "dark"), ("O1", "dark")])
def test_pages_have_no_accessibility_faults_and_keep_their_words(field_kit, server, page, name, scheme):
    page.emulate_media(color_scheme=scheme)
    hand = Hand(page, server, name).open()
    hand.sheet.locator("details").evaluate_all("parts => parts.forEach((part) => { part.open = true; })")
    assert hand.find_barriers() == []
    for dialog in ("end", "safeguarding"):
        hand.click(f"open-{dialog}")
        assert hand.find_barriers("dialog[open]") == []
        page.keyboard.press("Escape")
    assert fields_a_browser_takes(page) == []


def test_an_interview_is_printed_as_a_form_in_the_language_and_wording_that_are_chosen(field_kit, server, page):
    hand = Hand(page, server, "P2").open()
    hand.sheet.locator('[id$="P2-easy"]').check()
    hand.sheet.get_by_label("Language of the conversation", exact=True).select_option("cy")
    hand.click("print-form")
    file = hand.sheet.locator(".qpm-printed-form code")
    file.wait_for(timeout=30_000)
    path = Path(file.inner_text())
    assert path.name == "form-P2-cy-easy-read.pdf"
    with pikepdf.open(path) as pdf:
        assert "cyfweliad" in str(pdf.docinfo["/Title"]).lower()


def test_at_200_percent_nothing_runs_out_of_the_window(field_kit, server, page):
    page.set_viewport_size({"width": 683, "height": 384})
    hand = Hand(page, server, "O1").open()
    assert hand.sheet.evaluate("one => one.scrollWidth <= one.clientWidth")
    hand.click("open-list")
    hand.sheet.locator('[id$="go-O-EQ-1"]').click()
    assert page.evaluate("document.activeElement.id").endswith("O-EQ-1")
    hand.sheet.locator('textarea[id$="answer-O-EQ-1-who_agrees"]').fill("the receptionist")
    hand.await_saved()
    assert values_of(field_kit, "observation:O1")["answer:O-EQ-1.who_agrees"]["text"] == "the receptionist"
