"""Key figures of laboratory and quality: out of specification, signatures that hold no more, trails looked over."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from audit.forms.asked import Reach
from audit.forms.reports import meaning
from audit.forms.reports.key_figures_months import Month
from audit.forms.reports.signatures import signatures_in
from audit.rules.questions import Question
from audit.rules.rates import share_of
from audit.rules.report import Cell, Found, Severity
from people.rules.signatures import SignatureState
from qc.rules.trail import TrailStanding
from qc.selectors.trail_standings import trail_standings

# Key, title, value, and what it means.
Figure = tuple[str, str, Cell, str]
SECTION = "quality_figures"


@dataclass(frozen=True)
class Quality:
    """Signatures of the period, those of them that show as INVALID, and how the reviews of its trails stand."""

    signatures: int
    invalid: int
    trails: Mapping[TrailStanding, int]


def quality_of(question: Question, reach: Reach, now: datetime) -> Quality:
    """Of the signatures what the report of signatures tells over the same period."""
    signed = signatures_in(question, reach, now)
    return Quality(
        signatures=len(signed),
        invalid=sum(it.state is SignatureState.INVALID for it in signed),
        trails=trail_standings(reach.codes, reach.since, reach.until),
    )


def quality_found(quality: Quality) -> tuple[Found, ...]:
    """What a reader must not miss of it."""
    told = (
        (quality.invalid, _("%s signatures show as INVALID. The report of signatures says which, and why.")),
        (
            quality.trails.get(TrailStanding.OVERDUE, 0),
            _("%s batches were let go before their audit trail was looked over and signed."),
        ),
    )
    return tuple(Found(Severity.GAP, text % count, SECTION) for count, text in told if count)


def quality_figures(months: Sequence[Month], quality: Quality) -> tuple[Figure, ...]:
    """The group of them."""
    return (*_laboratory(months), *_signatures(quality), *_trails(quality.trails))


def _laboratory(months: Sequence[Month]) -> tuple[Figure, ...]:
    results, failed = sum(it.results.results for it in months), sum(it.results.failed for it in months)
    rate = _(
        "%(share)s Out of specification: it failed or was investigated, whatever a retest said. What was signed to be "
        "an error of the laboratory counts as it was corrected or tested again, or not at all."
    )
    return (
        (
            "oos_rate",
            _("Results out of specification (%)"),
            share_of(failed, results),
            rate % {"share": meaning.share(failed, results, _("results"))},
        ),
        ("oos", _("Results out of specification"), failed, _("Of the results of the period.")),
        (
            "results",
            _("Results"),
            results,
            _(
                "First results tested in the period, judged by a specification and looked over by a second person by "
                "its end."
            ),
        ),
    )


def _signatures(quality: Quality) -> tuple[Figure, ...]:
    invalid = _(
        "%s Made in the period, and not as it was entered, or over a record that is not the one that was signed."
    )
    return (
        (
            "signatures_invalid",
            _("Signatures that show as INVALID"),
            quality.invalid,
            invalid % meaning.share(quality.invalid, quality.signatures, _("signatures")),
        ),
    )


def _trails(trails: Mapping[TrailStanding, int]) -> tuple[Figure, ...]:
    of, batches = sum(trails.values()), _("batches")
    reviewed, due, overdue = (trails.get(it, 0) for it in TrailStanding)
    seen = _(
        "%s Begun in the period, not rejected, by a specification that asks for the review; as it stood at the end of "
        "the period."
    )
    open_ones = _("%s Not let go yet; or something out of the ordinary came after.")
    late = _("%s Let go before all that was out of the ordinary by then was looked over and signed.")
    return (
        (
            "trails_reviewed",
            _("Audit trails of batches looked over and signed"),
            reviewed,
            seen % meaning.share(reviewed, of, batches),
        ),
        (
            "trails_due",
            _("Audit trails still to be looked over"),
            due,
            open_ones % meaning.share(due, of, batches),
        ),
        (
            "trails_overdue",
            _("Audit trails overdue"),
            overdue,
            late % meaning.share(overdue, of, batches),
        ),
    )
