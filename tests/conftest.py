"""What many tests ask for: engines, and the real log where it is there."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

import django
import pytest
from django.conf import settings

from mizzle.engines import open_engine

ROOT = Path(__file__).parents[1]

# The house reads its settings when they are first asked for; tests give it a folder of their own before that.
_HOME = tempfile.mkdtemp(prefix="mizzle-tests-")
atexit.register(shutil.rmtree, _HOME, ignore_errors=True)
os.environ |= {"DJANGO_SETTINGS_MODULE": "mizzle_web.config.settings", "MIZZLE_DATA": _HOME}
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright keeps a loop in the thread of the tests
django.setup()
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # argon2 is slow by design
DATA = ROOT.parent / "shared" / "data"


@pytest.fixture(scope="session")
def duckdb():
    with open_engine("duckdb", threads=1) as engine:
        yield engine


@pytest.fixture(scope="session")
def spark():
    with open_engine("spark", master="local[2]") as engine:
        yield engine


@pytest.fixture(params=["duckdb", pytest.param("spark", marks=[pytest.mark.spark, pytest.mark.xdist_group("spark")])])
def engine(request):
    """Each engine in turn: a measure is one expression, so the answer is the same."""
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="session")
def itsm():
    """The real service-desk log, half of its incidents: 70,986 rows."""
    path = DATA / "eventlogs" / "itsm_incidents_even.csv.gz"
    if not path.exists():
        pytest.skip("the real service-desk log is not on this machine")
    return path
