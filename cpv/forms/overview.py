"""The list of charts: what is asked for, and what is shown of each."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from cpv.forms import words
from cpv.forms.numbers import figure, span
from cpv.forms.standing import stratum
from cpv.rules.basis import NotComputable
from cpv.rules.programme.points import ChartState
from cpv.rules.programme.sparkline import Sparkline, sparkline
from cpv.rules.transforms import Band
from cpv.selectors import ChartRow
from qc.forms import texts

# So many charts stand on one page of the list.
ON_A_PAGE = 100


class OverviewFilter(forms.Form):
    """Which charts. What cannot be read is no filter."""

    q = forms.CharField(label=_("Search"), max_length=80, required=False)
    plan = forms.ChoiceField(label=_("Plan"), required=False)
    site = forms.ChoiceField(label=_("Site"), required=False)
    state = forms.ChoiceField(
        required=False,
        choices=[("", ""), *((state.value, "") for state in ChartState)],
        widget=forms.HiddenInput,
    )
    page = forms.IntegerField(min_value=1, required=False, widget=forms.HiddenInput)

    def offer(self, rows: Sequence[ChartRow]) -> None:
        """The plans and the sites that there are charts of."""
        plans = {row.plan.code: row.plan.plan.title for row in rows}
        sites = sorted({site for row in rows for site in row.sites})
        for name, choices in (("plan", sorted(plans.items())), ("site", [(code, code) for code in sites])):
            field = self.fields[name]
            if isinstance(field, forms.ChoiceField):
                field.choices = [("", _("All")), *choices]

    def wanted(self) -> dict[str, str]:
        """What is asked for and can be read."""
        self.is_valid()
        return {name: str(value) for name, value in self.cleaned_data.items() if value}


@dataclass(frozen=True)
class ChartShown:
    """A chart in the list."""

    row: ChartRow
    stratum: str
    mark: str
    word: Promise
    status: str
    newest: str
    spark: Sparkline | None
    signals: str
    zone: str
    plan: str


@dataclass(frozen=True)
class Tally:
    """How many charts are in a state, for the links at the head of the list."""

    state: ChartState
    mark: str
    word: Promise
    count: int


def chosen(rows: Sequence[ChartRow], wanted: Mapping[str, str], *, with_state: bool = True) -> list[ChartRow]:
    """The rows that are asked for."""
    text = wanted.get("q", "").casefold()
    return [
        row
        for row in rows
        if wanted.get("plan", row.plan.code) == row.plan.code
        and (not wanted.get("site") or wanted["site"] in row.sites)
        and (not with_state or wanted.get("state", row.state) == row.state)
        and text in " ".join((row.parameter.title, row.parameter.code, *row.stratum)).casefold()
    ]


def tallies(rows: Sequence[ChartRow]) -> list[Tally]:
    """The states that there are charts in, the most urgent first."""
    counts = Counter(row.state for row in rows)
    return [Tally(state, *words.STATES[state], counts[state]) for state in ChartState if counts[state]]


def sentence(rows: Sequence[ChartRow]) -> str:
    """Whether the process is in control, said of all charts at once."""
    total = len(rows)
    signal = sum(row.counted.signals > 0 for row in rows)
    judged = sum(row.limits is not None for row in rows)
    if not judged:
        return ngettext(
            "%(n)d chart, and it has no limits yet: nothing can signal.",
            "%(n)d charts, and none has limits yet: nothing can signal.",
            total,
        ) % {"n": total}
    about = {"signal": signal, "total": total, "without": total - judged}
    first = (
        ngettext("%(signal)d of %(total)d charts signals.", "%(signal)d of %(total)d charts signal.", signal)
        if signal
        else ngettext("The chart does not signal.", "None of %(total)d charts signals.", total)
    ) % about
    if judged < total:
        more = ngettext("%(without)d has no limits yet.", "%(without)d have no limits yet.", total - judged)
        return f"{first} {more % about}"
    return first if signal else f"{first} {_now('The process is in control.')}"


def shown(rows: Sequence[ChartRow], zones: Mapping[str, str]) -> list[ChartShown]:
    """Charts with their words; the plan of each is named where there are several."""
    are_several = len({row.plan.code for row in rows}) > 1
    return [_shown(row, zones, row.plan.plan.title if are_several else "") for row in rows]


def _shown(row: ChartRow, zones: Mapping[str, str], plan: str) -> ChartShown:
    mark, word = words.STATES[row.state]
    band = band_of(row)
    return ChartShown(
        row=row,
        stratum=stratum(row.parameter, row.stratum),
        mark=mark,
        word=word,
        status=_status(row, band),
        newest=f"{figure(row.recent[-1])} {texts.unit(row.parameter.unit)}".strip() if row.recent else "",
        spark=sparkline(row.recent, band),
        signals=_signals(row),
        zone=zones.get(row.plan.document.site, "UTC"),
        plan=plan,
    )


def band_of(row: ChartRow) -> Band | None:
    """The limits in effect, in the unit of the parameter."""
    if row.limits is None:
        return None
    try:
        return row.limits.transformation.band(row.limits.limits)
    except NotComputable:
        return None


def _status(row: ChartRow, band: Band | None) -> str:
    if row.limits is None or band is None:
        return _now("no limits")
    about = {
        "status": words.LIMIT_STATUS[row.limits.status],
        "n": row.limits.limits.n,
        "limits": span(band.lower, band.upper),
    }
    return _now("%(limits)s: %(status)s, from %(n)d results") % about


def _signals(row: ChartRow) -> str:
    n = row.counted.signals
    if not n:
        return ""
    return ngettext("%(n)d open signal", "%(n)d open signals", n) % {"n": n}
