"""Random kills while people write: is every acknowledged entry in the journal, and every word that was typed?

Real Chromium, real kernels, one real server. Several interviews are written at once, each in a window of its own; at a
random moment of the writing the kernel of the page or the whole server is killed (SIGKILL), or the page is loaded anew,
which is counted apart. Half of the kernels are killed as soon as the journal's log is seen to grow, that is in a commit
or just after it; with ``--again`` a share of them is killed once more while it is coming back. At the end the receipts
that the pages were given are looked for in the journal, and the text of every field is compared.

    python benchmarks/crash.py [--kills 2000] [--seed 1] [--again 0.5] [--json]
"""

from __future__ import annotations

import argparse
import json
import random
import re
import shutil
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from playwright.sync_api import Browser, Locator, Page, sync_playwright
from playwright.sync_api import TimeoutError as PlaywrightTimeout
from sheet import FLAGS, plan_profile

from qpm_widgets.capture.recording import record_edit
from qpm_widgets.capture.server import server_process
from qpm_widgets.journal import Edit, Kit
from qpm_widgets.journal.keys import KeyCost
from qpm_widgets.running_server import RunningServer
from qpm_widgets.templates import load_templates
from qpm_widgets.visits.working_notebooks import prepare_notebook, working_notebook_path

INTERVIEWS = ("A1", "A2", "A3")
TELL_EVERY = 100  # kills: then the counts so far go to the standard error
PATIENCE = 90_000  # ms until everything must be saved again

# Types `words` into the note of a question, key by key at the speed of quick hands; gives what stands there then.
TYPE = """
async ([scope, question, words]) => {
  const box = () => document.querySelector(`[data-scope="${scope}"] [data-field="answer:${question}.note"] textarea`);
  for (const key of words) {
    const found = box();
    found.value += key;
    found.dispatchEvent(new InputEvent("input", { bubbles: true }));
    await new Promise((resolve) => setTimeout(resolve, 4 + Math.random() * 16));
  }
  return box().value;
}
"""


@dataclass
class Writer:
    """One interview in a window of its own, and what its page was promised."""

    page: Page
    interview: str
    receipts: set[str] = field(default_factory=set)
    reloaded: int = 0  # how often the page did not come back by itself, and was loaded anew as it asks for
    typed: dict[str, str] = field(default_factory=dict)  # question -> what must stand in its note

    @property
    def scope(self) -> str:
        """The sheet's scope, as in ``data-scope``."""
        return f"bench/interview:{self.interview}"

    def listen(self) -> None:
        """Keep the id of every entry that the page gets a receipt for."""
        self.page.on("websocket", lambda socket: socket.on("framereceived", self._read))

    def _read(self, frame: str | bytes) -> None:
        text = frame.decode("utf-8", "replace") if isinstance(frame, bytes) else frame
        if '"receipt"' in text:
            self.receipts |= set(re.findall(r'"entry_id":\s*"([0-9a-f-]{36})"', text))

    def open(self, server: RunningServer) -> None:
        """Show the interview's page."""
        self.page.goto(server.address(notebook_of(self.interview)))
        self.sheet.wait_for(timeout=PATIENCE)

    def begin_typing(self, question: str, words: str) -> None:
        """Start typing; the page goes on by itself."""
        self.typed[question] = self.typed.get(question, "") + words
        self.page.evaluate(f"(what) => {{ window.typing = ({TYPE})(what); }}", [self.scope, question, words])

    def await_typed(self) -> None:
        """Until the last key of ``begin_typing``."""
        self.page.evaluate("() => window.typing")

    def await_saved(self) -> None:
        """Until the page says that everything is saved; one that never does is reloaded, as it tells a person to do."""
        saved = self.sheet.locator('.qpm-save[data-state="saved"]')
        try:
            saved.wait_for(timeout=PATIENCE)
        except PlaywrightTimeout:
            self.reloaded += 1
            self.page.reload()
            saved.wait_for(timeout=PATIENCE)

    @property
    def sheet(self) -> Locator:
        """The interview's sheet in the window."""
        return self.page.locator(f'.qpm-interview[data-scope="{self.scope}"]')


