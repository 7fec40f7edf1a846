"""Bad bundles: each is refused in one coded sentence, and the journal and its files stay as they are."""

from __future__ import annotations

import base64
import dataclasses
import json
import os
import tracemalloc
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from forging import IDENTITY, KEY, SECRET, added, check_sentence, forge, full_note, refusal, relink
from visit_kits import Kits, consent, fresh, id_of, key_of, note, plan, take

from qpm_widgets.errors import QpmError
from qpm_widgets.journal import Edit, Journal, bundles, new_entry_id, sealing, signed_files
from qpm_widgets.journal.bundles import Bundle, Link, Manifest, pack_bundle, read_whole, unpack_bundle
from qpm_widgets.journal.entries import canonical_json
from qpm_widgets.journal.withdrawing import Withdrawal

SENDER = key_of("dev1")
sign_packed = bundles.SIGNED.sign
BEFORE_PACKED = len(sign_packed(b"", SENDER))
# pyrage.passphrase.encrypt(b"content", "word"), which takes seconds
SEALED_WITH_A_WORD = base64.b64decode(
    "YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IHNjcnlwdCA4cm1mV3dZQit0SHpqWldpUTdEQzRnIDE5CkIyNWlYY2ZBaHp2TEZjSGpKVzdoanBxdXp4"
    "cUNSQWMwK3l4VldSR2MyOHcKLS0tIFZvalRzUUhrdnVDMkQ3OC9aZWFQejRzVWx2L1FqOEdldGVmYnR4UHFhMUEKWdqt7ilno8Ts+8p1Sg/Nwfhy"
    "POozC3cmsIxo7B6Lvm0+GhNCm+sa"
)
OTHER_ID = "11111111-1111-7111-8111-111111111111"


@pytest.fixture
def lead(kits: Kits):
    """A journal that has received the first half of what ``bundle`` holds, and has an interview of its own."""
    with fresh(kits):
        journal = kits.new("lead")
        journal.append_all([plan("one", "V1", "L1"), consent("one", "L1"), note("one", "L1", "the lead's")])
        yield journal


@pytest.fixture
def sender(kits: Kits, lead: Journal) -> Journal:
    journal = kits.new("dev1")
    journal.append_all([plan("one", "V1", "A1"), consent("one", "A1"), note("one", "A1", SECRET)])
    lead.merge(take(journal, "one", "V1"))
    journal.append_all([plan("one", "V2", "A3"), consent("one", "A3"), note("one", "A3", "elsewhere")])
    journal.append(note("one", "A1", SECRET, question="A-CP-2"))
    journal.append(note("one", "A1", SECRET, question="A-CP-3"))
    return journal


@pytest.fixture
def bundle(sender: Journal) -> Bundle:
    """Numbers 1 to 3, 7 and 8 of device dev1; 1 to 3 are with the lead already."""
    found = take(sender, "one", "V1")
    assert [entry.device_seq for entry in found.entries] == [1, 2, 3, 7, 8]
    return found


@pytest.fixture
def refused(lead: Journal) -> Callable[[Bundle], QpmError]:
    return lambda forged: refusal(lead, forged, SENDER)


def test_the_forger_of_these_tests_would_be_believed_but_for_what_each_alters(lead, bundle) -> None:
    stranger = added(bundle, Edit("one", "interview:A1", "answer:A-CP-9.note", full_note()))
    assert lead.merge(relink(stranger)).new == 3
    assert lead.verify().ok


# --- entries ------------------------------------------------------------------------------------------------

