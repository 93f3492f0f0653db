"""The peers: pm4py, r4pm and rustxes, run in an environment of their own. Nothing of them is imported by mizzle.

All modules are imported by name, since the environment that checks types does not hold them.
"""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from contend import edges_answer, main

if TYPE_CHECKING:
    from contend import Check, Work

COLUMNS = {"activity": "concept:name", "case": "case:concept:name", "end": "time:timestamp", "group": "org:group"}


def versions(names: list[str]) -> tuple[Work, Check]:
    """Say which versions are measured."""
    return (lambda: {name: version(name) for name in names}), lambda answer: answer


def pm4py_own(path: str) -> tuple[Work, Check]:
    """Do what a user of pm4py does: counts, mean waits and handovers by its public functions."""
    pandas, pm4py = import_module("pandas"), import_module("pm4py")

    def work() -> tuple[Any, Any, Any]:
        frame = pandas.read_parquet(path)
        counts, _, _ = pm4py.discover_dfg(frame)
        waits, _, _ = pm4py.discover_performance_dfg(frame)
        return counts, waits, pm4py.discover_handover_of_work_network(frame, resource_key=COLUMNS["group"])

    return work, lambda answer: edges_answer((a, b, n) for (a, b), n in answer[0].items())


def pm4py_kernel(path: str) -> tuple[Work, Check]:
    """Call pm4py's inner function on rows that are sorted already, in our order: its fastest way to both counts."""
    pandas = import_module("pandas")
    statistics = import_module("pm4py.algo.discovery.dfg.adapters.pandas.df_statistics")
    options = {"start_timestamp_key": "start_timestamp", "sort_caseid_required": False}

    def work() -> tuple[Any, Any]:
        frame = pandas.read_parquet(path)
        counts, waits = statistics.get_dfg_graph(frame, measure="both", perf_aggregation_key="all", **options)
        handovers = statistics.get_dfg_graph(frame, activity_key=COLUMNS["group"], **options)
        return (counts, waits), handovers

    def check(answer: tuple[Any, Any]) -> dict[str, Any]:
        (counts, waits), handovers = answer
        return edges_answer(
            ((a, b, n) for (a, b), n in counts.items()),
            handovers=sum(n for (a, b), n in handovers.items() if a != b),
            mean=sum(waits[edge]["mean"] * n for edge, n in counts.items()) / 3600,
            median=sum(wait["median"] for wait in waits.values()) / 3600,
        )

    return work, check


def r4pm_dfg(path: str) -> tuple[Work, Check]:
    """r4pm: the log from a frame, and counts; it has no waits and no handovers between departments."""
    r4pm, bindings = import_module("r4pm"), import_module("r4pm.bindings")
    polars = import_module("polars")

    def work() -> Any:
        log = r4pm.import_item_from_df("EventLog", polars.read_parquet(path))
        return bindings.discover_dfg(log)

    def check(answer: Any) -> dict[str, Any]:
        return edges_answer((a, b, n) for (a, b), n in answer["directly_follows_relations"])

    return work, check


def rustxes_xes(path: str) -> tuple[Work, Check]:
    """Read an XES with rustxes into a frame."""
    rustxes = import_module("rustxes")
    return (lambda: rustxes.import_xes(path)), lambda answer: {"events": len(answer[0])}


def r4pm_xes(path: str) -> tuple[Work, Check]:
    """Read an XES with r4pm into a frame."""
    frames = import_module("r4pm.df")
    return (lambda: frames.import_xes(path)), lambda answer: {"events": len(answer[0])}


def pm4py_xes(path: str, variant: str) -> tuple[Work, Check]:
    """Read an XES with one of pm4py's readers into a frame."""
    pm4py = import_module("pm4py")
    return (lambda: pm4py.read_xes(path, variant=variant)), lambda answer: {"events": len(answer)}


if __name__ == "__main__":
    main(
        {
            "versions": versions,
            "pm4py": pm4py_own,
            "pm4py-kernel": pm4py_kernel,
            "r4pm": r4pm_dfg,
            "rustxes-xes": rustxes_xes,
            "r4pm-xes": r4pm_xes,
            "pm4py-xes": pm4py_xes,
        }
    )
