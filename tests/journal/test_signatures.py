"""What a device wrote, only that device can have written: everything made up without its key is refused."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest
from forging import SECRET, added, files_of, forge, full_note, refusal, relink
from hypothesis import given
from hypothesis import strategies as st
from visit_kits import Kits, consent, id_of, key_of, note, plan, state_of, take

from qpm_widgets.errors import QpmError
from qpm_widgets.journal import Edit, Entry, Journal, bundles
from qpm_widgets.journal.bundle_checks import check_bundle
from qpm_widgets.journal.bundles import Bundle, Signature, pack_bundle, unpack_bundle
from qpm_widgets.journal.references import first_bad_first
from qpm_widgets.journal.signing import LINK, VISIT, DeviceKey, device_id_of, is_signed

SENDER, FORGER = key_of("dev1"), key_of("forger")
sign_packed = bundles.SIGNED.sign
BEFORE_PACKED = len(sign_packed(b"", SENDER))


@pytest.fixture
def sender(kits: Kits, lead: Journal) -> Journal:
    """Numbers 1 to 3 and 6 are of V1, 4 and 5 of V2; the lead has the first three."""
    journal = kits.new("dev1")
    journal.append_all([plan("one", "V1", "A1"), consent("one", "A1"), note("one", "A1", SECRET)])
    lead.merge(take(journal, "one", "V1"))
    journal.append_all([plan("one", "V2", "A3"), consent("one", "A3")])
    journal.append(note("one", "A1", SECRET, question="A-CP-2"))
    return journal


@pytest.fixture
def bundle(sender: Journal) -> Bundle:
    found = take(sender, "one", "V1")
    assert [signature.device_seq for signature in found.manifest.signatures] == [3, 6]
    return found


def signed(bundle: Bundle, *signatures: Signature) -> Bundle:
    return Bundle(bundle.manifest.model_copy(update={"signatures": signatures}), bundle.entries)


def signature(key: DeviceKey, number: int, *facts: Any, purpose: str = LINK, public_key: str = "") -> Signature:
    """A signature as if by dev1, made with any key over anything."""
    return Signature(SENDER.device_id, number, public_key or key.public_key, key.sign(purpose, *facts))


# --- made up by somebody who can write bundles and recompute every digest and link, and lacks the key ------------

FORGED: dict[str, Callable[[Bundle], Bundle]] = {
    "other words": lambda bundle: forge(bundle, 6, payload=full_note("made up")),
    "other words that the lead has": lambda bundle: forge(bundle, 3, payload=full_note("made up")),
    "another writer": lambda bundle: forge(bundle, 6, recorded_by="AS9"),
    "another time": lambda bundle: forge(bundle, 6, recorded_at=1_900_000_000_000),
    "replacing another": lambda bundle: forge(bundle, 6, supersedes=("11111111-1111-7111-8111-111111111111",)),
    "one more at the end": lambda bundle: added(bundle, EDIT, device_id=SENDER.device_id, device_seq=7),
    "one less": lambda bundle: relink(Bundle(bundle.manifest, bundle.entries[:-2] + bundle.entries[-1:])),
    "another past": lambda bundle: relink(
        Bundle(
            bundle.manifest.model_copy(update={"marks": (bundle.manifest.marks[0]._replace(chain="0" * 64),)}),
            bundle.entries,
        )
    ),
}
EDIT = Edit("one", "interview:A1", "answer:A-CP-9.note", full_note("made up"))


@pytest.mark.parametrize("change", FORGED)
def test_nobody_else_changes_or_extends_what_a_device_wrote(bundle, lead, change) -> None:
    forged = FORGED[change](bundle)
    needed = [(one.device_seq, chain_at(forged, one.device_seq)) for one in forged.manifest.signatures]
    tries = {
        "BUNDLE-012": [
            signed(forged),  # none
            signed(forged, *(bundle.manifest.signatures[-1]._replace(device_seq=number) for number, _ in needed)),
            signed(forged, *(bundle.manifest.signatures[0]._replace(device_seq=number) for number, _ in needed)),
            signed(forged, *(signature(FORGER, *link, link[1], public_key=SENDER.public_key) for link in needed)),
        ],
        "BUNDLE-013": [signed(forged, *(signature(FORGER, number, number, link) for number, link in needed))],
    }
    for code, several in tries.items():
        for one in several:
            error = refusal(lead, one, SENDER)
            assert error.code == code, str(error)


def chain_at(bundle: Bundle, number: int) -> str:
    return next(entry.chain for entry in bundle.entries if entry.device_seq == number)


def test_a_made_up_device_cannot_have_the_id_of_another(bundle, lead) -> None:
    forged = added(bundle, EDIT, device_id=id_of("dev2"))
    chain = next(entry.chain for entry in forged.entries if entry.device_id == id_of("dev2"))
    others = [one for one in forged.manifest.signatures if one.device_id != id_of("dev2")]
    for key, code in ((FORGER, "BUNDLE-013"), (key_of("dev2"), None)):
        made = Signature(id_of("dev2"), 1, key.public_key, key.sign(LINK, 1, chain))
        if code:
            assert refusal(lead, signed(forged, *others, made), SENDER).code == code
        else:  # so it was the key alone that was missing
            assert lead.merge(signed(forged, *others, made)).new == 2


SPOILT: dict[str, tuple[Callable[[Bundle], tuple[Signature, ...]], str]] = {
    "none": (lambda bundle: (), "BUNDLE-012"),
    "one missing": (lambda bundle: bundle.manifest.signatures[:1], "BUNDLE-012"),
    "twice": (lambda bundle: bundle.manifest.signatures * 2, "BUNDLE-006"),
    "one too many": (
        lambda bundle: (*bundle.manifest.signatures, signature(SENDER, 2, 2, chain_at(bundle, 2))),
        "BUNDLE-006",
    ),
    "exchanged": (
        lambda bundle: tuple(
            one._replace(device_seq=other.device_seq)
            for one, other in zip(bundle.manifest.signatures, bundle.manifest.signatures[::-1], strict=True)
        ),
        "BUNDLE-012",
    ),
    "of another number": (lambda bundle: last_signed(bundle, SENDER.sign(LINK, 5, chain_at(bundle, 6))), "BUNDLE-012"),
    "of a number as text": (
        lambda bundle: last_signed(bundle, SENDER.sign(LINK, "6", chain_at(bundle, 6))),
        "BUNDLE-012",
    ),
    "for another purpose": (
        lambda bundle: last_signed(bundle, SENDER.sign(VISIT, 6, chain_at(bundle, 6))),
        "BUNDLE-012",
    ),
    "of another device": (
        lambda bundle: last_signed(bundle, FORGER.sign(LINK, 6, chain_at(bundle, 6))),
        "BUNDLE-012",
    ),
    "under another key": (
        lambda bundle: (
            bundle.manifest.signatures[0],
            bundle.manifest.signatures[1]._replace(public_key=FORGER.public_key),
        ),
        "BUNDLE-013",
    ),
    "of zeros": (lambda bundle: last_signed(bundle, "0" * 128), "BUNDLE-012"),
}


def last_signed(bundle: Bundle, made: str) -> tuple[Signature, ...]:
    first, last = bundle.manifest.signatures
    return first, last._replace(signature=made)


@pytest.mark.parametrize("change", SPOILT)
def test_signatures_that_do_not_fit(bundle, lead, change) -> None:
    spoil, code = SPOILT[change]
    assert refusal(lead, signed(bundle, *spoil(bundle)), SENDER).code == code
    assert lead.merge(bundle).new == 1


# --- the whole bundle ---------------------------------------------------------------------------------------


def test_the_sender_signs_the_whole_bundle(bundle) -> None:
    content = pack_bundle(bundle, SENDER)
    packed = content[BEFORE_PACKED:]
    header = len(b"qpmvisit 2\n")
    public_key = bytes.fromhex(FORGER.public_key)
    cases = {
        sign_packed(packed, FORGER): "BUNDLE-013",  # it says that dev1 sent it
        content[:header] + public_key + content[header + 32 :]: "BUNDLE-012",
        content[: header + 32] + bytes(64) + packed: "BUNDLE-012",
        content[:BEFORE_PACKED] + sign_packed(packed, FORGER)[BEFORE_PACKED:] + b"\0": "BUNDLE-012",
    }
    for made, code in cases.items():
        with pytest.raises(QpmError) as caught:
            unpack_bundle(made, "bad.qpmvisit")
        assert caught.value.code == code


def test_who_passes_a_bundle_on_cannot_leave_something_out_in_the_senders_name(sender, lead) -> None:
    """Taking the last stretch out leaves a bundle that holds in itself; it is no longer the one that dev1 signed."""
    whole = take(sender, "one", "V1")
    less = Bundle(
        whole.manifest.model_copy(
            update={"entries": 3, "marks": (), "signatures": whole.manifest.signatures[:1]},
        ),
        whole.entries[:3],
    )
    check_bundle(less, "test")
    assert refusal(lead, less, FORGER).code == "BUNDLE-013"


def test_an_older_bundle_changes_nothing(sender, bundle, lead) -> None:
    lead.merge(bundle)
    sender.append(note("one", "A1", "more", question="A-CP-3"))
    lead.merge(take(sender, "one", "V1"))
    before = state_of(lead), files_of(lead)
    assert lead.merge(bundle).new == 0
    assert (state_of(lead), files_of(lead)) == before


# --- malformed bytes ----------------------------------------------------------------------------------------

HEX = st.one_of(
    st.binary(max_size=80).map(bytes.hex),
    st.binary(min_size=32, max_size=32).map(bytes.hex),
    st.binary(min_size=64, max_size=64).map(bytes.hex),
    st.text(max_size=140),
    st.sampled_from(["01" + "00" * 31, "ec" + "ff" * 30 + "7f", "ff" * 32, "00" * 64, "ff" * 64, SENDER.public_key]),
)


@given(public_key=HEX, made=HEX)
def test_malformed_keys_and_signatures_are_no_signature(public_key: str, made: str) -> None:
    """Of what was read: anything that has the right length is asked, and anything else has been refused before."""
    link = (6, "a" * 64)
    assert not is_signed(public_key, made, LINK, *link) or device_id_of(public_key) != SENDER.device_id


@given(public_key=HEX, made=HEX, whole=st.binary(max_size=200))
def test_malformed_bytes_are_refused_in_one_sentence(public_key: str, made: str, whole: bytes) -> None:
    entry = Entry(
        "11111111-1111-7111-8111-111111111111", "one", "interview:A1", "plan", None, 0, "AS1", SENDER.device_id, 1,
        (), 1, None, "0" * 64, "0" * 64,
    )  # fmt: skip
    manifest = MANIFEST | {"signatures": [[SENDER.device_id, 1, public_key, made]]}
    packed = packed_of(manifest, entry)
    for content in (sign_packed(packed, SENDER), b"qpmvisit 2\n" + whole, b"qpmvisit 2\n" + whole[:96] + packed):
        with pytest.raises(QpmError) as caught:
            check_bundle(unpack_bundle(content, "bad.qpmvisit"), "bad.qpmvisit")
        assert caught.value.code.startswith("BUNDLE-0")
        assert "\n" not in str(caught.value)


MANIFEST: dict[str, Any] = {
    "kit": "0.1.0", "assessment_id": "one", "visit_id": "V1", "device_id": SENDER.device_id, "assessor": "AS1",
    "head": "0" * 64, "templates": "0" * 64, "entries": 1, "newest_schema": 1, "heads": [], "marks": [],
}  # fmt: skip


def packed_of(manifest: dict[str, Any], entry: Entry) -> bytes:
    import zlib

    from qpm_widgets.journal.entries import canonical_json

    lines = (manifest, {name: getattr(entry, name) for name in Entry.__slots__})
    return zlib.compress("".join(f"{canonical_json(line)}\n" for line in lines).encode())


# --- what a journal keeps -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("UPDATE signature SET signature = :zeros WHERE device_seq = 3", "is not what its device signed"),
        ("UPDATE signature SET signature = 'no digits' WHERE device_seq = 3", "is not what its device signed"),
        ("UPDATE signature SET public_key = :forger WHERE device_seq = 3", "another key than its device's"),
        ("UPDATE signature SET public_key = 'no digits' WHERE device_seq = 3", "another key than its device's"),
        ("UPDATE signature SET device_seq = 2 WHERE device_seq = 3", "is not what its device signed"),
        ("UPDATE signature SET device_seq = 2 WHERE device_seq = 3", "its device has not signed it"),
        ("DELETE FROM signature WHERE device_seq = 3", "its device has not signed it"),
        ("INSERT INTO signature VALUES (:dev1, 90, :forger, :zeros)", "there is no such entry"),
    ],
)
def test_verify_finds_what_is_wrong_with_kept_signatures(bundle, lead, statement, fault) -> None:
    lead.merge(bundle)
    assert lead.verify().ok
    with lead._transaction("test") as execute:  # by whoever has the key of the journal
        for name in ("signature_not_edited", "signature_stays", "signature_not_replaced"):
            execute(f"DROP TRIGGER {name}")
        execute(statement, {"zeros": "0" * 128, "forger": FORGER.public_key, "dev1": SENDER.device_id})
    faults = lead.verify().faults
    assert any(fault in found for found in faults), faults


def test_an_entry_put_into_another_devices_chain_is_found_and_goes_no_further(bundle, lead) -> None:
    """Whoever has the lead's passphrase can recompute every link, and cannot sign for dev1."""
    forged = added(bundle, EDIT, device_id=SENDER.device_id, device_seq=7)
    lead.merge(bundle)
    from qpm_widgets.journal.queries import row_of

    row = row_of(forged.entries[-1], '{"language":"en","text":"made up","wording":"plain"}', forged.entries[-1].chain)
    with lead._transaction("test") as execute:
        execute(f"INSERT INTO entry VALUES ({', '.join(f':{name}' for name in row)})", row)
    (fault,) = first_bad_first(lead.verify().faults)
    assert fault == f"{forged.entries[-1].entry_id}: its device has not signed it"
    with pytest.raises(QpmError, match="JOURNAL-009"):
        take(lead, "one", "V1")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE signature SET signature = 'x'",
        "DELETE FROM signature",
        "INSERT OR REPLACE INTO signature SELECT * FROM signature",
    ],
)
def test_signatures_are_never_changed(lead, sender, statement) -> None:
    with pytest.raises(QpmError, match="JOURNAL-008"), lead._transaction("test") as execute:
        execute(statement)


