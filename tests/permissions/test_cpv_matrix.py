"""Who may do what in `cpv`: every role against every service, at the site that counts and at another.

Whoever holds the role is let in; what speaks against the act itself is asked after that, and tested elsewhere.
"""

from datetime import timedelta
from uuid import UUID

from config.demonstration.site import Demo
from cpv import services
from cpv.rules.programme.answering import Decision
from people.rules.roles import Role
from tests.cpv.given import STEADY, Process, a_process
from tests.permissions.matrix import Act, judged, newcomer

R = Role
QA = {R.QA_REVIEWER, R.QA_RELEASER}
SCIENTISTS = QA | {R.QC_REVIEWER, R.SUPERVISOR}


def of_signals(process: Process) -> dict[str, tuple[set[Role], Act]]:
    """Answering for a signal."""
    (signal, *_others) = (UUID(one.id) for one in process.chart.signals)
    return {
        "acknowledge_signal": (SCIENTISTS, lambda c: services.acknowledge_signal(signal=signal, **c)),
        "close_signal": (
            SCIENTISTS,
            lambda c: services.close_signal(signal=signal, decision=Decision.LOGGED, **c),
        ),
    }


def of_points(process: Process) -> dict[str, tuple[set[Role], Act]]:
    """Leaving points out, taking them in, proposing limits, and numbers of other programs."""
    first, second = (UUID(point.id) for point in process.chart.points[:2])
    services.exclude_point(observation=second, reason="x", **process.doing("Leo"))
    row = services.ExternalRow(process.parameter, "EXT-X", process.player.now - timedelta(hours=1), "10")
    return {
        "exclude_point": (
            SCIENTISTS,
            lambda c: services.exclude_point(observation=first, reason="x", **c),
        ),
        "include_point": (
            SCIENTISTS,
            lambda c: services.include_point(observation=second, reason="x", **c),
        ),
        "propose_limits": (
            SCIENTISTS,
            lambda c: services.propose_limits(
                chart=process.code, baseline=services.Range(), justification="x", **c
            ),
        ),
        "hand_in_data": (
            SCIENTISTS,
            lambda c: services.hand_in_data(plan=process.plan, site=process.site, rows=[row], **c),
        ),
    }


def test_every_role_may_what_it_may_and_nothing_elsewhere(demo: Demo) -> None:
    process = a_process(demo)
    process.hand_in(STEADY)
    process.limits()
    process.hand_in(("16.0",))
    actor, _credential = newcomer(process.player)
    judged(process.player, {**of_signals(process), **of_points(process)}, actor)
