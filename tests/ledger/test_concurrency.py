"""Real threads with connections of their own."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connections, transaction

from ledger import registry, selectors, services
from ledger.models import Effect, Installation, Leaf
from ledger.rules import EntryRef, new, put
from tests.concurrency.at_once import at_once, waiting
from tests.ledger.given import appended, now

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "sealer"])
THREADS = 8


def together(work: Callable[[int], Any], count: int = THREADS) -> list[Any]:
    """Run `work` in threads that start together, each with its number; exceptions come back as values."""
    return at_once([partial(work, number) for number in range(count)])


def test_one_stream_has_no_gaps_and_no_doubles() -> None:
    def work(number: int) -> list[EntryRef]:
        return [appended("shared") for _ in range(10)]

    refs = sorted((ref for found in together(work) for ref in found), key=lambda ref: ref.seq)
    assert [ref.seq for ref in refs] == list(range(1, THREADS * 10 + 1))
    assert [ref.id for ref in refs] == sorted(ref.id for ref in refs)
    assert [ref.recorded_at for ref in refs] == sorted(ref.recorded_at for ref in refs)
    assert services.verify(now=now()).is_sound


def test_one_request_is_written_once() -> None:
    request = uuid4()
    found = together(lambda number: appended(f"stream:{number}", request_id=request))
    assert len([item for item in found if isinstance(item, EntryRef)]) == 1
    losers = [item for item in found if not isinstance(item, EntryRef)]
    assert all(isinstance(item, IntegrityError) and "request_id_uniq" in str(item) for item in losers)
    assert services.verify(now=now()).is_sound


def test_sealing_goes_on_while_entries_are_appended() -> None:
    def work(number: int) -> list[Any]:
        if number < 2:
            return [services.seal(now=now(), limit=3) for _ in range(15)]
        return [appended(f"stream:{number % 3}") for _ in range(8)]

    found = together(work)
    assert not [item for item in found if isinstance(item, Exception)]
    while services.seal(now=now()):
        pass
    assert list(Leaf.objects.order_by("index").values_list("index", flat=True)) == list(
        range((THREADS - 2) * 8)
    )
    report = services.verify(now=now())
    assert report.is_sound, report.findings
    assert report.pending == 0


def test_only_one_sealer_at_a_time() -> None:
    appended()
    with transaction.atomic(using="sealer"), connections["sealer"].cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [0x5EA1E4])
        (found,) = together(lambda _: services.seal(now=now()), 1)
        assert found is None
    assert services.seal(now=now()) is not None


def test_entries_stand_in_the_order_in_which_a_row_was_changed() -> None:
    """Whoever waits for a row gets its number after the one it waited for, so that a rebuild ends alike."""
    row = UUID("6c8f1c1e-7d10-5d3b-9a55-000000000001")
    appended("start", changes=[new("ledger.installation", row, is_demonstration=True, marked_at=now())])
    change = put("ledger.installation", row, marked_at=now())
    with transaction.atomic():
        Installation.objects.select_for_update().get()
        # Streams differ: nothing but the row itself puts the two in order.
        later = waiting(partial(appended, "later", changes=[change]))
        first = appended("first", changes=[change])
    assert later.result().id > first.id
    report = services.verify(now=now())
    assert report.is_sound, report.findings


def test_a_worker_passes_over_what_another_holds(registered: None) -> None:
    done: list[int] = []
    registry.register_effect("label", lambda effect: done.append(effect.id))
    with transaction.atomic():
        entry = appended()
        for _ in range(2):
            services.enqueue(kind="label", entry=entry, payload={}, now=now())
    with transaction.atomic():
        held = Effect.objects.select_for_update().order_by("id")[0]
        assert together(lambda _: services.sweep_effects(now=now()), 1) == [1]
        assert held.id not in done


def test_an_effect_is_claimed_by_one_worker(registered: None) -> None:
    done: list[int] = []
    registry.register_effect("label", lambda effect: done.append(effect.id))
    with transaction.atomic():
        entry = appended()
        for _ in range(20):
            services.enqueue(kind="label", entry=entry, payload={}, now=now())
    at = now()
    counts = together(lambda _: services.sweep_effects(now=at))
    assert sum(counts) == 20
    assert len(done) == len(set(done)) == 20
    assert selectors.ledger_state().waiting_effects == 0
