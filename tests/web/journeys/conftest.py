"""A journey that tests of the map room begin with."""

from __future__ import annotations

import pytest

from mizzle_web.journeys.actions.journeys import open_journey
from mizzle_web.journeys.models import JourneyKind


@pytest.fixture
def journey(lead, at):
    """An open journey that is measured, by the service lead; no log is there yet."""
    return open_journey(name="From order to delivery", kind=JourneyKind.MEASURED, by=lead.actor, at=at)
