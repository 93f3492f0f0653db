"""The answers as tables that a person likes to read. Colour only on a terminal, and never with NO_COLOR."""

from __future__ import annotations

import shlex
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from mizzle.cli.answers import moment
from mizzle.cli.signs import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from mizzle.estimate import Estimate, Spread
    from mizzle.journeys.results import (
        Agreed,
        DepartmentDistance,
        Distance,
        Handover,
        ProcessMap,
        Step,
        Suggestion,
        Throughput,
        Timeline,
    )
    from mizzle.logs import Imported

MOST_ROWS = 15
DISTANCE = (
    *("month", "department", "handovers", "95 %", "hours", "95 %"),
    *("median", "p90", "contact", "unheard", "events", "cases"),
)
STEP = ("wait", "usually (p90)", "agreed", "handover", "when, UTC", "department", "activity", "touch", "usually (p90)")
SPARED = (3, 8)
"""Columns of a step that a narrow screen goes without: the handover, which the departments tell, and usual touch."""
DAY = 24.0
NOTHING = "–"  # noqa: RUF001 - an en dash stands for a figure that is undefined


def _text(words: str, style: str = "") -> Text:
    """Make text for the screen: no markup, and nothing in a name steers the terminal."""
    return Text(shown(words), style=style)


def _out() -> Console:
    console = Console(highlight=False, soft_wrap=False)
    if not console.is_terminal:
        console.width = max(console.width, 140)
    return console


def say(sentence: str) -> None:
    """Say something beside the answer: on standard error, so that it never ends up in a file of results."""
    Console(stderr=True, highlight=False).print(_text(sentence, style="dim"), soft_wrap=True)


def ask(sentence: str) -> bool:
    """Ask whether to go on."""
    console = Console(stderr=True, highlight=False)
    console.print(_text(sentence))
    return console.input("Go on without them? [y/N] ").strip().lower() in ("y", "yes")


