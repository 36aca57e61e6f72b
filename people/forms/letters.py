"""Letters of this room: what ends soon, and who is refused again and again, in words."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from people.forms.people import ENDING
from people.registry import Letter
from people.rules.expiry import Running
from people.rules.work import NoticeView


def letters() -> Mapping[str, Callable[[NoticeView], Letter]]:
    """For the registry: the code of each notice with what writes its letter."""
    ends = {f"{kind}_ends": partial(_ends, kind) for kind in Running}
    return ends | {"refused_often": _refused_often, "tokens_refused": _tokens_refused}


def _tokens_refused(notice: NoticeView) -> Letter:
    return _refused(
        notice,
        _("Veintrace: a station's token is refused at %(site)s"),
        _(
            "%(about)s: a token that is not in use was shown %(count)s times within %(minutes)s minutes. A device may"
            " have been forgotten when its station was closed or got a new token; or somebody tries tokens. Find the"
            " device, and bind it again or take it away. The trail shows each attempt: sign in to see it."
        ),
    )


def _refused_often(notice: NoticeView) -> Letter:
    return _refused(
        notice,
        _("Veintrace: refused again and again at %(site)s"),
        _(
            "%(about)s was refused %(count)s times within %(minutes)s minutes. Ask whether they need help, or close"
            " the account or the station. The trail shows what was tried: sign in to see it."
        ),
    )


def _refused(notice: NoticeView, title: str, text: str) -> Letter:
    told = {"about": f"{notice.subject_kind} {notice.subject_key}", "site": notice.site, **notice.params}
    return Letter(title % told, text % told)


def _ends(kind: Running, notice: NoticeView) -> Letter:
    day = datetime.fromisoformat(str(notice.params["ends_at"])).astimezone(ZoneInfo(notice.zone))
    told = {
        "what": ENDING[kind],
        "about": notice.params["about"],
        "site": notice.site,
        "day": f"{day:%Y-%m-%d}",
    }
    if kind is Running.BADGE_TEST:
        text = _("Badge %(about)s at %(site)s should be read again, with its holder present, by %(day)s.")
    elif kind is Running.PIN:
        text = _(
            "The PIN of %(about)s at %(site)s is to be changed by %(day)s, on the page “My account”. Afterwards a desk"
            " opens that page and nothing else. At a station the old PIN goes on, for a patient may be waiting."
        )
    else:
        text = _(
            "%(what)s %(about)s at %(site)s ends on %(day)s. Have it renewed before: it is refused afterwards."
        )
    return Letter(_("Veintrace: %(what)s, due on %(day)s") % told, text % told)
