"""What this room mails, in words."""

from django.urls import reverse
from django.utils.translation import gettext as _

from people.registry import Letter
from people.rules.work import NoticeView


def signal(notice: NoticeView) -> Letter:
    """That a control chart signals: of what, at which batch, and where to go."""
    of = {**notice.params, "page": reverse("cpv:signal", args=[notice.subject_key])}
    lines = (
        _("The chart of %(parameter)s (plan %(plan)s) signals at %(subject)s.") % of,
        _("A signal says that the process may have changed. It changes nothing about the batch."),
        _("Sign in, open “Process”, “Signals”, and look into it: %(page)s") % of,
    )
    return Letter(_("Veintrace: %(parameter)s signals at %(subject)s") % of, "\n\n".join(lines))
