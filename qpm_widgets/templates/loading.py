"""The templates, loaded once all of them are found to be without fault."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

from qpm_widgets.errors import QpmError, Said
from qpm_widgets.templates.checking import check_draft
from qpm_widgets.templates.faults import suggest
from qpm_widgets.templates.reading import LANGUAGES, TEMPLATES_FOLDER, read_folder
from qpm_widgets.templates.records import (
    UNLISTED_LANGUAGE,
    Guide,
    Indicator,
    ObservationGuide,
    RespondentRole,
    Scheme,
    SourceType,
    SpokenLanguage,
    Standard,
    StandardsEdition,
    Symbol,
    Text,
)
from qpm_widgets.templates.reference_records import Jurisdiction, Policies
from qpm_widgets.templates.wording import Wording

OBSERVATION_SOURCE = "O"


@dataclass(frozen=True, eq=False, repr=False)
class Templates:
    """Everything that says what is asked, how it is judged and how it is worded.

    ``digest`` is the SHA-256 over the YAML files of all of it, in every language, whatever their line ends.
    """

    folder: Path
    scheme: Scheme
    standards: StandardsEdition
    guides: Mapping[str, Guide]  # by guide id
    policies: Policies
    jurisdictions: Mapping[str, Jurisdiction]  # by nation
    symbols: Mapping[str, Symbol]  # by symbol id
    beside: Mapping[str, str]  # by line of an Easy Read invitation the symbol's id
    wording: Wording
    welsh: Wording  # the same sentences for who speaks Welsh, whatever the language of ``wording``
    digest: str

    def __repr__(self) -> str:
        return f"<Templates {self.standards.edition}, {len(self.guides)} guides, digest {self.digest[:12]}>"

    @cached_property
    def _indicators(self) -> dict[str, tuple[Standard, Indicator]]:
        return {one.id: (standard, one) for standard in self.standards.standards for one in standard.indicators}

    @property
    def indicator_ids(self) -> tuple[str, ...]:
        """Every indicator's id, in the order of the standards."""
        return tuple(self._indicators)

    def indicator(self, indicator_id: str) -> Indicator:
        """The indicator with this id (TEMPLATE-007 if there is none)."""
        return self._find_indicator(indicator_id)[1]

    def standard_of(self, indicator_id: str) -> Standard:
        """The standard that an indicator belongs to (TEMPLATE-007 if there is no such indicator)."""
        return self._find_indicator(indicator_id)[0]

    def role(self, role_id: str) -> RespondentRole:
        """The respondent role with this id (TEMPLATE-008 if there is none)."""
        for role in self.scheme.roles:
            if role.id == role_id:
                return role
        known = [role.id for role in self.scheme.roles]
        raise QpmError("TEMPLATE-008", "scheme.yaml, roles", Said(suggest(role_id, known)))

    def source_of_role(self, role_id: str) -> SourceType:
        """The type of source that someone in this role is (TEMPLATE-008 if there is no such role)."""
        code = self.role(role_id).source
        return next(source for source in self.scheme.source_types if source.code == code)

    def spoken_in(self, quote: Mapping[str, Any]) -> SpokenLanguage:
        """The language that a quote's payload names: as the scheme lists it, or else as it was typed, or its code."""
        code = str(quote["language"])
        unnamed = self.wording.text("sheet.question.other_language") if code == UNLISTED_LANGUAGE else code
        unlisted = SpokenLanguage(code=code, name=Text(en=str(quote.get("language_name") or unnamed)))
        return next((one for one in self.scheme.languages if one.code == code), unlisted)

    def source_of_observing(self, guide_id: str) -> str:
        """The code of what a guide of kind observation looks at; observation itself if there is no such guide."""
        guide = self.guides.get(guide_id)
        return guide.source if isinstance(guide, ObservationGuide) else OBSERVATION_SOURCE

    def title_of_guide(self, guide_id: str) -> str:
        """The English title of a guide; its id if there is no such guide any more."""
        guide = self.guides.get(guide_id)
        return guide.title.en if guide else guide_id

    def is_with_person(self, guide_id: str) -> bool:
        """Whether it is the guide to being with one person."""
        guide = self.guides.get(guide_id)
        return isinstance(guide, ObservationGuide) and guide.with_person

    def _find_indicator(self, indicator_id: str) -> tuple[Standard, Indicator]:
        if indicator_id not in self._indicators:
            raise QpmError(
                "TEMPLATE-007", f"standards {self.standards.edition}", Said(suggest(indicator_id, self._indicators))
            )
        return self._indicators[indicator_id]


def load_templates(folder: Path | None = None, language: str = "en") -> Templates:
    """Load and check the templates.

    Parameters
    ----------
    folder : Path, optional
        The templates folder; by default that of the checkout.
    language : str
        ``en`` or ``cy``: the language of ``Templates.wording``.

    Raises
    ------
    QpmError
        The first fault there is; ``check_templates`` lists them all. A date in the future is no reason
        not to load: the clock of a laptop in the field may be wrong.
    """
    if language not in LANGUAGES:
        raise QpmError("TEMPLATE-009", f"wording/{language}", Said(suggest(language, LANGUAGES)))
    draft = read_folder((folder or TEMPLATES_FOLDER).resolve())
    faults = check_draft(draft)
    if faults:
        raise faults[0].error
    assert draft.scheme and draft.standards and draft.policies  # or there would be a fault
    return Templates(
        folder=draft.folder,
        scheme=draft.scheme,
        standards=draft.standards,
        guides=MappingProxyType({guide.id: guide for guide in draft.guides.values()}),
        policies=draft.policies,
        jurisdictions=MappingProxyType({one.id: one for one in draft.jurisdictions.values()}),
        symbols=MappingProxyType({one.id: one for one in draft.symbols.symbols} if draft.symbols else {}),
        beside=MappingProxyType(dict(draft.symbols.beside) if draft.symbols else {}),
        wording=Wording(language, draft.wording["en"], draft.wording.get(language)),
        welsh=Wording("cy", draft.wording["en"], draft.wording.get("cy")),
        digest=draft.digest,
    )