# --- passing on ---------------------------------------------------------------------------------------------


def test_what_came_with_another_visit_can_be_passed_on(kits, lead) -> None:
    """Numbers 1 to 3 are of A1, planned for V1 and then V2; they came in V2's bundle, where A3's 4 and 5 follow."""
    assessor, between = kits.new("dev1"), kits.new("dev2", "AS2")
    planned = plan("one", "V1", "A1")
    assessor.append_all([planned, plan("one", "V2", "A1", supersedes=(planned.entry_id,)), consent("one", "A1")])
    assessor.append_all([plan("one", "V2", "A3"), consent("one", "A3"), note("one", "A1", SECRET)])
    between.merge(take(assessor, "one", "V2"))
    passed_on = take(between, "one", "V1")
    assert [one.device_seq for one in passed_on.manifest.signatures] == [3, 6]
    lead.merge(passed_on)
    lead.merge(take(between, "one", "V2"))
    assert state_of(lead) == state_of(assessor)
    assert lead.verify().ok


def test_a_restored_kit_sends_what_the_device_before_it_wrote(kits, sender, lead) -> None:
    restored = kits.restored(sender)
    (last,) = list(sender.iter_entries(subject="interview:A3", field_prefix="consent:"))
    sender.append(note("one", "A3", "after the backup"))
    restored.append(note("one", "A1", "after the restore", question="A-IN-1"))
    for visit in ("V1", "V2"):
        lead.merge(take(restored, "one", visit))
    assert last.entry_id in {entry.entry_id for entry in lead.iter_entries()}
    assert lead.verify().devices == 2
    assert restored.device_key().device_id not in (sender.device_key().device_id, lead.device_key().device_id)
    restored.merge(take(sender, "one", "V2"))  # what the backup lacked
    lead.merge(take(restored, "one", "V2"))
    assert state_of(lead) == state_of(restored)
    for journal in (lead, restored):
        verified = journal.verify()
        assert verified.ok, verified.faults


