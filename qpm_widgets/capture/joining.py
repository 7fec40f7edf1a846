"""Who is there though the plan did not say so: somebody who comes late to a group, an interpreter, a supporter.

Somebody who joins a group gets a code of their own, and is asked before anything more is written down.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from qpm_widgets.capture.recording import record_edits
from qpm_widgets.errors import QpmError
from qpm_widgets.journal import Edit, Kit
from qpm_widgets.templates import Templates
from qpm_widgets.visits import Interview, load_interview, load_profile

LONGEST_CODE = 40  # letters and digits, as the journal's grammar has it


def codes_to_join(kit: Kit, assessment_id: str, held: Interview) -> list[str]:
    """The codes that somebody who joins may get; none where nobody can: alone with one person, or after the end.

    Advocates are those of the profile. Anybody else gets the next number after the group's own codes that no plan of
    the assessment ever had, whatever became of it, and the assessor's code: another kit may give the same number.
    """
    plan = held.plan
    if len(plan.respondents) < 2 or held.mixed is not None or held.state not in ("planned", "open"):
        return []
    profile = load_profile(kit.journal, assessment_id)
    advocates, managers = ([one.id for one in listed] for listed in (profile.advocates, profile.managers))
    if listed := {"advocate": advocates, "advocacy_manager": managers}.get(plan.role):
        return [code for code in listed if code not in plan.respondents]
    plans = [one.payload for one in kit.journal.iter_entries(assessment_id, field_prefix="plan") if one.payload]
    taken = {str(code).lower() for one in plans for code in one.get("respondents", ())}
    taken |= {code.lower() for code in (*advocates, *managers, *(one.id for one in profile.assessors))}
    end = f"-{kit.assessor}"[: LONGEST_CODE - 4]
    stem = re.sub(r"\d+$", "", plan.respondents[0])[: LONGEST_CODE - 3 - len(end)]  # the last may have joined
    number = 1
    while any(re.fullmatch(rf"{re.escape(stem)}{number}(-.*)?", code, re.IGNORECASE) for code in taken):
        number += 1
    return [f"{stem}{number}{end}"]


def add_to_group(kit: Kit, templates: Templates, assessment_id: str, interview_id: str, code: str) -> None:
    """Record the plan with one person more; what the others agreed to stays as it is.

    Once only: whoever is in the plan already is not added again.

    Raises
    ------
    QpmError
        PLAN-010 if it is no group, or is over, or the code is somebody else's.
    """
    held = load_interview(kit.journal, assessment_id, interview_id)
    if code in held.plan.respondents:
        return
    free = codes_to_join(kit, assessment_id, held)
    if not free:
        raise QpmError("PLAN-010", held.subject, "joining.group")
    if code not in free:
        raise QpmError("PLAN-010", f"{held.subject} {code}"[:200], "joining.codes", codes=", ".join(free))
    _plan_anew(kit, templates, assessment_id, held, lambda plan: {"respondents": [*plan["respondents"], code]})


def note_presence(
    kit: Kit, templates: Templates, assessment_id: str, interview_id: str, who: str, *, here: bool
) -> None:
    """Record in the plan that an interpreter or a supporter is there, or is not, whatever was planned.

    Raises
    ------
    QpmError
        CAPTURE-002 if it is neither; PLAN-010 while it is not settled whose interview it is.
    """
    held = load_interview(kit.journal, assessment_id, interview_id)
    if who not in ("interpreter", "supporter"):
        raise QpmError("CAPTURE-002", held.subject, "page.reload")
    if held.mixed is not None:
        raise QpmError("PLAN-010", held.subject, "joining.whose_first")
    _plan_anew(kit, templates, assessment_id, held, lambda _: {who: here})


def _plan_anew(
    kit: Kit,
    templates: Templates,
    assessment_id: str,
    held: Interview,
    change: Callable[[Mapping[str, Any]], dict[str, Any]],
) -> None:
    current = kit.journal.current(assessment_id, subject=held.subject, field_prefix="plan")
    plans = {one.entry_id: one.payload for one in current if one.field == "plan" and one.payload is not None}
    # Two machines may have planned it differently: it holds for both, and neither plan takes the other's place.
    changed = ((one, {**plan, **change(plan)}) for one, plan in plans.items())
    edits = [Edit(assessment_id, held.subject, "plan", payload, (one,)) for one, payload in changed]
    record_edits(kit.journal, templates, edits)
