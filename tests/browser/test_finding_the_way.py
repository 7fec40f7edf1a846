"""One question at a time, keys, search, and opening where it was left, in JupyterLab and Chromium."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator

import pytest
from barriers import find_barriers
from field_pages import Hand, until, values_of
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
BARE = True

CLOCK = "new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' }).format(ms)"
VIEW = "JSON.stringify(Object.entries({ ...sessionStorage }).filter(([key]) => key.startsWith('qpm-view:')))"


@pytest.fixture(scope="module")
def hand(module_window, server) -> Hand:
    """One page for the tests that do not need a new one: the interview of an advocate, with notes agreed."""
    hand = Hand(module_window, server, "A1").open()
    hand.agree("AD1", "talk", "notes")
    hand.await_saved()
    return hand


@pytest.fixture(autouse=True)
def as_one_page(request) -> Iterator[None]:
    yield
    if "hand" in request.fixturenames:
        hand = request.getfixturevalue("hand")
        hand.sheet.locator("dialog[open]").evaluate_all("boxes => boxes.forEach((box) => box.close())")
        one_at_a_time(hand, on=False)


def one_at_a_time(hand: Hand, on: bool = True) -> None:
    switch = hand.sheet.locator('[id$="-stepping"]')
    if switch.is_checked() != on:
        switch.evaluate("box => box.click()")


def focus(hand: Hand) -> str:
    """Id of the element with the focus, without what all ids of the page begin with."""
    return hand.page.evaluate("document.activeElement.id").removeprefix(
        f"qpm-{hand.scope.replace('/', '-')}-".replace(":", "-")
    )


def in_sight(hand: Hand) -> list[str]:
    return hand.sheet.locator(".qpm-question").evaluate_all(
        "all => all.filter((one) => one.checkVisibility()).map((one) => one.dataset.question)"
    )


def place(hand: Hand) -> str:
    return hand.sheet.locator(".qpm-step-place").inner_text()


def test_prompts_are_there_when_they_are_wanted_and_move_nothing(hand: Hand):
    page = hand.page
    prompts = hand.sheet.locator('[data-prompts="A-CP-2"]')
    first = prompts.get_by_role("listitem").first
    expect(first).to_be_hidden()
    assert re.fullmatch(r"Prompts \(\d+\) A-CP-2", prompts.locator("summary").text_content())
    box = hand.notes("A-CP-2")
    box.click()
    where = box.bounding_box()["y"]
    for shown in (True, False, True):
        page.keyboard.press("Alt+ArrowDown")
        assert first.is_visible() == shown
        assert abs(box.bounding_box()["y"] - where) <= 1
    assert focus(hand) == "answer-A-CP-2-note"
    expect(hand.sheet.locator('[data-prompts="A-CP-1"]').get_by_role("listitem").first).to_be_hidden()
    one_at_a_time(hand)
    page.keyboard.press("Alt+PageDown")
    expect(hand.sheet.locator('[data-prompts="A-CP-3"]').get_by_role("listitem").first).to_be_visible()
    one_at_a_time(hand, on=False)
    expect(hand.sheet.locator('[data-prompts="A-CP-3"]').get_by_role("listitem").first).to_be_hidden()
    assert first.is_visible(), "as the person had it"
    prompts.locator("summary").click()
    expect(first).to_be_hidden()


def test_notes_have_their_times_and_a_key_writes_one(field_kit, hand: Hand):
    page = hand.page
    box = hand.notes("A-CP-4")
    box.click()
    page.keyboard.press("Control+;")
    page.keyboard.type("she came in")
    hand.await_saved()
    assert re.fullmatch(r"\d\d:\d\d she came in", box.input_value())
    assert until(lambda: values_of(field_kit, "interview:A1")["answer:A-CP-4.note"]["text"] == box.input_value(), page)
    line = hand.field("answer:A-CP-4.note").locator(".qpm-times")
    assert re.match(r"(Noted|Begun) \d\d:\d\d", line.inner_text())
    entries = field_kit.journal.iter_entries("harbour", subject="interview:A1", field_prefix="answer:A-CP-4.note")
    began = next(entries).recorded_at
    page.reload()
    hand.sheet.wait_for(timeout=60_000)
    time = page.evaluate(f"ms => {CLOCK}", began)
    assert time in line.inner_text()
    where = box.bounding_box()["y"]
    box.focus()
    page.keyboard.press("Control+End")
    page.keyboard.type(", twice")
    hand.await_saved()
    assert abs(box.bounding_box()["y"] - where) <= 1


def test_one_question_at_a_time_is_the_same_page_and_loses_no_word(field_kit, hand: Hand):
    page = hand.page
    hand.notes("A-CP-1").fill("Before the switch.")
    one_at_a_time(hand)
    assert in_sight(hand) == ["A-CP-1"]
    assert hand.notes("A-CP-1").input_value() == "Before the switch."
    assert hand.notes("A-CP-1").count() == 1  # no second form
    hand.notes("A-CP-1").focus()
    page.keyboard.press("End")
    page.keyboard.type(" And after")
    hand.notes("A-CP-1").evaluate(
        "box => { window.left = []; box.onblur = ({ target }) => window.left.push(target.id); }"
    )
    page.keyboard.press("Alt+PageDown")
    assert len(page.evaluate("window.left")) == 1  # its words are sent as those of a box that is left
    assert in_sight(hand) == ["A-CP-2"]
    assert focus(hand) == "answer-A-CP-2-note"
    page.keyboard.type("Straight on")
    hand.sheet.get_by_role("button", name="Previous").click()
    assert focus(hand) == "answer-A-CP-1-note"
    assert hand.notes("A-CP-1").input_value() == "Before the switch. And after"
    hand.sheet.get_by_role("button", name="Next", exact=True).click()
    assert hand.notes("A-CP-2").input_value() == "Straight on"
    hand.await_saved()
    kept = values_of(field_kit, "interview:A1")
    assert kept["answer:A-CP-1.note"]["text"] == "Before the switch. And after"
    assert kept["answer:A-CP-2.note"]["text"] == "Straight on"
    # The box says to a screen reader which question it belongs to.
    described = hand.notes("A-CP-2").evaluate(
        "box => document.getElementById(box.getAttribute('aria-describedby')).innerText"
    )
    assert described == hand.sheet.locator('[id$="-A-CP-2-ask"]').inner_text()


def test_the_steps_begin_with_consent_and_end_with_the_closing_words(hand: Hand):
    page = hand.page
    one_at_a_time(hand)
    hand.click("go-section-0")
    page.keyboard.press("Alt+PageUp")
    assert (focus(hand), place(hand)) == ("consent", "Before the questions")
    assert in_sight(hand) == []
    expect(hand.sheet.get_by_role("button", name="Previous")).to_be_disabled()
    page.keyboard.press("Alt+PageUp")
    assert focus(hand) == "consent"
    page.keyboard.press("Alt+PageDown")
    assert place(hand) == "Question 1 of 40"
    hand.click("go-closing")
    assert (focus(hand), place(hand)) == ("closing", "At the end")
    expect(hand.sheet.locator('[id$="-finish"]')).to_be_visible()
    expect(hand.sheet.get_by_role("button", name="Next", exact=True)).to_be_disabled()
    assert (
        hand.sheet.locator("[aria-current]").evaluate_all("all => all.map((one) => one.id)")[0].endswith("go-closing")
    )
    hand.click("go-section-2")
    first = hand.sheet.locator('[id$="-section-2"]').locator(".qpm-question").first.get_attribute("data-question")
    assert (focus(hand), in_sight(hand)) == ("section-2", [first])


def test_the_place_is_kept_when_the_view_is_switched_and_when_the_page_is_loaded_again(field_kit, hand: Hand):
    page = hand.page
    hand.notes("A-SG-1").scroll_into_view_if_needed()
    hand.notes("A-SG-1").focus()
    one_at_a_time(hand)
    assert (in_sight(hand), focus(hand)) == (["A-SG-1"], "answer-A-SG-1-note")
    page.keyboard.press("Alt+PageDown")
    (at,) = in_sight(hand)
    one_at_a_time(hand, on=False)
    article = hand.sheet.locator(f'[data-question="{at}"]')
    assert until(lambda: 60 <= article.bounding_box()["y"] < 700, page)
    one_at_a_time(hand)
    assert in_sight(hand) == [at]
    hand.sheet.locator(f'[id$="-{at}-easy"]').check()
    easy = hand.sheet.locator(f'[id$="-{at}-ask"]').inner_text()
    page.reload()
    hand.sheet.wait_for(timeout=60_000)
    assert until(lambda: focus(hand) == f"answer-{at}-note", page)
    assert in_sight(hand) == [at]
    expect(hand.sheet.locator('[id$="-stepping"]')).to_be_checked()
    assert hand.sheet.locator(f'[id$="-{at}-ask"]').inner_text() == easy
    # What the window keeps for that has no word in it that anybody said.
    assert at in page.evaluate(VIEW)
    assert not any(word in page.evaluate(VIEW) for word in ("Before", "Straight"))
    # As one page it is where somebody last clicked, also without a key of the page.
    one_at_a_time(hand, on=False)
    hand.notes("A-EQ-1").click()
    page.reload()
    hand.sheet.wait_for(timeout=60_000)
    assert until(lambda: focus(hand) == "answer-A-EQ-1-note", page)
    # In a new window it opens at the last answer.
    hand.notes("A-CP-2").evaluate("box => box.closest('form').querySelector('[id$=-go-section-1]').click()")
    hand.notes("A-CP-1").fill("The last that was written.")
    hand.await_saved()
    other = Hand(page.context.new_page(), hand.server, "A1").open()
    try:
        assert until(lambda: focus(other) == "answer-A-CP-1-note", other.page)
        expect(other.sheet.locator('[id$="-stepping"]')).not_to_be_checked()
        assert 60 <= other.sheet.locator('[data-question="A-CP-1"]').bounding_box()["y"] < 300
    finally:
        other.page.close()


def test_the_next_without_an_answer_is_one_key_away(hand: Hand):
    page = hand.page
    hand.notes("A-OPN-1").fill("Answered.")
    hand.notes("A-CP-1").fill("Answered.")
    hand.field("answer:A-CP-2.missing").locator("select").select_option("not_asked")
    hand.notes("A-OPN-1").focus()
    page.keyboard.press("F8")
    found = focus(hand)
    question = found.removeprefix("answer-").removesuffix("-note")
    assert question not in {"A-OPN-1", "A-CP-1", "A-CP-2"}
    assert hand.notes(question).input_value() == ""
    # After the last question it goes on from the beginning.
    last = hand.sheet.locator(".qpm-question").last.get_attribute("data-question")
    hand.notes(last).fill("Answered.")
    page.keyboard.press("F8")
    assert focus(hand) == found


@pytest.mark.parametrize(
    ("words", "question", "beside"),
    [
        ("agreement RÉCORDS", "A-CO-2", ""),  # its own words, however they are written
        ("think of a time you asked", "A-CO-2", ""),  # in Easy Read
        ("a-sa-3", "A-SA-3", ""),
        ("session is cancelled", "A-SA-3", "What happens when a session is cancelled"),  # a prompt
        ("specific and dated", "A-CO-2", "CO2 Consent to contact others"),  # an indicator
    ],
)
def test_questions_are_found_by_their_words_ids_and_indicators(hand: Hand, words, question, beside):
    page = hand.page
    hand.notes("A-CP-1").focus()
    page.keyboard.press("F2")
    dialog = page.get_by_role("dialog", name="Find a question")
    box = dialog.get_by_role("combobox")
    assert box.evaluate("one => one === document.activeElement")
    page.keyboard.type(words)
    found = dialog.get_by_role("option").evaluate_all("all => all.map((one) => one.dataset.found)")
    assert question in found
    option = dialog.get_by_role("option").nth(found.index(question))
    assert beside in option.inner_text()
    for _ in range(found.index(question)):
        page.keyboard.press("ArrowDown")
    assert box.get_attribute("aria-activedescendant") == option.get_attribute("id")
    assert dialog.get_by_role("option", selected=True).count() == 1
    page.keyboard.press("Enter")
    assert focus(hand) == f"answer-{question}-note"
    assert 60 <= hand.sheet.locator(f'[data-question="{question}"]').bounding_box()["y"] < 400


def test_what_is_not_found_is_said_and_escape_leads_back(hand: Hand):
    page = hand.page
    hand.notes("A-CP-2").focus()
    page.keyboard.press("F2")
    dialog = page.get_by_role("dialog", name="Find a question")
    assert dialog.get_by_role("status").inner_text() == "40 found"
    assert find_barriers(page, ".qpm-dialog[open]") == []
    page.keyboard.type("zebra")
    assert "Nothing found" in dialog.get_by_role("status").inner_text()
    page.keyboard.press("Enter")
    expect(dialog).to_be_visible()
    assert find_barriers(page, ".qpm-dialog[open]") == []
    page.keyboard.press("F8")  # the page's keys are not those of a dialog
    page.keyboard.press("Escape")
    assert focus(hand) == "answer-A-CP-2-note"


def test_the_keys_are_listed_and_none_types_or_is_taken_from_typing(field_kit, hand: Hand):
    page = hand.page
    hand.click("open-keys")
    dialog = page.get_by_role("dialog", name="Keys")
    for key in ("Alt + Page Down", "Alt + Page Up", "F8", "F2", "Ctrl + Enter"):
        expect(dialog.get_by_text(key, exact=True)).to_be_visible()
    assert find_barriers(page, ".qpm-dialog[open]") == []
    page.keyboard.press("Escape")
    assert focus(hand) == "open-keys"

    cells = page.locator(".jp-Cell").count()
    hand.notes("A-CO-1").fill("")
    hand.notes("A-CO-1").focus()
    page.wait_for_timeout(300)  # where the person is now has been kept
    page.evaluate(
        """() => {
          window.viewsKept = 0;
          const { setItem } = Storage.prototype;
          Storage.prototype.setItem = function (key, value) {
            if (key.startsWith('qpm-view:')) window.viewsKept += 1;
            return setItem.call(this, key, value);
          };
        }"""
    )
    page.keyboard.type(string.printable[:95])
    assert page.evaluate("window.viewsKept") == 0  # typing keeps nothing but the words
    for key in ("Alt+PageDown", "Alt+PageUp", "F2", "Escape", "F8"):
        page.keyboard.press(key)
    hand.notes("A-CO-1").focus()
    page.keyboard.press("Control+Enter")
    page.keyboard.press("Escape")
    assert hand.notes("A-CO-1").input_value() == string.printable[:95]
    assert page.locator(".jp-Cell").count() == cells
    hand.await_saved()
    assert values_of(field_kit, "interview:A1")["answer:A-CO-1.note"]["text"] == string.printable[:95]


@pytest.mark.parametrize(("name", "width", "height", "colours"), [
    ("P1", 1366, 768, "dark"), ("P1", 683, 384, "light"), ("O1", 1280, 800, "light"), ("O1", 683, 384, "dark"),
])  # fmt: skip
def test_each_step_is_without_accessibility_faults_and_in_sight(server, shared_window, name, width, height, colours):
    page = shared_window
    page.set_viewport_size({"width": width, "height": height})
    page.emulate_media(color_scheme=colours)
    hand = Hand(page, server, name).open()
    if name == "P1":
        hand.agree("PS1", "talk", "notes")
    one_at_a_time(hand)
    hand.sheet.evaluate("root => root.querySelector('[id$=-go-closing]').click()")
    steps = ["closing"]
    for _ in range(60):
        page.keyboard.press("Alt+PageUp")
        steps.append(focus(hand))
        # What has the focus is in sight, and no bar stands over it.
        covered = page.evaluate(
            """() => {
              const { left, top, bottom, width } = document.activeElement.getBoundingClientRect();
              const inner = Math.max(0, top) + Math.min(20, (bottom - top) / 2);
              const at = document.elementFromPoint(left + width / 2, inner);
              return top > innerHeight - 30 || bottom < 30 || !document.activeElement.contains(at);
            }"""
        )
        assert not covered, steps[-1]
        if steps[-1] in ("consent", "rules"):
            break
        if len(steps) in (2, 3):
            assert hand.find_barriers() == []
    assert len(steps) == hand.sheet.locator(".qpm-question").count() + 2
    assert hand.find_barriers() == []
    assert hand.sheet.evaluate("one => one.scrollWidth <= one.clientWidth")
