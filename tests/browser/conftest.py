"""A kit with a day of planned interviews, its server, and a window: new for each file of tests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager

import pytest
from bare_pages import BarePages, bare_pages
from field_pages import FIELD_PASSPHRASE, create_field_kit, interview_plan
from network_watch import NetworkWatch
from playwright.sync_api import expect

from qpm_widgets.capture.server import server_process
from qpm_widgets.journal import Kit
from qpm_widgets.running_server import RunningServer

expect.set_options(timeout=15_000)  # a page draws what follows at its next frame, and a busy machine has few


@pytest.fixture(autouse=True)
def nobody_off_this_machine_is_asked(network: NetworkWatch) -> Iterator[None]:
    """Whatever the page of a test is: no request, name or packet of it, its server or its kernels goes elsewhere."""
    yield
    assert network.strangers() == []


@pytest.fixture(scope="module")
def field_kit(tmp_path_factory, templates) -> Iterator[Kit]:
    interviews = {
        "A1": interview_plan("advocate", ["AD1"]),
        "A2": interview_plan("advocate", ["AD2", "AD3"]),
        "A3": interview_plan("advocate", ["AD4"]),
        "A4": interview_plan("advocate", ["AD5"]),
        "P1": interview_plan("person_supported", ["PS1"], easy_read=True, supporter=True),
        "P2": interview_plan("person_supported", ["PS2"], language="cy"),
        "P3": interview_plan("person_supported", ["PS3"]),
    }
    kit = create_field_kit(tmp_path_factory.mktemp("field") / "kit", templates, interviews, ["O1"])
    yield kit
    kit.close()


@pytest.fixture(scope="module")
def hand_out(request):
    """How a module's pages are handed out: by the kit's server, or, where it says `BARE = True`, by `bare_pages.py`."""
    is_bare = getattr(request.module, "BARE", False) and not request.config.getoption("--in-jupyterlab")

    def handing_out(kit: Kit, passphrase: str) -> AbstractContextManager[RunningServer | BarePages]:
        return bare_pages(kit.home, passphrase) if is_bare else server_process(kit, kit.home.parent / "outputs")

    return handing_out


@pytest.fixture(scope="module")
def server(field_kit, hand_out):
    with hand_out(field_kit, FIELD_PASSPHRASE) as running:
        yield running


@pytest.fixture(scope="module")
def jupyter(field_kit):
    """The kit's own server, for the tests of a module of bare pages that need JupyterLab all the same."""
    with server_process(field_kit, field_kit.home.parent / "outputs") as running:
        yield running


def new_context(chromium, **kind):
    return chromium.new_context(**{"viewport": {"width": 1366, "height": 768}, "locale": "en-GB", **kind})


@pytest.fixture
def page(chromium):
    """A window of its own, with nothing in it."""
    context = new_context(chromium)
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def module_window(chromium):
    context = new_context(chromium)
    yield context.new_page()
    context.close()


@pytest.fixture
def shared_window(module_window):
    """One window for all tests of a file that ask for it, in which pages open in place, as in a day's work."""
    module_window.set_viewport_size({"width": 1366, "height": 768})
    module_window.emulate_media(color_scheme="light")
    yield module_window
    module_window.locator("dialog[open]").evaluate_all("boxes => boxes.forEach((box) => box.close())")
