"""What a control would change: against drawing, by hand, and at the ends."""

from math import inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cpv.rules.basis import Why
from fmea.rules.evidence import Note, Posterior, occurrence_from_counts, posterior_of
from fmea.rules.what_if import Acts, Control, Scores, add_control
from tests.fmea.rules.evidence_given import CENTRE, MISSES, refusal

NOW = Scores(severity=9, occurrence=7, detection=5)
HALF_TO_ALL = Control(Acts.ON_OCCURRENCE, 0.5, 0.95)


def product(s: int, o: int, d: int) -> int:
    return s * o * d


def gate(s: int, o: int, _d: int) -> str:
    return "H" if o >= 6 and s >= 9 else "L"


def test_the_new_rate_is_what_drawing_gives() -> None:
    rng = np.random.default_rng(1)
    now = posterior_of(6, 900)
    drawn = rng.beta(now.a, now.b, 400_000) * (1 - rng.uniform(0.5, 0.95, 400_000))
    found = add_control(HALF_TO_ALL, NOW, CENTRE, product, known=now)
    shares = [((drawn >= low) & (drawn < high)).mean() for _, low, high in CENTRE]
    assert found.masses == pytest.approx(shares, abs=0.004)
    shown = (found.rate.median, found.rate.mean, found.rate.low, found.rate.high, found.rate.upper)
    expected = (np.median(drawn), drawn.mean(), *np.quantile(drawn, [0.025, 0.975, 0.95]))
    assert shown == pytest.approx(expected, rel=0.02)
    assert found.notes == (Note.INDEPENDENCE_ASSUMED,)


def test_priorities_follow_from_ratings() -> None:
    found = add_control(HALF_TO_ALL, NOW, CENTRE, gate, known=posterior_of(6, 900))
    bad = sum(mass for (rating, _, _), mass in zip(CENTRE, found.masses, strict=True) if rating >= 6)
    assert found.before == "H"
    assert dict(found.outlook) == pytest.approx({"L": 1 - bad, "H": bad})
    assert found.outlook[0][1] >= found.outlook[1][1]
    numbers = add_control(HALF_TO_ALL, NOW, CENTRE, product, known=posterior_of(6, 900))
    assert numbers.before == 9 * 7 * 5
    assert numbers.after == 9 * (numbers.suggested or 0) * 5
    assert dict(numbers.outlook)[9 * 7 * 5] == pytest.approx(numbers.masses[6])


def test_a_control_that_does_nothing_leaves_the_evidence() -> None:
    now = occurrence_from_counts(6, 900, CENTRE)
    found = add_control(Control(Acts.ON_OCCURRENCE, 0, 0), NOW, CENTRE, product, known=now.posterior)
    assert found.masses == pytest.approx(now.masses, abs=3e-4)
    assert found.suggested == now.suggested
    assert found.rate.high == pytest.approx(now.estimate.high, rel=1e-3)


def test_a_control_that_never_fails_leaves_nothing() -> None:
    found = add_control(Control(Acts.ON_OCCURRENCE, 1, 1), NOW, CENTRE, product, known=posterior_of(6, 900))
    assert (found.suggested, found.probability, found.rate.high, found.off_scale) == (1, 1.0, 0.0, 0.0)
    assert found.outlook[0] == (9 * 1 * 5, 1.0)


def test_without_counts_the_band_of_the_score_stands() -> None:
    """Known effectiveness .9 of rates from .005 to .01: the new rate lies from .0005 to .001, all of it rating 5."""
    found = add_control(Control(Acts.ON_OCCURRENCE, 0.9, 0.9), NOW, CENTRE, product)
    assert found.suggested == 5
    assert found.probability == pytest.approx(1.0)
    assert found.rate.median == pytest.approx(0.1 * np.sqrt(0.005 * 0.01), rel=1e-3)
    assert found.rate.low == pytest.approx(0.1 * 0.005 * 2**0.025, rel=1e-3)
    assert set(found.notes) == {Note.NO_EVIDENCE, Note.INDEPENDENCE_ASSUMED}
    from_zero = add_control(Control(Acts.ON_OCCURRENCE, 0.5, 0.5), Scores(9, 1, 5), CENTRE, product)
    assert from_zero.rate.median == pytest.approx(0.25e-5, rel=1e-3)


