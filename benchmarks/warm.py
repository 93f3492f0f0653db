"""An interpreter that has loaded the house already, and opens it again and again in a child of its own.

To load Django and the house takes a second and more, and is not what a test of killing is about: what is killed is the
child, which serves as `mizzle serve` does. No connection and no thread is there before the child begins.

It is told by lines: `open`, answered by the number of the child; `gone`, answered when the child has ended.
"""

from __future__ import annotations

import argparse
import os
import sys
from importlib import import_module

PARTS = ("config.asgi", "config.house", "config.upkeep", "config.urls", "jobs.worker")


def main(port: int) -> None:
    """Load everything, then do what is asked."""
    import django
    import uvicorn

    django.setup()
    uvicorn.Config("mizzle_web.config.asgi:application").load()
    for part in PARTS:
        import_module(f"mizzle_web.{part}")
    from django.db.migrations.loader import MigrationLoader
    from django.urls import get_resolver

    from mizzle_web.jobs import kinds

    MigrationLoader(None)
    kinds.load()
    list(get_resolver().reverse_dict)
    child = 0
    for line in sys.stdin:
        if line.strip() == "open":
            child = os.fork()
            if not child:
                serve(port)
            answer = str(child)
        else:
            os.waitpid(child, 0)
            answer = "gone"
        sys.stdout.write(f"{answer}\n")
        sys.stdout.flush()


def serve(port: int) -> None:
    """Be the server, until this process is killed."""
    from mizzle_web.config import house

    with open(os.devnull) as nothing:  # noqa: PTH123 - a name of the system
        os.dup2(nothing.fileno(), 0)
    os.dup2(2, 1)
    os._exit(house.run(argparse.Namespace(command="serve", host="127.0.0.1", port=port)))


if __name__ == "__main__":
    main(int(sys.argv[1]))