@contextmanager
def progress() -> Iterator[Callable[[str, float], None]]:
    """Show a progress bar on a terminal, nothing elsewhere."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda _stage, _share: None
        return
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        tasks: dict[str, TaskID] = {}

        def tell(stage: str, share: float) -> None:
            if stage not in tasks:
                tasks[stage] = bar.add_task(shown(stage), total=1.0)
            bar.update(tasks[stage], completed=share)

        yield tell


def checked(done: Imported) -> None:
    """Print what a check found."""
    console, one = _out(), done.understood[0]
    console.print(_text(f"{one.log.name}: {one.facts.format}", style="bold"))
    for note in one.facts.notes:
        console.print(_text(f"  {note}"))
    console.print()
    table = _table("What the columns mean", ("", "column", "why"))
    mapping = one.mapping.to_dict()
    for role in ("case", "activity", "department", "end", "start", "resource"):
        column = mapping.get(role)
        table.add_row(role, _text(str(column) if column else "none"), _text(one.mapping.reasons.get(role, "")))
    if one.mapping.transition:
        table.add_row("transition", _text(one.mapping.transition), _text(one.mapping.reasons.get("transition", "")))
    if one.mapping.extras:
        table.add_row("extras", _text(", ".join(one.mapping.extras)), _text(one.mapping.reasons.get("extras", "")))
    table.add_row("times", _text(str(one.formats[0])), _text(f"read in {one.mapping.timezone} where they name no zone"))
    _print(console, table)
    _counted(console, done)


def imported(done: Imported) -> None:
    """Print what an import did."""
    console = _out()
    _counted(console, done)
    console.print(_text(f"The event table is in {done.out}."))


def set_aside(done: Imported, *, is_kept: bool) -> None:
    """Say in one sentence what was set aside on the way to another answer, and where it is kept, if it is."""
    if done.rejected:
        reasons = ", ".join(f"{count:,} {reason}" for reason, count in done.reasons.items())
        where = f"they are in {done.rejected_files[0]}" if is_kept else "an import keeps them in a file"
        say(f"{done.rejected:,} of {done.rows:,} rows were set aside ({reasons}); {where}.")


def _counted(console: Console, done: Imported) -> None:
    counts = done.counts
    console.print()
    console.print(_text(f"{counts.events:,} events of {counts.cases:,} cases,"), end=" ")
    first, last = moment(counts.first_us), moment(counts.last_us)
    console.print(_text(f"{str(first)[:16].replace('T', ' ')} to {str(last)[:16].replace('T', ' ')} UTC"))
    if counts.without_department:
        share = counts.without_department / counts.events
        console.print(
            _text(f"{counts.without_department:,} events ({share:.1%}) name no department; measures leave them out.")
        )
    if counts.duplicates:
        console.print(_text(f"{counts.duplicates:,} events equal another one in all but their row; they are kept."))
    if not done.rejected:
        console.print(_text(f"Every one of {done.rows:,} rows could be read."))
        return
    console.print(_text(f"{done.rejected:,} of {done.rows:,} rows ({done.rejected / done.rows:.1%}) cannot be read:"))
    for reason, count in done.reasons.items():
        console.print(_text(f"  {count:>9,}  {reason}"))
    for example in done.examples[:3]:
        console.print(_text(f"  row {example.row}: {example.reason}", style="dim"))
    for file in done.rejected_files:
        if done.out is not None and file.exists():
            console.print(_text(f"They are in {file}."))


def distance(found: Distance, hints: Sequence[Suggestion], file: str, *, by_month: bool = False) -> None:
    """Print the distance of every department."""
    console = _out()
    console.print(_text("How far is every department from the customer?", style="bold"))
    about = f"{found.cases:,} cases, {found.events:,} events"
    if found.events_without_department:
        about += f" ({found.events_without_department:,} without a department stand outside)"
    console.print(_text(about + ".", style="dim"))
    if hints or not found.perception_points:
        _hints(console, hints, file)
        return
    console.print(_text("Perception points: " + ", ".join(found.perception_points) + ".", style="dim"))
    if not found.departments:
        console.print(_text("No event names a department, so there is none to measure. --department names the column."))
        return
    table = _distances(found.departments, by_month=False)
    is_wide = _fits(console, table)
    _print(console, table if is_wide else _distances(found.departments, by_month=False, is_wide=False))
    told = "Mean with its 95 % interval, cases as the sampling unit; median and p90 over events."
    if not is_wide:
        told = "Mean, median and p90 over events. A wider window shows the 95 % intervals, and --json has them."
    console.print(_text(told, style="dim"))
    if found.months and by_month:
        table = _distances(found.months, by_month=True)
        _print(console, table if _fits(console, table) else _distances(found.months, by_month=True, is_wide=False))


def _fits(console: Console, table: Table) -> bool:
    """Draw a table closer where it has no room on this screen; say whether it then has, with no cell cut or wrapped."""
    roomy = console.options.update(max_width=10 * console.width)
    if console.measure(table, options=roomy).maximum > console.width:
        table.padding = (0, 1, 0, 0)
    return console.measure(table, options=roomy).maximum <= console.width


def _print(console: Console, table: Table) -> None:
    _fits(console, table)
    console.print(table)


def _distances(departments: Sequence[DepartmentDistance], *, by_month: bool, is_wide: bool = True) -> Table:
    """Lay out the distances; a narrow table goes without intervals, and by month without the number of cases."""
    left_out = set() if is_wide else {"95 %"} | ({"cases"} if by_month else set())
    if not by_month:
        left_out.add("month")
    places = [place for place, head in enumerate(DISTANCE) if head not in left_out]
    table = _table(None, [DISTANCE[place] for place in places], right=1 + by_month)
    table.columns[0].no_wrap = by_month
    for one in departments:
        cells = _distance(one)
        table.add_row(*(cells[place] for place in places))
    return table


def _distance(one: DepartmentDistance) -> tuple[Text | str, ...]:
    return (
        "" if one.month is None else f"{one.month:%Y-%m}",
        _text(one.department),
        _number(one.handovers_to_customer.value, 2),
        _interval(one.handovers_to_customer, 2),
        hours(one.hours_to_customer.value),
        _hours_interval(one.hours_to_customer),
        hours(one.hours_median.value),
        hours(one.hours_p90.value),
        _share(one.contact_share),
        _share(one.unheard_share),
        f"{one.events:,}",
        f"{one.cases:,}",
    )


def mapped(
    found: Distance,
    drawn: ProcessMap,
    passed: Sequence[Handover],
    again: Estimate,
    took: Throughput,
    hints: Sequence[Suggestion],
    file: str,
) -> None:
    """Print the map as tables: where work passes between departments, and the steps most taken."""
    distance(found, hints, file)
    console = _out()
    console.print()
    line = f"A case takes {hours(took.spread.median)} at the median, {hours(took.spread.p90)} at the 90th percentile."
    if again.value is not None:
        line += f" In {_share(again)} of cases work comes back after another department."
    console.print(_text(line))
    table = _table(
        "Handovers, the most frequent first", ("from", "to", "count", "wait, mean", "median", "p90"), right=2
    )
    for one in passed[:MOST_ROWS]:
        table.add_row(_text(one.source), _text(one.target), f"{one.count:,}", *_spread(one.wait))
    _print(console, table)
    _more(console, len(passed))
    heads = ("from", "", "to", "", "count", "wait, mean", "median", "p90")
    table = _table("Steps, the most frequent first", heads, right=4)
    for step in drawn.edges[:MOST_ROWS]:
        table.add_row(*(_text(part) for part in (*step.source, *step.target)), f"{step.count:,}", *_spread(step.wait))
    _print(console, table)
    _more(console, len(drawn.edges))
    console.print(
        _text(
            f"The map shows {len(drawn.edges):,} of {drawn.edges_total:,} kinds of steps; {drawn.cases_shown:,} of"
            f" {drawn.cases:,} cases run on them whole. --out REPORT.html draws it.",
            style="dim",
        )
    )


def timeline(found: Timeline, compared: Sequence[Agreed]) -> None:
    """Print one case, step by step."""
    console = _out()
    console.print(_text(f"Case {found.case_id}", style="bold"))
    total = f"{hours(found.total_hours)} in all, {hours(found.wait_hours)} of them between steps"
    if found.touch_hours is not None:
        total += f", {hours(found.touch_hours)} touched"
    console.print(_text(total + ".", style="dim"))
    table = _steps(found.steps, STEP)
    if not _fits(console, table):
        # Most of all it is said when, who and what; then the waits, and what is empty for every step can go.
        told = [
            any(cell not in ("", NOTHING) for cell in column) for column in zip(*map(_step, found.steps), strict=True)
        ]
        kept = [place for place in range(len(STEP)) if told[place] and place not in SPARED]
        table = _steps(found.steps, STEP, kept)
    _print(console, table)
    if any(step.is_perception_point for step in found.steps):
        console.print(_text("● the customer sees, hears or feels it", style="dim"))
    for one in compared:
        between = one.agreement.department + (f" to {one.agreement.to}" if one.agreement.to else "")
        within = "no case" if one.within.value is None else f"{_share(one.within)} of {one.cases:,} cases within"
        console.print(_text(f"Agreed for {between}: {hours(one.agreement.hours)}; {within}, over the whole log."))


def _steps(steps: Sequence[Step], heads: Sequence[str], kept: Sequence[int] | None = None) -> Table:
    places = range(len(heads)) if kept is None else kept
    table = _table(None, [heads[place] for place in places])
    for column in table.columns:
        column.no_wrap = column.header == "when, UTC"
    for step in steps:
        cells = _step(step)
        table.add_row(*(cells[place] for place in places))
    return table


def _step(step: Step) -> list[Text | str]:
    usual, touch = step.wait_population, step.touch_population
    return [
        hours(step.wait_hours),
        f"{hours(usual.median)} ({hours(usual.p90)})" if usual else "",
        hours(step.agreed_wait_hours),
        _text(" to ".join(step.handover)) if step.handover else "",
        f"{step.start or step.end:%Y-%m-%d %H:%M}",
        _text(step.department or "not stated"),
        _text(("● " if step.is_perception_point else "  ") + step.activity),
        hours(step.touch_hours),
        f"{hours(touch.median)} ({hours(touch.p90)})" if touch else "",
    ]


def _hints(console: Console, hints: Sequence[Suggestion], file: str) -> None:
    console.print(_text("No activity is marked as a perception point, so no distance can be said yet."))
    if not hints:
        console.print(
            _text("Name the activities at which the customer sees, hears or feels you: --perception NAME ...")
        )
        return
    table = _table("Which of these does the customer see, hear or feel?", ("activity", "events", "why it may be one"))
    for hint in hints[:MOST_ROWS]:
        table.add_row(_text(hint.activity), f"{hint.events:,}", _text("; ".join(hint.reasons)))
    _print(console, table)
    command = f"mizzle distance {shlex.quote(file)} --perception {_quoted(hints[0].activity)}"
    console.print(_text(f"You decide. As: {command}"))


def _quoted(name: str) -> str:
    """Put a name in quotes as people write them, or as a shell needs them where it holds signs that mean something."""
    return shlex.quote(name) if set(name) & set('"$`\\!') else f'"{name}"'


def _table(title: str | None, heads: Sequence[str], right: int | None = None) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    for place, head in enumerate(heads):
        is_number = right is not None and place >= right
        table.add_column(head, justify="right" if is_number else "left", no_wrap=is_number)
    return table


def _more(console: Console, n: int) -> None:
    if n > MOST_ROWS:
        console.print(_text(f"… and {n - MOST_ROWS:,} more; --json has them all.", style="dim"))


def hours(value: float | None) -> str:
    """Write hours as a person says them: minutes below one hour, days from two days on."""
    if value is None:
        return NOTHING
    if value < 1:
        return f"{value * 60:.0f} min"
    return f"{value:.1f} h" if value < 2 * DAY else f"{value / DAY:.1f} d"


def _number(value: float | None, places: int) -> str:
    return NOTHING if value is None else f"{value:.{places}f}"


def _interval(one: Estimate, places: int) -> str:
    return "" if one.interval is None else f"{one.interval.low:.{places}f} to {one.interval.high:.{places}f}"


def _hours_interval(one: Estimate) -> str:
    return "" if one.interval is None else f"{hours(one.interval.low)} to {hours(one.interval.high)}"


def _share(one: Estimate) -> str:
    return NOTHING if one.value is None else f"{one.value:.0%}"


def _spread(one: Spread) -> tuple[str, str, str]:
    return hours(one.mean), hours(one.median), hours(one.p90)
