"""The interlocks over who acts, and where: the person, the second person, the station, its site, its scanner."""

from collections.abc import Iterator
from datetime import timedelta

from coi.rules.journey import CheckState
from coi.rules.outcome import Refusal, RefusalCode
from coi.rules.protocol import Does, Guard, Step, WitnessRule
from coi.rules.situation import Part, Situation
from people.rules.qualifications import Work, unmet


def authority_interlock(situation: Situation) -> Iterator[Refusal]:
    """Badge, role and training of the person; the ledger keeps the attempt.

    Of a late entry role and training are asked for when the step was performed, and now, for it is signed now.
    """
    attempt, step = situation.attempt, situation.step
    if attempt.person is None or attempt.badge_state != "valid":
        yield Refusal(RefusalCode.BADGE_NOT_VALID, {"state": attempt.badge_state})
        return
    if step is None or situation.order is None:
        return
    roles = step.roles if situation.part is Part.PERFORMER else step.witness_roles
    moments, site, person = {situation.done_at, attempt.now}, situation.party_site(), attempt.person
    if not all(person.has_role(roles, site, at) for at in moments):
        yield Refusal(RefusalCode.NO_ROLE, {"step": step.code, "site": site})
    # A receiver answers for taking over, not for the giver's task, so the step's training is not asked of them.
    is_receiver = situation.part is Part.WITNESS and step.witness is WitnessRule.RECEIVER
    is_trained = all(person.is_trained(step.training, at) for at in moments)
    if step.training and not is_receiver and not is_trained:
        yield Refusal(RefusalCode.NOT_TRAINED, {"topic": step.training})


def witness_interlock(situation: Situation) -> Iterator[Refusal]:
    """The second person is another person, and scans on their own, after the first."""
    check, person, protocol = situation.check, situation.attempt.person, situation.protocol
    if check is None or person is None or protocol is None or check.state is not CheckState.OPEN:
        return
    if check.performed_at is None:
        if check.performer_id != person.user_id:
            yield Refusal(
                RefusalCode.WITNESS_NOT_INDEPENDENT, {"why": "first_not_finished", "by": check.performer_name}
            )
        return
    if check.performer_id == person.user_id:
        yield Refusal(RefusalCode.WITNESS_SAME_PERSON, {"by": check.performer_name})
    elif check.witness_id not in (None, person.user_id):
        yield Refusal(RefusalCode.WITNESS_NOT_INDEPENDENT, {"why": "another_witness"})
    if situation.attempt.now - check.performed_at < timedelta(seconds=protocol.witness_gap_s):
        yield Refusal(
            RefusalCode.WITNESS_NOT_INDEPENDENT, {"why": "too_soon", "seconds": str(protocol.witness_gap_s)}
        )


def station_interlock(situation: Situation) -> Iterator[Refusal]:
    """The right site and a station that may do this step."""
    step, order, station = situation.step, situation.order, situation.attempt.station
    if step is None or order is None:
        return
    sites = {order.sites.get(party, "") for party in (step.party, step.receiver) if party is not None}
    if station.site not in sites:
        yield Refusal(RefusalCode.WRONG_SITE, {"step": step.code, "site": station.site})
    if step.code not in station.steps:
        yield Refusal(RefusalCode.WRONG_STATION, {"step": step.code, "station": station.code})


def site_interlock(situation: Situation) -> Iterator[Refusal]:
    """A site whose programme for this work is missing or overdue. What has happened is recorded all the same."""
    step, attempt = situation.step, situation.attempt
    work = None if step is None or situation.order is None else work_of(step)
    if work is None:
        return
    missing = {
        p for at in (situation.done_at, attempt.now) for p in unmet(attempt.station.required, work, at)
    }
    for programme in sorted(missing):
        params = {"programme": programme, "site": attempt.station.site}
        yield Refusal(RefusalCode.SITE_NOT_QUALIFIED, params)


def work_of(step: Step) -> Work | None:
    """The kind of work that programmes are asked for, if the step is of one: collecting cells, or giving them."""
    if step.is_past:
        return None
    if step.does is Does.COLLECT:
        return Work.COLLECTION
    return Work.INFUSION if Guard.INFUSIBLE in step.guards or step.does is Does.INFUSE else None


def scanner_interlock(situation: Situation) -> Iterator[Refusal]:
    """A scanner that was not shown to send what it reads, or not lately, does nothing critical.

    Such a scanner drops a separator or changes a letter without any error. What has happened is recorded all the same.
    """
    step, until, now = situation.step, situation.known.scanner_until, situation.attempt.now
    if step is None or situation.order is None or not step.is_critical or step.is_past:
        return
    params = {"station": situation.attempt.station.code}
    if until is None:
        yield Refusal(RefusalCode.SCANNER_NOT_QUALIFIED, {**params, "why": "scanner_unproved"})
    elif until <= now:
        yield Refusal(RefusalCode.SCANNER_NOT_QUALIFIED, {**params, "why": "scanner_overdue"})
