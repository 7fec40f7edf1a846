"""What the search for barriers finds, of which each page's test says that there is none."""

from __future__ import annotations

import pytest
from barriers import find_barriers

pytestmark = pytest.mark.browser

PAGE = """<!doctype html><html lang="en"><title>Barriers</title><main style="background: white"><h1>Barriers</h1>
<style>.pale {{ color: #aaa; }} .dark {{ background: #222; padding: 8px; }} .large {{ font-size: 32px; }}</style>
{}</main>"""
FOUND = {
    "one of many that look alike": ("<p>Well.</p>" * 5 + '<p class="pale">Pale.</p>' * 3, 3),
    "the same colour on another ground": ('<p class="dark"><span class="pale">Seen.</span></p><p class="pale">Not.', 1),
    "the same colour in small": (
        '<p class="large" style="color: #888">Large.</p><p style="color: #888">Small.</p>', 1,
    ),
    "the ground far above": ('<div class="dark"><div><p>Black on black.</p></div></div>', 1),
    "faded": ("<p>Clear.</p><div style='opacity: 0.3'><p>Faded.</p></div>", 1),
    "a field that nobody named": ("<form><input type=text></form>", 1),
    "nothing": ("<p>Well.</p>" * 5 + "<form><label>Name <input type=text></label></form>", 0),
}  # fmt: skip


@pytest.mark.parametrize("what", FOUND)
def test_each_barrier_is_found_wherever_it_stands(page, what) -> None:
    content, count = FOUND[what]
    page.set_content(PAGE.format(content))
    assert len(find_barriers(page)) == count
    assert len(find_barriers(page, "main")) == count, "and when it is asked again"
    page.add_style_tag(content="p, span { color: black !important; background: white; } .dark { opacity: 1; }")
    later = find_barriers(page)
    assert len(later) == (count if what in ("faded", "a field that nobody named") else 0), "what has changed meanwhile"


def test_a_colour_that_is_just_changing_is_judged_once_it_has(page) -> None:
    style = "<style>p { color: white; background: black; transition: color 300ms; } .on { color: #111; }</style>"
    page.set_content(PAGE.format(f"{style}<p>Well.</p>"))
    page.locator("p").evaluate("one => { one.className = 'on'; }")
    assert len(find_barriers(page)) == 1
    page.locator("p").evaluate("one => { one.className = ''; }")
    assert find_barriers(page) == []
