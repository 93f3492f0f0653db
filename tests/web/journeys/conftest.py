"""A journey that tests of the map room begin with."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mizzle_web.journeys.actions.journeys import open_journey
from mizzle_web.journeys.models import JourneyKind
from mizzle_web.people.roles import Role


@pytest.fixture
def journey(lead, at):
    """An open journey that is measured, by the service lead; no log is there yet."""
    return open_journey(name="From order to delivery", kind=JourneyKind.MEASURED, by=lead.actor, at=at)


@pytest.fixture
def house_folder(settings, tmp_path):
    """Let the house keep its files in a folder of the test."""
    folder = tmp_path / "house"
    (folder / "keys").mkdir(parents=True)
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, data=folder)
    return folder


@pytest.fixture
def log_folder(settings, tmp_path):
    """A folder of the server from which an operator may bring logs."""
    folder = tmp_path / "logs"
    folder.mkdir()
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, log_folders=(folder.resolve(),))
    return folder


@pytest.fixture
def operator_browser(person, browser_of):
    """Somebody who may bring logs and looks after the server."""
    return browser_of(person("Ops One", Role.OPERATOR))