RATING = {"field": "rating:CP1", "payload": {"level": "met", "rationale": "", "cites": []}}
STRAY: list[tuple[str, dict[str, Any], str, str]] = [
    ("another assessment", {"assessment_id": "two"}, "BUNDLE-006", "not of the visit"),
    ("an assessment that is no code", {"assessment_id": "../x"}, "BUNDLE-006", "out of shape"),
    ("an assessment with words", {"assessment_id": SECRET}, "BUNDLE-006", "out of shape"),
    ("another visit", {"subject": "visit:V2", **RATING}, "BUNDLE-006", "not of the visit"),
    ("an interview of no visit", {"subject": "interview:Z9"}, "BUNDLE-006", "not of the visit"),
    ("an unknown subject", {"subject": "person:A1"}, "BUNDLE-006", "shape of its field"),
    ("an unknown field", {"field": "answer:A-CP-3.secret"}, "BUNDLE-006", "shape of its field"),
    ("a payload of another shape", {"payload": {"txt": SECRET}}, "BUNDLE-006", "shape of its field"),
    ("a payload with a key too much", {"payload": full_note(more=SECRET)}, "BUNDLE-006", "shape of its field"),
    ("a payload that leaves its defaults out", {"payload": {"text": SECRET}}, "BUNDLE-006", "shape of its field"),
    ("too many words", {"payload": full_note("x" * 100_001)}, "BUNDLE-006", "shape of its field"),
    ("an id that is none", {"entry_id": "' OR 1=1"}, "BUNDLE-006", "out of shape"),
    ("an id that is no text", {"entry_id": 7}, "BUNDLE-006", "out of shape"),
    ("a writer who is no code", {"recorded_by": SECRET}, "BUNDLE-006", "out of shape"),
    ("a device that is no code", {"device_id": "dev 1"}, "BUNDLE-006", "out of shape"),
    ("number 0", {"device_seq": 0}, "BUNDLE-006", "out of shape"),
    ("a number beyond all", {"device_seq": 2**80}, "BUNDLE-006", "out of shape"),
    ("a time before time", {"recorded_at": -1}, "BUNDLE-006", "out of shape"),
    ("a time beyond every calendar", {"recorded_at": 10**16}, "BUNDLE-006", "out of shape"),
    ("a time that is true", {"recorded_at": True}, "BUNDLE-006", "out of shape"),
    ("a time that runs back", {"recorded_at": 5}, "BUNDLE-007", "recorded before"),
    ("a short salt", {"salt": "00"}, "BUNDLE-006", "out of shape"),
    ("half erased", {"salt": None}, "BUNDLE-006", "half erased"),
    ("erased by nobody", {"salt": None, "payload": None}, "BUNDLE-006", "without a withdrawal"),
    ("replacing itself", {"supersedes": (OTHER_ID,), "entry_id": OTHER_ID}, "BUNDLE-006", "circle"),
    ("replacing one twice", {"supersedes": (OTHER_ID, OTHER_ID)}, "BUNDLE-006", "another field"),
    ("a newer schema that the manifest hides", {"schema_version": 2}, "BUNDLE-005", "update this kit"),
    ("an older schema than there is", {"schema_version": 0}, "BUNDLE-006", "out of shape"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "code", "said"), [row[1:] for row in STRAY], ids=[row[0] for row in STRAY])
def test_what_does_not_belong(bundle, refused, changes, code, said) -> None:
    entries = tuple(
        dataclasses.replace(entry, **changes) if entry.device_seq == 8 else entry for entry in bundle.entries
    )
    forged = relink(Bundle(bundle.manifest, entries))
    error = refused(forged)
    assert (error.code, said in str(error)) == (code, True), str(error)


ALTERED: list[tuple[str, dict[str, Any], str]] = [
    ("other words", {"payload": full_note("other")}, "do not fit their digest"),
    ("another salt", {"salt": "1" * 32}, "do not fit their digest"),
    ("another digest", {"payload_digest": "0" * 64}, "do not fit their digest"),
    ("another link", {"chain": "0" * 64}, "fit the chain"),
    ("another writer", {"recorded_by": "AS9"}, "fit the chain"),
    ("another time", {"recorded_at": 1_900_000_000_000}, "fit the chain"),
    ("another field", {"field": "answer:A-CP-9.note"}, "fit the chain"),
    ("another id", {"entry_id": OTHER_ID}, "fit the chain"),
]


@pytest.mark.parametrize(("changes", "said"), [row[1:] for row in ALTERED], ids=[row[0] for row in ALTERED])
@pytest.mark.parametrize("number", [3, 7, 8])
def test_what_was_altered_and_sealed_again(bundle, refused, number, changes, said) -> None:
    error = refused(forge(bundle, number, sound=False, **changes))
    assert (error.code, said in str(error)) == ("BUNDLE-007", True), str(error)


