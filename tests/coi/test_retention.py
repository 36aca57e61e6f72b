"""How long records of journeys are kept, and a patient's name with them; and the ledger that stands all the same."""

import html
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from coi import services as coi
from coi.events import Event
from coi.models import Container, Order, Vault
from coi.rules import retention
from coi.rules.retention import KeptState, Records
from coi.selectors import details
from coi.selectors.retention import rules_in_force
from config.demonstration import story
from config.demonstration.player import Player
from config.demonstration.site import HOSPITAL, read_content
from ledger import selectors as ledger
from ledger.rules.errors import Conflict
from ledger.services import verify
from people import selectors as people
from tests import given
from tests.coi.doors import signed_in, text_of
from tests.coi.test_aliases import second_course
from tests.coi.test_erasing import withdrawn
from tests.furnished import Journeys

LONDON = ZoneInfo("Europe/London")  # where the hospital is
RULES = read_content("retention.json")


def in_effect(p: Player, content: dict[str, Any] = RULES, code: str = "RETENTION") -> str:
    """Rules written, reviewed, approved and put in effect."""
    return given.in_effect(p, retention.KIND, code, content)


def ended(p: Player) -> Player:
    """Both bags given, every container closed out: the journey is closed."""
    for number in (0, 1):
        if number:
            story.thaw(p, number)
        story.bedside(p, number)
        story.infuse(p, number)
    story.close_out(p)
    return p


def kept_of(p: Player, name: str = "Olga") -> dict[Records, retention.Kept]:
    """How long records of the journey are kept, as this person sees it."""
    person = people.person(p.demo.member(name).user_id, p.now)
    assert person is not None
    return {it.records: it for it in details.journey(person, p.coi_id, p.now).kept}


def last_expiry(p: Player) -> date:
    """The day at the hospital on which the last bag expires."""
    found = Container.objects.filter(order__coi_id=p.coi_id, kind="product_bag").latest("expires_at")
    assert found.expires_at is not None
    return found.expires_at.astimezone(LONDON).date()


def erasing(p: Player, at: datetime | None = None) -> dict[str, Any]:
    """What it takes to erase the identity of the journey's patient, at a moment."""
    patient = Order.objects.get(coi_id=p.coi_id).patient_id
    about = {"patient": patient, "reason": "asked for", "credential": p.demo.member("Ada").credential}
    return about | given.doing(p, "Ada", HOSPITAL) | ({} if at is None else {"now": at})


def noon(day: date) -> datetime:
    """Noon at the hospital."""
    return datetime(day.year, day.month, day.day, 12, tzinfo=LONDON)


def said_by(answer: Any) -> str:
    """A page as it is read."""
    return html.unescape(text_of(answer))


def is_there(p: Player) -> bool:
    """Whether the name still lies in the vault."""
    return Vault.objects.get(id=Order.objects.get(coi_id=p.coi_id).patient_id).erased_at is None


# -- the rules --------------------------------------------------------------------------------------------------------


@pytest.mark.requirement("URS-KEEP-04")
def test_rules_count_from_the_moment_in_which_their_version_is_in_effect(journeys: Journeys) -> None:
    p = journeys.fresh
    before = p.now
    assert rules_in_force(before) == ()
    in_effect(p)
    first = p.now
    assert {one.version for one in rules_in_force(first)} == {1}
    assert len(rules_in_force(first)) == len(RULES["rules"])
    p.wait(minutes=5)
    longer = [{**rule, "years": 40} for rule in RULES["rules"]]
    in_effect(p, {"rules": longer})
    assert {(one.version, one.rule.years) for one in rules_in_force(p.now)} == {(2, 40)}
    in_effect(p, {"rules": [longer[0] | {"code": "OWN"}]}, "RETENTION-OWN")
    assert {one.document for one in rules_in_force(p.now)} == {"RETENTION", "RETENTION-OWN"}
    assert {one.version for one in rules_in_force(first)} == {1}
    assert rules_in_force(before) == ()


