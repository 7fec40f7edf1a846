"""A visit as it travels from kit to kit (``.qpmvisit``): what is inside the seal, and the file around it.

Inside are lines of canonical JSON that the sending device has signed (``signed_files``): the manifest, and the entries
by device and number, each with its salt, digest and link. Each line is judged before the next is
read, and the first out of shape ends it. What the entries say together is for ``bundle_checks`` and ``merging``.
"""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from qpm_widgets.errors import QpmError, system_cause
from qpm_widgets.journal.entries import SCHEMA_VERSION, Entry, canonical_json
from qpm_widgets.journal.entry_checks import check_entry, wrong
from qpm_widgets.journal.kit_file import close_to_others, put_in_place
from qpm_widgets.journal.payloads import Code
from qpm_widgets.journal.signed_files import SignedFile
from qpm_widgets.journal.signing import VISIT, DeviceKey, device_id_of

SUFFIX = ".qpmvisit"
LARGEST_FILE = 64 * 1024 * 1024
LARGEST_CONTENT = 512 * 1024 * 1024  # unpacked; a busy visit has some 10 MB

SIGNED = SignedFile(
    name="qpmvisit",
    format=2,
    purpose=VISIT,
    largest=LARGEST_CONTENT,
    ask="sent_visit.resubmit",
    foreign="BUNDLE-001",
    damaged="BUNDLE-002",
    too_large="BUNDLE-004",
    newer="BUNDLE-005",
    unsigned="BUNDLE-012",
    strange="BUNDLE-006",
)

DeviceId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
Hash = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
EntryId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")]
Number = Annotated[int, Field(ge=1, lt=2**53)]
_END_OF_TIME = 253_402_300_799_999  # the last millisecond of the year 9999; later ones no calendar can show


class Link(NamedTuple):
    """The chain link of one entry of a device, without the entry."""

    device_id: DeviceId
    device_seq: Number
    chain: Hash


class Signature(NamedTuple):
    """What a device signed: the link of its entry with this number, and so every entry of its chain up to there."""

    device_id: DeviceId
    device_seq: Number
    public_key: Hash  # as long as a hash
    signature: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{128}$")]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Manifest(_Strict):
    """What a bundle says about itself.

    ``heads`` are the newest links that the sender has, ``marks`` close the holes before runs, and ``signatures`` are
    those of the last entry of each stretch, by its own device.
    """

    kit: Annotated[str, StringConstraints(max_length=40)]  # version of the software
    assessment_id: Code
    visit_id: Code
    device_id: DeviceId
    assessor: Code
    head: Hash
    templates: Hash
    entries: Annotated[int, Field(ge=0)]
    newest_schema: Number
    heads: tuple[Link, ...]
    marks: tuple[Link, ...]
    signatures: tuple[Signature, ...]


class _Line(_Strict):
    """One entry as a line; the names are those of ``Entry``."""

    entry_id: EntryId
    assessment_id: Code
    subject: Annotated[str, StringConstraints(max_length=80)]
    field: Annotated[str, StringConstraints(max_length=200)]
    payload: dict[str, Any] | None
    recorded_at: Annotated[int, Field(ge=0, le=_END_OF_TIME)]
    recorded_by: Code
    device_id: DeviceId
    device_seq: Number
    supersedes: tuple[EntryId, ...]
    schema_version: Number
    salt: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")] | None
    payload_digest: Hash
    chain: Hash


@dataclass(frozen=True, slots=True)
class Bundle:
    """A manifest and its entries; each payload in the shape of its own ``schema_version``, not today's."""

    manifest: Manifest
    entries: tuple[Entry, ...] = field(repr=False)


def pack_bundle(bundle: Bundle, key: DeviceKey) -> bytes:
    """The bundle as bytes signed by the sending device, to be sealed.

    Raises
    ------
    QpmError
        BUNDLE-004 if no kit would take it for a visit.
    """
    content = SIGNED.pack(_iter_lines(bundle), key, bundle.manifest.visit_id, "sent_visit.not_sent")
    if len(content) > LARGEST_FILE - 1024 * 1024:  # which the seal makes a little larger
        raise QpmError("BUNDLE-004", bundle.manifest.visit_id, "sent_visit.not_sent")
    return content


def _iter_lines(bundle: Bundle) -> Iterator[bytes]:
    yield canonical_json(bundle.manifest.model_dump(mode="json")).encode() + b"\n"
    for entry in bundle.entries:
        yield canonical_json({name: getattr(entry, name) for name in _Line.model_fields}).encode() + b"\n"


