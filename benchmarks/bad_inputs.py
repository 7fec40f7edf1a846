"""What the kit answers to files that are damaged, forged or meant for somebody else: one line for each.

Every input goes through the real command in a process of its own. The table has its exit status, the one sentence
that it says and whether kit.json, the journal and the accounts are byte for byte what they were; the forgers are
those of the tests.

    python benchmarks/bad_inputs.py [--only WORD] [--json]

The exit status is 1 if any input is let in, changes a file or is answered with more or less than one sentence.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "journal"))

from forging import added, forge, full_note, relink
from visit_kits import Kits, consent, key_of, note, plan, take

from qpm_widgets.journal import Edit, KeyCost, Kit, new_entry_id, sealing
from qpm_widgets.journal.account_files import pack_account
from qpm_widgets.journal.backup import write_backup
from qpm_widgets.journal.bundles import SIGNED, Bundle, Manifest, pack_bundle
from qpm_widgets.journal.merging import sign_entry
from qpm_widgets.journal.withdrawing import Withdrawal

PASSPHRASE = "four words for forgers"
SENTENCE = re.compile(r"^[A-Z]+-\d{3}, ")
SENDER, FORGER = key_of("dev1"), key_of("forger")
HUGE = 10 * 1024**3  # bytes


@dataclass(frozen=True)
class Case:
    """One bad input: what it is, and the command that meets it, in which KIT and BAD are paths."""

    kind: str
    name: str
    command: tuple[str, ...]
    make: Callable[[Path], object]  # writes the path


@dataclass(frozen=True)
class Answer:
    """What the command did. ``unchanged``: its kit's files, and for a restore that there is no new kit."""

    kind: str
    input: str
    exit_status: int
    sentence: str
    sentences: int
    unchanged: bool

    @property
    def is_right(self) -> bool:
        """Refused, in one sentence, and nothing has come of it."""
        return (self.exit_status, self.sentences, self.unchanged) == (2, 1, True)


