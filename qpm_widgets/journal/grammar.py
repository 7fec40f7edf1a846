"""What may be written where: each kind of subject, its fields, and the shape of their payloads.

A field is ``area`` or ``area:rest``; the rest names the thing inside the subject:

=====================  ==========================================  =======================
subject                field                                       payload
=====================  ==========================================  =======================
``assessment``         ``profile``                                 :class:`AssessmentProfile`
``visit:<id>``         ``plan``                                    :class:`VisitPlan`
``visit:<id>``         ``rating:<indicator>``                      :class:`Rating`
``visit:<id>``         ``finding:<finding>``                       :class:`Finding`
``visit:<id>``         ``erasure:rating.<indicator>``              :class:`Erasure`
``visit:<id>``         ``erasure:finding.<finding>``               :class:`Erasure`
``interview:<id>``     ``plan``                                    :class:`InterviewPlan`
``observation:<id>``   ``plan``                                    :class:`ObservationPlan`
both                   ``state``                                   :class:`State`
``interview:<id>``     ``consent:<scope>.<respondent>``            :class:`Consent`
``interview:<id>``     ``assent:<respondent>``                     :class:`Assent`
``observation:<id>``   ``assent:person``                           :class:`Assent`
both                   ``safeguarding``                            :class:`ProtocolUsed`
``interview:<id>``     ``closing:check_back``                      :class:`CheckedBack`
both                   ``pause:<n>``                               :class:`Pause`
both                   ``on_paper``                                :class:`OnPaper`
both                   ``erasure:interview``                       :class:`Erasure`
``interview:<id>``     ``erasure:quotes``                          :class:`Erasure`
but a visit            ``erasure:consents``                        :class:`Erasure`
any of them            ``erasure:record``                          :class:`Erasure`
both                   ``answer:<question>.note``                  :class:`Note`
``observation:<id>``   ``answer:<scene>.<part>``                   :class:`Note`
``interview:<id>``     ``answer:<question>.quote.<n>``             :class:`Quote`
both                   ``answer:<question>.evidence.<indicator>``  :class:`Bearing`
both                   ``answer:<question>.missing``               :class:`Missing`
both                   ``answer:own-<id>.question``                :class:`OwnQuestion`
=====================  ==========================================  =======================

``<question>`` is also the id of a quick note, ``line-<id>``, which has a note or one quote, and marks; or of a question
or scene of the assessor's own, ``own-<id>``, which has what a question or a scene has.

What somebody told of harm is never among them. It stands in a store of its own (``safeguarding.py``), whose grammar is

=====================  ==========================================  =======================
``disclosure:<id>``    ``account:<part>``                          :class:`SealedAccount`
``disclosure:<id>``    ``handed_over``                             :class:`HandedOver`
``disclosure:<id>``    ``erasure:account``                         :class:`Erasure`
=====================  ==========================================  =======================
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from pydantic import ValidationError

from qpm_widgets.errors import QpmError
from qpm_widgets.journal.account_payloads import HandedOver, SealedAccount
from qpm_widgets.journal.payloads import (
    THE_PERSON,
    Assent,
    AssessmentProfile,
    Bearing,
    CheckedBack,
    Consent,
    Erasure,
    Finding,
    InterviewPlan,
    Missing,
    Note,
    ObservationPlan,
    OnPaper,
    OwnQuestion,
    Pause,
    Payload,
    ProtocolUsed,
    Quote,
    Rating,
    State,
    VisitPlan,
)

_ID = r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}"


class Grammar:
    """Which payload belongs to which field of which subject.

    Parameters
    ----------
    *rules
        Pairs of a pattern of ``subject|field``, in which ``ID`` stands for any id, and the payload's class.
    """

    def __init__(self, *rules: tuple[str, type[Payload]]) -> None:
        self._rules = tuple((re.compile(pattern.replace("ID", _ID)), shape) for pattern, shape in rules)

    def shape(self, subject: str, field: str) -> type[Payload] | None:
        """The payload's class; None where the grammar knows no such place."""
        place = f"{subject}|{field}"
        return next((shape for pattern, shape in self._rules if pattern.fullmatch(place)), None)


