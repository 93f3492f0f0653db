"""A house in a process of its own, people who write to it over HTTP, and kill -9 in the middle of it."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

if TYPE_CHECKING:
    import random

WARM = Path(__file__).with_name("warm.py")
SETTINGS = "mizzle_web.config.settings"
PATIENCE = 60.0
WRITERS = 4
DONE = 302
TOKEN = "k" * 32  # what the browser sends as cookie and in the form; any text of that form will do
CHECK = """
import django; django.setup()
from django.db import connection
from mizzle_web.journal import checker
from mizzle_web.people.models import Member
print(checker.check().is_intact)
for name in Member.objects.filter(name__startswith="P ").order_by("name").values_list("name", flat=True): print(name)
"""


class House:
    """A real server on loopback, with its own data folder.

    With `is_warm` it is opened from an interpreter that has loaded the house before: see `warm`.
    """

    def __init__(self, folder: Path, database_url: str = "", *, is_warm: bool = False) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        self.folder = folder
        self.environment = {"PATH": os.environ["PATH"], "MIZZLE_DATA": str(folder), "TZ": "UTC"}
        if database_url:
            self.environment["MIZZLE_DATABASE_URL"] = database_url
        self._is_warm = is_warm
        self._process: subprocess.Popen[bytes] | None = None
        self._pid = 0
        self.cookies = {"csrf": TOKEN}

    def open(self) -> float:
        """Start the server and wait until it answers; give the seconds that took."""
        began = time.perf_counter()
        if self._process is None:
            self._process = self._start()
        if self._is_warm:
            self._pid = int(self._tell("open"))
        while time.perf_counter() - began < PATIENCE:
            if not self._is_warm and self._process.poll() is not None:
                break
            try:
                if self.ask("GET", "/health")[0] == 200:  # noqa: PLR2004 - it is well
                    return time.perf_counter() - began
            except OSError:
                time.sleep(0.01)
        raise RuntimeError(f"The house did not open. See {self.folder.parent / self.folder.name}.log")

    def _start(self) -> subprocess.Popen[bytes]:
        program, more = ["-m", "mizzle_web", "serve", "--port", str(self.port)], {}
        if self._is_warm:
            program = [str(WARM), str(self.port)]
            more = {"MIZZLE_URL": f"http://127.0.0.1:{self.port}", "DJANGO_SETTINGS_MODULE": SETTINGS}
        with (self.folder.parent / f"{self.folder.name}.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, *program],
                env=self.environment | more,
                stdin=subprocess.PIPE if self._is_warm else None,
                stdout=subprocess.PIPE if self._is_warm else log,
                stderr=log,
            )

    def _tell(self, word: str) -> str:
        """Tell the warm interpreter what to do; give its answer."""
        process = self._process
        if process is None or process.stdin is None or process.stdout is None:
            raise RuntimeError("The house is closed.")
        process.stdin.write(f"{word}\n".encode())
        process.stdin.flush()
        return process.stdout.readline().decode().strip()

    @property
    def pid(self) -> int:
        """The number of its process."""
        if self._process is None:
            raise RuntimeError("The house is closed.")
        return self._pid or self._process.pid

    def kill(self) -> None:
        """End it as a power cut would, as far as a process can tell."""
        self._end(signal.SIGKILL)

    def close(self) -> None:
        """Close it as an operator does."""
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        if self._is_warm:
            if self._pid:
                os.kill(self._pid, how)
                self._tell("gone")
                self._pid = 0
            return
        self._process.send_signal(how)
        self._process.wait(PATIENCE)
        self._process = None

    def leave(self) -> None:
        """Kill it, and the interpreter from which it was opened."""
        self.kill()
        if self._process is not None:
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe is not None:
                    pipe.close()
            self._process.wait(PATIENCE)
            self._process = None

    def ask(
        self, method: str, path: str, form: dict[str, str] | None = None, line: http.client.HTTPConnection | None = None
    ) -> tuple[int, dict[str, str]]:
        """Send one request as a browser does; give the status and the headers of the answer."""
        own = line or http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        body = None
        if form is not None:
            body = urlencode(form | {"csrfmiddlewaretoken": TOKEN})
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            own.request(method, path, body, headers)
            answer = own.getresponse()
            answer.read()
            for name, value in answer.getheaders():
                if name.lower() == "set-cookie" and line is None:
                    key, _, rest = value.partition("=")
                    if key != "csrf":
                        self.cookies[key] = rest.partition(";")[0]
            return answer.status, dict(answer.getheaders())
        except http.client.HTTPException as problem:
            raise ConnectionError(str(problem)) from problem
        finally:
            if line is None:
                own.close()

    def begin(self) -> None:
        """Found the organisation, by the form that a new user fills in; who did so has signed in."""
        form = {"organisation": "Larkmoor", "language": "en", "timezone": "UTC", "units": "Transport"}
        form |= {"name": "Ida Lead", "email": "ida@larkmoor.example", "password": "rain falls on the yard"}
        status, _headers = self.ask("POST", "/start", form)
        if status != DONE:
            raise RuntimeError(f"The house could not be begun: {status}.")

    def found(self) -> tuple[bool, list[str]]:
        """Look into the database: whether the journal is intact, and the names of those who were taken in."""
        settings = {"DJANGO_SETTINGS_MODULE": SETTINGS}
        done = subprocess.run(
            [sys.executable, "-c", CHECK], env=self.environment | settings, capture_output=True, text=True, check=True
        )
        intact, *names = done.stdout.splitlines()
        return intact == "True", names


@dataclass
class Told:
    """What the writers were told."""

    acknowledged: list[str] = field(default_factory=list)
    open: list[str] = field(default_factory=list)
    """Sent, and never answered: it may have been done or not, so it is sent again with the same key."""
    strange: list[int] = field(default_factory=list)
    """Answers that are neither a yes nor a plain "not now"."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of everything that was acknowledged."""

    rounds: int
    acknowledged: int
    unanswered: int
    lost: list[str]
    doubled: list[str]
    strange: list[int]
    is_intact: bool

    @property
    def is_good(self) -> bool:
        """Whether nothing was lost, nothing doubled, and the journal holds."""
        return self.is_intact and not (self.lost or self.doubled or self.strange)


