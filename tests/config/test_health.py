"""`/healthz` tells each part's state; only a broken one takes the installation out of service."""

import time
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from pytest_django.fixtures import Settings

from config import health

pytestmark = pytest.mark.django_db


def test_all_is_well_while_the_worker_gives_signs_of_life(client: Client) -> None:
    health.note_heartbeat(time.time())
    response = client.get("/healthz")
    assert response.status_code == 200
    assert response.json()["state"] == "ok"
    assert set(response.json()["parts"]) == {"database", "redis", "worker", "ledger", "checkpoints_elsewhere"}
    health.note_heartbeat(time.time() - 3600)
    response = client.get("/healthz")
    assert response.status_code == 200
    assert response.json()["parts"]["worker"]["state"] == "degraded"


@pytest.mark.requirement("URS-CONT-01")
def test_a_dead_redis_degrades_and_does_not_break(client: Client, settings: Settings) -> None:
    settings.REDIS_URL = "unix:///nowhere/redis.sock?db=0"
    began = time.monotonic()
    response = client.get("/healthz")
    assert time.monotonic() - began < 5
    assert response.status_code == 200
    assert response.json()["state"] == "degraded"


def test_a_dead_database_breaks(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> dict[str, Any]:
        raise OperationalError("away")

    monkeypatch.setattr(health, "PARTS", (("database", away, "broken"), *health.PARTS[1:]))
    response = client.get("/healthz")
    assert response.status_code == 503
    assert response.json()["state"] == "broken"


def test_it_is_for_reading_alone(client: Client) -> None:
    assert client.post("/healthz").status_code == 405
