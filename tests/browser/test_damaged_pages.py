"""Pages that were deleted, renamed, copied and edited in the workbench, made anew by the desk's button."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import nbformat
import pytest
from barriers import find_barriers
from field_pages import notebook_of, open_desk, open_from_desk, open_page, until

from qpm_widgets.running_server import is_served

pytestmark = pytest.mark.browser


def test_the_desk_makes_damaged_pages_anew_and_what_was_saved_is_in_them(page, server, field_kit) -> None:
    open_desk(page, server)
    for name, code in (("A1", "AD1"), ("A3", "AD4")):
        hand = open_from_desk(page, server, name)
        hand.agree(code)
        hand.sheet.locator(".qpm-gate").wait_for(state="hidden")
        hand.notes("A-CP-1").fill(f"what {code} said")
        hand.await_saved()
        page.go_back()
        page.locator(".qpm-desk").wait_for(timeout=10_000)

    at = {name: field_kit.notebooks / notebook_of(name) for name in ("A1", "A2", "A3", "A4")}
    folder = at["A1"].parent
    at["A1"].unlink()
    at["A2"].rename(folder / "A2 of Tuesday.ipynb")
    edited = nbformat.read(at["A3"], as_version=4)
    edited.cells.append(nbformat.v4.new_code_cell("1 / 0  # the canary sang at noon"))
    nbformat.write(edited, at["A3"])
    at["A4"].write_text('{"cells": 7', encoding="utf-8")
    shutil.copyfile(folder / "plan.ipynb", folder / "plan-Copy1.ipynb")

    button = page.get_by_role("button", name="Make pages anew")
    button.press("Enter")
    answer_what_was_typed(page, at["A3"])
    said = page.get_by_role("status").filter(has_text="Made anew")
    said.wait_for(timeout=30_000)
    text = said.inner_text()
    # The desk makes missing pages again by itself whenever somebody comes back to it, so these may be there already.
    assert "Made anew, for they had been changed: harbour/V1/A3" in text
    assert "harbour/V1/A4" in text
    assert "Left alone, for they are not the kit's: harbour/V1/A2 of Tuesday and harbour/V1/plan-Copy1." in text
    assert page.evaluate("document.activeElement.id") == "desk-repair"
    assert find_barriers(page) == []
    assert all(json.loads(path.read_text())["metadata"]["qpm"]["autorun"] for path in at.values())
    assert b"canary" not in at["A3"].read_bytes()

    for name, code in (("A1", "AD1"), ("A3", "AD4")):
        hand = open_from_desk(page, server, name)
        assert hand.notes("A-CP-1").input_value() == f"what {code} said"
        page.go_back()
        page.locator(".qpm-desk").wait_for(timeout=10_000)
    open_from_desk(page, server, "A2")
    page.go_back()
    page.locator(".qpm-desk").wait_for(timeout=10_000)
    button.press("Enter")
    said = page.get_by_role("status").filter(has_text="Left alone")
    assert until(lambda: "Made" not in said.inner_text(), page, 30)

    see_a_page_that_cannot_be_opened(page, server, folder)
    page.get_by_role("button", name="Lock the kit").press("Enter")
    page.get_by_text("The kit has been closed").wait_for(timeout=30_000)
    assert until(lambda: not is_served(field_kit.runtime), page, 30)


def see_a_page_that_cannot_be_opened(page, server, folder: Path) -> None:
    """One of an interview that nobody planned: it says so, and is as readable as any other."""
    (folder / "A9.ipynb").write_text((folder / "A1.ipynb").read_text(encoding="utf-8").replace("A1", "A9"), "utf-8")
    open_page(page, server, notebook_of("A9"))
    failed = page.locator(".qpm-failed")
    failed.get_by_role("heading", name="This page could not be opened").wait_for(timeout=30_000)
    assert failed.get_attribute("data-code") == "PLAN-001"
    page.locator(".qpm-cover").wait_for(state="hidden", timeout=20_000)
    assert find_barriers(page) == []
    failed.get_by_role("button", name="Try again").click()
    page.go_back()
    page.locator(".qpm-desk").wait_for(timeout=10_000)


def answer_what_was_typed(page, typed: Path) -> None:
    """The desk asks before it takes something away that somebody typed; at first it is to leave it."""
    asked = page.get_by_role("dialog", name="Something was typed into pages")
    asked.wait_for(timeout=30_000)
    pages = "harbour/V1/A3 (1 piece of text) and harbour/V1/A4 (it cannot be read, and may hold text)."
    assert pages in asked.inner_text()
    assert "canary" not in asked.inner_text()
    assert find_barriers(page) == []
    page.keyboard.press("Escape")
    page.get_by_role("status").filter(has_text="Nothing was changed.").wait_for()
    assert b"canary" in typed.read_bytes()
    assert page.evaluate("document.activeElement.id") == "desk-repair"
    page.get_by_role("button", name="Make pages anew").press("Enter")
    asked.get_by_role("button", name="Make pages anew all the same").press("Enter")
