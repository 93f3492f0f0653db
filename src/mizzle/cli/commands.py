"""What each command does: read, measure, print."""

from __future__ import annotations

import json
import os
import shlex
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mizzle import __version__, journeys
from mizzle.cli import answers, screen
from mizzle.engines import Engine, open_engine
from mizzle.errors import MizzleError, TooManyRejected
from mizzle.logs import Imported, import_log, is_event_table, make_key, open_events, read_key
from mizzle.logs.meaning.mapping import Mapping, mapping_path
from mizzle.logs.store import or_damaged

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator, Sequence

    from mizzle.tables import Events

ROLES = ("case", "activity", "department", "end", "start", "resource", "timezone", "dates", "sheet")


def run(chosen: argparse.Namespace) -> None:
    """Run the command that was chosen."""
    name = f"log_{chosen.log_command}" if chosen.command == "log" else chosen.command
    {
        "log_check": _check,
        "log_import": _import,
        "distance": _distance,
        "map": _map,
        "timeline": _timeline,
    }[name](chosen)


def _check(chosen: argparse.Namespace) -> None:
    """Import into a folder that is thrown away: what a check says is what an import does."""
    with tempfile.TemporaryDirectory(prefix="mizzle-") as folder:
        done = _import_into(chosen, [chosen.file], Path(folder) / "events.parquet", Path(folder), accept=True)
    if chosen.json:
        _print_json(answers.checked(done))
    else:
        screen.checked(done)


def _import(chosen: argparse.Namespace) -> None:
    for file in chosen.files:
        if is_event_table(file):
            raise MizzleError(f"{file} is an event table already. Measure it: mizzle distance {shlex.quote(str(file))}")
    _refuse_target(chosen.out, "events.parquet", chosen.files, is_event_table)
    done = _import_into(chosen, chosen.files, chosen.out, None, accept=chosen.accept_rejects)
    saved = mapping_path(chosen.files[0])
    if not saved.exists() and chosen.mapping is None:
        try:
            done.understood[0].mapping.save(saved)
        except OSError:  # a log on a read-only disk is imported all the same
            screen.say(f"The mapping could not be saved beside the log ({saved}).")
        else:
            screen.say(f"What the columns mean is saved in {saved}; change it there if it is wrong.")
    if chosen.json:
        _print_json(answers.imported(done))
    else:
        screen.imported(done)


def _distance(chosen: argparse.Namespace) -> None:
    with _events(chosen) as events:
        found = journeys.distance(events, chosen.perception, by_month=chosen.by_month)
        hints = () if chosen.perception else journeys.suggest_perception_points(events)
    if chosen.json:
        _print_json(answers.distance(found, hints))
    else:
        screen.distance(found, hints, str(chosen.file), by_month=True)


def _map(chosen: argparse.Namespace) -> None:
    if chosen.out is not None:
        _refuse_target(chosen.out, "report.html", [chosen.file], _is_page)
    with _events(chosen) as events:
        found = journeys.distance(events, chosen.perception, by_month=chosen.out is not None)
        drawn = journeys.process_map(events, chosen.coverage)
        passed = journeys.handovers(events)
        again = journeys.rework(events)
        took = journeys.throughput(events)
        hints = () if chosen.perception else journeys.suggest_perception_points(events)
    if chosen.out is not None:
        from mizzle.report.page import report

        page = report(
            log_name=chosen.file.name,
            distance=found,
            process_map=drawn,
            handovers=passed,
            rework=again,
            throughput=took,
            language=chosen.language,
        )
        try:
            chosen.out.write_text(page, encoding="utf-8")
        except OSError as problem:
            raise MizzleError(
                f"The report cannot be written to {chosen.out}: {problem.strerror}. Name another file with --out."
            ) from problem
        screen.say(f"The report is in {chosen.out}.")
    if chosen.json:
        _print_json(answers.mapped(found, drawn, passed, again, took, hints))
    else:
        screen.mapped(found, drawn, passed, again, took, hints, str(chosen.file))


