"""Accounts of harm: written by any page, read by nobody without the passphrase, and nowhere else."""

from __future__ import annotations

import base64
import json
import random
import shutil
import zlib
from dataclasses import replace

import pytest
from canary_search import files_holding
from hypothesis import given, settings
from hypothesis import strategies as st
from journal_interviews import ASSESSMENT, CHEAP, INTERVIEW, PASSPHRASE, agree, note

from qpm_widgets.errors import QpmError
from qpm_widgets.journal import Edit, Kit, account_files, bundles, new_entry_id
from qpm_widgets.journal.account_files import SIGNED, Received, pack_account, receive_account
from qpm_widgets.journal.backup import restore_backup, write_backup
from qpm_widgets.journal.bundles import pack_bundle
from qpm_widgets.journal.grammar import JOURNAL
from qpm_widgets.journal.rekeying import change_passphrase
from qpm_widgets.journal.safeguarding import FILE, SECRET, SafeguardingStore, side_by_side
from qpm_widgets.journal.sealing import IDENTITY, make_identity, public_key_of, seal, unseal
from qpm_widgets.journal.signing import KEY_BYTES, SIGNATURE_BYTES

CANARY = "Kanarienvogel-in-der-Grube-2290"
PLANTED = "Spatz-auf-dem-Dach-1173"
NEW = "another passphrase of many words"
USED_AT = "2026-10-13T11:00:00+01:00"


def write(store: SafeguardingStore, said: str = CANARY, *, part: int = 1, name: str = "SG-1", **more) -> str:
    entry_id = more.pop("entry_id", None) or new_entry_id()
    store.record(ASSESSMENT, INTERVIEW, f"{name}.{part}", {"said": said}, entry_id=entry_id, **more)
    return entry_id


def said_in(store: SafeguardingStore, passphrase: str = PASSPHRASE, name: str = "SG-1") -> list[str]:
    return [one.account.said for one in store.read(name, store.identity(passphrase)) if one.current]


def test_what_is_written_is_read_again_with_the_passphrase_alone(kit, home) -> None:
    first = write(kit.safeguarding, "she said he")
    second = write(kit.safeguarding, "she said he hit her", supersedes=(first,))
    write(kit.safeguarding, "and that it was on Friday", part=2)
    assert said_in(kit.safeguarding) == ["she said he hit her", "and that it was on Friday"]
    every = kit.safeguarding.read("SG-1", kit.safeguarding.identity(PASSPHRASE))
    assert [(one.part, one.current) for one in every] == [(1, False), (1, True), (2, True)]
    assert every[1].entry_id == second
    (described,) = kit.safeguarding.disclosures(about=INTERVIEW)
    assert (described.id, described.about, described.parts, described.erased) == ("SG-1", INTERVIEW, 2, False)
    assert kit.safeguarding.disclosures(about="interview:P9") == []
    with pytest.raises(QpmError, match="JOURNAL-001"):
        kit.safeguarding.identity("a wrong passphrase")
    kit.close()
    with Kit.unlock(home, PASSPHRASE) as again:
        assert said_in(again.safeguarding) == ["she said he hit her", "and that it was on Friday"]


@pytest.mark.parametrize("reference", ["SG-7K2M4QXH", "heronsgate-2026-1013", "Form 12/2026.4", "7"])
def test_a_reference_is_a_number_or_code(kit, reference) -> None:
    agree(kit.journal)
    kit.journal.append(Edit(ASSESSMENT, INTERVIEW, "safeguarding", {"reference": reference, "used_at": USED_AT}))


@pytest.mark.parametrize(
    "reference", ["", "Mrs Heron", "he hit her 2 times", "in bed 4 at-night", "1 ", "1\n", "7" * 31, "SG-1, bruises"]
)
def test_a_reference_has_no_room_for_what_was_told(kit, reference) -> None:
    agree(kit.journal)
    with pytest.raises(QpmError, match="JOURNAL-006") as refused:
        kit.journal.append(Edit(ASSESSMENT, INTERVIEW, "safeguarding", {"reference": reference, "used_at": USED_AT}))
    assert len(reference) < 3 or reference not in str(refused.value)


