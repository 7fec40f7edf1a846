"""A kit with a day of planned interviews, its server, and a window: new for each file of tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from bare_pages import bare_pages
from field_pages import FIELD_PASSPHRASE, create_field_kit, interview_plan
from network_watch import NetworkWatch

from qpm_widgets.capture.server import server_process
from qpm_widgets.journal import Kit


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
def server(request, field_kit):
    """The kit's own server; where a module says `BARE = True`, its pages alone (`bare_pages.py`)."""
    if getattr(request.module, "BARE", False) and not request.config.getoption("--in-jupyterlab"):
        with bare_pages(field_kit.home, FIELD_PASSPHRASE) as pages:
            yield pages
        return
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
