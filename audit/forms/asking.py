"""The fields in which a question is put, in the words and days of people; and the question that they make."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar, Protocol
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from audit.forms.words import FIELDS, PROBLEMS
from audit.rules.edges import Edge
from audit.rules.questions import Ask, Question, asked
from ledger.rules.errors import DomainError, Invalid
from people.forms.days import DayField, TimeField
from people.rules.days import can_be_told
from people.rules.sites import SiteView
from qc.forms.pages import WritingForm

_TEXTS = (Ask.JOURNEY, Ask.BATCH, Ask.PERSON, Ask.STATION, Ask.LOT)
_LONGEST = 64
_WEEK = timedelta(days=7)


class Asking(Protocol):
    """What must be told, and what may be told beside."""

    @property
    def asks(self) -> frozenset[Ask]:
        """What must be told."""

    @property
    def may(self) -> frozenset[Ask]:
        """What may be told beside."""


class QuestionForm(forms.Form):
    """What a kind of report is asked about. Days are those of the site, the first and the last both in the period."""

    ALIASES: ClassVar[Mapping[str, str]] = {"since": "first", "until": "last", "period": "first"}

    def __init__(self, *args: Any, kind: Asking, sites: Sequence[SiteView], **more: Any) -> None:
        super().__init__(*args, **more)
        self.sites = {site.code: site for site in sites}
        for ask in (*_TEXTS, Ask.SITE, Ask.PERIOD, Ask.MOMENT):
            if ask in kind.asks or ask in kind.may:
                self._offer(ask, ask in kind.asks)

    def _offer(self, ask: Ask, is_required: bool) -> None:
        label: Any = FIELDS[ask]
        if ask is Ask.PERIOD:
            self.fields["first"] = DayField(label=_("First day"), required=is_required)
            self.fields["last"] = DayField(label=_("Last day"), required=is_required)
        elif ask is Ask.MOMENT:
            self.fields["moment"] = TimeField(label=label, required=is_required)
        elif ask is Ask.SITE:
            choices: list[Any] = [] if is_required else [("", _("All that you may see"))]
            choices += [(code, f"{it.name} ({code})") for code, it in self.sites.items()]
            self.fields["site"] = forms.ChoiceField(label=label, required=is_required, choices=choices)
        else:
            attributes = {"class": "code", "data-scan": "", "autocomplete": "off", "spellcheck": "false"}
            text = forms.TextInput(attrs=attributes)
            self.fields[str(ask)] = forms.CharField(
                label=label, required=is_required, max_length=_LONGEST, widget=text
            )

    def clean_moment(self) -> datetime | None:
        """A moment is written in the time of the site."""
        moment: datetime | None = self.cleaned_data["moment"]
        return None if moment is None else moment.replace(tzinfo=self.zone)

    @property
    def zone(self) -> ZoneInfo:
        """Whose days and hours are meant: those of the site; of the only one there is; else those of UTC."""
        chosen = self.sites.get(str(self.cleaned_data.get("site", "")))
        zones = {site.zone for site in ([chosen] if chosen else self.sites.values())}
        return ZoneInfo(zones.pop() if len(zones) == 1 else "UTC")

    def question(self) -> Question:
        """What was asked."""
        data = self.cleaned_data
        first, last = data.get("first"), data.get("last")
        return Question(
            **{str(ask): data.get(str(ask), "") for ask in (*_TEXTS, Ask.SITE)},
            since=None if first is None else _midnight(first, self.zone),
            until=None if last is None else _midnight(last + timedelta(days=1), self.zone),
            moment=data.get("moment"),
        )

    def take(self, error: DomainError) -> None:
        """Show what is wrong with the question at its fields."""
        fields = error.detail.get("fields", {}) if isinstance(error, Invalid) else {}
        for given, problem in fields.items():
            name = self.ALIASES.get(given, given)
            self.add_error(name if name in self.fields else None, str(PROBLEMS.get(problem, problem)))

    def miss(self) -> None:
        """Show at its field that what was asked about is not there, or not theirs: the two are not told apart."""
        told: list[str | None] = [str(ask) for ask in _TEXTS if self.cleaned_data.get(str(ask))]
        for name in told or [None]:
            self.add_error(name, _("There is nothing of this name, or it is not yours to see."))


def a_week(today: date) -> dict[str, date]:
    """The last seven days, today among them."""
    return {"first": today - _WEEK + timedelta(days=1), "last": today}


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)


class KeepForm(WritingForm):
    """A question that was put already, to be answered in files."""

    kind = forms.CharField(max_length=40, widget=forms.HiddenInput)
    # a kind that asks for nothing is asked about nothing: an empty question is one too
    said = forms.JSONField(widget=forms.HiddenInput, required=False)

    def clean_said(self) -> Question:
        """The question."""
        return read_question(self.cleaned_data["said"])


def read_question(said: Any) -> Question:
    """The question that a program or a page sends by name; raises ValidationError naming what is wrong."""
    names: Collection[str] = Question.__dataclass_fields__
    wrong: dict[str, str] = {}
    if not isinstance(said, dict):
        raise forms.ValidationError(str(PROBLEMS["required"]), code="required")
    for name, text in said.items():
        if name not in names:
            wrong[str(name)[:40]] = "unknown_field"
        elif not isinstance(text, str) or len(text) > _LONGEST or not text.isprintable():
            wrong[name] = "not_printable"
        elif name in ("since", "until", "moment") and not _is_time(text):
            wrong[name] = "not_a_time"
    if wrong:
        raise Invalid("fields_invalid", detail={"fields": wrong})
    return asked({name: text for name, text in said.items() if text})


def _is_time(text: str) -> bool:
    try:
        at = datetime.fromisoformat(text) if text else None
    except ValueError:
        return False
    return at is None or (at.tzinfo is not None and can_be_told(at))


class SearchForm(forms.Form):
    """What is looked for: words or an identifier, or a time alone."""

    q = forms.CharField(
        label=_("Identifier, name or words"),
        required=False,
        strip=False,
        max_length=4096,
        widget=forms.TextInput(
            attrs={"type": "search", "data-scan": "", "autocomplete": "off", "spellcheck": "false"}
        ),
    )
    first = DayField(label=_("First day"), required=False)
    last = DayField(label=_("Last day"), required=False)
    site = forms.ChoiceField(label=_("Site"), required=False)
    # in the address of an older page, and never in the form: who searches anew begins with the newest
    before = forms.CharField(required=False)

    def __init__(self, *args: Any, sites: Sequence[SiteView], **more: Any) -> None:
        super().__init__(*args, **more)
        self.sites = {site.code: site for site in sites}
        field: Any = self.fields["site"]
        field.choices = [("", _("All")), *((code, f"{it.name} ({code})") for code, it in self.sites.items())]

    def clean_before(self) -> Edge | None:
        """Where the page ended that this one goes on from."""
        try:
            return Edge.read(self.cleaned_data["before"]) if self.cleaned_data["before"] else None
        except ValueError:
            self.add_error(None, str(PROBLEMS["not_an_edge"]))
            return None

    def period(self) -> tuple[datetime | None, datetime | None]:
        """From the beginning of the first day to the end of the last, in the time of the site, else of UTC."""
        chosen = self.sites.get(self.cleaned_data["site"])
        zone = ZoneInfo(chosen.zone if chosen else "UTC")
        first, last = self.cleaned_data["first"], self.cleaned_data["last"]
        return (
            None if first is None else _midnight(first, zone),
            None if last is None else _midnight(last + timedelta(days=1), zone),
        )