def test_a_control_of_detection_lowers_misses() -> None:
    found = add_control(Control(Acts.ON_DETECTION, 0.9, 0.9), NOW, MISSES, product)
    assert (found.suggested, found.before, found.after) == (3, 9 * 7 * 5, 9 * 7 * 3)
    assert dict(found.outlook)[9 * 7 * 3] == pytest.approx(1.0)


def test_what_leaves_the_scale() -> None:
    found = add_control(Control(Acts.ON_OCCURRENCE, 0.99, 0.999), NOW, CENTRE[4:], product)
    assert (found.suggested, found.after) == (None, None)
    assert found.off_scale == pytest.approx(1.0)


@pytest.mark.parametrize("known", [posterior_of(0, 10**7), posterior_of(50, 50), posterior_of(0, 0)])
@pytest.mark.parametrize(
    "ends", [(0.0, 1.0), (0.3, 0.3), (0.0, 1e-310), (0.3, 0.3 + 1e-12), (0.0, 0.2), (1.0, 1.0)]
)
def test_the_ends_of_everything(known: Posterior, ends: tuple[float, float]) -> None:
    found = add_control(Control(Acts.ON_OCCURRENCE, *ends), NOW, CENTRE, product, known=known)
    assert sum(found.masses) == pytest.approx(1)
    shown = found.rate
    assert 0 <= shown.low <= shown.median <= shown.upper <= shown.high <= 1


@settings(max_examples=25, deadline=None)
@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_a_better_control_is_never_worse(one: float, two: float, three: float) -> None:
    low, high, better = sorted((one, two, three))
    now = posterior_of(6, 900)
    first = add_control(Control(Acts.ON_OCCURRENCE, low, high), NOW, CENTRE, product, known=now)
    second = add_control(Control(Acts.ON_OCCURRENCE, high, better), NOW, CENTRE, product, known=now)
    assert second.rate.median <= first.rate.median * (1 + 1e-3)
    assert np.all(np.cumsum(second.masses) >= np.cumsum(first.masses) - 1e-3)


def test_controls_and_scores_that_are_none() -> None:
    assert refusal(Control, Acts.ON_OCCURRENCE, -0.1, 0.5) == (Why.NOT_A_SHARE, "effectiveness")
    assert refusal(Control, Acts.ON_OCCURRENCE, 0.1, 1.5) == (Why.NOT_A_SHARE, "effectiveness")
    assert refusal(Control, Acts.ON_OCCURRENCE, 0.6, 0.5) == (Why.LIMITS_CROSSED, "effectiveness")
    on_detection = Control(Acts.ON_DETECTION, 0.5, 0.9)
    assert refusal(add_control, on_detection, Scores(9, 7, 1), MISSES, product) == (Why.OUT_OF_RANGE, "score")
    endless = ((7, 1.0, inf),)
    assert refusal(add_control, HALF_TO_ALL, NOW, endless, product) == (Why.OUT_OF_RANGE, "score")


def test_a_band_without_an_end_ends_where_everything_fails() -> None:
    control, often = Control(Acts.ON_OCCURRENCE, 0.5, 0.5), Scores(9, 10, 5)
    endless = add_control(control, often, (*CENTRE[:9], (10, 0.1, inf)), product)
    assert endless.masses == add_control(control, often, CENTRE, product).masses
    assert endless.suggested == 10


def test_what_cannot_be_missed_any_more() -> None:
    """Rating 1 of detection is a rate of 0 alone: a control that never fails attains it, and no other."""
    scale = ((1, 0.0, 0.0), *MISSES)
    assert add_control(Control(Acts.ON_DETECTION, 1, 1), NOW, scale, product).after == 9 * 7 * 1
    assert add_control(Control(Acts.ON_DETECTION, 0.5, 1), NOW, scale, product).masses[0] == 0.0
