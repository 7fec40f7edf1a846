"""One laptop's hard days, in order: nothing that is typed is lost or written twice, and no word lies about afterwards.

All tests share a server and a window with a profile on disk. What they type holds a canary word; the last test kills
everything, one after the other, and looks for it in every file that any of the processes left.
"""

from __future__ import annotations

import os
import re
from collections import Counter

import pytest
from canary_search import find_no_canary
from field_pages import Hand, create_field_kit, interview_plan, kernel_process, until, values_of
from hard_days import Premises, browser_family, family_of, kill_all, suspended

pytestmark = pytest.mark.browser

CANARY = "canary-Zq7-yellow-bird"
LOG_LINE = re.compile(r"\d{4}-\d\d-\d\d [\d:,]+ [A-Z]+ [\w.]+ [\w.<>-]+:\d+( \w+)?|  [\w.<>-]+:\d+")
HOURS_BACK = 3
CLOCK = "new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' }).format"


@pytest.fixture(scope="module")
def premises(tmp_path_factory, network):
    with pytest.MonkeyPatch.context() as patch:
        premises = Premises(
            tmp_path_factory.mktemp("all"), patch, network
        )  # a short name: Chromium has a socket below it
        yield premises
        premises.leave()


@pytest.fixture(scope="module")
def kit(premises, templates):
    kit = create_field_kit(premises.disk / "kit", templates, {"A1": interview_plan("advocate", ["AD1"])})
    yield kit
    kit.close()


@pytest.fixture(scope="module")
def server(premises, kit):
    with premises.serving(kit) as running:
        yield running


@pytest.fixture(scope="module")
def open_browser(chromium, chromium_launch, premises):
    """Opens a browser as a person has it, with a profile on disk; the same profile each time."""
    opened = []

    def open_profile():
        kind, laptop = chromium.browser_type, {"width": 1366, "height": 768}
        window = kind.launch_persistent_context(
            str(premises.browser), viewport=laptop, env={**os.environ}, **chromium_launch()
        )
        opened.append(window)
        window.on("dialog", lambda dialog: dialog.accept())  # "leave with unsaved words?"
        return window

    yield open_profile
    for window in opened:
        window.close()


@pytest.fixture(scope="module")
def hand(open_browser, server) -> Hand:
    """An interview's page, with consent to notes."""
    hand = Hand(open_browser().pages[0], server, "A1").open()
    hand.agree("AD1")
    hand.await_saved()
    return hand


@pytest.fixture
def own_disk(premises) -> Premises:
    """The kit lies on a small disk of its own, which can be filled up and made read-only."""
    if not premises.has_own_disk:
        if os.environ.get("CI") == "true":
            pytest.fail("this machine mounts no disk for a test, and CI must")
        pytest.skip("only an administrator can mount a disk to fill up")
    return premises


def check_written(kit, hand: Hand, question: str, text: str) -> None:
    """The page is saved and the journal has the words; nothing that was acknowledged is missing or there twice."""
    hand.await_saved()
    assert hand.notes(question).input_value() == text
    assert values_of(kit, "interview:A1")[f"answer:{question}.note"]["text"] == text
    entries = list(kit.journal.iter_entries("harbour", subject="interview:A1"))
    assert hand.receipts <= {entry.entry_id for entry in entries}
    written = Counter((entry.field, entry.payload["text"]) for entry in entries if entry.field.endswith(".note"))
    assert max(written.values()) == 1
    assert kit.journal.conflicts("harbour") == []


def test_a_full_disk_is_told_and_all_is_saved_when_there_is_room(kit, hand, own_disk) -> None:
    own_disk.fill_disk()
    text = f"{CANARY} on a full disk. " * 200
    hand.notes("A-CP-1").fill(text)
    hand.await_trouble()
    assert "Not saved: The kit's files could not be written. The disk is full; make room on it." in hand.trouble
    hand.notes("A-CP-2").press_sequentially("typing goes on", delay=1)
    assert hand.notes("A-CP-1").input_value() == text
    assert "answer:A-CP-2.note" not in values_of(kit, "interview:A1")
    own_disk.make_room()
    check_written(kit, hand, "A-CP-1", text)
    check_written(kit, hand, "A-CP-2", "typing goes on")


