"""A kit with one planned visit, served to Chromium, and a hand that works an interview page as a person would."""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Callable
from pathlib import Path

import psutil
from barriers import find_barriers

from qpm_widgets.capture.recording import record_edit
from qpm_widgets.journal import Edit, Kit
from qpm_widgets.journal.keys import KeyCost
from qpm_widgets.visits import create_assessment, plan_visit, prepare_working_notebooks
from qpm_widgets.visits.working_notebooks import working_notebook_path

FIELD_PASSPHRASE = "a passphrase for a day out"
PROFILE = {
    "provider": "Harbour Advocacy",
    "sample": True,
    "edition": "qpm_4",
    "band": 1,
    "jurisdictions": ["england"],
    "advocacy_roles": ["icaa"],
    "areas": [{"id": "north", "name": "North"}],
    "managers": [{"id": "MG1", "name": "Manager of the team"}],
    "teams": [{"id": "team", "name": "Team", "area": "north", "manager": "MG1"}],
    "advocates": [{"id": f"AD{n}", "team": "team", "manager": "MG1", "roles": ["icaa"]} for n in range(1, 6)],
    "assessors": [{"id": "AS1", "name": "Lead assessor"}],
}
VISIT = {
    "title": "Visit to Harbour",
    "starts": "2026-10-13",
    "ends": "2026-10-14",
    "sites": [{"id": "S1", "name": "Office"}],
    "assessors": ["AS1"],
    "lead": "AS1",
}


def interview_plan(guide: str, respondents: list[str], **rest: object) -> dict[str, object]:
    return {
        "visit": "V1",
        "guide": guide,
        "role": guide,
        "respondents": respondents,
        "team": "team",
        "nation": "england",
        "planned_at": "2026-10-13T10:00:00+01:00",
        "minutes": 60,
        "assessor": "AS1",
        **rest,
    }


def create_field_kit(home: Path, templates, interviews: dict[str, dict[str, object]], observations=()) -> Kit:
    """A kit with the assessment, its visit and the plans recorded, and a working notebook for each."""
    cheap = KeyCost(time_cost=1, memory_kib=64, parallelism=1)
    kit = Kit.create(home, FIELD_PASSPHRASE, assessor="AS1", cost=cheap)
    create_assessment(kit.journal, "harbour", PROFILE)
    plan_visit(kit.journal, "harbour", "V1", VISIT)
    observed = {
        "visit": "V1", "guide": "observation", "nation": "england", "planned_at": "2026-10-13T12:00:00+01:00",
        "minutes": 30, "assessor": "AS1",
    }  # fmt: skip
    meetings = {f"interview:{one}": plan for one, plan in interviews.items()}
    meetings |= {f"observation:{one}": observed for one in observations}
    for subject, plan in meetings.items():
        record_edit(kit.journal, templates, Edit("harbour", subject, "plan", plan))
    prepare_working_notebooks(kit, "harbour", "V1")
    return kit


def plan_anew(kit: Kit, templates, subject: str, **changes: object) -> None:
    before = kit.journal.current_entry("harbour", subject, "plan")
    edit = Edit("harbour", subject, "plan", before.payload | changes, supersedes=(before.entry_id,))
    record_edit(kit.journal, templates, edit)


def notebook_of(name: str) -> str:
    return working_notebook_path("harbour", "V1", name).as_posix()


IN_PLACE = """([address, path]) => {
    const link = document.createElement("a");
    Object.assign(link, { href: address }).dataset.qpmOpen = path;
    document.body.append(link);
    link.click();
    link.remove();
}"""


def open_page(page, server, path: str) -> None:
    """Open a page of the kit: in place, as a link on the desk does, if the window shows one already.

    Loading everything anew takes a processor four seconds; in place it takes one.
    """
    address = server.address(path)
    if page.url.startswith(server.url):
        page.evaluate(IN_PLACE, [address, path])
    else:
        page.goto(address)


def open_desk(page, server) -> None:
    open_page(page, server, "desk.ipynb")
    page.locator(".qpm-desk h1").wait_for(timeout=45_000)
    page.locator(".qpm-cover").wait_for(state="hidden", timeout=20_000)


