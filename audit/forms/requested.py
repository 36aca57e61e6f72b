"""A request, for a report or a bundle, as lists and its own page say it."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise

from audit.forms import bundles
from audit.forms.shown import shown_question
from audit.forms.words import STATES, fault_text, title_of
from audit.rules.bundles import KIND
from audit.rules.report import Severity
from audit.rules.requests import RequestState
from audit.selectors.requests import RequestView

# The order in which files are offered.
FORMS: Mapping[str, str] = {"pdf": "PDF", "xlsx": "XLSX", "csv": "CSV", "json": "JSON", "zip": "ZIP"}


@dataclass(frozen=True)
class ShownRequest:
    """A request: what it is called, what was asked, where it stands and why it could not be made."""

    it: RequestView
    title: str
    asked: tuple[tuple[str, str], ...]
    mark: str
    word: Promise
    fault: str

    @property
    def is_waiting(self) -> bool:
        """Whether it is still being made."""
        return self.it.state is RequestState.ASKED

    @property
    def files(self) -> tuple[tuple[str, str, str], ...]:
        """Each form that can be had: its address, its name, the SHA-256 of its file."""
        return tuple(
            (self._address_of(form), name, self.it.files[form]["sha256"])
            for form, name in FORMS.items()
            if form in self.it.files
        )

    @property
    def is_bundle(self) -> bool:
        """Whether it is a bundle, and no report."""
        return self.it.kind == KIND

    @property
    def address(self) -> str:
        """Its own page."""
        return reverse("audit:bundle" if self.is_bundle else "audit:request", args=[self.it.id])

    def _address_of(self, form: str) -> str:
        if self.is_bundle:
            return reverse("audit:bundle_file", args=[self.it.id])
        return reverse("audit:request_file", args=[self.it.id, form])

    @property
    def entries(self) -> int:
        """How many entries a bundle holds."""
        return self.it.found.get("entries", 0)

    @property
    def gaps(self) -> int:
        """How many gaps it tells of."""
        return self.it.found.get(Severity.GAP, 0)

    @property
    def notes(self) -> int:
        """How many notes."""
        return self.it.found.get(Severity.NOTE, 0)


def shown_request(it: RequestView) -> ShownRequest:
    """The request for a page."""
    mark, word = STATES[it.state]
    # Of a checkpoint that was handed in, two lines say which it is: the log's name and how many entries it seals.
    asked = {name: ", ".join(value.split("\n")[:2]) for name, value in it.question.items()}
    fault = bundles.fault(it.fault) if it.fault and it.kind == KIND else fault_text(it.fault)
    return ShownRequest(it, title_of(it.kind), shown_question(asked), mark, word, fault)