@pytest.mark.parametrize("number", [2, 7])
def test_an_entry_taken_out(bundle, refused, number) -> None:
    entries = tuple(entry for entry in bundle.entries if entry.device_seq != number)
    kept = bundle.manifest.model_copy(update={"entries": 4})
    assert refused(Bundle(kept, entries)).code == "BUNDLE-007"
    assert refused(Bundle(bundle.manifest, entries)).code == "BUNDLE-006"


def test_entries_in_another_order_or_twice(bundle, refused) -> None:
    assert refused(Bundle(bundle.manifest, bundle.entries[::-1])).code == "BUNDLE-006"
    twice = bundle.manifest.model_copy(update={"entries": 6})
    assert refused(Bundle(twice, (*bundle.entries, bundle.entries[-1]))).code == "BUNDLE-006"
    again = dataclasses.replace(bundle.entries[-1], device_seq=9)
    assert "twice" in str(refused(relink(Bundle(twice, (*bundle.entries, again)))))


@pytest.mark.parametrize("change", ["wrong", "missing", "too many", "twice"])
def test_marks_that_do_not_fit(bundle, refused, change) -> None:
    (mark,) = bundle.manifest.marks
    more = mark._replace(device_seq=8)
    marks = {"wrong": (mark._replace(chain="0" * 64),), "missing": (), "too many": (mark, more), "twice": (mark, mark)}
    forged = Bundle(bundle.manifest.model_copy(update={"marks": marks[change]}), bundle.entries)
    assert refused(forged).code == {"twice": "BUNDLE-006"}.get(change, "BUNDLE-007")


@pytest.mark.parametrize("change", ["missing", "earlier", "wrong", "twice"])
def test_heads_that_do_not_fit(bundle, refused, change) -> None:
    heads = {head.device_id: head for head in bundle.manifest.heads}
    head = heads.pop(id_of("dev1"))
    others = tuple(heads.values())
    given = {
        "missing": others,
        "earlier": (*others, head._replace(device_seq=7)),
        "wrong": (*others, head._replace(chain="0" * 64)),
        "twice": (*others, head, head._replace(device_seq=9)),
    }
    forged = Bundle(bundle.manifest.model_copy(update={"heads": given[change]}), bundle.entries)
    assert refused(forged).code == {"twice": "BUNDLE-006"}.get(change, "BUNDLE-007")


# --- what the journal knows better --------------------------------------------------------------------------


def test_other_words_under_a_number_that_is_here(bundle, refused) -> None:
    """The whole chain is forged to fit; only the journal knows that number 3 was something else."""
    error = refused(forge(bundle, 3, payload=full_note("other")))
    assert (error.code, "is here as something else" in str(error)) == ("BUNDLE-008", True)


def test_an_id_that_is_here_as_something_else(bundle, lead, refused) -> None:
    own = lead.current_entry("one", "interview:L1", "answer:A-CP-1.note")
    edit = Edit("one", "interview:A1", "answer:A-CP-9.note", full_note(), entry_id=own.entry_id)
    assert refused(added(bundle, edit)).code == "BUNDLE-008"


def test_an_entry_of_this_kit_that_it_never_wrote(bundle, lead, refused) -> None:
    edit = Edit("one", "interview:A1", "answer:A-CP-9.note", full_note())
    assert refused(added(bundle, edit, device_id=id_of("lead"))).code == "BUNDLE-009"
    (head,) = [Link(*row) for row in lead._rows(bundles_heads()) if row[0] == id_of("lead")]
    marks = (*bundle.manifest.marks, head)
    beyond = Bundle(bundle.manifest.model_copy(update={"marks": marks}), bundle.entries)
    assert refused(added(beyond, edit, device_id=id_of("lead"), device_seq=4)).code == "BUNDLE-009"


def bundles_heads():
    from qpm_widgets.journal.queries import HEADS

    return HEADS


def test_a_head_of_this_kit_that_it_never_had(bundle, refused) -> None:
    head = Link(id_of("lead"), 4, "0" * 64)
    forged = Bundle(bundle.manifest.model_copy(update={"heads": (*bundle.manifest.heads, head)}), bundle.entries)
    assert refused(forged).code == "BUNDLE-009"


def test_own_entries_come_back_as_they_are(kits, sender, lead) -> None:
    sender.merge(take(lead, "one", "V1"))
    assert lead.merge(take(sender, "one", "V1")).new == 2
    assert lead.verify().ok


