"""The desk: the kit's start page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from qpm_widgets.capture.assessment_forms import record_assessment, view_assessment
from qpm_widgets.capture.desk_view import view_desk
from qpm_widgets.capture.erasing import erase_for_good
from qpm_widgets.capture.own_process import outputs_folder
from qpm_widgets.capture.page_files import page_script
from qpm_widgets.capture.page_links import link_page
from qpm_widgets.capture.practice import erase_practice, leave_practice, open_practice, practice_state
from qpm_widgets.capture.sheet import Sheet
from qpm_widgets.running_server import ask_to_close
from qpm_widgets.visits import repair_notebooks
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
        "erased_part.js",
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
        words = self.templates.wording.section("desk")
        states = {choice.id: choice.label for choice in self.templates.scheme.interview_states}
        return {
            "words": {
                **words["sheet"],
                "states": {**states, **words["sheet"]["states"]},
                "erased": self.templates.wording.section("sheet")["erased"],
            },
            "situation": self.situation(),
        }

    def do(self, name: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """``look`` again; ``prepare`` pages that are not there; ``repair`` all; ``certify`` an erasure; ``lock``.

        All but ``lock`` tell the situation, as ``erase_practice`` does. ``repair`` tells what it found, as paths of
        pages; ``practise`` and ``leave_practice`` tell the ``address`` to go on at. ``view_assessment`` tells what its
        form needs, ``plan_assessment`` records what the form sent, and ``new_visit`` tells the ``page`` to plan it on.
        """
        if name == "view_assessment":
            return view_assessment(self.kit, self.templates, str(arguments.get("id") or ""))
        if name == "lock":
            ask_to_close(self.kit.runtime)
            return {}
        if name == "practise":
            return {"address": open_practice(self.kit, self.templates, datetime.now().astimezone().date())}
        if name == "leave_practice":
            return {"address": leave_practice(self.kit)}
        told: dict[str, Any] = {}
        if name == "certify":
            told["carried"] = self._certify(str(arguments.get("tombstone")))
        elif name == "plan_assessment":
            sample = practice_state(self.kit) == "here"
            told["id"], receipt = record_assessment(self.kit, self.templates, arguments, sample=sample)
            told["recorded_at"] = receipt.recorded_at
        elif name == "new_visit":
            told["page"] = link_page(prepare_new_visit(self.kit, str(arguments["id"])).as_posix())
        elif name == "prepare":
            repair_notebooks(self.kit, only_missing=True)
        elif name == "repair":
            told["repair"] = asdict(repair_notebooks(self.kit))
        elif name == "erase_practice":
            erase_practice(self.kit)
        elif name != "look":
            return super().do(name, arguments)
        return told | {"situation": self.situation()}

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
