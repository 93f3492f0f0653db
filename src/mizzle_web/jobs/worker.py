"""The worker: takes jobs, keeps its lease while they run, and does what is due."""

from __future__ import annotations

import threading


class Worker:
    """One worker."""

    def __init__(self) -> None:
        self.stopped = threading.Event()

    def run(self) -> None:
        """Work until stopped."""
        self.stopped.wait()