def test_a_folder_that_may_only_be_read_is_told_and_all_is_saved_when_it_may_be_written(
    kit, server, hand, own_disk
) -> None:
    with own_disk.read_only(kit.home, but=kit.runtime):
        kernel_process(server, "A1").kill()  # its successor opens the journal anew
        hand.notes("A-IN-1").press_sequentially(f"{CANARY} read only", delay=1)
        assert until(lambda: "folder or file may not be written to" in hand.trouble, hand.page)
        hand.notes("A-IN-1").press_sequentially(", and on", delay=1)
    check_written(kit, hand, "A-IN-1", f"{CANARY} read only, and on")


def test_a_laptop_that_slept_and_woke_with_its_clock_put_back(kit, server, hand, premises) -> None:
    page = hand.page
    hand.notes("A-IN-2").fill(f"{CANARY} awake")
    hand.await_saved()
    awake = kit.journal.current_entry("harbour", "interview:A1", "answer:A-IN-2.note")
    with suspended(*family_of(server.pid)):
        hand.notes("A-IN-2").press_sequentially(", asleep", delay=1)
        hand.notes("A-IN-2").blur()  # sent at once, with the old clock's time
        premises.set_clock(-HOURS_BACK * 3600)
        page.evaluate("(ms) => { const now = Date.now; Date.now = () => now() - ms; }", HOURS_BACK * 3600 * 1000)
        hand.notes("A-IN-2").press_sequentially(", clock put back", delay=1)
        hand.await_trouble()
        assert "the kit has not confirmed your latest words" in hand.trouble
        page.wait_for_timeout(2500)  # it is sent again meanwhile
    check_written(kit, hand, "A-IN-2", f"{CANARY} awake, asleep, clock put back")
    # The page says its own time, and not one that is still to come.
    told = page.evaluate(f"[0, 60000].map((ms) => {CLOCK}(Date.now() - ms))")
    assert hand.save_text.removeprefix("Saved ") in told

    # The browser alone falls asleep, with words that it has not sent.
    browser = page.context.new_cdp_session(page)
    hand.notes("A-IN-2").press_sequentially(" and frozen", delay=1)
    browser.send("Page.setWebLifecycleState", {"state": "frozen"})
    page.wait_for_timeout(1000)
    browser.send("Page.setWebLifecycleState", {"state": "active"})
    check_written(kit, hand, "A-IN-2", f"{CANARY} awake, asleep, clock put back and frozen")
    premises.set_clock(0)

    # In the journal the order has stayed, whatever time stands in an entry's id.
    newest = kit.journal.current_entry("harbour", "interview:A1", "answer:A-IN-2.note")
    assert newest.entry_id < awake.entry_id
    assert newest.recorded_at == awake.recorded_at, "the time of the newest entry, for the clock says an earlier one"
    assert kit.journal.verify().ok


def test_no_word_lies_in_plain_text_after_use_and_after_kills(kit, server, hand, premises, open_browser) -> None:
    write_and_reload_unsaved(kit, hand)
    save_from_the_workbench(kit, hand)
    find_no_canary(premises.folder, CANARY, "after normal use")

    # Killed in the middle of words, of which some have been acknowledged and some have not.
    box = hand.notes("A-SG-2")
    box.press_sequentially(f"{CANARY} before the kernel died, ", delay=1)
    kernel_process(server, "A1").kill()
    box.press_sequentially(f"{CANARY} while it was dead, ", delay=1)
    check_written(kit, hand, "A-SG-2", f"{CANARY} before the kernel died, {CANARY} while it was dead, ")
    account = tell_of_harm(hand)
    kernel_process(server, "A1").kill()
    account.press_sequentially(f", {CANARY} while the kernel was dead", delay=1)
    find_no_canary(premises.folder, CANARY, "after the kernel was killed under an account of harm")
    hand.page.keyboard.press("Escape")
    box.press_sequentially(f"{CANARY} before the server died, ", delay=1)
    kill_all(family_of(server.pid))
    box.press_sequentially(f"{CANARY} while it was dead.", delay=1)
    hand.await_trouble()
    hand.click("open-safeguarding")
    account.press_sequentially(f", {CANARY} while the server was dead", delay=1)
    hand.page.evaluate("history.pushState({}, '', location.href)")  # a browser notes what stands in a page it leaves
    find_no_canary(premises.folder, CANARY, "after kills of kernel and server")
    kill_all(browser_family(premises.browser))
    find_no_canary(premises.folder, CANARY, "after the browser was killed")

    window = open_browser()
    with premises.serving(kit) as again:
        weigh(window.pages[0], again)
        plan_and_list_names(window.pages[0], again)
        window.close()  # a browser writes much of what it keeps when it is closed
    find_no_canary(premises.folder, CANARY, "after everything was closed")
    log = kit.runtime / "server.log"
    lines = log.read_text().splitlines() if log.exists() else []
    assert [line for line in lines if not LOG_LINE.fullmatch(line)] == []


