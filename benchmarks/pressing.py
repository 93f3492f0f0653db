"""Asks a WSGI handler as a server does, from as many threads as the server of the house has."""

from __future__ import annotations

import io
import statistics
import threading
import time
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlencode, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

TOKEN = "k" * 32  # what the browser sends as cookie and in the form; any text of that form will do
WRITERS = 8  # as many as the server has threads


class Timing(NamedTuple):
    """How long a page takes on the server, in milliseconds."""

    name: str
    p50: float
    p95: float

    @classmethod
    def of(cls, name: str, times: Sequence[float]) -> Timing:
        """Sum up what single calls took."""
        return cls(name, statistics.median(times), sorted(times)[min(len(times) - 1, int(0.95 * len(times)))])


def ask(handler: Any, path: str, cookies: str, form: Mapping[str, str] | None = None, **more: str) -> tuple[int, bytes]:
    """Ask for a page, or send a form; gives status and content. `more` are further words of the WSGI environment."""
    return _ask(handler, path, b"" if form is None else _encoded(form), {"HTTP_COOKIE": cookies} | more)


def call(wanted: int, handler: Any, path: str, cookies: str, form: Mapping[str, str]) -> None:
    """Send a form, and make sure that it is answered as wanted."""
    _expect(wanted, path, ask(handler, path, cookies, form))


def call_program(wanted: int, handler: Any, path: str, body: str, **more: str) -> None:
    """Call the API as a program does, and make sure that it is answered as wanted."""
    _expect(wanted, path, _ask(handler, path, body.encode(), {"CONTENT_TYPE": "application/json"} | more))


def _encoded(form: Mapping[str, str]) -> bytes:
    return urlencode({**form, "csrfmiddlewaretoken": TOKEN}).encode()


def _expect(wanted: int, path: str, found: tuple[int, bytes]) -> None:
    status, content = found
    if status != wanted:
        raise RuntimeError(f"{path} answers {status}: {content[:300]!r}")


def _ask(handler: Any, path: str, body: bytes, more: Mapping[str, str]) -> tuple[int, bytes]:
    parts = urlsplit(path)
    environ = {
        "REQUEST_METHOD": "POST" if body else "GET",
        "PATH_INFO": parts.path,
        "QUERY_STRING": parts.query,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "127.0.0.1:8000",
        "HTTP_ACCEPT_LANGUAGE": "en",
        "CONTENT_TYPE": "application/x-www-form-urlencoded",
        "CONTENT_LENGTH": str(len(body)),
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        **more,
    }
    found: list[int] = []
    answer = handler(environ, lambda status, _headers, _info=None: found.append(int(status.split()[0])))
    try:
        return found[0], b"".join(answer)
    finally:
        answer.close()


def rate(write: Callable[[str], None], seconds: float) -> float:
    """Let as many threads write as the server has; give writes in a second."""
    from django.db import connection

    counts, troubles, end = [0] * WRITERS, [], time.perf_counter() + seconds

    def go(number: int) -> None:
        try:
            while time.perf_counter() < end:
                write(f"P {number}-{counts[number]}")
                counts[number] += 1
        except Exception as trouble:  # noqa: BLE001 - told below, in the thread that waits
            troubles.append(trouble)
        finally:
            connection.close()

    began = time.perf_counter()
    threads = [threading.Thread(target=go, args=(number,)) for number in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if troubles:
        raise troubles[0]
    return sum(counts) / (time.perf_counter() - began)
