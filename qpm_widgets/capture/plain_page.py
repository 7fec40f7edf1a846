"""What the kit's pages outside Jupyter share: one page with one form on 127.0.0.1, for what no kernel is to hear.

Such a page has no script. A form is taken from the page itself only (``Host``, ``Origin``, a token for one use), in at
most ``LONGEST`` bytes, one after another; nothing is logged and nothing cached.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import threading
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from math import ceil
from pathlib import Path
from urllib.parse import parse_qsl

from qpm_widgets.capture.jupyter_settings import FONTS
from qpm_widgets.capture.page_files import STATIC
from qpm_widgets.journal.guessing import Guesses
from qpm_widgets.templates.wording import Wording

LONGEST = 4096  # bytes of a form
MOST_FIELDS = 8
PATIENCE = 15  # seconds for a request to arrive
FORM = "application/x-www-form-urlencoded"

HEADERS = {
    "Cache-Control": "no-store",
    # A form may lead to the kit's server, which has a port of its own; nothing else may come in or go out.
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; font-src 'self'; form-action 'self' http://127.0.0.1:*; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "same-origin",  # without it a browser would not say where a form comes from
    "X-Content-Type-Options": "nosniff",
}
FILES = {
    "/sheet.css": (STATIC / "sheet.css", "text/css"),
    "/plain_page.css": (STATIC / "plain_page.css", "text/css"),
    "/regular.woff2": (FONTS / "AtkinsonHyperlegibleNext-Regular.woff2", "font/woff2"),
    "/bold.woff2": (FONTS / "AtkinsonHyperlegibleNext-Bold.woff2", "font/woff2"),
}


def address_of(port: int) -> str:
    """The page's address."""
    return f"http://127.0.0.1:{port}/"


class Door(ThreadingHTTPServer):
    """Serves the page of one kit.

    Parameters
    ----------
    handler : type
        What answers a request; a subclass of ``Handler``.
    home : Path
        The kit home.
    port : int
        Where to listen; 0 for any that is free.
    wording : Wording
        What the page says.
    """

    daemon_threads = True
    allow_reuse_address = os.name != "nt"  # there it would let another program listen here as well

    def __init__(self, handler: type[Handler], home: Path, port: int, wording: Wording) -> None:
        super().__init__(("127.0.0.1", port), handler)
        self.home, self.wording = home, wording
        self.authority = f"127.0.0.1:{self.server_address[1]}"
        self.trying = threading.Lock()
        self._tokens: deque[str] = deque(maxlen=8)  # a few windows may show the page

    @property
    def address(self) -> str:
        """Where the page is."""
        return f"http://{self.authority}/"

    def new_token(self) -> str:
        """What the next form has to bring."""
        self._tokens.append(secrets.token_urlsafe(32))
        return self._tokens[-1]

    def take_token(self, token: str) -> bool:
        """Whether a form brings a token that was given out; each is good once."""
        known = [one for one in self._tokens if secrets.compare_digest(one.encode(), token.encode())]
        for one in known:
            with contextlib.suppress(ValueError):
                self._tokens.remove(one)
        return bool(known)

    def has_token_out(self) -> bool:
        """Whether a form that was sent has not come back, so that it may still stand in a window."""
        return bool(self._tokens)

    def told_wait(self) -> list[str]:
        """That the next try waits, where it does."""
        wait = Guesses(self.home).seconds_left()
        return [self.wording.text("desk.door.locked.wait", seconds=ceil(wait))] if wait else []

    def handle_error(self, request: object, client_address: object) -> None:
        """Nothing: what went wrong with a request may quote it."""