JOURNAL = Grammar(
    (r"assessment\|profile", AssessmentProfile),
    (r"visit:ID\|plan", VisitPlan),
    (r"visit:ID\|rating:ID", Rating),
    (r"visit:ID\|finding:ID", Finding),
    (r"interview:ID\|plan", InterviewPlan),
    (r"observation:ID\|plan", ObservationPlan),
    (r"(interview|observation):ID\|state", State),
    (r"interview:ID\|consent:(talk|notes|quotes|supporter)\.ID", Consent),
    (r"interview:ID\|assent:ID", Assent),
    (rf"observation:ID\|assent:{THE_PERSON}", Assent),
    (r"(interview|observation):ID\|safeguarding", ProtocolUsed),
    (r"interview:ID\|closing:check_back", CheckedBack),
    (r"(interview|observation):ID\|pause:[0-9]{1,3}", Pause),
    (r"(interview|observation):ID\|on_paper", OnPaper),
    (r"visit:ID\|erasure:(rating|finding)\.ID", Erasure),
    (r"interview:ID\|erasure:quotes", Erasure),
    (r"(assessment|(interview|observation):ID)\|erasure:consents", Erasure),
    (r"(assessment|(visit|interview|observation):ID)\|erasure:record", Erasure),
    (r"(interview|observation):ID\|erasure:interview", Erasure),
    (r"(interview|observation):ID\|answer:ID\.evidence\.ID", Bearing),
    (r"(interview|observation):ID\|answer:ID\.missing", Missing),
    (r"interview:ID\|answer:ID\.quote\.[0-9]{1,3}", Quote),
    (r"interview:ID\|answer:ID\.note", Note),
    (r"(interview|observation):ID\|answer:own-ID\.question", OwnQuestion),
    (r"observation:ID\|answer:ID\.[a-z_]{1,40}", Note),
)
SAFEGUARDING = Grammar(
    (r"disclosure:ID\|account:[0-9]{1,3}", SealedAccount),
    (r"disclosure:ID\|handed_over", HandedOver),
    (r"disclosure:ID\|erasure:account", Erasure),
)


@lru_cache(maxsize=8192)  # asked at every append
def payload_shape(subject: str, field: str, grammar: Grammar = JOURNAL) -> type[Payload]:
    """The payload class of a subject's field.

    Raises
    ------
    QpmError
        JOURNAL-007 if the grammar knows no such subject or field.
    """
    if (shape := grammar.shape(subject, field)) is not None:
        return shape
    raise QpmError("JOURNAL-007", f"{subject} {field}"[:80], "payload.wrong_place")


def check_payload(subject: str, field: str, payload: Mapping[str, Any], grammar: Grammar = JOURNAL) -> dict[str, Any]:
    """The payload as plain JSON values, checked against the shape of its field.

    Raises
    ------
    QpmError
        JOURNAL-006 naming the keys at fault (never their values), or JOURNAL-007.
    """
    return check_shape(payload_shape(subject, field, grammar), f"{subject} {field}", payload)


def check_shape(shape: type[Payload], where: str, payload: Mapping[str, Any]) -> dict[str, Any]:
    """A payload as plain JSON values, checked against a shape; JOURNAL-006 if it does not fit."""
    try:
        return shape.model_validate(payload).model_dump(mode="json")
    except ValidationError as error:
        raise _misfit(shape, where, error) from None


def _misfit(shape: type[Payload], where: str, error: ValidationError) -> QpmError:
    faults = error.errors(include_input=False, include_url=False, include_context=False)
    # A key that the shape does not have came from outside and might be words.
    known = {str(fault["loc"][0]) for fault in faults if fault["loc"]} & set(shape.model_fields)
    keys = ", ".join(sorted(known))
    if any(fault["type"] == "string_unicode" for fault in faults):
        remedy = "payload.broken_character" if keys else "payload.broken_key"
    else:
        remedy = "payload.wrong" if keys else "payload.wrong_key"
    return QpmError("JOURNAL-006", where, remedy, keys=keys)
