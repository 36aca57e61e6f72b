"""What was found of a batch, for its report: results in every version, investigations, holds, deviations, reviews."""

from django.utils.translation import gettext as _

from audit.rules.report import Cell, Column, ColumnKind, Section, Table
from coi.forms import words
from qc.forms import criteria_words, investigation_words, texts
from qc.rules.criteria import Criterion, Verdict
from qc.rules.results import ResultView
from qc.selectors import BatchView

_MARKS = {Verdict.PASS: "good", Verdict.FAIL: "bad", Verdict.NOT_JUDGED: "warn"}


def finding_sections(view: BatchView) -> tuple[Section, ...]:
    """What was found of the batch, and how it was judged."""
    return (
        _materials(view),
        _results(view),
        _missing(view),
        _investigations(view),
        _holds(view),
        _deviations(view),
        _reviews(view),
        _late(view),
    )


def _materials(view: BatchView) -> Table:
    return Table(
        key="materials",
        title=_("Starting material"),
        columns=(
            Column("din", _("Collection"), ColumnKind.CODE),
            Column("accepted", _("Accepted by quality"), ColumnKind.YES),
        ),
        rows=tuple((it.din, it.is_accepted) for it in view.case.materials),
        empty=_(
            "No collection has to be accepted: no specification of starting material was in effect, and quality said "
            "nothing of any."
        ),
    )


def _results(view: BatchView) -> Table:
    known = {line.criterion.code: line.criterion for line in view.lines}
    return Table(
        key="results",
        title=_("Results, every version of every test"),
        columns=(
            Column("code", _("Criterion"), ColumnKind.CODE),
            Column("title", _("What")),
            Column("limits", _("Limits")),
            Column("value", _("Result")),
            Column("unit", _("Unit")),
            Column("mark", _("Mark"), ColumnKind.MARK),
            Column("verdict", _("Verdict"), ColumnKind.WORD),
            Column("attempt", _("Test"), ColumnKind.NUMBER),
            Column("version", _("Version"), ColumnKind.NUMBER),
            Column("counts", _("Is the version now"), ColumnKind.YES),
            Column("reason", _("Corrected because")),
            Column("sample", _("Sample"), ColumnKind.CODE),
            Column("method", _("Method and version"), ColumnKind.CODE),
            Column("specification", _("Specification"), ColumnKind.CODE),
            Column("run", _("Run"), ColumnKind.CODE),
            Column("tested_at", _("Tested"), ColumnKind.TIME),
            Column("analyst", _("Tested by")),
            Column("reviewed_at", _("Looked over"), ColumnKind.TIME),
            Column("reviewer", _("Looked over by")),
        ),
        rows=tuple(_result(it, known.get(it.criterion)) for it in view.case.results),
        empty=_("There is no result yet."),
        zone=view.zone,
    )


def _result(it: ResultView, criterion: Criterion | None) -> tuple[Cell, ...]:
    verdict = _("not tested") if it.not_tested else str(texts.VERDICTS[it.verdict][1])
    version = f"/{it.method_version}" if it.method_version is not None else ""
    return (
        *(it.criterion, criterion.title if criterion else ""),
        criteria_words.limits(criterion) if criterion else "",
        *(it.value, words.unit(it.unit), "warn" if it.not_tested else _MARKS[it.verdict], verdict),
        *(it.attempt, it.version, it.is_current, words.step(it.reason), it.container),
        *(f"{it.method}{version}", it.specification, it.run, it.tested_at, it.analyst),
        *(it.reviewed_at, it.reviewer),
    )


def _missing(view: BatchView) -> Table:
    return Table(
        key="missing",
        title=_("Criteria without a result"),
        columns=(
            Column("code", _("Criterion"), ColumnKind.CODE),
            Column("title", _("What")),
            Column("limits", _("Limits")),
            Column("timing", _("When it has to be there"), ColumnKind.WORD),
        ),
        rows=tuple(
            (
                *(line.criterion.code, line.criterion.title, criteria_words.limits(line.criterion)),
                str(texts.TIMINGS[line.criterion.timing]),
            )
            for line in view.lines
            if line.result is None
        ),
        empty=_("Every criterion has a result."),
    )


