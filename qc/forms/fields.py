"""Fields that several forms have: a time of a site, a file of a size that is read at all."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

_TO_THE_MINUTE = "%Y-%m-%dT%H:%M"
# What is further off is a slip of the keys, and beyond what a zone can be reckoned in.
_EARLIEST, _LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
_SLIP = _("No such time is possible here: is the year right?")


class SiteTimeField(forms.DateTimeField):
    """A date and time of a site, to the minute: shown as its clocks show it, and taken as they mean it."""

    def __init__(self, label: Any, zone: str, *, help_text: Any = None, required: bool = True) -> None:
        super().__init__(
            label=label,
            required=required,
            help_text=zone if help_text is None else help_text,
            input_formats=[_TO_THE_MINUTE],
            validators=[MinValueValidator(_EARLIEST, _SLIP), MaxValueValidator(_LATEST, _SLIP)],
            widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=_TO_THE_MINUTE),
        )
        self.zone = ZoneInfo(zone)

    def prepare_value(self, value: Any) -> Any:
        """A moment as the site's clocks show it."""
        return value.astimezone(self.zone).replace(tzinfo=None) if isinstance(value, datetime) else value

    def clean(self, value: Any) -> datetime | None:
        """The moment that was meant."""
        found: datetime | None = super().clean(value)
        return None if found is None else found.replace(tzinfo=self.zone)


class LimitedFileField(forms.FileField):
    """A file of at most so many bytes: what is in it is told by whoever reads it."""

    def __init__(self, *, most: int, accept: str, **more: Any) -> None:
        widget = forms.FileInput(attrs={"accept": accept})
        super().__init__(label=_("File"), widget=widget, **more)
        self.most = most

    def clean(self, data: Any, initial: Any = None) -> UploadedFile | None:
        """The file; None where none was given and none is needed."""
        given: UploadedFile | None = super().clean(data, initial)
        if given is not None and (given.size or 0) > self.most:
            most = self.most // 1_000_000
            raise forms.ValidationError(_("The file is larger than %(most)s MB.") % {"most": most})
        return given
