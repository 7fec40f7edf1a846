"""What only JupyterLab can show of an interview page: it is run again under a person's hands, and no key is taken."""

from __future__ import annotations

import re

import pytest
from field_pages import Hand, kernel_process, open_page, until, values_of
from playwright.sync_api import expect

from qpm_widgets.visits import iter_observations

pytestmark = pytest.mark.browser


@pytest.fixture
def page(shared_window):
    return shared_window


def opened(page, server, name: str, *codes: str) -> Hand:
    """An interview in which everybody has agreed to talk and to notes."""
    hand = Hand(page, server, name).open()
    for code in codes:
        hand.agree(code, "talk", "notes")
    hand.await_saved()
    return hand


def test_an_interview_can_be_held_with_the_keyboard_alone(field_kit, server, page):
    hand = Hand(page, server, "P1").open()

    def tab_to(suffix: str, limit: int = 80) -> None:
        for _ in range(limit):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.id").endswith(suffix):
                return
        raise AssertionError(f"{suffix} is not reached by Tab")

    hand.sheet.evaluate("root => { root.tabIndex = -1; root.focus(); }")
    tab_to("talk-PS1-given")
    page.keyboard.press("Space")
    tab_to("notes-PS1-given")
    page.keyboard.press("Space")
    hand.sheet.locator(".qpm-gate").wait_for(state="hidden")
    hand.sheet.focus()
    tab_to("go-section-2")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id").endswith("section-2")
    tab_to("answer-P-IN-1-note")
    page.keyboard.type("abcdmxyz JKL 0 She says he is on her side.")  # one-letter shortcuts of JupyterLab among them
    tab_to("P-IN-1-add")
    page.keyboard.press("Enter")
    page.keyboard.type("He is mine")
    tab_to("P-IN-1-IN4-bearing-supports")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    hand.await_saved()
    kept = values_of(field_kit, "interview:P1")
    assert kept["answer:P-IN-1.note"]["text"] == "abcdmxyz JKL 0 She says he is on her side."
    assert kept["answer:P-IN-1.note"]["wording"] == "easy_read"
    assert kept["answer:P-IN-1.quote.1"]["text"] == "He is mine"
    assert kept["answer:P-IN-1.evidence.IN4"] == {"bearing": "mixed", "strength": None}

    # Stop, with the notes taken back; then the safeguarding reference, and nothing else of it.
    hand.sheet.focus()
    tab_to("open-end")
    page.keyboard.press("Enter")
    hand.sheet.locator("dialog[open] input[value=stopped]").check()
    hand.sheet.get_by_label("PS1 takes back their agreement to notes").check()
    hand.sheet.locator("dialog[open] .qpm-main").click()
    hand.click("open-safeguarding")
    assert "kept apart from the interview" in hand.sheet.locator("dialog[open]").inner_text()
    hand.sheet.locator("dialog[open] input[type=text]").fill("SG-2026-014")
    hand.sheet.locator("dialog[open] .qpm-main").click()
    hand.await_saved()
    kept = values_of(field_kit, "interview:P1")
    assert kept["state"] == {"state": "stopped", "reason": ""}
    assert kept["consent:notes.PS1"]["decision"] == "withdrawn"
    assert set(kept["safeguarding"]) == {"reference", "used_at"}
    expect(hand.notes("P-IN-1")).to_be_disabled()


