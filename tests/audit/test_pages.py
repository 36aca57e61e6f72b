"""The pages of the auditor's room: questions, where a scan leads, a report, what is kept, the search."""

import html
import json
import re
from uuid import uuid4

import pytest
from django.urls import reverse

from config.demonstration.site import PLANT
from ledger import services as ledger_services
from people import selectors as people
from tests.audit.conftest import taken_in
from tests.coi.test_query_counts import statements

HOME, REQUESTS, SEARCH = "/audit/", "/audit/requests/", "/audit/search/"
REPORT = "/audit/reports/tried/"


def text(answer, status=200):
    assert answer.status_code == status, answer.content
    return answer.content.decode()


@pytest.fixture
def bob(as_):
    return as_("Bob")


@pytest.fixture
def about(player):
    return f"{REPORT}?journey={player.coi_id}"


def keep(client, player, **more):
    said = json.dumps({"journey": player.coi_id})
    return client.post(REQUESTS, {"request_id": str(uuid4()), "kind": "tried", "said": said, **more})


def test_the_start_page_lists_what_the_roles_open_by_question(player, as_):
    page = text(as_("Bob").get(HOME))
    for title in ("cells", "This batch", "This person", "This station", "This lot of material", "This week"):
        assert title in page
    assert "A tried report" in page
    assert "Security events" not in page, "that is for auditors and administrators"
    assert "A tried report" not in text(as_("Dave").get(HOME))
    assert text(as_("Iris").get("/audit/week/")).count("Security events") == 1


def test_a_scan_leads_to_the_thing_and_the_thing_to_its_reports(player, bob, as_):
    answer = bob.get(HOME, {"q": player.coi_id})
    assert answer.headers["Location"] == reverse("audit:about", args=["journey", player.coi_id])
    page = text(bob.get(answer.headers["Location"]))
    assert f"{REPORT}?journey={player.coi_id}" in page
    station = people.stations([PLANT])[0].code
    assert bob.get(HOME, {"q": station}).headers["Location"] == f"/audit/about/station/{station}/"
    assert f"/audit/reports/station/?station={station}" in text(bob.get(f"/audit/about/station/{station}/"))
    page = text(as_("Ada").get(f"/audit/about/station/{station}/"))
    assert "No report answers this" in page, "an administrator reads none about a station"
    assert "Nothing found" in text(bob.get(HOME, {"q": "no such thing"}), 404)


def test_what_is_not_theirs_is_not_there(player, as_):
    dave, bob = as_("Dave"), as_("Bob")
    for address in (f"{REPORT}?journey={player.coi_id}", f"/audit/about/journey/{player.coi_id}/"):
        answer = dave.get(address)
        other = dave.get(address.replace(player.coi_id, "CHA999926999999"))
        assert (answer.status_code, other.status_code) == (404, 404)
    missed = bob.get(f"{REPORT}?journey=CHA999926999999")
    assert "There is nothing of this name, or it is not yours to see" in text(missed, 404)
    assert list(missed.context["form"].errors) == ["journey"], "at its field, to be put right"
    assert bob.get("/audit/reports/nothing/").status_code == 404
    assert bob.get(f"{REQUESTS}{uuid4()}/").status_code == 404
    assert bob.get("/audit/about/nothing/x/").status_code == 404


def test_a_report_says_what_it_found_first_and_of_what_as_of_when(player, bob, about):
    page = text(bob.get(about))
    found, section = page.index("The second signature"), page.index('id="summary"')
    assert found < section
    assert 'href="#steps"' not in page, "it leads to sections that are there"
    assert "As of" in page
    assert player.coi_id in page
    assert "The name of the patient" in page
    assert page.count("BATCH-2026-") == 40


def test_the_fields_come_first_and_say_what_is_missing(player, bob):
    assert 'name="journey"' in text(bob.get(REPORT))
    page = text(bob.get(REPORT, {"journey": player.coi_id, "first": "2026-03-02", "last": "2026-03-01"}), 422)
    assert "The end comes before the beginning." in page
    assert "This field is required" in text(bob.get(REPORT, {"journey": ""}), 422)


