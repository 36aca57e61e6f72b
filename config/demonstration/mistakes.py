"""Mistakes of people in the demonstration's journeys: what the stations refused, and how it went on.

Each is played through the services before the step that it belongs to, in the journeys that `OF_FINISHED` and `OF_OPEN`
name by their number: the same at every loading. A STOP is cleared by a second person and its deviation closed with a
signature, so that the step is done after it. One step has more mistakes than the others: bags of one fill lie side by
side when they are labelled. Rare mistakes are few: among a hundred bags a single one denies a low rate.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

from coi import services as coi
from coi.rules.deviations import Cause, DeviationOutcome
from coi.rules.journey import ContainerStatus
from coi.rules.outcome import RefusalCode
from coi.selectors.containers import ContainerView, containers_of
from config.demonstration.player import Answer, Moment, NotPlayed, Player, Slip
from config.demonstration.site import PLANT, SPACE, Member
from people import services as people
from people.rules import codes
from people.rules.roles import Role
from people.selectors import open_work_about

CANCEL = codes.make("C", "CANCEL")
# What a courier has stuck on the box: no code of anything here.
WAYBILL = "SWIFT 8841 2291"


def wrong_kind(p: Player, m: Moment) -> str:
    """A code that this step has no use for: a lot that lies on the same bench."""
    material = "cryomedium" if p.demo.stations[m.station].site == PLANT else "bag_set"
    lot = p.demo.lots[material, p.demo.stations[m.station].site]
    _refused(p.scan(m.station, m.who, m.codes[0], lot, step=m.step), RefusalCode.WRONG_KIND)
    return ""


def twice(p: Player, m: Moment) -> str:
    """The first code a second time, later than any double trigger; then they go on."""
    begun: str = p.scan(m.station, m.who, m.codes[0], step=m.step)["check"]
    again = p.scan(m.station, m.who, m.codes[0], step=m.step, check=begun)
    _refused(again, RefusalCode.DUPLICATE_SCAN)
    return begun


def waybill(p: Player, m: Moment) -> str:
    """The barcode of the courier's own papers."""
    _refused(p.scan(m.station, m.who, WAYBILL), RefusalCode.UNREADABLE)
    return ""


def alone(p: Player, m: Moment) -> str:
    """The first person scans for the second as well; they are told, and begin again together."""
    begun: str = p.scan(m.station, m.who, *m.codes, step=m.step, values=m.values)["check"]
    again = p.scan(m.station, m.who, *m.codes, step=m.step, check=begun)
    _refused(again, RefusalCode.WITNESS_SAME_PERSON)
    p.scan(m.station, m.who, CANCEL, check=begun)
    return ""


def frozen_too_early(p: Player, m: Moment) -> str:
    """The bag is put away before it is in its cassette."""
    scans = [m.codes[1], p.demo.freezer, p.demo.devices["rate_freezer", PLANT]]
    _refused(p.scan(m.station, m.who, *scans, step="freeze"), RefusalCode.OUT_OF_SEQUENCE)
    return ""


def checked_too_early(p: Player, m: Moment) -> str:
    """The nurse begins at the bedside while the bag is not thawed yet."""
    nurse = p.one(Role.NURSE, p.site)
    scans = [p.wristband, m.codes[0]]
    _refused(p.scan(f"{p.letter}BED", nurse, *scans, step="bedside"), RefusalCode.OUT_OF_SEQUENCE)
    return ""


@dataclass(frozen=True)
class Stop:
    """A STOP of the story: for which reason, what caused it, and what was found."""

    code: RefusalCode
    cause: Cause
    text: str


