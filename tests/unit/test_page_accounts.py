"""An account of harm printed or sealed from the desk: where the passphrase is typed, and what comes to which page."""

from __future__ import annotations

import http.client
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import urlopen

import pikepdf
import psutil
import pytest
from canary_search import files_holding
from pdf_reading import read_text

from qpm_widgets.capture import account_page
from qpm_widgets.capture.desk_sheet import DeskSheet
from qpm_widgets.capture.own_process import OUTPUTS_VARIABLE
from qpm_widgets.journal import Kit, account_files, new_entry_id
from qpm_widgets.journal.guessing import Guesses
from qpm_widgets.journal.keys import KeyCost
from qpm_widgets.journal.sealing import fingerprint, make_identity, public_key_of, public_key_text
from qpm_widgets.running_server import SERVER_LOCK, only_server

PASSPHRASE = "a test passphrase of many words"  # the sample kit's
CANARY = "Sturmglocke 4471"
ACCOUNT = "SG-7K2M4QXH"


class Desk:
    """The desk of a kit in which somebody was told of harm, and a person who types on the page that it leads to."""

    def __init__(self, kit: Kit, outputs: Path) -> None:
        self.kit, self.outputs, self.sheet, self.seen = kit, outputs, DeskSheet(), ""
        self.sheet.kit = kit
        self.tell(1)

    def tell(self, part: int) -> None:
        place = ("lantern", "interview:P1", f"{ACCOUNT}.{part}")
        self.kit.safeguarding.record(*place, {"said": CANARY}, entry_id=new_entry_id())

    def do(self, name: str, **arguments: str) -> dict:
        sent = {"kind": "do", "name": name, "arguments": {"id": ACCOUNT, **arguments}, "request_id": "1"}
        answer = self.sheet.answer(sent)
        self.seen += str(answer)
        return answer

    def wants(self, **key: str) -> dict:
        """What the desk answers to a wish for a file; where it leads to is where the person goes."""
        answer = self.do("write_account", **key)
        if "result" in answer:
            self.authority = re.fullmatch(r"http://(127\.0\.0\.1:\d+)/", answer["result"]["address"])[1]
        return answer

    def waiting(self) -> dict:
        (one,) = self.do("look")["result"]["situation"]["waiting_accounts"]
        return one

    def ask(self, method: str = "GET", body: bytes = b"", **headers: str) -> tuple[int, str]:
        connection = http.client.HTTPConnection(self.authority, timeout=90)
        connection.request(method, "/", body or None, {name.replace("_", "-"): said for name, said in headers.items()})
        answer = connection.getresponse()
        text = unescape(answer.read().decode())
        connection.close()
        self.seen += text
        return answer.status, text

    def type(self, passphrase: str, **headers: str) -> tuple[int, str]:
        token = re.search(r'name="token" value="([^"]+)"', self.ask()[1])[1]
        body = urlencode({"token": token, "passphrase": passphrase}).encode()
        kind = "application/x-www-form-urlencoded"
        return self.ask("POST", body, **{"Origin": f"http://{self.authority}", "Content_Type": kind, **headers})

    def is_over(self) -> bool:
        """Whether nothing takes a passphrase any more, now that the kit is not served."""
        try:
            return 'name="passphrase"' not in self.ask()[1]
        except OSError:
            return True

    def written(self) -> list[Path]:
        return [path for path in self.outputs.rglob("*") if path.is_file()]


@pytest.fixture
def desk(lantern_copy, tmp_path, monkeypatch) -> Iterator[Desk]:
    """The kit is being served, as far as a process can tell from outside."""
    monkeypatch.setenv(OUTPUTS_VARIABLE, str(tmp_path / "outputs"))
    with only_server(lantern_copy.runtime):
        desk = Desk(lantern_copy, tmp_path / "outputs")
        yield desk
    assert CANARY not in desk.seen
    assert PASSPHRASE not in desk.seen
    assert files_holding(lantern_copy.home, CANARY) == files_holding(lantern_copy.home, PASSPHRASE) == []
    assert desk.is_over()
    for process in account_page._serving.values():
        process.terminate()


