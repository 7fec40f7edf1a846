"""The site visit report: what ``notebooks/visit_report.ipynb`` calls, one method for each section."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass

from qpm_widgets.journal import Kit
from qpm_widgets.reports import (
    visit_appendix,
    visit_coverage,
    visit_limits,
    visit_opening,
    visit_standards,
)
from qpm_widgets.reports.blocks import Account, Block
from qpm_widgets.reports.visit_content import Content, read_content
from qpm_widgets.templates import Templates, load_templates


class Section(tuple[Block | Account, ...]):
    """Blocks that a cell shows one after another when they are its last value."""

    __slots__ = ()

    def _ipython_display_(self) -> None:
        # Only a kernel shows blocks; whoever wants their content takes them as a tuple.
        from IPython.display import display  # noqa: PLC0415

        for block in self:
            display(block)  # type: ignore[no-untyped-call]


@dataclass(frozen=True)
class VisitReport:
    """One edition of a visit's report; every method gives the blocks of one section."""

    content: Content
    secret: bytes

    def title(self) -> Section:
        """The title and the facts about the document."""
        return Section(visit_opening.title(self.content))

    def scope(self) -> Section:
        """What the visit was for, what it covered, and the ratings at a glance."""
        return Section((*visit_opening.scope(self.content), *visit_opening.glance(self.content)))

    def who_was_met(self) -> Section:
        """Who was met, in general terms; for the lead also who is still to be met."""
        missing = visit_appendix.sampling(self.content) if self.content.lead else ()
        return Section((*visit_opening.met(self.content), *missing))

    def what_was_seen(self) -> Section:
        """What the visit could and could not see."""
        return Section(visit_opening.seen(self.content))

    def standards(self) -> Section:
        """Every standard: findings, quotes, differences and ratings; then what people said at the close."""
        content = self.content
        return Section((*visit_standards.standards(content), *visit_standards.closing_voices(content)))

    def good_practice(self) -> Section:
        """Good practice from all standards."""
        return Section(visit_standards.collected(self.content, "good_practice", "practice"))

    def areas_to_develop(self) -> Section:
        """Areas to develop from all standards."""
        return Section(visit_standards.collected(self.content, "area_to_develop", "develop"))

    def coverage(self) -> Section:
        """Which kinds of source were heard, as a picture and as tables."""
        return Section(visit_coverage.coverage(self.content))

    def limits(self) -> Section:
        """Limits of the evidence."""
        return Section(visit_limits.limits(self.content))

    def left_out(self) -> Section:
        """What was left out and why, in general terms."""
        return Section(visit_limits.left_out(self.content))

    def how_it_was_made(self) -> Section:
        """How the report was made and what happens next."""
        return Section((*visit_limits.made(self.content), *visit_limits.next_steps(self.content)))

    def appendices(self) -> Section:
        """For the lead: interviews, evidence, conclusions, all that was left out. For the provider: nothing to read."""
        content = self.content
        if not content.lead:
            return Section((self.account(),))
        return Section(
            (
                *visit_appendix.interviews(content),
                *visit_appendix.evidence(content),
                *visit_appendix.judgements(content),
                *visit_appendix.left_out_in_full(content),
                self.account(),
            )
        )

    def account(self) -> Account:
        """Where every text that was written went, so that the report can be checked to be complete.

        The provider's edition has keyed digests in place of evidence ids, which nobody without this kit can
        read.
        """
        pieces = self.content.sorting.pieces
        return Account(
            finished=self._ids(piece.evidence_id for piece, _ in pieces),
            used=self._ids(piece.evidence_id for piece, reason in pieces if not reason),
            left_out=self._ids(piece.evidence_id for piece, reason in pieces if reason),
        )

    def _ids(self, evidence_ids: Iterable[str]) -> tuple[str, ...]:
        unique = dict.fromkeys(evidence_ids)
        if self.content.lead:
            return tuple(unique)
        digests = (hmac.new(self.secret, one.encode(), hashlib.sha256).hexdigest()[:20] for one in unique)
        return tuple(sorted(digests))  # in no order that could be laid beside the lead's edition

    def sections(self) -> list[Section]:
        """Every section in the order of the report."""
        return [
            self.title(),
            self.scope(),
            self.who_was_met(),
            self.what_was_seen(),
            self.standards(),
            self.good_practice(),
            self.areas_to_develop(),
            self.coverage(),
            self.limits(),
            self.left_out(),
            self.how_it_was_made(),
            self.appendices(),
        ]


def open_visit_report(
    assessment_id: str,
    visit_id: str,
    edition: str,
    *,
    kit: Kit | None = None,
    templates: Templates | None = None,
) -> VisitReport:
    """Open one edition of a visit's report, with the consents as they are at this moment.

    Parameters
    ----------
    assessment_id, visit_id : str
        Which visit.
    edition : {"provider", "lead"}
        For whom.
    kit : Kit, optional
        By default the kit that this process was unlocked for.
    templates : Templates, optional
        By default those of the checkout.

    Raises
    ------
    QpmError
        REPORT-001 for an edition that is not there; PLAN-003 for an unknown assessment, PLAN-001 for an
        unknown visit; JOURNAL-010 if no kit is unlocked.
    """
    kit = kit or Kit.from_environment()
    templates = templates or load_templates()
    content = read_content(kit.journal, templates, assessment_id, visit_id, edition)
    return VisitReport(content, kit.secret_for("report account"))
