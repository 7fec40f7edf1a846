"""The desk: the kit's start page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from qpm_widgets.capture.account_page import open_account_page
from qpm_widgets.capture.assessment_forms import record_assessment, view_assessment
from qpm_widgets.capture.desk_view import view_desk
from qpm_widgets.capture.erasing import erase_for_good
from qpm_widgets.capture.own_process import outputs_folder
from qpm_widgets.capture.page_files import page_script
from qpm_widgets.capture.page_links import link_page
from qpm_widgets.capture.practice import erase_practice, leave_practice, open_practice, practice_state
from qpm_widgets.capture.sheet import Sheet
from qpm_widgets.errors import QpmError
from qpm_widgets.journal.written_accounts import delete_account_files
from qpm_widgets.running_server import ask_to_close
from qpm_widgets.visits import find_typed, repair_notebooks
from qpm_widgets.visits.certificates import list_uncertified
from qpm_widgets.visits.working_notebooks import prepare_new_visit


class DeskSheet(Sheet):
    """The page that a day begins with: visits, interviews and observations in order, and what is still missing.

    It writes assessments, and finishes erasures. Working notebooks that are missing are made again when the page asks
    for it.
    """

    scripts = (
        "drawing.js",
        "coming_back.js",
        "written_files.js",
        "erased_part.js",
        "protocol_part.js",
        "form_page.js",
        "form_fields.js",
        "assessment_form.js",
        "desk_care.js",
        "desk_sheet.js",
    )
    styles = ("forms.css", "desk_sheet.css")
    _esm = page_script(*scripts, styles=styles)

    def view(self) -> dict[str, Any]:
        """Wording, which stays, and the situation, which changes."""
        words, shared = self.templates.wording.section("desk"), self.templates.wording.section("sheet")
        states = {choice.id: choice.label for choice in self.templates.scheme.interview_states}
        return {
            "words": {
                **words["sheet"],
                "states": {**states, **words["sheet"]["states"]},
                **{part: shared[part] for part in ("erased", "files", "safeguarding")},
            },
            "situation": self.situation(),
        }

    def do(self, name: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """``look`` again; ``prepare`` pages that are not there; ``repair`` all; ``certify`` an erasure; ``lock``.

        ``repair`` tells what it found, as paths of pages, and ``find_typed`` beforehand what it would take away.
        ``practise`` and ``leave_practice`` tell the ``address`` to go on at; a practice visit that cannot be opened
        (CAPTURE-006) is made ``anew`` only if told so, and ``erase_practice`` erases it. ``write_account`` tells the
        ``address`` at which the passphrase is asked, to print an account of harm or to seal it for the lead's ``key``
        (its file's text); ``handed_over`` confirms that the lead has what was in its last file, and deletes those that
        were written so, but for the ``left``; ``erase_account`` erases it then, and deletes them as well;
        ``delete_files`` deletes what was left. ``view_assessment`` tells what its form needs, ``plan_assessment``
        records what the form sent, and ``new_visit`` tells the ``page`` to plan it on.
        What may have changed the desk tells the situation as well.
        """
        asking: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
            "lock": self._lock,
            "practise": self._practise,
            "leave_practice": lambda _: {"address": leave_practice(self.kit)},
            "write_account": self._write_account,
            "find_typed": lambda _: {"typed": find_typed(self.kit)},
            "view_assessment": lambda sent: view_assessment(self.kit, self.templates, str(sent.get("id") or "")),
        }
        changing: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
            "look": lambda _: {},
            "certify": lambda sent: {"carried": self._certify(str(sent.get("tombstone")))},
            "prepare": self._prepare,
            "repair": lambda _: {"repair": asdict(repair_notebooks(self.kit))},
            "erase_practice": self._erase_practice,
            "handed_over": self._confirm_handed_over,
            "erase_account": self._erase_account,
            "delete_files": self._delete_files,
            "plan_assessment": self._plan_assessment,
            "new_visit": lambda sent: {"page": link_page(prepare_new_visit(self.kit, str(sent["id"])).as_posix())},
        }
        if name in asking:
            return asking[name](arguments)
        if name in changing:
            return {**changing[name](arguments), "situation": self.situation()}
        return super().do(name, arguments)

    def _lock(self, _arguments: Mapping[str, Any]) -> dict[str, Any]:
        ask_to_close(self.kit.runtime)
        return {}

    def _prepare(self, _arguments: Mapping[str, Any]) -> dict[str, Any]:
        repair_notebooks(self.kit, only_missing=True)
        return {}

    def _practise(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        today, anew = datetime.now().astimezone().date(), arguments.get("anew") is True
        return {"address": open_practice(self.kit, self.templates, today, anew=anew)}

    def _erase_practice(self, _arguments: Mapping[str, Any]) -> dict[str, Any]:
        erase_practice(self.kit)
        return {}

    def _write_account(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        key = str(arguments["key"]) if "key" in arguments else None
        return {"address": open_account_page(self.kit, str(arguments["id"]), key)}

    def _confirm_handed_over(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        account = str(arguments["id"])
        self.kit.safeguarding.confirm_handed_over(account)
        return self._delete_files(arguments)

    def _delete_files(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        described = self.kit.safeguarding.find(str(arguments["id"]))  # before its id is part of a path
        return {"left": [str(file) for file in delete_account_files(described.id, outputs_folder())]}

    def _erase_account(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        account = str(arguments["id"])
        if account not in self.situation()["handed_over"]:
            raise QpmError("SAFE-010", account[:60], "harm_page.lead_has_it")
        self.kit.safeguarding.erase(account)
        return self._delete_files(arguments)

    def _plan_assessment(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        invented = practice_state(self.kit) == "here"
        assessment_id, receipt = record_assessment(self.kit, self.templates, arguments, sample=invented)
        return {"id": assessment_id, "recorded_at": receipt.recorded_at}

    def _certify(self, tombstone: str) -> dict[str, Any] | None:
        """Finish an erasure that has no certificate; None if it has one by now."""
        for assessment_id in self.kit.journal.assessment_ids():
            found = list_uncertified(
                self.kit.journal, self.templates, self.kit.device_id, assessment_id, outputs_folder()
            )
            if tombstone in found:
                return erase_for_good(self.kit, found[tombstone])
        return None

    def situation(self) -> dict[str, Any]:
        """All that is on the desk now."""
        return view_desk(self.kit, self.templates)
