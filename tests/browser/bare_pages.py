"""A kit's pages in Chromium without JupyterLab around them: their own notebooks, sheets, scripts and styles.

JupyterLab costs a processor four seconds each time it is loaded, and two for the kernel of each page. What a page
itself does and looks like needs neither: here the cells of its working notebook are run in this process, and the sheet
that comes of them talks to its page by a websocket. What depends on kernels, on Jupyter's own keys or on how one page
gives way to another is tested in JupyterLab; with `--in-jupyterlab` everything is.
"""

from __future__ import annotations

import ast
import asyncio
import base64
import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any
from urllib.parse import unquote

import pytest
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application, RequestHandler, StaticFileHandler
from tornado.websocket import WebSocketHandler

from qpm_widgets import capture
from qpm_widgets.capture.jupyter_settings import FONTS
from qpm_widgets.capture.own_process import OUTPUTS_VARIABLE
from qpm_widgets.capture.sheet import Sheet
from qpm_widgets.journal import Kit
from qpm_widgets.running_server import page_path
from qpm_widgets.visits.working_notebooks import prepare_desk

LABEXTENSION = Path(capture.__file__).parent / "labextension" / "qpm-field-kit" / "static"

# As `pages.js` has it: a link opens a page in place, and the two pages before it stay as they were.
HOST = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>QPM Field Kit</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="/labextension/field.css">
<style>html, body, main { height: 100%; margin: 0; } .lm-mod-hidden { display: none; }</style></head>
<body class="qpm-field"><div class="qpm-cover" hidden></div><main id="main"></main>
<script type="module">
const [main, cover] = [document.querySelector("main"), document.querySelector(".qpm-cover")];
const panels = new Map(), KEPT_OPEN = 3;
const asBytes = (text) => Uint8Array.from(atob(text), (char) => char.charCodeAt(0));

async function draw(path, panel) {
  const { id, module } = await (await fetch("/sheets", { method: "POST", body: path })).json();
  const [{ default: page }, socket] = [await import(module), new WebSocket(`ws://${location.host}/sheets/${id}/channels`)];
  await new Promise((done) => { socket.onopen = done; });
  const heard = new Set();
  socket.onmessage = ({ data }) => {
    const { content, buffers } = JSON.parse(data);
    for (const listen of heard) listen(content, buffers.map(asBytes));
  };
  const model = {
    send: (content) => socket.send(JSON.stringify(content)),
    on: (_, listen) => heard.add(listen),
    off: (_, listen) => heard.delete(listen),
  };
  const el = panel.querySelector(".jp-OutputArea-output");
  const left = await page.render({ model, el });
  panel.leave = () => { left?.(); socket.close(); panel.remove(); };
}

async function open(path) {
  let panel = panels.get(path);
  if (!panel) {
    cover.hidden = false;
    panel = Object.assign(document.createElement("div"), {
      className: "jp-NotebookPanel qpm-page",
      innerHTML: '<div class="jp-Cell"><div class="jp-OutputArea"><div class="jp-OutputArea-output"></div></div></div>',
    });
    main.append(panel);
    await draw(path, panel);
  }
  panels.delete(path);
  panels.set(path, panel);
  for (const one of panels.values()) one.classList.toggle("lm-mod-hidden", one !== panel);
  history.replaceState({}, "", `/doc/tree/${path}`);
  const stands = () => panel.querySelector("h1")?.checkVisibility();
  for (let tries = 0; tries < 200 && !stands(); tries += 1) await new Promise((done) => setTimeout(done, 10));
  cover.hidden = true;
  const place = panel.place && panel.querySelector(`#${CSS.escape(panel.place)}`);
  (place || panel.querySelector("h1"))?.focus({ preventScroll: true });
  for (const [old, { leave }] of [...panels].slice(0, -KEPT_OPEN)) {
    panels.delete(old);
    leave();
  }
}

