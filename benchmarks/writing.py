"""What writing takes: from a key to the journal's receipt, and from a key to the letter on screen.

**Saving**, against an echo: a second widget in the same kernel sends back what it is sent and does nothing else. One
run alternates echo and save, and each comes after as long a rest: a machine that has rested that long is slower for a
moment. Words that are typed wait first for a pause in typing, 400 ms, which is no part of the
figures: `receipt` goes from the message with the words to the journal's receipt as the page gets it (checked,
committed, synced), `key_saved` from the key to "Saved" on the screen. A choice in a list waits for nothing:
`choice_saved`, from the choice to "Saved".

**Typing**, in a field that has 5,000 words already, in one that is empty, and in a guide of 400 questions: from the key
to the next frame, at eight keys a second.

**Being told**: from the moment in which the server hangs or the kernel is gone to the page's saying so, while nobody
types.

    python benchmarks/writing.py [--repeats 40] [--words 5000] [--long 400] [--json]
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import psutil
from playwright.sync_api import Locator, Page
from sheet import GUIDE_CODE, SHEET_CODE, opened_browser, page_of, served_kit

from qpm_widgets.running_server import RunningServer

PAUSE = 400  # ms, as connection.js has it
GOAL = 1.5  # times the echo
BETWEEN_KEYS = 125  # ms

ECHO_CODE = """
import anywidget
from IPython.display import display

class Echo(anywidget.AnyWidget):
    _esm = '''
    export default { render({ model }) {
      window.benchEcho = (size) => new Promise((resolve) => {
        const heard = () => { model.off("msg:custom", heard); setTimeout(() => resolve(bench.times.at(-1))); };
        model.on("msg:custom", heard);
        model.send({ echo_id: crypto.randomUUID(), words: "x".repeat(size) });
      });
    } };
    '''

echo = Echo()
echo.on_msg(lambda _widget, content, _buffers: echo.send(content))
display(echo)
"""

# Stamps each entry's message and its receipt, and each echo, as they go by websocket: what a page does with an answer
# is in neither time.
WATCH = """
(() => {
  const bench = (window.bench = { times: [] });
  const sent = new Map();
  const text = (data) => typeof data === "string" ? data : new TextDecoder().decode(data);
  const idOf = (said) => /"(?:entry|echo)_id": ?"([0-9a-f-]{36})"/.exec(said)?.[1];
  const send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (data) {
    sent.set(idOf(text(data)), performance.now());
    if (!this.watched) {
      this.watched = true;
      this.addEventListener("message", ({ data: heard, timeStamp }) => {
        const began = sent.get(idOf(text(heard)) ?? "nothing");
        if (began) bench.times.push(timeStamp - began);
      });
    }
    return send.call(this, data);
  };
})();
"""

SAVED = """
(event) => { window.benchSaved = new Promise((resolve) => {
  const box = document.querySelector(".qpm-save");
  let began = null;
  document.addEventListener(event, ({ timeStamp }) => { began = timeStamp; }, { once: true, capture: true });
  new MutationObserver((_, observer) => {
    if (began === null || box.dataset.state !== "saved") return;
    observer.disconnect();
    resolve(performance.now() - began);
  }).observe(box, { attributes: true });
}); }
"""

KEYS = """
() => {
  window.benchKeys = [];
  addEventListener("keydown", ({ timeStamp }) =>
    requestAnimationFrame(() => benchKeys.push(performance.now() - timeStamp)), { capture: true });
}
"""


def opened(page: Page, address: str) -> None:
    """Open a page and wait until it stands and everything of it is saved."""
    page.add_init_script(WATCH)
    page.goto(address)
    page.locator(".qpm-save[data-state=saved]").wait_for(timeout=120_000)
    page.locator(".qpm-cover").wait_for(state="hidden")
    page.wait_for_timeout(1500)


def note_of(page: Page, number: int) -> Locator:
    """The box for notes of the question with this number, from 0."""
    return page.locator('.qpm-question textarea[id$="-note"]').nth(number)


def time_saving(page: Page, repeats: int) -> dict[str, float]:
    """Medians in milliseconds, echo and save in turn; the first of each is not counted."""
    note, reasons = note_of(page, 0), page.locator(".qpm-question .qpm-missing select").nth(1)
    times: dict[str, list[float]] = {"echo": [], "receipt": [], "choice_saved": [], "key_saved": []}
    for number in range(repeats + 1):
        page.wait_for_timeout(PAUSE)
        times["echo"].append(page.evaluate("benchEcho(300)"))
        page.evaluate(SAVED, "change")
        reasons.select_option("not_asked" if number % 2 else "declined")
        times["choice_saved"].append(page.evaluate("benchSaved"))
        page.evaluate("bench.times.length = 0")
        page.evaluate(SAVED, "input")
        note.press("a")
        times["key_saved"].append(page.evaluate("benchSaved") - PAUSE)
        times["receipt"].append(page.evaluate("bench.times[0]"))
    return {name: statistics.median(each[1:]) for name, each in times.items()}


def time_typing(page: Page, box: Locator, keys: int) -> list[float]:
    """Milliseconds from each key to the next frame."""
    box.focus()
    box.press("Control+End")
    page.evaluate(KEYS)
    page.keyboard.type(("one more word and then another " * keys)[:keys], delay=BETWEEN_KEYS)
    page.wait_for_timeout(200)
    times: list[float] = page.evaluate("benchKeys")
    page.locator(".qpm-save[data-state=saved]").wait_for()
    return times


def kernels_of(server: RunningServer) -> list[psutil.Process]:
    """Every process that runs a page's code."""
    children = psutil.Process(server.pid).children(recursive=True)
    return [one for one in children if any("ipykernel" in part for part in one.cmdline())]


