"""Show on stderr which step is running, and how long the rest may take."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.progress import Progress as Bars

from ...typing import Progress
from ..analysis import STEPS

__all__ = ["shown_steps", "steps_of_analysis"]

Step = Callable[[str], None]


def steps_of_analysis(show: Step) -> Progress:
    """Return the ``progress`` of ``analyse`` that shows each step by its name."""

    def told(done: int, total: int) -> None:
        if done < total:
            show(STEPS[done])

    return told


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
    with Bars(*columns, console=console) as progress:
        # Reading before the analysis, and writing after it, are steps too.
        task = progress.add_task("Reading the log", total=len(STEPS) + 2)
        yield lambda step: progress.update(task, description=step, advance=1)
        progress.update(task, completed=len(STEPS) + 2, description="Done")
