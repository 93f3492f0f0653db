"""Ratings of perception points: nothing shows before a block is full, and nothing says who rated what."""

from __future__ import annotations

import csv
import hashlib
import io
import itertools
import json
import re
import threading
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from django.apps import apps
from django.db import connection, connections, transaction
from django.test import Client
from django.utils.crypto import salted_hmac
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mizzle.estimate import wilson
from mizzle_web.journal.models import Entry
from mizzle_web.journeys.actions.drawn import draw_steps
from mizzle_web.journeys.actions.ratings import BLOCK, SALT, bring_counts, mark, rate, take_back_counts
from mizzle_web.journeys.figures.drawn import Step
from mizzle_web.journeys.figures.ratings import levels_word, median_word, results
from mizzle_web.journeys.models import RatingBlock, RatingReceipt, Side
from mizzle_web.page.refused import Refused
from mizzle_web.people.models import Member
from mizzle_web.people.roles import Role
from web.drawings import a_drawing, map_of
from web.workers import empty_journal

TOKEN = re.compile(
    r'(?<=name="csrfmiddlewaretoken" value=")[^"]+|(?<="X-CSRFToken": ")[^"]+|(?<=name="key" value=")[^"]+'
)
APRIL = datetime(2026, 4, 1, 8, tzinfo=UTC)


@pytest.fixture
def drawing(organisation, at):
    return a_drawing(at)


@pytest.fixture
def door(drawing):
    """The point at which things are carried in."""
    return drawing.steps.get(activity="Carry in")


@pytest.fixture
def crowd(person, browser_of):
    """Ten colleagues, each with a browser."""
    return [browser_of(person(f"Cato {chr(65 + n)}")) for n in range(10)]


def address(journey, page=""):
    return f"/map/{journey.public_id}/ratings{page}"


def send(browser, journey, levels, side=Side.SERVED):
    """Rate points, each by its step."""
    content = {f"level-{step.public_id}": level for step, level in levels.items()}
    return browser.post(address(journey, f"/rate?side={side}"), content)


def many(journey, step, levels, side=Side.SERVED, at=None, of="m"):
    """Let as many different members rate a point."""
    for number, level in enumerate(levels):
        by = f"{of}{number}"
        assert rate(journey=journey, side=side, levels={step.public_id: level}, by=by, at=at).new == 1


def point(journey, step):
    found = results(journey)
    (one,) = (one for one in (*found.shown, *found.neither) if one.step == step)
    return one


def text(page):
    return page.content.decode()


# --- nothing shows before a block is full ----------------------------------------------------------------------------
@pytest.fixture
def visible(drawing, lead_browser, person, browser_of):
    """Everything of a journey that anybody sees, without what differs by design."""
    watching = browser_of(person("Wanda Watcher"))
    pages = ("", ".csv", "/rate", "/rate?side=served", "/rate?side=provider")

    def look():
        seen = [text(watching.get(address(drawing, page))) for page in pages]
        seen += [text(lead_browser.get(address(drawing, page))) for page in (*pages, "/asked")]
        seen += [text(lead_browser.get(f"/map/{drawing.public_id}/{page}")) for page in ("steps", "drawn.csv")]
        seen += [map_of(watching, drawing), text(watching.get("/")), text(lead_browser.get("/"))]
        seen += [text(lead_browser.get("/journal/")), b"".join(lead_browser.get("/journal/entries.csv")).decode()]
        return [TOKEN.sub("", page) for page in seen]

    return look


@pytest.mark.parametrize("side", Side.values)
def test_after_every_single_rating_nothing_is_different_until_the_block_is_full(visible, crowd, drawing, door, side):
    before = visible()
    said = set()
    for number, browser in enumerate(crowd[: BLOCK - 1]):
        answer = send(browser, drawing, {door: 1 + number % 6}, side)
        assert answer.status_code == 302
        said.add(text(browser.get(answer.url)))
        assert visible() == before
    assert len({re.search(r'role="status">.*?</p>', page)[0] for page in said}) == 1  # who rated is told nothing either
    send(crowd[BLOCK - 1], drawing, {door: 6}, side)
    full = visible()
    assert full != before
    assert sum(point(drawing, door).sides[0].level.counts) == BLOCK
    for browser in crowd[BLOCK:]:
        send(browser, drawing, {door: 1}, side)
        assert visible() == full


