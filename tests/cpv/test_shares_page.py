"""Refused scans of real journeys, gathered by the week, on their charts."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from config.demonstration.site import HOSPITAL, PASSWORD
from cpv import selectors, services
from cpv.rules.programme import limit_set, plan
from cpv.rules.programme.weeks import LEAST_SCANS
from tests import given as play
from tests.cpv.given import PLAN, a_plan
from tests.furnished import Journeys

SCANS = {"code": "SCANS", "title": "Refused scans", "unit": "%", "source": {"kind": "refused_scans"}}


@pytest.fixture
def leo(journeys: Journeys, time_machine: Any) -> Client:
    """Somebody who looks at a plan of refused scans, a month after the journeys."""
    player = journeys.bedside
    player.wait(days=30)
    play.in_effect(player, plan.KIND, PLAN, a_plan(SCANS))
    player.wait(minutes=1)
    services.gather(now=player.now, request_id=uuid4())
    time_machine.move_to(player.now, tick=False)
    client = Client()
    assert client.login(username=journeys.demo.member("Leo").username, password=PASSWORD)
    return client


def code(site: str) -> str:
    return limit_set.code_of(PLAN, "SCANS", (site,))


def test_weeks_are_gathered_as_they_were_scanned(leo: Client, journeys: Journeys) -> None:
    points = selectors.point_views(code(HOSPITAL))
    now = journeys.bedside.now
    weeks = {
        week.starts_on: week
        for week in selectors.scans_of_weeks([HOSPITAL], now - timedelta(days=400), now)
        if week.scans >= LEAST_SCANS
    }
    assert points, "journeys were scanned at the hospital"
    assert [float(point.value) for point in points] == pytest.approx(
        [100 * week.refused / week.scans for week in weeks.values()], abs=1e-4
    )


def test_the_shares_are_drawn_with_their_numbers_beside(leo: Client) -> None:
    chart = leo.get(reverse("cpv:chart", args=[code(HOSPITAL)])).content.decode()
    address = reverse("cpv:shares", args=[code(HOSPITAL)])
    assert address in chart
    shown = leo.get(address).content.decode()
    (first, *_) = selectors.point_views(code(HOSPITAL))
    assert first.subject in shown
    assert leo.get(reverse("cpv:shares_svg", args=[code(HOSPITAL)])).content.startswith(b"<svg")
    assert "$schema" in leo.get(reverse("cpv:shares_json", args=[code(HOSPITAL)])).json()