def test_a_page_can_write_and_nothing_that_it_holds_reads_it(kit, home) -> None:
    """A kernel has the kit's key and with it every entry and secret of both stores: sealed, all of them."""
    write(kit.safeguarding)
    everything = [dict(entry.payload) for entry in kit.safeguarding.journal.iter_entries()]
    kept = kit.journal.secret(SECRET, str)
    assert CANARY not in json.dumps([everything, kept])
    assert "AGE-SECRET-KEY" not in kept
    assert PASSPHRASE not in json.dumps(kit.environment())


def test_the_two_stores_take_nothing_of_each_other(kit) -> None:
    agree(kit.journal)
    with pytest.raises(QpmError, match="JOURNAL-007"):
        kit.safeguarding.journal.append(note("an answer"))
    write(kit.safeguarding)
    (sealed,) = kit.safeguarding.journal.iter_entries()
    assert JOURNAL.shape(sealed.subject, sealed.field) is None
    assert all(not entry.subject.startswith("disclosure:") for entry in kit.journal.iter_entries())


def test_sending_an_entry_again_records_it_once(kit) -> None:
    entry_id = new_entry_id()
    write(kit.safeguarding, entry_id=entry_id)
    repeated = kit.safeguarding.record(ASSESSMENT, INTERVIEW, "SG-1.1", {"said": CANARY}, entry_id=entry_id)
    assert repeated.repeated
    with pytest.raises(QpmError, match="JOURNAL-004"):
        kit.safeguarding.record(ASSESSMENT, INTERVIEW, "SG-2.1", {"said": "another"}, entry_id=entry_id)
    assert said_in(kit.safeguarding) == [CANARY]


@pytest.mark.parametrize(
    ("account", "place", "about", "code"),
    [
        ({"told": CANARY}, "SG-1.1", INTERVIEW, "JOURNAL-006"),
        ({"said": 7}, "SG-1.1", INTERVIEW, "JOURNAL-006"),
        ({"said": CANARY}, "SG-1", INTERVIEW, "JOURNAL-007"),
        ({"said": CANARY}, "../SG.1", INTERVIEW, "JOURNAL-007"),
        ({"said": CANARY}, "SG-1.1", "visit:V1", "JOURNAL-006"),
    ],
)
def test_what_does_not_fit_is_refused_without_its_words(kit, account, place, about, code) -> None:
    with pytest.raises(QpmError) as refused:
        kit.safeguarding.record(ASSESSMENT, about, place, account, entry_id=new_entry_id())
    assert refused.value.code == code
    assert CANARY not in f"{refused.value!r}{vars(refused.value)}"
    assert kit.safeguarding.disclosures() == []


@settings(max_examples=25, deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1, max_size=4))
def test_any_words_come_back_as_they_were_written(fresh_store, texts) -> None:
    store, name = fresh_store, f"SG-{new_entry_id()}"
    for part, text in enumerate(texts, start=1):
        write(store, text, part=part, name=name)
    assert said_in(store, name=name) == texts


@pytest.fixture(scope="module")
def fresh_store(tmp_path_factory):
    with Kit.create(tmp_path_factory.mktemp("store") / "kit", PASSPHRASE, assessor="AS1", cost=CHEAP) as kit:
        yield kit.safeguarding