def test_a_rating_touches_no_table_but_blocks_and_receipts(crowd, drawing, door):
    def tables():
        found = {}
        for model in apps.get_models():
            with connection.cursor() as cursor:
                cursor.execute(f'SELECT * FROM "{model._meta.db_table}"')
                rows = sorted(map(repr, cursor.fetchall()))
            found[model.__name__] = hashlib.sha256("".join(rows).encode()).hexdigest()
        return found

    before = tables()
    send(crowd[0], drawing, {door: 4})
    after = tables()
    assert {name for name in after if after[name] != before[name]} == {"RatingBlock", "RatingReceipt"}


def test_a_full_block_is_told_to_the_journal_without_a_person_a_point_or_a_level(crowd, drawing, door):
    before = Entry.objects.count()
    for browser in crowd[:BLOCK]:
        send(browser, drawing, {door: 4})
    (entry,) = Entry.objects.order_by("number")[before:]
    assert (entry.by, entry.verb, entry.thing) == ("system", "journey.ratings_shown", f"journey:{drawing.public_id}")
    assert entry.details == {"n_blocks": 1, "n_each": BLOCK}


def test_a_deleted_step_takes_its_ratings_along_and_nobody_sees_whether_there_were_any(visible, drawing, door, at):
    left = [
        Step(one.public_id, one.department, one.activity, one.is_point, one.promise, one.wait_hours, one.touch_hours)
        for one in drawing.steps.all()
        if one != door
    ]

    def after_deletion():
        draw_steps(journey=drawing, steps=left, version=2, by="system", at=at)
        return visible()[:-1]  # the journal has hashes

    with transaction.atomic():
        untouched = after_deletion()
        transaction.set_rollback(True)
    many(drawing, door, [3], at=at)
    assert after_deletion() == untouched
    assert not RatingBlock.objects.exists()
    assert not RatingReceipt.objects.filter(block__isnull=False).exists()


# --- who rates: once a month, once in a block ------------------------------------------------------------------------
def test_a_second_rating_in_a_month_is_refused_kindly_and_the_first_one_stands(crowd, drawing, door):
    send(crowd[0], drawing, {door: 2})
    answer = send(crowd[0], drawing, {door: 6})
    assert answer.status_code == 302
    page = text(crowd[0].get(answer.url))
    assert "You have rated this before" in page
    assert "Your first rating stands." in page
    assert RatingBlock.objects.get().counts == [0, 1, 0, 0, 0, 0]


def test_sides_and_points_count_apart(crowd, drawing, door):
    other = drawing.steps.get(activity="Take the order")
    send(crowd[0], drawing, {door: 2})
    send(crowd[0], drawing, {door: 2}, Side.PROVIDER)
    page = text(crowd[0].get(send(crowd[0], drawing, {door: 5, other: 5}).url))
    assert "1 rating is counted. 1 was counted before, and stands as it was." in page
    counted = [(one.step, one.side, one.counts) for one in RatingBlock.objects.order_by("pk")]
    assert counted == [
        (door, "served", [0, 1, 0, 0, 0, 0]),
        (door, "provider", [0, 1, 0, 0, 0, 0]),
        (other, "served", [0, 0, 0, 0, 1, 0]),
    ]


def test_who_comes_back_the_next_month_does_not_fill_a_block_alone(drawing, door, at):
    for month in range(12):
        then = at + timedelta(days=31 * month)
        counted = rate(journey=drawing, side="served", levels={door.public_id: 4}, by="m1", at=then)
        assert counted.new == (1 if not month else 0)
    assert RatingBlock.objects.get().n == 1


def test_once_a_block_is_full_everybody_counts_again_in_a_new_month(drawing, door, at):
    many(drawing, door, [4] * BLOCK, at=at)
    assert rate(journey=drawing, side="served", levels={door.public_id: 4}, by="m0", at=at).new == 0
    assert rate(journey=drawing, side="served", levels={door.public_id: 4}, by="m0", at=APRIL).new == 1


@pytest.fixture
def threads(transactional_db):
    """Let several threads see the database; the journal, which refuses to be emptied, is emptied behind its back."""
    yield
    empty_journal()


