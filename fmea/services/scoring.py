"""A team scores a row: each blind, then in sight of all, then by what they agree on and sign.

Rounds know people by the text of their user ids (`fmea.rules.team`). What a round refuses is recorded, and answered.
"""

from collections.abc import Callable, Collection
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from coi.services.recording import answered_once
from fmea.events import Event
from fmea.rules import team as rules
from fmea.rules.cells import Table
from fmea.rules.editing import SetCell
from fmea.rules.scales import ScaleKind
from fmea.rules.team import BlindScore, Consensus, Ratings, Round, TeamRefusal
from fmea.rules.worksheet_reading import MOST_TEXT
from fmea.selectors.scoring import RoundView, scoring_round
from fmea.selectors.sheets import SheetView, items_of, resting
from fmea.services.recording import known_sheet, topic_of_row, writing
from fmea.services.sheets import write_cells
from fmea.services.working import end_work, give_work
from ledger.rules import Actor, Change, Subject, Where, canonical, derive, new, put
from ledger.rules.errors import Conflict, NotFound
from people import selectors as people
from people.rules.authority import Person
from people.rules.credentials import Confirmed, Credential
from people.rules.rights import Right
from people.rules.signatures import Meaning
from people.services import confirm_or_refuse, require, sign
from qc.services.recording import Doing, Topic, asking, invalid, record, repeated

ROUND, SCORE, RECORD_KIND = "fmea.scoringround", "fmea.blindscore", "scoring_round"
# Work of this cause ends when its person has scored or answered, or the round is over.
WORK = "fmea_scoring"
Refusals = tuple[TeamRefusal, ...]


@answered_once
def begin_round(
    *,
    code: str,
    row: str,
    team: Collection[int],
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
) -> UUID:
    """Ask a team (user ids) to score a row, each blind; whoever asks leads it, and is of it only where named.

    Answers with the round's id. Raises NotFound, NotAllowed (role), Conflict (`round_begun_already`, `resting`),
    Invalid (`too_few`, `not_of_this_site`).
    """
    doing = asking(actor, where, now, request_id, code=code, row=row, team=sorted(team))
    lead = require(actor=actor, right=Right.BEGIN_ROUND, site=known_sheet(code).site, now=now)
    id = derive(request_id, "round")
    if repeated(doing, Event.ROUND_BEGUN, worksheet=code, row=row):
        return id
    with writing():
        found = _awake(code, row)
        members = _members(team, found.site, now)
        about = {"sheet_id": found.id, "row": row, "state": str(rules.RoundState.BLIND), "begun_at": now}
        who = {"team": {str(it.user_id): it.printed_name for it in members}, "leads": [str(lead.user_id)]}
        facts = {"round": id, "team": sorted(who["team"])}
        record(
            doing,
            topic_of_row(code, row),
            Event.ROUND_BEGUN,
            facts,
            changes=(new(ROUND, id, **about, **who),),
            subjects=(_subject(id),),
        )
        for it in members:
            give_work(it, _subject(id), WORK, site=found.site, doing=doing)
    return id


@answered_once
def hand_in_score(
    *,
    id: UUID,
    ratings: Ratings,
    why: str,
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
) -> Refusals:
    """Score blind; handed in again before the round is opened, it replaces what was there.

    The ratings stand in no fact of the entry: the trail is read by those who have not scored yet. Raises NotFound,
    NotAllowed (role), Invalid (`too_long`).
    """
    # The trail shows the digest of what was asked: without the request's own id, which nobody else has, whoever knows
    # that there are ten ratings on three scales could try them all until the digest fits.
    doing = asking(actor, where, now, request_id, id=id, ratings=ratings, why=why, own=request_id)
    person = require(actor=actor, right=Right.HAND_IN_SCORE, site=_known(id).site, now=now)
    _check_text("why", why)
    score = BlindScore(dict(ratings), why.strip())

    def decide(one: Round) -> rules.Answer:
        return rules.hand_in(one, str(person.user_id), score)

    def changes(before: RoundView, _: Round) -> tuple[Change, ...]:
        row = derive(id, f"score of {person.user_id}")
        values = {"ratings": {str(k): it for k, it in ratings.items()}, "why": score.why, "given_at": now}
        if str(person.user_id) in before.round.scores:
            return (put(SCORE, row, **values),)
        who = {"round_id": id, "person_id": person.user_id, "person_name": person.printed_name}
        return (new(SCORE, row, **{**values, **who}),)

    def then(_: RoundView) -> None:
        end_work(_subject(id), doing, of=person.user_id)

    return _step(id, Event.SCORE_HANDED_IN, doing, decide, changes, then=then)


