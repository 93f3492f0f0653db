"""Fill an empty house with the sample organisation, and empty it again."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Any, cast

from django.apps import apps
from django.contrib.auth.hashers import make_password
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.utils.translation import gettext as _

from mizzle_web.journal.actions import record
from mizzle_web.journal.models import Entry, Head
from mizzle_web.journeys.actions.journeys import forget_every_table
from mizzle_web.journeys.actions.sample import ask_for_orders
from mizzle_web.operation import sample_keys
from mizzle_web.page.refused import Refused
from mizzle_web.people.actions import start_code
from mizzle_web.people.actions.imports import path_of
from mizzle_web.people.models import Grant, ImportFile, Member, Organisation, Placement, Succession, Unit, UnitPeriod

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from pathlib import Path

    from django.db.models import Model

    from mizzle.simulate.company import Company, Person

KEPT = (Entry, Head)
"""What outlives the sample: the journal of the house goes on, so that nobody can wipe it by way of a sample."""
_MORNING = time(7, tzinfo=UTC)


def load_sample(*, rng_seed: int, by: str, at: datetime) -> bool:
    """Fill an empty house with the sample organisation, and tell whether it did: it is there once, however often asked.

    Written in bulk and told to the journal as one thing: some 400 people who never joined are no events.
    """
    if _is_sample_there():
        return False
    import numpy as np

    from mizzle.simulate.company import company

    larkmoor = company(np.random.default_rng(rng_seed), on=at.date())
    keys = sample_keys.draw_keys(larkmoor)
    hashes = {key.person.number: key.hashed() for key in keys}  # slow on purpose, so before the lock
    pins = {key.person.number for key in keys if key.is_pin}
    with transaction.atomic():
        Head.objects.select_for_update().get_or_create(pk=1)  # whoever loads at the same moment waits here
        if _is_sample_there():
            return False
        Organisation.objects.create(
            name=larkmoor.name,
            language=larkmoor.language,
            timezone=larkmoor.timezone,
            is_sample=True,
            created_at=at,
        )
        units = _units(larkmoor)
        _people(larkmoor, units, hashes, pins)
        counts = {"units": len(larkmoor.units), "members": len(larkmoor.people), "seed": rng_seed}
        ask_for_orders(seed=rng_seed, at=at)
        record(by=by, verb="sample.loaded", thing="organisation", at=at, details=counts)
        sample_keys.write(keys)  # before the commit: passwords that nobody can read would open nothing
        transaction.on_commit(start_code.remove, robust=True)
    return True


def _is_sample_there() -> bool:
    organisation = Organisation.objects.first()
    if organisation is None:
        return False
    if not organisation.is_sample:
        raise Refused(
            "already_there",
            _("There is a real organisation here. Choose another data folder to look at the sample."),
        )
    return True


def _units(larkmoor: Company) -> dict[str, Unit]:
    made = Unit.objects.bulk_create(
        Unit(code=unit.code, began_on=unit.began_on, ended_on=unit.ended_on) for unit in larkmoor.units
    )
    units = {unit.code: unit for unit in made}
    UnitPeriod.objects.bulk_create(
        UnitPeriod(
            unit=units[unit.code],
            name=period.name,
            parent=units[period.parent] if period.parent else None,
            from_on=period.from_on,
            until_on=period.until_on,
        )
        for unit in larkmoor.units
        for period in unit.periods
    )
    Succession.objects.bulk_create(
        Succession(earlier=units[unit.code], later=units[unit.merged_into], on=unit.ended_on, kind="merged")
        for unit in larkmoor.units
        if unit.merged_into and unit.ended_on
    )
    return units


def _people(larkmoor: Company, units: dict[str, Unit], hashes: dict[int, str], pins: set[int]) -> None:
    members = dict(
        zip(
            larkmoor.people,
            Member.objects.bulk_create(_member(person, hashes, pins) for person in larkmoor.people),
            strict=True,
        )
    )
    Placement.objects.bulk_create(
        Placement(member=member, unit=units[stay.unit], from_on=stay.from_on, until_on=stay.until_on)
        for person, member in members.items()
        for stay in person.stays
    )
    Grant.objects.bulk_create(
        Grant(
            member=member,
            role=part.role,
            unit=units[part.unit] if part.unit else None,
            given_at=_morning(person.stays[-1].from_on),
        )
        for person, member in members.items()
        for part in person.parts
    )


def _member(person: Person, hashes: dict[int, str], pins: set[int]) -> Member:
    has_pin = person.number in pins
    return Member(
        name=person.name,
        email=person.email,
        code=person.code,
        language=person.language,
        joined_at=_morning(person.joined_on),
        left_at=_morning(person.left_on) if person.left_on else None,
        password=make_password(None) if has_pin else hashes.get(person.number) or make_password(None),
        pin=hashes[person.number] if has_pin else "",
    )


def _morning(day: date) -> datetime:
    return datetime.combine(day, _MORNING)


def remove_sample(*, by: str, at: datetime) -> None:
    """Empty the house of the sample organisation and of whatever was done in it; the journal stays, and tells so."""
    with transaction.atomic():
        organisation = Organisation.objects.select_for_update().first()
        if organisation is None or not organisation.is_sample:
            raise Refused(
                "no_sample", _("This organisation is no sample. It can only be removed with the whole data folder.")
            )
        files = [sample_keys.file(), *(path_of(file) for file in ImportFile.objects.all())]
        with connection.cursor() as cursor:
            for table in _tables():
                cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")  # noqa: S608 - names of our own
        Head.objects.update(n_hooks=0)
        record(by=by, verb="sample.removed", thing="organisation", at=at)
        transaction.on_commit(lambda: _forget(files))
        transaction.on_commit(forget_every_table)
        transaction.on_commit(
            start_code.make, robust=True
        )  # the house is empty again, and may have been found by others


def _forget(files: list[Path]) -> None:
    for file in files:
        file.unlink(missing_ok=True)


def _tables() -> Iterator[str]:
    """Name every table of the house but those of `KEPT`, also of rooms that are built later; and all sessions.

    Each comes before those that its rows refer to.
    """
    left = {
        model
        for model in apps.get_models(include_auto_created=True)
        if model.__module__.startswith("mizzle_web.") and model not in KEPT
    } | {cast("type[Model]", Session)}
    while left:
        free = {model for model in left if not any(model in _referred(other) for other in left - {model})}
        if not free:
            raise RuntimeError(f"These tables refer to each other in a circle: {left}")
        left -= free
        yield from (model._meta.db_table for model in free)  # noqa: SLF001 - Django's public way to it


def _referred(model: type[Model]) -> set[Any]:
    return {field.related_model for field in model._meta.concrete_fields if field.is_relation}  # noqa: SLF001 - the same
