"""The passphrase, asked in a page: for whoever starts the kit without a terminal, and again when it has locked itself.

Two processes. ``ask_in_page`` runs in the first, which never has a secret: it starts the second, and starts another
when that one says that the kit was locked. The second, this module's ``main``, shows one page on 127.0.0.1 until a
passphrase opens the kit; then it becomes the kit's server, as ``start`` does after asking in a terminal, and leads the
browser to the desk. If it cannot, the page says so, and the first starts another one, which asks again. It keeps its
address while the kit is open, so that nobody else's page can stand there when a page that was left open points to it,
but tells nothing then: the desk's address goes to whoever typed the passphrase.

The page has no script. A passphrase is taken from the page's own form only (``Host``, ``Origin``, a token for one use),
in at most ``LONGEST`` bytes; nothing is logged and nothing cached.
"""

from __future__ import annotations

import contextlib
import os
import queue
import secrets
import signal
import subprocess
import sys
import threading
import time
import webbrowser
from collections import deque
from collections.abc import Callable
from html import escape
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from math import ceil
from pathlib import Path
from urllib.parse import parse_qs

from qpm_widgets.capture.jupyter_settings import FONTS
from qpm_widgets.capture.page_files import STATIC
from qpm_widgets.capture.server import choose_port, start_server
from qpm_widgets.errors import QpmError
from qpm_widgets.journal import Kit
from qpm_widgets.journal.guessing import Guesses
from qpm_widgets.running_server import await_server, find_server, only_one
from qpm_widgets.templates import load_templates
from qpm_widgets.templates.wording import Wording
from qpm_widgets.visits.working_notebooks import DESK

LOCKED = 75
"""The exit status of a process whose kit was locked, or could not be served: another one asks for the passphrase."""

LONGEST = 4096  # bytes of a form
PATIENCE = 15  # seconds for a request to arrive
TOLD_WITHIN = 5  # seconds until a person has been told that the server has failed, if anybody waits to be told
DRAWN_WITHIN = 2  # seconds in which their browser fetches what the page looks like
PORT_NOTE, PAGE_LOCK = "locked-page-port", "locked-page.lock"
FORM = "application/x-www-form-urlencoded"

HEADERS = {
    "Cache-Control": "no-store",
    # A form may lead to the kit's server, which has a port of its own; nothing else may come in or go out.
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; font-src 'self'; form-action 'self' http://127.0.0.1:*; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "same-origin",  # without it a browser would not say where a form comes from
    "X-Content-Type-Options": "nosniff",
}
FILES = {
    "/sheet.css": (STATIC / "sheet.css", "text/css"),
    "/locked_page.css": (STATIC / "locked_page.css", "text/css"),
    "/regular.woff2": (FONTS / "AtkinsonHyperlegibleNext-Regular.woff2", "font/woff2"),
    "/bold.woff2": (FONTS / "AtkinsonHyperlegibleNext-Bold.woff2", "font/woff2"),
}


def ask_in_page(home: Path, *, outputs: Path, open_browser: bool, announce: Callable[[str], object]) -> int:
    """Ask for a kit's passphrase in a page, serve the kit, and ask again whenever it has locked itself.

    Parameters
    ----------
    home, outputs : Path
        As for ``start_server``.
    open_browser : bool
        Whether to open the page in the person's browser.
    announce : callable
        Told one line with the page's address; there is nothing secret in it.

    Returns
    -------
    int
        The exit status of what was started last.
    """
    runtime = (home / "runtime").resolve()
    wording = load_templates().wording
    if (running := find_server(runtime)) is not None:
        if open_browser:
            running.open_browser()
        return 0
    runtime.mkdir(parents=True, exist_ok=True)
    with only_one(runtime, PAGE_LOCK) as mine:
        port = choose_port(runtime, PORT_NOTE, taken_by_us=not mine)
        announce(wording.text("desk.door.terminal.asks", address=address_of(port)))
        if open_browser:
            webbrowser.open(address_of(port))
        status = LOCKED if mine else 0
        while status == LOCKED:
            status = _run(home, port, outputs)
    return status


