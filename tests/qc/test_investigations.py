"""Investigations: opening, what the laboratory finds, and who reads of it."""

from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from ledger import selectors as ledger
from ledger.projections import differences
from ledger.rules.errors import Conflict, Invalid, NotAllowed, NotFound
from people import selectors as people
from people.rules.roles import Role
from qc import selectors, services
from qc.models import Investigation as Row
from qc.rules.criteria import Verdict
from qc.rules.investigations import Answer, InvestigationState, LaboratoryCheck, Outcome, ProductionCheck, Why
from qc.rules.investigations import InvestigationRefusal as R
from qc.rules.results import AttemptKind
from qc.selectors.investigations import outcome_signatures
from tests.qc.oos import Case, counts, last, refused, work

pytestmark = pytest.mark.django_db


# -- opening ----------------------------------------------------------------------------------------------------------


def test_a_failing_result_is_work_and_opening_it_has_two_dates(oos):
    lab = oos.lab
    assert [cause for cause, _day in work(oos, "Leo")] == ["oos_to_open"]
    assert counts(oos) == (Why.NOT_INVESTIGATED, "4.1")
    assert oos.open(by="Ana") == services.InquiryAnswer(True, "OOS-26-00001")
    assert [cause for cause, _day in work(oos, "Leo")] == ["oos_phase_1"]
    assert [cause for cause, _day in work(oos, "Bob")] == ["oos_conclude"]
    view = oos.view
    assert work(oos, "Leo")[0][1] == f"{view.due.phase_1:%m-%d}"
    assert work(oos, "Bob")[0][1] == f"{view.due.total:%m-%d}"
    assert (view.rules.attempt, view.rules.container, view.analyst) == (1, lab.tube, "Ana Lind")
    assert view.rules.state is InvestigationState.OPENED
    assert counts(oos) == (Why.UNDER_INVESTIGATION, "4.1")
    entry = last(oos)
    assert (entry.event, entry.stream) == ("qc:investigation:opened", f"journey:{lab.player.coi_id}")
    assert ledger.entries_for_subject("investigation", oos.code)[0] == entry


def test_a_passing_result_is_nobodys_work(lab):
    lab.record("CAR", "26.0")
    assert people.work_for(lab.person("Leo"), lab.player.now) == []


def test_it_is_opened_once(oos):
    request = uuid4()
    first = oos.open(request_id=request)
    assert oos.open(request_id=request) == first
    again = oos.open()
    assert (again.is_done, again.refusals) == (False, (R.ALREADY_INVESTIGATED,))
    assert last(oos).event == "qc:investigation:refused"
    assert last(oos).facts["refusals"] == ["already_investigated"]
    with pytest.raises(Conflict, match="request_id_used"):
        services.start_investigation(code=oos.code, **oos.lab.doing("Leo", request))


def test_what_meets_its_criterion_is_not_investigated(lab):
    case = Case(lab, value="26.0")
    answer = case.open()
    assert (answer.is_done, answer.refusals) == (False, (R.NOT_FAILING,))


@pytest.mark.parametrize("who", ["Alice", "Dave", "Olga"])
def test_who_has_no_part_in_it_is_turned_away(oos, who):
    oos.open()
    for act in (lambda: oos.open(by=who), lambda: oos.start(by=who), lambda: oos.retest(by=who)):
        with pytest.raises(NotAllowed):
            act()
    for outcome in (
        lambda: oos.propose(Outcome.CONFIRMED, who),
        lambda: oos.conclude(Outcome.CONFIRMED, who),
    ):
        with pytest.raises(NotAllowed):
            outcome()


def test_what_is_not_there_is_not_found(oos):
    for code in ("OOS-26-99999", "\x00"):
        oos.code = code
        for act in (oos.start, oos.escalate, oos.plan, oos.retest):
            with pytest.raises(NotFound):
                act()
    with pytest.raises(NotFound):
        services.open_investigation(result=uuid4(), **oos.lab.doing("Leo"))


@pytest.mark.parametrize("role", Role)
def test_roles_that_take_part_in_it(oos, role):
    """Only these are answered at all; what each of them may do, the rules say."""
    oos.open()
    oos.grant("Dave", role)
    takes_part = {Role.ANALYST, Role.QC_REVIEWER, Role.QA_REVIEWER, Role.QA_RELEASER}
    if role in takes_part:
        assert oos.start(by="Dave").is_done == (role is Role.QC_REVIEWER)
    else:
        with pytest.raises(NotAllowed, match="role_missing"):
            oos.start(by="Dave")


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("state = 'concluded'", "qc_investigation_concluded_whole"),
        ("outcome = 'confirmed'", "qc_investigation_concluded_whole"),
        ("state = 'forgotten'", "qc_investigation_state_known"),
        ("subject_kind = 'study'", "qc_investigation_one_subject"),
        ("batch_id = NULL", "qc_investigation_one_subject"),
    ],
)
def test_the_database_holds_an_investigation_together(oos, change, constraint):
    oos.open()
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE qc_investigation SET {change}")


