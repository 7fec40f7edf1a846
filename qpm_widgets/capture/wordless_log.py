"""The server's log: what kind of fault, when and where in the code, but never a message, which may quote words."""

from __future__ import annotations

import logging
import traceback
from contextlib import suppress
from pathlib import Path

# Everything that a Jupyter server in this process logs through; each would write to the terminal by itself.
LOGGERS = ("KitServer", "ServerApp", "LabApp", "traitlets", "tornado", "asyncio", "jupyter_events", "py.warnings")


class WordlessFormatter(logging.Formatter):
    """Formats a record without its message: time, level, place, kind of exception and its frames."""

    def format(self, record: logging.LogRecord) -> str:
        """One line for the record, and one for each frame of its exception."""
        lines = [f"{self.formatTime(record)} {record.levelname} {record.name} {record.module}:{record.lineno}"]
        if record.exc_info and record.exc_info[0] is not None:
            kind, _, frames = record.exc_info
            lines[0] += f" {kind.__name__}"
            lines += [f"  {Path(frame.filename).name}:{frame.lineno}" for frame in traceback.extract_tb(frames)]
        return "\n".join(lines)


class DispensableFileHandler(logging.FileHandler):
    """Writes a log where it can be written. A full or read-only disk ends nothing and is told to nobody."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record, or leave it out."""
        with suppress(OSError):  # the file is opened at the first record
            super().emit(record)

    def handleError(self, record: logging.LogRecord) -> None:
        """Leave the record out; the usual answer prints its message, which may quote words, on the terminal."""


def keep_words_out_of_log(file: Path) -> None:
    """Send what this process logs from now on to ``file``, without words; nothing goes to the terminal."""
    handler = DispensableFileHandler(file, encoding="utf-8", delay=True)
    handler.setLevel(logging.ERROR)
    handler.setFormatter(WordlessFormatter())
    for name in LOGGERS:
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
    root = logging.getLogger()
    root.handlers.clear()
    root.addHandler(handler)
