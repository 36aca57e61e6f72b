"""Too often is 429, with words and the seconds to wait; nothing is recorded, and nobody pays for another."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import caches
from django.test import Client

from coi.models import Scan
from config import limits
from config.demonstration.site import PASSWORD
from ledger.models import Entry
from people.rules.roles import Role
from tests.coi.doors import SCANS, body, bound, browser, post, signed_in
from tests.furnished import Journeys

JSON = {"Accept": "application/json"}


class Watch:
    """A clock that a test sets."""

    now = 1_000_000.0 * 60

    def time(self) -> float:
        return self.now


@pytest.fixture(autouse=True)
def watch(monkeypatch: pytest.MonkeyPatch) -> Iterator[Watch]:
    """Ten seconds into a minute in which nobody has knocked."""
    caches["limits"].clear()
    clock = Watch()
    clock.now += 10
    monkeypatch.setattr(limits, "time", clock)
    yield clock
    caches["limits"].clear()


@pytest.fixture
def few(settings: Any) -> None:
    """Three a minute, for everybody."""
    for name in ("STATION_REQUESTS", "USER_REQUESTS", "ADDRESS_REQUESTS", "SIGN_INS"):
        setattr(settings, f"{name}_PER_MINUTE", 3)


def knock(token: str, badge: str = "VB", **more: Any) -> Any:
    """One scan at the API."""
    return post(SCANS, body(badge, ["garbage!"]), token=token, **more)


def assert_too_often(answer: Any, wait: int = 50) -> None:
    """The same answer everywhere, for programs."""
    assert answer.status_code == 429
    assert answer["Retry-After"] == str(wait)
    told = answer.json()
    assert (told["code"], told["detail"]) == ("too_often", {"retry_after_seconds": wait})
    assert "Too many requests" in told["message"]


def test_a_station_scans_as_often_as_it_may_and_each_for_itself(
    journeys: Journeys, few: None, watch: Watch
) -> None:
    tokens, nurse = journeys.demo.tokens, journeys.bedside.one(Role.NURSE, journeys.bedside.site)
    before = Entry.objects.count()
    for _ in range(3):
        assert knock(tokens["NBED"], nurse.badge).status_code == 200
    recorded = Entry.objects.count()
    assert recorded == before + 3
    for _ in range(2):
        assert_too_often(knock(tokens["NBED"], nurse.badge))
    assert Entry.objects.count() == recorded, "what came too often is not recorded"
    assert knock(tokens["NLAB"], nurse.badge).status_code == 200, "another station pays nothing"
    watch.now += 50
    assert knock(tokens["NBED"], nurse.badge).status_code == 200, "the next minute is another"


def test_the_page_of_a_station_is_told_the_same(journeys: Journeys, few: None) -> None:
    client = bound(journeys.demo, "NBED")
    for _ in range(3):
        assert client.get("/station/state/", headers=JSON).status_code == 200
    scans = Scan.objects.count()
    assert_too_often(post("/station/scan/", body("VB", ["x"]), client=client, headers=JSON))
    assert Scan.objects.count() == scans
    assert client.get("/station/").status_code == 200, "the page itself is not limited"


def test_trying_out_tokens_is_counted_by_address_and_a_known_station_goes_on(
    journeys: Journeys, few: None
) -> None:
    known = journeys.demo.tokens["NBED"]
    assert knock(known).status_code == 200
    for number in range(3):
        assert knock(f"guess-{number}").status_code == 401
    assert_too_often(knock("guess-4"))
    assert_too_often(knock(journeys.demo.tokens["NLAB"]))  # not seen here before: it waits like any other
    assert knock(known).status_code == 200
    assert knock("guess-5", REMOTE_ADDR="10.0.0.7").status_code == 401, "another address pays nothing"


def test_whoever_is_nobody_is_counted_by_address(db: None, few: None) -> None:
    for _ in range(3):
        assert browser().get("/api/v1/orders/CHX/timeline/").status_code in (401, 403)
    assert_too_often(browser().get("/api/v1/orders/CHX/timeline/"))
    assert_too_often(browser().get("/api/schema/"))
    assert browser().get("/healthz").status_code != 429


def test_a_user_is_counted_by_name_wherever_they_are(journeys: Journeys, few: None) -> None:
    olga, nora = signed_in(journeys.demo.member("Olga")), signed_in(journeys.demo.member("Nora"))
    path = f"/api/v1/orders/{journeys.fresh.coi_id}/timeline/"
    for number in range(3):
        assert olga.get(path, REMOTE_ADDR=f"10.0.0.{number}").status_code == 200
    assert_too_often(olga.get(path, REMOTE_ADDR="10.0.0.9"))
    assert nora.get(path).status_code == 200
    assert olga.get("/").status_code == 200, "pages are not limited"


def attempt(client: Client, password: str = "wrong", **more: Any) -> Any:
    """One attempt to sign in."""
    return client.post("/sign-in/", {"username": "olga", "password": password}, **more)


def test_signing_in_is_limited_by_address_and_told_in_words(journeys: Journeys, few: None) -> None:
    before = Entry.objects.count()
    for _ in range(3):
        assert attempt(browser()).status_code == 401
    counted = Entry.objects.count()
    assert counted > before
    page = attempt(browser(), PASSWORD, headers={"Accept": "text/html"})
    assert (page.status_code, page["Retry-After"]) == (429, "50")
    assert "Too many requests" in page.content.decode()
    assert "<html" in page.content.decode()
    assert Entry.objects.count() == counted
    assert browser().get("/sign-in/").status_code == 200, "the empty form is shown"
    assert attempt(browser(), PASSWORD, REMOTE_ADDR="10.0.0.7").status_code == 302
    assert browser().post("/activate/", {}).status_code == 429
    assert browser().post("/station/bind/", {}).status_code == 429


def test_behind_a_proxy_the_address_is_what_the_proxy_says(
    journeys: Journeys, few: None, settings: Any
) -> None:
    settings.BEHIND_PROXY = True
    for number in range(3):  # what a client claims about itself stands before what the proxy adds
        attempt(browser(), headers={"X-Forwarded-For": f"1.1.1.{number}, 10.0.0.7"})
    assert attempt(browser(), headers={"X-Forwarded-For": "2.2.2.2, 10.0.0.7"}).status_code == 429
    assert attempt(browser(), headers={"X-Forwarded-For": "10.0.0.8"}).status_code == 401
    settings.BEHIND_PROXY = False
    assert attempt(browser(), headers={"X-Forwarded-For": "10.0.0.7"}).status_code == 401


def test_the_counts_are_in_memory_and_nothing_else_is_cached(settings: Any) -> None:
    backends = {name: cache["BACKEND"].rpartition(".")[2] for name, cache in settings.CACHES.items()}
    assert backends == {"default": "DummyCache", "limits": "LocMemCache"}
    held = settings.CACHES["limits"]["OPTIONS"]["MAX_ENTRIES"]
    for number in range(held + 10):
        assert not limits._is_over(limits.Scope.STATION, str(number))


def test_neither_tokens_nor_addresses_lie_in_memory_as_they_are(journeys: Journeys) -> None:
    token = journeys.demo.tokens["NBED"]
    knock(token)
    stored = repr(vars(caches["limits"])["_cache"])
    assert len(vars(caches["limits"])["_cache"]) >= 2
    assert token not in stored
    assert "127.0.0.1" not in stored