def address_of(port: int) -> str:
    """The page's address."""
    return f"http://127.0.0.1:{port}/"


def _run(home: Path, port: int, outputs: Path) -> int:
    command = [sys.executable, "-m", "qpm_widgets.capture.locked_page", str(home), str(port), str(outputs)]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL) as process:
        for name in ("SIGTERM", "SIGHUP"):  # what is sent to this process is meant for both
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), lambda *_: process.terminate())
        while True:
            with contextlib.suppress(KeyboardInterrupt):  # Ctrl+C has reached the other as well
                return process.wait()


class Door(ThreadingHTTPServer):
    """Serves the page, and says once in ``opened`` which kit a passphrase has opened."""

    daemon_threads = True
    allow_reuse_address = os.name != "nt"  # there it would let another program listen here as well

    def __init__(self, home: Path, port: int, wording: Wording) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.home, self.wording = home, wording
        self.authority = f"127.0.0.1:{self.server_address[1]}"
        self.opened: queue.Queue[Kit] = queue.Queue()
        self.is_open = False
        self.failed, self.told = threading.Event(), threading.Event()
        self.trying = threading.Lock()
        self._tokens: deque[str] = deque(maxlen=8)  # a few windows may show the page

    def new_token(self) -> str:
        """What the next form has to bring."""
        self._tokens.append(secrets.token_urlsafe(32))
        return self._tokens[-1]

    def take_token(self, token: str) -> bool:
        """Whether a form brings a token that was given out; each is good once."""
        known = [one for one in self._tokens if secrets.compare_digest(one.encode(), token.encode())]
        for one in known:
            with contextlib.suppress(ValueError):
                self._tokens.remove(one)
        return bool(known)

    def handle_error(self, request: object, client_address: object) -> None:
        """Nothing: what went wrong with a request may quote it."""


class Handler(BaseHTTPRequestHandler):
    """Answers one request."""

    server: Door
    timeout = PATIENCE
    server_version, sys_version = "QPM", ""

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is logged."""

    def do_GET(self) -> None:
        """The page and what it looks like."""
        if self.headers.get("Host") != self.server.authority:
            self._send(HTTPStatus.FORBIDDEN)
        elif self.path == "/":
            self._show()
        elif self.path in FILES:
            path, kind = FILES[self.path]
            self._send(HTTPStatus.OK, path.read_bytes(), kind)
        else:
            self._send(HTTPStatus.NOT_FOUND)

    def do_POST(self) -> None:
        """A passphrase."""
        length = self.headers.get("Content-Length", "")
        if (
            self.headers.get("Host") != self.server.authority
            or self.path != "/"
            or self.headers.get("Origin") != f"http://{self.server.authority}"
        ):
            self._send(HTTPStatus.FORBIDDEN)
        elif self.headers.get("Content-Type") != FORM or not length.isascii() or not length.isdigit():
            self._send(HTTPStatus.BAD_REQUEST)
        elif int(length) > LONGEST:
            self._send(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        else:
            with contextlib.suppress(ValueError):
                said = parse_qs(self.rfile.read(int(length)).decode("utf-8"), max_num_fields=2)
                return self._try(said.get("token", [""])[0], said.get("passphrase", [""])[0])
            self._send(HTTPStatus.BAD_REQUEST)
        return None

    def _try(self, token: str, passphrase: str) -> None:
        door = self.server
        with door.trying:  # one after another: the wait after wrong ones is no use if ten are tried at once
            if not door.take_token(token):
                return self._show(HTTPStatus.FORBIDDEN, "old")
            if door.is_open:
                return self._show()
            if not passphrase:
                return self._show(HTTPStatus.OK, "empty")
            try:
                kit = Kit.unlock(door.home, passphrase)
            except QpmError as error:
                return self._show(HTTPStatus.OK, "wrong" if error.code == "JOURNAL-001" else str(error))
            door.is_open = True
            door.opened.put(kit)
        try:
            server = await_server(kit.runtime.resolve(), gave_up=door.failed.is_set)
        except QpmError:
            self._show(HTTPStatus.SERVICE_UNAVAILABLE)
            return door.told.set()
        return self._send(HTTPStatus.SEE_OTHER, location=server.address(DESK))

    def _show(self, status: HTTPStatus = HTTPStatus.OK, said: str = "") -> None:
        words = self.server.wording.section("desk")["door"]["locked"]
        wait = Guesses(self.server.home).seconds_left()
        told = [words.get(said, said)] if said else []
        told += [self.server.wording.text("desk.door.locked.wait", seconds=ceil(wait))] if wait else []
        if status == HTTPStatus.SERVICE_UNAVAILABLE or self.server.failed.is_set():
            page = draw_failure(words)
        else:
            page = draw_page(words, told, None if self.server.is_open else self.server.new_token())
        self._send(status, page.encode(), "text/html; charset=utf-8")

    def _send(self, status: HTTPStatus, body: bytes = b"", kind: str = "text/plain", location: str = "") -> None:
        self.send_response(status)
        for name, value in {**HEADERS, "Content-Type": kind, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        if location:
            self.send_header("Location", location)
        self.end_headers()
        self.wfile.write(body)


def draw_page(words: dict[str, str], told: list[str], token: str | None) -> str:
    """The page: a field for the passphrase under what is to be told; without a token, that the kit is open."""
    say = {key: escape(text) for key, text in words.items()}
    trouble = "".join(f"<p>{escape(one)}</p>" for one in told)
    box = f'<div class="qpm-locked-told" id="told" role="alert">{trouble}</div>' if told else ""
    form = f"""<p>{say["intro"]}</p>{box}
