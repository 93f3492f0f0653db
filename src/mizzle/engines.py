"""Opens DuckDB or Spark. The only module that names an engine; everything else is an Ibis expression."""

from __future__ import annotations

import os
from dataclasses import dataclass
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Self

import ibis
import pyarrow as pa

from mizzle.errors import MizzleError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from types import TracebackType

    import ibis.expr.types as ir

MEMORY = "500MB"
"""Memory that DuckDB takes for measures before it writes to disk; ten million events stay below 1 GB with it."""


# Microseconds since 1970 UTC as an integer: each engine has its own word for it, and no other spelling is both exact
# on both and free of calendar arithmetic (`delta` on instants with a zone costs DuckDB a second in ten million).
@ibis.udf.scalar.builtin(name="epoch_us", signature=((ibis.dtype("timestamp('UTC')"),), ibis.dtype("int64")))
def _epoch_us(instant): ...  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202


@ibis.udf.scalar.builtin(name="unix_micros", signature=((ibis.dtype("timestamp('UTC')"),), ibis.dtype("int64")))
def _unix_micros(instant): ...  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202


@dataclass(frozen=True, slots=True)
class Engine:
    """One open engine; close it, or use it in a `with` block.

    Parameters
    ----------
    name
        ``"duckdb"`` or ``"spark"``.
    backend
        The Ibis backend that runs the expressions.
    scratch
        For DuckDB: the folder for what does not fit into memory, gone when the engine closes.
    """

    name: str
    backend: Any
    scratch: TemporaryDirectory[str] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the engine and of what it kept, also of copies that an expression still names."""
        # Ibis drops a copy with the last expression that names it, and fails when the engine has gone before.
        for name in list(self.backend._cache_name_to_entry):  # noqa: SLF001 - there is no public list of them
            self.backend._finalize_cached_table(name)  # noqa: SLF001 - nor a public way to drop one by name
        self.backend.disconnect()
        if self.scratch is not None:
            self.scratch.cleanup()

    def events(self, source: Path | pa.Table) -> ir.Table:
        """Open an event table (a Parquet file, or Arrow in memory) with `start_us` and `end_us` beside its instants."""
        in_memory = hasattr(source, "schema")
        table = in_engine(self.backend, source) if in_memory else self.backend.read_parquet(str(source))
        micros = _epoch_us if self.name == "duckdb" else _unix_micros
        end_us = micros(table.end)
        return table.mutate(end_us=end_us, start_us=ibis.coalesce(micros(table.start), end_us))


def in_engine(backend: Any, table: pa.Table) -> ir.Table:
    """Hand a small table in memory to an engine, to be joined with what is there."""
    name = ibis.util.gen_name("mizzle")
    if backend.name == "duckdb":
        return backend.create_table(name, table, temp=True)
    from pyspark.sql import SparkSession

    SparkSession.active().createDataFrame(table).createOrReplaceTempView(name)
    return backend.table(name)


def fetch(expression: ir.Table) -> pa.Table:
    """Run an expression and give its rows.

    Not `expression.to_pyarrow()`: that goes by way of pandas, which is slow to load, and on Spark makes whole numbers
    with gaps into fractions.
    """
    backend = expression.get_backend()
    found = backend.raw_sql(backend.compile(expression))
    if backend.name != "duckdb":
        return found.toArrow()
    table = found.to_arrow_table()
    # DuckDB adds whole numbers up as 128-bit ones, which Arrow knows only as decimals.
    wide = [field.with_type(pa.int64()) if pa.types.is_decimal(field.type) else field for field in table.schema]
    return table.cast(pa.schema(wide))


def open_engine(
    name: str = "duckdb",
    *,
    master: str | None = None,
    threads: int | None = None,
    memory: str | None = None,
    folder: Path | None = None,
) -> Engine:
    """Open an engine to run measures on.

    Parameters
    ----------
    name
        ``"duckdb"`` (one machine, the default) or ``"spark"`` (a log that outgrew one machine).
    master
        Spark's master address; ``local[*]`` where none is given, Spark on this machine.
    threads, memory, folder
        For DuckDB: how many threads, how much memory before it writes to disk (as ``"2GB"``), and where it does so;
        all cores, `MEMORY` and the system's folder for temporary files where None.

    Raises
    ------
    MizzleError
        For an unknown engine, or Spark where pyspark or Java is missing.
    """
    if name == "duckdb":
        scratch = TemporaryDirectory(prefix="mizzle-", dir=folder)
        return Engine(name, _duckdb(threads, memory or MEMORY, scratch.name), scratch)
    if name == "spark":
        return Engine(name, _spark(master or "local[*]"))
    raise MizzleError(f"There is no engine called {name!r}: choose duckdb (one machine) or spark (many).")


def _duckdb(threads: int | None, memory: str, folder: str) -> Any:
    backend = ibis.duckdb.connect(
        threads=threads or os.cpu_count() or 1,
        memory_limit=memory,
        temp_directory=folder,
        autoinstall_known_extensions=False,
        autoload_known_extensions=False,
    )
    # Every expression names the order that it needs; keeping that of the file as well costs memory.
    backend.raw_sql("SET TimeZone = 'UTC'; SET enable_progress_bar = false; SET preserve_insertion_order = false")
    return backend


def _spark(master: str) -> Any:
    try:
        from pyspark.sql import SparkSession
    except ImportError as missing:
        raise MizzleError("Spark is not installed here. Install it with: pip install 'mizzle[spark]'") from missing
    session = SparkSession.builder.master(master).appName("mizzle").config(map=_spark_settings(master)).getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    return ibis.pyspark.connect(session)


def _spark_settings(master: str) -> dict[str, Any]:
    settings: dict[str, Any] = {
        "spark.sql.session.timeZone": "UTC",
        "spark.ui.enabled": "false",
        "spark.sql.execution.arrow.pyspark.enabled": "true",
    }
    if not master.startswith("local"):
        return settings
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")  # or it listens on the network
    here = {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
    return settings | here | {"spark.sql.shuffle.partitions": "4"}


def sorted_batches(
    engine: Engine, files: Sequence[Path], by: Sequence[str], rows: int = 65_536
) -> Iterator[pa.RecordBatch]:
    """Read Parquet files as one stream in a given order, sorting on disk where memory does not suffice.

    A column that some of them lack is empty there.
    """
    yield from in_order(engine.backend.read_parquet([str(file) for file in files], union_by_name=True), by, rows)


def in_order(table: ir.Table, by: Sequence[str], rows: int = 65_536) -> Iterator[pa.RecordBatch]:
    """Read a table of DuckDB as one stream in a given order, sorting on disk where memory does not suffice."""
    backend = table.get_backend()
    yield from backend.raw_sql(backend.compile(table.order_by(list(by)))).to_arrow_reader(rows)
