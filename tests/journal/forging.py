"""What somebody who can write bundles, and has some devices' keys, makes of a good one."""

from __future__ import annotations

import dataclasses
import hashlib
from typing import Any

import pytest
from visit_kits import id_of, sign_all, state_of

from qpm_widgets.errors import QpmError
from qpm_widgets.journal import Edit, Entry, Journal, sealing
from qpm_widgets.journal.bundles import Bundle, Link, pack_bundle, unpack_bundle
from qpm_widgets.journal.entries import canonical_json, digest_text, link_chain
from qpm_widgets.journal.signing import DeviceKey

SECRET = "nobody listens here"
IDENTITY = sealing.make_identity()
KEY = sealing.public_key_of(IDENTITY)


def refusal(journal: Journal, forged: Bundle, key: DeviceKey) -> QpmError:
    """The error of merging what was written, sealed, opened and read again; nothing has changed by it."""
    before, files = state_of(journal), files_of(journal)
    sealed = sealing.seal(pack_bundle(forged, key), KEY)
    with pytest.raises(QpmError) as caught:
        journal.merge(unpack_bundle(sealing.unseal(sealed, IDENTITY, "bad.qpmvisit"), "bad.qpmvisit"), "bad.qpmvisit")
    assert (state_of(journal), files_of(journal)) == (before, files)
    check_sentence(caught.value)
    return caught.value


def files_of(journal: Journal) -> dict[str, str]:
    found = journal.path.parent.glob(f"{journal.path.name}*")
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in found if file.suffix != ".qpm-shm"}


def check_sentence(error: QpmError) -> None:
    said = str(error)
    assert SECRET not in said
    assert "\n" not in said
    assert error.remedy.endswith(".")
    assert error.__cause__ is None


def forge(bundle: Bundle, number: int, *, sound: bool = True, **changes: Any) -> Bundle:
    """The bundle with one entry altered; if ``sound``, by somebody who makes digests and links fit."""
    entries = [
        dataclasses.replace(entry, **changes) if entry.device_seq == number else entry for entry in bundle.entries
    ]
    return relink(Bundle(bundle.manifest, tuple(entries))) if sound else Bundle(bundle.manifest, tuple(entries))


def relink(bundle: Bundle, **more: Any) -> Bundle:
    """Digests, links, marks, heads, signatures and counts made to fit the entries, by who has every device's key."""
    marks = {(mark.device_id, mark.device_seq): mark.chain for mark in bundle.manifest.marks}
    linked: dict[tuple[str, int], str] = {}
    entries: list[Entry] = []
    for entry in bundle.entries:
        digest = entry.payload_digest
        if entry.payload is not None and entry.salt is not None:
            digest = digest_text(entry.salt, canonical_json(entry.payload))
        before = (entry.device_id, entry.device_seq - 1)
        link = linked.get(before) or marks.get(before, "")
        digested = dataclasses.replace(entry, payload_digest=digest)
        entries.append(dataclasses.replace(digested, chain=link_chain(link, digested)))
        linked[entry.device_id, entry.device_seq] = entries[-1].chain
    newest = {entry.device_id: Link(entry.device_id, entry.device_seq, entry.chain) for entry in entries}
    heads = {head.device_id: head for head in bundle.manifest.heads} | newest
    changes = {"heads": tuple(heads.values()), "signatures": sign_all(entries), "entries": len(entries), **more}
    return Bundle(bundle.manifest.model_copy(update=changes), tuple(entries))


def added(bundle: Bundle, edit: Edit, **changes: Any) -> Bundle:
    """The bundle with one more entry, of a device that nobody has heard of, all of it fitting."""
    entry = Entry(
        edit.entry_id, edit.assessment_id, edit.subject, edit.field, edit.payload, 1_800_000_000_000, "AS9",
        id_of("forger"), 1, edit.supersedes, 1, "0" * 32, "", "",
    )  # fmt: skip
    entries = [*bundle.entries, dataclasses.replace(entry, **changes)]
    entries.sort(key=lambda one: (one.device_id, one.device_seq))
    return relink(Bundle(bundle.manifest, tuple(entries)))


def full_note(text: str = SECRET, **more: Any) -> dict[str, Any]:
    return {"text": text, "wording": "plain", "language": "en", **more}
