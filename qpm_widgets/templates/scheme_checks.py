"""Rules of ``scheme.yaml`` and of the editions of the standards."""

from __future__ import annotations

from qpm_widgets.templates.reading import LANGUAGES, Draft
from qpm_widgets.templates.records import UNLISTED_LANGUAGE, Scheme, StandardsEdition
from qpm_widgets.templates.references import FileCheck, Known, check_unique

# What the journal keeps of these lists are their ids: labels may change without Python, ids may not.
SCHEME_LISTS: dict[str, frozenset[str]] = {
    "consent_scopes": frozenset(("talk", "notes", "quotes", "supporter")),
    "consent_decisions": frozenset(("given", "declined", "withdrawn", "not_applicable")),
    "consent_how": frozenset(("spoken", "written", "signed", "aac")),
    "assent_signs": frozenset(("assent", "dissent", "unclear")),
    "assent_how": frozenset(("spoken", "signed", "gesture", "expression", "moved_away", "aac")),
    "pause_reasons": frozenset(("break", "distress", "interruption")),
    "quote_grades": frozenset(("verbatim", "near_verbatim", "paraphrase")),
    "speakers": frozenset(("respondent", "supporter", "interpreter")),
    "missing_reasons": frozenset(("declined", "does_not_know", "not_asked", "not_suitable")),
    "interview_states": frozenset(("planned", "open", "stopped", "finished", "cancelled")),
    "finding_kinds": frozenset(("finding", "good_practice", "area_to_develop")),
}
STANDARDS_LISTS: dict[str, frozenset[str]] = {
    "bearings": frozenset(("supports", "mixed", "contradicts", "not_explored")),
    "strengths": frozenset(("experience", "account", "claim")),
}


def check_scheme(draft: Draft, known: Known) -> None:
    """The scheme by itself, and the edition that it puts in force."""
    scheme, check = draft.scheme, FileCheck(draft.book, "scheme.yaml")
    if scheme is None:
        return
    check.unique((("source_types", n, "code"), one.code) for n, one in enumerate(scheme.source_types))
    check.unique((("bands", n, "id"), str(one.id)) for n, one in enumerate(scheme.bands))
    for name in ("source_types", "roles", "outcomes", "retention", *SCHEME_LISTS):
        check.unique_ids(scheme, name)
    for name, expected in SCHEME_LISTS.items():
        _check_closed_list(check, scheme, name, expected)
    _check_languages(check, scheme)
    for n, role in enumerate(scheme.roles):
        check.one_known(("roles", n, "source"), role.source, known.sources)
    for key in ("senior_leaders_among", "board_among"):
        check.known(("sampling", key), getattr(scheme.sampling, key), [role.id for role in scheme.roles])
    if "standards" not in draft.broken:
        check.one_known(("edition",), scheme.edition, [one.edition for one in draft.editions.values()])


def _check_languages(check: FileCheck, scheme: Scheme) -> None:
    """Codes that each stand once, and among them the languages that interviews are held in."""
    codes = [one.code for one in scheme.languages]
    check.unique((("languages", n, "code"), code) for n, code in enumerate(codes))
    if UNLISTED_LANGUAGE in codes:
        remedy = "Take it out: it stands for a language that is not listed here."
        check.add("TEMPLATE-014", ("languages", codes.index(UNLISTED_LANGUAGE), "code"), remedy)
    if missing := ", ".join(sorted(set(LANGUAGES).difference(codes))):
        check.add("TEMPLATE-014", ("languages",), f"Add what interviews are held in: {missing}.")


def check_editions(draft: Draft, known: Known) -> None:
    """Every edition under ``standards/``, whether or not it is in force."""
    check_unique(draft.book, ((file, ("edition",), one.edition) for file, one in draft.editions.items()))
    for file, edition in draft.editions.items():
        check = FileCheck(draft.book, file)
        check.named_like_file(edition.edition, ("edition",))
        for name in ("standards", "rating_scale", "confidence", "gates", *STANDARDS_LISTS):
            check.unique_ids(edition, name)
        for name, expected in STANDARDS_LISTS.items():
            _check_closed_list(check, edition, name, expected)
        _check_indicators(check, edition, known)
        _check_judgement(check, edition, known)


def _check_indicators(check: FileCheck, edition: StandardsEdition, known: Known) -> None:
    check.unique((("standards", s, "number"), str(one.number)) for s, one in enumerate(edition.standards))
    letters = [standard.indicators[0].id[:2] for standard in edition.standards]
    check.unique((("standards", s, "indicators", 0, "id"), pair) for s, pair in enumerate(letters))
    ids = []
    for s, standard in enumerate(edition.standards):
        for i, one in enumerate(standard.indicators):
            steps = ("standards", s, "indicators", i)
            ids.append(((*steps, "id"), one.id))
            if one.id[:2] != letters[s]:
                remedy = f"Begin it with {letters[s]}, like the others of its standard."
                check.add("TEMPLATE-012", (*steps, "id"), remedy, one.id)
            check.known((*steps, "sources"), one.sources, known.sources, one.id)
            check.unique((((*steps, "sources", n), code) for n, code in enumerate(one.sources)), one.id)
    check.unique(ids)


def _check_judgement(check: FileCheck, edition: StandardsEdition, known: Known) -> None:
    """Confidence levels, and what ratings and gates refer to."""
    own = {one.id for standard in edition.standards for one in standard.indicators}
    confidence = [level.id for level in edition.confidence]
    for n, level in enumerate(edition.rating_scale):
        if level.needs_confidence is not None:
            check.one_known(("rating_scale", n, "needs_confidence"), level.needs_confidence, confidence, level.id)
    for n, one in enumerate(edition.confidence):
        check.known(("confidence", n, "needs_any_of"), one.needs_any_of, known.sources, one.id)
    last = edition.confidence[-1]
    if last.source_types or last.needs_any_of:
        remedy = "Let the last level fit where there is no evidence: source_types 0, no needs_any_of."
        check.add("TEMPLATE-014", ("confidence", len(confidence) - 1), remedy, last.id)
    for n, gate in enumerate(edition.gates):
        check.known(("gates", n, "indicators"), gate.indicators, own, gate.id)


def _check_closed_list(
    check: FileCheck, record: Scheme | StandardsEdition, name: str, expected: frozenset[str]
) -> None:
    present = [choice.id for choice in getattr(record, name)]
    for n, word in enumerate(present):
        check.one_known((name, n, "id"), word, expected, code="TEMPLATE-014")
    missing = ", ".join(sorted(expected.difference(present)))
    if missing:
        check.add("TEMPLATE-014", (name,), f"Add what the journal knows besides: {missing}.")
