"""What a service of this room raised, as a sentence."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fmea.forms.document_words import FAULTS
from ledger.rules.errors import DomainError
from qc.forms import texts

ERRORS: Mapping[str, Promise] = {
    "media_type_differs": _("This is no spreadsheet file (XLSX)."),
    "worksheet_unknown": _("There is no such worksheet, or it is not yours to see."),
    "worksheet_unreadable": _("This version cannot be read as a worksheet."),
    "worksheet_code_used": _("There is a worksheet with this code already: choose another one."),
    "version_unknown": _("There is no such version of this worksheet."),
    "row_unknown": _("There is no such row on this worksheet. Somebody may have taken it out."),
    "round_unknown": _("There is no such round of scoring, or it is not yours to see."),
    "round_begun_already": _("This row is being scored already."),
    "round_over": _("This round of scoring is over. Reload the page."),
    "score_given_already": _("You handed in a score at this very moment. Reload the page."),
    "action_unknown": _("There is no such action, or it is not yours to see."),
    "action_code_used": _("There is an action with this code already."),
    "action_not_open": _("This action is done or dropped: it stays as it is."),
    "action_changed": _("This action got another owner meanwhile. Reload the page."),
    "file_unknown": _("There is no such file."),
    "file_invalid": _("Something is wrong with the file; nothing was taken in."),
    "printout_unknown": _("There is no such printout, or it is not yours to see."),
    "resting": _("A version of this worksheet is being signed: nothing is written on it until that is done."),
    "content_changed": _("Somebody changed the sheet meanwhile. Nothing was done: look at it again."),
    "content_invalid": _("Something is still to be done before this can be signed; it is listed below."),
    "written_elsewhere": _("A later version was written elsewhere. It has to be signed or sent back first."),
    "not_signed_in": _("Sign in first."),
}

FIELDS: Mapping[str, Promise] = {
    "required": _("This is required."),
    "repeated": _("Something is named twice."),
    "code_reserved": _("This word is not free as a code: choose another one."),
    "too_few": _("A team is at least two people: fewer are no spread."),
    "too_many": _("These are more than a worksheet holds."),
    "not_of_this_site": _("Somebody named here holds no role for this at the site of the worksheet."),
    "in_the_future": _("This day is still to come."),
    "out_of_range": _("A rating is a whole number from 1 to 10."),
    "not_a_rating": _("A rating is a whole number from 1 to 10."),
    "not_a_revision": _("This is no state of the sheet. Reload the page."),
    "not_on_the_sheet": _("There is no such place on the sheet any more."),
    "not_written_here": _("This is not written on the sheet, but on a page of its own."),
    "version_unknown": _("There is no such version."),
}


def error_text(error: DomainError) -> str:
    """The sentence of this room, or that of the rooms below."""
    return str(ERRORS[error.code]) if error.code in ERRORS else texts.error_text(error)


def field_text(code: Any) -> str:
    """What is wrong with a field: the sentence of this room, of its documents, or of the rooms below."""
    known = str(code)
    return str(FIELDS.get(known) or FAULTS.get(known) or texts.FIELDS.get(known) or known)
