"""Fields of the page on which a file of results is handed in."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from people.forms.days import SiteTimeField
from people.rules.documents import DocumentVersionView
from people.rules.sites import SiteView
from qc.forms import import_words
from qc.forms.fields import LimitedFileField
from qc.forms.pages import WritingForm
from qc.rules.imports import DEFAULT_LIMITS, ImportKind
from qc.rules.runs import RunView
from qc.services import Handed


class HandInForm(WritingForm):
    """A file, of which kind it is, how it is read, and in which run it came about."""

    ALIASES: ClassVar[Mapping[str, str]] = {"name": "file"}

    file = LimitedFileField(most=DEFAULT_LIMITS.bytes, accept=".csv,.txt,.tsv")
    kind = forms.ChoiceField(label=_("Kind"))
    mapping = forms.ChoiceField(label=_("Read by"), required=False)
    run = forms.ChoiceField(label=_("Run"), required=False)

    def __init__(
        self,
        *args: Any,
        site: SiteView,
        mappings: Sequence[DocumentVersionView],
        runs: Sequence[RunView],
        now: datetime,
        **more: Any,
    ) -> None:
        super().__init__(*args, **more)
        self.offer("kind", [(kind.value, import_words.KINDS[kind]) for kind in ImportKind])
        own = [(one.code, f"{one.code}/{one.version}: {one.title}") for one in mappings]
        self.offer("mapping", [("", _("the mapping of the product")), *own])
        shown = [(run.code, f"{run.code} ({run.method_version})") for run in runs]
        self.offer("run", [("", ""), *shown])
        self.fields["tested_at"] = SiteTimeField(_("Tested, where a row does not say"), site.zone)
        self.initial.setdefault("tested_at", now)

    @property
    def handed(self) -> Handed:
        """As the service takes it."""
        asked = self.cleaned_data
        return Handed(
            data=asked["file"].read(),
            name=asked["file"].name,
            kind=ImportKind(asked["kind"]),
            tested_at=asked["tested_at"],
            mapping=asked["mapping"],
            run=asked["run"],
        )
