"""Aliases: whatever others call a journey finds that one, and what is another's is refused, shown and recorded."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from coi import services as coi
from coi.events import Event
from coi.models import Alias, Collection, Order
from coi.rules.aliases import PERSONAL, AliasKind, RetireReason
from config.demonstration import story
from config.demonstration.player import Player
from config.demonstration.site import HOSPITAL, PLANT, SECOND
from ledger import selectors as ledger
from ledger.rules.errors import Conflict, Invalid, NotAllowed, NotFound
from people.rules import codes
from people.rules.roles import Role
from tests import given as histories
from tests.furnished import Journeys

FOREIGN_DIN = "A999626000007"


def add(
    j: Journeys, p: Player, kind: str, value: str, *, who: str = "Olga", at: str = HOSPITAL, **more: Any
) -> Any:
    """Give a journey an identifier."""
    about = {"coi_id": p.coi_id, "kind": kind, "value": value, "issuer": at} | more
    return coi.add_alias(**histories.doing(j.fresh, who, at) | about)


def retire(j: Journeys, alias: UUID, **more: Any) -> Any:
    """End one."""
    about = {"alias": alias, "reason": RetireReason.MISTYPED, "text": "A slip of the pen."} | more
    return coi.retire_alias(**histories.doing(j.fresh, "Olga", HOSPITAL) | about)


def last(event: Event) -> Any:
    """The latest entry of this event."""
    return ledger.entries_of_events([event], limit=1)[0]


EVERY = {
    AliasKind.DIN: FOREIGN_DIN,
    AliasKind.COID: "CHA999626000ABC",
    AliasKind.JOIN: "JOIN-0042",
    AliasKind.LOT: "CD8-0042",
    AliasKind.THERAPY_ORDER: "TO/42",
    AliasKind.WRISTBAND: codes.make("W", "ANOTHER"),
    AliasKind.MRN: "H-77",
    AliasKind.SUBJECT: "001-042",
}


@pytest.mark.parametrize("kind", AliasKind)
def test_each_kind_is_one_journeys_and_the_entry_tells_it(journeys: Journeys, kind: AliasKind) -> None:
    j = journeys
    row = Alias.objects.get(id=add(j, j.fresh, kind, EVERY[kind]))
    assert (row.value_key == EVERY[kind]) is (kind not in PERSONAL)
    entry = last(Event.ALIAS_ADDED)
    assert entry.facts["alias"] == kind
    assert (EVERY[kind].encode() in entry.body) is (kind not in PERSONAL)
    assert add(j, j.fresh, kind, EVERY[kind]) is None  # it has it already
    with pytest.raises(Conflict, match="alias_of_another_order") as caught:
        add(j, j.labelled, kind, EVERY[kind])
    assert caught.value.detail == {"kind": str(kind), "journey": j.fresh.coi_id}
    entry = last(Event.ALIAS_REFUSED)
    assert entry.facts["alias"] == kind
    assert EVERY[kind].encode() not in entry.body
    subjects = {s.key for s in ledger.subjects_of([entry.id])[entry.id] if s.kind == "order"}
    assert subjects == {j.fresh.coi_id, j.labelled.coi_id}
    assert Alias.objects.filter(kind=kind, value_key=row.value_key).count() == 1


def test_a_journey_that_is_not_theirs_to_see_is_not_named(journeys: Journeys) -> None:
    j = journeys
    add(j, j.fresh, "coid", "CHA999626000ABC")
    with pytest.raises(Conflict) as caught:
        add(j, j.chair, "coid", "CHA999626000ABC", who="Pia", at=SECOND)
    assert caught.value.detail["journey"] == ""
    with pytest.raises(Conflict) as caught:  # quality at the manufacturer sees both
        add(j, j.chair, "coid", "CHA999626000ABC", who="Bob", at=PLANT)
    assert caught.value.detail["journey"] == j.fresh.coi_id


def test_a_refused_request_is_refused_again_and_recorded_once(journeys: Journeys) -> None:
    j, request = journeys, uuid4()
    add(j, j.fresh, "join", "J-1")
    for _ in range(2):
        with pytest.raises(Conflict, match="alias_of_another_order"):
            add(j, j.labelled, "join", "J-1", request_id=request)
    assert len(ledger.entries_of_events([Event.ALIAS_REFUSED])) == 1


def test_the_same_request_adds_once_and_another_under_its_id_is_a_conflict(journeys: Journeys) -> None:
    j, request = journeys, uuid4()
    first = add(j, j.fresh, "join", "J-1", request_id=request)
    assert add(j, j.fresh, "join", "J-1", request_id=request) == first
    with pytest.raises(Conflict, match="request_id_used"):
        add(j, j.fresh, "join", "J-2", request_id=request)


def test_issuers_may_count_alike_where_the_world_does_not_count_once(journeys: Journeys) -> None:
    j = journeys
    add(j, j.fresh, "lot", "42", at=HOSPITAL)
    add(j, j.labelled, "lot", "42", issuer=SECOND)
    add(j, j.fresh, "din", FOREIGN_DIN, issuer=HOSPITAL)
    with pytest.raises(Conflict, match="alias_of_another_order"):
        add(j, j.labelled, "din", FOREIGN_DIN, issuer=SECOND)


def test_our_own_numbers_are_nobody_elses_alias(journeys: Journeys) -> None:
    j = journeys
    mine = Collection.objects.get(order__coi_id=j.labelled.coi_id).din
    with pytest.raises(Conflict, match="alias_of_another_order"):
        add(j, j.fresh, "din", mine)
    with pytest.raises(Conflict, match="alias_of_another_order"):
        add(j, j.fresh, "coid", j.labelled.coi_id)
    assert add(j, j.labelled, "din", mine) is None


def test_a_number_of_the_patient_is_of_every_course_of_theirs(journeys: Journeys) -> None:
    j = journeys
    second = second_course(j)
    add(j, j.fresh, "subject", "001-042")
    assert add(j, second, "subject", "001-042") is None
    with pytest.raises(Conflict, match="alias_of_another_order"):
        add(j, j.labelled, "subject", "001-042")
    with pytest.raises(Conflict, match="alias_of_another_order"):  # enrolled by it
        add(j, j.labelled, "mrn", "MRN0000001")


def second_course(j: Journeys, number: int = 1) -> Player:
    """The patient of the first journey comes again."""
    player = Player(j.demo, j.fresh.now + timedelta(days=1), name="second course")
    player._count = 5000
    with transaction.atomic():
        player.wristband = codes.make("W", "SECOND")
        player.coi_id = coi.enrol_patient_and_order(
            patient=coi.PatientDetails("Testcase", "Synthia", histories.BORN, f"MRN{number:07d}"),
            wristband=player.wristband,
            product="CD19-DEMO",
            sites=coi.OrderSites(HOSPITAL, HOSPITAL, "SWIFT", PLANT),
            **histories.doing(j.fresh, "Olga", HOSPITAL),
        )
    return player


# -- retiring ---------------------------------------------------------------------------------------------------------


@pytest.mark.requirement("URS-TRAIL-02")
def test_a_wrong_one_is_retired_stays_in_view_and_may_then_be_anothers(journeys: Journeys) -> None:
    j = journeys
    row = add(j, j.fresh, "join", "J-1")
    retire(j, row, reason=RetireReason.WRONG_JOURNEY)
    kept = Alias.objects.get(id=row)
    assert (kept.value_key, kept.retire_reason, kept.retired_by_name) == ("J-1", "wrong_journey", "Olga Orr")
    assert last(Event.ALIAS_RETIRED).facts["value"] == "J-1"
    assert b"slip" not in last(Event.ALIAS_RETIRED).body
    add(j, j.labelled, "join", "J-1")
    with pytest.raises(Conflict, match="alias_retired"):
        retire(j, row)


def test_a_correction_is_a_new_row(journeys: Journeys) -> None:
    j = journeys
    row = add(j, j.fresh, "lot", "L0T42")
    made = retire(j, row, corrected="LOT42")
    assert Alias.objects.get(id=made).replaces_id == row
    assert Alias.objects.get(id=made).value_key == "LOT42"
    other = add(j, j.labelled, "lot", "LOT43")
    with pytest.raises(Conflict, match="alias_of_another_order"):
        retire(j, other, corrected="LOT42")
    assert Alias.objects.get(id=other).retired_at is None
    assert last(Event.ALIAS_REFUSED).facts["alias"] == "lot"
    with pytest.raises(Invalid):
        retire(j, other, text=" ")
    with pytest.raises(Invalid):
        retire(j, other, corrected=" LOT44")


def test_who_may_add_may_retire_and_nobody_else(journeys: Journeys) -> None:
    j = journeys
    band = Alias.objects.get(order__coi_id=j.fresh.coi_id, kind="wristband").id
    with pytest.raises(NotAllowed):
        retire(j, band, **histories.doing(j.fresh, "Bob", PLANT))
    with pytest.raises(NotFound, match="alias_unknown"):
        retire(j, band, **histories.doing(j.fresh, "Pia", SECOND))
    with pytest.raises(NotFound, match="alias_unknown"):
        retire(j, uuid4())


def test_the_database_lets_no_alias_move(journeys: Journeys) -> None:
    j = journeys
    row = Alias.objects.filter(id=add(j, j.fresh, "join", "J-1"))
    other = Order.objects.get(coi_id=j.labelled.coi_id).id
    for change in ({"order": other}, {"value_key": "J-2"}, {"kind": "lot"}, {"issuer": SECOND}):
        with pytest.raises(DatabaseError, match=r"Cannot update"), transaction.atomic():
            row.update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        Order.objects.filter(coi_id=j.fresh.coi_id).update(patient=Order.objects.get(id=other).patient_id)


# -- what holds whatever is done --------------------------------------------------------------------------------------

_VALUES = st.sampled_from(["A", "B", "C"])
_STEPS = st.lists(
    st.tuples(
        st.sampled_from(["add", "retire", "correct"]),
        st.integers(0, 2),
        st.sampled_from([AliasKind.JOIN, AliasKind.LOT, AliasKind.COID, AliasKind.SUBJECT]),
        _VALUES,
    ),
    min_size=3,
    max_size=12,
)


@given(steps=_STEPS)
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.generate],
)
def test_no_alias_ever_moves_and_each_finds_one_journey(journeys: Journeys, steps: list[Any]) -> None:
    """Whatever people add, retire and correct: a row keeps whose it is, and no value counts for two at once."""
    j = journeys
    players = (j.fresh, j.labelled, j.filled)
    with transaction.atomic():
        seen: dict[UUID, tuple[Any, ...]] = {}
        for verb, number, kind, value in steps:
            mine = Alias.objects.filter(kind=kind, retired_at=None).order_by("id")
            try:
                if verb == "add":
                    add(j, players[number], kind, value)
                elif mine:
                    retire(j, mine[0].id, corrected=value if verb == "correct" else "")
            except Conflict:
                pass
            for row in Alias.objects.all():
                held = (row.order_id, row.patient_id, row.issuer_id, row.kind, row.value_key)
                assert seen.setdefault(row.id, held) == held
            current = list(Alias.objects.filter(retired_at=None).values_list("issuer", "kind", "value_key"))
            assert len(current) == len(set(current))
        transaction.set_rollback(True)


@pytest.mark.requirement("URS-ACC-08")
def test_nothing_personal_stands_in_any_entry(journeys: Journeys) -> None:
    j = journeys
    for kind in PERSONAL:
        add(j, j.fresh, kind, EVERY[kind])
    for entry in ledger.entries_for_subject("order", j.fresh.coi_id):
        told = json.dumps(entry.facts) + entry.body.decode()
        assert not any(EVERY[kind] in told for kind in PERSONAL)


def test_the_roles_are_those_of_the_party(journeys: Journeys) -> None:
    j = journeys
    assert add(j, j.fresh, "lot", "L-1", who="Bob", at=PLANT)
    with pytest.raises(NotAllowed):
        add(j, j.fresh, "mrn", "H-1", who="Bob", at=PLANT)
    with pytest.raises(NotAllowed):
        add(j, j.fresh, "lot", "L-2", who="Alice", at=PLANT)
    with pytest.raises(NotFound, match="order_unknown"):
        add(j, j.fresh, "lot", "L-2", who="Pia", at=SECOND)
    histories.granted(j.fresh, "Nora", Role.SUPERVISOR, HOSPITAL)
    assert add(j, j.fresh, "din", FOREIGN_DIN, who="Nora")


def test_a_number_that_came_from_another_system_is_not_given_again(journeys: Journeys) -> None:
    """The facility gave it before this system did, or by mistake in a form: our own series goes past it."""
    j = journeys
    own = sorted(Order.objects.values_list("coi_id", flat=True))[-1]
    taken = [f"{own[:9]}{int(own[9:]) + n:06d}" for n in (1, 2)]
    for value in taken:
        add(j, j.fresh, AliasKind.COID, value)
    player = histories.a_journey(j.demo, number=77, now=j.fresh.now)
    assert player.coi_id not in taken
    assert int(player.coi_id[9:]) == int(own[9:]) + 3


def test_nor_is_a_donation_number(journeys: Journeys) -> None:
    j = journeys
    last_din = sorted(Collection.objects.values_list("din", flat=True))[-1]
    taken = f"{last_din[:7]}{int(last_din[7:]) + 1:06d}"
    add(j, j.fresh, AliasKind.DIN, taken)
    player = histories.until(histories.a_journey(j.demo, number=78, now=j.fresh.now), story.collect)
    din = Collection.objects.get(order__coi_id=player.coi_id).din
    assert din[:7] == last_din[:7]
    assert din != taken
