"""What a lead's machine must spend on a bundle that it refuses: little, whatever somebody packed into it."""

from __future__ import annotations

import subprocess
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from forging import full_note
from visit_kits import consent, key_of, note, plan

from qpm_widgets.journal import signed_files
from qpm_widgets.journal.bundles import SIGNED, Manifest, pack_bundle, unpack_bundle
from qpm_widgets.journal.entries import canonical_json, digest_text
from qpm_widgets.journal.signing import DeviceKey

SENDER = DeviceKey.make()
SALT = "0" * 32
MEBIBYTE = 1024 * 1024
MOST = 300 * MEBIBYTE  # above what Python and the kit take before: 50 may be unpacked, and four times that in memory
READ = """
import sys
from pathlib import Path
from qpm_widgets.errors import QpmError
from qpm_widgets.journal.bundle_checks import check_bundle
from qpm_widgets.journal.bundles import unpack_bundle

def peak():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))

content = Path(sys.argv[1]).read_bytes()
before = peak()
try:
    check_bundle(unpack_bundle(content, "bad"), "bad")
except QpmError as error:
    print(error.code, peak() - before)
"""


def manifest(entries: int) -> bytes:
    stated = Manifest(
        kit="0.1.0", assessment_id="lantern", visit_id="V1", device_id=SENDER.device_id, assessor="AS1",
        head="0" * 64, templates="0" * 64, entries=entries, newest_schema=1, heads=(), marks=(), signatures=(),
    )  # fmt: skip
    return canonical_json(stated.model_dump(mode="json")).encode() + b"\n"


def line(number: int, payload: str, digest: str) -> bytes:
    """An entry in the order that a bundle has, but for the chain."""
    return (
        f'{{"assessment_id":"lantern","chain":"{"0" * 64}","device_id":"{SENDER.device_id}","device_seq":{number},'
        f'"entry_id":"00000000-0000-7000-8000-{number:012x}","field":"answer:Q{number}.note","payload":{payload},'
        f'"payload_digest":"{digest}","recorded_at":1,"recorded_by":"AS1","salt":"{SALT}","schema_version":1,'
        f'"subject":"interview:A1","supersedes":[]}}\n'
    ).encode()


def notes(text: str) -> Iterator[bytes]:
    """Notes without end, each as it should be."""
    payload = canonical_json(full_note(text))
    digest = digest_text(SALT, payload)
    yield from (line(number, payload, digest) for number in range(1, 10**9))


def nested(size: int) -> Iterator[bytes]:
    """Lines of empty lists, which are small on paper and large in memory."""
    payload = '{"text":[' + "[]," * (size // 3) + "[]]}"
    yield from (line(number, payload, "0" * 64) for number in range(1, 10**9))


def bomb(file: Path, lines: Iterator[bytes], packed: int, unpacked: int) -> None:
    """A signed bundle of about as many bytes, packed, or unpacked if those are reached first."""
    packer = zlib.compressobj(9)
    parts, size, length = [packer.compress(manifest(1))], 0, 0
    while length < packed and size < unpacked:
        parts.append(packer.compress(one := next(lines)))
        size, length = size + len(one), length + len(parts[-1])
    file.write_bytes(SIGNED.sign(b"".join([*parts, packer.flush()]), SENDER))


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux says what a process took at most")
@pytest.mark.parametrize(
    "lines",
    [
        pytest.param(nested(MEBIBYTE - 600), id="one long line of empty lists after another"),
        pytest.param(nested(3 * MEBIBYTE), id="a line that is longer than any entry"),
        pytest.param(nested(500), id="many short lines of empty lists"),
        pytest.param(notes("a" * 99_000), id="notes as long as may be"),
        pytest.param(notes("\U0001f600" + "a" * 99_000), id="notes of which every sign takes four bytes in memory"),
        pytest.param(notes("a"), id="as many notes as may be"),
    ],
)
def test_half_a_mebibyte_never_costs_hundreds(tmp_path, lines) -> None:
    bomb(tmp_path / "bad", lines, MEBIBYTE // 2, 100 * MEBIBYTE)
    done = subprocess.run([sys.executable, "-c", READ, tmp_path / "bad"], capture_output=True, text=True, check=True)
    code, cost = done.stdout.split()
    assert code in ("BUNDLE-004", "BUNDLE-006", "BUNDLE-007")
    assert int(cost) < MOST, f"{int(cost) / MEBIBYTE:.0f} MiB"


def test_a_long_note_that_was_saved_over_and_over_is_no_bomb(kits, monkeypatch) -> None:
    """Half an hour's typing into one box packs as well as anything can that a person wrote."""
    monkeypatch.setattr(signed_files, "SMALL_CONTENT", MEBIBYTE)
    sender, lead = kits.new("dev1"), kits.new("lead")
    sender.append_all([plan("lantern", "V1", "A1"), *(consent("lantern", "A1", scope) for scope in ("talk", "notes"))])
    words = Random(1)
    text, before, edits = "", (), []
    for _ in range(1000):
        text += " ".join("".join(words.choices("abcdefghijklmnop", k=5)) for _ in range(2)) + " "
        edits.append(note("lantern", "A1", text, *before))
        before = (edits[-1].entry_id,)
    sender.append_all(edits)
    bundle = sender.bundle_visit("lantern", "V1", kit="0.1.0", templates="0" * 64)
    packed = pack_bundle(bundle, key_of("dev1"))
    assert sum(len(edit.payload["text"]) for edit in edits) > 20 * len(packed)
    assert lead.merge(unpack_bundle(packed, "good"), "good").new == len(edits) + 3
    kits.close()
