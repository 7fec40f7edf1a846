"""From a locked kit to the desk without a terminal; locked again, it is opened beside a page that was left open."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest
from barriers import find_barriers
from field_pages import until
from playwright.sync_api import expect

from qpm_widgets.journal import Kit
from qpm_widgets.running_server import CLOSE_REQUEST

pytestmark = pytest.mark.browser

PASSPHRASE = "a test passphrase of many words"


@contextmanager
def started_by_a_click(home: Path, log: Path):
    """The address at which a kit that was started by a click asks, and what it printed."""
    command = [sys.executable, "-m", "qpm_widgets", "start", "--no-browser", "--home", str(home)]
    with (
        log.open("wb") as out,
        subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out) as process,
    ):
        yield lambda: re.search(r"http://127\.0\.0\.1:\d+/", log.read_text()), log
        process.terminate()


@pytest.fixture
def started(kit: Kit, tmp_path: Path):
    kit.close()
    with started_by_a_click(kit.home, tmp_path / "said.txt") as found:
        yield found


def goes(page, address) -> bool:
    """Whether the page is there already, or again."""
    try:
        page.goto(address()[0])
    except Exception:
        return False
    return True


def open_by_keyboard(page, passphrase: str) -> None:
    """What a person does: the field has the focus already."""
    page.locator("#passphrase").wait_for(timeout=30_000)
    assert page.evaluate("document.activeElement.id") == "passphrase"
    page.keyboard.type(passphrase)
    page.keyboard.press("Enter")


def await_desk(page) -> None:
    page.locator(".qpm-desk h1").wait_for(timeout=60_000)
    page.locator(".qpm-cover").wait_for(state="hidden", timeout=20_000)


def fail_to_start(page, runtime: Path) -> None:
    """The passphrase is right, and the server cannot start."""
    in_the_way = runtime / "lab"
    in_the_way.write_text("a file where the settings' folder has to be")
    open_by_keyboard(page, PASSPHRASE)
    page.get_by_role("alert").get_by_text("Your passphrase was right").wait_for(timeout=30_000)
    assert page.title() == "Your kit could not be started · QPM Field Kit"
    assert find_barriers(page) == []
    in_the_way.unlink()


def test_a_kit_is_opened_in_the_page_and_again_after_it_has_locked_itself(
    started, kit, chromium, chromium_launch, tmp_path
) -> None:
    address, log = started
    profile = tmp_path / "profile"
    launch = {**chromium_launch(), "viewport": {"width": 1366, "height": 768}, "locale": "en-GB"}
    window = chromium.browser_type.launch_persistent_context(str(profile), env={**os.environ}, **launch)
    page = window.pages[0]
    assert until(address, page, 60)
    asked = []
    window.on("request", lambda request: asked.append(request.url))

    assert until(lambda: goes(page, address), page, 30)
    assert page.title() == "Open your kit · QPM Field Kit"
    assert find_barriers(page) == []
    open_by_keyboard(page, "not this one")
    page.get_by_role("alert").get_by_text("This is not the passphrase").wait_for()
    field = page.get_by_role("textbox", name="Passphrase")
    assert field.get_attribute("aria-describedby") == "told"
    assert field.get_attribute("autocomplete") == "off"
    assert find_barriers(page) == []

    fail_to_start(page, kit.runtime)
    assert until(lambda: goes(page, address) and page.locator("#passphrase").count() == 1, page, 30)
    open_by_keyboard(page, PASSPHRASE)
    await_desk(page)
    expect(page.get_by_text("This kit is empty")).to_be_visible()

    (kit.runtime / CLOSE_REQUEST).touch()  # as `lock`, and as silence does
    line = page.locator(".qpm-line")
    line.get_by_text("The kit is locked.").wait_for(timeout=30_000)
    assert page.locator(".qpm-desk").is_visible(), "the page stays as it was"
    with window.expect_page() as opened:
        line.get_by_role("link", name="Unlock it in a new window").press("Enter")
    other = opened.value
    if not other.locator("#passphrase").count():  # the page is coming back just now
        assert until(lambda: goes(other, address) and other.locator("#passphrase").count() == 1, page, 30)
    open_by_keyboard(other, PASSPHRASE)
    await_desk(other)
    line.wait_for(state="hidden", timeout=30_000)
    await_desk(page)
    assert not [url for url in asked if "passphrase" in url]
    window.close()
    spelled = [PASSPHRASE.encode(), PASSPHRASE.encode("utf-16-le"), PASSPHRASE.replace(" ", "+").encode()]
    kept = [path for path in (*profile.rglob("*"), *kit.home.rglob("*"), log) if path.is_file()]
    assert len(kept) > 50
    assert not [path for path in kept if any(one in path.read_bytes() for one in spelled)]


def test_the_first_time_the_page_sets_the_kit_up_and_goes_on_to_the_desk(page, tmp_path) -> None:
    home = tmp_path / "kit"
    with started_by_a_click(home, tmp_path / "said.txt") as (address, _):
        assert until(lambda: goes(page, address), page, 60)
        assert page.title() == "Set up your kit · QPM Field Kit"
        assert find_barriers(page) == []

        def type_all(*typed: str) -> None:
            """By keyboard, from where the focus is."""
            for text in typed:
                page.keyboard.type(text)
                page.keyboard.press("Tab")
            page.keyboard.press("Enter")  # the button has the focus now

        assert page.evaluate("document.activeElement.id") == "assessor"
        type_all("Ann Smith", PASSPHRASE, PASSPHRASE)
        page.get_by_role("alert").get_by_text("This is no assessor code").wait_for()
        assert page.evaluate("document.activeElement.id") == "assessor", "what is wrong has the focus"
        assert find_barriers(page) == []
        page.keyboard.press("Control+A")
        type_all("AS1", PASSPHRASE, "another one")
        page.get_by_role("alert").get_by_text("were not the same").wait_for()
        assert page.evaluate("document.activeElement.id") == "passphrase"
        assert page.get_by_role("textbox", name="Your assessor code").input_value() == "AS1"
        assert find_barriers(page) == []
        assert not (home / "kit.json").exists()
        type_all(PASSPHRASE, PASSPHRASE)
        await_desk(page)
        expect(page.get_by_text("This kit is empty")).to_be_visible()
        Kit.unlock(home, PASSPHRASE).close()