<form method="post" action="/" autocomplete="off">
<input type="hidden" name="token" value="{token}">
<label for="passphrase">{say["label"]}</label>
<input id="passphrase" name="passphrase" type="password" autocomplete="off" autocapitalize="none" spellcheck="false"
 autofocus required{' aria-describedby="told" aria-invalid="true"' if told else ""}>
<button type="submit" class="qpm-main">{say["open"]}</button>
<p class="qpm-hint">{say["patience"]}</p>
</form><p class="qpm-hint">{say["forgotten"]}</p>"""
    title, inside = (say["title"], form) if token else (say["open_title"], f"<p>{say['is_open']}</p>")
    return _around(say, title, inside)


def draw_failure(words: dict[str, str]) -> str:
    """The page where the kit was opened and cannot be served: what is safe, and what to do."""
    say = {key: escape(text) for key, text in words.items()}
    box = f'<div class="qpm-locked-told" role="alert"><p>{say["failed"]}</p></div>'
    what = f'<p>{say["failed_do"]}</p><p><a href="/">{say["failed_again"]}</a></p>'
    return _around(say, say["failed_title"], box + what)


def _around(say: dict[str, str], title: str, inside: str) -> str:
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} · {say["product"]}</title><link rel="icon" href="data:,">
<link rel="stylesheet" href="/sheet.css"><link rel="stylesheet" href="/locked_page.css"></head>
<body class="qpm-sheet"><main class="qpm-locked"><p class="qpm-hint">{say["product"]}</p>
<h1>{title}</h1>{inside}</main></body></html>
"""


def main(home: Path, port: int, outputs: Path) -> int:
    """Show the page until the kit is open, then serve the kit; LOCKED if the page is to ask again, 0 if not."""
    door = Door(home, port, load_templates().wording)
    threading.Thread(target=door.serve_forever, daemon=True).start()
    kit = None
    while kit is None:
        with contextlib.suppress(queue.Empty):
            kit = door.opened.get(timeout=0.5)  # without an end, Windows would not hear Ctrl+C
    unlock = address_of(port)
    try:
        locked = start_server(kit, outputs=outputs, open_browser=False, announce=lambda _line: None, unlock=unlock)
    except (Exception, SystemExit):
        # Whoever typed the passphrase sees a browser and no terminal. This process is spent; the next one is not.
        door.failed.set()
        if door.told.wait(TOLD_WITHIN):
            time.sleep(DRAWN_WITHIN)
        locked = True
    kit.close()
    return LOCKED if locked else 0


if __name__ == "__main__":
    try:
        raise SystemExit(main(Path(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])))
    except KeyboardInterrupt:
        raise SystemExit(130) from None