def test_a_day_beyond_all_days_is_said_at_its_field(bob):
    far = "Give a day between 1900 and 2999."
    assert far in text(bob.get("/audit/reports/trail/?first=0001-01-01&last=9999-12-31"), 422)
    assert far in text(bob.get("/audit/reports/training/?moment=0001-01-01T00:00"), 422)
    assert far in text(bob.get(f"{SEARCH}?last=9999-12-31"), 422)


def test_a_long_period_is_for_the_worker_alone(player, bob, about):
    page = text(bob.get(f"{about}&first=2025-01-01&last=2026-01-01"))
    assert "Too long for a page" in page
    assert 'name="said"' in page


def test_a_report_is_kept_and_its_files_come_to_the_list(player, bob):
    answer = keep(bob, player)
    record = answer.headers["Location"]
    assert 'hx-trigger="every 2s"' in text(bob.get(record))
    assert "hx-get" in text(bob.get(REQUESTS))
    player.wait(minutes=1)
    ledger_services.sweep_effects(now=player.now)
    page = text(bob.get(record))
    assert "hx-get" not in page
    assert page.count("report.") >= 4
    digest = re.search(r"JSON</a></dt>\s*<dd>.*?<code class=\"digest\">([0-9a-f]{64})", page)
    assert digest is not None
    assert "made here" in text(bob.get(f"{record}?d={digest[1][:16]}"))
    assert "Do not rely on this paper" in text(bob.get(f"{record}?d=0000000000000000"))
    file = bob.get(f"{record}report.csv")
    assert (file.status_code, file.headers["Content-Type"]) == (200, "application/zip")
    assert file.content.startswith(b"PK")
    assert bob.get(f"{record}report.docx").status_code == 404
    journey = text(bob.get(f"/journeys/{player.coi_id}/"))
    assert "Report asked for: " in journey, "the history of the journey tells of it"
    assert "Report made and kept: " in journey


def test_a_wrong_question_is_said_above_the_list(player, bob):
    assert "Write a time" in text(keep(bob, player, said='{"journey": "x", "since": "yesterday"}'), 422)
    assert "no such report" in text(keep(bob, player, kind="nothing"), 404)


def test_the_search_finds_things_and_entries(player, as_):
    taken_in()
    iris = as_("Iris")
    page = text(iris.get(SEARCH, {"q": "granted auditor"}))
    assert "Role auditor granted to account" in page
    assert "Nothing found" in text(iris.get(SEARCH, {"q": "nosuchwordanywhere"}))
    assert "The end comes before" in text(
        iris.get(SEARCH, {"first": "2026-03-02", "last": "2026-02-01"}), 422
    )
    dave = text(as_("Dave").get(SEARCH, {"q": "granted"}))
    assert "Nothing found" in dave


def test_the_search_turns_its_pages(player, as_):
    taken_in()
    iris = as_("Iris")
    page = text(iris.get(SEARCH, {"first": "2020-01-01", "site": PLANT}))
    shown, pages = set(re.findall(r'class="sub">(\S+ \d+)</code>', page)), 1
    assert len(shown) == 50
    while older := re.search(r'rel="next" href="([^"]+)"', page):
        page = text(iris.get(SEARCH + html.unescape(older[1])))
        assert "Newest" in page
        of_page = set(re.findall(r'class="sub">(\S+ \d+)</code>', page))
        assert not of_page & shown
        shown, pages = shown | of_page, pages + 1
    assert (len(shown) - 1) // 50 + 1 == pages > 2
    assert "turn the pages from the first" in text(iris.get(SEARCH, {"q": "x", "before": "soon"}), 422)
    at_the_end = {"q": "granted", "before": "2020-01-01T00:00:00.000000Z_1"}
    assert "Nothing older" in text(iris.get(SEARCH, at_the_end))


def test_a_page_costs_the_same_whatever_is_in_it(player, bob, about):
    keep(bob, player)
    few, _page = statements(lambda: text(bob.get(REQUESTS)))
    for _number in range(3):
        keep(bob, player)
    many, _page = statements(lambda: text(bob.get(REQUESTS)))
    assert len(many) == len(few)


def test_nobody_looks_without_signing_in(client):
    for address in (HOME, REQUESTS, SEARCH, REPORT, "/audit/week/"):
        assert client.get(address).status_code == 302
