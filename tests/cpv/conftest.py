"""A process with a plan in effect, and people at browsers who look at it."""

from collections.abc import Callable

import pytest
from django.test import Client

from config.demonstration.site import PASSWORD, Demo
from tests.cpv.given import Process, a_process


@pytest.fixture
def process(demo: Demo) -> Process:
    """A plan in effect at the plant, nothing handed in; what the test does is rolled back."""
    return a_process(demo)


@pytest.fixture
def as_(process: Process, time_machine) -> Callable[[str], Client]:
    """`as_("Leo")` is a browser in which Leo is signed in, at the hour of the process as it is then."""

    def sign_in(first_name: str) -> Client:
        time_machine.move_to(process.player.now, tick=False)
        client = Client()
        assert client.login(username=process.member(first_name).username, password=PASSWORD)
        return client

    return sign_in
