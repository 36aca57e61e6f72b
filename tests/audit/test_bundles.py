"""Bundles by the services: asked for, made once, proved by their own verifier, without personal data."""

import json
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID, uuid4

import pgtrigger
import pytest
from django.conf import settings as configured
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.events import Event
from audit.rules.bundles import BundleFault
from audit.rules.questions import Question
from audit.rules.requests import RequestState
from audit.selectors.bundles import BundleView, bundle
from audit.services import bundle_files
from audit.services.bundle_files import Chosen, files_of, held_in
from audit.services.bundles import MAKE_BUNDLE, ask_for_bundle, bundle_bytes, bundle_for
from config.demonstration.site import HOSPITAL, PLANT
from ledger import selectors as ledger
from ledger import services as ledger_services
from ledger.models import Checkpoint, Entry, Halt
from ledger.projections import differences
from ledger.rules import Subject, notes
from ledger.rules.bundles import LinkedCheckpoint, Selects
from ledger.rules.errors import Conflict, Invalid, NotAllowed, NotFound
from ledger.rules.evidence import path_of
from ledger.rules.offline import verify
from ledger.services import checkpoints, proofs
from ledger.services.proofs import Proof
from people.events import Event as PeopleEvent
from people.services.documents import RECORD_KIND
from tests import given
from tests.audit.conftest import EVIDENCE
from tests.furnished import Journeys
from tests.ledger.rules.bundle_given import run_script


def key() -> str:
    """The verifier key, from another source than a bundle."""
    return notes.verifier_key(configured.LEDGER_ORIGIN, checkpoints.public_key())


def ask(
    house: Journeys, name: str = "Iris", request_id: UUID | None = None, kept: str = "", **about: Any
) -> UUID:
    """Ask for a bundle."""
    doing = given.doing(house.ready, name, PLANT) | ({"request_id": request_id} if request_id else {})
    return ask_for_bundle(question=Question(**about), kept=kept, **doing)


def made(house: Journeys, id: UUID) -> BundleView:
    """What the worker makes of it."""
    for effect in ledger.effects(kind=MAKE_BUNDLE, state="pending"):
        ledger_services.run_effect(effect_id=effect.id, now=house.ready.now)
    found = bundle(id)
    assert found is not None
    return found


def data_of(house: Journeys, id: UUID, name: str = "Iris") -> bytes:
    """The file, as somebody gets it."""
    doing = given.doing(house.ready, name, PLANT)
    return bundle_bytes(id=id, actor=doing["actor"], now=doing["now"])


def lines(files: dict[str, bytes], name: str) -> list[Any]:
    """A file of lines."""
    return [json.loads(line) for line in files[name].splitlines()]


