"""What a result is about: a batch, a collection, a material lot. A sample that leads elsewhere is refused."""

from datetime import timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from coi.selectors.batches import batch_by_code, dossier, producers_of
from coi.selectors.collections import collections_of
from config.demonstration import site
from config.demonstration.site import PLANT, PRODUCT
from ledger import selectors as ledger
from ledger.rules.errors import Conflict, Invalid, NotAllowed, NotFound
from qc import selectors
from qc.rules.criteria import Verdict
from qc.rules.subjects import SubjectKind, SubjectRef
from tests.qc.given import Laboratory

MATERIAL = {
    "name": "Apheresis, acceptance",
    "criteria": [
        {
            "code": "VIABILITY",
            "title": "Viability",
            "sort": "quantity",
            "timing": "release",
            "method": "M-VISUAL",
            "unit": "%",
            "decimals": 0,
            "low": {"value": "90", "is_inclusive": True},
        }
    ],
}


@pytest.fixture
def specified(lab: Laboratory) -> Laboratory:
    """With specifications for collections of the product, and for lots of the vector."""
    lab.player.demo.now = lab.player.now
    for code, product, subject in (("MAT", PRODUCT, "collection"), ("VEC", "VECTOR", "material_lot")):
        content = MATERIAL | {"product": product, "subject": subject}
        site.document(lab.player.demo, "specification", code, code, content)
    lab.player.wait(minutes=1)
    return lab


def collection(lab: Laboratory) -> SubjectRef:
    order = selectors.subject(SubjectRef(SubjectKind.BATCH, lab.batch), lab.player.now).order_id
    return SubjectRef(SubjectKind.COLLECTION, collections_of(order)[0])


def lot(lab: Laboratory) -> SubjectRef:
    return SubjectRef(SubjectKind.MATERIAL_LOT, lab.player.demo.lots["vector", PLANT])


def test_a_batch_costs_two_statements_and_not_its_whole_dossier(lab, django_assert_num_queries):
    batch = batch_by_code(lab.batch)
    whole = dossier(batch)
    with django_assert_num_queries(2):
        found = selectors.subject(SubjectRef(SubjectKind.BATCH, lab.batch), lab.player.now)
    assert list(found.sources) == [it.code for it in whole.containers]
    with django_assert_num_queries(2):
        assert producers_of(batch) == whole.producers


def test_a_collection_is_judged_by_what_was_collected(specified):
    lab = specified
    bag = lab.player.containers("apheresis_bag")[0].code
    found = lab.record("VIABILITY", "89.4", subject=collection(lab), container=bag, run="")
    assert (found.subject, found.verdict, found.container) == (collection(lab), Verdict.FAIL, bag)
    entry = ledger.entries_for_subject("collection", collection(lab).code)[-1]
    assert (entry.event, entry.facts["collection"]) == ("qc:result:recorded", collection(lab).code)
    assert selectors.results_of([found.subject_id])[found.subject_id] == (found,)
    assert lab.disposition == "in_process", "a result of the material starts no test of the batch"
    lab.review(found)
    assert lab.correct(found, "89.1").version == 2


def test_a_sample_of_the_batch_is_none_of_the_collection(specified):
    lab = specified
    for wrong in (lab.tube, "", "B-OF-NOBODY"):
        with pytest.raises(Invalid) as error:
            lab.record("VIABILITY", "95", subject=collection(lab), container=wrong, run="")
        assert error.value.detail["fields"]["container"] in ("not_of_this_subject", "empty")


def test_a_material_lot_has_results_without_a_container_of_ours(specified):
    lab = specified
    found = lab.record("VIABILITY", "95", subject=lot(lab), container="", run="")
    assert (found.container, found.verdict) == ("", Verdict.PASS)
    with pytest.raises(Conflict, match="result_exists"):
        lab.record("VIABILITY", "95", subject=lot(lab), container="", run="")
    with pytest.raises(Invalid):
        lab.record("VIABILITY", "95", subject=collection(lab), container="", run="")
    with pytest.raises(NotAllowed):
        lab.record("VIABILITY", "95", subject=lot(lab), container="", run="", by="Olga")


def test_what_is_not_there_takes_no_result(lab):
    for kind in SubjectKind:
        for code in ("NOBODY", "\x00"):
            with pytest.raises(NotFound):
                lab.record("VIABILITY", "95", subject=SubjectRef(kind, code), container="", run="")
    with pytest.raises(NotFound, match="specification_missing"):
        lab.record("VIABILITY", "95", subject=lot(lab), container="", run="")


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("subject_kind = 'collection'", "qc_result_one_subject"),
        ("batch_id = NULL", "qc_result_one_subject"),
        ("attempt = 2", "qc_result_first_is_original"),
    ],
)
def test_the_database_holds_one_subject_in_a_result(lab, change, constraint):
    found = lab.record("CAR")
    with (
        pytest.raises(IntegrityError, match=constraint),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"UPDATE qc_result SET {change} WHERE id = %s", [found.id])


def test_results_of_a_collection_have_a_page(specified, as_):
    lab, ref = specified, collection(specified)
    ana, leo = as_("Ana"), as_("Leo")
    address = reverse("qc:subject", args=["collection", ref.code])
    entry = reverse("qc:result", args=["collection", ref.code, "VIABILITY"])
    assert entry in ana.get(address).content.decode()
    local = (lab.player.now - timedelta(minutes=1)).astimezone(ZoneInfo("Europe/Amsterdam"))
    bag = lab.player.containers("apheresis_bag")[0].code
    form = {"request_id": str(uuid4()), "container": bag, "value_1": "95", "run": ""}
    form |= {"tested_at": f"{local:%Y-%m-%dT%H:%M}"}
    answer = ana.post(entry, form, follow=True)
    assert "meets it" in answer.content.decode()
    (found,) = selectors.subject_page(lab.person("Ana"), ref, lab.player.now).lines
    looked = leo.post(reverse("qc:review_result", args=[found.result.id]), {"request_id": str(uuid4())})
    assert looked.status_code == 302
    assert looked["Location"] == address
    assert as_("Olga").get(address).status_code == 404
    assert ana.get(reverse("qc:subject", args=["weather", "X"])).status_code == 404
    assert ana.get(reverse("qc:subject", args=["batch", lab.batch])).status_code == 302
