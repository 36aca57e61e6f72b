"""Letters of this room, in words."""

from django.utils.translation import gettext as _

from coi.forms import words
from people import selectors as people
from people.registry import Letter
from people.rules.work import NoticeView


def stopped_often(notice: NoticeView) -> Letter:
    """That one kind of stop came again and again: where or of whom, how often, and what to do."""
    told = {
        "about": _about(notice),
        "site": notice.site,
        **notice.params,
        "of": words.refusal(str(notice.params.get("of", ""))),
    }
    return Letter(
        _("Veintrace: the same STOP again and again at %(site)s") % told,
        _(
            "%(about)s: %(count)s STOPs within %(minutes)s minutes for one reason: %(of)s. Each was stopped in time. Go"
            " and look at how labels, containers and wristbands lie there before the work goes on. The report of"
            " refused scans shows each: sign in to see it."
        )
        % told,
    )


def _about(notice: NoticeView) -> str:
    """The station by its name; a person by their account alone, for a letter leaves the house."""
    station = people.station_by_code(notice.subject_key) if notice.subject_kind == "station" else None
    return station.name if station else _("Account %(number)s") % {"number": notice.subject_key}
