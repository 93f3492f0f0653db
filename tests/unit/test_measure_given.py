"""What is given on the command line: read, or refused in one kind of sentence."""

from __future__ import annotations

import argparse
import re

import pytest

from mizzle.cli.measure import given


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (given.names, " A1, A2", ["A1", "A2"]),
        (given.number, "-2.5", -2.5),
        (given.above_zero, "0.5", 0.5),
        (given.share, "1", 1.0),
        (given.whole(), "0", 0),
        (given.whole(1, 12), "12", 12),
        (given.samples(20), "0", 0),
        (given.samples(20), "20", 20),
        (given.seed, "7", 7),
        (given.whole_numbers, "90, 30", [30, 90]),
        (given.numbers, "1 2,3", [1.0, 2.0, 3.0]),
        (given.span, "0.1,0.2", (0.1, 0.2)),
        (given.answers, "4-5", (4.0, 5.0)),
        (given.answers, "1", (1.0, 1.0)),
        (given.number, "1e-300", 0.0),
        (given.column, " Call \u00a0\tFailure\n", "Call Failure"),
        (given.names, "Call  Failure,line\nbreak", ["Call Failure", "line break"]),
        (given.amount, "9", (9.0, 9.0, 9.0)),
    ],
)
def test_what_fits_is_read(read, text, value):
    assert read(text) == value


@pytest.mark.parametrize(
    ("read", "texts"),
    [
        (given.names, ["", " , "]),
        (given.number, ["two", "inf", "nan", "1e999", "1e308", ""]),
        (given.above_zero, ["0", "1e-320", "-1", "nan", "x"]),
        (given.share, ["1.1", "-0.1", "10%", "nan"]),
        (given.whole(), ["-1", "1.5", "²", "9" * 30, ""]),
        (given.whole(1, 12), ["0", "13"]),
        (given.samples(20, 100), ["19", "101", "many"]),
        (given.whole_numbers, ["1,x", "", "1.5"]),
        (given.numbers, ["1,x"]),
        (given.span, ["1", "1,2,3", "a,b"]),
        (given.answers, ["x", "5-4", "4-x", ""]),
        (given.amount, ["9,5,7", "1e30", "many", "1,2", ""]),
        (given.day, ["yesterday", "", "NaT", "2024-13-01", "now", "2023-12", "9999999-01-01"]),
        (given.moment, ["noon", "2024-02-30", "0001-01-01T00:00+14:00", "9999-12-31T23:59-12:00"]),
        (given.number, ["x" * 100]),
    ],
)
def test_what_does_not_fit_is_refused_in_one_kind_of_sentence(read, texts):
    for text in texts:
        with pytest.raises(argparse.ArgumentTypeError) as refused:
            read(text)
        said = str(refused.value)
        assert re.fullmatch(r"(an?|0) .+ is wanted, not '.{0,42}'", said), said


def test_a_name_is_given_once():
    with pytest.raises(argparse.ArgumentTypeError, match="twice"):
        given.names("a,b,a")


def test_days_and_moments_have_a_zone_of_their_own_or_none():
    assert str(given.day("2024-12-31")) == "2024-12-31"
    assert given.moment("2024-12-31T16:00").isoformat() == "2024-12-31T16:00:00+00:00"
    assert given.moment("2024-12-31T16:00+02:00").isoformat() == "2024-12-31T14:00:00+00:00"
