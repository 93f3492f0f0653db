"""Who looks at which page: at least one visit for every page that the resolver knows, in every state it has."""

from __future__ import annotations

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

NOBODY, LEAD, AMARA, GUARDED, HALF_WAY = "nobody", "lead", "amara", "guarded", "half way"
"""Who comes: without a session, or as one of the people; or with a password that was right and a code that is owed."""
FORM = "takes what a form sends, and leads on to a page"
FILE = "a file for a spreadsheet"
PART = "a part of a page, which is looked at there: "
NO_PAGES = {
    "health": "a word for programs that watch",
    "jobs:cancel": FORM,
    "jobs:progress": PART + "jobs:job",
    "jobs:waiting": PART + "today:today",
    "journal:ping_hook": FORM,
    "journal:remove_hook": FORM,
    "journal:replay": FORM,
    "journal:switch_hook": FORM,
    "journal:table": FILE,
    "journeys:agree": FORM,
    "journeys:agreements_table": FILE,
    "journeys:case_table": FILE,
    "journeys:contacts_table": FILE,
    "journeys:departments_table": FILE,
    "journeys:end_time": FORM,
    "journeys:file": FILE,
    "journeys:log_delete": FORM,
    "journeys:log_go_on": FORM,
    "journeys:log_rejected": FILE,
    "journeys:log_without": FORM,
    "journeys:mine": PART + "today:today",
    "journeys:points_table": FILE,
    "journeys:put_away": FORM,
    "journeys:ratings_csv": FILE,
    "journeys:steps_csv": FILE,
    "journeys:take_back": FORM,
    "journeys:take_back_contact": FORM,
    "journeys:view": FORM,
    "journeys:waiting": PART + "today:today",
    "journeys:withdraw": FORM,
    "operation:take_backup": "a file to keep",
    "people:apply_import": FORM,
    "people:discard_import": FORM,
    "people:end_role": FORM,
    "people:end_token": FORM,
    "people:give_pin": "answers to a form with a page, which test_answers.py looks at",
    "people:invite": "answers to a form with a page, which test_answers.py looks at",
    "people:language": FORM,
    "people:left_out": FILE,
    "people:my_place": PART + "today:today",
    "people:name": PART + "journal:journal",
    "people:reset": "answers to a form with a page, which test_answers.py looks at",
    "people:reset_factor": FORM,
    "people:sign_out": FORM,
    "people:start": "a page of an empty house alone, which test_house.py looks at",
    "people:waiting": PART + "today:today",
    "today:first_step": PART + "today:today",
}
"""Addresses at which nobody looks, each with the reason. A line more here is a page less that is looked at."""


def visits(here):
    """Give, by the name of each page, who looks at it and with what behind its address."""
    return {name: list(some) for part in PARTS for name, some in part(here).items()}


def _at(name, *arguments, who=LEAD, then=("",)):
    return [(who, reverse(name, args=arguments) + more) for more in then]


def _rooms(here):
    return {
        "today:today": _at("today:today") + _at("today:today", who=AMARA),
        "today:settings": _at("today:settings") + _at("today:settings", who=AMARA),
        "page:design": _at("page:design"),
        "jobs:jobs": _at("jobs:jobs") + _at("jobs:jobs", who=AMARA),
        "jobs:job": [visit for job in here.jobs.values() for visit in _at("jobs:job", job)],
        "journal:journal": _at("journal:journal", then=("", "?verb=people&until=2100-01-01", "?verb=no.such.thing")),
        "journal:check": _at("journal:check"),
        "journal:deliveries": _at("journal:deliveries", then=("", "?state=sent", "?state=dead")),
        "journal:hooks": _at("journal:hooks"),
        "journal:mail": _at("journal:mail"),
        "operation:operator": _at("operation:operator"),
        "operation:backup": _at("operation:backup"),
        "operation:sample": _at("operation:sample"),
    }


def _of_people(here):
    people = (here.lead, here.amara, here.gone, here.invited)
    files = {state: file.public_id for state, file in here.imports.items()}
    who = here.amara.public_id
    return {
        "people:members": _at("people:members", then=("", "?q=nobody+at+all", "?left=1", "?role=host")),
        "people:person": [visit for one in people for visit in _at("people:person", one.public_id)],
        "people:new_person": _at("people:new_person"),
        "people:change_person": _at("people:change_person", here.invited.public_id),
        "people:move_person": _at("people:move_person", who),
        "people:leave": _at("people:leave", here.invited.public_id),
        "people:give_role": _at("people:give_role", here.invited.public_id),
        "people:keys": [
            visit
            for one in (here.amara, here.invited, here.guarded, here.lead)
            for visit in _at("people:keys", one.public_id)
        ],
        "people:imports": _at("people:imports"),
        "people:import": _at("people:import", files["checked"], then=("", "?show=changed", "?show=left_out"))
        + [visit for state in ("applied", "refused", "stopped") for visit in _at("people:import", files[state])],
        "people:organisation": _at("people:organisation"),
        "people:roles": _at("people:roles"),
        "people:sign_in_rules": _at("people:sign_in_rules"),
        "people:help_sign_in": _at("people:help_sign_in"),
        "people:help_one": _at("people:help_one", here.guarded.public_id),
        "people:languages": _at("people:languages"),
        "people:tokens": _at("people:tokens"),
    }


