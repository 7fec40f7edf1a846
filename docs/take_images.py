"""Take the pictures of the pages in `docs/images/` anew, from the invented sample assessment.

    python docs/take_images.py [--only desk,debrief]

Needs Chromium, as the tests do. Nothing in the pictures is about real people.
"""

from __future__ import annotations

import argparse
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page, sync_playwright

from qpm_widgets.capture.plan_files import read_plan_files
from qpm_widgets.capture.plan_folder import record_plan_files
from qpm_widgets.capture.sample import record_sample
from qpm_widgets.capture.server import server_process
from qpm_widgets.journal import Kit
from qpm_widgets.journal.keys import KeyCost
from qpm_widgets.running_server import RunningServer
from qpm_widgets.templates import Templates, load_templates
from qpm_widgets.visits import prepare_working_notebooks

IMAGES = Path(__file__).parent / "images"
LAPTOP = (1366, 768)
PATIENCE = 60_000  # ms
VISIT = "lantern/V1"


@dataclass(frozen=True)
class Picture:
    """One picture: which page of which kit, in what window, and what to do before it is taken."""

    name: str
    page: str
    prepare: Callable[[Page], object]
    recorded: bool = False  # the sample as it was recorded, or only as it was planned
    scheme: Literal["light", "dark"] = "light"
    zoom: int = 1
    hour: int | None = None  # of today, as the window's clock has it; None for the true time


def sheet_of(page: Page, interview: str) -> str:
    """The sheet of an interview, once it is there."""
    selector = f'.qpm-interview[data-scope="lantern/interview:{interview}"]'
    page.locator(selector).wait_for(timeout=PATIENCE)
    return selector


def agree(page: Page, interview: str, code: str) -> str:
    """Consent to talk, notes and quotes."""
    selector = sheet_of(page, interview)
    for scope in ("talk", "notes", "quotes"):
        page.locator(f'{selector} [data-field="consent:{scope}.{code}"] input[value="given"]').check()
    how = page.locator(f'{selector} [data-field="consent:talk.{code}"] select')
    if not how.input_value():  # a picture before this one may have noted it
        how.select_option("spoken")
    return selector


def answer(page: Page, interview: str, code: str, question: str, words: str, bearing: str = "supports") -> None:
    """An answer with its bearing, in sight."""
    selector = agree(page, interview, code)
    field = f'[data-field="answer:{question}.note"]'
    page.locator(f"{selector} {field} textarea").fill(words)
    article = page.locator(f"{selector} article:has({field})")
    article.locator(f'input[value="{bearing}"]').first.check()
    page.locator(f'{selector} .qpm-save[data-state="saved"]').wait_for(timeout=PATIENCE)
    article.evaluate("one => one.scrollIntoView({ block: 'center' })")


def by_key(page: Page, key: str) -> None:
    """What a key opens while somebody writes at a question."""
    selector = agree(page, "P1", "PS1")
    page.locator(f'{selector} [data-field="answer:P-IN-1.note"] textarea').focus()
    page.keyboard.press(key)
    page.locator(f"{selector} dialog[open]").wait_for()


def debrief(page: Page) -> None:
    """The evidence under one standard."""
    page.get_by_role("navigation").get_by_role("button", name=re.compile("^2 Independence")).click(timeout=PATIENCE)


def quick_notes(page: Page) -> None:
    """Lines between the questions."""
    answer(page, "P3", "PS3", "P-IN-1", SIDE)
    page.keyboard.press("F9")
    for line in ("Came late, the bus was cancelled", '"She rings me back the same day'):
        page.keyboard.type(line)
        page.keyboard.press("Enter")


def so_far(page: Page) -> None:
    """The debrief as it opens."""
    page.locator(".qpm-overview").wait_for(timeout=PATIENCE)


def plan(page: Page) -> None:
    """The planning page from its beginning."""
    page.get_by_role("complementary", name="Who has to be met").wait_for(timeout=PATIENCE)


def desk(page: Page) -> None:
    """The desk, drawn."""
    page.locator(".qpm-desk").first.wait_for(timeout=PATIENCE)


def new_assessment(page: Page) -> None:
    """The form for a new provider."""
    page.get_by_role("button", name="New assessment").click(timeout=PATIENCE)
    page.get_by_label("Provider").first.fill("Harbour Advocacy")


