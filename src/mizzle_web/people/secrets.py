"""Texts that are kept encrypted, codes of a second factor, and links whose hash alone is kept."""

from __future__ import annotations

import base64
import hmac
import json
import secrets
from datetime import UTC, datetime, timedelta

import pyotp
from cryptography.fernet import InvalidToken

from mizzle_web.page.sealing import hashed, keyed, opened, sealed

__all__ = ["hashed", "keyed", "opened", "sealed"]
__all__ += ["address_for_app", "new_link", "new_offer", "new_pin", "new_recovery_code", "offered", "plain", "step_of"]

STEP_SECONDS = 30
DRIFT_STEPS = 1
"""A clock of a phone may be one step early or late."""
OFFER_LASTS = timedelta(hours=1)
"""So long a new key may stand on a page before its first code is typed."""


def new_link() -> str:
    """Make the secret part of a link: 256 bits."""
    return secrets.token_urlsafe(32)


def step_of(code: str, secret: str, at: datetime) -> int | None:
    """Tell which step of time a one-time code is for (RFC 6238), or None where it is for none near now."""
    if not (code.isascii() and code.isdigit()):
        return None
    now = int(at.timestamp()) // STEP_SECONDS
    totp = pyotp.TOTP(secret, interval=STEP_SECONDS)
    for step in range(now - DRIFT_STEPS, now + DRIFT_STEPS + 1):
        if hmac.compare_digest(totp.at(datetime.fromtimestamp(step * STEP_SECONDS, UTC)), code):
            return step
    return None


def new_recovery_code() -> str:
    """Make a recovery code: 80 bits, in letters and digits that nobody mistakes for one another."""
    letters = base64.b32encode(secrets.token_bytes(10)).decode().lower()
    return "-".join(letters[start : start + 4] for start in range(0, len(letters), 4))


def plain(code: str) -> str:
    """Give a code without what people put between its signs."""
    return code.replace(" ", "").replace("-", "").lower()


def new_pin() -> str:
    """Draw six digits."""
    return f"{secrets.randbelow(10**6):06d}"


def new_offer(owner: str, at: datetime) -> tuple[str, str]:
    """Draw a key for a second factor, and seal it for its owner, so that a page can hold it until it is confirmed.

    Nothing is kept here before the first code has been typed: looking at the page changes nothing.
    """
    key = pyotp.random_base32()
    return key, sealed(json.dumps([owner, key, at.timestamp()]))


def offered(text: str, owner: str, at: datetime) -> str | None:
    """Give the key of an offer back; None where it is not for this owner, has been altered or is too old."""
    try:
        for_whom, key, made = json.loads(opened(text))
    except (InvalidToken, ValueError):
        return None
    is_good = for_whom == owner and 0 <= at.timestamp() - made <= OFFER_LASTS.total_seconds()
    return str(key) if is_good else None


def address_for_app(key: str, *, name: str, issuer: str) -> str:
    """Give the address that an authenticator app reads from the picture."""
    return pyotp.TOTP(key, interval=STEP_SECONDS).provisioning_uri(name=name, issuer_name=issuer)