def notebook_of(interview: str) -> str:
    """The page's path in the kit's notebooks."""
    return working_notebook_path("bench", "V1", interview).as_posix()


def prepare_kit(home: Path) -> tuple[Kit, list[str]]:
    """A kit with the interviews, whose respondents have agreed to notes; and the questions to write under."""
    templates = load_templates()
    kit = Kit.create(home, "a passphrase for a benchmark", assessor="AS1", cost=KeyCost(1, 64, 1))
    plan_profile(kit, templates)  # with A1
    plan = kit.journal.current_entry("bench", "interview:A1", "plan")
    assert plan is not None and plan.payload is not None
    for interview in INTERVIEWS:
        subject = f"interview:{interview}"
        if interview != "A1":
            record_edit(kit.journal, templates, Edit("bench", subject, "plan", dict(plan.payload)))
            for scope in ("talk", "notes"):
                given = {"decision": "given", "how": "spoken"}
                record_edit(kit.journal, templates, Edit("bench", subject, f"consent:{scope}.AD1", given))
        target = working_notebook_path("bench", "V1", interview)
        parameters = {"assessment_id": "bench", "interview_id": interview}
        prepare_notebook(kit, "interview", target, parameters)
    return kit, ["A-CP-1", "A-CP-2", "A-IN-1", "A-IN-2", "A-SG-1"]


def kernel_processes(server: RunningServer, interview: str) -> list[psutil.Process]:
    """What runs one page; empty while it is only just being started again."""
    request = urllib.request.Request(f"{server.url}api/sessions", headers={"Authorization": f"token {server.token}"})
    with urllib.request.urlopen(request) as answer:
        sessions = json.load(answer)
    kernels = [one["kernel"]["id"] for one in sessions if one["path"] == notebook_of(interview)]
    found = []
    for child in psutil.Process(server.pid).children(recursive=True):
        with suppress(psutil.Error):
            if any(kernel in part for kernel in kernels for part in child.cmdline()):
                found.append(child)
    return found


def kill(processes: list[psutil.Process]) -> bool:
    """SIGKILL; whether there was anything left to kill."""
    killed = False
    for one in processes:
        with suppress(psutil.NoSuchProcess):
            one.kill()
            killed = True
    return killed


def await_commit(log: Path, seconds: float = 1.0) -> bool:
    """Until somebody writes to the journal's log; False if nobody does."""
    before, deadline = log.stat().st_mtime_ns, time.monotonic() + seconds
    while log.stat().st_mtime_ns == before:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.0001)
    return True