@answered_once
def open_scores(*, id: UUID, actor: Actor, where: Where, now: datetime, request_id: UUID) -> Refusals:
    """Show all blind scores to the team, for good. Raises NotFound, NotAllowed (role)."""
    doing = asking(actor, where, now, request_id, id=id)
    lead = require(actor=actor, right=Right.OPEN_SCORES, site=_known(id).site, now=now)
    return _step(id, Event.ROUND_OPENED, doing, lambda one: rules.open_round(one, str(lead.user_id)))


@answered_once
def agree_on_scores(
    *,
    id: UUID,
    ratings: Ratings,
    why: str,
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
) -> Refusals:
    """Write down what the team agrees on; each of them is then asked to sign it. Raises NotFound, NotAllowed (role),
    Invalid (`too_long`)."""
    doing = asking(actor, where, now, request_id, id=id, ratings=ratings, why=why)
    lead = require(actor=actor, right=Right.AGREE_ON_SCORES, site=_known(id).site, now=now)
    _check_text("why", why)

    def decide(one: Round) -> rules.Answer:
        return rules.agree(one, str(lead.user_id), ratings, why.strip())

    def then(found: RoundView) -> None:
        end_work(_subject(id), doing)
        for it in people.persons([int(user) for user in found.round.team], now).values():
            give_work(it, _subject(id), WORK, site=found.site, doing=doing)

    return _step(id, Event.ROUND_AGREED, doing, decide, then=then)


@answered_once
def answer_consensus(
    *,
    id: UUID,
    dissent: str,
    seen: str,
    credential: Credential,
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
) -> Refusals:
    """Sign what was agreed on, or sign why one does not agree (`dissent`). `seen`: the digest of what was read.

    Once everybody has, the ratings stand on the sheet with who signed them and what was given blind. Raises NotFound,
    NotAllowed (role, credential), Conflict (`content_changed`, `resting`), Invalid (`too_long`).
    """
    doing = asking(actor, where, now, request_id, id=id, dissent=dissent, seen=seen)
    person = require(actor=actor, right=Right.ANSWER_CONSENSUS, site=_known(id).site, now=now)
    _check_text("dissent", dissent)
    if (earlier := _before(doing, id, Event.ROUND_ANSWERED)) is not None:
        return earlier
    # Outside the transaction: a wrong password is counted whatever becomes of this.
    confirmed = confirm_or_refuse(credential=credential, **doing.as_keywords())

    def decide(one: Round) -> rules.Answer:
        if one.consensus is not None and consensus_digest(id, one) != seen:
            raise Conflict("content_changed")
        return rules.sign(one, str(person.user_id), dissent.strip())

    def then(found: RoundView) -> None:
        _sign(found, seen, (person, confirmed), bool(dissent.strip()), doing)
        end_work(_subject(id), doing, of=person.user_id)
        _settle(found, doing)

    return _step(id, Event.ROUND_ANSWERED, doing, decide, then=then)


@answered_once
def abandon_round(
    *, id: UUID, reason: str, actor: Actor, where: Where, now: datetime, request_id: UUID
) -> Refusals:
    """Give a round up, for a reason; the sheet stays as it is. Raises NotFound, NotAllowed (role), Invalid."""
    doing = asking(actor, where, now, request_id, id=id, reason=reason)
    lead = require(actor=actor, right=Right.ABANDON_ROUND, site=_known(id).site, now=now)
    _check_text("reason", reason, is_required=True)

    def decide(one: Round) -> rules.Answer:
        return (one, () if str(lead.user_id) in one.leads else (TeamRefusal.NOT_THE_LEAD,))

    def changes(*_: object) -> tuple[Change, ...]:
        return (_over(id, now),)

    def then(_: RoundView) -> None:
        end_work(_subject(id), doing)

    return _step(id, Event.ROUND_ABANDONED, doing, decide, changes, reason=reason, then=then)


def consensus_digest(id: UUID, one: Round) -> str:
    """The SHA-256 of what is agreed on: what signatures are made over. ValueError: nothing is."""
    if one.consensus is None:
        raise ValueError("nothing is agreed on")
    ratings = {str(kind): rating for kind, rating in one.consensus.ratings.items()}
    said = {"round": str(id), "row": one.row, "ratings": ratings, "why": one.consensus.why}
    return sha256(canonical(said)).hexdigest()


Decide = Callable[[Round], rules.Answer]
Changes = Callable[[RoundView, Round], tuple[Change, ...]]


def _state(before: RoundView, after: Round) -> tuple[Change, ...]:
    consensus = None if after.consensus is None else _plain(after.consensus)
    return (put(ROUND, before.id, state=str(after.state), consensus=consensus),)


