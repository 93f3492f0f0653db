"""From a log to an event table: read, understand, set aside what cannot be read, sort, and put in a chain.

What has been read is kept in parts beside the result, so that an import which was stopped goes on where it was.
"""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
from collections import Counter
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from itertools import chain, count
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from mizzle import __version__
from mizzle.alone import alone_in
from mizzle.engines import open_engine, sorted_batches
from mizzle.errors import MizzleError, TooManyRejected, UnreadableLog
from mizzle.logs.batches import Mark, Rejected
from mizzle.logs.lifecycle import TRANSITION
from mizzle.logs.meaning.convert import convert
from mizzle.logs.pairing import one_event_each
from mizzle.logs.readers import Understood, alike, understand
from mizzle.logs.source import open_source
from mizzle.logs.steps import ORDER
from mizzle.logs.store import Counts, append_events, with_moment, write_events

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from mizzle.logs.meaning.mapping import Mapping

    Progress = Callable[[str, float], None]

MOST_REJECTED = 0.05
"""Share of rows that may be set aside without being asked."""

NO_WORK = "lifecycle transition"
"""Beginning of the reason for events that XES itself says are no work, as the scheduling of a task."""

LEAST_MEGABYTES, ROWS_PER_MEGABYTE = 64, 150_000
"""Memory of the sort; what does not fit goes to disk beside the result, but its lists of what is there must fit."""

