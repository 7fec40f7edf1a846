"""Everything Jupyter is told: what it may serve, where it may write, and what it must not do.

All folders that Jupyter and IPython write to lie in ``<kit home>/runtime``, so nothing is left in a person's own
home folder, and no configuration file of theirs, or of their machine, can loosen what is set here.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from traitlets.config import Config

from qpm_widgets.capture.disposable_notebooks import NoCheckpoints
from qpm_widgets.capture.page_files import PAGES_ADDRESS

LABEXTENSION = Path(__file__).resolve().parent / "labextension"
FONTS = Path(__file__).resolve().parents[2] / "site_visit_templates" / "report" / "fonts"

# JupyterLab plugins that pages have no use for; each is one thing less to load, or to ask a server or a person for.
DISABLED_PLUGINS = (
    "@jupyterlab/application-extension:dirty",  # wants to keep people on a page with nothing to lose
    "@jupyterlab/application-extension:faviconbusy",
    "@jupyterlab/apputils-extension:announcements",
    "@jupyterlab/apputils-extension:kernel-status",
    "@jupyterlab/apputils-extension:licenses-client",
    "@jupyterlab/apputils-extension:licenses-plugin",
    "@jupyterlab/apputils-extension:running-sessions-status",
    "@jupyterlab/audio-extension",
    "@jupyterlab/cell-toolbar-extension",
    "@jupyterlab/celltags-extension",
    "@jupyterlab/codemirror-extension:line-col-status",
    "@jupyterlab/completer-extension",
    "@jupyterlab/console-extension",
    "@jupyterlab/csvviewer-extension",
    "@jupyterlab/debugger-extension",  # asks the kernel how it is at every turn
    "@jupyterlab/docmanager-extension:path-status",
    "@jupyterlab/docmanager-extension:recents",
    "@jupyterlab/docmanager-extension:saving-status",
    "@jupyterlab/extensionmanager-extension",
    "@jupyterlab/fileeditor-extension:cursor-position",
    "@jupyterlab/fileeditor-extension:language-server",
    "@jupyterlab/help-extension",
    "@jupyterlab/htmlviewer-extension",
    "@jupyterlab/hub-extension",
    "@jupyterlab/imageviewer-extension",
    "@jupyterlab/inspector-extension",
    "@jupyterlab/javascript-extension",
    "@jupyterlab/json-extension",
    "@jupyterlab/json-lines-extension",
    "@jupyterlab/launcher-extension",
    "@jupyterlab/logconsole-extension",
    "@jupyterlab/lsp-extension",
    "@jupyterlab/mainmenu-extension:recents",
    "@jupyterlab/markdownviewer-extension",
    "@jupyterlab/mermaid-extension",
    "@jupyterlab/metadataform-extension",
    "@jupyterlab/notebook-extension:active-cell-tool",
    "@jupyterlab/notebook-extension:cell-counter-status",
    "@jupyterlab/notebook-extension:cloned-outputs",
    "@jupyterlab/notebook-extension:code-console",
    "@jupyterlab/notebook-extension:completer",
    "@jupyterlab/notebook-extension:cursor-position",
    "@jupyterlab/notebook-extension:execution-indicator",  # draws anew with each message, while a receipt waits
    "@jupyterlab/notebook-extension:export",  # its exporters name addresses on the internet
    "@jupyterlab/notebook-extension:kernel-status",
    "@jupyterlab/notebook-extension:language-server",
    "@jupyterlab/notebook-extension:log-output",
    "@jupyterlab/notebook-extension:metadata-editor",
    "@jupyterlab/notebook-extension:mode-status",
    "@jupyterlab/notebook-extension:toc",
    "@jupyterlab/notebook-extension:tools",
    "@jupyterlab/notebook-extension:trust-status",
    "@jupyterlab/notebook-extension:update-raw-mimetype",  # asks for the exporters too
    "@jupyterlab/pdf-extension",
    "@jupyterlab/pluginmanager-extension",
    "@jupyterlab/running-extension",
    "@jupyterlab/statusbar-extension",
    "@jupyterlab/terminal-extension",
    "@jupyterlab/tooltip-extension",
    "@jupyterlab/vega5-extension",
    "@jupyterlab/video-extension",
    "@jupyterlab/workspaces-extension",
)

OVERRIDES: dict[str, dict[str, Any]] = {
    "@jupyterlab/apputils-extension:notification": {
        "checkForUpdates": False,
        "doNotDisturbMode": True,
        "fetchNews": "false",
    },
    "@jupyterlab/docmanager-extension:plugin": {
        "autosave": False,
        "autosaveInterval": 3600,
        "confirmClosingDocument": False,
        "renameUntitledFileOnSave": False,
    },
    # Both are drawn anew with each message, while a receipt waits; in a page they are hidden.
    "@jupyterlab/notebook-extension:panel": {
        "toolbar": [{"name": name, "disabled": True} for name in ("kernelName", "executionProgress")],
    },
    # A whole sheet is one output; drawn only while in view, it would be taken away under the writer's hands.
    "@jupyterlab/notebook-extension:tracker": {
        "kernelShutdown": True,
        "scrollPastEnd": False,
        "windowingMode": "none",
    },
}


def runtime_environment(runtime: Path) -> dict[str, str]:
    """The environment that keeps Jupyter's and IPython's own files inside the kit."""
    return {
        "JUPYTER_CONFIG_DIR": str(runtime / "config"),
        "JUPYTER_DATA_DIR": str(runtime / "data"),
        "JUPYTER_RUNTIME_DIR": str(runtime),
        "IPYTHONDIR": str(runtime / "ipython"),
        # Anything else of Jupyter's found by a variable would bring another person's set-up along.
        "JUPYTER_PATH": "",
        "JUPYTER_CONFIG_PATH": "",
    }


def pages_folder(runtime: Path) -> Path:
    """Where the scripts of pages lie that the server hands out (``page_files.py``)."""
    return runtime / "static" / "pages"


def write_settings(runtime: Path, wording: Mapping[str, Any], unlock: str = "") -> None:
    """Write the few settings that JupyterLab and IPython take from files only.

    Parameters
    ----------
    runtime : Path
        ``<kit home>/runtime``; made private to this user.
    wording : mapping
        The sentences that the page's frame needs, handed to the labextension.
    unlock : str
        The address at which the kit asks for its passphrase in a page once it is locked; empty if nowhere.
    """
    runtime.mkdir(parents=True, exist_ok=True)
    if os.name != "nt":
        runtime.chmod(0o700)
    shutil.rmtree(runtime / "lab" / "workspaces", ignore_errors=True)  # which pages were open, and where
    shutil.rmtree(pages_folder(runtime), ignore_errors=True)  # those of another version; kernels write theirs
    page = {
        "buildAvailable": False,
        "buildCheck": False,  # looks through all of JupyterLab at every page load, while the page waits
        "disabledExtensions": list(DISABLED_PLUGINS),
        "qpmUnlock": unlock,
        "qpmWording": json.dumps(wording),
    }
    kernel = {"HistoryManager": {"enabled": False}, "IPKernelApp": {"exec_PYTHONSTARTUP": False}}
    _write(runtime / "lab" / "settings" / "overrides.json", OVERRIDES)
    _write(runtime / "lab" / "settings" / "page_config.json", page)
    _write(runtime / "ipython" / "profile_default" / "ipython_kernel_config.json", kernel)


def server_config(
    notebooks: Path, runtime: Path, *, port: int, token: str, cookie_secret: bytes, page: str, open_browser: bool
) -> Config:
    """The configuration of the server and of JupyterLab.

    Parameters
    ----------
    notebooks : Path
        The only folder that is served.
    runtime : Path
        ``<kit home>/runtime``.
    port : int
        The port on 127.0.0.1 to try first.
    token : str
        What a browser must bring the first time.
    cookie_secret : bytes
        Signs the cookie that it brings from then on, until it is closed. The same for each start of one kit, so that
        a page left open takes up its work with a server that was started again.
    page : str
        The address, below the server's, that is opened first.
    open_browser : bool
        Whether to open it in the person's browser.
    """
    config = Config()
    config.ServerApp.update(
        ip="127.0.0.1",
        port=port,
        allow_remote_access=False,
        allow_root=True,  # CI and containers; what a root user may not do here, 127.0.0.1 and the token refuse
        allow_external_kernels=False,
        answer_yes=True,  # Ctrl-C stops at once
        autoreload=False,
        cookie_secret=cookie_secret,
        default_url=page,
        extra_static_paths=[str(FONTS), str(pages_folder(runtime).parent)],
        log_level="ERROR",
        open_browser=open_browser,
        quit_button=False,
        root_dir=str(notebooks),
        static_immutable_cache=["/static/lab/", PAGES_ADDRESS],  # named by their hashes; asked for once
        terminals_enabled=False,
    )
    config.IdentityProvider.update(token=token, cookie_options={"expires_days": None, "samesite": "Strict"})
    config.PasswordIdentityProvider.update(hashed_password="", allow_password_change=False)
    # A kernel that has died is noticed soon, and is only given up when it does so again and again while starting.
    config.KernelRestarter.update(time_to_dead=0.5, stable_start_time=2.0)
    config.ContentsManager.update(allow_hidden=False, checkpoints_class=NoCheckpoints)
    config.FileContentsManager.delete_to_trash = False
    config.KernelSpecManager.update(allowed_kernelspecs={"python3"})
    config.NotebookNotary.db_file = ":memory:"
    _configure_lab(config, runtime / "lab", page)
    return config


def _configure_lab(config: Config, lab: Path, page: str) -> None:
    config.LabApp.update(
        app_settings_dir=str(lab / "settings"),
        user_settings_dir=str(lab / "user-settings"),
        workspaces_dir=str(lab / "workspaces"),
        extra_labextensions_path=[str(LABEXTENSION)],
        labextensions_path=[str(Path(sys.prefix) / "share" / "jupyter" / "labextensions")],
        check_for_updates_class="jupyterlab.NeverCheckForUpdate",
        default_url=page,
        extension_manager="readonly",
        lock_all_plugins=True,
        log_level="ERROR",
        news_url=None,
    )


def _write(file: Path, content: object) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(content, indent=1), encoding="utf-8")
