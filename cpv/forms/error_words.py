"""What a service of this room raised, as a sentence."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ledger.rules.errors import DomainError
from qc.forms import texts

ERRORS: Mapping[str, Promise] = {
    "chart_unknown": _("There is no such chart, or it is not yours to see."),
    "signal_unknown": _("There is no such signal, or it is not yours to see."),
    "plan_unknown": _("There is no such plan in effect."),
    "point_unknown": _("There is no such number on a chart."),
    "excluded_already": _("Somebody left this point out meanwhile. Reload the page."),
    "not_excluded": _("This point takes part already. Reload the page."),
    "version_open": _("Limits of this chart are proposed already and wait for signatures."),
    "observed_already": _("Somebody handed this number in at this very moment. Send it again."),
    "rows_invalid": _("Some rows are wrong. Nothing was taken; each is named with its field."),
}


def error_text(error: DomainError) -> str:
    """The sentence of this room, or that of the rooms below."""
    return str(ERRORS[error.code]) if error.code in ERRORS else texts.error_text(error)
