"""A patient's dated weight: recorded, measured by a step, corrected and never changed; who sees it, and where."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, transaction

from coi import services as coi
from coi.models import Order, Weight
from coi.rules.journey import OrderKind
from coi.rules.weights import WeightCorrection, WeightSource
from coi.selectors.weights import visible_weights, weights_of, weights_of_orders
from config.demonstration import story
from config.demonstration.player import Player
from config.demonstration.site import COURIER, HOSPITAL, PLANT, PRODUCT
from ledger.projections import differences
from ledger.rules.errors import Conflict, Invalid, NotAllowed, NotFound
from ledger.selectors import entries_for_subject
from people import selectors as people
from people.rules import codes
from people.rules.roles import Role
from tests import given
from tests.coi.doors import browser, signed_in
from tests.coi.test_models import insert, refused
from tests.coi.test_query_counts import statements
from tests.furnished import Journeys

SCALE, RECORD = WeightSource.SCALE, WeightSource.RECORD


def recorded(p: Player, kg: str = "71.5", by: str = "Ines", at: datetime | None = None, **more: Any) -> UUID:
    about = {**given.doing(p, by, HOSPITAL), **more}
    return coi.record_weight(
        coi_id=about.pop("coi_id", p.coi_id), kg=kg, measured_at=at or p.now, source=RECORD, **about
    )


def corrected(p: Player, weight: UUID, kg: str = "17.5", by: str = "Ines", **more: Any) -> UUID:
    about = {**given.doing(p, by, HOSPITAL), **more}
    return coi.correct_weight(
        weight=weight,
        kg=kg,
        measured_at=p.now,
        source=SCALE,
        reason=WeightCorrection.MISTYPED,
        **about,
    )


def order_of(p: Player) -> UUID:
    return Order.objects.get(coi_id=p.coi_id).id


# -- services ---------------------------------------------------------------------------------------------------------


def test_a_weight_is_recorded_once_with_its_entry(journeys: Journeys) -> None:
    p, about = journeys.fresh, given.doing(journeys.fresh, "Olga", HOSPITAL)
    made = recorded(p, "71.250", **about)
    assert recorded(p, "71.250", **about) == made
    with pytest.raises(Conflict, match="request_id_used"):
        recorded(p, "71.251", **about)
    (weight,) = weights_of(order_of(p))
    assert (weight.id, weight.kg, weight.source, weight.recorded_by) == (
        str(made),
        Decimal("71.250"),
        RECORD,
        "Olga Orr",
    )
    (entry,) = [e for e in entries_for_subject("order", p.coi_id) if e.event == "coi:weight:recorded"]
    assert (entry.facts["kg"], entry.facts["source"]) == ("71.250", "record")


def test_what_is_corrected_stays_and_counts_no_more(journeys: Journeys) -> None:
    p, about = journeys.fresh, given.doing(journeys.fresh, "Ines", HOSPITAL)
    wrong = recorded(p, "71.5")
    right = corrected(p, wrong, "17.5", **about)
    assert corrected(p, wrong, "17.5", **about) == right
    with pytest.raises(Conflict, match="weight_corrected"):
        corrected(p, wrong, "17.6")
    found = {weight.id: weight for weight in weights_of(order_of(p))}
    assert (found[str(wrong)].is_current, found[str(right)].is_current) == (False, True)
    assert (found[str(right)].supersedes, found[str(right)].reason) == (str(wrong), "mistyped")
    again = corrected(p, right, "17.6")  # the correction of a correction
    assert [w.id for w in weights_of(order_of(p)) if w.is_current] == [str(again)]


@pytest.mark.parametrize(
    ("kg", "seconds", "fields"),
    [
        ("71,5", 0, {"kg": "decimal_comma"}),
        ("0.4", 0, {"kg": "not_possible"}),
        ("157 lb", 0, {"kg": "not_a_weight"}),
        ("71.5", 1, {"measured_at": "in_the_future"}),
        ("", 1, {"kg": "text_required", "measured_at": "in_the_future"}),
    ],
)
def test_what_is_no_weight_is_not_taken(
    journeys: Journeys, kg: str, seconds: int, fields: dict[str, str]
) -> None:
    p = journeys.fresh
    first = recorded(p)
    for act in (recorded, lambda p, kg, at: coi.correct_weight(**_correction(p, first, kg, at))):
        with pytest.raises(Invalid) as caught:
            act(p, kg, at=p.now + timedelta(seconds=seconds))
        assert caught.value.detail["fields"] == fields
    assert [w.id for w in weights_of(order_of(p))] == [str(first)]


def _correction(p: Player, weight: UUID, kg: str, at: datetime) -> dict[str, Any]:
    about = {"weight": weight, "kg": kg, "measured_at": at, "source": SCALE}
    return about | {"reason": WeightCorrection.WRONG_TIME} | given.doing(p, "Ines", HOSPITAL)


@pytest.mark.parametrize("by", ["Nora", "Lena", "Eva", "Alice", "Bob", "Carol", "Dave", "Ada"])
def test_only_the_treating_site_weighs(journeys: Journeys, by: str) -> None:
    """Collector and cell laboratory of the same site, a nurse of another, everybody else."""
    first = recorded(journeys.fresh)
    for act in (recorded, lambda p, by: corrected(p, first, by=by)):
        with pytest.raises(NotAllowed, match="role_missing"):
            act(journeys.fresh, by=by)


def test_there_must_be_a_journey_a_patient_and_time(journeys: Journeys) -> None:
    p = journeys.fresh
    for unknown in ("CHA000000000000", "\x00"):
        with pytest.raises(NotFound, match="order_unknown"):
            recorded(p, coi_id=unknown)
    with pytest.raises(NotFound, match="weight_unknown"):
        corrected(p, uuid4())
    run = coi.enrol_patient_and_order(
        patient=coi.PatientDetails("Run", "One", given.BORN, "MRN-RUN"),
        wristband=codes.make("W", "RUN"),
        product=PRODUCT,
        sites=coi.OrderSites(HOSPITAL, HOSPITAL, COURIER, PLANT),
        kind=OrderKind.ENGINEERING,
        **given.doing(p, "Olga", HOSPITAL),
    )
    with pytest.raises(Conflict, match="patient_missing"):
        recorded(p, coi_id=run)


def test_a_closed_journey_takes_corrections_alone(journeys: Journeys) -> None:
    p = journeys.ready
    story.infuse_all(p)
    story.close_out(p)
    with pytest.raises(Conflict, match="journey_closed"):
        recorded(p)
    weight = UUID(weights_of(order_of(p))[0].id)
    corrected(p, weight, "70.5")
    assert next(w for w in weights_of(order_of(p)) if w.is_current).kg == Decimal("70.5")


def test_a_step_that_weighs_the_patient_gives_a_dated_weight(journeys: Journeys) -> None:
    p = journeys.ready
    (weight,) = weights_of(order_of(p))
    assert (weight.kg, weight.source, weight.step) == (Decimal("71.5"), SCALE, "patient_ready")
    assert weight.recorded_by in {m.name for m in p.demo.with_role(Role.NURSE, p.site)}
    p.wait(days=1)
    nurse = p.one(Role.NURSE, p.site)
    answer = p.scan(
        "NBED", nurse, p.order_code, p.wristband, step="patient_ready", values={"weight": "70.1234"}
    )
    assert [r["params"]["why"] for r in answer["refusals"]] == ["not_a_weight"]
    p.do("patient_ready", "NBED", nurse, [p.order_code, p.wristband], values={"weight": "70.123"})
    assert [str(w.kg) for w in weights_of(order_of(p))] == ["70.123", "71.500"]


def test_the_rows_can_be_rebuilt(journeys: Journeys) -> None:
    corrected(journeys.fresh, recorded(journeys.fresh))
    with transaction.atomic():
        assert list(differences("default")) == []


def test_of_many_orders_all_weights_in_one_statement(journeys: Journeys) -> None:
    orders = [order_of(p) for p in (journeys.ready, journeys.bedside, journeys.fresh)]
    sql, found = statements(lambda: weights_of_orders(orders))
    assert len(sql) == 1
    assert [len(found[str(order)]) for order in orders] == [1, 1, 0]


# -- the database -----------------------------------------------------------------------------------------------------


def test_the_database_keeps_a_weight_as_it_is(journeys: Journeys) -> None:
    first = recorded(journeys.fresh)
    with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
        Weight.objects.filter(id=first).update(kg=Decimal(70))
    insert("coi_weight", first)
    for constraint, columns in (
        ("coi_weight_possible", {"kg": "0.499"}),
        ("coi_weight_possible", {"kg": "400.001"}),
        ("coi_weight_source_known", {"source": "guess"}),
        ("coi_weight_not_in_the_future", {"measured_at": journeys.fresh.now + timedelta(seconds=1)}),
        ("coi_weight_superseded_for_a_reason", {"supersedes_id": first}),
        ("coi_weight_superseded_for_a_reason", {"reason": "mistyped"}),
        (
            "coi_weight_same_order",
            {"supersedes_id": first, "reason": "mistyped", "order_id": order_of(journeys.ready)},
        ),
    ):
        with refused(constraint):
            insert("coi_weight", first, **columns)
    insert("coi_weight", first, supersedes_id=first, reason="mistyped")
    with refused("coi_weight_supersedes_id_key"):
        insert("coi_weight", first, supersedes_id=first, reason="mistyped")


# -- who sees it ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "is_seen"), [("Ines", True), ("Alice", True), ("Carol", True), ("Eva", False), ("Dave", False)]
)
def test_the_sites_of_the_journey_see_it_and_no_others(
    journeys: Journeys, who: str, *, is_seen: bool
) -> None:
    p = journeys.ready
    viewer = people.person(p.demo.member(who).user_id, p.now)
    assert viewer is not None
    if is_seen:
        assert [w.shown for w in visible_weights(viewer, p.coi_id, p.now)] == ["71.5"]
        return
    with pytest.raises(NotFound, match="order_unknown"):
        visible_weights(viewer, p.coi_id, p.now)


@pytest.fixture
def clock(journeys: Journeys, monkeypatch: pytest.MonkeyPatch) -> None:
    """The doors' clock is the journey's."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: journeys.ready.now)