ROWS_PER_PART, BYTES_PER_PART = 250_000, 1 << 28


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did.

    Attributes
    ----------
    out
        The event table; None when it was only a check.
    understood
        For each log: its format, what was found out about it, and the mapping.
    rows, rejected, reasons
        Rows read, rows set aside, and why with how many of each reason.
    rejected_files
        Where the rows set aside were written.
    counts
        What is in the event table.
    examples
        The first few rows set aside.
    """

    out: Path | None
    understood: tuple[Understood, ...]
    rows: int
    rejected: int
    reasons: dict[str, int]
    rejected_files: tuple[Path, ...]
    counts: Counts
    examples: tuple[Rejected, ...]


@dataclass
class _Part:
    """A piece of one log that has been read: its file, the place after it, and what was set aside."""

    file: str
    log: int
    mark: Mark | None
    rows: int
    rejected: int
    reasons: dict[str, int] = field(default_factory=dict)


@dataclass
class _State:
    """How far an import has come; kept as JSON beside its parts."""

    of: dict[str, Any]
    parts: list[_Part] = field(default_factory=list)
    finished: list[int] = field(default_factory=list)

    def save(self, folder: Path) -> None:
        text = json.dumps(asdict(self), ensure_ascii=False)
        (folder / "state.tmp").write_text(text, encoding="utf-8")
        (folder / "state.tmp").replace(folder / "state.json")


def import_log(
    logs: Sequence[Path],
    out: Path,
    *,
    mapping: Mapping | None = None,
    options: dict[str, Any] | None = None,
    key: bytes | Callable[[], bytes] | None = None,
    accept_rejects: bool = False,
    append: bool = False,
    progress: Progress | None = None,
    rejects_beside: Path | None = None,
) -> Imported:
    """Import one log, or one that was split into several files, into an event table.

    Parameters
    ----------
    logs
        Files of any readable format, all with the same columns.
    out
        The event table to write, a Parquet file. The same logs give the same bytes.
    mapping, options
        What the columns mean; without a mapping it is guessed, after the single `options` (field names of `Mapping`)
        that were given.
    key
        The secret under which resources are pseudonymised, or what gives it when there are any; without one they are
        left out.
    accept_rejects
        Go on when more than 5 % of the rows cannot be read.
    append
        Add to the event table that is there; only cases that the new events touch are put in a chain anew.
    progress
        Called with what is being done and the share of it that is done.
    rejects_beside
        Folder for the files of rows set aside; beside each log where None.

    Returns
    -------
    Imported
        Counts and reasons; nothing is set aside without being counted.

    Raises
    ------
    UnreadableLog, UnclearMapping
        When a file is no log that can be read, a case has more than 1,000,000 events or 1,024 MB, or it is unclear
        what the columns mean.
    TooManyRejected
        When more than 5 % of the rows cannot be read and `accept_rejects` is not set. What was read is kept, so that
        a second call goes on from there.
    """
    if any(out.exists() and log.exists() and out.samefile(log) for log in logs):
        raise UnreadableLog(f"{out} is the log itself and would be written over. Name another file with --out.")
    tell = progress or (lambda _stage, _share: None)
    understood = alike([understand(log, mapping, options or {}) for log in logs])
    has_resource = any(one.mapping.resource for one in understood)
    secret = key() if callable(key) and has_resource else (key if isinstance(key, bytes) else None)
    folder = out.with_name(out.name + ".partial")
    try:
        with _alone(folder, out):
            state = _resume(folder, _identity(logs, understood, secret))
            try:
                for place, (log, one) in enumerate(zip(logs, understood, strict=True)):
                    if place not in state.finished:
                        _read(state, folder, place, log, one, secret, tell)
                files = _write_rejected(state, folder, logs, rejects_beside)
                _refuse_too_many(state, files, accept_rejects=accept_rejects)
                counts = _put_together(state, folder, out, append=append, tell=tell)
            except UnreadableLog:
                shutil.rmtree(folder)  # there is nothing to go on from
                raise
            rows, rejected = _totals(state)
            examples = tuple(_rejected_rows(state, folder, limit=5))
            shutil.rmtree(folder)
    finally:
        for one in understood:
            one.reader.close()
    return Imported(out, tuple(understood), rows, rejected, dict(_reason_counts(state)), files, counts, examples)


@contextmanager
def _alone(folder: Path, out: Path) -> Iterator[None]:
    """Let one import at a time work beside a table; what it leaves there another one goes on from."""
    with ExitStack() as held:
        try:
            held.enter_context(alone_in(folder, wait=False))
        except BlockingIOError:
            raise MizzleError(
                f"Another import writes {out} right now. Wait until it has ended, or name another file."
            ) from None
        yield


def _read(
    state: _State, folder: Path, place: int, log: Path, one: Understood, key: bytes | None, tell: Progress
) -> None:
    """Read one log from where it was left, part by part."""
    mine = [part for part in state.parts if part.log == place]
    before = sum(part.rows for part in state.parts if part.log < place)
    last = mine[-1].mark if mine else None
    if mine and last is None:  # a format that cannot go on in the middle begins again
        state.parts = [part for part in state.parts if part.log != place]
        mine = []
    after = Mark(*last) if last else None
    rows_so_far = after.row if after else 0
    pending: list[pa.Table] = []
    rejected: list[Rejected] = []
    mark: Mark | None = after
    columns = one.mapping.columns()
    for batch in one.reader.batches(columns, after):
        found = convert(batch, one.mapping, one.formats, key)
        pending.append(_from_row(found.table, before))
        rejected += found.rejected
        mark = batch.mark
        tell(f"reading {log.name}", batch.done)
        if sum(table.num_rows for table in pending) + len(rejected) >= ROWS_PER_PART or _are_wide(pending):
            rows_so_far = _keep(state, folder, place, pending, rejected, mark, rows_so_far)
            pending, rejected = [], []
    if pending or rejected:
        _keep(state, folder, place, pending, rejected, mark, rows_so_far)
    state.finished.append(place)
    state.save(folder)


def _are_wide(tables: Sequence[pa.Table]) -> bool:
    """Whether some rows hold so much text that no more of them are gathered before they are written."""
    size: int = sum(table.nbytes for table in tables)
    return size >= BYTES_PER_PART


def _keep(
    state: _State,
    folder: Path,
    place: int,
    tables: Sequence[pa.Table],
    rejected: Sequence[Rejected],
    mark: Mark | None,
    rows_so_far: int,
) -> int:
    """Write one part; what is not in the state does not count, so a part is whole or not there."""
    name = f"part-{len(state.parts):05d}"
    table = pa.concat_tables(tables)
    pq.write_table(with_moment(table), folder / f"{name}.parquet", compression="lz4")
    (folder / f"{name}.rejected.json").write_text(json.dumps([list(one) for one in rejected]), encoding="utf-8")
    rows: int = table.num_rows + len(rejected)
    reasons = Counter(one.reason.split(":")[0] for one in rejected)
    state.parts.append(_Part(name, place, mark, rows, len(rejected), dict(reasons)))
    state.save(folder)
    return rows_so_far + rows


def _from_row(table: pa.Table, before: int) -> pa.Table:
    """Count rows on from those of the files before, so that it does not matter how a log was split."""
    if not before:
        return table
    place = table.schema.get_field_index("row")
    return table.set_column(place, "row", pc.add(table["row"], before))


def _put_together(state: _State, folder: Path, out: Path, *, append: bool, tell: Progress) -> Counts:
    files = [folder / f"{part.file}.parquet" for part in state.parts if part.rows > part.rejected]
    total = sum(part.rows - part.rejected for part in state.parts)
    fresh = folder / "events.parquet"
    pa.default_memory_pool().release_unused()  # what reading took is free for sorting
    with open_engine(threads=1, memory=memory_to_sort(total), folder=folder) as engine:
        batches = told(sorted_batches(engine, files, ORDER), total, tell)
        if any(TRANSITION in pq.read_schema(file).names for file in files):
            batches = one_event_each(batches)
        counts = append_events(out, batches, fresh) if append and out.exists() else write_events(batches, fresh)
    fresh.replace(out)
    return counts


def memory_to_sort(rows: int) -> str:
    """Say how much memory the engine gets to sort so many rows."""
    return f"{max(LEAST_MEGABYTES, rows // ROWS_PER_MEGABYTE)}MB"


def told(batches: Iterator[pa.RecordBatch], total: int, tell: Progress) -> Iterator[pa.RecordBatch]:
    """Hand on sorted batches, and tell how many of all rows have passed."""
    tell("sorting by case and time", 0.0)
    done = 0
    for batch in batches:
        done += batch.num_rows
        tell("putting cases in order", done / total)
        yield batch


def _identity(logs: Sequence[Path], understood: Sequence[Understood], key: bytes | None) -> dict[str, Any]:
    """Say what an import is of: only the very same one may go on from what was read."""
    return {
        "mizzle": __version__,
        "logs": [_digest(log) for log in logs],
        "mappings": [one.mapping.to_dict() for one in understood],
        "key": None if key is None else hashlib.blake2b(key, digest_size=8).hexdigest(),
    }


def _digest(log: Path) -> str:
    with open_source(log) as source:
        return f"{source.digest()} {log.stat().st_mtime_ns}"  # what was mended in its middle is another log


def _resume(folder: Path, of: dict[str, Any]) -> _State:
    try:
        found = json.loads((folder / "state.json").read_text(encoding="utf-8"))
        if found["of"] == of:
            return _State(of, [_Part(**part) for part in found["parts"]], found["finished"])
    except (OSError, ValueError, KeyError, TypeError):
        pass  # nothing there, or nothing that can be gone on from
    for left in folder.iterdir():
        shutil.rmtree(left) if left.is_dir() else left.unlink()
    return _State(of)


def _totals(state: _State) -> tuple[int, int]:
    return sum(part.rows for part in state.parts), sum(part.rejected for part in state.parts)


def _reason_counts(state: _State) -> Counter[str]:
    total: Counter[str] = Counter()
    for part in state.parts:
        total.update(part.reasons)
    return Counter(dict(total.most_common()))


def _reasons(state: _State) -> str:
    return ", ".join(f"{count:,} {reason}" for reason, count in _reason_counts(state).most_common())


def _refuse_too_many(state: _State, files: Sequence[Path], *, accept_rejects: bool) -> None:
    """Ask before more than a few rows are passed over; steps that are no work by the standard are not counted."""
    rows, rejected = _totals(state)
    if rejected == rows:
        raise UnreadableLog(f"Not one of the {rows:,} rows can be read: {_reasons(state)}. See {files[0]}.")
    unreadable = rejected - sum(n for reason, n in _reason_counts(state).items() if reason.startswith(NO_WORK))
    if accept_rejects or unreadable <= MOST_REJECTED * rows:
        return
    raise TooManyRejected(
        rejected,
        rows,
        f"{rejected:,} of {rows:,} rows ({rejected / rows:.0%}) cannot be read: {_reasons(state)}. They are in"
        f" {files[0]}. Mend the file or the mapping, or go on without them with --accept-rejects.",
    )


def _rejected_rows(state: _State, folder: Path, limit: int | None = None, log: int | None = None) -> Iterator[Rejected]:
    given = 0
    for part in state.parts:
        if part.rejected and log in (None, part.log):
            for row in json.loads((folder / f"{part.file}.rejected.json").read_text(encoding="utf-8")):
                if given == limit:
                    return
                given += 1
                yield Rejected(*row)


def _write_rejected(state: _State, folder: Path, logs: Sequence[Path], beside: Path | None) -> tuple[Path, ...]:
    """Write what was set aside of each log to `<name>.rejected.csv`; remove the file of an earlier, worse try."""
    written: list[Path] = []
    for place, log in enumerate(logs):
        target = _place_for_rejected(log, beside or log.parent, {one.resolve() for one in (*logs, *written)})
        if not any(part.rejected for part in state.parts if part.log == place):
            target.unlink(missing_ok=True)
            continue
        with target.open("w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(Rejected._fields)
            rows.writerows(_rejected_rows(state, folder, log=place))
        written.append(target)
    return tuple(written)


def _place_for_rejected(log: Path, folder: Path, taken: set[Path]) -> Path:
    """Give where the rows set aside of a log go: never over a file that mizzle did not make, or that is in use."""
    names = chain([stem(log), log.name], (f"{log.name}.{number}" for number in count(2)))
    targets = (folder / f"{name}.rejected.csv" for name in names)
    return next(one for one in targets if one.resolve() not in taken and (not one.exists() or _is_own(one)))


def _is_own(target: Path) -> bool:
    if not target.is_file():
        return False
    with target.open("rb") as file:
        return file.readline().rstrip(b"\r\n") == ",".join(Rejected._fields).encode()


def stem(log: Path) -> str:
    """Name of a log without its endings, as `orders` for `orders.csv.gz`."""
    name = log.name.removesuffix(".gz")
    return name.rsplit(".", 1)[0] if "." in name.lstrip(".") else name
