"""Somebody tells of harm: the account is kept, in no place from which a page could read it."""

from __future__ import annotations

import re
import signal
import subprocess
import sys

import pytest
from barriers import find_barriers
from canary_search import files_holding
from field_pages import FIELD_PASSPHRASE, Hand, kernel_process, notebook_of, open_desk, until, values_of
from playwright.sync_api import expect

from qpm_widgets.capture.page_files import STATIC
from qpm_widgets.journal.grammar import check_payload
from qpm_widgets.journal.sealing import make_identity, public_key_of, public_key_text

pytestmark = pytest.mark.browser
BARE = True
CANARY = "Kanarienvogel-in-der-Grube-8846"


@pytest.fixture
def page(shared_window):
    return shared_window


def account_box(hand: Hand, name: str):
    return hand.sheet.locator(f'dialog[open] [id$="account-{name}"]')


def account_state(hand: Hand) -> str:
    return hand.sheet.locator("dialog[open] .qpm-account-state").inner_text()


def kept_words(field_kit, subject: str) -> list[str]:
    store = field_kit.safeguarding
    identity = store.identity(FIELD_PASSPHRASE)
    return [
        one.account.said
        for described in store.disclosures(about=subject)
        for one in store.read(described.id, identity)
        if one.current
    ]


def account_id(hand: Hand) -> str:
    return re.search(r"SG-[0-9A-Z]{8}|$", account_state(hand))[0]


def erase_at_the_command_line(field_kit, name: str) -> None:
    places = ("--home", str(field_kit.home), "--outputs", str(field_kit.home.parent / "outputs"))
    command = ("safeguarding", "erase", name, "--yes", *places)
    subprocess.run(
        [sys.executable, "-m", "qpm_widgets", *command], input=f"{FIELD_PASSPHRASE}\n", text=True, check=True
    )


def test_every_reference_that_a_page_makes_is_one_that_the_journal_takes(page) -> None:
    source = (STATIC / "safeguarding_part.js").read_text(encoding="utf-8")
    made = page.evaluate(f"() => {{ {source}; return Array.from({{ length: 2000 }}, makeReference); }}")
    assert len(set(made)) > 1990
    for reference in made:
        check_payload("interview:P1", "safeguarding", {"reference": reference, "used_at": "2026-10-13T10:00:00+01:00"})


def test_an_account_is_kept_apart_and_never_shown_again(field_kit, jupyter, page) -> None:
    hand = Hand(page, jupyter, "P1").open()  # nobody has agreed to notes, and need not have
    hand.click("open-safeguarding")
    account_box(hand, "said").press_sequentially(f"He said {CANARY}")
    account_box(hand, "wants").fill("to move")
    assert until(lambda: "Kept apart at" in account_state(hand), page)
    account_id = re.search(r"SG-[0-9A-Z]{8}", account_state(hand))[0]
    assert until(lambda: "safeguarding" in values_of(field_kit, "interview:P1"), page)
    kept = values_of(field_kit, "interview:P1")
    assert kept["safeguarding"]["reference"] == account_id, "the reference comes by itself"
    assert CANARY not in str([entry.payload for entry in field_kit.journal.iter_entries()])
    assert kept_words(field_kit, "interview:P1") == [f"He said {CANARY}"]

    # The dialog is closed by a stray key: in this window nothing is gone.
    page.keyboard.press("Escape")
    hand.click("open-safeguarding")
    assert account_box(hand, "said").input_value() == f"He said {CANARY}"

    # The page's process is killed in the middle of a sentence.
    kernel_process(jupyter, "P1").send_signal(signal.SIGKILL)
    account_box(hand, "said").press_sequentially(" and more")
    assert until(lambda: kept_words(field_kit, "interview:P1") == [f"He said {CANARY} and more"], page, 90)

    # After a reload one can only add to it.
    hand.await_saved()
    hand.load()
    assert CANARY not in page.content()
    hand.click("open-safeguarding")
    assert account_box(hand, "said").input_value() == ""
    assert f"kept apart as {account_id}" in hand.sheet.locator("dialog[open]").inner_text()
    account_box(hand, "said").press_sequentially("It was on Friday")
    assert until(lambda: "Kept apart at" in account_state(hand), page)
    assert kept_words(field_kit, "interview:P1") == [f"He said {CANARY} and more", "It was on Friday"]
    assert len(field_kit.safeguarding.disclosures(about="interview:P1")) == 1
    assert files_holding(field_kit.home, CANARY) == []
    assert CANARY not in page.evaluate("JSON.stringify({...sessionStorage, ...localStorage})")
    page.keyboard.press("Escape")
    open_desk(page, jupyter)
    seal_it_for_the_lead(field_kit, page, account_id)
    print_it_to_be_given_by_hand(field_kit, page, account_id)
    say_that_the_lead_has_it(field_kit, page, account_id)
    erase_it_here(field_kit, page, account_id)


