"""Notes of commands while they run, and the models that they save and read."""

import json
from pathlib import Path
from types import SimpleNamespace

import approved_logs
import pytest
import typer

from crmkit.clv import BgNbd, GammaGamma
from crmkit.errors import InvalidValueError
from crmkit.report import __main__ as door
from crmkit.report.command.model_commands import _loaded


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


@pytest.mark.parametrize("how", [KeyboardInterrupt, typer.Abort])
def test_a_command_that_is_stopped_says_so_and_ends_as_a_shell_expects(
    how: type[BaseException],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def stopped(*_: object, standalone_mode: bool) -> None:
        assert not standalone_mode
        raise how

    given = SimpleNamespace(main=stopped)
    monkeypatch.setattr(typer.main, "get_command", lambda _: given)
    assert door.run(["demo"]) == 128 + 2  # the number of the signal
    assert capsys.readouterr().err == "crmkit: stopped.\n"


def test_saved_models_are_read_up_to_a_mebibyte(tmp_path: Path) -> None:
    purchases = BgNbd(r=0.2, alpha=4.0, a=0.8, b=2.4, time_unit="week")
    spend = GammaGamma(p=6.0, q=4.0, v=15.0)
    document = {
        "purchases": purchases.to_dict(),
        "spend": spend.to_dict(),
        "model": "bg_nbd",
        "more": "",
    }
    room = (1 << 20) - len(json.dumps(document))
    file = tmp_path / "models.json"
    file.write_text(json.dumps(document | {"more": "x" * room}))
    assert _loaded(file) == (purchases, spend)
    file.write_text(json.dumps(document | {"more": "x" * (room + 1)}))
    with pytest.raises(InvalidValueError, match="not models that crmkit fit wrote"):
        _loaded(file)
