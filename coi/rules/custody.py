"""Where everything that carries a journey's cells was, and who answered for it: facts, judged by rooms above.

Ids are texts; containers are named by their codes.
"""

from dataclasses import dataclass
from datetime import datetime

from coi.rules.journey import CheckState, ContainerStatus
from coi.rules.protocol import Does


@dataclass(frozen=True)
class Entered:
    """One value as it was entered at a step, with the protocol's words and its UCUM unit (empty for a word)."""

    name: str
    label: str
    value: str
    unit: str = ""


@dataclass(frozen=True)
class CustodyContainer:
    """One container. `parents`: what it was made from; `place`: where it was put away last, empty for nowhere."""

    code: str
    kind: str
    number: int
    total: int
    status: ContainerStatus
    custodian: str
    place: str
    batch: str
    made_at: datetime
    made_by_step: str
    expires_at: datetime | None
    parents: tuple[str, ...] = ()
    is_held: bool = False


@dataclass(frozen=True)
class CustodyStep:
    """One completed step: where, by whom, with what, and what it made.

    `begun_at`: when the first person was done, where a second one followed. `number`: of its entry in the ledger, so
    that the order of recording is known beside the times; 0 where no entry was found. `place`: what was scanned as the
    place; `station_place`: where the station stands. `performed_at`: what was said of when it was done, if it was
    entered late.
    """

    step: str
    title: str
    does: Does
    at: datetime
    begun_at: datetime | None
    number: int
    site: str
    zone: str
    station: str
    station_place: str
    performer: str
    witness: str
    containers: tuple[str, ...]
    made: tuple[str, ...] = ()
    is_consuming: bool = False
    place: str = ""
    devices: tuple[str, ...] = ()
    shipper: str = ""
    values: tuple[Entered, ...] = ()
    performed_at: datetime | None = None


@dataclass(frozen=True)
class CustodyTransfer:
    """One container passing from a giver to a receiver, at a step."""

    container: str
    step: str
    at: datetime
    giver_site: str
    giver: str
    receiver_site: str
    receiver: str
    shipper: str


@dataclass(frozen=True)
class BindingCheck:
    """One attempt at a step that binds a patient, an order, a label or a cassette to a container, or a near miss.

    `items`: what it asks for; `codes`: of the refusals that stopped it.
    """

    at: datetime
    step: str
    title: str
    items: tuple[str, ...]
    state: CheckState
    station: str
    site: str
    zone: str
    containers: tuple[str, ...]
    performer: str
    witness: str
    codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class CustodyRecord:
    """All of it of one journey.

    `carriers`: the sites that only carry. `kept`: (kind of container, site) for which the protocol has a step that
    records where it is kept.
    """

    coi_id: str
    closed_at: datetime | None
    containers: tuple[CustodyContainer, ...]
    steps: tuple[CustodyStep, ...]
    transfers: tuple[CustodyTransfer, ...]
    bindings: tuple[BindingCheck, ...]
    carriers: frozenset[str]
    kept: frozenset[tuple[str, str]]
