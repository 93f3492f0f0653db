"""Fixtures of all tests in a browser: the house, Chromium, and people who visit."""

from __future__ import annotations

from dataclasses import replace

import pytest

from browser.house import Visitor, chromium, serving


@pytest.fixture(scope="session")
def running_house():
    with serving() as address:
        yield address


@pytest.fixture
def house(transactional_db, running_house, settings, tmp_path):
    """An empty house that answers, with a folder of its own; gives its address."""
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, data=tmp_path)
    return running_house


@pytest.fixture(scope="session")
def running_chromium():
    with chromium() as browser:
        yield browser


@pytest.fixture
def visitor(house, running_chromium):
    """Let somebody come; fails at the end where a console or the policy had something to say."""
    came = []

    def come(**more):
        came.append(Visitor(running_chromium, house, **more))
        return came[-1]

    yield come
    wrong = [one for person in came for one in person.wrong]
    for person in came:
        person.context.close()
    assert wrong == []