def time_telling(page: Page, server: RunningServer) -> dict[str, float]:
    """Milliseconds until the page, in which nobody types, tells of a server that hangs and of a kernel that is gone."""
    hanging = psutil.Process(server.pid)
    bad, saved = (page.locator(f".qpm-save[data-state={state}]") for state in ("bad", "saved"))
    times = {}
    hanging.suspend()
    began = time.monotonic()
    bad.wait_for(timeout=30_000)
    times["hanging"] = 1000 * (time.monotonic() - began)
    hanging.resume()
    saved.wait_for(timeout=60_000)
    page.wait_for_timeout(3000)
    for one in kernels_of(server):
        one.kill()
    began = time.monotonic()
    bad.wait_for(timeout=30_000)
    times["gone"] = 1000 * (time.monotonic() - began)
    return times


def spread(times: Sequence[float]) -> dict[str, float]:
    """The middle and the slow end of some times."""
    ordered = sorted(times)
    return {"p50": statistics.median(ordered), "p95": ordered[int(0.95 * (len(ordered) - 1))], "most": ordered[-1]}


def measure(repeats: int, words: int, long: int) -> dict[str, dict[str, float]]:
    """All figures of one run."""
    pages = {
        "sheet": ECHO_CODE + GUIDE_CODE.format(questions=60) + SHEET_CODE,
        "long": GUIDE_CODE.format(questions=long) + SHEET_CODE,
    }
    figures: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as at, served_kit(Path(at), pages) as server, opened_browser() as browser:
        page = browser.new_page(viewport={"width": 1366, "height": 768})
        opened(page, server.address(page_of("sheet").as_posix()))
        figures["saving_ms"] = time_saving(page, repeats)
        figures["empty_field_ms"] = spread(time_typing(page, note_of(page, 2), 2 * repeats))
        full = note_of(page, 3)
        full.fill("word " * words)
        page.locator(".qpm-save[data-state=saved]").wait_for()
        figures["full_field_ms"] = spread(time_typing(page, full, 2 * repeats))
        page.close()
        page = browser.new_page(viewport={"width": 1366, "height": 768})
        opened(page, server.address(page_of("long").as_posix()))
        figures["long_guide_ms"] = spread(time_typing(page, note_of(page, long // 2), 2 * repeats))
        figures["told_ms"] = time_telling(page, server)
    return figures


def main() -> None:
    """Print a table, or with ``--json`` one object."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=40)
    parser.add_argument("--words", type=int, default=5000)
    parser.add_argument("--long", type=int, default=400)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    figures = measure(options.repeats, options.words, options.long)
    saving = figures["saving_ms"]
    ratio = saving["receipt"] / saving["echo"]
    if options.json:
        print(json.dumps({**figures, "receipt_to_echo": round(ratio, 3)}))
        return
    print(
        f"message to receipt {saving['receipt']:.1f} ms, bare echo {saving['echo']:.1f} ms: {ratio:.2f} (goal {GOAL})"
    )
    print(f"choice in a list to “Saved” on screen: {saving['choice_saved']:.1f} ms")
    print(f"key to “Saved”: {saving['key_saved']:.1f} ms after the pause in typing of {PAUSE} ms")
    print("\nkey to next frame, ms                     p50     p95    most")
    for name, title in (
        ("empty_field_ms", "an empty field"),
        ("full_field_ms", f"a field with {options.words:,} words"),
        ("long_guide_ms", f"a guide of {options.long} questions"),
    ):
        print(f"{title:36}" + "".join(f"{value:>8.1f}" for value in figures[name].values()))
    told = figures["told_ms"]
    print(f"\nthe page tells of a server that hangs after {told['hanging']:.0f} ms")
    print(f"and of a kernel that is gone after {told['gone']:.0f} ms")


if __name__ == "__main__":
    main()
