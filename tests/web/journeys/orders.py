"""A small log of orders with all that is worked out of it, made in the process of the tests."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from itertools import chain

import pyarrow as pa
from django.conf import settings

from mizzle.logs.steps import ORDER
from mizzle.logs.store import with_moment, write_events
from mizzle_web.journeys.actions.figure_sets import keep_figures, standing_views
from mizzle_web.journeys.actions.journeys import table_of
from mizzle_web.journeys.figures.kept import agreements_of, digest_of
from mizzle_web.journeys.figures.measuring import measure
from mizzle_web.journeys.models import Agreement, DepartmentLink, Journey

SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name in ("case_id", "activity", "department")),
        *((name, pa.timestamp("us", tz="UTC")) for name in ("start", "end")),
        ("resource", pa.string()),
        ("row", pa.int64()),
    ]
)
PSEUDONYM = "p_aaaabbbbccccdddd"
POINTS = ("Order", "Deliver")


def order(case, begin, *, dock=10.0, starts=True):
    """Give the events of one order: taken, picked, labelled, and delivered after so many hours at the dock."""
    at, rows = begin, []
    for activity, department, wait, touch in (
        ("Order", "Sales", 0, 0.5),
        ("Pick", "Warehouse", 4, 1),
        ("Label", "Warehouse", 1, 0.25),
        ("Deliver", "Transport", dock, 2),
    ):
        start = at + timedelta(hours=wait)
        at = start + timedelta(hours=touch)
        rows.append((case, activity, department, start if starts else None, at))
    return rows


def orders():
    """Give nine months of orders, of which three pass a department that is hardly ever there."""
    rows = []
    for month in range(9):
        begin = datetime(2025 + (5 + month) // 12, (5 + month) % 12 + 1, 2, 6, tzinfo=UTC)
        for number in range(10):
            case = f"O-{month}{number:02d}"
            found = order(case, begin + timedelta(days=number), dock=20 + number if month < 6 else 10 + number % 3)
            if month == 8 and number < 3:
                found.insert(1, (case, "Check", "Rare", found[0][4], found[0][4] + timedelta(hours=1)))
            rows.append(found)
    return list(chain.from_iterable(rows))


def write(journey, rows, regions=None):
    """Make the event table of a journey, and tell of it what the import tells; `regions` are the attribute of cases."""
    columns = list(zip(*((*row, PSEUDONYM, number) for number, row in enumerate(rows, 1)), strict=True))
    arrays = [pa.array(column, field.type) for column, field in zip(columns, SCHEMA, strict=True)]
    raw = with_moment(pa.Table.from_arrays(arrays, schema=SCHEMA))
    counted = Counter(regions.values()) if regions else {}
    if regions:
        raw = raw.append_column("x_region", pa.array([regions[row[0]] for row in rows], pa.string()))
    ordered = raw.sort_by([(name, "ascending") for name in ORDER]).combine_chunks()
    journey.table_digest = hashlib.sha256(repr((rows, regions)).encode()).hexdigest()
    path = table_of(journey)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_events(ordered.to_batches(), path)
    ends = [row[4] for row in rows]
    journey.table_facts = {
        "first_at": min(ends).isoformat(),
        "last_at": max(ends).isoformat(),
        "departments": list(dict.fromkeys(row[2] for row in rows if row[2])),
        "activities": dict.fromkeys((row[1] for row in rows), 1),
        "attributes": {"region": counted.most_common()} if regions else {},
        "has_start": any(row[3] for row in rows),
        "counts": {"cases": len({row[0] for row in rows}), "events": len(rows)},
    }
    journey.save()
    return path


_parts = {}


def work_out(journey, at):
    """Work out the figures that are always kept ready; the same ones once for all tests of a process."""
    for view in standing_views(journey):
        digest = digest_of(journey, view)
        if digest not in _parts:
            _parts[digest] = measure(
                table=str(table_of(journey)),
                points=journey.points,
                agreements=agreements_of(journey),
                view=asdict(view),
                languages=[code for code, _name in settings.LANGUAGES],
            )
        keep_figures(journey=journey, view=view, digest=digest, parts=_parts[digest], seconds=1.0, at=at)


def told(journey, at, rows=None, *, points=POINTS, agreed=(), links=None, regions=None):
    """Let a journey have its log, points, agreed times and links, and all that is worked out of them."""
    journey.points = sorted(points)
    write(journey, orders() if rows is None else rows, regions)
    for department, to, hours in agreed:
        Agreement.objects.create(
            journey=journey,
            department=department,
            to_department=to,
            hours=hours,
            **dict.fromkeys(("proposed_by", "agreed_by"), "system"),
            **dict.fromkeys(("proposed_at", "agreed_at"), at),
        )
    for department, unit in (links or {}).items():
        DepartmentLink.objects.create(journey=journey, department=department, unit=unit, by="system", at=at)
    work_out(journey, at)
    return Journey.objects.get(pk=journey.pk)
