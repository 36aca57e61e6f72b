"""Side effects: asked for in the transaction, carried out once or again, never lost, never in the way."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from ledger import registry, selectors, services
from ledger.selectors import EffectView
from people import tasks
from tests.ledger.given import appended, now

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("registered")]


def enqueued(kind: str = "label") -> int:
    """An effect in a transaction of its own."""
    with transaction.atomic():
        services.enqueue(kind=kind, entry=appended(), payload={"label": "L1"}, now=now())
    return selectors.effects()[0].id


@pytest.fixture
def done() -> list[EffectView]:
    """What the handler of `label` was given."""
    seen: list[EffectView] = []
    registry.register_effect("label", seen.append)
    return seen


def test_an_effect_is_carried_out_once(done: list[EffectView]) -> None:
    effect, at = enqueued(), now()
    assert services.run_effect(effect_id=effect, now=at)
    assert done[0].claimed_at == at
    assert not services.run_effect(effect_id=effect, now=now())
    assert services.sweep_effects(now=now()) == 0
    assert [(item.id, item.kind, item.payload, item.attempts) for item in done] == [
        (effect, "label", {"label": "L1"}, 1)
    ]
    assert selectors.effects(state="done", kind="label")[0].id == effect


def test_a_sweep_finds_what_no_nudge_did(done: list[EffectView]) -> None:
    ids = [enqueued() for _ in range(3)]
    assert services.sweep_effects(now=now(), limit=2) == 2
    assert services.sweep_effects(now=now()) == 1
    assert [item.id for item in done] == ids


def test_what_a_rolled_back_transaction_asked_for_is_not_done(
    done: list[EffectView], django_capture_on_commit_callbacks: Any
) -> None:
    registry.register_nudge(lambda _: pytest.fail("nudged"))
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        services.enqueue(kind="label", entry=appended(), payload={}, now=now())
        transaction.set_rollback(True)
    assert services.sweep_effects(now=now()) == 0
    assert not done


def test_failures_are_tried_again_later_and_then_shown() -> None:
    calls = []

    def fail(effect: EffectView) -> None:
        calls.append(effect.attempts)
        raise ValueError("the printer is off\x00")

    registry.register_effect("label", fail)
    enqueued()
    at = now()
    assert services.sweep_effects(now=at) == 1
    (effect,) = selectors.effects()
    assert (effect.state, effect.last_error) == ("pending", "ValueError: the printer is off")
    assert effect.due_at == at + timedelta(seconds=10)
    assert services.sweep_effects(now=at + timedelta(seconds=9)) == 0
    for _ in range(9):
        at += timedelta(hours=1)
        assert services.sweep_effects(now=at) == 1
    assert calls == list(range(1, 11))
    assert selectors.effects()[0].state == "failed"
    assert selectors.ledger_state().failed_effects == 1
    assert services.sweep_effects(now=at + timedelta(days=30)) == 0


def test_waiting_grows_up_to_an_hour() -> None:
    registry.register_effect("label", lambda _: 1 / 0)
    enqueued()
    at, waits = now(), []
    for _ in range(10):
        services.sweep_effects(now=at)
        due = selectors.effects()[0].due_at
        waits.append((due - at).total_seconds())
        at = due
    assert waits[:4] == [10, 20, 40, 80]
    assert max(waits) == 3600


def test_an_effect_without_a_handler_waits_for_one() -> None:
    enqueued("unheard")
    assert services.sweep_effects(now=now()) == 1
    (effect,) = selectors.effects()
    assert (effect.state, "no handler" in effect.last_error) == ("pending", True)


@pytest.mark.requirement("URS-CONT-01")
def test_what_a_dead_worker_held_is_taken_over(done: list[EffectView]) -> None:
    def dies(effect: EffectView) -> None:
        raise SystemExit

    registry.register_effect("label", dies)
    enqueued()
    at = now()
    with pytest.raises(SystemExit):
        services.sweep_effects(now=at)
    assert selectors.effects()[0].state == "running"
    registry.register_effect("label", done.append)
    assert services.sweep_effects(now=at + timedelta(minutes=4)) == 0
    assert services.sweep_effects(now=at + timedelta(minutes=6)) == 1
    assert [item.attempts for item in done] == [2]


def test_a_worker_that_comes_back_late_does_not_overwrite_the_next(done: list[EffectView]) -> None:
    enqueued()
    at = now()

    def slow(effect: EffectView) -> None:
        # While this one dawdles its lease ends, and another does the work.
        registry.register_effect("label", done.append)
        assert services.sweep_effects(now=at + timedelta(minutes=6)) == 1
        raise ValueError("too late")

    registry.register_effect("label", slow)
    assert services.sweep_effects(now=at) == 1
    (effect,) = selectors.effects()
    assert (effect.state, effect.last_error) == ("done", "")


# -- nudges -------------------------------------------------------------------------------------------------------


def test_a_commit_nudges(done: list[EffectView], django_capture_on_commit_callbacks: Any) -> None:
    registry.register_nudge(lambda effect_id: services.run_effect(effect_id=effect_id, now=now()))
    with django_capture_on_commit_callbacks(execute=True):
        effect = enqueued()
    assert [item.id for item in done] == [effect]


@pytest.mark.requirement("URS-CONT-01")
def test_a_dead_broker_stops_nothing(done: list[EffectView], django_capture_on_commit_callbacks: Any) -> None:
    def dead(effect_id: int) -> None:
        raise ConnectionError("no Redis")

    registry.register_nudge(dead)
    with django_capture_on_commit_callbacks(execute=True):
        enqueued()
    assert services.sweep_effects(now=now()) == 1
    assert len(done) == 1


def test_no_nudge_is_needed(django_capture_on_commit_callbacks: Any) -> None:
    assert registry.nudge() is None
    with django_capture_on_commit_callbacks(execute=True):
        enqueued()


def test_a_dead_broker_is_asked_once_in_a_while(monkeypatch: Any) -> None:
    asked = []

    def dead(*arguments: Any, **options: Any) -> None:
        asked.append((arguments, options))
        raise ConnectionError("no Redis")

    monkeypatch.setattr(tasks.run_effect, "apply_async", dead)
    monkeypatch.setattr(tasks, "_quiet_until", 0.0)
    with pytest.raises(ConnectionError):
        tasks.nudge(1)
    tasks.nudge(2)
    assert asked == [(((1,),), {"retry": False})]
    monkeypatch.setattr(tasks, "_quiet_until", 0.0)
    with pytest.raises(ConnectionError):
        tasks.nudge(3)


def test_the_errands(done: list[EffectView], monkeypatch: Any) -> None:
    """The worker's tasks call the services with the time, and a broken ledger does not break the worker."""
    effect = enqueued()
    tasks.run_effect(effect)
    enqueued()
    tasks.sweep_effects()
    assert len(done) == 2
    sealed = []

    def seal(*, now: Any) -> Any:
        sealed.append(now)
        return object() if len(sealed) < 3 else None

    monkeypatch.setattr(services, "seal", seal)
    tasks.seal()
    assert len(sealed) == 3

    def broken(*, now: Any) -> Any:
        raise services.BrokenLedger([])

    monkeypatch.setattr(services, "seal", broken)
    tasks.seal()


@pytest.mark.django_db(transaction=True, databases=["default", "sealer"])
def test_the_errand_of_sealing_uses_the_sealers_connection() -> None:
    appended()
    tasks.seal()
    assert selectors.ledger_state().checkpoint_size == 1
