"""What crmkit warns of while a command runs is a note, and silent if that is asked."""

from pathlib import Path

import approved_logs
import pytest

from crmkit.report import __main__ as door


@pytest.mark.parametrize(("quiet", "said"), [((), True), (("-q",), False)])
def test_a_fit_that_is_hardly_determined_is_noted_once_without_a_path(
    quiet: tuple[str, ...],
    said: bool,  # noqa: FBT001 - a case
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    approved_logs.few(tmp_path)
    log, out = str(tmp_path / "few.csv"), str(tmp_path / "models.json")
    told = ("fit", log, "--accept", "--model", "bg_nbd", "--out", out)
    assert door.run([*told, *quiet]) == 0
    notes = capsys.readouterr().err.splitlines()
    free = [note for note in notes if "all but free" in note]
    assert len(free) == len(set(free))
    assert bool(free) == bool(notes) == said
    assert all(note.startswith("note: ") for note in notes)
