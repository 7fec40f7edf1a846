"""A secret that a process was given in its environment, taken out of it for good."""

from __future__ import annotations

import ctypes
import os


def take_variable(name: str) -> str | None:
    """The value of an environment variable, which nobody can read there any more; None if it is not set.

    ``os.environ.pop`` alone leaves the words in the memory that a process began with, and Linux and macOS show that to
    every process of the same user for as long as it runs (``/proc/PID/environ``, ``ps eww``). Windows has no such copy.
    """
    value = os.environ.get(name)
    if value is not None and os.name == "posix":
        library = ctypes.CDLL(None)
        library.getenv.restype = ctypes.c_void_p
        place = library.getenv(os.fsencode(name))
        if place:
            ctypes.memset(place, ord("0"), len(os.fsencode(value)))
    return os.environ.pop(name, None)
