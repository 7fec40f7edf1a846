"""The show card in JupyterLab and Chromium: the person sees the question and nothing else; the page keeps its place."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from barriers import find_barriers
from field_pages import Hand, plan_anew, until, values_of
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
BARE = True

SEEN = "box => box.innerText.replace(/\\s+/g, ' ').trim()"


@pytest.fixture(scope="module")
def hand(chromium, server) -> Iterator[Hand]:
    """One page for all tests here: an interview in Easy Read, with notes agreed."""
    context = chromium.new_context(viewport={"width": 1366, "height": 768}, locale="en-GB")
    hand = Hand(context.new_page(), server, "P1").open()
    hand.agree("PS1", "talk", "notes")
    hand.await_saved()
    yield hand
    context.close()


@pytest.fixture(autouse=True)
def closed(hand: Hand) -> Iterator[None]:
    yield
    hand.sheet.locator("dialog[open]").evaluate_all("boxes => boxes.forEach((box) => box.close())")


def card(hand: Hand):
    return hand.page.get_by_role("dialog", name="Shown to the person")


def show_consent(hand: Hand) -> None:
    hand.sheet.locator(".qpm-consent").evaluate("part => { part.open = true; }")  # it is folded once it is given
    hand.click("consent-show")


def focus(hand: Hand) -> str:
    return hand.page.evaluate("document.activeElement.id")


def test_the_card_shows_one_question_and_no_word_more(hand: Hand):
    hand.notes("P-IN-1").fill("He said a secret.")
    hand.await_saved()
    hand.click("P-IN-1-show")
    assert card(hand).evaluate(SEEN) == "Whose side is your advocate on?"
    cover = card(hand).bounding_box()
    assert cover == {"x": 0, "y": 0, "width": 1366, "height": 768}
    # To a screen reader as well: the question is announced when it changes, and everything behind is out of reach.
    tree = hand.page.locator("body").aria_snapshot()
    assert 'heading "Whose side is your advocate on?"' in tree
    assert [
        name for name in ("The one before", "The next", "Back to your notes") if f'button "{name}"' not in tree
    ] == []
    assert "P-IN-1" not in card(hand).aria_snapshot()
    question = card(hand).get_by_role("heading")
    assert question.get_attribute("aria-live") == "polite"
    assert question.get_attribute("lang") == "en"
    size = float(question.evaluate("one => getComputedStyle(one).fontSize").removesuffix("px"))
    assert size >= 48


def test_arrows_and_buttons_turn_the_cards_and_the_page_follows(field_kit, hand: Hand):
    page = hand.page
    hand.notes("P-IN-1").fill("He said it.")
    hand.notes("P-IN-1").evaluate("box => box.setSelectionRange(3, 7)")
    page.keyboard.press("Control+Enter")
    assert card(hand).evaluate(SEEN) == "Whose side is your advocate on?"
    page.keyboard.press("ArrowRight")
    assert card(hand).evaluate(SEEN) == "How do you know that this is your advocate?"
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Escape")
    assert card(hand).count() == 0
    # Focus and what was selected are where they were.
    assert focus(hand) == hand.notes("P-IN-1").get_attribute("id")
    assert hand.notes("P-IN-1").evaluate("box => [box.selectionStart, box.selectionEnd]") == [3, 7]
    # Who has turned to another question writes there.
    page.keyboard.press("Control+Enter")
    card(hand).get_by_role("button", name="The next").click()
    page.mouse.click(600, 700)  # beside everything: the keys still count
    page.keyboard.press("PageDown")
    asked = card(hand).evaluate(SEEN)
    card(hand).get_by_role("button", name="Back to your notes").click()
    assert until(lambda: focus(hand) == hand.notes("P-CO-1").get_attribute("id"), page)
    assert hand.sheet.locator('[id$="-P-CO-1-ask"]').inner_text() == asked
    hand.await_saved()
    assert values_of(field_kit, "interview:P1")["answer:P-IN-1.note"]["text"] == "He said it."


def test_consent_is_shown_part_by_part_a_line_for_each_sentence(hand: Hand):
    show_consent(hand)
    lines = card(hand).locator("h2 > span").all_inner_texts()
    assert lines[:2] == ["Hello.", "Thank you for meeting me."]
    shown = []
    for _ in range(10):
        hand.page.keyboard.press("ArrowRight")
        shown.append(card(hand).evaluate(SEEN))
    assert shown[1:3] == [
        "Who is here with you? Did you choose them?",
        "You speak first. They can help you. You choose when.",
    ]
    assert shown[5:9] == [
        "Do you want to talk with me today?",
        "Can I write down what you say? You can see what I write. I can read it to you.",
        "Can I put your words in my report? I leave out your name.",
        "Do you want a person here to help you? You choose who it is. You can ask them to leave.",
    ]
    # At the ends the way on is there and does nothing.
    for _ in range(40):
        hand.page.keyboard.press("ArrowRight")
    onward = card(hand).get_by_role("button", name="The next")
    assert onward.get_attribute("aria-disabled") == "true"
    last = card(hand).evaluate(SEEN)
    onward.click(force=True)
    assert card(hand).evaluate(SEEN) == last
    hand.page.keyboard.press("Escape")
    assert until(lambda: focus(hand).endswith("-closing"), hand.page), "the page has followed the card"
    hand.page.wait_for_timeout(200)  # and is where it will be
    # From the consent where one is; it may have been folded away.
    hand.sheet.locator(".qpm-consent").evaluate("part => { part.open = true; }")
    hand.sheet.locator('[id$="quotes-PS1-given"]').focus()
    hand.page.keyboard.press("Control+Enter")
    assert card(hand).evaluate(SEEN).startswith("Can I put your words")


def test_the_wording_and_language_chosen_for_a_question_are_what_is_shown(hand: Hand):
    easy = hand.sheet.locator('[id$="-P-CP-1-easy"]')
    easy.uncheck()
    hand.click("P-CP-1-show")
    assert card(hand).evaluate(SEEN) == hand.sheet.locator('[id$="-P-CP-1-ask"]').text_content()
    assert card(hand).evaluate(SEEN).startswith("A friend asks")
    hand.page.keyboard.press("Escape")
    easy.check()
    hand.click("P-CP-1-show")
    assert card(hand).evaluate(SEEN) == "What does your advocate do?"


def test_symbols_stand_above_the_words_if_they_are_wanted_and_a_screen_reader_passes_them_over(hand: Hand):
    page = hand.page
    symbols = page.locator(".qpm-show-card .qpm-symbol")
    switch = hand.sheet.get_by_role("checkbox", name="Symbols on the card")
    hand.click("P-PL-4-show")
    assert symbols.count() == 0
    asked = card(hand).evaluate(SEEN)
    page.keyboard.press("Control+Shift+Enter")  # the card stays
    assert symbols.all_inner_texts() == ["Choose", "Time", "Place"]
    assert card(hand).evaluate(SEEN) == f"Choose Time Place {asked}"
    tree = card(hand).aria_snapshot()
    assert asked in tree
    assert "Place" not in tree
    drawn, words = symbols.first.locator("svg").bounding_box(), card(hand).get_by_role("heading").bounding_box()
    assert drawn["height"] >= 96
    assert drawn["y"] + drawn["height"] < words["y"]
    page.keyboard.press("ArrowRight")
    assert symbols.all_inner_texts() == ["Meeting"]
    page.keyboard.press("Escape")
    expect(switch).to_be_checked()
    # In the card's language, and so are the names of its buttons; and as it was left after a reload.
    language = hand.sheet.locator('[id$="-language"]')
    language.select_option("cy")
    hand.load()
    hand.click("P-PL-4-show")
    assert symbols.all_inner_texts() == ["Dewis", "Amser", "Lle"]
    assert symbols.locator("span").evaluate_all("words => words.map((one) => one.lang)") == ["cy"] * 3
    named = hand.page.locator(".qpm-show-card, .qpm-show-card > button").evaluate_all(
        "parts => parts.map((one) => [one.lang, one.ariaLabel])"
    )
    assert named == [
        ["cy", "Yn cael ei ddangos i'r person"], ["cy", "Yr un blaenorol"], ["cy", "Yr un nesaf"],
        ["cy", "Yn ôl i'ch nodiadau"],
    ]  # fmt: skip
    page.keyboard.press("Escape")
    language.select_option("en")
    switch.uncheck()
    hand.click("P-PL-4-show")
    assert symbols.count() == 0


@pytest.mark.parametrize(
    ("width", "height", "colours", "symbols"),
    [
        (1366, 768, "light", False), (1366, 768, "dark", True), (683, 384, "light", False), (1280, 800, "light", True),
        (800, 1280, "dark", True),
    ],
)  # fmt: skip
def test_every_card_fits_without_scrolling_and_without_accessibility_faults(
    hand: Hand, width, height, colours, symbols
):
    page = hand.page
    page.emulate_media(color_scheme=colours)
    hand.sheet.get_by_role("checkbox", name="Symbols on the card").set_checked(symbols)
    page.set_viewport_size({"width": width, "height": height})
    try:
        show_consent(hand)
        seen = ""
        while (now := card(hand).evaluate(SEEN)) != seen:
            seen = now
            frame = card(hand).locator(".qpm-card-words")
            assert frame.evaluate(
                "one => one.scrollHeight <= one.clientHeight && one.scrollWidth <= one.clientWidth"
            ), seen
            words = card(hand).get_by_role("heading").bounding_box()
            for button in card(hand).get_by_role("button").all():
                box = button.bounding_box()
                assert min(box["width"], box["height"]) >= 44
                apart = (
                    box["x"] >= words["x"] + words["width"] or words["x"] >= box["x"] + box["width"]
                    or box["y"] >= words["y"] + words["height"] or words["y"] >= box["y"] + box["height"]
                )  # fmt: skip
                assert apart, f"{seen!r} is under {button.get_attribute('aria-label')!r}"
            page.keyboard.press("ArrowRight")
        assert find_barriers(page, ".qpm-show-card") == []
    finally:
        page.emulate_media(color_scheme="light")
        page.set_viewport_size({"width": 1366, "height": 768})


def test_a_script_too_long_for_the_window_is_scrolled_with_the_keyboard(hand: Hand):
    page = hand.page
    page.set_viewport_size({"width": 683, "height": 300})
    whole = hand.sheet.locator('[id$="P1-easy"]')
    try:
        whole.evaluate("box => box.click()")
        show_consent(hand)
        frame = card(hand).locator(".qpm-card-words")
        assert frame.evaluate("one => one.scrollHeight > one.clientHeight")
        assert card(hand).get_by_role("heading").bounding_box()["y"] >= 0  # from its beginning
        assert find_barriers(page, ".qpm-show-card") == []
        page.keyboard.press("End")
        assert until(lambda: frame.evaluate("one => one.scrollTop + one.clientHeight >= one.scrollHeight - 2"), page)
        page.wait_for_timeout(300)  # the browser scrolls on smoothly, for a moment
        page.keyboard.press("ArrowRight")
        assert until(lambda: frame.evaluate("one => one.scrollTop") == 0, page), "the next is read from its beginning"
    finally:
        page.keyboard.press("Escape")
        whole.evaluate("box => box.click()")
        page.set_viewport_size({"width": 1366, "height": 768})


def test_a_visit_to_somebody_without_words_has_a_card_and_other_observations_have_none(
    field_kit, templates, hand: Hand, server
):
    page = hand.page
    other = Hand(page, server, "O1").open()
    assert other.sheet.locator('[id$="rules-show"], [id$="-symbols"], .qpm-show-card').count() == 0
    page.keyboard.press("Control+Enter")
    assert other.sheet.locator("dialog[open]").count() == 0
    plan_anew(field_kit, templates, "observation:O1", guide="person_without_words")
    visit = Hand(page, server, "O1").load()
    visit.sheet.get_by_role("checkbox", name="Symbols on the card").check()
    visit.click("rules-show")
    shown = []
    for _ in range(5):
        shown.append(card(visit).evaluate(SEEN))
        page.keyboard.press("ArrowRight")
    assert shown[1] == "Yes No May I stay with you?"
    assert shown[4].startswith("Thank you ")
    assert find_barriers(page) == []
    page.keyboard.press("Escape")


def test_language_and_easy_read_change_in_the_middle_of_typing_and_on_the_card(hand: Hand):
    hand.open()  # the visits before may have taken its place
    page, box = hand.page, hand.notes("P-PL-2")
    asked = hand.sheet.locator('[id$="-P-PL-2-ask"]')
    turns = {"Shift+F9": "lang", "Control+F9": "textContent"}

    def place() -> list[object]:
        page.evaluate("() => new Promise((done) => setTimeout(done, 150))")  # a few frames
        return box.evaluate(
            "box => [document.activeElement === box, box.selectionStart, box.value,"
            " Math.round(box.getBoundingClientRect().top)]"
        )

    box.evaluate("box => { box.focus(); box.scrollIntoView({ block: 'center' }); }")
    before: list[object] = []
    for turn, (key, what) in enumerate([*turns.items(), *turns.items()]):
        page.keyboard.type(f"half a wo{turn}")
        before, said = place(), asked.evaluate(f"one => one.{what}")
        page.keyboard.press(key)
        assert asked.evaluate(f"one => one.{what}") != said, key
        assert place() == before, key
    assert before[:3] == [True, len(words := "half a wo0half a wo1half a wo2half a wo3"), words]
    page.keyboard.press("Control+Enter")
    shown = hand.sheet.locator(".qpm-show-card[open] h2")  # the card's own name is in the language too
    for key, what in turns.items():
        said, at = shown.evaluate(f"one => one.{what}"), hand.sheet.evaluate("page => page.scrollTop")
        page.keyboard.press(key)
        assert shown.evaluate(f"one => one.{what}") != said, key
        page.keyboard.press(key)
        assert shown.evaluate(f"one => one.{what}") == said, "the same question"
        assert hand.sheet.evaluate("page => page.scrollTop") == at
    page.keyboard.press("Escape")
    assert place() == before
    page.set_viewport_size({"width": 683, "height": 384})
    hand.click("open-list")
    hand.sheet.get_by_label("Easy Read", exact=True).click()
    hand.sheet.get_by_label("Language of the conversation", exact=True).select_option("cy")
    page.keyboard.press("Escape")
    assert asked.get_attribute("lang") == "cy"
    assert find_barriers(page, f'.qpm-interview[data-scope="{hand.scope}"]') == []
    page.keyboard.press("Shift+F9")
    page.keyboard.press("Control+F9")
    page.set_viewport_size({"width": 1366, "height": 768})