def test_rules_that_are_not_as_they_were_signed_are_none(journeys: Journeys) -> None:
    """Somebody with the database shortens the time: then nothing may go."""
    p = ended(journeys.bedside)
    in_effect(p)
    late = noon(date(2090, 1, 1))
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            "UPDATE people_documentversion SET content = jsonb_set(content, '{rules,0,years}', '1') WHERE id ="
            " (SELECT v.id FROM people_documentversion v JOIN people_document d ON d.id = v.document_id"
            f" WHERE d.kind = '{retention.KIND}')"
        )
    assert rules_in_force(p.now) == ()
    answer = coi.erase_patient(**erasing(p, late))
    assert [one.state for one in answer.kept] == [KeptState.NO_RULE]
    assert is_there(p)


@pytest.mark.requirement("URS-KEEP-04")
def test_a_journey_says_how_long_it_is_kept(journeys: Journeys) -> None:
    p = journeys.bedside
    assert {it.state for it in kept_of(p).values()} == {KeptState.NO_RULE}
    in_effect(p)
    assert {it.state for it in kept_of(p).values()} == {KeptState.NOT_YET_KNOWN}, (
        "more may be made of the cells"
    )
    ended(p)
    p.wait(minutes=1)
    until = last_expiry(p).replace(year=last_expiry(p).year + 30)
    found = kept_of(p)
    assert {records: it.until for records, it in found.items()} == dict.fromkeys(found, until)
    assert set(found) == {Records.TRACEABILITY, Records.IDENTITY, Records.AUDIT_TRAIL}
    why = found[Records.TRACEABILITY].why
    assert [one.by.rule.code for one in why] == ["GB-TRACE", "FACT-TRACE"], "of the region of the hospital"
    assert why[0].began_on == last_expiry(p)
    assert found == kept_of(p, "Bob"), "for the manufacturer it is the same"


def test_what_it_costs_to_know_it(journeys: Journeys, django_assert_num_queries: Any) -> None:
    in_effect(journeys.fresh)
    with django_assert_num_queries(1):
        rules_in_force(journeys.fresh.now)


# -- erasing ----------------------------------------------------------------------------------------------------------


@pytest.mark.requirement("URS-KEEP-05")
def test_a_name_that_traces_cells_is_not_erased_within_its_time(journeys: Journeys) -> None:
    p = ended(journeys.bedside)
    in_effect(p)
    asked = erasing(p)
    answer = coi.erase_patient(**asked)
    assert not answer.is_done
    (kept,) = answer.kept
    until = last_expiry(p).replace(year=last_expiry(p).year + 30)
    assert (kept.coi_id, kept.until, kept.document, kept.version) == (p.coi_id, until, "RETENTION", 1)
    assert (kept.rule, kept.counts_from, kept.years) == ("GB-NAMES", "product_expiry", 30)
    assert is_there(p)
    assert people.signatures("patient", str(asked["patient"])) == [], "nobody signed for what was not done"
    entry = ledger.entries_for_subject("patient", str(asked["patient"]))[-1]
    assert (entry.event, entry.reason, entry.actor_name) == (Event.ERASURE_REFUSED, "asked for", "Ada Admin")
    assert entry.facts["kept"] == [kept.facts]
    assert coi.erase_patient(**asked) == answer, "the same request again"
    assert ledger.entries_for_subject("patient", str(asked["patient"]))[-1] == entry, "is one entry"
    other = Order.objects.get(coi_id=journeys.neighbour.coi_id).patient_id
    with pytest.raises(Conflict, match="request_id_used"):
        coi.erase_patient(**asked | {"patient": other})
    assert verify(now=given.now(), record=False).is_sound


