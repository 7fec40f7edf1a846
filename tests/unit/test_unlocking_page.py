"""The passphrase asked in a page, over real HTTP: who may send one, what a wrong one costs, and what is kept of it."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from urllib.parse import urlencode

import psutil
import pytest

from qpm_widgets.journal import Kit
from qpm_widgets.journal.guessing import FREE_TRIES, NAME
from qpm_widgets.running_server import CLOSE_REQUEST, await_server, is_served

PASSPHRASE = "a test passphrase of many words"
WRONG = "a canary that is no passphrase"
REFUSED = "The kit's files could not be written."
FORM = "application/x-www-form-urlencoded"


class Front:
    """A kit that was started without a terminal, and somebody who speaks HTTP to its page."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, log: Path) -> None:
        self.process, self.port, self.log = process, port, log
        self.origin = f"http://127.0.0.1:{port}"

    def ask(self, method: str = "GET", path: str = "/", body: bytes = b"", **headers: str) -> tuple[int, str, dict]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=90)
        connection.request(method, path, body or None, {key.replace("_", "-"): value for key, value in headers.items()})
        answer = connection.getresponse()
        text = answer.read().decode("utf-8", "replace")
        connection.close()
        return answer.status, text, dict(answer.getheaders())

    def token(self) -> str:
        return re.search(r'name="token" value="([^"]+)"', self.ask()[1])[1]

    def send(self, passphrase: str, token: str = "", **headers: str) -> tuple[int, str, dict]:
        body = urlencode({"token": token or self.token(), "passphrase": passphrase}).encode()
        return self.ask("POST", body=body, **{"Origin": self.origin, "Content_Type": FORM, **headers})

    def set_up(self, *typed: str) -> tuple[int, str, dict]:
        """The code, and the passphrase twice."""
        fields = zip(("assessor", "passphrase", "again"), typed, strict=True)
        body = urlencode({"token": self.token(), **dict(fields)}).encode()
        return self.ask("POST", body=body, Origin=self.origin, Content_Type=FORM)

    def family(self) -> list[psutil.Process]:
        return [psutil.Process(self.process.pid), *psutil.Process(self.process.pid).children(recursive=True)]


@contextmanager
def started(home: Path, log: Path, stdin: int = subprocess.DEVNULL) -> Iterator[Front]:
    command = [sys.executable, "-m", "qpm_widgets", "start", "--no-browser", "--home", str(home)]
    with log.open("wb") as out, subprocess.Popen(command, stdin=stdin, stdout=out, stderr=out) as process:
        try:
            yield await_page(process, log)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


def await_page(process: subprocess.Popen[bytes], log: Path) -> Front:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()
        if found := re.search(r"http://127\.0\.0\.1:(\d+)/", log.read_text()):
            front = Front(process, int(found[1]), log)
            try:
                front.ask()
            except OSError:
                pass
            else:
                return front
        time.sleep(0.1)
    raise AssertionError(log.read_text())


@pytest.fixture
def front(kit: Kit, tmp_path: Path) -> Iterator[Front]:
    """A locked kit whose page is there; started without a terminal, so nothing had to be asked for."""
    kit.close()
    with started(kit.home, tmp_path / "out.txt") as found:
        yield found


def test_only_the_pages_own_form_can_try_a_passphrase_and_each_form_once(front: Front, kit: Kit) -> None:
    status, page, headers = front.ask()
    assert (status, headers["Cache-Control"]) == (200, "no-store")
    assert "<script" not in page
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert front.ask(Host="evil.example")[0] == 403
    assert front.ask(Host=f"localhost.evil.example:{front.port}")[0] == 403
    assert front.send(WRONG, Host="evil.example")[0] == 403
    for origin in (
        "http://evil.example",
        "null",
        f"http://127.0.0.1:{front.port + 1}",
        f"https://127.0.0.1:{front.port}",
    ):
        assert front.send(WRONG, Origin=origin)[0] == 403
    assert front.send(WRONG, Content_Type="text/plain")[0] == 400
    assert front.send(WRONG, token="made up")[0] == 403
    assert front.ask("POST", body=b"x" * 4097, Origin=front.origin, Content_Type=FORM)[0] == 413
    assert front.ask("POST", body=b"\xff=%zz", Origin=front.origin, Content_Type=FORM)[0] in (400, 403)
    assert front.ask("PUT", body=b"x")[0] == 501
    assert front.ask(path="/../kit.json")[0] == 404
    assert not (kit.home / NAME).exists(), "none of these was a try"
    token = front.token()
    status, page, _ = front.send(WRONG, token)
    assert (status, "not the passphrase" in page) == (200, True)
    status, page, _ = front.send(PASSPHRASE, token)
    assert (status, "standing too long" in page) == (403, True), "a token is good once, even for the right one"
    assert json.loads((kit.home / NAME).read_text())["wrong"] == 1
    assert not is_served(kit.runtime)


