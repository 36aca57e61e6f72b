"""Average run lengths against published ones, and against other ways of reckoning them."""

from math import ceil, inf, nan, sqrt

import numpy as np
import pytest
from scipy import stats

from cpv.rules.arl import (
    RANGE_LIMIT,
    Cusum,
    Ewma,
    How,
    RunLength,
    arl_cusum,
    arl_cusum_siegmund,
    arl_ewma,
    arl_imr,
    arl_shewhart,
    arl_zone_rules,
)
from cpv.rules.arl.walks import Walk, ewma_walk, imr_walk
from cpv.rules.arl.zones import zone_chain
from cpv.rules.basis import Note, Why
from cpv.rules.runs import NELSON, WESTERN_ELECTRIC, Mixture, Rule, RuleSet
from tests.cpv.rules.given import why
from tests.cpv.rules.runs_given import nelson

# Montgomery's tables of CUSUM and EWMA are over these shifts
SHIFTS = (0, 0.25, 0.5, 0.75, 1, 1.5, 2, 2.5, 3, 4)


def western(*numbers: int) -> RuleSet:
    return RuleSet.of(*(Rule(f"western_{number}") for number in numbers))


def mean(answer: RunLength) -> float:
    assert answer.mean is not None
    return answer.mean


# Champ & Woodall 1987, table 1: shifts 0, .2, ... 2.0 sigma
CHAMP_AND_WOODALL = {
    (1,): (370.40, 308.43, 200.08, 119.67, 71.55, 43.89, 27.82, 18.25, 12.38, 8.69, 6.30),
    (1, 2): (225.44, 177.56, 104.46, 57.92, 33.12, 20.01, 12.81, 8.69, 6.21, 4.66, 3.65),
    (1, 3): (166.05, 120.70, 63.88, 33.99, 19.78, 12.66, 8.84, 6.62, 5.24, 4.33, 3.68),
    (1, 4): (152.73, 110.52, 59.76, 33.64, 21.07, 14.58, 10.90, 8.60, 7.03, 5.85, 4.89),
    (1, 2, 3): (132.89, 97.86, 52.93, 28.70, 16.93, 10.95, 7.68, 5.75, 4.54, 3.73, 3.14),
    (1, 2, 3, 4): (91.75, 66.80, 36.61, 20.91, 13.25, 9.22, 6.89, 5.42, 4.41, 3.68, 3.13),
}


@pytest.mark.parametrize(("numbers", "published"), CHAMP_AND_WOODALL.items())
def test_western_electric_rules_as_champ_and_woodall(
    numbers: tuple[int, ...], published: tuple[float, ...]
) -> None:
    chain = zone_chain(western(*numbers))
    found = [mean(chain.arl(0.2 * step)) for step in range(len(published))]
    assert found == pytest.approx(published, abs=0.006)


@pytest.mark.parametrize(
    ("rules", "published"),
    [
        (nelson(1), (370.4, 43.9, 15.0, 6.3)),
        (nelson(1, 2), (216.7, 17.1, 8.5, 5.1)),
        (WESTERN_ELECTRIC, (91.75, 9.2, 4.9, 3.1)),
        (nelson(1, 2, 5, 6), (109.0, 9.7, 4.9, 3.1)),
    ],
)
def test_the_table_that_decided_the_design(rules: RuleSet, published: tuple[float, ...]) -> None:
    found = [mean(arl_zone_rules(rules, shift)) for shift in (0, 1, 1.5, 2)]
    assert found == pytest.approx(published, abs=0.06)


@pytest.mark.parametrize(("number", "published"), [(2, 511), (5, 511), (6, 291), (7, 963), (8, 14251)])
def test_single_rules_in_control(number: int, published: float) -> None:
    assert mean(arl_zone_rules(nelson(number))) == pytest.approx(published, abs=0.5)


def test_runs_have_closed_forms() -> None:
    # A run of r with chance p each: (1 - p^r) / (q p^r); either side of the center: 2^r - 1.
    for count in (7, 8, 9):
        both_sides = RuleSet(frozenset({Rule.NELSON_2}), same_side=count)
        assert mean(arl_zone_rules(both_sides)) == pytest.approx(2**count - 1)
    within = stats.norm.cdf(1) - stats.norm.cdf(-1)
    assert mean(arl_zone_rules(nelson(7))) == pytest.approx((1 - within**15) / ((1 - within) * within**15))
    outside = 1 - within
    assert mean(arl_zone_rules(nelson(8))) == pytest.approx((1 - outside**8) / (within * outside**8))


