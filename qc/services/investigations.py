"""Investigations of results out of specification: opened, taken up, and what the laboratory finds out.

Each step asks the rules; see `qc.services.inquiring` for how it is answered.
"""

from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from coi.services.numbers import next_numbers
from ledger.rules import Actor, Where, derive, new
from ledger.rules import Subject as LedgerSubject
from people.rules.rights import Right
from people.rules.roles import Role
from people.services import open_work_item, require
from qc import selectors
from qc.events import Event
from qc.rules.investigations import (
    Answer,
    Cause,
    Check,
    Due,
    Experiment,
    Finding,
    Hypothesis,
    InvestigationState,
    LaboratoryCheck,
    Support,
    Timetable,
    against_cause,
    against_escalation,
    against_finding,
    against_hypothesis,
    against_opening,
    against_starting,
    due,
)
from qc.rules.investigations.stored import kept
from qc.rules.results import ResultView
from qc.rules.subjects import Subject
from qc.services.failures import RESULT, TO_OPEN, close_work_about, end_of
from qc.services.inquiring import (
    TABLE,
    At,
    Done,
    InquiryAnswer,
    Step,
    as_before,
    checked_words,
    inquiry_topic,
    keep_words,
    refuse,
    repeated_step,
    take,
    who_is,
)
from qc.services.recording import (
    Doing,
    asking,
    known_subject,
    locked_subject,
    named,
    record,
    topic_of,
    writing,
)
from qc.services.results import about_columns, criterion_of, known_result

INVESTIGATION = "investigation"
PHASE_1, WHOLE = "oos_phase_1", "oos_conclude"
TIMETABLE = Timetable()


def open_investigation(
    *, result: UUID, actor: Actor, where: Where, now: datetime, request_id: UUID
) -> InquiryAnswer:
    """Open the investigation of a failing result (of its attempt, in whatever version).

    Its two dates become work: five working days for the laboratory, twenty for the whole. Raises NotFound, NotAllowed,
    Conflict (somebody opened it at this very moment).
    """
    found, doing = known_result(result), asking(actor, where, now, request_id, result=result)
    known = known_subject(found.subject, now)
    person = require(actor=actor, right=Right.OPEN_INVESTIGATION, site=known.site, now=now)
    if earlier := repeated_step(doing, Event.INVESTIGATION_OPENED, **named(found.subject), result=found.id):
        return as_before(earlier, Event.INVESTIGATION_OPENED)
    with writing():
        about = locked_subject(known, now)
        criterion = criterion_of(about, found.criterion)
        attempts = selectors.attempts_at(about, criterion, found.criterion, now)
        attempt = next(it for it in attempts if it.number == found.attempt)
        others = selectors.investigations_at_point(about, found.criterion)
        refusals = against_opening(attempt, others, who_is(person, about.site, doing))
        if refusals:
            return refuse(topic_of(about), doing, Event.INVESTIGATION_OPENED, refusals, result=found.id)
        code = f"OOS-{now:%y}-{next(iter(next_numbers(f'investigation:{now:%y}'))):05d}"
        dates = due(now.astimezone(ZoneInfo(about.zone)).date(), TIMETABLE)
        opened_by = {"opened_by_id": person.user_id, "opened_by_name": person.printed_name}
        values = _opened(about, known_result(attempt.result), dates, now) | opened_by
        facts = {"result": found.id, "criterion": found.criterion, "attempt": found.attempt}
        change = new(TABLE, derive(request_id, INVESTIGATION), code=code, **values)
        topic = inquiry_topic(about, code)
        record(doing, topic, Event.INVESTIGATION_OPENED, facts, changes=(change,), subjects=_of(found))
        _give_work(about, code, dates, doing)
    return InquiryAnswer(True, code)


def _of(result: ResultView) -> tuple[LedgerSubject, ...]:
    return (LedgerSubject(RESULT, result.id),)


def _opened(subject: Subject, failing: ResultView, dates: Due, now: datetime) -> dict[str, Any]:
    """The columns of a new investigation; `failing` in its version that counts."""
    source = subject.sources.get(failing.container)
    return {
        **about_columns(subject),
        "container_id": source.id if source is not None else None,
        "site_id": subject.site,
        "criterion": failing.criterion,
        "attempt": failing.attempt,
        "result_id": failing.id,
        "analyst_id": failing.analyst_id,
        "analyst_name": failing.analyst,
        "state": str(InvestigationState.OPENED),
        "opened_at": now,
        "phase_1_due": dates.phase_1,
        "due": dates.total,
    }


