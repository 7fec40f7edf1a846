"""The passphrase, asked in a page: when the kit is started, and again when it has locked itself.

Two processes. ``ask_in_page`` runs in the first, which never has a secret: it starts the second, and starts another
when that one says that the kit was locked. The second, this module's ``main``, shows one page on 127.0.0.1 until a
passphrase opens the kit, or, where there is none yet, until it is set up with a new one; then it becomes the kit's
server, as ``start --ask-here`` does after asking in a terminal, and leads the browser to the desk. If it cannot, the
page says so, and the first starts another one, which asks again. It keeps its address while the kit is open, so that
nobody else's page can stand there when a page that was left open points to it, but tells nothing then: the desk's
address goes to whoever typed the passphrase.
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
from collections.abc import Callable, Iterable, Mapping, Sequence
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
from qpm_widgets.journal.keys import is_too_short
from qpm_widgets.journal.kit import make_folder
from qpm_widgets.journal.kit_file import has_kit
from qpm_widgets.journal.writing import is_code
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
    """Ask for a kit's passphrase in a page, or set the kit up, serve it, and ask again whenever it has locked itself.

    Parameters
    ----------
    home, outputs : Path
        As for ``start_server``.
    open_browser : bool
        Whether to open the page in the person's browser.
    announce : callable
        Told lines, the page's address in one of them; there is nothing secret in it.

    Returns
    -------
    int
        The exit status of what was started last.

    Raises
    ------
    QpmError
        JOURNAL-008 if the folder cannot be written.
    """
    runtime = (home / "runtime").resolve()
    wording = load_templates().wording
    if (running := find_server(runtime)) is not None:
        if open_browser:
            running.open_browser()
        return 0
    make_folder(runtime)
    with only_one(runtime, PAGE_LOCK) as mine:
        port = choose_port(runtime, PORT_NOTE, taken_by_us=not mine)
        announce(wording.text("desk.door.terminal.asks", address=address_of(port)))
        if mine:
            announce(wording.text("desk.door.terminal.stays"))
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
        try:
            kit = open_with(door.home, form) if has_kit(door.home) else set_up_with(door.home, form)
        except _Refused as refused:
            return self.show(HTTPStatus.OK, [str(refused)], form)
        except QpmError as error:
            return self.show(HTTPStatus.OK, [error.sentence], form)
        door.is_open = True
        door.opened.put(kit)
        try:
            server = await_server(kit.runtime.resolve(), gave_up=door.failed.is_set)
        except QpmError:
            self.show(HTTPStatus.SERVICE_UNAVAILABLE)
            return door.told.set()
        return self.send(HTTPStatus.SEE_OTHER, location=server.address(DESK))

    def show(
        self, status: HTTPStatus = HTTPStatus.OK, told: Iterable[str] = (), form: Mapping[str, str] | None = None
    ) -> None:
        """What opens the kit, or sets it up; or that it is open, or cannot be served. ``form`` is what was tried."""
        door = self.server
        words = door.wording.section("desk")["door"]
        locked = words["locked"]
        if status == HTTPStatus.SERVICE_UNAVAILABLE or door.failed.is_set():
            page = draw_failure(locked)
        elif door.is_open:
            page = draw_page(locked["product"], locked["open_title"], draw_text(locked["is_open"]))
        elif has_kit(door.home):
            said = [*(locked.get(one, one) for one in told), *door.told_wait()]
            page = draw_locked(locked, said, door.new_token())
        else:
            new = {**locked, **words["set_up"]}
            page = draw_set_up(
                new, [new.get(one, one) for one in told], door.new_token(), str(door.home.absolute()), form or {}
            )
        self.send_page(status, page)


class _Refused(Exception):
    """What a form asks cannot be done; why, as a key of the wording."""


def open_with(home: Path, form: Mapping[str, str]) -> Kit:
    """The kit that a form's passphrase opens."""
    if not form.get("passphrase"):
        raise _Refused("empty")
    try:
        return Kit.unlock(home, form["passphrase"])
    except QpmError as error:
        if error.code == "JOURNAL-001":
            raise _Refused("wrong") from None
        raise


def set_up_with(home: Path, form: Mapping[str, str]) -> Kit:
    """A new kit with a form's code and passphrase, which was typed twice."""
    passphrase = form.get("passphrase", "")
    if not is_code(form.get("assessor", "").strip()):
        raise _Refused("no_code")
    if is_too_short(passphrase):
        raise _Refused("short")
    if form.get("again") != passphrase:
        raise _Refused("differ")
    return Kit.create(home, passphrase, assessor=form["assessor"].strip())


def draw_locked(words: Mapping[str, str], told: Sequence[str], token: str) -> str:
    """The page of a kit that is there: a field for the passphrase under what is to be told."""
    fields = [Field("passphrase", words["label"], wrong=bool(told))]
    after = [words["patience"], words["forgotten"]]
    form = draw_form([words["intro"]], told, token, fields, words["open"], after)
    return draw_page(words["product"], words["title"], form)


def draw_set_up(words: Mapping[str, str], told: Sequence[str], token: str, home: str, tried: Mapping[str, str]) -> str:
    """The page where there is no kit yet; of what was tried only the code stands there again."""
    code = tried.get("assessor", "").strip()
    wrong_code = bool(tried) and not is_code(code)
    wrong = bool(tried) and not wrong_code
    fields = [
        Field("assessor", words["assessor"], words["assessor_hint"], code, secret=False, wrong=wrong_code),
        Field("passphrase", words["passphrase"], words["passphrase_hint"], wrong=wrong),
        Field("again", words["again"], wrong=wrong),
    ]
    intro = [words[part].format(home=home) for part in ("no_kit", "intro")]
    form = draw_form(intro, told, token, fields, words["open"], [words["patience"]])
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
