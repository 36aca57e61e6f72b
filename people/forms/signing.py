"""The fields of every signature at a desk: both components; the first may be left out in a continuous series."""

from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class SignedForm(forms.Form):
    """What a form asks for that signs. Forms of all rooms that sign are built on it."""

    username = forms.CharField(
        label=_("Your username"),
        help_text=_(
            "Needed for your first signature, and again when your last was more than 15 minutes ago."
        ),
        max_length=64,
        required=False,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    password = forms.CharField(
        label=_("Your password"),
        max_length=256,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


def says(form: SignedForm, words: Promise) -> None:
    """Say at the password what is signed with it."""
    field: Any = form.fields["password"]
    field.label, field.help_text = _("Your password, as your signature"), words
