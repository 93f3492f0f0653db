"""Texts that are kept encrypted, codes of a second factor, and links whose hash alone is kept."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import UTC, datetime
from functools import lru_cache

import pyotp
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings

STEP_SECONDS = 30
DRIFT_STEPS = 1
"""A clock of a phone may be one step early or late."""


@lru_cache
def _box() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.FIELD_KEYS])


def sealed(text: str) -> str:
    """Encrypt a text for the database; the first key of the settings writes, all read."""
    return _box().encrypt(text.encode()).decode()


def opened(text: str) -> str:
    """Decrypt a text of the database."""
    return _box().decrypt(text.encode()).decode()


def new_link() -> str:
    """Make the secret part of a link: 256 bits."""
    return secrets.token_urlsafe(32)


def hashed(secret: str) -> str:
    """Give the hash under which a link, token or code is kept; enough for secrets that a machine has drawn."""
    return hashlib.sha256(secret.encode()).hexdigest()


def keyed(text: str) -> str:
    """Give a hash that only this server can compute, for texts that could be guessed."""
    return hmac.new(settings.SECRET_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()


def step_of(code: str, secret: str, at: datetime) -> int | None:
    """Tell which step of time a one-time code is for (RFC 6238), or None where it is for none near now."""
    now = int(at.timestamp()) // STEP_SECONDS
    totp = pyotp.TOTP(secret, interval=STEP_SECONDS)
    for step in range(now - DRIFT_STEPS, now + DRIFT_STEPS + 1):
        if hmac.compare_digest(totp.at(datetime.fromtimestamp(step * STEP_SECONDS, UTC)), code):
            return step
    return None
