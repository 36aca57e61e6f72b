"""Where people went beside the plain way in a period, with reason and both people; late entries; what one did alone."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.forms.asked import journey_for, reach_of
from audit.forms.reports import meaning
from audit.registry import ReportKind
from audit.rules.questions import Ask, Question
from audit.rules.report import Cell, Column, ColumnKind, Fact, Facts, Found, Report, Severity, Table
from coi.events import Event
from coi.forms import words
from coi.rules.windows import Window
from coi.selectors.overrides import (
    MOST,
    AloneSum,
    LateEntry,
    Override,
    Sort,
    completions_alone,
    late_entries,
    overrides_in,
)
from coi.selectors.protocols import Titles
from coi.selectors.refused import titles_at
from people.rules.authority import Person
from people.rules.rights import Right

SORTS: Mapping[Sort, str | Promise] = {
    Sort.STOP_CLEARED: gettext_lazy("STOP cleared"),
    Sort.HOLD_RELEASED: gettext_lazy("hold released"),
    Sort.REPRINT: gettext_lazy("label replaced"),
    Sort.TYPED: gettext_lazy("code typed"),
}
_MEANINGS: Mapping[Sort, str | Promise] = {
    Sort.STOP_CLEARED: gettext_lazy("A second person let work go on after it was stopped."),
    Sort.HOLD_RELEASED: gettext_lazy("A container that was held may be used again."),
    Sort.REPRINT: gettext_lazy("A new copy in place of one that was made void."),
    Sort.TYPED: gettext_lazy("The code was entered by hand, and not scanned."),
}
_LATE: Mapping[str, str | Promise] = {
    Event.WEIGHT_RECORDED: gettext_lazy("weight recorded"),
    Event.WEIGHT_CORRECTED: gettext_lazy("weight corrected"),
    Event.STEP_COMPLETED: gettext_lazy("step completed"),
}
_AUTH: Mapping[str, str | Promise] = {
    "badge_pin": gettext_lazy("badge and PIN"),
    "badge": gettext_lazy("badge"),
    "password": gettext_lazy("password"),
}


def build(person: Person, question: Question, now: datetime) -> Report:
    """The report of a period; with a journey, of that journey."""
    reach = reach_of(person, question, Right.READ_AUDIT_REPORTS, now)
    sites = reach.codes
    if question.journey:
        sites = tuple(
            sorted(set(journey_for(person, question, Right.READ_AUDIT_REPORTS, now).sites.values()))
        )
    window = Window(sites, reach.since, reach.until, coi_id=question.journey)
    overrides, late = overrides_in(person, window, now), late_entries(person, window, now)
    alone = completions_alone(window)
    return Report(
        kind=KIND.code,
        title=_("Overrides and late entries"),
        about=str(KIND.about),
        question=question.said(),
        as_of=now,
        sites=sites,
        sections=(
            _facts(overrides, late, alone),
            overrides_table(overrides, titles_at(sites)),
            _late_table(late),
            _alone_table(alone),
        ),
        found=(*_found(alone), *_notes(overrides, late)),
        subjects=(("order", question.journey),) if question.journey else (),
        left_out=(
            _("What people wrote as a reason lies in the vault, on the pages of holds and deviations."),
            *((_("Of each kind the newest %s are listed.") % MOST,) if len(overrides) >= MOST else ()),
        ),
    )


def _found(alone: Sequence[AloneSum]) -> tuple[Found, ...]:
    text = _("%(step)s: %(count)s completions by one person, where the protocol asks two.")
    return tuple(
        Found(Severity.GAP, text % {"step": it.title, "count": it.unlawful}, "alone")
        for it in alone
        if it.unlawful
    )


def _notes(overrides: Sequence[Override], late: Sequence[LateEntry]) -> tuple[Found, ...]:
    told = (
        (len(overrides), _("Overrides: %s."), "overrides"),
        (len(late), _("Entered late: %s."), "late"),
    )
    return tuple(Found(Severity.NOTE, text % n, section) for n, text, section in told if n)


def _facts(overrides: Sequence[Override], late: Sequence[LateEntry], alone: Sequence[AloneSum]) -> Facts:
    counts = Counter(it.sort for it in overrides)
    facts = (
        *(_fact(str(it), capfirst(str(SORTS[it])), counts.get(it, 0), str(_MEANINGS[it])) for it in Sort),
        _fact("late", _("Late entries"), len(late), meaning.late()),
        _fact("done", _("Steps completed"), sum(it.done for it in alone), _("By one person or two.")),
        _fact(
            "alone",
            _("By one person alone"),
            sum(it.alone for it in alone),
            _("Of the steps completed: without a second person."),
        ),
        _fact(
            "unlawful",
            _("By one person where two are asked"),
            sum(it.unlawful for it in alone),
            _("Of these: the protocol of the journey asks two."),
        ),
    )
    return Facts("sums", _("In all"), facts)


def _fact(key: str, title: str, count: int, about: str) -> Fact:
    return Fact(key, title, count, ColumnKind.NUMBER, about)


def overrides_table(overrides: Sequence[Override], titles: Titles) -> Table:
    """One line each, the newest first. `titles`: of steps, by their codes."""
    columns = (
        Column("at", _("Time"), ColumnKind.TIME),
        Column("zone", _("Zone")),
        Column("sort", _("What"), ColumnKind.WORD),
        Column("about", _("Of what")),
        Column("reason", _("Why"), ColumnKind.WORD),
        Column("first", _("First person")),
        Column("second", _("Second person")),
        Column("auth", _("How confirmed"), ColumnKind.WORD),
        Column("journey", _("Journey"), ColumnKind.CODE),
        Column("site", _("Site"), ColumnKind.CODE),
        Column("deviation", _("Deviation"), ColumnKind.CODE),
    )
    rows = tuple(_override(it, titles) for it in overrides)
    about = _(
        "First: who met the STOP, placed the hold, replaced the label or typed the code. Second: who cleared the STOP "
        "or released the hold. A hold of a deviation ends with the signature under it."
    )
    return Table(
        "overrides",
        _("Overrides"),
        columns,
        rows,
        _("Nobody went beside the plain way."),
        about,
        zone_column="zone",
    )


def _override(it: Override, titles: Titles) -> tuple[Cell, ...]:
    return (
        it.at,
        it.zone,
        str(SORTS[it.sort]),
        titles.get(it.about, it.about),
        ", ".join(_reason(it.sort, code) for code in it.reason if code),
        it.first,
        it.second,
        str(_AUTH.get(it.auth, it.auth)),
        it.coi_id,
        it.site,
        it.deviation,
    )


def _reason(sort: Sort, code: str) -> str:
    say = {
        Sort.STOP_CLEARED: words.refusal,
        Sort.HOLD_RELEASED: words.hold_reason,
        Sort.REPRINT: words.reprint_reason,
        Sort.TYPED: words.keyed_reason,
    }
    return say[sort](code)


def _late_reason(it: LateEntry) -> str:
    say = words.late_reason if it.event == Event.STEP_COMPLETED else words.weight_correction
    return say(it.reason) if it.reason else ""


def _late_table(late: Sequence[LateEntry]) -> Table:
    columns = (
        Column("at", _("Entered"), ColumnKind.TIME),
        Column("performed_at", _("Done"), ColumnKind.TIME),
        Column("zone", _("Zone")),
        Column("hours", _("Hours late"), ColumnKind.NUMBER),
        Column("what", _("What"), ColumnKind.WORD),
        Column("about", _("Of what"), ColumnKind.CODE),
        Column("by", _("By")),
        Column("reason", _("Why"), ColumnKind.WORD),
        Column("site", _("Site"), ColumnKind.CODE),
    )
    rows = tuple(
        (
            it.at,
            it.performed_at,
            it.zone,
            Decimal(f"{(it.at - it.performed_at).total_seconds() / 3600:.1f}"),
            str(_LATE.get(it.event, it.event)),
            it.about,
            it.by,
            _late_reason(it),
            it.site,
        )
        for it in late
    )
    empty = _("Nothing was entered late.")
    return Table("late", _("Late entries"), columns, rows, empty, meaning.late(), zone_column="zone")


def _alone_table(alone: Sequence[AloneSum]) -> Table:
    columns = (
        Column("step", _("Step")),
        Column("done", _("Completed"), ColumnKind.NUMBER),
        Column("alone", _("By one person"), ColumnKind.NUMBER),
        Column("unlawful", _("Where two are asked"), ColumnKind.NUMBER),
        Column("code", _("Code"), ColumnKind.CODE),
    )
    rows = tuple((it.title, it.done, it.alone, it.unlawful, it.step) for it in alone)
    about = _("The protocol of each journey says for which steps two people are asked.")
    return Table("alone", _("By one person alone"), columns, rows, _("No step was completed."), about)


KIND = ReportKind(
    code="overrides",
    title=gettext_lazy("Overrides and late entries"),
    about=gettext_lazy(
        "A period: STOPs cleared, holds released, labels replaced, codes typed, late entries, and steps done alone."
    ),
    asks=frozenset({Ask.PERIOD}),
    right=Right.READ_AUDIT_REPORTS,
    build=build,
    may=frozenset({Ask.SITE, Ask.JOURNEY}),
)
