"""A quote in the language it was said in: how it is marked on the page, and where only the English was written down."""

from __future__ import annotations

import pytest
from field_pages import Hand, fields_a_browser_takes, find_barriers, until, values_of

pytestmark = pytest.mark.browser
BARE = True
URDU = "وہ سنتی ہے۔"


@pytest.fixture
def page(shared_window):
    return shared_window


def add_quote(hand: Hand, question: str):
    hand.sheet.get_by_role("button", name=f"+ Add a quote {question}").click()
    return hand.field(f"answer:{question}.quote.1")


def written(area) -> tuple[str, str]:
    return area.get_attribute("lang"), area.get_attribute("dir")


def test_an_original_runs_its_way_and_what_is_signed_stands_in_english(field_kit, server, page):
    hand = Hand(page, server, "P1").open()
    hand.agree("PS1", "talk", "notes", "quotes")

    def recorded(question: str) -> dict[str, object]:
        hand.await_saved()
        return values_of(field_kit, "interview:P1")[f"answer:{question}.quote.1"]

    # Who changes nothing writes English, and sees nothing more.
    quote = add_quote(hand, "P-CP-1")
    language = quote.get_by_label("In", exact=True)
    original, english = quote.locator("textarea").first, quote.get_by_label("English translation")
    assert (language.input_value(), written(original), english.is_visible()) == ("en", ("en", "auto"), False)

    language.select_option("ur")
    assert written(original) == ("ur", "rtl")
    original.fill(URDU)
    english.fill("She listens.")
    kept = recorded("P-CP-1")
    assert (kept["language"], kept["text"], kept["translation"]) == ("ur", URDU, "She listens.")
    assert find_barriers(page, '.qpm-quote[data-field="answer:P-CP-1.quote.1"]') == []

    # Only the English was written down of Polish: it is the interpreter's, and stands as that.
    quote = add_quote(hand, "P-CP-2")
    original, english = quote.locator("textarea").first, quote.get_by_label("English translation")
    original.fill("I asked, call 01632 960001.")
    quote.get_by_label("In", exact=True).select_option("pl")
    quote.get_by_role("button", name="What I wrote is the English").click()
    assert (original.input_value(), english.input_value()) == ("", "I asked, call 01632 960001.")
    assert quote.get_by_role("button", name="Take it out").count() == 1  # pointed out once, and where it stands
    quote.get_by_role("button", name="Take it out").click()
    english.fill("I asked, and she listened.")
    kept = recorded("P-CP-2")
    assert (kept["language"], kept["text"], kept["translation"]) == ("pl", english.input_value(), english.input_value())

    # A language that nobody listed has its name, in which a name of somebody is pointed out as in any words.
    quote.get_by_label("In", exact=True).select_option("und")
    quote.get_by_label("Which language").fill("Romani")
    quote.locator("textarea").first.fill("Pushlem.")
    kept = recorded("P-CP-2")
    assert (kept["language"], kept["language_name"], kept["text"]) == ("und", "Romani", "Pushlem.")
    assert fields_a_browser_takes(page) == []


def test_what_was_written_before_it_is_said_to_be_signed_is_the_english(field_kit, server, page):
    hand = Hand(page, server, "P1").open()
    hand.agree("PS1", "talk", "notes", "quotes")
    quote = add_quote(hand, "P-IN-1")
    original = quote.locator("textarea").first
    original.fill("She asked me first.")
    quote.get_by_label("In", exact=True).select_option("bfi")
    voiced = quote.get_by_label("In English, as it was voiced")
    assert (original.input_value(), voiced.input_value()) == ("", "She asked me first.")
    assert written(original) == ("en", "auto")
    hand.await_saved()
    kept = values_of(field_kit, "interview:P1")["answer:P-IN-1.quote.1"]
    assert (kept["language"], kept["text"], kept["translation"]) == ("bfi", *["She asked me first."] * 2)

    # After a reload it stands there too, and what was signed can be described beside it.
    hand.load()
    assert (original.input_value(), voiced.input_value()) == ("", "She asked me first.")
    original.fill("ME FIRST ASK")
    hand.await_saved()
    kept = values_of(field_kit, "interview:P1")["answer:P-IN-1.quote.1"]
    assert (kept["text"], kept["translation"]) == ("ME FIRST ASK", "She asked me first.")

    # Said in English after all: the words that there are stay.
    original.fill("")
    quote.get_by_label("In", exact=True).select_option("en")
    assert original.input_value() == "She asked me first."
    hand.await_saved()
    kept = values_of(field_kit, "interview:P1")["answer:P-IN-1.quote.1"]
    assert (kept["language"], kept["text"], kept["translation"]) == ("en", "She asked me first.", "")


def test_a_quick_note_can_be_in_any_language_too(field_kit, server, page):
    hand = Hand(page, server, "P1").open()
    hand.agree("PS1", "talk", "notes", "quotes")
    page.keyboard.press("F9")
    page.keyboard.type('"She signs to me')
    hand.await_saved()
    page.keyboard.press("F9")
    dialog = hand.sheet.locator("dialog[open]")
    dialog.get_by_label("In", exact=True).select_option("bfi")
    hand.await_saved()
    [kept] = [one for field, one in values_of(field_kit, "interview:P1").items() if field.startswith("answer:line-")]
    assert (kept["language"], kept["text"], kept["translation"]) == ("bfi", *["She signs to me"] * 2)
    dialog.get_by_label("In", exact=True).select_option("ar")
    assert until(lambda: dialog.locator("blockquote").get_attribute("lang") == "en", page)  # still only the English
    dialog.get_by_role("button", name="Done").click()
    line = hand.sheet.get_by_label(", a quote")
    line.fill("She signs to me now")
    hand.await_saved()
    [kept] = [one for field, one in values_of(field_kit, "interview:P1").items() if field.startswith("answer:line-")]
    assert (kept["text"], kept["translation"]) == ("She signs to me now",) * 2
