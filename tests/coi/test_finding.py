"""Finding: any identifier leads to the one journey, exactly, for those who may see it."""

import json
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from coi import services as coi
from coi.events import Event
from coi.models import Collection
from coi.selectors import finding
from config.demonstration.player import Player
from config.demonstration.site import HOSPITAL, PLANT, SECOND
from ledger import selectors as ledger
from people.rules import codes
from tests import given
from tests.coi.doors import browser, signed_in
from tests.coi.test_aliases import EVERY, add, retire, second_course
from tests.coi.test_query_counts import FRAMES
from tests.furnished import Journeys


def find(j: Journeys, text: str, who: str = "Olga", at: str = HOSPITAL) -> coi.Found:
    """What somebody finds."""
    return coi.find_journey(text=text, **given.doing(j.bedside, who, at))


def found(j: Journeys, text: str, who: str = "Olga", at: str = HOSPITAL) -> set[str]:
    """The COI ids."""
    return {match.coi_id for match in find(j, text, who, at).matches}


def din_of(p: Player) -> str:
    """The donation number of a journey."""
    return Collection.objects.get(order__coi_id=p.coi_id).din


@pytest.mark.requirement("URS-FIND-01")
def test_every_identifier_finds_its_one_journey(journeys: Journeys) -> None:
    j, p = journeys, journeys.filled
    for kind, value in EVERY.items():
        add(j, p, kind, value)
    din, bag = din_of(p), p.containers("product_bag")[0]
    texts = {
        p.coi_id: "coi",
        f"&/{p.coi_id}": "coi",
        p.coi_id + codes.check_char(p.coi_id): "coi",
        din: "din",
        f"={din}00": "din",
        f"={din}07": "din",
        din + codes.check_char(din): "din",
        bag.code: "container",
        bag.label: "label",
        bag.batch: "batch",
        p.wristband: "wristband",
        "MRN0000005": "mrn",
        **{value: str(kind) for kind, value in EVERY.items()},
    }
    for text, kind in texts.items():
        one = find(j, text).one
        assert one is not None, text
        assert (one.coi_id, one.kinds) == (p.coi_id, (kind,)), text


@pytest.mark.parametrize(
    "near",
    [
        str.lower,
        lambda t: f" {t}",
        lambda t: f"{t} ",
        lambda t: t[:-1],
        lambda t: f"{t}\x00",
        lambda t: f"{t}%",
    ],
)
def test_nothing_almost_right_is_found(journeys: Journeys, near: Any) -> None:
    j, p = journeys, journeys.filled
    bag = p.containers("product_bag")[0]
    add(j, p, "join", "Join-42")
    for text in (p.coi_id, din_of(p), bag.code, bag.label, bag.batch, p.wristband, "MRN0000005", "Join-42"):
        assert found(j, near(text)) == set(), text
    assert found(j, "") == found(j, "x" * 5000) == found(j, "\ud800") == set()


def test_others_see_only_what_is_theirs(journeys: Journeys) -> None:
    j, p = journeys, journeys.filled
    add(j, p, "subject", "001-042")
    for text in (p.coi_id, p.label("product_bag"), p.wristband, "MRN0000005", "001-042"):
        assert found(j, text, "Pia", SECOND) == set(), text
    # the manufacturer finds the material, and never a person
    assert found(j, p.coi_id, "Alice", PLANT) == {p.coi_id}
    for text in (p.wristband, "MRN0000005", "001-042"):
        assert found(j, text, "Alice", PLANT) == set(), text


def test_one_number_of_two_journeys_is_a_choice(journeys: Journeys) -> None:
    j = journeys
    add(j, j.fresh, "lot", "42")
    add(j, j.labelled, "lot", "42", issuer=SECOND)
    assert found(j, "42") == {j.fresh.coi_id, j.labelled.coi_id}
    assert find(j, "42").one is None
    second = second_course(j)
    assert found(j, "MRN0000001") == {j.fresh.coi_id, second.coi_id}


def test_what_was_retired_finds_nothing(journeys: Journeys) -> None:
    j = journeys
    row = add(j, j.fresh, "join", "J-1")
    retire(j, row, corrected="J-2")
    assert found(j, "J-1") == set()
    assert found(j, "J-2") == {j.fresh.coi_id}


def looks(j: Journeys) -> list[Any]:
    """The entries of looks at persons."""
    del j
    return ledger.entries_of_events([Event.IDENTITY_LOOKED_UP])


def test_looking_for_a_person_is_recorded_and_what_was_typed_is_not(journeys: Journeys) -> None:
    j, p = journeys, journeys.fresh
    for text, journeys_found in (("MRN0000001", 1), (p.wristband, 1), ("MRN9999999", 0)):
        before = len(looks(j))
        find(j, text)
        entry = looks(j)[0]
        assert len(looks(j)) == before + 1
        assert entry.facts["journeys"] == journeys_found
        assert text not in json.dumps(entry.facts) + entry.body.decode()
        keys = {s.key for s in ledger.subjects_of([entry.id])[entry.id]}
        assert keys == ({p.coi_id} if journeys_found else set())
    before = len(looks(j))
    for text in (p.coi_id, f"&/{p.coi_id}", j.filled.label("product_bag")):
        find(j, text)
    find(j, "MRN0000001", "Alice", PLANT)  # she is not told whether there is such a patient
    assert len(looks(j)) == before


