"""What every request asks of the database and what every write puts into it, made into SQL once.

Django makes the SQL of a queryset anew each time it is asked, which takes ten times as long as a small answer. So what
stands on the way of all requests is prepared: a queryset with blanks, to be filled in each time. Everything else is an
ordinary queryset.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import cache
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.models.constants import OnConflict
from django.db.models.expressions import Expression
from django.db.models.sql import InsertQuery, UpdateQuery

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from django.db.backends.base.base import BaseDatabaseWrapper

    Ask = Callable[[], models.QuerySet[Any, Any]]
    Field = models.Field[Any, Any]

M = TypeVar("M", bound=models.Model)


class Blank(Expression):
    """Stands in a queryset for a value that is given when it is asked."""

    def __init__(self, name: str, field: Field) -> None:
        super().__init__(output_field=field)
        self.name = name
        self._kind = _taken_as_it_is(field)

    def as_sql(self, *_given: Any, **_more: Any) -> tuple[str, Any]:
        """Leave its place in the SQL, and itself among the parameters."""
        return "%s", (self,)

    def filled(self, given: Mapping[str, Any], connection: BaseDatabaseWrapper) -> Any:
        """Give the value as the database takes it."""
        value = given[self.name]
        return value if type(value) is self._kind else self.output_field.get_db_prep_value(value, connection)


@cache
def _taken_as_it_is(field: Field) -> type | None:
    """Give the type whose values a database takes for this field as they are; to ask the field costs more than that."""
    if type(field).get_prep_value in (models.CharField.get_prep_value, models.TextField.get_prep_value):
        return str
    return int if isinstance(field, models.IntegerField) else None


class _Made(NamedTuple):
    """What became of a queryset on one connection."""

    sql: str
    parameters: Sequence[Any]
    names: Sequence[str] = ()
    converters: Sequence[tuple[int, Sequence[Any], Any]] = ()


class _Prepared(ABC):
    """What is made once for each connection, and kept with it."""

    def _made(self, connection: BaseDatabaseWrapper) -> _Made:
        kept: dict[_Prepared, _Made] = connection.__dict__.setdefault("_prepared", {})
        found = kept.get(self)
        if found is None:
            found = kept[self] = self._make(connection)
        return found

    @abstractmethod
    def _make(self, connection: BaseDatabaseWrapper) -> _Made:
        """Make it for one connection."""


def _told(
    connection: BaseDatabaseWrapper, sql: str, values: list[Any], *, gives_rows: bool = True
) -> tuple[list[Any], int]:
    """Run a statement; give its rows, and how many it touched."""
    at_once = getattr(connection, "told", None)
    if at_once is not None and not connection.queries_logged and not connection.execute_wrappers:
        return at_once(sql, values, gives_rows=gives_rows)  # type: ignore[no-any-return] # of our own backend
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall() if gives_rows else [], cursor.rowcount


def _filled(made: _Made, given: Mapping[str, Any], connection: BaseDatabaseWrapper) -> list[Any]:
    return [one.filled(given, connection) if isinstance(one, Blank) else one for one in made.parameters]


class Question(_Prepared):
    """A queryset of values that is asked again and again."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    def _make(self, connection: BaseDatabaseWrapper) -> _Made:
        compiler = self._ask().query.get_compiler(connection=connection)
        sql, parameters = compiler.as_sql()
        chosen: list[Any] = [expression for expression, _sql, _alias in compiler.select]
        converters = [(place, *one) for place, one in compiler.get_converters(chosen).items()]
        names = [one.target.attname for one in chosen if hasattr(one, "target")]
        return _Made(sql, parameters, names, converters)

    def rows(self, **given: Any) -> list[Sequence[Any]]:
        """Give all rows."""
        return self._asked(given)[1]

    def _asked(self, given: Mapping[str, Any]) -> tuple[_Made, list[Sequence[Any]]]:
        connection = connections[DEFAULT_DB_ALIAS]
        made = self._made(connection)
        found, _n_rows = _told(connection, made.sql, _filled(made, given, connection))
        return made, [_converted(row, made, connection) for row in found] if made.converters else found

    def row(self, **given: Any) -> Sequence[Any] | None:
        """Give the first row; None where there is none."""
        return next(iter(self.rows(**given)), None)


