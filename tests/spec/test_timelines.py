"""One case, agreed times and suggestions on small logs, with answers by hand, on both engines."""

from __future__ import annotations

import pytest

from factories import events
from mizzle import journeys
from mizzle.errors import MizzleError, NoSuchName
from mizzle.journeys.results import Agreement

LOG = """
a  order   Sales     0  1
a  pick    Store     3  4
a  check   -         5  5
a  deliver Transport 10 12
b  order   Sales     0  2
b  pick    Store     3  6
b  pick    Store     8  9
b  deliver Transport 30 31
"""


def test_each_step_has_its_touch_its_wait_and_the_handover_that_owns_it(engine):
    found = journeys.timeline(events(engine, LOG), "a", perception_points=["deliver"])
    assert [(one.activity, one.department) for one in found.steps] == [
        ("order", "Sales"),
        ("pick", "Store"),
        ("check", None),
        ("deliver", "Transport"),
    ]
    assert [one.wait_hours for one in found.steps] == [None, 2.0, None, 6.0]
    assert [one.touch_hours for one in found.steps] == [1.0, 1.0, 0.0, 2.0]
    assert [one.handover for one in found.steps] == [None, ("Sales", "Store"), None, ("Store", "Transport")]
    assert [one.is_perception_point for one in found.steps] == [False, False, False, True]
    assert (found.touch_hours, found.wait_hours, found.total_hours) == (4.0, 8.0, 12.0)


def test_the_whole_log_stands_beside_each_step(engine):
    steps = journeys.timeline(events(engine, LOG), "a").steps
    assert (steps[1].touch_population.median, steps[1].touch_population.n) == (1.0, 3)
    assert (steps[1].wait_population.median, steps[1].wait_population.n) == (1.5, 2)
    assert steps[1].wait_population.p90 == pytest.approx(1.9)
    assert (steps[0].wait_population, steps[2].touch_population) == (None, None)


def test_a_case_without_any_department_has_steps_and_no_waits(engine):
    found = journeys.timeline(events(engine, "a x - - 1\na y - - 3\nb x D - 1"), "a")
    assert [one.wait_hours for one in found.steps] == [None, None]
    assert (found.touch_hours, found.wait_hours, found.total_hours) == (None, 0, 2.0)


def test_agreed_times_stand_beside_actual_ones(engine):
    agreements = [Agreement("Store", None, 2.0), Agreement("Store", "Transport", 10.0)]
    steps = journeys.timeline(events(engine, LOG), "b", agreements=agreements).steps
    assert [one.agreed_touch_hours for one in steps] == [None, 2.0, 2.0, None]
    assert [one.agreed_wait_hours for one in steps] == [None, None, None, 10.0]


def test_a_department_is_held_to_the_hours_in_its_hands(engine):
    # Store: case a 1 h; case b 3 h, 2 h until it works on it again, 1 h
    (found,) = journeys.agreed(events(engine, LOG), [Agreement("Store", None, 2.0)])
    assert (found.cases, found.within.value) == (2, 0.5)
    assert (found.actual.median, found.over.mean, found.over.n) == (3.5, 4.0, 1)
    assert found.within.interval.low == pytest.approx(0.0945, abs=1e-4)


def test_a_handover_is_held_to_its_longest_wait_in_a_case(engine):
    found = journeys.agreed(
        events(engine, LOG + "a pick Store 13 14\na deliver Transport 40 41"),
        [Agreement("Store", "Transport", 21.0), Agreement("Transport", "Sales", 1.0)],
    )
    assert (found[0].cases, found[0].within.value, found[0].over.median) == (2, 0.5, 5.0)
    assert (found[1].cases, found[1].within.value, found[1].actual.mean) == (0, None, None)


def test_a_case_or_department_that_is_not_there_is_answered_with_near_ones(duckdb):
    log = events(duckdb, LOG)
    with pytest.raises(NoSuchName, match=r"No case of this log is called 'zz'.* 2 cases, such as a, b"):
        journeys.timeline(log, "zz")
    with pytest.raises(NoSuchName, match=r"'Stor'.*Did you mean Store"):
        journeys.agreed(log, [Agreement("Stor", None, 1)])
    with pytest.raises(NoSuchName, match="'Xyz'"):
        journeys.agreed(log, [Agreement("Store", "Xyz", 1)])