def test_a_restored_kit_has_not_the_key_of_the_device_before_it(kits, sender, lead) -> None:
    restored = kits.restored(sender)
    with restored._transaction("test") as execute:
        secrets = [value for _, value in execute("SELECT * FROM secret").fetchall()]
    assert restored.device_key().text in secrets
    assert sender.device_key().text not in secrets
    assert sender.device_key().text not in repr(sender.device_key())


def test_a_journal_without_its_devices_key_sends_nothing(sender) -> None:
    with sender._transaction("test") as execute:
        execute("UPDATE secret SET value = ?", (FORGER.text,))
    with pytest.raises(QpmError, match="JOURNAL-002"):
        take(sender, "one", "V1")


# --- circles ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", [(0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)])
def test_entries_that_replace_each_other_in_a_circle_of_bundles(bundle, lead, order) -> None:
    """Each bundle holds in itself, and any two of them together; the third closes the circle and is refused."""
    ids = [f"{number}1111111-1111-7111-8111-111111111111" for number in range(3)]
    circle = []
    for number, device in enumerate(("forger", "other", "dev2")):
        edit = dataclasses.replace(EDIT, entry_id=ids[number], supersedes=(ids[(number + 1) % 3],))
        circle.append(added(bundle, edit, device_id=id_of(device)))
    first, second, third = order
    assert lead.merge(circle[first]).new == 2
    assert lead.merge(circle[second]).new == 1
    error = refusal(lead, circle[third], SENDER)
    assert (error.code, "circle" in str(error)) == ("BUNDLE-008", True)
    assert len(lead.current("one", field_prefix=EDIT.field)) == 1
