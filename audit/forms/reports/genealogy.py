"""What was made from what in one journey: a picture of all containers with their parents, and the same as a table."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.forms.asked import journey_for, subject_of
from audit.registry import ReportKind
from audit.rules.genealogy import HELD, Node, genealogy_picture
from audit.rules.questions import Ask, Question
from audit.rules.report import Column, ColumnKind, Found, Picture, Report, Severity, Table
from coi.forms import words
from coi.selectors.details import ContainerView, Journey
from cpv.rules.pictures.parts import Titles
from people.rules.authority import Person
from people.rules.rights import Right


def build(person: Person, question: Question, now: datetime) -> Report:
    """The report of a journey."""
    found = journey_for(person, question, Right.READ_AUDIT_REPORTS, now)
    nodes = [_node(container) for container in found.containers]
    about = _(
        "Every container in a box, right of what it was made from. A box shows the end of the code, the kind and the "
        "state; the shape in it is the state once more."
    )
    title = _("What was made from what")
    titles = Titles(title, "", description=about)
    picture = Picture("genealogy", title, about, genealogy_picture(nodes, titles), _table(found))
    return Report(
        kind=KIND.code,
        title=_("Genealogy of %s") % found.coi_id,
        about=str(KIND.about),
        question=question.said(),
        as_of=now,
        sites=tuple(sorted(set(found.sites.values()))),
        sections=(picture,),
        found=(*_orphans(found), *_held(found)),
        subjects=subject_of(found),
    )


def _node(container: ContainerView) -> Node:
    word = words.hold_state(HELD) if container.is_held else words.container_status(container.status)
    return Node(
        container.code,
        words.step(container.kind),
        HELD if container.is_held else str(container.status),
        word,
        container.parents,
    )


def _orphans(found: Journey) -> tuple[Found, ...]:
    """A container without a parent has to have come from a collection: by the times, one was made at its moment."""
    collected = {one.collected_at for one in found.collections}
    lost = [c.code for c in found.containers if not c.parents and c.made_at not in collected]
    text = _("%(container)s has no parent and came of no collection.")
    return tuple(Found(Severity.GAP, text % {"container": code}, "genealogy") for code in lost)


def _held(found: Journey) -> tuple[Found, ...]:
    held = ", ".join(container.code for container in found.containers if container.is_held)
    text = _("On hold, or made from what is on hold: %s.")
    return (Found(Severity.NOTE, text % held, "genealogy"),) if held else ()


def _table(found: Journey) -> Table:
    columns = (
        Column("container", _("Container"), ColumnKind.CODE),
        Column("kind", _("Kind"), ColumnKind.WORD),
        Column("parents", _("Made from"), ColumnKind.CODE),
        Column("children", _("Made into"), ColumnKind.CODE),
        Column("status", _("State"), ColumnKind.WORD),
        Column("held", _("On hold"), ColumnKind.YES),
        Column("batch", _("Batch"), ColumnKind.CODE),
        Column("custodian", _("Who has it")),
        Column("made_at", _("Made"), ColumnKind.TIME),
    )
    children: dict[str, list[str]] = {}
    for container in found.containers:
        for parent in container.parents:
            children.setdefault(parent, []).append(container.code)
    rows = tuple(
        (
            it.code,
            words.step(it.kind),
            ", ".join(it.parents),
            ", ".join(children.get(it.code, ())),
            words.container_status(it.status),
            it.is_held,
            it.batch,
            it.custodian_name,
            it.made_at,
        )
        for it in found.containers
    )
    return Table(
        "containers", _("Containers"), columns, rows, _("Nothing was collected yet."), zone=found.zone
    )


KIND = ReportKind(
    code="genealogy",
    title=gettext_lazy("Genealogy of containers"),
    about=gettext_lazy("One journey: what was made from what, as a picture and as a table."),
    asks=frozenset({Ask.JOURNEY}),
    right=Right.READ_AUDIT_REPORTS,
    build=build,
)
