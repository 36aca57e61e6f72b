"""Where one lot of material went: what quality said of it and when, every use, the batches, what is left of them."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.forms.asked import there
from audit.forms.reports.steps_table import steps_table
from audit.registry import ReportKind
from audit.rules.questions import Ask, Question
from audit.rules.report import Column, ColumnKind, Fact, Facts, Found, Report, Severity, Table
from coi.forms import words
from coi.rules.stock import StockStatus
from coi.selectors.work_done import MOST, DoneAt, LotStory, lot_story
from people.rules.authority import Person
from people.rules.rights import Right


def build(person: Person, question: Question, now: datetime) -> Report:
    """The report of a lot, by its code."""
    story = there(lot_story(person, question.lot, person.periods(Right.READ_AUDIT_REPORTS, now), now))
    return Report(
        kind=KIND.code,
        title=_("Lot %(lot)s of %(material)s")
        % {"lot": story.lot_no, "material": words.step(story.material)},
        about=str(KIND.about),
        question=question.said(),
        as_of=now,
        sites=(story.site,),
        sections=(_facts(story, now), _course(story), steps_table(story.uses), _batches(story)),
        found=_found(story),
        subjects=(("materiallot", story.code),),
        left_out=(_("Of its uses the newest %s are listed.") % MOST,) if len(story.uses) >= MOST else (),
    )


def status_at(story: LotStory, at: datetime) -> str:
    """What quality had said of it at a moment; empty before it was received."""
    said = [it.status for it in story.course if it.at <= at and it.status]
    return said[-1] if said else ""


def unlawful(story: LotStory) -> tuple[DoneAt, ...]:
    """Uses after it had expired, or while quality had not approved it: the stations refuse both."""
    approved = str(StockStatus.APPROVED)
    return tuple(
        it for it in story.uses if it.at >= story.expires_at or status_at(story, it.at) not in ("", approved)
    )


def _found(story: LotStory) -> tuple[Found, ...]:
    wrong, left = unlawful(story), [it.code for it in story.batches if it.left]
    told = []
    if wrong:
        text = _("%s uses after it had expired, or while quality had not approved it.")
        told.append(Found(Severity.GAP, text % len(wrong), "steps"))
    if story.status is StockStatus.BLOCKED:
        text = _("The lot is blocked. Containers of these batches are still there: %s.")
        told.append(Found(Severity.NOTE, text % (", ".join(left) or _("none")), "batches"))
    return tuple(told)


def _facts(story: LotStory, now: datetime) -> Facts:
    facts = (
        Fact("code", _("Code"), story.code, ColumnKind.CODE),
        Fact("material", _("Material"), words.step(story.material)),
        Fact("lot_no", _("Lot number of the supplier"), story.lot_no, ColumnKind.CODE),
        Fact("gtin", _("GTIN"), story.gtin, ColumnKind.CODE),
        Fact("site", _("Site"), story.site, ColumnKind.CODE),
        Fact("status", _("State"), words.reason(story.status)),
        Fact("expires_at", _("Expires"), story.expires_at, ColumnKind.TIME),
        Fact("expired", _("Expired"), story.expires_at <= now, ColumnKind.YES),
        Fact("uses", _("Uses"), len(story.uses), ColumnKind.NUMBER),
        Fact("journeys", _("Journeys"), len({it.coi_id for it in story.uses}), ColumnKind.NUMBER),
        Fact("batches", _("Batches"), len(story.batches), ColumnKind.NUMBER),
    )
    return Facts("lot", _("The lot"), facts, zone=story.zone)


def _course(story: LotStory) -> Table:
    columns = (
        Column("at", _("Time"), ColumnKind.TIME),
        Column("zone", _("Zone")),
        Column("status", _("State from then on"), ColumnKind.WORD),
        Column("by", _("By")),
        Column("reason", _("Why")),
    )
    rows = tuple(
        (it.at, it.zone, words.reason(it.status) if it.status else _("received"), it.by, it.reason)
        for it in story.course
    )
    empty = _("Nothing is on record.")
    return Table("course", _("What was said of it"), columns, rows, empty, zone_column="zone")


def _batches(story: LotStory) -> Table:
    columns = (
        Column("batch", _("Batch"), ColumnKind.CODE),
        Column("journey", _("Journey"), ColumnKind.CODE),
        Column("site", _("Site"), ColumnKind.CODE),
        Column("disposition", _("Disposition"), ColumnKind.WORD),
        Column("containers", _("Containers"), ColumnKind.NUMBER),
        Column("left", _("Still there"), ColumnKind.NUMBER),
        Column("infused", _("Infused"), ColumnKind.NUMBER),
    )
    rows = tuple(
        (
            it.code,
            it.coi_id,
            it.site,
            words.disposition(it.disposition),
            it.containers,
            it.left,
            it.infused,
        )
        for it in story.batches
    )
    about = _(
        "Every batch of a journey in which it was used, for what was collected with it went into all of them."
    )
    return Table("batches", _("Batches"), columns, rows, _("It went into no batch."), about)


KIND = ReportKind(
    code="lot",
    title=gettext_lazy("A lot of material"),
    about=gettext_lazy("One lot: where it went, what quality said of it, when it expires, what is left."),
    asks=frozenset({Ask.LOT}),
    right=Right.READ_AUDIT_REPORTS,
    build=build,
)
