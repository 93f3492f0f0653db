"""Deliver what waits to be sent: at least once, always under its id, later and later, until it is given up.

A parcel is claimed for a while before it is sent and marked after. Whoever is killed in between leaves a claim that
runs out, and the parcel is sent again: never lost, maybe twice.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import smtplib
import time
from dataclasses import dataclass
from datetime import timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.message import BadHeaderError
from django.db.models import F, Q

from mizzle_web.journal.caller import Unreachable, post
from mizzle_web.journal.models import Hook, Parcel, ParcelKind, ParcelState
from mizzle_web.page.sealing import opened

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from django.core.mail.backends.base import BaseEmailBackend

    from mizzle_web.journal.caller import Place

CLAIM = timedelta(minutes=15)
"""So long nobody else sends a parcel that was claimed; longer than a whole round takes."""
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 3 * 60, 6 * 60, 12 * 60, 24 * 60, 24 * 60))
"""How long to wait after each failure; after the one that has no wait any more, a parcel is given up."""
MOST_AT_ONCE = 100
SECONDS_OF_A_ROUND = 120.0
MAIL_SECONDS = 20
GONE = 410
STARTTLS_PORT = 587
NEAR = ("localhost", "127.0.0.1", "::1")


class Failed(Exception):
    """A try that failed, by a code; `is_final` where trying again is of no use."""

    def __init__(self, code: str, *, is_final: bool = False) -> None:
        super().__init__(code)
        self.code = code
        self.is_final = is_final


@dataclass(slots=True)
class Round:
    """What a round of deliveries came to."""

    n_sent: int = 0
    n_failed: int = 0
    n_dead: int = 0


def deliver_due(
    at: datetime, *, mailer: BaseEmailBackend | None = None, allowed: Collection[Place] = (), limit: int = MOST_AT_ONCE
) -> Round:
    """Send what is due, the oldest first; to be called every few seconds, by as many workers as there are.

    A hook, or the mail server, that has failed once is left alone for the rest of the round, so that what is broken
    holds up nothing else. Must not be called within a transaction: what is claimed is to be seen by all.

    Parameters
    ----------
    at
        The instant.
    mailer
        A connection to send mail by; by default that of the settings. Without either, mails stay waiting.
    allowed
        Pairs of address and port that may be called although they are not public; none outside of tests.
    limit
        How many parcels to try at most.
    """
    done = Round()
    mailer = mailer or mail_connection()
    hooks = {str(hook.public_id): hook for hook in Hook.objects.listening()}
    ways = Q(kind=ParcelKind.WEBHOOK, target__in=hooks)
    if mailer is not None:
        ways |= Q(kind=ParcelKind.MAIL)
    began = time.monotonic()
    try:
        for _turn in range(limit):
            parcel = _claim(at, ways) if time.monotonic() - began < SECONDS_OF_A_ROUND else None
            if parcel is None:
                break
            try:
                if parcel.kind == ParcelKind.MAIL and mailer is not None:
                    _mail(parcel, mailer, at)
                else:
                    _call(parcel, hooks[parcel.target], at, allowed)
            except Failed as failure:
                _postpone(parcel, failure, at)
                done.n_failed += 1
                done.n_dead += parcel.state == ParcelState.DEAD
                ways &= ~_way_of(parcel, failure)
            else:
                _mark_sent(parcel, at)
                done.n_sent += 1
    finally:
        if mailer is not None:
            mailer.close()
    return done


def _claim(at: datetime, ways: Q) -> Parcel | None:
    """Take the parcel that has waited longest, so that no other worker sends it at the same time."""
    while True:
        parcel = Parcel.objects.due(at).filter(ways).first()
        if parcel is None:
            return None
        mine = Parcel.objects.filter(pk=parcel.pk, state=ParcelState.WAITING, next_at=parcel.next_at)
        if mine.update(next_at=at + CLAIM, n_tries=F("n_tries") + 1):
            parcel.n_tries += 1
            return parcel


def _way_of(parcel: Parcel, failure: Failed) -> Q:
    """Tell what else would fail in the same way just now."""
    if parcel.kind == ParcelKind.WEBHOOK:
        return Q(target=parcel.target)
    return Q(kind=ParcelKind.MAIL) if failure.code == "mail_server" else Q(pk=parcel.pk)


def _mark_sent(parcel: Parcel, at: datetime) -> None:
    parcel.state, parcel.sent_at, parcel.error = ParcelState.SENT, at, ""
    if parcel.kind == ParcelKind.MAIL:
        parcel.content = {}  # it may hold a link that opens a door
    parcel.save(update_fields=("state", "sent_at", "error", "content"))


def _postpone(parcel: Parcel, failure: Failed, at: datetime) -> None:
    parcel.error = failure.code
    if failure.is_final or parcel.n_tries > len(WAITS):
        parcel.state = ParcelState.DEAD
    else:
        parcel.next_at = at + WAITS[parcel.n_tries - 1]
    parcel.save(update_fields=("state", "next_at", "error"))


def signed(*, secret: str, ident: str, at: datetime, body: bytes) -> dict[str, str]:
    """Give the headers by which a receiver knows a call to be ours (Standard Webhooks, scheme v1)."""
    seconds = str(int(at.timestamp()))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    code = hmac.new(key, b".".join((ident.encode(), seconds.encode(), body)), hashlib.sha256).digest()
    return {
        "webhook-id": ident,
        "webhook-timestamp": seconds,
        "webhook-signature": f"v1,{base64.b64encode(code).decode()}",
    }


def _call(parcel: Parcel, hook: Hook, at: datetime, allowed: Collection[Place]) -> None:
    body = json.dumps(parcel.content, separators=(",", ":")).encode()
    headers = signed(secret=opened(hook.secret), ident=str(parcel.pk), at=at, body=body)
    try:
        status = post(hook.url, body=body, headers=headers, allowed=allowed)
    except Unreachable as problem:
        raise Failed(str(problem)) from problem
    if status // 100 != 2:  # noqa: PLR2004 - the family of answers that say yes
        raise Failed(f"status:{status}", is_final=status == GONE)


def _mail(parcel: Parcel, mailer: BaseEmailBackend, at: datetime) -> None:
    host = urlsplit(settings.ENVIRONMENT.url).hostname
    try:
        message = EmailMessage(
            subject=parcel.content["subject"],
            body=parcel.content["text"],
            from_email=settings.ENVIRONMENT.mail_from,
            to=[parcel.target],
            headers={
                "Message-ID": f"<{parcel.pk}@{host}>",
                "Date": format_datetime(at),
                "Auto-Submitted": "auto-generated",
            },
            connection=mailer,
        )
        message.message()
    except (KeyError, ValueError, BadHeaderError) as problem:
        raise Failed("unreadable", is_final=True) from problem
    try:
        message.send()
    except smtplib.SMTPRecipientsRefused as problem:
        codes = [int(code) for code, _text in problem.recipients.values()]
        refused_for_good = all(code >= 500 for code in codes)  # noqa: PLR2004 - the family that says never
        raise Failed(f"recipient:{codes[0]}", is_final=refused_for_good) from problem
    except smtplib.SMTPResponseException as problem:
        mailer.close()  # the next mail begins a conversation of its own
        is_server = isinstance(problem, smtplib.SMTPAuthenticationError | smtplib.SMTPConnectError)
        raise Failed("mail_server" if is_server else f"mail:{problem.smtp_code}") from problem
    except (OSError, smtplib.SMTPException) as problem:
        raise Failed("mail_server") from problem


def mail_settings() -> Mapping[str, Any] | None:
    """Give how mail is sent, from the settings of the server; None where no way is set."""
    url = settings.ENVIRONMENT.mail_url
    if not url:
        return None
    parts = urlsplit(url)
    is_secure = parts.scheme == "smtps"
    port = parts.port or (465 if is_secure else STARTTLS_PORT if parts.username else 25)
    # A password never goes over a network in the clear; a relay on port 25 without one is taken as it is.
    wants_tls = not is_secure and (port == STARTTLS_PORT or (bool(parts.username) and parts.hostname not in NEAR))
    return {
        "host": parts.hostname or "",
        "port": port,
        "username": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "use_ssl": is_secure,
        "use_tls": wants_tls,
        "timeout": MAIL_SECONDS,
    }


def mail_connection() -> BaseEmailBackend | None:
    """Give a connection to the mail server of the settings, not yet opened; None where no way is set."""
    way = mail_settings()
    return None if way is None else get_connection("django.core.mail.backends.smtp.EmailBackend", **way)
