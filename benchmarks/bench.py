"""Measure mizzle beside its peers: `./run bench LANE`."""

from __future__ import annotations

import argparse
from importlib import import_module

from measuring import BENCH


def main() -> None:
    """Read the command line and run one lane, each a module of its own."""
    parser = argparse.ArgumentParser(prog="./run bench", description=__doc__)
    lanes = parser.add_subparsers(dest="lane", required=True)
    journeys = lanes.add_parser("journeys", help="the map, handovers and distance on logs of 1 to 50 million events")
    journeys.add_argument("--sizes", type=int, nargs="+", choices=(1, 10, 50), default=[1, 10], help="millions")
    journeys.add_argument("--all", action="store_true", help="1, 10 and 50 million events")
    journeys.add_argument("--quick", action="store_true", help="without the peers; writes no page")
    logs = lanes.add_parser("logs", help="reading XES and CSV")
    logs.add_argument("--small", action="store_true", help="a tenth of the size, to try the lane out; writes no page")
    coverage = lanes.add_parser("coverage", help="how often the 95 %% interval of a department's mean is right")
    coverage.add_argument("--replications", type=int, default=4000)
    coverage.add_argument(
        "--measures", nargs="*", metavar="FAMILY", help="instead, the intervals of `mizzle measure`; all without a name"
    )
    fuzz = lanes.add_parser("fuzz", help="mutated inputs over all readers")
    fuzz.add_argument("--inputs", type=int, default=200_000)
    fuzz.add_argument("--seed", type=int, default=1)
    web = lanes.add_parser(
        "web", help="pages of the house, its memory, its start, durable writes, and logs of millions"
    )
    web.add_argument("--calls", type=int, default=30, help="of each page")
    web.add_argument("--seconds", type=float, default=4.0, help="of each kind of write, in each round")
    web.add_argument("--quick", action="store_true", help="a few calls, to try the lane out; writes no page")
    kill = lanes.add_parser("kill", help="kill -9 under a load of writes, on both databases")
    kill.add_argument("--rounds", type=int, default=200)
    kill.add_argument("--seed", type=int, default=1)
    kill.add_argument("--quick", action="store_true", help="writes no page")
    releases = lanes.add_parser("releases", help="what released figures are still worth, and how long a close takes")
    releases.add_argument("--quick", action="store_true", help="a few organisations; writes no page")
    privacy = lanes.add_parser("privacy", help="attacks on releases: which answers are certain")
    privacy.add_argument("--quick", action="store_true", help="a few organisations; writes no page")
    measures = lanes.add_parser("measures", help="measures beside their peers: loyalty, importance, scales, raters")
    measures.add_argument("--quick", action="store_true", help="small sizes, to try the lane out; writes no page")
    measures.add_argument("--without-peers", action="store_true", help="mizzle alone; writes no page")
    themes = lanes.add_parser("themes", help="themes of comments beside labels by hand: quality, time, memory")
    themes.add_argument("--quick", action="store_true", help="writes no page")
    options = parser.parse_args()
    BENCH.mkdir(exist_ok=True)
    import_module(f"lane_{options.lane}").run(options)


if __name__ == "__main__":
    main()
