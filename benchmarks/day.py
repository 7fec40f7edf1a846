"""A day of interviews one after another: what the page and its processes take; and an interview by keys alone.

**Day**: each interview is opened from the desk and a letter typed into it. After each: what the page's scripts hold
once the browser has collected its garbage, how many elements there are, and what the kernels take (RSS, all of them,
and their number); a page that is left behind is to go away with its kernel.

**Keys**: an interview of twelve questions with nothing but the keyboard. Each gets a note and one bearing, with F8, Tab
and the space bar. Counted is every press but the letters of the notes.

    python benchmarks/day.py [--interviews 8] [--questions 12] [--json]
"""

from __future__ import annotations

import argparse
import itertools
import json
import tempfile
from pathlib import Path
from typing import Any

import psutil
from playwright.sync_api import CDPSession, Page
from sheet import GUIDE_CODE, SHEET_CODE, opened_browser, page_of, served_kit
from start import await_note, click, link_to, plan_interviews, sheet_of, type_letter

from qpm_widgets.capture.server import server_process
from qpm_widgets.journal import Kit
from qpm_widgets.journal.keys import KeyCost
from qpm_widgets.running_server import RunningServer
from qpm_widgets.templates import load_templates

NOTE = "said so"
AT_MOST = 60  # presses of Tab until something is said to be out of reach
FOCUSED = "(selector) => Boolean(document.activeElement?.matches(selector))"
FILLED = """
() => [...document.querySelectorAll(".qpm-question")].map((one) => [
  one.querySelector('textarea[id$="-note"]').value, one.querySelectorAll(".qpm-bearing input:checked").length])
"""


def weigh(page: Page, session: CDPSession, server: RunningServer) -> dict[str, float]:
    """Megabytes and numbers at this moment."""
    page.wait_for_timeout(3000)  # a page that goes away has its time
    session.send("HeapProfiler.collectGarbage")
    metrics = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
    children = psutil.Process(server.pid).children(recursive=True)
    kernels = [one for one in children if "ipykernel_launcher" in " ".join(one.cmdline())]
    return {
        "heap_mb": metrics["JSHeapUsedSize"] / 1e6,
        "elements": metrics["Nodes"],
        "kernels": len(kernels),
        "kernels_mb": sum(one.memory_info().rss for one in kernels) / 1e6,
    }


def hold_interviews(interviews: int) -> list[dict[str, float]]:
    """The weights after each interview of a day."""
    weights = []
    with tempfile.TemporaryDirectory() as folder, opened_browser() as browser:
        kit = Kit.create(Path(folder) / "kit", "a passphrase for a benchmark", assessor="AS1", cost=KeyCost(1, 64, 1))
        names = plan_interviews(kit, load_templates(), interviews)
        page = browser.new_page(viewport={"width": 1366, "height": 768})
        page.set_default_timeout(60_000)
        with server_process(kit) as server:
            session = page.context.new_cdp_session(page)
            session.send("Performance.enable")
            page.goto(server.address("desk.ipynb"))
            for before, name in itertools.pairwise(["", *names]):
                if before:
                    page.locator(f'{sheet_of(before)} a[data-qpm-open="desk.ipynb"]').first.click()
                click(page, link_to(page, name))
                if not before:
                    page.locator(f"{sheet_of(name)} .qpm-consent").evaluate("part => { part.open = true; }")
                await_note(page, name)
                type_letter(page, name)
                weights.append(weigh(page, session, server))
        kit.close()
    return weights


class Keyboard:
    """Presses keys and counts them."""

    def __init__(self, page: Page) -> None:
        self.page, self.presses = page, 0

    def press(self, key: str) -> None:
        """Press a key, or several at once."""
        self.presses += 1
        self.page.keyboard.press(key)

    def reach(self, selector: str) -> None:
        """Press Tab until something is in focus."""
        for _ in range(AT_MOST):
            if self.page.evaluate(FOCUSED, selector):
                return
            self.press("Tab")
        raise AssertionError(f"{selector} is not within {AT_MOST} presses of Tab")


def write_by_keys(questions: int) -> dict[str, Any]:
    """Presses for an interview with so many questions."""
    code = GUIDE_CODE.format(questions=questions) + SHEET_CODE
    with (
        tempfile.TemporaryDirectory() as at,
        served_kit(Path(at), {"keys": code}) as server,
        opened_browser() as browser,
    ):
        page = browser.new_page(viewport={"width": 1366, "height": 768})
        page.goto(server.address(page_of("keys").as_posix()))
        page.locator(".qpm-question").first.wait_for(timeout=60_000)
        page.locator(".qpm-cover").wait_for(state="hidden")
        keyboard = Keyboard(page)
        each = []
        for _ in range(questions):
            before = keyboard.presses
            keyboard.press("F8")
            keyboard.reach('.qpm-question textarea[id$="-note"]')
            page.keyboard.type(NOTE)
            keyboard.reach('.qpm-bearing input[type="radio"]')
            keyboard.press("Space")
            each.append(keyboard.presses - before)
        page.locator(".qpm-save[data-state=saved]").wait_for()
        filled = page.evaluate(FILLED)
    assert filled == [[NOTE, 1]] * questions, filled
    return {"presses": keyboard.presses, "each": each}


def main() -> None:
    """Print a table, or with ``--json`` one object."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--interviews", type=int, default=8)
    parser.add_argument("--questions", type=int, default=12)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    keys = write_by_keys(options.questions)
    day = hold_interviews(options.interviews)
    if options.json:
        print(json.dumps({"day": day, "keys": keys}))
        return
    print("after interview   heap MB   elements   kernels   their MB")
    for number, one in enumerate(day, start=1):
        print(f"{number:15}{one['heap_mb']:10.1f}{one['elements']:11.0f}{one['kernels']:10}{one['kernels_mb']:11.0f}")
    middle, last = day[len(day) // 2 - 1], day[-1]
    print(f"the last to the one in the middle: heap {last['heap_mb'] / middle['heap_mb']:.2f},", end=" ")
    print(f"kernels {last['kernels_mb'] / middle['kernels_mb']:.2f}")
    print(f"\n{options.questions} questions by keyboard: {keys['presses']} presses besides the words", end=" ")
    print(f"({min(keys['each'])} to {max(keys['each'])} for each)")


if __name__ == "__main__":
    main()
