"""Histories for tests, each made by the services alone, so that none of them is unlawful."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from django.db.models import Q

from coi import services as coi
from coi.rules.deviations import Cause, DeviationOutcome
from coi.rules.journey import Disposition
from coi.rules.qualification import CardReading
from coi.rules.scanners import CARD, Transmission
from coi.selectors.scanners import QualificationView
from config.demonstration import site, story
from config.demonstration.player import Player
from config.demonstration.site import Demo, Member
from ledger.models import Effect
from ledger.services import run_effect
from people import selectors as people
from people import services as documents
from people.rules.roles import Role
from people.rules.signatures import Meaning, SignatureView
from people.services import confirm, grant_role, sign

BORN = date(1970, 1, 1)
START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
Stage = Callable[[Player], None]


def a_demo(now: datetime = START) -> Demo:
    """The demonstration site, empty of journeys."""
    return site.build(now)


def a_journey(demo: Demo, *, number: int = 1, at: str = site.HOSPITAL, now: datetime | None = None) -> Player:
    """An enrolled patient with an order."""
    player = Player(demo, now or demo.now, site=at, name=f"journey {number}")
    player.enrol(number)
    player.wait(minutes=5)
    return player


def until(player: Player, last: Stage) -> Player:
    """Play the story up to and including this stage (release by hand, without results)."""
    stages: list[Stage] = [*story.TO_FILL, release, *story.AFTER_RELEASE]
    position = [getattr(stage, "__name__", "") for stage in stages].index(last.__name__)
    return story.play(player, tuple(stages[: position + 1]))


def until_end(player: Player) -> Player:
    """Play the whole story."""
    return until(player, story.close_out)


def release(player: Player) -> None:
    """Two signatures over the batch, as `qc` asks `coi` to record them."""
    batch = player.containers("product_bag")[0].batch
    reviewer, releaser = player.demo.member("Bob"), player.demo.member("Rosa")
    tested(player, batch)
    digest = uuid4().hex * 2
    signatures = [
        signed(player, batch, reviewer.name, Meaning.REVIEW, digest),
        signed(player, batch, releaser.name, Meaning.RELEASE, digest),
    ]
    disposed(player, batch, Disposition.RELEASED, signatures)


def tested(player: Player, batch: str) -> None:
    """The laboratory has tested the batch and handed it to quality."""
    disposed(player, batch, Disposition.TESTING, by="Ana")
    disposed(player, batch, Disposition.QA_REVIEW, by="Leo")


def disposed(
    player: Player,
    batch: str,
    disposition: Disposition,
    signatures: Sequence[SignatureView] = (),
    by: str = "Rosa",
) -> None:
    """A batch moves, as `qc` asks `coi` to record it."""
    about = doing(player, by)
    coi.record_disposition(batch=batch, disposition=disposition, signatures=signatures, **about)


def signed(
    player: Player, batch: str, name: str, meaning: Meaning, digest: str, *, kind: str = "batch"
) -> SignatureView:
    """Somebody (by full name) signs a record of the batch, or of another kind of thing."""
    member, about = player.demo.members[name], doing(player, name.split(maxsplit=1)[0])
    where = {key: about[key] for key in ("where", "now", "request_id")}
    confirmed = confirm(credential=member.credential, **where).confirmed
    person = people.person(member.user_id, player.now)
    assert confirmed is not None
    assert person is not None
    return sign(
        signer=person,
        meaning=meaning,
        record_kind=kind,
        record_id=batch,
        record_digest=digest,
        credential=confirmed,
        **about,
    )


a_second_journey = partial(a_journey, number=2)


def in_effect(player: Player, kind: str, code: str, content: dict[str, Any]) -> str:
    """A first or next version of a document, written, reviewed and approved by three people; answers with its id."""
    drafted = documents.draft_document(
        kind=kind,
        code=code,
        title=code,
        content=content,
        site=site.PLANT,
        reason="another one",
        **doing(player, "Amir"),
    )
    for act, name in (
        (documents.submit_document, "Amir"),
        (documents.review_document, "Bob"),
        (documents.approve_document, "Rosa"),
    ):
        player.wait(seconds=1)
        act(id=drafted.id, credential=player.demo.member(name).credential, **doing(player, name))
    documents.make_effective(id=drafted.id, **doing(player, "Rosa"))
    player.wait(seconds=1)
    return drafted.id


def a_protocol(**changes: dict[str, Any]) -> dict[str, Any]:
    """The demonstration's protocol with these fields of these steps otherwise."""
    content: dict[str, Any] = json.loads((site.HERE / "cd19_protocol.json").read_text())
    for step in content["steps"]:
        step.update(changes.pop(step["code"], {}))
    assert not changes, f"no such steps: {sorted(changes)}"
    return content


