"""Why something cannot be recorded late, and what to do: a sentence for each `why` of the two refusals."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_CALL_QUALITY = _("Keep the paper record with the material and call quality: they decide what becomes of it")
LATE: Mapping[str, tuple[str | Promise, str | Promise]] = {
    "check_begun": (
        _("this step was begun here as one that is done now"),
        _("Cancel that check, then begin again with the time on the paper record"),
    ),
    "never": (_("the protocol of this therapy allows no late entry"), _CALL_QUALITY),
    "unknown_then": (
        _("it is not known what stood at that time"),
        _("Try again, and call your administrator"),
    ),
    "held_now": (
        _("{found} of this journey is on hold"),
        _("Call quality. Record it once they have released the hold or closed the deviation"),
    ),
    "held_then": (_("{found} was on hold at that time"), _CALL_QUALITY),
    "stopped_then": (_("this station stood at a STOP at that time, not yet cleared"), _CALL_QUALITY),
    "identity_then": (_("it was open at that time who the patient is"), _CALL_QUALITY),
    "place_then": (_("another patient's material was on record at this place at that time"), _CALL_QUALITY),
    "not_released_then": (_("the batch of {found} was not released at that time"), _CALL_QUALITY),
    "not_accepted_then": (_("the cells of {found} were not accepted at that time"), _CALL_QUALITY),
    "stock_since": (_("the state of {found} was set after that time"), _CALL_QUALITY),
    "label_since": (
        _("the label {found} was issued after that time"),
        _("A label that was not there cannot have been checked. Do the step now, or call quality"),
    ),
    "band_since": (
        _("the patient got this wristband after that time"),
        _("A wristband that was not there cannot have been checked. Do the step now, or call quality"),
    ),
    "refused_since": (_("a STOP met this step after that time, for a date or a state"), _CALL_QUALITY),
    "in_the_future": (_("it is in the future"), _("Enter the time on the paper record")),
    "too_long_ago": (_("it is more than {hours} hours ago"), _CALL_QUALITY),
    "before_the_order": (_("the order was placed later"), _("Enter the time on the paper record")),
    "before_a_step": (
        _("“{waits_for}” was done after that, at {at}"),
        _("Compare the times on the paper record. If both are right, call quality"),
    ),
}
