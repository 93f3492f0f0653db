"""The page on which people say at which activities the customer perceives the service."""

from __future__ import annotations

import csv
import io

import pytest
from django.utils import translation

from mizzle_web.jobs.models import Job
from mizzle_web.journal.models import Entry
from mizzle_web.journeys.actions.journeys import mark_points, put_away, rename_journey
from mizzle_web.journeys.figures.chosen import A_PAGE, MOST_SUGGESTED, choice, fingerprint
from mizzle_web.journeys.figures.reasons import in_one_line, in_words
from mizzle_web.journeys.models import Journey
from mizzle_web.people.roles import Role

FIRST = ["the name speaks of asking or promising", "it comes first in 64% of cases"]
ACTIVITIES = {"Order": 900, "Pick the goods": 850, "Call ahead": 400, "Carry it in": 390, "Print labels": 20}
SUGGESTIONS = [
    {"activity": "Order", "score": 0.65, "events": 900, "reasons": FIRST},
    {"activity": "Call ahead", "score": 0.45, "events": 400, "reasons": ["the name speaks of talking or writing"]},
]


@pytest.fixture
def told(journey):
    """Say what the logs have, as the joining of logs does."""

    def tell(activities=ACTIVITIES, suggestions=SUGGESTIONS, **more):
        journey.table_digest = "d" * 64
        journey.table_facts = {"activities": activities, "suggestions": suggestions, "departments": []} | more
        journey.save()
        return journey

    return tell


@pytest.fixture
def many():
    """3,000 activities, of which every hundredth speaks of the customer."""
    return {f"Step {number:04d} åpne" if number % 100 else f"Kunde {number:04d}": number + 1 for number in range(3000)}


def address(journey, more=""):
    return f"/map/{journey.public_id}/points{more}"


def fresh(journey):
    return Journey.objects.get(pk=journey.pk)


def boxes(answer):
    """Every box of a page, and whether it is ticked."""
    found = answer.context["choice"]
    some = [*found.ticked, *found.suggested, *(one for group in found.others for one in group.activities)]
    return {one.name: one.is_ticked for one in some}


def sent(answer, *, tick=(), untick=(), **more):
    """What a browser sends from a page, with some boxes changed."""
    ticked = [name for name, is_ticked in boxes(answer).items() if (is_ticked or name in tick) and name not in untick]
    hidden = {name: answer.context[name] for name in ("version", "was", "kept")}
    return hidden | {"point": ticked, "q": answer.context["words"]} | more


def test_nothing_is_ticked_until_somebody_ticks_it_and_suggestions_come_first_with_their_reasons(told, lead_browser):
    answer = lead_browser.get(address(told()))
    assert set(boxes(answer)) == set(ACTIVITIES)
    assert not any(boxes(answer).values())
    assert [one.name for one in answer.context["choice"].suggested] == ["Order", "Call ahead"]
    page = answer.content.decode()
    assert "The name speaks of asking or promising; it comes first in 64%" in page.replace("\u202f", "")
    assert " checked" not in page
    assert page.index("Suggested") < page.index("All others")


def test_what_is_ticked_is_saved_and_the_figures_begin(told, lead, lead_browser):
    journey = told()
    answer = lead_browser.get(address(journey))
    done = lead_browser.post(address(journey), sent(answer, tick=["Order", "Carry it in"], save="1"))
    assert (done.status_code, done.headers["Location"]) == (302, f"/map/{journey.public_id}/")
    assert fresh(journey).points == ["Carry it in", "Order"]
    entry = Entry.objects.get(verb="journey.points_marked")
    assert (entry.by, entry.details) == (lead.actor, {"n_points": 2})
    assert Job.objects.filter(kind="journeys.measure").exists()


def test_the_same_form_sent_twice_is_one_change(told, lead_browser):
    journey = told()
    form = sent(lead_browser.get(address(journey)), tick=["Order"], save="1")
    assert [lead_browser.post(address(journey), form).status_code for _time in range(2)] == [302, 302]
    assert Entry.objects.filter(verb="journey.points_marked").count() == 1
    assert Job.objects.filter(kind="journeys.measure").count() == 1


def test_a_journey_may_go_without_any_perception_point(told, lead_browser):
    journey = told()
    mark_points(journey=journey, points=["Order"], version=1, by="system", at=journey.created_at)
    form = sent(lead_browser.get(address(journey)), untick=["Order"], save="1")
    assert lead_browser.post(address(journey), form).status_code == 302
    assert fresh(journey).points == []


def test_before_a_log_is_there_the_page_says_so(journey, lead_browser):
    answer = lead_browser.get(address(journey))
    assert answer.status_code == 200
    assert "Bring the first log, then choose here." in answer.content.decode()
    assert '<form method="post" class="mt-6"' not in answer.content.decode()


