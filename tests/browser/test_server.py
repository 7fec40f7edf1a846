"""The real server and real Chromium: no trace of Jupyter, nothing off this machine, nothing left behind."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import nbformat
import psutil
import pytest
from barriers import find_barriers
from field_pages import kernel_process, kernel_processes
from playwright.sync_api import expect

from qpm_widgets.capture.server import server_process
from qpm_widgets.journal import Kit

pytestmark = pytest.mark.browser

CANARY = "the canary sang at noon"
FAULTY = {
    "locked": "from qpm_widgets.errors import QpmError, Said\nraise QpmError('JOURNAL-010', 'here', Said('Start.'))",
    "broken": f"1 / 0  # {CANARY}",
}


def page_notebook(source: str) -> str:
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source)],
        metadata={
            "qpm": {"autorun": True},
            "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
        },
    )
    return nbformat.writes(notebook)


def ask(server, path: str, *, method: str = "GET", body: object = None, token: bool = True, host: str = "") -> object:
    headers = {"Authorization": f"token {server.token}"} if token else {}
    if host:
        headers["Host"] = host
    data = json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(f"{server.url}{path}", data=data, method=method, headers=headers)
    with urllib.request.urlopen(request, timeout=20) as answer:
        text = answer.read()
    return json.loads(text) if text else None


def status_of(server, path: str, **how) -> int:
    try:
        ask(server, path, **how)
    except urllib.error.HTTPError as error:
        return error.code
    return 200


def await_desk(page, *, other_than: str = "") -> str:
    """Wait for a desk that was drawn by another run than the one named; give this one's mark."""
    page.wait_for_function(
        "(old) => { const desk = document.querySelector('.qpm-desk'); return desk && desk.offsetParent"
        " && document.querySelector('.qpm-cover').hidden && (desk.dataset.mark ?? 'new') !== old }",
        arg=other_than or "none",
        timeout=45_000,
    )
    mark = f"drawn-{os.urandom(4).hex()}"
    page.evaluate("(mark) => { document.querySelector('.qpm-desk').dataset.mark = mark }", mark)
    return mark


class Window:
    """A browser window, and all that happened in it."""

    def __init__(self, chromium) -> None:
        self.context = chromium.new_context(viewport={"width": 1366, "height": 768})
        self.page = self.context.new_page()
        self.dialogs: list[str] = []
        self.faults: list[str] = []
        self.page.on("dialog", lambda dialog: (self.dialogs.append(dialog.message), dialog.dismiss()))
        self.page.on("console", lambda said: self.faults.append(said.text) if said.type == "error" else None)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))

    def seen(self) -> str:
        return self.page.evaluate("document.body.innerText")

    def open(self, path: str) -> None:
        """Open a page as a link of the kit does: in place."""
        self.page.evaluate(
            "(path) => { const link = document.createElement('a'); link.dataset.qpmOpen = path;"
            " document.body.append(link); link.click(); link.remove() }",
            path,
        )


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Path:
    """A person's own home folder, in which nothing may appear."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def lantern(lantern: Kit, tmp_path_factory):
    """A copy of the sample's kit: here pages are added to it, and saved in the workbench."""
    copied = tmp_path_factory.mktemp("served") / "kit"
    shutil.copytree(lantern.home, copied, ignore=shutil.ignore_patterns("runtime"))
    with Kit.unlock(copied, "a test passphrase of many words") as kit:
        yield kit


