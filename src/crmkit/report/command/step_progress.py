"""Show on stderr which step is running, and how long the rest may take."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from ..analysis import STEPS, Step

__all__ = ["shown_steps"]


@contextmanager
def shown_steps(*, quiet: bool = False) -> Iterator[Step]:
    """Give a function that shows each step: a live bar, lines if piped, or nothing."""
    console = Console(stderr=True)
    if quiet:
        yield lambda _step: None
        return
    if not console.is_terminal:
        yield lambda step: console.print(f"{step} ...", markup=False)
        return
    columns = (
        SpinnerColumn(finished_text="[green]\N{CHECK MARK}"),
        TextColumn("{task.description}"),
        BarColumn(bar_width=20),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console) as progress:
        # Reading before the analysis, and writing after it, are steps too.
        task = progress.add_task("Reading the log", total=STEPS + 2)
        yield lambda step: progress.update(task, description=step, advance=1)
        progress.update(task, completed=STEPS + 2, description="Done")
