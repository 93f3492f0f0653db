"""Have something measured in a process apart from the pages, and pass on how far it is."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from mizzle_web.page.refused import Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Tell = Callable[[float, str], None]

MODULE = "mizzle_web.journeys.figures.measuring"
SOURCE = str(Path(__file__).resolve().parents[3])
LEFT_OF_TROUBLE = 2000
"""Characters of what a process says when it dies."""


class Unmeasurable(Refused):
    """What `mizzle` refused to read or to measure, in its own words.

    Parameters
    ----------
    kind
        Name of the error, as ``TooManyRejected``.
    """

    def __init__(self, kind: str, sentence: str) -> None:
        super().__init__(kind, sentence)
        self.kind = kind


def run(task: str, tell: Tell, **given: Any) -> Any:
    """Do one task of `measuring`; `tell` is called while it goes on, and may raise to have it ended.

    Raises
    ------
    Unmeasurable
        For what a person can mend.
    RuntimeError
        Where the process died; the work may be tried again.
    """
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MIZZLE_", "COV_"))}
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, (SOURCE, environment.get("PYTHONPATH"))))
    process = subprocess.Popen(  # noqa: S603 - our own module, given no words of others
        [sys.executable, "-m", MODULE],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        start_new_session=True,
    )
    try:
        for kind, value in _lines(process, {"task": task, **given}):
            if kind == "answer":
                return value
            if kind == "refused":
                raise Unmeasurable(*value)
            share, stage = value
            tell(share, stage_words(stage))
        raise RuntimeError(f"{task} ended without an answer: {process.stderr.read()[-LEFT_OF_TROUBLE:]}")  # type: ignore[union-attr] # piped
    finally:
        _end(process)


def _lines(process: subprocess.Popen[str], given: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    try:
        process.stdin.write(json.dumps(given) + "\n")  # type: ignore[union-attr] # piped
        process.stdin.close()  # type: ignore[union-attr] # piped
    except BrokenPipeError:
        return  # it died before it listened; what it said is told by the caller
    for line in process.stdout:  # type: ignore[union-attr] # piped
        ((kind, value),) = json.loads(line).items()
        yield kind, value


def _end(process: subprocess.Popen[str]) -> None:
    """End the process where it still runs, with all that it began."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe is not None:
            pipe.close()


def stage_words(stage: str) -> str:
    """Say what is being done; names of stages come from `mizzle` and from `measuring`."""
    known = {
        "sample": _("Inventing the orders"),
        "select": _("Choosing the cases"),
        "all": _("Measuring all cases"),
        "typical": _("Measuring the typical cases"),
        "late": _("Measuring the late cases"),
        "before": _("Measuring half a year earlier"),
        "reading": _("Reading the rows"),
        "putting": _("Putting cases in order"),
        "joining": _("Joining the logs of the journey"),
    }
    return known.get(stage, _("Reading and sorting the events"))
