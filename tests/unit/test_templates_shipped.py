"""The templates that the kit ships: faultless, complete, and true to what the domain says."""

from __future__ import annotations

import pytest

from qpm_widgets.templates import Templates, check_templates
from qpm_widgets.templates.records import InterviewGuide, ObservationGuide

COUNTS = {"CP": 6, "IN": 6, "CO": 6, "PL": 7, "EQ": 6, "AC": 6, "SG": 7, "SA": 7}


def test_the_shipped_templates_have_no_fault() -> None:
    assert [str(fault) for fault in check_templates()] == []


def test_eight_standards_and_all_their_indicators(templates: Templates) -> None:
    standards = templates.standards.standards
    assert [standard.number for standard in standards] == list(range(1, 9))
    found = {one.indicators[0].id[:2]: [indicator.id for indicator in one.indicators] for one in standards}
    assert found == {letters: [f"{letters}{n}" for n in range(1, count + 1)] for letters, count in COUNTS.items()}
    assert len(templates.indicator_ids) == 51


def test_policies(templates: Templates) -> None:
    policies = templates.policies.policies
    assert sum(policy.in_reference_list for policy in policies) == 25
    assert [(one.id, one.nations) for one in policies if not one.in_reference_list] == [("welsh_language", ("wales",))]
    assert len(templates.policies.checks) == 9
    assert all(policy.indicators for policy in policies)


def test_every_indicator_can_be_asked_about_or_seen_by_each_source_it_names(templates: Templates) -> None:
    asked: dict[str, set[str]] = {one: set() for one in templates.indicator_ids}
    for guide in templates.guides.values():
        if isinstance(guide, ObservationGuide):
            for scene in guide.scenes:
                for one in scene.indicators:
                    asked[one].add("O")
        else:
            for section in guide.sections:
                for question in section.questions:
                    for one in question.indicators:
                        asked[one].add(templates.source_of_role(guide.role).code)
    read = {"C", "D"}  # case files and documents are read, not asked
    unasked = {
        one: sorted(set(templates.indicator(one).sources) - asked[one] - read)
        for one in templates.indicator_ids
        if set(templates.indicator(one).sources) - asked[one] - read
    }
    assert not unasked


def test_every_role_has_its_guide(templates: Templates) -> None:
    guides = {guide.role for guide in templates.guides.values() if isinstance(guide, InterviewGuide)}
    assert guides == {role.id for role in templates.scheme.roles}
    assert isinstance(templates.guides["observation"], ObservationGuide)


def test_met_wants_two_types_of_source_and_paper_alone_proves_intent(templates: Templates) -> None:
    edition = templates.standards
    assert [level.id for level in edition.rating_scale] == ["strong", "met", "partly", "not_met", "not_seen"]
    needed = {level.id: level.needs_confidence for level in edition.rating_scale}
    assert needed["met"] == needed["strong"] == "sufficient"
    levels = {level.id: level for level in edition.confidence}
    assert levels["sufficient"].source_types == 2
    assert set(levels["sufficient"].needs_any_of) == {"P", "A", "C"}
    assert "D" not in levels["limited"].needs_any_of
    assert [level.source_types for level in edition.confidence] == [3, 2, 1, 1, 0], "highest first"


def test_gates_are_the_three_that_stop_an_award(templates: Templates) -> None:
    assert {gate.id for gate in templates.standards.gates} == {
        "live_safeguarding_failure",
        "broken_independence",
        "unlawful_data_handling",
    }


def test_figures_that_are_not_public_are_empty_and_say_so(templates: Templates) -> None:
    first, *others = templates.scheme.bands
    assert (first.wte_advocates_up_to, first.areas_up_to, first.case_files, first.reports) == (5, 1, 5, 5)
    assert [band.id for band in others] == [2, 3]
    for band in others:
        assert band.wte_advocates_up_to is band.case_files is band.visit_days is None
        assert "not public" in band.note


def test_sampling_is_a_third_and_more_in_small_teams(templates: Templates) -> None:
    sampling = templates.scheme.sampling
    assert sampling.every_manager
    assert sampling.every_area
    assert sampling.advocate_share == pytest.approx(1 / 3, abs=1e-3)
    assert sampling.advocate_share <= 1 / 3, "or three of nine would not be enough"
    assert sampling.small_team_under == 12
    assert sampling.small_team_share > sampling.advocate_share


def test_jurisdictions_hold_statutory_and_other_roles(templates: Templates) -> None:
    roles = {nation: {role.id for role in law.roles} for nation, law in templates.jurisdictions.items()}
    assert {"icaa", "imca", "dols_imca", "rpr", "imha", "health_complaints", "children", "community"} <= roles[
        "england"
    ]
    assert {"ipa", "imca", "dols_imca", "rpr", "imha_wales", "children_wales", "community"} <= roles["wales"]
    assert {"imca_ni", "community", "complaints_ni", "children_ni"} <= roles["northern_ireland"]
    for law in templates.jurisdictions.values():
        assert any(not role.statutory for role in law.roles)
    assert templates.jurisdictions["northern_ireland"].authority == "the HSC Trust"
    assert templates.jurisdictions["wales"].language_offer
    assert "substantial difficulty" not in str(templates.jurisdictions["wales"].roles[0].legal_prompts)


def test_what_nobody_looked_up_is_marked_as_such(templates: Templates) -> None:
    prompts = {
        (nation, prompt.id): prompt
        for nation, law in templates.jurisdictions.items()
        for role in law.roles
        for prompt in role.legal_prompts
    }
    for key in (
        ("england", "imha_reform_reach"),
        ("england", "children_duty"),
        ("england", "children_standards"),
        ("wales", "ipa_regulations"),
        ("northern_ireland", "community_no_care_act"),
        ("northern_ireland", "imca_ni_prospective"),
    ):
        assert not prompts[key].confirmed
    assert all(not prompt.confirmed for prompt in prompts.values() if prompt.source == "Professional knowledge")
