"""What readers of trails call the columns of this room whose names do not say it, by table."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_OF_THE_LABEL = {"width_mm": _("width (mm)"), "height_mm": _("height (mm)")}
COLUMNS: Mapping[str, Mapping[str, Promise]] = {
    "coi.alias": {"value_key": _("keyed digest of the value")},
    "coi.check": {"scans": _("what was scanned")},
    "coi.collection": {"din": _("donation number (DIN)")},
    "coi.container": {"number": _("which of its kind"), "total": _("of how many")},
    "coi.materiallot": {"lot_no": _("lot number"), "gtin": _("GTIN")},
    "coi.order": {"coi_id": _("COI id")},
    "coi.patient": {"mrn_index": _("keyed digest of the hospital number")},
    "coi.printer": {**_OF_THE_LABEL, "dpi": _("dots per inch"), "kinds": _("labels loaded")},
    "coi.printjob": _OF_THE_LABEL,
    "coi.reconciliation": {
        "mrn_index": _("keyed digest of the hospital number"),
        "old_digest": _("digest of what was known"),
        "new_digest": _("digest of what is known now"),
        "give_up_id": _("patient given up"),
    },
    "coi.scan": {
        "answer": _("what the station was told"),
        "at": _("scanned"),
        "check_ref_id": _("check"),
        "is_keyed": _("typed, not scanned"),
        "is_stop": _("STOP"),
        "request_digest": _("digest of what was sent"),
    },
    "coi.steprecord": {"at": _("done"), "check_ref_id": _("check"), "stock": _("lots and devices")},
    "coi.weight": {"kg": _("weight (kg)"), "supersedes_id": _("in place of")},
}