class Load:
    """People who take somebody in, again and again, each with the key of their form."""

    def __init__(self, house: House, told: Told, mark: str, writers: int = WRITERS) -> None:
        self._house, self._told, self._mark = house, told, mark
        again, told.open = told.open, []
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._write, args=(number, again[number::writers])) for number in range(writers)
        ]
        for thread in self._threads:
            thread.start()

    def _write(self, number: int, again: list[str]) -> None:
        line = http.client.HTTPConnection("127.0.0.1", self._house.port, timeout=30)
        n = 0
        while again or not self._stop.is_set():
            name = again.pop() if again else f"P {self._mark}-{number}-{n}"
            n += 1
            try:
                status, _headers = self._house.ask("POST", "/people/new", {"name": name, "key": name}, line)
            except OSError:
                self._told.open += [name, *again]
                break
            if status == DONE:
                self._told.acknowledged.append(name)
            elif status in (503, 507):
                self._told.open.append(name)
            else:
                self._told.strange.append(status)
        line.close()

    def end(self) -> None:
        """Let everybody finish what they are at."""
        self._stop.set()
        for thread in self._threads:
            thread.join(PATIENCE)


@dataclass(frozen=True, slots=True)
class Pace:
    """Between how many seconds of load the server is killed."""

    least: float
    most: float


SLOW, FAST = Pace(0.02, 0.8), Pace(0.01, 0.25)


def kill_often(
    folder: Path, rng: random.Random, rounds: int, database_url: str = "", *, pace: Pace = SLOW, say: Any = None
) -> Verdict:
    """Write and kill, so many times; then ask again for what was never answered, and look what is there."""
    folder.mkdir(parents=True, exist_ok=True)
    house, told, n_open = House(folder, database_url, is_warm=True), Told(), 0
    try:
        house.open()
        house.begin()
        for number in range(rounds):
            load = Load(house, told, f"{number}")
            time.sleep(rng.uniform(pace.least, pace.most))
            house.kill()
            load.end()
            n_open += len(told.open)
            if say and number % 10 == 9:  # noqa: PLR2004 - now and then
                say(f"  {number + 1} rounds, {len(told.acknowledged):,} acknowledged")
            house.open()
        load = Load(house, told, "last")
        load.end()
    finally:
        house.leave()
    is_intact, names = house.found()
    return judged(told, names, rounds=rounds, unanswered=n_open, is_intact=is_intact)


def judged(told: Told, names: list[str], *, rounds: int, unanswered: int, is_intact: bool) -> Verdict:
    """Compare what was acknowledged with what is there."""
    there = Counter(names)
    return Verdict(
        rounds,
        len(told.acknowledged),
        unanswered,
        sorted(set(told.acknowledged) - there.keys()),
        sorted(name for name, n in there.items() if n > 1),
        told.strange,
        is_intact,
    )
