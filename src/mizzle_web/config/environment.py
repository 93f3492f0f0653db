"""Settings from the environment, each also as NAME_FILE; a bad value stops the start with a sentence."""

from __future__ import annotations

import contextlib
import os
import secrets
import tempfile
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
FEWEST_LETTERS = 10  # different ones; a key of one letter 40 times is none


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
    log_folders: tuple[Path, ...]


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

    def value(name: str) -> str:
        file = given.get(f"MIZZLE_{name}_FILE", "").strip()
        text = given.get(f"MIZZLE_{name}", "").strip()
        if file and text:
            raise BadSetting(f"Set MIZZLE_{name} or MIZZLE_{name}_FILE, not both.")
        return _read(f"MIZZLE_{name}_FILE", file) if file else text

    def checked(name: str, default: str | Callable[[], str], test: Callable[[str], Any], wanted: str) -> Any:
        text = value(name) or (default if isinstance(default, str) else default())
        try:
            return test(text)
        except (ValueError, KeyError, OSError, zoneinfo.ZoneInfoNotFoundError) as problem:
            found = "cannot be used" if name in SECRET else f"is {text!r}"
            raise BadSetting(f"MIZZLE_{name} {found}; it must be {wanted}.") from problem

    data = Path(value("DATA") or _home(given)).expanduser().absolute()
    url = checked("URL", "http://127.0.0.1:8000", _address, "an address as https://mizzle.example.org")
    host = urlsplit(url).hostname or ""
    hosts = tuple(value("HOSTS").replace(",", " ").split())
    _open(data)
    return Environment(
        data=data,
        database_url=checked("DATABASE_URL", "", _database, "an address as postgresql://user:password@host/name"),
        secret_key=checked(
            "SECRET_KEY",
            lambda: _kept(data / "keys" / "secret", lambda: secrets.token_urlsafe(48)),
            _long,
            "at least 32 characters long, drawn by chance",
        ),
        field_keys=checked(
            "FIELD_KEYS",
            lambda: _kept(data / "keys" / "fields", lambda: Fernet.generate_key().decode()),
            _field_keys,
            "one or more keys as `mizzle doctor --new-key` prints them, the newest first, with blanks between",
        ),
        url=url,
        hosts=(host, "localhost", "127.0.0.1", "[::1]", *hosts),
        behind_proxy=checked("BEHIND_PROXY", "no", lambda text: {"yes": True, "no": False}[text], "yes or no"),
        mail_url=checked("MAIL_URL", "", _mail, "an address as smtp://user:password@host:587 or smtps://host"),
        mail_from=checked("MAIL_FROM", f"mizzle@{host}", _sender, "an address as mizzle@example.org"),
        language=checked("LANGUAGE", "en", lambda text: LANGUAGES[LANGUAGES.index(text)], "en, es or nb"),
        timezone=checked("TIMEZONE", "UTC", lambda text: zoneinfo.ZoneInfo(text).key, "a zone as Europe/Oslo"),
        upload_megabytes=checked("UPLOAD_MEGABYTES", "2048", _positive, "a whole number of megabytes above 0"),
        log_folders=checked(
            "LOG_FOLDERS",
            "",
            lambda text: _folders(text, data),
            "folders that are there, each from the root on, with colons between; not that of the data or one around it",
        ),
    )


OTHERS = {"MIZZLE_DEBUG", "MIZZLE_KEY_FILE", "MIZZLE_SPARK_MASTER"}
"""What the command line of the measures reads by itself."""
SECRET = {"SECRET_KEY", "FIELD_KEYS", "DATABASE_URL", "MAIL_URL"}
"""Settings whose value is never printed."""


def _home(given: Mapping[str, str]) -> Path:
    return Path(given.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "mizzle"


def _read(name: str, file: str) -> str:
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except OSError as problem:
        raise BadSetting(f"{name} names {file}, which cannot be read: {problem.strerror}.") from problem
    except ValueError as problem:
        raise BadSetting(f"{name} names {file}, which is no text.") from problem


def _open(data: Path) -> None:
    """Make the data folder where it is missing; it must be writable, since everything is kept there."""
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=data):
            pass
    except OSError as problem:
        raise BadSetting(
            f"The folder {data} cannot be written: {problem.strerror}. "
            "Make it writable for the user of the server, or name another one with MIZZLE_DATA."
        ) from problem


def _kept(path: Path, make: Callable[[], str]) -> str:
    """Read a key, made at the first start and kept where only the user of the server reads it."""
    try:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        if not path.exists():
            _keep(path, make())
        return path.read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as problem:
        raise BadSetting(f"The key {path} cannot be read or made: {problem}.") from problem


def _keep(path: Path, key: str) -> None:
    # Written aside and linked: two processes that start at once use one key, and none is ever half written.
    handle, name = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(handle, "w") as file:
            file.write(key + "\n")
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(name, path)
    finally:
        os.unlink(name)  # noqa: PTH108 - the name is a text


def _long(text: str) -> str:
    if len(text) < SHORTEST_KEY or len(set(text)) < FEWEST_LETTERS:
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
    is_whole = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    if not is_whole or parts.path.strip("/") or parts.query or parts.username:
        raise ValueError(text)
    return text.rstrip("/")


def _database(text: str) -> str:
    parts = urlsplit(text)
    if text and (parts.scheme not in ("postgresql", "postgres") or not parts.path.strip("/") or parts.port == 0):
        raise ValueError(text)
    return text


def _mail(text: str) -> str:
    parts = urlsplit(text)
    if text and (parts.scheme not in ("smtp", "smtps") or not parts.hostname or parts.port == 0):
        raise ValueError(text)
    return text


def _sender(text: str) -> str:
    if "@" not in text.strip("@") or set(text) & set("\r\n"):
        raise ValueError(text)
    return text


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


def _folders(text: str, data: Path) -> tuple[Path, ...]:
    """Read folders of logs; the keys and the database must not lie in one of them."""
    found = []
    for part in filter(None, (part.strip() for part in text.split(os.pathsep))):
        folder = Path(part).resolve()
        if not Path(part).is_absolute() or not folder.is_dir():
            raise ValueError(part)
        if data.resolve().is_relative_to(folder) or folder.is_relative_to(data.resolve()):
            raise ValueError(part)
        found.append(folder)
    return tuple(found)


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
            "OPTIONS": {"pool": {"min_size": 1, "max_size": 12, "timeout": 5}},
        }
    return {
        "ENGINE": "mizzle_web.config.sqlite",
        "NAME": str(environment.data / "mizzle.sqlite3"),
        "CONN_MAX_AGE": 600,
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20},
        "TEST": {"NAME": str(environment.data / "test.sqlite3")},  # a file, so that threads of a server share it
    }
