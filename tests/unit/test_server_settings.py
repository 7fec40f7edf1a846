"""What Jupyter is told, and what is left of a notebook when it is saved: without starting a server."""

from __future__ import annotations

import json
import logging
import re
import socket
import stat
import subprocess
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import ClassVar

import pytest
import zmq
from jupyter_server.services.kernels.websocket import KernelWebsocketHandler
from tornado.web import HTTPError

from qpm_widgets.capture.disposable_notebooks import (
    NoCheckpoints,
    empty_before_saving,
    empty_notebook,
)
from qpm_widgets.capture.jupyter_settings import (
    DISABLED_PLUGINS,
    LABEXTENSION,
    OVERRIDES,
    runtime_environment,
    server_config,
    write_settings,
)
from qpm_widgets.capture.kernel_channels import PromptConnection, choose_channels, remove_channels
from qpm_widgets.capture.server import KitServer
from qpm_widgets.capture.wordless_log import DispensableFileHandler, WordlessFormatter
from qpm_widgets.errors import QpmError
from qpm_widgets.journal import Kit
from qpm_widgets.reports.kernel import private_kernel
from qpm_widgets.running_server import RunningServer, find_server, only_server, page_path
from qpm_widgets.templates import Templates
from qpm_widgets.visits.working_notebooks import NOTEBOOKS, prepare_desk

CANARY = "the canary sang at noon"
SHARE = Path(sys.prefix) / "share" / "jupyter" / "lab"
EXTENSION = LABEXTENSION / "qpm-field-kit"


def full_notebook() -> dict[str, object]:
    output = {"output_type": "stream", "name": "stdout", "text": CANARY}
    return {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {"qpm": {"autorun": True}, "widgets": {"state": {"x": CANARY}}},
        "cells": [
            {
                "cell_type": "code",
                "source": "interview_id = 'A3'",
                "outputs": [output],
                "execution_count": 7,
                "metadata": {"execution": {"iopub.status.busy": CANARY}, "tags": ["parameters"]},
            },
            {"cell_type": "markdown", "source": "A heading", "metadata": {}},
        ],
    }


def test_a_saved_notebook_keeps_its_source_and_nothing_else() -> None:
    notebook = full_notebook()
    empty_notebook(notebook)
    assert CANARY not in json.dumps(notebook)
    code, heading = notebook["cells"]  # type: ignore[misc]
    assert code == {
        "cell_type": "code",
        "source": "interview_id = 'A3'",
        "outputs": [],
        "execution_count": None,
        "metadata": {"tags": ["parameters"]},
    }
    assert heading["source"] == "A heading"
    assert notebook["metadata"] == {"qpm": {"autorun": True}}


def test_the_hook_empties_notebooks_and_leaves_other_files_alone() -> None:
    notebook = {"type": "notebook", "content": full_notebook()}
    empty_before_saving(model=notebook, path="A3.ipynb", contents_manager=None)
    assert CANARY not in json.dumps(notebook)
    text = {"type": "file", "content": CANARY}
    empty_before_saving(model=text, path="readme.txt", contents_manager=None)
    assert text["content"] == CANARY


def at_once(answer: Coroutine[object, object, object]) -> object:
    """What a coroutine that waits for nothing returns; the browser tests have an event loop running already."""
    with pytest.raises(StopIteration) as end:
        answer.send(None)
    return end.value.value


def test_no_checkpoint_is_ever_kept() -> None:
    checkpoints = NoCheckpoints()
    assert set(at_once(checkpoints.create_checkpoint(None, "A3.ipynb"))) == {"id", "last_modified"}
    assert at_once(checkpoints.list_checkpoints("A3.ipynb")) == []
    at_once(checkpoints.rename_all_checkpoints("A3.ipynb", "A4.ipynb"))
    at_once(checkpoints.delete_all_checkpoints("A3.ipynb"))
    with pytest.raises(HTTPError):
        at_once(checkpoints.restore_checkpoint(None, "none", "A3.ipynb"))


def test_a_damaged_desk_is_made_again(kit: Kit) -> None:
    desk = prepare_desk(kit)
    desk.write_text("not a notebook", encoding="utf-8")
    assert prepare_desk(kit).read_bytes() == (NOTEBOOKS / "desk.ipynb").read_bytes()
    assert [path.name for path in kit.notebooks.iterdir()] == ["desk.ipynb"]