class Hand:
    """Works one interview page in a browser."""

    def __init__(self, page, server, name: str) -> None:
        self.page, self.server, self.name = page, server, name
        self.receipts: set[str] = set()
        kind = "observation" if name.startswith("O") else "interview"
        self.scope = f"harbour/{kind}:{name}"
        self.sheet = page.locator(f'.qpm-interview[data-scope="{self.scope}"]')
        page.on("websocket", lambda socket: socket.on("framereceived", self._read))

    def _read(self, frame: str | bytes) -> None:
        text = frame.decode("utf-8", "replace") if isinstance(frame, bytes) else frame
        if '"receipt"' in text:
            self.receipts |= set(re.findall(r'"entry_id":\s*"([0-9a-f-]{36})"', text))

    def open(self) -> Hand:
        open_page(self.page, self.server, notebook_of(self.name))
        return self._await_page()

    def load(self) -> Hand:
        """The page with everything around it loaded anew, as by its address."""
        self.page.goto(self.server.address(notebook_of(self.name)))
        return self._await_page()

    def _await_page(self) -> Hand:
        self.sheet.wait_for(timeout=60_000)
        self.page.locator(".qpm-cover").wait_for(state="hidden", timeout=20_000)
        return self

    def field(self, name: str):
        return self.sheet.locator(f'[data-field="{name}"]')

    def notes(self, question: str):
        return self.field(f"answer:{question}.note").locator("textarea")

    def agree(self, code: str, *scopes: str, decision: str = "given") -> None:
        self.sheet.locator(".qpm-consent").evaluate("part => { part.open = true; }")
        for scope in scopes or ("talk", "notes"):
            self.field(f"consent:{scope}.{code}").locator(f'input[value="{decision}"]').check()

    def click(self, name: str) -> None:
        """Click the element whose id ends in ``name``."""
        self.sheet.locator(f'[id$="-{name}"]').click()

    def find_barriers(self, within: str = "") -> list[str]:
        return find_barriers(self.page, f'.qpm-interview[data-scope="{self.scope}"] {within}')

    @property
    def save_text(self) -> str:
        return self.sheet.locator(".qpm-save-text").inner_text()

    @property
    def trouble(self) -> str:
        return self.sheet.locator(".qpm-trouble").inner_text()

    def await_saved(self, timeout: float = 40_000) -> None:
        self.sheet.locator('.qpm-save[data-state="saved"]').wait_for(timeout=timeout)

    def await_trouble(self, timeout: float = 20_000) -> None:
        self.sheet.locator('.qpm-save[data-state="bad"]').wait_for(timeout=timeout)


def open_from_desk(page, server, name: str) -> Hand:
    """Open an interview by its link on the desk."""
    hand = Hand(page, server, name)
    page.locator(f'.qpm-desk a[data-qpm-open$="/{name}.ipynb"]').first.click()
    hand.sheet.wait_for(timeout=45_000)
    page.locator(".qpm-cover").wait_for(state="hidden", timeout=20_000)
    return hand


def fields_a_browser_takes(page) -> list[str]:
    """Ids of fields whose content a browser would write into its own files, or have somebody else read.

    The former are those outside a form that forbids it; the latter those that ask for its spell check or suggestions.
    """
    return page.locator(".qpm-sheet :is(textarea, select, input)").evaluate_all(
        "fields => fields.filter((one) => one.autocomplete !== 'off' || one.form?.autocomplete !== 'off'"
        " || (one.tagName !== 'SELECT' && (one.spellcheck || one.writingSuggestions !== 'false')))"
        ".filter((one) => !['radio', 'checkbox'].includes(one.type)).map((one) => one.id)"
    )


def values_of(kit: Kit, subject: str) -> dict[str, object]:
    return {entry.field: entry.payload for entry in kit.journal.current("harbour", subject=subject)}


def kernel_processes(server) -> list[psutil.Process]:
    """The processes of all kernels, whether a page has them or not."""
    children = psutil.Process(server.pid).children(recursive=True)
    alive = [one for one in children if one.status() != psutil.STATUS_ZOMBIE]
    return [one for one in alive if "ipykernel_launcher" in " ".join(one.cmdline())]


def kernels_of_pages(server) -> dict[str, str]:
    """By the path of a page, the id of the kernel that it has."""
    request = urllib.request.Request(f"{server.url}api/sessions", headers={"Authorization": f"token {server.token}"})
    with urllib.request.urlopen(request) as answer:
        return {one["path"]: one["kernel"]["id"] for one in json.load(answer)}


def kernel_process(server, name: str) -> psutil.Process:
    """The process of the kernel that runs one page: an interview's or observation's id, or a path."""
    kernels = kernels_of_pages(server)
    kernel_id = kernels[name if name in kernels else notebook_of(name)]
    return next(one for one in kernel_processes(server) if kernel_id in " ".join(one.cmdline()))


def spare_kernels(server) -> list[psutil.Process]:
    """The processes that wait for a page."""
    taken = kernels_of_pages(server).values()
    return [one for one in kernel_processes(server) if not any(kernel in " ".join(one.cmdline()) for kernel in taken)]


def until(condition: Callable[[], bool], page, seconds: float = 15) -> bool:
    """Let the page go on until the condition holds; False if it never does."""
    for _ in range(int(seconds * 20)):
        if condition():
            return True
        page.wait_for_timeout(50)
    return condition()