STRAY = Stop(
    RefusalCode.IDENTITY_MISMATCH,
    Cause.LABEL,
    "A label of an earlier patient lay on the bench; it was destroyed, and the container carries its own.",
)
TWO_ORDERS = Stop(
    RefusalCode.IDENTITY_MISMATCH,
    Cause.PERSON,
    "Two orders were picked at once. The cassette went back to its position, at temperature all the time.",
)
NEXT_BED = Stop(
    RefusalCode.IDENTITY_MISMATCH,
    Cause.PERSON,
    "The nurse was called to the next bed. Nothing was connected; the bag was carried to its own patient.",
)
SIDE_BY_SIDE = Stop(
    RefusalCode.WRONG_CONTAINER,
    Cause.PERSON,
    "Both containers of the patient lay side by side; they were told apart by their numbers and checked again.",
)
EMPTY_SHIPPER = Stop(
    RefusalCode.EQUIPMENT_NOT_USABLE,
    Cause.PROCEDURE,
    "An empty shipper stood beside the one that had come; the bag had not left its own.",
)


def stray_label(p: Player, m: Moment) -> str:
    """A label of another patient's bag, left over where bags are labelled."""
    _settle(p, m, p.scan(m.station, m.who, m.codes[0], _bag_of_another(p).label, step=m.step), STRAY)
    return ""


def wrong_bag(p: Player, m: Moment) -> str:
    """Another patient's cassette is taken from the freezer with the right ones."""
    other = _bag_of_another(p).cassette
    _settle(p, m, p.scan(m.station, m.who, m.codes[0], other, step=m.step), TWO_ORDERS)
    return ""


def wrong_patient(p: Player, m: Moment) -> str:
    """The right bag at the bed of another patient."""
    wristband = _nearest(p, is_here=True)[0].wristband
    _settle(p, m, p.scan(m.station, m.who, m.codes[1], wristband, step=m.step), NEXT_BED)
    return ""


def other_container(p: Player, m: Moment) -> str:
    """The second person has another container of the same patient in hand; nothing, where there is only one."""
    own = next(c for c in p.containers() if c.label == m.codes[0])
    others = [c.label for c in p.containers(own.kind) if c.id != own.id]
    if not others or m.witness is None:
        return ""
    begun = p.scan(m.station, m.who, *m.codes, step=m.step, values=m.values)["check"]
    answer = p.scan(m.station, m.witness, others[0], step=m.step, check=begun)
    _settle(p, m, answer, SIDE_BY_SIDE, m.witness)
    return ""


def other_shipper(p: Player, m: Moment) -> str:
    """The receiver scans the shipper that stands beside the right one."""
    if m.witness is None:
        raise NotPlayed("nobody receives")
    begun = p.scan(m.station, m.who, *m.codes, step=m.step)["check"]
    scans = [*m.codes[:-1], p.demo.shippers[3]]
    answer = p.scan(m.station, m.witness, *scans, step=m.step, check=begun)
    _settle(p, m, answer, EMPTY_SHIPPER, m.witness)
    return ""


def excursion(p: Player, m: Moment) -> str:
    """The logger shows a warm quarter of an hour: quality holds the bags, assesses it, and lets them go."""
    bob = p.demo.member("Bob")
    for bag in p.containers("product_bag"):
        label = f"{p.name} excursion {bag.code}"
        text = (
            "The logger shows -126 degrees Celsius for 15 minutes during the transfer to the second vehicle."
        )
        hold = coi.place_hold(container=bag.code, reason_code="excursion", text=text, **_doing(p, bob, label))
        p.wait(hours=2)
        text = "Within what the stability study allows; vials of the batch kept at -120 degrees for an hour passed."
        coi.release_hold(hold=hold, text=text, **_doing(p, bob, f"{label} over"))
    return ""


