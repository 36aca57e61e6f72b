"""A result that fails becomes work for somebody. Nothing else happens by itself."""

from collections.abc import Iterable
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from ledger.rules import Actor, derive
from ledger.rules import Subject as LedgerSubject
from people import selectors as people
from people.rules.roles import Role
from people.services import close_work_item, open_work_item
from qc import selectors
from qc.rules.criteria import Criterion, Verdict
from qc.rules.investigations import investigation_of, working_day
from qc.rules.results import AttemptKind, ResultView
from qc.rules.standing import Found, Standing, lines
from qc.rules.subjects import Subject
from qc.services.recording import Doing

TO_OPEN = "oos_to_open"
RESULT = "result"
# An investigation is opened on the working day after somebody saw the failing result, at the latest.
DAYS_TO_OPEN = 1


def tell_of_failure(subject: Subject, criterion: Criterion, result: ResultView, doing: Doing) -> None:
    """Work for the laboratory's supervisor, to open an investigation. After a release: `late_failures`, too."""
    if result.verdict is not Verdict.FAIL:
        return
    if result.attempt_kind is not AttemptKind.ORIGINAL and not _is_counted(subject, result):
        return
    results = selectors.results_at_point(subject)
    for code in _out_of_specification(subject, criterion, results):
        failing = [r for r in results if r.criterion == code and r.is_current and r.verdict is Verdict.FAIL]
        tell_to_open(subject, (r for r in failing if r.attempt == result.attempt), doing)


def _is_counted(subject: Subject, result: ResultView) -> bool:
    """A test by a plan fails within the investigation that planned it; once that is over it needs one of its own."""
    known = selectors.investigations_at_point(subject, result.criterion)
    return not any(it.code == result.reference and it.is_open for it in known)


def _out_of_specification(
    subject: Subject, criterion: Criterion, results: Iterable[ResultView]
) -> tuple[str, ...]:
    """The criteria that fail now because of this one: itself, or with it every alternative to it."""
    specification = selectors.specification_by_id(subject.specification_id)
    if specification is None or specification.group_of(criterion.code) is None:
        return (criterion.code,)
    found = {r.criterion: Found(r.verdict) for r in results if r.is_current and r.attempt == 1}
    for line in lines(specification, found):
        codes = tuple(one.code for one in line.criteria)
        if criterion.code in codes:
            return codes if line.standing is Standing.FAILING else ()
    return ()


def tell_to_open(subject: Subject, failing: Iterable[ResultView], doing: Doing) -> None:
    """Work to open an investigation of each of these, unless it is there or somebody was told."""
    for result in failing:
        attempts = selectors.attempts_at(subject, None, result.criterion, doing.now)
        attempt = next(it for it in attempts if it.number == result.attempt)
        known = selectors.investigations_at_point(subject, result.criterion)
        if investigation_of(attempt, known) is not None or people.open_work_about(RESULT, result.id):
            continue
        open_work_item(
            site=subject.site,
            role=Role.QC_REVIEWER,
            subject=LedgerSubject(RESULT, result.id),
            cause=TO_OPEN,
            due_at=end_of(working_day(_today(subject, doing.now), DAYS_TO_OPEN), subject.zone),
            **doing.as_keywords(derive(doing.request_id, f"oos {result.id}")),
        )


def _today(subject: Subject, now: datetime) -> date:
    return now.astimezone(ZoneInfo(subject.zone)).date()


def end_of(day: date, zone: str) -> datetime:
    """The last minute of a day at a site: until then the work is in time."""
    return datetime.combine(day, time(23, 59), tzinfo=ZoneInfo(zone))


def close_work_about(kind: str, keys: Iterable[str], doing: Doing, causes: frozenset[str]) -> None:
    """Close what is open about these things for one of these causes: what was asked for is done."""
    for key in keys:
        for item in people.open_work_about(kind, key):
            if item.cause in causes:
                closing = Doing(
                    Actor.service("qc"), doing.where, doing.now, derive(doing.request_id, f"done {item.id}")
                )
                close_work_item(id=item.id, **closing.as_keywords())