def test_after_five_wrong_ones_the_page_says_that_it_waits_and_does(front: Front, kit: Kit) -> None:
    for _ in range(FREE_TRIES):
        page = front.send(WRONG)[1]
    assert re.search(r"the next try waits [12] seconds", page)
    token = front.token()
    began = time.time()
    last = json.loads((kit.home / NAME).read_text())["last"]
    assert "not the passphrase" in front.send(WRONG, token)[1]
    assert time.time() >= last + 2.0 > began - 2.0
    assert re.search(r"the next try waits [34] seconds", front.ask()[1])


@pytest.mark.skipif(sys.platform == "win32", reason="reads other processes' environment")
def test_the_right_one_opens_the_kit_and_is_kept_nowhere_and_a_locked_kit_asks_again(front: Front, kit: Kit) -> None:
    assert front.send(WRONG)[0] == 200
    status, body, headers = front.send(PASSPHRASE)
    server = await_server(kit.runtime)  # at its leisure: the kernel of the desk is just being started
    assert (status, body, headers["Location"]) == (303, "", server.address("desk.ipynb"))
    listening = {one.laddr for process in front.family() for one in process.net_connections() if one.status == "LISTEN"}
    assert {ip for ip, _ in listening} == {"127.0.0.1"}
    # Whoever did not type it learns nothing but that the kit is open.
    status, page, headers = front.ask()
    assert (status, "Your kit is open" in page, "Location" in headers) == (200, True, False)
    assert server.token not in page
    assert "passphrase" not in re.findall(r'name="(\w+)"', page)

    secrets = {PASSPHRASE, WRONG, urlencode({"": PASSPHRASE})[1:], server.token}
    for process in front.family():
        assert not [one for one in process.cmdline() if any(secret in one for secret in secrets)]
        assert not [one for one in process.environ().values() if any(secret in one for secret in secrets)]
    assert not any(secret in front.log.read_text() for secret in secrets)
    key = Kit.unlock(kit.home, PASSPHRASE).environment()["QPM_KIT_KEY"]
    assert key not in psutil.Process(front.process.pid).environ().values()
    files = [path for path in kit.home.rglob("*") if path.is_file()]
    assert len(files) > 10
    spelled = [one.encode() for one in secrets - {server.token}] + [key.encode(), bytes.fromhex(key)]
    assert not [path for path in files if any(one in path.read_bytes() for one in spelled)]

    (kit.runtime / CLOSE_REQUEST).touch()  # as `lock`, and as silence does
    deadline = time.monotonic() + 60
    while is_served(kit.runtime) or front_asks(front) is None:
        assert time.monotonic() < deadline
        time.sleep(0.2)
    front.process.send_signal(0)
    family = front.family()
    assert len(family) == 2, "the one that waits, and the page"
    assert front.send(PASSPHRASE)[0] == 303, "at the same address"
    os.kill(front.process.pid, signal.SIGTERM)
    _, alive = psutil.wait_procs([*family, *front.family()], timeout=30)
    assert alive == []


def front_asks(front: Front) -> str | None:
    """A token of the page, once it is there and asks."""
    try:
        found = re.search(r'name="token" value="([^"]+)"', front.ask()[1])
    except OSError:
        return None
    return found[1] if found else None


def test_a_kit_started_twice_has_one_page(front: Front, kit: Kit, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "qpm_widgets", "start", "--no-browser", "--home", str(kit.home)]
    said = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=True)
    assert said.stdout.strip().endswith(f"{front.origin}/"), "and not to keep this window open"
    assert front.ask()[0] == 200


def test_a_server_that_fails_after_the_passphrase_is_told_on_the_page_which_then_asks_again(
    front: Front, kit: Kit
) -> None:
    in_the_way = kit.runtime / "lab"
    in_the_way.write_text("a file where the settings' folder has to be")
    status, page, _ = front.send(PASSPHRASE)
    assert status == 503
    assert "Your passphrase was right, but the pages of the kit could not be started." in page
    assert '<a href="/">Try again</a>' in page
    assert "<form" not in page, "nothing would take it"
    assert str(kit.home) not in page
    assert not is_served(kit.runtime)
    in_the_way.unlink()
    deadline = time.monotonic() + 60
    while front_asks(front) is None:
        assert front.process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.2)
    assert front.send(PASSPHRASE)[0] == 303


