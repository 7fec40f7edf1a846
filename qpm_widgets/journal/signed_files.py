"""What travels from kit to kit: lines that one device has signed as a whole, to be sealed for one reader.

Inside the seal is one line that says what kind it is and its format's version, then the sending device's public key
and its signature of all that follows, which is zlib over lines. Reading trusts nothing: nothing is unpacked that is not
signed, and the size is bounded while it is unpacked. What the lines say is for each kind to judge.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from qpm_widgets.errors import QpmError
from qpm_widgets.journal.signing import KEY_BYTES, SIGNATURE_BYTES, DeviceKey, is_signed

LARGEST_LINE = 4 * 1024 * 1024
SMALL_CONTENT, MOST_PACKED = 32 * 1024 * 1024, 100
"""What is larger than so many bytes, unpacked, may be at most so many times as large as it is packed.

A long note that was saved with every few words comes to 60 times: each version repeats the one before.
"""
_PIECE = 1024 * 1024  # unpacked at a time


@dataclass(frozen=True)
class SignedFile:
    """One kind of signed file.

    Parameters
    ----------
    name : str
        With which it begins.
    format : int
        The version of its format; of an older one nothing was signed.
    purpose : str
        Of its signature; made for one kind it is none for another.
    largest : int
        Bytes that its lines may ever have, unpacked.
    ask : str
        The sentence that says what to do about one that is not as it was sent, by its key.
    foreign, damaged, too_large, newer, unsigned, strange : str
        Codes of the errors: it is of another kind, cut short, larger than can be, of a newer format, without its
        signature, or something does not belong in it.
    """

    name: str
    format: int
    purpose: str
    largest: int
    ask: str
    foreign: str
    damaged: str
    too_large: str
    newer: str
    unsigned: str
    strange: str

    def pack(self, lines: Iterable[bytes], key: DeviceKey, where: str, remedy: str) -> bytes:
        """The lines as bytes signed by the sending device, to be sealed.

        Raises
        ------
        QpmError
            ``too_large``, with the remedy, if no kit would receive it.
        """
        packer, parts, size = zlib.compressobj(), [], 0
        for line in lines:
            size += len(line)
            if len(line) > LARGEST_LINE or size > self.largest:
                raise QpmError(self.too_large, where, remedy)
            parts.append(packer.compress(line))
        packed = b"".join([*parts, packer.flush()])
        if size > self.largest_of(len(packed)):
            raise QpmError(self.too_large, where, remedy)
        return self.sign(packed, key)

    def largest_of(self, packed: int) -> int:
        """How many bytes are unpacked at most from so many: what costs much memory takes a large file."""
        return min(self.largest, max(SMALL_CONTENT, MOST_PACKED * packed))

    def sign(self, packed: bytes, key: DeviceKey) -> bytes:
        """The whole content: what kind it is, who sends it, and that device's signature, before what is packed."""
        signature = key.sign(self.purpose, hashlib.sha256(packed).hexdigest())
        begin = f"{self.name} {self.format}\n".encode()
        return b"".join([begin, bytes.fromhex(key.public_key), bytes.fromhex(signature), packed])

    def unpack(self, content: bytes, where: str) -> tuple[str, Iterator[bytes]]:
        """The sending device's public key, and the lines that it signed, as they are unpacked; the last one is whole.

        Raises
        ------
        QpmError
            Any of the kind's codes, also while the lines are read.
        """
        version, newline, _ = content[:40].partition(b"\n")
        name, _, number = version.partition(b" ")
        if name != self.name.encode() or not newline or not number.isdigit():
            raise QpmError(self.foreign, where, self.ask)
        if int(number) > self.format:
            keys = ("signed_file.newer", "signed_file.update")
            raise QpmError(self.newer, where, *keys, format=int(number), newest=self.format)
        if int(number) < self.format:
            raise QpmError(self.unsigned, where, "signed_file.older", self.ask, format=int(number))
        public_key, packed = self._check_sender(content[len(version) + 1 :], where)
        return public_key, self._unpacked_lines(packed, where)

    def _check_sender(self, signed: bytes, where: str) -> tuple[str, bytes]:
        """The sending device's public key, and what it signed."""
        split = KEY_BYTES + SIGNATURE_BYTES
        public_key, signature, packed = signed[:KEY_BYTES].hex(), signed[KEY_BYTES:split].hex(), signed[split:]
        if len(signed) < split:
            raise QpmError(self.damaged, where, self.ask)
        if not is_signed(public_key, signature, self.purpose, hashlib.sha256(packed).hexdigest()):
            raise QpmError(self.unsigned, where, "signed_file.changed", self.ask)
        return public_key, packed

    def _unpacked_lines(self, packed: bytes, where: str) -> Iterator[bytes]:
        """The lines, as they are unpacked: never more than a line and a piece in memory."""
        unpacker, size, rest, largest = zlib.decompressobj(), 0, b"", self.largest_of(len(packed))
        while not unpacker.eof:
            try:
                piece = unpacker.decompress(packed, _PIECE)
            except zlib.error:
                raise QpmError(self.damaged, where, self.ask) from None
            packed = unpacker.unconsumed_tail
            if not piece and not unpacker.eof:
                raise QpmError(self.damaged, where, self.ask)
            size += len(piece)
            *lines, rest = (rest + piece).split(b"\n")
            if size > largest or len(rest) > LARGEST_LINE or any(len(line) > LARGEST_LINE for line in lines):
                raise QpmError(self.too_large, where, self.ask)
            yield from lines
        if rest or unpacker.unused_data:
            raise QpmError(self.strange, where, "signed_file.something_follows", self.ask)