def test_an_account_is_printed_once_its_passphrase_is_typed_on_a_page_of_its_own(desk) -> None:
    assert desk.wants()["kind"] == "done"
    assert "Whoever finds the print, or the file, can read it" in desk.ask()[1], "said before anything is written"
    assert desk.type(PASSPHRASE, Origin="http://127.0.0.1:1")[0] == 403
    assert "Type the passphrase first" in desk.type("")[1]
    assert "This is not the passphrase of this kit" in desk.type("another passphrase")[1]
    assert (desk.written(), desk.waiting()["written"], desk.waiting()["files"]) == ([], False, [])

    _, told = desk.type(PASSPHRASE)
    (file,) = desk.written()
    assert str(file) in told
    assert "whoever finds it can read it" in told
    with pikepdf.open(file) as pdf:
        assert CANARY in read_text(pdf)
    assert file.stat().st_mode & 0o077 == 0
    assert (desk.waiting()["written"], desk.waiting()["files"]) == (True, [str(file)])
    for process in psutil.Process().children(recursive=True):
        kept = [*process.cmdline(), *process.environ().values()]
        assert not [one for one in kept if PASSPHRASE in one or desk.kit.environment()["QPM_KIT_KEY"] in one]

    assert desk.do("handed_over")["result"] == {"left": [], "situation": desk.sheet.situation()}
    assert desk.written() == [], "a page that anybody can read is not left lying"
    assert not desk.kit.safeguarding.find(ACCOUNT).is_waiting


def test_an_account_is_sealed_for_a_safeguarding_key_and_for_no_other(desk, tmp_path) -> None:
    cost = KeyCost(time_cost=1, memory_kib=64, parallelism=1)
    with Kit.create(tmp_path / "lead", "another long passphrase", assessor="SL1", cost=cost) as lead:
        key = lead.safeguarding.public_key
        for_visits = public_key_text(public_key_of(make_identity()), "SL1")
        assert desk.wants(key=for_visits)["code"] == "SAFE-004"
        for wrong in ("nonsense", "", "\n"):
            answer = desk.wants(key=wrong)
            assert answer["code"] == "SAFE-012", "and nothing is written to be read by anybody"
            assert "his is not the lead's safeguarding key" in str(answer)
        assert desk.wants(key=public_key_text(key, "SL1", "safeguarding"))["kind"] == "done"
        assert fingerprint(key) in desk.ask()[1], "compared before anything is written"
        _, told = desk.type(PASSPHRASE)
        (file,) = desk.written()
        assert file.suffix == account_files.SUFFIX
        assert CANARY.encode() not in file.read_bytes()
        assert fingerprint(desk.kit.device_id) in told
        identity = lead.safeguarding.identity("another long passphrase")
        account_files.receive_account(lead.safeguarding, file.read_bytes(), identity, file.name)
        (read,) = lead.safeguarding.read(ACCOUNT, identity)
        assert read.account.said == CANARY
    assert Guesses(desk.kit.home).seconds_left() == 0


def test_the_next_account_is_asked_for_at_the_same_address_and_old_forms_do_nothing(desk) -> None:
    desk.wants()
    before, token = desk.authority, re.search(r'name="token" value="([^"]+)"', desk.ask()[1])[1]
    desk.wants()
    assert desk.authority == before
    body = urlencode({"token": token, "passphrase": PASSPHRASE}).encode()
    kind = {"Origin": f"http://{before}", "Content_Type": "application/x-www-form-urlencoded"}
    status, told = desk.ask("POST", body, **kind)
    assert (status, "standing too long" in told, desk.written()) == (403, True, [])


def test_an_account_that_is_not_there_any_more_is_told_in_a_sentence(desk) -> None:
    desk.wants()
    desk.kit.safeguarding.erase(ACCOUNT)
    _, told = desk.type(PASSPHRASE)
    assert "The account of harm was erased." in told
    assert desk.written() == []
    assert 'name="passphrase"' not in told, "there is nothing more to write on this page"
    assert desk.do("write_account", id="../SG-7K2M4QXH")["code"] == "SAFE-001"


