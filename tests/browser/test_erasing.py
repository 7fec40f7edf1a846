"""Who takes words back is served by one button: certificate, marked reports, and no byte of the words in the kit."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from barriers import find_barriers
from canary_search import decrypted, decrypted_log, files_holding
from field_pages import FIELD_PASSPHRASE, Hand, create_field_kit, interview_plan, kernel_process, until
from playwright.sync_api import expect

from qpm_widgets.capture.server import server_process
from qpm_widgets.reports import render_report
from qpm_widgets.terminal import CHECKOUT

pytestmark = pytest.mark.browser
BARE = True

CANARY = "Rotschwanz-im-Speicher-7741"


@pytest.fixture
def page(shared_window):
    return shared_window


@pytest.fixture(scope="module")
def erasing_kit(tmp_path_factory, templates):
    interviews = {f"A{number}": interview_plan("advocate", [f"AD{number}"]) for number in (1, 2, 3, 4)}
    kit = create_field_kit(tmp_path_factory.mktemp("erasing") / "kit", templates, interviews, ["O1"])
    yield kit
    kit.close()


@pytest.fixture(scope="module")
def outputs(erasing_kit) -> Path:
    return erasing_kit.home.parent / "outputs"


@pytest.fixture(scope="module")
def server(erasing_kit, hand_out):
    with hand_out(erasing_kit, FIELD_PASSPHRASE) as running:
        yield running


@pytest.fixture(scope="module")
def jupyter(erasing_kit, outputs):
    with server_process(erasing_kit, outputs) as running:
        yield running


def erase(hand: Hand, meeting: str) -> None:
    hand.click("open-erase")
    dialog = hand.sheet.locator("dialog[open]")
    dialog.locator('input[value="interview"]').check()
    dialog.locator("input[type=text]").fill(meeting)
    dialog.locator(".qpm-danger").click()
    dialog.get_by_role("heading", name="Erased for good").wait_for(timeout=60_000)


def stored_bytes(kit) -> bytes:
    """The journal's file and its log, decrypted: what somebody with the passphrase could still find."""
    key, path = bytes.fromhex(kit.environment()["QPM_KIT_KEY"]), kit.journal.path
    return decrypted(path, key) + decrypted_log(Path(f"{path}-wal"), key)


def test_the_button_leaves_a_certificate_marked_reports_and_no_byte(erasing_kit, jupyter, page, outputs):
    hand = Hand(page, jupyter, "A1").open()
    hand.agree("AD1")
    hand.notes("A-CP-1").fill(f"She said {CANARY}.")
    hand.await_saved()
    assert CANARY.encode() in stored_bytes(erasing_kit), "it would be found"
    parameters = {"assessment_id": "harbour", "visit_id": "V1", "edition": "lead"}
    notebook = CHECKOUT / "notebooks" / "visit_report.ipynb"
    rendered = render_report(erasing_kit, notebook, parameters, outputs=outputs, formats=("html",))
    assert CANARY in rendered.files["html"].read_text(encoding="utf-8")
    hand.sheet.locator(".qpm-consent").evaluate("part => { part.open = true; }")
    erase(hand, "A1")
    dialog = hand.sheet.locator("dialog[open]")
    (certificate,) = outputs.glob("harbour/erasures/*/certificate_of_erasure.pdf")
    told = dialog.inner_text()
    for path in (certificate, rendered.files["html"]):
        assert str(path) in told
    assert "kit.py" not in told
    assert find_barriers(page, ".qpm-dialog") == []
    dialog.get_by_role("button", name="Render them again, without it").press("Enter")
    dialog.get_by_role("status").get_by_text("Rendered again").wait_for(timeout=60_000)
    (anew,) = set(outputs.glob("harbour/V1/visit_report-lead-*/*.html")) - {rendered.files["html"]}
    assert str(anew) in dialog.inner_text()
    assert CANARY not in anew.read_text(encoding="utf-8")
    assert until(lambda: page.evaluate("document.activeElement.textContent") == "Open", page)
    assert find_barriers(page, ".qpm-dialog") == []
    (noted,) = json.loads((rendered.folder / "erasures.json").read_text(encoding="utf-8"))["erasures"]
    tombstone = erasing_kit.journal.current_entry("harbour", "interview:A1", "erasure:interview")
    assert noted["tombstone"] == tombstone.entry_id
    assert CANARY.encode() not in stored_bytes(erasing_kit)
    assert files_holding(erasing_kit.home, CANARY) == []
    page.keyboard.press("Escape")
    hand.sheet.get_by_text("This interview was withdrawn and every word of it erased.").wait_for(timeout=60_000)


