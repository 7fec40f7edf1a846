"""How long it takes from starting the kit to the first letter typed in an interview, and to go on from there.

One run, of a kit whose key costs what a real kit's does. `kit.py start` is started, as a person does it; `door` is how
long until it asks for the passphrase. From the passphrase on, `server` is how long until the kit answers, `browser` how
long Chromium takes to start, `desk` until the desk can be clicked, and `page` until the first interview, opened by the
desk's button, takes words (`first`). Then the page is loaded anew and a letter typed (`reload`), and, back on the desk,
each of the other interviews is opened and a letter typed (`next`), with a few seconds between two of them, as nobody is
quicker. A time ends when the letter stands in the box; how long until it is in the journal is given beside it.

    python benchmarks/start.py [--interviews 6] [--pause 4] [--json]

All times are seconds, those of pages measured by the page's own clock from the click on. What a person takes to type
the passphrase is in none of them. `memory_mb` is what the server and its kernels take at the end (USS: what ending them
gives back), `spare_mb` the part that only waits for the next page.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
from playwright.sync_api import Locator, Page, sync_playwright
from sheet import FLAGS, plan_profile

from qpm_widgets.capture.recording import record_edit
from qpm_widgets.journal import Edit, Kit
from qpm_widgets.running_server import RunningServer, await_server
from qpm_widgets.templates import Templates, load_templates
from qpm_widgets.visits import prepare_working_notebooks

CHECKOUT = Path(__file__).resolve().parents[1]
PASSPHRASE = "a passphrase for a benchmark"
GOALS = {"first": 8.0, "reload": 3.0, "next": 1.0}
Times = dict[str, float]

# The moment of the first frame in which the note can be seen and nothing covers it.
READY = """
(selector) => new Promise((resolve) => {
  const look = () => {
    const seen = [...document.querySelectorAll(selector)].some((box) => box.getClientRects().length && !box.disabled);
    if (seen && document.querySelector(".qpm-cover")?.hidden) resolve(performance.now());
    else requestAnimationFrame(look);
  };
  look();
})
"""

# Milliseconds from the next key to the first frame after it.
KEY = """
() => addEventListener("keydown", ({ timeStamp }) =>
  requestAnimationFrame(() => { window.benchKey = performance.now() - timeStamp; }), { once: true, capture: true })
"""
CLICK = """
() => addEventListener("click", ({ timeStamp }) => { window.benchClicked = timeStamp; }, { once: true, capture: true })
"""


def plan_interviews(kit: Kit, templates: Templates, count: int) -> list[str]:
    """An assessment whose visit has so many interviews from now on; everybody has agreed to notes."""
    plan_profile(kit, templates)
    planned = kit.journal.current_entry("bench", "interview:A1", "plan")
    assert planned is not None
    assert planned.payload is not None
    names = [f"A{number}" for number in range(1, count + 1)]
    for number, name in enumerate(names):
        at = (datetime.now().astimezone() + timedelta(minutes=5 + 10 * number)).isoformat(timespec="seconds")
        person = f"AD{number + 1}"
        fields: dict[str, dict[str, Any]] = {"plan": {**planned.payload, "respondents": [person], "planned_at": at}}
        if number:  # the first one has agreed already
            given = {"decision": "given", "how": "spoken"}
            fields |= {f"consent:{scope}.{person}": given for scope in ("talk", "notes")}
        for field, payload in fields.items():
            replaced = () if number else (planned.entry_id,)
            record_edit(kit.journal, templates, Edit("bench", f"interview:{name}", field, payload, replaced))
    prepare_working_notebooks(kit, "bench", "V1")
    return names


@contextmanager
def started_kit(home: Path, times: Times) -> Iterator[RunningServer]:
    """The kit, started by its front door and given the passphrase; `times` are told how long either took."""
    options = ["--no-browser", "--home", str(home), "--outputs", str(home.parent / "outputs")]
    began = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, str(CHECKOUT / "kit.py"), "start", "--ask-here", *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        assert process.stdin is not None
        assert process.stderr is not None
        try:
            asked = process.stderr.readline()
            assert b"Passphrase" in asked, asked
            times["door"] = time.perf_counter() - began
            began = time.perf_counter()
            process.stdin.write(f"{PASSPHRASE}\n".encode())
            process.stdin.flush()
            server = await_server((home / "runtime").resolve(), gave_up=lambda: process.poll() is not None)
            times["server"] = time.perf_counter() - began
            yield server
        finally:
            os.killpg(process.pid, signal.SIGTERM)


def await_note(page: Page, name: str) -> float:
    """Wait until a person can type into the first note of an interview; that moment, as the page's clock has it."""
    return float(page.evaluate(READY, f'{sheet_of(name)} textarea[id$="-note"]'))


def type_letter(page: Page, name: str) -> Times:
    """Type a letter into an interview's first note: seconds from key to letter, and from there until it is saved."""
    note = page.locator(f'{sheet_of(name)} textarea[id$="-note"]:visible').first
    note.focus()
    before = note.input_value()
    page.evaluate(KEY)
    note.press("a")
    assert len(note.input_value()) == len(before) + 1
    began = time.perf_counter()
    page.locator(f'{sheet_of(name)} .qpm-save[data-state="saving"]').wait_for(state="detached")
    page.locator(f'{sheet_of(name)} .qpm-save[data-state="saved"]').wait_for()
    return {"letter": page.evaluate("window.benchKey") / 1000, "until_saved": time.perf_counter() - began}