def of_the_account(page, what: str):
    return page.get_by_role("group", name="Accounts of harm").get_by_role("button", name=what)


def type_the_passphrase(page, heading: str) -> None:
    """On the page that the desk leads to, where the box has the focus; then to the desk, by the link that has it."""
    page.locator("#passphrase").wait_for(timeout=30_000)
    assert page.evaluate("document.activeElement.id") == "passphrase"
    assert page.get_by_role("heading", level=1).inner_text() == heading
    assert page.title() == f"{heading} · QPM Field Kit"
    assert find_barriers(page) == []
    page.keyboard.type("not this one")
    page.keyboard.press("Enter")
    page.get_by_role("alert").get_by_text("This is not the passphrase").wait_for(timeout=30_000)
    assert find_barriers(page) == []
    page.keyboard.type(FIELD_PASSPHRASE)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="The file is written").wait_for(timeout=60_000)
    assert CANARY not in page.content()
    assert find_barriers(page) == []
    expect(page.get_by_role("link", name="Back to the desk")).to_be_focused()
    page.keyboard.press("Enter")
    page.locator(".qpm-desk h1").wait_for(timeout=45_000)
    page.locator(".qpm-cover").wait_for(state="hidden", timeout=20_000)
    assert CANARY not in page.content()


def seal_it_for_the_lead(field_kit, page, account_id: str) -> None:
    """With the lead's key, from a file; another file is refused where it was chosen."""
    folder = field_kit.home.parent
    (folder / "wrong.pub").write_text("no key")
    (folder / "SL1.pub").write_text(public_key_text(public_key_of(make_identity()), "SL1", "safeguarding"))
    write = of_the_account(page, f"Write the file of {account_id} for the lead")
    for name in ("wrong.pub", "SL1.pub"):
        with page.expect_file_chooser() as chooser:
            write.press("Enter")
        chooser.value.set_files(folder / name)
        if name == "wrong.pub":
            page.get_by_role("status").get_by_text("the file with the safeguarding key").wait_for()
            assert write.evaluate("button => button === document.activeElement")
            assert find_barriers(page) == []
    type_the_passphrase(page, f"Write the file of {account_id} for the safeguarding lead")
    (sealed,) = (folder / "outputs" / "accounts-of-harm").iterdir()
    expect(page.get_by_text(str(sealed))).to_be_visible()
    assert CANARY.encode() not in sealed.read_bytes()


def print_it_to_be_given_by_hand(field_kit, page, account_id: str) -> None:
    of_the_account(page, f"Print {account_id}").press("Enter")
    type_the_passphrase(page, f"Print {account_id}")
    (sheet,) = (field_kit.home.parent / "outputs" / "accounts-of-harm").glob("*.pdf")
    assert sheet.read_bytes().startswith(b"%PDF-")
    of_the_account(page, f"Open {sheet.name}").wait_for()
    assert find_barriers(page) == []
    assert files_holding(field_kit.home, CANARY) == files_holding(field_kit.home, FIELD_PASSPHRASE) == []
    assert CANARY not in page.evaluate("JSON.stringify({...sessionStorage, ...localStorage})")


