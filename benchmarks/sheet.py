"""How long a full interview sheet takes to show, and what it sends, against the same content from stock ipywidgets.

All run in one JupyterLab and one Chromium, one after the other, each in a warm kernel (the second and later runs
of its page): time from the sending of the cell to the last field on screen. Counted are websocket frames and bytes,
both ways and with all that Jupyter adds to a message, from the cell on until a second after the last field is there;
and what the browser fetches over HTTP in that time: by a browser that has been here before (`http_bytes`), and by one
that opens such a page for the first time (`first_http_bytes`), of which `script_bytes` are the sheet's own script and
the rest the libraries of Jupyter's widgets, which both need. The guide is the advocate's, its questions that bear on
an indicator repeated until there are as many as are asked for.

    python benchmarks/sheet.py [--questions 60] [--long 400] [--repeats 5] [--json]

`--long` is a guide of so many questions, without stock widgets beside it; 0 leaves it out. What writing takes is in
`writing.py`, starting in `start.py`, a whole day in `day.py`.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import tempfile
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from jupyter_client import BlockingKernelClient
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import Browser, TimeoutError, WebSocket, sync_playwright

from qpm_widgets.capture.recording import record_edit
from qpm_widgets.capture.server import server_process
from qpm_widgets.journal import Edit, Kit
from qpm_widgets.journal.keys import KeyCost
from qpm_widgets.running_server import RunningServer
from qpm_widgets.templates import Templates, load_templates
from qpm_widgets.visits import create_assessment, plan_visit

FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
NOTEBOOKS = Path("bench/V1")

# `templates`, in which the advocate's guide has so many questions; read once in a kernel, as pages do.
GUIDE_CODE = """
import dataclasses, itertools
from qpm_widgets.templates import load_templates

def lengthened(guide, count):
    sections, left = [], count
    for turn in itertools.count():
        for section in guide.sections:
            if not left:
                return guide.model_copy(update={{"sections": tuple(sections)}})
            taken = [one for one in section.questions if one.indicators and not one.nations][:left]
            named = [one.model_copy(update={{"id": f"{{one.id}}-{{turn}}" if turn else one.id}}) for one in taken]
            sections.append(section.model_copy(update={{"questions": tuple(named)}}))
            left -= len(named)

def load_lengthened():
    templates = load_templates()
    guides = {{**templates.guides, "advocate": lengthened(templates.guides["advocate"], {questions})}}
    return dataclasses.replace(templates, guides=guides)

if "templates" not in globals():
    templates = load_lengthened()
"""

SHEET_CODE = """
from qpm_widgets.capture import InterviewSheet

sheet = InterviewSheet("bench", "A1")
sheet.templates = templates
sheet
"""

# The same questions, prompts, choices and fields, one stock widget each.
STOCK_CODE = """
import ipywidgets as w

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
  performance.setResourceTimingBufferSize(5000);
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

SEEN = """
() => {
  const fetched = performance.getEntriesByType("resource").filter(({ startTime }) => startTime >= bench.sent);
  const sum = (those) => those.reduce((all, { transferSize }) => all + transferSize, 0);
  return {
    seconds: (bench.shown - bench.sent) / 1000,
    http_bytes: sum(fetched),
    script_bytes: sum(fetched.filter(({ name }) => name.includes("/static/pages/"))),
    questions: document.querySelectorAll(".qpm-question").length,
  };
}
"""

LABELS = {
    "seconds": "seconds from run to last field",
    "first_seconds": "the same, first run of a kernel",
    "frames": "websocket frames",
    "bytes": "websocket bytes",
    "http_bytes": "HTTP bytes",
    "first_http_bytes": "HTTP bytes, first opening in a browser",
    "script_bytes": "of these the sheet's own script",
    "never_shown": "further runs in which it never showed",
}


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
def served_kit(folder: Path, pages: Mapping[str, str]) -> Iterator[RunningServer]:
    """A kit with one planned interview that every question of the guide suits, and a page of each piece of code."""
    kit = Kit.create(folder / "kit", "a passphrase for a benchmark", assessor="AS1", cost=KeyCost(1, 64, 1))
    plan_profile(kit, load_templates())
    (kit.notebooks / NOTEBOOKS).mkdir(parents=True)
    for name, code in pages.items():
        page = new_notebook(cells=[new_code_cell(code)], metadata={"qpm": {"autorun": True}})
        page.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
        (kit.notebooks / page_of(name)).write_text(nbformat.writes(page), encoding="utf-8")
    with server_process(kit) as server:
        yield server
    kit.close()