@pytest.mark.requirement("URS-OPEN-01")
def test_a_journey_is_proved_from_its_first_entry_to_its_last(house: Journeys, tmp_path: Path) -> None:
    coi_id, request = house.ready.coi_id, uuid4()
    logger = b"time;celsius\n10:00;-180.5\n"
    about = {"stream": f"journey:{coi_id}", "subjects": [Subject("order", coi_id)], "name": "logger.csv"}
    ledger_services.store_evidence(
        data=logger, media_type="text/csv", **about, **given.doing(house.ready, "Bob")
    )
    id = ask(house, journey=coi_id, request_id=request)
    assert ask(house, journey=coi_id, request_id=request) == id
    with pytest.raises(Conflict):
        ask(house, journey=house.bedside.coi_id, request_id=request)
    found = made(house, id)
    assert (found.state, found.fault) == (RequestState.MADE, "")
    data = data_of(house, id)
    check = verify.Check(data, [key()], [], []).run()
    assert (check.wrong, check.unchecked, check.exit_code()) == ([], [], 0)
    (tmp_path / "bundle.zip").write_bytes(data)
    done = run_script("bundle.zip", "--key", key(), folder=tmp_path)
    assert (done.returncode, done.stderr, done.stdout[:16]) == (0, "", "EVERYTHING HOLDS")
    for place in Random(1).sample(range(len(data)), 50):
        changed = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
        assert verify.Check(changed, [key()], [], []).run().exit_code() == 1, place
    files = dict(verify.unpacked(data))
    # every entry of the journey that there was when it was made, and none of another
    shown = {json.loads(line["header"])["uuid"] for line in lines(files, "entries.jsonl")}
    there = ledger.entries_for_subject("order", coi_id)
    made_at = next(entry.id for entry in there if entry.event == Event.BUNDLE_MADE)
    assert shown >= {str(entry.uuid) for entry in there if entry.id < made_at}
    assert found.found["entries"] == len(shown) > 50
    assert any(line.startswith(f"Stream journey:{coi_id} is whole from number 1 to") for line in check.proved)
    assert found.found["signatures"] == len(lines(files, "signatures.jsonl")) >= 2
    assert found.found["evidence"] == 1
    assert files[f"evidence/{sha256(logger).hexdigest()}"] == logger
    # people read all of it
    assert {name for name in files if name.startswith("report/")} == {
        f"report/custody.{ending}" for ending in ("pdf", "xlsx", "csv.zip", "json")
    }
    told = json.loads(files["report/custody.json"])
    assert (told["kind"], told["made"]["id"], told["made"]["by"]) == ("custody", str(id), found.asked_by)
    assert found.file["report"] == sha256(files["report/custody.json"]).hexdigest()
    page = files["report.html"].decode()
    assert page.count("<tr>") == len(shown) + 1
    assert coi_id in page
    assert "<script" not in page
    # nothing personal: names and numbers of patients lie in the vault
    for personal in (b"Testcase", b"Synthia", b"MRN00000", house.ready.wristband.encode()):
        assert personal not in data
    # the trail says that it was asked for, made and kept; and the row is what the entries say
    events = set(Entry.objects.filter(stream="audit").values_list("event", flat=True))
    assert {Event.BUNDLE_ASKED, Event.BUNDLE_MADE, Event.BUNDLE_KEPT} <= events
    assert not [finding for finding in differences("default") if finding.table == "audit.request"]
    # a second run of the effect changes nothing, and a later bundle does not hold this one
    assert made(house, id) == found
    again = made(house, ask(house, journey=coi_id, kept=ledger_note(house)))
    assert again.state is RequestState.MADE
    assert again.found["evidence"] == found.found["evidence"]
    kept = verify.Check(data_of(house, again.id), [key()], [], [ledger_note(house)]).run()
    assert kept.exit_code() == 0
    assert kept.proved[-1].startswith("The log agrees with your checkpoint")


def ledger_note(house: Journeys) -> str:
    """A checkpoint that somebody kept: the first one of this ledger."""
    return Checkpoint.objects.order_by("size").values_list("note", flat=True)[0]


def test_a_batch_and_a_stretch_of_time_and_what_is_refused(house: Journeys) -> None:
    since = house.ready.now - timedelta(days=30)
    batch = house.ready.containers("product_bag")[0].batch
    for about in (
        {"batch": batch},
        {"site": PLANT, "since": since, "until": house.ready.now},
    ):
        found = made(house, ask(house, **about))
        assert (found.state, found.fault) == (RequestState.MADE, "")
        data = data_of(house, found.id)
        check = verify.Check(data, [key()], [], []).run()
        assert (check.wrong, check.exit_code()) == ([], 0)
        reports = [name for name, _ in verify.unpacked(data) if name.startswith("report/")]
        assert ("report/batch_record.pdf" in reports) == ("batch" in about), reports
        assert len(reports) == (4 if "batch" in about else 0)
    with pytest.raises(NotFound):
        ask(house, journey="CHA000000000000")
    with pytest.raises(NotFound):
        ask(house, batch="\x00")
    with pytest.raises(NotAllowed):
        ask(house, "Leo", journey=house.ready.coi_id)  # an analyst
    with pytest.raises(NotFound):
        ask(house, "Pia", journey=house.ready.coi_id)  # a coordinator of a hospital that takes no part
    with pytest.raises(NotAllowed):
        ask(house, site=HOSPITAL, since=since, until=house.ready.now)  # an auditor of another site
    with pytest.raises(NotAllowed):
        bundle_for(
            id=found.id, **{k: v for k, v in given.doing(house.ready, "Leo").items() if k in ("actor", "now")}
        )
    with pytest.raises(Invalid) as refused:
        ask(house, journey=house.ready.coi_id, kept="not a checkpoint")
    assert refused.value.detail["fields"] == {"checkpoint": "not_a_checkpoint_of_this_ledger"}
    # nothing happened at the site then: that is said, and kept
    long_ago = {"since": since - timedelta(days=700), "until": since - timedelta(days=600)}
    empty = made(house, ask(house, site=PLANT, **long_ago))
    assert (empty.state, empty.fault) == (RequestState.FAILED, BundleFault.NOTHING)
    with pytest.raises(NotFound):
        data_of(house, empty.id)