def test_no_file_of_the_kit_holds_a_word_and_no_bundle_or_journal_an_account(kit, home, intruder) -> None:
    agree(kit.journal)
    kit.journal.append_all([note(f"{PLANTED} in a note"), protocol_used("SG-1")])
    write(kit.safeguarding, f"{CANARY} " * 50)
    for words in (CANARY, PLANTED, "SG-1", INTERVIEW):
        assert files_holding(home, words) == []

    # What the journal's file has, and what travels: the reference, and of the account neither word nor sealed words.
    (account,) = kit.safeguarding.journal.iter_entries()
    sealed = account.payload["sealed"]
    with intruder() as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        rows = {name: repr(connection.execute(f"SELECT * FROM {name}").fetchall()) for name in tables}
    bundle = kit.journal.bundle_visit(ASSESSMENT, "V1", kit="0.1.0", templates="0" * 64)
    key = kit.journal.secret(IDENTITY, make_identity)
    file = seal(pack_bundle(bundle, kit.journal.device_key()), public_key_of(key))
    lines = unpacked(unseal(file, key, "test"))
    for content in ("".join(rows.values()), lines):
        assert PLANTED in content, "the search finds what is there"
        assert "SG-1" in content
        assert [words for words in (CANARY, sealed, account.entry_id) if words in content] == []
    assert set(rows) >= {"entry", "secret", "superseded"}
    kit.close()
    assert files_holding(home, CANARY) == []


def protocol_used(reference: str) -> Edit:
    return Edit(ASSESSMENT, INTERVIEW, "safeguarding", {"reference": reference, "used_at": "2026-05-12T10:30:00+01:00"})


def unpacked(content: bytes) -> str:
    """The text of a bundle, as it is before anything in it is read: all that follows key and signature."""
    return zlib.decompress(content.split(b"\n", 1)[1][KEY_BYTES + SIGNATURE_BYTES :]).decode()


def test_an_erased_account_leaves_no_byte_and_its_mark(kit) -> None:
    write(kit.safeguarding, CANARY)
    write(kit.safeguarding, "kept", name="SG-2")
    assert kit.safeguarding.erase("SG-1") == 1
    assert kit.safeguarding.erase("SG-1") == 0, "a second time finds nothing"
    assert kit.safeguarding.read("SG-1", kit.safeguarding.identity(PASSPHRASE)) == []
    assert said_in(kit.safeguarding, name="SG-2") == ["kept"]
    assert [one.erased for one in kit.safeguarding.disclosures()] == [True, False]
    assert kit.safeguarding.journal.verify().ok
    with pytest.raises(QpmError, match="CONSENT-005"):
        write(kit.safeguarding, "more", part=2)
    with pytest.raises(QpmError, match="SAFE-001"):
        kit.safeguarding.erase("SG-3")


def test_an_account_waits_until_somebody_confirms_what_was_in_its_file(kit) -> None:
    store = kit.safeguarding
    write(store)

    def standing() -> tuple[bool, bool, bool]:
        one = store.find("SG-1")
        return one.is_waiting, one.is_confirmed, one.has_more

    assert standing() == (True, False, True)
    with pytest.raises(QpmError, match="SAFE-009"):
        store.confirm_handed_over("SG-1")
    before = store.find("SG-1")
    write(store, "written while the file was made", part=2)
    store.note_file(before, "sent")
    assert standing() == (True, False, True)
    store.confirm_handed_over("SG-1")
    assert standing() == (True, True, True), "part 2 was in no file"
    store.note_file(store.find("SG-1"), "printed")
    assert standing() == (True, False, False)
    write(store, "written before it was confirmed", part=3)
    store.confirm_handed_over("SG-1")
    assert standing() == (True, True, True)
    store.note_file(store.find("SG-1"), "sent")
    store.confirm_handed_over("SG-1")
    assert standing() == (False, True, False)
    assert store.journal.verify().ok


def test_a_new_passphrase_reads_it_and_the_old_does_not(kit, home) -> None:
    write(kit.safeguarding)
    kit.close()
    change_passphrase(home, PASSPHRASE, NEW, cost=CHEAP)
    with Kit.unlock(home, NEW) as again:
        assert said_in(again.safeguarding, NEW) == [CANARY]
        with pytest.raises(QpmError, match="JOURNAL-001"):
            again.safeguarding.identity(PASSPHRASE)