@pytest.fixture(scope="module")
def server(lantern: Kit, home: Path):
    for name, source in FAULTY.items():
        (lantern.notebooks / f"{name}.ipynb").write_text(page_notebook(source), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("HOME", "USERPROFILE", "APPDATA"):
            patch.setenv(name, str(home))
        with server_process(lantern) as running:
            yield running


@pytest.fixture(scope="module")
def window(chromium, server):
    """One window for the whole module, as a person's day has; the last test looks at all that it did."""
    opened = Window(chromium)
    opened.page.goto(server.address("desk.ipynb"))
    yield opened
    opened.context.close()


def test_the_desk_is_a_page_and_nothing_of_jupyter_is_seen_or_said(window) -> None:
    page = window.page
    await_desk(page)
    assert page.title() == "Desk · QPM Field Kit"
    assert not re.search(r"kernel|notebook|jupyter|\bcell", window.seen(), re.IGNORECASE)
    hidden = ".jp-InputArea, .jp-Toolbar, .jp-SideBar, .lm-MenuBar, .jp-Dialog, .Toastify__toast, #jp-bottom-panel"
    assert page.locator(hidden).locator("visible=true").count() == 0
    tree = page.locator("body").aria_snapshot()
    assert 'heading "Desk"' in tree
    assert not re.search(r"kernel|notebook|jupyter|\bcell", tree, re.IGNORECASE)
    # One-letter shortcuts of the workbench (here: delete the cell) do nothing, and Ctrl+S asks nothing.
    page.locator("#desk-workbench").focus()
    for key in ("d", "d", "x", "Control+s", "Control+Shift+c"):
        page.keyboard.press(key)
    expect(page.locator(".qpm-desk")).to_be_visible()
    assert page.locator(".lm-CommandPalette").locator("visible=true").count() == 0
    page.wait_for_timeout(1000)  # what JupyterLab asks at its first start it asks about a second late
    assert page.locator(".jp-Dialog, .Toastify__toast").count() == 0
    assert (window.dialogs, window.faults) == ([], [])


def test_a_script_is_fetched_once_and_where_it_cannot_be_had_a_sentence_says_so(window) -> None:
    page = window.page
    sizes = "() => performance.getEntriesByType('resource').filter((one) => one.name.includes('/static/pages/desk'))"
    sizes += ".map((one) => [one.transferSize, one.encodedBodySize])"
    ((taken, size),) = page.evaluate(sizes)
    assert taken > size > 10_000
    page.reload()
    await_desk(page)
    assert page.evaluate(sizes) == [[0, size]], "the browser has it"
    page.route("**/static/pages/desk*", lambda route: route.abort())
    page.reload()
    page.locator(".qpm-cover").get_by_text("fault inside the kit").wait_for(timeout=20_000)
    assert "javascript" not in window.seen().lower()
    assert find_barriers(page) == []
    page.unroute_all()
    page.get_by_role("button", name="Try again").click()
    await_desk(page)


def test_a_page_comes_back_by_itself_when_its_process_is_killed(server, window) -> None:
    page = window.page
    mark = await_desk(page)
    for _ in range(2):
        kernel_process(server, "desk.ipynb").kill()
        mark = await_desk(page, other_than=mark)
    # Given up for good, as after a fault while starting: a fresh one is started.
    (session,) = ask(server, "api/sessions")
    ask(server, f"api/sessions/{session['id']}", method="DELETE")
    await_desk(page, other_than=mark)


@pytest.mark.parametrize(
    ("name", "sentence"), [("locked", "the kit is locked. Start"), ("broken", "fault inside the kit")]
)
def test_a_page_that_fails_says_so_in_one_sentence_without_a_traceback(window, name, sentence) -> None:
    window.open(f"{name}.ipynb")
    window.page.locator(".qpm-cover").get_by_text(sentence).wait_for(timeout=45_000)
    expect(window.page.get_by_role("button", name="Try again")).to_be_visible()
    seen = window.seen()
    assert "Traceback" not in seen
    assert CANARY not in seen


def test_a_page_that_is_not_there_leads_to_the_desk(window) -> None:
    window.open("lantern/V1/nobody.ipynb")
    to_desk = window.page.get_by_role("button", name="Back to the desk")
    to_desk.wait_for(timeout=20_000)
    assert find_barriers(window.page) == []
    to_desk.click()
    window.page.locator(".qpm-desk h1").wait_for(timeout=20_000)


def test_a_lead_can_see_the_workbench_and_what_is_saved_there_is_empty(server, window, lantern) -> None:
    page = window.page
    window.open("desk.ipynb")
    await_desk(page)
    page.get_by_role("button", name="Show the workbench").click()
    page.locator(".lm-MenuBar").wait_for(timeout=20_000)
    page.locator(".jp-InputArea").first.click()
    with page.expect_response(lambda answer: answer.request.method == "PUT" and "/api/contents/" in answer.url):
        page.keyboard.press("Control+s")
    saved = nbformat.read(lantern.notebooks / "desk.ipynb", as_version=4)
    assert "widgets" not in saved.metadata
    assert [cell.outputs for cell in saved.cells] == [[]]
    assert [cell.execution_count for cell in saved.cells] == [None]
    page.get_by_role("button", name="Back to the pages").click()
    page.locator(".lm-MenuBar").wait_for(state="hidden", timeout=20_000)
    await_desk(page)

    # Whatever a page sends to be saved, the disk gets none of its words.
    output = nbformat.v4.new_output("stream", name="stdout", text=CANARY)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1", outputs=[output], execution_count=1)])
    notebook.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": {"state": {"x": CANARY}}}
    ask(server, "api/contents/kept.ipynb", method="PUT", body={"type": "notebook", "content": notebook})
    ask(server, "api/contents/kept.ipynb/checkpoints", method="POST")
    assert CANARY.encode() not in (lantern.notebooks / "kept.ipynb").read_bytes()
    assert not list(lantern.home.rglob(".ipynb_checkpoints"))


def test_the_door_opens_with_the_token_and_from_this_machine_only(server) -> None:
    assert status_of(server, "api/status") == 200
    assert status_of(server, "api/status", token=False) == 403
    assert status_of(server, "lab/api/settings", token=False) == 403
    assert status_of(server, "api/status", host="evil.example") == 403
    # A script has no word of anybody in it; it too is for this machine's own pages only.
    (script,) = (server.runtime / "static" / "pages").glob("desk_sheet-*.js")
    assert urllib.request.urlopen(f"{server.url}static/pages/{script.name}").status == 200
    assert status_of(server, f"static/pages/{script.name}", host="evil.example") == 403
    assert status_of(server, "static/pages/..%2F..%2Fserver.lock") in (403, 404)
    assert status_of(server, "api/terminals") == 404
    assert status_of(server, "api/nbconvert") == 404
    assert status_of(server, "api/contents/..%2Fkit.json") == 404
    listening = [
        [one.laddr.ip for one in process.net_connections() if one.status == psutil.CONN_LISTEN]
        for process in (psutil.Process(server.pid), *kernel_processes(server))
    ]
    assert {ip for ips in listening for ip in ips} == {"127.0.0.1"}
    if sys.platform != "win32":
        # The channels are not on the network. What each kernel listens on takes in the output of processes that it
        # forked, if they bring its secret, and gives nothing out; ipykernel has no switch for it. One that is just
        # being started does not listen yet.
        assert len(listening[0]) == 1
        assert max(len(ips) for ips in listening) == 1


def test_all_files_lie_in_the_kit_and_the_key_in_none_of_them(server, lantern, home) -> None:
    assert [path for path in home.rglob("*") if path.is_file()] == []
    key = lantern.environment()["QPM_KIT_KEY"]
    spelled = {key.encode(), bytes.fromhex(key)}
    files = [path for path in lantern.home.rglob("*") if path.is_file()]
    assert any(path.name.startswith("jpserver-") for path in files)
    assert not [path for path in files if any(secret in path.read_bytes() for secret in spelled)]
    for process in [psutil.Process(server.pid), *kernel_processes(server)]:
        assert not [part for part in process.cmdline() if key in part or server.token in part]
    assert key not in psutil.Process(server.pid).environ().values()
    assert not list(lantern.home.rglob("history.sqlite*"))


def test_a_second_start_shows_the_first_and_disturbs_nothing(server, lantern) -> None:
    command = [sys.executable, "-m", "qpm_widgets.capture.server"]
    environment = {**os.environ, **lantern.environment()}
    said = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=True).stdout
    assert said == f"This kit is open already, at {server.address('desk.ipynb')}\n"
    assert server.answers()


