"""How a bundle is asked for: a journey, a batch, or a site in a period; and a checkpoint that somebody kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from audit.forms.asking import QuestionForm
from audit.forms.words import PROBLEMS
from audit.rules.questions import Ask
from people.rules.sites import SiteView

# A checkpoint has a few hundred bytes; cosignatures of many witnesses make it longer.
LONGEST_NOTE = 20_000
_SITE, _KEPT, _FILE = "site", "checkpoint", "file"


@dataclass(frozen=True)
class _Bundle:
    """One of three things; the service says which was missing."""

    asks: frozenset[Ask] = frozenset()
    may: frozenset[Ask] = frozenset({Ask.JOURNEY, Ask.BATCH, Ask.SITE, Ask.PERIOD})


class BundleForm(QuestionForm):
    """A bundle about a journey, a batch or a site in a period; optionally with a checkpoint, pasted or as a file."""

    request_id = forms.UUIDField(initial=uuid4, widget=forms.HiddenInput)

    def __init__(self, *args: Any, sites: Sequence[SiteView], **more: Any) -> None:
        super().__init__(*args, kind=_Bundle(), sites=sites, **more)
        chosen: Any = self.fields[_SITE]
        chosen.choices = [("", _("None: a journey or a batch")), *chosen.choices[1:]]
        self.fields[_KEPT] = forms.CharField(
            label=_("A checkpoint that you kept"),
            help_text=_("Optional. The bundle then proves whether it is of the same ledger."),
            required=False,
            strip=False,
            max_length=LONGEST_NOTE,
            widget=forms.Textarea(attrs={"rows": 5, "class": "code", "spellcheck": "false"}),
        )
        self.fields[_FILE] = forms.FileField(label=_("Or its file"), required=False, max_length=255)

    def clean(self) -> Mapping[str, Any]:
        """The checkpoint comes as text, whether pasted or as a file."""
        data = super().clean() or self.cleaned_data
        # What is pasted into a page comes with carriage returns, which no checkpoint has.
        kept = data.get(_KEPT, "").replace("\r\n", "\n")
        file = data.get(_FILE)
        if file is not None and kept:
            self.add_error(_FILE, str(_("Paste the checkpoint or choose its file, not both.")))
        elif file is not None:
            kept = self._read(file)
        return {**data, _KEPT: f"{kept.strip()}\n" if kept.strip() else ""}

    def _read(self, file: Any) -> str:
        data = file.read(LONGEST_NOTE + 1)
        try:
            text: str = data.decode()
        except UnicodeDecodeError:
            text = ""
        if not text or len(data) > LONGEST_NOTE:
            self.add_error(_FILE, str(PROBLEMS["not_a_checkpoint_of_this_ledger"]))
            return ""
        return text

    @property
    def kept(self) -> str:
        """The checkpoint, or nothing."""
        text: str = self.cleaned_data[_KEPT]
        return text

    @property
    def parts(self) -> list[tuple[str, list[Any]]]:
        """The fields as the page groups them."""
        groups = {
            str(_("A journey")): (Ask.JOURNEY,),
            str(_("Or a batch")): (Ask.BATCH,),
            str(_("Or a site in a period")): (_SITE, "first", "last"),
            str(_("And a checkpoint")): (_KEPT, _FILE),
        }
        return [(title, [self[str(name)] for name in names]) for title, names in groups.items()]
