"""The shapes of what the restricted store keeps of an account of harm."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import StringConstraints

from qpm_widgets.journal.payloads import About, Code, Moment, Payload


class Origin(Payload):
    """Of an account that came from another kit: when and by whom it was written, and which device sent it."""

    recorded_at: Moment
    recorded_by: Code
    device_id: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]  # whose signature it came under


class SealedAccount(Payload):
    """What somebody told of harm, readable with the restricted store's own key alone."""

    about: About
    sealed: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9+/]+=*$", max_length=2_000_000)]  # age, in base64
    origin: Origin | None = None


class HandedOver(Payload):
    """That an account was written to a file for somebody who must act on it, or ``confirmed``: that they have it.

    ``newest`` is the account's newest entry in that file; what was written later is not handed over.
    """

    how: Literal["sent", "printed", "confirmed"]
    newest: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
