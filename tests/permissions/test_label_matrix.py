"""Who may do what with labels and printers: every role against every service, here and at another site."""

from collections.abc import Callable
from ipaddress import ip_network
from typing import Any

from coi import services as coi
from coi.models import PrintJob
from coi.rules.journey import Fate
from coi.rules.printing import PrinterKind, PrinterState
from config.demonstration.site import HOSPITAL, SECOND
from ledger.rules.errors import Invalid, NotFound
from people.rules import codes
from people.rules.roles import Role
from tests import given
from tests.coi import printers
from tests.coi.printing_given import a_printer
from tests.furnished import Journeys
from tests.permissions.test_coi_matrix import may, newcomer

R = Role
REPRINTERS = {R.SUPERVISOR, R.QA_REVIEWER, R.OPERATOR, R.COLLECTOR, R.CELL_LAB}
KEEPERS = {R.ADMINISTRATOR, R.SUPERVISOR}
CLEAR = codes.make("C", "CLEAR")
Act = Callable[[dict[str, Any]], object]


def at_the_chair(j: Journeys) -> dict[str, tuple[set[Role], Act]]:
    """A label that was replaced, its next copy sent to a printer, and a lawful call of each service."""
    p = j.chair
    p.now = j.bedside.now
    given.sweep(p)
    old = p.label("apheresis_bag")
    with printers.listening() as printer:
        a_printer(p, port=printer.port)
        given.a_reprint(p, old, "Sara", SECOND)
        given.sweep(p)
    sent = PrintJob.objects.get()
    waiting, file = p.label("apheresis_bag"), coi.LabelFile(PrinterKind.PDF)

    def unsent(act: Act) -> Act:
        """As if it had not been sent; nothing of it stays."""

        def later(c: dict[str, Any]) -> object:
            PrintJob.objects.update(state="waiting")
            return act(c)

        return later

    def known_here(act: Act) -> Act:
        """Of whose site nobody goes by the code is told that there is none."""

        def later(c: dict[str, Any]) -> object:
            try:
                return act(c)
            except Invalid as error:
                raise NotFound("label_unknown") from error

        return later

    setting = coi.PrinterSetting("New", PrinterKind.PDF, 203)
    stock = coi.LabelStock(50, 20)
    fate = {"copy": old, "fate": Fate.SPOILED, "reason": "damaged"}
    about = {"site": SECOND, "setting": setting, "stock": stock}
    return {
        "register_printer": (KEEPERS, lambda c: coi.register_printer(code="NEW", **about, **c)),
        "change_printer": (
            KEEPERS,
            lambda c: coi.change_printer(code="CHAIR", setting=setting, state=PrinterState.ACTIVE, **c),
        ),
        "load_stock": (KEEPERS | REPRINTERS, lambda c: coi.load_stock(code="CHAIR", stock=stock, **c)),
        "confirm_print": (REPRINTERS, lambda c: coi.confirm_print(job=sent.id, **c)),
        "move_print": (REPRINTERS, unsent(lambda c: coi.move_print(job=sent.id, printer="CHAIR", **c))),
        "deny_print": (REPRINTERS, lambda c: coi.deny_print(job=sent.id, **c)),
        "hand_out_label": (
            REPRINTERS,
            unsent(lambda c: coi.hand_out_label(copy=waiting, file=file, **c)),
        ),
        "print_cards": (
            KEEPERS,
            lambda c: coi.print_cards(site=SECOND, cards=[CLEAR], actor=c["actor"], now=c["now"]),
        ),
        "print_badges": (
            {R.ADMINISTRATOR},
            lambda c: coi.print_badges(site=SECOND, badges=[p.demo.member("Pia").badge], **c),
        ),
        # whoever may not know patients is refused; at another site nobody's band goes by the code
        "print_wristband": (
            {R.COORDINATOR, R.COLLECTOR, R.NURSE, R.CELL_LAB},
            known_here(lambda c: coi.print_wristband(code=p.wristband, **c)),
        ),
        "account_for_label": (REPRINTERS, lambda c: coi.account_for_label(**fate, **c)),
    }


def test_every_role_may_what_it_may_and_nothing_elsewhere(
    journeys: Journeys, settings: Any, monkeypatch: Any
) -> None:
    settings.PRINTER_NETWORKS = (ip_network("127.0.0.0/8"),)
    j = journeys
    actor, _ = newcomer(j)
    calls = at_the_chair(j)
    j.fresh.now = j.chair.now
    found = {
        name: {role for role in Role if may(j.fresh, actor, role, SECOND, call)}
        for name, (_, call) in calls.items()
    }
    assert found == {name: roles for name, (roles, _) in calls.items()}
    for name, (roles, call) in calls.items():
        assert not may(j.fresh, actor, None, SECOND, call), f"{name} without any role"
        there = {role for role in roles if may(j.fresh, actor, role, HOSPITAL, call)}
        assert there == set(), f"{name} by a role of another site"