def _of_units(here):
    deep = here.units["deep"].public_id
    long_ago = f"?on={timezone.localdate() - timedelta(days=200)}"
    return {
        "people:units": _at("people:units", then=("", "?q=nothing+at+all", long_ago)),
        "people:unit": _at("people:unit", deep, then=("", long_ago))
        + _at("people:unit", here.units["old"].public_id)
        + _at("people:unit", here.units["gone"].public_id)
        + _at("people:unit", here.units["transport"].public_id),
        "people:new_unit": _at("people:new_unit", then=("", f"?under={deep}")),
        **{
            f"people:{change}_unit": _at(f"people:{change}_unit", deep)
            for change in ("rename", "move", "merge", "close")
        },
        "people:split_unit": _at("people:split_unit", here.units["transport"].public_id),
    }


def _doors(here):
    return {
        "people:sign_in": _at("people:sign_in", who=NOBODY),
        "people:code": _at("people:code", who=HALF_WAY, then=("", "?with=recovery")),
        "people:tablet": _at("people:tablet", who=NOBODY, then=("", "?ended")),
        "people:forgotten": _at("people:forgotten", who=NOBODY),
        "people:invitation": [
            visit for link in here.links.values() for visit in _at("people:invitation", link, who=NOBODY)
        ],
        "people:me": _at("people:me") + _at("people:me", who=AMARA) + _at("people:me", who=GUARDED),
        "people:password": _at("people:password"),
        "people:pin": _at("people:pin") + _at("people:pin", who=AMARA),
        "people:second_factor": _at("people:second_factor")
        + _at("people:second_factor", who=GUARDED, then=("", "?do=move", "?do=codes", "?do=remove")),
        "people:everywhere": _at("people:everywhere"),
    }


def _of_journeys(here):
    measured, bare, drawn = (here.journeys[name].public_id for name in ("measured", "bare", "drawn"))
    last = here.journeys["measured"].table_facts["last_at"][:7]
    states = ("", "?cases=all", "?pace=late", "?pace=typical&department=Warehouse", "?department=Rare")
    logs = {kind: here.journeys[kind].logs.get().public_id for kind in ("measured", "bare")}
    return {
        "journeys:journeys": _at("journeys:journeys") + _at("journeys:journeys", who=AMARA),
        "journeys:new": _at("journeys:new"),
        "journeys:map": _at("journeys:map", measured, then=(*states, f"?from={last}&until={last}"))
        + _at("journeys:map", measured, who=AMARA)
        + _at("journeys:map", bare)
        + _at("journeys:map", bare, who=AMARA)
        + _at("journeys:map", drawn),
        "journeys:change": _at("journeys:change", bare),
        "journeys:cases": _at("journeys:cases", measured, then=("", "?case=O-000", "?case=O-0", "?case=nobody")),
        "journeys:contacts": _at("journeys:contacts", measured, then=("", "?department=Warehouse", "?department=Rare"))
        + _at("journeys:contacts", measured, who=AMARA)
        + _at("journeys:contacts", bare),
        "journeys:note_contact": _at("journeys:note_contact", measured),
        "journeys:logs": _at("journeys:logs", measured) + _at("journeys:logs", bare),
        "journeys:log": _at("journeys:log", measured, logs["measured"]) + _at("journeys:log", bare, logs["bare"]),
        "journeys:points": _at("journeys:points", measured) + _at("journeys:points", bare),
        "journeys:departments": _at("journeys:departments", measured) + _at("journeys:departments", bare),
        "journeys:agreements": _at("journeys:agreements", measured)
        + _at("journeys:agreements", measured, who=AMARA)
        + _at("journeys:agreements", bare),
        "journeys:agreed": _at("journeys:agreed", measured) + _at("journeys:agreed", bare),
        "journeys:propose": _at("journeys:propose", measured, then=("", "?from=Warehouse&to=Transport")),
        "journeys:steps": _at("journeys:steps", drawn),
        "journeys:ratings": _at("journeys:ratings", drawn) + _at("journeys:ratings", drawn, who=AMARA),
        "journeys:rate": _at("journeys:rate", drawn, then=("", "?side=served")),
        "journeys:asked": _at("journeys:asked", drawn),
    }


PARTS = (_rooms, _of_people, _of_units, _doors, _of_journeys)
