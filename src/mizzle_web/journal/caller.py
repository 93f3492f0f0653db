"""Call an address outside without being led inside: the addresses behind a name are checked, and only those called."""

from __future__ import annotations

import ipaddress
import re
import socket
import ssl
import time
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    Place = tuple[str, int]
    Resolver = Callable[..., list[Any]]

PORTS = frozenset({80, 443, 8443})
SECONDS = 10.0
MOST_BYTES = 16 << 10
"""So much of an answer is read at most: its first line is all that counts."""

_FORBIDDEN_4 = tuple(
    ipaddress.IPv4Network(one)
    for one in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)
_OPEN_6 = ipaddress.IPv6Network("2000::/3")
_FORBIDDEN_6 = tuple(
    ipaddress.IPv6Network(one) for one in ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20")
)
"""Within what is given out to the world: protocols (Teredo among them), documents, and IPv4 in disguise (6to4)."""

_NAME = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(?:\.(?!-)[a-z0-9-]{1,63}(?<!-))+", re.ASCII)
_NUMBER = re.compile(r"(?:\d+|0x[0-9a-f]*)", re.ASCII)
_STATUS = re.compile(rb"HTTP/1\.[01] ([1-5]\d\d)(?: |\r|\n)")
_UNPRINTED = re.compile(r"[\x00-\x20\x7f\\]")


class Unreachable(Exception):
    """A call that came to nothing; its text is a code, as ``address`` or ``timeout``."""


@dataclass(frozen=True, slots=True)
class Target:
    """An address taken apart."""

    host: str
    port: int
    path: str
    is_secure: bool


def read(url: str, allowed: Collection[Place] = ()) -> Target:
    """Take an address apart, and refuse one that has another form than those of public places.

    Raises
    ------
    Unreachable
        ``address`` for names, spellings and numbers of places that are not public, ``port`` for another door there.
    """
    if _UNPRINTED.search(url):
        raise Unreachable("address")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as problem:
        raise Unreachable("address") from problem
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        raise Unreachable("address")
    host = _host(parts.hostname)
    port = port if port is not None else (443 if parts.scheme == "https" else 80)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if not path.isascii():
        raise Unreachable("address")
    target = Target(host, port, path, parts.scheme == "https")
    if (host, port) in allowed:
        return target
    if port not in PORTS:
        raise Unreachable("port")
    if is_number(host):
        if not is_public(host):
            raise Unreachable("address")
    elif not _NAME.fullmatch(host) or _NUMBER.fullmatch(host.rpartition(".")[2]):
        # a last part that is a number is another spelling of an IPv4 address: octal, decimal, with parts left out
        raise Unreachable("address")
    return target


def _host(given: str) -> str:
    text = unicodedata.normalize("NFKC", given).lower()
    if is_number(text):
        return text
    try:
        return text.encode("idna").decode().removesuffix(".")
    except UnicodeError as problem:
        raise Unreachable("address") from problem


def is_number(host: str) -> bool:
    """Whether a host is an IP address in its plain form."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def is_public(address: str) -> bool:
    """Whether an IP address stands in the public internet, and not in this machine, this network or nowhere."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv4Address):
        return not any(found in network for network in _FORBIDDEN_4)
    return found in _OPEN_6 and found.scope_id is None and not any(found in network for network in _FORBIDDEN_6)


def places(target: Target, *, allowed: Collection[Place] = (), resolve: Resolver = socket.getaddrinfo) -> list[Any]:
    """Look up where a name leads, once; refuse it as a whole if one of its addresses is not public.

    Raises
    ------
    Unreachable
        ``unresolved`` for a name that leads nowhere, ``address`` for one that leads inside.
    """
    try:
        found = resolve(target.host, target.port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    except (OSError, UnicodeError) as problem:
        raise Unreachable("unresolved") from problem
    if not found:
        raise Unreachable("unresolved")
    for _family, _type, _proto, _name, where in found:
        if (where[0], where[1]) not in allowed and not is_public(where[0]):
            raise Unreachable("address")
    return found


def post(
    url: str,
    *,
    body: bytes,
    headers: Mapping[str, str],
    allowed: Collection[Place] = (),
    resolve: Resolver = socket.getaddrinfo,
    seconds: float = SECONDS,
) -> int:
    """Post to an address outside and give the status of the answer; redirects are answers like any other.

    Parameters
    ----------
    url, body, headers
        What is sent, and where to.
    allowed
        Pairs of address and port that may be called although they are not public.
    resolve
        What looks up names, as `socket.getaddrinfo` does.
    seconds
        How long looking, sending and reading may take together.

    Raises
    ------
    Unreachable
        Without an answer: ``address``, ``port``, ``unresolved``, ``connection``, ``tls``, ``timeout`` or ``answer``.
    """
    target = read(url, allowed)
    limit = time.monotonic() + seconds
    found = places(target, allowed=allowed, resolve=resolve)
    try:
        with _connected(found, target, limit) as connection:
            connection.settimeout(_left(limit))
            connection.sendall(_request(target, body, headers))
            return _status(connection, limit)
    except TimeoutError as problem:
        raise Unreachable("timeout") from problem
    except ssl.SSLError as problem:
        raise Unreachable("tls") from problem
    except OSError as problem:
        raise Unreachable("connection") from problem


def _left(limit: float) -> float:
    left = limit - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _connected(found: list[Any], target: Target, limit: float) -> socket.socket:
    """Connect to the first of the checked addresses that answers; the name is not looked up again."""
    problem: OSError = ConnectionError()
    for family, kind, protocol, _name, where in found:
        connection = socket.socket(family, kind, protocol)
        try:
            connection.settimeout(_left(limit))
            connection.connect(where)
            if target.is_secure:
                context = ssl.create_default_context()
                context.minimum_version = ssl.TLSVersion.TLSv1_2
                connection.settimeout(_left(limit))
                return context.wrap_socket(connection, server_hostname=target.host)
        except OSError as refusal:
            connection.close()
            problem = refusal
        else:
            return connection
    raise problem


def _request(target: Target, body: bytes, headers: Mapping[str, str]) -> bytes:
    host = f"[{target.host}]" if ":" in target.host else target.host
    is_usual = target.port == (443 if target.is_secure else 80)
    lines = {
        "Host": host if is_usual else f"{host}:{target.port}",
        "User-Agent": "mizzle",
        "Accept": "*/*",
        "Connection": "close",
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        **headers,
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"POST {target.path} HTTP/1.1\r\n{head}\r\n".encode("ascii") + body


def _status(connection: socket.socket, limit: float) -> int:
    """Read the first line of the answer, past interim ones, and no more of it than is needed."""
    answer = b""
    while len(answer) < MOST_BYTES:
        connection.settimeout(_left(limit))
        part = connection.recv(4096)
        answer += part
        while found := _STATUS.match(answer):
            status = int(found[1])
            if status >= 200:  # noqa: PLR2004 - below, more of the answer follows
                return status
            _interim, end, rest = answer.partition(b"\r\n\r\n")
            if not end:
                break
            answer = rest
        if not part:
            break
    raise Unreachable("answer")
