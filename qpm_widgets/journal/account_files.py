"""An account of harm on its way to the scheme's safeguarding lead (``.qpmaccount``), who alone can read it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, ValidationError

from qpm_widgets.errors import QpmError
from qpm_widgets.journal.bundles import EntryId
from qpm_widgets.journal.entries import Edit, canonical_json
from qpm_widgets.journal.payloads import About, Code, Origin, Payload
from qpm_widgets.journal.safeguarding import Account, SafeguardingStore
from qpm_widgets.journal.sealing import seal, unseal

FORMAT = 1
SUFFIX = ".qpmaccount"
LARGEST_FILE = 16 * 1024 * 1024
_ASK = "Ask whoever sent it to send it again; nothing was received."


class _Version(Payload):
    entry_id: EntryId
    part: Annotated[int, Field(ge=1, le=999)]
    account: Account
    origin: Origin
    supersedes: tuple[EntryId, ...]


class _Sent(Payload):
    format: Annotated[int, Field(ge=1)]
    disclosure_id: Code
    assessment_id: Code
    about: About
    versions: tuple[_Version, ...]


def pack_account(store: SafeguardingStore, disclosure_id: str, identity: str, public_key: str) -> bytes:
    """One account with all its versions, sealed to a safeguarding lead's public key.

    Parameters
    ----------
    store, disclosure_id
        Where it is, and which.
    identity : str
        The store's private key (``SafeguardingStore.identity``).
    public_key : str
        The lead's.

    Raises
    ------
    QpmError
        SAFE-001 if there is none; SAFE-005 if it was erased.
    """
    asked = store.find(disclosure_id)
    versions = store.read(disclosure_id, identity)
    if not versions:
        raise QpmError("SAFE-005", disclosure_id, "What was sent before is with whoever received it.")
    sent = _Sent(
        format=FORMAT,
        disclosure_id=asked.id,
        assessment_id=asked.assessment_id,
        about=asked.about,
        versions=tuple(
            _Version(
                entry_id=one.entry_id,
                part=one.part,
                account=one.account,
                origin=Origin(recorded_at=one.recorded_at, recorded_by=one.recorded_by),
                supersedes=one.supersedes,
            )
            for one in versions
        ),
    )
    return seal(canonical_json(sent.model_dump(mode="json")).encode(), public_key)


def receive_account(store: SafeguardingStore, content: bytes, identity: str, where: str) -> tuple[str, int]:
    """Add a received account to this kit's own store, sealed to its own key; what is there already is not added again.

    Returns
    -------
    tuple of str and int
        The account's id and how many entries were new.

    Raises
    ------
    QpmError
        SAFE-002 if it is no account or damaged, SAFE-003 if it is for another key, CONSENT-005 if this store has
        erased it; nothing was written then.
    """
    sent = _read(content, identity, where)
    subject = f"disclosure:{sent.disclosure_id}"
    there = store.journal.find_entries(version.entry_id for version in sent.versions)
    edits = [
        Edit(
            sent.assessment_id,
            subject,
            f"account:{version.part}",
            {
                "about": sent.about,
                "sealed": store.sealed(canonical_json(version.account.model_dump(mode="json"))),
                "origin": version.origin.model_dump(),
            },
            version.supersedes,
            version.entry_id,
        )
        for version in sent.versions
        if version.entry_id not in there
    ]
    if any((entry.assessment_id, entry.subject) != (sent.assessment_id, subject) for entry in there.values()):
        raise QpmError("SAFE-002", where, _ASK)
    store.journal.append_all(edits)
    return sent.disclosure_id, len(edits)


def _read(content: bytes, identity: str, where: str) -> _Sent:
    try:
        sent = _Sent.model_validate_json(unseal(content, identity, where))
    except QpmError as error:
        if error.code == "BUNDLE-003":
            remedy = (
                "Send your safeguarding key (`safeguarding key`) to the assessor, who sends the account again with it."
            )
            raise QpmError("SAFE-003", where, remedy) from None
        raise QpmError("SAFE-002", where, _ASK) from None
    except ValidationError:  # its message quotes what it read
        raise QpmError("SAFE-002", where, _ASK) from None
    if sent.format != FORMAT:
        raise QpmError("SAFE-002", where, f"It has format {sent.format}, this kit reads {FORMAT}; update the kit.")
    return sent
