"""Which column of a log plays which role, kept as a small TOML file beside the log."""

from __future__ import annotations

import difflib
import tomllib
from dataclasses import dataclass, field, fields, replace
from itertools import combinations
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from mizzle.errors import UnclearMapping
from mizzle.logs.times.moments import MISSING, TimeFormat
from mizzle.logs.times.zones import zone_named

if TYPE_CHECKING:
    from collections.abc import Mapping as Dict
    from collections.abc import Sequence
    from pathlib import Path

DEFAULT: Final = MISSING
"""What stands for a missing value, unless a mapping says otherwise."""

ROLES: Final = ("case", "activity", "department", "end", "start", "resource")
"""The roles that a column can have."""

_OPTIONAL = ("department", "start", "resource")
_MEANINGS = MappingProxyType(
    {
        "case": "the order, incident or delivery that events belong to",
        "activity": "what was done",
        "department": 'who did it, as a department; "" says on purpose that the log has none',
        "end": "when it was done",
        "start": "when it began",
        "resource": "the person or machine; only a pseudonym is kept",
        "timezone": "of times that name none themselves",
        "extras": "free attributes to keep",
        "missing": "what stands for a missing value",
        "end_format": "how end is written; without, it is found out from the whole column",
        "start_format": "how start is written",
        "object_type": "the OCEL object type that is the case",
        "transition": 'which rows start and which end the same work; without, it is found out; "" says that none does',
        "reasons": "why each column was chosen",
    }
)


