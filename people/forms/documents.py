"""Forms of controlled documents, and everything about them in words: states, steps, faults, and why not."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from ledger.rules.errors import DomainError, Invalid
from people.forms.signing import SignedForm
from people.registry import DocumentKind, Word
from people.rules.documents import DocumentAction, DocumentState, Problem
from people.rules.documents_text import MAX_TEXT, read
from people.rules.signatures import Meaning

_LONGEST_SHOWN = 200

STATES: Mapping[DocumentState, Promise] = {
    DocumentState.DRAFT: _("draft"),
    DocumentState.IN_REVIEW: _("in review"),
    DocumentState.REVIEWED: _("reviewed, waiting for approval"),
    DocumentState.APPROVED: _("approved, not in effect yet"),
    DocumentState.EFFECTIVE: _("in effect"),
    DocumentState.RETIRED: _("retired"),
}
MEANINGS: Mapping[Meaning, Promise] = {
    Meaning.AUTHORSHIP: _("authorship"),
    Meaning.REVIEW: _("review"),
    Meaning.APPROVAL: _("approval"),
    Meaning.RELEASE: _("release"),
    Meaning.CONDITIONAL_RELEASE: _("conditional release"),
    Meaning.EXCEPTIONAL_RELEASE: _("exceptional release"),
    Meaning.VERIFICATION: _("verification"),
    Meaning.RESPONSIBILITY: _("responsibility"),
    Meaning.REJECTION: _("rejection"),
}
# What waits for somebody, in the words of a list.
WAITING: Mapping[DocumentAction, Promise] = {
    DocumentAction.SUBMIT: _("to finish and submit"),
    DocumentAction.REVIEW: _("to review"),
    DocumentAction.APPROVE: _("to approve"),
    DocumentAction.MAKE_EFFECTIVE: _("to put in effect"),
}
DONE: Mapping[DocumentAction, Promise] = {
    DocumentAction.SUBMIT: _("You signed it as its author. It waits for its review."),
    DocumentAction.REVIEW: _("You signed the review. It waits for its approval."),
    DocumentAction.APPROVE: _("You signed the approval. It can be put in effect."),
    DocumentAction.REJECT: _("You signed the rejection. It is a draft again."),
    DocumentAction.MAKE_EFFECTIVE: _("It is in effect from now on."),
    DocumentAction.RETIRE: _("It is retired."),
}
ERRORS: Mapping[str, Promise] = {
    "role_missing": _("You do not hold a role for this at this site."),
    "username_needed": _(
        "Type your username too: this is your first signature, or your last was more than 15 minutes ago."
    ),
    "credential_refused": _("The password is wrong. Nothing was signed."),
    "credential_locked": _("Too many wrong attempts. Wait a quarter of an hour, or ask an administrator."),
    "not_in_this_state": _(
        "Somebody has taken it a step further, or back, since this page was opened. Reload it."
    ),
    "author_may_not": _("You wrote it: somebody else reviews it, approves it or rejects it."),
    "reviewer_may_not": _("You reviewed it: somebody else approves it."),
    "only_the_author": _("Only its author may do this."),
    "content_changed": _(
        "Its content was changed since this page was opened. Nothing was saved or signed: reload it."
    ),
    "document_code_used": _("A document of this kind has this code already. Write its next version instead."),
    "document_of_another_site": _("This document belongs to another site."),
    "version_open": _("Another version is on its way: that one is finished or retired first."),
    "version_used": _("Another version was written since this page was opened. Begin again from that one."),
    "already_signed": _("You signed this very content before. Change it, or let somebody else sign."),
    "request_id_used": _("This was sent before with another content. Reload the page."),
    "version_unknown": _("There is no such version."),
    "site_unknown": _("There is no such site."),
}
FIELDS: Mapping[str, Promise] = {
    "blank": _("This is empty."),
    "too_long": _("This is too long."),
    "not_printable": _("This holds a character that cannot be printed."),
}
# What can be wrong with any content. What only one kind knows is said by that kind.
FAULTS: Mapping[str, Word] = {
    "not_json": _("This is not JSON: it cannot be read beyond line {line}, column {column}."),
    "repeated_key": _("The name “{key}” stands twice in one object: only one of them would count."),
    "not_an_object": _("An object is wanted here, in curly brackets."),
    "too_deep": _("This is nested too deeply."),
    "key_not_text": _("A name holds a character that cannot be kept."),
    "text_not_storable": _("This text holds a character that cannot be kept."),
    "float_not_exact": _(
        'A number with a point or exponent has no one form: write it as text, such as "0.5".'
    ),
    "integer_too_large": _("This number is too large."),
    "type_unknown": _("This is no text, number, list or object."),
    "required": _("This is missing."),
    "wrong_type": _("This is of the wrong type: {wanted} is wanted."),
    "not_choice": _("“{given}” is not one of: {choices}."),
    "unknown_field": _("There is no such field."),
    "out_of_range": _("This is not between {low} and {high}."),
    "too_many": _("These are too many: at most {most}."),
    "too_long": _("This is too long."),
    "repeated": _("The same stands here twice."),
    "blank": _("This is empty."),
    "not_texts": _("A list of texts is wanted here, none of them empty."),
    "not_decimal_text": _('A number written as text is wanted here, such as "0.5".'),
}


def _shown(text: str) -> str:
    """What somebody wrote, as it can be shown: halves of characters have no bytes, and nobody reads a thousand."""
    short = text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"
    return short.encode("utf-8", "replace").decode("utf-8")


class _Said(dict[str, Any]):
    """Parameters as people read them: a list by its members; one that is missing as nothing."""

    def __getitem__(self, name: str) -> str:
        value = super().__getitem__(name)
        return ", ".join(map(str, value)) if isinstance(value, list | tuple) else _shown(str(value))

    def __missing__(self, name: str) -> str:
        return ""


def fault_text(problem: Problem, kind: DocumentKind) -> str:
    """A fault of content as a sentence."""
    words = kind.shown.faults.get(problem.code) or FAULTS.get(problem.code)
    return problem.code.replace("_", " ") if words is None else str(words).format_map(_Said(problem.params))


class WritingForm(forms.Form):
    """A form that writes; the request id comes with the page, so that a double click counts once."""

    request_id = forms.UUIDField(initial=uuid4, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **({"label_suffix": ""} | more))

    def take(self, error: DomainError) -> None:
        """Show what a service found wrong: at the fields concerned, or above them all."""
        fields = error.detail.get("fields", {}) if isinstance(error, Invalid) else {}
        for name, problem in fields.items():
            self.add_error(name if name in self.fields else None, str(FIELDS.get(problem, problem)))
        if not fields:
            self.add_error(None, str(ERRORS.get(error.code, error.message)))


def _code_area() -> forms.Textarea:
    return forms.Textarea(
        attrs={"rows": 26, "class": "code", "spellcheck": "false", "autocomplete": "off", "wrap": "off"}
    )


class ContentForm(WritingForm):
    """The content of a version as text; `faults` are those of the last look at it, each with its place."""

    content = forms.CharField(
        label=_("Content (JSON)"), max_length=MAX_TEXT, strip=False, widget=_code_area()
    )

    def __init__(self, *args: Any, kind: DocumentKind, **more: Any) -> None:
        super().__init__(*args, **more)
        self.kind = kind
        self.faults: list[tuple[str, str]] = []

    def clean_content(self) -> dict[str, Any]:
        """What was written, if the kind finds nothing wrong with it."""
        content, problems = read(self.cleaned_data["content"])
        if content is not None and all(problem.code != "too_deep" for problem in problems):
            problems = (*problems, *self.kind.validate(content))
        if content is None or problems:
            self.faults = [(_shown(problem.path), fault_text(problem, self.kind)) for problem in problems]
            count = len(problems)
            text = ngettext(
                "%(n)d thing is wrong; nothing was saved.",
                "%(n)d things are wrong; nothing was saved.",
                count,
            )
            raise forms.ValidationError(text % {"n": count})
        return content


class EditForm(ContentForm):
    """A draft; `seen` is the digest of what its author began from."""

    seen = forms.CharField(max_length=64, widget=forms.HiddenInput)


def _reason(label: Any) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=1000, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )


def _title() -> forms.CharField:
    return forms.CharField(
        label=_("Title"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )


class NewForm(ContentForm):
    """The first version of a document."""

    field_order = ("site", "code", "title", "content")
    site = forms.ChoiceField(label=_("Site that keeps it"))
    code = forms.CharField(
        label=_("Code"),
        max_length=64,
        widget=forms.TextInput(attrs={"class": "code", "autocomplete": "off", "autocapitalize": "none"}),
    )
    title = _title()

    def __init__(self, *args: Any, sites: Iterable[tuple[str, str]], kind: DocumentKind, **more: Any) -> None:
        super().__init__(*args, kind=kind, **more)
        site: Any = self.fields["site"]
        site.choices = list(sites)
        self.fields["code"].help_text = str(kind.shown.code_help)


class NextForm(ContentForm):
    """A next version; `number` is the one that its author means to write."""

    field_order = ("title", "reason", "content")
    title = _title()
    reason = _reason(_("Why it changes"))
    number = forms.IntegerField(min_value=2, max_value=100_000, widget=forms.HiddenInput)


class StepForm(WritingForm):
    """One step that is not signed."""


class SignForm(SignedForm, StepForm):
    """A step that is signed. `seen`: what is signed."""

    seen = forms.CharField(max_length=64, widget=forms.HiddenInput)


class RejectForm(SignForm):
    """A rejection and why."""

    field_order = ("reason", "username", "password")
    reason = _reason(_("Why it is rejected"))


class RetireForm(StepForm):
    """A retirement and why."""

    reason = _reason(_("Why it is retired"))
