"""Fields that several forms have: a file of a size that is read at all."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _


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
