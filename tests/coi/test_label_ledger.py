"""The label ledger: what became of every copy that was printed, said once, corrected with a reason."""

from typing import Any

import pytest

from coi import services as coi
from coi.models import Deviation, LabelCopy
from coi.rules.journey import Fate
from coi.rules.labels_reconciliation import Account
from coi.selectors.batches import batch_by_code, dossiers
from coi.selectors.labels import label_reconciliation
from config.demonstration import story
from config.demonstration.player import Player
from config.demonstration.site import HOSPITAL, PLANT, SECOND
from ledger.rules.errors import Conflict, Invalid, NotAllowed, NotFound
from ledger.selectors import entries_for_subject
from people.rules.roles import Role
from tests import given
from tests.furnished import Journeys


def replaced(p: Player, name: str = "Alice") -> str:
    """The label of the first bag is drawn, replaced and applied again; answers with the code of the old copy."""
    given.sweep(p)
    old = p.label("product_bag")
    new = given.a_reprint(p, old, name)
    story._two(p, "label_bag", [new])
    return old


def account(p: Player, label: str, fate: Fate = Fate.SPOILED, name: str = "Alice", **more: Any) -> None:
    about = {"copy": label, "fate": fate, "reason": "damaged"} | more
    coi.account_for_label(**about, **given.doing(p, name))


def counts(p: Player) -> dict[Account, int]:
    """The labels of the batch by what became of them, whatever the kind."""
    found: dict[Account, int] = {}
    batch = batch_by_code(p.containers("product_bag")[0].batch)
    assert batch is not None
    for line in label_reconciliation(batch.id).lines:
        for key, number in line.counts.items():
            found[key] = found.get(key, 0) + number
    return found


def test_the_copy_that_is_scanned_back_is_used(journeys: Journeys) -> None:
    p = journeys.filled
    copy = LabelCopy.objects.get(code=p.label("product_bag"))
    assert (copy.fate, copy.fate_by_name, copy.fate_at) == ("used", "Amir Aziz", copy.applied_at)
    assert set(counts(p)) == {Account.USED}


def test_a_copy_that_was_replaced_is_open_until_somebody_says_what_became_of_it(journeys: Journeys) -> None:
    p = journeys.filled
    old = replaced(p)
    copy = LabelCopy.objects.get(code=old)
    assert (copy.status, copy.fate, copy.fate_by_name) == ("void", "", "")
    assert counts(p)[Account.OPEN] == 1
    request = given.doing(p, "Alice")
    for _ in range(2):  # the answer was lost, and it is asked again
        coi.account_for_label(copy=old, fate=Fate.RETAINED, reason="taken_off", **request)
    copy.refresh_from_db()
    assert (copy.fate, copy.fate_reason, copy.fate_by_name) == ("retained", "taken_off", "Alice Adams")
    assert (counts(p).get(Account.OPEN, 0), counts(p)[Account.RETAINED]) == (0, 1)
    with pytest.raises(Conflict, match="label_accounted"):
        account(p, old)
    with pytest.raises(Conflict, match="request_id_used"):
        coi.account_for_label(copy=old, fate=Fate.SPOILED, reason="taken_off", **request)


def test_what_was_said_is_corrected_by_another_entry(journeys: Journeys) -> None:
    p = journeys.filled
    old = replaced(p)
    account(p, old)
    about = {"copy": old, "fate": Fate.DESTROYED, "reason": "mistaken"}
    with pytest.raises(Invalid):
        coi.correct_label_fate(**about | {"reason": "damaged"}, **given.doing(p, "Bob"))
    coi.correct_label_fate(**about, **given.doing(p, "Bob"))
    assert LabelCopy.objects.get(code=old).fate == "destroyed"
    container = str(LabelCopy.objects.get(code=old).container_id)
    first, second = [e for e in entries_for_subject("container", container) if "fate" in e.facts]
    assert (second.facts["was"], second.reason, second.event) == (
        "spoiled",
        "mistaken",
        "coi:label:fate_corrected",
    )
    assert second.corrects_id == first.uuid
    with pytest.raises(Conflict, match="nothing_changes"):
        coi.correct_label_fate(**about, **given.doing(p, "Bob"))


def test_a_lost_label_opens_a_deviation_that_quality_closes(journeys: Journeys) -> None:
    p = journeys.filled
    old = replaced(p)
    account(p, old, Fate.LOST, reason="not_found")
    deviation = Deviation.objects.get(trigger="label_lost")
    assert (deviation.grade, deviation.state) == ("major", "open")
    assert deviation.containers == [str(LabelCopy.objects.get(code=old).container_id)]
    batch = batch_by_code(p.containers("product_bag")[0].batch)
    assert batch is not None
    found = dossiers([batch])[batch.id]
    assert [d.code for d in found.deviations] == [deviation.code]
    coi.correct_label_fate(copy=old, fate=Fate.DESTROYED, reason="found_again", **given.doing(p, "Alice"))
    deviation.refresh_from_db()
    assert deviation.state == "open", "what was looked into is closed by quality"


def test_a_copy_that_was_never_printed_is_withdrawn(journeys: Journeys) -> None:
    """Nothing of it exists, so that nothing is to be said."""
    p = journeys.chair
    old = p.label("apheresis_bag")
    given.a_reprint(p, old, "Sara", SECOND)
    with pytest.raises(Conflict, match="label_never_printed"):
        coi.account_for_label(copy=old, fate=Fate.SPOILED, reason="damaged", **given.doing(p, "Sara", SECOND))


