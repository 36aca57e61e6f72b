"""However many workers try at one moment, a copy is sent once; and a form that is sent twice has one answer."""

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from ipaddress import ip_network
from threading import Barrier, BrokenBarrierError, local
from typing import Any
from uuid import UUID

import pytest

from coi.models import PrintJob
from coi.rules.journey import Fate
from coi.rules.printing import PrinterKind
from config.demonstration.player import Player
from config.demonstration.site import SECOND
from ledger import services as ledger
from ledger.models import Entry
from ledger.selectors import effects, entry_for_request
from tests import given
from tests.coi import printers
from tests.coi.printing_given import a_printer, stock, zpl
from tests.concurrency.at_once import at_once
from tests.furnished import Journeys


@pytest.mark.requirement("URS-LAB-01")
def test_workers_at_one_moment_send_a_copy_once(
    live_journeys: Journeys, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sweep, a button pressed and stock that was loaded: three effects, and one label."""
    from coi import services as coi

    settings.PRINTER_NETWORKS = (ip_network("127.0.0.0/8"),)
    p = live_journeys.chair
    a_printer(p, port=printers.nobody(), width_mm=20, height_mm=20)
    given.sweep(p)
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
        given.sweep(p)
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


@pytest.mark.parametrize("act", ["confirm", "deny", "ask", "move", "hand_out", "load", "reprint", "account"])
def test_one_form_sent_twice_at_one_moment_has_one_answer(
    live_journeys: Journeys, settings: Any, monkeypatch: pytest.MonkeyPatch, act: str
) -> None:
    """Both look whether it was done before either has done it: the second waits, and gets the answer of the first."""
    settings.PRINTER_NETWORKS = (ip_network("127.0.0.0/8"),)
    call = one_form(live_journeys.chair, act)
    both, honest, looked = Barrier(2), entry_for_request, local()

    def look_together(request_id: UUID) -> Any:
        found = honest(request_id)
        if not getattr(looked, "before", False):
            looked.before = True
            with suppress(BrokenBarrierError):  # where the second is kept from looking by a lock
                both.wait(timeout=2)
        return found

    before = Entry.objects.count()
    monkeypatch.setattr("coi.services.recording.entry_for_request", look_together)
    first, second = at_once([call, call])
    assert not isinstance(first, Exception), first
    assert first == second
    assert Entry.objects.count() == before + 1


def one_form(p: Player, act: str) -> Callable[[], Any]:
    """A call that writes under one request, however often it is made; what it needs is there."""
    from coi import services as coi

    old = p.label("apheresis_bag")
    given.sweep(p)
    given.a_reprint(p, old, "Sara", SECOND)
    given.sweep(p)
    a_printer(p, port=printers.nobody())
    copy, file = p.label("apheresis_bag"), coi.LabelFile(PrinterKind.PDF)
    about: dict[str, Any] = {"copy": copy}
    if act == "move":
        about = {"job": coi.ask_print(copy=copy, printer="CHAIR", **given.doing(p, "Sara", SECOND))}
    if act in ("confirm", "deny"):
        coi.hand_out_label(copy=copy, file=file, **given.doing(p, "Sara", SECOND))
        about = {"job": PrintJob.objects.get().id}
    calls: dict[str, Callable[..., Any]] = {
        "confirm": coi.confirm_print,
        "deny": coi.deny_print,
        "move": partial(coi.move_print, printer="CHAIR"),
        "ask": partial(coi.ask_print, printer="CHAIR"),
        "hand_out": partial(coi.hand_out_label, file=file),
        "load": lambda copy, **more: coi.load_stock(code="CHAIR", stock=stock(), **more),
        "reprint": partial(coi.reprint_label, reason="damaged"),
        "account": lambda **more: coi.account_for_label(
            **more | {"copy": old}, fate=Fate.SPOILED, reason="damaged"
        ),
    }
    return partial(calls[act], **about, **given.doing(p, "Sara", SECOND))
