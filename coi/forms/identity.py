"""Forms about identifiers: finding by one, adding and retiring one, changing who a patient is, receiving a lot."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from coi.forms import words
from coi.forms.pages import PageForm, PatientForm, WritingForm
from coi.rules.aliases import AliasKind, RetireReason
from coi.rules.reconciliations import ReconciliationKind
from people.forms.days import DayField
from people.forms.signing import SignedForm, says

MAX_TEXT = 4000
# A field that a scanner may write into: control characters stay, nothing is trimmed.
_SCANNED = {
    "autocomplete": "off",
    "autocapitalize": "off",
    "spellcheck": "false",
    "class": "code",
    "data-scan": "",
}


def _scanned(label: Any, most: int = 4096, **more: Any) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=most, strip=False, widget=forms.TextInput(attrs=_SCANNED), **more
    )


def _text(label: Any, **more: Any) -> forms.CharField:
    area = forms.Textarea(attrs={"rows": 3})
    return forms.CharField(label=label, max_length=MAX_TEXT, widget=area, **more)


def _choices(codes: Iterable[str], say: words.Say) -> list[tuple[str, str]]:
    return [(str(code), say(str(code))) for code in codes]


class FindForm(PageForm):
    """Any identifier, exactly as it is."""

    q = _scanned(_("Identifier"), help_text=_("Scan it, or type it exactly as it is written."))


class _OfSitesForm(WritingForm):
    """A form with a choice of sites."""

    site_field = ""

    def __init__(self, *args: Any, sites: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields[self.site_field]
        if isinstance(field, forms.ChoiceField):
            field.choices = list(sites)


class AliasForm(_OfSitesForm):
    """Another party's identifier for this journey or its patient."""

    site_field = "issuer"

    kind = forms.ChoiceField(label=_("Kind"), choices=_choices(AliasKind, words.alias_kind))
    issuer = forms.ChoiceField(label=_("Given by"))
    value = _scanned(_("Identifier"), 200, help_text=_("Exactly as it is written, or scanned."))


class RetireForm(WritingForm):
    """The end of an identifier that is wrong or no longer counts."""

    reason = forms.ChoiceField(label=_("Reason"), choices=_choices(RetireReason, words.retire_reason))
    corrected = _scanned(
        _("What it should be"), 200, required=False, help_text=_("Leave empty if nothing takes its place.")
    )
    text = _text(_("Why, in your words"))


class DetailsForm(PatientForm):
    """Who the patient is, as it should stand."""

    field_order = ("kind",)
    kind = forms.ChoiceField(
        label=_("What it is"),
        choices=_choices(
            [ReconciliationKind.CORRECTION, ReconciliationKind.CHANGE], words.reconciliation_kind
        ),
    )
    reason = _text(_("Why, and from which source you know it"))


class MergeForm(WritingForm):
    """Two patients who are one person: this journey's is kept."""

    give_up = _scanned(
        _("COI id of the other patient's journey"),
        40,
        help_text=_("Its patient becomes known as this journey's. Both COI ids stay as they are."),
    )
    merge_reason = _text(_("Why, and from which source you know it"))


class DecideForm(SignedForm, WritingForm):
    """The decision on a reconciliation, signed."""

    text = _text(_("Reason, if you reject it"), required=False)
    field_order = ("text", "username", "password")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        says(self, _("With it you sign over the identities before and after, as you have looked at them."))


class EraseForm(SignedForm, WritingForm):
    """The end of what is known of who a patient is, signed."""

    reason = forms.CharField(
        label=_("Why: who asks, and by which law"),
        help_text=_("This stays in the record. Do not name the patient."),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    field_order = ("reason", "username", "password")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        says(self, _("With it you answer for this erasure. What is erased cannot be brought back."))


class LotForm(_OfSitesForm):
    """A supplier's lot that comes into stock."""

    site_field = "site"

    site = forms.ChoiceField(label=_("Site"))
    supplier_label = _scanned(
        _("Supplier's label"),
        required=False,
        help_text=_("Scan the GS1 code on the material, then read it. Leave empty if it has none."),
    )
    material = forms.CharField(
        label=_("Material"), help_text=_("As protocols call it, such as vector."), max_length=40
    )
    lot_no = forms.CharField(
        label=_("Lot number"),
        help_text=_("Read it from the material yourself: it is compared with what the scanner read."),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    expires_on = DayField(label=_("Last day of use"))
    code = _scanned(_("Our code for it"), 28, help_text=_("Scan the sticker that you put on it."))
