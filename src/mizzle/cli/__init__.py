"""The command line: thin, typed, quick to start. `mizzle --help` loads nothing but this."""

from __future__ import annotations

import argparse
import errno
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from mizzle.cli.signs import shown

if TYPE_CHECKING:
    from collections.abc import Sequence

EXIT = """exit codes:
  0  done
  1  something unexpected in mizzle itself; the message says where to report it
  2  something that you can mend: the message is one sentence and what to do
  130  stopped from the keyboard; an import goes on from there when it is started again
"""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Say what is wrong with the words given, and how to see what is possible."""
        self.exit(2, f"mizzle: {shown(message)}. See {self.prog} --help\n")


def parser() -> argparse.ArgumentParser:
    """Build the parser of the whole command line."""
    top = _Parser(
        prog="mizzle",
        description="Service culture that soaks in: how far is every department from the customer?",
        epilog=EXIT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--version", action="store_true", help="print the version")
    commands = top.add_subparsers(dest="command", metavar="COMMAND")

    log = commands.add_parser("log", help="look at a log, or import it")
    logs = log.add_subparsers(dest="log_command", metavar="COMMAND", required=True)
    check = logs.add_parser("check", help="what is in it, what would be rejected, the guessed mapping and why")
    check.add_argument("file", type=Path, metavar="FILE")
    _mapping(check)
    _json(check)
    load = logs.add_parser("import", help="make an event table (Parquet) of it, sorted by case and time")
    load.add_argument("files", type=Path, nargs="+", metavar="FILE", help="one log; several files if it was split")
    load.add_argument("--out", type=Path, required=True, metavar="EVENTS.parquet", help="the event table to write")
    load.add_argument("--append", action="store_true", help="add to the event table that is there")
    _mapping(load)
    _json(load)

    distance = commands.add_parser("distance", help="handovers and hours from each department to the customer")
    _measured(distance)
    distance.add_argument("--by-month", action="store_true", help="each month as well")

    map_ = commands.add_parser("map", help="the process map: steps, waits, handovers, rework; with --out a report")
    _measured(map_)
    map_.add_argument(
        "--coverage", type=float, default=0.9, metavar="SHARE", help="share of cases shown whole (default 0.9)"
    )
    map_.add_argument("--out", type=Path, metavar="REPORT.html", help="write a report: one file, made to be passed on")
    map_.add_argument("--language", choices=("en", "es", "nb"), default="en", help="language of the report")

    timeline = commands.add_parser("timeline", help="one case: touch and wait of each step, beside the whole log")
    _measured(timeline)
    timeline.add_argument("--case-id", required=True, metavar="ID", help="the case as the log names it")
    timeline.add_argument("--agreed", type=Path, metavar="AGREED.toml", help="agreed times, shown beside the actual")

    commands.add_parser("measure", help="ask a measure of a table: surveys, loyalty, adoption, ...; --list names them")
    return top


def _measured(command: argparse.ArgumentParser) -> None:
    command.add_argument("file", type=Path, metavar="FILE", help="a log of any format, or an imported event table")
    command.add_argument(
        "--perception",
        nargs="+",
        action="extend",
        default=[],
        metavar="NAME",
        help="activities at which the customer sees, hears or feels the service",
    )
    command.add_argument("--engine", choices=("duckdb", "spark"), default="duckdb", help="default: duckdb")
    command.add_argument(
        "--spark-master", metavar="ADDRESS", help="an existing cluster; default: Spark on this machine"
    )
    _mapping(command)
    _json(command)


def _mapping(command: argparse.ArgumentParser) -> None:
    group = command.add_argument_group("mapping: what the columns mean, where the guess is wrong")
    for role, text in (
        ("case", "column of the case; for OCEL, the object type that is the case"),
        ("activity", "column of the activity"),
        ("department", "column of the department"),
        ("end", "column of the time when an event was done"),
        ("start", "column of the time when it began"),
        ("resource", "column of the person or machine; kept as a pseudonym only"),
    ):
        group.add_argument(f"--{role}", metavar="COLUMN", help=text)
    group.add_argument("--timezone", metavar="ZONE", help="zone of times without one, as Europe/Oslo (default UTC)")
    group.add_argument("--mapping", type=Path, metavar="FILE", help="a mapping saved earlier")
    group.add_argument(
        "--dates", choices=("dmy", "mdy", "ymd"), help="order of day, month and year, where the column leaves it open"
    )
    group.add_argument("--sheet", metavar="NAME", help="sheet of a workbook (default: the first with data)")
    group.add_argument("--key", type=Path, metavar="FILE", help="your secret for the pseudonyms of resources")
    group.add_argument("--accept-rejects", action="store_true", help="go on when more than 5 %% cannot be read")


def _json(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="print JSON instead of a table")


def main(words: Sequence[str] | None = None, top: argparse.ArgumentParser | None = None) -> None:
    """Run the command line and end with its exit code; `top` is a parser that knows more commands, for its help."""
    signal.signal(signal.SIGTERM, _ended)
    sys.exit(run(words, top))


def _ended(number: int, _frame: object) -> NoReturn:
    """End as the system asks for, but by way of the code that clears files for the time being away."""
    raise SystemExit(128 + number)


def run(words: Sequence[str] | None = None, top: argparse.ArgumentParser | None = None) -> int:
    """Run one command; give its exit code. With MIZZLE_DEBUG set, a defect shows its traceback."""
    top, words = top or parser(), list(sys.argv[1:] if words is None else words)
    if words[:1] == ["measure"]:  # argparse would take the options of a measure for its own
        return _guarded(argparse.Namespace(command="measure", words=words[1:]))
    chosen = top.parse_args(words)
    if chosen.version:
        from mizzle import __version__

        print(f"mizzle {__version__}")
        return 0
    if chosen.command is None:
        top.print_help()
        return 0
    return _guarded(chosen)


def _guarded(chosen: argparse.Namespace) -> int:
    """Run a command; say what went wrong in words, and give the exit code."""
    from mizzle.errors import INTERRUPTED, MizzleError

    try:
        if chosen.command == "measure":
            from mizzle.cli import measure

            measure.run(chosen, _Parser)
        else:
            from mizzle.cli import commands

            commands.run(chosen)
    except MizzleError as problem:
        _say(str(problem))
        return problem.exit_code
    except OSError as problem:
        if not isinstance(problem, BrokenPipeError):
            _say(_told(problem))
            return 2
        # The reader of a pipe has seen enough; that is no failure, and Python must not try to flush again.
        sys.stdout = None
    except KeyboardInterrupt:
        return _stopped(chosen)
    except Exception as defect:
        if str(defect) == INTERRUPTED:
            return _stopped(chosen)
        if "MIZZLE_DEBUG" in os.environ:
            raise
        what = " ".join(str(defect).split()).removesuffix(".")
        _say(f"{type(defect).__name__}: {what}. This is a defect of mizzle: please report it with the command.")
        return 1
    return 0


def _say(sentence: str) -> None:
    """Say a sentence on standard error; names in it are shown, never obeyed by the terminal."""
    print(f"mizzle: {shown(sentence)}", file=sys.stderr)


def _stopped(chosen: argparse.Namespace) -> int:
    goes_on = " It goes on from here when it is started again." if hasattr(chosen, "files") else ""
    _say(f"stopped.{goes_on}")
    return 130


def _told(problem: OSError) -> str:
    """Say what the system refused, and what to look at."""
    where = f" {problem.filename}" if problem.filename else ""
    if problem.errno == errno.ENOSPC:
        return f"There is no space left on the disk to write{where or ' to'}. Make room there, and start again."
    return f"The system refused to read or write{where}: {problem.strerror or problem}. Check the folder and its space."
