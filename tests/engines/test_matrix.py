"""Every function that promises to work on lazy frames does so on a server."""

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
