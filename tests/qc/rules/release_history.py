"""What may be let go, judged by the history of what was recorded, without asking the rules."""

from datetime import datetime

from people.rules.roles import Role
from qc.rules.criteria import Verdict
from qc.rules.investigations import InvestigationState, Outcome
from qc.rules.releases import Way
from tests.qc.rules.release_batch import CRITERIA, PEOPLE, PRODUCERS, QA, QC, Batch, Excuse


class Judged(Batch):
    """The batch, judged by its history alone."""

    def excuse_of(self, criterion: str, number: int, failed_at: datetime) -> Excuse | None:
        """A lawful signature that takes this failing version away."""
        for it in self.excuses:
            is_of_it = (it.criterion, it.attempt) == (criterion, number) and it.at >= failed_at
            people = set(it.signers)
            is_lawful = (
                people.isdisjoint(it.tested_by | PRODUCERS)
                and bool(it.found)
                and any(
                    not QC.isdisjoint(PEOPLE[one]) and not QA.isdisjoint(PEOPLE[other])
                    for one in people
                    for other in people - {one}
                )
            )
            if is_of_it and is_lawful:
                return it
        return None

    def is_met(self, criterion: str) -> bool:
        """Whether the history holds a result that meets a criterion, and none that fails it and still stands."""
        alive = []
        for number in {it.attempt for it in self.versions if it.criterion == criterion}:
            own = [it for it in self.versions if (it.criterion, it.attempt) == (criterion, number)]
            failed = [it.at for it in own if it.verdict is Verdict.FAIL]
            if not failed:
                alive.append(own[-1])
                continue
            excuse = self.excuse_of(criterion, number, max(failed))
            if excuse is None:
                return False
            if not excuse.is_planned and own[-1].at <= excuse.at:
                alive.append(own[-1])
        return bool(alive) and all(it.verdict is Verdict.PASS for it in alive)

    def is_unseen(self) -> bool:
        """Whether somebody's own word is all there is for a result."""
        current = [r for r in self.results if r.is_current]
        return any(r.reviewer_id in (None, r.analyst_id) for r in current)

    def is_recorded(self, criterion: str) -> bool:
        """Whether there is any result of it."""
        return any(it.criterion == criterion for it in self.versions)

    def is_excepted(self, criterion: str) -> bool:
        """Whether an approved dossier names it, and it was investigated to an end that leaves it failing."""
        it = self.dossier
        if it is None or it.decision is None or not it.decision.is_approved:
            return False
        parts = (it.risk, it.alternatives, it.request, it.acceptance, it.consent)
        ended = [one for one in self.of(criterion) if one.state is InvestigationState.CONCLUDED]
        is_stood_by = any(one.outcome in (Outcome.CONFIRMED, Outcome.INCONCLUSIVE) for one in ended)
        authors = {one.by for one in (it.risk, it.alternatives) if one is not None}
        is_lawful = it.decision.by not in PRODUCERS | authors and Role.QA_RELEASER in PEOPLE[it.decision.by]
        is_whole = all(part is not None for part in parts) and is_lawful and is_stood_by
        return criterion in it.criteria and is_whole and it.batch == "B1"


def judge(batch: Judged) -> None:
    """What was let go, by the history alone."""
    way, reviewer, releaser = batch.released[-1]
    assert reviewer != releaser, "one person"
    assert PRODUCERS.isdisjoint({reviewer, releaser}), "a producer"
    assert not batch.is_unseen(), "a result that nobody looked over"
    assert all(hold.released_at is not None for hold in batch.holds), "on hold"
    for criterion, timing in CRITERIA.items():
        is_awaited = timing == "final" and way is not Way.RELEASE and not batch.is_recorded(criterion)
        is_excepted = way is Way.EXCEPTIONAL and batch.is_excepted(criterion)
        assert batch.is_met(criterion) or is_awaited or is_excepted, f"{way} with {criterion} unmet"
