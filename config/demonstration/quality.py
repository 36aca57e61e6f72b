"""Tests and release of a demonstration batch, by the people whose work it is."""

from uuid import uuid5

from coi import services as coi
from coi.rules.journey import Disposition
from config.demonstration.player import Player
from config.demonstration.site import SPACE, Member
from people import selectors as people
from people.rules.credentials import BadgeCredential
from people.rules.signatures import Meaning, SignatureView
from people.services import confirm, sign


def start_tests(p: Player) -> None:
    """The sample is in the laboratory."""
    _dispose(p, Disposition.TESTING, [])


def finish_tests(p: Player) -> None:
    """All results are in."""
    _dispose(p, Disposition.QA_REVIEW, [])


def release(p: Player) -> None:
    """Review and release, two people."""
    review = _sign(p, p.demo.member("Bob"), Meaning.REVIEW)
    p.wait(hours=2)
    _dispose(p, Disposition.RELEASED, [review, _sign(p, p.demo.member("Rosa"), Meaning.RELEASE)])


def _dispose(p: Player, disposition: Disposition, signatures: list[SignatureView]) -> None:
    batch = p.containers("product_bag")[0].batch
    doing = p.demo.doing(f"{batch} {disposition}", p.demo.member("Rosa").actor) | {"now": p.now}
    coi.record_disposition(batch=batch, disposition=disposition, signatures=signatures, **doing)


def _sign(p: Player, member: Member, meaning: Meaning) -> SignatureView:
    batch = p.containers("product_bag")[0].batch
    doing = p.demo.doing(f"{batch} {meaning}", member.actor) | {"now": p.now}
    where = {key: doing[key] for key in ("where", "now")}
    credential = BadgeCredential(member.badge, member.pin)
    checked = confirm(credential=credential, request_id=uuid5(SPACE, f"{batch} {meaning} pin"), **where)
    person = people.person(member.user_id, p.now)
    if person is None or checked.confirmed is None:
        raise AssertionError(f"{member.name} could not sign")
    return sign(
        signer=person,
        meaning=meaning,
        record_kind="batch",
        record_id=batch,
        record_digest="0" * 64,
        credential=checked.confirmed,
        **doing,
    )
