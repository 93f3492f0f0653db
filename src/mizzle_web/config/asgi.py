"""The entry of the server: pages in fixed threads, each of which keeps its database connection."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from a2wsgi import WSGIMiddleware
from django.core.wsgi import get_wsgi_application

from mizzle_web.config import bodies

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping

    Scope = MutableMapping[str, Any]

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mizzle_web.config.settings")
THREADS = 8
_wsgi: Any = get_wsgi_application()
_pages: Any = WSGIMiddleware(_wsgi, workers=THREADS)


async def application(
    scope: Scope, receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]
) -> None:
    """Answer one connection."""
    await bodies.answer(_pages, scope, receive, send)
