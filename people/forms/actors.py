"""Who acted, and how they had shown who they are, in the words of trails and reports."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ledger.rules.actors import ActorKind, AuthMethod

SHOWN_BY: Mapping[str, Promise] = {
    AuthMethod.NONE: _("not signed in"),
    AuthMethod.PASSWORD: _("username and password"),
    AuthMethod.BADGE: _("badge"),
    AuthMethod.BADGE_PIN: _("badge and PIN"),
    AuthMethod.TOKEN: _("token"),
    AuthMethod.SYSTEM: _("the system itself"),
}
ACTORS: Mapping[str, Promise] = {
    ActorKind.PERSON: _("person"),
    ActorKind.SERVICE: _("the system itself"),
    ActorKind.STATION: _("station"),
    ActorKind.UNKNOWN: _("not known"),
}


def actor_text(kind: str, name: str) -> str:
    """Who made an entry: a printed name, which part of the system, or what sort of actor where there is no name."""
    if kind == ActorKind.SERVICE:
        return gettext("the system (%s)") % name
    return name or str(ACTORS[kind])
