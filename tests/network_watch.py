"""Who was asked for what while a kit's pages were open: by Chromium, and by the server and its kernels.

Chromium's own network log has every request, websocket, host name and packet, whichever page or worker wanted it; what
Playwright tells of pages would miss prefetches, WebRTC (whose packets are logged, its names are not) and the browser's
other processes. Python tells of each socket
by an audit hook, so that an attempt counts as well that came to nothing. ZeroMQ opens its sockets unheard; those that
are open are looked at when a test ends.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import psutil

# What Chromium asks Google by itself, and no page can keep it from: for parts of it that are out of date, who is logged
# in, and what a form with fields of such a kind may be for. Here nobody answers.
NOBODY = "http://127.0.0.1:9"
TO_NOBODY = (
    f"--gaia-url={NOBODY}", f"--component-updater=url-source={NOBODY}/", f"--autofill-server-url={NOBODY}/",
)  # fmt: skip

# What a `sitecustomize` says: each process of Python writes down whom it wants to reach, and where it listens.
TELL = """
import sys

def _tell(event, arguments):
    if event in ("socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg"):
        host = arguments[1][0] if isinstance(arguments[1], tuple) else None
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        host = arguments[0]
    else:
        return
    if host is not None:
        host = (host if isinstance(host, str) else host.decode()) or "0.0.0.0"
        with open({file!r}, "a", encoding="utf-8") as file:
            file.write(f"{{event}} {{f'[{{host}}]' if ':' in host else host}}\\n")

sys.addaudithook(_tell)
"""

# Of the network log: in which of an event's facts the address stands.
ADDRESS = {
    "URL_REQUEST_START_JOB": "url",
    "HOST_RESOLVER_MANAGER_REQUEST": "host",
    "DNS_TRANSACTION": "hostname",
    "TCP_CONNECT_ATTEMPT": "address",
    "UDP_BYTES_SENT": "address",
}


class NetworkWatch:
    """All that the browsers and the kits' processes of a test run asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._logs, self._told = folder, [], folder / "told"
        self._python = 0  # how much of it has been read
        self.sitecustomize = TELL.format(file=str(self._told))
        (folder / "sitecustomize.py").write_text(self.sitecustomize)
        self.seen = 0

    @property
    def path(self) -> str:
        """For PYTHONPATH."""
        return str(self._folder)

    def flags(self) -> list[str]:
        """For one more browser, with a log of its own."""
        self._logs.append(BrowserLog(self._folder / f"browser {len(self._logs)}.json"))
        return [*TO_NOBODY, f"--log-net-log={self._logs[-1].path}"]

    def strangers(self) -> list[str]:
        """Whom anybody asked for off this machine since it was looked the last time, and where a kit listens to it."""
        asked = [*(f"browser: {address}" for log in self._logs for address in log.read()), *self._told_by_python()]
        self.seen += len(asked)
        return sorted({one for one in [*asked, *_open_sockets()] if not is_here(one.split(" ", 1)[1])})

    def _told_by_python(self) -> list[str]:
        if not self._told.exists():
            return []
        lines = self._told.read_text(encoding="utf-8").splitlines()
        new, self._python = lines[self._python :], len(lines)
        return [line.replace(" ", ": ", 1) for line in new]


class BrowserLog:
    """A network log that Chromium is still writing; it keeps back up to some fifteen events until it is closed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._read, self._rest = 0, b""
        self._kinds: dict[int, str] = {}
        self._peers: dict[int, str] = {}  # of UDP sockets

    def read(self) -> Iterator[str]:
        """The addresses of what has been written since the last time."""
        if not self.path.exists():
            return
        with self.path.open("rb") as file:
            file.seek(self._read)
            content = self._rest + file.read()
            self._read = file.tell()
        *lines, self._rest = content.split(b"\n")
        for line in lines:
            if line.startswith(b'{"constants":'):
                kinds = json.loads(line.rstrip(b",\r") + b"}")["constants"]["logEventTypes"]
                self._kinds = {number: name for name, number in kinds.items()}
            elif line.startswith(b"{"):
                yield from self._address(json.loads(line.rstrip(b",]}\r") + b"}"))

    def _address(self, event: dict) -> Iterator[str]:
        kind, facts = self._kinds[event["type"]], event.get("params", {})
        if kind == "UDP_CONNECT" and "address" in facts:  # sends nothing: so Chromium sees whether there is IPv6
            self._peers[event["source"]["id"]] = facts["address"]
        if kind == "UDP_BYTES_SENT":
            yield facts.get("address") or self._peers.get(event["source"]["id"], "unknown")
        elif kind in ADDRESS and ADDRESS[kind] in facts:
            yield facts[ADDRESS[kind]]


def is_here(address: str) -> bool:
    """Whether an address, host or host and port is of this machine alone; a URL that no host is asked for is too."""
    if address.startswith(("data:", "blob:", "file:", "chrome:", "about:")):
        return True
    host = urlsplit(address if "://" in address else f"//{address}").hostname or ""
    return host in ("localhost", "::1") or host.startswith("127.")


def _open_sockets() -> Iterator[str]:
    """Where the servers and kernels that run now listen, and whom they are connected with."""
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):  # it is ending
            if not any(name in process.cmdline() for name in ("qpm_widgets.capture.server", "ipykernel_launcher")):
                continue
            for one in process.net_connections(kind="inet"):
                for end in filter(None, (one.laddr, one.raddr)):
                    yield f"{one.status}: {f'[{end.ip}]' if ':' in end.ip else end.ip}:{end.port}"
