"""What this room mails, in words."""

from datetime import date

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from fmea.selectors.actions import action
from people.registry import Letter
from people.rules.work import NoticeView


def late_action(notice: NoticeView) -> Letter:
    """That an action is late: which, of which worksheet, by how many days, and where to go."""
    of = {**notice.params, "late": _days(int(notice.params["days"]))}
    found = action(of["worksheet"], of["action"])
    lines = (
        _("Action %(action)s of the risk worksheet %(worksheet)s is %(late)s late.") % of,
        "" if found is None else _("What is to be done: %(text)s") % {"text": found.text},
        _("It was due on %(due)s.") % {"due": date_format(date.fromisoformat(of["due"]), "j F Y")},
        _("Sign in, open “Risk”, “Actions”, and say how far it is: %(page)s")
        % {"page": reverse("fmea:action", args=[of["worksheet"], of["action"]])},
    )
    subject = _("Veintrace: action %(action)s of %(worksheet)s is %(late)s late") % of
    return Letter(subject, "\n\n".join(it for it in lines if it))


def _days(count: int) -> str:
    return ngettext("%(count)d day", "%(count)d days", count) % {"count": count}
