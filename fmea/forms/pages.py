"""What the forms of this room have in common."""

from fmea.forms.error_words import error_text, field_text
from ledger.rules.errors import DomainError, Invalid
from qc.forms.pages import WritingForm


class RiskForm(WritingForm):
    """A form of this room: what its services find wrong is said in its words."""

    def take(self, error: DomainError) -> None:
        """Show what a service found wrong: at the fields concerned, or above them all."""
        fields = error.detail.get("fields", {}) if isinstance(error, Invalid) else {}
        for given, problem in fields.items():
            name = self.field_of(given)
            self.add_error(name if name in self.fields else None, field_text(problem))
        if not fields:
            self.add_error(None, error_text(error))

    def field_of(self, given: str) -> str:
        """What the form calls a field that the service names so."""
        return self.ALIASES.get(given, given)