def test_nothing_is_said_of_what_is_used_or_still_to_be_used(journeys: Journeys) -> None:
    p = journeys.filled
    applied = p.label("product_bag")
    with pytest.raises(Conflict, match="label_applied"):
        account(p, applied)
    with pytest.raises(Conflict, match="label_applied"):
        coi.correct_label_fate(copy=applied, fate=Fate.LOST, reason="mistaken", **given.doing(p, "Alice"))
    waiting = journeys.chair.label("apheresis_bag")
    given.sweep(p)
    with pytest.raises(Conflict, match="label_in_use"):
        coi.account_for_label(
            copy=waiting, fate=Fate.SPOILED, reason="damaged", **given.doing(journeys.chair, "Sara", SECOND)
        )
    old = replaced(p)
    with pytest.raises(Conflict, match="label_not_accounted"):
        coi.correct_label_fate(copy=old, fate=Fate.LOST, reason="mistaken", **given.doing(p, "Alice"))


def test_who_may_say_it(journeys: Journeys) -> None:
    p = journeys.filled
    old = replaced(p)
    for name, at in (("Ines", HOSPITAL), ("Ana", PLANT), ("Saul", SECOND)):
        with pytest.raises(NotAllowed):
            coi.account_for_label(copy=old, fate=Fate.SPOILED, reason="damaged", **given.doing(p, name, at))
    for wrong in ({"fate": Fate.USED}, {"fate": Fate.UNKNOWN}, {"reason": "because"}):
        with pytest.raises(Invalid):
            account(p, old, **wrong)
    for unknown in ("VL1", "\x00"):
        with pytest.raises(NotFound):
            account(p, unknown)
    account(p, old, name="Bob")


def test_labels_of_the_bag_that_the_batch_began_with_belong_to_it(journeys: Journeys) -> None:
    p = journeys.filled
    assert {line.kind for line in _lines(p)} >= {
        "apheresis_bag",
        "culture",
        "harvest",
        "product_bag",
        "sample",
    }
    other = journeys.cultured
    given.sweep(other)
    given.a_reprint(other, other.label("culture"), "Alice")
    assert Account.OPEN not in counts(p), "another batch's labels are none of this one's"


def _lines(p: Player) -> tuple[Any, ...]:
    batch = batch_by_code(p.containers("product_bag")[0].batch)
    assert batch is not None
    return label_reconciliation(batch.id).lines


def test_a_file_that_comes_late_changes_nothing_that_is_signed(journeys: Journeys) -> None:
    from qc.rules.case import Case
    from qc.rules.record import batch_record

    p = journeys.filled
    batch = batch_by_code(p.containers("product_bag")[0].batch)
    assert batch is not None

    def record() -> dict[str, Any]:
        return batch_record(Case(dossiers([batch])[batch.id]), protocol="", specification="")

    before = record()
    given.sweep(p)
    assert record() == before
    assert before["labels"][0]["fate"] == "used"
    replaced(p)
    assert record() != before
    assert any(line["open"] == 1 for line in record()["label_reconciliation"])


def test_dossiers_cost_no_more_for_the_labels(journeys: Journeys, django_assert_num_queries: Any) -> None:
    batch = batch_by_code(journeys.filled.containers("product_bag")[0].batch)
    assert batch is not None
    with django_assert_num_queries(8):
        dossiers([batch])


def test_a_cassette_has_copies_of_its_own(journeys: Journeys) -> None:
    """Its label is replaced alone: the bag keeps its own, and moves again once the new one was scanned beside it."""
    p = journeys.filled
    given.sweep(p)
    bag, old = p.label("product_bag"), p.cassette("product_bag")
    new = given.a_reprint(p, old, "Alice")
    assert (p.label("product_bag"), p.cassette("product_bag")) == (bag, new)
    assert p.containers("product_bag")[0].status == "available"
    assert _count(p, "cassette", Account.OPEN, Account.WAITING) == (1, 1)
    shipping = [bag, p.cassette("product_bag", 1), p.demo.shippers[1]]
    assert "label_not_applied" in _refused(p, "DOCK", shipping, "ship")
    assert "label_void" in _refused(p, "FREEZER", [bag, old], "into_cassette")
    other = p.cassette("product_bag", 1)
    assert "wrong_container" in _refused(p, "FREEZER", [bag, other], "into_cassette")


def test_a_cassette_stands_for_its_bag_once_it_was_scanned_beside_it(journeys: Journeys) -> None:
    p = journeys.filled
    given.sweep(p)
    bag = p.label("product_bag")
    new = given.a_reprint(p, p.cassette("product_bag"), "Alice")
    story._two(p, "into_cassette", [bag, new], station="FREEZER")
    assert _count(p, "cassette", Account.USED, Account.WAITING) == (2, 0)
    assert LabelCopy.objects.get(code=new).fate == "used"
    assert "label_not_applied" not in _refused(p, "DOCK", [new, p.demo.shippers[1]], "ship")
    assert "wrong_kind" in _refused(p, "BENCH", [new], "sample_product")


def test_a_cassette_is_not_relabelled_where_no_step_does_it(journeys: Journeys) -> None:
    p = journeys.bedside
    with pytest.raises(Conflict, match="label_not_applied_here"):
        given.a_reprint(p, p.cassette("product_bag", 1), p.one(Role.CELL_LAB, p.site).name.split()[0], p.site)


def _refused(p: Player, station: str, codes: list[str], step: str) -> list[str]:
    return [
        refusal["code"] for refusal in p.scan(station, p.demo.member("Alice"), *codes, step=step)["refusals"]
    ]


def _count(p: Player, kind: str, *accounts: Account) -> tuple[int, ...]:
    (line,) = [line for line in _lines(p) if line.kind == kind]
    return tuple(line.counts.get(account, 0) for account in accounts)
