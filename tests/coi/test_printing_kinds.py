"""Printing on other kinds of printers, and by hand: which file, handed out how often."""

from datetime import timedelta
from hashlib import sha256

import pytest

from coi import services as coi
from coi.models import PrintJob
from coi.rules.labels import Symbology
from coi.rules.printing import PrinterKind
from coi.services.drawing import read_page
from coi.services.printing import content
from config.demonstration import story
from config.demonstration.site import HOSPITAL, SECOND
from ledger.rules.errors import Conflict, Invalid, NotAllowed, NotFound
from ledger.selectors import entries_for_subject
from tests import given
from tests.coi import printers
from tests.coi.printing_given import a_printer, handed_out, job, sweep, told, zpl
from tests.coi.rules.zebra import printed
from tests.furnished import Journeys

pytestmark = pytest.mark.usefixtures("here")


def test_a_label_is_handed_out_once_and_recorded(journeys: Journeys) -> None:
    p = journeys.chair
    a_printer(p, kind=PrinterKind.PDF, host="")
    with pytest.raises(Conflict, match="label_not_rendered"):
        handed_out(p)
    sweep(p)
    assert (job(p).state, job(p).trouble) == ("waiting", "by_hand")
    data = handed_out(p)
    assert sha256(data).hexdigest() == job(p).copy.file, "as it was kept"
    told_of = entries_for_subject("label", job(p).copy.code)[-1]
    assert (told_of.event, told_of.actor_name) == ("coi:print:handed_out", "Sara Soto")
    assert (told_of.facts["file"], told_of.facts["sha256"]) == ("pdf", job(p).copy.file)
    with pytest.raises(Conflict, match="print_over"):
        handed_out(p)
    coi.confirm_print(job=job(p).id, **given.doing(p, "Sara", SECOND))
    assert job(p).state == "printed"
    with pytest.raises(Conflict, match="print_over"):
        handed_out(p, coi.LabelFile(PrinterKind.ZPL))


@pytest.mark.parametrize("dpi", [203, 300])
def test_a_site_without_printers_is_handed_its_labels_in_the_same_way(journeys: Journeys, dpi: int) -> None:
    p = journeys.chair
    sweep(p)
    assert not PrintJob.objects.exists()
    data = handed_out(p, coi.LabelFile(PrinterKind.ZPL, dpi))
    assert (Symbology.CODE_128, p.label("apheresis_bag").encode()) in read_page(printed(data, dpi))
    found = job(p)
    assert (found.state, found.trouble, found.site_id, found.printer) == ("sent", "by_hand", SECOND, None)
    assert told(found.copy.code) == ["print:handed_out"]
    with pytest.raises(Conflict, match="print_over"):
        handed_out(p)
    a_printer(p)
    with pytest.raises(Conflict, match="print_asked"):
        coi.ask_print(copy=found.copy.code, printer="CHAIR", **given.doing(p, "Sara", SECOND))
    assert coi.deny_print(job=found.id, **given.doing(p, "Sara", SECOND)) == found.copy.code


def test_no_label_that_was_used_is_handed_out(journeys: Journeys) -> None:
    p = journeys.chair
    sweep(p)
    request = given.doing(p, "Sara", SECOND)
    with pytest.raises(Invalid):
        handed_out(p, coi.LabelFile(PrinterKind.ZPL, 600))
    for name in ("Eva", "Nora", "Alice"):  # no role there, and a role elsewhere
        with pytest.raises(NotAllowed):
            handed_out(p, name=name)
    first = handed_out(p, **request)
    assert handed_out(p, **request) == first, "a button pressed twice"
    assert told(p.label("apheresis_bag")) == ["print:handed_out"]
    with pytest.raises(Conflict, match="request_id_used"):
        handed_out(p, coi.LabelFile(PrinterKind.ZPL), **request)
    for wrong in ({"now": p.now + timedelta(minutes=5)}, {"actor": p.demo.member("Saul").actor}):
        with pytest.raises(Conflict, match="print_over"):
            handed_out(p, **request | wrong)
    story.label_collection(p)
    for about in (request, {}):
        with pytest.raises(Conflict, match="label_applied"):
            handed_out(p, **about)


def test_a_printer_of_pdf_gets_the_file_that_was_kept(journeys: Journeys) -> None:
    p = journeys.chair
    with printers.listening() as printer:
        a_printer(p, kind=PrinterKind.PDF, port=printer.port)
        sweep(p)
    assert printer.received[0].startswith(b"%PDF-")


def test_a_label_drawn_before_there_were_printers_is_asked_for_by_hand(journeys: Journeys) -> None:
    p = journeys.chair
    label = p.label("apheresis_bag")
    with printers.listening() as printer:
        a_printer(p, "ELSEWHERE", HOSPITAL)
        coi_ask = {"copy": label, "printer": "CHAIR"}
        with pytest.raises(NotFound, match="printer_unknown"):
            coi.ask_print(**coi_ask, **given.doing(p, "Sara", SECOND))
        sweep(p)
        a_printer(p, port=printer.port)
        with pytest.raises(NotAllowed):
            coi.ask_print(**coi_ask, **given.doing(p, "Eva", SECOND))
        coi.ask_print(**coi_ask, **given.doing(p, "Sara", SECOND))
        with pytest.raises(Conflict, match="print_asked"):
            coi.ask_print(**coi_ask, **given.doing(p, "Sara", SECOND))
        sweep(p)
    assert printer.received == [zpl(p)]


def test_a_label_that_cannot_be_made_for_the_printer_waits(
    journeys: Journeys, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(copy: object, dpi: int) -> bytes:
        raise ValueError("too small at 203 dpi")

    monkeypatch.setattr(content, "_zpl", fails)
    p = journeys.chair
    with printers.listening() as printer:
        a_printer(p, port=printer.port)
        sweep(p)
    assert (job(p).trouble, printer.received) == ("not_drawn", [])
    assert "too small" in job(p).last_error
