"""Fields of the page of a dossier, one form for each of its parts; times are those of the site that made the batch."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from people.forms.days import SiteTimeField
from qc.forms import release_words
from qc.forms.fields import LimitedFileField
from qc.forms.pages import SignForm, WritingForm
from qc.rules.exceptional import KeptDossier, Notice, NoticeKind, Region, Setting, needed_notices, settings_of
from qc.services import Evidence
from qc.services.dossier_writing import MOST_FILE, MOST_LINE, MOST_TEXT

_SHOWN_BY = _("Where it is kept")
_NO_NAMES = _("A PDF of at most 10 MB. It names the patient by the COI id alone.")


class DossierForm(WritingForm):
    """One part: it knows the zone of the site, and what stands there."""

    def __init__(self, *args: Any, zone: str, kept: KeptDossier | None, **more: Any) -> None:
        super().__init__(*args, **more)
        self.zone, self.kept = zone, kept
        self.prepare()

    def prepare(self) -> None:
        """Add the fields that depend on the dossier."""

    def add_time(self, name: str, label: Any, *, required: bool = True, initial: str | None = None) -> None:
        """A date and time of the site."""
        help_text = _("Time in %(zone)s.") % {"zone": self.zone}
        self.fields[name] = SiteTimeField(label, self.zone, help_text=help_text, required=required)
        if initial:
            self.initial.setdefault(name, datetime.fromisoformat(initial))

    def asked(self) -> dict[str, Any]:
        """As the service takes it: what was written, by the names of the fields."""
        return {name: given for name, given in self.cleaned_data.items() if name != "request_id"}

    def part(self, name: str) -> Mapping[str, Any]:
        """What stands in a part now."""
        return self.kept.part(name) if self.kept is not None else {}


class SupplyForm(DossierForm):
    """How the product is supplied, and whether it is an emergency."""

    def __init__(self, *args: Any, region: Region, **more: Any) -> None:
        self.region = region
        super().__init__(*args, **more)

    def prepare(self) -> None:
        """The ways of supply that the region has."""
        offered = [(one.value, release_words.SETTINGS[one]) for one in settings_of(self.region)]
        self.fields["setting"] = forms.ChoiceField(label=_("Supplied in"), choices=offered)
        self.fields["is_emergency"] = forms.TypedChoiceField(
            label=_("Emergency"),
            choices=[("no", _("no")), ("yes", _("yes: what may follow the treatment is sent afterwards"))],
            coerce=lambda text: text == "yes",
        )
        if self.kept is not None:
            is_emergency = "yes" if self.kept.is_emergency else "no"
            self.initial |= {"setting": str(self.kept.setting), "is_emergency": is_emergency}

    def asked(self) -> dict[str, Any]:
        """As the service takes it."""
        return super().asked() | {"setting": Setting(self.cleaned_data["setting"])}


class CriteriaForm(DossierForm):
    """Which of the failing criteria the dossier is to lift."""

    def __init__(self, *args: Any, offered: Sequence[tuple[str, str]], **more: Any) -> None:
        self.offered = offered
        super().__init__(*args, **more)

    def prepare(self) -> None:
        """Each of them with its title; all are ticked at first."""
        self.fields["criteria"] = forms.MultipleChoiceField(
            label=_("Criteria, each with its investigation as it is now"),
            choices=list(self.offered),
            widget=forms.CheckboxSelectMultiple,
            initial=[code for code, _title in self.offered],
        )


class StatementForm(DossierForm):
    """Something that quality writes, or what became of the patient."""

    text = forms.CharField(
        label=_("In words"),
        max_length=MOST_TEXT,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_(
            "At most 8,000 characters. Name the patient by the COI id alone. The words lie in the vault."
        ),
    )


class EvidenceForm(DossierForm):
    """A part that is shown by a file or by a reference."""

    def add_evidence(self, part: str) -> None:
        """The two fields. What stands there stays where nothing new is given."""
        self.fields["reference"] = forms.CharField(
            label=_SHOWN_BY,
            max_length=MOST_LINE,
            required=False,
            initial=self.part(part).get("reference", ""),
            help_text=_("Such as the number of a letter. Needed where no file is handed in."),
        )
        self.fields["file"] = LimitedFileField(
            most=MOST_FILE, accept=".pdf", required=False, help_text=_NO_NAMES
        )

    def asked(self) -> dict[str, Any]:
        """As the service takes it: file and reference together are the evidence."""
        given = super().asked()
        file, reference = given.pop("file"), given.pop("reference")
        return given | {"evidence": Evidence(reference, file.read() if file is not None else b"")}


class RequestForm(EvidenceForm):
    """Which physician asks for the product, when, and what shows it."""

    def prepare(self) -> None:
        """What stands there, to be changed."""
        known = self.part("request")
        self.fields["physician"] = forms.CharField(
            label=_("Physician"), max_length=MOST_LINE, initial=known.get("physician", "")
        )
        self.add_time("requested_at", _("Asked for it"), initial=known.get("at"))
        self.add_evidence("request")


class AcceptanceForm(EvidenceForm):
    """When the risks were sent to the physician, and when they accepted the product."""

    def prepare(self) -> None:
        """What stands there, to be changed."""
        known = self.part("acceptance")
        self.add_time("risk_sent_at", _("Evaluation of the risks sent"), initial=known.get("risk_sent_at"))
        self.add_time("accepted_at", _("Accepted by the physician"), required=False, initial=known.get("at"))
        self.add_evidence("acceptance")


class ConsentForm(DossierForm):
    """Whether the patient consents, when, and where that is written."""

    def prepare(self) -> None:
        """What stands there, to be changed."""
        known = self.part("consent")
        self.fields["is_given"] = forms.TypedChoiceField(
            label=_("The patient, or who speaks for the patient"),
            choices=[("", ""), ("yes", _("has consented")), ("no", _("has not consented"))],
            coerce=lambda text: text == "yes",
            initial={True: "yes", False: "no"}.get(known.get("is_given"), ""),
        )
        self.add_time("consented_at", _("Consented"), required=False, initial=known.get("at"))
        self.fields["reference"] = forms.CharField(
            label=_SHOWN_BY,
            max_length=MOST_LINE,
            required=False,
            initial=known.get("reference", ""),
            help_text=_("The sheet names the patient: it stays in the patient's file."),
        )


class NoticeForm(DossierForm):
    """When a notice is due, or that it was sent."""

    def prepare(self) -> None:
        """Those that this way of supply needs."""
        kinds = needed_notices(self.kept.region, self.kept.setting) if self.kept is not None else ()
        offered = [(kind.value, release_words.NOTICES[kind]) for kind in kinds]
        self.fields["kind"] = forms.ChoiceField(label=_("Who is told"), choices=[("", ""), *offered])
        self.add_time("due_at", _("Due"), required=False)
        self.add_time("sent_at", _("Sent"), required=False)
        self.fields["reference"] = forms.CharField(
            label=_("Their reference"),
            max_length=MOST_LINE,
            required=False,
            help_text=_("Needed once it is sent."),
        )

    def asked(self) -> dict[str, Any]:
        """As the service takes it."""
        given = super().asked()
        return {"notice": Notice(NoticeKind(given.pop("kind")), **given)}


class DecisionForm(SignForm):
    """The decision on the whole dossier, with a password."""

    field_order = ("verdict", "reason", "username", "password")
    verdict = forms.ChoiceField(
        label=_("Decision"),
        choices=[("", ""), ("approve", _("Approve the dossier")), ("decline", _("Decline it"))],
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=MOST_TEXT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Needed to decline it."),
    )
