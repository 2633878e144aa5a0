"""Every function that promises to work on lazy frames gives the answer of pandas.

``python tests/conformance/test_engines_matrix.py`` writes the table of the docs.
"""

import sys
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pyarrow as pa
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from engines import Build, outcome, promising

PAGE = Path(__file__).parents[2] / "docs" / "concepts" / "engines.md"
_START, _END = "<!-- table: start -->", "<!-- table: end -->"


def _arrow(frame: Any) -> Any:
    return pa.Table.from_pandas(frame, preserve_index=False)


def _builds() -> dict[str, Build]:
    connection = duckdb.connect()
    return {
        "Polars": pl.from_pandas,
        "Polars lazy": lambda frame: pl.from_pandas(frame).lazy(),
        "PyArrow": _arrow,
        "DuckDB": lambda frame: connection.from_arrow(_arrow(frame)),
    }


HERE = _builds()
PROMISING = promising()


@pytest.mark.parametrize("name", PROMISING)
def test_a_lazy_frame_gets_the_answer_of_pandas(name: str) -> None:
    for build in HERE.values():
        assert outcome(name, build) == "yes"


def test_the_functions_of_the_main_path_promise_it() -> None:
    path = {
        "crmkit.rfm_summary",
        "crmkit.update_summary",
        "crmkit.calibration_holdout_summary",
        "crmkit.clv.fit_bg_nbd",
        "crmkit.clv.fit_gamma_gamma",
        "crmkit.clv.with_clv",
        "crmkit.segments.with_value_tier",
        "crmkit.segments.with_rfm_scores",
        "crmkit.satisfaction.nps",
    }
    assert path <= set(PROMISING)


def test_the_page_lists_exactly_these_functions() -> None:
    """After a change: ``python tests/conformance/test_engines_matrix.py``."""
    assert _table() in PAGE.read_text("utf-8")


def _table() -> str:
    head = ["function", "pandas", *HERE]
    lines = [f"| {' | '.join(head)} |", f"| --- |{' :-: |' * (len(head) - 1)}"]
    for name in sorted(PROMISING):
        cells = ["yes"] * (1 + len(HERE))
        lines.append(f"| `{name.removeprefix('crmkit.')}` | {' | '.join(cells)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    text = PAGE.read_text("utf-8")
    before, after = text.split(_START)[0], text.split(_END)[1]
    PAGE.write_text(f"{before}{_START}\n{_table()}\n{_END}{after}", "utf-8")
