"""One line of words for each kind of entry that this room writes."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fmea.events import Event
from fmea.forms.words import STATUSES
from fmea.rules.worksheet import ActionStatus
from ledger.registry import Presenter
from qc.forms.presenters import Spoken

_SAY: Mapping[str, Promise] = {
    Event.SHEET_OPENED: _("Worksheet {worksheet} begun with {rows} rows"),
    Event.SHEET_EDITED: _("Worksheet {worksheet} changed: {changed} cells"),
    Event.SHEET_IMPORTED: _("Worksheet {worksheet}: a file taken in"),
    Event.SHEET_SUBMITTED: _("Worksheet {worksheet} handed to review as version {number}"),
    Event.SHEET_REFUSED: _("Worksheet {worksheet}: refused"),
    Event.ROUND_BEGUN: _("Worksheet {worksheet}, row {row}: the team scores blind"),
    Event.SCORE_HANDED_IN: _("Worksheet {worksheet}, row {row}: a blind score handed in"),
    Event.ROUND_OPENED: _("Worksheet {worksheet}, row {row}: blind scores shown to the team"),
    Event.ROUND_AGREED: _("Worksheet {worksheet}, row {row}: what the team agrees on written down"),
    Event.ROUND_ANSWERED: _("Worksheet {worksheet}, row {row}: one of the team says whether they agree"),
    Event.ROUND_SETTLED: _("Worksheet {worksheet}, row {row}: what the team agreed on stands on the sheet"),
    Event.ROUND_ABANDONED: _("Worksheet {worksheet}, row {row}: the round of scoring given up"),
    Event.ROUND_REFUSED: _("Worksheet {worksheet}, row {row}: scoring refused"),
    Event.ACTION_PLANNED: _("Worksheet {worksheet}, row {row}: action {action} planned"),
    Event.ACTION_CHANGED: _("Worksheet {worksheet}: action {action} changed"),
    Event.ACTION_MOVED: _("Worksheet {worksheet}: action {action}: {standing}"),
    Event.ACTION_CHASED: _("Worksheet {worksheet}: action {action} is late, and its owner was told"),
    Event.ACTION_REFUSED: _("Worksheet {worksheet}: action {action}: refused"),
    Event.RESIDUAL_DECIDED: _("Worksheet {worksheet}, row {row}: the risk that is left decided on"),
    Event.PRINTOUT_ASKED: _("Worksheet {worksheet}: a printout asked for"),
    Event.PRINTOUT_DRAWN: _("Worksheet {worksheet}: printout drawn"),
    Event.PRINTOUT_NOT_DRAWN: _("Worksheet {worksheet}: printout could not be drawn"),
}


def presenters() -> Mapping[str, Presenter]:
    """For the ledger's registry: each takes an entry."""
    return {event: _presenter(sentence) for event, sentence in _SAY.items()}


def _presenter(sentence: Promise) -> Presenter:
    return lambda entry: str(sentence).format_map(Spoken(_spoken(entry.facts))).strip()


def _spoken(facts: Mapping[str, Any]) -> dict[str, Any]:
    standing = STATUSES[ActionStatus(facts["to"])][1] if facts.get("to") in set(ActionStatus) else ""
    return {**facts, "changed": len(facts.get("cells", ())), "standing": standing}