def test_a_mark_that_contradicts_what_is_here(bundle, lead, refused) -> None:
    """Entry 6 is V2's. Once it is here, a history that rests on another number 6 is refused."""
    forged_mark = bundle.manifest.marks[0]._replace(chain="0" * 64)
    forged = relink(Bundle(bundle.manifest.model_copy(update={"marks": (forged_mark,)}), bundle.entries))
    lead.merge(bundle)
    assert refused(forged).code == "BUNDLE-008"


def test_an_entry_that_contradicts_a_mark(bundle, sender, lead, refused) -> None:
    lead.merge(bundle)
    other = take(sender, "one", "V2")
    assert [entry.device_seq for entry in other.entries] == [4, 5, 6]
    error = refused(forge(other, 6, payload=full_note("other")))
    assert error.code == "BUNDLE-008"


def test_replacing_an_entry_of_another_field(bundle, lead, refused) -> None:
    theirs, own = bundle.entries[2].entry_id, lead.current_entry("one", "interview:L1", "answer:A-CP-1.note").entry_id
    edit = Edit("one", "interview:A1", "answer:A-CP-9.note", full_note(), (theirs,))
    assert refused(added(bundle, edit)).code == "BUNDLE-006"
    assert refused(added(bundle, dataclasses.replace(edit, supersedes=(own,)))).code == "BUNDLE-008"


def test_an_entry_that_one_of_another_field_was_waiting_for(bundle, lead, refused) -> None:
    waiting = Edit("one", "interview:A1", "answer:A-CP-9.note", full_note(), (OTHER_ID,))
    lead.merge(added(bundle, waiting))
    awaited = Edit("one", "interview:A1", "answer:A-CP-8.note", full_note(), entry_id=OTHER_ID)
    assert refused(added(bundle, awaited, device_id=id_of("other"))).code == "BUNDLE-008"


def test_entries_that_replace_each_other(bundle, refused) -> None:
    first, second = new_entry_id(), new_entry_id()
    one = Edit("one", "interview:A1", "answer:A-CP-9.note", full_note(), (second,), first)
    other = Edit("one", "interview:A1", "answer:A-CP-9.note", full_note(), (first,), second)
    error = refused(added(added(bundle, one), other, device_seq=2))
    assert (error.code, "circle" in str(error)) == ("BUNDLE-006", True)


def test_a_time_that_runs_back_over_a_hole(bundle, sender, lead, refused) -> None:
    lead.merge(bundle)
    other = take(sender, "one", "V2")
    late = {"recorded_at": 4_000_000_000_000}
    entries = tuple(dataclasses.replace(entry, **late) for entry in other.entries)
    assert refused(relink(Bundle(other.manifest, entries))).code == "BUNDLE-008"


def test_a_blank_needs_the_withdrawal_that_covers_it(sender, refused, lead) -> None:
    sender.erase(Withdrawal("one", "A1", scope="quotes"))
    bundle = take(sender, "one", "V1")
    error = refused(forge(bundle, 3, sound=False, payload=None, salt=None))
    assert "without a withdrawal" in str(error)
    consented = forge(bundle, 2, sound=False, payload=None, salt=None)
    assert "without a withdrawal" in str(refused(consented))
    tombstone = next(entry.device_seq for entry in bundle.entries if entry.field.startswith("erasure:"))
    assert refused(forge(bundle, tombstone, sound=False, payload=None, salt=None)).code == "BUNDLE-006"


# --- the manifest -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"assessment_id": "two"}, "BUNDLE-006"),
        ({"visit_id": "V2"}, "BUNDLE-006"),
        ({"assessment_id": "../../etc"}, "BUNDLE-006"),
        ({"visit_id": "V1/../V2"}, "BUNDLE-006"),
        ({"assessor": SECRET}, "BUNDLE-006"),
        ({"entries": 10_000_000_000}, "BUNDLE-006"),
        ({"entries": 4}, "BUNDLE-006"),
        ({"newest_schema": 2}, "BUNDLE-005"),
        ({"head": "short"}, "BUNDLE-006"),
        ({"marks": ((SECRET, 8, "0" * 64),)}, "BUNDLE-006"),
    ],
)
def test_a_manifest_that_does_not_fit(bundle, refused, changes, code) -> None:
    assert refused(Bundle(Manifest.model_construct(**(dict(bundle.manifest) | changes)), bundle.entries)).code == code


