"""Workers in processes of their own, and a database that several of them see."""

from __future__ import annotations

import os
import subprocess
import sys
import time

from django.db import connection

from mizzle_web.journal.models import Entry

PROGRAM = """
import os, signal, sys, time
from datetime import timedelta
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
import django
django.setup()
from mizzle_web.jobs import kinds
from mizzle_web.jobs.worker import Worker

@kinds.kind("test.slow", title="Slow")
def slow(arguments, tell):
    with open(arguments["file"], "a") as file:
        file.write(f"{os.getpid()}\\n")
    for n in range(arguments["steps"]):
        tell(n / arguments["steps"], f"Step {n}")
        time.sleep(0.02)
    return {"sentence": "All steps were taken."}

worker = Worker(lease=timedelta(seconds=2), pause=0.05)
signal.signal(signal.SIGTERM, lambda *_: worker.stop())
worker.run()
"""


def worker_process():
    """Start a worker as a process of its own, on the database of the test."""
    name = str(connection.settings_dict["NAME"])
    return subprocess.Popen([sys.executable, "-c", PROGRAM, name], env=os.environ, stderr=subprocess.DEVNULL)


def until(found, seconds=20.0):
    """Wait until something is found, and give it."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if answer := found():
            return answer
        time.sleep(0.02)
    raise TimeoutError("It did not come to that in time.")


def empty_journal():
    """Empty the journal, whose triggers refuse it, so that a test can be followed by another."""
    if connection.vendor != "sqlite":
        return  # there the tables are emptied by a statement that no trigger sees
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'journal_entry'")
        triggers = cursor.fetchall()
        for name, _sql in triggers:
            cursor.execute(f'DROP TRIGGER "{name}"')
        Entry.objects.all().delete()
        for _name, sql in triggers:
            cursor.execute(sql)
