"""Whether the labels of one journey add up, template by template, and what became of every copy."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.forms.asked import journey_for, subject_of
from audit.registry import ReportKind
from audit.rules.questions import Ask, Question
from audit.rules.report import Cell, Column, ColumnKind, Fact, Facts, Found, Report, Severity, Table
from coi.forms import words
from coi.rules.labels_reconciliation import Account, Line, Reconciliation, account_of, reconcile
from coi.selectors.labels import LedgerLine, label_ledger
from people.rules.authority import Person
from people.rules.rights import Right


def build(person: Person, question: Question, now: datetime) -> Report:
    """The report of a journey."""
    found = journey_for(person, question, Right.READ_AUDIT_REPORTS, now)
    lines = label_ledger(person, found.coi_id, now)
    whole = reconcile([line.copy for line in lines])
    return Report(
        kind=KIND.code,
        title=_("Label reconciliation of %s") % found.coi_id,
        about=str(KIND.about),
        question=question.said(),
        as_of=now,
        sites=tuple(sorted(set(found.sites.values()))),
        sections=(_facts(lines, whole), _sums(lines), _copies(lines)),
        found=_found(whole),
        subjects=subject_of(found),
    )


def _found(whole: Reconciliation) -> tuple[Found, ...]:
    """A copy that nobody accounted for is a gap; one that waits for its container is not one yet."""
    missing = _("%(copy)s for %(container)s: nobody has said what became of it.")
    waiting = _("%(copy)s for %(container)s is still to be applied and scanned back.")
    told = [
        Found(severity, text % {"copy": copy.code, "container": copy.container}, "copies")
        for severity, text, copies in (
            (Severity.GAP, missing, whole.open),
            (Severity.NOTE, waiting, whole.waiting),
        )
        for copy in copies
    ]
    lost = sum(line.counts.get(Account.LOST, 0) for line in whole.lines)
    if lost:
        told.append(Found(Severity.GAP, _("%s copies were lost.") % lost, "copies"))
    return tuple(told)


def _facts(lines: Sequence[LedgerLine], whole: Reconciliation) -> Facts:
    printed = sum(line.printed for line in whole.lines)
    sent, difference = sum(1 for it in lines if it.sent_at), sum(line.difference for line in whole.lines)
    n = ColumnKind.NUMBER
    facts = (
        Fact(
            "adds_up",
            _("Every copy is accounted for"),
            whole.adds_up,
            ColumnKind.YES,
            _(
                "Of each it is on record that it was used, or what became of it, or that it was never printed."
            ),
        ),
        Fact(
            "difference",
            _("Difference"),
            difference,
            n,
            _("Of the copies issued: those of which nothing is known, or that are still to be applied."),
        ),
        Fact("issued", _("Copies issued"), len(lines), n, _("Every copy that has a code of its own.")),
        Fact(
            "printed",
            _("Copies printed"),
            printed,
            n,
            _("Of these: its file was there, so that it may exist on paper."),
        ),
        Fact("sent", _("Copies sent to a printer"), sent, n, _("Of these: by this software, not by hand.")),
    )
    return Facts("sum", _("The sum"), facts)


def _sums(lines: Sequence[LedgerLine]) -> Table:
    """One line a template and kind of container."""
    columns = (
        Column("template", _("Template"), ColumnKind.CODE),
        Column("kind", _("Kind"), ColumnKind.WORD),
        Column("issued", _("Issued"), ColumnKind.NUMBER),
        Column("printed", _("Printed"), ColumnKind.NUMBER),
        *(Column(str(it), words.account(it), ColumnKind.NUMBER) for it in Account),
        Column("difference", _("Difference"), ColumnKind.NUMBER),
        Column("adds_up", _("Adds up"), ColumnKind.YES),
    )
    templates = dict.fromkeys(line.template for line in lines)
    rows = tuple(
        _sum(template, line)
        for template in templates
        for line in reconcile([it.copy for it in lines if it.template == template]).lines
    )
    about = _("Without a template the label was drawn by the built-in one, or is still to be drawn.")
    return Table("sums", _("By template"), columns, rows, _("No label was issued."), about)


def _sum(template: str, line: Line) -> tuple[Cell, ...]:
    counts = tuple(line.counts.get(account, 0) for account in Account)
    about = (template, words.step(line.kind), line.issued, line.printed)
    return (*about, *counts, line.difference, line.difference == 0)


def _copies(lines: Sequence[LedgerLine]) -> Table:
    columns = (
        Column("copy", _("Copy"), ColumnKind.CODE),
        Column("container", _("Container"), ColumnKind.CODE),
        Column("kind", _("Kind"), ColumnKind.WORD),
        Column("number", _("Number"), ColumnKind.NUMBER),
        Column("template", _("Template"), ColumnKind.CODE),
        Column("status", _("State"), ColumnKind.WORD),
        Column("account", _("What became of it"), ColumnKind.WORD),
        Column("issued_at", _("Issued"), ColumnKind.TIME),
        Column("sent_at", _("Sent to a printer"), ColumnKind.TIME),
        Column("applied_at", _("Applied"), ColumnKind.TIME),
        Column("voided_at", _("Made void"), ColumnKind.TIME),
        Column("void_reason", _("Why it was made void"), ColumnKind.WORD),
        Column("fate_at", _("Said at"), ColumnKind.TIME),
        Column("fate_by", _("By")),
        Column("fate_reason", _("Why"), ColumnKind.WORD),
        Column("zone", _("Zone")),
    )
    rows = tuple(_copy(line) for line in lines)
    return Table("copies", _("Every copy"), columns, rows, _("No label was issued."), zone_column="zone")


def _copy(line: LedgerLine) -> tuple[Cell, ...]:
    it = line.copy
    return (
        it.code,
        it.container,
        words.step(it.kind),
        it.number,
        line.template,
        words.copy_status(it.status),
        words.account(account_of(it)),
        it.issued_at,
        line.sent_at,
        it.applied_at,
        it.voided_at,
        words.reprint_reason(it.void_reason) if it.void_reason else "",
        it.fate_at,
        it.fate_by,
        words.fate_reason(it.fate_reason) if it.fate_reason else "",
        line.zone,
    )


KIND = ReportKind(
    code="labels",
    title=gettext_lazy("Label reconciliation"),
    about=gettext_lazy("One journey: labels issued, printed, applied, spoiled, destroyed, retained, sent."),
    asks=frozenset({Ask.JOURNEY}),
    right=Right.READ_AUDIT_REPORTS,
    build=build,
)