@dataclass(frozen=True, slots=True)
class Mapping:
    """Which column plays which role, and how its values are to be understood.

    Parameters
    ----------
    case, activity, end
        Names of the columns that every log has.
    department
        Name of the column that says who did it; None, on purpose, for a log that does not say.
    start, resource
        Names of columns, or None.
    timezone
        Zone of times that name none themselves, as ``Europe/Oslo``.
    extras
        Names of columns kept as free attributes.
    missing
        What stands for a missing value in any column.
    end_format, start_format
        Spelling of the times (see `TimeFormat`), or None where it is to be found out from the whole column.
    object_type
        For OCEL: the type of the objects that are the cases.
    transition
        Name of the column that says whether a row is the start or the end of work: the two become one event. The empty
        text says that no column does; None that it is to be found out.
    reasons
        Why each role, and each column left out, was decided as it was, in plain words.

    Raises
    ------
    UnclearMapping
        For a spelling of times or a time zone that does not exist.

    Examples
    --------
    >>> Mapping("number", "incident_state", "assignment_group", "sys_updated_at").columns()
    ('number', 'incident_state', 'assignment_group', 'sys_updated_at')
    """

    case: str
    activity: str
    department: str | None
    end: str
    start: str | None = None
    resource: str | None = None
    timezone: str = "UTC"
    extras: tuple[str, ...] = ()
    missing: tuple[str, ...] = DEFAULT
    end_format: str | None = None
    start_format: str | None = None
    object_type: str | None = None
    transition: str | None = None
    reasons: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        zone_named(self.timezone)
        for spelling in (self.end_format, self.start_format):
            if spelling is not None:
                TimeFormat(spelling)

    @property
    def roles(self) -> dict[str, str]:
        """The column of each role that has one."""
        return {role: column for role in ROLES if (column := getattr(self, role)) is not None}

    def columns(self) -> tuple[str, ...]:
        """Every column that is read, each once: those with a role, the transition, then the extras."""
        told = [self.transition] if self.transition else []
        return tuple(dict.fromkeys([*self.roles.values(), *told, *self.extras]))

    def to_dict(self) -> dict[str, Any]:
        """Give every field as plain lists, texts and None, ready for JSON."""
        told = {one.name: getattr(self, one.name) for one in fields(self)}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in told.items()}

    def check(self, columns: Sequence[str]) -> None:
        """Check that a file has every column of this mapping, and that none is to mean two things at once.

        Raises
        ------
        UnclearMapping
            For a column that it does not have; the message offers near ones. For one that is to mean two things at
            once: case, activity and times are different columns, and so are case and department.
        """
        for role, column in self.roles.items():
            if column not in columns:
                raise UnclearMapping(no_such_column(column, columns, role))
        keep_apart(self.roles)
        for place, named in (("extras", self.extras), ("transition", (self.transition or "",))):
            for name in named:
                if name and name not in columns:
                    raise UnclearMapping(f"{_no_column(name, columns)} Take it out of {place} in the mapping file.")

    def with_options(self, **options: str | Sequence[str] | None) -> Mapping:
        """Give the mapping with some of its fields as the command line names them.

        Parameters
        ----------
        **options
            Fields by name (``case``, ``activity``, ``department``, ``end``, ``start``, ``resource``, ``timezone``,
            ``end_format``, ``start_format``, ``object_type``, ``extras``, ``missing``). None leaves a field as it
            is; the empty text says, for a department, a start or a resource, that the log has none.

        Raises
        ------
        UnclearMapping
            For an empty case, activity or end.
        """
        given = {name: value for name, value in options.items() if value is not None}
        changes: dict[str, Any] = {
            name: value if isinstance(value, str) else tuple(value) for name, value in given.items()
        }
        reasons = dict(self.reasons)
        for role in ROLES:
            if role in given:
                changes[role] = column_or_none(role, changes[role])
                reasons[role] = "named on the command line"
        for role in ("end", "start"):
            if role in given and changes[role] != getattr(self, role):
                changes.setdefault(f"{role}_format", None)  # another column may be written in another way
        named = {column for role in ROLES if (column := changes.get(role))}
        if self.transition in named:
            changes["transition"] = None
        changes["extras"] = tuple(column for column in changes.get("extras", self.extras) if column not in named)
        return replace(self, **changes, reasons=reasons)

    def save(self, path: Path) -> None:
        """Write the mapping as TOML, each line with a comment that says what it means."""
        lines = ["# How mizzle reads this log. Change what is wrong; mizzle uses this file from then on.", ""]
        for one in fields(self):
            value, meaning = getattr(self, one.name), _MEANINGS[one.name]
            if one.name == "department" and value is None:
                value = ""
            if one.name == "reasons":
                lines += ["", f"[reasons]  # {meaning}", *(f"{_key(key)} = {_toml(why)}" for key, why in value.items())]
            elif value is not None:
                lines.append(f"{one.name} = {_toml(value)}  # {meaning}")
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")

    @staticmethod
    def load(path: Path) -> Mapping:
        """Read a mapping that `save` or a person wrote.

        Raises
        ------
        UnclearMapping
            For a file that cannot be read, is no TOML, or has a key that is missing, unknown or of the wrong kind.
        """
        try:
            text = path.read_text(encoding="utf-8")
            told = tomllib.loads(text)
        except OSError as missing:
            raise UnclearMapping(f"There is no mapping to read at {path}. Check the path after --mapping.") from missing
        except UnicodeDecodeError as broken:
            raise UnclearMapping(f"The mapping {path} is no UTF-8 text. Save it as UTF-8.") from broken
        except tomllib.TOMLDecodeError as broken:
            where = str(broken).replace("end of document", f"line {len(text.splitlines())}, the end")
            raise UnclearMapping(f"The mapping {path} is no valid TOML: {where}. Mend that line.") from broken
        for key, value in told.items():
            _check_entry(path, key, value)
        absent = [key for key in ("case", "activity", "department", "end") if key not in told]
        if absent:
            hint = ' Write department = "" for a log without departments.' if "department" in absent else ""
            raise UnclearMapping(f"The mapping {path} does not say {' and '.join(absent)}. Add it.{hint}")
        values: dict[str, Any] = {
            key: tuple(value) if isinstance(value, list) else value for key, value in told.items()
        }
        values |= {role: column_or_none(role, values[role]) for role in ROLES if role in values}
        return Mapping(**values)


