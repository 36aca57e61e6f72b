"""Reports: asked for by who looks after charts, drawn once by the worker, kept as evidence, read by who may."""

import io
import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import pypdfium2
import pytest
from django.test import Client
from django.urls import resolve, reverse
from openpyxl import load_workbook

from config.demonstration.site import PLANT
from cpv import selectors, services
from cpv.events import Event
from cpv.rules.basis import NotComputable, Why
from cpv.rules.programme.points import state_of
from cpv.rules.programme.report_state import ReportState
from cpv.selectors import ReportView
from cpv.services import drawing_reports
from cpv.services import reports as reporting
from ledger import selectors as ledger
from ledger import services as ledger_services
from ledger.projections import differences
from ledger.rules.errors import Conflict, Invalid, NotAllowed, NotFound
from ledger.services.effects import MAX_ATTEMPTS
from people import services as documents
from tests import paper
from tests.coi.test_query_counts import statements
from tests.cpv.given import PLAN, STEADY, Process

BROWSER = Callable[[str], Client]
LIST = "/process/reports/"


@pytest.fixture
def charted(process: Process, settings: Any, tmp_path: Path) -> Process:
    """Long-term limits in effect, then a period of eleven batches, one of them far beyond its limits, one left out."""
    settings.CHECKPOINT_DIR = tmp_path  # its files outlive the transaction
    process.hand_in([*STEADY, *STEADY[:15]])
    process.limits()
    process.hand_in([*STEADY[:9], "25.0", "10.1"])
    excluded = UUID(process.chart.points[36].id)
    services.exclude_point(observation=excluded, reason="=frozen twice", **process.doing("Bob"))
    ledger_services.seal(now=process.player.now, using="default")
    return process


def period(process: Process) -> dict[str, datetime]:
    """From the first batch after the limits on."""
    return {"since": process.chart.points[35].made_at, "until": process.player.now}


def ask(process: Process, name: str = "Leo", request_id: UUID | None = None, **more: Any) -> UUID:
    about = {"plan": PLAN, **period(process), **more}
    return services.draw_report(**about, **process.doing(name, request_id))


def drawn(process: Process, **more: Any) -> ReportView:
    id = ask(process, **more)
    work(process)
    return known(id)


def work(process: Process) -> None:
    process.player.wait(minutes=1)
    ledger_services.sweep_effects(now=process.player.now)


def known(id: UUID) -> ReportView:
    found = selectors.report(id)
    assert found is not None
    return found


def bytes_of(found: ReportView, form: str) -> bytes:
    data = selectors.report_file(found, form)
    assert data is not None
    return data


def events(id: UUID | str) -> list[str]:
    return [entry.event for entry in ledger.entries_for_subject("report", str(id))]