def _investigations(view: BatchView) -> Table:
    return Table(
        key="investigations",
        title=_("Results out of specification and their investigations"),
        columns=(
            Column("code", _("Investigation"), ColumnKind.CODE),
            Column("criterion", _("Criterion"), ColumnKind.CODE),
            Column("attempt", _("Of test"), ColumnKind.NUMBER),
            Column("state", _("State"), ColumnKind.WORD),
            Column("outcome", _("Outcome"), ColumnKind.WORD),
            Column("opened_at", _("Opened"), ColumnKind.TIME),
            Column("concluded_at", _("Concluded"), ColumnKind.TIME),
        ),
        rows=tuple(
            (
                *(it.code, it.criterion, it.attempt, str(investigation_words.STATES[it.state][1])),
                str(investigation_words.OUTCOMES[it.outcome]) if it.outcome else "",
                *(it.opened_at, it.concluded_at),
            )
            for it in view.case.investigations
        ),
        empty=_("Nothing was out of specification."),
        zone=view.zone,
    )


def _holds(view: BatchView) -> Table:
    return Table(
        key="holds",
        title=_("Holds"),
        columns=(
            Column("container", _("Container"), ColumnKind.CODE),
            Column("reason", _("Reason"), ColumnKind.WORD),
            Column("placed_at", _("Placed"), ColumnKind.TIME),
            Column("released_at", _("Lifted"), ColumnKind.TIME),
            Column("deviation", _("Deviation"), ColumnKind.CODE),
        ),
        rows=tuple(
            (it.container, words.hold_reason(it.reason), it.placed_at, it.released_at, it.deviation)
            for it in view.case.dossier.holds
        ),
        empty=_("Nothing was on hold."),
        zone=view.zone,
    )


def _deviations(view: BatchView) -> Table:
    return Table(
        key="deviations",
        title=_("Deviations"),
        columns=(
            Column("code", _("Deviation"), ColumnKind.CODE),
            Column("grade", _("Class"), ColumnKind.WORD),
            Column("state", _("State"), ColumnKind.WORD),
            Column("trigger", _("Trigger")),
            Column("opened_at", _("Opened"), ColumnKind.TIME),
            Column("cause", _("Cause"), ColumnKind.WORD),
            Column("outcome", _("Outcome"), ColumnKind.WORD),
        ),
        rows=tuple(
            (
                *(it.code, words.grade(it.grade), words.deviation_state(it.state), words.refusal(it.trigger)),
                *(it.opened_at, words.cause(it.cause), words.deviation_outcome(it.outcome)),
            )
            for it in view.case.dossier.deviations
        ),
        empty=_("There were no deviations."),
        zone=view.zone,
    )


def _reviews(view: BatchView) -> Table:
    reviews = view.case.trail.reviews if view.case.trail is not None else ()
    return Table(
        key="trail_reviews",
        title=_("Reviews of the audit trail"),
        about=_(
            "Entries are numbered here as the trail of the journey numbers them, not as the whole ledger does."
        ),
        columns=(
            Column("at", _("When"), ColumnKind.TIME),
            Column("reviewer", _("By")),
            Column("upto", _("Up to entry of the journey"), ColumnKind.NUMBER),
            Column("entries", _("Entries looked over"), ColumnKind.NUMBER),
            Column("comments", _("Comments")),
            Column("remark", _("Remark")),
            Column("mark", _("Mark"), ColumnKind.MARK),
            Column("signed", _("Signed"), ColumnKind.WORD),
            Column("digest", _("Digest of what was signed (SHA-256)"), ColumnKind.CODE),
        ),
        rows=tuple(
            (
                *(it.at, it.reviewer, it.upto, len(it.entries)),
                "; ".join(f"{number}: {text}" for number, text in sorted(it.comments.items())),
                *(it.remark, "good" if it.is_valid else "bad"),
                *(_signed(it.digest, is_valid=it.is_valid), it.digest),
            )
            for it in reviews
        ),
        empty=_("Nobody has looked the audit trail over.")
        if view.case.needs_trail_review
        else _("Nobody has looked the audit trail over; the specification lets the batch go without."),
        zone=view.zone,
    )


def _signed(digest: str, *, is_valid: bool) -> str:
    if not digest:
        return _("recorded without a signature")
    return _("valid") if is_valid else _("INVALID")


def _late(view: BatchView) -> Table:
    return Table(
        key="late",
        title=_("Results that failed after the release"),
        columns=(
            Column("criterion", _("Criterion"), ColumnKind.CODE),
            Column("aware_at", _("Known since"), ColumnKind.TIME),
            Column("duty", _("Duty")),
            Column("due_at", _("Due"), ColumnKind.TIME),
            Column("done_at", _("Done"), ColumnKind.TIME),
        ),
        rows=tuple(
            (
                *(it.failure.criterion, it.failure.aware_at),
                *(str(investigation_words.DUTIES[task.duty]), task.due_at, task.done_at),
            )
            for it in view.failures
            for task in it.tasks
        ),
        empty=_("No result failed after a release."),
        zone=view.zone,
    )
