"""A key takes over while others seal, each on a connection of its own: each checkpoint is by the key of its size."""

from base64 import b64encode
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connections

from ledger import selectors, services
from ledger.models import Checkpoint, Entry, Leaf
from ledger.rules import notes
from ledger.rules.errors import Conflict
from ledger.rules.signing_keys import Takeover, read
from ledger.services import checkpoints
from tests.concurrency.at_once import alone, is_blocked
from tests.ledger.given import ALICE, appended, now
from tests.ledger.test_concurrency import together

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "sealer"])
SECOND, THIRD = (Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32) for n in (2, 3))


def rotate(to: Ed25519PrivateKey = SECOND, **more: Any) -> Takeover:
    values = {"actor": ALICE, "now": now(), "request_id": uuid4(), "reason": "once a year"} | more
    return services.rotate_signing_key(new_key=to, **values)


def seal() -> Any:
    return services.seal(now=now(), limit=3)


@contextmanager
def held_at(alias: str, statement: str, act: Callable[[], Any]) -> Iterator[list["Future[Any]"]]:
    """Whoever is about to run this statement waits there until somebody on another connection waits for them, or is
    done; answers with what that one is doing."""
    begun: list[Future[Any]] = []

    def look(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if not begun and statement in sql:
            begun.append(pool.submit(alone, act))
            while not (is_blocked() or begun[0].done()):
                pass
        return execute(sql, params, many, context)

    with ThreadPoolExecutor(1) as pool, connections[alias].execute_wrapper(look):
        yield begun


def finish(settings: Any, key: Ed25519PrivateKey = SECOND) -> None:
    """The operator puts the new key into the settings; what waits is sealed; then everything must hold."""
    settings.LEDGER_SIGNING_KEY = b64encode(key.private_bytes_raw()).decode()
    while services.seal(now=now()):
        pass
    report = services.verify(now=now())
    assert report.is_sound, report.findings
    assert report.pending == 0
    assert list(Leaf.objects.order_by("index").values_list("index", flat=True)) == list(
        range(Entry.objects.count())
    )


def signers(settings: Any, first: Any) -> dict[int, bool]:
    """Of each checkpoint by its size: whether the first key signed it."""
    found = {}
    for row in Checkpoint.objects.order_by("size"):
        try:
            notes.verify(row.note, origin=settings.LEDGER_ORIGIN, key=first)
            found[row.size] = True
        except notes.BadNote:
            notes.verify(row.note, origin=settings.LEDGER_ORIGIN, key=SECOND.public_key())
            found[row.size] = False
    return found


def test_a_key_that_takes_over_while_one_seals_waits_for_the_checkpoint(settings: Any) -> None:
    first = checkpoints.public_key()
    for _ in range(5):
        appended()
    assert seal().size == 3
    with held_at("sealer", "INSERT INTO ledger_checkpoint", rotate) as begun:
        assert seal().size == 5
    assert begun[0].result().after == 5, "it stated what the old key had signed, the last checkpoint too"
    assert services.verify(now=now()).is_sound
    finish(settings)
    assert signers(settings, first) == {3: True, 5: True, 6: False}


def test_who_seals_while_a_key_takes_over_signs_nothing(settings: Any) -> None:
    first = checkpoints.public_key()
    appended()
    seal()
    appended()
    with held_at("default", "INSERT INTO ledger_entry", seal) as begun:
        takeover = rotate()
    assert begun[0].result() is None, "the lock was another's"
    assert takeover.after == 1
    with pytest.raises(services.SigningKeyReplaced):
        seal()
    finish(settings)
    assert signers(settings, first) == {1: True, 3: False}


def test_many_seal_and_many_rotate_at_once(settings: Any) -> None:
    first = checkpoints.public_key()
    for _ in range(20):
        appended()

    def work(number: int) -> list[Any]:
        if number < 2:
            return [rotate((SECOND, THIRD)[number])]
        found = []
        for _ in range(6):
            appended(f"stream:{number}")
            try:
                found.append(seal())
            except services.SigningKeyReplaced as error:
                found.append(error)
        return found

    found = together(work, 5)
    (taken,) = [one[0] for one in found[:2] if isinstance(one, list)]
    (refused,) = [one for one in found[:2] if not isinstance(one, list)]
    assert isinstance(refused, Conflict), "one key takes over from the one that signs, and not two"
    assert not [one for one in found[2:] if isinstance(one, Exception)]
    (statement,) = selectors.key_statements()
    assert read(statement) == taken
    finish(
        settings,
        SECOND if taken.new == notes.verifier_key(settings.LEDGER_ORIGIN, SECOND.public_key()) else THIRD,
    )
    by_first = [size for size in Checkpoint.objects.values_list("size", flat=True) if size <= taken.after]
    assert not by_first or max(by_first) == taken.after
    for row in Checkpoint.objects.filter(size__lte=taken.after):
        notes.verify(row.note, origin=settings.LEDGER_ORIGIN, key=first)


def test_one_request_takes_over_once_however_often_it_comes(settings: Any) -> None:
    appended()
    seal()
    request = uuid4()
    found = together(lambda number: rotate(request_id=request), 4)
    assert len(set(found)) == 1, found
    assert len(selectors.key_statements()) == 1
    finish(settings)