def posted(p: Player, who: str, path: str, **fields: str) -> Any:
    local = p.now.strftime("%Y-%m-%dT%H:%M")
    given_fields = {"request_id": str(uuid4()), "kg": "70.2", "measured_at": local, "source": "scale"}
    return signed_in(p.demo.member(who)).post(path, given_fields | fields)


@pytest.mark.usefixtures("clock")
class TestPage:
    """On the page of the journey."""

    def path(self, p: Player, weight: str = "") -> str:
        return f"/journeys/{p.coi_id}/weights/{f'{weight}/' if weight else ''}"

    def test_whoever_may_records_and_everybody_of_the_journey_reads(self, journeys: Journeys) -> None:
        p = journeys.ready
        p.wait(minutes=5)
        assert posted(p, "Ines", self.path(p)).status_code == 302
        assert [w.shown for w in weights_of(order_of(p))] == ["70.2", "71.5"]
        page = signed_in(p.demo.member("Alice")).get(f"/journeys/{p.coi_id}/").content.decode()
        assert "70.2 kg" in page
        assert "Record the weight" not in page
        assert (
            "Record the weight"
            in signed_in(p.demo.member("Ines")).get(f"/journeys/{p.coi_id}/").content.decode()
        )

    def test_what_is_wrong_is_told_at_the_field(self, journeys: Journeys) -> None:
        p = journeys.ready
        answer = posted(p, "Ines", self.path(p), kg="70,2")
        assert answer.status_code == 422
        assert "Write a point, not a comma" in answer.content.decode()
        later = (p.now + timedelta(hours=3)).strftime("%Y-%m-%dT%H:%M")
        assert "This is in the future" in posted(p, "Ines", self.path(p), measured_at=later).content.decode()
        far = posted(p, "Ines", self.path(p), measured_at="0001-01-01T00:00").content.decode()
        assert "is the year right?" in far
        assert posted(p, "Ines", self.path(p), source="guess").status_code == 422
        assert posted(p, "Lena", self.path(p)).status_code == 403
        assert posted(p, "Eva", self.path(p)).status_code == 404
        assert len(weights_of(order_of(p))) == 1

    def test_a_correction_says_why(self, journeys: Journeys) -> None:
        p = journeys.ready
        old = weights_of(order_of(p))[0].id
        assert "71.5 kg" in signed_in(p.demo.member("Ines")).get(self.path(p, old)).content.decode()
        assert posted(p, "Ines", self.path(p, old), reason="").status_code == 422
        assert posted(p, "Ines", self.path(p, old), reason="mistyped").status_code == 302
        assert posted(p, "Ines", self.path(p, old), reason="mistyped").status_code == 404  # it is corrected
        assert posted(p, "Ines", self.path(p, str(uuid4())), reason="mistyped").status_code == 404
        page = signed_in(p.demo.member("Ines")).get(f"/journeys/{p.coi_id}/").content.decode()
        assert "<del>71.5 kg</del>" in page
        assert "Mistyped" in page


