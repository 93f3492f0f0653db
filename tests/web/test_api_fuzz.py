"""Everything that the description of the API allows, and much that it does not: never a fault, always as described."""

from __future__ import annotations

from dataclasses import replace

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis.checks import CHECKS, not_a_server_error
from schemathesis.generation import GenerationMode

from mizzle_web.config import api
from mizzle_web.jobs.models import Job
from mizzle_web.journal.actions import SYSTEM
from mizzle_web.journeys.actions.agreements import propose_time
from mizzle_web.journeys.actions.contacts import note_contact
from mizzle_web.journeys.actions.journeys import open_journey
from mizzle_web.people.actions.members import NewMember, add_member
from web.calls import token_of
from web.journeys.orders import told

EXAMPLES = 8
AS_DESCRIBED = ("status_code_conformance", "content_type_conformance", "response_schema_conformance")
OPERATIONS = [opening.name for opening in api.openings()]


@pytest.fixture
def headers(lead, units, at):
    """The header of a program that may everything, in a house with something in every list."""
    add_member(member=NewMember(name="Torvald Nes", code="T7", unit=units["DR"]), by=SYSTEM, at=at)
    Job.objects.create(kind="people.import", by=lead.actor, created_at=at, not_before=at)
    return {"Authorization": f"Bearer {token_of(lead)[1]}"}


@pytest.fixture(autouse=True)
def one_connection():
    """Let the server keep the connection of the test, as Django's own test client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def values(lead, units, at, settings, tmp_path):
    """Ids of what is there, so that not every call ends at a thing that is not."""
    job = Job.objects.create(kind="people.import", by=lead.actor, created_at=at, not_before=at)
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, data=tmp_path)
    opened = open_journey(name="From order to delivery", kind="measured", by=lead.actor, at=at)
    there = {"unit": units["DR"], "person": lead, "job": job, "journey": told(opened, at)}
    pair = {"department": "Warehouse", "to_department": "Transport"}
    there["agreement"] = propose_time(journey=opened, **pair, hours=4, version=0, by=SYSTEM, at=at)
    contact = {"department": "Warehouse", "kind": "visit", "on": at.date(), "minutes": 30, "n_people": 2}
    there["contact"] = note_contact(journey=opened, **contact, by=SYSTEM, at=at)
    return {f"{name}_id": str(one.public_id) for name, one in there.items()}


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=lambda mode: mode.value)
def test_no_call_breaks_it_and_every_answer_is_as_described(name, mode, headers, values):
    description = schemathesis.openapi.from_dict(api.description())
    description.app = WSGIHandler()
    operation = description.find_operation_by_id(name)
    checks = [not_a_server_error, *CHECKS.get_by_names(AS_DESCRIBED)]
    statuses = set()

    @seed(20260302)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode), is_there=st.booleans())
    def call(case, is_there):
        if is_there:
            case.path_parameters = {key: values[key] for key in case.path_parameters or {}}
        response = case.call(headers=headers)
        case.validate_response(response, checks=checks)
        statuses.add(response.status_code)

    call()
    assert statuses - {401, 403}, "every call stopped at the door"
