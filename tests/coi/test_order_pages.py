"""Pages of orders: enrolling a patient, and what is told at a wrong field."""

from uuid import uuid4

import pytest

from coi.models import Order
from config.demonstration.site import PLANT
from tests.coi.doors import place, signed_in, text_of

pytestmark = pytest.mark.usefixtures("clock")


def test_an_order_is_placed_and_its_sheet_shown(olga):
    client = signed_in(olga)
    assert "Enrol and issue" in text_of(client.get("/orders/new/"))
    answer = place(client)
    assert answer.status_code == 302
    coi_id = answer["Location"].split("/")[2]
    sheet = text_of(client.get(answer["Location"]))
    assert Order.objects.filter(coi_id=coi_id).exists()
    assert coi_id in sheet
    assert "What to do next" in sheet
    assert "Newcomer" not in sheet


def test_the_same_form_twice_is_one_order(olga):
    client, request_id = signed_in(olga), uuid4()
    first, again = place(client, request_id=request_id), place(client, request_id=request_id)
    assert first["Location"] == again["Location"]


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("mrn_again", "MRN78", "The two hospital numbers differ."),
        ("wristband", "VW1234", "not the code of a wristband"),
        ("family_name", " ", "This field is required."),
        ("family_name", "a\x00b", "Null characters are not allowed."),
        ("born_on", "yesterday", "Enter a valid date."),
        ("treating", PLANT, "Select a valid choice."),
        ("product", "none", "Select a valid choice."),
    ],
)
def test_a_wrong_field_is_told_at_the_field(olga, field, value, said):
    before = Order.objects.count()
    answer = place(signed_in(olga), **{field: value})
    assert answer.status_code == 422
    assert said in text_of(answer)
    assert "Newcomer" in text_of(answer) or field == "family_name"
    assert Order.objects.count() == before


def test_a_wristband_in_use_is_a_conflict(journeys, olga):
    answer = place(signed_in(olga), wristband=journeys.bedside.wristband)
    assert answer.status_code == 409
    assert "belongs to another journey" in text_of(answer)


def test_orders_are_for_coordinators(nurse):
    client = signed_in(nurse)
    assert client.get("/orders/new/").status_code == 403
    assert place(client).status_code == 403
