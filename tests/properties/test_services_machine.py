"""The property that matters most, over the services and the real database.

Nurses and laboratory of one hospital scan whatever lies about: three patients' wristbands, bags, old labels. Requests
crash after their decision and are sent again, labels are replaced, bags are held. Nothing of another patient, on hold
or under a void label is ever accepted. Whose bag is whose is known here from before the first scan.
"""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any, ClassVar
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from coi import services as coi
from coi.models import Check, Container, LabelCopy, Scan, StepRecord
from coi.rules import interlocks
from coi.rules.requests import ScanRequest
from coi.services import scans
from config.demonstration.player import Player
from config.demonstration.site import HOSPITAL, Member
from ledger import selectors as ledger
from ledger.rules.errors import DomainError
from people.rules import codes
from tests import given
from tests.furnished import Journeys

STEPS = {
    "patient_ready": "NBED",
    "thaw": "NLAB",
    "bedside": "NBED",
    "infuse_start": "NBED",
    "infuse_end": "NBED",
    "close": "NLAB",
}
VALUES = {"patient_ready": {"weight": "70"}, "infuse_end": {"volume": "48"}, "close": {"fate": "empty"}}

_HELD = """
WITH RECURSIVE above (id) AS (
    SELECT %s::uuid UNION SELECT p.parent_id FROM coi_containerparent p JOIN above ON p.child_id = above.id
) SELECT EXISTS (SELECT 1 FROM coi_hold h JOIN above ON h.container_id = above.id WHERE h.released_at IS NULL)
"""


class Crash(RuntimeError):
    """The process died after the decision, before its transaction was over."""