def test_the_server_is_closed_to_everything_but_this_machine(tmp_path: Path) -> None:
    config = server_config(
        tmp_path / "notebooks",
        tmp_path / "runtime",
        port=9999,
        token="t" * 43,
        cookie_secret=b"c" * 32,
        page=page_path("desk.ipynb"),
        open_browser=False,
    )
    server = config.ServerApp
    assert (server.ip, server.allow_remote_access, server.terminals_enabled) == ("127.0.0.1", False, False)
    assert (config.LabApp.news_url, config.LabApp.extension_manager) == (None, "readonly")
    assert config.LabApp.check_for_updates_class == "jupyterlab.NeverCheckForUpdate"
    assert config.ContentsManager.allow_hidden is False
    assert config.ContentsManager.checkpoints_class is NoCheckpoints
    assert config.FileContentsManager.delete_to_trash is False
    assert config.IdentityProvider.token == "t" * 43
    assert config.IdentityProvider.cookie_options["expires_days"] is None  # a cookie that is not kept on disk
    assert KitServer().config_file_paths == []
    assert "nbconvert" not in KitServer.default_services


def test_no_receipt_is_held_back_by_the_system_until_the_page_has_confirmed_the_message_before() -> None:
    class Connected(Exception):
        """What comes after is Jupyter's."""

    class Handler(KernelWebsocketHandler):
        told: ClassVar[list[bool]] = []

        def __init__(self) -> None:
            pass  # no connection is made

        def set_nodelay(self, value: bool) -> None:
            self.told.append(value)
            raise Connected

    with pytest.raises(Connected):
        PromptConnection(websocket_handler=Handler()).connect()
    assert Handler.told == [True]


def test_every_folder_jupyter_writes_to_lies_in_the_kit(tmp_path: Path) -> None:
    environment = runtime_environment(tmp_path)
    for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR"):
        assert Path(environment[name]).is_relative_to(tmp_path)


def test_settings_are_written_private_and_without_history(tmp_path: Path) -> None:
    runtime = tmp_path / "runtime"
    write_settings(runtime, {"opening": "Opening the page …"})
    page = json.loads((runtime / "lab" / "settings" / "page_config.json").read_text(encoding="utf-8"))
    assert json.loads(page["qpmWording"]) == {"opening": "Opening the page …"}
    kernel = json.loads((runtime / "ipython/profile_default/ipython_kernel_config.json").read_text(encoding="utf-8"))
    assert kernel["HistoryManager"]["enabled"] is False
    if sys.platform != "win32":
        assert stat.S_IMODE(runtime.stat().st_mode) == 0o700


def test_nothing_saves_a_page_or_asks_for_news_by_itself(tmp_path: Path) -> None:
    write_settings(tmp_path, {})
    settings = json.loads((tmp_path / "lab" / "settings" / "overrides.json").read_text())
    assert settings["@jupyterlab/docmanager-extension:plugin"]["autosave"] is False
    notification = settings["@jupyterlab/apputils-extension:notification"]
    assert (notification["fetchNews"], notification["checkForUpdates"]) == ("false", False)


@pytest.mark.parametrize("plugin", sorted(OVERRIDES))
def test_every_overridden_setting_exists_in_this_jupyterlab(plugin: str) -> None:
    package, _, name = plugin.partition(":")
    schema = json.loads((SHARE / "schemas" / package / f"{name}.json").read_text(encoding="utf-8"))
    assert set(OVERRIDES[plugin]) <= set(schema["properties"])


def test_every_plugin_switched_off_exists_in_this_jupyterlab() -> None:
    bundle = max((SHARE / "static").glob("jlab_core.*.js"), key=lambda path: path.stat().st_size).read_text("utf-8")
    unknown = [plugin for plugin in DISABLED_PLUGINS if f"{plugin}" not in bundle]
    assert not unknown


def test_channels_lie_in_the_kit_where_its_path_is_short(short_folder: Path) -> None:
    config, folder = choose_channels(short_folder)
    assert config.KernelManager.transport == "ipc"
    assert folder.parent == short_folder
    remove_channels(short_folder)
    assert not folder.exists()


def test_channels_of_a_kit_with_a_long_path_lie_in_a_private_short_folder(tmp_path: Path) -> None:
    if sys.platform == "win32":
        pytest.skip("Windows has no such channels")
    runtime = tmp_path / ("a" * 60) / ("b" * 60)
    runtime.mkdir(parents=True)
    config, folder = choose_channels(runtime)
    assert config.KernelManager.transport == "ipc"
    assert not folder.is_relative_to(runtime)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    # A server that was killed could not tidy up: the next one finds the folder by its note.
    _, again = choose_channels(runtime)
    assert not folder.exists()
    assert again != folder
    remove_channels(runtime)
    assert not again.exists()


