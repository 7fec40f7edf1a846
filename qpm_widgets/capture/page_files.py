"""The script of each page, with its style: joined from ``static/``, and handed out by the server as a file.

What a comm carries it carries at every opening, twice over; a script does not change while the kit is open. So a page's
kernel puts the script beside the server's own files, named by its digest, and the comm carries two lines that fetch it.
A browser asks for such a file once and keeps it. The kernel writes it, not the server, so a page always gets the script
that its kernel was written for, also when the kit was brought up to date while its server ran.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
from pathlib import Path

STATIC = Path(__file__).parent / "static"
PAGES_VARIABLE = "QPM_PAGES"
"""Names the folder that the server hands out at ``PAGES_ADDRESS``; set in the kernels of a kit's server only."""

PAGES_ADDRESS = "/static/pages/"

# The one thing that a page's module does by itself: its style is in the document once, whichever version came last.
_STYLE = """
{
const made = () => document.head.appendChild(Object.assign(document.createElement("style"), { id: %(id)s }));
(document.getElementById(%(id)s) ?? made()).textContent = %(text)s;
}
"""
# field_page.js looks for the mark and says a sentence; Jupyter would show an empty page.
_FETCH = """
const mark = Object.assign(document.createElement("p"), { className: "qpm-no-script" });
const none = { default: { render: ({ el }) => el.replaceChildren(mark) } };
export default (await import(new URL(%s, location.origin)).catch(() => none)).default;
"""


def page_script(*names: str, styles: tuple[str, ...]) -> str:
    """The module of a sheet: what all sheets share, then the named scripts and styles of ``static/``; no imports.

    Where the kit's server hands out pages' files, what is returned only fetches the module. Elsewhere (a notebook run
    by a test, a server from before, a disk that takes no file) it is the module itself.

    Parameters
    ----------
    *names : str
        JavaScript files; the last one names the module and exports it.
    styles : tuple of str
        CSS files.
    """
    name = Path(names[-1]).stem
    style = {"id": json.dumps(f"qpm-style-{name}"), "text": json.dumps(_join("sheet.css", *styles))}
    module = _join("holding.js", "asking.js", "connection.js", *names) + _STYLE % style
    folder = os.environ.get(PAGES_VARIABLE)
    if not folder:
        return module
    file = f"{name}-{hashlib.sha256(module.encode()).hexdigest()[:20]}.js"
    try:
        _put(Path(folder) / file, module.encode())
    except OSError:
        return module
    return _FETCH % json.dumps(f"{PAGES_ADDRESS}{file}")


def _put(path: Path, content: bytes) -> None:
    """Write a file in one step, unless it is there and whole."""
    if path.exists() and path.read_bytes() == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".partial", delete=False) as partial:
        partial.write(content)
    Path(partial.name).replace(path)


def _join(*names: str) -> str:
    return "\n".join(_compact(name, (STATIC / name).read_text(encoding="utf-8")) for name in names)


def _compact(name: str, source: str) -> str:
    """The source without comments and indentation, three quarters of it.

    Only whole lines are looked at, so a JavaScript file here may have no template literal of several lines.
    """
    if name.endswith(".css"):
        source = re.sub(r"/\*.*?\*/", "", source, flags=re.DOTALL)
    lines = (line.strip() for line in source.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//"))
