"""The kit's front door: makes its own environment in .venv, then hands over to the `qpm` command.

Needs Python 3.11 or newer and nothing else. Say `python kit.py demo`, `… start` or `… test`.
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import time
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
ENVIRONMENT = HERE / ".venv"
PYTHON = ENVIRONMENT / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
NEEDED = (3, 11)


USAGE = """python kit.py COMMAND

  demo          record and report an invented visit, and open its desk
  start         open your own kit
  lock          close the kit wherever it is open
  plan          put an assessment and its visits into the kit, from a folder of YAML files
  itinerary     whom a visit meets when and where, on paper and for a calendar
  invite        an invitation to an interview, English or Welsh, plain or Easy Read
  form          a guide as a form, for pen and paper
  render        make a finished report
  submit        write a visit for the lead assessor, encrypted to the lead's key
  receive       take in visits that assessors submitted
  key           write your public key, for assessors who submit to you
  names         keep the names of people that a visit's notes and reports look out for
  withdraw      erase an interview or its quotes for good, with a certificate
  safeguarding  read, print, send and erase accounts of harm, which are kept apart
  retention     list what must go by the scheme's dates, and erase it
  show          show one journal entry
  history       show who wrote what when about one interview
  verify        prove that nothing in the journal was altered
  backup        write an encrypted copy of the kit
  restore       make a kit from such a copy
  repair        make pages again that are missing or were changed
  passphrase    change the passphrase
  keyring       open the kit by the system's keyring instead of its passphrase
  templates     check the standards, guides, wording and rules
  test          run lint, types and tests

`python kit.py COMMAND --help` says more. The first command installs the kit into .venv, which needs a network once."""


def main(arguments: list[str]) -> int:
    """Prepare the environment if it is not, then run the command and return its exit status."""
    if arguments in ([], ["--help"], ["-h"], ["help"]):
        print(USAGE)
        return 0
    if sys.version_info < NEEDED:
        print(f"The kit needs Python {NEEDED[0]}.{NEEDED[1]} or newer; this is {sys.version.split()[0]}.")
        return 2
    testing = arguments[:1] == ["test"]
    if not prepare_environment(HERE / ("requirements-test.lock" if testing else "requirements.lock")):
        return 1
    try:
        if testing:
            return run_tests(arguments[1:])
        return subprocess.call([str(PYTHON), "-m", "qpm_widgets", *arguments], cwd=Path.cwd())
    except KeyboardInterrupt:
        return 130


def prepare_environment(lock: Path) -> bool:
    """Install what `lock` pins unless that very list is installed already; False if it could not be done.

    An installation that was interrupted leaves no stamp, so the next call takes it up again.
    """
    # Whoever has the test list installed has the kit's own list too.
    if PYTHON.exists() and any(read(stamp(one)) == fingerprint(one) for one in {lock, HERE / "requirements-test.lock"}):
        return True
    try:
        if not PYTHON.exists():
            print("Making the kit's own Python environment in .venv …", flush=True)
            venv.create(ENVIRONMENT, with_pip=True, clear=ENVIRONMENT.exists())
        install(lock)
    except (subprocess.CalledProcessError, OSError) as error:
        print(f"The kit could not be installed: {explain(error)}")
        return False
    stamp(lock).write_text(fingerprint(lock), encoding="utf-8")
    return True


def stamp(lock: Path) -> Path:
    """The file that says which state of a list is installed."""
    return ENVIRONMENT / f".installed-{lock.stem}"


def fingerprint(lock: Path) -> str:
    """What an installation depends on: the lists, this Python, and where this checkout lies."""
    facts = [
        lock.read_bytes(),
        (HERE / "pyproject.toml").read_bytes(),
        sys.version.encode(),
        str(HERE).encode(),
    ]
    return hashlib.sha256(b"\0".join(facts)).hexdigest()


def read(path: Path) -> str:
    """The text of a file, or nothing where there is none."""
    return path.read_text(encoding="utf-8") if path.exists() else ""


def explain(error: Exception) -> str:
    """One sentence, with the remedy, for a failed installation."""
    if isinstance(error, subprocess.CalledProcessError) and "ensurepip" in str(error.cmd):
        return "this Python lacks `ensurepip`. On Debian or Ubuntu install python3-venv, then try again."
    if isinstance(error, subprocess.CalledProcessError):
        return "see pip's last lines above. The first start needs a network; try again when there is one."
    cause = getattr(error, "strerror", None) or type(error).__name__
    return f"{cause}. Make room, or choose a folder that you may write to, then try again."


def install(lock: Path) -> None:
    """Install the pinned packages, each checked against its hash, then this checkout itself."""
    pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "install"]
    total = len(re.findall(r"^[a-zA-Z0-9].*==", lock.read_text(encoding="utf-8"), re.MULTILINE))
    run_with_bar([*pip, "--require-hashes", "-r", str(lock)], total)
    # The checkout has no hash of its own; its build backend is one of the pinned packages: no network needed.
    run_quietly([*pip, "--no-deps", "--no-build-isolation", "--no-index", "-e", str(HERE)])


def run_with_bar(command: list[str], total: int) -> None:
    """Run pip and draw a bar from the packages it names; its last lines are shown if it fails."""
    lines: list[str] = []
    began, seen = time.monotonic(), 0
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    ) as job:
        for line in job.stdout or ():
            lines.append(line)
            if line.startswith(("Collecting ", "Requirement already satisfied", "Ignoring ")):
                seen += 1
                draw_bar("fetching", min(seen, total), total, began)
            elif line.startswith("Installing collected"):
                print(f"\n  unpacking {total} packages …", flush=True)
    if job.returncode:
        print("\n" + "".join(lines[-15:]), end="")
        raise subprocess.CalledProcessError(job.returncode, command)
    print(f"  installed in {time.monotonic() - began:.0f} s", flush=True)


def draw_bar(doing: str, done: int, total: int, began: float) -> None:
    """Draw the bar in place on a terminal; elsewhere a line for each quarter."""
    filled = round(30 * done / max(total, 1))
    bar = f"  {doing} [{'#' * filled}{'.' * (30 - filled)}] {done}/{total}, {time.monotonic() - began:.0f} s"
    if sys.stdout.isatty():
        print(f"\r{bar}", end="", flush=True)
    elif done * 4 // total > (done - 1) * 4 // total:
        print(bar, flush=True)


def run_quietly(command: list[str]) -> None:
    """Run a command; its words are shown only if it fails."""
    job = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    if job.returncode:
        print(job.stdout + job.stderr, end="")
        job.check_returncode()


def run_tests(arguments: list[str]) -> int:
    """Lint, format, types and tests, in that order; all of them run, and any failure is the exit status."""
    steps = [["ruff", "check", "."], ["ruff", "format", "--check", "."], ["mypy"]]
    status = 0
    if not arguments:
        for step in steps:
            print(f"== {' '.join(step)}", flush=True)
            status = subprocess.call([str(PYTHON), "-m", *step], cwd=HERE) or status
        # File by file, two for each core: most of the time of a browser test is waiting.
        arguments = ["-n", str(min(2 * (os.cpu_count() or 1), 4)), "--dist", "loadfile", "--no-loadscope-reorder"]
    print("== pytest", flush=True)
    return subprocess.call([str(PYTHON), "-m", "pytest", *arguments], cwd=HERE) or status


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
