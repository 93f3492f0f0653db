"""The database itself refuses to change or remove an entry of the journal, whoever asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import migrations

if TYPE_CHECKING:
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor

SAYING = "The journal is append-only"
SQLITE = tuple(
    f"CREATE TRIGGER journal_entry_no_{act.lower()} BEFORE {act} ON journal_entry"
    f" BEGIN SELECT RAISE(ABORT, '{SAYING}'); END"
    for act in ("UPDATE", "DELETE")
)
POSTGRESQL = (
    (
        "CREATE FUNCTION journal_refuse_change() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION '{SAYING}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
    ),
    (
        "CREATE TRIGGER journal_entry_no_change BEFORE UPDATE OR DELETE ON journal_entry"
        " FOR EACH ROW EXECUTE FUNCTION journal_refuse_change()"
    ),
)
BACK = {
    "sqlite": ("DROP TRIGGER journal_entry_no_update", "DROP TRIGGER journal_entry_no_delete"),
    "postgresql": ("DROP TRIGGER journal_entry_no_change ON journal_entry", "DROP FUNCTION journal_refuse_change()"),
}


def refuse(_apps: Any, editor: BaseDatabaseSchemaEditor) -> None:
    for statement in {"sqlite": SQLITE, "postgresql": POSTGRESQL}[editor.connection.vendor]:
        editor.execute(statement)


def allow(_apps: Any, editor: BaseDatabaseSchemaEditor) -> None:
    for statement in BACK[editor.connection.vendor]:
        editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("journal", "0001_initial")]

    operations = [migrations.RunPython(refuse, allow)]
