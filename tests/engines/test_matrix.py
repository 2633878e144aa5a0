"""Every function that promises to work on lazy frames does so on a server."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "conformance"))

from engines import OUTSIDE, REFUSED, outcome, promising

# Minutes of Spark: CI runs the pipelines of test_engines, `make engines` these too.
pytestmark = [pytest.mark.engine, pytest.mark.heavy]


@pytest.mark.parametrize("engine", OUTSIDE)
@pytest.mark.parametrize("name", promising())
def test_an_engine_gives_the_answer_of_pandas(
    name: str, engine: str, request: pytest.FixtureRequest
) -> None:
    build = request.getfixturevalue(engine)

    def there(frame: Any) -> Any:
        table = pa.Table.from_pandas(frame, preserve_index=False)
        return build({each: table[each] for each in table.column_names})

    assert outcome(name, there) == REFUSED.get((name, engine), "yes")


@pytest.fixture(scope="module")
def on_connect() -> dict[str, str]:
    pytest.importorskip("pyspark")
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java")
    done = subprocess.run(
        [sys.executable, str(Path(__file__).parent / "connect_matrix.py")],
        check=False,
        capture_output=True,
        text=True,
    )
    lines = [line for line in done.stdout.splitlines() if line.startswith("[")]
    assert lines, done.stderr[-3000:]
    return dict(json.loads(line) for line in lines)


@pytest.mark.parametrize("name", promising())
def test_two_executors_of_spark_connect_give_the_answer_of_pandas(
    name: str, on_connect: dict[str, str]
) -> None:
    expected = REFUSED.get((name, "spark_frame"), "yes")
    assert on_connect[name] == expected
