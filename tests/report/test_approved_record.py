"""Pages, tables and answers are those that were read and approved.

What was approved lies in ``tests/report/approved``; ``make api`` (or running this
file) writes it anew after a change that was meant: read the difference before you
commit it.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from approved_runs import LOGS, answers, record
from close_text import Near, differences

HERE = Path(__file__).parent / "approved"
NAMES = (*LOGS, "files")
_NEAR: Near = (1e-4, 1e-9)
# Amounts that are all equal leave the spend model all but free, and the last digit of
# its fit, which each processor rounds in its way, decides which draws are rejected:
# ends of ranges differ as those of two seeds do, by a few purchases.
_DRAWN: dict[str, Near] = {"visits": (0.15, 4.0)}
_LEVEL = "=" * 8


def _kept(log: str) -> Path:
    return HERE / f"{log}.txt"


def _joined(texts: Iterator[tuple[str, bool, str]]) -> str:
    parts = (
        f"{_LEVEL} {name} ({'rounded' if rounded else 'exact'})\n{text}"
        for name, rounded, text in texts
    )
    return "\n".join(parts) + "\n"


def _texts(name: str, folder: Path) -> Iterator[tuple[str, bool, str]]:
    return answers(folder) if name == "files" else record(name, folder)


@pytest.mark.parametrize("log", NAMES)
def test_pages_and_answers_are_as_approved(log: str, tmp_path: Path) -> None:
    approved = _parts(_kept(log).read_text("utf-8"))
    now = _parts(_joined(_texts(log, tmp_path)))
    assert list(now) == list(approved)
    told = [
        f"{name}\n" + "\n".join(found)
        for name, text in now.items()
        if (found := _differences(log, name, text, approved[name]))
    ]
    assert not told, "\n".join(["if it is meant: `make api`", *told])


def _differences(log: str, name: str, text: str, approved: str) -> list[str]:
    return differences(
        text,
        approved,
        rounded="(rounded)" in name,
        near=_DRAWN.get(log, _NEAR),
    )


def _parts(text: str) -> dict[str, str]:
    """Split a record into its texts, by name."""
    parts = f"\n{text}".split(f"\n{_LEVEL} ")[1:]
    named = (part.partition("\n") for part in parts)
    return {name: rest.rstrip("\n") for name, _, rest in named}


def test_no_approved_text_is_orphaned() -> None:
    assert {path.stem for path in HERE.glob("*.txt")} == {*NAMES}


def _write_all() -> None:
    HERE.mkdir(exist_ok=True)
    for log in NAMES:
        with tempfile.TemporaryDirectory() as folder:
            text = _joined(_texts(log, Path(folder)))
        _kept(log).write_text(text, "utf-8")


if __name__ == "__main__":
    _write_all()
