"""How long a full interview sheet takes to show and to save, against the same content built from stock ipywidgets.

Both run in one JupyterLab and one Chromium, one after the other, each in a warm kernel (the second and later runs
of its page): time from the sending of the cell to the last field on screen, websocket frames and bytes in that
time and the second after it. Saving is timed on the sheet alone, since stock widgets save nothing.

    python benchmarks/sheet.py [--repeats 5] [--json]
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from jupyter_client import BlockingKernelClient
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import Page, WebSocket, sync_playwright

from qpm_widgets.capture.recording import record_edit
from qpm_widgets.capture.server import server_process
from qpm_widgets.journal import Edit, Kit
from qpm_widgets.journal.keys import KeyCost
from qpm_widgets.running_server import RunningServer
from qpm_widgets.templates import Templates, load_templates
from qpm_widgets.templates.records import InterviewGuide
from qpm_widgets.visits import create_assessment, plan_visit
from qpm_widgets.visits.working_notebooks import prepare_notebook

FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
SHEET = Path("bench/V1/A1.ipynb")
STOCK = Path("bench/V1/stock.ipynb")

# The same questions, prompts, choices and fields, one stock widget each.
STOCK_CODE = """
import ipywidgets as w
from qpm_widgets.templates import load_templates

templates = load_templates()
scheme, standards = templates.scheme, templates.standards
pick = lambda choices: [(one.label, one.id) for one in choices]
rows = []
for section in templates.guides["advocate"].sections:
    rows.append(w.HTML(f"<h2>{section.title.en}</h2>"))
    for question in section.questions:
        prompts = "".join(f"<li>{prompt.en}</li>" for prompt in question.prompts)
        parts = [
            w.HTML(f"<h3>{question.ask.plain.en}</h3>"), w.HTML(f"<ul>{prompts}</ul>"), w.Textarea(description="Notes"),
            w.Textarea(description="Quote"), w.Dropdown(options=pick(scheme.quote_grades), description="How exact"),
            w.Dropdown(options=[("", ""), *pick(scheme.missing_reasons)], description="No answer"),
        ]
        for indicator in question.indicators:
            parts.append(w.HTML(f"<p><b>{indicator}</b> {templates.indicator(indicator).text}</p>"))
            parts.append(w.RadioButtons(options=pick(standards.bearings), value=None))
            parts.append(w.RadioButtons(options=pick(standards.strengths), value=None))
        rows.append(w.VBox(parts))
