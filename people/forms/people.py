"""Forms about people and sites: accounts, roles, badges, training, qualifications; and what they come to in words."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ledger.rules.errors import DomainError, Invalid
from people.forms.days import DayField
from people.forms.documents import ERRORS as DOCUMENT_ERRORS
from people.forms.documents import FIELDS as DOCUMENT_FIELDS
from people.forms.documents import WritingForm
from people.forms.roles import role_choices
from people.rules.expiry import Running
from people.rules.qualifications import Work
from people.rules.topics import nearest
from people.services import EvidenceFile

MOST_BYTES = 20 * 1024 * 1024
_KEPT = ("application/pdf", "image/png", "image/jpeg")

WORK: Mapping[Work, Promise] = {
    Work.ORDERS: _("orders"),
    Work.COLLECTION: _("collecting cells"),
    Work.INFUSION: _("giving the product"),
}
ENDING: Mapping[Running, Promise] = {
    Running.TRAINING: _("training"),
    Running.BADGE: _("badge"),
    Running.BADGE_TEST: _("test of the badge"),
    Running.QUALIFICATION: _("qualification of the site"),
    Running.AUDIT: _("grant to audit"),
    Running.PIN: _("PIN"),
}
ERRORS: Mapping[str, Promise] = {
    **DOCUMENT_ERRORS,
    "not_to_yourself": _("Nobody does this for themselves: another administrator does it."),
    "not_over_yourself": _("Nobody does this to their own account: another administrator does it."),
    "user_unknown": _("There is no such open account."),
    "user_of_another_site": _(
        "This person works at another site. Choose that one; else its administrator does this."
    ),
    "username_used": _("Somebody has, or had, this username. Usernames are never given twice."),
    "audit_granted_already": _("This person may audit the site in that time already. End that grant first."),
    "grant_unknown": _("There is no such grant."),
    "grant_ended_already": _("This grant has ended already."),
    "subject_linked_already": _("The provider vouches for somebody under this subject already."),
    "link_unknown": _("There is no such link, or it has ended."),
    "badge_unknown": _("No badge has this code."),
    "badge_revoked_already": _("This badge was revoked before."),
    "badge_code_used": _("This code is, or was, somebody's badge. Codes are never given twice."),
    "qualification_unknown": _("There is no such qualification."),
    "qualification_ended_already": _("This qualification has ended already."),
    "requirement_unknown": _("There is no such requirement."),
    "programme_required_already": _("This programme is required for this work already."),
    "programme_waived_already": _("This programme is not required any more."),
    "media_type_unknown": _("This kind of file is not kept. Give a PDF, PNG or JPEG."),
    "media_type_differs": _("The file is not what its name says. Give a PDF, PNG or JPEG."),
    "file_empty": _("The file is empty."),
    "file_too_large": _("The file is larger than 20 MB."),
}
# Where what a service says as a whole is about one field.
_OF_FIELDS: Mapping[str, str] = {"user_of_another_site": "site", "username_used": "username"}
FIELDS: Mapping[str, Promise] = {
    **DOCUMENT_FIELDS,
    "username_shape": _("2 to 64 small letters, digits and . _ @ + -, beginning with a letter or digit."),
    "ends_before_it_starts": _("This ends before it begins."),
    "auditor_needs_an_end": _("To audit is granted with a last day."),
    "audit_too_long": _("To audit is granted for a year at most."),
    "period_for_auditors_only": _("Only an auditor's role is bounded to records of a certain time."),
    "not_a_badge_code": _("This is not the code of a badge."),
    "badge_of_another": _("This is somebody else's badge. Whose it is, the list of people finds."),
    "programme_shape": _("1 to 40 letters, digits, spaces and . _ / -."),
}


def _typed(label: Any, most: int = 200, *, is_needed: bool = True, **more: Any) -> forms.CharField:
    widget = forms.TextInput(attrs={"autocomplete": "off"})
    return forms.CharField(label=label, max_length=most, required=is_needed, widget=widget, **more)


def _scanned(label: Any, *, is_needed: bool = True, help_text: Any = "") -> forms.CharField:
    attrs = {"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false", "class": "code"}
    widget = forms.TextInput(attrs=attrs)
    return forms.CharField(label=label, max_length=40, required=is_needed, help_text=help_text, widget=widget)


def _file() -> forms.FileField:
    return forms.FileField(
        label=_("Evidence"),
        help_text=_("A certificate or record, if there is one: PDF, PNG or JPEG."),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".pdf,.png,.jpg,.jpeg"}),
    )


def starts(day: date, zone: str) -> datetime:
    """The first moment of a day at a site."""
    return datetime.combine(day, time(), ZoneInfo(zone))


def ends(day: date, zone: str) -> datetime:
    """The first moment after a day at a site: the last day counts whole."""
    return starts(day + timedelta(days=1), zone)


def evidence_of(asked: Mapping[str, Any]) -> EvidenceFile | None:
    """The file that was given, if one was."""
    given = asked.get("evidence")
    if given is None:
        return None
    kind = given.content_type if given.content_type in _KEPT else ""
    return EvidenceFile(given.read(), kind)


class PeopleForm(WritingForm):
    """A form of this part of the house."""

    def take(self, error: DomainError) -> None:
        """Show what a service found wrong: at the fields concerned, or above them all."""
        fields = error.detail.get("fields", {}) if isinstance(error, Invalid) else {}
        for name, problem in fields.items():
            self.add_error(name if name in self.fields else None, str(FIELDS.get(problem, problem)))
        if not fields:
            field = _OF_FIELDS.get(error.code, "")
            self.add_error(
                field if field in self.fields else None, str(ERRORS.get(error.code, error.message))
            )


class SiteForm(PeopleForm):
    """A form with a choice of the sites at which the reader may do it."""

    site = forms.ChoiceField(label=_("Site"))

    def __init__(self, *args: Any, sites: Iterable[tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        field: Any = self.fields["site"]
        field.choices = list(sites)

    def begin_at(self, works_at: Iterable[str]) -> None:
        """Show a site at which the person works, where the reader may act at one: not the first of the list."""
        field: Any = self.fields["site"]
        offered = dict(field.choices)
        self.initial["site"] = next((code for code in works_at if code in offered), "")


class NewPersonForm(SiteForm):
    """A new account. It has no right until somebody grants one."""

    field_order = ("printed_name", "username", "email", "site")
    printed_name = _typed(_("Name, as printed in records"))
    username = _typed(
        _("Username"), 64, help_text=_("Small letters. Never given to anybody else, whatever comes.")
    )
    email = forms.EmailField(label=_("E-mail, for notices"), required=False)


class GrantForm(SiteForm):
    """A role at a site, until a day if one is named."""

    field_order = ("role", "site", "until", "covers_from", "covers_until", "reason")
    role = forms.ChoiceField(label=_("Role"), choices=lambda: [("", ""), *role_choices()])
    until = DayField(
        label=_("Last day"), required=False, help_text=_("To audit needs one, a year ahead at most.")
    )
    covers_from = DayField(
        label=_("Auditors: records from"), required=False, help_text=_("Left empty: from the beginning.")
    )
    covers_until = DayField(
        label=_("Auditors: records up to and with"), required=False, help_text=_("Left empty: to the end.")
    )
    reason = _typed(_("Why"), 1000, is_needed=False)


class EndingForm(PeopleForm):
    """Something ends now: what, and why. The tick is the second look."""

    field_order = ("reason", "sure")
    about = forms.CharField(max_length=64, widget=forms.HiddenInput)
    reason = _typed(_("Why"), 1000)
    sure = forms.BooleanField(label=_("Yes, it ends now"))


class AccountForm(SiteForm):
    """A reset or the end of an account."""

    field_order = ("site", "reason", "sure")
    reason = _typed(_("Why"), 1000)
    sure = forms.BooleanField(label=_("Yes, at once"))


class LinkForm(SiteForm):
    """A subject of an OpenID provider that stands for somebody."""

    field_order = ("site", "provider", "subject", "reason")
    provider = forms.ChoiceField(label=_("Provider"))
    subject = _typed(
        _("Subject"), 255, help_text=_("What the provider calls the person for good (sub). Kept as a digest.")
    )
    reason = _typed(_("Why"), 1000)

    def __init__(self, *args: Any, providers: Iterable[tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        field: Any = self.fields["provider"]
        field.choices = list(providers)


class UnlinkForm(AccountForm):
    """The end of a link."""

    about = forms.CharField(max_length=64, widget=forms.HiddenInput)


class BadgeForm(SiteForm):
    """A badge for somebody. A hospital's own is enrolled by scanning it."""

    field_order = ("site", "code", "until", "is_temporary")
    code = _scanned(
        _("Code of the badge"),
        is_needed=False,
        help_text=_("Scan a badge that the person has, or leave it empty: then a new code is made."),
    )
    until = DayField(
        label=_("Last day"),
        required=False,
        help_text=_("From the day after, the badge is refused until it is tested."),
    )
    is_temporary = forms.BooleanField(
        label=_("Temporary, for a fortnight: the person left theirs at home"), required=False
    )


