"""Keep the database of this version for tests/web/test_released.py, which brings it to every later one.

`./run released` makes both: that of SQLite, and that of the PostgreSQL which MIZZLE_DATABASE_URL names, which must be
empty. Make it when a version is released, and never again for that version: `--anew` is for the time before.
"""

from __future__ import annotations

import argparse
import base64
import gzip
import hashlib
import json
import os
import sqlite3
import sys
import tempfile
from pathlib import Path
from typing import Any

FIXTURES = Path(__file__).parents[1] / "tests" / "web" / "fixtures"
FIELD_KEY = base64.urlsafe_b64encode(hashlib.sha256(b"of an invented house").digest()).decode()
"""No secret: everything that it opens was invented."""
ROOMS = ("people_", "journal_", "jobs_", "operation_", "today_", "django_session")
"""How tables are called whose content is compared; the others are Django's own, and are written by it."""


def names(cursor: Any, vendor: str) -> dict[str, list[str]]:
    """Give the tables of the house, each with its columns."""
    if vendor == "sqlite":
        cursor.execute("SELECT m.name, c.name FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table'")
    else:
        cursor.execute("SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'")
    found: dict[str, list[str]] = {}
    for table, column in cursor.fetchall():
        if table.startswith(ROOMS):
            found.setdefault(table, []).append(column)
    return {table: sorted(columns) for table, columns in sorted(found.items())}


def content(cursor: Any, table: str, columns: list[str]) -> dict[str, Any]:
    """Count the rows of a table, and compute a digest of what stands in these columns, in whatever order."""
    told = ", ".join(f'CAST("{column}" AS TEXT)' for column in columns)
    cursor.execute(f'SELECT {told} FROM "{table}"')  # noqa: S608 - names that the database itself told
    rows = sorted(repr(tuple(row)) for row in cursor.fetchall())
    return {"rows": len(rows), "digest": hashlib.sha256("\n".join(rows).encode()).hexdigest()}


def _dump(vendor: str) -> str:
    """Write the whole database as SQL that its driver can run."""
    from django.db import connection, connections

    if vendor == "sqlite":
        connections.close_all()  # the last one to close brings everything into the file
        plain = sqlite3.connect(str(connection.settings_dict["NAME"]))
        try:
            return "\n".join(plain.iterdump()) + "\n"
        finally:
            plain.close()
    from mizzle_web.operation import snapshot

    with tempfile.NamedTemporaryFile(suffix=".sql") as file:
        words = ["--no-owner", "--no-privileges", "--inserts", "--rows-per-insert=100", f"--file={file.name}"]
        snapshot.run([snapshot.program("pg_dump"), *words])
        lines = Path(file.name).read_text("utf-8").splitlines()
    # Lines with a backslash are for psql alone; comments name the version of the program.
    return "\n".join(line for line in lines if line and not line.startswith(("\\", "--"))) + "\n"


def make(folder: Path) -> list[Path]:
    """Fill a house of this version and keep its database."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    import released_house
    from mizzle_web.journal import checker
    from mizzle_web.people.models import Organisation

    vendor = connection.vendor
    call_command("migrate", interactive=False, verbosity=0)
    if Organisation.objects.exists():
        sys.exit("This database is not empty. Name an empty one.")
    released_house.fill()
    with connection.cursor() as cursor:
        if vendor == "postgresql":
            cursor.execute("SET TIME ZONE 'UTC'")
        tables = {
            table: {"columns": columns} | content(cursor, table, columns)
            for table, columns in names(cursor, vendor).items()
        }
    told = {
        "field_key": FIELD_KEY,
        "head": checker.check(kept=None).head,
        "lead": {"name": released_house.LEAD, "password": released_house.PASSWORD, "key": released_house.KEY},
        "shop": {"name": released_house.CODE, "pin": released_house.PIN},
        "tables": tables,
    }
    folder.mkdir(parents=True, exist_ok=True)
    sql, facts = folder / f"{vendor}.sql.gz", folder / f"{vendor}.json"
    sql.write_bytes(gzip.compress(_dump(vendor).encode(), 9, mtime=0))
    facts.write_text(json.dumps(told, indent=1, sort_keys=True) + "\n", "utf-8")
    return [sql, facts]


def main() -> int:
    """Make the database of this version."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--anew", action="store_true", help="make that of this version once more")
    is_anew = parser.parse_args().anew
    from importlib.metadata import version

    folder = FIXTURES / f"release-{version('mizzle')}"
    url = os.environ.get("MIZZLE_DATABASE_URL", "")
    if (folder / f"{'postgresql' if url else 'sqlite'}.json").exists() and not is_anew:
        sys.exit(f"{folder} is there already, and a released version does not change. See: --help")
    with tempfile.TemporaryDirectory(prefix="mizzle-released-") as data:
        for name in [name for name in os.environ if name.startswith("MIZZLE_")]:
            del os.environ[name]
        os.environ |= {"DJANGO_SETTINGS_MODULE": "mizzle_web.config.settings", "MIZZLE_DATA": data}
        os.environ |= {"MIZZLE_FIELD_KEYS": FIELD_KEY} | ({"MIZZLE_DATABASE_URL": url} if url else {})
        for path in make(folder):
            print(f"{path.relative_to(FIXTURES.parents[2])}: {path.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
