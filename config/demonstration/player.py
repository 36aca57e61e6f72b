"""Plays a journey as people would: scan by scan through `coi.services.record_scan`, with a clock of its own."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4, uuid5

from coi import services as coi
from coi.rules.requests import ScanRequest
from coi.selectors.containers import ContainerView, containers_of
from coi.selectors.scans import answer_of
from config.demonstration.site import COURIER, HOSPITAL, PLANT, PRODUCT, SPACE, Demo, Member
from people.rules import codes
from people.rules.roles import Role

Answer = dict[str, Any]
SECOND = timedelta(seconds=1)


class NotPlayed(AssertionError):
    """A step that the story needs was not accepted."""


@dataclass(frozen=True)
class Moment:
    """A step that is about to be done: where, by whom, with which codes, and what they will enter."""

    step: str
    station: str
    who: Member
    witness: Member | None
    codes: Sequence[str]
    values: Mapping[str, str] | None


# A mistake before a step. It answers with the check in which the first code counts already; empty: none does.
Slip = Callable[["Player", Moment], str]


@dataclass
class Player:
    """One journey in play. `now` moves on by itself with every scan.

    `slips`: a mistake of people before a step, once; `others`: the journeys that are played beside this one.
    """

    demo: Demo
    now: datetime
    site: str = HOSPITAL
    name: str = "journey"
    coi_id: str = ""
    wristband: str = ""
    is_deterministic: bool = False
    answers: list[Answer] = field(default_factory=list)
    slips: dict[str, Slip] = field(default_factory=dict)
    others: Sequence["Player"] = ()
    _count: int = 0

    @property
    def letter(self) -> str:
        """The first letter of this hospital's stations."""
        return "N" if self.site == HOSPITAL else "S"

    @property
    def number(self) -> int:
        """The last word of its name."""
        return int(self.name.split()[-1])

    @property
    def order_code(self) -> str:
        """The COI id as a barcode."""
        return f"&/{self.coi_id}"

    def wait(self, **span: float) -> None:
        """Let time pass."""
        self.now += timedelta(**span)

    def one(self, role: Role, site: str, but: Member | None = None) -> Member:
        """Somebody with the role at the site, other than `but`."""
        return next(m for m in self.demo.with_role(role, site) if but is None or m.user_id != but.user_id)

    def request_id(self) -> UUID:
        """A fresh id; in the demonstration the same at every loading."""
        self._count += 1
        return uuid5(SPACE, f"{self.name} {self._count}") if self.is_deterministic else uuid4()

    def enrol(self, number: int, family_name: str = "Testcase", given_name: str = "Synthia") -> str:
        """Enrol a synthetic patient and place the order; answers with the COI id."""
        coordinator = self.one(Role.COORDINATOR, self.site)
        self.wristband = codes.make("W", f"{self.letter}{number:08d}")
        doing = self.demo.doing(f"enrol {self.name}", coordinator.actor, self.site)
        doing |= {"now": self.now, "request_id": self.request_id()}
        self.coi_id = coi.enrol_patient_and_order(
            patient=coi.PatientDetails(family_name, given_name, date(1970, 1, 1), f"MRN{number:07d}"),
            wristband=self.wristband,
            product=PRODUCT,
            sites=coi.OrderSites(self.site, self.site, COURIER, PLANT),
            **doing,
        )
        return self.coi_id

    def scan(
        self,
        station: str,
        who: Member,
        *barcodes: str,
        step: str = "",
        check: str | None = None,
        values: Mapping[str, str] | None = None,
        pin: str = "",
    ) -> Answer:
        """One request of one person; one that was made before an interruption keeps its answer."""
        self.now += 4 * SECOND
        scan_id = self.request_id()
        if self.is_deterministic and (earlier := answer_of(scan_id)) is not None:
            self.answers.append(earlier)
            return earlier
        request = ScanRequest(
            scan_id=scan_id,
            token=self.demo.tokens[station],
            badge=who.badge.encode(),
            barcodes=tuple(code.encode() for code in barcodes),
            pin=pin,
            check=UUID(check) if check else None,
            step=step,
            values=values or {},
        )
        self.answers.append(coi.record_scan(scan=request, now=self.now))
        return self.answers[-1]

    def do(
        self,
        step: str,
        station: str,
        who: Member,
        codes: Sequence[str],
        *,
        witness: Member | None = None,
        witness_codes: Sequence[str] | None = None,
        values: Mapping[str, str] | None = None,
        witness_values: Mapping[str, str] | None = None,
        is_signed: bool = False,
    ) -> Answer:
        """A whole step: the first person, then the second; NotPlayed when it is not accepted."""
        pin = who.pin if is_signed else ""
        slip = self.slips.pop(step, None)
        begun = slip(self, Moment(step, station, who, witness, codes, values)) if slip else ""
        left = codes[1:] if begun else codes
        answer = self.scan(station, who, *left, step=step, check=begun, values=values, pin=pin)
        if witness is not None:
            again = codes if witness_codes is None else witness_codes
            pin = witness.pin if is_signed else ""
            values = witness_values
            answer = self.scan(
                station, witness, *again, step=step, check=answer["check"], values=values, pin=pin
            )
        if answer["outcome"] != "accepted":
            raise NotPlayed(f"{step}: {answer['outcome']} {answer['refusals']} {answer['next']}")
        return answer

    def containers(self, kind: str = "") -> list[ContainerView]:
        """The journey's containers of a kind, in the order made."""
        return [c for c in containers_of(self.coi_id) if kind in ("", c.kind)]

    def label(self, kind: str, number: int = 0) -> str:
        """The label code of the n-th container of a kind."""
        return self.containers(kind)[number].label

    def cassette(self, kind: str, number: int = 0) -> str:
        """The label code of its cassette."""
        return self.containers(kind)[number].cassette
