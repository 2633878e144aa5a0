"""Real engines: a Spark session and a PostgreSQL server of the test's own.

Both are skipped where their parts are missing; CI installs the parts and fails on a
skip.
"""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

Columns = dict[str, Any]
Build = Callable[[Columns], Any]

# A program that a test starts: it imports engines that may not be there.
collect_ignore = ["connect_matrix.py"]


def _arrow(columns: Columns) -> Any:
    import pyarrow as pa

    return pa.table(columns)


@pytest.fixture(scope="session")
def spark_frame() -> Iterator[Build]:
    """Build Spark frames in a local session."""
    pyspark = pytest.importorskip("pyspark.sql")
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java")
    session = (
        pyspark.SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.log.level", "ERROR")
        .getOrCreate()
    )
    yield lambda columns: session.createDataFrame(_arrow(columns))
    session.stop()


@pytest.fixture(scope="session")
def postgres_port() -> Iterator[int]:
    """Start a PostgreSQL server for the tests, with a user named crmkit."""
    binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not binaries:
        pytest.skip("needs the PostgreSQL server's binaries")
    with tempfile.TemporaryDirectory(prefix="crmkit-postgres-") as folder:
        port = _free_port()
        run = _runner(binaries[-1], Path(folder))
        run("initdb", "-D", f"{folder}/data", "-A", "trust", "-U", "crmkit")
        options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1"
        run("pg_ctl", "-D", f"{folder}/data", "-o", options, "-w", "start")
        try:
            yield port
        finally:
            run("pg_ctl", "-D", f"{folder}/data", "-m", "immediate", "stop")


@pytest.fixture(scope="session")
def postgres_frame(postgres_port: int) -> Iterator[Build]:
    """Build Ibis tables on that server."""
    ibis = pytest.importorskip("ibis")
    connection = ibis.postgres.connect(
        host="127.0.0.1", port=postgres_port, user="crmkit", database="postgres"
    )
    names = iter(range(10_000))
    yield lambda columns: connection.create_table(
        f"frame_{next(names)}", _arrow(columns)
    )
    connection.disconnect()


@pytest.fixture(scope="session")
def ibis_frame() -> Iterator[Build]:
    """Build Ibis tables on DuckDB."""
    ibis = pytest.importorskip("ibis")
    connection = ibis.duckdb.connect()
    names = iter(range(10_000))
    yield lambda columns: connection.create_table(
        f"frame_{next(names)}", _arrow(columns)
    )
    connection.disconnect()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _runner(binaries: Path, folder: Path) -> Callable[..., None]:
    """Run the server's programs, as an unprivileged user where the test is root."""
    user = "postgres" if os.getuid() == 0 else None
    if user is not None:
        shutil.chown(folder, user, user)

    def run(program: str, *arguments: str) -> None:
        subprocess.run(
            [str(binaries / program), *arguments],
            check=True,
            user=user,
            group=user,
            stdout=subprocess.DEVNULL,
            cwd=folder,
        )

    return run