@pytest.mark.requirement("URS-KEEP-05")
def test_the_day_after_its_time_the_name_goes_and_what_traces_the_cells_stays(journeys: Journeys) -> None:
    p = ended(journeys.bedside)
    in_effect(p)
    order = Order.objects.get(coi_id=p.coi_id)
    until = last_expiry(p).replace(year=last_expiry(p).year + 30)
    in_the_last_hour = noon(until).replace(hour=23, minute=59)
    assert not coi.erase_patient(**erasing(p, in_the_last_hour)).is_done
    before = ledger.entries_in_stream(f"journey:{p.coi_id}")
    containers = list(Container.objects.filter(order=order).order_by("code").values_list("code", "status"))
    assert coi.erase_patient(**erasing(p, in_the_last_hour + timedelta(minutes=1))).is_done
    assert not is_there(p)
    assert ledger.entries_in_stream(f"journey:{p.coi_id}") == before
    assert (
        list(Container.objects.filter(order=order).order_by("code").values_list("code", "status"))
        == containers
    )
    assert order.collection_set.exists()
    assert verify(now=given.now(), record=False).is_sound


@pytest.mark.requirement("URS-KEEP-05")
def test_whoever_gave_nothing_is_forgotten_when_the_journey_is_over(journeys: Journeys) -> None:
    """No cells, nothing to trace; while the journey is open cells may still come."""
    p = journeys.fresh
    in_effect(p)
    (kept,) = coi.erase_patient(**erasing(p)).kept
    assert (kept.state, kept.until) == (KeptState.NOT_YET_KNOWN, None)
    withdrawn(p)
    assert kept_of(p)[Records.IDENTITY].state is KeptState.NOTHING
    assert coi.erase_patient(**erasing(p)).is_done
    assert not is_there(p)
    assert verify(now=given.now(), record=False).is_sound


def test_every_journey_of_the_patient_counts(journeys: Journeys) -> None:
    """One is over, and of another the time is not known: the name stays, and the answer names that one."""
    p = withdrawn(journeys.fresh)
    second = second_course(journeys)
    in_effect(p)
    assert [one.coi_id for one in coi.erase_patient(**erasing(p)).kept] == [second.coi_id]
    assert is_there(p)


# -- pages ------------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("clock")
def test_the_administrator_of_the_hospital_is_told_why_not(journeys: Journeys) -> None:
    p = journeys.bedside
    in_effect(p)
    client = signed_in(p.demo.member("Ada"))
    address = f"/journeys/{p.coi_id}/erase/"
    shown = said_by(client.get(f"/journeys/{p.coi_id}/"))
    assert "How long it is kept" in shown
    assert "not known yet" in shown
    assert "30 years from the product's expiry" in shown
    assert "rule GB-TRACE of RETENTION, version 1" in shown
    assert "Erase who the patient is" in shown
    form = {"request_id": uuid4(), "reason": "asked for", "username": "admin", "password": "wrong"}
    assert client.post(address, form | {"reason": ""}).status_code == 422
    assert client.post(address, form).status_code == 403
    answer = client.post(address, form | {"password": given.site.PASSWORD, "request_id": uuid4()})
    assert answer.status_code == 200
    assert "Not erased, and that is recorded" in said_by(answer)
    assert f"{p.coi_id}: until when is not known yet. By rule GB-NAMES of RETENTION" in said_by(answer)
    assert is_there(p)


@pytest.mark.usefixtures("clock")
def test_and_erases_by_the_page_what_no_rule_keeps(journeys: Journeys) -> None:
    p = withdrawn(journeys.fresh)
    client = signed_in(p.demo.member("Ada"))
    form = {
        "request_id": uuid4(),
        "reason": "asked for",
        "username": "admin",
        "password": given.site.PASSWORD,
    }
    answer = client.post(f"/journeys/{p.coi_id}/erase/", form, follow=True)
    assert "The patient's identity is erased. The record stays." in said_by(answer)
    assert "Nothing was collected" in said_by(answer)
    assert not is_there(p)
    assert "Erase who the patient is" not in said_by(
        signed_in(p.demo.member("Olga")).get(f"/journeys/{p.coi_id}/")
    )