class Handler(BaseHTTPRequestHandler):
    """Answers one request; subclasses say what the page shows and what its form does."""

    server: Door
    timeout = PATIENCE
    server_version, sys_version = "QPM", ""

    def show(self, status: HTTPStatus = HTTPStatus.OK, told: Iterable[str] = ()) -> None:
        """Send the page, with what is to be told above its form: keys of the wording, or whole sentences."""
        raise NotImplementedError

    def take(self, form: Mapping[str, str]) -> None:
        """Do what a form asks that came from the page itself, and send what came of it."""
        raise NotImplementedError

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is logged."""

    def do_GET(self) -> None:
        """The page and what it looks like."""
        if self.headers.get("Host") != self.server.authority:
            self.send(HTTPStatus.FORBIDDEN)
        elif self.path == "/":
            self.show()
        elif self.path in FILES:
            path, kind = FILES[self.path]
            self.send(HTTPStatus.OK, path.read_bytes(), kind)
        else:
            self.send(HTTPStatus.NOT_FOUND)

    def do_POST(self) -> None:
        """A form."""
        length = self.headers.get("Content-Length", "")
        if (
            self.headers.get("Host") != self.server.authority
            or self.path != "/"
            or self.headers.get("Origin") != f"http://{self.server.authority}"
        ):
            self.send(HTTPStatus.FORBIDDEN)
        elif self.headers.get("Content-Type") != FORM or not length.isascii() or not length.isdigit():
            self.send(HTTPStatus.BAD_REQUEST)
        elif int(length) > LONGEST:
            self.send(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        else:
            try:
                form = dict(parse_qsl(self.rfile.read(int(length)).decode("utf-8"), max_num_fields=MOST_FIELDS))
            except ValueError:
                return self.send(HTTPStatus.BAD_REQUEST)
            with self.server.trying:  # one after another: the wait after wrong ones is no use if ten are tried at once
                if self.server.take_token(form.get("token", "")):
                    return self.take(form)
            self.show(HTTPStatus.FORBIDDEN, ["old"])
        return None

    def send(
        self,
        status: HTTPStatus,
        body: bytes = b"",
        kind: str = "text/plain",
        location: str = "",
        refresh: int = 0,
    ) -> None:
        """Send an answer: a file, or another address to go to; ``refresh``: after how many seconds to ask anew."""
        self.send_response(status)
        for name, value in {**HEADERS, "Content-Type": kind, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        if location:
            self.send_header("Location", location)
        if refresh:
            self.send_header("Refresh", str(refresh))
        self.end_headers()
        self.wfile.write(body)

    def send_page(self, status: HTTPStatus, page: str, *, refresh: int = 0) -> None:
        """Send a page that was drawn; ``refresh`` as ``send`` has it."""
        self.send(status, page.encode(), "text/html; charset=utf-8", refresh=refresh)


@dataclass(frozen=True)
class Field:
    """A box to type into: its name in the form, its label, what stands below it and in it, and whether that is wrong.

    A secret is typed unseen and never stands in a page that is sent.
    """

    name: str
    label: str
    hint: str = ""
    value: str = ""
    secret: bool = True
    wrong: bool = False


def draw_form(
    intro: Iterable[str], told: Iterable[str], token: str, fields: Iterable[Field], button: str, after: Iterable[str]
) -> str:
    """The form of a page, under what it is for and what is to be told; the first box that is wrong has the focus.

    Parameters
    ----------
    intro, told, after : iterable of str
        Sentences above the form, about what was tried before, and below the button. All are escaped here.
    token : str
        What the form has to bring.
    fields : iterable of Field
        The boxes.
    button : str
        What the button says.
    """
    troubles = list(told)
    box = draw_alert(troubles) if troubles else ""
    asked = list(fields)
    first = next((field for field in asked if field.wrong), asked[0])
    boxes = ""
    for field in asked:
        named = [f"{field.name}-hint"] * bool(field.hint) + ["told"] * (field.wrong and bool(troubles))
        attributes = " autofocus" * (field is first) + ' aria-invalid="true"' * field.wrong
        attributes += f' aria-describedby="{" ".join(named)}"' if named else ""
        boxes += f"""<label for="{field.name}">{escape(field.label)}</label>
<input id="{field.name}" name="{field.name}" type="{"password" if field.secret else "text"}"
 value="{escape(field.value)}" autocomplete="off" autocapitalize="none" spellcheck="false" writingsuggestions="false"
 required{attributes}>
"""
        boxes += f'<p class="qpm-hint" id="{field.name}-hint">{escape(field.hint)}</p>' if field.hint else ""
    return f"""{draw_text(*intro)}{box}
<form method="post" action="/" autocomplete="off">
<input type="hidden" name="token" value="{token}">
{boxes}<button type="submit" class="qpm-main">{escape(button)}</button>
</form>{draw_text(*after, kind="qpm-hint")}"""


def draw_page(product: str, title: str, inside: str) -> str:
    """A whole page; ``inside`` is escaped already."""
    title, product = escape(title), escape(product)
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} · {product}</title><link rel="icon" href="data:,">
<link rel="stylesheet" href="/sheet.css"><link rel="stylesheet" href="/plain_page.css"></head>
<body class="qpm-sheet"><main class="qpm-plain"><p class="qpm-hint">{product}</p>
<h1>{title}</h1>{inside}</main></body></html>
"""


def draw_link(address: str, words: str, *, focus: bool = False) -> str:
    """A link in a paragraph of its own."""
    return f'<p><a href="{escape(address)}"{" autofocus" if focus else ""}>{escape(words)}</a></p>'


def draw_alert(sentences: Iterable[str]) -> str:
    """What went wrong, so that it is seen and read out at once."""
    return f'<div class="qpm-plain-told" id="told" role="alert">{draw_text(*sentences)}</div>'


def draw_text(*sentences: str, kind: str = "") -> str:
    """A paragraph for each sentence, escaped here."""
    attribute = f' class="{kind}"' if kind else ""
    return "".join(f"<p{attribute}>{escape(one)}</p>" for one in sentences)
