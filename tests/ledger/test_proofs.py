"""Proofs from the database: entries chosen, and what is not as it was sealed."""

from collections.abc import Sequence

import pytest

from ledger.rules import EntryRef, Subject
from ledger.rules.bundles import Stream
from ledger.services import proofs
from tests.ledger.conftest import Tamper

pytestmark = pytest.mark.django_db


def test_what_is_not_as_it_was_sealed_is_not_proved(history: Sequence[EntryRef], as_owner: Tamper) -> None:
    with pytest.raises(proofs.NotProvable, match="is not as it was sealed"):
        proofs.prove([history[-1].id])  # it waits for its seal
    with as_owner() as execute:
        execute("UPDATE ledger_entry SET reason = 'another' WHERE id = %s", [history[0].id])
    with pytest.raises(proofs.NotProvable, match=f"entry {history[0].id} "):
        proofs.prove([history[0].id])


def test_entries_are_chosen_by_subject_stream_and_site(history: Sequence[EntryRef]) -> None:
    ids = [ref.id for ref in history]
    about = proofs.entries_about([Subject("order", "B")], ["journey:A"])
    assert about == sorted({ids[1], *(ref.id for ref in history if ref.stream == "journey:A")})
    assert proofs.whole_streams(["journey:A"], about) == [Stream("journey:A", 1, 4)]
    since, until = history[0].occurred_at, history[3].occurred_at
    found, streams = proofs.entries_at("CITY", since, until)
    assert found == [*ids[:3]]
    assert streams == [Stream("station:S", 1, 1)]
    found, streams = proofs.entries_at("CITY", history[1].occurred_at, history[-1].occurred_at)
    assert streams == [Stream("station:S", 1, 2)]
    assert proofs.entries_at("ELSEWHERE", since, until) == ([], [])
