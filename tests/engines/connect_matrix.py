"""Ask every lazy function on Spark Connect, with two executors, and print the answers.

A process of its own: a Connect session and a classic one do not go together.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyspark

sys.path.insert(0, str(Path(__file__).parents[1] / "conformance"))

from engines import outcome, promising

os.environ["SPARK_HOME"] = str(Path(pyspark.__file__).parent)  # executors start there
os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"


def main(names: list[str]) -> None:
    from pyspark.sql import SparkSession

    builder: Any = SparkSession.builder
    session = (
        builder.remote("local-cluster[2,1,1024]")
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.ui.enabled", "false")
        .getOrCreate()
    )

    def there(frame: Any) -> Any:
        return session.createDataFrame(
            pa.Table.from_pandas(frame, preserve_index=False)
        )

    for name in names or promising():
        try:
            found = outcome(name, there)
        except Exception as error:  # noqa: BLE001 - the test shows it
            found = f"{type(error).__name__}: {error}"[:500]
        sys.stdout.write(json.dumps([name, found]) + "\n")
        sys.stdout.flush()
    session.stop()


if __name__ == "__main__":
    main(sys.argv[1:])
