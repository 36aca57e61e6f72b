"""One line of words for each kind of entry that this room writes."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from audit.events import Event
from audit.forms import bundles
from audit.forms.words import fault_text, title_of
from ledger.registry import Presenter, Told

_SAY: Mapping[str, Promise] = {
    Event.REQUESTED: _("Report asked for: {title}"),
    Event.MADE: _("Report made and kept: {title}"),
    Event.NOT_MADE: _("Report could not be made: {title}. {fault}"),
}


def presenters() -> Mapping[str, Presenter]:
    """By the name of the event."""
    return {**dict.fromkeys(_SAY, _line), **bundles.presenters()}


def _line(entry: Told) -> str:
    fault = fault_text(entry.facts["fault"]) if "fault" in entry.facts else ""
    return (
        str(_SAY[entry.event]).format(title=title_of(str(entry.facts.get("kind", ""))), fault=fault).strip()
    )
