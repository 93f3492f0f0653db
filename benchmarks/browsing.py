"""What a browser does to bring a log, over HTTP and with nothing of the house at hand: send, look, say yes, wait."""

from __future__ import annotations

import http.client
import re
import time
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from killing import DONE, TOKEN

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from killing import House

LOOKS_EVERY = 0.1
"""Seconds between two looks at a page that waits for background work; a page of the house does it every second."""
LONGEST = 1800.0
BLOCK = 1 << 20
FORGED = "csrfmiddlewaretoken"
"""The field by which a form shows that it is not forged."""
BOUNDARY = "mizzle-bench-2f7c1d"
READY, IMPORTED, REFUSED = (f'<p class="lead">{said}' for said in ("Waits for your word", "Imported", "Not readable"))
"""How the page of a log says in English what it is at."""
DRAWN = '<figure class="fig"'
"""What stands on a map as soon as there are figures."""


@dataclass(frozen=True, slots=True)
class Brought:
    """Seconds from the first byte that was sent until each stage was seen, and how many events came of it."""

    sent: float
    looked: float
    imported: float
    drawn: float
    events: int


class Answers(HTMLParser):
    """Reads what a form of a page would send if somebody only pressed one of its buttons."""

    def __init__(self, button: tuple[str, str]) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self._button = button
        self._fields: list[tuple[str, str]] = []
        self._has_button = False
        self._select = ""
        self._options: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a field, or that this is the form with the button."""
        given = {name: value or "" for name, value in attrs}
        name, value = given.get("name", ""), given.get("value", "")
        if tag == "form":
            self._fields, self._has_button = [], False
        elif tag == "select":
            self._select, self._options = name, []
        elif tag == "option":
            self._options.append((value, "selected" in given))
        elif tag == "button":
            self._has_button = self._has_button or (name, value) == self._button
        elif tag == "input" and name:
            is_box = given.get("type") in ("checkbox", "radio")
            if not is_box or "checked" in given:
                self._fields.append((name, value or "on" if is_box else value))

    def handle_endtag(self, tag: str) -> None:
        """Close a list of options, or a form."""
        if tag == "select" and self._options:
            chosen = next((value for value, is_chosen in self._options if is_chosen), self._options[0][0])
            self._fields.append((self._select, chosen))
        elif tag == "form" and self._has_button:
            self.found = self._fields


def answers_of(page: str, button: tuple[str, str]) -> list[tuple[str, str]]:
    """Give the fields of the form that has a button, as they stand, and the button itself."""
    reader = Answers(button)
    reader.feed(page)
    return [*reader.found, button]


class Browser:
    """Somebody who is signed in to a house that runs."""

    def __init__(self, house: House) -> None:
        self._house = house

    def get(self, path: str) -> str:
        """Open a page."""
        return self._ask("GET", path, None, "", 200)[1]

    def send(self, path: str, fields: list[tuple[str, str]]) -> str:
        """Send a form; give the address that it leads to."""
        given = [(name, value) for name, value in fields if name != FORGED] + [(FORGED, TOKEN)]
        return self._ask("POST", path, urlencode(given).encode(), "application/x-www-form-urlencoded", DONE)[0]

    def upload(self, path: str, file: Path) -> str:
        """Send a form with a file, block by block as a browser does; give the address that it leads to."""
        part = f"--{BOUNDARY}\r\nContent-Disposition: form-data; name="
        begin = f'{part}"{FORGED}"\r\n\r\n{TOKEN}\r\n{part}"file"; filename="{file.name}"\r\n\r\n'.encode()
        end = f"\r\n--{BOUNDARY}--\r\n".encode()

        def body() -> Iterator[bytes]:
            yield begin
            with file.open("rb") as content:
                while block := content.read(BLOCK):
                    yield block
            yield end

        length = len(begin) + file.stat().st_size + len(end)
        kind = f"multipart/form-data; boundary={BOUNDARY}"
        return self._ask("POST", path, body(), kind, DONE, length)[0]

    def _ask(
        self, method: str, path: str, body: bytes | Iterator[bytes] | None, kind: str, wanted: int, length: int = 0
    ) -> tuple[str, str]:
        line = http.client.HTTPConnection("127.0.0.1", self._house.port, timeout=300)
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self._house.cookies.items())}
        if kind:
            headers["Content-Type"] = kind
        if length:
            headers["Content-Length"] = str(length)
        try:
            line.request(method, path, body, headers)
            answer = line.getresponse()
            text = answer.read().decode()
        finally:
            line.close()
        if answer.status != wanted:
            raise RuntimeError(f"{path} answers {answer.status}: {text[:300]}")
        return answer.headers.get("Location", ""), text

    def bring(self, file: Path, journey: str) -> Brought:
        """Open a journey, bring it a log, say that its columns are understood, and wait until its map is drawn."""
        journey = self.send("/map/new", [("name", journey), ("kind", "measured")])
        began = time.perf_counter()

        def since() -> float:
            return time.perf_counter() - began

        log = self.upload(f"{journey}logs", file)
        sent = since()
        page = self._until(log, READY)
        looked = since()
        self.send(log, answers_of(page, ("do", "import")))
        page = self._until(log, IMPORTED)
        imported = since()
        self._until(journey, DRAWN)
        drawn = since()
        self._until(f"{journey}?cases=all", DRAWN)  # the last work that began with the log, so that none is left over
        return Brought(sent, looked, imported, drawn, _events(page))

    def _until(self, path: str, wanted: str) -> str:
        """Look at a page until something stands on it."""
        end = time.perf_counter() + LONGEST
        while time.perf_counter() < end:
            page = self.get(path)
            if wanted in page:
                return page
            if REFUSED in page:
                raise RuntimeError(f"{path}: the log cannot be read.")
            time.sleep(LOOKS_EVERY)
        raise RuntimeError(f"{path} waits for {wanted!r} in vain.")


def _events(page: str) -> int:
    found = re.search(r"<dt>Events</dt><dd>([^<]+)</dd>", page)
    return int("".join(sign for sign in found[1] if sign.isdigit())) if found else 0
