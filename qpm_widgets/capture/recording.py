"""The one door to the journal for what people record: every sheet and the sample assessment come through here.

The journal knows shapes and consent. This door knows the templates: that the question exists in the guide of the
interview's plan, that a rating is on the scale, that what a finding cites is evidence of its visit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from difflib import get_close_matches

from qpm_widgets.errors import QpmError
from qpm_widgets.journal import Edit, Journal, Receipt
from qpm_widgets.templates import Templates
from qpm_widgets.templates.own_items import LINE_PARTS, OWN_PARTS, is_line, is_own
from qpm_widgets.templates.records import UNLISTED_LANGUAGE, Guide, InterviewGuide, ObservationGuide

MEETINGS = ("interview", "observation")


def record_edit(journal: Journal, templates: Templates, edit: Edit, *, recorded_by: str | None = None) -> Receipt:
    """Check an edit against the templates and append it to the journal.

    Parameters
    ----------
    journal, templates
        Where it goes, and what it is checked against.
    edit : Edit
        What to record.
    recorded_by : str, optional
        Code of the assessor; the kit's own by default.

    Returns
    -------
    Receipt
        Given only after the entry is durable.

    Raises
    ------
    QpmError
        CAPTURE-001 if the guide has no such question, part or indicator, or is with no person who could show a yes or a
        no, or a quick note is filed to a question that it does not have; PLAN-001 if the interview is not planned;
        PLAN-004 if a plan names a guide that does not fit; CONSENT-004 if a consent, or a yes or no that was shown, is
        of someone who is not in the plan; EVIDENCE-001 to 003 for findings and ratings; and whatever the journal
        refuses (JOURNAL-*, CONSENT-*).
    """
    return record_edits(journal, templates, (edit,), recorded_by=recorded_by)[0]


def record_edits(
    journal: Journal, templates: Templates, edits: Iterable[Edit], *, recorded_by: str | None = None
) -> list[Receipt]:
    """Record several edits, all of them or, on any error, none; each is checked as ``record_edit`` does.

    The checks see the journal as it was before the call, so an answer cannot come with the plan that it needs.
    """
    wanted = list(edits)
    for edit in wanted:
        check = _CHECKS.get((edit.subject.partition(":")[0], edit.field.partition(":")[0]))
        if check is not None:
            check(journal, templates, edit)
    return journal.append_all(wanted, recorded_by=recorded_by)


def guide_of(journal: Journal, templates: Templates, assessment_id: str, subject: str) -> Guide:
    """The guide that an interview's or observation's plan names.

    Raises
    ------
    QpmError
        PLAN-001 if it is not planned; PLAN-004 if the plan names a guide that the templates do not have.
    """
    plan = journal.current_entry(assessment_id, subject, "plan")
    if plan is None or plan.payload is None:
        raise QpmError("PLAN-001", f"{subject} of {assessment_id}", "planned.meeting")
    name = str(plan.payload["guide"])
    guide = templates.guides.get(name)
    if guide is None:
        raise QpmError("PLAN-004", f"{subject} guide {name}", "answers.guides", guides=", ".join(templates.guides))
    return guide


def _check_answer(journal: Journal, templates: Templates, edit: Edit) -> None:
    guide = guide_of(journal, templates, edit.assessment_id, edit.subject)
    item, _, part = edit.field.partition(":")[2].partition(".")
    if isinstance(guide, ObservationGuide):
        known, parts = [scene.id for scene in guide.scenes], [part.id for part in guide.parts]
        own: tuple[str, ...] = ("question", "evidence", "missing", "note", *parts)
    else:
        known, parts = [question.id for section in guide.sections for question in section.questions], []
        own = OWN_PARTS
    kind, _, name = part.partition(".")
    if is_line(item):
        if kind not in LINE_PARTS:
            raise _unknown(edit, "answers.quick_note", parts=", ".join(LINE_PARTS))
    elif is_own(item):
        if kind not in own:
            raise _unknown(edit, "answers.own", parts=", ".join(own))
        _check_standard(templates, edit, str(edit.payload.get("standard") or ""))
    elif item not in known:
        raise _unknown(edit, "answers.guide_has", guide=guide.id, nearest=_nearest(item, known))
    if filed_to := str(edit.payload.get("filed_to") or ""):
        if not is_line(item):
            raise _unknown(edit, "answers.filed")
        if filed_to not in known and not is_own(filed_to):
            raise _unknown(edit, "answers.guide_has", guide=guide.id, nearest=_nearest(filed_to, known))
    if kind == "evidence":
        _check_indicator(templates, edit, name)
    elif isinstance(guide, ObservationGuide) and not is_own(item) and kind not in {*parts, "note", "missing"}:
        raise _unknown(edit, "answers.guide_has", guide=guide.id, nearest=_nearest(kind, parts))
    _check_chosen(templates, edit, guide, kind)


def _check_chosen(templates: Templates, edit: Edit, guide: Guide, part: str) -> None:
    """A part of an observation that is chosen from a list is one of it, or nothing."""
    chosen = isinstance(guide, ObservationGuide) and any(one.id == part and one.choose for one in guide.parts)
    names = ["", *(one.name for one in templates.policies.policies)]
    if chosen and edit.payload.get("text") not in names:
        raise _unknown(edit, "answers.policy")


def _check_interview_answer(journal: Journal, templates: Templates, edit: Edit) -> None:
    """Also a quote's language; what stands in one that was taken out of the scheme's list may still be corrected."""
    _check_answer(journal, templates, edit)
    if ".quote." not in edit.field:
        return
    known = [*(one.code for one in templates.scheme.languages), UNLISTED_LANGUAGE]
    language = str(edit.payload.get("language", "en"))
    if language in known:
        return
    current = journal.current(edit.assessment_id, subject=edit.subject, field_prefix=edit.field)
    if not any(one.field == edit.field and one.payload and one.payload["language"] == language for one in current):
        raise _unknown(edit, "answers.languages", listed=", ".join(known[:-1]), other=UNLISTED_LANGUAGE)


def _check_consent(journal: Journal, templates: Templates, edit: Edit) -> None:
    guide_of(journal, templates, edit.assessment_id, edit.subject)
    plan = journal.current_entry(edit.assessment_id, edit.subject, "plan")
    respondents = list(plan.payload["respondents"]) if plan and plan.payload else []
    code = edit.field.partition(":")[2].rpartition(".")[2]
    if code not in respondents:
        where, people = f"{edit.subject} {edit.field}", ", ".join(respondents)
        raise QpmError("CONSENT-004", where, "answers.people", people=people)


def _check_shown(journal: Journal, templates: Templates, edit: Edit) -> None:
    guide = guide_of(journal, templates, edit.assessment_id, edit.subject)
    if not (isinstance(guide, ObservationGuide) and guide.with_person):
        raise _unknown(edit, "answers.no_person", guide=guide.id)


def _check_plan(_journal: Journal, templates: Templates, edit: Edit) -> None:
    kind = edit.subject.partition(":")[0]
    name, role = str(edit.payload.get("guide", "")), edit.payload.get("role")
    guide = templates.guides.get(name)
    if guide is None or guide.kind != kind or (isinstance(guide, InterviewGuide) and guide.role != role):
        remedy = "answers.guides_interview" if kind == "interview" else "answers.guides_observation"
        fitting = ", ".join(one.id for one in templates.guides.values() if one.kind == kind)
        raise QpmError("PLAN-004", f"{edit.subject} guide {name}", remedy, guides=fitting)
    for indicator in edit.payload.get("explore", ()):
        _check_indicator(templates, edit, str(indicator))


def _check_rating(journal: Journal, templates: Templates, edit: Edit) -> None:
    _check_indicator(templates, edit, edit.field.partition(":")[2])
    levels = [level.id for level in templates.standards.rating_scale]
    level = str(edit.payload.get("level"))
    if not level:  # taken back, which only what was given can be
        levels += [""] if journal.current_entry(edit.assessment_id, edit.subject, edit.field) else []
    if level not in levels:
        raise QpmError("EVIDENCE-003", f"{edit.subject} {edit.field}", "judgements.scale", levels=", ".join(levels))
    _check_cites(journal, edit)


def _check_finding(journal: Journal, templates: Templates, edit: Edit) -> None:
    _check_standard(templates, edit, str(edit.payload.get("standard")))
    if not edit.payload.get("cites"):
        raise QpmError("EVIDENCE-001", f"{edit.subject} {edit.field}", "judgements.choose")
    _check_cites(journal, edit)


def _check_cites(journal: Journal, edit: Edit) -> None:
    """Every cited entry is an answer of an interview or observation of this visit."""
    wanted = [str(entry_id) for entry_id in edit.payload.get("cites") or ()]
    found = journal.find_entries(wanted)
    visit_id = edit.subject.partition(":")[2]
    visits: dict[str, bool] = {}
    for entry_id in wanted:
        entry = found.get(entry_id)
        fits = entry is not None and entry.assessment_id == edit.assessment_id and entry.field.startswith("answer:")
        if fits and entry is not None:
            if entry.subject not in visits:
                plan = journal.current_entry(edit.assessment_id, entry.subject, "plan")
                visits[entry.subject] = bool(plan and plan.payload and plan.payload["visit"] == visit_id)
            fits = visits[entry.subject]
        if not fits:
            raise QpmError("EVIDENCE-002", f"{edit.subject} {edit.field}", "judgements.cite")


def _check_standard(templates: Templates, edit: Edit, name: str) -> None:
    standards = [standard.id for standard in templates.standards.standards]
    if name and name not in standards:
        raise _unknown(edit, "answers.standards", standards=", ".join(standards))


def _check_indicator(templates: Templates, edit: Edit, name: str) -> None:
    known = [one.id for standard in templates.standards.standards for one in standard.indicators]
    if name not in known:
        raise _unknown(edit, "answers.standards_have", nearest=_nearest(name, known))


def _unknown(edit: Edit, remedy: str, **facts: str) -> QpmError:
    return QpmError("CAPTURE-001", f"{edit.subject} {edit.field}"[:200], remedy, **facts)


def _nearest(name: str, known: Iterable[str]) -> str:
    """The ids most like ``name``, or the first few."""
    names = list(known)
    return ", ".join(get_close_matches(name, names, n=3) or names[:3])


_CHECKS: dict[tuple[str, str], Callable[[Journal, Templates, Edit], None]] = {
    ("interview", "answer"): _check_interview_answer,
    ("observation", "answer"): _check_answer,
    ("interview", "consent"): _check_consent,
    ("interview", "assent"): _check_consent,
    ("observation", "assent"): _check_shown,
    ("interview", "plan"): _check_plan,
    ("observation", "plan"): _check_plan,
    ("visit", "rating"): _check_rating,
    ("visit", "finding"): _check_finding,
}
