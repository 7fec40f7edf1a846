"""The passphrase, asked in a page: for whoever starts the kit without a terminal, and again when it has locked itself.

Two processes. ``ask_in_page`` runs in the first, which never has a secret: it starts the second, and starts another
when that one says that the kit was locked. The second, this module's ``main``, shows one page on 127.0.0.1 until a
passphrase opens the kit; then it becomes the kit's server, as ``start`` does after asking in a terminal, and leads the
browser to the desk. If it cannot, the page says so, and the first starts another one, which asks again. It keeps its
address while the kit is open, so that nobody else's page can stand there when a page that was left open points to it,
but tells nothing then: the desk's address goes to whoever typed the passphrase.
"""

from __future__ import annotations

import contextlib
import queue
import signal
import subprocess
import sys
import threading
import time
import webbrowser
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from pathlib import Path

from qpm_widgets.capture.plain_page import (
    Door,
    Field,
    Handler,
    address_of,
    draw_alert,
    draw_form,
    draw_link,
    draw_page,
    draw_text,
)
from qpm_widgets.capture.server import start_server
from qpm_widgets.errors import QpmError
from qpm_widgets.journal import Kit
from qpm_widgets.running_server import await_server, choose_port, find_server, only_one
from qpm_widgets.templates import load_templates
from qpm_widgets.templates.wording import Wording
from qpm_widgets.visits.working_notebooks import DESK

LOCKED = 75
"""The exit status of a process whose kit was locked, or could not be served: another one asks for the passphrase."""

TOLD_WITHIN = 5  # seconds until a person has been told that the server has failed, if anybody waits to be told
DRAWN_WITHIN = 2  # seconds in which their browser fetches what the page looks like
PORT_NOTE, PAGE_LOCK = "locked-page-port", "locked-page.lock"


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


def _run(home: Path, port: int, outputs: Path) -> int:
    command = [sys.executable, "-m", "qpm_widgets.capture.locked_page", str(home), str(port), str(outputs)]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL) as process:
        for name in ("SIGTERM", "SIGHUP"):  # what is sent to this process is meant for both
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), lambda *_: process.terminate())
        while True:
            with contextlib.suppress(KeyboardInterrupt):  # Ctrl+C has reached the other as well
                return process.wait()


class LockedDoor(Door):
    """Serves the page of a locked kit, and says once in ``opened`` which kit a passphrase has opened."""

    def __init__(self, home: Path, port: int, wording: Wording) -> None:
        super().__init__(LockedHandler, home, port, wording)
        self.opened: queue.Queue[Kit] = queue.Queue()
        self.is_open = False
        self.failed, self.told = threading.Event(), threading.Event()


class LockedHandler(Handler):
    """Answers one request."""

    server: LockedDoor

    def take(self, form: Mapping[str, str]) -> None:
        """Open the kit, and lead the browser to the desk."""
        door = self.server
        if door.is_open:
            return self.show()
        if not form.get("passphrase"):
            return self.show(HTTPStatus.OK, ["empty"])
        try:
            kit = Kit.unlock(door.home, form["passphrase"])
        except QpmError as error:
            return self.show(HTTPStatus.OK, ["wrong" if error.code == "JOURNAL-001" else str(error)])
        door.is_open = True
        door.opened.put(kit)
        try:
            server = await_server(kit.runtime.resolve(), gave_up=door.failed.is_set)
        except QpmError:
            self.show(HTTPStatus.SERVICE_UNAVAILABLE)
            return door.told.set()
        return self.send(HTTPStatus.SEE_OTHER, location=server.address(DESK))

    def show(self, status: HTTPStatus = HTTPStatus.OK, told: Iterable[str] = ()) -> None:
        """The field for the passphrase; or that the kit is open, or cannot be served."""
        door = self.server
        words = door.wording.section("desk")["door"]["locked"]
        said = [*(words.get(one, one) for one in told), *door.told_wait()]
        if status == HTTPStatus.SERVICE_UNAVAILABLE or door.failed.is_set():
            page = draw_failure(words)
        else:
            page = draw_locked(words, said, None if door.is_open else door.new_token())
        self.send_page(status, page)


def draw_locked(words: Mapping[str, str], told: Iterable[str], token: str | None) -> str:
    """The page: a field for the passphrase under what is to be told; without a token, that the kit is open."""
    if token is None:
        return draw_page(words["product"], words["open_title"], draw_text(words["is_open"]))
    fields = [Field("passphrase", words["label"])]
    after = [words["patience"], words["forgotten"]]
    form = draw_form([words["intro"]], told, token, fields, words["open"], after)
    return draw_page(words["product"], words["title"], form)


def draw_failure(words: Mapping[str, str]) -> str:
    """The page where the kit was opened and cannot be served: what is safe, and what to do."""
    what = draw_alert([words["failed"]]) + draw_text(words["failed_do"]) + draw_link("/", words["failed_again"])
    return draw_page(words["product"], words["failed_title"], what)


def main(home: Path, port: int, outputs: Path) -> int:
    """Show the page until the kit is open, then serve the kit; LOCKED if the page is to ask again, 0 if not."""
    door = LockedDoor(home, port, load_templates().wording)
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