# --- the bytes ----------------------------------------------------------------------------------------------


def opened(content: bytes) -> QpmError:
    with pytest.raises(QpmError) as caught:
        unpack_bundle(content, "bad.qpmvisit")
    check_sentence(caught.value)
    return caught.value


def lines(bundle: Bundle) -> list[bytes]:
    return zlib.decompress(pack_bundle(bundle, SENDER)[BEFORE_PACKED:]).splitlines(keepends=True)


def packed(*parts: bytes) -> bytes:
    return sign_packed(zlib.compress(b"".join(parts)), SENDER)


def as_line(value: dict[str, Any]) -> bytes:
    return canonical_json(value).encode() + b"\n"


def deep(line: bytes, depth: int) -> bytes:
    return line.replace(b'"payload":{', b'"payload":{"x":' + b"[" * depth + b"]" * depth + b",", 1)


def test_inner_bytes_that_are_no_bundle(bundle) -> None:
    manifest, first, *rest = lines(bundle)
    good = pack_bundle(bundle, SENDER)
    assert unpack_bundle(good, "") == unpack_bundle(packed(manifest, first, *rest), "") == bundle
    nan = first.replace(b'"minutes":60', b'"minutes":NaN')
    assert nan != first
    cases = {
        b"": "BUNDLE-001",
        b"hello": "BUNDLE-001",
        b"qpmvisit one\n": "BUNDLE-001",
        b"qpmvisit 2": "BUNDLE-001",
        b"qpmvisit 1\n" + good[11:]: "BUNDLE-012",
        b"qpmvisit 3\n" + good[11:]: "BUNDLE-005",
        b"qpmvisit 999999999\n": "BUNDLE-005",
        b"qpmvisit 2\n": "BUNDLE-002",
        good[: BEFORE_PACKED - 1]: "BUNDLE-002",
        good[:BEFORE_PACKED]: "BUNDLE-012",
        good[:-1]: "BUNDLE-012",
        good + b"more": "BUNDLE-012",
        sign_packed(good[BEFORE_PACKED:-1], SENDER): "BUNDLE-002",
        sign_packed(good[BEFORE_PACKED:] + b"more", SENDER): "BUNDLE-006",
        sign_packed(b"not packed", SENDER): "BUNDLE-002",
        packed(): "BUNDLE-006",
        packed(b"\n"): "BUNDLE-006",
        packed(b"[]\n"): "BUNDLE-006",
        packed(manifest): "BUNDLE-006",
        packed(manifest, first, *rest, b"no end"): "BUNDLE-006",
        packed(manifest, b"\n", first, *rest): "BUNDLE-006",
        packed(manifest, first[:-5] + b"\n", *rest): "BUNDLE-006",
        packed(manifest, b"\xff\xfe\n", *rest): "BUNDLE-006",
        packed(manifest, nan, *rest): "BUNDLE-006",
        packed(manifest, first.replace(b'"minutes":60', b'"minutes":' + b"9" * 5000), *rest): "BUNDLE-006",
        packed(manifest, first.replace(SENDER.device_id.encode(), b"\\ud800"), *rest): "BUNDLE-006",
        packed(manifest, deep(first, 50_000), *rest): "BUNDLE-006",
        packed(manifest, first.replace(b'"salt"', b'"sugar"'), *rest): "BUNDLE-006",
        packed(manifest, first.replace(b'"device_seq":1', b'"device_seq":"1"'), *rest): "BUNDLE-006",
        packed(
            manifest.replace(b'"heads":[[', b'"heads":[["%s",8],[' % SENDER.device_id.encode()), first, *rest
        ): "BUNDLE-006",
    }
    for content, code in cases.items():
        try:
            found = unpack_bundle(content, "bad.qpmvisit")
        except QpmError as error:
            check_sentence(error)
            assert error.code == code, (content[:60], str(error))
        else:  # let through by the reader, and caught by the checks
            from qpm_widgets.journal.bundle_checks import check_bundle

            with pytest.raises(QpmError, match=code):
                check_bundle(found, "bad.qpmvisit")