def test_ratings_that_come_at_the_same_moment_are_all_counted_and_each_member_once(threads, drawing, door, at):
    together = threading.Barrier(4)

    def rate_as(members):
        together.wait()
        try:
            for member in members:
                rate(journey=drawing, side="served", levels={door.public_id: 3}, by=member, at=at)
        finally:
            connections.close_all()

    crowd = [f"m{number}" for number in range(3 * BLOCK)]
    shares = [crowd[0::2], crowd[1::2], crowd[0::2], crowd[1::2]]  # each of them from two devices
    running = [threading.Thread(target=rate_as, args=(share,)) for share in shares]
    for one in running:
        one.start()
    for one in running:
        one.join()
    assert [(one.n, one.counts[2], one.number) for one in RatingBlock.objects.full()] == [
        (BLOCK, BLOCK, number) for number in (1, 2, 3)
    ]
    assert RatingBlock.objects.count() == 3


def test_receipts_are_forgotten_with_their_month_or_their_block(drawing, door, at):
    many(drawing, door, [4] * (BLOCK - 1), at=at)
    assert RatingReceipt.objects.count() == 2 * (BLOCK - 1)
    many(drawing, door, [4], at=at, of="last")
    assert set(RatingReceipt.objects.values_list("month_on", "block")) == {(date(2026, 3, 1), None)}
    many(drawing, door, [4], at=APRIL)
    assert RatingReceipt.objects.count() == 2


def test_receipts_lead_to_nobody_without_the_key_of_the_house(crowd, drawing, door, settings):
    for browser in crowd[:3]:
        send(browser, drawing, {door: 5})
    kept = set(RatingReceipt.objects.values_list("pk", flat=True))
    assert len(kept) == 6
    whens = [f"{year}-{month:02d}" for year in (2025, 2026) for month in range(1, 13)]
    whens += [f"block {number}" for number in range(1, 20)]
    tries = list(itertools.product(Member.objects.all(), drawing.steps.all(), Side.values, whens))

    def made_with(make):
        return {make(*one) for one in tries}

    assert kept <= made_with(lambda member, step, side, when: mark(member.actor, step, side, when))
    settings.SECRET_KEY = "another house entirely, with a key of its own"
    assert not kept & made_with(lambda member, step, side, when: mark(member.actor, step, side, when))
    for name in ("sha256", "sha1", "md5", "sha512"):
        plain = made_with(
            lambda member, step, side, when, name=name: hashlib.new(
                name, "\0".join((member.actor, str(step.public_id), side, when)).encode()
            ).hexdigest()[:64]
        )
        assert not kept & plain
    assert not kept & {salted_hmac(SALT, str(one), secret="", algorithm="sha256").hexdigest() for one in tries}


def test_nothing_of_a_rating_lies_beside_a_member_or_a_time(crowd, drawing, door):
    send(crowd[0], drawing, {door: 5})
    names = {field.name for model in (RatingBlock, RatingReceipt) for field in model._meta.get_fields()}
    assert not names & {"by", "at", "member", "created_at", "level"}
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT * FROM "{RatingReceipt._meta.db_table}"')
        rows = json.dumps(cursor.fetchall(), default=str)
    assert not any(str(member.public_id) in rows for member in Member.objects.all())
    assert "08:30" not in rows


# --- the form --------------------------------------------------------------------------------------------------------
def test_before_the_first_question_it_is_said_who_will_see_what(crowd, drawing):
    for page in ("/rate", "/rate?side=served"):
        html = text(crowd[0].get(address(drawing, page)))
        promise = html.index("from 8 different people on")
        assert "<form" not in html[html.index('<main class="main"') : promise]
    html = text(crowd[0].get(address(drawing, "/rate?side=served")))
    assert html.count('type="radio"') == 3 * 6
    for word in ("Broken", "Unforgettable", "Carry in · Transport", "In the promised window"):
        assert word in html


@pytest.mark.parametrize("content", [{}, {"level-other": "3"}])
def test_without_a_level_nothing_is_counted(crowd, drawing, content):
    page = crowd[0].post(address(drawing, "/rate?side=served"), content)
    assert page.status_code == 422
    assert "Choose a level for at least one point." in text(page)
    assert not RatingBlock.objects.exists()


@pytest.mark.parametrize("level", ["0", "7", "x", "1.5", ""])
def test_a_level_that_does_not_exist_is_not_counted(crowd, drawing, door, level):
    assert send(crowd[0], drawing, {door: level}).status_code == 422
    assert not RatingBlock.objects.exists()


