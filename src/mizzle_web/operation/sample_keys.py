"""How to come into the sample organisation: passwords made for this copy alone, kept in a file beside the data."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher, make_password
from django.urls import reverse

from mizzle.simulate.larkmoor import TABLET
from mizzle_web.people.actions.credentials import PIN_DIGITS, is_trivial
from mizzle_web.people.roles import Role

if TYPE_CHECKING:
    from mizzle.simulate.company import Company, Person

WORDS = (
    "acorn amber anchor apple arrow autumn barley basket beacon bramble bridge butter candle canvas cedar cherry "
    "clover cobble copper cotton cradle dapple dawn drizzle ember falcon feather fennel fern fiddle garden ginger "
    "harbour hazel heather honey island ivory juniper kettle ladder lantern lemon linen maple marble meadow mitten "
    "nettle oatmeal olive orchard paddle parsley pebble pepper puddle quarry raven ribbon river saddle thimble willow"
)
ORDER = (
    *(Role.SERVICE_LEAD, Role.PEOPLE_PARTNER, Role.LEADER, Role.HOST, Role.COLLEAGUE),
    *(Role.EXECUTIVE, Role.ANALYST, Role.OPERATOR, Role.OBSERVER),
)
"""The roles as they are shown: first who may do most, and then those whom a newcomer wants to be."""


class Light(Argon2PasswordHasher):
    """Argon2 with the least that OWASP names for it: enough for secrets that were drawn, for people who never were."""

    memory_cost = 19_456
    parallelism = 1


HASHER: Light | str = Light()
"""How the secrets of the sample are hashed; ten of them in less than a second, also on a small machine."""


@dataclass(frozen=True, slots=True)
class Key:
    """What one person of the sample signs in with."""

    person: Person
    part: str
    name: str
    secret: str

    @property
    def is_pin(self) -> bool:
        """Whether it opens a shared tablet."""
        return self.part == TABLET

    def hashed(self) -> str:
        """Give its secret as the database keeps it."""
        return make_password(self.secret, hasher=HASHER)


def draw_keys(company: Company) -> tuple[Key, ...]:
    """Draw a password for one person of each role, and a PIN for somebody without an e-mail address."""
    found = []
    for role in ORDER:
        guide = company.guides[role]
        found.append(Key(guide, str(role), guide.email or "", _password()))
    guide = company.guides[TABLET]
    return (*found, Key(guide, TABLET, guide.code or "", _pin(guide.code or "")))


def _password() -> str:
    # 24 bits of words and 13 of number, behind a throttle: for invented people that is plenty, and it can be typed.
    return "-".join([*(secrets.choice(WORDS.split()) for _ in range(4)), str(1000 + secrets.randbelow(9000))])


def _pin(code: str) -> str:
    while is_trivial(pin=(pin := f"{secrets.randbelow(10**PIN_DIGITS):0{PIN_DIGITS}}"), code=code):
        pass
    return pin


def file() -> Path:
    """Give the file that names them."""
    return Path(settings.ENVIRONMENT.data) / "sample-passwords.txt"


def write(keys: tuple[Key, ...]) -> None:
    """Write the file, whole or not at all, for the user of the server alone."""
    part = file().with_suffix(".part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as opened:
        opened.write(_text(keys))
    part.replace(file())


def _text(keys: tuple[Key, ...]) -> str:
    doors = [key for key in keys if not key.is_pin]
    widths = (max(len(Role(key.part).label) for key in doors), max(len(key.name) for key in doors))
    lines = [f"  {'as':{widths[0]}}  {'e-mail address':{widths[1]}}  password"]
    lines += [f"  {Role(key.part).label!s:{widths[0]}}  {key.name:{widths[1]}}  {key.secret}" for key in doors]
    door = f"On a shared tablet, at {reverse('people:tablet')}"
    lines += [f"  {door}: personal code {key.name}, PIN {key.secret}" for key in keys if key.is_pin]
    return "\n".join(lines) + "\n"


def read() -> str:
    """Give what the file says; empty where somebody has taken it away."""
    try:
        return file().read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