def _converted(row: Sequence[Any], made: _Made, connection: BaseDatabaseWrapper) -> list[Any]:
    """Make of the values of a database those that Django gives."""
    values = list(row)
    for place, converters, expression in made.converters:
        for convert in converters:
            values[place] = convert(values[place], expression, connection)
    return values


class Search(Question, Generic[M]):
    """A queryset of rows of one table that is asked again and again, as Django makes them."""

    def __init__(self, model: type[M], ask: Ask) -> None:
        super().__init__(ask)
        self._model = model

    def all(self, **given: Any) -> list[M]:
        """Give all that is found."""
        made, rows = self._asked(given)
        return [self._model.from_db(DEFAULT_DB_ALIAS, made.names, row) for row in rows]

    def first(self, **given: Any) -> M | None:
        """Give the first of them; None where there is none."""
        return next(iter(self.all(**given)), None)


class Change(_Prepared):
    """An update with blanks, in the rows of a queryset."""

    def __init__(self, ask: Ask, **values: Blank) -> None:
        self._ask, self._values = ask, values

    def _make(self, connection: BaseDatabaseWrapper) -> _Made:
        query: Any = self._ask().query.chain(UpdateQuery)
        query.add_update_values(self._values)
        sql, parameters = query.get_compiler(connection=connection).as_sql()
        return _Made(sql, parameters)

    def __call__(self, **given: Any) -> int:
        """Change the rows; give how many those were."""
        connection = connections[DEFAULT_DB_ALIAS]
        made = self._made(connection)
        return _told(connection, made.sql, _filled(made, given, connection), gives_rows=False)[1]


class Addition(_Prepared):
    """Puts new rows into one table. Where asked, one that is there already stays as it is.

    A row learns the number that the database gave it, unless `is_told` is false.
    """

    def __init__(self, model: type[models.Model], *, unless_there: bool = False, is_told: bool = True) -> None:
        self._about = model._meta  # noqa: SLF001 - Django's public way to it
        self._conflict = OnConflict.IGNORE if unless_there else None
        self._has_number = is_told and isinstance(self._about.pk, models.AutoField)

    def _make(self, connection: BaseDatabaseWrapper) -> _Made:
        fields = [one for one in self._about.concrete_fields if not isinstance(one, models.AutoField)]
        for one in fields:
            _refuse_moving(one)
        query = InsertQuery(self._about.model, on_conflict=self._conflict)
        query.insert_values(fields, [self._about.model()])
        compiler = query.get_compiler(connection=connection)
        if self._has_number:
            compiler.returning_fields = [self._about.pk]
        ((sql, _parameters),) = compiler.as_sql()
        return _Made(sql, [(one, one.attname, _taken_as_it_is(one)) for one in fields])

    def __call__(self, row: models.Model) -> bool:
        """Put a row in; give whether it is new."""
        connection = connections[DEFAULT_DB_ALIAS]
        made = self._made(connection)
        rows, n_rows = _told(connection, made.sql, _values(row, made, connection), gives_rows=self._has_number)
        is_new = bool(rows) if self._has_number else n_rows == 1
        if rows:
            row.pk = rows[0][0]
        state = row._state  # noqa: SLF001 - what `save` notes there, too
        state.adding, state.db = not is_new, DEFAULT_DB_ALIAS
        return is_new

    def many(self, rows: Sequence[models.Model]) -> None:
        """Put many rows in; they do not learn their numbers."""
        connection = connections[DEFAULT_DB_ALIAS]
        made = self._made(connection)
        if rows:
            with connection.cursor() as cursor:
                cursor.executemany(made.sql, [_values(row, made, connection) for row in rows])


def _values(row: models.Model, made: _Made, connection: BaseDatabaseWrapper) -> list[Any]:
    """Give the values of a row as the database takes them."""
    values = []
    for field, name, kind in made.parameters:
        value = getattr(row, name)
        values.append(value if type(value) is kind else field.get_db_prep_save(value, connection))
    return values


def _refuse_moving(field: Field) -> None:
    """Refuse a field whose value is not the one that the row holds when it is saved."""
    is_plain = type(field).pre_save is models.Field.pre_save or getattr(field, "auto_now", None) is False
    if not is_plain or getattr(field, "auto_now_add", False):
        raise TypeError(f"{field} changes when it is saved, so its row cannot be prepared.")
