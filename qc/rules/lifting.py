"""A dossier against the facts of its case: what fails now, how the investigations stand, what it still lacks."""

from dataclasses import replace

from qc.rules.blockers import blockers
from qc.rules.case import Case
from qc.rules.criteria import Verdict
from qc.rules.exceptional import (
    LIFTABLE,
    DossierState,
    InquiryStanding,
    KeptDossier,
    Now,
    decided_digest,
    missing,
    state,
    value_of,
)
from qc.rules.investigations import investigation_digest
from qc.rules.investigations.attempts import attempts_of
from qc.rules.releases import Lifting
from qc.rules.unmet import counted


def facts_of(case: Case) -> Now:
    """What a dossier of this batch is held against now: the criteria that fail, each with the investigation by which
    what counts for it counts."""
    failing = {
        it.target.key for it in blockers(case) if it.code in LIFTABLE and it.target.kind == "criterion"
    }
    failed_since = [id for id, it in case.assessments.items() if it.verdict is Verdict.FAIL]
    known = {it.code: it for it in case.investigations}
    standing = {}
    for criterion, it in counted(case).items():
        inquiry = known.get(it.investigation)
        if inquiry is not None:
            attempts = attempts_of(case.results, criterion, failed_since)
            standing[criterion] = InquiryStanding.of(inquiry, investigation_digest(inquiry, attempts))
    return Now(frozenset(failing), standing)


def lifted(kept: KeptDossier, case: Case) -> Lifting:
    """A dossier with how it stands now; who made the batch is said by the case. One that is no longer what its decision
    was signed over counts as little as one whose investigation was changed."""
    judged, facts = replace(value_of(kept), producers=case.dossier.producers), facts_of(case)
    is_altered = kept.is_decided and decided_digest(kept) != kept.part("decision").get("digest")
    stands = DossierState.INVALID if is_altered else state(judged, kept.region, facts)
    return Lifting(judged, stands, missing(judged, kept.region, facts))