class Drill:
    """The kills of one run, ``wanted`` and no more: to a kernel, or to the server with all of its kernels."""

    servers = 0.04  # the share of rounds in which the server is killed

    def __init__(self, kit: Kit, browser: Browser, stack: ExitStack, seed: int, again: float, wanted: int) -> None:
        self.kit, self.stack, self.dice, self.again, self.wanted = kit, stack, random.Random(seed), again, wanted
        self.killed: Counter[str] = Counter()
        self.reloads = 0
        self.server = stack.enter_context(server_process(kit))
        self.writers = []
        for interview in INTERVIEWS:
            context = browser.new_context(viewport={"width": 1366, "height": 768})
            stack.callback(context.close)
            page = context.new_page()
            page.on("dialog", lambda dialog: dialog.accept())  # "leave with unsaved words?"
            writer = Writer(page, interview)
            writer.listen()
            writer.open(self.server)
            self.writers.append(writer)

    @property
    def kills(self) -> int:
        """How often something was killed so far."""
        return sum(self.killed.values())

    def round(self, questions: list[str], number: int) -> None:
        """Everybody writes, something is taken away from each, and all is saved in the end."""
        bereft = []
        for writer in self.writers:
            writer.begin_typing(self.dice.choice(questions), f"{number} she said so. ")
            if self.dice.random() < 0.9 and self.kills < self.wanted:
                self.kill_kernel(writer)
                bereft.append(writer)
            else:
                self.reload(writer)
        for writer in bereft:
            if self.dice.random() < self.again and self.kills < self.wanted:
                self.kill_again(writer)
        if self.dice.random() < self.servers and self.kills < self.wanted:
            self.kill_server()
        for writer in self.writers:
            writer.await_saved()

    def kill_kernel(self, writer: Writer) -> None:
        """SIGKILL to a kernel in the middle of typing: in a commit, or at any moment."""
        processes = kernel_processes(self.server, writer.interview)
        if self.dice.random() < 0.5:
            kind = "commit" if await_commit(self.kit.home / "journal.qpm-wal") else "kernel"
        else:
            kind = "kernel"
            time.sleep(self.dice.random() * 0.5)
        self.killed[kind] += kill(processes)
        writer.await_typed()

    def kill_again(self, writer: Writer) -> None:
        """SIGKILL to a kernel that is coming back."""
        deadline = time.monotonic() + 3
        while not (processes := kernel_processes(self.server, writer.interview)) and time.monotonic() < deadline:
            time.sleep(0.05)
        time.sleep(self.dice.random())
        self.killed["starting"] += kill(processes)

    def reload(self, writer: Writer) -> None:
        """The page, once a word is typed."""
        writer.await_typed()
        time.sleep(self.dice.random() * 0.5)
        writer.page.reload()
        writer.sheet.wait_for(timeout=PATIENCE)
        self.reloads += 1

    def kill_server(self) -> None:
        """SIGKILL to the server; its kernels end with it. Then it is started again, at the same address."""
        process = psutil.Process(self.server.pid)
        family = [process, *process.children(recursive=True)]
        for one in family:
            one.kill()
        psutil.wait_procs(family, timeout=10)
        self.server = self.stack.enter_context(server_process(self.kit))
        self.killed["server"] += 1

    def count(self) -> dict[str, int]:
        """What was acknowledged, and what of it and of the typed words is missing."""
        missing = lost = twice = acknowledged = 0
        for writer in self.writers:
            entries = list(self.kit.journal.iter_entries("bench", subject=f"interview:{writer.interview}"))
            acknowledged += len(writer.receipts)
            missing += len(writer.receipts - {entry.entry_id for entry in entries})
            current = self.kit.journal.current("bench", subject=f"interview:{writer.interview}", field_prefix="answer:")
            texts = {entry.field: (entry.payload or {}).get("text") for entry in current}
            lost += sum(texts.get(f"answer:{question}.note") != text for question, text in writer.typed.items())
            written = Counter((entry.field, str((entry.payload or {}).get("text"))) for entry in entries)
            twice += sum(times - 1 for (name, _), times in written.items() if name.endswith(".note"))
        return {
            "kills": self.kills,
            **{f"{name}_kills": times for name, times in sorted(self.killed.items())},
            "page_reloads": self.reloads,
            "pages_reloaded_by_hand": sum(writer.reloaded for writer in self.writers),
            "acknowledged": acknowledged,
            "acknowledged_and_missing": missing,
            "fields_with_lost_words": lost,
            "written_twice": twice,
            "faults_of_the_journal": len(self.kit.journal.verify().faults),
        }


def run(kills: int, seed: int, again: float) -> dict[str, float]:
    """A whole run of so many kills."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    began, told = time.monotonic(), 0
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        kit, questions = prepare_kit(Path(folder) / "kit")
        stack.callback(kit.close)
        playwright = stack.enter_context(sync_playwright())
        drill = Drill(
            kit, playwright.chromium.launch(executable_path=found, args=list(FLAGS)), stack, seed, again, kills
        )
        number = 0
        while drill.kills < kills:
            number += 1
            drill.round(questions, number)
            if drill.kills >= told + TELL_EVERY:
                told = drill.kills
                # A run that has to be broken off has shown something all the same.
                print(json.dumps({**drill.count(), "seconds": round(time.monotonic() - began, 1)}), file=sys.stderr)
        return {**drill.count(), "seconds": round(time.monotonic() - began, 1)}


def main() -> None:
    """Print the counts, or with ``--json`` one object; exit status 1 if anything is missing."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--again", type=float, default=0.5)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    counts = run(options.kills, options.seed, options.again)
    if options.json:
        print(json.dumps(counts))
    else:
        for name, value in counts.items():
            print(f"{name.replace('_', ' '):28}{value:>10,}")
    bad = ("acknowledged_and_missing", "fields_with_lost_words", "written_twice", "faults_of_the_journal")
    if any(counts[name] for name in bad):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
