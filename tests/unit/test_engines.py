"""Engines open, close, and say what is missing."""

from __future__ import annotations

import builtins
import gc
from datetime import timedelta

import pytest

from factories import BEGIN, events
from mizzle import journeys
from mizzle.engines import _spark_settings, open_engine
from mizzle.errors import MizzleError


def test_an_engine_that_does_not_exist_is_refused():
    with pytest.raises(MizzleError, match="no engine called 'oracle'"):
        open_engine("oracle")


def test_spark_that_is_not_installed_says_how_to_install_it(monkeypatch):
    plain = builtins.__import__

    def without(name, *more, **named):
        if name.startswith("pyspark"):
            raise ImportError(name)
        return plain(name, *more, **named)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(MizzleError, match=r"pip install 'mizzle\[spark\]'"):
        open_engine("spark")


def test_duckdb_works_within_given_memory_and_folder(tmp_path):
    with open_engine(memory="100MB", threads=1, folder=tmp_path) as engine:
        assert journeys.rework(events(engine, "a x D 0 1")).value == 0.0


def test_a_part_of_a_log_may_outlive_its_engine(tmp_path):
    with open_engine(threads=1, folder=tmp_path) as engine:
        part = journeys.select(events(engine, "a x D 0 1\nb x D 0 9"), ended_until=BEGIN + timedelta(hours=2))
        assert journeys.throughput(part).hours.value == 1.0
    del part  # what would fail here is raised as a warning that nobody can catch
    gc.collect()
    assert list(tmp_path.iterdir()) == []


def test_spark_on_this_machine_listens_to_nobody_else(monkeypatch):
    monkeypatch.delenv("SPARK_LOCAL_IP", raising=False)
    here, cluster = _spark_settings("local[*]"), _spark_settings("spark://master:7077")
    assert (here["spark.driver.host"], here["spark.driver.bindAddress"]) == ("127.0.0.1", "127.0.0.1")
    assert "spark.driver.host" not in cluster
    assert (here["spark.sql.session.timeZone"], cluster["spark.sql.session.timeZone"]) == ("UTC", "UTC")