def test_what_is_wrong_with_the_kit_is_told_in_a_sentence(front: Front, kit: Kit) -> None:
    (kit.home / "kit.json").write_text("{}")
    _, page, _ = front.send(PASSPHRASE)
    assert "A file of the kit is missing or damaged." in page
    assert "JOURNAL-002" not in page
    assert str(kit.home) not in page


def test_where_there_is_no_kit_the_page_sets_one_up_by_the_same_rules_and_goes_on_to_the_desk(tmp_path: Path) -> None:
    home = tmp_path / "kit"
    with started(home, tmp_path / "out.txt") as front:
        page = front.ask()[1]
        assert "Set up your kit" in page
        assert f"No kit is in {home}. If you have a kit already, set up no other one" in page, (
            "it may be on another disk"
        )
        assert "The lead assessor gives it to you" in page
        assert "AS1" not in page, "the code of the practice visit and of the sample is nobody's own"
        for typed, told in (
            (("Ann Smith", PASSPHRASE, PASSPHRASE), "This is no assessor code."),
            (("", PASSPHRASE, PASSPHRASE), "This is no assessor code."),
            (("AS1", "short", "short"), "This passphrase is too short."),
            (("AS1", PASSPHRASE, WRONG), "The two passphrases were not the same."),
            (("AS1", PASSPHRASE, ""), "The two passphrases were not the same."),
        ):
            status, page, _ = front.set_up(*typed)
            assert (status, told in page) == (200, True)
            assert PASSPHRASE not in page
            assert not (home / "kit.json").exists()
        assert 'value="AS1"' in page, "the code need not be typed again"
        status, _, headers = front.set_up("AS1", PASSPHRASE, PASSPHRASE)
        assert (status, headers["Location"]) == (303, await_server(home / "runtime").address("desk.ipynb"))
        with Kit.unlock(home, PASSPHRASE) as kit:
            assert kit.assessor == "AS1"
        assert "Your kit is open" in front.ask()[1], "a second window sets up no second one"
        assert PASSPHRASE not in (tmp_path / "out.txt").read_text()


@pytest.mark.skipif(sys.platform != "linux", reason="limits of another process")
def test_what_keeps_a_kit_from_being_set_up_is_told_in_a_sentence_and_nothing_half_made_is_left(tmp_path: Path) -> None:
    """A folder that cannot be written, then a disk on which nothing has room; then there is room."""
    home = tmp_path / "kit"
    with started(home, tmp_path / "said.txt") as front:
        alert = re.compile(r'role="alert"[^>]*>(.*?)</', re.DOTALL)

        def told() -> str:
            status, page, _ = front.set_up("AS1", PASSPHRASE, PASSPHRASE)
            assert status == 200 and PASSPHRASE not in page
            assert 'name="again"' in page, "it can be tried again at once"
            [said] = [unescape(re.sub("<[^>]+>", "", one)).strip() for one in alert.findall(page)]
            return said

        home.rename(tmp_path / "elsewhere")
        home.write_text("a file where the kit's folder has to be")
        assert told().startswith(f"{REFUSED} The system says: Not a directory."), "one error, in words"
        home.unlink()
        (tmp_path / "elsewhere").rename(home)
        family = front.family()
        before = [process.rlimit(psutil.RLIMIT_FSIZE) for process in family]
        for process in family:
            process.rlimit(psutil.RLIMIT_FSIZE, (1024, before[0][1]))
        assert told().startswith(REFUSED)
        assert not (home / "kit.json").exists() and not (home / "journal.qpm").exists()
        for process, limit in zip(family, before, strict=True):
            process.rlimit(psutil.RLIMIT_FSIZE, limit)
        status, _, headers = front.set_up("AS1", PASSPHRASE, PASSPHRASE)
        assert (status, "desk" in headers.get("Location", "")) == (303, True)
    with Kit.unlock(home, PASSPHRASE) as kit:
        assert kit.assessor == "AS1"
    assert not list(home.glob("*.new")), "what was begun and given up is gone"


@pytest.mark.skipif(sys.platform == "win32", reason="terminals as Unix has them")
def test_at_a_terminal_the_page_asks_as_well_unless_told_to_ask_here(kit: Kit, tmp_path: Path) -> None:
    kit.close()
    ours, theirs = os.openpty()
    try:
        with started(kit.home, tmp_path / "out.txt", theirs) as front:
            assert "Open your kit" in front.ask()[1]
            assert "Keep this window open" in front.log.read_text()
        command = [sys.executable, "-m", "qpm_widgets", "start", "--ask-here", "--no-browser", "--home", str(kit.home)]
        with subprocess.Popen(
            command, stdin=theirs, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True
        ) as process:
            assert b"Passphrase" in process.stderr.read(10)
            process.kill()
    finally:
        os.close(ours)
        os.close(theirs)
