"""Guesses which column plays which role, from names and from content, and says why; asks where two are as good."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import pyarrow as pa

from mizzle.errors import UnclearMapping
from mizzle.logs.meaning.looks import Look, Steps, look_at
from mizzle.logs.meaning.mapping import (
    ROLES,
    Mapping,
    column_or_none,
    keep_apart,
    listed,
    may_be_one,
    no_such_column,
)
from mizzle.logs.meaning.rolenames import HINT, LIKELY, SURE, weight

if TYPE_CHECKING:
    from collections.abc import Mapping as Dict
    from collections.abc import Sequence

    from mizzle.logs.batches import Facts

MOST_EXTRAS: Final = 12
"""Free attributes that are kept without being asked for."""

_FEWEST_VALUES, _MOST_VALUES = 2, 50  # of a free attribute
_ENOUGH_ROWS, _ENOUGH_CASES = 20, 5  # before content may overrule a name
_MARGIN = 1.0  # by which the best column must be better than the next
_ACCEPTED = 4.0
_CHANGES, _SELDOM = 0.3, 0.1  # shares of cases
_ORDERED = 0.95  # share of rows in which a start is not after its end
_QUESTIONS = {
    "case": "which order, incident or delivery an event belongs to",
    "activity": "what was done",
    "department": "which department did it",
    "end": "when it was done",
    "start": "when it began",
    "resource": "which person or machine did it",
}


class _Candidate(NamedTuple):
    """A column for a role: how much speaks for it, and what."""

    score: float
    look: Look
    why: str


class _Guess:
    """The roles given so far, and the columns still free."""

    def __init__(self, looks: dict[str, Look], known: Dict[str, str], given: Dict[str, Any], facts: Facts) -> None:
        self.looks = looks
        self.roles: dict[str, str | None] = {}
        self.reasons: dict[str, str] = {}
        named = {role: given[role] for role in ROLES if given.get(role) is not None}
        for role in ROLES:
            if role in named:
                self.give(role, named[role] or None, "named on the command line")
            elif role in known and not any(
                column == known[role] and not may_be_one(role, other) for other, column in named.items()
            ):
                self.give(role, known[role], f"the standard of {facts.format} says so")

    def give(self, role: str, column: str | None, why: str) -> None:
        self.roles[role] = column
        self.reasons[role] = why

    def free(self) -> list[Look]:
        taken = set(self.roles.values())
        return [look for look in self.looks.values() if look.name not in taken and look.filled]

    def leave_out(self, look: Look, why: str) -> None:
        self.reasons[f"left out: {look.name}"] = why

    def steps(self) -> Steps:
        case = self.roles.get("case")
        return Steps(self.looks[case].codes if case else np.empty(0, dtype=np.int32))


def guess(columns: Sequence[str], sample: pa.Table, facts: Facts, given: Dict[str, Any] | None = None) -> Mapping:
    """Guess the mapping of a log.

    Parameters
    ----------
    columns
        The columns of the file.
    sample
        Its first rows, as text.
    facts
        What the reader found out; columns that the standard of a format names are taken as they are.
    given
        Fields of the mapping that the user named, by field name; they win over everything. The empty text says, for
        a department, a start or a resource, that the log has none.

    Returns
    -------
    Mapping
        With the reason for each role, and for columns that were left out, in `reasons`. How the times are written is
        left open, since only the whole column can say.

    Raises
    ------
    UnclearMapping
        For a named column that the file does not have, or that is to mean two things at once, none for a role that
        every log needs, or two that are equally good; the message says which option decides it.

    Examples
    --------
    >>> import pyarrow as pa
    >>> from mizzle.logs.batches import Facts
    >>> rows = {"case": ["1", "1"], "activity": ["a", "b"], "team": ["x", "y"], "end": ["2024-01-01", "2024-01-02"]}
    >>> guess(list(rows), pa.table(rows), Facts("CSV")).department
    'team'
    """
    options = {name: value for name, value in (given or {}).items() if value is not None}
    for role in ROLES:
        if isinstance(options.get(role), str) and options[role] not in columns:
            options[role] = " ".join(options[role].split())  # as readers write the names of columns
        if options.get(role) and options[role] not in columns:
            raise UnclearMapping(no_such_column(options[role], columns, role))
        if options.get(role) == "":
            column_or_none(role, "")  # asks for a role that every log needs
    keep_apart({role: options[role] for role in ROLES if options.get(role)})
    known = {role: column for role, column in facts.known.items() if column in columns}
    # By name once: asking a table for a column searches all of its names, and a file may have thousands.
    held, empty = dict(zip(sample.column_names, sample.columns, strict=True)), pa.nulls(sample.num_rows, pa.string())
    looks = {name: look_at(name, held.get(name, empty)) for name in columns}
    so_far = _Guess(looks, known, options, facts)
    _case(so_far)
    _end(so_far)
    _start(so_far)
    _activity(so_far)
    _department(so_far)
    _resource(so_far)
    extras = options.pop("extras", None)
    extras = _extras(so_far) if extras is None else tuple(extras)
    roles: dict[str, Any] = so_far.roles
    rest = {name: value for name, value in options.items() if name not in ROLES}
    return Mapping(**roles, extras=extras, reasons=so_far.reasons).with_options(**rest)


def _choose(so_far: _Guess, role: str, candidates: list[_Candidate]) -> _Candidate | None:
    """Take the best candidate; ask where another is as good and says something else."""
    good = sorted((one for one in candidates if one.score >= _ACCEPTED), key=lambda one: -one.score)
    if not good:
        return None
    rivals = [one for one in good if good[0].score - one.score < _MARGIN and not one.look.same_as(good[0].look)]
    if rivals:
        names = [one.look.name for one in (good[0], *rivals)]
        raise UnclearMapping(
            f"{listed(names, 5)} could each say {_QUESTIONS[role]}. Say which one with --{role},"
            f" as --{role} {shlex.quote(names[0])}."
        )
    so_far.give(role, good[0].look.name, good[0].why)
    return good[0]


def _named(role: str, look: Look) -> tuple[float, str]:
    score = weight(role, look.name)
    if score >= SURE:
        return score, "its name says so"
    return score, "its name points to it" if score >= HINT / 2 else "by its content"


def _case(so_far: _Guess) -> None:
    if "case" in so_far.roles:
        return
    free = so_far.free()
    if "end" not in so_far.roles and not any(look.is_time for look in so_far.looks.values()):
        raise UnclearMapping(
            "No column of this file holds times, so it is no event log that mizzle can read. It has the columns"
            f" {listed([*so_far.looks])}. Name the column of times with --end, or export the log with its times."
        )
    candidates, unique = [], []
    for look in free:
        score, why = _named("case", look)
        if (look.is_time and not look.counted) or (look.person and score < SURE) or look.share_filled < _CHANGES * 2:
            continue
        once = look.distinct == look.filled and look.filled > 1
        if once and score < SURE and (look.rows >= _ENOUGH_ROWS or score < HINT):
            if score >= HINT:
                unique.append(look.name)
            continue
        candidates.append(_Candidate(score + _like_cases(look, once=once), look, _case_reason(why, look)))
    names = {one.look.name: weight("case", one.look.name) for one in candidates}
    named = [one for one in candidates if names[one.look.name] >= (HINT if one.look.has_digits else SURE)]
    if (named or not unique) and _choose(so_far, "case", _finest_first(candidates)):
        return
    if unique:
        raise UnclearMapping(
            f"Each row of this file seems to be a case of its own: {unique[0]} never repeats. An event log has a row"
            " for each step of a case. Export the history of the cases with their steps, or name the column that"
            f" ties steps together with --case (--case {shlex.quote(unique[0])} if each case really has one step)."
        )
    raise UnclearMapping(
        f"No column seems to say {_QUESTIONS['case']}: one whose values come back from row to row. Name it with"
        f" --case. The file has the columns {listed([*so_far.looks])}."
    )


def _case_reason(why: str, look: Look) -> str:
    return f"{why}; {look.distinct:,} values in the first {look.rows:,} rows"


def _like_cases(look: Look, *, once: bool) -> float:
    score = look.share_filled + 1.0 * look.has_digits
    if not once and look.filled >= 1.2 * look.distinct:
        score += 2.0
    if look.rows >= _ENOUGH_ROWS and look.distinct <= max(1, look.rows // 1000):
        score -= _ACCEPTED  # a handful of values is a category
    return score


def _finest_first(candidates: list[_Candidate]) -> list[_Candidate]:
    """Favour, among columns that repeat, the one with by far the most values: a case is finer than its attributes."""
    finest = sorted(candidates, key=lambda one: -one.look.distinct)
    if len(finest) > 1 and finest[0].look.distinct >= 2 * finest[1].look.distinct:
        return [one._replace(score=one.score + (1.5 if one is finest[0] else 0)) for one in candidates]
    return candidates


def _times(so_far: _Guess, role: str) -> list[Look]:
    """Give the columns of times; bare numbers only where their name says so."""
    return [
        look
        for look in so_far.free()
        if look.is_time and (not look.counted or weight(role, look.name) >= HINT) and look.share_filled >= _CHANGES
    ]


def _end(so_far: _Guess) -> None:
    if "end" in so_far.roles:
        return
    steps, candidates = so_far.steps(), []
    for look in _times(so_far, "end"):
        score, why = _named("end", look)
        if steps.cases >= _ENOUGH_CASES:
            varies = steps.varies(look.codes)
            if varies < _SELDOM:
                so_far.leave_out(look, _constant(look, varies))
                continue
            score += _ACCEPTED * varies + steps.rising(look.micros)
            why += f"; it moves on within {varies:.0%} of the cases"
        else:
            score += _ACCEPTED
        if so_far.roles.get("start") is None and weight("start", look.name) >= LIKELY:
            score -= SURE  # says that it is the beginning
        candidates.append(_Candidate(score, look, f"{why}; read as times"))
    pair = (
        _start_and_end([one for one in candidates if one.score >= _ACCEPTED]) if steps.cases >= _ENOUGH_CASES else None
    )
    if pair:
        start, end = pair
        so_far.give("end", end.name, f"read as times; never before {start.name}")
        so_far.roles.setdefault("start", start.name)
        so_far.reasons.setdefault("start", f"read as times; never after {end.name}")
        return
    if _choose(so_far, "end", candidates):
        return
    held = [name.removeprefix("left out: ") for name in so_far.reasons if name.startswith("left out: ")]
    if held:
        raise UnclearMapping(
            f"No column says {_QUESTIONS['end']}: {listed(held)} {'hold' if len(held) > 1 else 'holds'} one time for"
            " each case, not for each event. Name the column with --end, or export the log with the times of its steps."
        )
    found = [look.name for look in so_far.free() if look.is_time]
    raise UnclearMapping(
        f"No column says clearly {_QUESTIONS['end']}. Name it with --end;"
        f" the file has the columns {listed(found or [*so_far.looks])}."
    )


def _constant(look: Look, varies: float) -> str:
    if not varies:
        return f"{look.name} is the same for all events of a case, so it cannot say when each was done"
    return f"{look.name} changes within only {varies:.0%} of the cases, so it cannot say when each event was done"


def _start_and_end(candidates: list[_Candidate]) -> tuple[Look, Look] | None:
    """Tell two columns of times apart, of which no name says anything, by which comes first."""
    match candidates:
        case [one, other] if not any(weight("end", each.look.name) for each in candidates):
            for first, second in ((one.look, other.look), (other.look, one.look)):
                if first.before(second) >= _ORDERED and second.before(first) < _ORDERED:
                    return first, second
    return None


def _start(so_far: _Guess) -> None:
    if "start" in so_far.roles:
        return
    end, steps, candidates = so_far.looks[str(so_far.roles["end"])], so_far.steps(), []
    for look in _times(so_far, "start"):
        score, why = _named("start", look)
        if look.name in {key.removeprefix("left out: ") for key in so_far.reasons}:
            continue  # said above: a time of the case
        varies = steps.varies(look.codes)
        if steps.cases >= _ENOUGH_CASES and varies < _SELDOM:
            so_far.leave_out(look, _constant(look, varies))
        elif score < HINT:
            so_far.leave_out(look, f"{look.name} holds times, but its name does not say that they are beginnings")
        elif look.before(end) < _ORDERED:
            so_far.leave_out(look, f"{look.name} is after {end.name} in {1 - look.before(end):.0%} of the rows")
        else:
            candidates.append(_Candidate(score + varies, look, f"{why}; not after {end.name}"))
    if not _choose(so_far, "start", candidates):
        so_far.give("start", None, "no column says when an event began")


def _activity(so_far: _Guess) -> None:
    if "activity" in so_far.roles:
        return
    steps, candidates = so_far.steps(), []
    for look in so_far.free():
        score, why = _named("activity", look)
        if look.is_time or look.person or look.share_filled < _CHANGES or look.distinct > max(100, look.filled // 5):
            continue
        if steps.cases >= _ENOUGH_CASES:
            varies = steps.varies(look.codes)
            repeats = score >= HINT or look.distinct <= look.filled // 2
            score += _ACCEPTED * varies if varies >= _SELDOM and repeats else -_ACCEPTED
            why += f"; {look.distinct} values, which change within {varies:.0%} of the cases"
            score -= 3.0 * look.is_number + 2.0 * (look.distinct <= _FEWEST_VALUES and score < LIKELY)
        elif score < HINT:
            continue
        candidates.append(_Candidate(score, look, why))
    if not _choose(so_far, "activity", _not_for(so_far, "department", candidates)):
        _ask_for(so_far, "activity")


def _department(so_far: _Guess) -> None:
    if "department" in so_far.roles:
        return
    steps, candidates = so_far.steps(), []
    activity = so_far.looks[str(so_far.roles["activity"])]
    for look in so_far.free():
        score, why = _named("department", look)
        if look.is_time or look.person or look.is_number or look.distinct > max(300, look.filled // 5):
            continue
        if look.filled < _SELDOM * look.rows:
            continue
        why += f"; {look.distinct} values"
        if steps.cases >= _ENOUGH_CASES and score < HINT:
            changes, of_activity = steps.changes(look.codes), steps.changes(activity.codes)
            likely = 0 < changes <= of_activity and _FEWEST_VALUES < look.distinct <= look.filled // 5
            score += _ACCEPTED if likely else 0.0
            why += ", which change more seldom than the activity"
        candidates.append(_Candidate(score, look, why))
    if not _choose(so_far, "department", candidates):
        _ask_for(so_far, "department", ' Say --department "" if the log has none.')


def _not_for(so_far: _Guess, role: str, candidates: list[_Candidate]) -> list[_Candidate]:
    """Leave aside columns whose name says that they are for another role that is still open."""
    return [one for one in candidates if role in so_far.roles or weight(role, one.look.name) < LIKELY]


def _ask_for(so_far: _Guess, role: str, more: str = "") -> None:
    raise UnclearMapping(
        f"No column says clearly {_QUESTIONS[role]}. Name it with --{role};"
        f" the file has the columns {listed([*so_far.looks])}.{more}"
    )


def _resource(so_far: _Guess) -> None:
    if "resource" in so_far.roles:
        return
    steps, candidates = so_far.steps(), []
    for look in so_far.free():
        score, why = _named("resource", look)
        if look.is_time or score < HINT or look.share_filled < _CHANGES:
            continue
        if steps.cases >= _ENOUGH_CASES:
            score += _ACCEPTED * steps.varies(look.codes) - 2.0
        candidates.append(_Candidate(score, look, f"{why}; kept as pseudonyms only"))
    try:
        if not _choose(so_far, "resource", candidates):
            so_far.give("resource", None, f"no column says {_QUESTIONS['resource']}")
    except UnclearMapping as question:  # no figure depends on it, so it need not be answered
        so_far.give("resource", None, f"left open: {question}")


def _extras(so_far: _Guess) -> tuple[str, ...]:
    """Choose free attributes: columns of few values that are about no person, words before numbers."""
    fit = []
    for look in so_far.free():
        if look.person:
            so_far.leave_out(look, f"{look.person}, and mizzle keeps no one's name")
        elif (
            not look.is_time
            and look.share_filled >= _SELDOM
            and _FEWEST_VALUES <= look.distinct <= _MOST_VALUES
            and not look.is_long
        ):
            fit.append(look)
    fit.sort(key=lambda look: look.is_number)  # stable: otherwise in the order of the file
    chosen = {look.name for look in fit[:MOST_EXTRAS]}
    extras = tuple(look.name for look in so_far.free() if look.name in chosen)
    if extras:
        least, most = (end(so_far.looks[name].distinct for name in extras) for end in (min, max))
        so_far.reasons["extras"] = f"columns with few values ({least} to {most}), none about a person"
    return extras