def text_of(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [page.get_textpage().get_text_range() for page in document]
    finally:
        document.close()


def squeezed(text: str) -> str:
    return re.sub(r"\s|\u200b|\ufffe|\u0002", "", text)


def test_a_report_says_one_thing_in_three_forms(charted: Process) -> None:
    found = drawn(charted)
    assert found.state is ReportState.DRAWN
    data = bytes_of(found, "json")
    content = json.loads(data)
    assert sha256(data).hexdigest() == found.digest
    pages = text_of(bytes_of(found, "pdf"))
    assert len(pages) == 2 + (len(pages) > 2), "a summary, and one chart"
    for number, page in enumerate(pages, start=1):
        assert f"page {number} of {len(pages)}" in page
        assert f"plan {PLAN}, version 1" in page
    whole = squeezed("".join(pages))
    point = ledger.latest_checkpoint()
    assert point is not None
    book = load_workbook(io.BytesIO(bytes_of(found, "xlsx")))
    facts = {row[0].value: row[1].value for row in book["Summary"].iter_rows(min_row=2)}
    for said in (found.digest, found.digest_of_data, point.root.hex(), content["plan"]["digest"]):
        assert said in whole
        assert said in facts.values()
    (chart,) = content["charts"]
    (signal,) = [it for it in chart["signals"] if it["by"] == "nelson_1"]
    assert (signal["value"], signal["state"]) == ("25.0", "raised")
    assert "onepointbeyondalimit,abovethecenter" in whole
    assert squeezed("Waits for somebody") in whole
    assert chart["numbers"]["n"] == 10
    assert (facts["Results"], facts["Results left out"]) == (10, 1)
    assert squeezed(f"of {len(chart['signals'])} signal".replace("of ", "")) in whole
    assert chart["limits"][0]["n"] == 35
    assert {one["name"] for one in chart["limits"][0]["signed"]} == {"Amir Aziz", "Bob Brandt", "Rosa Reyes"}


def test_every_number_is_in_the_spreadsheet_with_its_source_and_no_text_is_a_formula(
    charted: Process,
) -> None:
    found = drawn(charted)
    book = load_workbook(io.BytesIO(bytes_of(found, "xlsx")))
    sheet = book["TITER"]
    head = [cell.value for cell in sheet[1]]
    rows = [dict(zip(head, row, strict=True)) for row in sheet.iter_rows(min_row=2)]
    points = charted.chart.points[35:]
    assert [row["Value"].value for row in rows] == [pytest.approx(point.number) for point in points]
    assert [row["Source"].value for row in rows] == [point.source for point in points]
    reason = rows[1]["Left out because"]
    assert (reason.value, reason.data_type, reason.quotePrefix) == ("=frozen twice", "s", True)


def test_the_symbol_leads_to_the_record_and_tells_a_forgery(charted: Process, as_: BROWSER) -> None:
    found = drawn(charted)
    (mark,) = paper.marks(bytes_of(found, "pdf"))
    address = urlsplit(mark.text)
    assert resolve(address.path).view_name == "cpv:report"
    browser = as_("Iris")
    assert "drawn here" in browser.get(mark.text).content.decode()
    assert "not what was drawn" in browser.get(f"{address.path}?d={'0' * 16}").content.decode()
    for form, media_type in services.MEDIA_TYPES.items():
        answer = browser.get(reverse("cpv:report_file", args=[found.id, form]))
        assert answer.content == bytes_of(found, form)
        assert answer["Content-Type"] == media_type
        assert sha256(answer.content).hexdigest() == found.files[form]["sha256"]


def test_what_is_kept_is_recorded_by_its_digests(charted: Process) -> None:
    found = drawn(charted)
    entries = {entry.event: entry for entry in ledger.entries_for_subject("report", found.id)}
    facts = entries[Event.REPORT_DRAWN].facts
    assert entries[Event.REPORT_ASKED].actor_name == "Leo Marsh"
    assert facts["plan"] == PLAN
    assert facts["digest_of_data"] == found.digest_of_data
    for form in services.MEDIA_TYPES:
        assert facts[f"sha256_{form}"] == sha256(bytes_of(found, form)).hexdigest()
    assert list(differences("default")) == []


def test_the_same_request_draws_nothing_new_and_another_draws_the_same_data(charted: Process) -> None:
    request_id, about = uuid4(), period(charted)
    first = ask(charted, request_id=request_id, **about)
    work(charted)
    before = (events(first), known(first), len(ledger.effects(kind=services.DRAW_REPORT)))
    assert ask(charted, request_id=request_id, **about) == first
    work(charted)
    assert (events(first), known(first), len(ledger.effects(kind=services.DRAW_REPORT))) == before
    with pytest.raises(Conflict, match="request_id_used"):
        ask(charted, request_id=request_id, **(about | {"until": charted.player.now}))
    other = known(first).digest_of_data
    again = drawn(charted, **about)
    assert again.id != str(first)
    assert again.digest_of_data == other
    charted.hand_in(["10.3"])
    assert drawn(charted, **about).digest_of_data == other, "a batch begun after the period changes nothing"


def test_an_effect_that_is_carried_out_twice_draws_once(charted: Process, monkeypatch: Any) -> None:
    found = drawn(charted)
    (effect,) = ledger.effects(kind=services.DRAW_REPORT)
    monkeypatch.setattr(reporting, "draw", lambda *_: pytest.fail("drawn again"))
    services.carry_out_report(replace(effect, claimed_at=charted.player.now))
    assert events(found.id).count(Event.REPORT_DRAWN) == 1


def test_who_looks_after_charts_asks_for_reports_and_nobody_else(charted: Process) -> None:
    for name in ("Alice", "Ana", "Iris", "Carol", "Hugo"):
        with pytest.raises(NotAllowed):
            ask(charted, name)
    assert selectors.reports([PLANT]) == ()
    for name in ("Leo", "Amir", "Bob", "Rosa"):
        assert known(ask(charted, name)).state is ReportState.ASKED


def test_what_is_wrong_with_a_period_or_a_plan_is_said(charted: Process) -> None:
    now = charted.player.now
    for about, wrong in (
        ({"since": now, "until": now}, {"until": "before_since"}),
        ({"since": now - timedelta(days=4000), "until": now}, {"until": "too_long"}),
        ({"since": now, "until": now + timedelta(days=9)}, {"until": "in_the_future"}),
    ):
        with pytest.raises(Invalid) as raised:
            ask(charted, **about)
        assert raised.value.detail["fields"] == wrong
    with pytest.raises(NotFound, match="plan_unknown"):
        ask(charted, plan="CPV-NONE")
    assert selectors.reports([PLANT]) == ()


def test_what_cannot_be_drawn_is_recorded_and_said(charted: Process, as_: BROWSER, monkeypatch: Any) -> None:
    def refuse(*_: Any) -> None:
        raise NotComputable(Why.CONSTANT, "values")

    monkeypatch.setattr(drawing_reports, "picture_of", refuse)
    found = drawn(charted)
    assert (found.state, found.fault, found.files) == (ReportState.FAILED, "constant", {})
    assert events(found.id)[-1] == Event.REPORT_NOT_DRAWN
    page = as_("Leo").get(LIST).content.decode()
    assert "Could not be drawn" in page
    assert "All results are equal." in page
    assert list(differences("default")) == []


def test_a_fault_that_may_pass_is_tried_again_and_at_last_recorded(
    charted: Process, monkeypatch: Any
) -> None:
    def fall(*_: Any) -> None:
        raise OSError("no room")

    id = ask(charted)
    with monkeypatch.context() as broken:
        broken.setattr(drawing_reports, "workbook", fall)
        work(charted)
        waiting = known(id)
        assert waiting.state is ReportState.ASKED
        assert waiting.progress == 700, "the pictures were drawn"
    charted.player.wait(minutes=10)
    work(charted)
    assert (known(id).state, known(id).progress) == (ReportState.DRAWN, None)
    other = ask(charted)
    monkeypatch.setattr(drawing_reports, "workbook", fall)
    for _ in range(MAX_ATTEMPTS):
        charted.player.wait(minutes=70)
        work(charted)
    assert (known(other).state, known(other).fault) == (ReportState.FAILED, "unexpected")


# Of one chart; plan, points, limits, signals and what was said of them.
SOURCES = 13


def test_statements_grow_with_charts_and_not_with_batches(charted: Process) -> None:
    asked = known(ask(charted))
    said_of_few, few = statements(lambda: selectors.report_sources(asked))
    charted.hand_in(STEADY * 3)
    later = known(ask(charted))
    said_of_many, many = statements(lambda: selectors.report_sources(later))
    assert (len(said_of_few), len(said_of_many)) == (SOURCES, SOURCES)
    assert few is not None
    assert many is not None
    assert len(many.charts[0].points) == len(few.charts[0].points) + 60


# --- the pages ------------------------------------------------------------------------------------------------------


def test_a_report_is_asked_for_on_its_page_and_comes_to_the_list(charted: Process, as_: BROWSER) -> None:
    browser = as_("Leo")
    page = browser.get(LIST)
    form = page.context["form"]
    today = charted.player.now.date()
    asked = {"plan": PLAN, "first": today.isoformat(), "last": today.isoformat()}
    asked["request_id"] = str(form["request_id"].value())
    assert browser.post(LIST, asked).status_code == 302
    assert browser.post(LIST, asked).status_code == 302
    (found,) = selectors.reports([PLANT])
    waiting = browser.get(LIST).content.decode()
    assert "Being drawn" in waiting
    assert 'hx-trigger="every 3s"' in waiting
    work(charted)
    part = browser.get(LIST, headers={"HX-Request": "true"}).content.decode()
    assert "hx-trigger" not in part
    assert "<html" not in part
    assert reverse("cpv:report_file", args=[found.id, "pdf"]) in part


def test_the_page_of_a_report_renews_itself_until_it_is_drawn(charted: Process, as_: BROWSER) -> None:
    address = reverse("cpv:report", args=[ask(charted)])
    browser = as_("Leo")
    waiting = browser.get(address).content.decode()
    assert "Being drawn" in waiting
    assert f'hx-get="{address}" hx-trigger="every 3s"' in waiting
    part = browser.get(address, headers={"HX-Request": "true"}).content.decode()
    assert f'hx-get="{address}" hx-trigger="every 3s"' in part, "it asks again"
    assert "<html" not in part
    work(charted)
    part = as_("Leo").get(address, headers={"HX-Request": "true"}).content.decode()
    assert "hx-trigger" not in part
    assert "SHA-256 PDF" in part


def test_a_period_that_ends_before_it_begins_is_said_at_its_field(charted: Process, as_: BROWSER) -> None:
    asked = {"plan": PLAN, "first": "2026-03-02", "last": "2026-02-01", "request_id": str(uuid4())}
    answer = as_("Leo").post(LIST, asked)
    assert answer.status_code == 422
    assert "The last day comes before the first." in answer.content.decode()


@pytest.mark.parametrize("days", [{"first": "0001-01-01"}, {"last": "9999-12-31"}])
def test_a_day_beyond_all_days_is_said_at_its_field(
    charted: Process, as_: BROWSER, days: dict[str, str]
) -> None:
    asked = {"plan": PLAN, "first": "2026-03-01", "last": "2026-03-02", "request_id": str(uuid4())}
    answer = as_("Leo").post(LIST, asked | days)
    assert answer.status_code == 422
    assert "Give a day between 1900 and 2999." in answer.content.decode()


def test_the_form_begins_with_the_last_quarter_or_year(charted: Process, as_: BROWSER) -> None:
    browser, now = as_("Leo"), charted.player.now
    quarter = browser.get(LIST).context["form"].initial
    assert quarter["last"] < now.date()
    assert (now.date() - quarter["first"]).days < 190
    year = browser.get(LIST, {"period": "year"}).context["form"].initial
    assert (year["first"].isoformat(), year["last"].isoformat()) == (
        f"{now.year - 1}-01-01",
        f"{now.year - 1}-12-31",
    )


def test_auditors_read_reports_and_ask_for_none(charted: Process, as_: BROWSER) -> None:
    found = drawn(charted)
    for name, is_let in (("Iris", True), ("Alice", False), ("Hugo", False)):
        browser = as_(name)
        page = browser.get(LIST).content.decode()
        assert (reverse("cpv:report", args=[found.id]) in page) is is_let
        assert "Draw the report" not in page
        status = 200 if is_let else 404
        assert browser.get(reverse("cpv:report", args=[found.id])).status_code == status
        assert browser.get(reverse("cpv:report_file", args=[found.id, "pdf"])).status_code == status
        assert browser.get(reverse("cpv:report_file", args=[found.id, "exe"])).status_code == 404
        assert browser.get(reverse("cpv:report", args=[uuid4()])).status_code == 404


def test_limits_that_were_retired_are_cited_until_then_and_judge_no_more(charted: Process) -> None:
    (limits,) = charted.chart.limits
    documents.retire_document(id=limits.id, reason="They fit no more.", **charted.doing("Rosa"))
    charted.hand_in(["99.0"])
    (chart,) = json.loads(bytes_of(drawn(charted), "json"))["charts"]
    assert chart["state"] == state_of(charted.chart.counted(charted.player.now))
    assert chart["limits"][0]["until"] is not None
    assert [bool(point["limits"]) for point in chart["points"]] == [True] * 11 + [False]
    assert chart["false_signals"]["judged"] == 10
