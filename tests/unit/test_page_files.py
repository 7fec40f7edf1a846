"""The script of a page: by comm where there is nobody to hand it out, and else as a file that is fetched once."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from qpm_widgets.capture import DeskSheet
from qpm_widgets.capture.jupyter_settings import pages_folder, server_config, write_settings
from qpm_widgets.capture.page_files import PAGES_ADDRESS, PAGES_VARIABLE, page_script


def script() -> str:
    return page_script(*DeskSheet.scripts, styles=DeskSheet.styles)


@pytest.fixture
def pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that a server has told its kernels."""
    monkeypatch.setenv(PAGES_VARIABLE, str(tmp_path / "static" / "pages"))
    return tmp_path / "static" / "pages"


def test_without_a_server_of_the_kit_the_script_is_all_there() -> None:
    assert "export default" in script()
    assert ".qpm-desk" in script()
    assert script() == str(DeskSheet._esm)


def test_with_one_the_comm_carries_an_address_and_the_file_is_there(pages: Path, monkeypatch) -> None:
    told = script()
    assert len(told) < 400
    (address,) = re.findall(r'"(/[^"]+)"', told)
    assert address.startswith(f"{PAGES_ADDRESS}desk_sheet-")
    (file,) = pages.iterdir()
    assert file.name == address.removeprefix(PAGES_ADDRESS)
    monkeypatch.delenv(PAGES_VARIABLE)
    assert file.read_text(encoding="utf-8") == script()


def test_a_file_that_was_cut_short_or_thrown_away_is_there_again_for_the_next_page(pages: Path) -> None:
    told = script()
    (file,) = pages.iterdir()
    whole = file.read_bytes()
    file.write_bytes(whole[:1000])
    assert script() == told
    assert file.read_bytes() == whole
    file.unlink()
    assert script() == told
    assert [one.read_bytes() for one in pages.iterdir()] == [whole]


def test_where_no_file_can_be_written_the_script_goes_by_comm(pages: Path) -> None:
    pages.parent.write_text("a file in the place of the folder", encoding="utf-8")
    assert "export default" in script()
    assert ".qpm-desk" in script()


def test_the_server_hands_out_what_kernels_write_and_has_browsers_keep_it(tmp_path: Path) -> None:
    write_settings(tmp_path, {})
    left = pages_folder(tmp_path) / "desk_sheet-of-last-year.js"
    left.parent.mkdir(parents=True)
    left.write_text("", encoding="utf-8")
    write_settings(tmp_path, {})
    assert not left.exists()
    config = server_config(
        tmp_path, tmp_path, port=1, token="t", cookie_secret=b"c", page="/", open_browser=False
    ).ServerApp
    assert str(pages_folder(tmp_path).parent) in config.extra_static_paths
    assert PAGES_ADDRESS in config.static_immutable_cache
