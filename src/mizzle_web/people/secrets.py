"""Texts that are kept encrypted, codes of a second factor, and links whose hash alone is kept."""

from __future__ import annotations

import hmac
import secrets
from datetime import UTC, datetime

import pyotp

from mizzle_web.page.sealing import hashed, keyed, opened, sealed

__all__ = ("hashed", "keyed", "new_link", "opened", "sealed", "step_of")

STEP_SECONDS = 30
DRIFT_STEPS = 1
"""A clock of a phone may be one step early or late."""


def new_link() -> str:
    """Make the secret part of a link: 256 bits."""
    return secrets.token_urlsafe(32)


def step_of(code: str, secret: str, at: datetime) -> int | None:
    """Tell which step of time a one-time code is for (RFC 6238), or None where it is for none near now."""
    now = int(at.timestamp()) // STEP_SECONDS
    totp = pyotp.TOTP(secret, interval=STEP_SECONDS)
    for step in range(now - DRIFT_STEPS, now + DRIFT_STEPS + 1):
        if hmac.compare_digest(totp.at(datetime.fromtimestamp(step * STEP_SECONDS, UTC)), code):
            return step
    return None
