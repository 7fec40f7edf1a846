"""The journal's tables, and the triggers that make them append-only.

``superseded`` repeats what the ``supersedes`` column of ``entry`` says, one row per pair, written in the same
transaction, so that what is current among 100,000 entries is found without reading them all. Its ``entry_id``
has no foreign key: journals merge in any order, so a successor may arrive before what it replaces.
"""

from __future__ import annotations

from sqlalchemy import (
    DDL,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    event,
    text,
)

FILE_VERSION = 2
"""Version of the tables themselves, kept in the file's ``user_version``."""

metadata = MetaData()

entry_table = Table(
    "entry",
    metadata,
    Column("entry_id", Text, primary_key=True),
    Column("assessment_id", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("field", Text, nullable=False),
    Column("payload", Text),  # canonical JSON; NULL once erased
    Column("recorded_at", Integer, nullable=False),  # UTC, milliseconds since 1970
    Column("recorded_by", Text, nullable=False),
    Column("device_id", Text, nullable=False),
    Column("device_seq", Integer, nullable=False),  # 1, 2, 3 … without a gap
    Column("supersedes", Text, nullable=False),  # JSON list of entry ids
    Column("schema_version", Integer, nullable=False),
    Column("salt", Text),  # NULL once erased: the digest then tells nothing
    Column("payload_digest", Text, nullable=False),
    Column("chain", Text, nullable=False),
    UniqueConstraint("device_id", "device_seq", name="entry_device_seq"),
    sqlite_strict=True,  # a column holds its own type and no other
)
# It ends in entry_id, so that what is superseded is passed over without a look into its row. No index keeps the order
# of time: every append would write its page (a seventh of all that it writes), and a reader sorts as fast.
Index("entry_place", *(entry_table.c[name] for name in ("assessment_id", "subject", "field", "entry_id")))

# Only tombstones are in it: they are found among all entries at once, and other entries pay nothing for it.
Index(
    "entry_tombstone",
    entry_table.c.assessment_id,
    entry_table.c.subject,
    sqlite_where=text("field GLOB 'erasure:*'"),
)

superseded_table = Table(
    "superseded",
    metadata,
    Column("entry_id", Text, primary_key=True),
    Column("by_entry_id", Text, ForeignKey("entry.entry_id"), primary_key=True),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

# What belongs to this kit alone; no entry, so nothing that reads or sends entries comes upon it. Keys, made at random
# and kept, so that a new passphrase changes nothing for those who know their public half; and lists of names.
secret_table = Table(
    "secret",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
    sqlite_strict=True,
)

# A device's entries of another visit do not come with a bundle. The mark is the link of the last entry that is missing
# before a run of foreign entries, as the sender stated it: the run is chained to it.
mark_table = Table(
    "chain_mark",
    metadata,
    Column("device_id", Text, primary_key=True),
    Column("device_seq", Integer, primary_key=True),
    Column("chain", Text, nullable=False),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

# A device signs the last entry of each stretch that a bundle brings; the signature goes wherever the entry goes.
signature_table = Table(
    "signature",
    metadata,
    Column("device_id", Text, primary_key=True),
    Column("device_seq", Integer, primary_key=True),
    Column("public_key", Text, nullable=False),
    Column("signature", Text, nullable=False),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

_UNCHANGED = " AND ".join(
    f"NEW.{column.name} IS OLD.{column.name}"
    for column in entry_table.columns
    if column.name not in ("payload", "salt")
)

TRIGGERS: dict[str, str] = {
    # The one UPDATE there is: erasure blanks words and salt together and touches nothing else.
    "entry_only_blanks": f"""
        CREATE TRIGGER entry_only_blanks BEFORE UPDATE ON entry
        WHEN NOT (NEW.payload IS NULL AND NEW.salt IS NULL AND {_UNCHANGED})
        BEGIN SELECT RAISE(ABORT, 'entries are never edited'); END""",
    "entry_stays": """
        CREATE TRIGGER entry_stays BEFORE DELETE ON entry
        BEGIN SELECT RAISE(ABORT, 'entries are never deleted'); END""",
    # INSERT OR REPLACE deletes the old row; without this it would slip past where recursive_triggers is off.
    "entry_not_replaced": """
        CREATE TRIGGER entry_not_replaced BEFORE INSERT ON entry
        WHEN EXISTS (SELECT 1 FROM entry WHERE entry_id = NEW.entry_id)
          OR EXISTS (SELECT 1 FROM entry WHERE device_id = NEW.device_id AND device_seq = NEW.device_seq)
        BEGIN SELECT RAISE(ABORT, 'entries are never replaced'); END""",
    "superseded_not_edited": """
        CREATE TRIGGER superseded_not_edited BEFORE UPDATE ON superseded
        BEGIN SELECT RAISE(ABORT, 'entries are never edited'); END""",
    "superseded_stays": """
        CREATE TRIGGER superseded_stays BEFORE DELETE ON superseded
        BEGIN SELECT RAISE(ABORT, 'entries are never deleted'); END""",
    "superseded_not_replaced": """
        CREATE TRIGGER superseded_not_replaced BEFORE INSERT ON superseded
        WHEN EXISTS (
          SELECT 1 FROM superseded WHERE entry_id = NEW.entry_id AND by_entry_id = NEW.by_entry_id)
        BEGIN SELECT RAISE(ABORT, 'entries are never replaced'); END""",
    "mark_not_edited": """
        CREATE TRIGGER mark_not_edited BEFORE UPDATE ON chain_mark
        BEGIN SELECT RAISE(ABORT, 'marks are never edited'); END""",
    "mark_stays": """
        CREATE TRIGGER mark_stays BEFORE DELETE ON chain_mark
        BEGIN SELECT RAISE(ABORT, 'marks are never deleted'); END""",
    "mark_not_replaced": """
        CREATE TRIGGER mark_not_replaced BEFORE INSERT ON chain_mark
        WHEN EXISTS (SELECT 1 FROM chain_mark WHERE device_id = NEW.device_id AND device_seq = NEW.device_seq)
        BEGIN SELECT RAISE(ABORT, 'marks are never replaced'); END""",
    "signature_not_edited": """
        CREATE TRIGGER signature_not_edited BEFORE UPDATE ON signature
        BEGIN SELECT RAISE(ABORT, 'signatures are never edited'); END""",
    "signature_stays": """
        CREATE TRIGGER signature_stays BEFORE DELETE ON signature
        BEGIN SELECT RAISE(ABORT, 'signatures are never deleted'); END""",
    "signature_not_replaced": """
        CREATE TRIGGER signature_not_replaced BEFORE INSERT ON signature
        WHEN EXISTS (SELECT 1 FROM signature WHERE device_id = NEW.device_id AND device_seq = NEW.device_seq)
        BEGIN SELECT RAISE(ABORT, 'signatures are never replaced'); END""",
}

for _sql in TRIGGERS.values():
    _trigger = DDL(_sql)  # type: ignore[no-untyped-call]
    event.listen(metadata, "after_create", _trigger.execute_if(dialect="sqlite"))
