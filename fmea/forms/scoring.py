"""Fields of the pages on which a team scores."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from fmea.forms import scoring_words as words
from fmea.forms.pages import RiskForm
from fmea.forms.words import SCALES
from fmea.rules.scales import HIGHEST, LOWEST, Scale, ScaleKind
from fmea.rules.team import Ratings, TeamRefusal
from fmea.rules.worksheet_reading import MOST_TEXT
from people.forms.signing import SignedForm

Scales = Mapping[ScaleKind, Scale]
# Chosen as a rating is: nobody leaves a scale out by overlooking it.
NOT_RATED = "0"


class TeamForm(RiskForm):
    """A step of a round."""

    REFUSALS = words.REFUSALS
    # Where a refusal is about one field; the others stand above them all.
    AT: ClassVar[Mapping[TeamRefusal, str]] = {TeamRefusal.WHY_MISSING: "why"}

    def take_refusals(self, refusals: Iterable[TeamRefusal]) -> None:
        """Show why it was refused, at the field that it is about."""
        for code in refusals:
            name = self.AT.get(code, "")
            self.add_error(name if name in self.fields else None, str(self.REFUSALS[code]))
        self.renew()


class SealedForm(SignedForm, TeamForm):
    """A form that signs. `seen`: the digest of what was read before."""

    seen = forms.CharField(widget=forms.HiddenInput)

    def read_again(self, seen: str) -> None:
        """What the page shows now is what is signed when the form is sent again: as another request."""
        self.renew()
        data: Any = self.data
        data["seen"] = seen


class BeginForm(TeamForm):
    """Which rows, and who scores them."""

    rows = forms.MultipleChoiceField(
        label=_("Rows"), error_messages={"required": _("Choose at least one row.")}
    )
    team = forms.TypedMultipleChoiceField(
        label=_("Who scores"),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("At least two people. Each scores alone; who leads does so too where they are chosen."),
        error_messages={"required": _("Choose at least two people.")},
    )


class RatedForm(TeamForm):
    """Ratings on the scales of a worksheet, and why."""

    OTHER: ClassVar[tuple[str, Any]] = (NOT_RATED, _("Not rated: the sheet keeps what it has"))

    why = forms.CharField(
        label=_("Why"),
        max_length=MOST_TEXT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, scales: Scales, *args: Any, **kwargs: Any) -> None:
        """`scales`: those of the worksheet, whose words stand beside the ratings."""
        super().__init__(*args, **kwargs)
        for kind in ScaleKind:
            self.fields[str(kind)] = forms.TypedChoiceField(
                label=str(SCALES[kind]),
                help_text=str(words.ASKED[kind]),
                choices=[*_levels(scales.get(kind)), self.OTHER],
                coerce=int,
                widget=forms.RadioSelect,
                error_messages={"required": str(_("Choose a rating, or the last line."))},
            )
        self.order_fields([*ScaleKind, "why"])

    @property
    def scales(self) -> list[Any]:
        """The fields of the scales."""
        return [self[str(kind)] for kind in ScaleKind]

    @property
    def ratings(self) -> Ratings:
        """What was rated."""
        given = {kind: self.cleaned_data.get(str(kind)) for kind in ScaleKind}
        return {kind: rating for kind, rating in given.items() if rating}


class ScoreForm(RatedForm):
    """What one person gives, blind."""

    OTHER = (NOT_RATED, _("I do not rate this"))


class AgreeForm(RatedForm):
    """What the team agrees on."""

    is_meant = forms.BooleanField(
        label=_("The team means this, though nobody had given it."), required=False, widget=forms.HiddenInput
    )

    def ask(self, outside: Sequence[ScaleKind]) -> None:
        """Ask whether ratings outside of what anybody gave are meant; the box is there from then on."""
        names = ", ".join(str(SCALES[kind]) for kind in outside)
        said = _("Nobody had given this rating: %(names)s. It is lawful; is it what the team agrees on?")
        self.fields["is_meant"].widget = forms.CheckboxInput()
        self.add_error("is_meant", said % {"names": names})
        self.renew()


_ANSWERS = (
    ("agree", _("I agree"), _("My signature says that I rated this row so, with the others.")),
    (
        "dissent",
        _("I do not agree"),
        _("My signature says why not. What is agreed on stands without my name."),
    ),
)
_LINE = '<span><strong>{}</strong><span class="sub">{}</span></span>'


class AnswerForm(SealedForm):
    """Whether one agrees, signed."""

    field_order = ("answer", "dissent", "username", "password")
    answer = forms.ChoiceField(
        label=_("What I sign"),
        choices=lambda: [(code, format_html(_LINE, *said)) for code, *said in _ANSWERS],
        widget=forms.RadioSelect,
    )
    dissent = forms.CharField(
        label=_("Why I do not agree"),
        help_text=_("Only where you do not."),
        max_length=MOST_TEXT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def clean(self) -> dict[str, Any]:
        """A dissent says why; whoever agrees has nothing against it."""
        found: dict[str, Any] = super().clean() or self.cleaned_data
        is_dissent, dissent = found.get("answer") == "dissent", found.get("dissent", "").strip()
        if is_dissent and not dissent:
            self.add_error("dissent", _("Say why you do not agree."))
        if found.get("answer") == "agree" and dissent:
            self.add_error("dissent", _("You agree, and yet say why not: which of the two?"))
        return found


class AbandonForm(TeamForm):
    """Why a round is given up."""

    reason = forms.CharField(label=_("Why it is given up"), max_length=MOST_TEXT)


def _levels(scale: Scale | None) -> list[tuple[str, str]]:
    texts = {} if scale is None else {level.rating: level.text for level in scale.levels}
    line = '<span class="level-number num">{}</span><span>{}</span>'
    return [(str(n), format_html(line, n, texts.get(n, ""))) for n in range(LOWEST, HIGHEST + 1)]