def test_in_a_whole_day_nothing_was_asked_of_anybody(window, network) -> None:
    assert network.strangers() == []
    assert network.seen > 50, "the watch that each of these tests ends with sees what the pages ask for"
    assert window.dialogs == []


def test_a_page_left_open_goes_on_with_a_server_that_was_started_again(kit, chromium) -> None:
    other = Window(chromium)
    page = other.page
    with server_process(kit) as first:
        page.goto(first.address("desk.ipynb"))
        mark = await_desk(page)
        expect(page.get_by_text("This kit is empty")).to_be_visible()
        first.kill()
        page.get_by_text("The kit has been closed").wait_for(timeout=20_000)
        expect(page.locator(".qpm-desk")).to_be_visible()
    with server_process(kit) as second:
        assert (first.url, first.token) != (second.url, second.token)
        await_desk(page, other_than=mark)
        page.get_by_text("The kit has been closed").wait_for(state="hidden", timeout=20_000)
        assert other.dialogs == []
        other.context.close()
        if sys.platform == "win32":
            return
        # Ctrl-C: everything that ran has ended, and no socket, token or connection file is left.
        running = [psutil.Process(second.pid), *psutil.Process(second.pid).children(recursive=True)]
        os.kill(second.pid, signal.SIGINT)
        _, alive = psutil.wait_procs(running, timeout=15)
        assert alive == []
        left = {path.name for path in kit.runtime.rglob("*") if not path.is_dir()}
        assert not [name for name in left if name.startswith(("jpserver", "kernel-"))]
        assert not (kit.runtime / "channels-folder").exists()