# -- what people do beside scanning -----------------------------------------------------------------------------------


def doing(player: Player, name: str, at: str = site.PLANT) -> dict[str, Any]:
    """What every service takes, for this person (by first name; Ada administers) at this moment of the journey."""
    context = player.demo.doing("by hand", player.demo.member(name).actor, at)
    return {**context, "now": player.now, "request_id": uuid4()}


def now() -> datetime:
    """The moment of the machine's clock."""
    return datetime.now(UTC)


def granted(player: Player, name: str, role: Role, at: str) -> None:
    """Somebody gets a role at a site."""
    member = player.demo.member(name)
    until = player.now + timedelta(days=30)  # to audit is granted with an end
    grant_role(user_id=member.user_id, role=role, site=at, valid_until=until, **doing(player, "Ada"))


def a_hold(player: Player, container: str, name: str = "Bob") -> UUID:
    """Quality holds a container, by its code."""
    return coi.place_hold(container=container, reason_code="suspect", text="smells", **doing(player, name))


def a_reprint(player: Player, label: str, name: str, at: str = site.PLANT) -> str:
    """The label is replaced; answers with the code of the new copy."""
    return coi.reprint_label(copy=label, reason="damaged", **doing(player, name, at))


def a_card(
    player: Player, station: str, who: Member, change: Callable[[str], str] = str, **more: Any
) -> QualificationView:
    """The whole test card is scanned at the station, by a scanner that changes what it sends."""
    return coi.record_qualification(
        token=player.demo.tokens[station],
        badge=who.badge,
        pin=more.pop("pin", who.pin),
        readings=more.pop("readings", None) or card_readings(change),
        now=player.now,
        request_id=more.pop("request_id", None) or uuid4(),
        **more,
    )


def card_readings(change: Callable[[str], str] = str) -> list[CardReading]:
    """What comes of the test card."""
    return [CardReading(symbol.code, Transmission(change(symbol.sent).encode())) for symbol in CARD]


def cleared(player: Player, station: str, check: str, by: Member) -> None:
    """A second person clears a STOP."""
    coi.clear_stop(
        check=UUID(check),
        token=player.demo.tokens[station],
        badge=by.badge,
        pin=by.pin,
        now=player.now,
        request_id=uuid4(),
    )


def a_closed_deviation(player: Player, code: str, outcome: DeviationOutcome, name: str = "Bob") -> None:
    """Quality closes a deviation, with a signature."""
    coi.close_deviation(
        code=code,
        cause=Cause.PERSON,
        cause_text="picked the bag from the wrong shelf",
        outcome=outcome,
        outcome_text="looked at by two people",
        credential=player.demo.member(name).credential,
        **doing(player, name),
    )


def sweep(player: Player) -> None:
    """The worker does what is due of this journey and of none: drawing the labels of all others would take its time."""
    own = Q(entry__stream=f"journey:{player.coi_id}") | ~Q(entry__stream__startswith="journey:")
    due = Effect.objects.filter(own, state=Effect.State.PENDING, due_at__lte=player.now).order_by(
        "due_at", "id"
    )
    while (effect := due.first()) is not None:
        run_effect(effect_id=effect.pk, now=player.now)
