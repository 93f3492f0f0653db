"""The whole command line: the measures of the ground floor, and the commands of the house.

Nothing of the house is loaded before one of its commands is chosen, so that `mizzle --help` answers at once.
"""

from __future__ import annotations

import os
import signal
import sys
from importlib import import_module
from typing import TYPE_CHECKING

from mizzle import cli

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

SETTINGS = "mizzle_web.config.settings"
HOUSE = ("demo", "serve", "web", "worker", "migrate", "owner", "backup", "restore", "doctor", "journal")


def parser() -> argparse.ArgumentParser:
    """Build the parser: that of the measures, with the commands of the house."""
    top = cli.parser()
    top.description = "Service culture that soaks in: measures for the shell, and a web application around them."
    (commands,) = (action for action in top._actions if action.dest == "command")  # noqa: SLF001 - argparse names no way
    add = commands.add_parser  # type: ignore[attr-defined] # of the subparsers
    demo = add("demo", help="start mizzle with a sample organisation, and say how to sign in")
    serve = add("serve", help="start mizzle: web, worker and scheduler in one process")
    web = add("web", help="start the web alone, where workers run apart")
    for one in (demo, serve, web):
        one.add_argument("--port", type=int, default=8000, help="default: 8000")
        one.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
    add("worker", help="start one worker, for background work and everything that is to be sent")
    add("migrate", help="bring the database to the form of this version")
    owner = add("owner", help="make the first organisation, or one more service lead, from the shell")
    owner.add_argument("--name", required=True, help="name of the person")
    owner.add_argument("--email", required=True, help="e-mail address to sign in with")
    owner.add_argument("--organisation", help="name of the organisation, where there is none yet")
    owner.add_argument("--units", metavar="FILE.csv", help="units to open: columns code, name, parent")
    backup = add("backup", help="copy everything into one file while mizzle keeps running")
    backup.add_argument("file", metavar="FILE", help="the file to write")
    backup.add_argument("--with-keys", action="store_true", help="put the keys in as well; keep such a file as a key")
    restore = add("restore", help="put everything back as a backup has it; mizzle must be stopped")
    restore.add_argument("file", metavar="FILE", help="a file that `mizzle backup` wrote")
    doctor = add("doctor", help="check database, disk, clock, mail, keys and versions; say what to do")
    doctor.add_argument("--json", action="store_true", help="print JSON")
    doctor.add_argument("--new-key", action="store_true", help="print a new key for MIZZLE_FIELD_KEYS, and stop")
    journal = add("journal", help="look after the record of who did what")
    check = journal.add_subparsers(dest="act", metavar="ACT", required=True).add_parser(
        "check", help="follow the whole chain; end with 1 where it is broken, and name the entry"
    )
    check.add_argument("--head", metavar="HEAD", default="", help="a head kept elsewhere: NUMBER:DIGEST or DIGEST")
    return top


def main(words: Sequence[str] | None = None) -> None:
    """Run the command line and end with its exit code."""
    given = list(sys.argv[1:] if words is None else words)
    if not given or given[0] not in HOUSE:
        cli.main(given, top=parser())
    chosen = parser().parse_args(given)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS)
    try:
        house = import_module("mizzle_web.config.house")
    except ModuleNotFoundError as missing:
        if (missing.name or "").startswith("mizzle"):
            raise
        sys.exit("mizzle: The web application is not installed here. Install it with: pip install 'mizzle[web]'")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    sys.exit(house.run(chosen))
