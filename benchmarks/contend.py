"""How one contender runs: in a process of its own, timed inside it after its imports, with its answer summed up."""

from __future__ import annotations

import hashlib
import json
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Work = Callable[[], Any]
    Check = Callable[[Any], dict[str, Any]]
    Contender = Callable[..., tuple[Work, Check]]

WARM_ROWS = 200


def warmed(make: Callable[..., tuple[Work, Check]]) -> Callable[..., tuple[Work, Check]]:
    """Let a contender answer once on the first rows of its data, so that what it loads at its first call is there."""

    def prepared(path: str, **more: Any) -> tuple[Work, Check]:
        import numpy as np

        with np.load(path) as whole, tempfile.TemporaryDirectory() as folder:
            few = f"{folder}/few.npz"
            np.savez(few, **{name: whole[name][:WARM_ROWS] for name in whole.files})
            make(few, **more)[0]()
        return make(path, **more)

    return prepared


def main(contenders: dict[str, Contender]) -> None:
    """Run the contender named on the command line with arguments in JSON; print one line of JSON as the last line.

    A contender imports and prepares, and gives back the work, which is timed, and a check that sums up its answer.
    """
    work, check = contenders[sys.argv[1]](**json.loads(sys.argv[2]))
    began, used = time.perf_counter(), time.process_time()
    answer = work()
    seconds, cpu = time.perf_counter() - began, time.process_time() - used
    mib = peak_mib()  # before the check, which is not part of the job
    print("\n" + json.dumps({"seconds": seconds, "cpu": cpu, "mib": mib, "answer": check(answer)}))


def peak_mib() -> float:
    """Give the most memory that this process, or the largest of its children, has had so far.

    Not `ru_maxrss` for this process: on Linux that begins with what the parent had when it started us.
    """
    status = Path("/proc/self/status")
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    if status.exists():
        own = next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    return max(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) / 1024


def edges_answer(rows: Iterable[tuple[str, str, int]], **more: Any) -> dict[str, Any]:
    """Sum up directly-follows counts: how many edges and steps, and a fingerprint that tells whether two agree."""
    ordered = sorted(rows)
    text = "\n".join(f"{source}\t{target}\t{count}" for source, target, count in ordered)
    steps = sum(count for _, _, count in ordered)
    return {"edges": len(ordered), "steps": steps, "print": hashlib.sha256(text.encode()).hexdigest()[:16], **more}
