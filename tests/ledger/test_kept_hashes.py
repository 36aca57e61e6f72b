"""Hashes that the sealer keeps of the tree: what they are, proofs from them, and the verifier over them."""

from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test import override_settings
from pytest_django.plugin import DjangoDbBlocker

from ledger import services
from ledger.models import Checkpoint, Leaf, TreeNode
from ledger.rules import EntryRef, Subject
from ledger.rules.merkle import leaf_hash
from ledger.rules.offline import verify as offline
from ledger.services import proofs
from tests.ledger.conftest import Tamper
from tests.ledger.given import appended, now, verify
from tests.ledger.rules.proofs_given import consistency_proof, inclusion_proof

# A tile is 256 entries.
MANY = 700


def seal() -> Any:
    """Seal on the test's own connection."""
    return services.seal(now=now(), using="default")


@pytest.fixture(scope="module")
def sealed(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[list[EntryRef]]:
    """Entries enough for two full tiles and a third begun, sealed in three steps; in a transaction around all tests."""
    with django_db_blocker.unblock(), transaction.atomic():
        refs = []
        with override_settings(CHECKPOINT_DIR=tmp_path_factory.mktemp("checkpoints")):
            for number in range(MANY):
                refs.append(appended(f"journey:{number % 7}", subjects=[Subject("order", str(number % 7))]))
                if number in (99, 400):
                    seal()
            seal()
        yield refs
        transaction.set_rollback(True)


@pytest.fixture
def many(sealed: list[EntryRef], db: None) -> list[EntryRef]:
    """The same; what a test does to them is rolled back."""
    return sealed


def test_the_sealer_keeps_the_roots_of_full_tiles(many: list[EntryRef], as_owner: Tamper) -> None:
    kept = {(node.level, node.index): bytes(node.hash) for node in TreeNode.objects.all()}
    leaves = [bytes(leaf.hash) for leaf in Leaf.objects.order_by("index")]
    assert leaves == [ref.leaf_hash for ref in many]
    assert set(kept) == {(1, 0), (1, 1)}
    assert verify().is_sound
    # an installation that sealed before these hashes were kept makes them when it is migrated
    with as_owner() as execute:
        execute("DELETE FROM ledger_node")
    migration = import_module("ledger.migrations.0003_kept_hashes_of_the_tree")
    with connection.schema_editor(atomic=False) as editor:
        migration.keep_hashes_of_what_is_sealed(apps, editor)
    assert {(node.level, node.index): bytes(node.hash) for node in TreeNode.objects.all()} == kept


def test_proofs_are_those_of_all_leaves(many: list[EntryRef], django_assert_max_num_queries: Any) -> None:
    leaves = [ref.leaf_hash for ref in many]
    ids = proofs.entries_about([Subject("order", "3")])
    assert len(ids) == 100
    with django_assert_max_num_queries(8):
        proof = proofs.prove(ids)
    assert [entry.leaf for entry in proof.entries] == list(range(3, MANY, 7))
    for entry in proof.entries:
        assert list(entry.proof) == inclusion_proof(entry.leaf, leaves)
        leaf = leaf_hash(entry.header)
        root = bytes(Checkpoint.objects.get(size=MANY).root)
        assert offline.root_by(leaf, entry.leaf, MANY, list(entry.proof)) == root
    assert [one.size for one in proof.checkpoints] == [100, 401, MANY]
    assert list(proof.checkpoints[0].proof) == consistency_proof(100, leaves[:401])
    assert list(proof.checkpoints[1].proof) == consistency_proof(401, leaves)
    assert proof.checkpoints[2].proof == []
    assert proofs.continued(100, MANY) == consistency_proof(100, leaves)
    # a checkpoint that somebody kept is led to the newest one, whatever its size; one of the future is not
    kept = proofs.prove(ids[:1], kept={300: "a note", MANY + 1: "none"})
    assert [(one.size, one.note == "a note") for one in kept.checkpoints] == [
        (100, False),
        (300, True),
        (MANY, False),
    ]
    assert list(kept.checkpoints[1].proof) == consistency_proof(300, leaves)


@pytest.mark.parametrize(
    ("statement", "kind", "where"),
    [
        (
            "UPDATE ledger_node SET hash = sha256(hash) WHERE index = 1",
            "altered",
            "node 1 at level 1 of the tree",
        ),
        ("DELETE FROM ledger_node WHERE index = 0", "removed", "node 0 at level 1 of the tree"),
        ("INSERT INTO ledger_node VALUES (1, 2, sha256('x'))", "inserted", "node 2 at level 1 of the tree"),
        ("INSERT INTO ledger_node VALUES (2, 0, sha256('x'))", "inserted", "node 0 at level 2 of the tree"),
    ],
)
def test_the_verifier_names_a_kept_hash_that_was_touched(
    many: list[EntryRef], as_owner: Tamper, statement: str, kind: str, where: str
) -> None:
    with as_owner() as execute:
        execute(statement)
    (finding,) = verify().findings
    assert (finding.kind.value, finding.where, finding.table) == (kind, where, "ledger.treenode")
