"""Who may do what in `qc`: every role against every service, at the site that counts and at another.

Whoever holds the role is let in; what speaks against the act itself is asked after that, and tested elsewhere.
"""

from uuid import UUID, uuid4

from config.demonstration.site import PLANT, Demo
from people.rules.credentials import PasswordCredential
from people.rules.roles import Role
from qc import services as qc
from qc.rules.document_words import DocumentKind
from qc.rules.exceptional import Setting
from qc.rules.imports import ImportKind
from qc.rules.investigations import (
    Answer,
    Experiment,
    LaboratoryCheck,
    Outcome,
    Plan,
    Support,
)
from qc.rules.late_failures import Duty
from qc.rules.releases import Way
from qc.rules.results import AttemptKind, CorrectionReason, RejectionReason
from qc.rules.subjects import SubjectKind, SubjectRef
from qc.selectors import failures_of, run_by_code
from tests.permissions.matrix import Act, judged, newcomer
from tests.qc import given
from tests.qc.given import Laboratory
from tests.qc.oos import Case

R = Role
ANALYST, TESTERS = {R.ANALYST}, {R.ANALYST, R.QC_REVIEWER}
QA = {R.QA_REVIEWER, R.QA_RELEASER}


def of_batches(lab: Laboratory, credential: PasswordCredential) -> dict[str, tuple[set[Role], Act]]:
    """Results, runs, files and decisions."""
    batch, ref = lab.batch, SubjectRef(SubjectKind.BATCH, lab.batch)
    result = lab.record("VIABILITY")
    run = UUID(qc_run(lab))
    found = qc.Found(value="26.0", tested_at=lab.player.now, container=lab.tube, run=lab.run_for("CAR"))
    signed = {"batch": batch, "credential": credential}
    return {
        "record_result": (
            ANALYST,
            lambda c: qc.record_result(subject=ref, criterion="CAR", found=found, **c),
        ),
        "correct_result": (
            ANALYST,
            lambda c: qc.correct_result(
                result=UUID(result.id), found=found, reason=CorrectionReason.CALCULATION, **c
            ),
        ),
        "review_result": ({R.QC_REVIEWER}, lambda c: qc.review_result(result=UUID(result.id), **c)),
        "open_run": (
            ANALYST,
            lambda c: qc.open_run(site=PLANT, method="M-FLOW", instruments=(), reagents=(), **c),
        ),
        "read_controls": (ANALYST, lambda c: qc.read_controls(run=run, readings={}, **c)),
        "void_run": (ANALYST, lambda c: qc.void_run(run=run, reason="x", **c)),
        "hand_in": (
            ANALYST,
            lambda c: qc.hand_in(
                site=PLANT, handed=qc.Handed(b"x", "x.csv", ImportKind.CSV, lab.player.now), **c
            ),
        ),
        "submit": (TESTERS, lambda c: qc.submit_for_review(batch=batch, **c)),
        "review_trail": (QA, lambda c: qc.review_trail(upto=1, **signed, **c)),
        "review_batch": ({R.QA_REVIEWER}, lambda c: qc.review_batch(**signed, **c)),
        **{
            f"release {way}": (
                {R.QA_RELEASER},
                lambda c, way=way: qc.release_batch(way=way, **signed, **c),
            )
            for way in Way
        },
        "complete": ({R.QA_RELEASER}, lambda c: qc.complete_release(**signed, **c)),
        "reject": (
            {R.QA_RELEASER},
            lambda c: qc.reject_batch(reason=RejectionReason.WITHDRAWN, **signed, **c),
        ),
        "issue_document": (QA, lambda c: qc.issue_document(batch=batch, kind=DocumentKind.COA, **c)),
        "note_signal": (
            TESTERS - ANALYST | QA | {R.SUPERVISOR},
            lambda c: qc.note_signal(
                batch=batch, signal=str(uuid4()), parameter="x", by="ewma", side="", state="raised", **c
            ),
        ),
        "open_dossier": (
            QA,
            lambda c: qc.open_dossier(batch=batch, setting=Setting.TRIAL, is_emergency=False, **c),
        ),
        "begin_study": (TESTERS, lambda c: qc.begin_study(kind="study_plan", plan="X", site=PLANT, **c)),
    }


def qc_run(lab: Laboratory) -> str:
    """The id of a run."""
    found = run_by_code(lab.run_for("CAR"))
    assert found is not None
    return found.id


def of_failures(lab: Laboratory, credential: PasswordCredential) -> dict[str, tuple[set[Role], Act]]:
    """Investigations: whoever has a part in any of them is let in, and each step asks for its own."""
    case = Case(lab)
    assert case.open().is_done
    code, everybody = {"code": case.code}, TESTERS | QA
    signed = {"credential": credential, "outcome": Outcome.CONFIRMED}
    check = LaboratoryCheck.INSTRUMENT
    plan = Plan(AttemptKind.RETEST, 1)
    found = qc.Found(value="26.0", tested_at=lab.player.now, container=lab.tube, run=lab.run_for("CAR"))
    tried = {"check": check, "experiment": Experiment.READ_AGAIN, "support": Support.REFUTED, "remark": "x"}
    return {
        "open_investigation": (
            everybody,
            lambda c: qc.open_investigation(result=UUID(case.first.id), **c),
        ),
        "start_investigation": (everybody, lambda c: qc.start_investigation(**code, **c)),
        "answer_check": (
            everybody,
            lambda c: qc.answer_check(**code, check=check, answer=Answer.IN_ORDER, remark="", **c),
        ),
        "try_hypothesis": (everybody, lambda c: qc.try_hypothesis(**code, **tried, **c)),
        "name_cause": (everybody, lambda c: qc.name_cause(**code, check=check, remark="x", **c)),
        "escalate": (everybody, lambda c: qc.escalate_investigation(**code, **c)),
        "authorise_plan": (everybody, lambda c: qc.authorise_plan(**code, plan=plan, **c)),
        "record_attempt": (
            ANALYST,
            lambda c: qc.record_attempt(investigation=case.code, kind=AttemptKind.RETEST, found=found, **c),
        ),
        "propose_outcome": (everybody, lambda c: qc.propose_outcome(**code, **signed, **c)),
        "conclude_investigation": (everybody, lambda c: qc.conclude_investigation(**code, **signed, **c)),
    }


def after_the_release(lab: Laboratory) -> dict[str, tuple[set[Role], Act]]:
    """A culture has grown."""
    lab.to_review(has_finals=False)
    assert lab.sign_review().is_done
    assert lab.release_conditionally().is_done
    result = lab.record("STERILITY_FINAL", "growth")
    (failure,) = failures_of(result.subject_id)
    about = {
        "failure": UUID(failure.id),
        "duty": Duty.TELL_SPONSOR,
        "done_at": lab.player.now,
        "reference": "x",
    }
    return {"record_duty": ({R.QC_REVIEWER} | QA, lambda c: qc.record_duty(**about, **c))}


def test_every_role_may_what_it_may_and_nothing_elsewhere(demo: Demo) -> None:
    lab = given.a_laboratory(demo)
    actor, credential = newcomer(lab.player)
    judged(lab.player, of_batches(lab, credential), actor)
    judged(lab.player, of_failures(lab, credential), actor)


def test_duties_after_a_late_failure_are_of_quality(demo: Demo) -> None:
    lab = given.a_laboratory(demo)
    actor, _credential = newcomer(lab.player)
    judged(lab.player, after_the_release(lab), actor)
