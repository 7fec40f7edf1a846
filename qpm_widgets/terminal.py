"""What every command of `qpm` shares: where it writes, what it asks, and how it opens the kit."""

from __future__ import annotations

import contextlib
import io
import json
import os
import stat
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from getpass import getpass
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TextIO

import typer
from rich.console import Console

from qpm_widgets.errors import QpmError, system_cause

if TYPE_CHECKING:
    from qpm_widgets.journal import Kit

CHECKOUT = Path(__file__).resolve().parents[1]
HOME = Path.home() / "qpm-field-kit"
OUTPUTS = CHECKOUT / "outputs"
TRIES = 3  # at the passphrase, before the command gives up

# `out` carries what scripts read, unwrapped; `say` is for people.
out = Console(soft_wrap=True, highlight=False, markup=False)
say = Console(stderr=True, soft_wrap=True, highlight=False, markup=False)


def check_folder(code: str) -> Callable[[Path], Path]:
    """What looks at a folder that somebody named, before anything is asked; one that is not there yet may do.

    It raises ``code`` where something else has the name, or nothing can have it.
    """

    def look(path: Path) -> Path:
        from qpm_widgets.journal.bundles import shown_name

        try:
            if stat.S_ISDIR(path.stat().st_mode):
                return path
        except FileNotFoundError:
            return path
        except OSError as error:
            raise QpmError(code, shown_name(path), "named_folder.system_says", cause=system_cause(error)) from None
        raise QpmError(code, shown_name(path), "named_folder.none")

    return look


HomeOption = Annotated[
    Path,
    typer.Option("--home", help="The kit home: where the encrypted journal lies.", callback=check_folder("START-002")),
]
OutputsOption = Annotated[
    Path, typer.Option("--outputs", help="The folder for finished reports.", callback=check_folder("REPORT-006"))
]
BrowserOption = Annotated[bool, typer.Option("--browser/--no-browser", help="Open the desk in the browser.")]


def counted(number: int, one: str, several: str = "") -> str:
    """A number with its noun."""
    return f"{number} {one if number == 1 else several or one + 's'}"


def places(home: Path, outputs: Path) -> str:
    """The options that a command has to be given again, since they were given; "" where none were."""
    named = (("--home", home, HOME), ("--outputs", outputs, OUTPUTS))
    given = [(name, str(place)) for name, place, default in named if place.absolute() != default]
    return "".join(f' {name} "{place}"' if " " in place else f" {name} {place}" for name, place in given)


def program() -> str:
    """How the person called the program: whoever came through kit.py is told to come that way again."""
    return "qpm" if Path(sys.argv[0]).stem.startswith("qpm") else "python kit.py"


def tell(error: QpmError) -> None:
    """Print an error; commands that it names are named as the person calls them."""
    say.print(str(error).replace("`qpm ", f"`{program()} "))


def harmless(line: str) -> str:
    """A line with whatever could steer a terminal shown as its code."""
    return line if line.isprintable() else repr(line)[1:-1]


def payload_lines(payload: Mapping[str, Any]) -> Iterator[str]:
    """What an entry says, a line for each key, and more where words have several; nothing that steers a terminal."""
    for key, value in payload.items():
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        first, *rest = map(harmless, text.split("\n"))
        yield f"{key}: {first or '–'}"
        yield from (f"  {line}" for line in rest)


def open_kit(home: Path, *, create: bool = False) -> Kit:
    """Ask for the passphrase and unlock the kit; the first time, set it up.

    Where the person has given the key to the system's keyring, nothing is asked.
    """
    from qpm_widgets.journal.kit_file import has_kit

    if create and not has_kit(home):
        return set_up_kit(home)
    return open_by_keyring(home) or open_with_passphrase(home)[0]


def open_with_passphrase(home: Path) -> tuple[Kit, str]:
    """Ask for the passphrase and unlock the kit; and the passphrase, for what the kit's key alone does not open."""
    from qpm_widgets.journal import Kit
    from qpm_widgets.journal.kit_file import has_kit

    if not has_kit(home):
        raise QpmError("START-002", str(home), "opening.no_kit")
    if not (home / "kit.json").exists():
        raise QpmError("JOURNAL-002", str(home / "kit.json"), "opening.no_kit_json")
    for left in reversed(range(TRIES)):
        passphrase = ask_passphrase(home)
        try:
            return Kit.unlock(home, passphrase), passphrase
        except QpmError as error:
            if error.code != "JOURNAL-001" or not sys.stdin.isatty() or not left:
                raise
            tell(error)
    raise AssertionError("the last try returns or raises")


