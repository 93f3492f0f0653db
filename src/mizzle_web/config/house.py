"""The commands of the house: start it, look after it."""

from __future__ import annotations

import os
import sys
import threading
from typing import TYPE_CHECKING

from mizzle_web.config.environment import BadSetting

if TYPE_CHECKING:
    import argparse


def run(chosen: argparse.Namespace) -> int:
    """Run one command; give its exit code. What the operator can mend is a sentence, and ends with 2."""
    if chosen.command == "doctor" and chosen.new_key:
        from cryptography.fernet import Fernet

        print(Fernet.generate_key().decode())
        return 0
    if getattr(chosen, "port", None) and "MIZZLE_URL" not in os.environ:
        os.environ["MIZZLE_URL"] = f"http://{chosen.host}:{chosen.port}"
    import django
    from django.db import DatabaseError

    from mizzle_web.page.refused import Refused

    try:
        django.setup()
        return {
            "serve": _serve,
            "web": _serve,
            "demo": _demo,
            "migrate": _migrate,
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
    _migrate()
    return _serve(chosen)


def _serve(chosen: argparse.Namespace) -> int:
    import uvicorn

    from mizzle_web.config.asgi import application

    if chosen.command != "web":
        _migrate()
        from mizzle_web.jobs.worker import Worker

        worker = Worker()
        threading.Thread(target=worker.run, name="worker", daemon=True).start()
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
    print(f"mizzle is open at http://{chosen.host}:{chosen.port}", file=sys.stderr)
    uvicorn.Server(settings).run()
    return 0