@pytest.mark.parametrize("piece", [b"\0", b"\n", b'{"a":', b"[" * 1000])
def test_a_zip_bomb_is_not_unpacked(piece: bytes) -> None:
    packer = zlib.compressobj(1)
    block = piece * (1_048_576 // len(piece))
    bomb = b"".join(packer.compress(block) for _ in range(80)) + packer.flush()
    tracemalloc.start()
    error = opened(sign_packed(bomb, SENDER))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert error.code in ("BUNDLE-004", "BUNDLE-006")
    assert peak < 32 * 1024 * 1024


def test_a_bomb_of_sound_lines_ends_at_the_limit(bundle, monkeypatch) -> None:
    manifest, *_, last = lines(bundle)
    numbered = json.loads(last)
    sound = (as_line(numbered | {"device_seq": 1000 + number}) for number in range(10_000))
    monkeypatch.setattr(bundles, "SIGNED", dataclasses.replace(bundles.SIGNED, largest=3 * 1024 * 1024))
    assert opened(packed(manifest, *sound)).code == "BUNDLE-004"
    with pytest.raises(QpmError, match="BUNDLE-004"):
        pack_bundle(Bundle(bundle.manifest, bundle.entries * 2_000), SENDER)


def test_what_packs_too_well_is_no_visit_and_a_long_visit_is_one(monkeypatch) -> None:
    monkeypatch.setattr(signed_files, "SMALL_CONTENT", 1024 * 1024)
    most = (bundles.SIGNED.largest_of(packed) for packed in (100, 1024 * 1024, 64 * 1024 * 1024))
    assert list(most) == [1024 * 1024, 100 * 1024 * 1024, bundles.LARGEST_CONTENT]


def test_every_flipped_byte_and_every_length_is_refused(bundle) -> None:
    """Of the sealed file, of which nothing can be read before all of it is right."""
    sealed = sealing.seal(pack_bundle(bundle, SENDER), KEY)
    for at in range(len(sealed)):
        for damaged in (sealed[:at], sealed[:at] + bytes([sealed[at] ^ 0x01]) + sealed[at + 1 :]):
            with pytest.raises(QpmError) as caught:
                sealing.unseal(damaged, IDENTITY, "bad.qpmvisit")
            assert caught.value.code in ("BUNDLE-001", "BUNDLE-002", "BUNDLE-003")
    for more in (b"\0", sealed):
        with pytest.raises(QpmError, match="BUNDLE-002"):
            sealing.unseal(sealed + more, IDENTITY, "bad.qpmvisit")


def test_a_long_file_cut_between_two_blocks_is_refused() -> None:
    """age seals in blocks of 64 KiB: a cut between two of them is the one that is hard to see."""
    content = os.urandom(3 * 65_536)
    sealed = sealing.seal(content, KEY)
    assert sealing.unseal(sealed, IDENTITY, "") == content
    end = len(sealed)
    for length in (*range(end - 3 * 65_552 - 40, end - 3 * 65_552 + 40), *range(end - 65_600, end - 65_500), end - 1):
        with pytest.raises(QpmError, match="BUNDLE-002"):
            sealing.unseal(sealed[:length], IDENTITY, "bad.qpmvisit")


def test_what_is_sealed_for_somebody_else_or_with_a_word() -> None:
    other = sealing.public_key_of(sealing.make_identity())
    with pytest.raises(QpmError, match=r"BUNDLE-003.*qpm key"):
        sealing.unseal(sealing.seal(b"content", other), IDENTITY, "bad.qpmvisit")
    with pytest.raises(QpmError, match=r"BUNDLE-00[23]"):
        sealing.unseal(SEALED_WITH_A_WORD, IDENTITY, "bad.qpmvisit")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"age", b"age-encryption.org/v2\n", b"\0" * 1000, b"%PDF-1.7"])
def test_renamed_files_are_no_bundles(content: bytes) -> None:
    with pytest.raises(QpmError, match="BUNDLE-001"):
        sealing.unseal(content, IDENTITY, "letter.qpmvisit")


# --- files --------------------------------------------------------------------------------------------------


