"""What a person at a terminal sees of the steps, and how a process is set up."""

import gc
import io
import sys

import pytest
from rich.console import Console
from rich.progress import Progress

from crmkit.report import __main__ as door
from crmkit.report.analysis import STEPS
from crmkit.report.command import step_progress
from crmkit.report.command.step_progress import shown_steps, steps_of_analysis


def test_the_bar_is_full_when_the_last_step_is_done(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: list[Progress] = []

    class Bars(Progress):
        def __init__(self, *columns: object, console: Console) -> None:
            super().__init__(*columns, console=console)  # type: ignore[arg-type] # as given
            made.append(self)

    console = Console(file=io.StringIO(), force_terminal=True, width=100)
    monkeypatch.setattr(step_progress, "Console", lambda **_: console)
    monkeypatch.setattr(step_progress, "Bars", Bars)
    steps = ("Reading the log", *STEPS, "Writing the page")
    with shown_steps() as show:
        (task,) = made[0].tasks
        assert (task.total, task.completed) == (len(steps), 0)
        for done, step in enumerate(steps, start=1):
            show(step)
            assert (task.description, task.completed) == (step, done)
    assert (task.description, task.completed) == ("Done", len(steps))


def test_a_step_is_named_when_it_begins(capsys: pytest.CaptureFixture[str]) -> None:
    with shown_steps() as show:
        told = steps_of_analysis(show)
        for done in range(len(STEPS) + 1):  # the last tells that all are done
            told(done, len(STEPS))
    lines = capsys.readouterr().err.splitlines()
    assert lines == [f"{step} ..." for step in STEPS]
    with shown_steps(quiet=True) as show:
        show("Reading the log")
    assert capsys.readouterr().err == ""


def test_a_process_looks_for_cycles_less_often_and_finds_no_pandas(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    usual, found = gc.get_threshold(), list(sys.meta_path)
    monkeypatch.setattr(gc, "freeze", lambda: None)
    with door._fewer_collections(), door._without_pandas():
        assert gc.get_threshold()[0] == 100_000
        with pytest.raises(ModuleNotFoundError, match="pandas"):
            sys.meta_path[0].find_spec("pandas", None)
        assert sys.meta_path[0].find_spec("pandas.core", None) is None
    assert (gc.get_threshold(), sys.meta_path) == (usual, found)


def test_the_command_passes_on_all_its_words_and_ends_with_its_code(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[list[str]] = []

    def run(arguments: list[str]) -> int:
        asked.append(arguments)
        return 3

    monkeypatch.setattr(door, "run", run)
    monkeypatch.setattr("sys.argv", ["crmkit", "one", "--two"])
    # The streams and the collector of this process stay as they are.
    monkeypatch.setattr("sys.stdout", io.StringIO())
    monkeypatch.setattr("sys.stderr", io.StringIO())
    monkeypatch.setattr(gc, "freeze", lambda: None)
    finders, threshold = list(sys.meta_path), gc.get_threshold()
    with pytest.raises(SystemExit) as caught:
        door.main()
    assert (asked, caught.value.code) == ([["one", "--two"]], 3)
    assert (sys.meta_path, gc.get_threshold()) == (finders, threshold)
