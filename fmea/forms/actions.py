"""Fields of the pages of actions."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.forms import BoundField
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fmea.forms import action_words as words
from fmea.forms.pages import RiskForm
from fmea.forms.words import AIMS, SCALES
from fmea.rules.actions import Missing
from fmea.rules.moving import Lowered, Refusal, Rerated
from fmea.rules.scales import HIGHEST, LOWEST, ScaleKind
from fmea.rules.worksheet import ActionStatus, Aim
from fmea.rules.worksheet_reading import MOST_TEXT
from people.forms.days import DayField

_MOST_OF_A_LEVEL = 60


class ActionForm(RiskForm):
    """A form about an action."""

    REFUSALS: ClassVar[Mapping[Refusal, str | Promise]] = words.REFUSALS
    # Where a refusal is about one field; the others stand above them all.
    AT: ClassVar[Mapping[Refusal, str]] = {
        Missing.EVIDENCE: "evidence",
        Missing.DONE_ON: "done_on",
        Missing.REASON: "reason",
        Lowered.UNJUSTIFIED: "severity_justification",
        Lowered.NOT_AIMED: "severity",
    }

    def field_of(self, given: str) -> str:
        """A rating after the action is named by its path."""
        return given.removeprefix("after.").removesuffix(".rating").replace(".", "_")

    def take_refusals(self, refusals: Iterable[Refusal]) -> None:
        """Show why it was refused, at the field that it is about."""
        for code in refusals:
            name = self.AT.get(code)
            self.add_error(name if name in self.fields else None, str(self.REFUSALS[code]))
        self.renew()


def _aims() -> list[tuple[str, str]]:
    line = '<span><strong>{}</strong><span class="sub">{}</span></span>'
    return [(it.value, format_html(line, AIMS[it], words.AIM_MEANINGS[it])) for it in AIMS]


def _words(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class PlanForm(ActionForm):
    """What is to be done about a row, by whom and until when."""

    text = forms.CharField(label=gettext_lazy("What is to be done"), max_length=MOST_TEXT, widget=_words(3))
    aim = forms.ChoiceField(label=gettext_lazy("What it is for"), choices=_aims, widget=forms.RadioSelect)
    owner = forms.TypedChoiceField(label=gettext_lazy("Who does it"), coerce=int, choices=())
    due = DayField(
        label=gettext_lazy("By when"),
        help_text=gettext_lazy("Until the end of this day, at the site. From then on it is late."),
    )

    def asked(self) -> dict[str, Any]:
        """As the service takes it."""
        found = {name: self.cleaned_data[name] for name in ("text", "owner", "due")}
        return {**found, "aim": Aim(self.cleaned_data["aim"])}


class ChangeForm(PlanForm):
    """The same of one that is there."""

    reason = forms.CharField(
        label=gettext_lazy("Why it changes"),
        help_text=gettext_lazy("Needed where the owner or the day is another."),
        required=False,
        max_length=MOST_TEXT,
        widget=_words(2),
    )

    def asked(self) -> dict[str, Any]:
        """As the service takes it."""
        return {**super().asked(), "reason": self.cleaned_data["reason"]}


class MoveForm(ActionForm):
    """A step of an action that says nothing more."""

    TO: ClassVar[ActionStatus] = ActionStatus.UNDER_WAY
    BUTTON: ClassVar[Promise] = gettext_lazy("It is begun")

    def asked(self) -> dict[str, Any]:
        """As the service takes it."""
        return {"to": self.TO}


class PutBackForm(MoveForm):
    """One that is begun is put back."""

    TO = ActionStatus.PLANNED
    BUTTON = gettext_lazy("It is not begun after all")


class _ReasonForm(MoveForm):
    reason = forms.CharField(
        label=gettext_lazy("Why"), required=False, max_length=MOST_TEXT, widget=_words(2)
    )

    def asked(self) -> dict[str, Any]:
        """As the service takes it."""
        return {**super().asked(), "reason": self.cleaned_data["reason"]}


class SendBackForm(_ReasonForm):
    """What was done does not hold."""

    BUTTON = gettext_lazy("Send it back")


class DropForm(_ReasonForm):
    """It is not done."""

    TO = ActionStatus.DROPPED
    BUTTON = gettext_lazy("Drop this action")


@dataclass(frozen=True)
class RatingFields:
    """The fields of one rating after the action."""

    rating: BoundField
    why: BoundField
    justification: BoundField | None


def _whys() -> dict[str, forms.CharField]:
    found = {
        f"{kind}_why": forms.CharField(
            label=gettext_lazy("Why"), required=False, max_length=MOST_TEXT, widget=_words(2)
        )
        for kind in ScaleKind
    }
    found["severity_justification"] = forms.CharField(
        label=gettext_lazy("What makes the effect itself less severe"),
        help_text=gettext_lazy("Needed where the severity is lower than before."),
        required=False,
        max_length=MOST_TEXT,
        widget=_words(2),
    )
    return found


class VerifyForm(MoveForm):
    """The row after the action, rated again; and that somebody else has seen that it holds."""

    TO = ActionStatus.VERIFIED
    BUTTON = gettext_lazy("I have seen that it holds")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind, name in SCALES.items():
            self.fields[str(kind)] = forms.TypedChoiceField(
                label=str(name), required=False, coerce=int, empty_value=None, choices=()
            )
        self.fields.update(_whys())

    def offer_ratings(self, before: Mapping[ScaleKind, int | None], levels: Mapping[ScaleKind, Any]) -> None:
        """The ratings of each scale with its words, and what it means to choose none."""
        for kind in ScaleKind:
            was, own = before.get(kind), levels.get(kind, {})
            none = _("not changed") if was is None else _("not changed: %(rating)d") % {"rating": was}
            texts = ((n, str(own.get(n, ""))) for n in range(LOWEST, HIGHEST + 1))
            lines = [(str(n), f"{n} · {_short(text)}" if text else str(n)) for n, text in texts]
            self.offer(str(kind), [("", none), *lines])

    @property
    def ratings(self) -> Iterator[RatingFields]:
        """The fields, rating by rating."""
        for kind in ScaleKind:
            own = self["severity_justification"] if kind is ScaleKind.SEVERITY else None
            yield RatingFields(self[str(kind)], self[f"{kind}_why"], own)

    @property
    def others(self) -> list[BoundField]:
        """The fields beside the ratings."""
        own = {name for kind in ScaleKind for name in (str(kind), f"{kind}_why")} | {"severity_justification"}
        return [it for it in self.visible_fields() if it.name not in own]

    def asked(self) -> dict[str, Any]:
        """As the service takes it."""
        said = self.cleaned_data
        after = {
            kind: Rerated(
                said[str(kind)],
                said[f"{kind}_why"],
                said["severity_justification"] if kind is ScaleKind.SEVERITY else "",
            )
            for kind in ScaleKind
            if said[str(kind)]
        }
        return {**super().asked(), "after": after}


class DoneForm(VerifyForm):
    """That it is done: when, what shows it, and the row after it."""

    TO = ActionStatus.DONE
    BUTTON = gettext_lazy("It is done")

    done_on = DayField(
        label=gettext_lazy("Done on"),
        required=False,
    )
    evidence = forms.CharField(
        label=gettext_lazy("What shows it"),
        help_text=gettext_lazy("Numbers of records, reports or documents; one a line."),
        required=False,
        max_length=MOST_TEXT,
        widget=_words(2),
    )

    def asked(self) -> dict[str, Any]:
        """As the service takes it."""
        lines = [it.strip() for it in self.cleaned_data["evidence"].splitlines()]
        return {
            **super().asked(),
            "evidence": [it for it in lines if it],
            "done_on": self.cleaned_data["done_on"],
        }


def _short(text: str) -> str:
    return Truncator(text).chars(_MOST_OF_A_LEVEL)
