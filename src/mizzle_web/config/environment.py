"""Settings from the environment, each also as NAME_FILE; a bad value stops the start with a sentence."""

from __future__ import annotations

import os
import secrets
import zoneinfo
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from cryptography.fernet import Fernet

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

LANGUAGES = ("en", "es", "nb")
SHORTEST_KEY = 32


class BadSetting(Exception):
    """A setting that cannot be used; its text says which one, and what to do."""


@dataclass(frozen=True, slots=True)
class Environment:
    """What the operator decided, read once at the start.

    Each field is the environment variable ``MIZZLE_`` and its name in capitals; its meaning stands in ``.env.example``.
    """

    data: Path
    database_url: str
    secret_key: str
    field_keys: tuple[str, ...]
    url: str
    hosts: tuple[str, ...]
    behind_proxy: bool
    mail_url: str
    mail_from: str
    language: str
    timezone: str
    upload_megabytes: int


def read(given: Mapping[str, str]) -> Environment:
    """Read the environment.

    Raises
    ------
    BadSetting
        For a name that mizzle does not know, or a value that it cannot use.
    """
    known = {f"MIZZLE_{field.name.upper()}" for field in fields(Environment)} | OTHERS
    for name in given:
        if name.startswith("MIZZLE_") and name.removesuffix("_FILE") not in known and name not in known:
            raise BadSetting(f"{name} is no setting of mizzle. Look it up in .env.example, or remove it.")

    def value(name: str, default: str) -> str:
        file = given.get(f"MIZZLE_{name}_FILE")
        if file is None:
            return given.get(f"MIZZLE_{name}", default).strip()
        if f"MIZZLE_{name}" in given:
            raise BadSetting(f"Set MIZZLE_{name} or MIZZLE_{name}_FILE, not both.")
        try:
            return Path(file).read_text(encoding="utf-8").strip()
        except OSError as problem:
            raise BadSetting(f"MIZZLE_{name}_FILE names {file}, which cannot be read: {problem.strerror}.") from problem

    def checked(name: str, default: str, test: Callable[[str], Any], wanted: str) -> Any:
        text = value(name, default)
        try:
            return test(text)
        except (ValueError, KeyError, zoneinfo.ZoneInfoNotFoundError) as problem:
            raise BadSetting(f"MIZZLE_{name} is {text!r}; it must be {wanted}.") from problem

    data = Path(value("DATA", str(_home(given)))).expanduser().absolute()
    url = checked("URL", "http://127.0.0.1:8000", _address, "an address as https://mizzle.example.org")
    host = urlsplit(url).hostname or ""
    hosts = tuple(part for part in value("HOSTS", "").replace(",", " ").split() if part)
    return Environment(
        data=data,
        database_url=checked("DATABASE_URL", "", _database, "an address as postgresql://user:password@host/name"),
        secret_key=checked(
            "SECRET_KEY", _kept(data / "keys" / "secret", secrets.token_urlsafe), _long, "at least 32 characters long"
        ),
        field_keys=checked(
            "FIELD_KEYS",
            _kept(data / "keys" / "fields", lambda _: Fernet.generate_key().decode()),
            _field_keys,
            "one or more keys as `mizzle doctor --new-key` prints them, the newest first, with blanks between",
        ),
        url=url,
        hosts=(host, "localhost", "127.0.0.1", "[::1]", *hosts),
        behind_proxy=checked("BEHIND_PROXY", "no", lambda text: {"yes": True, "no": False}[text], "yes or no"),
        mail_url=checked("MAIL_URL", "", _mail, "an address as smtp://user:password@host:587 or smtps://host"),
        mail_from=value("MAIL_FROM", f"mizzle@{host}"),
        language=checked("LANGUAGE", "en", lambda text: LANGUAGES[LANGUAGES.index(text)], "en, es or nb"),
        timezone=checked("TIMEZONE", "UTC", lambda text: zoneinfo.ZoneInfo(text).key, "a zone as Europe/Oslo"),
        upload_megabytes=checked("UPLOAD_MEGABYTES", "2048", _positive, "a whole number of megabytes above 0"),
    )


OTHERS = {"MIZZLE_DEBUG", "MIZZLE_KEY_FILE", "MIZZLE_SPARK_MASTER"}
"""What the command line of the measures reads by itself."""


def _home(given: Mapping[str, str]) -> Path:
    return Path(given.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "mizzle"


def _kept(path: Path, make: Callable[[int], str]) -> str:
    """Read a key, made at the first start and kept where only the user of the server reads it."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(make(48))
    except FileExistsError:
        pass
    except OSError as problem:
        raise BadSetting(
            f"The folder {path.parent} cannot be written ({problem.strerror}). Name another one with MIZZLE_DATA."
        ) from problem
    return path.read_text(encoding="utf-8").strip()


def _long(text: str) -> str:
    if len(text) < SHORTEST_KEY:
        raise ValueError(text)
    return text


def _field_keys(text: str) -> tuple[str, ...]:
    keys = tuple(text.split())
    if not keys:
        raise ValueError(text)
    for key in keys:
        Fernet(key)
    return keys


def _address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/") or parts.query:
        raise ValueError(text)
    return text.rstrip("/")


def _database(text: str) -> str:
    parts = urlsplit(text)
    if text and (parts.scheme not in ("postgresql", "postgres") or not parts.path.strip("/")):
        raise ValueError(text)
    return text


def _mail(text: str) -> str:
    parts = urlsplit(text)
    if text and (parts.scheme not in ("smtp", "smtps") or not parts.hostname):
        raise ValueError(text)
    return text


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


def databases(environment: Environment) -> dict[str, Any]:
    """Give Django's settings of the database."""
    if environment.database_url:
        parts = urlsplit(environment.database_url)
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.strip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": parts.hostname or "",
            "PORT": parts.port or "",
            "OPTIONS": {"pool": {"min_size": 1, "max_size": 10, "timeout": 5}},
        }
    return {
        "ENGINE": "mizzle_web.config.sqlite",
        "NAME": str(environment.data / "mizzle.sqlite3"),
        "CONN_MAX_AGE": 600,
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20},
        "TEST": {"NAME": str(environment.data / "test.sqlite3")},  # a file, so that threads of a server share it
    }