def write_and_reload_unsaved(kit, hand: Hand) -> None:
    """A note, a quote and its translation that wait for their receipt come through a reload, encrypted.

    The page comes back with all of JupyterLab's tools around it.
    """
    page = hand.page
    with suspended(kernel_process(hand.server, "A1")):
        hand.notes("A-SG-1").fill(f"{CANARY} half-typed")
        hand.click("A-SG-1-add")
        page.keyboard.type(f"{CANARY} spoken")
        quote = hand.field("answer:A-SG-1.quote.1")
        quote.locator("select[id$=language]").select_option("cy")
        quote.get_by_label("English translation").fill(f"{CANARY} translated")
        hand.await_trouble()
        stored = page.evaluate("JSON.stringify({ ...sessionStorage, ...localStorage })")
        assert "qpm:harbour/interview:A1" in stored
        assert CANARY not in stored
        page.evaluate("sessionStorage.setItem('qpm-workbench', 'shown')")
        page.reload()
    hand.sheet.wait_for(timeout=60_000)
    check_written(kit, hand, "A-SG-1", f"{CANARY} half-typed")
    quote = values_of(kit, "interview:A1")["answer:A-SG-1.quote.1"]
    assert (quote["text"], quote["translation"]) == (f"{CANARY} spoken", f"{CANARY} translated")


def tell_of_harm(hand: Hand):
    """The box of an account of harm, in a dialog, with words that are kept."""
    hand.click("open-safeguarding")
    account = hand.sheet.locator('dialog[open] [id$="account-said"]')
    account.press_sequentially(f"{CANARY} told", delay=1)
    state = hand.sheet.locator("dialog[open] .qpm-account-state")
    assert until(lambda: "Kept apart at" in state.inner_text(), hand.page)
    return account


def save_from_the_workbench(kit, hand: Hand) -> None:
    """The page is saved as a notebook with JupyterLab's own tools, and shown without them again."""
    page = hand.page
    notebook = kit.notebooks / "harbour" / "V1" / "A1.ipynb"
    before = notebook.stat().st_mtime_ns
    page.locator(".jp-NotebookPanel-toolbar").click(position={"x": 600, "y": 5})
    page.keyboard.press("Control+s")
    assert until(lambda: notebook.stat().st_mtime_ns != before, page)
    page.get_by_role("button", name="Back to the pages").click()
    page.locator(".lm-MenuBar").wait_for(state="hidden", timeout=20_000)


def weigh(page, server) -> None:
    """Words on the debrief that the journal has and others that wait for evidence."""
    page.goto(server.address("harbour/V1/debrief.ipynb"))
    page.get_by_role("navigation").get_by_role("button", name=re.compile("^2 Independence")).click(timeout=60_000)
    indicator = page.get_by_role("group").filter(has_text="IN3")
    indicator.locator("summary").click()
    indicator.get_by_label("Why, in your own words").fill(f"{CANARY} weighed")
    page.get_by_role("button", name="Write a finding").click()
    page.get_by_label("What did you find?").fill(f"{CANARY} found")
    page.evaluate("history.pushState({}, '', location.href)")


def plan_and_list_names(page, server) -> None:
    """Words on the plan page that are saved, and others that stand in a form that nobody has saved."""
    page.goto(server.address("harbour/V1/plan.ipynb"))
    page.get_by_role("button", name="Change the list").click(timeout=60_000)
    page.get_by_label("One name on each line").fill(f"Mair {CANARY}")
    page.get_by_role("button", name="Save the list").click()
    page.get_by_text("1 name is on the list.").wait_for(timeout=20_000)
    page.get_by_role("button", name="Change the visit").click()
    page.get_by_label("What do you call this visit?").fill(f"{CANARY} saved")
    page.get_by_role("button", name="Save the visit").click()
    page.get_by_role("heading", name=f"{CANARY} saved").wait_for(timeout=20_000)
    page.get_by_role("button", name="Change the visit").click()
    page.get_by_label("What do you call this visit?").fill(f"{CANARY} not saved")
    page.evaluate("history.pushState({}, '', location.href)")
