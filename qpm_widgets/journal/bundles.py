"""A visit as it travels from kit to kit (``.qpmvisit``): what is inside the seal, and the file around it.

Inside is one line, ``qpmvisit 1``, that says the format's version, then zlib over lines of canonical JSON: the
manifest, and the entries by device and number, each with its salt, digest and link. Reading trusts nothing: the
size is bounded while it is unpacked, and the first line out of shape ends it. What the entries say is for
``bundle_checks`` and ``merging`` to judge.
"""

from __future__ import annotations

import os
import secrets
import stat
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from qpm_widgets.errors import QpmError
from qpm_widgets.journal.entries import SCHEMA_VERSION, Entry, canonical_json
from qpm_widgets.journal.kit_file import close_to_others, put_in_place
from qpm_widgets.journal.payloads import Code

FORMAT = 1
SUFFIX = ".qpmvisit"
_MAGIC = b"qpmvisit "
LARGEST_FILE = 64 * 1024 * 1024
LARGEST_CONTENT = 512 * 1024 * 1024  # unpacked; a busy visit has some 10 MB
LARGEST_LINE = 4 * 1024 * 1024
_PIECE = 1024 * 1024  # unpacked at a time

_ASK = "Ask whoever sent it to submit the visit again."
_UPDATE = "Update this kit and receive the file again; nothing is lost."

Hash = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
EntryId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")]
Number = Annotated[int, Field(ge=1, lt=2**53)]
_END_OF_TIME = 253_402_300_799_999  # the last millisecond of the year 9999; later ones no calendar can show


class Link(NamedTuple):
    """The chain link of one entry of a device, without the entry."""

    device_id: Code
    device_seq: Number
    chain: Hash


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Manifest(_Strict):
    """What a bundle says about itself. ``heads`` are the sender's newest links, ``marks`` close the holes."""

    kit: Annotated[str, StringConstraints(max_length=40)]  # version of the software
    assessment_id: Code
    visit_id: Code
    device_id: Code
    assessor: Code
    head: Hash
    templates: Hash
    entries: Annotated[int, Field(ge=0)]
    newest_schema: Number
    heads: tuple[Link, ...]
    marks: tuple[Link, ...]


class _Line(_Strict):
    """One entry as a line; the names are those of ``Entry``."""

    entry_id: EntryId
    assessment_id: Code
    subject: Annotated[str, StringConstraints(max_length=80)]
    field: Annotated[str, StringConstraints(max_length=200)]
    payload: dict[str, Any] | None
    recorded_at: Annotated[int, Field(ge=0, le=_END_OF_TIME)]
    recorded_by: Code
    device_id: Code
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


def pack_bundle(bundle: Bundle) -> bytes:
    """The bundle as bytes, to be sealed.

    Raises
    ------
    QpmError
        BUNDLE-004 if no kit would take it for a visit.
    """
    packer, packed, size = zlib.compressobj(), [_MAGIC + b"%d\n" % FORMAT], 0
    for line in _iter_lines(bundle):
        size += len(line)
        if len(line) > LARGEST_LINE or size > LARGEST_CONTENT:
            raise QpmError("BUNDLE-004", bundle.manifest.visit_id, "Tell whoever looks after the kit; nothing is lost.")
        packed.append(packer.compress(line))
    packed.append(packer.flush())
    return b"".join(packed)


def _iter_lines(bundle: Bundle) -> Iterator[bytes]:
    yield canonical_json(bundle.manifest.model_dump(mode="json")).encode() + b"\n"
    for entry in bundle.entries:
        yield canonical_json({name: getattr(entry, name) for name in _Line.model_fields}).encode() + b"\n"


