"""The house: how long its pages take, what it weighs, how soon it opens, and how many durable writes it takes."""

from __future__ import annotations

import io
import os
import re
import shutil
import statistics
import threading
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlencode, urlsplit

from killing import TOKEN, House
from measuring import DATA, machine, say, table, write_section

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

WRITERS = 8  # as many as the server has threads
STARTS = 3
SLOWEST_MS, MOST_MB, LONGEST_START, LEAST_RATIO = 100.0, 250.0, 3.0, 0.7
NAME = "bare"
urlpatterns: list[Any] = []
"""The addresses of the bare view; this module is its URLconf."""


class Timing(NamedTuple):
    """How long a page takes on the server, in milliseconds."""

    name: str
    p50: float
    p95: float


def run(options: argparse.Namespace) -> None:
    """Measure all, and write the section."""
    folder = DATA / "web"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    calls, seconds, starts = (3, 1.0, 1) if options.quick else (options.calls, options.seconds, STARTS)
    say("opening the house")
    opening, weight = _open(folder / "house", starts)
    cookies = _sample(folder / "sample")
    say("pages")
    pages = _pages(cookies, calls)
    say("writes")
    body = _body(pages, opening, weight, _writes(cookies, seconds), calls)
    if options.quick:
        print(body)
    else:
        write_section("web", "The house: pages, memory, start and writes", body)


def _open(folder: Path, starts: int) -> tuple[float, float]:
    """Start the server a few times; give the median of the seconds, and the megabytes when nobody asks for anything."""
    house = House(folder)
    found = []
    for _ in range(starts):
        found.append(house.open())
        time.sleep(2)
        lines = Path(f"/proc/{house.pid}/status").read_text().splitlines()
        weight = next(int(line.split()[1]) / 1000 for line in lines if line.startswith("VmRSS"))
        house.close()
    return statistics.median(found), weight


def _sample(folder: Path) -> str:
    """Load the sample organisation into this process; give the cookies of its service lead."""
    os.environ |= {"MIZZLE_DATA": str(folder), "DJANGO_SETTINGS_MODULE": "mizzle_web.config.settings"}
    import django

    django.setup()
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore
    from django.core.management import call_command

    from mizzle_web.journal.actions import SYSTEM
    from mizzle_web.operation.actions import load_sample
    from mizzle_web.page import clock
    from mizzle_web.people.door import SIGNED_IN_AT
    from mizzle_web.people.models import Member
    from mizzle_web.people.roles import Role

    call_command("migrate", interactive=False, verbosity=0)
    load_sample(rng_seed=2025, by=SYSTEM, at=clock.now())
    lead = Member.objects.holding(Role.SERVICE_LEAD).order_by("pk")[0]
    session = SessionStore()
    session[SESSION_KEY], session[HASH_SESSION_KEY] = str(lead.pk), lead.get_session_auth_hash()
    session[BACKEND_SESSION_KEY], session[SIGNED_IN_AT] = settings.AUTHENTICATION_BACKENDS[0], time.time()
    session.create()
    return f"session={session.session_key}; csrf={TOKEN}"


def _call(handler: Any, path: str, cookies: str, form: dict[str, str] | None = None) -> tuple[int, bytes]:
    """Ask the handler as the server does."""
    parts = urlsplit(path)
    body = urlencode(form | {"csrfmiddlewaretoken": TOKEN}).encode() if form is not None else b""
    environ = {
        "REQUEST_METHOD": "GET" if form is None else "POST",
        "PATH_INFO": parts.path,
        "QUERY_STRING": parts.query,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "127.0.0.1:8000",
        "HTTP_COOKIE": cookies,
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
    }
    found: list[int] = []
    answer = handler(environ, lambda status, _headers, _info=None: found.append(int(status.split()[0])))
    try:
        return found[0], b"".join(answer)
    finally:
        answer.close()


