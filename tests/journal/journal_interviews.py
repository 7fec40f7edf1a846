"""Edits of a small interview to type beside an assertion, and writers to run in other processes."""

from __future__ import annotations

import random
import secrets
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from qpm_widgets.journal import Edit, Journal, KeyCost, Kit

CHEAP = KeyCost(time_cost=1, memory_kib=64, parallelism=1)
PASSPHRASE = "correct horse battery"
ASSESSMENT, INTERVIEW, NOTE = "small", "interview:A1", "answer:A-CP-1.note"


def plan(*respondents: str, subject: str = INTERVIEW, supersedes: tuple[str, ...] = ()) -> Edit:
    payload = {
        "visit": "V1",
        "guide": "advocate",
        "role": "advocate",
        "respondents": respondents or ("R1",),
        "nation": "wales",
        "planned_at": "2026-05-12T10:00:00+01:00",
        "minutes": 60,
        "assessor": "AS1",
    }
    return Edit(ASSESSMENT, subject, "plan", payload, supersedes)


def consent(
    scope: str, code: str, decision: str = "given", *, subject: str = INTERVIEW, supersedes: tuple[str, ...] = ()
) -> Edit:
    payload = {"decision": decision, "how": "spoken"}
    return Edit(ASSESSMENT, subject, f"consent:{scope}.{code}", payload, supersedes)


def note(text: str = "a note", *supersedes: str, field: str = NOTE, subject: str = INTERVIEW, **more: Any) -> Edit:
    return Edit(ASSESSMENT, subject, field, {"text": text}, supersedes, **more)


def quote(text: str, respondent: str = "R1", **more: Any) -> Edit:
    payload = {"text": text, "grade": "verbatim", "respondent": respondent}
    return Edit(ASSESSMENT, INTERVIEW, "answer:A-CP-1.quote.1", payload, **more)


def agree(journal: Journal, *respondents: str, subject: str = INTERVIEW) -> None:
    """Plan the interview; everyone talks and agrees to notes."""
    codes = respondents or ("R1",)
    asked = [consent(scope, code, subject=subject) for code in codes for scope in ("talk", "notes")]
    journal.append_all([plan(*codes, subject=subject), *asked])


def write_until_killed(home: Path, receipts: Connection, seed: int) -> None:
    """Append for ever, sending each id only after its receipt."""
    chance = random.Random(seed)
    with Kit.unlock(home, PASSPHRASE) as kit:
        receipts.send_bytes(b"ready")
        before: tuple[str, ...] = ()
        while True:
            # Some are larger than a page, so that commits are caught at every stage.
            edit = note(f"seed {seed} " + "x" * chance.choice((10, 300, 9_000)), *before, field=f"answer:Q{seed}.note")
            receipts.send_bytes(kit.journal.append(edit).entry_id.encode())
            before = (edit.entry_id,)


def write_many(home: Path, field: str, count: int) -> None:
    """Append ``count`` notes, one at a time."""
    with Kit.unlock(home, PASSPHRASE) as kit:
        for number in range(count):
            kit.journal.append(note(f"{field} {number}", field=field))


def ask_for_secret(home: Path, gate: Any, answers: Any) -> None:
    """Ask for a secret that each process would make differently, all at the same moment."""
    with Kit.unlock(home, PASSPHRASE) as kit:
        gate.wait(30)
        answers.append(kit.journal.secret("age identity", secrets.token_hex))