def unpack_bundle(content: bytes, where: str) -> Bundle:
    """The bundle in what was sealed; ``where`` names the file in errors.

    Raises
    ------
    QpmError
        BUNDLE-001, -002, -004, -005 or -006.
    """
    version, newline, packed = content[:40].partition(b"\n")
    number = version.removeprefix(_MAGIC)
    if not version.startswith(_MAGIC) or not newline or not number.isdigit():
        raise QpmError("BUNDLE-001", where, _ASK)
    if int(number) != FORMAT:
        raise QpmError("BUNDLE-005", where, f"It has format {int(number)}, this kit reads {FORMAT}. {_UPDATE}")
    packed = content[len(version) + 1 :]
    lines = _unpacked_lines(packed, where)
    try:
        manifest = Manifest.model_validate_json(next(lines, b""))
        if manifest.newest_schema > SCHEMA_VERSION:
            raise QpmError("BUNDLE-005", where, f"Its entries have version {manifest.newest_schema}. {_UPDATE}")
        entries = tuple(Entry(**dict(_Line.model_validate_json(line))) for line in lines)
    except ValidationError:  # its message quotes what it read
        raise QpmError("BUNDLE-006", where, f"A line is out of shape. {_ASK}") from None
    if len(entries) != manifest.entries:
        raise QpmError("BUNDLE-006", where, f"It says it has {manifest.entries} entries and has {len(entries)}. {_ASK}")
    return Bundle(manifest, entries)


def _unpacked_lines(packed: bytes, where: str) -> Iterator[bytes]:
    """The lines, as they are unpacked: never more than a line and a piece in memory."""
    unpacker, size, rest = zlib.decompressobj(), 0, b""
    while not unpacker.eof:
        try:
            piece = unpacker.decompress(packed, _PIECE)
        except zlib.error:
            raise QpmError("BUNDLE-002", where, _ASK) from None
        packed = unpacker.unconsumed_tail
        if not piece and not unpacker.eof:
            raise QpmError("BUNDLE-002", where, _ASK)
        size += len(piece)
        *lines, rest = (rest + piece).split(b"\n")
        if size > LARGEST_CONTENT or len(rest) > LARGEST_LINE or any(len(line) > LARGEST_LINE for line in lines):
            raise QpmError("BUNDLE-004", where, _ASK)
        yield from lines
    if rest or unpacker.unused_data:
        raise QpmError("BUNDLE-006", where, f"Something follows its end. {_ASK}")


# --- the file -----------------------------------------------------------------------------------------------


def shown_name(path: Path) -> str:
    """A file's name, safe to print: names come with files from elsewhere."""
    return "".join(sign if sign.isprintable() else "?" for sign in path.name)[:100]


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
            raise QpmError(code, where, "It is no ordinary file; name the file itself.")
        # Should it have become a pipe in between, opening it must not wait for somebody to write.
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with open(handle, "rb") as file:  # noqa: PTH123  # a handle, not a path
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise QpmError(code, where, "It is no ordinary file; name the file itself.")
            content = file.read(largest + 1)
    except FileNotFoundError:
        raise QpmError(code, where, "There is no such file; look where it was saved.") from None
    except ValueError:  # a name with a null character
        raise QpmError(code, where, "No file can have that name.") from None
    except OSError as error:
        raise QpmError("BUNDLE-011", where, f"The system says: {error.strerror}.") from None
    if len(content) > largest:
        raise QpmError("BUNDLE-004" if code == "BUNDLE-001" else code, where, "It is far too large to be one.")
    return content


def write_whole(path: Path, content: bytes) -> None:
    """Write a new file whole or not at all, and durably; one that is there is never written over.

    Raises
    ------
    QpmError
        BUNDLE-011.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        if path.exists() or path.is_symlink():
            raise QpmError("BUNDLE-011", shown_name(path), "There is one already; choose another name with --out.")
        with temporary.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        close_to_others(temporary)
        put_in_place(temporary, path)
    except OSError as error:
        raise QpmError("BUNDLE-011", shown_name(path), f"The system says: {error.strerror}.") from None
    finally:
        temporary.unlink(missing_ok=True)
