"""Agreed times: one proposes, somebody else says yes, and nothing of what was agreed before is lost."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mizzle.estimate import Estimate, Interval, Spread
from mizzle.journeys.results import Agreed, Handover
from mizzle.journeys.results import Agreement as Told
from mizzle_web.jobs.models import Job
from mizzle_web.journal.actions import SYSTEM
from mizzle_web.journal.models import Entry
from mizzle_web.journeys.actions.agreements import agree_time, end_time, propose_time, withdraw_time
from mizzle_web.journeys.actions.departments import link_departments
from mizzle_web.journeys.actions.journeys import put_away
from mizzle_web.journeys.figures import agreed_times
from mizzle_web.journeys.figures.agreed_times import MOST_ON_TODAY, exact_hours, history, people_of, turn_of
from mizzle_web.journeys.figures.kept import digest_of
from mizzle_web.journeys.figures.view import View
from mizzle_web.journeys.forms.agreements import read_hours
from mizzle_web.journeys.models import Agreement, Journey
from mizzle_web.page.refused import Changed, Refused
from mizzle_web.people.actions.members import let_go
from mizzle_web.people.actions.roles import give_role
from mizzle_web.people.actions.units import open_unit
from mizzle_web.people.models import Member
from mizzle_web.people.roles import Role
from web.test_access import digest

DEPARTMENTS = ["Billing", "Drivers", "Warehouse"]


@pytest.fixture
def told(journey, at, units):
    """Three departments of which two are units, as the logs and the page of departments have told."""
    units["WH"] = open_unit(code="WH", name="Warehouse", parent=None, on=at.date(), by=SYSTEM, at=at)
    units["HR"] = open_unit(code="HR", name="People", parent=None, on=at.date(), by=SYSTEM, at=at)
    journey.table_digest = "d" * 64
    months = dict.fromkeys(("first_at", "last_at"), at.isoformat())
    journey.table_facts = {"departments": DEPARTMENTS, "activities": {}, "suggestions": []} | months
    journey.save()
    choices = {"Drivers": "unit:DR", "Warehouse": "unit:WH"}
    link_departments(journey=journey, choices=choices, seen={}, by=SYSTEM, at=at)
    return journey


@pytest.fixture
def leader(told, person, units, at):
    """Make a leader of one unit and of what is under it."""

    def make(name, code):
        found = person(name, unit=code)
        give_role(member=found, role=Role.LEADER, unit=units[code], by=SYSTEM, at=at)
        return Member.objects.get(pk=found.pk)

    return make


@pytest.fixture
def dora(leader):
    return leader("Dora Driver", "DR")


@pytest.fixture
def wim(leader):
    return leader("Wim Warehouse", "WH")


@pytest.fixture
def hugo(leader):
    return leader("Hugo Human", "HR")


@pytest.fixture
def proposed(told, dora, at):
    """A time for the wait between warehouse and drivers, by the leader of the drivers."""
    return propose(told, dora, at, 12)


def propose(journey, member, at, hours, pair=("Warehouse", "Drivers"), version=None):
    if version is None:
        open_ones = Agreement.objects.open().filter(department=pair[0], to_department=pair[1])
        version = turn_of(open_ones)
    return propose_time(
        journey=journey,
        department=pair[0],
        to_department=pair[1],
        hours=hours,
        version=version,
        by=member.actor,
        at=at,
    )


def address(journey, more=""):
    return f"/map/{journey.public_id}/agreements{more}"


def act(browser, agreement, what):
    return browser.post(address(agreement.journey, f"/{agreement.public_id}/{what}"))


def fresh(one):
    return type(one).objects.get(pk=one.pk)


def text(answer):
    return " ".join(answer.content.decode().replace("\u202f", " ").split())


def verbs():
    return list(Entry.objects.filter(verb__startswith="journey.time").order_by("number").values_list("verb", flat=True))


@pytest.mark.parametrize(
    ("written", "hours"),
    [
        *(("12", 12), ("1.5", 1.5), ("1,5", 1.5), ("36 h", 36), ("36h", 36), (" 2 DAYS ", 48), ("2 days", 48)),
        *(("2 días", 48), ("1,5 días", 36), ("4 horas", 4), ("30 min", 0.5), ("45 minutos", 0.75), ("1 hora", 1)),
        *(("2 dager", 48), ("3 døgn", 72), ("4 timer", 4), ("1 time", 1), ("8 t", 8), ("20 minutter", 1 / 3)),
        *(("1 day 4 h", 28), ("1 día y 4 horas", 28), ("1 døgn og 4 t", 28), ("1 week", 168), ("2 d., 3 h", 51)),
    ],
)
def test_a_time_is_read_as_people_write_it(written, hours):
    assert read_hours(written) == pytest.approx(hours)


@pytest.mark.parametrize(
    "written", ["", "soon", "h", "-2", "1.500,5", "1 2", "2 days 3", "3 moons", "1e3", "12:30", "∞", "٣ h", "1" * 9]
)
def test_what_is_no_time_is_not_guessed(written):
    assert read_hours(written) is None


@pytest.mark.parametrize(
    ("hours", "said"),
    [(12, "12 h"), (1.5, "1.5 h"), (0.5, "30 min"), (0.3333, "0.3333 h"), (72, "72 h"), (1000, "1000 h")],
)
def test_a_promise_is_never_rounded(hours, said):
    assert exact_hours(hours).replace("\u202f", " ") == said


def test_one_proposes_and_another_agrees_and_then_the_figures_begin(told, dora, wim, browser_of):
    form = {"department": "Warehouse", "to_department": "Drivers", "hours": "1 day", "version": 0}
    done = browser_of(dora).post(address(told, "/propose"), form)
    assert (done.status_code, done.headers["Location"]) == (302, address(told))
    made = Agreement.objects.get()
    assert (made.hours, made.proposed_by, made.is_agreed) == (24, dora.actor, False)
    assert not Job.objects.exists()
    page = browser_of(wim).get(address(told))
    assert "Dora Driver" not in text(page)
    assert "Drivers proposed it on 2 March 2026." in text(page)
    assert "Agree to 24 h" in text(page)
    assert act(browser_of(wim), made, "agree").status_code == 302
    made = fresh(made)
    assert (made.agreed_by, made.is_agreed) == (wim.actor, True)
    assert Job.objects.filter(kind="journeys.measure").count() == 1
    assert verbs() == ["journey.time_proposed", "journey.time_agreed"]
    entry = Entry.objects.get(verb="journey.time_agreed")
    assert entry.details == {"hours": 24, "before": None, "proposed_by": dora.actor}


def test_nobody_agrees_to_their_own_proposal_whoever_they_are(told, proposed, dora, lead, lead_browser, browser_of, at):
    page = browser_of(dora).get(address(told))
    assert "You proposed it on 2 March 2026. Somebody else says yes." in text(page)
    assert "Agree to" not in text(page)
    answer = act(browser_of(dora), proposed, "agree")
    assert answer.status_code == 409
    assert "Somebody else must agree to it: a promise has two sides." in text(answer)
    own = propose(told, lead, at, 5, ("Billing", ""))
    assert act(lead_browser, own, "agree").status_code == 409
    assert not Agreement.objects.holding().exists()


def test_one_of_the_two_looks_after_a_unit_of_one_side(told, hugo, leader, wim, lead, at):
    other = leader("Hanna Human", "HR")
    far = propose(told, hugo, at, 12)
    with pytest.raises(Refused, match="look after a unit"):
        agree_time(agreement=far, by=other.actor, at=at)
    agree_time(agreement=far, by=wim.actor, at=at)
    near = propose(told, wim, at, 10)
    agree_time(agreement=near, by=hugo.actor, at=at)
    unlinked = propose(told, wim, at, 10, ("Billing", ""))
    with pytest.raises(Refused, match="look after a unit"):
        agree_time(agreement=unlinked, by=hugo.actor, at=at)
    agree_time(agreement=unlinked, by=lead.actor, at=at)
    assert Agreement.objects.holding().count() == 2


def test_the_page_says_who_can_say_yes(told, hugo, wim, leader, browser_of, at):
    other = leader("Hanna Human", "HR")
    propose(told, hugo, at, 12)
    propose(told, wim, at, 10, ("Billing", ""))
    page = text(browser_of(other).get(address(told)))
    assert "A leader of one of the two departments, or the service lead, can say yes." in page
    assert "No unit is linked to it yet, so only the service lead can say yes." in page
    assert "Agree to" not in page


def test_who_proposed_and_has_left_counts_no_longer(told, dora, hugo, proposed, at):
    let_go(member=dora, by=SYSTEM, at=at)
    with pytest.raises(Refused, match="look after a unit"):
        agree_time(agreement=proposed, by=hugo.actor, at=at)


# --- on Today ---------------------------------------------------------------------------------------------------------
YES = "Times that wait for your yes"


def today(browser):
    return text(browser.get("/"))


def test_a_proposal_waits_on_today_for_who_can_agree_to_it_and_for_nobody_else(
    told, proposed, dora, wim, leader, lead_browser, person, browser_of
):
    for browser in (lead_browser, browser_of(wim)):
        page = today(browser)
        assert YES in page
        assert "Warehouse to Drivers: 12 h" in page
        assert "proposed it on 2 March 2026. From order to delivery" in page
        assert f'href="{address(told)}#waiting"' in page
    assert "Dora Driver proposed it" in today(lead_browser)
    assert "Drivers proposed it" in today(browser_of(wim))
    for somebody in (dora, person("Cal Colleague")):
        assert YES not in today(browser_of(somebody))
    assert browser_of(person("Una Usual")).get("/map/waiting").status_code == 403


def test_a_proposal_for_which_no_side_of_the_two_is_theirs_does_not_wait_for_a_leader(
    told, hugo, leader, browser_of, at
):
    propose(told, hugo, at, 12)
    assert YES not in today(browser_of(leader("Hanna Human", "HR")))


def test_what_is_agreed_withdrawn_or_put_away_waits_no_longer(told, proposed, dora, wim, lead, browser_of, at):
    agree_time(agreement=proposed, by=wim.actor, at=at)
    assert YES not in today(browser_of(wim))
    other = propose(told, dora, at, 8)
    assert "Warehouse to Drivers: 8 h" in today(browser_of(wim))
    withdraw_time(agreement=other, by=dora.actor, at=at)
    assert YES not in today(browser_of(wim))
    propose(told, dora, at, 6)
    put_away(journey=told, by=lead.actor, at=at)
    assert YES not in today(browser_of(wim))


def test_of_many_proposals_those_about_units_of_the_reader_come_first(told, dora, wim, browser_of, at):
    pairs = [("Drivers", ""), ("Drivers", "Billing"), ("Billing", ""), ("Billing", "Drivers"), ("Drivers", "Warehouse")]
    for minutes, pair in enumerate([*pairs, ("Warehouse", "Drivers"), ("Warehouse", "")]):
        propose(told, dora, at + timedelta(minutes=minutes), 12, pair)
    page = browser_of(wim).get("/map/waiting")
    shown = re.findall('#waiting">([^<]*)</a>', page.content.decode())
    assert [one.partition(":")[0] for one in shown[:3]] == ["Drivers to Warehouse", "Warehouse to Drivers", "Warehouse"]
    assert len(shown) == MOST_ON_TODAY
    assert "And 1 more, on the pages of agreed times." in text(page)


def test_a_look_at_today_writes_nothing_and_asks_little(told, proposed, wim, browser_of, django_assert_max_num_queries):
    browser = browser_of(wim)
    browser.get("/map/waiting")
    before = digest()
    with django_assert_max_num_queries(20):
        browser.get("/map/waiting")
    assert digest() == before


def test_agreeing_ends_what_was_agreed_before_and_the_history_keeps_it(told, dora, wim, lead_browser, at):
    first = agree_time(agreement=propose(told, dora, at, 12), by=wim.actor, at=at)
    later = at + timedelta(days=3)
    smaller = propose(told, wim, later, 8)
    assert fresh(first).ended_at is None
    agree_time(agreement=smaller, by=dora.actor, at=later)
    assert [one.hours for one in Agreement.objects.holding()] == [8]
    lines = [(line.agreement.hours, line.before, line.outcome) for line in history(told)]
    assert lines == [(8, 12, "holds"), (12, None, "replaced")]
    page = text(lead_browser.get(address(told, "/history")))
    assert "proposed by Wim Warehouse on 5 March 2026" in page
    assert "agreed by Dora Driver on 5 March 2026" in page
    assert "agreed, and replaced by another time" in page


def test_a_proposal_that_waits_is_changed_by_another_one(told, dora, wim, at):
    propose(told, dora, at, 12)
    propose(told, wim, at + timedelta(hours=1), 9)
    propose(told, dora, at + timedelta(hours=2), 10)
    assert [(line.agreement.hours, line.outcome) for line in history(told)] == [
        (10, "proposed"),
        (9, "changed"),
        (12, "changed"),
    ]


def test_agreeing_to_what_was_changed_or_withdrawn_meanwhile_says_so(told, dora, wim, browser_of, proposed, at):
    other = propose(told, dora, at, 20)
    answer = act(browser_of(wim), proposed, "agree")
    assert answer.status_code == 409
    assert "This proposal was changed in the meantime: it is 20 h now. Look at it, then agree." in text(answer)
    assert "Agree to 20 h" in text(answer)
    withdraw_time(agreement=other, by=dora.actor, at=at)
    answer = act(browser_of(wim), other, "agree")
    assert "This proposal was withdrawn in the meantime. Nothing was agreed." in text(answer)
    assert not Agreement.objects.holding().exists()


def test_what_is_sent_twice_is_done_once(told, dora, wim, browser_of):
    form = {"department": "Warehouse", "to_department": "Drivers", "hours": "12", "version": 0}
    dora_browser, wim_browser = browser_of(dora), browser_of(wim)
    assert [dora_browser.post(address(told, "/propose"), form).status_code for _time in range(2)] == [302, 302]
    one = Agreement.objects.get()
    assert [act(wim_browser, one, "agree").status_code for _time in range(2)] == [302, 302]
    assert [act(wim_browser, one, "end").status_code for _time in range(2)] == [302, 302]
    assert verbs() == ["journey.time_proposed", "journey.time_agreed", "journey.time_ended"]
    two = propose(told, dora, one.proposed_at, 5)
    assert [act(dora_browser, two, "withdraw").status_code for _time in range(2)] == [302, 302]
    assert verbs().count("journey.time_withdrawn") == 1


def test_two_who_propose_at_once_see_both(told, dora, wim, browser_of, at):
    browser = browser_of(wim)
    page = browser.get(address(told, "/propose?from=Warehouse&to=Drivers"))
    seen = page.context["form"]["version"].value()
    propose(told, dora, at, 12)
    form = {"department": "Warehouse", "to_department": "Drivers", "hours": "9", "version": seen}
    answer = browser.post(address(told, "/propose"), form)
    assert answer.status_code == 409
    assert [(mine, theirs.replace("\u202f", " ")) for _name, mine, theirs in answer.context["both"]] == [
        ("9", "12 h, proposed")
    ]
    again = dict(answer.context["again"]) | {"version": answer.context["version"]}
    assert browser.post(address(told, "/propose"), again).status_code == 302
    assert Agreement.objects.open().get().hours == 9


def test_writing_over_what_is_agreed_asks_first(told, dora, wim, browser_of, at):
    agree_time(agreement=propose(told, dora, at, 12), by=wim.actor, at=at)
    form = {"department": "Warehouse", "to_department": "Drivers", "hours": "9"}
    answer = browser_of(wim).post(address(told, "/propose"), form)
    assert answer.status_code == 409
    assert "A time is agreed here already. Choose whether to propose another one." in text(answer)
    page = browser_of(wim).get(address(told, "/propose?from=Warehouse&to=Drivers"))
    assert "Agreed now: 12 h" in text(page)
    version = page.context["form"]["version"].value()
    assert browser_of(wim).post(address(told, "/propose"), form | {"version": version}).status_code == 302


def test_a_proposal_that_went_away_meanwhile_is_no_conflict(told, dora, wim, proposed, at):
    seen = turn_of([proposed])
    withdraw_time(agreement=proposed, by=dora.actor, at=at)
    assert propose(told, wim, at, 9, version=seen).hours == 9


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"hours": "soon"}, "Write a time as 12, 1.5, 36 h or 2 days."),
        ({"hours": "0"}, "Give a time above nothing and below ten years"),
        ({"hours": "9999999 days"}, "Give a time above nothing and below ten years"),
        ({"hours": ""}, "Fill in: Time."),
        ({"department": ""}, "Fill in: Department."),
        ({"to_department": "Warehouse"}, "A handover has two departments."),
        ({"department": "Nowhere"}, "Select a valid choice."),
    ],
)
def test_what_is_no_promise_is_refused_at_its_field(told, dora, browser_of, changes, sentence):
    form = {"department": "Warehouse", "to_department": "Drivers", "hours": "12"} | changes
    answer = browser_of(dora).post(address(told, "/propose"), form)
    assert answer.status_code == 422
    assert sentence in text(answer)
    assert not Agreement.objects.exists()


def test_the_same_time_again_is_no_proposal(told, dora, wim, browser_of, at):
    agree_time(agreement=propose(told, dora, at, 12), by=wim.actor, at=at)
    form = {"department": "Warehouse", "to_department": "Drivers", "hours": "12"}
    answer = browser_of(dora).post(address(told, "/propose"), form)
    assert "12 h is what is agreed already. Propose another time." in text(answer)


def test_only_a_proposal_is_withdrawn_and_only_by_those_whose_it_is(told, dora, wim, hugo, lead, at):
    with pytest.raises(Refused, match="Who proposed a time can withdraw it"):
        withdraw_time(agreement=propose(told, dora, at, 12), by=hugo.actor, at=at)
    agreed = agree_time(agreement=Agreement.objects.get(), by=wim.actor, at=at)
    with pytest.raises(Refused, match="was agreed in the meantime"):
        withdraw_time(agreement=agreed, by=dora.actor, at=at)
    for who in (wim, lead):
        found = propose(told, dora, at, 10)
        assert withdraw_time(agreement=found, by=who.actor, at=at).ended_by == who.actor
    assert Agreement.objects.holding().get().hours == 12


def test_an_agreed_time_is_ended_by_those_whose_it_is(told, dora, wim, hugo, proposed, browser_of, at):
    with pytest.raises(Refused, match="only proposed"):
        end_time(agreement=proposed, by=wim.actor, at=at)
    agree_time(agreement=proposed, by=wim.actor, at=at)
    with pytest.raises(Refused, match="Only who looks after one of the two units"):
        end_time(agreement=proposed, by=hugo.actor, at=at)
    assert "End it" not in text(browser_of(hugo).get(address(told)))
    assert "End it" in text(browser_of(dora).get(address(told)))
    Job.objects.all().delete()
    end_time(agreement=proposed, by=dora.actor, at=at + timedelta(days=1))
    assert Job.objects.filter(kind="journeys.measure").exists()
    with pytest.raises(Refused, match="has ended in the meantime"):
        agree_time(agreement=proposed, by=wim.actor, at=at)
    assert history(told)[0].outcome == "ended"


def test_an_agreement_of_a_department_that_later_logs_no_longer_have_is_kept(told, dora, wim, lead_browser, at):
    agree_time(agreement=propose(told, dora, at, 12), by=wim.actor, at=at)
    Journey.objects.filter(pk=told.pk).update(table_facts={"departments": ["Drivers"], "activities": {}})
    page = text(lead_browser.get(address(told)))
    assert "not in the log" in page
    assert "The agreement is kept, and counts again when one has." in page
    assert "Propose another time" not in page
    assert "End it" in page
    assert "not in the log" in text(lead_browser.get(address(told, "/history")))
    with pytest.raises(Refused, match="No log of this journey has the department “Warehouse” now"):
        propose(told, dora, at, 9)


def test_a_journey_that_was_put_away_meanwhile_says_so(told, dora, wim, proposed, browser_of, at):
    browser = browser_of(wim)
    put_away(journey=told, by=SYSTEM, at=at)
    answer = act(browser, proposed, "agree")
    assert answer.status_code == 409
    assert "This journey was put away in the meantime." in text(answer)
    assert browser.get(address(told)).status_code == 404
    for do in (agree_time, withdraw_time, end_time):
        with pytest.raises(Refused, match="put away"):
            do(agreement=proposed, by=wim.actor, at=at)
    with pytest.raises(Refused, match="put away"):
        propose(told, dora, at, 9)


def test_everybody_reads_and_only_leaders_agree(told, proposed, person, browser_of, at):
    colleague = browser_of(person("Cleo Colleague", unit="HR"))
    for more in ("", "/times.csv", "/history"):
        assert colleague.get(address(told, more)).status_code == 200
    assert "Propose" not in text(colleague.get(address(told)))
    for more in ("/propose", f"/{proposed.public_id}/agree", f"/{proposed.public_id}/end"):
        assert colleague.post(address(told, more)).status_code == 403
    analyst = browser_of(person("Ana Analyst", Role.ANALYST))
    assert act(analyst, proposed, "agree").status_code == 403


def test_names_are_for_those_who_may_see_them_and_units_for_the_rest(told, dora, wim, hugo, lead, person, at):
    actors = [dora.actor, wim.actor, SYSTEM]
    on = at.date()
    colleague = person("Cleo Colleague")
    assert people_of(actors, lead, on) == {
        dora.actor: "Dora Driver",
        wim.actor: "Wim Warehouse",
        SYSTEM: "mizzle",
    }
    assert people_of(actors, colleague, on)[dora.actor] == "Drivers"
    assert people_of(actors, dora, on) == {dora.actor: "Dora Driver", wim.actor: "Warehouse", SYSTEM: "mizzle"}
    let_go(member=wim, by=SYSTEM, at=at + timedelta(days=1))
    assert people_of(actors, colleague, on + timedelta(days=9))[wim.actor] == "Warehouse"
    nowhere = person("Nina Nowhere", unit="HR")
    nowhere.placements.all().delete()
    assert people_of([nowhere.actor], colleague, on)[nowhere.actor] == "somebody"


@pytest.fixture
def figures(monkeypatch):
    """Figures of all cases, with what was agreed and with handovers."""

    def keep(*agreed, handovers=()):
        page = SimpleNamespace(agreed=agreed, handovers=handovers)
        monkeypatch.setattr(agreed_times, "find", lambda *_told: SimpleNamespace(page=lambda: page))

    return keep


def passed(source, target, count, mean):
    return Handover(source, target, count, Spread(mean, mean - 1, mean * 2, count, "h", "journeys.handovers/1"))


def compared(hours, cases):
    within = Estimate(0.82, Interval(0.8, 0.84), cases, "share", "journeys.agreed/1")
    spread = Spread(5.0, 4.0, 9.0, cases, "h", "journeys.agreed/1")
    return Agreed(Told("Warehouse", "Drivers", hours), cases, within, spread, spread)


def test_how_a_time_is_kept_is_told_with_its_interval_and_cases_and_never_of_few(
    told, figures, dora, wim, lead_browser, at
):
    agree_time(agreement=propose(told, dora, at, 12), by=wim.actor, at=at)
    figures(compared(12, 800))
    assert "kept in 82% of 800 cases (80% to 84%)" in text(lead_browser.get(address(told))).replace(" %", "%")
    figures(compared(12, 4))
    assert "kept in" not in text(lead_browser.get(address(told)))
    figures(compared(10, 800))
    assert "kept in" not in text(lead_browser.get(address(told)))


def test_handovers_with_most_waiting_come_first_unless_something_stands(told, figures, dora, lead_browser, at):
    some = (
        passed("Billing", "Drivers", 900, 2.0),
        passed("Warehouse", "Drivers", 800, 20.0),
        passed("Drivers", "Billing", 100, 30.0),
        passed("Drivers", "Warehouse", 4, 900.0),
    )
    figures(handovers=some)
    worth = [(one["source"], one["target"]) for one in lead_browser.get(address(told)).context["worth"]]
    assert worth == [("Warehouse", "Drivers"), ("Drivers", "Billing"), ("Billing", "Drivers")]
    propose(told, dora, at, 12)
    worth = [(one["source"], one["target"]) for one in lead_browser.get(address(told)).context["worth"]]
    assert worth == [("Drivers", "Billing"), ("Billing", "Drivers")]


def test_before_anything_is_agreed_the_page_names_the_first_step(journey, told, lead_browser, person, browser_of):
    assert "Begin with the handover at which people wait most" in text(lead_browser.get(address(told)))
    assert "The leaders of two departments agree a time" in text(browser_of(person("Cleo Col")).get(address(told)))
    Journey.objects.filter(pk=journey.pk).update(table_facts={}, table_digest="")
    assert "those come from the logs of this journey" in text(lead_browser.get(address(told)))
    assert lead_browser.get(address(told, "/propose")).status_code == 302
    assert "No time was ever proposed" in text(lead_browser.get(address(told, "/history")))


def test_the_page_asks_the_database_no_more_for_many_times_than_for_few(told, dora, wim, lead_browser, at):
    def asked():
        with CaptureQueriesContext(connection) as found:
            assert lead_browser.get(address(told)).status_code == 200
        return len(found)

    names = [f"Desk {number}" for number in range(40)]
    told.table_facts["departments"] += names
    told.save()
    propose(told, dora, at, 12)
    few = asked()
    for name in names:
        agree_time(agreement=propose(told, dora, at, 3, ("Drivers", name)), by=wim.actor, at=at)
        propose(told, wim, at, 4, ("Drivers", name))
    assert asked() <= few + 6


def test_reading_records_nothing(told, proposed, lead_browser):
    before = Entry.objects.count(), Job.objects.count(), Agreement.objects.count()
    for more in ("", "/times.csv", "/history", "/propose", "/propose?from=Warehouse&to=Drivers"):
        assert lead_browser.get(address(told, more)).status_code == 200
    assert (Entry.objects.count(), Job.objects.count(), Agreement.objects.count()) == before


def test_the_table_has_the_whole_history_and_no_formula(told, dora, wim, lead_browser, person, browser_of, at):
    told.table_facts["departments"].append("=Dock")
    told.save()
    agree_time(agreement=propose(told, dora, at, 12.5, ("=Dock", "Drivers")), by=wim.actor, at=at)
    answer = lead_browser.get(address(told, "/times.csv"))
    assert 'filename="from-order-to-delivery-agreed-times.csv"' in answer.headers["Content-Disposition"]
    _head, row = csv.reader(io.StringIO(b"".join(answer).decode("utf-8-sig")))
    assert row[:5] == ["'=Dock", "Drivers", "12.5", "", "agreed"]
    assert row[5:] == [at.isoformat(), "Dora Driver", at.isoformat(), "Wim Warehouse", "", "", "yes"]
    colleague = browser_of(person("Cleo Colleague"))
    content = b"".join(colleague.get(address(told, "/times.csv"))).decode()
    assert "Dora" not in content
    assert "Warehouse" in content


def test_what_is_agreed_changes_what_figures_rest_on(told, dora, wim, proposed, at):
    before = digest_of(told, View())
    agree_time(agreement=proposed, by=wim.actor, at=at)
    agreed = digest_of(told, View())
    end_time(agreement=proposed, by=wim.actor, at=at)
    assert before == digest_of(told, View()) != agreed


def test_a_changed_time_names_the_version_that_stands(told, dora, wim, proposed, at):
    with pytest.raises(Changed) as refused:
        propose(told, wim, at, 9, version=0)
    assert refused.value.version == turn_of([proposed])
    assert propose(told, wim, at, 9, version=refused.value.version).hours == 9
