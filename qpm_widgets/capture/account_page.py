"""The page on which an account of harm is printed, or sealed for the safeguarding lead, once the passphrase is typed.

No kernel may have the passphrase. So the desk's kernel has this process started, which has no key, and leads the
browser to its page; it hands what is typed there to another (``commands/page_accounts.py``), which writes the file.
What the account says comes to neither. The process lasts as long as the kit is served, or until the next account, which
has the same address: where somebody left the page open, nobody else's page can stand meanwhile. When the kit has been
locked, the page says so and takes no passphrase. The process ends once no window can show its box any more: each box
goes after ``BOX_SECONDS``, when the browser asks for the page anew.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any

from qpm_widgets.capture.own_process import outputs_folder, read_answer
from qpm_widgets.capture.plain_page import (
    Door,
    Field,
    Handler,
    draw_alert,
    draw_form,
    draw_link,
    draw_page,
    draw_text,
)
from qpm_widgets.errors import QpmError
from qpm_widgets.journal import Kit, sealing
from qpm_widgets.journal.written_accounts import account_folder
from qpm_widgets.running_server import choose_port, find_server, is_served, page_path
from qpm_widgets.templates import load_templates
from qpm_widgets.templates.wording import Wording
from qpm_widgets.visits.working_notebooks import DESK

WRITER = "qpm_widgets.commands.page_accounts"
PORT_NOTE = "account-page-port"
LOOK_EVERY = 1.0  # seconds
BOX_SECONDS = 600  # the wording says ten minutes
NOTHING_TO_WRITE = {"SAFE-005", "SAFE-011"}  # erased, or handed over
MARGIN = 60  # seconds in which a browser that is late asks anew

_serving: dict[Path, subprocess.Popen[bytes]] = {}
"""The processes that this one started, by their runtime folder."""


def open_account_page(kit: Kit, account: str, key_text: str | None = None) -> str:
    """The address at which the passphrase is asked, to write one account to a file.

    Parameters
    ----------
    kit : Kit
        The kit, which is being served.
    account : str
        Its id.
    key_text : str, optional
        What the file with the lead's safeguarding key holds, to seal the account for the lead; without it, to print it.

    Raises
    ------
    QpmError
        SAFE-001 if there is no such account; SAFE-004 or SAFE-012 if the key is no safeguarding key; CAPTURE-008 if
        the page could not be started.
    """
    kit.safeguarding.find(account)
    public_key = sealing.parse_public_key(key_text, "key", "safeguarding") if key_text is not None else ""
    runtime = kit.runtime.resolve()
    if (before := _serving.pop(runtime, None)) is not None:
        before.terminate()
        before.wait()
    server = find_server(runtime)
    asked = {
        "home": str(kit.home.resolve()),
        "folder": str(account_folder(outputs_folder()).resolve()),
        "id": account,
        "key": public_key,
        "back": f"{server.url.rstrip('/')}{page_path(DESK)}" if server else "",
    }
    try:
        process = subprocess.Popen(
            [sys.executable, "-m", "qpm_widgets.capture.account_page"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        _serving[runtime] = process
        threading.Thread(target=process.wait, daemon=True).start()  # else it would stay as a dead process
        with process.stdin as given, process.stdout as said:  # type: ignore[union-attr]  # both are pipes
            given.write(json.dumps(asked).encode())
            given.close()
            return str(json.loads(said.readline())["address"])
    except (OSError, ValueError):
        raise QpmError("CAPTURE-008", account, "page.try_again", "page.lock_kit") from None


class AccountDoor(Door):
    """Serves the page for one account.

    Parameters
    ----------
    asked : mapping
        ``home``, ``folder``, ``id``, ``key`` as ``page_accounts.answer`` has them; ``back``, the desk's address.
    """

    def __init__(self, asked: Mapping[str, str], port: int, wording: Wording) -> None:
        super().__init__(AccountHandler, Path(asked["home"]), port, wording)
        self.asked = asked
        self._was_locked = False
        self._box_until = 0.0

    def is_locked(self) -> bool:
        """Whether the kit has been locked since this page was made; whoever opened it again comes from its desk."""
        self._was_locked = self._was_locked or not is_served(self.home / "runtime")
        return self._was_locked

    def note_box(self) -> None:
        """Note that a box for the passphrase is sent now."""
        self._box_until = time.monotonic() + BOX_SECONDS + MARGIN

    def may_end(self) -> bool:
        """Whether the kit is locked, or gone, and no window can show a box of this page."""
        is_shown = self.has_token_out() and time.monotonic() < self._box_until
        return self.is_locked() and not (is_shown and self.home.exists())

    def say(self, key: str, **facts: str) -> str:
        """A sentence for printing or for sealing, whichever is asked for."""
        public_key = self.asked["key"]
        known = {"id": self.asked["id"], "key": sealing.fingerprint(public_key) if public_key else ""}
        return self.wording.text(f"desk.door.account.{'seal' if public_key else 'print'}.{key}", **known, **facts)

    def write(self, passphrase: str) -> dict[str, Any] | None:
        """What the writing process answered; None if it could not be started or ended without an answer."""
        return read_answer(WRITER, {**self.asked, "passphrase": passphrase})


class AccountHandler(Handler):
    """Answers one request."""

    server: AccountDoor

    def take(self, form: Mapping[str, str]) -> None:
        """Have the file written, and say where it is and what to do with it."""
        door = self.server
        if door.is_locked():
            return self.show()
        if not form.get("passphrase"):
            return self.show(HTTPStatus.OK, ["empty"])
        try:
            written = door.write(form["passphrase"])
        except QpmError as error:
            if error.code in NOTHING_TO_WRITE:
                return self._show_the_end(error.sentence)
            return self.show(HTTPStatus.OK, ["wrong" if error.code == "JOURNAL-001" else error.sentence])
        if written is None:
            return self.show(HTTPStatus.SERVICE_UNAVAILABLE, [door.wording.text("desk.door.account.failed")])
        steps = [door.say("where", path=written["path"]), door.say("next", device=written["device"]), door.say("after")]
        inside = draw_text(*steps) + self._back(focus=True)
        return self.send_page(HTTPStatus.OK, self._draw("desk.door.account.done", inside))

    def show(self, status: HTTPStatus = HTTPStatus.OK, told: Iterable[str] = ()) -> None:
        """The field for the passphrase, under what will be written and who could read it; none in a locked kit."""
        door = self.server
        if door.is_locked():
            inside = draw_text(door.wording.text("desk.door.account.locked"))
            return self.send_page(status, self._draw("desk.door.account.locked_title", inside))
        door.note_box()
        words = door.wording.section("desk")["door"]
        said = [*(words["locked"].get(one, one) for one in told), *door.told_wait()]
        field = Field("passphrase", words["locked"]["label"], wrong=bool(said))
        intro = [door.say("intro"), door.say("care")]
        form = draw_form(
            intro,
            said,
            door.new_token(),
            [field],
            door.say("open"),
            [words["account"]["patience"], words["account"]["anew"]],
        )
        title = f"desk.door.account.{'seal' if door.asked['key'] else 'print'}.title"
        return self.send_page(status, self._draw(title, form + self._back()), refresh=BOX_SECONDS)

    def _show_the_end(self, told: str) -> None:
        title = f"desk.door.account.{'seal' if self.server.asked['key'] else 'print'}.title"
        self.send_page(HTTPStatus.OK, self._draw(title, draw_alert([told]) + self._back(focus=True)))

    def _draw(self, title: str, inside: str) -> str:
        wording = self.server.wording
        return draw_page(
            wording.text("desk.door.locked.product"), wording.text(title, id=self.server.asked["id"]), inside
        )

    def _back(self, *, focus: bool = False) -> str:
        back, words = self.server.asked["back"], self.server.wording.text("desk.door.account.back")
        return draw_link(back, words, focus=focus) if back else ""


def main() -> None:
    """Read what is wanted from standard input, answer with the page's address, and serve it until it may end."""
    asked = json.load(sys.stdin)
    door = AccountDoor(asked, choose_port(Path(asked["home"]) / "runtime", PORT_NOTE), load_templates().wording)
    threading.Thread(target=door.serve_forever, daemon=True).start()
    print(json.dumps({"address": door.address}), flush=True)  # noqa: T201
    while not door.may_end():
        time.sleep(LOOK_EVERY)


if __name__ == "__main__":
    main()