addEventListener("click", (event) => {
  const link = event.target.closest("a[data-qpm-open]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  open(link.dataset.qpmOpen);
});
addEventListener("focusin", ({ target }) => { (target.closest(".qpm-page") ?? {}).place = target.id; });
addEventListener("qpm-replaced", ({ detail }) => {
  for (const path of detail) {
    const panel = panels.get(path);
    if (panel?.classList.contains("lm-mod-hidden")) { panels.delete(path); panel.leave(); }
  }
});
await open(decodeURIComponent(location.pathname).slice("/doc/tree/".length));
</script></body></html>"""


class BarePages:
    """Hands out the pages of one kit; like a ``RunningServer`` it knows where it answers."""

    def __init__(self, kit: Kit) -> None:
        self.kit = kit
        self.sheets: dict[str, Sheet] = {}
        self.modules: dict[str, str] = {}
        self.url = ""

    def address(self, path: str) -> str:
        """The address of a page."""
        return f"{self.url.rstrip('/')}{page_path(path)}"

    def open_sheet(self, path: str) -> dict[str, str]:
        """Run the cells of a page's working notebook: what the last one gives is its sheet."""
        notebook = json.loads((self.kit.notebooks / path).read_bytes())
        names: dict[str, Any] = {}
        for cell in notebook["cells"]:
            *before, last = ast.parse("".join(cell["source"])).body
            shown = ast.Expression(last.value) if isinstance(last, ast.Expr) else None
            exec(compile(ast.Module(before if shown else [*before, last], []), path, "exec"), names)
            sheet = eval(compile(shown, path, "eval"), names) if shown else None
        sheet.kit = self.kit
        name, module = str(uuid.uuid4()), f"/modules/{type(sheet).__name__}.js"
        self.sheets[name], self.modules[module] = sheet, sheet._esm
        return {"id": name, "module": module}


class _Host(RequestHandler):
    def get(self) -> None:
        self.write(HOST)


class _Sheets(RequestHandler):
    def post(self) -> None:
        self.write(self.application.settings["pages"].open_sheet(unquote(self.request.body.decode())))


class _Modules(RequestHandler):
    def get(self) -> None:
        self.set_header("Content-Type", "text/javascript")
        self.write(self.application.settings["pages"].modules[self.request.path])


class _Channels(WebSocketHandler):
    def open(self, name: str) -> None:
        self._sheet = self.application.settings["pages"].sheets.pop(name)
        self._loop = asyncio.get_running_loop()
        self._sheet.send = self._send

    def on_message(self, message: str) -> None:
        self._sheet._on_message(self._sheet, json.loads(message), [])

    def on_close(self) -> None:
        self._sheet.send = lambda *_: None

    def _send(self, content: dict[str, Any], buffers: list[bytes] | None = None) -> None:
        packed = [base64.b64encode(one).decode() for one in buffers or []]
        self._loop.call_soon_threadsafe(self._write, json.dumps({"content": content, "buffers": packed}))

    def _write(self, message: str) -> None:
        if self.ws_connection is not None and not self.ws_connection.is_closing():
            self.write_message(message)


@contextmanager
def bare_pages(home: Path, passphrase: str) -> Iterator[BarePages]:
    """Hand out the pages of the kit in ``home``, which is opened once more, as a kernel opens it."""
    with Kit.unlock(home, passphrase) as kit, pytest.MonkeyPatch.context() as patch:
        prepare_desk(kit)
        patch.setenv(OUTPUTS_VARIABLE, str(home.parent / "outputs"))
        pages, stands, ends = BarePages(kit), Event(), []

        async def serve() -> None:
            ended = asyncio.Event()
            loop = asyncio.get_running_loop()
            ends.append(lambda: loop.call_soon_threadsafe(ended.set))
            routes = [
                (r"/doc/tree/.+", _Host), (r"/sheets", _Sheets), (r"/modules/.+", _Modules),
                (r"/sheets/(.+)/channels", _Channels),
                (r"/labextension/(.+)", StaticFileHandler, {"path": str(LABEXTENSION)}),
                (r"/static/(.+)", StaticFileHandler, {"path": str(FONTS)}),
            ]  # fmt: skip
            server = HTTPServer(Application(routes, pages=pages))
            (socket,) = bind_sockets(0, "127.0.0.1")
            server.add_socket(socket)
            pages.url = f"http://127.0.0.1:{socket.getsockname()[1]}/"
            stands.set()
            await ended.wait()
            server.stop()
            await server.close_all_connections()

        thread = Thread(target=asyncio.run, args=(serve(),), daemon=True)
        thread.start()
        stands.wait()
        try:
            yield pages
        finally:
            ends[0]()
            thread.join()
