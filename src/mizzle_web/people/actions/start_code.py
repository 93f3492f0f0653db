"""The start code: who begins an empty house from elsewhere than its own machine must have seen that machine.

Without it, whoever finds the address first would own the house. It is made when the house is started, printed there,
and kept in the data folder, for its user alone, until there is an organisation.
"""

from __future__ import annotations

import contextlib
import ipaddress
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from mizzle_web.page.refused import Refused
from mizzle_web.people import secrets
from mizzle_web.people.actions import tries
from mizzle_web.people.actions.tries import Limit, Limits

if TYPE_CHECKING:
    from datetime import datetime

    from mizzle_web.page.visit import Visit

KNOWS_START_CODE = "knows_start_code"
"""Marks the session of somebody who has just emptied the house: the page fills the code in for them."""
FREE_TRIES = 5
FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP", "Via")
"""Headers by which a proxy gives away that it stands in front, also where nobody said so."""


def file() -> Path:
    """Give the file in which it is kept."""
    return Path(settings.ENVIRONMENT.data) / "start-code"


def kept() -> str:
    """Read the code; empty where there is none."""
    try:
        return file().read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        return ""


def make() -> str:
    """Make the code, or give the one that is there: two processes that start at once have the same."""
    path = file()
    if not kept():
        handle, name = tempfile.mkstemp(prefix=".start-code-", dir=path.parent)  # which its user alone reads
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as aside:
                aside.write(f"{secrets.new_recovery_code()}\n")
            with contextlib.suppress(FileExistsError):
                os.link(name, path)
        finally:
            Path(name).unlink()
    return kept()


def remove() -> None:
    """Forget the code, once there is an organisation; where the disk refuses, it opens nothing all the same."""
    with contextlib.suppress(OSError):
        file().unlink(missing_ok=True)


def is_loopback(host: str) -> bool:
    """Whether only this machine itself can be meant by a name or an address."""
    name = host.strip("[]").lower()
    if name == "localhost":
        return True
    try:
        found = ipaddress.ip_address(name)
    except ValueError:
        return False
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return (mapped or found).is_loopback


def is_reachable() -> bool:
    """Whether others than this machine may reach the house, as far as its operator said."""
    environment = settings.ENVIRONMENT
    hosts = [urlsplit(environment.url).hostname or "", *environment.hosts]
    if settings.LISTENS_ON:
        hosts.append(settings.LISTENS_ON)
    return environment.behind_proxy or not all(is_loopback(host) for host in hosts)


def is_needed(request: Visit) -> bool:
    """Whether who asks might sit somewhere else than at this machine."""
    if is_reachable() or not is_loopback(str(request.META.get("REMOTE_ADDR", ""))):
        return True
    return any(name in request.headers for name in FORWARDED)


def check(*, given: str, network: str, at: datetime) -> None:
    """Compare a code that was typed with the one that is kept.

    Raises
    ------
    Refused
        For any other, after too many of them, and where there is none to compare with.
    """
    code = secrets.plain(kept())
    if not code:
        sentence = _("There is no start code any more. Start mizzle again, and it prints one.")
        raise Refused("no_start_code", sentence, field="code")
    made = tries.count(limits=Limits(own=Limit(secrets.keyed(f"start:{network}"), FREE_TRIES)), at=at)
    if not constant_time_compare(secrets.plain(given), code):
        sentence = _("This is not the start code. It stands in the file start-code of the data folder.")
        raise Refused("wrong_start_code", sentence, field="code")
    tries.succeed(made=made, at=at)
