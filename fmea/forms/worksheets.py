"""What people fill in about a whole worksheet: a new one, and what stands on one handed to review."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from fmea.forms.error_words import field_text
from fmea.forms.pages import RiskForm
from fmea.rules.worksheet_reading import ITEM_CODE
from fmea.services.sheets import RESERVED
from qc.forms.pages import SignForm

_PLAIN = {"autocomplete": "off"}


class NewForm(RiskForm):
    """A new worksheet. `like`: the one that it begins as a copy of; with none it begins with our own scales."""

    ALIASES: ClassVar[Mapping[str, str]] = {"worksheet": "code"}
    field_order = ("title", "code", "product", "site", "like")
    title = forms.CharField(
        label=_("Title"),
        max_length=200,
        widget=forms.TextInput(attrs=_PLAIN),
        help_text=_("The process that is looked at, from where to where."),
    )
    code = forms.CharField(
        label=_("Code"),
        max_length=32,
        widget=forms.TextInput(attrs={**_PLAIN, "class": "code", "autocapitalize": "characters"}),
        help_text=_("Letters, digits, dots, dashes and underscores; it stays for good."),
    )
    product = forms.ChoiceField(label=_("Product"))
    site = forms.ChoiceField(label=_("Site that keeps it"))
    like = forms.ChoiceField(
        label=_("Begin with"),
        required=False,
        help_text=_(
            "A copy takes scales, team, steps and rows with their ratings and reasons. Who gave a rating, decisions "
            "and actions stay where they are."
        ),
    )

    def __init__(
        self,
        *args: Any,
        products: Iterable[tuple[str, str]],
        sites: Iterable[tuple[str, str]],
        others: Iterable[tuple[str, str]],
        **more: Any,
    ) -> None:
        super().__init__(*args, **more)
        self.offer("product", [(code, f"{name} ({code})") for code, name in products])
        self.offer("site", sites)
        self.offer("like", [("", _("Our own scales, and no rows")), *others])

    def clean_code(self) -> str:
        """A code that may stand in an address."""
        code = str(self.cleaned_data["code"])
        if not ITEM_CODE.fullmatch(code):
            raise forms.ValidationError(field_text("code_shape"))
        if code.lower() in RESERVED:
            raise forms.ValidationError(field_text("code_reserved"))
        return code


class SubmitForm(RiskForm, SignForm):
    """The author's signature over what stands on the sheet. `revision`: what was read before it was signed."""

    field_order = ("reason", "username", "password")
    revision = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("Why it changes"), max_length=1000, required=False, widget=forms.TextInput(attrs=_PLAIN)
    )

    def __init__(self, *args: Any, asks_why: bool, **more: Any) -> None:
        super().__init__(*args, **more)
        if asks_why:
            self.fields["reason"].required = True
        else:
            del self.fields["reason"]