class Bench:
    """A lead's kit that has received a visit, and a sender from whom the forgers have all they need."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.home = folder, folder / "kit"
        (folder / "kits").mkdir()
        kits = Kits(folder / "kits")
        sender = kits.new("dev1")
        sender.append_all([plan("one", "V1", "A1"), consent("one", "A1"), note("one", "A1", "some words")])
        first = take(sender, "one", "V1")
        sender.append_all([note("one", "A1", "more", question="A-CP-2"), note("one", "A1", "most", question="A-CP-3")])
        self.bundle = take(sender, "one", "V1")
        sender.erase(Withdrawal("one", "A1"))
        self.withdrawn = take(sender, "one", "V1")
        kits.close()
        with Kit.create(self.home, PASSPHRASE, assessor="LEAD", cost=KeyCost(1, 64, 1)) as kit:
            kit.journal.merge(first)
            self.key = sealing.public_key_of(kit.journal.secret(sealing.IDENTITY, sealing.make_identity))
            place = ("one", "interview:A1", "SG-7K2M4QXH.1")
            kit.safeguarding.record(*place, {"said": "he hit me"}, entry_id=new_entry_id())
            identity = kit.safeguarding.identity(PASSPHRASE)
            self.account_key = kit.safeguarding.public_key
            signed = {"key": kit.journal.device_key(), "assessor": kit.assessor}
            self.account = pack_account(kit.safeguarding, "SG-7K2M4QXH", identity, self.account_key, **signed)
            write_backup(kit, folder / "good.qpmbackup")
        self.backup = (folder / "good.qpmbackup").read_bytes()

    def sealed(self, bundle: Bundle) -> bytes:
        """The bundle, signed by its sender and sealed for this kit."""
        return sealing.seal(pack_bundle(bundle, SENDER), self.key)

    def answer(self, case: Case) -> Answer:
        """What the command says to it."""
        bad = self.folder / "bad" / f"{case.kind}_{case.name}".replace(" ", "_").replace("/", "-")
        bad.parent.mkdir(exist_ok=True)
        kept = {path: path.read_bytes() for path in self.home.glob("*") if path.is_file()}
        new = self.folder / "new"
        case.make(self.home if case.kind == "kit" else bad)
        before = self._hash()
        words = [{"KIT": str(self.home), "BAD": str(bad), "NEW": str(new)}.get(word, word) for word in case.command]
        done = subprocess.run(
            [sys.executable, "-m", "qpm_widgets", *words], input=f"{PASSPHRASE}\n\n", capture_output=True,
            text=True, check=False, timeout=120,
        )  # fmt: skip
        said = [line for line in done.stderr.splitlines() if SENTENCE.match(line)]
        unchanged = self._hash() == before and not new.exists()
        for path in self.home.glob("*"):
            if path.is_file() and path not in kept:
                path.unlink()
        for path, content in kept.items():
            path.write_bytes(content)
        sentence = (said or done.stderr.splitlines() or ["nothing"])[0].replace(str(self.folder), "…")
        return Answer(case.kind, case.name, done.returncode, sentence, len(said), unchanged)

    def _hash(self) -> str:
        """Of kit.json, the journal and the accounts; how often a wrong passphrase was tried is noted elsewhere."""
        files = sorted(path for name in ("kit.json", "*.qpm", "*.qpm-wal") for path in self.home.glob(name))
        return hashlib.sha256(b"".join(path.name.encode() + path.read_bytes() for path in files)).hexdigest()


def writing(content: bytes) -> Callable[[Path], object]:
    """Writes these bytes."""
    return lambda path: path.write_bytes(content)


def sparse(path: Path) -> None:
    """Claims ten gigabytes and has none of them."""
    with path.open("wb") as file:
        file.truncate(HUGE)


def flipped(content: bytes, at: int) -> bytes:
    """With one bit changed."""
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


def bundle_cases(bench: Bench) -> Iterator[tuple[str, Callable[[Path], object]]]:
    """Files that come as submitted visits."""
    bundle, good = bench.bundle, bench.sealed(bench.bundle)
    manifest, last = bundle.manifest, bundle.entries[-1]
    other = sealing.public_key_of(sealing.make_identity())
    packer = zlib.compressobj(9)
    bomb = b"".join(packer.compress(bytes(1024 * 1024)) for _ in range(1024)) + packer.flush()
    claimed = Manifest.model_construct(**(dict(manifest) | {"entries": 10**10}))
    outside = Manifest.model_construct(**(dict(manifest) | {"assessment_id": "../../etc"}))
    by_forger = manifest.model_copy(update={"signatures": (sign_entry(last, FORGER),)})
    unsigned = manifest.model_copy(update={"signatures": ()})
    edit = Edit("one", "interview:A1", "answer:A-CP-9.note", full_note("made up"))
    account = Edit("one", "disclosure:SG-1", "account:1", {"about": "interview:A1", "sealed": "eA=="})
    yield "empty", writing(b"")
    yield "truncated by a byte", writing(good[:-1])
    yield "truncated in the middle", writing(good[: len(good) // 2])
    yield "one bit flipped", writing(flipped(good, len(good) // 2))
    yield "renamed: a PDF", writing(b"%PDF-1.7 and so on")
    yield "renamed: a backup", writing(bench.backup)
    yield "renamed: an account of harm", writing(bench.account)
    yield "sealed for another key", writing(sealing.seal(pack_bundle(bundle, SENDER), other))
    yield "a zip bomb of 1 GB", writing(sealing.seal(SIGNED.sign(bomb, SENDER), bench.key))
    yield "a size of 10 GB, claimed", sparse
    yield "a count of entries, claimed", writing(bench.sealed(Bundle(claimed, bundle.entries)))
    yield "a link in a circle", lambda path: path.symlink_to(path)
    yield "a link to nothing", lambda path: path.symlink_to(path.with_name("nothing"))
    yield "a link to /dev/zero", lambda path: path.symlink_to("/dev/zero")
    yield "a folder", Path.mkdir
    yield "a pipe", os.mkfifo
    yield "an assessment ../../etc", writing(bench.sealed(Bundle(outside, bundle.entries)))
    yield "an entry's id ../../x", writing(bench.sealed(forge(bundle, 5, entry_id="../../x")))
    yield "other words, digests left", writing(bench.sealed(forge(bundle, 5, sound=False, payload=full_note("no"))))
    yield "other words, all made to fit", writing(bench.sealed(forge(bundle, 3, payload=full_note("no"))))
    yield "a broken chain", writing(bench.sealed(forge(bundle, 5, sound=False, chain="0" * 64)))
    yield "an entry taken out", writing(bench.sealed(_without(bundle, 4)))
    yield "a newer schema", writing(bench.sealed(forge(bundle, 5, schema_version=2)))
    yield "not signed by its device", writing(bench.sealed(Bundle(unsigned, bundle.entries)))
    yield "signed by a forger's device", writing(bench.sealed(Bundle(by_forger, bundle.entries)))
    yield "altered after it was signed", writing(sealing.seal(pack_bundle(bundle, SENDER)[:-9], bench.key))
    yield "an entry of the lead's own kit", writing(bench.sealed(added(bundle, edit, device_id=_device(bench))))
    yield "an account of harm as an entry", writing(bench.sealed(added(bundle, account)))
    yield "a withdrawal, digits not compared", writing(bench.sealed(relink(bench.withdrawn)))


def _without(bundle: Bundle, number: int) -> Bundle:
    entries = tuple(entry for entry in bundle.entries if entry.device_seq != number)
    return Bundle(bundle.manifest.model_copy(update={"entries": len(entries)}), entries)


def _device(bench: Bench) -> str:
    return str(json.loads((bench.home / "kit.json").read_text())["device_id"])


def account_cases(bench: Bench) -> Iterator[tuple[str, Callable[[Path], object]]]:
    """Files that come as accounts of harm."""
    good, other = bench.account, sealing.public_key_of(sealing.make_identity())
    yield "empty", writing(b"")
    yield "truncated", writing(good[:-1])
    yield "one bit flipped", writing(flipped(good, len(good) // 2))
    yield "sealed for another key", writing(sealing.seal(b"{}", other))
    yield "no account inside", writing(sealing.seal(b'{"format": 2}', bench.account_key))
    yield "a visit", writing(bench.sealed(bench.bundle))
    yield "a size of 10 GB, claimed", sparse


def key_cases(bench: Bench) -> Iterator[tuple[str, Callable[[Path], object]]]:
    """Files that come as a lead's public key."""
    key = bench.key
    for name, text in {
        "empty": "", "only words": "# words", "cut": key[:-1], "longer": f"{key}x", "two keys": f"{key}\n{key}",
        "a private key": sealing.make_identity(), "another system's": "ssh-rsa AAAA", "a null character": "\0",
    }.items():  # fmt: skip
        yield name, writing(text.encode())
    yield "a letter changed", writing(flipped(key.encode(), 20))
    yield "a size of 10 GB, claimed", sparse
    yield "a folder", Path.mkdir


