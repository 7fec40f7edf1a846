"""A backup: one file with both encrypted stores and what ``kit.json`` says, all of no use without the passphrase.

The file is a plain zip container, nothing in it compressed, so what it claims to hold cannot be more than what it
holds. A kit made from it is another device: the two copies never continue one chain.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import shutil
import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path

from qpm_widgets.errors import QpmError, system_cause
from qpm_widgets.journal import kit_file
from qpm_widgets.journal.device_keys import succeed_device
from qpm_widgets.journal.in_use import making_alone
from qpm_widgets.journal.keys import derive_key
from qpm_widgets.journal.kit import JOURNAL_FILE, RUNTIME, Kit, check_key, leftovers, make_folder, unfinished
from qpm_widgets.journal.kit_file import KitFile, close_to_others, put_in_place, sync_folder
from qpm_widgets.journal.safeguarding import FILE as SAFEGUARDING_FILE

LARGEST_JOURNAL = 64 * 1024**3  # bytes
MEMBERS = {kit_file.NAME: 64 * 1024, JOURNAL_FILE: LARGEST_JOURNAL, SAFEGUARDING_FILE: LARGEST_JOURNAL}
"""The parts of a backup, in their order, and how many bytes each may have."""
_STAMP = (1980, 1, 1, 0, 0, 0)  # a zip's own zero: when the backup was made is nobody's business


def write_backup(kit: Kit, file: Path) -> None:
    """Write a backup of a kit, which may be in use meanwhile; it is whole and durable when this returns.

    Parameters
    ----------
    kit : Kit
        Unlocked.
    file : Path
        The backup to be written.

    Raises
    ------
    QpmError
        JOURNAL-009 if the journal does not verify, KEEP-004 if there is such a file, KEEP-005 if the disk refuses.
    """
    file = file.absolute()
    if os.path.lexists(file):
        raise QpmError("KEEP-004", file.name, "backup.taken")
    if not (kit.journal.verify().ok and kit.safeguarding.journal.verify().ok):
        raise QpmError("JOURNAL-009", str(kit.home), "backup.copy_folder")
    copy, apart, container = (
        file.with_name(f".{file.name}.{part}.part") for part in ("journal", "safeguarding", "backup")
    )
    try:
        with _explained(file.name):
            for left in file.parent.glob(f".{file.name}.*.part*"):  # of a backup that was interrupted
                left.unlink()
            kit.copy_journals(copy, apart)
            with zipfile.ZipFile(container, "x", zipfile.ZIP_STORED) as archive:
                _add(archive, kit_file.NAME, kit.home / kit_file.NAME)
                _add(archive, JOURNAL_FILE, copy)
                _add(archive, SAFEGUARDING_FILE, apart)
            close_to_others(container)
            with container.open("r+b") as written:
                os.fsync(written.fileno())
            put_in_place(container, file)
    finally:
        for part in (copy, apart, container):
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)


def check_restore(file: Path, home: Path) -> None:
    """Refuse what can be seen to be wrong without a passphrase (KEEP-002, KEEP-003, KEEP-005, JOURNAL-011, -017)."""
    with _explained(file.name):
        passing = {home / RUNTIME, home / SAFEGUARDING_FILE}  # of a creation or a restore that was interrupted
        if home.exists() and (not home.is_dir() or set(home.iterdir()) - {*leftovers(home), *passing}):
            raise QpmError("KEEP-003", str(home), "backup.new_folder")
        with _opened(file) as archive:
            _read_settings(archive, file)


def restore_backup(file: Path, home: Path, passphrase: str) -> Kit:
    """Make a kit of a backup, in a folder that is empty or not there yet, and unlock it as a new device.

    Interrupted at any moment it leaves no kit (restore again) or a whole one.

    Parameters
    ----------
    file : Path
        What ``write_backup`` wrote.
    home : Path
        The folder for the kit.
    passphrase : str
        The one that the kit had when the backup was made.

    Raises
    ------
    QpmError
        JOURNAL-001 if the passphrase is wrong, JOURNAL-011 or -017 if a newer kit wrote the backup or one before the
        first release, KEEP-001 if another process is just making a kit there, KEEP-002 if it was altered or cut short,
        KEEP-003 if the folder is not empty, KEEP-005 or JOURNAL-008 if the disk refuses.
    """
    home = home.absolute()
    check_restore(file, home)  # before anything is made there
    new = not home.exists()
    make_folder(home / RUNTIME)
    with making_alone(home / RUNTIME):
        check_restore(file, home)
        try:
            _fill(file, home, passphrase)
            return _proved(file, home, passphrase)
        except BaseException:
            _take_back(home, new)
            raise


def _fill(file: Path, home: Path, passphrase: str) -> None:
    """Put into the folder what the backup holds, as a new device's kit."""
    with _explained(file.name), _opened(file) as archive:
        settings = _read_settings(archive, file)
        key = derive_key(passphrase, settings.salt, settings.cost)
        check_key(home, settings, key)
        close_to_others(home)
        for leftover in leftovers(home):
            leftover.unlink()
        (home / SAFEGUARDING_FILE).unlink(missing_ok=True)  # of a restore that was interrupted
        _unpack(archive, SAFEGUARDING_FILE, home / SAFEGUARDING_FILE)
        journal = unfinished(home, settings.salt)
        _unpack(archive, JOURNAL_FILE, journal)
        sync_folder(home)
        with _unreadable(file):
            settings = dataclasses.replace(settings, device_id=succeed_device(journal, key, settings.device_id))
        settings.write(home)


