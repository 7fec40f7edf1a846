"""Assessments, site visits, interviews and observations in the journal, and whom a visit must meet."""

from qpm_widgets.visits.assessments import (
    Visit,
    check_kept,
    check_places,
    check_profile,
    create_assessment,
    free_id,
    iter_visits,
    load_profile,
    load_visit,
    next_visit_id,
    plan_visit,
    used_codes,
    used_places,
)
from qpm_widgets.visits.meetings import (
    PLACE_TIME,
    Interview,
    Observation,
    is_called_for,
    iter_interviews,
    iter_observations,
    load_interview,
    load_observation,
)
from qpm_widgets.visits.people import keep_names, look_out_for, read_names
from qpm_widgets.visits.sampling import Sampling, SamplingRow, check_sampling
from qpm_widgets.visits.working_notebooks import (
    find_typed,
    prepare_working_notebooks,
    repair_notebooks,
    working_notebook_path,
)

__all__ = [
    "PLACE_TIME",
    "Interview",
    "Observation",
    "Sampling",
    "SamplingRow",
    "Visit",
    "check_kept",
    "check_places",
    "check_profile",
    "check_sampling",
    "create_assessment",
    "find_typed",
    "free_id",
    "is_called_for",
    "iter_interviews",
    "iter_observations",
    "iter_visits",
    "keep_names",
    "load_interview",
    "load_observation",
    "load_profile",
    "load_visit",
    "look_out_for",
    "next_visit_id",
    "plan_visit",
    "prepare_working_notebooks",
    "read_names",
    "repair_notebooks",
    "used_codes",
    "used_places",
    "working_notebook_path",
]
