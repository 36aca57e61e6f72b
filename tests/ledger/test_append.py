"""Appending: numbers, hashes, the clock, idempotency, and what is refused."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.transaction import TransactionManagementError

from ledger import registry, selectors, services
from ledger.models import BODY_LIMIT, Entry
from ledger.projections import LostRow
from ledger.registry import UnknownColumn, UnknownTable
from ledger.rules import Actor, ActorKind, AuthMethod, Change, Subject, new, put
from ledger.rules.leaves import EntryRecord
from tests.ledger.given import ALICE, HERE, Thing, appended, now

pytestmark = pytest.mark.django_db
A, B = UUID(int=0xA), UUID(int=0xB)


@pytest.mark.requirement("URS-TRAIL-01")
def test_an_entry_is_read_back_as_it_was_written() -> None:
    check, request, at = uuid4(), uuid4(), now()
    first = appended()
    ref = appended(
        facts={"weight": "1.5"},
        subjects=[Subject("order", "B"), Subject("order", "A"), Subject("order", "A")],
        request_id=request,
        now=at,
        performed_at=at - timedelta(hours=3),
        check=check,
        protocol_version="P-1",
        corrects=first.uuid,
        reason="mistyped",
        schema=2,
    )
    entry = selectors.entry_for_request(request)
    assert entry is not None
    assert (entry.id, entry.uuid, entry.seq, entry.recorded_at) == (ref.id, ref.uuid, 2, ref.recorded_at)
    assert (entry.stream, entry.event, entry.schema) == ("journey:A", "coi:scan:accepted", 2)
    assert (entry.occurred_at, entry.performed_at) == (at, at - timedelta(hours=3))
    assert (entry.site, entry.station, entry.zone) == ("CITY", "CITY-01", "Europe/Berlin")
    assert (entry.actor_id, entry.actor_name, entry.actor_kind) == (None, "Alice", "service")
    assert (entry.auth_method, entry.time_source, entry.reason) == ("system", "clock", "mistyped")
    assert (entry.check_id, entry.protocol_version, entry.corrects_id) == (check, "P-1", first.uuid)
    assert (entry.facts, entry.changes) == ({"weight": "1.5"}, [])
    assert entry.software_version
    subjects = selectors.subjects_of([ref.id])[ref.id]
    assert subjects == [Subject("order", "A"), Subject("order", "B")]
    columns = {name: getattr(entry, name) for name in EntryRecord.__dataclass_fields__}
    assert EntryRecord(**columns).leaf(subjects) == entry.leaf_hash == ref.leaf_hash


def test_two_statements_and_no_more(django_assert_num_queries: Any) -> None:
    with transaction.atomic(), django_assert_num_queries(2):
        services.append(
            event="coi:scan:accepted",
            stream="journey:A",
            actor=ALICE,
            where=HERE,
            now=now(),
            request_id=uuid4(),
            facts={},
            subjects=[Subject("order", str(n)) for n in range(20)],
        )


def test_every_stream_counts_for_itself() -> None:
    seqs = [(ref.stream, ref.seq) for ref in (appended("a"), appended("b"), appended("a"), appended("b"))]
    assert seqs == [("a", 1), ("b", 1), ("a", 2), ("b", 2)]


@pytest.mark.requirement("URS-TRAIL-01")
def test_a_refused_transaction_leaves_no_gap() -> None:
    appended()
    with pytest.raises(services.ClockRefused):  # after the number was drawn
        appended(now=now() - timedelta(days=1))
    assert appended().seq == 2


@pytest.mark.django_db(transaction=True)
def test_it_needs_a_transaction() -> None:
    with pytest.raises(TransactionManagementError):
        services.append(
            event="a:b:c", stream="s", actor=ALICE, where=HERE, now=now(), request_id=uuid4(), facts={}
        )


@pytest.mark.requirement("URS-TRUE-05")
def test_a_request_writes_once() -> None:
    request = uuid4()
    appended(request_id=request)
    with pytest.raises(IntegrityError, match="ledger_entry_request_id_uniq"):
        appended("another", request_id=request)
    assert selectors.entry_for_request(request) is not None
    assert selectors.entry_for_request(uuid4()) is None


@pytest.mark.parametrize("offset", [timedelta(minutes=6), -timedelta(minutes=6)])
def test_only_a_demonstration_may_invent_times(offset: timedelta) -> None:
    with pytest.raises(services.ClockRefused):
        appended(now=now() + offset)
    assert not selectors.is_demonstration()
    services.mark_demonstration(actor=ALICE, now=now(), request_id=uuid4())
    assert selectors.is_demonstration()
    ref = appended(now=now() + offset, request_id=A)
    entry = selectors.entry_for_request(A)
    assert entry is not None
    assert entry.time_source == "simulated"
    assert abs(ref.recorded_at - now()) < timedelta(minutes=1)


@pytest.mark.requirement("URS-TRAIL-04")
@pytest.mark.parametrize("offset", [timedelta(minutes=4), -timedelta(minutes=4)])
def test_clocks_may_differ_a_little(offset: timedelta) -> None:
    appended(now=now() + offset, request_id=A)
    entry = selectors.entry_for_request(A)
    assert entry is not None
    assert entry.time_source == "clock"


def test_an_installation_with_records_cannot_become_a_demonstration() -> None:
    appended()
    with pytest.raises(services.NotEmpty):
        services.mark_demonstration(actor=ALICE, now=now(), request_id=uuid4())


def test_marking_twice_is_no_harm() -> None:
    for _ in range(2):
        services.mark_demonstration(actor=ALICE, now=now(), request_id=uuid4())
    assert len(selectors.entries_in_stream("ledger")) == 1


@pytest.mark.parametrize(
    ("more", "constraint"),
    [
        ({"event": "Scan"}, "ledger_entry_event_name"),
        ({"schema": 0}, "ledger_entry_schema_min"),
        ({"performed_at": datetime(2999, 1, 1, tzinfo=UTC)}, "ledger_entry_performed_before"),
    ],
)
def test_the_database_holds_the_form(more: dict[str, Any], constraint: str) -> None:
    with pytest.raises(IntegrityError, match=constraint):
        appended(**more)


def test_a_body_has_a_limit() -> None:
    with pytest.raises(services.BodyTooLarge):
        appended(facts={"text": "x" * BODY_LIMIT})


def test_an_actor_is_copied_by_name() -> None:
    appended(actor=Actor.unknown("somebody"), request_id=A)
    entry = selectors.entry_for_request(A)
    assert entry is not None
    assert (entry.actor_kind, entry.actor_name, entry.auth_method) == ("unknown", "somebody", "none")
    appended(
        actor=Actor(ActorKind.PERSON, "Alice", 999_999, AuthMethod.BADGE)
    )  # an account that is not there
    with connection.cursor() as cursor, pytest.raises(IntegrityError):
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


# -- the database's own guards ------------------------------------------------------------------------------------


@pytest.mark.requirement("URS-KEEP-02")
@pytest.mark.parametrize("table", ["entry", "subject", "leaf", "checkpoint", "halt", "evidence"])
@pytest.mark.parametrize("statement", ["UPDATE {0} SET {1} = {1}", "DELETE FROM {0}", "TRUNCATE {0} CASCADE"])
def test_even_the_owner_stumbles_over_the_triggers(table: str, statement: str) -> None:
    services.store_evidence(
        data=b"a", media_type="text/plain", name="a", actor=ALICE, where=HERE, now=now(), request_id=uuid4()
    )
    services.seal(now=now(), using="default")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_halt (found_at, is_resolution, report, reason) VALUES (now(), true, '[]', '')"
        )
        column = {"subject": "kind", "leaf": "hash", "checkpoint": "note", "evidence": "name"}
        # Checks waiting for the commit would refuse the TRUNCATE by themselves, and the test would prove nothing.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(DatabaseError, match="pgtrigger: Cannot"):
            cursor.execute(statement.format(f"ledger_{table}", column.get(table, "reason")))


@pytest.mark.requirement("URS-TRAIL-04")
@pytest.mark.parametrize(
    "moment", ["clock_timestamp() - interval '1 day'", "clock_timestamp() + interval '1 minute'"]
)
def test_the_time_of_recording_cannot_be_given(moment: str) -> None:
    appended()
    columns = ", ".join([*EntryRecord.__dataclass_fields__, "leaf_hash"])
    given = columns.replace("recorded_at", moment).replace("request_id", "gen_random_uuid()")
    given = given.replace("id, uuid", "id + 1000, gen_random_uuid()", 1).replace("seq", "seq + 1", 1)
    with (
        connection.cursor() as cursor,
        pytest.raises(DatabaseError, match="recorded_at is the time of the database"),
    ):
        cursor.execute(f"INSERT INTO ledger_entry ({columns}) SELECT {given} FROM ledger_entry")


# -- changes ------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("things")
class TestChanges:
    """Rows that entries carry."""

    def test_every_kind_of_column_arrives(self) -> None:
        at = now()
        appended(
            changes=[
                new("test.thing", A, name="a"),
                new(
                    "test.thing",
                    B,
                    name='Zürich \\ "quoted"',
                    note="line\nbreak",
                    count=2**62,
                    amount="1.2500",
                    is_open=False,
                    made_at=at,
                    made_on=at.date(),
                    content={"z": [1, {"y": None}], "a": "é"},
                    parent_id=A,
                ),
            ]
        )
        plain_row, full = Thing.objects.get(id=A), Thing.objects.get(id=B)
        assert (plain_row.note, plain_row.count, plain_row.is_open, plain_row.content) == ("", 0, True, {})
        assert (full.name, full.note, full.count) == ('Zürich \\ "quoted"', "line\nbreak", 2**62)
        assert (str(full.amount), full.is_open, full.made_at, full.made_on) == (
            "1.2500",
            False,
            at,
            at.date(),
        )
        assert (full.content, full.parent_id) == ({"z": [1, {"y": None}], "a": "é"}, A)

    def test_the_defaults_stand_in_the_entry(self) -> None:
        ref = appended(changes=[new("test.thing", A, name="a")])
        (entry,) = selectors.entries_by_id([ref.id])
        assert entry.changes[0].values["count"] == 0

    def test_setting_touches_what_it_names(self) -> None:
        appended(changes=[new("test.thing", id_, name="x", count=1) for id_ in (A, B)])
        appended(
            changes=[
                put("test.thing", A, count=2, note="n"),
                put("test.thing", A, note=""),
                put("test.thing", B, made_at=None),
            ]
        )
        assert list(Thing.objects.order_by("id").values_list("count", "note", "name")) == [
            (2, "", "x"),
            (1, "", "x"),
        ]

    def test_neighbours_share_statements(self, django_assert_num_queries: Any) -> None:
        ids = [UUID(int=n) for n in range(1, 9)]
        changes = [
            *(new("test.thing", id_, name="x") for id_ in ids),
            *(put("test.thing", id_, count=3) for id_ in ids),
        ]
        with transaction.atomic(), django_assert_num_queries(4):
            services.append(
                event="a:b:c",
                stream="s",
                actor=ALICE,
                where=HERE,
                now=now(),
                request_id=uuid4(),
                facts={},
                changes=changes,
            )
        assert Thing.objects.filter(count=3).count() == 8

    def test_a_row_that_does_not_exist_is_not_set(self) -> None:
        appended(changes=[new("test.thing", A, name="a")])
        with pytest.raises(LostRow, match=str(B)):
            appended(changes=[put("test.thing", A, count=1), put("test.thing", B, count=1)])
        assert Thing.objects.get(id=A).count == 0
        assert len(selectors.entries_in_stream("journey:A")) == 1

    def test_a_row_is_made_once(self) -> None:
        appended(changes=[new("test.thing", A, name="a")])
        with pytest.raises(IntegrityError):
            appended(changes=[new("test.thing", A, name="b")])

    @pytest.mark.parametrize(
        ("change", "error"),
        [
            (new("test.nothing", A), UnknownTable),
            (new("test.thing", A, name="a", colour="red"), UnknownColumn),
            (put("test.thing", A, parent=B), UnknownColumn),
            (Change("test.thing", str(A), {"id": B}, "set"), ValueError),
            (put("test.thing", A), ValueError),
            (new("test.thing", A, name="a", amount=1.5), TypeError),
        ],
    )
    def test_what_makes_no_sense_is_refused(self, change: Any, error: type[Exception]) -> None:
        with pytest.raises(error):
            appended(changes=[change])
        assert not selectors.entries_in_stream("journey:A")


# -- reading ------------------------------------------------------------------------------------------------------


def test_selectors_of_entries() -> None:
    refs = [
        appended("a", subjects=[Subject("order", "1"), Subject("station", "S")]),
        appended("b", subjects=[Subject("order", "2")], event="coi:scan:refused"),
        appended("a", subjects=[Subject("order", "1")], event="coi:scan:refused"),
    ]
    ids = [ref.id for ref in refs]
    assert [entry.id for entry in selectors.entries_for_subject("order", "1")] == [ids[0], ids[2]]
    assert [entry.id for entry in selectors.entries_for_subject("order", "1", limit=1)] == [ids[2]]
    assert not selectors.entries_for_subject("station", "1")
    assert [entry.seq for entry in selectors.entries_in_stream("a")] == [1, 2]
    assert [entry.seq for entry in selectors.entries_in_stream("a", after=1, limit=5)] == [2]
    assert [entry.id for entry in selectors.entries_of_events(["coi:scan:refused"])] == [ids[2], ids[1]]
    assert [entry.id for entry in selectors.entries_of_events(["coi:scan:refused"], before=ids[2])] == [
        ids[1]
    ]
    assert [entry.id for entry in selectors.latest_entries(limit=2)] == [ids[2], ids[1]]
    assert [entry.id for entry in selectors.latest_entries(before=ids[1])] == [ids[0]]
    assert [entry.uuid for entry in selectors.entries_by_id([ids[1], 0])] == [refs[1].uuid]


def test_the_state_for_health() -> None:
    state = selectors.ledger_state()
    assert (state.is_broken, state.pending, state.oldest_pending_age) == (False, 0, None)
    assert (state.checkpoint_size, state.checkpoint_at) == (0, None)
    with transaction.atomic():
        services.enqueue(kind="x", entry=appended(), payload={}, now=now())
    state = selectors.ledger_state()
    assert (state.pending, state.waiting_effects, state.failed_effects) == (1, 1, 0)
    assert state.oldest_pending_age is not None
    assert timedelta(0) <= state.oldest_pending_age < timedelta(minutes=1)
    sealed = services.seal(now=now(), using="default")
    assert sealed is not None
    state = selectors.ledger_state()
    assert (state.pending, state.checkpoint_size, state.checkpoint_at) == (0, 1, sealed.signed_at)


# -- the registry -------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("registered")
def test_a_projection_invents_nothing() -> None:
    from django.apps.registry import Apps
    from django.db import models

    def model(**fields: Any) -> Any:
        meta = type("Meta", (), {"app_label": "bad", "apps": Apps()})
        return type("Bad", (models.Model,), {"__module__": __name__, "Meta": meta, **fields})

    key = {"id": models.UUIDField(primary_key=True)}
    with pytest.raises(TypeError, match="primary key"):
        registry.register_table(model(id=models.BigAutoField(primary_key=True)))
    with pytest.raises(TypeError, match="clock"):
        registry.register_table(model(**key, at=models.DateTimeField(auto_now=True)))
    with pytest.raises(TypeError, match="clock"):
        registry.register_table(model(**key, at=models.DateTimeField(auto_now_add=True)))
    with pytest.raises(TypeError, match="constants"):
        registry.register_table(model(**key, at=models.DateTimeField(default=now)))
    with pytest.raises(UnknownTable):
        registry.table("bad.bad")
    registry.register_table(model(**key, items=models.JSONField(default=list)))
    assert registry.table("bad.bad").defaults == {"items": []}


@pytest.mark.usefixtures("registered")
def test_rooms_say_what_their_entries_mean() -> None:
    registry.register_presenter("coi:scan:accepted", lambda entry: f"scan {entry.seq}")
    ref = appended()
    (entry,), present = selectors.entries_by_id([ref.id]), registry.presenter(ref.event)
    assert present is not None
    assert present(entry) == "scan 1"
    assert registry.presenter("coi:nothing:said") is None


def test_a_row_calls_itself_by_its_key() -> None:
    ref = appended()
    assert str(Entry.objects.get()) == f"ledger.entry:{ref.id}"