# By the place of the journey among the finished ones, and by the step that the mistake is made before.
OF_FINISHED: Mapping[int, Mapping[str, Slip]] = {
    1: {"start_batch": wrong_kind},
    2: {"label_bag": stray_label},
    4: {"receive_collection": waybill, "thaw": checked_too_early},
    5: {"label_bag": stray_label},
    7: {"send_collection": twice, "label_culture": alone},
    10: {"label_bag": stray_label},
    11: {"receive_product": other_shipper},
    13: {"ship": wrong_bag, "into_cassette": frozen_too_early},
    14: {"label_bag": other_container},
    16: {"transduce": wrong_kind},
    17: {"label_bag": stray_label, "patient_ready": excursion},
    20: {"fill": twice},
    22: {"label_bag": stray_label, "end_collection": wrong_kind},
    23: {"bedside": wrong_patient},
    25: {"receive_collection": waybill},
    26: {"label_bag": other_container},
    28: {"receive_collection": other_shipper},
    29: {"thaw": checked_too_early},
    31: {"label_bag": stray_label, "patient_ready": excursion},
    32: {"bedside": twice},
    34: {"into_cassette": frozen_too_early},
    35: {"label_collection": wrong_kind},
    37: {"label_harvest": alone},
    38: {"receive_product": twice},
}
# Of the open ones by their number: hints alone, which leave nothing behind that a visitor would have to answer.
OF_OPEN: Mapping[int, Mapping[str, Slip]] = {
    5: {"label_collection": wrong_kind},
    8: {"label_bag": alone},
    10: {"send_collection": twice},
}


def _nearest(p: Player, is_here: bool = False) -> list[Player]:
    """The other journeys, the one begun at about the same time first; `is_here`: of this hospital."""
    others = [o for o in p.others if o is not p and o.coi_id and (o.site == p.site or not is_here)]
    return sorted(others, key=lambda o: (abs(o.number - p.number), o.number))


def _bag_of_another(p: Player) -> ContainerView:
    """A bag of another patient: one that is still in use, if there is any."""
    found = [c for o in _nearest(p) for c in containers_of(o.coi_id) if c.kind == "product_bag"]
    return min(found, key=lambda c: c.status is not ContainerStatus.AVAILABLE)


def _settle(p: Player, m: Moment, answer: Answer, stop: Stop, by: Member | None = None) -> None:
    """A second person clears the STOP; quality says what happened and signs, and a supervisor ends the work."""
    _refused(answer, stop.code)
    met, check = by or m.who, UUID(answer["check"])
    supervisor, second = p.demo.binder(m.station), _second(p, m, met)
    p.wait(minutes=6)
    coi.clear_stop(
        check=check,
        token=p.demo.tokens[m.station],
        badge=second.badge,
        pin=second.pin,
        now=p.now,
        request_id=uuid5(SPACE, f"{p.name} cleared {check}"),
    )
    deviation = answer.get("deviation", "")
    if not deviation:
        return
    p.wait(minutes=20)
    coi.close_deviation(
        code=deviation,
        cause=stop.cause,
        cause_text=stop.text,
        outcome=DeviationOutcome.USE_AS_IS,
        outcome_text="Identity, label and temperature were checked by two people; nothing was mixed up.",
        credential=supervisor.credential,
        **_doing(p, supervisor, f"{p.name} closed {check}"),
    )
    for work in open_work_about("deviation", deviation):
        people.close_work_item(id=work.id, **_doing(p, supervisor, f"{p.name} work {work.id}"))


def _second(p: Player, m: Moment, met: Member) -> Member:
    """Who clears it: the supervisor of the site, or somebody else who works there."""
    site = p.demo.stations[m.station].site
    roles = (Role.SUPERVISOR, Role.OPERATOR, Role.CELL_LAB)
    return next(it for role in roles for it in p.demo.with_role(role, site) if it.user_id != met.user_id)


def _refused(answer: Answer, code: RefusalCode) -> None:
    if code not in [refusal["code"] for refusal in answer["refusals"]]:
        raise NotPlayed(f"{code} was expected: {answer['outcome']} {answer['refusals']}")


def _doing(p: Player, member: Member, label: str) -> dict[str, Any]:
    doing = p.demo.doing(label, member.actor, member.site)
    return doing | {"now": p.now}