def _give_work(subject: Subject, code: str, dates: Due, doing: Doing) -> None:
    """What asked for the investigation is done; what it is due by begins."""
    view = selectors.investigation(code)
    if view is not None:
        own = (r for r in selectors.results_at_point(subject) if r.criterion == view.rules.criterion)
        about = [r.id for r in own if r.attempt == view.rules.attempt]
        close_work_about(RESULT, about, doing, frozenset({TO_OPEN}))
    for cause, role, day in (
        (PHASE_1, Role.QC_REVIEWER, dates.phase_1),
        (WHOLE, Role.QA_REVIEWER, dates.total),
    ):
        open_work_item(
            site=subject.site,
            role=role,
            subject=LedgerSubject(INVESTIGATION, code),
            cause=cause,
            due_at=end_of(day, subject.zone),
            **doing.as_keywords(derive(doing.request_id, cause)),
        )


def start_investigation(
    *, code: str, actor: Actor, where: Where, now: datetime, request_id: UUID
) -> InquiryAnswer:
    """Take an investigation up: the laboratory's first phase begins. Raises NotFound, NotAllowed."""
    step = Step(
        Event.INVESTIGATION_STARTED,
        lambda at: against_starting(at.inquiry, at.who),
        lambda at: Done({"state": str(InvestigationState.PHASE_1)}),
    )
    return take(code, asking(actor, where, now, request_id, code=code), step)


def answer_check(
    *,
    code: str,
    check: Check,
    answer: Answer,
    remark: str = "",
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
) -> InquiryAnswer:
    """Answer one check, with what was found in words; a later answer to it counts, and the earlier stays.

    Raises NotFound, NotAllowed, Invalid (too many words).
    """
    words = checked_words(remark)

    def does(at: At) -> Done:
        digest, text = keep_words(words, at.doing)
        part = kept(
            Finding(check, answer, at.who.person, now, digest), name=at.person.printed_name, text=text
        )
        facts = {"check": str(check), "answer": str(answer), "text_sha256": digest}
        return Done({"findings": [*selectors.kept_parts(at.view.id, "findings"), part]}, facts)

    step = Step(
        Event.CHECK_ANSWERED,
        lambda at: against_finding(at.inquiry, Finding(check, answer, at.who.person, now, words), at.who),
        does,
    )
    doing = asking(actor, where, now, request_id, code=code, check=check, answer=answer, remark=remark)
    return take(code, doing, step)


def try_hypothesis(
    *,
    code: str,
    check: LaboratoryCheck,
    experiment: Experiment,
    support: Support,
    remark: str,
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
) -> InquiryAnswer:
    """Record an error that was supposed, how it was tried on what is left of the test, and what came of it.

    What was measured is no result. Raises NotFound, NotAllowed, Invalid (too many words).
    """
    words = checked_words(remark)
    about = (check, experiment, support)

    def does(at: At) -> Done:
        digest, text = keep_words(words, at.doing)
        tried = Hypothesis(*about, at.who.person, now, digest)
        part = kept(tried, name=at.person.printed_name, text=text)
        facts = {"check": str(check), "experiment": str(experiment), "support": str(support)}
        values = {"hypotheses": [*selectors.kept_parts(at.view.id, "hypotheses"), part]}
        return Done(values, facts | {"text_sha256": digest})

    step = Step(
        Event.HYPOTHESIS_TRIED,
        lambda at: against_hypothesis(at.inquiry, Hypothesis(*about, at.who.person, now, words), at.who),
        does,
    )
    doing = asking(
        actor,
        where,
        now,
        request_id,
        code=code,
        check=check,
        experiment=experiment,
        support=support,
        remark=remark,
    )
    return take(code, doing, step)


def name_cause(
    *,
    code: str,
    check: LaboratoryCheck,
    remark: str,
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
) -> InquiryAnswer:
    """Assign the failing result to an error that a check has shown.

    Raises NotFound, NotAllowed, Invalid (too many words).
    """
    words = checked_words(remark)

    def does(at: At) -> Done:
        digest, text = keep_words(words, at.doing)
        part = kept(Cause(check, at.who.person, now, digest), name=at.person.printed_name, text=text)
        return Done({"cause": part}, {"check": str(check), "text_sha256": digest})

    step = Step(
        Event.CAUSE_NAMED,
        lambda at: against_cause(at.inquiry, Cause(check, at.who.person, now, words), at.who),
        does,
    )
    doing = asking(actor, where, now, request_id, code=code, check=check, remark=remark)
    return take(code, doing, step)


def escalate_investigation(
    *, code: str, actor: Actor, where: Where, now: datetime, request_id: UUID
) -> InquiryAnswer:
    """Go on to the second phase, in production too; the laboratory's work is done. Raises NotFound, NotAllowed."""

    def does(at: At) -> Done:
        close_work_about(INVESTIGATION, [code], at.doing, frozenset({PHASE_1}))
        return Done({"state": str(InvestigationState.PHASE_2)})

    step = Step(Event.INVESTIGATION_ESCALATED, lambda at: against_escalation(at.inquiry, at.who), does)
    return take(code, asking(actor, where, now, request_id, code=code), step)