def backup_cases(bench: Bench) -> Iterator[tuple[str, Callable[[Path], object]]]:
    """Files that come as backups."""
    good = bench.backup
    yield "empty", writing(b"")
    yield "truncated", writing(good[:-1])
    yield "one bit flipped", writing(flipped(good, len(good) // 2))
    yield "a visit", writing(bench.sealed(bench.bundle))
    yield "a size of 10 GB, claimed", sparse
    end = good.rindex(b"PK\x01\x02")
    yield "a size of 4 GB, claimed inside", writing(good[: end + 20] + b"\xfe\xff\xff\xff" * 2 + good[end + 28 :])
    yield "a folder", Path.mkdir


def kit_cases(_: Bench) -> Iterator[tuple[str, Callable[[Path], object]]]:
    """Damage to the kit's own files."""

    def kit_file(**changes: object) -> Callable[[Path], object]:
        def change(home: Path) -> None:
            settings = json.loads((home / "kit.json").read_text())
            (home / "kit.json").write_text(json.dumps(settings | changes))

        return change

    yield "kit.json empty", lambda home: (home / "kit.json").write_text("")
    yield "kit.json half", lambda home: (home / "kit.json").write_bytes((home / "kit.json").read_bytes()[:40])
    yield "kit.json nested deep", lambda home: (home / "kit.json").write_text("[" * 100_000)
    yield "kit.json missing", lambda home: (home / "kit.json").unlink()
    yield "kit.json of a newer kit", kit_file(format=3)
    yield "kit.json with another salt", kit_file(salt="00" * 16)
    yield "kit.json with another check", kit_file(key_check="00")
    yield "kit.json that wants 2^50 KiB", kit_file(cost={"time_cost": 1, "memory_kib": 2**50, "parallelism": 1})
    yield "kit.json with a device ../../x", kit_file(device_id="../../x")
    yield "kit.json with a name", kit_file(assessor="Jo Smith")
    yield "journal.qpm missing", lambda home: (home / "journal.qpm").unlink()
    yield "journal.qpm empty", lambda home: (home / "journal.qpm").write_bytes(b"")
    yield "journal.qpm of noise", lambda home: (home / "journal.qpm").write_bytes(bytes(range(256)) * 64)
    yield (
        "journal.qpm, a page changed",
        lambda home: (home / "journal.qpm").write_bytes(flipped((home / "journal.qpm").read_bytes(), 9000)),
    )


KINDS: dict[str, tuple[Callable[[Bench], Iterator[tuple[str, Callable[[Path], object]]]], tuple[str, ...]]] = {
    "visit": (bundle_cases, ("receive", "BAD", "--home", "KIT", "--outputs", "NEW")),
    "account": (account_cases, ("safeguarding", "receive", "BAD", "--home", "KIT")),
    "key": (key_cases, ("submit", "one", "V1", "--to", "BAD", "--out", "NEW", "--home", "KIT")),
    "backup": (backup_cases, ("restore", "BAD", "--home", "NEW")),
    "kit": (kit_cases, ("verify", "--home", "KIT")),
}


def run(only: str = "") -> list[Answer]:
    """All answers, or those to inputs whose kind or name has the word in it."""
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder))
        cases = [
            Case(kind, name, command, make)
            for kind, (cases_of, command) in KINDS.items()
            for name, make in cases_of(bench)
        ]
        return [bench.answer(case) for case in cases if only in f"{case.kind}: {case.name}"]


def main() -> None:
    """Print the table, or with ``--json`` one list."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    answers = run(options.only)
    if options.json:
        print(json.dumps([asdict(answer) for answer in answers], ensure_ascii=False))
    else:
        print(f"{'input':44} | status | files unchanged | sentence")
        for answer in answers:
            mark = "" if answer.is_right else "WRONG "
            name, kept = f"{answer.kind}: {answer.input}", "yes" if answer.unchanged else "NO"
            print(f"{name:44} | {answer.exit_status:6} | {kept:15} | {mark}{answer.sentence}")
    if not all(answer.is_right for answer in answers):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