def say_that_the_lead_has_it(field_kit, page, account_id: str) -> None:
    """On the desk, once a file was written; not by one stray click. What was written goes then."""
    has_it = of_the_account(page, f"The lead has {account_id}")
    has_it.press("Enter")
    asked = page.get_by_role("dialog")
    assert find_barriers(page) == []
    asked.get_by_role("button", name="Not yet").press("Enter")
    page.get_by_text("The desk goes on asking.").wait_for()
    assert not field_kit.safeguarding.find(account_id).is_confirmed
    has_it.press("Enter")
    asked.get_by_role("button", name="Yes, the lead has told me").press("Enter")
    page.get_by_text(f"It is noted that the lead has {account_id}.").wait_for()
    assert field_kit.safeguarding.find(account_id).is_confirmed
    assert page.get_by_role("group", name="Accounts of harm").count() == 0
    assert list((field_kit.home.parent / "outputs" / "accounts-of-harm").iterdir()) == []
    left = field_kit.home.parent / "outputs" / "accounts-of-harm" / f"{account_id}-20261013T100000Z.pdf"
    left.write_text("put back by hand")
    page.reload()
    page.locator(".qpm-cover").wait_for(state="hidden", timeout=45_000)
    page.get_by_role("group", name="Files still on this computer").get_by_text(str(left)).wait_for(timeout=30_000)
    assert find_barriers(page) == []
    page.get_by_role("button", name=f"Delete the files of {account_id}").press("Enter")
    page.get_by_text(f"Nothing that was written from {account_id} is left on this computer.").wait_for()
    assert not left.exists()


def erase_it_here(field_kit, page, account_id: str) -> None:
    """Once the lead has said that it is kept where it belongs."""
    erase = page.get_by_role("button", name=f"Erase {account_id}")
    erase.press("Enter")
    asked = page.get_by_role("dialog")
    assert find_barriers(page) == []
    asked.get_by_role("button", name="Keep it").press("Enter")
    page.get_by_text("It stays in this kit.").wait_for()
    assert erase.evaluate("button => button === document.activeElement")
    erase.press("Enter")
    asked.get_by_role("button", name="Yes, erase it").press("Enter")
    page.get_by_text(f"{account_id} is erased from this kit.").wait_for()
    assert field_kit.safeguarding.find(account_id).erased
    assert erase.count() == 0
    assert page.evaluate("document.activeElement.tagName") == "H1"


def test_what_could_not_be_kept_says_so_in_the_dialog_and_comes_after_a_reload(field_kit, jupyter, page) -> None:
    hand = Hand(page, jupyter, "O1").open()
    process = kernel_process(jupyter, "O1")
    hand.click("open-safeguarding")
    process.send_signal(signal.SIGSTOP)
    try:
        account_box(hand, "said").press_sequentially("seen through the door")
        assert until(lambda: "Not saved" in account_state(hand), page)
        assert "seen through the door" not in page.evaluate("JSON.stringify({...sessionStorage})")
    finally:
        process.send_signal(signal.SIGCONT)
    assert until(lambda: kept_words(field_kit, "observation:O1") == ["seen through the door"], page, 40)
    assert until(lambda: "Kept apart at" in account_state(hand), page)


def test_words_that_waited_while_their_account_was_erased_come_after_a_reload(field_kit, jupyter, page) -> None:
    hand = Hand(page, jupyter, "A4").open()
    page.on("dialog", lambda asked: asked.accept())  # "Leave the page?"
    hand.click("open-safeguarding")
    account_box(hand, "said").press_sequentially("He shouted")
    assert until(lambda: "Kept apart at" in account_state(hand), page)
    old, process = account_id(hand), kernel_process(jupyter, "A4")
    process.send_signal(signal.SIGSTOP)
    try:
        account_box(hand, "said").press_sequentially(" at me")
        assert until(lambda: "Not saved" in account_state(hand), page)
        erase_at_the_command_line(field_kit, old)
        page.goto(jupyter.address(notebook_of("A4")))
    finally:
        process.send_signal(signal.SIGCONT)
    assert until(lambda: kept_words(field_kit, "interview:A4") == ["He shouted at me"], page, 60)
    hand.click("open-safeguarding")
    assert account_box(hand, "said").input_value() == "He shouted at me"
    assert f"{old} was erased in this kit" in hand.sheet.locator("dialog[open] .qpm-account").inner_text()


def test_a_reference_that_could_tell_what_happened_is_not_recorded_and_not_lost(field_kit, server, page) -> None:
    hand = Hand(page, server, "P2").open()
    hand.click("open-safeguarding")
    typed = hand.sheet.locator('dialog[open] [id$="safeguarding-reference"]')
    typed.fill("he hit her, in room 2")
    hand.sheet.locator("dialog[open] .qpm-main").click()
    assert "A reference is a number or code" in typed.evaluate("box => box.validationMessage")
    assert typed.input_value() == "he hit her, in room 2"
    assert "safeguarding" not in values_of(field_kit, "interview:P2")
    typed.fill("SG-2026-014")
    hand.sheet.locator("dialog[open] .qpm-main").click()
    hand.await_saved()
    assert values_of(field_kit, "interview:P2")["safeguarding"]["reference"] == "SG-2026-014"