class Hospital(RuleBasedStateMachine):
    """Each example begins with the furnished site and ends with it."""

    journeys: ClassVar[Journeys]
    crash_next: ClassVar[bool] = False

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = transaction.savepoint()
        j = self.journeys.copy()
        self.players: list[Player] = [j.bedside, j.neighbour, j.ready]
        self.now = max(player.now for player in self.players[:2])
        self.people = [j.demo.member(name) for name in ("Ines", "Ivan", "Lena", "Luca")]
        self.demo = j.demo
        self.owner: dict[str, str] = {}
        for player in self.players:
            self.owner |= {player.wristband: player.coi_id, player.order_code: player.coi_id}
            self.owner |= {c.label: player.coi_id for c in player.containers() if c.kind != "apheresis_bag"}
        self.kinds = {c.label: c.kind for player in self.players for c in player.containers()}
        self.checks: list[UUID] = []
        self.sent: dict[UUID, tuple[ScanRequest, dict[str, Any]]] = {}

    def teardown(self) -> None:
        transaction.savepoint_rollback(self.savepoint)

    @initialize()
    def settle(self) -> None:
        """Deferred constraints of the last example are none of this one's."""
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")

    # -- what happens ------------------------------------------------------------------------------------------------

    @rule(data=st.data())
    def scan_anything(self, data: st.DataObject) -> None:
        """Up to three things that lie about."""
        step = data.draw(st.sampled_from(["", *STEPS]))
        station = data.draw(st.sampled_from(["NBED", "NLAB"])) if not step else STEPS[step]
        barcodes = data.draw(
            st.lists(st.sampled_from(sorted(self.owner)), min_size=1, max_size=3, unique=True)
        )
        check = data.draw(st.sampled_from([None, *self.checks]))
        who = data.draw(st.sampled_from(self.people))
        self._send(data, (station, who), barcodes, step, check)

    def _things(self, data: st.DataObject, player: Player, step: str) -> list[str]:
        """What the step asks for, of this patient."""
        bags = [code for code, owner in self.owner.items() if owner == player.coi_id and self._is_bag(code)]
        bag = data.draw(st.sampled_from(bags))
        return {
            "patient_ready": [player.order_code, player.wristband],
            "thaw": [bag, self.demo.devices["thaw_device", HOSPITAL]],
            "bedside": [player.wristband, bag],
            "infuse_start": [player.wristband, bag],
        }.get(step, [bag])

    @rule(data=st.data(), number=st.integers(0, 2), step=st.sampled_from(sorted(STEPS)))
    def do_a_step(self, data: st.DataObject, number: int, step: str) -> None:
        """Two people do a step as they should; sometimes one thing is from the next bed."""
        wanted = self._things(data, self.players[number], step)
        if data.draw(st.integers(0, 2)) == 0:
            place = data.draw(st.integers(0, len(wanted) - 1))
            next_bed = self._things(data, self.players[(number + 1) % 3], step)[place]
            wanted[place] = data.draw(st.sampled_from([next_bed, *sorted(self.owner)]) | st.just(next_bed))
        crew = self.people[2:] if step in ("thaw", "close") else self.people[:2]
        check = None
        for who in crew if step in ("thaw", "bedside") else crew[:1]:
            barcodes = [code for code in wanted if who is crew[0] or code in self.owner]
            answer = self._send(data, (STEPS[step], who), barcodes, step, check)
            check = UUID(answer["check"]) if answer.get("check") and not answer["refusals"] else None

    @rule(data=st.data())
    def hold(self, data: st.DataObject) -> None:
        """Quality holds a container, of whatever generation."""
        player = data.draw(st.sampled_from(self.players))
        given.a_hold(player, data.draw(st.sampled_from(player.containers())).code)

    @rule(data=st.data())
    def replace_a_label(self, data: st.DataObject) -> None:
        """The old copy lies about from now on, with the new one."""
        bags = sorted(code for code in self.kinds if self._is_bag(code))
        old = data.draw(st.sampled_from(bags))
        player = next(p for p in self.players if p.coi_id == self.owner[old])
        try:
            new = given.a_reprint(player, old, "Lena", HOSPITAL)
        except DomainError:
            return
        self.owner[new], self.kinds[new] = self.owner[old], self.kinds[old]

    @precondition(lambda self: self.sent)
    @rule(data=st.data())
    def send_again(self, data: st.DataObject) -> None:
        """An answer was lost on its way."""
        scan, answer = self.sent[data.draw(st.sampled_from(list(self.sent)))]
        assert coi.record_scan(scan=scan, now=self.now) == answer

    @rule()
    def clear(self) -> None:
        """Second people clear every STOP, and the place is made free for the next patient."""
        for stop in Check.objects.filter(state="stopped", cleared_at=None):
            key = next(key for key in ("NBED", "NLAB") if codes.make("S", key) == stop.station)
            by = next(who for who in self.people if who.user_id != stop.performer_id)
            self._at_now(
                lambda stop=stop, key=key, by=by: given.cleared(self.players[0], key, str(stop.id), by)
            )
        for check in Check.objects.filter(state="open", station=codes.make("S", "NBED")):
            self._plain_scan(("NBED", self.people[0]), [codes.make("C", "CANCEL")], check=check.id)
        self._plain_scan(("NBED", self.people[0]), [codes.make("C", "CLEAR")])

    # -- requests ----------------------------------------------------------------------------------------------------

    def _is_bag(self, code: str) -> bool:
        return self.kinds.get(code) == "product_bag"

    def _at_now(self, call: Callable[[], object]) -> None:
        self.players[0].now = self.now
        call()

    def _send(
        self, data: st.DataObject, at: tuple[str, Member], barcodes: list[str], step: str, check: UUID | None
    ) -> dict[str, Any]:
        bad = {code: why for code in barcodes if (why := self._may_not_be_used(code))}
        type(self).crash_next = data.draw(st.integers(0, 4)) == 0
        answer = self._plain_scan(at, barcodes, step, check)
        if answer["outcome"] in ("accepted", "incomplete") and answer["next"]["need"] != "choice":
            self._hold_to_the_law(barcodes, bad, answer, step)
        if answer["check"] and not answer["refusals"]:
            self.checks.append(UUID(answer["check"]))
        return answer

    def _plain_scan(
        self, at: tuple[str, Member], barcodes: list[str], step: str = "", check: UUID | None = None
    ) -> dict[str, Any]:
        """Send it; after a crash, send it again, as a client does that got no answer."""
        station, who = at
        self.now += timedelta(seconds=4)
        scan = ScanRequest(
            scan_id=uuid4(),
            token=self.demo.tokens[station],
            badge=who.badge.encode(),
            barcodes=tuple(code.encode() for code in barcodes),
            pin=who.pin,
            check=check,
            step=step,
            values=VALUES.get(step, {}),
        )
        try:
            answer = coi.record_scan(scan=scan, now=self.now)
        except Crash:
            assert not Scan.objects.filter(id=scan.scan_id).exists()
            assert ledger.entry_for_request(scan.scan_id) is None
            answer = coi.record_scan(scan=scan, now=self.now)
        self.sent[scan.scan_id] = (scan, answer)
        assert Scan.objects.filter(id=scan.scan_id).count() == 1
        return answer

    # -- the law -----------------------------------------------------------------------------------------------------

    def _may_not_be_used(self, code: str) -> str:
        """Why this label stands for something that must not be used now, asked of the tables directly."""
        copy = LabelCopy.objects.filter(code=code).first()
        if copy is None:
            return ""
        if copy.status == "void":
            return "void"
        with connection.cursor() as cursor:
            cursor.execute(_HELD, [copy.container_id])
            (is_held,) = cursor.fetchone()
        return "held" if is_held else ""

    def _hold_to_the_law(
        self, barcodes: list[str], bad: dict[str, str], answer: dict[str, Any], step: str
    ) -> None:
        owners = {self.owner[code] for code in barcodes if code in self.owner}
        assert len(owners) <= 1, f"{barcodes} of {owners} were accepted together"
        done_step = answer["next"]["step"] or step
        if done_step == "infuse_end":  # what was held while it ran is recorded all the same
            bad = {code: why for code, why in bad.items() if why != "held"}
        if done_step != "close":
            assert not bad, f"{bad} was accepted"
        check = Check.objects.select_related("order").get(id=answer["check"])
        assert check.order is not None
        assert owners <= {check.order.coi_id}
        for container in Container.objects.filter(id__in=check.subjects).select_related("order"):
            assert container.order.coi_id == check.order.coi_id
        if answer["outcome"] == "accepted":
            record = StepRecord.objects.get(check_ref=check.id)
            assert record.order_id == check.order_id
            assert check.state == "complete"


@pytest.fixture
def crashing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The append of a scan dies, when told to, after everything is written and nothing is committed."""
    append = scans.append

    def dying(**given_: Any) -> Any:
        entry = append(**given_)
        if Hospital.crash_next:
            Hospital.crash_next = False
            raise Crash
        return entry

    monkeypatch.setattr(scans, "append", dying)


def run(examples: int, phases: Iterable[Phase] = tuple(Phase)) -> None:
    run_state_machine_as_test(
        Hospital,
        settings=settings(
            max_examples=examples,
            stateful_step_count=14,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            print_blob=False,
            phases=phases,
        ),
    )


@pytest.mark.requirement("URS-SEQ-01")
def test_the_hospital_is_lawful(journeys: Journeys, crashing: None) -> None:
    Hospital.journeys = journeys
    run(10)


def test_the_hospital_falls_without_its_main_wall(
    journeys: Journeys, crashing: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise the machine would never try what it is to notice."""
    rest = tuple(one for one in interlocks.INTERLOCKS if one.__name__ != "identity_interlock")
    monkeypatch.setattr(interlocks, "INTERLOCKS", rest)
    Hospital.journeys = journeys
    with pytest.raises(AssertionError):
        run(240, [Phase.generate])