def test_limits_alone() -> None:
    assert mean(arl_shewhart()) == pytest.approx(1 / (2 * stats.norm.sf(3)))
    assert mean(arl_shewhart(two_sided=False)) == pytest.approx(1 / stats.norm.sf(3))
    assert mean(arl_shewhart(3, 1)) == pytest.approx(43.89, abs=0.01)
    assert mean(arl_shewhart(3.09)) == pytest.approx(
        499.6, abs=0.1
    )  # Montgomery: probability limits of .001 a side
    for multiple in (2.5, 1.5, 3.5):
        assert mean(arl_zone_rules(nelson(1), 0.5, multiple=multiple)) == pytest.approx(
            mean(arl_shewhart(multiple, 0.5))
        )


def test_the_more_rules_the_sooner_and_both_sides_later_than_either() -> None:
    assert mean(arl_zone_rules(nelson(1, 2, 5, 6, 7, 8))) < mean(arl_zone_rules(nelson(1, 2, 5, 6)))
    both = RuleSet(frozenset({Rule.NELSON_8}), mixture_sides=Mixture.BOTH_SIDES)
    # chance of a window: (2p)^8 against (2p)^8 - 2p^8: one in 128 less
    assert 1.004 < mean(arl_zone_rules(both)) / mean(arl_zone_rules(nelson(8))) < 1.008


# Lucas & Saccucci 1990 (Montgomery, table 9.11): weight, multiple, ARL at SHIFTS, printed to three digits
LUCAS_AND_SACCUCCI = [
    (0.40, 3.054, (500, 224, 71.2, 28.4, 14.3, 5.9, 3.5, 2.5, 2.0, 1.4)),
    (0.25, 2.998, (500, 170, 48.2, 20.1, 11.1, 5.5, 3.6, 2.7, 2.3, 1.7)),
    (0.20, 2.962, (500, 150, 41.8, 18.2, 10.5, 5.5, 3.7, 2.9, 2.4, 1.9)),
    (0.10, 2.814, (500, 106, 31.3, 15.9, 10.3, 6.1, 4.4, 3.4, 2.9, 2.2)),
    (0.05, 2.615, (500, 84.1, 28.8, 16.4, 11.4, 7.1, 5.2, 4.2, 3.5, 2.7)),
]


@pytest.mark.parametrize(("weight", "multiple", "published"), LUCAS_AND_SACCUCCI)
def test_ewma_as_lucas_and_saccucci(weight: float, multiple: float, published: tuple[float, ...]) -> None:
    walk = ewma_walk(Ewma(weight, multiple, varying=False))
    for shift, number in zip(SHIFTS, published, strict=True):
        assert mean(walk.arl(shift)) == pytest.approx(number, rel=0.003, abs=0.06)


def ewma_by_integral_equation(weight: float, multiple: float, shift: float) -> float:
    """Crowder 1987: L(z) = 1 + the integral of L(w) phi((w - (1 - weight) z) / weight - shift) / weight."""
    half = multiple * sqrt(weight / (2 - weight))
    nodes, weights = np.polynomial.legendre.leggauss(120)
    nodes, weights = nodes * half, weights * half

    def kernel(z: np.ndarray) -> np.ndarray:
        return stats.norm.pdf((nodes - (1 - weight) * z[:, None]) / weight - shift) / weight * weights

    lengths = np.linalg.solve(np.eye(120) - kernel(nodes), np.ones(120))
    return float(1 + (kernel(np.zeros(1)) @ lengths)[0])


@pytest.mark.parametrize(
    ("weight", "multiple", "shift"), [(0.2, 2.86, 0.0), (0.2, 2.86, 1.0), (0.1, 2.7, 0.0), (1.0, 3.0, 0.5)]
)
def test_ewma_against_the_integral_equation(weight: float, multiple: float, shift: float) -> None:
    found = mean(arl_ewma(Ewma(weight, multiple, varying=False), shift))
    assert found == pytest.approx(ewma_by_integral_equation(weight, multiple, shift), rel=5e-4)


def test_ewma_of_the_default_plan() -> None:
    fixed = [mean(arl_ewma(Ewma(varying=False), shift)) for shift in (0, 1, 1.5, 2)]
    assert fixed == pytest.approx((371.1, 9.8, 5.2, 3.6), abs=0.2)
    with_rule_1 = [mean(arl_ewma(Ewma(), shift, limit=3)) for shift in (0, 1, 1.5, 2)]
    # the table's second number, 8.7, was simulated
    assert with_rule_1 == pytest.approx((202, 8.7, 4.3, 2.7), abs=0.1)


