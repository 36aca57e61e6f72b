"""What each setting that decides means, with its unit: its name is for whoever runs the installation."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SETTINGS: Mapping[str, Promise] = {
    "software": _("The version of Veintrace"),
    "ADDRESS_REQUESTS_PER_MINUTE": _("Most requests a minute from one address, of nobody known"),
    "CHECKPOINT_EVERY_SECONDS": _(
        "Seconds that pass at least between two checkpoints sent to one destination"
    ),
    "CHECKS_LAPSE_AFTER_HOURS": _("Hours without a scan after which an open check is closed"),
    "IDLE_LOCK_MINUTES": _("Minutes without a person after which a desk is locked"),
    "LEDGER_ORIGIN": _("The name of the ledger in every checkpoint"),
    "LEDGER_WITNESSES": _("Public keys of the witnesses whose signatures under checkpoints count"),
    "LOCAL_SIGN_IN": _("Whether one may sign in with a password of this installation"),
    "OIDC_SERVER_URL": _("The provider at which one may sign in"),
    "PASSWORD_MAX_AGE_DAYS": _("Days after which a password or PIN must be changed; 0: never"),
    "PRINTER_NETWORKS": _("Networks in which label printers may stand"),
    "REFUSALS_BEFORE_ALERT": _("Refusals of one person, station or place after which quality is told"),
    "REFUSALS_WITHIN_MINUTES": _("Minutes within which those refusals are counted"),
    "REQUIRE_SECOND_FACTOR": _("Whether some roles must have a second factor at desks"),
    "SCANNER_AIM_REQUIRED": _("Whether a scanner must say which sort of symbol it read, to be qualified"),
    "SCANNER_QUALIFICATION_DAYS": _("Days for which a passed test card qualifies the scanner of a station"),
    "SECOND_FACTOR_ROLES": _("Which roles must have a second factor"),
    "SECURE_COOKIES": _("Whether pages are served over TLS alone"),
    "SESSION_COOKIE_AGE": _("Seconds after which one must sign in again"),
    "SIGN_INS_PER_MINUTE": _("Most attempts a minute, from one address, to sign in or unlock"),
    "SIGN_IN_BEGINS_SERIES": _(
        "Whether signing in counts as the first signing of a series, so that a signature takes the password alone"
    ),
    "STATION_REQUESTS_PER_MINUTE": _("Most requests a minute of one station"),
    "STOPS_BEFORE_ALERT": _(
        "STOPs for one reason at one station, or of one person, after which quality is told"
    ),
    "STOPS_WITHIN_MINUTES": _("Minutes within which those STOPs are counted"),
    "USER_REQUESTS_PER_MINUTE": _("Most requests a minute of one user to the programming interface"),
}
