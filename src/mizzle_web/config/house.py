"""The commands of the house: start it, look after it."""

from __future__ import annotations

import os
import signal
import sys
import threading
from contextlib import nullcontext
from typing import TYPE_CHECKING

from mizzle_web.config.environment import BadSetting

if TYPE_CHECKING:
    import argparse

SAMPLE_SEED = 2025
"""One company for every demo, so that pictures, documents and people speak of the same."""


def run(chosen: argparse.Namespace) -> int:
    """Run one command; give its exit code. What the operator can mend is a sentence, and ends with 2."""
    if chosen.command == "doctor" and chosen.new_key:
        from cryptography.fernet import Fernet

        print(Fernet.generate_key().decode())
        return 0
    if getattr(chosen, "port", None) and "MIZZLE_URL" not in os.environ:
        os.environ["MIZZLE_URL"] = f"http://{chosen.host}:{chosen.port}"
    os.umask(0o077)  # what the house writes is read by its own user alone
    import django
    from django.db import DatabaseError

    from mizzle_web.page.refused import Refused

    try:
        django.setup()
        return {
            "serve": _serve,
            "web": _serve,
            "demo": _demo,
            "worker": _worker,
            "migrate": _migrate,
            "owner": _owner,
            "backup": _backup,
            "restore": _restore,
            "doctor": _doctor,
            "journal": _journal,
        }[chosen.command](chosen)
    except (BadSetting, Refused) as problem:
        print(f"mizzle: {problem}", file=sys.stderr)
    except DatabaseError as problem:
        print(f"mizzle: The database refuses: {problem}. See: mizzle doctor", file=sys.stderr)
    except OSError as problem:
        print(f"mizzle: {problem}", file=sys.stderr)
    return 2


def _migrate(_chosen: argparse.Namespace | None = None) -> int:
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)
    return 0


def _demo(chosen: argparse.Namespace) -> int:
    """Fill an empty house with the sample organisation, say how to come in, and open it."""
    from mizzle_web.journal.actions import SYSTEM
    from mizzle_web.operation import sample_keys
    from mizzle_web.operation.actions import load_sample
    from mizzle_web.page import clock
    from mizzle_web.people.models import Organisation

    _migrate()
    organisation = Organisation.objects.first()
    if organisation is not None and not organisation.is_sample:
        print("There is a real organisation here, so nothing of a sample is loaded. It opens as it is.")
        print("To look at the sample, name an empty folder with MIZZLE_DATA.\n", flush=True)
        return _serve(chosen)
    load_sample(rng_seed=SAMPLE_SEED, by=SYSTEM, at=clock.now())
    keys = sample_keys.read()
    print(f"Larkmoor Home Delivery is a sample organisation; everybody there is invented.\n\n{keys}")
    if keys:
        print(f"These passwords were made for this copy alone, and are kept in {sample_keys.file()}\n", flush=True)
    else:
        print(f"The passwords stood in {sample_keys.file()}, which is gone. To look around anew, name an empty folder")
        print("with MIZZLE_DATA; or make an owner: mizzle owner --name NAME --email ADDRESS\n", flush=True)
    return _serve(chosen)


def _serve(chosen: argparse.Namespace) -> int:
    import uvicorn

    from mizzle_web.config.asgi import application
    from mizzle_web.config.upkeep import opened
    from mizzle_web.jobs.worker import beside
    from mizzle_web.page import clock
    from mizzle_web.people.actions.tokens import noting

    if chosen.command == "serve":  # the demo has done so before it loaded anything
        _migrate()
    settings = uvicorn.Config(
        application,
        host=chosen.host,
        port=chosen.port,
        log_level="error",
        lifespan="off",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=3,
    )
    with opened(), noting(clock=clock.now), nullcontext() if chosen.command == "web" else beside():
        print(f"mizzle is open at http://{chosen.host}:{chosen.port}", file=sys.stderr)
        _tell_start_code(chosen.host)
        uvicorn.Server(settings).run()
    return 0


def _tell_start_code(host: str) -> None:
    """Make sure that an empty house has a start code, and print it where others may reach the first page."""
    from django.conf import settings
    from django.db import DatabaseError

    from mizzle_web.people.actions import start_code
    from mizzle_web.people.models import Organisation

    settings.LISTENS_ON = host
    try:
        is_empty = not Organisation.objects.exists()
    except DatabaseError:  # away, or without tables yet: it may turn out to be empty
        start_code.make()
        return
    if not is_empty:
        start_code.remove()
        return
    code = start_code.make()
    if start_code.is_reachable():
        print(f"The first page asks for this start code: {code}", file=sys.stderr)
        print(f"It stands in {start_code.file()} until there is an organisation.", file=sys.stderr)


def _worker(_chosen: argparse.Namespace) -> int:
    """Run one worker until it is asked to close; asked twice, it closes at once, and its job begins again elsewhere."""
    from mizzle_web.config.upkeep import opened
    from mizzle_web.jobs.worker import PATIENCE, Worker

    worker = Worker()
    thread = threading.Thread(target=worker.run, name="worker", daemon=True)

    def close(*_: object) -> None:
        if worker.closing.is_set():
            sys.exit(0)
        worker.stop()

    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, close)
    with opened():
        thread.start()
        print("mizzle works here. Press Ctrl+C to close.", file=sys.stderr)
        while thread.is_alive() and not worker.closing.wait(1.0):
            pass
        thread.join(PATIENCE)
    return 0 if worker.closing.is_set() else 1


def _owner(chosen: argparse.Namespace) -> int:
    from mizzle_web.config import upkeep

    _migrate()
    return upkeep.owner(chosen)


def _backup(chosen: argparse.Namespace) -> int:
    from mizzle_web.config import upkeep

    return upkeep.backup(chosen)


def _restore(chosen: argparse.Namespace) -> int:
    from mizzle_web.config import upkeep

    return upkeep.restore(chosen)


def _doctor(chosen: argparse.Namespace) -> int:
    from mizzle_web.config import upkeep

    return upkeep.doctor(chosen)


def _journal(chosen: argparse.Namespace) -> int:
    """Check the chain of the journal: 0 where it is intact, 1 where it is broken, with a sentence that says where."""
    from mizzle_web.journal import checker

    finding = checker.check(kept=checker.anchor(chosen.head))
    if not finding.is_intact:
        print(f"The journal is broken. {finding.reason}")
        print(f"Everything up to entry {finding.number} fits. Keep this database as it is; compare it with a backup.")
        return 1
    print(f"The journal is intact: {finding.number} entries, each fits the one before.")
    print(f"Keep its head outside this server: {finding.head}")
    return 0
