"""An account of harm on its way to the scheme's safeguarding lead (``.qpmaccount``), who alone can read it.

Inside the seal are lines of canonical JSON that the sending device has signed (``signed_files``): what the account is
of, then every version of every part. Whoever has a lead's public key can seal something to it, so nothing is believed
of who wrote it but which device signed it; and what came from one device replaces nothing that another wrote.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from pydantic import Field, ValidationError

from qpm_widgets.errors import QpmError
from qpm_widgets.journal.account_payloads import Origin
from qpm_widgets.journal.bundles import EntryId
from qpm_widgets.journal.entries import Edit, canonical_json
from qpm_widgets.journal.payloads import About, Code, Moment, Payload
from qpm_widgets.journal.safeguarding import Account, Disclosure, ReadAccount, SafeguardingStore
from qpm_widgets.journal.sealing import seal, unseal
from qpm_widgets.journal.signed_files import SignedFile
from qpm_widgets.journal.signing import ACCOUNT, DeviceKey, device_id_of

SUFFIX = ".qpmaccount"
LARGEST_FILE = 64 * 1024 * 1024
SIGNED = SignedFile(
    name="qpmaccount",
    format=2,
    purpose=ACCOUNT,
    largest=128 * 1024 * 1024,
    ask="account_file.resend",
    foreign="SAFE-006",  # the format before had neither name nor signature
    damaged="SAFE-002",
    too_large="SAFE-007",
    newer="SAFE-002",
    unsigned="SAFE-006",
    strange="SAFE-002",
)


class _Head(Payload):
    assessor: Code  # of the kit that sends it
    disclosure_id: Code
    assessment_id: Code
    about: About


class _Version(Payload):
    entry_id: EntryId
    part: Annotated[int, Field(ge=1, le=999)]
    account: Account
    recorded_at: Moment
    recorded_by: Code
    supersedes: tuple[EntryId, ...]


@dataclass(frozen=True)
class Received:
    """What a file brought: the account's id, how many entries were new, and who sent it with which device."""

    disclosure_id: str
    new: int
    assessor: str
    device_id: str


def pack_account(
    store: SafeguardingStore, disclosure_id: str, identity: str, public_key: str, *, key: DeviceKey, assessor: str
) -> bytes:
    """One account with all its versions, signed by this kit's device and sealed to a safeguarding lead's public key.

    Parameters
    ----------
    store, disclosure_id
        Where it is, and which.
    identity : str
        The store's private key (``SafeguardingStore.identity``).
    public_key : str
        The lead's.
    key, assessor
        That of this kit's device, and the code of whose kit it is.

    Raises
    ------
    QpmError
        SAFE-001 if there is none; SAFE-005 if it was erased; SAFE-007 if no kit would receive it.
    """
    asked = store.find(disclosure_id)
    versions = store.read(disclosure_id, identity)
    if not versions:
        raise QpmError("SAFE-005", disclosure_id, "account_file.with_receiver")
    lines = _iter_lines(asked, versions, assessor)
    content = seal(SIGNED.pack(lines, key, disclosure_id, "account_file.on_paper"), public_key)
    if len(content) > LARGEST_FILE:
        raise QpmError("SAFE-007", disclosure_id, "account_file.on_paper")
    return content


def _iter_lines(asked: Disclosure, versions: list[ReadAccount], assessor: str) -> Iterator[bytes]:
    head = _Head(assessor=assessor, disclosure_id=asked.id, assessment_id=asked.assessment_id, about=asked.about)
    yield canonical_json(head.model_dump(mode="json")).encode() + b"\n"
    for one in versions:
        version = _Version(
            entry_id=one.entry_id,
            part=one.part,
            account=one.account,
            recorded_at=one.recorded_at,
            recorded_by=one.recorded_by,
            supersedes=one.supersedes,
        )
        yield canonical_json(version.model_dump(mode="json")).encode() + b"\n"


def receive_account(store: SafeguardingStore, content: bytes, identity: str, where: str) -> Received:
    """Add a received account to this kit's own store, sealed to its own key; what is there already is not added again.

    A version replaces only what came from the same device. Beside anything else it stands as current too.

    Raises
    ------
    QpmError
        SAFE-002 if it is no account or damaged, SAFE-003 if it is for another key, SAFE-006 if its signature is missing
        or wrong, SAFE-007 if it is too large, SAFE-008 if another account has its id here, SAFE-005 if this store has
        erased it; nothing was written then.
    """
    device_id, head, versions = _read(content, identity, where)
    _check_versions(versions, where)
    for one in store.disclosures():
        if one.id == head.disclosure_id and one.assessment_id != head.assessment_id and not one.erased:
            raise QpmError(
                "SAFE-008",
                where,
                "account_file.told_here",
                "account_file.take_wrong_one_away",
                assessment=one.assessment_id,
                about=one.about,
                id=one.id,
            )
    edits = [
        Edit(
            head.assessment_id,
            f"disclosure:{head.disclosure_id}",
            f"account:{version.part}",
            {
                "about": head.about,
                "sealed": store.sealed(canonical_json(version.account.model_dump(mode="json"))),
                "origin": Origin(
                    recorded_at=version.recorded_at, recorded_by=version.recorded_by, device_id=device_id
                ).model_dump(),
            },
            tuple(_own_id(device_id, old) for old in version.supersedes),
            _own_id(device_id, version.entry_id),
        )
        for version in versions
    ]
    there = store.journal.find_entries(edit.entry_id for edit in edits)
    new = [edit for edit in edits if edit.entry_id not in there]
    erased = QpmError(
        "SAFE-005", where, "account_file.erased_here", "account_file.ask_for_paper", assessor=head.assessor
    )
    if there and all(one.erased for one in there.values()):
        raise erased
    try:
        store.journal.append_all(new)
    except QpmError as error:
        if error.code != "CONSENT-005":
            raise
        raise erased from None
    return Received(head.disclosure_id, len(new), head.assessor, device_id)


def _own_id(device_id: str, entry_id: str) -> str:
    """The id here of an entry that a device sent: no other device can send one that takes its place or its id."""
    return str(UUID(hashlib.sha256(f"{device_id} {entry_id}".encode()).hexdigest()[:32]))


def _read(content: bytes, identity: str, where: str) -> tuple[str, _Head, list[_Version]]:
    """The device that signed it, what it is of, and its versions."""
    try:
        public_key, lines = SIGNED.unpack(unseal(content, identity, where), where)
        head = _Head.model_validate_json(next(lines, b""))
        versions = [_Version.model_validate_json(line) for line in lines]
    except QpmError as error:
        if error.code == "BUNDLE-003":
            raise QpmError("SAFE-003", where, "account_file.send_key") from None
        if error.code.startswith("SAFE-"):
            raise
        raise QpmError("SAFE-002", where, "account_file.resend") from None
    except ValidationError:  # its message quotes what it read
        raise QpmError("SAFE-002", where, "account_file.resend") from None
    return device_id_of(public_key), head, versions


def _check_versions(versions: list[_Version], where: str) -> None:
    """There is a version; each is there once and replaces only earlier ones of its part."""
    if not versions:
        raise QpmError("SAFE-002", where, "account_file.resend")
    parts: dict[str, int] = {}
    for version in versions:
        sound = version.entry_id not in parts and len(set(version.supersedes)) == len(version.supersedes)
        if not sound or any(parts.get(old) != version.part for old in version.supersedes):
            raise QpmError("SAFE-002", where, "account_file.resend")
        parts[version.entry_id] = version.part
