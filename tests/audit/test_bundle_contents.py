"""What a bundle holds of people: every file of it is opened and read, for names that were really entered."""

import io
from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256
from zipfile import ZipFile

import pypdfium2
import pytest

from audit.rules.questions import Question
from audit.rules.requests import RequestState
from audit.services.bundles import ask_for_bundle, bundle_bytes
from coi import services as coi
from coi.selectors.visible import HIDDEN
from config.demonstration.player import Player
from config.demonstration.site import HOSPITAL
from ledger import selectors as ledger
from ledger import services as ledger_services
from ledger.rules import Actor, Subject
from ledger.rules.offline import verify
from people.rules.authority import Period
from tests import given
from tests.audit.test_bundles import made
from tests.coi.test_auditors import Visitor
from tests.furnished import Journeys
from tests.permissions.matrix import newcomer

DRAWN = 2  # labels of the journey whose files are looked into: drawing each takes a second
PERSONAL = (b"Testcase", b"Synthia", b"1970-01-01", b"01.01.1970", b"MRN00000")
HANDED_IN = b"time;celsius;remark\n10:00;-180.5;bag of Synthia Testcase\n"


def opened(name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    """A file as it reads: archives file by file, PDFs as their text, everything else as it is."""
    if data.startswith(b"PK\x03\x04"):
        with ZipFile(io.BytesIO(data)) as archive:
            for member in archive.namelist():
                yield from opened(f"{name}/{member}", archive.read(member))
    elif data.startswith(b"%PDF-"):
        document = pypdfium2.PdfDocument(data)
        try:
            yield name, "\n".join(page.get_textpage().get_text_range() for page in document).encode()
        finally:
            document.close()
    yield name, data


def bundle_of(house: Journeys, coi_id: str, actor: Actor) -> dict[str, bytes]:
    """The files of a bundle about a journey, as this person gets it."""
    doing = given.doing(house.ready, "Iris", HOSPITAL) | {"actor": actor}
    id = ask_for_bundle(question=Question(journey=coi_id), **doing)
    found = made(house, id)
    assert (found.state, found.fault) == (RequestState.MADE, "")
    data = bundle_bytes(id=id, actor=actor, now=doing["now"])
    assert verify.Check(data, [], [], []).run().wrong == []
    return dict(verify.unpacked(data))


def draw_labels(player: Player) -> None:
    """The worker draws some labels of the journey: what is drawn is kept as evidence."""
    waiting = ledger.effects(kind=coi.RENDER_LABEL, state="pending", limit=500)
    journey = _entries_of(player)
    own = [it for it in waiting if it.entry_id in journey]
    assert len(own) >= DRAWN
    for effect in own[:DRAWN]:
        ledger_services.run_effect(effect_id=effect.id, now=player.now)


def _entries_of(player: Player) -> set[int]:
    return {entry.id for entry in ledger.entries_for_subject("order", player.coi_id)}


@pytest.mark.requirement("URS-ACC-08")
def test_no_file_holds_what_identifies_a_patient_but_what_somebody_handed_in(house: Journeys) -> None:
    """Names, birth dates and hospital numbers were typed at the enrolment, and wristbands scanned at the wrong bed.

    Files of evidence are as they were handed in: the one place where a name may be, and the bundle says so itself.
    """
    mine, other = house.bedside, house.chair
    draw_labels(mine)
    nurse = mine.demo.member("Ines")
    answer = mine.scan("NBED", nurse, mine.wristband, other.wristband, step="bedside")
    assert other.coi_id in str(answer["refusals"])
    about = {"stream": f"journey:{mine.coi_id}", "subjects": [Subject("order", mine.coi_id)]}
    ledger_services.store_evidence(
        data=HANDED_IN, media_type="text/csv", name="logger.csv", **about, **given.doing(mine, "Bob")
    )
    house.ready.now = mine.now + timedelta(minutes=1)
    plant = bundle_of(house, mine.coi_id, given.doing(mine, "Iris")["actor"])
    evidence = [name for name in plant if name.startswith("evidence/")]
    assert len(evidence) == DRAWN + 1, "the drawn labels and the file that was handed in"
    wristbands = tuple(it.wristband.encode() for it in (mine, other))
    found = {
        name
        for file, data in plant.items()
        for name, text in opened(file, data)
        if any(it in text for it in (*PERSONAL, *wristbands))
    }
    assert found == {f"evidence/{sha256(HANDED_IN).hexdigest()}"}
    assert b"whoever handed one in may have written in it" in plant["report.html"]

    # Iris' site makes both products. The hospital has no part in the other journey: its auditor reads ••• on the page,
    # and the entries are whole, for nothing can be taken out of what is proved
    assert other.coi_id.encode() in plant["report.html"]
    assert HIDDEN.encode() not in plant["report.html"].partition(b"<h2>Entries")[2]
    actor, _credential = newcomer(house.ready)
    Visitor(house.ready, actor).may_read(Period(), HOSPITAL)
    hospital = bundle_of(house, mine.coi_id, actor)
    assert other.coi_id.encode() not in hospital["report.html"]
    assert HIDDEN.encode() in hospital["report.html"].partition(b"<h2>Entries")[2]
    assert other.coi_id.encode() in hospital["entries.jsonl"]
    assert mine.coi_id.encode() in hospital["report.html"]
