"""The page of what a result is about: its criteria, each with its result, the versions before it and further tests."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from coi.selectors.visible import sites_of
from people import selectors as people
from people.rules.authority import Person
from people.rules.documents import DocumentVersionView
from qc.rules.criteria import Criterion
from qc.rules.results import ResultView, current
from qc.rules.specification import Specification
from qc.rules.subjects import Subject, SubjectRef
from qc.selectors.documents import specification_in
from qc.selectors.results import results_of
from qc.selectors.subjects import subject


@dataclass(frozen=True)
class Line:
    """One criterion with the first result in its version now, and the versions before it, the newest first.

    `further`: what was tested again by the plan of an investigation, each in its version now.
    """

    criterion: Criterion
    result: ResultView | None
    earlier: tuple[ResultView, ...]
    further: tuple[ResultView, ...] = ()


@dataclass(frozen=True)
class SubjectPage:
    """A subject, the specification that judges it (None: nothing does), and a line for each criterion."""

    subject: Subject
    specification: DocumentVersionView | None
    lines: tuple[Line, ...]

    def line(self, criterion: str) -> Line | None:
        """The line of a criterion, or None."""
        return next((line for line in self.lines if line.criterion.code == criterion), None)


def subject_page(viewer: Person, ref: SubjectRef, at: datetime) -> SubjectPage | None:
    """A subject whose laboratory is at one of the viewer's sites; None for all others."""
    found = subject(ref, at)
    if found is None or found.site not in sites_of(viewer, at):
        return None
    document = people.document_version(found.specification_id) if found.specification_id else None
    results = [r for r in results_of([found.id])[found.id] if r.subject.point == ref.point]
    return SubjectPage(found, document, lines_of(specification_in(document), results))


def lines_of(specification: Specification | None, results: Sequence[ResultView]) -> tuple[Line, ...]:
    """A line for each criterion, in the order of the specification."""
    return tuple(
        Line(
            criterion,
            current(results, criterion.code),
            tuple(r for r in reversed(results) if r.criterion == criterion.code and not r.is_current),
            tuple(r for r in results if r.criterion == criterion.code and r.is_current and r.attempt > 1),
        )
        for criterion in (specification.criteria if specification is not None else ())
    )