def test_a_page_left_open_prints_nothing_more_once_the_lead_has_the_account(desk) -> None:
    desk.wants()
    desk.type(PASSPHRASE)
    desk.do("handed_over")
    _, told = desk.type(PASSPHRASE)
    assert "Nothing of this account of harm waits to be handed over, so no file was written." in told
    assert 'name="passphrase"' not in told
    assert desk.written() == []
    desk.tell(2)
    desk.type(PASSPHRASE)
    assert len(desk.written()) == 1, "what was written since waits"


def test_a_file_that_could_not_be_deleted_is_listed_until_it_is_whatever_became_of_its_account(
    desk, monkeypatch
) -> None:
    """As where another program has it open on Windows."""
    desk.wants()
    desk.type(PASSPHRASE)
    (file,) = desk.written()
    files = [{"id": ACCOUNT, "files": [str(file)]}]

    def refuse(path: Path, missing_ok: bool = False) -> None:
        raise PermissionError(path)

    with monkeypatch.context() as open_elsewhere:
        open_elsewhere.setattr(Path, "unlink", refuse)
        for name in ("handed_over", "delete_files", "erase_account"):
            done = desk.do(name)["result"]
            assert (done["left"], done["situation"]["left_files"]) == ([str(file)], files), name
    assert desk.do("delete_files")["result"]["situation"]["left_files"] == []
    assert desk.written() == []
    assert desk.do("delete_files", id="../SG-7K2M4QXH")["code"] == "SAFE-001"


def test_erasing_on_the_desk_deletes_what_lies_there_of_the_account(desk) -> None:
    desk.wants()
    desk.type(PASSPHRASE)
    (file,) = desk.written()
    printed = file.read_bytes()
    desk.do("handed_over")
    file.write_bytes(printed)  # a copy that somebody put back
    assert desk.do("look")["result"]["situation"]["left_files"] == [{"id": ACCOUNT, "files": [str(file)]}]
    assert desk.do("erase_account")["result"]["left"] == []
    assert desk.written() == []


def test_where_the_kit_was_locked_meanwhile_the_page_says_so_and_takes_no_passphrase(desk) -> None:
    desk.wants()
    token = re.search(r'name="token" value="([^"]+)"', desk.ask()[1])[1]
    lock = desk.kit.runtime / SERVER_LOCK
    lock.rename(lock.with_name("put away"))  # as if nobody served it
    try:
        body = urlencode({"token": token, "passphrase": PASSPHRASE}).encode()
        kind = {"Origin": f"http://{desk.authority}", "Content_Type": "application/x-www-form-urlencoded"}
        _, told = desk.ask("POST", body, **kind)
        assert "The kit was locked meanwhile" in told
        assert 'name="passphrase"' not in told
        assert desk.written() == []
    finally:
        lock.with_name("put away").rename(lock)
    assert "The kit was locked meanwhile" in desk.ask()[1], "a new page is for who opened the kit again"


BRIEF = "from qpm_widgets.capture import account_page as page; page.BOX_SECONDS, page.MARGIN = 8, 0; page.main()"


def test_the_page_keeps_its_port_while_a_tab_may_show_its_box_and_then_ends(lantern_copy, tmp_path) -> None:
    asked = {"home": str(lantern_copy.home), "folder": str(tmp_path), "id": ACCOUNT, "key": "", "back": ""}
    with subprocess.Popen(
        [sys.executable, "-c", BRIEF], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        with only_server(lantern_copy.runtime):
            process.stdin.write(json.dumps(asked))
            process.stdin.close()
            address = json.loads(process.stdout.readline())["address"]
            with urlopen(address) as shown:
                assert shown.headers["Refresh"] == "8", "its box is gone from every tab by then"
        with urlopen(address) as shown:
            assert "The kit was locked meanwhile" in shown.read().decode()
            assert "Refresh" not in shown.headers
        assert process.wait(30) == 0