def _pages(cookies: str, calls: int) -> list[Timing]:
    """Walk from link to link; time one page of each kind."""
    from django.core.wsgi import get_wsgi_application
    from django.urls import Resolver404, resolve

    handler = get_wsgi_application()
    waiting, seen, found = ["/"], set(), []
    while waiting:
        path = waiting.pop(0)
        try:
            name = resolve(urlsplit(path).path).view_name
        except Resolver404:
            continue
        if name in seen:
            continue
        seen.add(name)
        status, content = _call(handler, path, cookies)
        if status != 200:  # noqa: PLR2004 - not a page to look at
            continue
        times = sorted(_milliseconds(partial(_call, handler, path, cookies)) for _ in range(calls))
        found.append(Timing(name, statistics.median(times), times[min(len(times) - 1, int(0.95 * len(times)))]))
        links = re.findall(rb'(?:href|action)="(/[^"#]*)"', content)
        waiting += [link.decode().replace("&amp;", "&") for link in links if not link.startswith((b"/static/", b"//"))]
    return sorted(found, key=lambda one: -one.p95)


def _milliseconds(action: Callable[[], object]) -> float:
    began = time.perf_counter()
    action()
    return 1000 * (time.perf_counter() - began)


def _writes(cookies: str, seconds: float) -> dict[str, float]:
    """Count durable writes in a second: a bare INSERT, a bare Django view that does it, and a form of the house."""
    from django.core.handlers.wsgi import WSGIHandler
    from django.core.wsgi import get_wsgi_application
    from django.db import connection, transaction
    from django.http import HttpResponse
    from django.test.utils import override_settings
    from django.urls import path

    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE {NAME} (id {'bigserial' if connection.vendor == 'postgresql' else 'integer'} "
                       "PRIMARY KEY, name text)")  # fmt: skip

    def insert(name: str) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"INSERT INTO {NAME} (name) VALUES (%s)", [name])  # noqa: S608 - a name of ours

    def bare(request: Any) -> HttpResponse:
        insert(request.POST["name"])
        return HttpResponse(status=204)

    found = {"bare INSERT": _rate(insert, seconds)}
    urlpatterns[:] = [path("bare", bare)]
    with override_settings(MIDDLEWARE=[], ROOT_URLCONF="lane_web"):
        small = WSGIHandler()
        found["bare Django view"] = _rate(lambda name: _expect(204, small, "/bare", cookies, name), seconds)
    whole = get_wsgi_application()
    found["form of the house (/people/new)"] = _rate(
        lambda name: _expect(302, whole, "/people/new", cookies, name), seconds
    )
    return found


def _expect(wanted: int, handler: Any, path: str, cookies: str, name: str) -> None:
    status, content = _call(handler, path, cookies, {"name": name, "key": name})
    if status != wanted:
        raise RuntimeError(f"{path} answers {status}: {content[:300]!r}")


def _rate(write: Callable[[str], None], seconds: float) -> float:
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


def _body(pages: list[Timing], opening: float, weight: float, writes: dict[str, float], calls: int) -> str:
    bare = writes["bare Django view"]
    ratio = writes["form of the house (/people/new)"] / bare
    slowest = pages[0]
    goals = [
        (f"every page: p95 under {SLOWEST_MS:.0f} ms", f"{slowest.p95:.0f} ms", slowest.p95 < SLOWEST_MS),
        (f"idle process under {MOST_MB:.0f} MB", f"{weight:.0f} MB", weight < MOST_MB),
        (f"cold start under {LONGEST_START:.0f} s", f"{opening:.1f} s", opening < LONGEST_START),
        (f"writes: at least {LEAST_RATIO:g} of the bare view", f"{ratio:.2f}", ratio >= LEAST_RATIO),
    ]
    return "\n\n".join(
        [
            machine(("mizzle", "django", "uvicorn")),
            (
                f"The sample organisation, seen by its service lead; {calls} calls of one page of each kind through "
                f"the WSGI handler, after one to warm up. Writes: {WRITERS} threads of one process, each synced to the "
                "disk before it is confirmed."
            ),
            "### Pages\n\n"
            + table(("page", "p50 ms", "p95 ms"), [(one.name, f"{one.p50:.1f}", f"{one.p95:.1f}") for one in pages]),
            "### Durable writes\n\n"
            + table(
                ("", "per second", "to the bare view"),
                [(name, f"{rate:,.0f}", f"{rate / bare:.2f}") for name, rate in writes.items()],
            ),
            "### Goals\n\n"
            + table(
                ("goal", "found", ""), [(goal, found, "reached" if is_so else "missed") for goal, found, is_so in goals]
            ),
        ]
    )
