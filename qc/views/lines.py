"""Criteria with their results as the pages show them, and what may be done with each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from coi.rules.journey import Disposition
from people.rules.rights import Right
from people.rules.roles import Role
from qc.forms import signal_words, texts
from qc.forms.investigation_words import ATTEMPTS
from qc.rules.noted_signals import NotedSignal
from qc.rules.results import ResultView
from qc.rules.subjects import takes
from qc.selectors import Line


@dataclass(frozen=True)
class LineShown:
    """One criterion with its result, in words; `further` tests each with their kind, mark and verdict.

    `noted`: what control charts signal of it.
    """

    line: Line
    limits: str
    unit: str
    timing: str
    mark: str
    verdict: str
    may_record: bool
    may_correct: bool
    may_review: bool
    further: tuple[tuple[ResultView, str, str, str], ...] = ()
    noted: tuple[str, ...] = ()


def lines_shown(
    lines: Iterable[Line],
    disposition: Disposition | None,
    roles: frozenset[Role],
    user_id: int,
    noted: Sequence[NotedSignal] = (),
) -> list[LineShown]:
    """Every line, with the acts to offer; the services judge for themselves."""
    return [
        replace(
            _shown(line, disposition, roles, user_id),
            noted=signals_shown(it for it in noted if it.criterion == line.criterion.code),
        )
        for line in lines
    ]


def signals_shown(noted: Iterable[NotedSignal]) -> tuple[str, ...]:
    """What control charts signal, in words."""
    return tuple(signal_words.signal_text(it) for it in noted)


def _shown(line: Line, disposition: Disposition | None, roles: frozenset[Role], user_id: int) -> LineShown:
    criterion, found = line.criterion, line.result
    is_taken = takes(disposition, criterion) is None
    is_reviewer = bool(roles & Right.REVIEW_RESULT.roles)
    mark, verdict = texts.VERDICTS[found.verdict] if found is not None else ("", "")
    is_waiting = found is not None and not found.is_reviewed and found.analyst_id != user_id
    return LineShown(
        line=line,
        limits=texts.limits(criterion),
        unit=texts.unit(criterion.unit),
        timing=str(texts.TIMINGS[criterion.timing]),
        mark=mark,
        verdict=str(verdict),
        may_record=is_taken and bool(roles & Right.RECORD_RESULT.roles) and found is None,
        may_correct=is_taken and bool(roles & Right.CORRECT_RESULT.roles) and found is not None,
        may_review=is_reviewer and is_waiting,
        further=tuple(_further(result) for result in line.further),
    )


def _further(result: ResultView) -> tuple[ResultView, str, str, str]:
    mark, verdict = texts.VERDICTS[result.verdict]
    return result, str(ATTEMPTS[result.attempt_kind]), mark, str(verdict)