def test_an_observation_goes_whole_and_the_desk_asks_for_the_certificate(erasing_kit, server, page, outputs):
    hand = Hand(page, server, "O1").open()
    hand.field("answer:O-IN-1.description").locator("textarea").fill(f"A letter that said {CANARY}.")
    hand.await_saved()
    kept = outputs.rename(outputs.with_name("kept"))
    outputs.write_text("no room")
    erase(hand, "O1")
    hand.sheet.get_by_text("there is no certificate of it yet").wait_for()
    hand.sheet.locator("dialog[open] .qpm-main").click()
    hand.sheet.get_by_text("Every word of this observation was erased.").wait_for(timeout=60_000)
    assert CANARY.encode() not in stored_bytes(erasing_kit)
    outputs.unlink()
    kept.rename(outputs)
    page.goto(server.address("desk.ipynb"))
    asked = page.get_by_role("group").filter(has_text="O1 was erased")
    asked.wait_for(timeout=60_000)
    assert find_barriers(page, ".qpm-desk") == []
    asked.get_by_role("button", name="Write it now").click()
    page.get_by_role("heading", name="Erased for good").wait_for(timeout=60_000)
    expect(asked).to_be_hidden()
    assert len(list(outputs.glob("harbour/erasures/*/certificate_of_erasure.pdf"))) == 2
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_role("heading", name="Erased for good")).to_be_hidden()


def test_what_came_of_it_is_shown_also_to_who_closed_the_dialog_meanwhile(erasing_kit, server, page):
    hand = Hand(page, server, "A2").open()
    hand.agree("AD2")
    hand.notes("A-CP-1").fill(f"She said {CANARY}.")
    hand.await_saved()
    hand.sheet.locator(".qpm-consent").evaluate("part => { part.open = true; }")
    hand.click("open-erase")
    dialog = hand.sheet.locator("dialog[open]")
    dialog.locator('input[value="interview"]').check()
    dialog.locator("input[type=text]").fill("A2")
    dialog.locator(".qpm-danger").click()
    assert dialog.get_by_role("button", name="Keep everything").is_disabled(), "it no longer can"
    page.keyboard.press("Escape")
    assert dialog.count() == 0
    dialog.get_by_role("heading", name="Erased for good").wait_for(timeout=60_000)
    page.keyboard.press("Escape")
    hand.sheet.get_by_text("This interview was withdrawn and every word of it erased.").wait_for(timeout=60_000)
    assert page.get_by_text(CANARY).count() == 0


# Waiting for an answer ends after a second, not after minutes.
IMPATIENT = """
() => {
  const later = window.setTimeout;
  window.setTimeout = (act, time, ...rest) => later(act, time >= 12_000 ? 1000 : time, ...rest);
}
"""


def test_who_waits_in_vain_is_told_and_a_late_answer_is_taken(erasing_kit, jupyter, page):
    hand = Hand(page, jupyter, "A4").open()
    hand.agree("AD4")
    hand.notes("A-CP-1").fill(f"She said {CANARY}.")
    hand.notes("A-CP-1").fill(f"She said {CANARY} twice.")
    hand.await_saved()
    page.evaluate(IMPATIENT)
    hand.sheet.locator(".qpm-consent").evaluate("part => { part.open = true; }")
    dialog = hand.sheet.locator("dialog[open]")
    kernel = kernel_process(jupyter, "A4")
    kernel.suspend()
    try:
        hand.click("print-form")
        hand.sheet.locator(".qpm-written").get_by_text("The kit has not answered.").wait_for()
        hand.click("open-erase")
        dialog.locator('input[value="interview"]').check()
        dialog.locator("input[type=text]").fill("A4")
        dialog.locator(".qpm-danger").click()
        dialog.get_by_text("The kit has not answered.").wait_for()
        expect(dialog.get_by_role("button", name="Keep everything")).to_be_enabled()
        expect(dialog.get_by_role("button", name="Erase for good")).to_be_enabled()
    finally:
        kernel.resume()
    dialog.get_by_role("heading", name="Erased for good").wait_for(timeout=60_000)
    page.keyboard.press("Escape")
    hand.sheet.get_by_text("This interview was withdrawn and every word of it erased.").wait_for(timeout=60_000)


def test_who_finishes_after_all_takes_nothing_back_that_was_ticked_for_stopping(erasing_kit, server, page):
    hand = Hand(page, server, "A3").open()
    hand.agree("AD3")
    hand.notes("A-CP-1").fill("We ask everybody.")
    hand.await_saved()
    hand.click("open-end")
    dialog = hand.sheet.locator("dialog[open]")
    dialog.locator("input[value=stopped]").check()
    dialog.get_by_label("AD3 takes back their agreement to notes").check()
    dialog.locator("input[value=finished]").check()
    expect(dialog.get_by_label("AD3 takes back").first).to_be_hidden()
    dialog.locator(".qpm-main").click()
    hand.await_saved()
    current = {one.field: one.payload for one in erasing_kit.journal.current("harbour", subject="interview:A3")}
    assert current["state"]["state"] == "finished"
    assert current["consent:notes.AD3"]["decision"] == "given"
