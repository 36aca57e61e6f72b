"""What a worksheet begins with: the scales of this product in its own words, or those of another worksheet.

An organisation changes the words and the edges on its own worksheet; each keeps the scales it was scored on. Severity
is what becomes of the patient, of cells that cannot be made again, and of time; the edges of occurrence are those of a
centre with some hundred batches a year; detection is read from where a failure would be noticed.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from fmea.rules.cells import Table
from fmea.rules.scales import ScaleKind, scale_document
from fmea.rules.worksheet import Formality

VERSION = "1"
_CODES: Mapping[ScaleKind, str] = {
    ScaleKind.SEVERITY: "VT-S",
    ScaleKind.OCCURRENCE: "VT-O",
    ScaleKind.DETECTION: "VT-D",
}
# Rating 1 first.
_WORDS: Mapping[ScaleKind, Sequence[Promise]] = {
    ScaleKind.SEVERITY: (
        _("Nobody and nothing is affected."),
        _("A record has to be completed; nothing else changes."),
        _("A record is wrong for a while and is put right; the cells are as they should be."),
        _("A piece of work is done again within its time."),
        _("A test or a step is done again, and the schedule moves."),
        _("The infusion is late; the patient waits and stays fit for it."),
        _("The infusion is so late that the preparation of the patient has to be planned anew."),
        _("The batch fails; cells are collected from the patient a second time."),
        _("Cells are lost that cannot be collected again."),
        _("The patient dies or is harmed for good, or receives another person's cells."),
    ),
    ScaleKind.OCCURRENCE: (
        _("At most one in 100,000 opportunities."),
        _("At most one in 20,000."),
        _("At most one in 5,000."),
        _("At most one in 2,000."),
        _("At most one in 500."),
        _("At most one in 200."),
        _("At most one in 100."),
        _("At most one in 50."),
        _("At most one in 20."),
        _("More than one in 20."),
    ),
    ScaleKind.DETECTION: (
        _("Cannot go on: the work stops by itself, whatever people do."),
        _("A machine notices it before the next step, and tells somebody who has to answer."),
        _("A machine notices it before the next step in nearly every case."),
        _("A second person checks it by scanning, on their own and without seeing the first check."),
        _("A second person scans it, having seen what the first one did."),
        _("Two people read it together, aloud or in writing."),
        _("Two people look at it, and each may lean on the other."),
        _("It may be noticed later, in a review of the whole record."),
        _("It may be noticed later by chance, or by somebody it was never shown to."),
        _("Nobody and nothing would notice it before its effect."),
    ),
}


def starting_content(title: str, product: str) -> dict[str, Any]:
    """A worksheet of nothing but its scales, in the language of whoever begins it."""
    scales = {
        kind.value: scale_document(kind, _CODES[kind], VERSION, [str(it) for it in _WORDS[kind]])
        for kind in ScaleKind
    }
    scales[ScaleKind.OCCURRENCE.value]["per"] = _now("opportunity")
    return {
        "title": title,
        "product": product,
        "formality": {"level": Formality.HIGH.value},
        "scales": scales,
    }


# What belongs to the worksheet that was looked at, and to nobody else: what was decided and what was done.
_OWN = frozenset({Table.ACTIONS.value, "look_again"})
_OF_A_ROW = frozenset({"residual", "no_action_why"})
_OF_A_SCORE = frozenset({"rating", "why"})


def copied_content(content: Mapping[str, Any], title: str, product: str) -> dict[str, Any]:
    """Another worksheet to begin with: its scales, team, steps and rows with their ratings and reasons.

    Who gave a rating, blind scores, decisions and actions stay where they are: they are of that worksheet.
    """
    kept = {key: it for key, it in content.items() if key not in _OWN}
    rows = [_row(it) for it in content.get(Table.ROWS.value, [])]
    return {**kept, Table.ROWS.value: rows, "title": title, "product": product}


def _row(row: Mapping[str, Any]) -> dict[str, Any]:
    found = {key: it for key, it in row.items() if key not in _OF_A_ROW}
    for kind in ScaleKind:
        if isinstance(score := found.get(kind.value), Mapping):
            found[kind.value] = {key: it for key, it in score.items() if key in _OF_A_SCORE}
    return found