def test_agreed_times_are_read_from_a_file(tmp_path):
    file = tmp_path / "agreed.toml"
    file.write_text(
        "[[agreement]]\ndepartment='Store'\nhours=2\n[[agreement]]\nfrom='Store'\nto='Transport'\nhours=1.5"
    )
    assert journeys.read_agreements(file) == (Agreement("Store", None, 2.0), Agreement("Store", "Transport", 1.5))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[[agreement", "no valid TOML"),
        ("hours = 2", "holds no agreed time"),
        ("agreement = 3", "holds no agreed time"),
        ("agreement = [3]", "Agreement 1 .* needs hours"),
        ("[[agreement]]\ndepartment='S'", "needs hours"),
        ("[[agreement]]\ndepartment='S'\nhours=-1", "needs hours"),
        ("[[agreement]]\ndepartment='S'\nhours=1e300", "from 0 to 10,000,000"),
        ("a = " + "[" * 5000, "no valid TOML"),
        ("[[agreement]]\ndepartment='S'\nhours=true", "needs hours"),
        ("[[agreement]]\ndepartment='S'\nto='T'\nhours=1", "either department"),
        ("[[agreement]]\nhours=1", "either department"),
        (
            "[[agreement]]\nfrom='S'\nto='S'\nhours=1",
            "Agreement 1 .* is from 'S' to itself, which is no handover. Name another .*, or write department",
        ),
        (
            "[[agreement]]\ndepartment='S'\nhours=1\n" * 2,
            "Agreements 1 and 2 .* are both for 'S'. Keep the one that holds.",
        ),
        (
            "[[agreement]]\nfrom='S'\nto='T'\nhours=1\n[[agreement]]\nfrom='S'\nto='T'\nhours=1",
            "Agreements 1 and 2 .* are both for the handover from 'S' to 'T'",
        ),
    ],
)
def test_a_file_of_agreed_times_that_says_too_little_is_refused(tmp_path, text, says):
    file = tmp_path / "agreed.toml"
    file.write_text(text)
    with pytest.raises(MizzleError, match=says):
        journeys.read_agreements(file)


def test_a_file_of_agreed_times_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(MizzleError, match="cannot be opened"):
        journeys.read_agreements(tmp_path / "nowhere.toml")


def test_suggestions_are_ranked_and_say_why(engine):
    channel = ["phone", None, None, None, None, None]
    log = events(
        engine,
        """
        a  intake       Desk  0 1
        a  repair       Shop  2 3
        a  Call-client  Desk  4 5
        b  intake       Desk  0 1
        b  internal-mail Shop 1 2
        b  Avslutt      Shop  3 4
        """,
        extras={"contact_type": [*channel[:3], "mail", None, None], "priority": ["1"] * 6},
    )
    found = {one.activity: one for one in journeys.suggest_perception_points(log)}
    assert next(iter(found)) == "Call-client"
    assert found["Call-client"].reasons == (
        "the name speaks of the customer",
        "the name speaks of talking or writing",
        "it comes last in 50% of cases",
    )
    assert found["intake"].reasons == (
        "it comes first in 100% of cases",
        "the channel (contact_type) is filled in here more than elsewhere",
    )
    assert "but its name also speaks of inner work" in found["internal-mail"].reasons
    assert "repair" not in found


def test_one_activity_alone_cannot_differ_in_its_channel(duckdb):
    log = events(duckdb, "a x D 0 1", extras={"channel": ["phone"]})
    (one,) = journeys.suggest_perception_points(log)
    assert one.reasons == ("it comes first in 100% of cases", "it comes last in 100% of cases")


@pytest.mark.parametrize(
    "name", ["Ring kunden", "Levert til mottaker", "Llamada al cliente", "Factura enviada", "Invoice"]
)
def test_words_of_three_languages_are_known(duckdb, name):
    log = events(duckdb, f"a {name.replace(' ', '-')} D 0 1\na zzz D 2 3\na yyy D 4 5")
    assert any("name speaks" in reason for one in journeys.suggest_perception_points(log) for reason in one.reasons)
