"""Somebody tells of harm: the account is kept, in no place from which a page could read it."""

from __future__ import annotations

import re
import signal

from canary_search import files_holding
from field_pages import Hand, kernel_process, until, values_of

CANARY = "Kanarienvogel-in-der-Grube-8846"
PASSPHRASE = "a passphrase for a day out"  # as in conftest.py


def account_box(hand: Hand, name: str):
    return hand.sheet.locator(f'dialog[open] [id$="account-{name}"]')


def account_state(hand: Hand) -> str:
    return hand.sheet.locator("dialog[open] .qpm-account-state").inner_text()


def kept_words(field_kit, subject: str) -> list[str]:
    store = field_kit.safeguarding
    identity = store.identity(PASSPHRASE)
    return [
        one.account.said
        for described in store.disclosures(about=subject)
        for one in store.read(described.id, identity)
        if one.current
    ]


def test_an_account_is_kept_apart_and_never_shown_again(field_kit, server, page) -> None:
    hand = Hand(page, server, "P1").open()  # nobody has agreed to notes, and need not have
    hand.click("open-safeguarding")
    account_box(hand, "said").press_sequentially(f"He said {CANARY}")
    account_box(hand, "wants").fill("to move")
    assert until(lambda: "Kept apart at" in account_state(hand), page)
    account_id = re.search(r"SG-[0-9A-Z]{8}", account_state(hand))[0]
    kept = values_of(field_kit, "interview:P1")
    assert kept["safeguarding"]["reference"] == account_id, "the reference comes by itself"
    assert CANARY not in str([entry.payload for entry in field_kit.journal.iter_entries()])
    assert kept_words(field_kit, "interview:P1") == [f"He said {CANARY}"]

    # The dialog is closed by a stray key: in this window nothing is gone.
    page.keyboard.press("Escape")
    hand.click("open-safeguarding")
    assert account_box(hand, "said").input_value() == f"He said {CANARY}"

    # The page's process is killed in the middle of a sentence.
    kernel_process(server, "P1").send_signal(signal.SIGKILL)
    account_box(hand, "said").press_sequentially(" and more")
    assert until(lambda: kept_words(field_kit, "interview:P1") == [f"He said {CANARY} and more"], page, 40)

    # After a reload one can only add to it.
    hand.await_saved()
    hand.open()
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


def test_what_could_not_be_kept_says_so_in_the_dialog_and_comes_after_a_reload(field_kit, server, page) -> None:
    hand = Hand(page, server, "O1").open()
    process = kernel_process(server, "O1")
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
