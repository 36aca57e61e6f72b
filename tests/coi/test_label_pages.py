"""The pages about labels and printers: who sees what, what a form does, what an empty one says."""

from collections.abc import Callable
from datetime import datetime
from ipaddress import ip_network
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from coi import services as coi
from coi.models import LabelCopy, Printer, PrintJob
from coi.rules.journey import CopyStatus, Fate
from coi.rules.labels import STOCK
from coi.rules.printing import Shown, Trouble
from coi.services.printing import wire
from config.demonstration import story
from config.demonstration.player import Player
from tests import given
from tests.coi import printers
from tests.coi.doors import browser, signed_in
from tests.coi.printing_given import CHAIR, a_printer, sweep
from tests.furnished import Journeys


@pytest.fixture(autouse=True)
def clock(journeys: Journeys, monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """The doors' clock goes on a little with every look; printers stand on this machine."""
    p = journeys.chair

    def tick() -> datetime:
        p.wait(seconds=4)
        return p.now

    settings.PRINTER_NETWORKS = (ip_network("127.0.0.0/8"),)
    monkeypatch.setattr(wire, "SEND_SECONDS", 2.0)
    p.now = journeys.bedside.now  # the latest of all: nobody looks back
    monkeypatch.setattr("django.utils.timezone.now", tick)


def text(answer: Any) -> str:
    return str(answer.content.decode())


@pytest.fixture
def sara(journeys: Journeys) -> Client:
    """A collector where the chair stands."""
    return signed_in(journeys.demo.member("Sara"))


Do = Callable[..., Any]


@pytest.fixture
def do(sara: Client) -> Do:
    """Press a button of the queue."""

    def press(what: str, **more: Any) -> Any:
        job = PrintJob.objects.get()
        return sara.post(f"/labels/queue/{job.id}/{what}/", {"request_id": uuid4(), **more})

    return press


PAGES = (
    "/labels/queue/",
    "/labels/VL1/account/",
    "/labels/VL1/print/",
    "/labels/batches/B1/",
    "/printers/X/",
)


@pytest.mark.parametrize("page", PAGES)
def test_pages_are_for_those_who_signed_in(page: str) -> None:
    assert browser().get(page)["Location"].startswith("/sign-in/")


@pytest.mark.parametrize("page", [*PAGES[1:], "/journeys/CHX/labels/", "/printers/new/NORTH/"])
def test_what_is_not_there_or_not_yours_is_not_found(sara: Client, page: str) -> None:
    assert sara.get(page).status_code == 404


def test_a_queue_without_printers_says_what_to_do(journeys: Journeys, sara: Client) -> None:
    assert "No label printers" in text(sara.get("/labels/queue/"))
    assert "Register a printer" not in text(sara.get("/labels/queue/"))
    assert "Register a printer at SOUTH" in text(
        signed_in(journeys.demo.member("Saul")).get("/labels/queue/")
    )
    a_printer(journeys.chair)
    assert "Nothing waits to be printed here" in text(sara.get("/labels/queue/"))
    assert "No label printers" in text(signed_in(journeys.demo.member("Nora")).get("/labels/queue/"))


def test_a_label_that_waits_says_why_and_goes_elsewhere(journeys: Journeys, sara: Client, do: Do) -> None:
    p = journeys.chair
    a_printer(p, port=printers.nobody())
    a_printer(p, "SMALL", width_mm=20, height_mm=20, stations=())
    sweep(p)
    page = text(sara.get("/labels/queue/"))
    assert "Printer CHAIR (CHAIR) is offline: the label is waiting." in page
    assert "tried once" in page
    assert "Print at Printer SMALL" not in page, "it has not the labels"
    assert "waiting" in text(sara.get(f"/journeys/{p.coi_id}/"))
    with printers.listening() as printer:
        a_printer(p, "SPARE", port=printer.port, stations=())
        assert "Print at Printer SPARE (SPARE)" in text(sara.get("/labels/queue/"))
        assert do("move", printer="SPARE").status_code == 302
        sweep(p)
    page = text(sara.get("/labels/queue/"))
    assert ("did the label come out?" in page, "Printer SPARE (SPARE) took it." in page) == (True, True)
    assert do("move", printer="CHAIR").status_code == 409
    assert do("confirm").status_code == 302
    assert "Nothing waits to be printed here" in text(sara.get("/labels/queue/"))
    assert do("deny").status_code == 409


def test_a_label_that_did_not_come_out_leads_to_the_next_copy(
    journeys: Journeys, sara: Client, do: Do
) -> None:
    p = journeys.chair
    old = p.label("apheresis_bag")
    with printers.listening(printers.breaks_off) as printer:
        a_printer(p, port=printer.port)
        sweep(p)
    assert "broke off while the label was being sent" in text(sara.get("/labels/queue/"))
    answer = do("deny")
    assert (answer.status_code, answer["Location"]) == (302, f"/labels/{old}/reprint/")
    page = text(sara.get(answer["Location"]))
    assert "Print the next copy" in page
    assert '<option value="did_not_print" selected>' in page
    assert "no copy counts" in text(sara.get(f"/journeys/{p.coi_id}/"))
    form = {"request_id": uuid4(), "reason": "did_not_print"}
    after = sara.post(answer["Location"], form)
    assert after["Location"] == f"/journeys/{p.coi_id}/", "the old copy is spoiled: nothing more to say"
    assert "This copy is void already" in text(sara.get(answer["Location"]))


def test_a_label_is_downloaded_to_be_printed_once(journeys: Journeys, sara: Client) -> None:
    p = journeys.chair
    label = p.label("apheresis_bag")
    page, door = f"/labels/{label}/print/", f"/labels/{label}/hand-out/"
    assert "still being drawn" in text(sara.get(page))
    a_printer(p, port=printers.nobody())
    sweep(p)
    assert page in text(sara.get("/labels/queue/"))
    assert ("Download to print" in text(sara.get(page)), "Print it" in text(sara.get(page))) == (True, False)
    assert sara.get(door).status_code == 405
    assert sara.post(door, {"request_id": uuid4(), "file": "zpl-600"}).status_code == 422
    eva = signed_in(journeys.demo.member("Eva"))
    assert "Download to print" not in text(eva.get(page))
    assert eva.post(door, {"request_id": uuid4(), "file": "pdf"}).status_code == 403
    assert signed_in(journeys.demo.member("Nora")).post(door).status_code == 404
    assert browser().post(door)["Location"].startswith("/sign-in/")
    answer = sara.post(door, {"request_id": uuid4(), "file": "zpl-300"})
    assert answer["Content-Disposition"] == f'attachment; filename="{label}-300.zpl"'
    assert answer.content.startswith(b"^XA")
    assert "It was downloaded to be printed." in text(sara.get("/labels/queue/"))
    again = sara.post(door, {"request_id": uuid4(), "file": "pdf"})
    assert (again.status_code, "none goes out twice" in text(again)) == (409, True)
    LabelCopy.objects.filter(code=label).update(status="applied")
    again = sara.post(door, {"request_id": uuid4(), "file": "pdf"})
    assert (again.status_code, "This copy is on its container" in text(again)) == (409, True)


def test_a_label_that_does_not_fit_is_not_handed_out(
    journeys: Journeys, sara: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(copy: object, dpi: int) -> bytes:
        raise ValueError("too small at 203 dpi")

    sweep(journeys.chair)
    monkeypatch.setattr("coi.services.printing.content._zpl", fails)
    door = f"/labels/{journeys.chair.label('apheresis_bag')}/hand-out/"
    answer = sara.post(door, {"request_id": uuid4(), "file": "zpl-203"})
    assert (answer.status_code, "It is not handed out." in text(answer)) == (409, True)
    assert not PrintJob.objects.exists()
    answer = sara.post(door, {"request_id": uuid4(), "file": "pdf"})
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")


def test_what_is_no_act_or_no_form(journeys: Journeys, sara: Client, do: Do) -> None:
    a_printer(journeys.chair, port=printers.nobody())
    sweep(journeys.chair)
    assert do("eat").status_code == do("hand_out").status_code == 404
    assert do("move").status_code == 422
    assert do("move", printer="\x00").status_code in (404, 422)
    job = PrintJob.objects.get().id
    nurse = signed_in(journeys.demo.member("Eva"))
    assert "Try again now" not in text(nurse.get("/labels/queue/"))
    assert nurse.post(f"/labels/queue/{job}/confirm/", {"request_id": uuid4()}).status_code == 403
    stranger = signed_in(journeys.demo.member("Nora"))
    assert stranger.post(f"/labels/queue/{job}/confirm/", {"request_id": uuid4()}).status_code == 404


def test_a_printer_is_registered_changed_and_loaded(journeys: Journeys) -> None:
    saul = signed_in(journeys.demo.member("Saul"))
    page = "/printers/new/SOUTH/"
    form = {
        "request_id": uuid4(),
        "code": "CHAIR1",
        "name": "Beside chair 1",
        "kind": "zpl",
        "dpi": "203",
        "host": "10.0.0.1",
        "port": "9100",
        "width_mm": "100",
        "height_mm": "60",
        "stations": [CHAIR],
    }
    assert CHAIR in text(saul.get(page))
    refused = saul.post(page, {**form, "dpi": "600"})
    assert (refused.status_code, "203 and 300 dots per inch" in text(refused)) == (422, True)
    refused = saul.post(page, form)
    assert (refused.status_code, "PRINTER_NETWORKS" in text(refused)) == (422, True)
    assert saul.post(page, {**form, "host": printers.HOST}).status_code == 302
    assert Printer.objects.get().stations == [CHAIR]
    page = "/printers/CHAIR1/"
    assert "This is loaded now" in text(saul.get(page))
    loaded = {"s-request_id": uuid4(), "s-width_mm": "50", "s-height_mm": "25", "s-kinds": ["sample"]}
    assert saul.post(f"{page}stock/", loaded).status_code == 302
    assert (Printer.objects.get().width_mm, Printer.objects.get().kinds) == (50, ["sample"])
    changed = {f"c-{name}": value for name, value in form.items()}
    changed |= {"c-host": printers.HOST, "c-state": "out_of_service", "c-request_id": uuid4()}
    assert saul.post(f"{page}setting/", {**changed, "c-port": "22"}).status_code == 422
    assert saul.post(f"{page}setting/", {**changed, "c-request_id": uuid4()}).status_code == 302
    assert Printer.objects.get().state == "out_of_service"
    assert saul.post(f"{page}nothing/", changed).status_code == 404
    sara = signed_in(journeys.demo.member("Sara"))
    assert "This is loaded now" in text(sara.get(page))
    assert "Change it" not in text(sara.get(page))
    assert "This is loaded now" not in text(signed_in(journeys.demo.member("Eva")).get(page))


def test_a_label_drawn_before_there_were_printers_is_sent_by_hand(journeys: Journeys, sara: Client) -> None:
    p = journeys.chair
    label = p.label("apheresis_bag")
    sweep(p)
    assert "There is no printer at your sites" in text(sara.get(f"/labels/{label}/print/"))
    a_printer(p, port=printers.nobody())
    assert f"/labels/{label}/print/" in text(sara.get(f"/journeys/{p.coi_id}/"))
    form = {"request_id": uuid4(), "printer": "CHAIR"}
    assert "Printer CHAIR (CHAIR), 100" in text(sara.get(f"/labels/{label}/print/"))
    assert sara.post(f"/labels/{label}/print/", {**form, "printer": "X"}).status_code == 422
    assert sara.post(f"/labels/{label}/print/", form).status_code == 302
    assert sara.post(f"/labels/{label}/print/", {**form, "request_id": uuid4()}).status_code == 409


# -- the label ledger -------------------------------------------------------------------------------------------------


def replaced(p: Player) -> tuple[str, str]:
    """The first bag's label drawn, replaced and applied again: the old copy and the batch."""
    given.sweep(p)
    old = p.label("product_bag")
    story._two(p, "label_bag", [given.a_reprint(p, old, "Alice")])
    return old, p.containers("product_bag")[0].batch


def test_a_batch_shows_what_is_open_and_how_to_close_it(journeys: Journeys) -> None:
    p = journeys.filled
    alice = signed_in(journeys.demo.member("Alice"))
    old, batch = replaced(p)
    page = f"/labels/batches/{batch}/"
    told = text(alice.get(page))
    assert ("1 copy open" in told, f"/labels/{old}/account/" in told) == (True, True)
    assert "1 copy open" in text(alice.get(f"/journeys/{p.coi_id}/"))
    bob = signed_in(journeys.demo.member("Bob"))
    board = text(bob.get(f"/batches/{batch}/"))
    assert ("nobody has said what became of copy 1" in board, f"/labels/{old}/account/" in board) == (
        True,
        True,
    )
    form = {"request_id": uuid4(), "fate": "used", "reason": "damaged"}
    account = f"/labels/{old}/account/"
    assert alice.post(account, form).status_code == 422
    answer = alice.post(account, {**form, "fate": "spoiled"})
    assert (answer.status_code, answer["Location"]) == (302, page)
    assert "adds up" in text(alice.get(page))
    assert "nobody has said" not in text(bob.get(f"/batches/{batch}/"))
    assert "Correct what became of a label" in text(alice.get(account))
    again = {"request_id": uuid4(), "fate": "spoiled", "reason": "mistaken"}
    assert alice.post(account, again).status_code == 409
    assert alice.post(account, {**again, "fate": "retained"}).status_code == 302
    assert LabelCopy.objects.get(code=old).fate == "retained"


def test_a_reprint_leads_to_what_became_of_the_old_copy(journeys: Journeys) -> None:
    p = journeys.filled
    given.sweep(p)
    label, alice = p.label("product_bag"), signed_in(journeys.demo.member("Alice"))
    assert '<option value="" selected></option>' in text(alice.get(f"/labels/{label}/reprint/"))
    assert alice.post(f"/labels/{label}/reprint/", {"request_id": uuid4(), "reason": ""}).status_code == 422
    answer = alice.post(f"/labels/{label}/reprint/", {"request_id": uuid4(), "reason": "damaged"})
    assert answer["Location"] == f"/labels/{label}/account/"
    assert "1 label to be applied" not in text(alice.get(f"/journeys/{p.coi_id}/labels/"))
    coi.account_for_label(copy=label, fate=Fate.SPOILED, reason="damaged", **given.doing(p, "Alice"))
    assert "1 label to be applied" in text(alice.get(f"/journeys/{p.coi_id}/labels/"))


def test_a_journey_without_labels_says_so(journeys: Journeys) -> None:
    olga = signed_in(journeys.demo.member("Olga"))
    assert "No labels yet" in text(olga.get(f"/journeys/{journeys.fresh.coi_id}/labels/"))
    sara = signed_in(journeys.demo.member("Sara"))
    assert sara.get(f"/journeys/{journeys.fresh.coi_id}/labels/").status_code == 404


def test_of_what_is_used_nothing_is_asked(journeys: Journeys) -> None:
    p = journeys.filled
    alice = signed_in(journeys.demo.member("Alice"))
    page = text(alice.get(f"/labels/{p.label('product_bag')}/account/"))
    assert ("This copy is on its container" in page, "Record it" in page) == (True, False)


# -- words ------------------------------------------------------------------------------------------------------------


def test_every_code_has_its_word() -> None:
    from coi.forms import printing_texts, words
    from coi.rules.labels_reconciliation import Account, FateProblem
    from coi.services.fates import CORRECTION_REASONS, FATE_REASONS
    from coi.services.labels import REPRINT_REASONS

    assert set(printing_texts.TROUBLES) == set(Trouble)
    said = [
        *((words.trouble, code) for code in Trouble),
        *((words.job_state, code) for code in Shown),
        *((words.fate, code) for code in Fate if code),
        *((words.account, code) for code in Account),
        *((words.fate_reason, code) for code in (*FATE_REASONS, *CORRECTION_REASONS, "did_not_print")),
        *((words.reprint_reason, code) for code in REPRINT_REASONS),
        *((words.copy_status, code) for code in CopyStatus),
        *((words.thing, kind) for kind in STOCK),
    ]
    assert [code for say, code in said if say(str(code)) == str(code) and "_" in str(code)] == []
    from coi.forms.texts import ERRORS

    assert {str(problem) for problem in FateProblem} <= set(ERRORS)