def statements(j: Journeys, text: str) -> list[str]:
    """What a look-up costs."""
    with CaptureQueriesContext(connection) as caught:
        find(j, text)
    return [q["sql"] for q in caught if not q["sql"].startswith(FRAMES)]


def test_a_look_costs_two_statements_and_a_record_two_more(journeys: Journeys) -> None:
    j = journeys
    add(j, j.fresh, "join", "J-1")
    assert len(statements(j, j.fresh.coi_id)) == 2
    assert len(statements(j, "J-1")) == 2
    assert len(statements(j, "MRN0000001")) == 4


MANY = 20_000
_PATIENTS = """
INSERT INTO coi_patient (id, treating_site_id, mrn_index, enrolled_at)
SELECT gen_random_uuid(), 'NORTH', 'm' || n, now() FROM generate_series(1, %s) n"""
_ORDERS = """
INSERT INTO coi_order (id, coi_id, kind, patient_id, product_id, treating_site_id, collection_site_id,
                       courier_site_id, manufacturing_site_id, protocol_id, ordered_at, phase)
SELECT gen_random_uuid(), p.mrn_index, o.kind, p.id, o.product_id, o.treating_site_id, o.collection_site_id,
       o.courier_site_id, o.manufacturing_site_id, o.protocol_id, now(), ''
  FROM coi_patient p, (SELECT * FROM coi_order LIMIT 1) o WHERE p.mrn_index LIKE 'm%%'"""
_ALIASES = """
INSERT INTO coi_alias (id, order_id, issuer_id, kind, value_key, added_at, added_by_name, retired_by_name,
                       retire_reason)
SELECT gen_random_uuid(), o.id, 'NORTH', k.kind, o.coi_id, now(), '', '', ''
  FROM coi_order o, (VALUES ('join'), ('wristband')) k (kind) WHERE o.coi_id LIKE 'm%%'"""


def test_the_look_goes_through_indexes(journeys: Journeys) -> None:
    _, params = finding.look_up("MRN0000001", [HOSPITAL])
    _, band = finding.look_up(journeys.fresh.wristband, [HOSPITAL])
    filled = {name: values + band[name] for name, values in params.items()} | {"sites": [HOSPITAL]}
    with connection.cursor() as cursor:
        cursor.execute(_PATIENTS, [MANY])
        cursor.execute(_ORDERS)
        cursor.execute(_ALIASES)
        cursor.execute("ANALYZE coi_patient, coi_order, coi_alias")
        cursor.execute("EXPLAIN " + finding.FIND.partition("*/")[2], filled)
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "coi_alias_value" in plan, plan
    assert "coi_patient_mrn_uniq" in plan, plan
    for table in ("coi_alias", "coi_patient", "coi_order"):
        assert f"Seq Scan on {table}" not in plan, plan


# -- doors ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def olga(journeys: Journeys, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The coordinator's browser, at the journeys' time."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: journeys.bedside.now)
    return signed_in(journeys.demo.member("Olga"))


def test_the_page_goes_to_the_one_journey(journeys: Journeys, olga: Any) -> None:
    p = journeys.filled
    answer = olga.get("/find/", {"q": din_of(p)})
    assert (answer.status_code, answer["Location"]) == (302, f"/journeys/{p.coi_id}/")
    answer = olga.get("/find/", {"q": "nobody"})
    assert answer.status_code == 404
    assert "Nothing found" in answer.content.decode()
    assert "was recorded" in answer.content.decode()
    assert olga.get("/find/").status_code == 200
    assert olga.get("/find/", {"q": "x" * 5000}).status_code == 422
    assert browser().get("/find/", {"q": "x"}).status_code == 302  # to the sign-in


def test_the_page_lets_choose(journeys: Journeys, olga: Any) -> None:
    j = journeys
    add(j, j.fresh, "lot", "42")
    add(j, j.labelled, "lot", "42", issuer=SECOND)
    shown = olga.get("/find/", {"q": "42"})
    assert shown.status_code == 200
    assert all(p.coi_id in shown.content.decode() for p in (j.fresh, j.labelled))


def test_the_api_says_one_none_or_several(journeys: Journeys, olga: Any) -> None:
    j, path = journeys, "/api/v1/find/"
    add(j, j.fresh, "lot", "42")
    one = olga.get(path, {"q": "42"}).json()
    assert one["outcome"] == "one"
    assert one["matches"][0] == {
        "coi_id": j.fresh.coi_id,
        "product": "CD19 CAR-T (demonstration)",
        "treating_site": HOSPITAL,
        "is_open": True,
        "kinds": ["lot"],
    }
    add(j, j.labelled, "lot", "42", issuer=SECOND)
    assert olga.get(path, {"q": "42"}).json()["outcome"] == "several"
    assert olga.get(path, {"q": "nobody"}).json() == {"outcome": "none", "read_as": [], "matches": []}
    assert olga.get(path).status_code == 422
    assert browser().get(path, {"q": "42"}).status_code in (401, 403)
