"""Doors of bundles: pages and API, for whoever may have one; for all others there is none."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from audit.selectors.bundles import bundle
from config.demonstration.site import PLANT, SECOND
from ledger import selectors as ledger
from ledger import services as ledger_services
from ledger.rules.offline import verify
from people import services as people
from people.rules.roles import Role
from tests.audit.test_bundles import key, made
from tests.audit.test_pages import HOME, REQUESTS, text
from tests.furnished import Journeys

NEW, API = "/audit/bundles/new/", "/api/v1/audit/bundles/"
As = Callable[[str], Client]


@pytest.fixture
def as_(house: Journeys, time_machine) -> As:
    """`as_("Iris")` is a browser in which Iris is signed in."""
    time_machine.move_to(house.ready.now, tick=False)

    def sign_in(first_name: str) -> Client:
        client = Client()
        client.force_login(get_user_model().objects.get(pk=house.demo.member(first_name).user_id))
        return client

    return sign_in


def auditor_elsewhere(house: Journeys) -> Client:
    """An auditor of a site that takes no part."""
    doing = house.demo.doing("x", house.demo.member("Ada").actor, SECOND) | {"now": house.ready.now}
    about = {"username": "elsewhere", "printed_name": "Else Where", "email": "else@demo.invalid"}
    user_id = people.create_user(site=SECOND, **about, **doing | {"request_id": uuid4()}).user_id
    grant = {"user_id": user_id, "role": Role.AUDITOR, "site": SECOND}
    people.grant_role(**grant, valid_until=house.ready.now + timedelta(days=9), **doing)
    client = Client()
    client.force_login(get_user_model().objects.get(pk=user_id))
    return client


def ask(client: Client, **sent: object) -> str:
    """Ask by the page; answers with the address of the bundle."""
    answer = client.post(NEW, {"request_id": str(uuid4()), **sent})
    assert answer.status_code == 302, answer.content
    return answer.headers["Location"]


def test_a_bundle_is_asked_for_made_and_handed_out(house: Journeys, as_: As) -> None:
    coi_id, iris, other = house.ready.coi_id, as_("Iris"), auditor_elsewhere(house)
    # from the start page by question, from the thing, and from its report
    assert text(iris.get(HOME)).count(f'href="{NEW}"') == 3
    link = f'href="{NEW}?journey={coi_id}"'
    assert link in text(iris.get(f"/audit/about/journey/{coi_id}/"))
    assert link in text(iris.get(f"/audit/reports/custody/?journey={coi_id}"))
    assert f'value="{coi_id}"' in text(iris.get(f"{NEW}?journey={coi_id}"))
    kept = ledger_services.seal(now=house.ready.now) or ledger.latest_checkpoint()
    assert kept is not None
    # as a page sends it, with carriage returns
    address = ask(iris, journey=coi_id, checkpoint=kept.note.replace("\n", "\r\n"))
    page = text(iris.get(address))
    assert 'hx-trigger="every 2s"' in page
    assert iris.get(f"{address}bundle.zip").status_code == 404, "not yet"
    assert "Being made" in text(iris.get(REQUESTS))
    id = address.rstrip("/").rpartition("/")[2]
    found = made(house, id)
    page = text(iris.get(address))
    assert "hx-get" not in page
    for said in (found.digest, found.file["sha256"], key(), "python3 verify.py", "--checkpoint kept.note"):
        assert said in page, said
    file = iris.get(f"{address}bundle.zip")
    assert verify.Check(file.content, [key()], [], [kept.note]).run().exit_code() == 0
    # the list says what it is, and nothing of a report breaks on it
    listed = text(iris.get(REQUESTS))
    assert f'href="{address}"' in listed
    assert f'href="{address}bundle.zip"' in listed
    assert re.search(r"\d+ entries, proved", listed)
    assert "no gap" not in listed
    assert iris.get(f"{REQUESTS}{id}/report.zip").status_code == 404
    # the symbol of the report in it leads to the bundle, which says whether the paper is of it
    for digest, says in ((found.file["report"][:16], "made here"), ("0" * 16, "Do not rely on this paper")):
        assert says in text(iris.get(f"{REQUESTS}{id}/?d={digest}", follow=True))
    assert as_("Bob").get(f"{REQUESTS}{id}/").headers["Location"] == address, "and whoever else may have it"
    api = iris.get(f"{API}{id}/").json()
    assert (api["state"], api["digest"], api["files"]) == (
        "made",
        found.digest,
        {"zip": found.file["sha256"]},
    )
    assert iris.get(f"{API}{id}/bundle.zip").content == file.content
    assert iris.get("/api/v1/audit/requests/").json()["requests"][0]["kind"] == "bundle"
    # for an auditor of another site, an analyst and a passer-by there is nothing
    for client in (other, as_("Leo")):
        for door in (
            address,
            f"{address}bundle.zip",
            f"{REQUESTS}{id}/",
            f"{API}{id}/",
            f"{API}{id}/bundle.zip",
        ):
            assert client.get(door).status_code == 404, door
    refused = other.post(NEW, {"request_id": str(uuid4()), "journey": coi_id})
    assert "no such journey" in text(refused, 422)
    assert as_("Leo").get(NEW).status_code == 404
    assert 'href="/audit/bundles' not in text(as_("Leo").get(HOME))
    for door in (NEW, address, f"{address}bundle.zip"):
        assert Client().get(door).status_code == 302


def test_what_is_wrong_is_said_at_its_field(house: Journeys, as_: As) -> None:
    iris, coi_id = as_("Iris"), house.ready.coi_id

    def said(**sent: object) -> str:
        return text(iris.post(NEW, {"request_id": str(uuid4()), **sent}), 422)

    assert "Name a journey, or a batch, or a site" in said()
    assert "Name a journey, or a batch, or a site" in said(journey=coi_id, batch="B")
    assert "This is required." in said(site=PLANT, first="2026-01-01")
    assert "The end comes before" in said(site=PLANT, first="2026-01-02", last="2026-01-01")
    assert "no such journey" in said(journey="CHA000000000000")
    assert "not a checkpoint that this ledger signed" in said(journey=coi_id, checkpoint="x")
    assert "not a checkpoint" in said(journey=coi_id, file=SimpleUploadedFile("kept.note", b"\xff\x00"))
    file = SimpleUploadedFile("kept.note", b"x")
    assert "not both" in said(journey=coi_id, checkpoint="x", file=file)
    # nothing happened at the site then: the page says so, and what to do
    address = ask(iris, site=PLANT, first="2019-01-01", last="2019-01-31")
    made(house, address.rstrip("/").rpartition("/")[2])
    page = text(iris.get(address))
    assert "There are no entries" in page
    assert "Ask for another bundle" in page
    assert "There are no entries" in text(iris.get(REQUESTS))


def test_a_program_asks_for_one(house: Journeys, as_: As) -> None:
    iris = as_("Iris")

    def post(client: Client, **body: object) -> tuple[int, dict]:
        answer = client.post(API, json.dumps(body), content_type="application/json")
        return answer.status_code, answer.json()

    about = {"request_id": str(uuid4()), "question": {"journey": house.ready.coi_id}}
    status, asked = post(iris, **about)
    assert (status, asked["state"], asked["kind"]) == (200, "asked", "bundle")
    assert post(iris, **about)[1]["id"] == asked["id"]
    row = bundle(asked["id"])
    assert row is not None
    assert row.question.journey == house.ready.coi_id
    assert iris.get(f"{API}{asked['id']}/").json()["state"] == "asked"
    assert iris.get(f"{API}{asked['id']}/bundle.zip").status_code == 404
    status, wrong = post(iris, question=[], checkpoint=1, more=1)
    assert (status, set(wrong["detail"]["fields"])) == (422, {"request_id", "question", "checkpoint", "more"})
    fresh = {"request_id": str(uuid4())}
    assert post(iris, **fresh, question={})[1]["detail"]["fields"] == {"journey": "one_of_journey_batch_site"}
    bad = post(iris, **fresh, question=about["question"], checkpoint="x")
    assert bad[1]["detail"]["fields"] == {"checkpoint": "not_a_checkpoint_of_this_ledger"}
    assert post(as_("Leo"), **fresh, question=about["question"])[0] == 403
    assert post(auditor_elsewhere(house), **fresh, question=about["question"])[0] == 404
    assert iris.get(f"{API}{uuid4()}/").status_code == 404
    assert Client().get(f"{API}{asked['id']}/").status_code == 401
