"""However many workers try at one moment, a copy is sent once."""

from ipaddress import ip_network
from typing import Any

import pytest

from coi.models import PrintJob
from config.demonstration.site import SECOND
from ledger import services as ledger
from ledger.selectors import effects
from tests import given
from tests.coi import printers
from tests.coi.test_printing import a_printer, stock, zpl
from tests.concurrency.at_once import at_once
from tests.furnished import Journeys


def test_workers_at_one_moment_send_a_copy_once(
    live_journeys: Journeys, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sweep, a button pressed and stock that was loaded: three effects, and one label."""
    from coi import services as coi

    settings.PRINTER_NETWORKS = (ip_network("127.0.0.0/8"),)
    p = live_journeys.chair
    a_printer(p, port=printers.nobody(), width_mm=20, height_mm=20)
    ledger.sweep_effects(now=p.now)
    job = PrintJob.objects.get()
    with printers.listening() as printer:
        setting = coi.PrinterSetting("Chair", "zpl", 203, printers.HOST, printer.port)
        about = given.doing(p, "Saul", SECOND)
        coi.change_printer(code="CHAIR", setting=setting, state="active", **about)
        loaded = stock(width_mm=job.width_mm, height_mm=job.height_mm)
        coi.load_stock(code="CHAIR", stock=loaded, **given.doing(p, "Sara", SECOND))
        coi.move_print(job=job.id, printer="CHAIR", **given.doing(p, "Sara", SECOND))
        p.wait(minutes=2)
        asked = [effect.id for effect in effects(kind="coi.print_label", state="pending")]
        assert len(asked) >= 4
        calls = [lambda effect=effect: ledger.run_effect(effect_id=effect, now=p.now) for effect in asked]
        assert not [answer for answer in at_once(calls) if isinstance(answer, Exception)]
    assert [data for data in printer.received if data] == [zpl(p)]
    assert PrintJob.objects.get().state == "sent"


def test_effects_of_one_turn_send_a_copy_once(
    live_journeys: Journeys, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from coi import services as coi

    settings.PRINTER_NETWORKS = (ip_network("127.0.0.0/8"),)
    p = live_journeys.chair
    with printers.listening() as printer:
        a_printer(p, port=printer.port, width_mm=20, height_mm=20)
        ledger.sweep_effects(now=p.now)
        job = PrintJob.objects.get()
        loaded = stock(width_mm=job.width_mm, height_mm=job.height_mm)
        for _ in range(3):
            coi.load_stock(code="CHAIR", stock=loaded, **given.doing(p, "Sara", SECOND))
        p.wait(minutes=2)
        asked = [effect.id for effect in effects(kind="coi.print_label", state="pending")]
        assert len(asked) == 4
        calls = [lambda effect=effect: ledger.run_effect(effect_id=effect, now=p.now) for effect in asked]
        at_once(calls)
    assert [data for data in printer.received if data] == [zpl(p)]
