"""Every error the kit raises on purpose: a code, the place, and what to do about it.

A message never quotes a respondent's words, a payload or a passphrase: errors reach logs and screens.
"""

from __future__ import annotations

from dataclasses import dataclass

CODES: dict[str, str] = {
    # Templates: everything under site_visit_templates/
    "TEMPLATE-001": "a file is missing",
    "TEMPLATE-002": "a file is too large",
    "TEMPLATE-003": "a file is not valid YAML",
    "TEMPLATE-004": "a template file uses YAML aliases, which templates do not need",
    "TEMPLATE-005": "a template field is missing, misspelt or of the wrong type",
    "TEMPLATE-006": "an id is used twice",
    "TEMPLATE-007": "an id refers to nothing",
    "TEMPLATE-008": "a respondent role is unknown",
    "TEMPLATE-009": "wording is missing",
    "TEMPLATE-010": "a key stands twice in one mapping",
    "TEMPLATE-011": "a point of law is dated in the future",
    "TEMPLATE-012": "an id or a name does not fit the place where it stands",
    "TEMPLATE-013": "a placeholder is misspelt, or differs from the English",
    "TEMPLATE-014": "a closed list does not hold exactly what the kit works with",
    "TEMPLATE-015": "a file of the report's design is damaged",
    "TEMPLATE-016": "a text is not Easy Read",
    "TEMPLATE-017": "what a respondent hears is not in Welsh",
    "TEMPLATE-018": "a term is not the glossary's",
    # Journal: the encrypted store
    "JOURNAL-001": "the passphrase does not open this kit",
    "JOURNAL-002": "a file of the kit is missing or damaged",
    "JOURNAL-003": "a journal already exists here",
    "JOURNAL-004": "this was saved before as something else",
    "JOURNAL-005": "this replaces something that the kit does not have",
    "JOURNAL-006": "something that was typed or chosen does not fit its place",
    "JOURNAL-007": "the kit has no place for this",
    "JOURNAL-008": "the kit's files could not be written",
    "JOURNAL-009": "the journal does not verify",
    "JOURNAL-010": "the kit is locked",
    "JOURNAL-011": "the journal was written by a newer kit",
    "JOURNAL-012": "the passphrase is too short, or was not typed the same twice",
    "JOURNAL-013": "the journal could not be read",
    "JOURNAL-014": "an entry replaces one of another field",
    "JOURNAL-015": "an id does not look like an id",
    "JOURNAL-016": "the journal has no such entry",
    "JOURNAL-017": "the kit was made before the kit's first release, when its entries could not be signed",
    "JOURNAL-018": "several assessments of this kit have something of this id",
    # Keeping the kit: its passphrase, its backups, who has it open
    "KEEP-001": "the kit is open in another process",
    "KEEP-002": "the file is not a whole backup of a kit",
    "KEEP-003": "the folder for the restored kit is not empty",
    "KEEP-004": "there is a file of this name already",
    "KEEP-005": "the backup could not be written or read",
    "KEEP-006": "the journal names what the templates do not have",
    "KEEP-007": "the kit could not be locked",
    "KEEP-008": "the journal has nothing about this subject or field",
    "KEEP-009": "the minutes until the kit locks itself are too few or too many",
    "KEYRING-001": "the system has no keyring that may hold the kit's key",
    "KEYRING-002": "the system's keyring did not answer",
    # Consent (UK GDPR Art. 9(2)(a); Mental Capacity Act 2005 s.1)
    "CONSENT-001": "nobody has agreed to notes being taken",
    "CONSENT-002": "someone taking part has not agreed to talk and to notes",
    "CONSENT-003": "the quote is of somebody who is not in this interview",
    "CONSENT-004": "the consent is of somebody who is not in this interview",
    "CONSENT-005": "what was said was withdrawn and erased",
    "CONSENT-006": "what was erased is gone from the pages, but a copy may be left in the kit's files",
    # Safeguarding: accounts of harm, kept apart
    "SAFE-001": "the restricted store has no such account",
    "SAFE-002": "the file is no account of harm, or it is damaged",
    "SAFE-003": "the account of harm is sealed for another key",
    "SAFE-004": "the key is of another kind",
    "SAFE-005": "the account of harm was erased",
    "SAFE-006": "the signature of the account of harm is missing or wrong",
    "SAFE-007": "the account of harm is larger than one can be",
    "SAFE-008": "another account of harm has this id here",
    "SAFE-009": "no file of the account of harm was written yet",
    "SAFE-010": "the account of harm is not handed over, so it was not erased",
    "SAFE-011": "nothing of this account of harm waits to be handed over, so no file was written",
    "SAFE-012": "this is not the lead's safeguarding key",
    # Bundles: a visit sent from one kit to another
    "BUNDLE-001": "the file is not a submitted visit",
    "BUNDLE-002": "the submitted visit is damaged or was cut short",
    "BUNDLE-003": "the submitted visit is sealed for another key",
    "BUNDLE-004": "the submitted visit is larger than a visit can be",
    "BUNDLE-005": "the submitted visit was made by a newer kit",
    "BUNDLE-006": "the submitted visit holds something that does not belong in it",
    "BUNDLE-007": "an entry of the submitted visit is not what was recorded",
    "BUNDLE-008": "the submitted visit contradicts what this journal has",
    "BUNDLE-009": "the submitted visit holds entries in this kit's name that this kit never wrote",
    "BUNDLE-010": "the file is no public key",
    "BUNDLE-011": "the file could not be written or read",
    "BUNDLE-012": "a signature of the submitted visit is missing or wrong",
    "BUNDLE-013": "a key of the submitted visit does not belong to the device that it stands for",
    "BUNDLE-014": "the submitted visit erases words or goes round a refusal, and whose device did so is not known",
    # Planning
    "PLAN-001": "the visit, interview or observation is not planned in this kit",
    "PLAN-002": "a plan or the profile names what is not there",
    "PLAN-003": "the assessment is not in this kit",
    "PLAN-004": "the guide is not there, or is for another role",
    "PLAN-005": "the interview or observation has begun or was cancelled",
    "PLAN-006": "the plan contradicts itself or the scheme",
    "PLAN-007": "the list of people is not one name on each line",
    "PLAN-008": "it was changed meanwhile",
    "PLAN-009": "this earlier version is not there, or was erased",
    "PLAN-010": "nobody can join in this way",
    "PLAN-011": "it was planned differently on two machines",
    # Capture
    "CAPTURE-001": "the guide has no such question or indicator",
    "CAPTURE-002": "the kit did not understand the page",
    "CAPTURE-003": "nothing was erased, for what does so could not be started",
    "CAPTURE-004": "no paper was written, for what does so could not be started",
    "CAPTURE-005": "something of the practice visit could not be removed",
    "CAPTURE-006": "the practice visit could not be opened",
    "CAPTURE-007": "the document could not be opened from the page",
    "CAPTURE-008": "the page that asks for the passphrase could not be started",
    "CAPTURE-009": "the report was not rendered, for what does so did not start or did not end",
    # Evidence
    "EVIDENCE-001": "a finding cites no evidence",
    "EVIDENCE-002": "a finding cites an entry that is not evidence of this visit",
    "EVIDENCE-003": "a rating level is not on the standards' scale",
    # Reports
    "REPORT-001": "a report parameter is unknown, missing or of the wrong type",
    "REPORT-002": "the report stopped in one of its cells",
    "REPORT-003": "a block in the report cannot be written",
    "REPORT-004": "the report notebook is missing or damaged",
    "REPORT-005": "finished answers are neither in the report nor in its list of what was left out",
    "REPORT-006": "the report could not be saved",
    "REPORT-007": "the folder holds no report",
    "REPORT-008": "the report is not as it was rendered",
    # Start
    "START-001": "Jupyter could not be started",
    "START-002": "no kit has been set up in this folder",
    "START-003": "the folder for the demonstration holds something else",
    "START-004": "what the kit's processes say to each other cannot be kept private",
    "START-005": "nothing can be typed here, or nothing was",
}


@dataclass
class QpmError(Exception):
    """Something is wrong that a person can put right.

    Parameters
    ----------
    code : str
        One of ``CODES``.
    where : str
        The place: a file and question id, a subject and field, a parameter. Never a respondent's words.
    remedy : str
        One sentence that says what to do.
    """

    code: str
    where: str
    remedy: str

    def __post_init__(self) -> None:
        if self.code not in CODES:
            raise ValueError(f"unknown error code {self.code}")
        super().__init__(str(self))

    @property
    def what(self) -> str:
        """The fault in words, without place or remedy."""
        return CODES[self.code]

    def __str__(self) -> str:
        return f"{self.code}, {self.where}: {self.what}. {self.remedy}"

    def __reduce__(self) -> tuple[type[QpmError], tuple[str, str, str]]:
        return type(self), (self.code, self.where, self.remedy)