def test_words_typed_after_their_account_was_erased_begin_a_new_one(field_kit, server, page) -> None:
    hand = Hand(page, server, "P2").open()
    hand.click("open-safeguarding")
    account_box(hand, "said").press_sequentially("She said")
    assert until(lambda: "Kept apart at" in account_state(hand), page)
    old = account_id(hand)
    erase_at_the_command_line(field_kit, old)
    account_box(hand, "said").press_sequentially(" it was him")
    assert until(lambda: kept_words(field_kit, "interview:P2") == ["She said it was him"], page)
    assert account_box(hand, "said").input_value() == "She said it was him"
    assert until(lambda: account_id(hand) not in ("", old), page)
    said = hand.sheet.locator("dialog[open] .qpm-account").inner_text()
    assert f"{old} was erased in this kit" in said
    assert f"a new account, {account_id(hand)}" in said
    # It is gone on with as any other.
    account_box(hand, "wants").fill("to move")
    assert until(lambda: "Kept apart at" in account_state(hand), page)
    assert len(field_kit.safeguarding.disclosures(about="interview:P2")) == 1
    assert field_kit.safeguarding.find(old).erased


def duplicate(hand: Hand) -> Hand:
    """The same page in another tab, which has a copy of the window's storage."""
    with hand.page.expect_popup() as opened:
        hand.page.evaluate("window.open(location.href)")
    return Hand(opened.value, hand.server, hand.name)


def test_two_tabs_that_have_the_same_unsaved_words_keep_what_both_write(field_kit, server, page) -> None:
    hand = Hand(page, server, "A2").open()
    hand.click("open-safeguarding")
    account_box(hand, "said").press_sequentially("one")
    assert until(lambda: "Kept apart at" in account_state(hand), page)
    page.evaluate("() => { window.sending = WebSocket.prototype.send; WebSocket.prototype.send = () => {}; }")
    account_box(hand, "said").press_sequentially(" two")
    assert until(lambda: "Not saved" in account_state(hand), page)  # so what follows waits for its turn
    account_box(hand, "said").press_sequentially(" three")
    page.wait_for_timeout(300)  # until the storage has it
    copy = duplicate(hand)
    account_box(hand, "said").press_sequentially(" four")
    copy.sheet.wait_for(timeout=60_000)
    assert until(lambda: kept_words(field_kit, "interview:A2") == ["one two three"], copy.page)
    page.evaluate("() => { WebSocket.prototype.send = window.sending; }")
    assert until(lambda: "Kept apart at" in account_state(hand), page)
    assert sorted(kept_words(field_kit, "interview:A2")) == ["one two three", "one two three four"]
    copy.page.close()


def test_a_tab_that_was_duplicated_while_words_were_typed_replaces_nothing_of_the_other(
    field_kit, server, page
) -> None:
    hand = Hand(page, server, "A3").open()
    hand.click("open-safeguarding")
    account_box(hand, "said").press_sequentially("one")
    assert until(lambda: "Kept apart at" in account_state(hand), page)
    with page.expect_popup() as opened:
        account_box(hand, "said").evaluate("""async (box) => {
            const write = (words) => { box.value += words; box.dispatchEvent(new Event("input", { bubbles: true })); };
            const before = JSON.stringify(sessionStorage);
            write(" two");
            // Until the storage has it, and not a moment longer: it must not have been sent yet.
            while (JSON.stringify(sessionStorage) === before) await new Promise((done) => setTimeout(done, 2));
            window.open(location.href);
            write(" three");
        }""")
    copy = Hand(opened.value, server, "A3")
    assert until(lambda: "one two three" in kept_words(field_kit, "interview:A3"), page)
    copy.sheet.wait_for(timeout=60_000)
    copy.await_saved()
    assert until(lambda: len(kept_words(field_kit, "interview:A3")) == 2, copy.page)
    assert sorted(kept_words(field_kit, "interview:A3")) == ["one two", "one two three"]
    account_box(hand, "said").press_sequentially(" four")
    assert until(lambda: "one two three four" in kept_words(field_kit, "interview:A3"), page)
    assert sorted(kept_words(field_kit, "interview:A3")) == ["one two", "one two three four"]
    copy.page.close()
