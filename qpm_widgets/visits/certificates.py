"""Which erasures have their certificate: looked for among the finished documents, since the journal does not know."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from qpm_widgets.journal import Entry, Journal
from qpm_widgets.journal.erasure import FIELD, QUOTES, WHOLE
from qpm_widgets.journal.withdrawing import KINDS, SCOPES, Withdrawal
from qpm_widgets.templates import Templates
from qpm_widgets.visits.erasures import Erasure, read_erasure
from qpm_widgets.visits.retention import CERTIFICATES, add_months

CERTIFICATE = "certificate_of_erasure"
"""The report's name, and its file's without the ending."""


def find_certificate(outputs: Path, erasure: Erasure) -> Path | None:
    """The certificate that was written for an erasure before; None if there is none."""
    for path in sorted(outputs.glob("*/erasures/*/manifest.json")):
        try:
            written = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        pdf = path.with_name(f"{CERTIFICATE}.pdf")
        if isinstance(written, dict) and written.get("tombstone") == erasure.tombstone.entry_id and pdf.exists():
            return pdf
    return None


def list_uncertified(
    journal: Journal, templates: Templates, device_id: str, assessment_id: str, outputs: Path
) -> dict[str, Withdrawal]:
    """The erasures of one kit that have no certificate in ``outputs`` yet, by the id of their tombstone, oldest first.

    An erasure that a later one covers as well has its certificate with that one's. Those whose certificate was due for
    deletion are left out: it was written, and deleted.
    """
    kept = next((rule.months for rule in templates.scheme.retention if rule.id == CERTIFICATES), None)
    today, found = datetime.now(UTC).date(), dict[str, Withdrawal]()
    for tombstone in _own_tombstones(journal, device_id, assessment_id):
        erased = datetime.fromtimestamp(tombstone.recorded_at / 1000, UTC).date()
        if kept is not None and add_months(erased, kept) <= today:
            continue
        wanted = withdrawal_of(tombstone)
        erasure = read_erasure(journal, wanted)
        if erasure is not None and find_certificate(outputs, erasure) is None:
            found[erasure.tombstone.entry_id] = wanted
    return found


def withdrawal_of(tombstone: Entry) -> Withdrawal:
    """What was asked for when a tombstone was written, so that it can be finished."""
    payload, (kind, _, its_id) = tombstone.payload or {}, tombstone.subject.partition(":")
    return Withdrawal(
        tombstone.assessment_id,
        its_id,
        next(one for one in SCOPES if f"{FIELD}{one}" == tombstone.field),
        payload.get("reason", "withdrawn"),
        str(payload.get("respondent", "")),
        kind=next(one for one in KINDS if one == kind),
    )


def _own_tombstones(journal: Journal, device_id: str, assessment_id: str) -> Iterator[Entry]:
    """Those whose erasures get a certificate each: words do, and the consents or the record of an assessment."""
    for one in list(journal.iter_entries(assessment_id, field_prefix=FIELD)):
        if one.device_id == device_id and (one.field in (WHOLE, QUOTES) or one.subject == "assessment"):
            yield one
