"""What every sheet has in common: the messages between page and kernel, and that no failure stays silent.

Content travels by custom messages only. Nothing a person wrote is ever a synced trait, so none of it can be saved into
a notebook as widget state. ``static/connection.js`` is the other end.

=================  ==========================================================  ====================================
page to kernel     carries                                                     kernel answers
=================  ==========================================================  ====================================
``open``           nothing                                                     ``opened`` with the view, which is
                                                                               JSON, deflated, in a buffer; or
                                                                               ``failed``
``commit``         entry_id, field, payload, supersedes; ``asked``: what the  ``receipt``, with what was ``noticed``
                   person was asked about already                              in the words; ``held``, with the same;
                                                                               or ``refused``; to the same page in
                                                                               other windows ``elsewhere``
``do``             name, arguments, request_id                                 ``done`` or ``failed``
=================  ==========================================================  ====================================

``held`` is the identifier guard: something in the words points to one person, and it is neither in the version saved
before, nor kept on purpose, nor asked about. Nothing was recorded. The page shows it, and sends the words again, with
``asked``, once the person has left the box or let some seconds pass; whoever answers makes newer words, which are sent
instead. What is sent without ``asked`` is never held. So ordinary words are saved by one message and one reply as ever,
what was typed and taken out again never was in the journal, and a kernel that is dead or slow holds nothing back: no
reply, no hold. ``static/asking.js`` is the page's part.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterable, Mapping
from contextvars import copy_context
from functools import cache, cached_property
from threading import Thread
from typing import Any, ClassVar

import anywidget

from qpm_widgets.capture.erasing import render_again
from qpm_widgets.capture.opening_files import open_document
from qpm_widgets.capture.recording import record_edit
from qpm_widgets.errors import QpmError
from qpm_widgets.journal import Edit, Entry, Kit, Receipt
from qpm_widgets.templates import Templates, load_templates

OPENING = "open"
"""The request id under which a failure to open is reported."""

WINDOWS_AT_MOST = 4
"""How many windows of one page are served; each reload leaves one behind until then."""

# Refusals that may pass without the assessor changing anything: the page keeps sending the entry.
_PASSING = frozenset({"JOURNAL-008", "JOURNAL-010"})

Message = Mapping[str, Any]


@cache
def shared_templates() -> Templates:
    """The shipped templates, read once per process."""
    return load_templates()


class Sheet(anywidget.AnyWidget):
    """A page of one subject. Subclasses say what it shows, and may change how an edit is recorded and what it can do.

    Parameters
    ----------
    assessment_id : str
        Empty for a sheet that is not about one assessment.
    subject : str
        The journal's subject that the page writes to; empty for a sheet that records nothing.

    Notes
    -----
    Messages arrive on whatever thread Jupyter chose for them (a kernel subshell's, as a rule), never two at a time for
    one sheet but for those of ``done_beside``. The kit and the templates are loaded when first asked for, so that even
    "the kit is locked" is told on the page and not as a traceback.
    """

    done_beside: ClassVar[frozenset[str]] = frozenset(("render_again",))
    """What ``do`` takes seconds for: the receipts of what is typed meanwhile overtake its reply."""

    _shown: ClassVar[dict[tuple[str, str, str], list[Sheet]]] = {}

    def __init__(self, assessment_id: str = "", subject: str = "") -> None:
        super().__init__()
        self.assessment_id = assessment_id
        self.subject = subject
        self.on_msg(self._on_message)
        self._join_others()

    @cached_property
    def kit(self) -> Kit:
        """The unlocked kit of this process (JOURNAL-010 if there is none)."""
        return Kit.from_environment()

    @cached_property
    def templates(self) -> Templates:
        """The shipped templates."""
        return shared_templates()

    def view(self) -> dict[str, Any]:
        """Everything the page shows when it opens, as JSON values."""
        raise NotImplementedError

    def record(self, edit: Edit) -> Receipt:
        """Record one edit; the receipt is the journal's own."""
        return record_edit(self.kit.journal, self.templates, edit)

    def do(self, name: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Do what is not the recording of one entry.

        Every sheet can ``open_file`` (a ``path``), once it was written, and ``render_again`` what used erased words.

        Raises
        ------
        QpmError
            CAPTURE-002 if this sheet knows nothing by that name; CAPTURE-007 if the file cannot be opened; CAPTURE-009
            or REPORT-* if the report cannot be rendered.
        """
        if name == "open_file":
            open_document(str(arguments.get("path")))
            return {}
        if name == "render_again":
            return render_again(self.kit, arguments)
        raise QpmError("CAPTURE-002", f"{self.subject or 'page'} {name}"[:200], "page.reload")

    def notice(self, field: str, payload: Mapping[str, Any]) -> list[dict[str, Any]]:
        """What the page should point out in words that are recorded: nothing, as a rule.

        Each with ``kind``, ``key`` of the payload, and ``start`` and ``end`` as a browser counts.
        """
        return []

    def may_show(self, entry: Entry) -> bool:
        """Whether this page may show a version: it was not erased."""
        return entry.payload is not None

    def versions(self, field: str) -> list[dict[str, Any]]:
        """Every version of a field that the page may show, newest first: ``payload``, ``at`` (UTC ms) and ``by``."""
        entries = self.kit.journal.iter_entries(self.assessment_id, subject=self.subject, field_prefix=field)
        said = [one for one in entries if one.field == field and self.may_show(one)]
        return [{"payload": one.payload, "at": one.recorded_at, "by": one.recorded_by} for one in reversed(said)]

    def heads(self) -> dict[str, list[str]]:
        """For each field the entries that the page's next edit of it replaces."""
        current = self.kit.journal.current(self.assessment_id, subject=self.subject)
        return {
            field: [entry.entry_id for entry in self.replaced_by_an_edit(field, entries)]
            for field, entries in by_field(current).items()
        }

    def replaced_by_an_edit(self, field: str, current: list[Entry]) -> list[Entry]:
        """Which of a field's current entries an edit on this page replaces: all of them, as a rule."""
        return current

    def answer(self, message: Message) -> dict[str, Any]:
        """The reply to one message of the page. Never raises: what goes wrong is a reply too."""
        try:
            return self._answer(message)
        except Exception as fault:
            return self._failure(message, fault)

    def _join_others(self) -> None:
        """Stand beside the same page in other windows, and close the oldest: reloads all day would pile them up."""
        self._others = self._shown.setdefault((type(self).__name__, self.assessment_id, self.subject), [])
        self._others.append(self)
        while len(self._others) > WINDOWS_AT_MOST:
            oldest = self._others.pop(0)
            oldest.layout.close()
            oldest.close()

    def _tell_others(self, edit: Edit) -> None:
        """What decides whether anything may be written, or go on, is known in every window at once."""
        if edit.field.startswith(("consent:", "assent:", "state", "pause:")):
            told = {"field": edit.field, "entry_id": edit.entry_id, "payload": dict(edit.payload)}
            for other in tuple(self._others):
                if other is not self:
                    other.send({"kind": "elsewhere", **told})

    def _on_message(self, _widget: object, content: Message, _buffers: object) -> None:
        if content.get("kind") == "do" and content.get("name") in self.done_beside:
            Thread(target=copy_context().run, args=(self._reply, content), daemon=True).start()
        else:
            self._reply(content)

    def _reply(self, content: Message) -> None:
        reply = self.answer(content)
        # A view is most of what the comm carries; packed it is a third.
        view = reply.pop("view", None)
        self.send(reply, None if view is None else [zlib.compress(json.dumps(view, separators=(",", ":")).encode())])

    def _answer(self, message: Message) -> dict[str, Any]:
        kind = message.get("kind")
        if kind == "open":
            return {"kind": "opened", "view": self._opened()}
        if kind == "commit":
            edit = self._edit(message)
            noticed, is_new = self._look(edit, message.get("asked"))
            if is_new:
                return {"kind": "held", "entry_id": edit.entry_id, "noticed": noticed}
            receipt = self.record(edit)
            self._tell_others(edit)
            said = {"kind": "receipt", "entry_id": receipt.entry_id, "recorded_at": receipt.recorded_at}
            return said | ({"noticed": noticed} if noticed else {})
        if kind == "do":
            result = self.do(str(message["name"]), dict(message.get("arguments") or {}))
            return {"kind": "done", "request_id": message["request_id"], "result": result}
        raise QpmError("CAPTURE-002", self.subject or "page", "page.reload")

    def _look(self, edit: Edit, asked: Iterable[str] | None) -> tuple[list[dict[str, Any]], bool]:
        """What is noticed in an edit's words, and whether the person has to be asked first."""
        try:
            noticed = self.notice(edit.field, edit.payload)
            return noticed, bool(noticed) and asked is not None and self._is_new(edit, noticed, asked)
        except Exception:
            return [], False  # looking through the words may fail; saving them may not fail by it

    def _is_new(self, edit: Edit, noticed: Iterable[Mapping[str, Any]], asked: Iterable[str]) -> bool:
        """Whether something noticed is neither in the words that the edit replaces nor asked about."""
        known = self.kit.journal.find_entries((edit.entry_id, *edit.supersedes))
        if edit.entry_id in known:
            return False  # recorded already; only the receipt was lost
        before = [(payload, self.notice(edit.field, payload)) for one in known.values() if (payload := one.payload)]
        settled = set(map(str, asked)) | {words_at(payload, one) for payload, found in before for one in found}
        return any(words_at(edit.payload, one) not in settled for one in noticed)

    def _opened(self) -> dict[str, Any]:
        shared: dict[str, Any] = {"subject": self.subject, "scope": f"{self.assessment_id}/{self.subject}", "heads": {}}
        if self.subject:
            key = self.kit.secret_for(f"page:{shared['scope']}")
            shared["page_key"] = base64.b64encode(key).decode()
            shared["heads"] = self.heads()
        return shared | self.view()

    def _edit(self, message: Message) -> Edit:
        try:
            return Edit(
                self.assessment_id,
                self.subject,
                str(message["field"]),
                dict(message["payload"]),
                supersedes=tuple(map(str, message.get("supersedes") or ())),
                entry_id=str(message["entry_id"]),
            )
        except (KeyError, TypeError, ValueError):
            raise QpmError("CAPTURE-002", self.subject or "page", "page.reload") from None

    def _failure(self, message: Message, fault: Exception) -> dict[str, Any]:
        # The words of any other exception may quote what was typed; only the name of its class is told.
        known = fault if isinstance(fault, QpmError) else None
        error = known or QpmError("JOURNAL-008", type(fault).__name__, "page.typed_stays")
        told = {"code": error.code, "sentence": error.sentence}
        kind = message.get("kind")
        if kind == "commit":
            final = error.code not in _PASSING
            return {"kind": "refused", "entry_id": message.get("entry_id"), "final": final, **told}
        if kind == "open":
            return {"kind": "failed", "request_id": OPENING, "words": self._words_of_failure(), **told}
        return {"kind": "failed", "request_id": message.get("request_id"), **told}

    def _words_of_failure(self) -> dict[str, str]:
        """What a page without a view shows around the sentence; nothing where the wording itself is the trouble."""
        try:
            wording = self.templates.wording
            return {"title": wording.text("sheet.not_opened"), "again": wording.text("sheet.try_again")}
        except QpmError:
            return {}


def words_at(payload: Mapping[str, Any], noticed: Mapping[str, Any]) -> str:
    """The words that ``Sheet.notice`` points at."""
    units = str(payload[noticed["key"]]).encode("utf-16-le", "surrogatepass")
    return units[2 * noticed["start"] : 2 * noticed["end"]].decode("utf-16-le", "surrogatepass")


def by_field(entries: Iterable[Entry]) -> dict[str, list[Entry]]:
    """Entries grouped by their field, in the order given."""
    grouped: dict[str, list[Entry]] = {}
    for entry in entries:
        grouped.setdefault(entry.field, []).append(entry)
    return grouped
