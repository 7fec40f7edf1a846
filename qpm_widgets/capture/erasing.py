"""What a page does when somebody takes words back: all that `withdraw` does, in a process of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from qpm_widgets.capture.own_process import ask_process, outputs_folder
from qpm_widgets.errors import QpmError
from qpm_widgets.journal import Kit
from qpm_widgets.journal.withdrawing import Withdrawal
from qpm_widgets.templates import Templates
from qpm_widgets.visits.certificates import list_uncertified
from qpm_widgets.visits.erasures import read_erasure

_PROCESS = "qpm_widgets.commands.page_erasing"
_RENDERING = "qpm_widgets.commands.page_rendering"


def erase_for_good(kit: Kit, wanted: Withdrawal) -> dict[str, Any]:
    """Carry out a withdrawal, or finish one.

    Returns
    -------
    dict
        ``finished``: false while a copy may be left in the journal's files; then nothing else. ``certificate``: its
        path, or null with ``trouble``, a sentence. ``used``: the folders of documents that used what is gone, each
        with ``folder``, ``certain``, ``files`` and what ``render_again`` wants, ``again``. ``resting``: how many
        ratings and findings cite it. ``names``: whether there is a list of names, which stays. ``accounts``: ids of
        accounts of harm told there, which stay too. ``outputs``: the folder that was looked through.

    Raises
    ------
    QpmError
        CAPTURE-003, PLAN-001 or CONSENT-004: nothing was erased. JOURNAL-* if the disk refuses: what was erased by then
        stands, and the desk asks for its certificate.
    """
    answer = ask_process(kit, _PROCESS, {"wanted": asdict(wanted)})
    if answer is None:  # it ended before its time: the journal knows how far it came
        if read_erasure(kit.journal, wanted) is None:
            where = f"{wanted.assessment_id} {wanted.subject}"
            raise QpmError("CAPTURE-003", where, "page.try_again", "page.lock_on_desk")
        return {"finished": False}
    return answer


def render_again(kit: Kit, request: Mapping[str, Any]) -> dict[str, Any]:
    """Render one report anew that used what was erased.

    Parameters
    ----------
    kit : Kit
    request : mapping
        ``report`` and ``parameters``, as ``erase_for_good`` answered them.

    Returns
    -------
    dict
        ``files``: the paths of the documents. ``nameless``: whether it is the provider's edition and this kit has no
        list of names to look for.

    Raises
    ------
    QpmError
        CAPTURE-009 if it could not be started, or took too long; REPORT-* as it answered.
    """
    asked = {"report": request.get("report"), "parameters": dict(request.get("parameters") or {})}
    answer = ask_process(kit, _RENDERING, asked)
    if answer is None:
        raise QpmError("CAPTURE-009", str(asked["report"])[:60], "page.rendering")
    return answer


def view_uncertified(kit: Kit, templates: Templates, assessment_ids: list[str]) -> Iterator[dict[str, Any]]:
    """The erasures of this kit that have no certificate yet, for the desk to ask about."""
    outputs = outputs_folder()
    for assessment_id in assessment_ids:
        for tombstone, wanted in list_uncertified(
            kit.journal, templates, kit.device_id, assessment_id, outputs
        ).items():
            yield {"tombstone": tombstone, **asdict(wanted)}