def test_three_thousand_activities_stay_legible(told, many, lead_browser):
    suggested = [{"activity": name, "score": 0.45, "events": 1, "reasons": []} for name in many if name[0] == "K"]
    answer = lead_browser.get(address(told(many, suggested)))
    found = answer.context["choice"]
    assert len(found.suggested) == MOST_SUGGESTED
    assert len(boxes(answer)) == MOST_SUGGESTED + A_PAGE
    assert found.n_pages == -(-(3000 - MOST_SUGGESTED) // A_PAGE)
    assert len(answer.content) < 60_000
    last = lead_browser.get(address(told(many, suggested), f"?page={found.n_pages}"))
    assert "Step 2999 åpne" in boxes(last)
    assert lead_browser.get(address(told(many, suggested), "?page=999999999999999999999")).status_code == 200


def test_looking_finds_without_case_and_accents_and_has_an_address_of_its_own(told, many, lead_browser):
    journey = told(many, [])
    answer = lead_browser.get(address(journey, "?q=0017+APNE"))
    assert set(boxes(answer)) == {"Step 0017 åpne"}
    answer = lead_browser.post(address(journey), sent(lead_browser.get(address(journey)), q="kunde 29", look="1"))
    assert answer.headers["Location"] == address(journey, "?q=kunde+29")
    found = lead_browser.get(answer.headers["Location"])
    assert len(boxes(found)) == 1
    none = lead_browser.get(address(journey, "?q=nothing+of+that+kind"))
    assert "No activity is called that" in none.content.decode()


def test_no_search_and_no_page_loses_a_tick(told, many, lead_browser):
    journey = told(many, [])
    answer = lead_browser.get(address(journey))
    answer = lead_browser.post(address(journey), sent(answer, tick=["Kunde 0000"], q="step 0017", look="1"))
    assert answer.status_code == 200
    assert "Not saved yet." in answer.content.decode()
    assert "1 ticked one is not shown here, and stays ticked." in answer.content.decode()
    answer = lead_browser.post(address(journey), sent(answer, tick=["Step 0017 åpne"], all="1"))
    answer = lead_browser.post(address(journey), sent(answer, page="3"))
    assert [one.name for one in answer.context["choice"].ticked] == ["Kunde 0000", "Step 0017 åpne"]
    assert answer.context["choice"].page == 3
    assert fresh(journey).points == []
    answer = lead_browser.post(address(journey), sent(answer, untick=["Kunde 0000"], q="step 00", look="1"))
    lead_browser.post(address(journey), sent(answer, save="1"))
    assert fresh(journey).points == ["Step 0017 åpne"]


def test_looking_writes_nothing(told, lead_browser):
    journey = told()
    before = Entry.objects.count()
    lead_browser.post(address(journey), sent(lead_browser.get(address(journey)), tick=["Order"], q="call", look="1"))
    assert Entry.objects.count() == before
    assert fresh(journey).version == journey.version


def test_all_of_three_thousand_can_be_ticked(told, many, lead_browser):
    journey = told(many, [])
    mark_points(journey=journey, points=list(many), version=1, by="system", at=journey.created_at)
    answer = lead_browser.get(address(journey))
    form = sent(answer, untick=["Kunde 0000"], save="1")
    assert len(form["point"]) < 900
    assert lead_browser.post(address(journey), form).status_code == 302
    assert len(fresh(journey).points) == 2999


def test_an_activity_that_went_away_with_its_log_is_named_and_the_other_ticks_stay(told, lead_browser):
    journey = told()
    form = sent(lead_browser.get(address(journey)), tick=["Order", "Call ahead"], save="1")
    told({"Call ahead": 3}, [])
    answer = lead_browser.post(address(journey), form)
    assert answer.status_code == 422
    assert "“Order” is in no log of this journey any more." in answer.content.decode()
    assert boxes(answer) == {"Call ahead": True}
    assert lead_browser.post(address(journey), sent(answer, save="1")).status_code == 302
    assert fresh(journey).points == ["Call ahead"]


def test_a_chosen_activity_that_no_log_has_now_is_told_and_falls_away_by_saving(told, lead_browser):
    journey = told()
    mark_points(journey=journey, points=["Order", "Call ahead"], version=1, by="system", at=journey.created_at)
    told({"Call ahead": 3}, [])
    Journey.objects.filter(pk=journey.pk).update(points=["Call ahead", "Order"], version=2)
    answer = lead_browser.get(address(journey))
    assert "in no log now: Order. It falls away when you save." in answer.content.decode()
    lead_browser.post(address(journey), sent(answer, save="1"))
    assert fresh(journey).points == ["Call ahead"]


def test_two_people_at_once_see_both_and_nothing_is_lost(told, lead_browser):
    journey = told()
    form = sent(lead_browser.get(address(journey)), tick=["Order", "Carry it in"], save="1")
    mark_points(journey=journey, points=["Order", "Call ahead"], version=1, by="system", at=journey.created_at)
    answer = lead_browser.post(address(journey), form)
    assert answer.status_code == 409
    assert [one[1:] for one in answer.context["both"]] == [("Carry it in", "Call ahead")]
    again = dict(answer.context["again"]) | {"version": answer.context["version"]}
    assert lead_browser.post(address(journey), again).status_code == 302
    assert fresh(journey).points == ["Carry it in", "Order"]


def test_a_new_name_of_the_journey_in_the_meantime_is_no_conflict(told, lead_browser):
    journey = told()
    form = sent(lead_browser.get(address(journey)), tick=["Order"], save="1")
    rename_journey(journey=journey, name="Orders", version=1, by="system", at=journey.created_at)
    assert lead_browser.post(address(journey), form).status_code == 302
    assert (fresh(journey).points, fresh(journey).name) == (["Order"], "Orders")


def test_a_journey_that_was_put_away_meanwhile_says_so(told, lead_browser):
    journey = told()
    form = sent(lead_browser.get(address(journey)), tick=["Order"], save="1")
    put_away(journey=journey, by="system", at=journey.created_at)
    answer = lead_browser.post(address(journey), form)
    assert answer.status_code == 409
    assert "This journey was put away in the meantime." in answer.content.decode()
    assert lead_browser.get(address(journey)).status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [{}, {"version": "one"}, {"was": ""}, {"kept": "{"}, {"kept": "[1]"}, {"kept": '{"a": 1}'}, {"point": ["x" * 300]}],
)
def test_what_no_page_sends_breaks_nothing(told, lead_browser, wrong):
    journey = told()
    given = {"version": 1, "was": fingerprint([]), "kept": "[]", "save": "1"} if wrong else {}
    answer = lead_browser.post(address(journey), given | wrong)
    assert answer.status_code in (302, 400, 422)
    assert fresh(journey).points == []


