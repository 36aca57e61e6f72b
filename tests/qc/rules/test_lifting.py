"""A dossier against its case, and as it is kept: what is read of it, what is signed, what another writing changes."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from ledger.rules.canonical import plain
from qc.rules.criteria import Assessment, Verdict
from qc.rules.exceptional import (
    DossierState,
    KeptDossier,
    Lack,
    Notice,
    NoticeKind,
    Region,
    Setting,
    decided_digest,
    digest_of_dossier,
    needed_notices,
    settings_of,
    value_of,
)
from qc.rules.investigations import InvestigationState, Outcome, investigation_digest
from qc.rules.investigations.attempts import attempts_of
from qc.rules.lifting import facts_of, lifted
from tests.qc.rules.blockers_given import CASE, concluded, result
from tests.qc.rules.test_unmet import EITHER

AT = datetime(2026, 3, 4, 12, tzinfo=UTC)
BY = {"by": 5, "name": "Bob"}
FAILING = replace(CASE, results=(result("CAR", Verdict.FAIL), result("STERILE")))
INVESTIGATED = replace(FAILING, investigations=(concluded("CAR"),))


def digest(case=INVESTIGATED) -> str:
    (it,) = [it for it in case.investigations if it.criterion == "CAR"]
    return investigation_digest(it, attempts_of(case.results, "CAR"))


def kept(**more: Any) -> KeptDossier:
    """A whole dossier of a trial, as its row has it."""
    proof = {"reference": "L-1", "file": "", "sha256": "", **BY, "written_at": AT}
    parts: dict[str, Any] = {
        "held": [{"criterion": "CAR", "investigation": concluded("CAR").code, "digest": digest(), **BY}],
        "risk": {"text": "t1", "sha256": "a" * 64, **BY, "at": AT},
        "alternatives": {"text": "t2", "sha256": "b" * 64, **BY, "at": AT},
        "request": {"physician": "Julia", "at": AT, **proof},
        "acceptance": {"risk_sent_at": AT, "at": AT, **proof},
        "consent": {"is_given": True, "at": AT, **proof},
        "notices": [notice("sponsor"), notice("competent_authority")],
        "decision": {},
        "follow_up": [],
    }
    about: dict[str, Any] = {"region": Region.EU, "setting": Setting.TRIAL, "is_emergency": False}
    about |= {name: more.pop(name) for name in set(more) & {*about, "is_approved"}}
    found = plain(parts | more)
    return KeptDossier(
        "d", "XR-26-00001", "B1", "b", "o", "CHA1", opened_at=AT, opened_by="Bob", parts=found, **about
    )


def notice(kind: str, **more: Any) -> dict[str, Any]:
    return {"kind": kind, "due_at": AT, "sent_at": None, "reference": "", "work": "", **BY} | more


def decided(it: KeptDossier, *, is_approved: bool = True) -> KeptDossier:
    signed = digest_of_dossier(it, is_approved=is_approved, why="")
    decision = {
        "is_approved": is_approved,
        "at": plain(AT),
        "notices": len(it.rows("notices")),
        "sha256": "",
        **BY,
    }
    return replace(it, is_approved=is_approved, parts={**it.parts, "decision": decision | {"digest": signed}})


# --- the facts of a case --------------------------------------------------------------------------------------------


def test_what_fails_with_the_investigation_by_which_it_counts():
    facts = facts_of(INVESTIGATED)
    assert facts.failing == {"CAR"}
    standing = facts.investigations["CAR"]
    assert (standing.code, standing.outcome, standing.digest) == (
        concluded("CAR").code,
        Outcome.CONFIRMED,
        digest(),
    )
    assert facts_of(CASE).failing == frozenset()
    undecided = (result("CAR", Verdict.NOT_JUDGED), result("STERILE", reviewer_id=None, reviewed_at=None))
    assert facts_of(replace(CASE, results=undecided)).failing == frozenset(), "open is not failed"
    assert facts_of(replace(CASE, results=())).failing == frozenset(), "nor is missing"
    assert facts_of(replace(CASE, specification=None)).investigations == {}


def test_a_failing_result_without_an_investigation_has_none():
    assert facts_of(FAILING).investigations == {}
    still_open = replace(concluded("CAR"), state=InvestigationState.PHASE_2)
    assert facts_of(replace(FAILING, investigations=(still_open,))).investigations["CAR"].outcome is None


def test_of_alternatives_that_all_fail_each_is_named():
    both = (result("A", Verdict.FAIL), result("B", Verdict.FAIL))
    assert facts_of(replace(CASE, specification=EITHER, results=both)).failing == {"A", "B"}
    one = (result("A", Verdict.FAIL), result("B"))
    assert facts_of(replace(CASE, specification=EITHER, results=one)).failing == frozenset()


def test_what_fails_by_what_is_known_now_fails():
    """A weight that was corrected: the value is the same, and no longer meets its limit."""
    judged = {"r-CAR": Assessment(Verdict.FAIL, ())}
    facts = facts_of(replace(CASE, assessments=judged, investigations=(concluded("CAR"),)))
    assert facts.failing == {"CAR"}
    assert facts.investigations["CAR"].code == concluded("CAR").code


# --- how it stands --------------------------------------------------------------------------------------------------


def test_it_stands_as_its_case_does():
    assert lifted(kept(), INVESTIGATED).state is DossierState.READY
    assert lifted(decided(kept()), INVESTIGATED).state is DossierState.APPROVED
    assert lifted(decided(kept(), is_approved=False), INVESTIGATED).state is DossierState.DECLINED
    assert lifted(decided(kept()), FAILING).state is DossierState.INVALID
    assert lifted(kept(), INVESTIGATED).dossier.producers == INVESTIGATED.dossier.producers
    bare = lifted(kept(held=[], consent={}), INVESTIGATED)
    assert [it.code for it in bare.missing] == [Lack.CRITERIA_MISSING, Lack.CONSENT_MISSING]


@pytest.mark.parametrize(
    "name", ["held", "risk", "alternatives", "request", "acceptance", "consent", "notices"]
)
def test_a_part_changed_after_the_decision_undoes_it(name):
    whole = decided(kept())
    part = whole.parts[name]
    changed = {**part, "name": "Eve"} if isinstance(part, dict) else [{**part[0], "name": "Eve"}, *part[1:]]
    assert (
        lifted(replace(whole, parts={**whole.parts, name: changed}), INVESTIGATED).state
        is DossierState.INVALID
    )


@pytest.mark.parametrize(
    "more",
    [{"is_emergency": True}, {"setting": Setting.AUTHORISED}, {"region": Region.US}, {"coi_id": "CHA2"}],
)
def test_so_does_what_it_is_about(more):
    assert lifted(replace(decided(kept()), **more), INVESTIGATED).state is DossierState.INVALID


def test_so_does_another_decision():
    whole = decided(kept(), is_approved=False)
    turned = {**whole.parts["decision"], "is_approved": True}
    forged = replace(whole, is_approved=True, parts={**whole.parts, "decision": turned})
    assert lifted(forged, INVESTIGATED).state is DossierState.INVALID


def test_what_is_added_later_undoes_nothing():
    whole = decided(kept())
    sent = plain(notice("sponsor", sent_at=AT, reference="S-1"))
    told = plain([{"text": "t", "sha256": "c" * 64, **BY, "at": AT}])
    later = replace(
        whole, parts={**whole.parts, "notices": [*whole.rows("notices"), sent], "follow_up": told}
    )
    assert decided_digest(later) == decided_digest(whole)
    assert lifted(later, INVESTIGATED).state is DossierState.APPROVED
    assert later.texts == ("t1", "t2", "t")


def test_an_undecided_one_has_no_digest_of_a_decision():
    assert decided_digest(kept()) == ""


# --- reading it -----------------------------------------------------------------------------------------------------


def test_the_last_writing_of_a_notice_counts():
    rows = [notice("sponsor"), notice("competent_authority"), notice("sponsor", sent_at=AT, reference="S-1")]
    found = value_of(kept(notices=rows)).notices
    assert found == (
        Notice(NoticeKind.SPONSOR, AT, AT, "S-1"),
        Notice(NoticeKind.COMPETENT_AUTHORITY, AT),
    )


def test_evidence_is_a_file_before_a_reference():
    filed = {"physician": "J", "at": AT, "reference": "L-1", "file": "f", "sha256": "e" * 64, **BY}
    assert value_of(kept(request=filed)).request.evidence == "e" * 64
    assert value_of(kept()).request.evidence == "L-1"


def test_an_empty_dossier_reads_as_nothing():
    empty = replace(kept(), parts={})
    value = value_of(empty)
    assert (value.risk, value.request, value.acceptance, value.consent, value.decision) == (None,) * 5
    assert (value.held, value.notices, value.follow_up, empty.texts) == ((), (), (), ())


def test_each_way_of_supply_has_its_notices():
    for region in Region:
        assert settings_of(region)
        for setting in Setting:
            assert bool(needed_notices(region, setting)) is (setting in settings_of(region))
