"""Take in the whole body of a request before a thread is given to it: one who sends slowly holds up nobody else."""

from __future__ import annotations

import asyncio
import re
import tempfile
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.cookie import parse_cookie
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from mizzle_web.page import guard, problem

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping

    Scope = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[Any]]
    Send = Callable[[Any], Awaitable[None]]
    Application = Callable[[Scope, Receive, Send], Awaitable[None]]

IDLE_SECONDS = 20
"""So long may a body stand still before it is given up."""
IN_MEMORY = 1 << 20
"""Bytes beyond which a body is kept in a file without a name, in the data folder."""
ENVELOPE = 1 << 20
"""Bytes that any body may have; in an upload, those around the file."""
FILES = re.compile(r"/people/import|/map/[0-9a-f-]{36}/logs/?$")
"""Addresses that take in files begin so."""
_BLOCK = 64 << 10


class _Refused(Exception):
    """A body that is not taken in; carries the status."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


async def answer(pages: Application, scope: Scope, receive: Receive, send: Send) -> None:
    """Hand a request on once its body is here."""
    if scope["type"] != "http" or not _has_body(scope):
        await pages(scope, receive, send)
        return
    with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY, dir=settings.FILE_UPLOAD_TEMP_DIR) as spool:
        try:
            n_bytes = await _take_in(scope, receive, spool)
        except _Refused as refused:
            await _refuse(refused.status, scope, send)
            return
        if n_bytes is None:  # nobody is there any more
            return
        spool.seek(0)
        left = n_bytes

        async def from_spool() -> Any:
            nonlocal left
            if left < 0:
                return await receive()
            block = spool.read(_BLOCK)
            left = left - len(block) or -1
            return {"type": "http.request", "body": block, "more_body": left > 0}

        await pages(_with_length(scope, n_bytes), from_spool, send)


def _headers(scope: Scope, name: bytes) -> list[str]:
    return [value.decode("latin-1") for given, value in scope["headers"] if given.lower() == name]


def _has_body(scope: Scope) -> bool:
    return bool(_headers(scope, b"transfer-encoding")) or any(
        length.strip() != "0" for length in _headers(scope, b"content-length")
    )


def most_bytes(scope: Scope) -> int:
    """Give how large a body may be: a file is taken in only where one who has a session sends files."""
    cookies = [cookie.strip() for header in _headers(scope, b"cookie") for cookie in header.split(";")]
    has_session = any(cookie.startswith(f"{settings.SESSION_COOKIE_NAME}=") for cookie in cookies)
    if scope["method"] == "POST" and FILES.match(scope["path"]) and has_session:
        return (settings.ENVIRONMENT.upload_megabytes << 20) + ENVELOPE
    return ENVELOPE


async def _take_in(scope: Scope, receive: Receive, spool: tempfile.SpooledTemporaryFile[bytes]) -> int | None:
    most, n_bytes, goes_on = most_bytes(scope), 0, True
    if any(length.strip().isdecimal() and int(length) > most for length in _headers(scope, b"content-length")):
        raise _Refused(413)
    while goes_on:
        try:
            message = await asyncio.wait_for(receive(), IDLE_SECONDS)
        except TimeoutError as late:
            raise _Refused(408) from late
        if message["type"] == "http.disconnect":
            return None
        n_bytes += len(message.get("body", b""))
        if n_bytes > most:
            raise _Refused(413)
        spool.write(message.get("body", b""))
        goes_on = message.get("more_body", False)
    return n_bytes


def _with_length(scope: Scope, n_bytes: int) -> Scope:
    """Say the length, which a body that came in pieces had not; Django would take that one for empty."""
    kept = [one for one in scope["headers"] if one[0].lower() not in (b"content-length", b"transfer-encoding")]
    return dict(scope) | {"headers": [*kept, (b"content-length", b"%d" % n_bytes)]}


async def _refuse(status: int, scope: Scope, send: Send) -> None:
    with translation.override(_language(scope)):
        page = _page(status, scope)
    told = dict(page.items()) | guard.HEADERS | {"Cache-Control": "no-store", "Content-Length": str(len(page.content))}
    if status == 408:  # noqa: PLR2004 - after it the rest of the body is not waited for
        told["Connection"] = "close"
    headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in told.items()]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": page.content})


def _language(scope: Scope) -> str:
    """Choose the language of somebody of whom only the headers are known."""
    request = HttpRequest()
    request.META["HTTP_ACCEPT_LANGUAGE"] = ",".join(_headers(scope, b"accept-language"))
    request.COOKIES = parse_cookie("; ".join(_headers(scope, b"cookie")))
    return translation.get_language_from_request(request)


def _page(status: int, scope: Scope) -> HttpResponse:
    said = {
        408: _("The rest of what you sent did not arrive. Send it again."),
        413: _("That is too much at once. Send less."),
    }[status]
    if scope["path"].startswith(problem.ADDRESSES):
        return problem.problem(status, said)
    if status == 413 and FILES.match(scope["path"]):  # noqa: PLR2004 - the file is larger than what is taken in
        said = _("The file is larger than the limit of %(n)d MB. Send it in parts, or ask your operator to raise it.")
        said %= {"n": settings.ENVIRONMENT.upload_megabytes}
    title = problem.titles()[413 if status == 413 else 400][1]  # noqa: PLR2004 - the same
    words = {"title": title, "sentence": said, "status": status}
    return HttpResponse(render_to_string("page/problem.html", words), status=status)