def test_pitfall_18_an_ewma_starts_at_its_center_and_its_limits_grow() -> None:
    grown = mean(arl_ewma(Ewma(0.2, 2.7, varying=False), 1.0))
    assert mean(arl_ewma(Ewma(0.2, 2.7), 1.0)) < grown
    assert Ewma().half_widths(1, 1)[0] == pytest.approx(2.86 * 0.2)
    assert Ewma().half_widths(1, 99)[-1] == pytest.approx(Ewma().half_width) == pytest.approx(2.86 / 3)
    # limits at the first point are those of that point alone
    assert ewma_walk(Ewma()).survival(1, 0.0)[1] == pytest.approx(1 - 2 * stats.norm.sf(2.86))


def test_ewma_of_weight_one_is_a_chart_of_limits() -> None:
    for varying in (True, False):
        assert mean(arl_ewma(Ewma(1.0, 3.0, varying), 0.7)) == pytest.approx(mean(arl_shewhart(3, 0.7)))
    # limits that are never reached before those of the points leave rule 1
    assert mean(arl_ewma(Ewma(0.5, 6.0, varying=False), limit=3)) == pytest.approx(
        mean(arl_shewhart(3)), rel=1e-6
    )


def test_individuals_with_moving_ranges() -> None:
    found = [mean(arl_imr(shift=shift)) for shift in (0, 1, 1.5, 2)]
    assert found == pytest.approx((105.3, 37.5, 14.6, 6.3), abs=0.06)
    assert mean(arl_imr(3.160, 4.447)) == pytest.approx(370, abs=1)
    assert pytest.approx(3.267 * 1.128, abs=0.002) == RANGE_LIMIT
    # ranges that cannot be exceeded between the limits
    assert mean(arl_imr(3, 6)) == pytest.approx(mean(arl_shewhart(3)), rel=1e-9)
    # the first point has no range
    assert imr_walk(3, 2).survival(1, 0.0)[1] == pytest.approx(1 - 2 * stats.norm.sf(3))


# Montgomery, table 9.3 (k = .5, two-sided), and Lucas & Crosier 1982 for headstarts of h / 2
CUSUMS = [
    (Cusum(0.5, 4), (168, 74.2, 26.6, 13.3, 8.38, 4.75, 3.34, 2.62, 2.19, 1.71)),
    (Cusum(0.5, 5), (465, 139, 38.0, 17.0, 10.4, 5.75, 4.01, 3.11, 2.57, 2.01)),
    (Cusum(0.5, 5, 2.5), (430, 122, 28.7, 11.2, 6.35, 3.37, 2.36, 1.86, 1.54, 1.16)),
]


@pytest.mark.parametrize(("cusum", "published"), CUSUMS)
def test_cusum_as_published(cusum: Cusum, published: tuple[float, ...]) -> None:
    found = [mean(arl_cusum(cusum, shift)) for shift in SHIFTS]
    assert found == pytest.approx(published, rel=0.004)


@pytest.mark.parametrize(
    ("reference", "decision"), [(0.25, 8.01), (0.5, 4.77), (0.75, 3.34), (1, 2.52), (1.25, 1.99), (1.5, 1.61)]
)
def test_cusum_designs_of_hawkins_for_370(reference: float, decision: float) -> None:
    # Hawkins 1993 (Montgomery, table 9.4); h is rounded to two decimals
    assert mean(arl_cusum(Cusum(reference, decision))) == pytest.approx(370, rel=0.02)


def test_cusum_by_siegmund() -> None:
    # Montgomery, section 9.1.3
    assert mean(arl_cusum_siegmund(Cusum(0.5, 5), two_sided=False)) == pytest.approx(938.2, abs=0.05)
    assert mean(arl_cusum_siegmund(Cusum(0.5, 5))) == pytest.approx(469.1, abs=0.05)
    assert mean(arl_cusum_siegmund(Cusum(0.5, 5), 0.5, two_sided=False)) == pytest.approx(6.166**2)
    assert arl_cusum_siegmund(Cusum()).how is How.APPROXIMATION
    assert arl_cusum_siegmund(Cusum(), 40).mean == 1


def cusum_by_markov_chain(reference: float, decision: float, shift: float, states: int) -> float:
    """Brook & Evans 1972: the upper side, the sum cut into steps."""
    width = 2 * decision / (2 * states - 1)
    at = np.arange(states) * width
    upper = stats.norm.cdf(at[None, :] - at[:, None] + width / 2 + reference - shift)
    step = np.diff(upper, axis=1, prepend=0.0)
    return float(np.linalg.solve(np.eye(states) - step, np.ones(states))[0])