def open_by_keyring(home: Path) -> Kit | None:
    """The kit, opened with the key in the system's keyring; None if it is not to be had or no longer the right one."""
    from qpm_widgets.journal import Kit
    from qpm_widgets.journal.kit_file import KitFile, uses_keyring

    if not uses_keyring(home):
        return None
    from qpm_widgets.journal.system_keyring import recall_key

    try:
        if (key := recall_key(home)) is not None:
            return Kit(home.absolute(), KitFile.read(home), key)
    except QpmError as error:
        if error.code not in ("JOURNAL-001", "KEYRING-001", "KEYRING-002"):
            raise
    say.print(
        "The system's keyring does not open this kit now, so it needs its passphrase (`keyring off` stops asking)."
    )
    return None


def ask_passphrase(home: Path, what: str = "Passphrase") -> str:
    """The passphrase as typed; after many wrong ones, with a word on why the next takes long."""
    from qpm_widgets.journal.guessing import Guesses

    if (wait := Guesses(home).seconds_left()) > 0:
        say.print(f"Several wrong passphrases were typed, so this try waits {counted(ceil(wait), 'second')}.")
    return ask(what, secret=True)


def set_up_kit(home: Path) -> Kit:
    """Ask for a new kit's code and passphrase, the latter twice, and make it."""
    from qpm_widgets.journal import Kit
    from qpm_widgets.journal.writing import is_code

    say.print(f"No kit is in {home}. If you have a kit already, set up no other one: stop here with Ctrl+C,")
    say.print("and connect the disk that it lies on, or ask whoever looks after this computer for you.")
    say.print("This sets up a new kit there. Nobody can open it again without its passphrase.")
    assessor = ask("Your assessor code (not your name), as the lead assessor gave it to you, for example KM4")
    if not is_code(assessor):
        raise QpmError("JOURNAL-015", "assessor code", "typed.assessor_code")
    passphrase = ask("Choose a passphrase of several words", secret=True)
    if ask("The passphrase again", secret=True) != passphrase:
        raise QpmError("JOURNAL-012", "passphrase", "typed.twice_not_set_up")
    return Kit.create(home, passphrase, assessor=assessor)


def check_place(path: Path) -> None:
    """Refuse a place where no new file can be written, before anybody types a passphrase.

    Raises
    ------
    QpmError
        BUNDLE-011.
    """
    from qpm_widgets.journal.bundles import refuse_taken, shown_name

    try:
        refuse_taken(path)
        tempfile.TemporaryFile(dir=path.parent).close()
        with contextlib.suppress(FileNotFoundError):
            os.lstat(path.with_name(f".{path.name}.00000000.part"))  # the name that it has until it is whole
    except OSError as error:
        raise QpmError("BUNDLE-011", shown_name(path), "system_says", cause=system_cause(error)) from None


def ask(what: str, *, secret: bool = False) -> str:
    """One line from the keyboard, unseen if it is secret; or from a pipe.

    Raises
    ------
    QpmError
        START-005 if the input is closed or at its end.
    """
    if keyboard().isatty():
        with contextlib.suppress(EOFError):
            return getpass(f"{what}: ", stream=sys.stderr) if secret else say.input(f"{what}: ")
    else:
        say.print(f"{what}:")
        if line := keyboard().readline():
            return line.rstrip("\r\n")
    raise _unanswered(what)


def is_piped() -> bool:
    """Whether answers are piped in; not so at a terminal, nor where the program was started by a click."""
    stdin: TextIO | None = getattr(sys, "stdin", None)
    try:
        return stdin is not None and not stdin.isatty() and not stat.S_ISCHR(os.fstat(stdin.fileno()).st_mode)
    except io.UnsupportedOperation:
        return True  # it is no file, and so was put there by somebody
    except (OSError, ValueError):
        return False  # it was closed


def keyboard() -> TextIO:
    """Where answers come from (START-005 if the program was started without)."""
    stdin: TextIO | None = getattr(sys, "stdin", None)  # None where it was closed
    if stdin is None:
        raise _unanswered("input")
    return stdin


def _unanswered(what: str) -> QpmError:
    return QpmError("START-005", what, "typed.nothing")