def card_with_symbols(page: Page) -> None:
    """The first question on the card, with its symbols."""
    by_key(page, "Control+Enter")
    page.keyboard.press("Control+Shift+Enter")


def in_the_day_room(page: Page) -> None:
    """An answer that speaks against an indicator."""
    answer(page, "P3", "PS3", "P-CO-3", ROOM, "contradicts")


SIDE = "She says that her advocate asks what she wants and tells the ward so, in her words."
ROOM = "In the day room, for there is no other. People walk through while they talk."
PICTURES = (
    Picture("desk", "desk.ipynb", desk, hour=9),
    Picture("plan", f"{VISIT}/plan.ipynb", plan),
    Picture("new_assessment", "desk.ipynb", new_assessment),
    Picture("consent", f"{VISIT}/A1.ipynb", lambda page: sheet_of(page, "A1")),
    Picture("question", f"{VISIT}/P4.ipynb", lambda page: answer(page, "P4", "PS4", "P-IN-1", SIDE)),
    Picture("easy_read", f"{VISIT}/P1.ipynb", lambda page: sheet_of(page, "P1")),
    Picture("welsh", f"{VISIT}/P2.ipynb", lambda page: sheet_of(page, "P2")),
    Picture("show_card", f"{VISIT}/P1.ipynb", lambda page: by_key(page, "Control+Enter")),
    Picture("symbols", f"{VISIT}/P1.ipynb", card_with_symbols),
    Picture("pause", f"{VISIT}/P1.ipynb", lambda page: by_key(page, "F4")),
    Picture("quick_notes", f"{VISIT}/P3.ipynb", quick_notes),
    Picture("so_far", f"{VISIT}/debrief.ipynb", so_far, recorded=True),
    Picture("debrief", f"{VISIT}/debrief.ipynb", debrief, recorded=True),
    Picture("dark", f"{VISIT}/P3.ipynb", in_the_day_room, scheme="dark"),
    Picture("zoom_200", f"{VISIT}/A2.ipynb", lambda page: sheet_of(page, "A2"), zoom=2),
)


def plan_for_today(kit: Kit, templates: Templates) -> None:
    """The sample's visit, planned to begin today: the desk shows a day as an assessor meets it."""
    files = read_plan_files(templates.folder / "samples" / "lantern", templates)
    visits = [visit.beginning_on(datetime.now().astimezone().date()) for visit in files.visits]
    record_plan_files(kit.journal, templates, files.assessment, visits)


@contextmanager
def sample_kit(folder: Path, templates: Templates, *, recorded: bool) -> Iterator[RunningServer]:
    """The server of a kit with the sample, as it was planned or as it was recorded in the end."""
    with Kit.create(folder / "kit", "a passphrase for pictures", assessor="AS1", cost=KeyCost(1, 64, 1)) as kit:
        if recorded:
            record_sample(kit.journal, templates)
        else:
            plan_for_today(kit, templates)
        prepare_working_notebooks(kit, "lantern", "V1")
        with server_process(kit, folder / "outputs") as server:
            yield server


def take(browser: Browser, server: RunningServer, picture: Picture) -> None:
    """Open the page, prepare it and keep what it looks like."""
    width, height = (side // picture.zoom for side in LAPTOP)
    context = browser.new_context(
        viewport={"width": width, "height": height},
        device_scale_factor=picture.zoom,
        color_scheme=picture.scheme,
        locale="en-GB",
    )
    page = context.new_page()
    if picture.hour is not None:
        page.clock.set_fixed_time(datetime.now().astimezone().replace(hour=picture.hour, minute=0))
    page.goto(server.address(picture.page))
    picture.prepare(page)
    page.wait_for_timeout(500)  # until nothing moves
    page.screenshot(path=IMAGES / f"{picture.name}.png")
    context.close()


def main() -> None:
    """Take all of them, or those that are named."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", help="names by comma")
    only = set(filter(None, parser.parse_args().only.split(",")))
    wanted = [one for one in PICTURES if not only or one.name in only]
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    IMAGES.mkdir(exist_ok=True)
    templates = load_templates()
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        for recorded in (False, True):
            pictures = [one for one in wanted if one.recorded is recorded]
            if not pictures:
                continue
            with sample_kit(Path(folder) / str(recorded), templates, recorded=recorded) as server:
                for picture in pictures:
                    take(browser, server, picture)
                    print(f"taken: {IMAGES / picture.name}.png", flush=True)
        browser.close()


if __name__ == "__main__":
    main()
