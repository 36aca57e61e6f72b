"""What a STOP writes: the stopped check, sticky at its station, and the deviation that contains the wrong item."""

from coi.rules.deviations import deviation_for
from coi.rules.interlocks import Decision
from coi.rules.journey import CheckState
from coi.rules.outcome import RefusalCode
from coi.services import deviations
from coi.services.context import Context, Plan
from ledger.rules import Change, derive, new, put

# Whoever has no business at the check has no say in it either: it goes on for those who do.
_OUTSIDE = frozenset({RefusalCode.BADGE_NOT_VALID, RefusalCode.WRONG_SITE})


def plan(context: Context, decision: Decision) -> Plan:
    """Stop the check (or make a stopped one, so that the STOP stays) and open a deviation where one is due."""
    situation = decision.situation
    check_id = derive(context.scan.scan_id, "stop")
    is_critical = any(step.is_critical for step in (situation.step, *situation.choices) if step is not None)
    stopped = Plan(check_id=check_id, changes=(*_abandoned(context, decision), _stop_row(context, decision)))
    due = deviation_for(decision.refusals, is_critical=is_critical)
    if due is None:
        return stopped
    opened = deviations.plan_opening(
        due,
        site=context.station.site,
        step=situation.step.code if situation.step else "",
        order_id=situation.order.id if situation.order else None,
        owners={c.id: c.order_id for c in context.known.containers.values()},
        check_id=check_id,
        scan_id=context.scan.scan_id,
        actor_name=context.actor.name,
        now=context.now,
    )
    return stopped.plus(opened)


def _abandoned(context: Context, decision: Decision) -> tuple[Change, ...]:
    """The check in which it happened is over: after the clearance everything is scanned anew."""
    check = decision.situation.check
    is_outside = any(refusal.code in _OUTSIDE for refusal in decision.refusals)
    if check is None or check.state is not CheckState.OPEN or is_outside:
        return ()
    return (put("coi.check", check.id, state=str(CheckState.ABANDONED), closed_at=context.now),)


def _stop_row(context: Context, decision: Decision) -> Change:
    """A row of its own for the STOP: the person who met it, the reasons, and later who cleared it."""
    situation, person = decision.situation, context.badge.person
    return new(
        "coi.check",
        derive(context.scan.scan_id, "stop"),
        order_id=situation.order.id if situation.order else None,
        step=situation.step.code if situation.step else "",
        station=context.station.code,
        state=str(CheckState.STOPPED),
        performer_id=person.user_id if person else None,
        performer_name=person.printed_name if person else "",
        subjects=[container.id for container in situation.subjects],
        refusals=[
            {"code": str(r.code), "kind": str(r.kind), "params": dict(r.params)} for r in decision.refusals
        ],
        opened_at=context.now,
    )
