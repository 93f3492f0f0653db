"""Texts that are kept encrypted, and hashes under which secrets are kept."""

from __future__ import annotations

import hashlib
import hmac
import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.db import models

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper


@lru_cache
def _box() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.FIELD_KEYS])


def sealed(text: str) -> str:
    """Encrypt a text for the database; the first key of the settings writes, all read."""
    return _box().encrypt(text.encode()).decode()


def opened(text: str) -> str:
    """Decrypt a text of the database."""
    return _box().decrypt(text.encode()).decode()


def hashed(secret: str) -> str:
    """Give the hash under which a link, token or code is kept; enough for secrets that a machine has drawn."""
    return hashlib.sha256(secret.encode()).hexdigest()


def keyed(text: str) -> str:
    """Give a hash that only this server can compute, for texts that could be guessed."""
    return hmac.new(settings.SECRET_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()


class SealedJSON(models.TextField):  # type: ignore[type-arg] # the arguments are known to the type checker alone
    """A column of JSON that is encrypted in the database and plain in the hands of the house; it cannot be searched."""

    def get_prep_value(self, value: Any) -> Any:
        """Encrypt on the way in."""
        return None if value is None else sealed(json.dumps(value, ensure_ascii=False, separators=(",", ":")))

    def from_db_value(self, value: Any, _expression: object, _connection: BaseDatabaseWrapper) -> Any:
        """Decrypt on the way out."""
        return None if value is None else json.loads(opened(value))
