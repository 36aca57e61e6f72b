"""Printers: where bytes may go, what no printer is, and who looks after them."""

from datetime import timedelta
from ipaddress import ip_network
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings as django_settings

from coi import services as coi
from coi.models import Printer
from coi.rules.printing import PrinterKind, PrinterState
from config.demonstration.site import HOSPITAL, SECOND
from ledger.rules.errors import Conflict, Invalid, NotAllowed, NotFound
from people.rules import codes
from tests import given
from tests.coi import printers
from tests.coi.printing_given import a_printer, handed_out, job, stock, sweep
from tests.furnished import Journeys

pytestmark = pytest.mark.usefixtures("here")

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