def test_a_side_that_does_not_exist_leads_to_the_choice(crowd, drawing, door):
    page = send(crowd[0], drawing, {door: 3}, "other")
    assert (page.status_code, "From which side do you rate?" in text(page)) == (200, True)
    assert not RatingBlock.objects.exists()


def test_the_action_itself_refuses_strange_sides_levels_and_points(drawing, door, at):
    process = drawing.steps.get(activity="Pick")
    for side, levels, code in (
        ("other", {door.public_id: 3}, "no_level"),
        ("served", {door.public_id: 7}, "no_level"),
        ("served", {}, "no_level"),
        ("served", {process.public_id: 3}, "no_such_point"),
    ):
        with pytest.raises(Refused) as refusal:
            rate(journey=drawing, side=side, levels=levels, by="m", at=at)
        assert refusal.value.code == code


def test_a_journey_without_perception_points_cannot_be_rated_and_says_so(crowd, organisation, at):
    journey = a_drawing(at, [("Store", "Pick", False, "", 1, 1)])
    for page in ("", "/rate", "/rate?side=served"):
        assert "No perception point yet" in text(crowd[0].get(address(journey, page)))


def test_a_measured_journey_has_no_ratings(crowd, journey):
    for page in ("", ".csv", "/rate"):
        assert crowd[0].get(address(journey, page)).status_code == 404


# --- what is shown ---------------------------------------------------------------------------------------------------
def test_both_sides_their_share_and_their_gap_are_shown_in_words(crowd, drawing, door, at):
    many(drawing, door, [4, 4, 4, 4, 5, 5, 3, 4], Side.PROVIDER, at)
    many(drawing, door, [3, 3, 3, 3, 2, 4, 4, 3], Side.SERVED, at)
    html = text(crowd[0].get(address(drawing)))
    assert "At 1 of 1 points both sides see it differently" in html
    assert "Those who serve see it 1 level higher: Wished for. Those who are served say: Expected." in html
    assert "Gap +1" in html
    low, high = wilson(2 / 8, 8)
    assert f"25\u202f% at Wished for or above ({100 * low:.0f}\u202f% to {100 * high:.0f}\u202f%)" in html
    assert "Those who are served: Bare 1, Expected 5, Wished for 2" in html
    lines = list(csv.reader(io.StringIO(text(crowd[0].get(address(drawing, ".csv"))).removeprefix("\ufeff"))))
    assert len(lines) == 3
    served = dict(zip(lines[0], lines[2], strict=True))
    assert [served[name] for name in ("Answers", "Broken", "Expected", "Wished for")] == ["8", "0", "5", "2"]
    assert float(served["Low end, 95 %"]) == pytest.approx(low)
    assert served["Gap in levels, those who serve less those who are served"] == "1.0"


def test_a_gap_keeps_its_sign(crowd, drawing, door, at):
    many(drawing, door, [3] * 8, Side.PROVIDER, at)
    many(drawing, door, [4] * 4 + [5] * 4, Side.SERVED, at)
    html = text(crowd[0].get(address(drawing)))
    assert "Those who are served see it 1 level and a half higher: between Wished for and Surprising." in html
    assert "Gap \u22121.5" in html


def test_points_of_one_side_are_listed_and_not_averaged(crowd, drawing, door, at):
    first, last = drawing.steps.get(activity="Take the order"), drawing.steps.get(activity="Send the invoice")
    many(drawing, door, [3] * 8, Side.PROVIDER, at)
    many(drawing, first, [3] * 8, Side.SERVED, at)
    many(drawing, last, [3] * 7, Side.SERVED, at)
    found = results(drawing)
    assert [[one.step for one in group] for group in (found.both, found.provider_only, found.served_only)] == [
        [],
        [door],
        [first],
    ]
    assert [one.step for one in found.neither] == [last]
    html = text(crowd[0].get(address(drawing)))
    assert "Rated by those who serve only" in html
    assert "How is it where the customer meets it?" in html
    assert "Gap" not in html


def test_a_point_that_is_none_any_more_is_not_shown(drawing, door, at):
    many(drawing, door, [3] * 8, at=at)
    door.is_point = False
    door.save()
    assert results(drawing).shown == ()


