"""The watch that every browser test ends with: what it would find, whoever asks."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from network_watch import NetworkWatch

pytestmark = pytest.mark.browser

# Each has a name or address that is kept for documentation, and that nobody answers to.
ASKING = {
    "fetch.invalid": "fetch('http://fetch.invalid/font.woff2').catch(() => 0)",
    "192.0.2.7": "fetch('http://192.0.2.7/', { signal: AbortSignal.timeout(500) }).catch(() => 0)",
    "image.invalid": "new Image().src = 'https://image.invalid/dot.png'",
    "beacon.invalid": "navigator.sendBeacon('http://beacon.invalid/', 'words')",
    "socket.invalid": "void new WebSocket('ws://socket.invalid/')",
    "worker.invalid": "void new Worker(URL.createObjectURL(new Blob([\"fetch('http://worker.invalid/')\"])))",
    "192.0.2.10": """
        const call = new RTCPeerConnection({ iceServers: [{ urls: 'stun:192.0.2.10' }] });
        call.createDataChannel('x');
        void call.createOffer().then((offer) => call.setLocalDescription(offer))
    """,
}
PYTHON = {
    "python.invalid": "socket.getaddrinfo('python.invalid', 80)",
    "192.0.2.8": "s = socket.socket(); s.setblocking(False); s.connect(('192.0.2.8', 80))",
    "192.0.2.9": "socket.socket(type=socket.SOCK_DGRAM).sendto(b'words', ('192.0.2.9', 53))",
    "0.0.0.0": "socket.create_server(('', 0))",
}


def test_whatever_a_page_asks_for_is_seen(chromium, chromium_launch, tmp_path) -> None:
    watch, how = NetworkWatch(tmp_path), chromium_launch()
    browser = chromium.browser_type.launch(**how | {"args": [*how["args"], *watch.flags()]})  # the last log is written
    page = browser.new_page()
    page.goto(Path(__file__).as_uri())
    for what in ASKING.values():
        page.evaluate(f"() => {{ {what} }}")
    page.wait_for_timeout(1500)
    browser.close()
    found = watch.strangers()
    assert [host for host in ASKING if not any(host in one for one in found)] == []


@pytest.mark.parametrize("host", PYTHON)
def test_whatever_a_process_of_python_asks_for_is_seen(tmp_path, host) -> None:
    watch = NetworkWatch(tmp_path)
    code = f"import socket\ntry:\n  {PYTHON[host]}\nexcept OSError: pass"
    subprocess.run([sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": watch.path}, check=True)
    assert [one.split(": ")[1] for one in watch.strangers()] == [host]


def test_where_zeromq_listens_is_seen_without_its_saying_so(tmp_path) -> None:
    watch = NetworkWatch(tmp_path)
    code = "import zmq; s = zmq.Context().socket(zmq.PUB); s.bind('tcp://0.0.0.0:*'); print(flush=True); input()"
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", code, "ipykernel_launcher"], stdin=pipe, stdout=pipe) as kernel:
        assert kernel.stdout is not None
        kernel.stdout.readline()
        found = watch.strangers()
        kernel.communicate()
    assert [one.rsplit(":", 1)[0] for one in found] == ["LISTEN: 0.0.0.0"]