last = w.Textarea(description="Last")
last.add_class("bench-last")
w.VBox([*rows, last])  # bench
"""

# Runs in the page before anything else: stamps the sending of the cell and the first frame that shows the last field.
WATCH = """
(() => {
  const bench = (window.bench = { sent: null, shown: null });
  const send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (data) {
    const text = typeof data === "string" ? data : new TextDecoder().decode(data);
    if (text.includes('"execute_request"') && /InterviewSheet\\(|# bench/.test(text)) bench.sent = performance.now();
    return send.call(this, data);
  };
  const look = () => {
    const fields = document.querySelectorAll(".qpm-interview .qpm-question textarea, .bench-last textarea");
    const last = fields[fields.length - 1];
    if (bench.sent && last?.getClientRects().length) bench.shown = performance.now();
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})();
"""

SAVED = """
(event) => new Promise((resolve) => {
  const box = document.querySelector(".qpm-save");
  let began = null;
  document.addEventListener(event, () => { began = performance.now(); }, { once: true, capture: true });
  new MutationObserver((_, observer) => {
    if (began && box.dataset.state === "saved") {
      observer.disconnect();
      resolve(performance.now() - began);
    }
  }).observe(box, { attributes: true });
})
"""


@dataclass
class Traffic:
    """Websocket frames, both ways, since the cell was sent."""

    frames: int = 0
    bytes: int = 0

    def listen(self, socket: WebSocket) -> None:
        """Count the frames of one socket."""
        socket.on("framesent", self._count)
        socket.on("framereceived", self._count)

    def _count(self, frame: str | bytes) -> None:
        content = frame.encode() if isinstance(frame, str) else frame
        if b'"execute_request"' in content and (b"InterviewSheet(" in content or b"# bench" in content):
            self.frames = self.bytes = 0
        self.frames += 1
        self.bytes += len(content)


@contextmanager
def served_kit(folder: Path, templates: Templates) -> Iterator[RunningServer]:
    """A kit with one planned interview that every question of the guide suits, and the stock notebook beside it."""
    kit = Kit.create(folder / "kit", "a passphrase for a benchmark", assessor="AS1", cost=KeyCost(1, 64, 1))
    plan_profile(kit, templates)
    prepare_notebook(kit, "interview", SHEET, {"assessment_id": "bench", "interview_id": "A1"}, "Interview A1")
    stock = new_notebook(cells=[new_code_cell(STOCK_CODE)], metadata={"qpm": {"autorun": True, "title": "Stock"}})
    stock.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    (kit.notebooks / STOCK).write_text(nbformat.writes(stock), encoding="utf-8")
    with server_process(kit) as server:
        yield server
    kit.close()


def plan_profile(kit: Kit, templates: Templates) -> None:
    """An assessment with one visit and one interview, whose respondent has agreed to notes."""
    profile: dict[str, Any] = {key: [] for key in ("areas", "managers", "teams", "advocates", "advocacy_roles")}
    profile |= {"provider": "Bench", "edition": "qpm_4", "band": 1, "jurisdictions": ["england"]}
    create_assessment(kit.journal, "bench", {**profile, "assessors": [{"id": "AS1", "name": "Lead"}]})
    visit = {
        "title": "Visit",
        "starts": "2026-10-13",
        "ends": "2026-10-13",
        "sites": [],
        "assessors": ["AS1"],
        "lead": "AS1",
    }
    plan_visit(kit.journal, "bench", "V1", visit)
    plan = {
        "visit": "V1", "guide": "advocate", "role": "advocate", "respondents": ["AD1"], "nation": "england",
        "planned_at": "2026-10-13T10:00:00+01:00", "minutes": 60, "assessor": "AS1",
    }  # fmt: skip
    record_edit(kit.journal, templates, Edit("bench", "interview:A1", "plan", plan))
    for scope in ("talk", "notes"):
        given = {"decision": "given", "how": "spoken"}
        record_edit(kit.journal, templates, Edit("bench", "interview:A1", f"consent:{scope}.AD1", given))


def close_widgets(server: RunningServer, path: Path) -> None:
    """Close every widget of a page's kernel, as nobody would do by hand.

    JupyterLab asks for all of them at each opening: those of five runs of the stock page would take minutes.
    """
    request = urllib.request.Request(f"{server.url}api/sessions", headers={"Authorization": f"token {server.token}"})
    with urllib.request.urlopen(request) as answer:
        sessions = json.load(answer)
    for kernel in (one["kernel"]["id"] for one in sessions if one["path"] == path.as_posix()):
        client = BlockingKernelClient(connection_file=str(server.runtime / "k" / f"kernel-{kernel}.json"))
        client.load_connection_file()
        client.start_channels()
        client.wait_for_ready(timeout=30)
        client.execute_interactive("import ipywidgets; ipywidgets.Widget.close_all()", silent=True, timeout=60)
        client.stop_channels()


def time_showing(page: Page, server: RunningServer, path: Path, repeats: int) -> dict[str, float]:
    """Medians over the runs of one page, its first run (which imports) told apart."""
    traffic, seconds, frames, size = Traffic(), [], [], []
    page.on("websocket", traffic.listen)
    for run in range(repeats + 1):
        page.goto("about:blank")
        close_widgets(server, path)
        page.goto(server.address(path.as_posix()))
        page.wait_for_function("() => window.bench?.shown", timeout=120_000)
        page.wait_for_timeout(1000)
        seconds.append(page.evaluate("() => (bench.shown - bench.sent) / 1000"))
        if run:
            frames.append(traffic.frames)
            size.append(traffic.bytes)
    return {
        "first_seconds": seconds[0],
        "seconds": statistics.median(seconds[1:]),
        "frames": statistics.median(frames),
        "bytes": statistics.median(size),
    }


def time_saving(page: Page, repeats: int) -> dict[str, float]:
    """Milliseconds from a key (the pause in typing included) and from a choice to "Saved" on the page, medians."""
    page.locator(".qpm-save[data-state=saved]").wait_for()
    keys, choices = [], []
    notes = page.locator('textarea[id$="A-CP-1-note"]')
    reasons = page.locator('[data-field="answer:A-CP-2.missing"] select')
    for number in range(4 * repeats):
        waiting = page.evaluate_handle(f"() => {{ window.saved = ({SAVED})('input'); }}")
        notes.press("a")
        keys.append(page.evaluate("() => window.saved"))
        waiting.dispose()
        page.evaluate(f"() => {{ window.saved = ({SAVED})('change'); }}")
        reasons.select_option("not_asked" if number % 2 else "declined")
        choices.append(page.evaluate("() => window.saved"))
    return {"keystroke_to_saved_ms": statistics.median(keys), "choice_to_saved_ms": statistics.median(choices)}


def measure(repeats: int) -> dict[str, float]:
    """All figures of one run."""
    templates = load_templates()
    browser_path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    with (
        tempfile.TemporaryDirectory() as folder,
        served_kit(Path(folder), templates) as server,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=browser_path, args=list(FLAGS))
        figures: dict[str, dict[str, float]] = {}
        for name, path in (("stock", STOCK), ("sheet", SHEET)):
            page = browser.new_page(viewport={"width": 1366, "height": 768})
            page.add_init_script(WATCH)
            figures[name] = time_showing(page, server, path, repeats)
            if name == "sheet":
                figures["saving"] = time_saving(page, repeats)
            page.close()
        browser.close()
    guide = templates.guides["advocate"]
    assert isinstance(guide, InterviewGuide)
    sheet, stock = figures["sheet"], figures["stock"]
    return {
        "questions": sum(len(section.questions) for section in guide.sections),
        "ratio_to_stock_ipywidgets": sheet["seconds"] / stock["seconds"],
        **sheet,
        **{f"stock_{name}": value for name, value in stock.items()},
        **figures["saving"],
    }


def main() -> None:
    """Print a table, or with ``--json`` one object."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    figures = measure(options.repeats)
    if options.json:
        print(json.dumps({name: round(value, 4) for name, value in figures.items()}))
        return
    print(f"{figures['questions']} questions, median of {options.repeats} runs in a warm kernel\n")
    print(f"{'':34}{'sheet':>12}{'stock':>12}")
    for name, label in (
        ("seconds", "seconds from run to last field"),
        ("first_seconds", "the same, first run of a kernel"),
        ("frames", "websocket frames"),
        ("bytes", "websocket bytes"),
    ):
        print(f"{label:34}{figures[name]:>12,.2f}{figures[f'stock_{name}']:>12,.2f}")
    print(f"\nratio to stock ipywidgets: {figures['ratio_to_stock_ipywidgets']:.3f}")
    print(f"a key to “Saved”: {figures['keystroke_to_saved_ms']:.0f} ms, of which 400 ms wait for a pause in typing")
    print(f"a choice to “Saved”: {figures['choice_to_saved_ms']:.1f} ms")


if __name__ == "__main__":
    main()
