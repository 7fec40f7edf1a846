"""The desk's form for an assessment: what it begins with, and what becomes of what it sends.

Its people are codes. Ids of areas and teams, and of the assessment itself, are made here from their names, so nobody
has to think of one; once made they stay, whatever the names become, for plans refer to them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from qpm_widgets.capture.plan_files import profile_troubles
from qpm_widgets.capture.recording import record_edit
from qpm_widgets.errors import QpmError
from qpm_widgets.journal import Edit, Entry, Journal, Kit, Receipt, new_entry_id
from qpm_widgets.journal.grammar import check_payload
from qpm_widgets.journal.payloads import AssessmentProfile
from qpm_widgets.templates import Templates
from qpm_widgets.visits import check_kept, check_profile, free_id, load_profile, used_codes
from qpm_widgets.visits.assessments import PROFILE

_COMMON = ("slow", "no_answer", "saved", "saving", "not_saved", "list_and", "list_comma", "leave")


def view_assessment(kit: Kit, templates: Templates, assessment_id: str) -> dict[str, Any]:
    """What the form needs: its words, its choices, and the profile as it stands; None for a new assessment.

    ``used`` says what of the profile plans refer to; ``earlier`` are its former versions, newest first, each with
    ``at`` (UTC ms) and ``by``; ``entry_id`` is the entry that the form becomes, so that one sent twice is one
    assessment.
    """
    plan = templates.wording.section("plan")
    journal = kit.journal
    profile = load_profile(journal, assessment_id) if assessment_id else None
    heads = journal.current(assessment_id, subject=PROFILE[0], field_prefix=PROFILE[1]) if assessment_id else []
    return {
        "words": {**templates.wording.section("assessment"), **{key: plan[key] for key in _COMMON}},
        "nations": [
            {"id": nation, "name": one.name, "kinds": [{"id": role.id, "name": role.name} for role in one.roles]}
            for nation, one in templates.jurisdictions.items()
        ],
        "bands": [{"id": band.id, "label": band.label, "note": band.note} for band in templates.scheme.bands],
        "assessor": kit.assessor,
        "id": assessment_id,
        "profile": profile.model_dump(mode="json") if profile else None,
        "used": used_codes(journal, assessment_id) if assessment_id else {},
        "earlier": _view_earlier(journal, assessment_id, heads) if assessment_id else [],
        "entry_id": new_entry_id(),
        "heads": [entry.entry_id for entry in heads],
    }


def _view_earlier(journal: Journal, assessment_id: str, heads: list[Entry]) -> list[dict[str, Any]]:
    every = journal.iter_entries(assessment_id, subject=PROFILE[0], field_prefix=PROFILE[1])
    shown = heads[-1:]  # of two in conflict the form shows the newest; the other is a version like those before
    versions = [one for one in every if one.payload is not None and one not in shown]
    return [
        {"profile": _whole(one).model_dump(mode="json"), "at": one.recorded_at, "by": one.recorded_by}
        for one in reversed(versions)
    ]


def _whole(entry: Entry) -> AssessmentProfile:
    return AssessmentProfile.model_validate(entry.payload)


def record_assessment(
    kit: Kit, templates: Templates, arguments: Mapping[str, Any], *, sample: bool
) -> tuple[str, Receipt]:
    """Record what the form sent: a new assessment if it names none, or else a correction.

    Parameters
    ----------
    arguments : mapping
        ``id``, "" for a new one; ``entry_id`` and ``heads`` of ``view_assessment``; ``earlier``, the entries under
        which the form was sent before and had no answer; ``form``, the profile's own keys, but an area or team has no
        ``id`` until it was recorded, a team names its area by its place in the list, and has its ``advocates`` in it.
    sample : bool
        Whether a new assessment is invented, as in a practice kit.

    Returns
    -------
    str and Receipt
        The assessment's id, and the journal's receipt.

    Raises
    ------
    QpmError
        CAPTURE-002 if the form cannot be read; JOURNAL-004 if the entry is there and says something else; JOURNAL-006
        for a wrong shape; PLAN-002 and PLAN-006 if the profile does not hang together, or has lost something that a
        plan refers to.
    """
    journal, entry_id = kit.journal, str(arguments["entry_id"])
    form, assessment_id = dict(arguments["form"]), str(arguments.get("id") or "")
    heads = tuple(map(str, arguments.get("heads") or ()))
    # The page asks again after a lost answer: with the same words, or with others that follow them.
    if followed := find_earlier(journal, arguments):
        assessment_id, heads = followed.assessment_id, (followed.entry_id,)
    known = journal.find_entries([entry_id]).get(entry_id)
    before = load_profile(journal, assessment_id) if assessment_id else None
    if not assessment_id:
        assessment_id = known.assessment_id if known else _new_id(journal, str(form.get("provider") or ""))
    form |= {"sample": before.sample if before else sample, "edition": templates.standards.edition}
    payload = check_payload(*PROFILE, _with_ids(form, assessment_id))
    if known and known.payload == payload:
        return assessment_id, Receipt(entry_id, known.recorded_at, True)
    profile = AssessmentProfile.model_validate(payload)
    check_profile(profile, assessment_id)
    if troubles := "; ".join(profile_troubles(profile, templates)):
        raise QpmError("PLAN-006", f"{assessment_id} profile", "plan_check.correct", troubles=troubles)
    check_kept(profile, used_codes(journal, assessment_id), assessment_id)
    edit = Edit(assessment_id, *PROFILE, payload, supersedes=heads, entry_id=entry_id)
    return assessment_id, record_edit(journal, templates, edit)


def find_earlier(journal: Journal, arguments: Mapping[str, Any]) -> Entry | None:
    """The newest entry under which a form was sent ``earlier``, had no answer, and was recorded all the same."""
    earlier = [str(one) for one in arguments.get("earlier") or ()]
    found = journal.find_entries(earlier) if earlier else {}
    return next((found[one] for one in reversed(earlier) if one in found), None)


def _new_id(journal: Journal, provider: str) -> str:
    return free_id(provider, journal.assessment_ids(), "assessment")


def _with_ids(form: dict[str, Any], assessment_id: str) -> dict[str, Any]:
    """The profile that a form stands for, with an id for each area and team."""
    try:
        areas, teams = [dict(one) for one in form["areas"]], [dict(one) for one in form["teams"]]
        taken = {str(one["id"]) for one in (*areas, *teams) if one.get("id")}
        _name(areas, taken, "area")
        _name(teams, taken, "team")
        advocates = []
        for team in teams:
            team["area"] = areas[int(team["area"])]["id"]
            people = [dict(one) for one in team.pop("advocates")]
            advocates += [{**one, "team": team["id"], "manager": one["manager"] or team["manager"]} for one in people]
    except (KeyError, IndexError, TypeError, ValueError):
        raise QpmError("CAPTURE-002", f"{assessment_id} profile", "page.reload") from None
    return {**form, "areas": areas, "teams": teams, "advocates": advocates}


def _name(records: Iterable[dict[str, Any]], taken: set[str], kind: str) -> None:
    for one in records:
        one["id"] = one.get("id") or free_id(str(one["name"]), taken, kind)
        taken.add(one["id"])
