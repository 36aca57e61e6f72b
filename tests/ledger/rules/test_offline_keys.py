"""The verifier holds each key of a log to the sizes that it may sign: by the statements by which one took over."""

import json

import pytest

from ledger.rules import bundles
from ledger.rules.merkle import leaf_hash
from tests.ledger.rules.bundle_given import KEY, OTHER, WITNESS, Log, Small, check, vkey

BOTH = (vkey(KEY), vkey(OTHER))


def id_of(key: str) -> str:
    return key.split("+")[1]


OLD, NEW = map(id_of, BOTH)


@pytest.fixture
def small() -> Small:
    """A log of eleven entries, in which another key signs after four."""
    return Small(Log(takeover=(4, OTHER)))


def wrong(small: Small, *keys: str) -> list[tuple[str, str]]:
    found = check(small.packed(), *(keys or BOTH))
    assert found.exit_code() == 1
    return found.wrong


def resigned(small: Small, place: int, size: int, key: object) -> None:
    """One checkpoint of the bundle, signed by this key."""
    chain = [json.loads(line) for line in small.files["checkpoints.jsonl"].splitlines()]
    chain[place]["note"] = small.log.signed(size, key)
    small.files["checkpoints.jsonl"] = bundles.lines(chain)


def test_each_key_signs_its_own(small: Small) -> None:
    found = check(small.packed(), *BOTH)
    assert (found.wrong, found.exit_code()) == ([], 0)
    assert f"After 4 entries the key {NEW} took over from {OLD}." in found.proved
    assert not any("WHO" in line for line in found.unproven)
    own = check(small.packed())
    assert own.exit_code() == 0
    assert sum("WHO SIGNED" in line for line in own.unproven) == 2


@pytest.mark.requirement("URS-OPEN-01")
def test_a_checkpoint_by_the_old_key_after_its_successor_took_over_is_named(small: Small) -> None:
    resigned(small, 2, 9, KEY)
    where, what = "checkpoint 3 of checkpoints.jsonl", f"after 4 the key {NEW} signs"
    assert wrong(small) == [(where, f"9 entries are not this key's: {what}")]


def test_a_checkpoint_by_the_new_key_before_it_took_over_is_named(small: Small) -> None:
    resigned(small, 1, 4, OTHER)
    where, what = "checkpoint 2 of checkpoints.jsonl", f"after 0 the key {OLD} signs"
    assert wrong(small) == [(where, f"4 entries are not this key's: {what}")]


def test_the_checkpoint_of_the_making_and_one_that_was_kept_are_held_to_it(small: Small) -> None:
    making = json.loads(small.making)
    making["checkpoint"] = small.log.signed(10, KEY)
    data = bundles.archive(small.files, manifest=bundles.manifest(small.files), making=bundles.line(making))
    assert [where for where, _ in check(data, *BOTH).wrong] == ["the checkpoint in made.json"]
    kept = check(small.packed(), *BOTH, kept=[small.log.signed(9, KEY)])
    assert [where for where, _ in kept.wrong] == ["the checkpoint that you kept"]


def test_keys_that_no_statement_puts_in_order_are_named(small: Small) -> None:
    small.files["keys.json"] = small.keys([])
    assert (
        "keys.json",
        f"nothing here states after how many entries the key {NEW} signs",
    ) in wrong(small)


def test_a_statement_that_a_key_did_not_sign_is_named(small: Small) -> None:
    (statement,) = small.log.statements()
    small.files["keys.json"] = small.keys([statement.replace("after 4", "after 9")])
    said = wrong(small)
    assert ("the statement of key 2", "the keys that must sign that one takes over did not") in said
    head, _, lines = statement.partition("\n\n")
    small.files["keys.json"] = small.keys(
        [f"{head}\n\n{lines.splitlines()[1]}\n"]
    )  # the old key's line is gone
    assert ("the statement of key 2", "the keys that must sign that one takes over did not") in wrong(small)


def test_a_key_that_took_over_from_another_history_is_named(small: Small) -> None:
    small.files["keys.json"] = small.keys(small.log.statements(root=leaf_hash(b"another")))
    assert wrong(small) == [("the key after 4 entries", "it took over a log of another root there")]


def test_that_nothing_shows_what_a_key_took_over_is_told(small: Small) -> None:
    told = "WHAT THE KEY AFTER 4 TOOK OVER. That checkpoint is not here."
    assert told not in check(small.packed(), *BOTH).unproven
    chain = small.log.chain([1, 5, small.size])
    small.files["checkpoints.jsonl"] = bundles.lines(one.as_plain() for one in chain)
    assert told in check(small.packed(), *BOTH).unproven


def test_a_key_that_took_over_from_a_key_of_no_statement_is_named(small: Small) -> None:
    more = Log(takeover=(5, WITNESS))
    more.entries = small.log.entries
    small.files["keys.json"] = small.keys([*small.log.statements(), *more.statements()])
    assert ("the statement of key 3", "it does not follow on the one before it") in wrong(small)


def test_a_key_that_was_lost_is_told(small: Small) -> None:
    small.files["keys.json"] = small.keys(small.log.statements(is_emergency=True))
    found = check(small.packed(), *BOTH)
    assert found.exit_code() == 0
    assert f"WHO REPLACED THE KEY {OLD}. It did not state that {NEW} took over." in found.unproven


def test_a_bundle_from_before_statements_were_in_it_is_checked_with_its_one_key() -> None:
    small = Small()
    small.files["keys.json"] = bundles.line({"log": [vkey()], "witnesses": []})
    assert check(small.packed(), vkey()).exit_code() == 0
