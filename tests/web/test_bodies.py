"""Bodies of requests are taken in before a thread is: slow ones hold up nobody, large ones are refused."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import stat
import threading
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
import uvicorn
from a2wsgi import WSGIMiddleware
from django.conf import settings as house

from mizzle_web.config import bodies

SESSION = (b"cookie", b"csrf=1; session=abc")
MEGABYTE = 1 << 20


def in_a_loop(coroutine):
    """Run a coroutine in a thread of its own, since tests in a browser keep a loop in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, coroutine).result()


@pytest.fixture(autouse=True)
def at():
    """Let the clock run: this is about real waiting."""


def sent(*parts, path="/sign-in", headers=(), method="POST", length=None):
    """Send a body in parts; give the answer, what the page was given, and how it was announced."""
    given, answers = [], []
    left = [{"type": "http.request", "body": part, "more_body": True} for part in parts]
    if left and length is None:
        left[-1]["more_body"] = False

    async def receive():
        if not left:
            await asyncio.sleep(60)
        return left.pop(0)

    async def send(message):
        answers.append(message)

    async def page(scope, receive, _send):
        body, goes_on = [], True
        while goes_on:
            message = await receive()
            body.append(message["body"])
            goes_on = message["more_body"]
        given.append((dict(scope["headers"]).get(b"content-length"), body))

    told = b"%d" % (sum(map(len, parts)) if length is None else length)
    scope = {"type": "http", "method": method, "path": path, "headers": [(b"content-length", told), *headers]}
    in_a_loop(bodies.answer(page, scope, receive, send))
    return answers, given


def test_a_body_arrives_whole_and_in_blocks():
    parts = [bytes([n]) * 100_000 for n in range(7)]
    answers, [(length, found)] = sent(*parts)
    assert (answers, length, b"".join(found)) == ([], b"700000", b"".join(parts))
    assert max(map(len, found)) == 64 << 10


def test_a_body_that_came_in_pieces_is_given_its_length():
    _, [(length, found)] = sent(b"abc", b"de", headers=[(b"transfer-encoding", b"chunked")])
    assert (length, found) == (b"5", [b"abcde"])


def test_a_large_body_is_taken_only_where_one_with_a_session_sends_a_file(settings):
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, upload_megabytes=2)
    large = [b"x" * MEGABYTE, b"y" * MEGABYTE]

    def status(*parts, **more):
        answers, given = sent(*parts, **more)
        return answers[0]["status"] if answers else len(b"".join(given[0][1]))

    assert status(*large, path="/people/import", headers=[SESSION]) == 2 * MEGABYTE
    assert status(*large, b"z" * MEGABYTE, b"1", path="/people/import", headers=[SESSION]) == 413
    assert status(*large, path="/people/import") == 413
    assert status(*large, path="/people/import", headers=[(b"cookie", b"nosession=1")]) == 413
    assert status(*large, path="/people/import", headers=[SESSION], method="PUT") == 413
    assert status(*large, path="/me", headers=[SESSION]) == 413
    assert status(b"x" * MEGABYTE) == MEGABYTE
    assert status(length=MEGABYTE + 1) == 413, "known before a byte of it came"
    assert status(b"x" * MEGABYTE, b"y", headers=[(b"content-length", b"1")]) == 413


def test_the_api_is_told_in_its_own_words():
    [start, body], _ = sent(length=9 * MEGABYTE, path="/api/v1/people")
    assert dict(start["headers"])[b"content-type"] == b"application/problem+json"
    assert b'"code": "too_large"' in body["body"]


def test_a_body_that_stands_still_is_given_up(monkeypatch):
    monkeypatch.setattr(bodies, "IDLE_SECONDS", 0.05)
    [start, body], given = sent(b"half", length=8)
    assert (start["status"], given) == (408, [])
    assert dict(start["headers"])[b"connection"] == b"close"
    assert b"Send it again" in body["body"]


def test_nothing_is_read_ahead_where_there_is_no_body():
    async def page(_scope, given, _send):
        assert given is receive

    async def receive():
        raise AssertionError

    for headers in ([], [(b"content-length", b"0")]):
        scope = {"type": "http", "method": "GET", "path": "/", "headers": headers}
        in_a_loop(bodies.answer(page, scope, receive, None))


def test_what_arrives_lies_in_a_folder_of_the_house_that_nobody_else_reads():
    folder = Path(house.FILE_UPLOAD_TEMP_DIR)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert folder.parent == house.ENVIRONMENT.data


@pytest.fixture
def port():
    """A server with two threads for pages; gives where it listens."""

    def page(environ, start_response):
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        start_response("200 OK", [("Content-Length", str(len(body)))])
        return [body]

    async def application(scope, receive, send):
        await bodies.answer(pages, scope, receive, send)

    pages = WSGIMiddleware(page, workers=2)
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(application, log_level="critical", lifespan="off",
                                           timeout_graceful_shutdown=1))  # fmt: skip
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    yield listening.getsockname()[1]
    server.should_exit = True
    thread.join()
    listening.close()
    pages.executor.shutdown()


def test_half_sent_bodies_hold_up_nobody(port):
    with contextlib.ExitStack() as slow:
        for _ in range(6):
            one = slow.enter_context(socket.create_connection(("127.0.0.1", port)))
            one.sendall(b"POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf")
        time.sleep(0.2)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", data=b"all of it", timeout=5) as answer:
            assert answer.read() == b"all of it"
