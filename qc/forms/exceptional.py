"""Fields of the page of a dossier, one form for each of its parts; times are those of the site that made the batch."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from qc.forms import release_words
from qc.forms.pages import SignForm, WritingForm
from qc.forms.results import time_field
from qc.rules.exceptional import KeptDossier, Notice, NoticeKind, Region, Setting, needed_notices, settings_of
from qc.services import Evidence
from qc.services.dossier_writing import MOST_FILE, MOST_LINE, MOST_TEXT

_SHOWN_BY = _("Where it is kept")
_NO_NAMES = _("A PDF of at most 10 MB. It names the patient by the COI id alone.")


class DossierForm(WritingForm):
    """One part: it knows the zone of the site, and what stands there."""

    def __init__(self, *args: Any, zone: str, kept: KeptDossier | None, **more: Any) -> None:
        super().__init__(*args, **more)
        self.zone, self.kept = ZoneInfo(zone), kept
        self.zone_name = zone
        self.prepare()

    def prepare(self) -> None:
        """Add the fields that depend on the dossier."""

    def add_time(self, name: str, label: Any, *, required: bool = True, initial: str | None = None) -> None:
        """A date and time of the site."""
        help_text = _("Time in %(zone)s.") % {"zone": self.zone_name}
        self.fields[name] = time_field(label, help_text, required=required)
        if initial:
            local = datetime.fromisoformat(initial).astimezone(self.zone)
            self.initial.setdefault(name, local.replace(tzinfo=None))

    def time(self, name: str) -> datetime | None:
        """What was written into such a field."""
        given: datetime | None = self.cleaned_data.get(name)
        return None if given is None else given.replace(tzinfo=self.zone)

    def asked(self) -> dict[str, Any]:
        """As the service takes it."""
        raise NotImplementedError

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
        given = self.cleaned_data
        return {"setting": Setting(given["setting"]), "is_emergency": given["is_emergency"]}


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

    def asked(self) -> dict[str, Any]:
        """As the service takes it."""
        return {"criteria": self.cleaned_data["criteria"]}


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

    def asked(self) -> dict[str, Any]:
        """As the service takes it."""
        return {"text": self.cleaned_data["text"]}


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
        self.fields["file"] = forms.FileField(
            label=_("File"),
            required=False,
            help_text=_NO_NAMES,
            widget=forms.FileInput(attrs={"accept": ".pdf"}),
        )

    def clean_file(self) -> UploadedFile | None:
        """A file of a size that is read at all."""
        given: UploadedFile | None = self.cleaned_data.get("file")
        if given is not None and (given.size or 0) > MOST_FILE:
            raise forms.ValidationError(_("The file is larger than 10 MB."))
        return given

    def evidence(self) -> Evidence:
        """As the service takes it."""
        given = self.cleaned_data.get("file")
        return Evidence(self.cleaned_data["reference"], given.read() if given is not None else b"")


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

    def asked(self) -> dict[str, Any]:
        """As the service takes it."""
        return {
            "physician": self.cleaned_data["physician"],
            "requested_at": self.time("requested_at"),
            "evidence": self.evidence(),
        }


class AcceptanceForm(EvidenceForm):
    """When the risks were sent to the physician, and when they accepted the product."""

    def prepare(self) -> None:
        """What stands there, to be changed."""
        known = self.part("acceptance")
        self.add_time("risk_sent_at", _("Evaluation of the risks sent"), initial=known.get("risk_sent_at"))
        self.add_time("accepted_at", _("Accepted by the physician"), required=False, initial=known.get("at"))
        self.add_evidence("acceptance")

    def asked(self) -> dict[str, Any]:
        """As the service takes it."""
        times = {name: self.time(name) for name in ("risk_sent_at", "accepted_at")}
        return {**times, "evidence": self.evidence()}


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

    def asked(self) -> dict[str, Any]:
        """As the service takes it."""
        given = self.cleaned_data
        return {
            "is_given": given["is_given"],
            "consented_at": self.time("consented_at"),
            "reference": given["reference"],
        }


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
        kind = NoticeKind(self.cleaned_data["kind"])
        times = self.time("due_at"), self.time("sent_at")
        return {"notice": Notice(kind, *times, self.cleaned_data["reference"])}


class DecisionForm(SignForm):
    """The decision on the whole dossier, with a password."""

    field_order = ("verdict", "reason", "password")
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