def test_a_card_stays_while_its_page_is_run_again_and_only_a_sign_tells_that_words_wait(server, page):
    hand = opened(page, server, "P3", "PS3")
    hand.notes("P-IN-2").fill("Her badge")
    hand.await_saved()
    kernel = kernel_process(server, "P3")
    kernel.suspend()
    hand.notes("P-IN-2").press_sequentially(", I think")
    page.keyboard.press("Control+Enter")
    card = page.get_by_role("dialog", name="Shown to the person")
    question = card.get_by_role("heading").inner_text()
    sign = card.locator(".qpm-card-sign")
    assert "Not saved" not in sign.text_content()
    assert until(lambda: sign.text_content() == "Not saved", page)
    assert sign.bounding_box()["width"] < 24  # read out, and shown as a small square
    # Watched in every frame: the person never sees the page behind.
    page.evaluate(
        """() => {
          window.bare = 0;
          const look = () => {
            const top = document.elementFromPoint(600, 400);
            if (!top?.closest('.qpm-show-card:modal')) window.bare += 1;
            window.watching = requestAnimationFrame(look);
          };
          look();
        }"""
    )
    before = hand.sheet.element_handle()
    kernel.kill()
    assert until(lambda: not before.evaluate("root => root.isConnected"), page, 40), "the page was not run again"
    assert until(lambda: sign.text_content() == "", page, 20)
    assert card.get_by_role("heading").inner_text() == question
    assert page.evaluate("window.bare") == 0
    page.evaluate("cancelAnimationFrame(window.watching)")
    page.keyboard.press("Escape")
    assert hand.notes("P-IN-2").input_value() == "Her badge, I think"


def test_a_page_that_is_run_again_stays_at_its_question(server, page):
    hand = opened(page, server, "A1", "AD1")
    hand.sheet.locator('[id$="-stepping"]').check()
    hand.click("go-section-2")
    seen = "all => all.filter((one) => one.checkVisibility()).map((one) => one.dataset.question)"
    (at,) = hand.sheet.locator(".qpm-question").evaluate_all(seen)
    hand.notes(at).click()
    before = hand.sheet.element_handle()
    kernel_process(server, "A1").kill()
    page.keyboard.type("Going on")
    assert until(lambda: not before.evaluate("root => root.isConnected"), page, 40), "the page was not run again"
    page.keyboard.type(" writing")
    assert hand.sheet.locator(".qpm-question").evaluate_all(seen) == [at]
    assert page.evaluate("document.activeElement.id").endswith(f"-answer-{at}-note")
    assert hand.notes(at).input_value() == "Going on writing"
    hand.await_saved()


def test_a_no_whose_receipt_is_lost_counts_once_though_the_page_is_run_again(field_kit, server, page):
    page = page.context.new_page()
    lost = []

    def relay(socket) -> None:
        def pass_on(message: str | bytes) -> None:
            is_receipt = b'"receipt"' in (message if isinstance(message, bytes) else message.encode())
            (lost.append if is_receipt and len(lost) < 2 else socket.send)(message)

        socket.connect_to_server().on_message(pass_on)

    page.route_web_socket("**/channels*", relay)
    hand = Hand(page, server, "P2").open()
    dialog = page.get_by_role("dialog", name="A yes or no that somebody shows")

    def note_a_no() -> str:
        page.keyboard.press("Shift+F8")
        dialog.get_by_label("No", exact=True).check()
        dialog.get_by_role("button", name="Note it").click()
        said = dialog.get_by_role("status").inner_text()
        page.keyboard.press("Escape")
        return said

    assert "Say once, kindly" in note_a_no()
    assert until(lambda: lost, page)
    kernel_process(server, "P2").kill()
    hand.await_saved(60_000)
    page.keyboard.press("Shift+F8")
    assert dialog.get_by_role("listitem").count() == 1
    page.keyboard.press("Escape")
    assert "Stop now" in note_a_no()
    hand.await_saved()
    shown = field_kit.journal.iter_entries("harbour", subject="interview:P2", field_prefix="assent:")
    assert len(list(shown)) == 2
    page.close()


def test_a_kernel_that_dies_while_words_wait_loses_none(field_kit, server, page):
    field_kit.journal.keep_names("harbour", "V1", ["Mair Evans"])
    hand = opened(page, server, "A3", "AD4")
    hand.notes("A-CP-1").fill("Mair said it twice.")
    hand.field("answer:A-CP-1.note").locator(".qpm-waits").wait_for()
    kernel_process(server, "A3").kill()
    page.keyboard.type(" And then")

    def versions() -> list[str]:
        entries = field_kit.journal.iter_entries("harbour", subject="interview:A3", field_prefix="answer:A-CP-1.note")
        return [str(entry.payload["text"]) for entry in entries]

    assert until(lambda: versions()[-1:] == ["Mair said it twice. And then"], page, seconds=60)
    hand.await_saved()
    assert len(versions()) == len(set(versions()))


