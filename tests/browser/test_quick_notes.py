"""Notes the way people take them, in JupyterLab and Chromium: quick notes, and filing them by key or by dragging."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

import pytest
from field_pages import Hand, until, values_of
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
BARE = True


def faults(hand: Hand, within: str = "") -> list[str]:
    return hand.find_barriers(within)


def lines_of(field_kit, subject: str) -> dict[str, dict[str, object]]:
    """The recorded quick notes by their words, each with its field as ``field``."""
    found = {field: one for field, one in values_of(field_kit, subject).items() if field.startswith("answer:line-")}
    return {one["text"]: {**one, "field": field} for field, one in found.items() if one.get("text")}


def label(hand: Hand) -> str:
    return hand.page.evaluate("document.activeElement.getAttribute('aria-label') ?? document.activeElement.id")


def told(hand: Hand) -> str:
    return hand.sheet.locator(".qpm-told").inner_text()


LATE, DOOR, RINGS = "Came late, the bus was cancelled", "A nurse stood in the door", "she rings me back the same day"


def test_lines_are_jotted_down_and_filed_to_a_question_by_key(field_kit, server, page):
    hand = Hand(page, server, "P1").open()
    keys = page.keyboard
    hand.agree("PS1", "talk", "notes", "quotes")
    hand.notes("P-CP-1").focus()
    stood = hand.notes("P-CP-1").bounding_box()["y"]
    keys.press("F9")
    assert label(hand) == "New quick note"
    keys.type(LATE)
    keys.press("Enter")
    keys.type(f'"{RINGS}"')
    assert told(hand).startswith("This line is a quote now.")
    keys.press("Enter")
    keys.type(DOOR)
    assert abs(hand.notes("P-CP-1").bounding_box()["y"] - stood) < 5  # the questions stay where they are
    assert hand.sheet.get_by_role("button", name="Quick notes: 3 to file").get_attribute("aria-expanded") == "true"
    hand.await_saved()
    kept = lines_of(field_kit, "interview:P1")
    assert set(kept) == {LATE, RINGS, DOOR}
    assert kept[RINGS]["field"].endswith(".quote.1")
    assert (kept[RINGS]["grade"], kept[RINGS]["speaker"]) == ("paraphrase", "respondent")
    assert all(abs(one["at"] - page.evaluate("Date.now()")) < 600_000 for one in kept.values())
    assert faults(hand) == []

    # From the line where the caret is to a question, found by its words.
    keys.press("F9")
    dialog = page.get_by_role("dialog", name="File this quick note")
    assert dialog.get_by_label("To which question").evaluate("one => one === document.activeElement")
    keys.type("keeping things private")
    keys.press("Enter")
    assert dialog.get_by_role("status").last.inner_text().startswith("Filed to P-CO-1: What did your advocate tell you")
    assert faults(hand, ".qpm-dialog[open]") == []
    keys.press("Enter")
    assert label(hand).startswith("Quick note of ")
    keys.press("Escape")
    assert label(hand).endswith("answer-P-CP-1-note")
    hand.await_saved()
    assert lines_of(field_kit, "interview:P1")[DOOR]["filed_to"] == "P-CO-1"


def test_a_line_stays_where_it_is_filed_and_a_quote_is_weighed_by_key(field_kit, server, page):
    hand = Hand(page, server, "P1").open()
    keys = page.keyboard
    assert DOOR in hand.sheet.locator('[data-question="P-CO-1"] .qpm-filed').text_content()
    assert "1 of 26 questions have an answer" in hand.sheet.locator(".qpm-coverage").inner_text()
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 683, "height": 384})
    hand.notes("P-CP-1").focus()
    keys.press("F9")
    assert faults(hand) == []
    keys.press("ArrowUp")
    keys.press("ArrowUp")
    assert label(hand).endswith(", a quote")
    keys.press("F9")
    dialog = page.get_by_role("dialog", name="File this quick note")
    dialog.get_by_label("How exact").select_option("near_verbatim")
    dialog.get_by_label("To which question").focus()
    keys.type("AC3")
    keys.press("Enter")
    keys.press("Space")  # its first radio button: supports
    assert faults(hand, ".qpm-dialog[open]") == []
    keys.press("Escape")
    assert until(lambda: hand.sheet.get_by_role("button", name="Quick notes: 1 to file").count() == 1, page)
    assert hand.sheet.evaluate("one => one.scrollWidth <= one.clientWidth")
    hand.await_saved()
    said = lines_of(field_kit, "interview:P1")[RINGS]
    assert said["grade"] == "near_verbatim" and "filed_to" not in said
    mark = said["field"].replace("quote.1", "evidence.AC3")
    assert values_of(field_kit, "interview:P1")[mark] == {"bearing": "supports", "strength": None}
    hand.click("open-end")
    expect(page.get_by_text("1 quick note is not filed to a question yet. It is kept all the same.")).to_be_visible()
    keys.press("Escape")

    # A quote is a note again with a key, and a line that is emptied is gone.
    hand.sheet.get_by_label(", a quote").focus()
    keys.press("Home")
    keys.press("Backspace")
    keys.press("ArrowUp")
    keys.press("Control+a")
    keys.press("Delete")
    keys.press("Escape")
    hand.await_saved()
    assert until(lambda: set(lines_of(field_kit, "interview:P1")) == {RINGS, DOOR}, page)
    assert lines_of(field_kit, "interview:P1")[RINGS]["field"].endswith(".note")
    assert hand.sheet.locator(".qpm-jot").count() == 3


def test_lines_are_dragged_onto_a_question_or_an_indicator(field_kit, server, page):
    hand = Hand(page, server, "O1").open()
    hand.sheet.get_by_role("button", name="Quick notes").click()
    page.keyboard.type("Tea was offered")
    page.keyboard.press("Enter")
    page.keyboard.type('"Not now" on the door')  # in an observation nobody is quoted
    page.keyboard.press("Enter")
    scene = hand.sheet.locator(".qpm-question").first
    name = scene.get_attribute("data-question")
    scene.locator("h3").scroll_into_view_if_needed()
    grips = hand.sheet.locator(".qpm-jot-time")
    grips.nth(0).drag_to(scene.locator("h3"))
    assert told(hand) == f"Filed to {name}."
    bearing = scene.locator(".qpm-bearing").first
    bearing.scroll_into_view_if_needed()
    grips.nth(1).drag_to(bearing)
    dialog = page.get_by_role("dialog", name="File this quick note")
    dialog.get_by_role("radio", name="Mixed", exact=True).check()
    page.keyboard.press("Escape")
    hand.await_saved()
    kept = lines_of(field_kit, "observation:O1")
    assert {text: one["filed_to"] for text, one in kept.items()} == dict.fromkeys(
        ["Tea was offered", '"Not now" on the door'], name
    )
    marks = [field for field in values_of(field_kit, "observation:O1") if ".evidence." in field]
    assert [one.partition(".")[0] for one in marks] == [kept['"Not now" on the door']["field"].partition(".")[0]]
    assert faults(hand) == []


def drag(page, grip, onto, *, drop: bool = True) -> None:
    """By the mouse, onto the middle of something that is brought into sight."""
    onto.evaluate("one => one.scrollIntoView({ block: 'center' })")
    here, there = grip.bounding_box(), onto.bounding_box()
    page.mouse.move(here["x"] + here["width"] / 2, here["y"] + here["height"] / 2)
    page.mouse.down()
    page.mouse.move(there["x"] + there["width"] / 2, there["y"] + there["height"] / 2, steps=5)
    if drop:
        page.mouse.up()


def test_a_drag_scrolls_at_the_edges_and_escape_or_an_empty_place_drops_nothing(field_kit, server, page):
    hand = Hand(page, server, "P3").open()
    hand.agree("PS3", "talk", "notes")
    hand.sheet.get_by_role("button", name="Quick notes").click()
    page.keyboard.type("Nobody waits long")
    hand.await_saved()

    def filed() -> str:
        hand.await_saved()
        return lines_of(field_kit, "interview:P3")["Nobody waits long"].get("filed_to", "")

    grip = hand.sheet.locator(".qpm-jot-time").first
    drag(page, grip, hand.sheet.locator(".qpm-quick h2"))
    assert filed() == ""
    question = hand.sheet.locator('[data-question="P-CP-1"]')
    drag(page, grip, question.locator("h3"), drop=False)
    assert question.evaluate("one => one.matches('.qpm-drop')")
    page.keyboard.press("Escape")
    assert hand.sheet.locator(".qpm-drop, .qpm-dragging, .qpm-dragged").count() == 0
    assert hand.sheet.locator(".qpm-quick").is_visible(), "Escape ends the drag alone"
    page.mouse.up()
    assert filed() == ""

    # Held at the edge above the notes, the guide goes on; what comes into sight is a place to drop it.
    before = hand.sheet.evaluate("one => one.scrollTop")
    top = hand.sheet.locator(".qpm-quick").bounding_box()["y"]
    grip.hover()
    page.mouse.down()
    page.mouse.move(500, top - 120, steps=4)
    page.mouse.move(500, top - 10, steps=4)
    assert until(lambda: hand.sheet.evaluate("one => one.scrollTop") > before + 400, page)
    down = hand.sheet.evaluate("one => one.scrollTop")
    bar = hand.sheet.evaluate(
        "one => one.getBoundingClientRect().top + parseFloat(getComputedStyle(one).getPropertyValue('--bar'))"
    )
    page.mouse.move(500, bar + 10, steps=4)
    assert until(lambda: hand.sheet.evaluate("one => one.scrollTop") < down - 200, page)
    page.mouse.move(500, (bar + top) / 2, steps=4)
    rests = hand.sheet.evaluate("one => one.scrollTop")
    page.wait_for_timeout(200)
    assert hand.sheet.evaluate("one => one.scrollTop") == rests
    boxes = [(one, one.bounding_box()) for one in hand.sheet.locator(".qpm-question h3").all()]
    heading, box = next((one, box) for one, box in boxes if bar + 70 < box["y"] < top - 100)
    page.mouse.move(box["x"] + 20, box["y"] + 10, steps=4)
    page.mouse.up()
    name = heading.evaluate("one => one.closest('.qpm-question').dataset.question")
    assert until(lambda: filed() == name, page)


def test_a_welsh_quote_among_the_quick_notes_has_its_translation_beside_it(field_kit, server, page):
    hand = Hand(page, server, "P2").open()  # held in Welsh
    hand.agree("PS2", "talk", "notes", "quotes")
    page.keyboard.press("F9")
    page.keyboard.type("Nodyn am y lle")
    line = hand.sheet.locator(".qpm-jot[data-item]")
    assert not line.get_by_label("English translation").is_visible(), "a note has none"
    page.keyboard.press("Enter")
    page.keyboard.type('"Mae hi ar fy ochr i')
    quote = line.last
    quote.get_by_label("English translation").fill("She is on my side, ring 01632 960001")
    quote.get_by_role("button", name="Take it out").click()
    hand.await_saved()
    assert faults(hand) == []
    kept = lines_of(field_kit, "interview:P2")["Mae hi ar fy ochr i"]
    assert kept["translation"] == "She is on my side, ring [a telephone number, taken out]"
    hand.notes("P-IN-1").focus()
    page.keyboard.press("F9")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("F9")  # its language is put right
    page.get_by_role("dialog", name="File this quick note").get_by_label("In", exact=True).select_option("en")
    page.keyboard.press("Escape")
    assert until(lambda: not quote.get_by_label("English translation").is_visible(), page)


def test_what_is_keyed_in_from_paper_is_marked_as_long_as_the_switch_is_on(field_kit, server, page):
    hand = Hand(page, server, "A2").open()
    hand.agree("AD2", "talk", "notes")
    hand.agree("AD3", "talk", "notes")
    switch = hand.sheet.get_by_role("checkbox", name="I am keying this in from a paper form")
    switch.check()
    hand.sheet.get_by_text("What you write now is marked as keyed in from paper.").wait_for()
    hand.notes("A-CP-2").fill("From the form.")
    hand.await_saved()
    page.reload()
    hand.sheet.wait_for(timeout=60_000)
    expect(switch).to_be_checked()
    hand.notes("A-CO-1").focus()
    page.keyboard.press("F9")
    page.keyboard.type("In the margin")
    page.keyboard.press("Escape")
    hand.agree("AD2", "quotes")
    hand.agree("AD3", "quotes")
    hand.field("answer:A-CP-3.missing").locator("select").select_option("not_asked")
    hand.field("answer:A-CP-1.evidence.CP1").locator('input[value="supports"]').check()
    page.keyboard.press("Shift+F8")
    hand.sheet.locator('dialog[open] input[value="assent"]').check()
    hand.sheet.locator('dialog[open] input[value="AD2"]').check()
    page.get_by_role("button", name="Note it").click()
    signs = hand.sheet.locator("dialog[open] .qpm-signs")
    signs.get_by_text("AD2: Yes. In speech, keyed in from paper").wait_for()
    page.keyboard.press("Escape")
    held = hand.field("on_paper")
    held.get_by_label("Date").fill("2026-03-10")
    held.get_by_label("Began").fill("14:05")
    held.get_by_label("Ended").fill("13:00")
    held.get_by_text("it ended before it began").wait_for()
    assert faults(hand, ".qpm-paper-notice") == []
    held.get_by_label("Ended").fill("15:10")
    switch.uncheck()
    hand.agree("AD3", "quotes", decision="withdrawn")  # said there and then
    hand.notes("A-CO-2").fill("Said on the phone later.")
    hand.notes("A-CP-2").fill("From the form, spelt right.")  # it was on paper all the same
    hand.await_saved()
    page.keyboard.press("Shift+F8")
    signs.get_by_text("AD2: Yes. In speech, on paper, 10 March.").wait_for()
    page.keyboard.press("Escape")
    kept = {
        str(one["text"]): one.get("source") for one in values_of(field_kit, "interview:A2").values() if "text" in one
    }
    kept = {text: source for text, source in kept.items() if not text.startswith("One line")}
    values = values_of(field_kit, "interview:A2")
    assert {name for name, one in values.items() if "text" not in one and one.get("source") == "paper"} == {
        "consent:quotes.AD2", "answer:A-CP-3.missing", "answer:A-CP-1.evidence.CP1", "assent:AD2",
    }  # fmt: skip
    assert values["consent:quotes.AD3"]["decision"] == "withdrawn"
    began, ended = values["on_paper"]["began"], values["on_paper"]["ended"]
    assert (ended - began) / 60_000 == 65
    assert datetime.fromtimestamp(began / 1000, UTC).date() == date(2026, 3, 10)
    assert kept == {"In the margin": "paper", "Said on the phone later.": None, "From the form, spelt right.": "paper"}


def test_a_quotation_mark_on_an_empty_line_of_the_notes_begins_a_quote(field_kit, server, page):
    hand = Hand(page, server, "A3").open()
    hand.agree("AD4", "talk", "notes", "quotes")
    notes = hand.notes("A-CP-1")
    notes.focus()
    page.keyboard.type('She said "yes" at once.')
    page.keyboard.press("Enter")
    page.keyboard.type('"we never turn anyone away')
    hand.await_saved()
    kept = values_of(field_kit, "interview:A3")
    assert kept["answer:A-CP-1.note"]["text"] == 'She said "yes" at once.\n'
    assert kept["answer:A-CP-1.quote.1"]["text"] == "we never turn anyone away"
    # Escape while the quote is empty: the mark stands in the notes.
    notes.focus()
    page.keyboard.press("Control+End")
    page.keyboard.type('"')
    page.keyboard.press("Escape")
    page.keyboard.type("Rule of thumb")
    assert notes.input_value() == 'She said "yes" at once.\n"Rule of thumb'
    assert hand.sheet.locator(".qpm-quote").count() == 1


def test_a_question_of_ones_own_and_another_indicator_by_key(field_kit, server, page):
    hand = Hand(page, server, "A4").open()
    keys = page.keyboard
    hand.agree("AD5", "talk", "notes")
    hand.sheet.get_by_role("button", name="Add a question (Independence)").focus()
    keys.press("Enter")
    keys.type("Who pays for the room?")
    own = hand.sheet.get_by_role("article", name="Your own question")
    keys.press("Tab")
    keys.type("The council, since May.")
    more = own.get_by_role("button", name="Another indicator")
    more.focus()
    keys.press("Enter")
    dialog = page.get_by_role("dialog", name="Another indicator")
    assert faults(hand, ".qpm-dialog[open]") == []
    keys.type("in2")
    keys.press("Enter")
    keys.press("Space")
    hand.await_saved()
    kept = {
        field.partition(".")[2]: one for field, one in values_of(field_kit, "interview:A4").items() if ":own-" in field
    }
    assert kept["question"] == {"text": "Who pays for the room?", "standard": "independence"}
    assert kept["note"]["text"] == "The council, since May."
    assert kept["evidence.IN2"] == {"bearing": "supports", "strength": None}
    coverage = hand.sheet.locator(".qpm-coverage").inner_text()
    assert "1 piece of evidence on 1 standard" in coverage
    assert "0 of 40 questions" in coverage  # the guide's are counted, and no other
    # A question of the guide bears on what its guide does not name; what is there already is not offered again.
    hand.sheet.get_by_role("button", name="Another indicator A-CP-1").click()
    keys.type("cp1")
    assert dialog.get_by_role("option").count() == 0
    keys.press("Control+a")
    keys.type("SA1")
    keys.press("Enter")
    keys.press("Space")
    hand.await_saved()
    assert values_of(field_kit, "interview:A4")["answer:A-CP-1.evidence.SA1"]["bearing"] == "supports"
    page.reload()
    hand.sheet.wait_for(timeout=60_000)
    own.scroll_into_view_if_needed()
    assert own.get_by_label("What you asked, in your words").input_value() == "Who pays for the room?"
    expect(hand.field("answer:A-CP-1.evidence.SA1").locator("input[value=supports]")).to_be_checked()
    assert faults(hand) == []


def test_a_question_of_ones_own_at_the_very_end_is_kept_under_no_standard(field_kit, server, page):
    hand = Hand(page, server, "A4").open()
    hand.agree("AD5", "talk", "notes")
    hand.sheet.get_by_role("button", name="+ Add a question", exact=True).press("Enter")
    page.keyboard.type("What have we left out?")
    hand.await_saved()
    asked = [one for field, one in values_of(field_kit, "interview:A4").items() if field.endswith(".question")]
    assert {"text": "What have we left out?", "standard": ""} in asked


def test_edits_are_undone_one_by_one_and_earlier_versions_put_back(field_kit, server, page):
    hand = Hand(page, server, "P2").open()
    keys = page.keyboard
    hand.agree("PS2", "talk", "notes", "quotes")
    supports = hand.field("answer:P-CP-1.evidence.CP1").locator("input[value=supports]")
    missing = hand.field("answer:P-CP-2.missing").locator("select")

    def recorded(field: str) -> dict[str, object]:
        hand.await_saved()
        return values_of(field_kit, "interview:P2")[field]

    hand.notes("P-CP-1").fill("Helps me to be heard.")
    hand.notes("P-CP-1").blur()
    hand.await_saved()
    page.wait_for_timeout(3100)  # what is typed after a pause is an edit of its own
    hand.notes("P-CP-1").fill("Helps me.")
    supports.check()
    missing.select_option("not_asked")
    hand.sheet.get_by_role("button", name="+ Add a quote P-CP-1").click()
    keys.type("she makes them listen")
    hand.sheet.get_by_role("button", name="Take this quote back P-CP-1 1").click()
    assert hand.sheet.locator(".qpm-quote").count() == 0
    keys.press("Control+z")  # on the button to which the focus went
    assert told(hand) == "Undone: a quote at P-CP-1."
    assert hand.sheet.locator(".qpm-quote textarea").first.input_value() == "she makes them listen"
    assert recorded("answer:P-CP-1.quote.1")["text"] == "she makes them listen"
    keys.press("Control+z")  # the quote was never there
    keys.press("Control+z")
    assert (missing.input_value(), recorded("answer:P-CP-2.missing")) == ("", {"reason": ""})
    hand.sheet.get_by_role("button", name=re.compile("^Undo")).click()
    assert told(hand) == "Undone: how P-CP-1 bears on CP1."
    expect(supports).not_to_be_checked()
    assert recorded("answer:P-CP-1.evidence.CP1") == {"bearing": "", "strength": None}
    assert "No evidence yet" in hand.sheet.locator(".qpm-coverage").inner_text()
    keys.press("Control+z")
    assert hand.notes("P-CP-1").input_value() == "Helps me to be heard."
    assert recorded("answer:P-CP-1.note")["text"] == "Helps me to be heard."
    assert faults(hand) == []
    # A box undoes its own typing with the same key.
    hand.notes("P-CP-1").focus()
    keys.press("End")
    keys.type("!")
    keys.press("Control+z")
    assert hand.notes("P-CP-1").input_value() == "Helps me to be heard."
    hand.await_saved()

    hand.sheet.get_by_role("button", name="Earlier versions P-CP-1 note").click()
    dialog = page.get_by_role("dialog", name="Earlier versions")
    dialog.get_by_role("listitem").first.wait_for()
    said = dialog.locator(".qpm-version").all_inner_texts()
    assert said[0] == "Helps me to be heard." and "Helps me." in said
    assert "AS1" in dialog.get_by_role("listitem").first.inner_text()
    assert faults(hand, ".qpm-dialog[open]") == []
    dialog.get_by_role("listitem").nth(said.index("Helps me.")).get_by_role("button").click()
    assert hand.notes("P-CP-1").input_value() == "Helps me."
    assert recorded("answer:P-CP-1.note")["text"] == "Helps me."


def test_a_filing_and_a_line_are_undone(field_kit, server, page):
    hand = Hand(page, server, "O1").open()
    keys = page.keyboard
    hand.sheet.get_by_role("button", name="Quick notes").click()
    keys.type("A bell rang")
    keys.press("F9")
    keys.type("badges")
    keys.press("Enter")
    keys.press("Enter")
    hand.await_saved()
    assert lines_of(field_kit, "observation:O1")["A bell rang"]["filed_to"]
    line = hand.sheet.locator(".qpm-jot").filter(has=page.get_by_role("button", name="File elsewhere")).last
    line.get_by_role("button").focus()
    keys.press("Control+z")
    assert told(hand) == "Undone: where a quick note is filed."
    hand.await_saved()
    assert "filed_to" not in lines_of(field_kit, "observation:O1")["A bell rang"]
    assert page.evaluate("document.activeElement.innerText").startswith(
        "File"
    )  # and the next key is the page's as well
    keys.press("Control+z")
    assert told(hand) == "Undone: a quick note."
    hand.await_saved()
    assert "A bell rang" not in lines_of(field_kit, "observation:O1")
    assert "A bell rang" not in hand.sheet.locator(".qpm-jot textarea").evaluate_all(
        "all => all.map((one) => one.value)"
    )


def test_a_quote_that_is_not_wanted_is_kept_and_not_read_back(field_kit, server, page):
    hand = Hand(page, server, "A3").open()
    hand.agree("AD4", "talk", "notes", "quotes")
    hand.click("A-CP-2-add")
    page.keyboard.type("She rings me back.")
    quote = hand.field("answer:A-CP-2.quote.1")
    choice = quote.get_by_label("They do not want this sentence used")
    choice.check()
    quote.get_by_text("No report quotes it, and it is not read back.").wait_for()

    def kept() -> dict[str, object]:
        hand.await_saved()
        return values_of(field_kit, "interview:A3")["answer:A-CP-2.quote.1"]

    assert (kept()["text"], kept()["use"]) == ("She rings me back.", "no")
    ending = page.get_by_role("dialog", name="How did it end?")
    read_back = ending.get_by_text("“She rings me back.”")
    page.keyboard.press("Alt+End")
    ending.wait_for()
    assert read_back.count() == 0
    page.keyboard.press("Escape")
    choice.uncheck()
    assert "use" not in kept()
    page.keyboard.press("Alt+End")
    read_back.wait_for()
    page.keyboard.press("Escape")


def test_no_line_is_filed_by_dragging_where_nothing_may_be_written(field_kit, server, page):
    hand = Hand(page, server, "A4").open()
    hand.agree("AD5", "talk", "notes")
    hand.sheet.get_by_role("button", name="Quick notes").click()
    page.keyboard.type(DOOR)
    hand.await_saved()
    question, grip = hand.sheet.locator(".qpm-question").first, hand.sheet.locator(".qpm-jot-time").first

    def filed_by_dragging(*, taken: bool) -> str:
        drag(page, grip, question.locator("h3"), drop=False)
        assert question.evaluate("one => one.matches('.qpm-drop')") == taken
        page.mouse.up()
        hand.await_saved()
        return lines_of(field_kit, "interview:A4")[DOOR].get("filed_to", "")

    page.keyboard.press("Alt+End")
    page.get_by_role("dialog", name="How did it end?").get_by_role("radio", name="Finish").check()
    page.keyboard.press("Enter")
    hand.await_saved()
    assert filed_by_dragging(taken=False) == ""
    hand.click("reopen")
    hand.agree("AD5", "notes", decision="withdrawn")
    assert filed_by_dragging(taken=False) == ""
    hand.agree("AD5", "notes")
    hand.await_saved()
    assert filed_by_dragging(taken=True) == question.get_attribute("data-question")
