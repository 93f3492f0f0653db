"""A journey, and what its logs have told of it."""

from __future__ import annotations

import pytest
from django.urls import NoReverseMatch, reverse

from mizzle_web.journeys.actions.journeys import open_journey
from mizzle_web.journeys.models import JourneyKind
from mizzle_web.journeys.views import shown


@pytest.fixture(autouse=True)
def ways_that_are_built(monkeypatch):
    """Let a page lead to those of its neighbours alone that are there."""

    def reverse_or_nowhere(name, **more):
        try:
            return reverse(name, **more)
        except NoReverseMatch:
            return "/nowhere"

    monkeypatch.setattr(shown, "reverse", reverse_or_nowhere)


@pytest.fixture
def journey(lead, at):
    """An open journey that is measured, by the service lead; no log is there yet."""
    return open_journey(name="From order to delivery", kind=JourneyKind.MEASURED, by=lead.actor, at=at)
