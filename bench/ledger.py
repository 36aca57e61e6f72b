"""What proof costs: sealing and verifying beside plain SHA-256, and one journey's bundle in a ledger of a million.

    python -m bench.inside ledger < plan.json > ledger.json

Rates are of entries that the services wrote. The million is what `bench.fill` wrote by COPY with true leaf hashes; its
tree is completed here, by the same arithmetic as the sealer's, and signed. Then everything is done by the services.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from statistics import median
from typing import Any
from uuid import UUID, uuid4

import psycopg2
import psycopg2.extras
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import override_settings

from audit.rules.questions import Question
from audit.selectors.bundles import bundle
from audit.services.bundles import MAKE_BUNDLE, ask_for_bundle
from config.demonstration.site import PLANT
from ledger import selectors, services
from ledger.rules import Actor, ActorKind, AuthMethod, Subject, Where, bundles, notes
from ledger.rules.merkle import Node, Peaks
from ledger.services import checkpoints, proofs, records

AUDITOR = ("iris", "Iris Auden")


def _seconds(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


# -- rates ------------------------------------------------------------------------------------------------------------


def rates(*, rounds: int) -> dict[str, Any]:
    """Entries sealed and verified in a second, beside SHA-256 of the same bytes, on one core each."""
    waiting = selectors.ledger_state().pending
    sealing = _seconds(_seal_all)
    with connection.cursor() as cursor:
        content = [(item.header, item.record.body) for item in records.everything(cursor)]
    turns = [(_seconds(lambda: _hash_all(content)), _seconds(_verify)) for _ in range(rounds)]
    plain, verifying = (median(column) for column in zip(*turns, strict=True))
    size = sum(len(header) + len(body) for header, body in content)
    return {
        "entries": len(content),
        "bytes": size,
        "plain_per_second": round(len(content) / plain),
        "sealed": waiting,
        "sealed_per_second": round(waiting / sealing),
        "verified_per_second": round(len(content) / verifying),
        "seal_ratio": round((sealing / waiting) / (plain / len(content)), 1),
        "verify_ratio": round(median(verified / hashed for hashed, verified in turns), 1),
    }


def _seal_all() -> None:
    while services.seal(now=datetime.now(UTC)):
        pass


def _verify() -> None:
    """Hashes, numbers, tree, checkpoints and files; not the projections, which are no proof of entries."""
    found = services.verify(now=datetime.now(UTC), quick=True, record=False)
    if not found.is_sound:
        raise ValueError(f"the ledger of the bench is not sound: {found.findings[:3]}")


def _hash_all(content: Sequence[tuple[bytes, bytes]]) -> None:
    for header, body in content:
        sha256(header).digest()
        sha256(body).digest()


# -- one journey ------------------------------------------------------------------------------------------------------


def one_journey(superuser: Mapping[str, str], coi_id: str, *, rounds: int) -> dict[str, Any]:
    """The proofs of a journey, its bundle by the services, and the check of that by the script, as a process."""
    _complete_tree(superuser)
    _seal_all()
    ids = proofs.entries_about([Subject("order", coi_id)], [f"journey:{coi_id}"])
    proving = [_seconds(lambda: proofs.prove(ids)) for _ in range(rounds * 5)]
    turns = [_bundle(coi_id) for _ in range(rounds)]
    making, checking = (median(column) for column in zip(*[turn[:2] for turn in turns], strict=True))
    state = selectors.latest_checkpoint()
    return {
        "entries": state.size if state else 0,
        "of_journey": len(ids),
        "prove_ms": round(median(proving) * 1000, 1),
        "bundle_ms": round(making * 1000, 1),
        "check_ms": round(checking * 1000, 1),
        "bytes": turns[-1][2],
    }


def _bundle(coi_id: str) -> tuple[float, float, int]:
    """Seconds of making and of checking, and the length of the bundle."""
    user, now = get_user_model().objects.get(username=AUDITOR[0]), datetime.now(UTC)
    actor = Actor(ActorKind.PERSON, AUDITOR[1], user.pk, AuthMethod.PASSWORD)
    about = {"actor": actor, "where": Where(site=PLANT), "now": now, "request_id": uuid4()}
    id = ask_for_bundle(question=Question(journey=coi_id), **about)
    (effect,) = selectors.effects(kind=MAKE_BUNDLE, state="pending")
    making = _seconds(lambda: services.run_effect(effect_id=effect.id, now=now))
    found = bundle(id)
    if found is None or not found.file:
        raise ValueError(f"no bundle was made: {found}, {selectors.effects(kind=MAKE_BUNDLE, limit=1)}")
    data = selectors.evidence_bytes(UUID(found.file["id"]))
    if data is None:
        raise ValueError("the bundle is not kept")
    return making, _seconds(lambda: _check(data)), len(data)


def _check(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        script, file = Path(folder) / "verify.py", Path(folder) / "bundle.zip"
        script.write_bytes(bundles.verifier())
        file.write_bytes(data)
        key = notes.verifier_key(settings.LEDGER_ORIGIN, checkpoints.public_key())
        command = [sys.executable, "-I", str(script), str(file), "--key", key]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def _complete_tree(superuser: Mapping[str, str]) -> None:
    """Seal the leaves that `bench.fill` wrote: kept hashes and one checkpoint over all of them."""
    now = datetime.now(UTC)
    with closing(psycopg2.connect(**superuser)) as direct:
        with direct.cursor("leaves") as leaves:
            leaves.itersize = 50_000
            leaves.execute("SELECT hash FROM ledger_leaf ORDER BY index")
            peaks, nodes = Peaks().grown(bytes(row[0]) for row in leaves)
        about = {"origin": settings.LEDGER_ORIGIN, "size": peaks.size, "root": peaks.root(), "signed_at": now}
        note = notes.sign(**about, key=checkpoints.signing_key())
        with direct.cursor() as cursor:
            _write(cursor, nodes)
            row = (peaks.size, peaks.root(), peaks.to_bytes(), note, now)
            cursor.execute("INSERT INTO ledger_checkpoint VALUES (%s, %s, %s, %s, %s)", row)
            cursor.execute("ANALYZE ledger_node")
        direct.commit()


def _write(cursor: Any, nodes: Sequence[Node]) -> None:
    psycopg2.extras.execute_values(
        cursor,
        "INSERT INTO ledger_node (level, index, hash) VALUES %s ON CONFLICT DO NOTHING",
        [(node.level, node.index, node.hash) for node in nodes],
    )


# -- both -------------------------------------------------------------------------------------------------------------


def measure(*, rounds: int, superuser: Mapping[str, str] | None = None, journey: str = "") -> dict[str, Any]:
    """Rates without a journey; with one, what its proof costs. Checkpoints of a bench have a folder of their own."""
    with tempfile.TemporaryDirectory() as folder, override_settings(CHECKPOINT_DIR=folder):
        if superuser is None:
            return rates(rounds=rounds)
        return one_journey(superuser, journey, rounds=rounds)


def main() -> None:
    """The command line."""
    json.dump(measure(**json.load(sys.stdin)), sys.stdout)