def test_only_ordinary_files_are_read(tmp_path: Path) -> None:
    good = tmp_path / "good.qpmvisit"
    good.write_bytes(b"content")
    (tmp_path / "link.qpmvisit").symlink_to(good)
    assert read_whole(tmp_path / "link.qpmvisit", 100) == b"content"  # a link to a file is that file
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "to nothing").symlink_to(tmp_path / "nothing")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "big").write_bytes(b"x" * 101)
    cases = {
        tmp_path: "BUNDLE-001",
        tmp_path / "pipe": "BUNDLE-001",
        tmp_path / "nothing": "BUNDLE-001",
        tmp_path / "to nothing": "BUNDLE-001",
        good / "inside": "BUNDLE-011",
        tmp_path / "loop": "BUNDLE-011",
        tmp_path / "big": "BUNDLE-004",
        tmp_path / ("x" * 300): "BUNDLE-011",
        Path("null\0character"): "BUNDLE-001",
        Path("/dev/zero"): "BUNDLE-001",
        Path("/dev/null"): "BUNDLE-001",
    }
    for path, code in cases.items():
        with pytest.raises(QpmError) as caught:
            read_whole(path, 100)
        check_sentence(caught.value)
        assert caught.value.code == code, str(caught.value)


def test_a_file_that_claims_ten_gigabytes_is_not_read(tmp_path: Path) -> None:
    huge = tmp_path / "huge.qpmvisit"
    with huge.open("wb") as file:
        file.truncate(10 * 1024**3)  # sparse: it claims the size and has none of it
    with pytest.raises(QpmError, match="BUNDLE-004"):
        read_whole(huge, bundles.LARGEST_FILE)


def test_a_name_cannot_write_to_the_screen(tmp_path: Path) -> None:
    with pytest.raises(QpmError) as caught:
        read_whole(tmp_path / "\x1b[2Jname\n.qpmvisit", 100)
    assert "\x1b" not in str(caught.value)
    check_sentence(caught.value)


def test_a_file_is_written_whole_and_replaces_none(tmp_path: Path, monkeypatch) -> None:
    path = tmp_path / "new.qpmvisit"
    bundles.write_whole(path, b"content")
    with pytest.raises(QpmError, match=r"BUNDLE-011.*one already"):
        bundles.write_whole(path, b"other")
    assert path.read_bytes() == b"content"

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(QpmError, match=r"BUNDLE-011.*No space"):
        bundles.write_whole(tmp_path / "second.qpmvisit", b"content")
    assert [file.name for file in tmp_path.iterdir()] == ["new.qpmvisit"]


# --- keys ---------------------------------------------------------------------------------------------------


def test_a_public_key_file_is_read_by_us_and_by_age(tmp_path: Path) -> None:
    path = tmp_path / "LEAD.pub"
    path.write_text(sealing.public_key_text(KEY, "AS1"))
    assert sealing.read_public_key(path) == KEY
    assert sealing.fingerprint(KEY) in path.read_text()
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))  # mailed from Windows
    assert sealing.read_public_key(path) == KEY


@pytest.mark.parametrize(
    "text",
    [
        "", "# only words", "age1", KEY[:-1], KEY + "x", KEY[:9] + "qp"[KEY[9] == "q"] + KEY[10:], IDENTITY,
        f"{KEY}\n{KEY}", "ssh-rsa AAAA", "x" * 20_000, "\0",
    ],
    ids=range(11),
)  # fmt: skip
def test_what_is_no_public_key_is_refused_and_not_shown(tmp_path: Path, text: str) -> None:
    path = tmp_path / "LEAD.pub"
    path.write_text(text)
    with pytest.raises(QpmError, match=r"BUNDLE-010, LEAD\.pub: ") as caught:
        sealing.read_public_key(path)
    assert IDENTITY not in str(caught.value)


def test_fingerprints_differ_and_can_be_read_out() -> None:
    several = {sealing.fingerprint(sealing.public_key_of(sealing.make_identity())) for _ in range(20)}
    assert len(several) == 20
    assert all(len(one) == 24 and one.replace(" ", "").isdigit() for one in several)


def test_nothing_of_a_bundle_is_in_its_repr(bundle) -> None:
    assert SECRET not in repr(bundle)
    assert json.dumps(bundle.manifest.model_dump(mode="json"))