def test_an_old_passphrase_and_an_old_backup_open_nothing_that_was_written_later(kit, home, tmp_path) -> None:
    """The old keys open the store's file and what was written before; what is written later has a key of its own."""
    write(kit.safeguarding, "before")
    write_backup(kit, tmp_path / "old.qpmbackup")
    kit.close()
    old_key = kit.safeguarding.public_key
    change_passphrase(home, PASSPHRASE, NEW, cost=CHEAP)
    with Kit.unlock(home, NEW) as again:
        assert again.safeguarding.public_key != old_key
        write(again.safeguarding, CANARY, part=2)
        assert said_in(again.safeguarding, NEW) == ["before", CANARY]
        again.safeguarding.copy(tmp_path / "later.qpm")
    with restore_backup(tmp_path / "old.qpmbackup", tmp_path / "restored", PASSPHRASE) as restored:
        identity = restored.safeguarding.identity(PASSPHRASE)
        restored.safeguarding.close()
        shutil.copy(tmp_path / "later.qpm", tmp_path / "restored" / FILE)
        kept = restored.journal.secret(SECRET, str)
    later = SafeguardingStore(tmp_path / "restored", kept, assessor="AS1")
    sealed = [entry.payload["sealed"] for entry in later.journal.iter_entries()]
    assert unseal(base64.b64decode(sealed[0]), identity, "")
    with pytest.raises(QpmError, match="BUNDLE-003"):
        unseal(base64.b64decode(sealed[1]), identity, "")
    later.close()


def test_accounts_sealed_to_any_earlier_key_are_still_received(kit, home, tmp_path) -> None:
    with Kit.create(tmp_path / "sender", PASSPHRASE, assessor="AS2", cost=CHEAP) as sender:
        write(sender.safeguarding)
        content = packed(sender, kit)
    kit.close()
    for old, new in ((PASSPHRASE, NEW), (NEW, "a third one of many words")):
        change_passphrase(home, old, new, cost=CHEAP)
    with Kit.unlock(home, new) as again:
        identity = again.safeguarding.identity(new)
        assert len(set(identity.split())) == 3
        assert public_key_of(identity.split()[0]) == again.safeguarding.public_key
        assert receive_account(again.safeguarding, content, identity, "file").new == 1
        assert said_in(again.safeguarding, new) == [CANARY]


def test_a_backup_holds_the_accounts_and_a_restored_kit_reads_them(kit, tmp_path) -> None:
    write(kit.safeguarding)
    stick = tmp_path / "stick"
    stick.mkdir()
    write_backup(kit, stick / "kit.qpmbackup")
    assert files_holding(stick, CANARY) == []
    with restore_backup(stick / "kit.qpmbackup", tmp_path / "restored", PASSPHRASE) as restored:
        assert said_in(restored.safeguarding) == [CANARY]
        write(restored.safeguarding, "and more", part=2)
        assert said_in(restored.safeguarding) == [CANARY, "and more"]
        assert restored.safeguarding.journal.verify().ok


def test_a_lost_file_is_said_and_never_made_anew(kit, home) -> None:
    write(kit.safeguarding)
    kit.close()
    (home / FILE).unlink()
    with Kit.unlock(home, PASSPHRASE) as again:
        with pytest.raises(QpmError, match="JOURNAL-002"):
            again.safeguarding.disclosures()
        agree(again.journal)  # interviews go on
    assert not (home / FILE).exists()


def test_a_store_whose_making_was_interrupted_is_made_when_the_kit_is_opened(kit, home, intruder) -> None:
    with intruder() as connection:
        connection.execute("DELETE FROM secret WHERE name = 'safeguarding'")
    kit.close()
    (home / f"{FILE}.new").write_bytes(b"half of a file")
    with Kit.unlock(home, PASSPHRASE) as again:
        write(again.safeguarding)
        assert said_in(again.safeguarding) == [CANARY]
    assert not list(home.glob(f"{FILE}.new*"))


def test_an_altered_account_is_found(kit, home) -> None:
    write(kit.safeguarding)
    with kit.safeguarding.journal._driver("test") as driver:
        driver.execute("DROP TRIGGER entry_only_blanks")
        driver.execute("UPDATE entry SET payload = replace(payload, 'interview:', 'observation:')")
    faults = kit.safeguarding.journal.verify().faults
    assert any("not what was recorded" in fault for fault in faults)


