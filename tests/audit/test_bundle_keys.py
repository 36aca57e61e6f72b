"""Whose signatures a bundle carries: all keys of the log, and log witnesses; and a key that was replaced."""

import json
from base64 import b64encode
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit.events import Event
from audit.forms import bundles as words
from audit.forms.presenters import presenters
from audit.rules.bundles import BundleFault
from audit.rules.requests import RequestState
from ledger import selectors as ledger
from ledger import services as ledger_services
from ledger.rules.destinations import log_witnesses
from ledger.rules.offline import verify
from ledger.services import proofs, witnessing
from tests.audit.test_bundles import ask, data_of, key, made
from tests.furnished import Journeys
from tests.ledger.given import ALICE
from tests.ledger.rules.test_offline_verify import cosigned

SECOND = Ed25519PrivateKey.from_private_bytes(b"2" * 32)


def sealed(house: Journeys) -> Any:
    """Everything is sealed; the newest checkpoint."""
    while ledger_services.seal(now=house.ready.now) is not None:
        pass
    return ledger.latest_checkpoint()


def test_a_bundle_holds_every_key_and_every_witness(house: Journeys, settings: Any) -> None:
    journey, first = house.ready.coi_id, key()
    kept = sealed(house)
    note, witness = cosigned(kept.note)
    settings.LEDGER_WITNESSES = log_witnesses(witness)
    assert witnessing.keep_cosignatures(size=kept.size, answer=note) == 1
    about = {"actor": ALICE, "now": house.ready.now, "request_id": uuid4(), "reason": "once a year"}
    ledger_services.rotate_signing_key(new_key=SECOND, **about)
    # the servers do not have the key that took over: that is said in words
    refused = made(house, ask(house, journey=journey))
    assert (refused.state, refused.fault) == (RequestState.FAILED, BundleFault.KEY_REPLACED)
    assert "another key signs the ledger now" in words.fault(refused.fault)
    settings.LEDGER_SIGNING_KEY = b64encode(SECOND.private_bytes_raw()).decode()
    found = made(house, ask(house, journey=journey, kept=kept.note))
    assert (found.state, found.fault) == (RequestState.MADE, "")
    data = data_of(house, found.id)
    files = dict(verify.unpacked(data))
    statements = ledger.key_statements()
    keys = {"log": proofs.log_keys(), "statements": statements, "witnesses": [witness]}
    assert (json.loads(files["keys.json"]), len(statements)) == (keys, 1)
    assert proofs.log_keys() == [first, key()]
    assert first != key()
    whole = verify.Check(data, proofs.log_keys(), [witness], [kept.note]).run()
    assert (whole.wrong, whole.exit_code()) == ([], 0)
    name = witness.split("+")[0]
    assert (
        f"The log witness {name} signed 1 of these checkpoints, the last of {kept.size} entries."
        in whole.proved
    )
    assert not any("WHO" in line for line in whole.unproven)
    # each bundle has the checkpoint at which a key took over, so that the root in the statement is compared
    assert not any("WHAT THE KEY" in line for line in whole.unproven)
    bare = made(house, ask(house, journey=journey))
    there = verify.read_lines(dict(verify.unpacked(data_of(house, bare.id)))["checkpoints.jsonl"])
    assert f"\n{kept.size}\n" in "".join(one["note"] for one in there)
    # with what came along alone it holds too, and says that this shows nobody's origin
    own = verify.Check(data, [], [], []).run()
    assert own.exit_code() == 0
    assert [line.split(".")[0] for line in own.unproven if "WHO" in line] == [
        "WHO SIGNED",
        "WHO SIGNED",
        "WHO WITNESSED",
    ]
    assert any("took over from" in line for line in whole.proved)
    # one key of two is not enough: the other one signed, too
    assert verify.Check(data, [key()], [witness], []).run().exit_code() == 1


def test_the_trail_says_in_words_why_a_bundle_was_not_made() -> None:
    facts = {"question": {"site": "CITY"}, "fault": str(BundleFault.TOO_MANY_ENTRIES)}
    said = presenters()[Event.BUNDLE_NOT_MADE](SimpleNamespace(event=Event.BUNDLE_NOT_MADE, facts=facts))
    assert said == "Bundle not made: CITY; there are too many entries; ask for less"
