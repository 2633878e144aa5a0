"""Show on stderr which step is running."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from ..analysis import Step

__all__ = ["shown_steps"]


@contextmanager
def shown_steps() -> Iterator[Step]:
    """Give a function that shows each step: a live list, or lines if piped."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda step: console.print(f"{step} ...", markup=False)
        return
    columns = (
        SpinnerColumn(finished_text="[green]\N{CHECK MARK}"),
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console) as progress:
        yield lambda step: _next(progress, step)
        _finish(progress)


def _next(progress: Progress, step: str) -> None:
    _finish(progress)
    progress.add_task(step, total=1)


def _finish(progress: Progress) -> None:
    for task in progress.tasks:
        progress.update(task.id, completed=1)
