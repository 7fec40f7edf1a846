"""From page to page, in place; and the spare: a process that waits for the next page, and keeps no kit open."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from field_pages import (
    Hand,
    kernel_process,
    kernel_processes,
    kernels_of_pages,
    notebook_of,
    open_desk,
    open_from_desk,
    open_page,
    spare_kernels,
    until,
)
from jupyter_client import BlockingKernelClient
from playwright.sync_api import expect

from qpm_widgets.journal.in_use import is_open
from qpm_widgets.running_server import await_server, close_server
from qpm_widgets.visits import keep_names

pytestmark = pytest.mark.browser

CANARY = "Rohrdommel-im-Schilf-5502"
SERVE = """
from qpm_widgets.capture.server import start_server
from qpm_widgets.journal import Kit
start_server(Kit.from_environment(), open_browser=False, idle_seconds=10)
"""


@pytest.fixture
def page(shared_window):
    return shared_window


def await_spare(page, server) -> psutil.Process:
    """The spare, once it has opened the kit."""
    assert until(lambda: len(spare_kernels(server)) == 1, page, 30)
    (spare,) = spare_kernels(server)
    key = "QPM_KIT_KEY"
    assert until(lambda: set(spare.environ().get(key, "0")) == {"0"}, page, 30) or sys.platform == "win32"
    return spare


def connection_of(kernel: psutil.Process) -> Path:
    """The file that says where a kernel listens."""
    return next(Path(part) for part in kernel.cmdline() if part.endswith(".json"))


def test_the_next_page_takes_the_spare_and_there_is_never_a_second_one(page, server) -> None:
    open_desk(page, server)
    spare = await_spare(page, server)
    hand = open_from_desk(page, server, "A1")
    assert kernel_process(server, "A1") == spare
    hand.agree("AD1")
    hand.await_saved()
    following = await_spare(page, server)
    assert following != spare
    page.wait_for_timeout(3000)
    assert len(kernel_processes(server)) == 3, "the desk, the interview, and one that waits"
    # What a page has is mended when it dies, also where it was a spare.
    spare.kill()
    hand.field("consent:quotes.AD1").locator('input[value="given"]').check()
    hand.await_saved()
    assert kernel_process(server, "A1") != spare


def test_nobody_can_read_the_key_of_a_spare_or_listen_to_it(page, server, field_kit) -> None:
    open_desk(page, server)
    spare = await_spare(page, server)
    key = field_kit.environment()["QPM_KIT_KEY"]
    assert key not in " ".join(spare.cmdline())
    assert key not in spare.environ().values()
    if sys.platform == "win32":
        return
    connection = connection_of(spare)
    assert connection.parent.stat().st_mode & 0o777 == 0o700
    assert connection.stat().st_mode & 0o777 == 0o600
    listening = [one.laddr.ip for one in spare.net_connections() if one.status == psutil.CONN_LISTEN]
    assert listening == ["127.0.0.1"]  # ipykernel's own, see test_server


def test_a_spare_that_was_killed_is_missed_by_nobody(page, server) -> None:
    open_desk(page, server)
    spare = await_spare(page, server)
    spare.kill()
    page.wait_for_timeout(1500)
    assert spare_kernels(server) == [], "started again by itself it would have the key in its environment"
    open_from_desk(page, server, "A2")
    assert kernel_process(server, "A2") != spare
    await_spare(page, server)


def test_a_spare_keeps_no_kit_open_that_was_left_alone_not_even_at_work(page, kit) -> None:
    environment = os.environ | kit.environment()
    kit.close()
    with subprocess.Popen([sys.executable, "-c", SERVE], env=environment, stdout=subprocess.DEVNULL) as process:
        try:
            server = await_server(kit.runtime.resolve(), lambda: process.poll() is not None)
            open_desk(page, server)
            spare = await_spare(page, server)
            family = [psutil.Process(server.pid), *kernel_processes(server)]
            client = BlockingKernelClient(connection_file=str(connection_of(spare)))
            client.load_connection_file()
            client.start_channels()
            client.execute("import time; time.sleep(120)")
            _, alive = psutil.wait_procs(family, timeout=60)
            client.stop_channels()
            assert alive == []
        finally:
            process.kill()
    assert not is_open(kit.runtime)


def test_a_form_that_is_half_filled_keeps_its_page_and_none_that_has_left_the_window_leaves_its_words_there(
    page, server, field_kit
) -> None:
    """A day in one window: what was said and listed in the first pages is not in its memory during the last."""
    keep_names(field_kit.journal, "harbour", "V1", [CANARY])
    open_page(page, server, "harbour/V1/plan.ipynb")
    page.get_by_role("button", name="Add an observation").click(timeout=45_000)
    page.get_by_label("Time", exact=True).fill("17:45")
    hand = Hand(page, server, "A3").open()
    hand.agree("AD4")
    hand.notes("A-CP-1").fill(f"She told me {CANARY}.")
    hand.notes("A-CP-1").fill(f"She told me {CANARY} and more.")
    hand.await_saved()
    found = boxes_that_hold(CANARY, page)
    assert found() == 1, "it would be found"
    for name in ("A4", "P1", "P2"):
        Hand(page, server, name).open()
        page.wait_for_timeout(500)
    assert until(lambda: hand.sheet.count() == 0, page, 30), "it is still open"
    assert until(lambda: found() == 0, page, 10)

    open_page(page, server, "harbour/V1/plan.ipynb")
    assert page.get_by_label("Time", exact=True).input_value() == "17:45"
    page.get_by_role("button", name="Back without saving").click()
    page.get_by_role("button", name="Go back without saving").click()
    page.get_by_label("Whom should they ask or tell?").fill(f"{CANARY}, 01632 960000")
    page.get_by_role("button", name="Change the list").click()
    memories = "[...qpmChannels.values()].map(({ memory: { values, papers, edits } }) => [values, papers, edits])"
    kept = f"JSON.stringify({memories})"
    # In the form of names, as it is and as it was, and in what to hand out.
    assert until(lambda: page.evaluate(kept).count(CANARY) == 3, page), "it would be found"
    for name in ("P1", "P2", "A1"):
        Hand(page, server, name).open()
        page.wait_for_timeout(500)
    assert until(lambda: page.locator(".qpm-plan").count() == 0, page, 30)
    assert until(lambda: CANARY not in page.evaluate(kept), page, 5)


def boxes_that_hold(words: str, page) -> Callable[[], int]:
    """Counts the boxes with these words in the window's memory, whether the page has them or not."""
    held = f"function() {{ return this.filter((one) => one.value.includes('{words}')).length; }}"
    session = page.context.new_cdp_session(page)

    def count() -> int:
        prototype = session.send("Runtime.evaluate", {"expression": "HTMLTextAreaElement.prototype"})["result"]
        every = session.send("Runtime.queryObjects", {"prototypeObjectId": prototype["objectId"]})["objects"]
        asked = {"objectId": every["objectId"], "functionDeclaration": held, "returnByValue": True}
        return session.send("Runtime.callFunctionOn", asked)["result"]["value"]

    return count