def test_a_name_with_signs_is_shown_as_it_is_and_comes_back_whole(told, lead_browser):
    names = {'<b>Größe & "Maß"</b>': 1, "Order; =1+1": 2, "Two\nlines": 3}
    journey = told(names, [])
    answer = lead_browser.get(address(journey))
    assert "<b>Größe" not in answer.content.decode()
    form = sent(answer, tick=names, save="1")
    form["point"] = [name.replace("\n", "\r\n") for name in form["point"]]
    assert lead_browser.post(address(journey), form).status_code == 302
    assert fresh(journey).points == sorted(names)


@pytest.mark.parametrize(("role", "status"), [(Role.ANALYST, 200), (Role.LEADER, 403), (None, 403)])
def test_only_who_looks_after_journeys_chooses(told, person, browser_of, role, status):
    browser = browser_of(person("Sam Somebody", *([role] if role else [])))
    journey = told()
    for more in ("", "/points.csv"):
        assert browser.get(address(journey, more)).status_code == status


def test_a_drawn_journey_has_no_such_page(told, lead_browser):
    journey = told()
    Journey.objects.filter(pk=journey.pk).update(kind="drawn")
    assert lead_browser.get(address(journey)).status_code == 404


def test_the_table_has_every_activity_and_no_formula(told, lead_browser):
    journey = told({"=1+1": 5, "Order": 900})
    Journey.objects.filter(pk=journey.pk).update(points=["Gone", "Order"])
    answer = lead_browser.get(address(journey, "/points.csv"))
    assert 'filename="from-order-to-delivery-perception-points.csv"' in answer.headers["Content-Disposition"]
    rows = list(csv.reader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))
    assert rows[1:] == [
        ["'=1+1", "5", "no", "", "yes"],
        ["Gone", "0", "yes", "", "no"],
        ["Order", "900", "yes", in_one_line(FIRST), "yes"],
    ]


def test_every_reason_of_the_measure_is_said_in_words_of_the_house():
    from mizzle.journeys import suggestions

    with translation.override("en"):
        for reason in (*suggestions._WORDS, "but its name also speaks of inner work"):
            assert in_words(reason) == reason
        assert in_words("it comes last in 100% of cases").replace("\u202f", "") == "it comes last in 100% of cases"
        assert in_words("the channel (a) b) is filled in here more than elsewhere").startswith("the channel (a) b) is")
        assert in_words("something new") == "something new"


def test_groups_have_letters_only_where_there_are_many(told):
    few = choice(told(), [])
    assert [group.letter for group in few.others] == [""]
    some = {f"{letter}{number}": 1 for letter in "aÅb1" for number in range(10)}
    assert [group.letter for group in choice(told(some, []), []).others] == ["#", "A", "B"]


def test_ticks_are_one_thing_in_any_order():
    assert fingerprint(["a", "b"]) == fingerprint(["b", "a", "a"]) != fingerprint(["a,b"])


def test_reading_records_nothing(told, lead_browser):
    journey = told()
    before = Entry.objects.count(), Job.objects.count(), fresh(journey).version
    for more in ("", "?q=order", "?page=2", "/points.csv"):
        assert lead_browser.get(address(journey, more)).status_code == 200
    assert (Entry.objects.count(), Job.objects.count(), fresh(journey).version) == before
