"""Printing: nothing is lost, and nothing is sent twice."""

import socket
import threading
from uuid import uuid4

import pytest

from coi import services as coi
from coi.models import LabelCopy, Printer, PrintJob
from coi.rules.labels import Symbology
from coi.rules.printing import PrinterKind, PrinterState
from coi.services.drawing import read_page
from coi.services.printing import wire
from config.demonstration import story
from config.demonstration.site import HOSPITAL, SECOND
from ledger.rules.errors import Conflict
from ledger.selectors import effects
from tests import given
from tests.coi import printers
from tests.coi.printing_given import CHAIR, a_printer, handed_out, job, needed, sweep, told, zpl
from tests.coi.rules.zebra import printed
from tests.furnished import Journeys

pytestmark = pytest.mark.usefixtures("here")


def test_a_label_that_was_drawn_is_sent_to_the_printer_of_its_station(journeys: Journeys) -> None:
    p = journeys.chair
    with printers.listening() as printer:
        a_printer(p, "OTHER", port=printers.nobody(), stations=())
        a_printer(p, port=printer.port)
        sweep(p)
    found = job(p)
    assert printer.received == [zpl(p)]
    read = read_page(printed(printer.received[0], 203))
    assert (Symbology.CODE_128, found.copy.code.encode()) in read
    assert (found.state, found.trouble, found.printer.code, found.tries) == ("sent", "", "CHAIR", 1)
    assert told(found.copy.code) == ["print:asked", "print:sent"]
    coi.confirm_print(job=found.id, **given.doing(p, "Sara", SECOND))
    assert job(p).state == "printed"
    assert job(p).settled_by_name == "Sara Soto"
    with pytest.raises(Conflict, match="print_not_asking"):
        coi.deny_print(job=found.id, **given.doing(p, "Sara", SECOND))


def test_a_site_without_printers_has_no_jobs(journeys: Journeys) -> None:
    p = journeys.chair
    a_printer(p, "ELSEWHERE", HOSPITAL)
    sweep(p)
    assert not PrintJob.objects.exists()
    assert LabelCopy.objects.get(code=p.label("apheresis_bag")).status == "printed"


def test_the_only_printer_of_a_site_serves_all_and_of_several_somebody_chooses(journeys: Journeys) -> None:
    p = journeys.chair
    with printers.listening() as printer:
        a_printer(p, "ONE", port=printer.port, stations=())
        sweep(p)
    assert job(p).state == "sent"
    copy = given.a_reprint(p, p.label("apheresis_bag"), "Sara", SECOND)
    a_printer(p, "TWO", port=printers.nobody(), stations=())
    sweep(p)
    waiting = PrintJob.objects.get(copy__code=copy)
    assert (waiting.state, waiting.trouble, waiting.printer) == ("waiting", "no_printer", None)
    assert not list(effects(kind="coi.print_label", state="pending"))


@pytest.mark.requirement("URS-CONT-01")
def test_an_offline_printer_loses_nothing(journeys: Journeys) -> None:
    """It waits with its reason, is tried again later and later, given up at last, and set going by hand."""
    p, port = journeys.chair, printers.nobody()
    a_printer(p, port=port)
    sweep(p)
    found = job(p)
    assert (found.state, found.trouble, found.tries) == ("waiting", "offline", 1)
    assert "refused" in found.last_error.lower()
    (effect,) = effects(kind="coi.print_label")
    assert (effect.state, "NotPrinted" in effect.last_error) == ("pending", True)
    for _ in range(12):
        p.wait(hours=2)
        sweep(p)
    found = job(p)
    assert (found.state, found.trouble, found.tries) == ("failed", "offline", 10)
    assert not effects(state="failed"), "a printer that is off is no fault of the worker's"
    assert told(found.copy.code).count("print:put_off") == 9
    with printers.listening() as printer:
        setting = coi.PrinterSetting("Chair", PrinterKind.ZPL, 203, printers.HOST, printer.port, (CHAIR,))
        coi.change_printer(
            code="CHAIR", setting=setting, state=PrinterState.ACTIVE, **given.doing(p, "Saul", SECOND)
        )
        sweep(p)
    assert printer.received == [zpl(p)]
    assert job(p).state == "sent"


def test_a_label_goes_elsewhere_and_what_was_asked_before_is_over(journeys: Journeys) -> None:
    p = journeys.chair
    a_printer(p, port=printers.nobody())
    sweep(p)
    with printers.listening() as first, printers.listening() as other:
        a_printer(p, "SPARE", port=other.port, stations=())
        coi.move_print(job=job(p).id, printer="SPARE", **given.doing(p, "Sara", SECOND))
        Printer.objects.filter(code="CHAIR").update(port=first.port)  # it comes back just now
        p.wait(minutes=10)
        sweep(p)
    assert (first.received, other.received) == ([], [zpl(p)])
    assert job(p).printer.code == "SPARE"
    with pytest.raises(Conflict, match="print_over"):
        coi.move_print(job=job(p).id, printer="CHAIR", **given.doing(p, "Sara", SECOND))