def test_a_page_that_one_window_closes_goes_on_in_another(page, server, chromium) -> None:
    hand = Hand(page, server, "P1").open()
    context = chromium.new_context(viewport={"width": 1366, "height": 768})
    other = Hand(context.new_page(), server, "P1").load()
    kernel = kernels_of_pages(server)[notebook_of("P1")]
    close_behind(hand)
    other.page.wait_for_timeout(2500)
    assert kernels_of_pages(server).get(notebook_of("P1")) == kernel
    other.agree("PS1")
    other.await_saved()
    close_behind(other)  # the last window that has it ends what ran it
    assert until(lambda: notebook_of("P1") not in kernels_of_pages(server), page, 30)
    context.close()


def close_behind(hand: Hand) -> None:
    """Open another page in a window, and have it close the one before, as it does with pages that were made anew."""
    Hand(hand.page, hand.server, "A1").open()
    told = f"window.dispatchEvent(new CustomEvent('qpm-replaced', {{ detail: ['{notebook_of('P1')}'] }}))"
    assert until(lambda: hand.page.evaluate(told) is True and hand.sheet.count() == 0, hand.page, 30)


def test_an_interview_that_is_planned_anew_is_opened_afresh_in_every_window(page, server) -> None:
    """An old page would ask somebody for consent who is not in the plan any more, and the journal refuses that."""
    unsaved = Hand(page, server, "P2").open()
    kernel = kernel_process(server, "P2")
    kernel.suspend()
    unsaved.agree("PS2", "talk")
    unsaved.await_trouble()
    behind = Hand(page, server, "A2").open()
    in_front = Hand(page.context.new_page(), server, "A2").load()
    open_page(page, server, "harbour/V1/plan.ipynb")
    page.get_by_role("button", name="Change A2").click(timeout=45_000)
    for code, on in {"AD2": False, "AD3": False, "AD1": True}.items():
        page.get_by_role("checkbox", name=code).set_checked(on)
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("A2 is changed.").wait_for()
    for hand in (in_front, behind.open()):
        hand.field("consent:talk.AD1").wait_for(timeout=15_000)
        assert hand.field("consent:talk.AD2").count() == 0
    in_front.agree("AD1")
    in_front.await_saved()
    # Words that the journal does not have keep their own page, whoever asks, and no other.
    page.evaluate(f"window.dispatchEvent(new CustomEvent('qpm-replaced', {{ detail: ['{notebook_of('P2')}'] }}))")
    for name in ("A3", "A4"):
        Hand(page, server, name).open()
    assert until(lambda: page.locator(".qpm-plan").count() == 0, page, 10)
    assert unsaved.sheet.count() == 1
    kernel.resume()
    unsaved.open().await_saved()
    in_front.page.close()


def test_an_interview_opens_in_place_and_the_way_back_is_short(page, server) -> None:
    open_desk(page, server)
    page.evaluate("window.still = 'the same page'")
    page.get_by_role("link", name="interview A3").first.click()
    page.wait_for_url("**/doc/tree/harbour/V1/A3.ipynb", timeout=20_000)
    Hand(page, server, "A3").sheet.wait_for(timeout=45_000)
    page.locator(".qpm-cover").wait_for(state="hidden", timeout=20_000)
    assert page.title() == "Interview A3 · QPM Field Kit"
    expect(page.locator(".qpm-desk")).to_be_hidden()
    page.go_back()
    page.locator(".qpm-desk").wait_for(timeout=10_000)
    assert page.title() == "Desk · QPM Field Kit"
    assert page.evaluate("document.activeElement.textContent").endswith("interview A3")  # where the reader was
    assert page.evaluate("window.still") == "the same page"


def test_asked_to_close_the_kit_ends_its_spare_too(page, server, field_kit) -> None:
    """The last here, for it ends the server of the others."""
    open_desk(page, server)
    spare = await_spare(page, server)
    family = [psutil.Process(server.pid), *kernel_processes(server)]
    assert spare in family
    field_kit.close()
    assert close_server(field_kit.runtime)
    _, alive = psutil.wait_procs(family, timeout=30)
    assert alive == []
    assert not is_open(field_kit.runtime)