@pytest.fixture
def no_sockets(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine whose file system has no sockets, as on Windows."""
    monkeypatch.delattr(socket, "AF_UNIX", raising=False)


def test_without_sockets_in_the_file_system_channels_are_encrypted(tmp_path: Path, no_sockets: None) -> None:
    config, folder = choose_channels(tmp_path)
    assert "KernelManager" not in config
    assert config.MappingKernelManager.transport_encryption == "required"
    assert folder.is_relative_to(tmp_path)


def test_channels_that_can_be_neither_private_nor_encrypted_are_refused(
    tmp_path: Path, no_sockets: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zmq, "has", lambda capability: capability != "curve")
    with pytest.raises(QpmError, match="START-004, pyzmq"):
        choose_channels(tmp_path)
    with pytest.raises(QpmError, match="START-004"), private_kernel({}):
        raise AssertionError("a report's process may not be started")


def test_one_kit_is_served_once_and_what_killed_servers_left_is_removed(tmp_path: Path) -> None:
    left = tmp_path / "jpserver-1.json"
    left.write_text(json.dumps({"url": "http://127.0.0.1:9/", "token": "t", "pid": 1}), encoding="utf-8")
    assert find_server(tmp_path) is None
    with only_server(tmp_path) as first:
        assert first
        assert not left.exists()
        asked = "import sys; from pathlib import Path; from qpm_widgets.running_server import only_server\n"
        asked += "with only_server(Path(sys.argv[1])) as mine: print(mine)"
        answer = subprocess.run(
            [sys.executable, "-c", asked, str(tmp_path)], capture_output=True, text=True, check=True
        )
        assert answer.stdout.strip() == "False"
    with only_server(tmp_path) as again:
        assert again


def test_starting_does_not_build_a_grammar_that_nothing_uses() -> None:
    seen = "import sys, qpm_widgets.capture.server; print('jsonschema' in sys.modules, 'lark' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", seen], capture_output=True, text=True, check=True)
    assert answer.stdout.split() == ["True", "False"]


def test_a_page_has_an_address_that_a_browser_can_take() -> None:
    server = RunningServer("http://127.0.0.1:8888/", "a token", 1, Path())
    assert server.address("lantern/V1/A 3.ipynb") == (
        "http://127.0.0.1:8888/doc/tree/lantern/V1/A%203.ipynb?token=a+token"
    )


def test_the_log_says_what_kind_of_fault_and_where_but_never_a_word() -> None:
    try:
        raise ValueError(CANARY)
    except ValueError:
        record = logging.LogRecord("jupyter", logging.ERROR, __file__, 1, CANARY, (), sys.exc_info())
    line = WordlessFormatter().format(record)
    assert "ValueError" in line
    assert Path(__file__).name in line
    assert CANARY not in line


def test_a_log_that_cannot_be_written_ends_nothing_and_quotes_nothing(tmp_path: Path, capfd) -> None:
    record = logging.LogRecord("tornado", logging.ERROR, __file__, 1, "refused %s", (CANARY,), None)
    handler = DispensableFileHandler(tmp_path / "gone" / "server.log", delay=True)
    handler.handle(record)
    try:
        raise OSError("No space left on device")
    except OSError:
        handler.handleError(record)  # as when a line does not fit on the disk any more
    assert capfd.readouterr() == ("", "")


def test_the_labextension_is_whole_and_has_words_for_all_that_it_says(templates: Templates) -> None:
    package = json.loads((EXTENSION / "package.json").read_text(encoding="utf-8"))
    assert package["name"] == EXTENSION.name  # JupyterLab looks for its files under its name
    assert (EXTENSION / package["jupyterlab"]["_build"]["load"]).exists()
    said = {
        key
        for file in (EXTENSION / "static").glob("*.js")
        for key in re.findall(r"words\.(\w+)", file.read_text("utf-8"))
    }
    assert said == set(templates.wording.section("desk")["door"]["page"])


@pytest.fixture
def short_folder() -> Path:
    """A folder whose path leaves room for the name of a socket."""
    import shutil
    import tempfile

    if sys.platform == "win32":
        pytest.skip("Windows has no such channels")
    folder = Path(tempfile.mkdtemp(prefix="q", dir="/tmp"))
    yield folder
    shutil.rmtree(folder)