def unpack_bundle(content: bytes, where: str) -> Bundle:
    """The bundle in what was sealed; ``where`` names the file in errors.

    Raises
    ------
    QpmError
        BUNDLE-001, -002, -004 to -006, -012 or -013.
    """
    public_key, lines = SIGNED.unpack(content, where)
    try:
        manifest = Manifest.model_validate_json(next(lines, b""))
        if (sender := manifest.device_id) != device_id_of(public_key):
            raise QpmError("BUNDLE-013", where, "sent_visit.other_sender", "sent_visit.resubmit", device=sender)
        if (version := manifest.newest_schema) > SCHEMA_VERSION:
            raise QpmError("BUNDLE-005", where, "sent_visit.newer", "signed_file.update", version=version)
        entries = tuple(_read_entries(lines, where))
    except ValidationError:  # its message quotes what it read
        raise QpmError("BUNDLE-006", where, "sent_visit.line_shape", "sent_visit.resubmit") from None
    if (said := manifest.entries) != (found := len(entries)):
        raise QpmError("BUNDLE-006", where, "sent_visit.count", "sent_visit.resubmit", said=said, found=found)
    return Bundle(manifest, entries)


def _read_entries(lines: Iterable[bytes], where: str) -> Iterator[Entry]:
    """Each entry, judged before the next is read; ValidationError for a line out of shape."""
    before = ("", 0)
    for line in lines:
        entry = Entry(**dict(_Line.model_validate_json(line)))
        number = (entry.device_id, entry.device_seq)
        if number <= before:
            raise wrong("BUNDLE-006", where, "sent_visit.unordered")
        check_entry(entry, where)
        before = number
        yield entry


# --- the file -----------------------------------------------------------------------------------------------


def shown_name(path: Path) -> str:
    """A file's name, safe to print: names come with files from elsewhere."""
    return "".join(sign if sign.isprintable() else "?" for sign in path.name or str(path))[:100]


def read_whole(path: Path, largest: int, code: str = "BUNDLE-001") -> bytes:
    """A regular file's bytes; devices, folders and pipes are refused without waiting for them.

    Raises
    ------
    QpmError
        ``code`` if it is no regular file, BUNDLE-004 if it is larger than ``largest``, BUNDLE-011 if the system
        refuses.
    """
    where = shown_name(path)
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise QpmError(code, where, "named_file.not_ordinary")
        # Should it have become a pipe in between, opening it must not wait for somebody to write.
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with open(handle, "rb") as file:  # noqa: PTH123  # a handle, not a path
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise QpmError(code, where, "named_file.not_ordinary")
            content = file.read(largest + 1)
    except FileNotFoundError:
        raise QpmError(code, where, "named_file.missing") from None
    except ValueError:  # a name with a null character
        raise QpmError(code, where, "named_file.no_name") from None
    except OSError as error:
        raise QpmError("BUNDLE-011", where, "system_says", cause=system_cause(error)) from None
    if len(content) > largest:
        raise QpmError("BUNDLE-004" if code == "BUNDLE-001" else code, where, "named_file.too_large")
    return content


def write_whole(path: Path, content: bytes) -> None:
    """Write a new file whole or not at all, and durably; one that is there is never written over.

    Raises
    ------
    QpmError
        BUNDLE-011.
    """
    with refused_in_words(path):
        refuse_taken(path)
        temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
        try:
            with temporary.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            close_to_others(temporary)
            put_in_place(temporary, path)
        finally:
            with suppress(OSError):  # which would hide what was wrong
                temporary.unlink(missing_ok=True)


def refuse_taken(path: Path) -> None:
    """Refuse a name that something has already (BUNDLE-011)."""
    if path.exists() or path.is_symlink():
        raise QpmError("BUNDLE-011", shown_name(path), "named_file.taken")


@contextmanager
def refused_in_words(path: Path) -> Iterator[None]:
    """Say in one sentence what keeps a file from being written (BUNDLE-011)."""
    try:
        yield
    except ValueError:  # a name with a null character, or none
        raise QpmError("BUNDLE-011", shown_name(path), "named_file.no_name") from None
    except OSError as error:
        raise QpmError("BUNDLE-011", shown_name(path), "system_says", cause=system_cause(error)) from None