def may_be_one(one: str, other: str) -> bool:
    """Say whether one column may have both of two roles.

    A log of handovers alone has nothing but departments to call its steps by. A resource is kept as a pseudonym, and
    may be a case or a department as well.

    Examples
    --------
    >>> may_be_one("activity", "department"), may_be_one("case", "activity"), may_be_one("end", "start")
    (True, False, False)
    """
    return "resource" in (one, other) or {one, other} == {"activity", "department"}


def keep_apart(roles: Dict[str, str]) -> None:
    """Check that no column has two roles that no column can have at once (see `may_be_one`).

    Raises
    ------
    UnclearMapping
        For one that has.
    """
    for one, other in combinations(roles, 2):
        if roles[one] == roles[other] and not may_be_one(one, other):
            none = f', or say --{other} "" if the log has none' if other in _OPTIONAL else ""
            raise UnclearMapping(
                f"Column {roles[one]!r} is named for both {one} and {other}, and cannot say both. Name another one with"
                f" --{other}{none}."
            )


def mapping_path(log: Path) -> Path:
    """Give the place where the mapping of a log is kept: beside it, with ``.mapping.toml`` behind its name."""
    return log.parent / f"{log.name}.mapping.toml"  # not with_name, which a path such as "." has none of


def near(name: str, names: Sequence[str]) -> list[str]:
    """Find up to three names that look like one, whatever their case."""
    folded: dict[str, str] = {}
    for one in names:
        folded.setdefault(one.casefold(), one)
    return [folded[one] for one in difflib.get_close_matches(name.casefold(), list(folded), n=3, cutoff=0.6)]


def listed(names: Sequence[str], most: int = 40) -> str:
    """List names in a sentence, with a word on how many more there are."""
    shown = [*names[:most], f"{len(names) - most} more"] if len(names) > most else [*names]
    return " and ".join(part for part in (", ".join(shown[:-1]), shown[-1]) if part)


def no_such_column(column: str, columns: Sequence[str], role: str) -> str:
    """Say that a file has no such column, with near names and the option that names another."""
    return f"{_no_column(column, columns)} Name one of its columns with --{role}."


def _no_column(column: str, columns: Sequence[str]) -> str:
    alike = near(column, columns)
    if alike:
        return f"The file has no column called {column!r}. Did you mean {' or '.join(repr(one) for one in alike)}?"
    return f"The file has no column called {column!r}. It has: {listed(columns)}."


def column_or_none(role: str, column: str) -> str | None:
    """Take the name of a column; the empty text says that the log has none, where a log may do without."""
    if column:
        return column
    if role in _OPTIONAL:
        return None
    raise UnclearMapping(f"Every log needs a column for {role} ({_MEANINGS[role]}). Say --{role} with its name.")


def _check_entry(path: Path, key: str, value: object) -> None:
    if key not in _MEANINGS:
        alike = near(key, list(_MEANINGS))
        advice = f"Did you mean {alike[0]}?" if alike else f"It may say: {', '.join(_MEANINGS)}."
        raise UnclearMapping(f"The mapping {path} says {key!r}, which mizzle does not know. {advice}")
    if key in {"extras", "missing"}:
        right, kind = isinstance(value, list) and all(isinstance(one, str) for one in value), 'a list, as ["a", "b"]'
    elif key == "reasons":
        right = isinstance(value, dict) and all(isinstance(one, str) for one in value.values())
        kind = "a table of texts"
    else:
        right, kind = isinstance(value, str), 'text in quotes, as "name"'
    if not right:
        raise UnclearMapping(f"In the mapping {path}, {key} must be {kind}. Mend it.")


def _key(name: str) -> str:
    return name if name.isascii() and name.replace("_", "").isalnum() else _toml(name)


def _toml(value: str | tuple[str, ...]) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(_toml(one) for one in value)}]"
    return '"' + "".join(_escaped(sign) for sign in value) + '"'


def _escaped(sign: str) -> str:
    if sign in {'"', "\\"}:
        return f"\\{sign}"
    # Control characters, and the separators that some programs take for line ends.
    return sign if sign.isprintable() else f"\\U{ord(sign):08x}"
