"""Printing: nothing is lost, nothing is sent twice, and nothing is sent where no printer stands."""

import socket
import threading
from datetime import timedelta
from hashlib import sha256
from ipaddress import ip_network
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.conf import settings as django_settings

from coi import services as coi
from coi.models import LabelCopy, Printer, PrintJob
from coi.rules.labels import Symbology
from coi.rules.printing import PORTS, PrinterKind, PrinterState
from coi.selectors.labels import LabelCopyView, label_copy_by_id
from coi.services.drawing import read_page
from coi.services.printing import content, wire
from config.demonstration import story
from config.demonstration.player import Player
from config.demonstration.site import HOSPITAL, PLANT, SECOND
from ledger import services as ledger
from ledger.rules.errors import Conflict, Invalid, NotAllowed, NotFound
from ledger.selectors import effects, entries_for_subject
from people.rules import codes
from tests import given
from tests.coi import printers
from tests.coi.rules.zebra import printed
from tests.furnished import Journeys

CHAIR = codes.make("S", "SCHAIR")
PDF = coi.LabelFile(PrinterKind.PDF)


@pytest.fixture(autouse=True)
def here(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Printers stand on this machine; nobody waits long for them."""
    settings.PRINTER_NETWORKS = (ip_network("127.0.0.0/8"),)
    monkeypatch.setattr(wire, "CONNECT_SECONDS", 2.0)
    monkeypatch.setattr(wire, "SEND_SECONDS", 2.0)


def stock(**more: Any) -> coi.LabelStock:
    return coi.LabelStock(**{"width_mm": 100, "height_mm": 100, **more})


def a_printer(p: Player, code: str = "CHAIR", at: str = SECOND, **more: Any) -> str:
    """A supervisor registers a printer for the chair, with the stock that an apheresis bag needs."""
    who = {SECOND: "Saul", HOSPITAL: "Noah", PLANT: "Amir"}[at]
    loaded = {key: more.pop(key) for key in ("width_mm", "height_mm", "kinds") if key in more}
    setting = {"name": f"Printer {code}", "kind": PrinterKind.ZPL, "dpi": 203, "host": printers.HOST}
    setting |= {"port": PORTS.start, "stations": (CHAIR,) if at == SECOND else ()} | more
    size = needed(p)
    about = {"width_mm": size[0], "height_mm": size[1]} | loaded
    coi.register_printer(
        code=code,
        site=at,
        setting=coi.PrinterSetting(**setting),
        stock=coi.LabelStock(**about),
        **given.doing(p, who, at),
    )
    return code


def needed(p: Player) -> tuple[int, int]:
    """The size of the label that waits at the chair."""
    label = content.label_of(waiting(p))
    return label.width_mm, label.height_mm


def waiting(p: Player) -> LabelCopyView:
    """The label that waits at the chair."""
    copy = label_copy_by_id(LabelCopy.objects.get(code=p.label("apheresis_bag")).id)
    assert copy is not None
    return copy


def zpl(p: Player) -> bytes:
    """What a printer of labels at the chair is sent."""
    return content.content_for(waiting(p), PrinterKind.ZPL, 203)


def sweep(p: Player) -> None:
    """The worker: draws what is to be drawn, and sends what is to be sent."""
    while ledger.sweep_effects(now=p.now):
        pass


def job(p: Player) -> PrintJob:
    return PrintJob.objects.select_related("printer", "copy").get(copy__code=p.label("apheresis_bag"))


def told(label: str) -> list[str]:
    """The events of a copy."""
    return [entry.event.removeprefix("coi:") for entry in entries_for_subject("label", label)]


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


def handed_out(
    p: Player, file: coi.LabelFile = PDF, copy: str = "", name: str = "Sara", **more: Any
) -> bytes:
    """Somebody downloads the label that waits at the chair, to print it."""
    about = given.doing(p, name, SECOND) | more
    return coi.hand_out_label(copy=copy or p.label("apheresis_bag"), file=file, **about)


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


# -- where bytes may go -----------------------------------------------------------------------------------------------


def test_nothing_is_sent_outside_of_the_networks_of_printers(journeys: Journeys, settings: Any) -> None:
    """Neither an address nor a name that leads elsewhere; and with no network set, nowhere at all."""
    p = journeys.chair
    with printers.listening() as printer:
        a_printer(p, port=printer.port)
        settings.PRINTER_NETWORKS = (ip_network("10.20.30.0/24"),)
        sweep(p)
        assert (job(p).state, job(p).trouble) == ("waiting", "address_not_allowed")
        with pytest.raises(Invalid) as refused:
            a_printer(p, "NEXT", port=printer.port)
        assert refused.value.detail["fields"] == {"host": "address_not_allowed"}
        a_printer(p, "NAMED", host="localhost", port=printer.port, stations=())
        coi.move_print(job=job(p).id, printer="NAMED", **given.doing(p, "Sara", SECOND))
        sweep(p)
        assert job(p).trouble == "address_not_allowed"
    assert printer.received == []


def test_no_network_is_set_unless_somebody_sets_one() -> None:
    from config import settings as configured

    assert configured.networks("NO_SUCH_SETTING") == ()
    assert isinstance(django_settings.PRINTER_NETWORKS, tuple)


# -- printers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "field", "problem"),
    [
        ({"dpi": 72}, "dpi", "not_choice"),
        ({"dpi": 600}, "dpi", "dpi_of_no_zpl"),
        ({"port": 22}, "port", "port_not_allowed"),
        ({"port": 8000}, "port", "port_not_allowed"),
        ({"host": ""}, "host", "text_required"),
        ({"host": "10.0.0.1"}, "host", "address_not_allowed"),
        ({"host": "printer one"}, "host", "host_shape"),
        ({"host": "http://x"}, "host", "host_shape"),
        ({"name": " "}, "name", "blank"),
        ({"stations": (codes.make("S", "HOOD"),)}, "stations", "not_choice"),
        ({"width_mm": 0}, "width_mm", "size_not_possible"),
        ({"height_mm": 3000}, "height_mm", "size_not_possible"),
    ],
)
def test_what_no_printer_is(journeys: Journeys, wrong: dict[str, Any], field: str, problem: str) -> None:
    with pytest.raises(Invalid) as refused:
        a_printer(journeys.chair, **wrong)
    assert refused.value.detail["fields"] == {field: problem}


def test_a_printer_of_pdf_may_have_600_dots_per_inch(journeys: Journeys) -> None:
    a_printer(journeys.chair, kind=PrinterKind.PDF, dpi=600)
    assert Printer.objects.get().dpi == 600


def test_who_looks_after_printers(journeys: Journeys) -> None:
    p = journeys.chair
    a_printer(p)
    with pytest.raises(Conflict, match="printer_code_used"):
        a_printer(p)
    setting = coi.PrinterSetting("Chair", PrinterKind.ZPL, 300, printers.HOST)
    for name in ("Sara", "Eva"):
        with pytest.raises(NotAllowed):
            coi.change_printer(
                code="CHAIR", setting=setting, state=PrinterState.ACTIVE, **given.doing(p, name, SECOND)
            )
    with pytest.raises(NotAllowed):
        coi.load_stock(code="CHAIR", stock=stock(), **given.doing(p, "Eva", SECOND))
    coi.load_stock(code="CHAIR", stock=stock(), **given.doing(p, "Sara", SECOND))
    request = given.doing(p, "Saul", SECOND)
    for _ in range(2):  # the answer was lost, and it is asked again
        coi.change_printer(code="CHAIR", setting=setting, state=PrinterState.ACTIVE, **request)
    row = Printer.objects.get(code="CHAIR")
    assert (row.dpi, row.width_mm, row.kinds) == (300, 100, [])


def test_who_may_do_something_with_a_label_that_waits(journeys: Journeys) -> None:
    p = journeys.chair
    a_printer(p, port=printers.nobody())
    a_printer(p, "AFAR", HOSPITAL)
    sweep(p)
    found = job(p).id
    for name, at in (("Eva", SECOND), ("Nora", HOSPITAL)):
        for act in (coi.confirm_print, coi.deny_print):
            with pytest.raises(NotAllowed):
                act(job=found, **given.doing(p, name, at))
    with pytest.raises(NotFound, match="printer_unknown"):
        coi.move_print(job=found, printer="AFAR", **given.doing(p, "Sara", SECOND))
    with pytest.raises(NotFound, match="print_unknown"):
        coi.confirm_print(job=UUID(int=1), **given.doing(p, "Sara", SECOND))
    request = given.doing(p, "Sara", SECOND)
    for _ in range(2):
        handed_out(p, **request)
    with pytest.raises(Conflict, match="request_id_used"):
        coi.confirm_print(job=found, **request)


def test_the_tables_are_what_the_entries_say(journeys: Journeys) -> None:
    from django.db import connection, transaction

    from ledger import projections

    p = journeys.chair
    with printers.listening() as printer:
        a_printer(p, port=printer.port)
        sweep(p)
    coi.deny_print(job=job(p).id, **given.doing(p, "Sara", SECOND))
    p.now += timedelta(minutes=1)
    with transaction.atomic():
        assert list(projections.differences(connection.alias)) == []