def test_more_signatures_and_checkpoints_take_no_more_statements(house: Journeys) -> None:
    made_so_far = ledger.entries_of_events([PeopleEvent.SIGNATURE_MADE], limit=1000)
    ids = tuple(it.id for it in made_so_far if it.facts["record"][0] == RECORD_KIND)
    assert len(ids) > 3
    few, many = (Chosen(some, Selects()) for some in (ids[:1], ids))
    with CaptureQueriesContext(connection) as one:
        held = held_in(few)
    with CaptureQueriesContext(connection) as all_of_them:
        assert len(held_in(many).records) > len(held.records)
    assert len(all_of_them) == len(one)

    view = bundle(ask(house, journey=house.ready.coi_id))
    assert view is not None
    spent = []
    for count in (1, 40):
        proof = Proof((), tuple(LinkedCheckpoint(size, "a note\n") for size in range(1, count + 1)))
        with CaptureQueriesContext(connection) as asked:
            files = files_of(view, held, proof, {}, house.ready.now)
        assert files["checkpoints.jsonl"].count(b"\n") == count
        spent.append(len(asked))
    assert spent[0] == spent[1]


def test_an_entry_that_was_altered_is_not_handed_out_as_proved(house: Journeys) -> None:
    ledger_services.seal(now=house.ready.now)
    entry = ledger.entries_for_subject("order", house.ready.coi_id)[0]
    with pgtrigger.ignore():
        Entry.objects.filter(id=entry.id).update(reason="another")
    found = made(house, ask(house, journey=house.ready.coi_id))
    assert (found.state, found.fault) == (RequestState.FAILED, BundleFault.NOT_AS_SEALED)


def test_what_cannot_be_made_says_why_and_is_not_kept(
    house: Journeys, monkeypatch: pytest.MonkeyPatch
) -> None:
    # a file of its own: it stays damaged where the folder of a run is kept
    journey, data = house.ready.coi_id, f"time;celsius;{uuid4()}\n".encode()

    def why(journey: str = journey) -> str:
        found = made(house, ask(house, journey=journey))
        assert (found.state, found.file) == (RequestState.FAILED, {})
        return found.fault

    with monkeypatch.context() as patched:
        patched.setattr(bundle_files, "MOST_ENTRIES", 10)
        assert why() == BundleFault.TOO_MANY_ENTRIES
    with monkeypatch.context() as patched:
        patched.setattr(bundle_files, "BUNDLE_LIMIT", 10_000)
        assert why() == BundleFault.TOO_LARGE
    with monkeypatch.context() as patched:  # as if a proof were wrong: its own verifier refuses it
        patched.setattr(proofs, "continued", lambda *_: [])
        assert why() == BundleFault.NOT_AS_SEALED
    about = {"stream": f"journey:{journey}", "subjects": [Subject("order", journey)], "name": "logger.csv"}
    ledger_services.store_evidence(
        data=data, media_type="text/csv", **about, **given.doing(house.ready, "Bob")
    )
    path = Path(EVIDENCE) / path_of(sha256(data).hexdigest())
    path.chmod(0o600)
    path.write_bytes(data.upper())
    assert why() == BundleFault.EVIDENCE_DAMAGED
    Halt.objects.create(found_at=house.ready.now, report=[])
    assert why(house.bedside.coi_id) == BundleFault.LEDGER_BROKEN