def _step(
    id: UUID,
    event: Event,
    doing: Doing,
    decide: Decide,
    changes: Changes = _state,
    *,
    reason: str = "",
    then: Callable[[RoundView], None] | None = None,
) -> Refusals:
    """One step of a round: what the rules say of it, written down or refused. `then`: what follows from a step that was
    taken, in the same transaction and as often as that, from the round as it stands after it."""
    if (earlier := _before(doing, id, event)) is not None:
        return earlier
    with writing():
        found = _known(id, is_locked=True)
        if found.is_over:
            raise Conflict("round_over")
        after, refused = decide(found.round)
        topic, facts = _topic(found), {"round": id}
        if refused:
            record(doing, topic, Event.ROUND_REFUSED, {**facts, "refused": [str(it) for it in refused]})
        else:
            record(doing, topic, event, facts, changes=changes(found, after), reason=reason)
            if then is not None:
                then(_known(id))
    return refused


def _before(doing: Doing, id: UUID, event: Event) -> Refusals | None:
    earlier = repeated(doing, event, Event.ROUND_REFUSED, round=str(id))
    if earlier is None:
        return None
    return tuple(TeamRefusal(code) for code in earlier.facts.get("refused", ()))


def _settle(found: RoundView, doing: Doing) -> None:
    """Once everybody has said whether they agree, what was agreed on stands on the sheet."""
    if found.round.waits_for:
        return
    sheet = _awake(found.worksheet, found.row)
    own = Doing(doing.actor, doing.where, doing.now, derive(doing.request_id, "written"))
    cells = [it for kind in ScaleKind for it in _cells(found, kind)]
    write_cells(sheet, cells, f"{doing.actor.name}/{found.id}", own)
    over = Doing(doing.actor, doing.where, doing.now, derive(doing.request_id, "over"))
    record(
        over, _topic(found), Event.ROUND_SETTLED, {"round": found.id}, changes=(_over(found.id, doing.now),)
    )


def _cells(found: RoundView, kind: ScaleKind) -> list[SetCell]:
    score = rules.agreed_score(found.round, kind)
    if score is None:
        return []
    names = found.names
    values: dict[str, Any] = {
        "rating": score.rating,
        "by": [names[it] for it in score.by],
        "why": score.why,
        "votes": [{"person": names[it.person], "rating": it.rating} for it in score.votes] or None,
    }
    return [SetCell(Table.ROWS, found.row, f"{kind}.{key}", value) for key, value in values.items()]


def _sign(
    found: RoundView, digest: str, by: tuple[Person, Confirmed], is_dissent: bool, doing: Doing
) -> None:
    (signer, confirmed), topic = by, _topic(found)
    sign(
        signer=signer,
        meaning=Meaning.REJECTION if is_dissent else Meaning.AUTHORSHIP,
        record_kind=RECORD_KIND,
        record_id=str(found.id),
        record_digest=digest,
        credential=confirmed,
        stream=topic.stream,
        subjects=[it for it in topic.subjects if it.kind != RECORD_KIND],
        **doing.as_keywords(derive(doing.request_id, "sign")),
    )


def _plain(it: Consensus) -> dict[str, Any]:
    ratings = {str(kind): rating for kind, rating in it.ratings.items()}
    return {"ratings": ratings, "why": it.why, "signed": sorted(it.signed), "dissent": dict(it.dissent)}


def _over(id: UUID, now: datetime) -> Change:
    return put(ROUND, id, is_over=True, over_at=now)


def _subject(id: UUID) -> Subject:
    return Subject(RECORD_KIND, str(id))


def _topic(found: RoundView) -> Topic:
    own = topic_of_row(found.worksheet, found.row)
    return Topic(own.stream, own.named, (*own.subjects, _subject(found.id)))


def _known(id: UUID, *, is_locked: bool = False) -> RoundView:
    found = scoring_round(id, is_locked=is_locked)
    if found is None:
        raise NotFound("round_unknown")
    return found


def _awake(code: str, row: str) -> SheetView:
    """The sheet locked, with this row on it, and no version of it being signed. Raises NotFound, Conflict."""
    found = known_sheet(code, is_locked=True)
    item = items_of(found, [(Table.ROWS, row)]).get((Table.ROWS, row))
    if item is None or item.gone is not None:
        raise NotFound("row_unknown")
    if resting([code]):
        raise Conflict("resting")
    return found


def _members(team: Collection[int], site: str, now: datetime) -> list[Person]:
    if len(set(team)) < rules.FEWEST:
        raise invalid({"team": "too_few"}, fewest=rules.FEWEST)
    known = people.persons(team, now)
    if any(it not in known or not known[it].may(Right.BE_GIVEN_WORK, site, now) for it in team):
        raise invalid({"team": "not_of_this_site"})
    return [known[it] for it in sorted(set(team))]


def _check_text(name: str, text: str, *, is_required: bool = False) -> None:
    if len(text) > MOST_TEXT:
        raise invalid({name: "too_long"})
    if is_required and not text.strip():
        raise invalid({name: "required"})
