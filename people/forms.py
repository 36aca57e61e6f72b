"""Fields of the pages of `people`: shape alone; what is right is decided below."""

from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _


class SignInForm(forms.Form):
    """A person at a desk."""

    username = forms.CharField(
        label=_("Username"),
        max_length=64,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autofocus": True, "autocapitalize": "none"}
        ),
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=256,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class ActivateForm(forms.Form):
    """The owner of a new account, with the code that the administrator handed over."""

    username = forms.CharField(
        label=_("Username"), max_length=64, widget=forms.TextInput(attrs={"autocomplete": "username"})
    )
    activation_code = forms.CharField(
        label=_("Activation code"), max_length=64, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    password = forms.CharField(
        label=_("New password"),
        max_length=256,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    password_again = forms.CharField(
        label=_("New password again"),
        max_length=256,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    pin = forms.CharField(
        label=_("New PIN for signing at stations"),
        help_text=_("4 to 12 digits; not all the same, not in sequence."),
        max_length=12,
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )

    def clean_password_again(self) -> str:
        """The same twice, so that a slip does not lock its owner out."""
        again = str(self.cleaned_data["password_again"])
        if again != self.cleaned_data.get("password"):
            raise forms.ValidationError(_("The two passwords differ."))
        return again


class TrailForm(forms.Form):
    """Which subject's entries to show."""

    kind = forms.CharField(label=_("Kind of subject"), max_length=32, required=False)
    key = forms.CharField(label=_("Subject"), max_length=128, required=False)


class DoneForm(forms.Form):
    """Work that was done; the request id comes with the page, so that a double click counts once."""

    request_id = forms.UUIDField(initial=uuid4, widget=forms.HiddenInput)
    item = forms.UUIDField(widget=forms.HiddenInput)