def test_a_gift_that_wore_off_is_listed_with_both_levels_and_days(crowd, drawing, door, at):
    many(drawing, door, [5] * 8, at=at)
    many(drawing, door, [4] * 8, at=APRIL, of="n")
    many(drawing, door, [3] * 8, at=APRIL + timedelta(days=40), of="o")
    worn = point(drawing, door).worn
    assert (worn.first, worn.first_on, worn.last, worn.last_on) == (
        "Surprising", date(2026, 3, 2), "Expected", date(2026, 5, 11),
    )  # fmt: skip
    html = text(crowd[0].get(address(drawing)))
    assert "1 perception point is rated lower now than at first" in html
    assert "What surprised the first time is expected the third." in html
    assert re.search(r"Surprising \(2 March 2026\), now Expected \(11 May 2026\)", html)


@pytest.mark.parametrize(
    ("first", "later"),
    [([3] * 8, [3] * 8), ([3] * 8, [4] * 8), ([4] * 8, [3] * 4 + [4] * 4)],  # alike, higher, half a level lower
)
def test_a_level_that_stayed_rose_or_fell_by_less_than_one_is_no_worn_gift(drawing, door, at, first, later):
    many(drawing, door, first, at=at)
    many(drawing, door, later, at=APRIL, of="n")
    assert point(drawing, door).worn is None


def test_blocks_of_one_day_are_one_and_customers_are_not_set_beside_colleagues(drawing, door, at):
    many(drawing, door, [5] * 8, at=at)
    many(drawing, door, [2] * 8, at=at, of="n")
    assert point(drawing, door).worn is None
    counts = [8, 0, 0, 0, 0, 0]
    asked = {"journey": drawing, "point": door.public_id, "counts": counts, "by": "system", "at": APRIL}
    bring_counts(**asked, on=APRIL.date(), key="a")
    assert point(drawing, door).worn is None
    bring_counts(**asked | {"counts": counts[::-1]}, on=at.date(), key="b")
    assert point(drawing, door).worn.first == "Unforgettable"


@pytest.mark.parametrize(
    ("levels", "words"),
    [(0.5, "half a level"), (1, "1 level"), (1.5, "1 level and a half"), (2, "2 levels"), (2.5, "2 levels and a half")],
)
def test_levels_are_said_in_words(levels, words):
    assert levels_word(levels) == words


def test_a_level_in_the_middle_has_one_name_or_two():
    assert [median_word(one) for one in (None, 3.0, 3.5)] == ["", "Expected", "between Expected and Wished for"]


# --- customers who were asked ----------------------------------------------------------------------------------------
def counts(step, *levels, key="k1", on="2026-03-01"):
    told = {f"level_{number}": value for number, value in enumerate(levels, 1)}
    return {"point": str(step.public_id), "on": on, "key": key, **told}


def test_counts_of_customers_who_were_asked_are_shown_at_once_and_say_so(lead_browser, crowd, drawing, door):
    answer = lead_browser.post(address(drawing, "/asked"), counts(door, "", "1", "2", "5", "4"))
    assert (answer.status_code, answer.url) == (302, address(drawing))
    html = text(crowd[0].get(address(drawing)))
    assert "12 answers, 12 of customers who were asked" in html
    assert "75\u202f% at Wished for or above" in html
    entry = Entry.objects.order_by("number").last()
    assert (entry.verb, entry.details) == ("journey.customers_asked", {"point": str(door.public_id), "n_answers": 12})


def test_the_same_counts_sent_twice_are_entered_once(lead_browser, drawing, door):
    for _ in range(2):
        assert lead_browser.post(address(drawing, "/asked"), counts(door, "8")).status_code == 302
    assert RatingBlock.objects.count() == 1
    lead_browser.post(address(drawing, "/asked"), counts(door, "8", key="k2"))
    assert [one.number for one in RatingBlock.objects.all()] == [1, 2]


@pytest.mark.parametrize(
    ("levels", "more", "sentence"),
    [
        (("7",), {}, "Ask at least 8 customers."),
        ((), {}, "Ask at least 8 customers."),
        (("-1", "9"), {}, "Give 0 or more."),
        (("many",), {}, "Give a whole number, or nothing."),
        (("100000", "100000"), {}, "too many customers"),
        (("100001",), {}, "too many customers"),
        (("8",), {"on": "2026-03-03"}, "Give a day that has come."),
        (("8",), {"on": "yesterday"}, "Enter a valid date."),
    ],
)
def test_counts_that_cannot_be_are_refused_at_their_field(lead_browser, drawing, door, levels, more, sentence):
    page = lead_browser.post(address(drawing, "/asked"), counts(door, *levels, **more))
    assert page.status_code == 422
    assert sentence in text(page)
    assert 'class="error-summary"' in text(page)
    assert not RatingBlock.objects.exists()