def test_words_that_were_on_their_way_at_a_reload_are_one_version_and_go_on_as_one(field_kit, server, page):
    hand = opened(page, server, "A3", "AD4")
    hand.notes("A-CP-2").fill("First.")
    hand.await_saved()
    kernel = kernel_process(server, "A3")
    kernel.suspend()
    hand.notes("A-CP-2").press_sequentially(" Second.")
    page.wait_for_timeout(700)  # longer than the pause in typing: sent, and nobody answers
    page.reload()
    kernel.resume()
    hand.sheet.wait_for(timeout=60_000)
    hand.await_saved()
    hand.notes("A-CP-2").press_sequentially(" Third.")
    hand.await_saved()
    entries = field_kit.journal.iter_entries("harbour", subject="interview:A3", field_prefix="answer:A-CP-2.note")
    assert [one.payload["text"] for one in entries] == ["First.", "First. Second.", "First. Second. Third."]
    assert field_kit.journal.conflicts("harbour") == []


def test_receipts_are_read_out_politely_and_failures_at_once(server, page):
    hand = Hand(page, server, "A4").open()
    polite, urgent = hand.sheet.locator(".qpm-receipts"), hand.sheet.locator(".qpm-failures")
    assert (polite.get_attribute("role"), urgent.get_attribute("role")) == ("status", "alert")
    hand.agree("AD5", "talk", "notes")
    hand.notes("A-CP-2").fill("They say so.")
    hand.await_saved()
    assert until(lambda: re.fullmatch(r"Saved \d\d:\d\d", polite.inner_text() or ""), hand.page)
    assert urgent.inner_text() == ""
    kernel = kernel_process(server, "A4")
    kernel.suspend()
    try:
        hand.notes("A-CP-2").fill("They say so, twice.")
        hand.await_trouble()
        assert urgent.inner_text().startswith("Not saved: the kit has not confirmed")
    finally:
        kernel.resume()
    hand.await_saved()
    assert until(lambda: urgent.inner_text() == "", hand.page)


def test_a_box_takes_line_breaks_and_undoes_what_was_typed(server, page):
    hand = opened(page, server, "A2", "AD2", "AD3")
    notes = hand.notes("A-CP-1")
    notes.focus()
    page.keyboard.type("One line.")
    page.keyboard.press("Enter")
    page.keyboard.type("Another.")
    assert notes.input_value() == "One line.\nAnother."
    page.keyboard.press("Control+z")
    assert notes.input_value() != "One line.\nAnother."
    hand.await_saved()


def test_a_form_that_had_no_answer_and_was_changed_is_one_observation(field_kit, server, page):
    kit = field_kit
    before = {one.id for one in iter_observations(kit.journal, "harbour", "V1")}
    open_page(page, server, "harbour/V1/plan.ipynb")
    page.get_by_role("button", name="Add an observation").click(timeout=60_000)
    page.get_by_label("Time", exact=True).fill("17:00")
    page.get_by_label("Who holds it?").select_option("AS1")
    kernel = kernel_process(server, "harbour/V1/plan.ipynb")
    kernel.suspend()
    try:
        page.get_by_role("button", name="Save", exact=True).click()
        page.get_by_text("The kit has not answered.").wait_for(timeout=20_000)
    finally:
        kernel.resume()
    assert until(lambda: len(iter_observations(kit.journal, "harbour", "V1")) > len(before), page), "it was recorded"
    page.get_by_label("Time", exact=True).fill("17:30")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("status").filter(has_text="is in the plan").wait_for()
    (added,) = [one for one in iter_observations(kit.journal, "harbour", "V1") if one.id not in before]
    assert f"{added.plan.planned_at:%H:%M}" == "17:30"
