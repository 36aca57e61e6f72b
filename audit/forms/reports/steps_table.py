"""Completed steps as a table, wherever a report lists them."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from audit.rules.report import Column, ColumnKind, Table
from coi.selectors.work_done import DoneAt


def steps_table(found: Sequence[DoneAt]) -> Table:
    """One line a step, the newest first."""
    columns = (
        Column("at", _("Time"), ColumnKind.TIME),
        Column("zone", _("Zone")),
        Column("step", _("Step")),
        Column("journey", _("Journey"), ColumnKind.CODE),
        Column("batch", _("Batch"), ColumnKind.CODE),
        Column("containers", _("Containers"), ColumnKind.CODE),
        Column("site", _("Site"), ColumnKind.CODE),
        Column("station", _("Station")),
        Column("performer", _("Performed by")),
        Column("witness", _("Second person")),
        Column("code", _("Code"), ColumnKind.CODE),
    )
    rows = tuple(
        (
            it.at,
            it.zone,
            it.title,
            it.coi_id,
            it.batch,
            ", ".join(it.containers),
            it.site,
            it.station,
            it.performer,
            it.witness,
            it.step,
        )
        for it in found
    )
    return Table(
        "steps", _("Steps completed"), columns, rows, _("No step was completed."), zone_column="zone"
    )
