"""The humane part of an interview in JupyterLab and Chromium: breaks, a yes or no that is shown, stopping, parting."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from barriers import find_barriers
from field_pages import Hand, plan_anew, until, values_of
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
BARE = True


@pytest.fixture
def at(chromium, server) -> Iterator:
    """Opens a page of the day in a window of its own: ``at("P1", width=683)``."""
    contexts = []

    def opened(name: str, width: int = 1366, height: int = 768, colours: str = "light") -> Hand:
        context = chromium.new_context(
            viewport={"width": width, "height": height}, color_scheme=colours, locale="en-GB"
        )
        contexts.append(context)
        return Hand(context.new_page(), server, name).open()

    yield opened
    for context in contexts:
        context.close()


def pauses(field_kit, subject: str) -> list[tuple[str, bool]]:
    """The reason of each break so far, and whether it is over."""
    found = sorted((field, payload) for field, payload in values_of(field_kit, subject).items() if "pause:" in field)
    return [(payload["why"], payload["ended"] is not None) for _, payload in found]


def test_a_break_by_one_key_before_any_consent_outlasts_a_reload_and_is_counted(field_kit, at):
    hand = at("P1")
    page, dialog = hand.page, hand.page.get_by_role("dialog", name="A break")
    page.keyboard.press("F4")
    assert dialog.get_by_role("timer").inner_text() == "Just begun"
    assert dialog.get_by_text("Ask how they feel, and whether they feel safe.").is_visible()
    assert until(lambda: pauses(field_kit, "interview:P1") == [("break", False)], page)
    dialog.get_by_label("Somebody is upset").check()
    assert find_barriers(page, ".qpm-dialog[open]") == []
    # Who does not feel safe comes first; the break goes on behind it.
    dialog.get_by_role("button", name="They do not feel safe").click()
    page.get_by_role("dialog", name="Someone may be at risk").get_by_role("button", name="Back to the page").click()
    assert until(lambda: pauses(field_kit, "interview:P1") == [("distress", False)], page)
    page.reload()
    dialog.wait_for(timeout=60_000)
    expect(dialog.get_by_label("Somebody is upset")).to_be_checked()
    page.keyboard.press("Escape")
    assert until(lambda: pauses(field_kit, "interview:P1") == [("distress", True)], page)
    assert hand.sheet.locator(".qpm-noticed").inner_text() == "1 break, 1 minute"  # read out
    expect(hand.sheet.locator(".qpm-side").get_by_text("1 break, 1 minute")).to_be_visible()
    assert "state" not in values_of(field_kit, "interview:P1"), "a break does not begin an interview"
    # By mistake; then once more, and from there to another topic, and to the end.
    page.keyboard.press("F4")
    dialog.get_by_role("button", name="Pressed by mistake").click()
    page.keyboard.press("F4")
    dialog.get_by_role("button", name="Talk about something else").click()
    page.get_by_role("dialog", name="Find a question").wait_for()
    page.keyboard.press("Escape")
    page.keyboard.press("F4")
    dialog.get_by_role("button", name="Stop here").click()
    ending = page.get_by_role("dialog", name="How did it end?")
    expect(ending.get_by_role("radio", name="Stop here")).to_be_checked()
    expect(ending.get_by_text("3 breaks, 1 minute")).to_be_visible()
    page.keyboard.press("Escape")
    wanted = [("distress", True), ("", False), ("break", True), ("break", True)]
    assert until(lambda: pauses(field_kit, "interview:P1") == wanted, page)
    assert hand.sheet.get_by_role("button", name="Pause").get_attribute("aria-keyshortcuts") == "F4"
    # Stopping by keys alone: three presses, wherever one is.
    for key in ("Alt+End", "Tab", "Enter"):
        page.keyboard.press(key)
    assert until(lambda: values_of(field_kit, "interview:P1").get("state", {}).get("state") == "stopped", page)
    page.keyboard.press("F4")
    assert dialog.count() == 0, "what has ended has no more breaks"


def test_a_break_in_an_observation_at_twice_the_size_in_the_dark(field_kit, at):
    hand = at("O1", width=683, height=384, colours="dark")
    hand.page.keyboard.press("F4")
    dialog = hand.page.get_by_role("dialog", name="A break")
    ways = dialog.get_by_role("button", name="Go on")
    assert ways.bounding_box()["y"] + ways.bounding_box()["height"] <= 384  # in sight, however long the rule is
    assert find_barriers(hand.page, ".qpm-dialog[open]") == []
    ways.click()
    assert until(lambda: pauses(field_kit, "observation:O1") == [("break", True)], hand.page)


def test_a_no_is_noted_by_key_and_a_second_is_binding_of_one_in_a_group(field_kit, at):
    hand = at("A2")
    page, dialog = hand.page, hand.page.get_by_role("dialog", name="A yes or no that somebody shows")

    def note(sign: str, how: str = "In speech") -> str:
        dialog.get_by_role("group", name="Whose?").get_by_label("AD3").check()
        dialog.get_by_label(sign, exact=True).check()
        dialog.get_by_label(how, exact=True).check()
        dialog.get_by_role("button", name="Note it").click()
        return dialog.get_by_role("status").inner_text()

    page.keyboard.press("Shift+F8")
    dialog.get_by_role("button", name="Note it").click()
    assert dialog.get_by_role("status").inner_text() == ""  # nothing was chosen
    assert "go on looking" in note("Yes")
    assert "Say once, kindly" in note("No", "By turning or moving away")
    assert find_barriers(page, ".qpm-dialog[open]") == []
    expect(dialog.get_by_role("button", name="A break first")).to_be_visible()
    page.keyboard.press("Escape")
    assert "AD3: No. By turning or moving away" in hand.sheet.locator(".qpm-standing").inner_text()
    page.reload()
    hand.sheet.wait_for(timeout=60_000)
    page.keyboard.press("Shift+F8")
    assert dialog.get_by_role("listitem").count() == 2
    assert "Stop now" in note("No")
    dialog.get_by_role("button", name="Stop here").click()
    ending = page.get_by_role("dialog", name="How did it end?")
    expect(ending.get_by_role("radio", name="Stop here")).to_be_checked()
    shown = ending.locator(".qpm-signs").get_by_role("listitem").all_inner_texts()
    assert [line.partition(",")[0] for line in shown] == [
        "AD3: Yes. In speech", "AD3: No. By turning or moving away", "AD3: No. In speech"
    ]  # fmt: skip
    page.keyboard.press("Escape")
    hand.await_saved()
    assert values_of(field_kit, "interview:A2")["assent:AD3"] == {"sign": "dissent", "how": "spoken"}
    assert len(list(field_kit.journal.iter_entries("harbour", subject="interview:A2", field_prefix="assent:AD3"))) == 3


def test_one_of_a_group_is_taken_out_alone_and_the_notes_until_then_with_them(field_kit, at):
    hand = at("A2", width=683, height=384, colours="dark")
    page, ending = hand.page, hand.page.get_by_role("dialog", name="How did it end?")
    for code in ("AD2", "AD3"):
        hand.agree(code, "talk", "notes", "quotes")
    hand.notes("A-CP-1").fill("They explain it twice.")
    hand.field("answer:A-CP-2.missing").locator("select").select_option("declined")
    hand.click("A-CP-1-add")
    hand.field("answer:A-CP-1.quote.1").locator("textarea").first.fill("Twice, always.")
    hand.await_saved()
    # AD3 showed a no above, so that is what the key opens at; stopping takes three presses and no mouse.
    assert hand.sheet.get_by_role("button", name="Stop or finish").locator("kbd").is_visible()
    hand.notes("A-CP-1").focus()
    card = page.get_by_role("dialog", name="Shown to the person")
    for key, opened in (("F4", "A break"), ("Shift+F8", "A yes or no that somebody shows")):
        page.keyboard.press("Control+Enter")
        card.wait_for()
        page.keyboard.press(key)  # one key away also while a question is shown, and the card goes
        page.get_by_role("dialog", name=opened).wait_for()
        assert card.count() == 0
        page.keyboard.press("Escape")
    page.keyboard.press("Control+Enter")
    page.keyboard.press("Alt+End")
    expect(ending.get_by_role("radio", name="One of them stops")).to_be_checked()
    expect(ending.get_by_role("group", name="Who stops?").get_by_label("AD3")).to_be_checked()
    ending.get_by_label("AD3 takes back their agreement to notes").check()
    assert find_barriers(page, ".qpm-dialog[open]") == []
    ending.get_by_role("button", name="AD3 stops").click()
    hand.await_saved()
    kept = values_of(field_kit, "interview:A2")
    assert (kept["consent:talk.AD3"]["decision"], kept["consent:notes.AD3"]["decision"]) == ("withdrawn", "withdrawn")
    assert (kept["consent:talk.AD2"]["decision"], kept["state"]["state"]) == ("given", "open")
    # What both may have said is closed, says why, and is in no report; the others go on in other boxes.
    hand.sheet.get_by_text("Notes of the group until now are in no report").wait_for()
    closed = hand.field("answer:A-CP-1.note")
    assert closed.get_by_text("Closed, and in no report, since AD3 took the agreement to notes back.").is_visible()
    expect(hand.notes("A-CP-1")).to_be_disabled()
    assert hand.field("answer:A-CP-1.quote.1").locator("textarea").first.is_enabled(), "AD2's own words stay"
    expect(hand.notes("A-CP-2")).to_be_enabled()


def test_the_others_of_a_group_finish_with_a_summary(field_kit, at):
    hand = at("A2", width=683, height=384, colours="dark")
    page, ending = hand.page, hand.page.get_by_role("dialog", name="How did it end?")
    card = page.get_by_role("dialog", name="Shown to the person")
    assert hand.notes("A-CP-1").is_disabled(), "as before the page was loaded anew"
    # What was not asked leads there; quotes are read back; thanks on the card; the time.
    hand.click("finish")
    expect(ending.get_by_role("radio", name="Finish")).to_be_checked()
    expect(ending.get_by_role("radio", name="One of them stops")).to_be_hidden()
    expect(ending.get_by_text("Did not want to answer: 1.")).to_be_visible()
    expect(ending.get_by_text("of 60 minutes planned, breaks not counted.")).to_be_visible()
    expect(ending.get_by_text("“Twice, always.”")).to_be_visible()
    ending.get_by_role("button", name="Show card").click()
    assert card.get_by_role("heading").inner_text() == ending.locator(".qpm-script p").first.inner_text()
    page.keyboard.press("Escape")
    ending.get_by_label("I read it back, and it is right").check()
    first = ending.locator(".qpm-untouched button").first
    first.click()
    assert ending.count() == 0
    page.keyboard.press("Alt+End")
    assert ending.get_by_role("radio", name="Stop here").is_checked(), "who has left is not asked about again"
    ending.get_by_role("radio", name="Finish").check()
    ending.get_by_role("button", name="Finish", exact=True).click()
    hand.await_saved()
    kept = values_of(field_kit, "interview:A2")
    assert (kept["state"]["state"], kept["closing:check_back"]["done"]) == ("finished", True)
    expect(hand.sheet.get_by_role("button", name="Pause")).to_be_hidden()


def test_what_the_desktop_evidence_asks_to_explore_is_planned_marked_and_first_at_the_end(field_kit, at, server):
    hand = at("P2")  # any page of the kit, to have a window
    page = hand.page
    page.goto(server.address("harbour/V1/plan.ipynb"))
    page.get_by_role("button", name="Change A4").click(timeout=60_000)
    page.get_by_role("radio", name="Instructed only", exact=True).check()
    page.get_by_text("Choose indicators").click()
    page.get_by_label("SA5 ·").check()
    assert find_barriers(page, ".qpm-plan") == []
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("A4 is changed.").wait_for()
    plan = values_of(field_kit, "interview:A4")["plan"]
    assert (plan["explore"], plan["instructed"]) == (["SA5"], "instructed")

    hand = at("A4")
    page, ending = hand.page, hand.page.get_by_role("dialog", name="How did it end?")
    wanted = "The desktop evidence asks to explore this"
    marked = hand.sheet.locator(".qpm-question").filter(has_text=wanted)
    assert marked.evaluate_all("ones => ones.map((one) => one.dataset.question)") == ["A-SA-5", "A-SA-6"]
    assert hand.sheet.locator('[data-question="A-PL-3"]').count() == 0  # about non-instructed advocacy
    page.keyboard.press("Alt+End")
    first = ending.locator(".qpm-untouched button").first
    assert first.text_content() == hand.sheet.locator('[id$="-A-SA-5-ask"]').text_content()
    first.click()
    assert until(lambda: "A-SA-5" in page.evaluate("document.activeElement.id"), page)


def test_what_is_said_first_by_phone_and_in_a_group_and_documents_have_a_sheet(field_kit, at, server, templates):
    plan_anew(field_kit, templates, "interview:A3", mode="remote", respondents=["AD4", "AD5"], language="cy")
    plan_anew(field_kit, templates, "observation:O1", guide="document_check")
    hand = at("A3", width=683, height=384, colours="dark")
    page = hand.page
    remote, group = hand.sheet.locator(".qpm-mode").all()
    assert remote.get_by_role("checkbox").count() == 5
    assert group.get_by_role("checkbox").count() == 4
    assert "Alla i ddim addo" in group.inner_text()
    language = hand.sheet.get_by_label("Language of the conversation", exact=True)
    hand.click("open-list")
    language.select_option("en")
    page.keyboard.press("Escape")
    group.get_by_text("I cannot promise that everybody will").wait_for()
    remote.get_by_role("checkbox", name="Let us agree on a word").check()
    places = hand.sheet.locator(".qpm-mode, .qpm-consent").evaluate_all("ones => ones.map((one) => one.className)")
    assert "qpm-consent" in places[-1], "all of it comes before consent"
    assert find_barriers(page, f'.qpm-interview[data-scope="{hand.scope}"]') == []
    assert not [field for field in values_of(field_kit, "interview:A3") if field != "plan"], "ticks are not kept"

    hand = at("O1")
    assert "Spot check of policies" in hand.sheet.get_by_role("heading", level=1).inner_text()
    hand.field("answer:D-AC-1.used").locator("textarea").fill("The log of this year, with what was changed.")
    hand.await_saved()
    kept = values_of(field_kit, "observation:O1")["answer:D-AC-1.used"]["text"]
    assert kept == "The log of this year, with what was changed."
    # The debrief has what was read as documents, and the breaks of the day.
    page = hand.page
    page.goto(server.address("harbour/V1/debrief.ipynb"))
    page.get_by_text("P1 3 breaks, 1 minute").wait_for(timeout=60_000)
