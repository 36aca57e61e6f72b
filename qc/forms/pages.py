"""Fields of the pages: shape alone. A form that writes carries its request id: a double click counts once."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar
from uuid import uuid4

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ledger.rules.errors import DomainError, Invalid
from people.forms.signing import SignedForm
from qc.forms import texts
from qc.rules.results import RejectionReason


class WritingForm(forms.Form):
    """A form that writes."""

    # Where the service names a field otherwise than the form.
    ALIASES: ClassVar[Mapping[str, str]] = {}
    # The words for what a service answers with where it refuses.
    REFUSALS: ClassVar[Mapping[Any, str | Promise]] = {}

    request_id = forms.UUIDField(initial=uuid4, widget=forms.HiddenInput)

    def offer(self, name: str, choices: Iterable[tuple[str, Any]]) -> None:
        """What can be chosen in a field."""
        field: Any = self.fields[name]
        field.choices = list(choices)

    def take(self, error: DomainError) -> None:
        """Show what a service found wrong: at the fields concerned, or above them all."""
        fields = error.detail.get("fields", {}) if isinstance(error, Invalid) else {}
        for given, problem in fields.items():
            name = self.ALIASES.get(given, given)
            text = str(texts.FIELDS.get(str(problem), str(problem)))
            self.add_error(name if name in self.fields else None, text)
        if not fields:
            self.add_error(None, texts.error_text(error))

    def take_refusals(self, refusals: Iterable[Any]) -> None:
        """Show why it was refused, above all fields."""
        for code in refusals:
            self.add_error(None, str(self.REFUSALS[code]))
        self.renew()

    def renew(self) -> None:
        """What is sent after a refusal is another request: the refusal is the recorded answer to this one."""
        self.data = self.data.copy()
        self.data["request_id"] = str(uuid4())


class SignForm(SignedForm, WritingForm):
    """A form that signs."""


class RejectForm(SignForm):
    """A rejection and why."""

    field_order = ("reason", "username", "password")
    reason = forms.ChoiceField(
        label=_("Reason"),
        choices=[("", ""), *((reason.value, texts.REJECTIONS[reason]) for reason in RejectionReason)],
    )