class ReplaceBadgeForm(PeopleForm):
    """Another badge for one that is lost or spoilt, which ends at once."""

    field_order = ("lost", "code", "is_temporary", "reason")
    lost = _scanned(_("Badge that is lost or spoilt"))
    code = _scanned(
        _("Code of the new badge"), is_needed=False, help_text=_("Left empty: a new code is made.")
    )
    is_temporary = forms.BooleanField(label=_("Temporary, for a fortnight"), required=False)
    reason = _typed(_("Why"), 1000)


class TestBadgeForm(PeopleForm):
    """A badge read in the presence of its holder."""

    code = _scanned(_("Badge"), help_text=_("Scan it while its holder stands before you."))
    until = DayField(label=_("Last day from now on"), required=False, help_text=_("Left empty: it has none."))


class RevokeBadgeForm(PeopleForm):
    """The end of a badge, at once."""

    code = _scanned(_("Badge"), help_text=_("Scan it, or type the code from the person's page."))
    reason = _typed(_("Why"), 1000)


class TrainingForm(SiteForm):
    """What somebody was found competent in."""

    field_order = ("topic", "is_meant", "site", "since", "until", "evidence")
    topic = _typed(_("Topic"), 64, help_text=_("The word by which protocols and methods ask for it."))
    since = DayField(label=_("Day of the training"), required=False, help_text=_("Left empty: now."))
    until = DayField(
        label=_("Last day"),
        required=False,
        help_text=_("From the day after, steps that ask for it are refused."),
    )
    evidence = _file()

    is_meant = forms.BooleanField(label=_("Nothing asks for this topic yet; it is meant so"), required=False)

    def __init__(self, *args: Any, topics: Iterable[str], **more: Any) -> None:
        super().__init__(*args, **more)
        self.topics = list(topics)
        self.fields["topic"].widget.attrs["list"] = "topics"

    def clean(self) -> dict[str, Any]:
        """A topic that nothing asks for opens no step: it was mistyped, unless somebody says that it is meant."""
        asked = super().clean() or self.cleaned_data
        topic = str(asked.get("topic", ""))
        if topic and self.topics and topic not in self.topics and not asked.get("is_meant"):
            self.add_error("topic", self._unasked(topic))
        return asked

    def _unasked(self, topic: str) -> str:
        meant = nearest(topic, self.topics)
        if not meant:
            return str(_("No protocol or method asks for this. Tick below if it is meant so."))
        text = _("No protocol or method asks for this. Did you mean “%(meant)s”? Else tick below.")
        return str(text) % {"meant": meant}


class QualificationForm(PeopleForm):
    """What a site is qualified for."""

    programme = _typed(
        _("Programme"), 40, help_text=_("As it is called where it is asked for: FACT, apheresis, REMS-like.")
    )
    since = DayField(label=_("First day"))
    until = DayField(label=_("Last day"))
    evidence = _file()


class RequireForm(PeopleForm):
    """What a site needs for a kind of work."""

    programme = _typed(_("Programme"), 40)
    work = forms.ChoiceField(
        label=_("Needed for"), choices=[("", ""), *((it.value, WORK[it]) for it in Work)]
    )


class FindPersonForm(forms.Form):
    """Part of a name or username."""

    q = forms.CharField(
        label=_("Name or username"),
        max_length=64,
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
