"""Fields and words of the page of a batch's documents."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from qc.forms.pages import WritingForm
from qc.rules.document_words import DocumentKind

TITLES: Mapping[DocumentKind, str | Promise] = {
    DocumentKind.COA: _("Certificate of analysis"),
    DocumentKind.RFI: _("Release for infusion"),
    DocumentKind.BATCH_RECORD: _("Batch record"),
}
PURPOSES: Mapping[DocumentKind, str | Promise] = {
    DocumentKind.COA: _("Every result with its limits, method and people; deviations and the decision."),
    DocumentKind.RFI: _("What the bedside needs: identity, dose, expiry, storage, handling."),
    DocumentKind.BATCH_RECORD: _("Everything that was done and found, and what was changed since."),
}


class IssueForm(WritingForm):
    """Issue a document; a version after the first says why."""

    reason = forms.CharField(label=_("Why another version"), max_length=200, required=False)

    def __init__(self, *args: Any, is_again: bool, **more: Any) -> None:
        super().__init__(*args, **more)
        if is_again:
            # The service asks for it: a first version that is sent twice has none, and counts once.
            self.fields["reason"].widget.attrs["required"] = True
        else:
            del self.fields["reason"]