def test_a_step_that_is_no_point_takes_no_counts(lead_browser, drawing):
    page = lead_browser.post(address(drawing, "/asked"), counts(drawing.steps.get(activity="Pick"), "8"))
    assert page.status_code == 422


def test_counts_are_taken_back_as_a_whole_and_only_they(lead_browser, drawing, door, at):
    many(drawing, door, [3] * 8, at=at)
    lead_browser.post(address(drawing, "/asked"), counts(door, "9"))
    page = text(lead_browser.get(address(drawing, "/asked")))
    number = re.search(r'name="number" value="(\d+)"', page)[1]
    sent = {"point": str(door.public_id), "number": number}
    for _ in range(2):
        assert lead_browser.post(address(drawing, "/take-back"), sent).status_code == 302
    assert [one.is_asked for one in RatingBlock.objects.all()] == [False]
    assert Entry.objects.filter(verb="journey.customers_taken_back").count() == 1
    for strange in ({}, {"point": "x", "number": "1"}, {"point": str(door.public_id), "number": "x"}):
        assert lead_browser.post(address(drawing, "/take-back"), strange).status_code == 302
    process = drawing.steps.get(activity="Pick").public_id
    with pytest.raises(Refused):
        take_back_counts(journey=drawing, point=process, number=1, by="system", at=at)


def test_numbers_of_asked_blocks_tell_nothing_of_ratings_that_are_not_shown(lead_browser, drawing, door, at):
    many(drawing, door, [3] * 5, at=at)
    lead_browser.post(address(drawing, "/asked"), counts(door, "9"))
    assert 'name="number" value="1"' in text(lead_browser.get(address(drawing, "/asked")))


# --- who may ---------------------------------------------------------------------------------------------------------
def test_everybody_rates_but_only_who_looks_after_journeys_enters_counts(crowd, person, browser_of, drawing, door):
    leader = browser_of(person("Lena Leader", Role.LEADER))
    for browser in (crowd[0], leader):
        assert browser.get(address(drawing)).status_code == 200
        assert send(browser, drawing, {door: 3}).status_code == 302
        assert browser.get(address(drawing, "/asked")).status_code == 403
        assert browser.post(address(drawing, "/asked"), counts(door, "9")).status_code == 403
        assert browser.post(address(drawing, "/take-back"), {}).status_code == 403
    outside = Client()
    for page in ("", ".csv", "/rate", "/asked"):
        assert outside.get(address(drawing, page)).status_code == 302
    assert outside.post(address(drawing, "/rate?side=served"), {f"level-{door.public_id}": 3}).status_code == 302
    assert RatingBlock.objects.get().n == 2


# --- properties ------------------------------------------------------------------------------------------------------
ratings = st.lists(
    st.tuples(st.integers(0, 10), st.sampled_from(Side.values), st.integers(1, 6), st.integers(0, 2)), max_size=60
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ratings)
def test_blocks_are_whole_of_different_people_and_hold_what_was_counted(drawing, door, at, given_ratings):
    """Against a plain model: who may count when, and which levels are shown."""
    with transaction.atomic():
        month, filling, shown, counted_in = 0, {}, {side: Counter() for side in Side.values}, set()
        for member, side, level, later in given_ratings:
            month += later
            then = at + timedelta(days=31 * month)
            inside = filling.setdefault(side, {})
            is_new = member not in inside and (member, side, f"{then:%Y-%m}") not in counted_in
            done = rate(journey=drawing, side=side, levels={door.public_id: level}, by=f"m{member}", at=then)
            assert done == (int(is_new), int(not is_new))
            if is_new:
                counted_in.add((member, side, f"{then:%Y-%m}"))
                inside[member] = level
            if len(inside) == BLOCK:
                shown[side].update(inside.values())
                filling[side] = {}
            found = {one.side: one.level for one in point(drawing, door).sides}
            for each in Side.values:
                wanted = tuple(shown[each][number] for number in range(1, 7))
                assert (found[each].counts if each in found else (0,) * 6) == wanted
        transaction.set_rollback(True)