class TestSending:
    """An account on its way to the safeguarding lead."""

    @pytest.fixture
    def lead(self, tmp_path):
        with Kit.create(tmp_path / "lead", NEW, assessor="SL1", cost=CHEAP) as kit:
            yield kit

    def packed(self, kit: Kit, lead: Kit, name: str = "SG-1") -> bytes:
        return packed(kit, lead, PASSPHRASE, name)

    def test_the_lead_reads_who_wrote_it_and_when(self, kit, lead) -> None:
        first = write(kit.safeguarding, "she said")
        write(kit.safeguarding, CANARY, supersedes=(first,))
        content, identity = self.packed(kit, lead), lead.safeguarding.identity(NEW)
        assert CANARY.encode() not in content
        assert receive_account(lead.safeguarding, content, identity, "file") == Received(
            "SG-1", 2, "AS1", kit.device_id
        )
        assert receive_account(lead.safeguarding, content, identity, "file").new == 0
        assert said_in(lead.safeguarding, NEW) == [CANARY]
        theirs = kit.safeguarding.read("SG-1", kit.safeguarding.identity(PASSPHRASE))
        ours = lead.safeguarding.read("SG-1", identity)
        assert [one.recorded_at for one in ours] == [one.recorded_at for one in theirs]
        assert {(one.recorded_by, one.device_id) for one in ours} == {("AS1", kit.device_id)}
        (described,) = lead.safeguarding.disclosures()
        assert (described.recorded_by, described.last_at) == (("AS1",), theirs[-1].recorded_at)
        assert not described.is_waiting, "what was received is not this kit's to hand over"
        write(kit.safeguarding, "more", part=2)
        assert receive_account(lead.safeguarding, self.packed(kit, lead), identity, "file").new == 1
        assert said_in(lead.safeguarding, NEW) == [CANARY, "more"]
        assert lead.safeguarding.journal.verify().ok

    def test_nobody_else_opens_it_and_what_is_damaged_is_refused(self, kit, lead) -> None:
        write(kit.safeguarding)
        content, identity = self.packed(kit, lead), lead.safeguarding.identity(NEW)
        key = kit.journal.device_key()
        signed = unseal(content, identity, "")
        beginning = len(SIGNED.sign(b"", key))
        visit = bundles.SIGNED.sign(signed[beginning:], key)
        good = zlib.decompress(signed[beginning:])
        old = b'{"about":"interview:P1","assessment_id":"lantern","disclosure_id":"SG-1","format":1,"versions":[]}'
        cases = {
            "SAFE-003": [(content, make_identity())],
            "SAFE-002": [
                (content[:-1], identity),
                (content[:-20] + b"x" + content[-19:], identity),
                (b"no account", identity),
                (_sealed_to(lead, b"qpmaccount 3" + signed[12:]), identity),
                (_sealed_to(lead, signed[:50]), identity),
                (_sealed_to(lead, SIGNED.sign(b"not packed", key)), identity),
                *((_sealed_to(lead, SIGNED.sign(zlib.compress(bad), key)), identity) for bad in (
                    b"", b"\n", b"{}\n", b"\xff\n", good[:-2] + b"\n",
                    good.splitlines()[0] + b"\n", good + good.splitlines()[-1] + b"\n",
                    good.replace(b'"supersedes":[]', b'"supersedes":["%s"]' % new_entry_id().encode()),
                )),
            ],
            "SAFE-006": [
                (_sealed_to(lead, old), identity),
                (_sealed_to(lead, b"qpmaccount 1" + signed[12:]), identity),
                (_sealed_to(lead, signed[:-1] + bytes([signed[-1] ^ 1])), identity),
                (_sealed_to(lead, signed[:60] + b"\0\0\0\0" + signed[64:]), identity),
                (_sealed_to(lead, SIGNED.sign(b"", key)[:beginning] + signed[beginning:]), identity),
                (_sealed_to(lead, visit), identity),
                (_sealed_to(lead, visit.replace(b"qpmvisit", b"qpmaccount", 1)), identity),
            ],
        }  # fmt: skip
        before = lead.safeguarding.journal.head()
        for code, tries in cases.items():
            for number, (bad, key) in enumerate(tries):
                with pytest.raises(QpmError) as refused:
                    receive_account(lead.safeguarding, bad, key, "file")
                assert refused.value.code == code, number
                assert CANARY not in f"{refused.value!r}{vars(refused.value)}"
        assert lead.safeguarding.journal.head() == before

    def test_another_kit_replaces_nothing_and_both_stand_side_by_side(self, kit, lead, tmp_path) -> None:
        """Whoever has the lead's key and the ids of an account can write in the assessor's name, not in its place."""
        first = write(kit.safeguarding, CANARY)
        identity, content = lead.safeguarding.identity(NEW), self.packed(kit, lead)
        receive_account(lead.safeguarding, content, identity, "file")
        with Kit.create(tmp_path / "forger", PASSPHRASE, assessor="AS1", cost=CHEAP) as forger:
            write(forger.safeguarding, "false", entry_id=first)
            write(forger.safeguarding, "nothing happened", supersedes=(first,))
            forged = self.packed(forger, lead)
            assert receive_account(lead.safeguarding, forged, identity, "file").new == 2
            assert receive_account(lead.safeguarding, forged, identity, "file").new == 0
            forger_id = forger.device_id
        found = lead.safeguarding.read("SG-1", identity)
        assert [(one.account.said, one.device_id) for one in found if one.current] == [
            (CANARY, kit.device_id),
            ("nothing happened", forger_id),
        ]
        assert [one.account.said for one in side_by_side(found)[1]] == [CANARY, "nothing happened"]
        assert lead.safeguarding.find("SG-1").in_versions == (1,)
        write(kit.safeguarding, "put right", supersedes=(first,))
        receive_account(lead.safeguarding, self.packed(kit, lead), identity, "file")
        assert said_in(lead.safeguarding, NEW) == ["nothing happened", "put right"]

    def test_a_forgery_that_comes_first_keeps_the_true_one_out_of_nothing(self, kit, lead, tmp_path) -> None:
        first = write(kit.safeguarding, CANARY)
        identity = lead.safeguarding.identity(NEW)
        with Kit.create(tmp_path / "forger", PASSPHRASE, assessor="AS1", cost=CHEAP) as forger:
            write(forger.safeguarding, "false", entry_id=first)
            receive_account(lead.safeguarding, self.packed(forger, lead), identity, "file")
        receive_account(lead.safeguarding, self.packed(kit, lead), identity, "file")
        assert said_in(lead.safeguarding, NEW) == ["false", CANARY]

    def test_an_id_that_means_another_account_here_is_refused_until_the_wrong_one_is_gone(
        self, kit, lead, tmp_path
    ) -> None:
        write(kit.safeguarding)
        lead.safeguarding.record("elsewhere", INTERVIEW, "SG-1.1", {"said": "false"}, entry_id=new_entry_id())
        identity = lead.safeguarding.identity(NEW)
        with pytest.raises(QpmError, match="SAFE-008"):
            receive_account(lead.safeguarding, self.packed(kit, lead), identity, "file")
        lead.safeguarding.erase("SG-1", reason="error")
        receive_account(lead.safeguarding, self.packed(kit, lead), identity, "file")
        assert said_in(lead.safeguarding, NEW) == [CANARY]

    def test_what_a_page_wrote_here_is_replaced_by_nothing_that_was_received(self, kit, lead) -> None:
        own = write(lead.safeguarding, "the lead's own")
        write(kit.safeguarding, CANARY, entry_id=own)
        identity = lead.safeguarding.identity(NEW)
        receive_account(lead.safeguarding, self.packed(kit, lead), identity, "file")
        assert said_in(lead.safeguarding, NEW) == ["the lead's own", CANARY]

    def test_many_versions_travel(self, kit, lead) -> None:
        """An account that was typed for hours: a version of 20,000 characters at every pause, 17 MB in all."""
        text, last = "", ()
        words = random.Random(7)
        while len(text) < 20_000:
            text += f"{words.getrandbits(64):x} "
        for number in range(850):
            last = (write(kit.safeguarding, f"{number} {text}", supersedes=last),)
        content, identity = self.packed(kit, lead), lead.safeguarding.identity(NEW)
        assert len(content) < 2 * 1024 * 1024
        assert receive_account(lead.safeguarding, content, identity, "file").new == 850
        assert said_in(lead.safeguarding, NEW) == [f"849 {text}"]

    def test_what_could_not_be_received_is_not_sent(self, kit, lead, monkeypatch) -> None:
        write(kit.safeguarding)
        content, identity = self.packed(kit, lead), lead.safeguarding.identity(NEW)
        size = sum(len(line) + 1 for line in SIGNED.unpack(unseal(content, identity, ""), "")[1])
        monkeypatch.setattr(account_files, "SIGNED", replace(SIGNED, largest=size))
        assert receive_account(lead.safeguarding, self.packed(kit, lead), identity, "file").new == 1
        monkeypatch.setattr(account_files, "SIGNED", replace(SIGNED, largest=size - 1))
        with pytest.raises(QpmError, match="SAFE-007") as refused:
            self.packed(kit, lead)
        assert "print it on the desk" in str(refused.value)
        with pytest.raises(QpmError, match="SAFE-007"):
            receive_account(lead.safeguarding, content, identity, "file")
        monkeypatch.undo()
        monkeypatch.setattr(account_files, "LARGEST_FILE", 200)  # the seal's own length differs each time
        with pytest.raises(QpmError, match="SAFE-007"):
            self.packed(kit, lead)

    def test_the_longest_version_that_can_be_written_can_be_sent(self, kit, lead) -> None:
        """Each sign takes most room in JSON: what the store takes must not be too long for a line."""
        longest = "\x01" * 100_000
        write(kit.safeguarding, longest)
        kit.safeguarding.record(
            ASSESSMENT, INTERVIEW, "SG-1.2", {"said": "\U0001f600" * 100_000, "done": longest}, entry_id=new_entry_id()
        )
        receive_account(lead.safeguarding, self.packed(kit, lead), lead.safeguarding.identity(NEW), "file")
        assert said_in(lead.safeguarding, NEW)[0] == longest

    def test_what_was_erased_is_not_sent_and_not_taken_back_in(self, kit, lead) -> None:
        write(kit.safeguarding)
        content, identity = self.packed(kit, lead), lead.safeguarding.identity(NEW)
        receive_account(lead.safeguarding, content, identity, "file")
        lead.safeguarding.erase("SG-1")
        write(kit.safeguarding, "more", part=2)
        for sent in (content, self.packed(kit, lead)):
            with pytest.raises(QpmError, match=r"SAFE-005.*Ask AS1 for it on paper"):
                receive_account(lead.safeguarding, sent, identity, "file")
        kit.safeguarding.erase("SG-1")
        with pytest.raises(QpmError, match="SAFE-005"):
            self.packed(kit, lead)


def packed(kit: Kit, lead: Kit, passphrase: str = PASSPHRASE, name: str = "SG-1") -> bytes:
    return pack_account(
        kit.safeguarding,
        name,
        kit.safeguarding.identity(passphrase),
        lead.safeguarding.public_key,
        key=kit.journal.device_key(),
        assessor=kit.assessor,
    )


def _sealed_to(kit: Kit, content: bytes) -> bytes:
    return seal(content, kit.safeguarding.public_key)


def test_the_public_key_is_the_private_ones(kit) -> None:
    assert public_key_of(kit.safeguarding.identity(PASSPHRASE)) == kit.safeguarding.public_key