@pytest.mark.parametrize(
    ("reference", "decision", "shift"), [(0.5, 5, 0.0), (0.5, 4, 1.0), (0.25, 8, 0.0), (1, 2.5, -0.2)]
)
def test_cusum_against_the_markov_chain(reference: float, decision: float, shift: float) -> None:
    found = mean(arl_cusum(Cusum(reference, decision), shift, two_sided=False))
    assert found == pytest.approx(cusum_by_markov_chain(reference, decision, shift, 300), rel=1e-3)


def test_survival_sums_up_to_the_average_run_length() -> None:
    for chain in (zone_chain(WESTERN_ELECTRIC), ewma_walk(Ewma(), 3.0), imr_walk(3.0, RANGE_LIMIT)):
        silent = chain.survival(1500, 0.7)
        assert silent[0] == 1
        assert (np.diff(silent) <= 0).all()
        assert silent.sum() == pytest.approx(mean(chain.arl(0.7)), rel=1e-6)
    assert zone_chain(nelson(1)).survival(50, 0.0)[-1] == pytest.approx((1 - 2 * stats.norm.sf(3)) ** 50)
    assert ewma_walk(Ewma()).survival(0, 0.0).tolist() == [1.0]


def test_what_never_ends_says_so() -> None:
    never = RunLength(None, How.EXACT, notes=(Note.UNBOUNDED,))
    assert arl_shewhart(60.0) == never
    assert arl_zone_rules(nelson(7), 9.0).notes == (Note.UNBOUNDED,)
    assert arl_ewma(Ewma(0.5, 9.0, varying=False)).mean is None
    assert arl_imr(9.0, 99.0).mean is None
    assert arl_cusum(Cusum(3, 40)).mean is None
    for shift in (4, -4):
        assert mean(arl_cusum(Cusum(3, 40), shift)) == pytest.approx(41, abs=1)
    assert arl_cusum(Cusum(3, 10)).mean is None
    # a side that cannot move at all leaves the other to decide: five sigma in steps of one
    assert arl_cusum(Cusum(60, 5)).mean is None
    for shift in (61, -61):
        assert 5 < mean(arl_cusum(Cusum(60, 5), shift)) < 7
    # steps too small to leave the cell where they begin
    assert Walk(1.0, 1e-6, 1.0, inf, 1.0).arl(0.0).mean is None
    assert arl_zone_rules(RuleSet(frozenset())).mean is None


def test_what_is_no_chart_is_refused() -> None:
    refused = [
        (lambda: arl_shewhart(0.0), Why.NOT_POSITIVE),
        (lambda: arl_shewhart(3.0, nan), Why.NOT_FINITE),
        (lambda: arl_zone_rules(NELSON), Why.UNBOUNDED_MEMORY),
        (lambda: arl_zone_rules(nelson(1), inf), Why.NOT_FINITE),
        (lambda: zone_chain(nelson(1), -3.0), Why.NOT_POSITIVE),
        (lambda: Ewma(0.0), Why.NOT_POSITIVE),
        (lambda: Ewma(1.1), Why.NOT_A_SHARE),
        (lambda: Ewma(0.009), Why.NOT_A_SHARE),
        (lambda: arl_ewma(Ewma(), limit=0.0), Why.NOT_POSITIVE),
        (lambda: arl_imr(3.0, 0.0), Why.NOT_POSITIVE),
        (lambda: Cusum(-0.1), Why.NOT_POSITIVE),
        (lambda: Cusum(0.5, 5, 6), Why.LIMITS_CROSSED),
        (lambda: arl_cusum(Cusum(), nan), Why.NOT_FINITE),
        (lambda: arl_cusum(Cusum(), 1e9), Why.OUT_OF_RANGE),
        (lambda: Cusum(0.5, 101), Why.OUT_OF_RANGE),
    ]
    for ask, reason in refused:
        assert why(ask) is reason


def test_lines_of_zones_need_not_lie_outside_of_two_sigma() -> None:
    # limits at 1.5 sigma make 4 of 5 beyond 1 sigma and 2 of 3 beyond 2 sigma no less possible
    found = mean(arl_zone_rules(western(1, 2), multiple=1.5))
    assert found == pytest.approx(mean(arl_shewhart(1.5)))
    assert ceil(found) == 8