@contextmanager
def opened_browser() -> Iterator[Browser]:
    """The machine's Chromium."""
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


def page_of(name: str) -> Path:
    """A page's notebook, below the kit's."""
    return NOTEBOOKS / f"{name}.ipynb"


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
        client.execute("import ipywidgets; ipywidgets.Widget.close_all()", silent=True, reply=True, timeout=120)
        client.stop_channels()


def time_showing(browser: Browser, server: RunningServer, name: str, repeats: int) -> dict[str, float]:
    """Medians over the runs of one page in a window of its own; its first run, which also imports, told apart."""
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    page = context.new_page()
    page.add_init_script(WATCH)
    traffic, path, runs, never = Traffic(), page_of(name), [], 0
    page.on("websocket", traffic.listen)
    while len(runs) <= repeats:
        page.goto("about:blank")
        close_widgets(server, path)
        page.goto(server.address(path.as_posix()))
        try:
            page.wait_for_function("() => window.bench?.shown", timeout=60_000)
        except TimeoutError:
            never += 1  # messages of a burst that is too large are dropped on the way, by ZeroMQ or Jupyter
            if never > repeats:
                raise
            continue
        page.wait_for_timeout(1000)
        seen = page.evaluate(SEEN)
        runs.append({**seen, "frames": traffic.frames, "bytes": traffic.bytes})
    context.close()
    first, *later = runs
    return {
        **{f"first_{key}": first[key] for key in ("seconds", "http_bytes")},
        "script_bytes": first["script_bytes"],
        "never_shown": never,
        "questions": first["questions"],
        **{key: statistics.median(one[key] for one in later) for key in ("seconds", "frames", "bytes", "http_bytes")},
    }


def measure(questions: int, long: int, repeats: int) -> dict[str, dict[str, float]]:
    """All figures of one run, by page."""
    code = {"sheet": SHEET_CODE, "stock": STOCK_CODE}
    pages = {name: GUIDE_CODE.format(questions=questions) + code[name] for name in code}
    if long:
        pages["long"] = GUIDE_CODE.format(questions=long) + SHEET_CODE
    with (
        tempfile.TemporaryDirectory() as folder,
        served_kit(Path(folder), pages) as server,
        opened_browser() as browser,
    ):
        return {name: time_showing(browser, server, name, repeats) for name in pages}


def main() -> None:
    """Print a table, or with ``--json`` one object."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--questions", type=int, default=60)
    parser.add_argument("--long", type=int, default=400)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    figures = measure(options.questions, options.long, options.repeats)
    ratio = figures["stock"]["seconds"] / figures["sheet"]["seconds"]
    if options.json:
        print(json.dumps({**figures, "times_faster_than_stock": round(ratio, 2)}))
        return
    titles = {"sheet": f"sheet, {options.questions}", "stock": "the same, stock", "long": f"sheet, {options.long}"}
    print(f"questions and widgets; median of {options.repeats} runs in a warm kernel\n")
    print(f"{'':46}" + "".join(f"{titles[name]:>18}" for name in figures))
    for key, label in LABELS.items():
        print(f"{label:46}" + "".join(f"{one[key]:>18,.{3 if 'seconds' in key else 0}f}" for one in figures.values()))
    print(f"\nthe sheet is {ratio:.1f} times faster than stock ipywidgets (goal: 8)")
    print("goals for the sheet at each opening: under 30 frames and 100,000 bytes by websocket")


if __name__ == "__main__":
    main()
