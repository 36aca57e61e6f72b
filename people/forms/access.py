"""Fields of signing in and of one's own account: shape alone."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


def _password(
    label: Any, *, autocomplete: str = "current-password", help_text: Any = "", is_first: bool = False
) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=256,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": autocomplete, "autofocus": is_first}),
    )


def _pin() -> forms.CharField:
    return forms.CharField(
        label=_("New PIN for signing at stations"),
        help_text=_("4 to 12 digits; not all the same, not in sequence."),
        max_length=12,
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )


class SignInForm(forms.Form):
    """A person at a desk."""

    username = forms.CharField(
        label=_("Username"),
        max_length=64,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autofocus": True, "autocapitalize": "none"}
        ),
    )
    password = _password(_("Password"))


class CodeForm(forms.Form):
    """The second factor: an app's code or a recovery code, as people write them, with spaces."""

    code = forms.CharField(
        label=_("Code of your app, or a recovery code"),
        max_length=32,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}
        ),
    )

    def clean_code(self) -> str:
        """The digits alone."""
        return "".join(str(self.cleaned_data["code"]).split()).replace("-", "")


class UnlockForm(forms.Form):
    """The person whose desk rests."""

    own_password = _password(_("Password"), is_first=True)


class _NewPassword(forms.Form):
    """A new password, twice, so that a slip does not lock its owner out."""

    password = _password(
        _("New password"),
        autocomplete="new-password",
        help_text=_("12 characters or more, none of those that everybody takes, nothing like your name."),
    )
    password_again = _password(_("New password again"), autocomplete="new-password")

    def clean_password_again(self) -> str:
        """The same twice."""
        again = str(self.cleaned_data["password_again"])
        if again != self.cleaned_data.get("password"):
            raise forms.ValidationError(_("The two passwords differ."))
        return again


class ActivateForm(_NewPassword):
    """The owner of a new account, with the code that the administrator handed over."""

    username = forms.CharField(
        label=_("Username"), max_length=64, widget=forms.TextInput(attrs={"autocomplete": "username"})
    )
    activation_code = forms.CharField(
        label=_("Activation code"), max_length=64, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    pin = _pin()
    field_order = ("username", "activation_code", "password", "password_again", "pin")


class PasswordForm(_NewPassword):
    """A new password; the present one shows that it is its owner who asks."""

    old = _password(_("Present password"))
    field_order = ("old", "password", "password_again")


class PinForm(forms.Form):
    """A new PIN."""

    old = _password(_("Your password"))
    pin = _pin()


class ConfirmForm(forms.Form):
    """The password, before something about one's own access changes."""

    old = _password(_("Your password"))


class AppForm(CodeForm):
    """The first code of an app that was just set up; the secret comes with the page."""

    secret = forms.RegexField(regex=r"^[A-Z2-7]{32}$", widget=forms.HiddenInput)
    old = _password(_("Your password"))
    field_order = ("code", "old")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("The code that the app shows now")


class PasskeyForm(forms.Form):
    """A new passkey: what the browser made is filled in by the page."""

    name = forms.CharField(
        label=_("What you call it"), max_length=64, help_text=_("Such as: key on my ring, work laptop.")
    )
    old = _password(_("Your password"))
    credential = forms.JSONField(widget=forms.HiddenInput, max_length=20_000)
