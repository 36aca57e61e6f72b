"""How the results of a batch stand to its specification: which of them count, line by line, and what is unmet."""

from collections.abc import Iterator, Mapping

from qc.rules.case import Blocker, BlockerCode, Case, Fitness, Target
from qc.rules.criteria import Criterion, Hindrance, ValueFault, Verdict, read_value
from qc.rules.dose import DoseKind
from qc.rules.investigations.attempts import attempts_of
from qc.rules.investigations.counting import Counted, reportable
from qc.rules.results import AttemptKind, ResultView
from qc.rules.standing import Found, Line, Standing, lines


def counted(case: Case) -> Mapping[str, Counted]:
    """What counts for each criterion, by its code."""
    criteria = case.specification.criteria if case.specification is not None else ()
    failing = [id for id, it in case.assessments.items() if it.verdict is Verdict.FAIL]
    return {
        criterion.code: reportable(
            attempts_of(case.results, criterion.code, failing),
            [it for it in case.investigations if it.criterion == criterion.code],
        )
        for criterion in criteria
    }


def standings(case: Case) -> tuple[Line, ...]:
    """Every line of the specification with how it stands; none without a specification."""
    if case.specification is None:
        return ()
    found: dict[str, Found] = {}
    for code, it in counted(case).items():
        result = result_of(case, it)
        if result is not None:
            found[code] = Found(_verdict(case, it, result), result.not_tested if _may_be_waived(it) else "")
    return lines(case.specification, found)


def _may_be_waived(it: Counted) -> bool:
    """What has failed once cannot be left untested instead."""
    attempt = it.attempt
    return attempt is not None and attempt.kind is AttemptKind.ORIGINAL and attempt.failed_at is None


def result_of(case: Case, it: Counted) -> ResultView | None:
    """The result that counts, or None."""
    id = it.attempt.result if it.attempt is not None else ""
    return next((result for result in case.results if result.id == id), None)


def _verdict(case: Case, it: Counted, result: ResultView) -> Verdict:
    """A failing result is never mended by what is known now; what did not fail is judged by it."""
    if it.verdict is None or it.verdict is Verdict.FAIL:
        return Verdict.FAIL
    assessment = case.assessments.get(result.id)
    return it.verdict if assessment is None else assessment.verdict


def of_results(case: Case) -> Iterator[Blocker]:
    """What the results leave open."""
    if case.specification is None:
        yield Blocker(BlockerCode.SPECIFICATION_MISSING, case.target)
        return
    known = counted(case)
    for line in standings(case):
        for criterion in line.criteria:
            yield from _of_investigation(case, line, criterion, known[criterion.code])
            yield from _of_tests(case, criterion, known[criterion.code])
        yield from _of_line(case, line, known)


def _of_line(case: Case, line: Line, known: Mapping[str, Counted]) -> Iterator[Blocker]:
    if line.standing is Standing.MISSING:
        if line.is_needed_for_release:
            params = {"criterion": line.title, "value": ""}
            yield Blocker(BlockerCode.RESULT_MISSING, Target("criterion", line.code), params)
        return
    if line.is_satisfied:
        return
    for criterion in line.criteria:
        result = result_of(case, known[criterion.code])
        if line.standing is Standing.UNDECIDED and not _is_undecided(case, known[criterion.code], result):
            continue
        code = _unmet(case, line, criterion, result)
        value = result.value if result is not None else ""
        params = {"criterion": criterion.title, "value": value, "group": line.title}
        yield Blocker(code, Target("criterion", criterion.code), params)


def _is_undecided(case: Case, it: Counted, result: ResultView | None) -> bool:
    """Of alternatives, which of them it is that might still say something else."""
    return result is not None and _verdict(case, it, result) is Verdict.NOT_JUDGED


_BY_HINDRANCE: Mapping[Hindrance, BlockerCode] = {
    Hindrance.WEIGHT_MISSING: BlockerCode.WEIGHT_MISSING,
    Hindrance.WEIGHT_AFTER_THE_MOMENT: BlockerCode.WEIGHT_MISSING,
    Hindrance.WEIGHT_TOO_OLD: BlockerCode.WEIGHT_TOO_OLD,
    Hindrance.READ_TOO_EARLY: BlockerCode.INTERIM_TOO_EARLY,
}


def _unmet(case: Case, line: Line, criterion: Criterion, result: ResultView | None) -> BlockerCode:
    """What a line that is there and not satisfied comes to, for one of its criteria."""
    if line.standing is Standing.FAILING:
        return BlockerCode.GROUP_UNMET if len(line.criteria) > 1 else BlockerCode.FAILING_RESULT
    if line.standing is Standing.NOT_TESTED:
        return BlockerCode.NOT_TESTED_NOT_ALLOWED
    if result is not None and _lacks_component(criterion, result):
        return BlockerCode.COMPONENT_MISSING
    assessment = case.assessments.get(result.id) if result is not None else None
    hindrances = assessment.hindrances if assessment is not None else ()
    known = (_BY_HINDRANCE[it] for it in hindrances if it in _BY_HINDRANCE)
    return next(known, BlockerCode.RESULT_UNDECIDED)


def _lacks_component(criterion: Criterion, result: ResultView) -> bool:
    """Whether a dose of several parts is reported without one of them."""
    is_in_parts = criterion.dose is not None and criterion.dose.kind is DoseKind.COMPONENTS
    faults = (ValueFault.OTHER_COMPONENTS, ValueFault.NOT_COMPONENTS)
    return is_in_parts and read_value(criterion, result.value) in faults


def _of_investigation(case: Case, line: Line, criterion: Criterion, it: Counted) -> Iterator[Blocker]:
    """A result out of specification is investigated to its end, whatever becomes of the batch.

    One that fails beside an alternative that passes is not out of specification; but what was opened is concluded.
    """
    opened = [i for i in case.investigations if i.criterion == criterion.code and i.is_open]
    params = {"criterion": criterion.title, "investigation": opened[0].code if opened else ""}
    if opened:
        yield Blocker(BlockerCode.OOS_OPEN, Target("investigation", opened[0].code), params)
    elif it.is_unsettled and line.standing is Standing.FAILING:
        yield Blocker(BlockerCode.OOS_OPEN, Target("criterion", criterion.code), params)


def _of_tests(case: Case, criterion: Criterion, it: Counted) -> Iterator[Blocker]:
    """Who looked over each attempt at it, and what the one that counts came by."""
    target, counts = Target("criterion", criterion.code), result_of(case, it)
    for result in case.results:
        if result.criterion != criterion.code or not result.is_current:
            continue
        params = {"criterion": criterion.title, "analyst": result.analyst, "method": result.method}
        if not result.is_reviewed:
            yield Blocker(BlockerCode.RESULT_UNREVIEWED, target, params)
        if result is counts:
            for code in _unfit(case.fitness.get(result.id, Fitness())):
                yield Blocker(code, target, params)


def _unfit(tested: Fitness) -> Iterator[BlockerCode]:
    for is_fit, code in (
        (tested.is_trained, BlockerCode.ANALYST_UNTRAINED),
        (tested.is_method_valid, BlockerCode.METHOD_NOT_VALID),
        (tested.are_controls_accepted, BlockerCode.CONTROLS_REFUSED),
    ):
        if not is_fit:
            yield code