def _timeline(chosen: argparse.Namespace) -> None:
    agreements = journeys.read_agreements(chosen.agreed) if chosen.agreed else ()
    with _events(chosen) as events:
        found = journeys.timeline(events, chosen.case_id, perception_points=chosen.perception, agreements=agreements)
        compared = journeys.agreed(events, agreements)
    if chosen.json:
        _print_json(answers.timeline(found, compared))
    else:
        screen.timeline(found, compared)


@contextmanager
def _events(chosen: argparse.Namespace) -> Iterator[Events]:
    """Open the event table that was named, or import the log for as long as the command runs."""
    with tempfile.TemporaryDirectory(prefix="mizzle-") as folder:
        path = chosen.file
        if is_event_table(path):
            _say_unused(chosen)
        else:
            path = Path(folder) / "events.parquet"
            done = _import_into(chosen, [chosen.file], path, None, accept=chosen.accept_rejects)
            screen.set_aside(done, is_kept=not any(file.parent == path.parent for file in done.rejected_files))
        with _engine(chosen) as engine, or_damaged(path):
            yield open_events(path, engine)


def _say_unused(chosen: argparse.Namespace) -> None:
    """Say which options change nothing: what the columns of an event table mean was decided when it was imported."""
    unused = [f"--{name}" for name in (*ROLES, "mapping", "key") if getattr(chosen, name) is not None]
    if unused:
        screen.say(f"{chosen.file} is imported already; of no use here: {', '.join(unused)}. They count at the import.")


def _refuse_target(out: Path, example: str, read: Sequence[Path], is_own: Callable[[Path], bool]) -> None:
    """Refuse to write over a folder, a log that is read, or a file that mizzle did not make: it would be lost."""
    if out.is_dir():
        raise MizzleError(f"{out} is a folder. Name the file to write, as --out {shlex.quote(str(out / example))}")
    if not out.exists():
        return
    if not out.is_file():
        raise MizzleError(f"{out} is a device or a pipe, not a file. Name a file with --out.")
    if any(file.exists() and out.samefile(file) for file in read):
        raise MizzleError(f"{out} is what is read, and would be written over. Name another file with --out.")
    if out.stat().st_size and not is_own(out):
        raise MizzleError(
            f"There is a file {out} already that mizzle did not make. Name another with --out, or remove it."
        )


def _is_page(file: Path) -> bool:
    with file.open("rb") as page:
        return page.read(64).lstrip().lower().startswith(b"<!doctype html")


def _engine(chosen: argparse.Namespace) -> Engine:
    master = chosen.spark_master or os.environ.get("MIZZLE_SPARK_MASTER")
    return open_engine(chosen.engine, master=master)


def _import_into(
    chosen: argparse.Namespace, logs: list[Path], out: Path, rejects: Path | None, *, accept: bool
) -> Imported:
    options: dict[str, Any] = {role: getattr(chosen, role) for role in ROLES if getattr(chosen, role) is not None}
    mapping = Mapping.load(chosen.mapping) if chosen.mapping else None

    def go(*, accepted: bool) -> Imported:
        with screen.progress() as tell:
            return import_log(
                logs,
                out,
                mapping=mapping,
                options=options,
                key=lambda: _key(chosen),
                accept_rejects=accepted,
                append=getattr(chosen, "append", False),
                progress=tell,
                rejects_beside=rejects or (None if os.access(logs[0].parent, os.W_OK) else out.parent),
            )

    try:
        return go(accepted=accept)
    except TooManyRejected as problem:
        if not _is_asked() or not screen.ask(str(problem)):
            raise
    return go(accepted=True)


def _is_asked() -> bool:
    """Whether a person is there to answer a question."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def _key(chosen: argparse.Namespace) -> bytes:
    """Take the user's secret; make one at first use, in the user's own configuration, and say so."""
    named = chosen.key or os.environ.get("MIZZLE_KEY_FILE")
    if named:
        return read_key(Path(named))
    home = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "mizzle" / "resource.key"
    if not home.exists():
        home.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        make_key(home)
        screen.say(
            f"A secret for the pseudonyms of resources was made in {home}. Keep it, or name your own with --key."
        )
    return read_key(home)


def _print_json(answer: dict[str, Any]) -> None:
    print(json.dumps(answer | {"mizzle": __version__}, ensure_ascii=False, indent=2, allow_nan=False))