def _proved(file: Path, home: Path, passphrase: str) -> Kit:
    """The restored kit, open, once its journal has been found whole."""
    with _unreadable(file):
        kit = Kit.unlock(home, passphrase)
        faults = [*kit.journal.verify().faults, *kit.safeguarding.journal.verify().faults]
    if faults:
        kit.close()
        raise QpmError("KEEP-002", file.name, "backup.not_verified", "backup.another", fault=faults[0])
    return kit


@contextlib.contextmanager
def _unreadable(file: Path) -> Iterator[None]:
    """A journal that cannot be read is not a backup's (KEEP-002)."""
    try:
        yield
    except QpmError as error:
        if error.code in ("JOURNAL-002", "JOURNAL-013"):
            raise QpmError("KEEP-002", file.name, "backup.unreadable", "backup.another") from None
        raise


def _take_back(home: Path, new: bool) -> None:
    """Remove what restoring has put into a folder that held nothing before."""
    for path in sorted(home.iterdir(), key=lambda path: path.name == RUNTIME):  # the lock comes last
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    if new:
        with contextlib.suppress(OSError):  # another restore may have begun there, or Windows keeps the lock's file
            home.rmdir()


@contextlib.contextmanager
def _explained(name: str) -> Iterator[None]:
    """What the disk refuses, and what zipfile finds wrong, in one sentence."""
    try:
        yield
    except OSError as error:
        raise QpmError("KEEP-005", name, "system_says", cause=system_cause(error)) from None
    except (zipfile.BadZipFile, EOFError, ValueError, NotImplementedError, RuntimeError):
        raise QpmError("KEEP-002", name, "backup.altered", "backup.another") from None


def _add(archive: zipfile.ZipFile, name: str, path: Path) -> None:
    member = zipfile.ZipInfo(name, _STAMP)
    member.external_attr = 0o600 << 16
    with path.open("rb") as source, archive.open(member, "w", force_zip64=True) as packed:
        shutil.copyfileobj(source, packed, 1024 * 1024)


def _unpack(archive: zipfile.ZipFile, name: str, path: Path) -> None:
    with archive.open(name) as packed, path.open("xb") as unpacked:
        shutil.copyfileobj(packed, unpacked, 1024 * 1024)  # its checksum is compared at the end
        unpacked.flush()
        os.fsync(unpacked.fileno())
    close_to_others(path)


@contextlib.contextmanager
def _opened(file: Path) -> Iterator[zipfile.ZipFile]:
    """The container, once it is known to hold just what ``write_backup`` puts in."""
    if not stat.S_ISREG(file.stat().st_mode):  # a pipe would wait for somebody to write
        raise QpmError("KEEP-005", file.name, "named_file.not_ordinary")
    with zipfile.ZipFile(file) as archive:
        found = archive.infolist()
        sound = [member.filename for member in found] == [*MEMBERS] and all(
            member.orig_filename == member.filename
            and member.compress_type == zipfile.ZIP_STORED
            and member.compress_size == member.file_size
            and member.flag_bits & 0x1 == 0  # not encrypted: that is not how a backup is
            and (member.external_attr >> 16) & 0o170000 in (0, 0o100000)  # a file, no link
            and 0 < member.file_size <= limit
            for member, limit in zip(found, MEMBERS.values(), strict=True)
        )
        if not sound or sum(member.file_size for member in found) > file.stat().st_size:
            raise QpmError("KEEP-002", file.name, "backup.other_content", "backup.another")
        yield archive


def _read_settings(archive: zipfile.ZipFile, file: Path) -> KitFile:
    text = archive.read(kit_file.NAME).decode("utf-8")
    try:
        return KitFile.parse(text)
    except QpmError as error:
        if error.code in ("JOURNAL-011", "JOURNAL-017"):
            raise
        raise QpmError("KEEP-002", file.name, "backup.other_content", "backup.another") from None