@pytest.mark.usefixtures("clock")
class TestApi:
    """Over the API."""

    def call(self, p: Player, who: str, **fields: Any) -> Any:
        about = {
            "request_id": str(uuid4()),
            "kg": "70.2",
            "measured_at": p.now.isoformat(),
            "source": "record",
        }
        body = {name: value for name, value in (about | fields).items() if value is not None}
        client = signed_in(p.demo.member(who))
        return client.post(self.path(p), body, content_type="application/json")

    def path(self, p: Player) -> str:
        return f"/api/v1/orders/{p.coi_id}/weights/"

    def test_it_records_corrects_and_lists(self, journeys: Journeys) -> None:
        p = journeys.ready
        told = self.call(p, "Ines").json()["weights"]
        assert [(w["kg"], w["is_current"]) for w in told] == [("70.2", True), ("71.5", True)]
        answer = self.call(p, "Ines", kg="70.3", supersedes=told[0]["id"], reason="mistyped")
        assert [w["kg"] for w in answer.json()["weights"] if w["is_current"]] == ["70.3", "71.5"]
        assert signed_in(p.demo.member("Alice")).get(self.path(p)).json() == answer.json()

    def test_who_may_not_is_told_so(self, journeys: Journeys) -> None:
        p = journeys.ready
        assert browser().get(self.path(p)).status_code == 401
        assert self.call(p, "Alice").status_code == 403
        assert self.call(p, "Eva").status_code == 404
        assert signed_in(p.demo.member("Eva")).get(self.path(p)).status_code == 404
        other = weights_of(order_of(journeys.neighbour))[0].id
        answer = self.call(p, "Ines", supersedes=other, reason="mistyped")
        assert (answer.status_code, answer.json()["code"]) == (404, "weight_unknown")

    @pytest.mark.parametrize(
        ("fields", "wrong"),
        [
            ({"kg": "71,5"}, {"kg": "decimal_comma"}),
            ({"kg": None}, {"kg": "text_required"}),
            ({"kg": ["1"]}, {"kg": "not_a_text"}),
            ({"kg": 71}, {"kg": "not_a_text"}),
            ({"measured_at": "2026-03-01T10:00"}, {"measured_at": "not_a_moment"}),
            ({"measured_at": "2026-02-30T10:00Z"}, {"measured_at": "not_a_moment"}),
            ({"measured_at": "0001-01-01T00:00+02:00"}, {"measured_at": "not_a_moment"}),
            ({"measured_at": "2126-02-03T10:00Z"}, {"measured_at": "in_the_future"}),
            ({"source": "guess"}, {"source": "not_choice"}),
            ({"request_id": "1"}, {"request_id": "not_a_uuid"}),
            ({"reason": "mistyped"}, {"reason": "not_a_correction"}),
            ({"supersedes": str(UUID(int=1))}, {"reason": "text_required"}),
            ({"unit": "lb"}, {"unit": "unknown_field"}),
        ],
    )
    def test_every_wrong_field_is_named(
        self, journeys: Journeys, fields: dict[str, Any], wrong: dict[str, str]
    ) -> None:
        answer = self.call(journeys.ready, "Ines", **fields)
        assert (answer.status_code, answer.json()["detail"]["fields"]) == (422, wrong)
        assert len(weights_of(order_of(journeys.ready))) == 1