def test_the_wrong_stock_waits_until_the_right_one_is_loaded(journeys: Journeys) -> None:
    p = journeys.chair
    with printers.listening() as printer:
        a_printer(p, port=printer.port, width_mm=30, height_mm=20)
        sweep(p)
        assert (job(p).state, job(p).trouble, printer.received) == ("waiting", "wrong_stock", [])
        width, height = needed(p)
        loaded = coi.LabelStock(width, height, ("sample",))
        coi.load_stock(code="CHAIR", stock=loaded, **given.doing(p, "Sara", SECOND))
        sweep(p)
        assert (job(p).trouble, printer.received) == ("wrong_kind", [])
        loaded = coi.LabelStock(width, height)
        coi.load_stock(code="CHAIR", stock=loaded, **given.doing(p, "Sara", SECOND))
        sweep(p)
    assert printer.received == [zpl(p)]


def test_one_out_of_service_is_not_used(journeys: Journeys) -> None:
    p = journeys.chair
    with printers.listening() as printer:
        a_printer(p, port=printer.port)
        a_printer(p, "SPARE", port=printer.port, stations=())
        setting = coi.PrinterSetting("Chair", PrinterKind.ZPL, 203, printers.HOST, printer.port, (CHAIR,))
        coi.change_printer(
            code="CHAIR", setting=setting, state=PrinterState.OUT_OF_SERVICE, **given.doing(p, "Saul", SECOND)
        )
        sweep(p)
    assert (job(p).trouble, printer.received) == ("out_of_service", [])


@pytest.mark.parametrize("kind", ["breaks off", "hangs", "chatters"])
def test_what_may_have_been_printed_is_asked_and_never_sent_again(journeys: Journeys, kind: str) -> None:
    p, over = journeys.chair, threading.Event()
    doing = {"hangs": printers.hangs(over), "chatters": printers.chatters(over)}
    behave = doing.get(kind, printers.breaks_off)
    with printers.listening(behave) as printer:
        a_printer(p, port=printer.port)
        sweep(p)
        over.set()
        found = job(p)
        expected = "interrupted" if kind == "breaks off" else "silent"
        assert (found.state, found.trouble, bool(found.last_error)) == ("sent", expected, True)
        for _ in range(3):
            p.wait(hours=2)
            sweep(p)
    assert len(printer.received) == 1
    with pytest.raises(Conflict, match="print_over"):
        coi.move_print(job=found.id, printer="CHAIR", **given.doing(p, "Sara", SECOND))
    with pytest.raises(Conflict, match="print_over"):
        handed_out(p)


def test_a_worker_that_dies_while_sending_leaves_a_question_and_no_second_label(
    journeys: Journeys, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(connection: socket.socket, data: bytes) -> None:
        raise SystemExit

    p = journeys.chair
    with printers.listening() as printer:
        a_printer(p, port=printer.port)
        monkeypatch.setattr(wire, "send", dies)
        with pytest.raises(SystemExit):
            sweep(p)
        monkeypatch.undo()
        p.wait(minutes=10)
        sweep(p)
    assert b"".join(printer.received) == b""
    assert job(p).state == "sent"


def test_a_label_that_did_not_come_out_is_spoiled_and_the_next_copy_is_printed(journeys: Journeys) -> None:
    p = journeys.chair
    with printers.listening() as printer:
        a_printer(p, port=printer.port)
        sweep(p)
        old, request, first = p.label("apheresis_bag"), uuid4(), zpl(p)
        doing = given.doing(p, "Sara", SECOND) | {"request_id": request}
        assert coi.deny_print(job=job(p).id, **doing) == old
        copy = LabelCopy.objects.get(code=old)
        assert (copy.status, copy.fate, copy.fate_by_name) == ("void", "spoiled", "Sara Soto")
        assert p.containers("apheresis_bag")[0].label == "", "no copy counts"
        late = p.scan("SCHAIR", journeys.demo.member("Sara"), p.wristband, old, step="label_collection")
        assert "label_void" in [refusal["code"] for refusal in late["refusals"]], "should it come after all"
        new = coi.reprint_label(copy=old, reason="did_not_print", **given.doing(p, "Sara", SECOND))
        sweep(p)
    assert printer.received == [first, zpl(p)]
    assert first != zpl(p)
    assert p.label("apheresis_bag") == new
    assert LabelCopy.objects.get(code=new).number == 2
    with pytest.raises(Conflict, match="label_void"):
        coi.reprint_label(copy=old, reason="did_not_print", **given.doing(p, "Sara", SECOND))


def test_a_label_scanned_back_has_come_out(journeys: Journeys) -> None:
    p = journeys.chair
    with printers.listening() as printer:
        a_printer(p, port=printer.port)
        sweep(p)
    story.label_collection(p)
    with pytest.raises(Conflict, match="label_applied"):
        coi.deny_print(job=job(p).id, **given.doing(p, "Sara", SECOND))


def test_a_label_that_was_replaced_is_not_printed(journeys: Journeys) -> None:
    p = journeys.chair
    a_printer(p, port=printers.nobody())
    sweep(p)
    old = job(p)
    given.a_reprint(p, old.copy.code, "Sara", SECOND)
    with printers.listening() as printer:
        Printer.objects.update(port=printer.port)
        p.wait(minutes=10)
        sweep(p)
    assert len(printer.received) == 1, "the new copy alone"
    old.refresh_from_db()
    assert old.state == "waiting"
    with pytest.raises(Conflict, match="label_void"):
        handed_out(p, copy=old.copy.code)
