"""A progress bar in the terminal for a long step."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

Step = Callable[[str, float], None]


@contextmanager
def progress_bar(console: Console, title: str) -> Iterator[Step]:
    """A progress bar for one long step; the yielded function takes what is being done and the share done."""
    columns = (
        TextColumn("{task.description:<34}"),
        BarColumn(bar_width=30),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[doing]}"),
    )
    with Progress(*columns, console=console) as progress:
        task = progress.add_task(title, total=1.0, doing="")
        yield lambda doing, share: progress.update(task, completed=share, doing=doing)
        progress.update(task, completed=1.0, doing="")
