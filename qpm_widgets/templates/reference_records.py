"""The shapes of what assessors look up: policies, and each nation's law."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field

from qpm_widgets.templates.records import Choice, Id, IndicatorId, Nation, Record, Sentence

# --- policies.yaml --------------------------------------------------------------------------------


class Policy(Record):
    """One policy that the desktop assessment reads."""

    id: Id
    name: Sentence
    nations: tuple[Nation, ...] = ()  # empty: everywhere
    in_reference_list: bool  # false: added by the kit on professional grounds
    indicators: tuple[IndicatorId, ...] = ()


class Policies(Record):
    """The policies, and what is checked in each."""

    note: Sentence
    checks: Annotated[tuple[Choice, ...], Field(min_length=1)]
    policies: Annotated[tuple[Policy, ...], Field(min_length=1)]


# --- jurisdictions/*.yaml -------------------------------------------------------------------------


class LegalPrompt(Record):
    """A point of law for the assessor, true as of its date."""

    id: Id
    text: Sentence
    source: Sentence  # Act and section, or Code
    as_of: date
    confirmed: bool  # false: general professional knowledge, check before quoting


class StatutoryRole(Record):
    """An advocacy role, statutory or not, in one nation."""

    id: Id
    name: Sentence
    law: Sentence
    statutory: bool
    look_for: tuple[Sentence, ...]
    legal_prompts: Annotated[tuple[LegalPrompt, ...], Field(min_length=1)]


class Jurisdiction(Record):
    """One nation's law and words."""

    id: Nation
    name: Sentence
    authority: Sentence  # "the council", "the HSC Trust"
    emergency: Sentence
    language_offer: Sentence | None = None
    roles: Annotated[tuple[StatutoryRole, ...], Field(min_length=1)]