def test_the_database_itself_refuses_a_second_open_one_and_another_order(oos):
    oos.open()
    row = Row.objects.get()
    with pytest.raises(IntegrityError, match="qc_investigation_one_open"), transaction.atomic():
        Row.objects.create(
            **{f.attname: getattr(row, f.attname) for f in columns()} | {"id": uuid4(), "code": "2"}
        )
    foreign = "SET CONSTRAINTS ALL IMMEDIATE; UPDATE qc_investigation SET order_id = gen_random_uuid()"
    with (
        pytest.raises(IntegrityError, match="same_order"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(foreign)


def columns():
    return [f for f in Row._meta.concrete_fields if not f.generated]


def test_it_is_written_with_the_rights_of_the_application_alone(oos, as_role):
    with as_role("app"):
        oos.retested()
        oos.signed(Outcome.LABORATORY_ERROR)
    assert list(differences("default")) == [], "and every part of it stands in the ledger"


# -- the laboratory ---------------------------------------------------------------------------------------------------


def test_the_laboratory_finds_an_error_and_the_retest_counts(oos):
    retest = oos.retested()
    assert (retest.attempt, retest.attempt_kind, retest.reference) == (2, AttemptKind.RETEST, oos.code)
    assert (retest.analyst, retest.is_reviewed) == ("Ben Okoro", True)
    assert counts(oos) == (Why.UNDER_INVESTIGATION, "4.1"), "a good retest alone changes nothing"
    oos.signed(Outcome.LABORATORY_ERROR)
    assert counts(oos) == (Why.ATTEMPT, "26.0")
    kept = selectors.result(oos.first.id)
    assert (kept.value, kept.verdict, kept.is_current) == ("4.1", Verdict.FAIL, True)
    view = oos.view
    assert view.rules.outcome is Outcome.LABORATORY_ERROR
    assert view.rules.concluded_by == (oos.lab.member("Leo").user_id, oos.lab.member("Bob").user_id)
    assert work(oos, "Leo") == work(oos, "Bob") == []
    signatures = people.signatures("investigation", oos.code)
    assert [(one.printed_name, str(one.meaning)) for one in signatures] == [
        ("Leo Marsh", "review"),
        ("Bob Brandt", "approval"),
    ]
    page = selectors.investigation_page(oos.lab.person("Iris"), oos.code, oos.lab.player.now)
    assert [str(one.state) for one in page.signatures] == ["valid", "valid"]
    assert outcome_signatures([oos.code, "NONE"], oos.lab.player.now) == page.signatures
    with connection.cursor() as cursor:
        cursor.execute("UPDATE qc_investigation SET analyst_id = opened_by_id")
    told = outcome_signatures([oos.code], oos.lab.player.now)
    assert [str(one.state) for one in told] == ["invalid", "invalid"]


def test_nothing_is_found_and_the_first_result_stands(oos):
    oos.in_production()
    assert [cause for cause, _day in work(oos, "Leo")] == [], "the first phase is over"
    assert oos.plan().is_done, "more tests may inform, they do not decide"
    oos.lab.review(oos.retest().result)
    oos.signed(Outcome.CONFIRMED)
    assert counts(oos) == (Why.CONFIRMED, "4.1")


def test_what_is_found_is_kept_with_who_and_in_words_that_may_be_erased(oos):
    oos.open()
    oos.start()
    remark = "Mrs Smith of the hospital called"
    oos.answer(LaboratoryCheck.REAGENTS, Answer.NOT_IN_ORDER, remark)
    oos.answer(LaboratoryCheck.REAGENTS, Answer.IN_ORDER, "another lot")
    oos.tried("24.9 on the other one")
    view = oos.view
    words = selectors.written_words(view)
    assert [words[f.remark] for f in view.rules.findings] == [remark, "another lot"]
    assert view.rules.finding(LaboratoryCheck.REAGENTS).answer is Answer.IN_ORDER
    assert words[view.rules.hypotheses[0].remark] == "24.9 on the other one"
    assert view.names[view.rules.hypotheses[0].by] == "Ana Lind"
    for entry in ledger.entries_for_subject("investigation", oos.code):
        assert "Smith" not in entry.body.decode()


def test_a_request_that_comes_again_counts_once(oos):
    oos.open()
    oos.start()
    request = uuid4()
    for _ in range(2):
        assert oos.answer(LaboratoryCheck.CALCULATION, request_id=request).is_done
    assert len(oos.view.rules.findings) == 1
    other = uuid4()
    answers = [oos.answer(LaboratoryCheck.CALCULATION, by="Ana", request_id=other) for _ in range(2)]
    assert answers[0] == answers[1]
    assert answers[0].refusals == (R.NO_ROLE, R.BY_ITS_ANALYST)
    with pytest.raises(Conflict, match="request_id_used"):
        services.start_investigation(code=oos.code, **oos.lab.doing("Leo", request))


def test_words_have_bounds(oos):
    oos.open()
    oos.start()
    with pytest.raises(Invalid):
        oos.answer(LaboratoryCheck.CALCULATION, remark="x" * 4001)


def test_each_step_is_refused_where_it_does_not_belong(oos):
    """Wrong person, wrong moment: every one of them an answer and an entry, and nothing done."""
    oos.open()
    wrong = [
        (lambda: oos.start(by="Bob"), (R.NO_ROLE,)),
        (lambda: oos.answer(LaboratoryCheck.CALCULATION), (R.NOT_NOW,)),
        (oos.tried, (R.NOT_NOW,)),
        (oos.escalate, (R.NOT_NOW, R.LABORATORY_INCOMPLETE)),
        (oos.plan, (R.NOT_NOW, R.LABORATORY_INCOMPLETE)),
        (oos.retest, (R.NOT_NOW, R.PLAN_MISSING)),
    ]
    started = [
        (oos.start, (R.NOT_NOW,)),
        (lambda: oos.answer(LaboratoryCheck.CALCULATION, Answer.NOT_IN_ORDER), (R.REMARK_MISSING,)),
        (
            lambda: oos.answer(LaboratoryCheck.CALCULATION, Answer.NOT_APPLICABLE, "none"),
            (R.ALWAYS_APPLIES,),
        ),
        (lambda: oos.answer(ProductionCheck.PEOPLE, by="Bob"), (R.ONLY_IN_PHASE_2,)),
        (lambda: oos.answer(ProductionCheck.PEOPLE), (R.NO_ROLE, R.ONLY_IN_PHASE_2)),
        (lambda: oos.tried("  "), (R.REMARK_MISSING,)),
        (oos.cause, (R.CAUSE_NOT_FOUND,)),
        (lambda: oos.propose(Outcome.LABORATORY_ERROR), (R.LABORATORY_INCOMPLETE, R.CAUSE_MISSING)),
        (
            lambda: oos.conclude(Outcome.CONFIRMED),
            (R.NOT_NOW, R.LABORATORY_INCOMPLETE, R.PRODUCTION_INCOMPLETE, R.QC_SIGNATURE_MISSING),
        ),
    ]
    for act, expected in wrong:
        refused(oos, act, expected)
    assert oos.start().is_done
    for act, expected in started:
        refused(oos, act, expected)
    assert oos.view.rules.findings == ()
    assert people.signatures("investigation", oos.code) == []


# -- what is read -----------------------------------------------------------------------------------------------------


def test_many_subjects_cost_one_statement(oos, django_assert_num_queries):
    oos.open()
    with django_assert_num_queries(1):
        found = selectors.investigations_of([oos.first.subject_id, str(uuid4())], {oos.first.subject_id: {1}})
    (it,) = found[oos.first.subject_id]
    assert (it.code, it.producers) == (oos.code, {1})
    assert sorted(map(len, found.values())) == [0, 1]


def test_investigations_are_seen_at_their_site_alone_the_open_ones_first(oos):
    lab = oos.lab
    oos.in_production()
    oos.signed(Outcome.CONFIRMED)
    other = Case(lab, "VIABILITY", "61")
    other.open()
    found = selectors.visible_investigations(lab.person("Ana"), lab.player.now)
    assert [it.code for it in found] == [other.code, oos.code]
    assert selectors.visible_investigations(lab.person("Olga"), lab.player.now) == ()
    assert selectors.investigation_page(lab.person("Olga"), oos.code, lab.player.now) is None
    assert not found[0].is_late(lab.player.now)
    lab.player.wait(hours=24 * 8)
    assert found[0].is_late(lab.player.now)
    assert not found[1].is_late(lab.player.now)


def test_who_made_the_batch_does_not_judge(oos):
    oos.open()
    oos.grant("Alice", Role.QC_REVIEWER)
    refused(oos, lambda: oos.start(by="Alice"), (R.BY_A_PRODUCER,))
