"""Rules of the jurisdictions and of the policies."""

from __future__ import annotations

from datetime import date

from qpm_widgets.templates.reading import Draft
from qpm_widgets.templates.references import FileCheck, Known


def check_jurisdictions(draft: Draft, today: date | None) -> None:
    """Each nation's roles and points of law; dates only if ``today`` is given."""
    for file, law in draft.jurisdictions.items():
        check = FileCheck(draft.book, file)
        check.named_like_file(law.id, ("id",))
        check.unique_ids(law, "roles")
        ids = []
        for r, role in enumerate(law.roles):
            for p, prompt in enumerate(role.legal_prompts):
                steps = ("roles", r, "legal_prompts", p)
                ids.append(((*steps, "id"), prompt.id))
                if today is not None and prompt.as_of > today:
                    remedy = f"Write the day on which it was looked up, at the latest {today}, or set the clock."
                    check.add("TEMPLATE-011", (*steps, "as_of"), remedy, prompt.id)
        check.unique(ids)


def check_policies(draft: Draft, known: Known) -> None:
    """The policies and what is checked in each."""
    if draft.policies is None:
        return
    check = FileCheck(draft.book, "policies.yaml")
    check.unique_ids(draft.policies, "checks")
    check.unique_ids(draft.policies, "policies")
    for n, policy in enumerate(draft.policies.policies):
        check.known(("policies", n, "indicators"), policy.indicators, known.indicators, policy.id)
