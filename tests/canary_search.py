"""Looking for words in every file under a folder, in whatever spelling or wrapping a program put them there."""

from __future__ import annotations

import base64
import json
import re
import shutil
import sys
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

PAGE, RESERVED = 4096, 80  # of SQLCipher 4: page size; initialisation vector and digest at a page's end
LOG_HEAD, FRAME_HEAD = 32, 24  # of SQLite's write-ahead log
_GZIP = re.compile(rb"\x1f\x8b\x08")


def find_no_canary(folder: Path, canary: str, when: str) -> None:
    """No file below the folder holds the words; and the search finds them where they are planted, however packed.

    Says what it searched, one line for each search; `pytest -s` shows them.
    """
    sizes = []
    for path in folder.rglob("*"):
        with suppress(FileNotFoundError):  # of a browser that is at work
            sizes += [path.stat().st_size] if path.is_file() else []
    found, planted = files_holding(folder, canary), folder / "planted"
    planted.mkdir()
    sentence = f"She said {canary}, twice."
    packer = zlib.compressobj(wbits=31)
    (planted / "plain").write_text(sentence)
    (planted / "wide").write_text(sentence, encoding="utf-16")
    (planted / "gzip").write_bytes(b"before" + packer.compress(sentence.encode()) + packer.flush() + b"after")
    with zipfile.ZipFile(planted / "zip", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("inside", sentence)
    again = sorted(set(files_holding(folder, canary)) - set(found))
    shutil.rmtree(planted)
    sys.stdout.write(
        f"\nsearched {folder.name} ({when}): {len(sizes):,} files, {sum(sizes):,} bytes; "
        f"planted words found: {len(again)} of 4; canaries found: {len(found)}"
    )
    assert found == [], when
    assert again == ["planted/gzip", "planted/plain", "planted/wide", "planted/zip"], "the search finds what is there"


def files_holding(folder: Path, words: str) -> list[str]:
    """The files, relative to the folder, in whose bytes or names the words stand; packed contents are looked into."""
    spellings = _spellings(words)
    found = []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        with suppress(FileNotFoundError):  # of a browser that is at work
            contents = _contents(path.read_bytes()) if path.is_file() else ()
            if words in name or any(spelling in content for content in contents for spelling in spellings):
                found.append(name)
    return found


def decrypted(path: Path, key: bytes) -> bytes:
    """Every page of an encrypted database as SQLite sees it, with whatever lies about in unused corners."""
    data = path.read_bytes()
    pages = [data[start : start + PAGE] for start in range(0, len(data), PAGE)]
    return b"".join(_decrypt(page, key, 0 if number else 16) for number, page in enumerate(pages))


def decrypted_log(path: Path, key: bytes) -> bytes:
    """Every page in an encrypted database's write-ahead log, old ones as well; the first block of each is not read."""
    data = path.read_bytes()
    starts = range(LOG_HEAD + FRAME_HEAD, len(data), FRAME_HEAD + PAGE)
    return b"".join(_decrypt(data[start : start + PAGE], key, 16) for start in starts)


def _decrypt(page: bytes, key: bytes, start: int) -> bytes:
    decryptor = Cipher(algorithms.AES(key), modes.CBC(page[PAGE - RESERVED : PAGE - RESERVED + 16])).decryptor()
    return decryptor.update(page[start : PAGE - RESERVED]) + decryptor.finalize()


def _spellings(words: str) -> set[bytes]:
    spelled = {words.encode(code) for code in ("utf-8", "utf-16-le", "utf-16-be", "utf-32-le")}
    spelled.add(json.dumps(words)[1:-1].encode())
    for shift in range(3):  # base64, without the letters that what stands around them has a part in
        content = bytes(shift) + words.encode()
        spelled.add(base64.b64encode(content)[(shift * 8 + 5) // 6 : len(content) * 8 // 6])
    return spelled


def _contents(data: bytes) -> Iterator[bytes]:
    """The bytes themselves, and what is packed in them as gzip or zip."""
    yield data
    for start in _GZIP.finditer(data):
        with suppress(zlib.error):
            yield zlib.decompressobj(wbits=31).decompress(data[start.start() :])
    with suppress(zipfile.BadZipFile, OSError), zipfile.ZipFile(BytesIO(data)) as packed:
        for name in packed.namelist():
            yield name.encode()
            yield packed.read(name)
