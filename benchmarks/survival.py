"""Reads one mutated input and judges whether mizzle survived it: an answer or a clear error, in time and in memory."""

from __future__ import annotations

import signal
import tempfile
import time
import traceback
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from mizzle.errors import MizzleError
from mizzle.logs.importing import import_log
from mizzle.logs.meaning.convert import convert
from mizzle.logs.readers import understand

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

    from mutations import Seed, Spoilt

PATIENCE = 2.0  # seconds
MOST_MIB = 400.0
WHOLE = 200  # one input in so many is imported to the end, which takes an engine and so a hundred times as long
KEY = b"a secret of the benchmark"


class Hang(BaseException):
    """The reader took longer than one waits; no `except Exception` of a reader catches it."""


class Fate(NamedTuple):
    """What became of one input."""

    outcome: str  # "read", "refused" (a MizzleError), or what went wrong: "crash", "hang", "memory"
    seconds: float
    mib: float
    detail: str  # the error's text, or the traceback of a crash

    @property
    def survived(self) -> bool:
        """Whether this is what mizzle promises."""
        return self.outcome in {"read", "refused"}


def read(path: Path, *, is_ocel: bool, whole: bool) -> None:
    """Open a log, find out what its columns mean, and understand every row; if `whole`, import it."""
    options = {"case": "order"} if is_ocel else {}
    if whole:
        with tempfile.TemporaryDirectory(dir=path.parent) as folder:
            out = Path(folder) / "events.parquet"
            import_log([path], out, options=options, key=KEY, accept_rejects=True, rejects_beside=Path(folder))
        return
    understood = understand(path, None, options)
    try:
        for batch in understood.reader.batches(understood.mapping.columns()):
            convert(batch, understood.mapping, understood.formats, KEY)
    finally:
        understood.reader.close()


def warm(seeds: tuple[Seed, ...], folder: Path) -> None:
    """Read and import each seed as it is, so that no input pays for loading modules; they must all be readable."""
    for seed in seeds:
        path = folder / ("log" + seed.ending)
        path.write_bytes(seed.data)
        read(path, is_ocel=seed.name.startswith("ocel"), whole=seed is seeds[0])


def suffer(spoilt: Spoilt, folder: Path, most_mib: float = MOST_MIB) -> Fate:
    """Write a mutated input into a folder, read it, and say what became of it.

    The memory is that of the whole process: a caller that did other work before gives a `most_mib` of its own.
    """
    path = folder / ("log" + spoilt.seed.ending)
    path.write_bytes(spoilt.data)
    _forget_peak()
    began = time.perf_counter()
    outcome, detail = "read", ""
    try:
        with _alarm(PATIENCE):
            read(path, is_ocel=spoilt.seed.name.startswith("ocel"), whole=spoilt.number % WHOLE == 0)
    except MizzleError as refused:
        outcome, detail = "refused", str(refused)
    except Hang:
        outcome, detail = "hang", traceback.format_exc()
    except (Exception, RecursionError) as error:  # noqa: BLE001 - any other end is the failure that is looked for
        outcome, detail = "crash", "".join(traceback.format_exception(error))
    seconds, mib = time.perf_counter() - began, peak_mib()
    if outcome in {"read", "refused"} and seconds > PATIENCE:
        outcome = "hang"
    elif outcome in {"read", "refused"} and mib > most_mib:
        outcome = "memory"
    return Fate(outcome, seconds, mib, detail)


@contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    def ring(_signal: int, _frame: FrameType | None) -> None:
        raise Hang

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _forget_peak() -> None:
    """Let the peak of memory begin anew, where Linux allows it."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return


def peak_mib() -> float:
    """Give the peak of this process's memory since it was last forgotten; 0 where the system does not say."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0.0)