def sheet_of(name: str) -> str:
    """The selector of an interview's page."""
    return f'.qpm-interview[data-scope="bench/interview:{name}"]'


def link_to(page: Page, name: str) -> Locator:
    """The desk's first link to an interview: the large button, if it is the next one."""
    link = page.locator(f'.qpm-desk a[data-qpm-open$="/{name}.ipynb"]').first
    link.wait_for()
    page.locator(".qpm-cover").wait_for(state="hidden")
    return link


def click(page: Page, link: Locator) -> None:
    """Click a link; `benchClicked` is the moment in which the page heard of it."""
    page.evaluate(CLICK)
    link.click()


def time_first(page: Page, server: RunningServer, name: str) -> Times:
    """From the desk's address to a letter in the first interview."""
    began = time.perf_counter()
    page.goto(server.address("desk.ipynb"))
    link = link_to(page, name)
    times = {"desk": time.perf_counter() - began}
    click(page, link)
    times["page"] = (await_note(page, name) - page.evaluate("window.benchClicked")) / 1000
    return {**times, **type_letter(page, name)}


def time_reload(page: Page, name: str) -> Times:
    """Load an interview's page anew and type into it; a page's clock begins when it is asked for."""
    page.reload(wait_until="commit")
    return with_sum({"page": await_note(page, name) / 1000, **type_letter(page, name)})


def time_next(page: Page, before: str, name: str, pause: float) -> Times:
    """From the desk, which was gone back to from the interview before, into another interview."""
    page.locator(f'{sheet_of(before)} a[data-qpm-open="desk.ipynb"]').first.click()
    link = link_to(page, name)
    page.wait_for_timeout(1000 * pause)
    click(page, link)
    waited = await_note(page, name) - page.evaluate("window.benchClicked")
    return with_sum({"page": waited / 1000, **type_letter(page, name)})


def with_sum(times: Times) -> Times:
    """The parts, and what they come to without the wait for the journal."""
    return {"seconds": sum(times.values()) - times["until_saved"], **times}


def memory_of(server: RunningServer) -> Times:
    """Megabytes of the server with its kernels, and of those kernels among them that no page has."""
    request = urllib.request.Request(f"{server.url}api/sessions", headers={"Authorization": f"token {server.token}"})
    with urllib.request.urlopen(request) as answer:
        taken = {one["kernel"]["id"] for one in json.load(answer)}
    process = psutil.Process(server.pid)
    kernels = [one for one in process.children(recursive=True) if "ipykernel_launcher" in " ".join(one.cmdline())]
    size = {one: one.memory_full_info().uss / 1e6 for one in (process, *kernels)}
    spare = [one for one in kernels if not any(kernel in " ".join(one.cmdline()) for kernel in taken)]
    return {"memory_mb": sum(size.values()), "spare_mb": sum(size[one] for one in spare), "kernels": len(kernels)}


def measure(interviews: int, pause: float) -> dict[str, Any]:
    """All figures of one run."""
    templates = load_templates()
    browser_path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        home = Path(folder) / "kit"
        with Kit.create(home, PASSPHRASE, assessor="AS1") as kit:
            names = plan_interviews(kit, templates, interviews)
        times: Times = {}
        with started_kit(home, times) as server:
            began = time.perf_counter()
            browser = playwright.chromium.launch(executable_path=browser_path, args=list(FLAGS))
            page = browser.new_page(viewport={"width": 1366, "height": 768})
            page.set_default_timeout(60_000)
            times["browser"] = time.perf_counter() - began
            first = with_sum({**times, **time_first(page, server, names[0])})
            reload = time_reload(page, names[0])
            each = [time_next(page, *pair, pause) for pair in itertools.pairwise(names)]
            memory = memory_of(server)
            browser.close()
    median = {key: statistics.median(one[key] for one in each) for key in each[0]}
    return {"first": first, "reload": reload, "next": median, "each_next": [one["seconds"] for one in each], **memory}


def main() -> None:
    """Print a table, or with ``--json`` one object."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--interviews", type=int, default=6)
    parser.add_argument("--pause", type=float, default=4.0, help="seconds on the desk between two interviews")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    figures = measure(options.interviews, options.pause)
    if options.json:
        rounded = json.loads(json.dumps(figures), parse_float=lambda number: round(float(number), 3))
        print(json.dumps({**rounded, "goals": GOALS}))
        return
    for name, title in (
        ("first", "`kit.py start` to the first letter"),
        ("reload", "page loaded anew to a letter"),
        ("next", "next interview from the desk to a letter"),
    ):
        parts = dict(figures[name])
        seconds, saved = parts.pop("seconds"), parts.pop("until_saved")
        made_of = ", ".join(f"{part} {value:.2f}" for part, value in parts.items())
        print(f"{title:42}{seconds:6.2f} s  (goal {GOALS[name]:.0f} s; {made_of}; saved {saved:.2f} s later)")
    print(f"each next one: {', '.join(f'{value:.2f}' for value in figures['each_next'])}")
    print(
        f"memory: {figures['memory_mb']:.0f} MB with {figures['kernels']} kernels, spare {figures['spare_mb']:.0f} MB"
    )


if __name__ == "__main__":
    main()
