"""A worksheet at work, and people at browsers who look at it."""

from collections.abc import Callable

import pytest
from django.test import Client

from config.demonstration.site import PASSWORD, Demo
from tests.fmea.board import Board, a_board


@pytest.fixture
def board(demo: Demo) -> Board:
    """A worksheet at work at the plant; what the test does is rolled back."""
    return a_board(demo)


@pytest.fixture
def as_(board: Board, time_machine) -> Callable[[str], Client]:
    """`as_("Leo")` is a browser in which Leo is signed in, at the hour of the worksheet as it is then."""

    def sign_in(first_name: str) -> Client:
        time_machine.move_to(board.player.now, tick=False)
        client = Client()
        assert client.login(username=board.member(first_name).username, password=PASSWORD)
        return client

    return sign_in
