"""Suppliers' own labels: a lot is found by them, and what is missing or differs is a stop."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import transaction

from coi.models import MaterialLot
from ledger.rules.errors import Conflict, Invalid
from people.rules import codes
from tests import given
from tests.coi.services_given import refused
from tests.coi.test_query_counts import statements
from tests.coi.wiring_given import GS, SUPPLIED, Code, received, transduce
from tests.furnished import Journeys


def test_a_lot_is_found_by_its_suppliers_label_and_by_ours_alike(journeys: Journeys) -> None:
    j = journeys
    code = received(j)
    row = MaterialLot.objects.get(code=code)
    assert (row.gtin, row.lot_no) == ("09506000134352", "LOT42A")
    assert row.elements == {
        "gs1:01": "09506000134352",
        "gs1:10": "LOT42A",
        "gs1:17": "281231",
        "gs1:21": "",
    }
    first = transduce(j, SUPPLIED.replace("BAG01", "BAG99"))
    assert first["refusals"] == []
    second = transduce(j, code, "Amir", check=first["check"])
    assert second["outcome"] == "accepted"


def test_a_dropped_separator_is_a_stop(journeys: Journeys) -> None:
    j = journeys
    received(j)
    answer = transduce(j, SUPPLIED.replace(GS, ""))
    assert refused(answer) == [Code.ELEMENT_MISSING]
    assert answer["refusals"][0]["kind"] == "stop"
    assert answer["refusals"][0]["params"]["elements"] == "21"


def test_a_missing_expiry_and_another_expiry_are_stops(journeys: Journeys) -> None:
    j = journeys
    received(j)
    answer = transduce(j, SUPPLIED.replace("17281231", ""))
    assert refused(answer) == [Code.ELEMENT_MISSING]
    given.cleared(j.cultured, "HOOD", answer["check"], j.demo.member("Amir"))
    answer = transduce(j, SUPPLIED.replace("17281231", "17291231"))
    assert refused(answer) == [Code.LOT_NOT_USABLE]
    assert answer["refusals"][0]["params"]["why"] == "expiry_differs"


def test_another_lot_of_the_same_product_is_unknown(journeys: Journeys) -> None:
    j = journeys
    received(j)
    assert refused(transduce(j, SUPPLIED.replace("LOT42A", "LOT42B"))) == [Code.UNKNOWN_CODE]
    assert refused(transduce(j, SUPPLIED.replace("LOT42A", "lot42a"))) == [Code.UNKNOWN_CODE]


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"lot_no": "LOT42"}, "lot_no"),
        ({"expires_at": datetime(2028, 12, 30, 12, tzinfo=UTC)}, "expires_at"),
        ({"label": SUPPLIED.replace(GS, "")}, "lot_no"),
        ({"label": "]d20109506000134352"}, "supplier_label"),
        ({"label": codes.make("M", "1")}, "supplier_label"),
    ],
)
def test_what_was_read_by_eye_has_to_agree_with_the_label(
    journeys: Journeys, more: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as caught:
        received(journeys, **more)
    assert list(caught.value.detail["fields"]) == [field]
    assert not MaterialLot.objects.exclude(gtin="").exists()


def test_a_lot_is_registered_once_at_a_site(journeys: Journeys) -> None:
    j = journeys
    received(j)
    with pytest.raises(Conflict, match="lot_registered"):
        received(j, code=codes.make("M", "AGAIN"))


def test_a_suppliers_label_costs_no_statement_more(journeys: Journeys) -> None:
    j, p = journeys, journeys.cultured
    code = received(j)
    counts = []
    for lot in (code, SUPPLIED):
        p.wait(minutes=1)
        with transaction.atomic():
            sql, answer = statements(lambda lot=lot: transduce(j, lot))
            transaction.set_rollback(True)
        assert answer["refusals"] == []
        counts.append(len(sql))
    assert counts[0] == counts[1]
