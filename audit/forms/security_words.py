"""What guards the door, by kind of event, in words."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ledger.events import Event as Ledger
from people.events import Event

SECURITY_KINDS: Mapping[str, Promise] = {
    Event.USER_SIGNED_IN: _("Signed in"),
    Event.USER_SIGNED_OUT: _("Signed out"),
    Event.SESSION_UNLOCKED: _("Resting desk unlocked"),
    Event.SESSIONS_ENDED: _("Sessions ended"),
    Event.CREDENTIAL_FAILED: _("Wrong password, code, badge or PIN"),
    Event.USER_LOCKED: _("Account locked after wrong attempts"),
    Event.DOOR_REFUSED: _("Turned away at a page"),
    Event.SECURITY_ALERTED: _("Alert: refused again and again"),
    Event.TOKEN_REFUSED: _("Token of no station turned away"),
    Ledger.HALT_FOUND: _("Ledger found altered, and halted"),
    Ledger.HALT_RESOLVED: _("Ledger found sound again"),
    Event.USER_CREATED: _("Account made"),
    Event.USER_ACTIVATED: _("Account activated"),
    Event.USER_RESET: _("Account reset"),
    Event.USER_DEACTIVATED: _("Account closed"),
    Event.PASSWORD_CHANGED: _("Password changed"),
    Event.PIN_CHANGED: _("PIN changed"),
    Event.FACTOR_ADDED: _("Second factor added"),
    Event.FACTOR_REMOVED: _("Second factor removed"),
    Event.RECOVERY_CODES_MADE: _("Recovery codes made"),
    Event.PROVIDER_LINKED: _("Account linked to a provider"),
    Event.PROVIDER_UNLINKED: _("Link to a provider ended"),
    Event.ROLE_GRANTED: _("Role given"),
    Event.ROLE_REVOKED: _("Role taken away"),
    Event.BADGE_ISSUED: _("Badge issued"),
    Event.BADGE_PRINTED: _("Cards of badges printed"),
    Event.BADGE_REVALIDATED: _("Badge tested"),
    Event.BADGE_REVOKED: _("Badge revoked"),
    Event.STATION_REGISTERED: _("Station registered"),
    Event.STATION_CHANGED: _("Station changed"),
    Event.STATION_BOUND: _("Device bound to a station"),
    Event.STATION_RELEASED: _("Device of a station released"),
    Event.STATION_TOKEN_ISSUED: _("New token for a station"),
    Event.PAGE_SEEN: _("Page seen by an auditor"),
}
