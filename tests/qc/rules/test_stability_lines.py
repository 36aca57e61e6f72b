"""Studies: lines through batches and their pooling, against independent computations."""

import pytest
import statsmodels.api as sm
import statsmodels.formula.api as smf
from pandas import DataFrame
from scipy import stats

from qc.rules.stability import Model, NotEstimable, Observation, fit, pool
from tests.qc.rules.stability_given import ALIKE, APART, FASTER, NOISE, series


def anova(observations: list[Observation]) -> tuple[float, float]:
    """p of the slopes and p of the intercepts, by another code."""
    frame = DataFrame([vars(it) for it in observations])
    table = sm.stats.anova_lm(smf.ols("value ~ time + C(batch) + time:C(batch)", frame).fit(), typ=1)
    return table.loc["time:C(batch)", "PR(>F)"], table.loc["C(batch)", "PR(>F)"]


@pytest.mark.parametrize(
    ("observations", "model"),
    [(ALIKE, Model.COMMON), (APART, Model.COMMON_SLOPE), (FASTER, Model.SEPARATE)],
    ids=["alike", "apart", "faster"],
)
def test_pooling_agrees_with_an_analysis_of_covariance(observations, model):
    slopes_p, intercepts_p = anova(observations)
    found = pool(observations)
    assert found.model is model
    assert found.slopes_p == pytest.approx(slopes_p, abs=1e-10)
    if model is Model.SEPARATE:
        assert found.intercepts_p is None
    else:
        assert found.intercepts_p == pytest.approx(intercepts_p, abs=1e-10)


@pytest.mark.parametrize("slope", [-0.5, -0.505, -0.51, -0.515, -0.52, -0.53])
def test_pooling_at_the_quarter(slope):
    observations = series((100, 100, 100), (-0.5, -0.5, slope))
    slopes_p, intercepts_p = anova(observations)
    pooled = Model.COMMON_SLOPE if intercepts_p < 0.25 else Model.COMMON
    assert pool(observations).model is (Model.SEPARATE if slopes_p < 0.25 else pooled)


def test_without_noise_what_differs_is_not_pooled():
    assert pool(series((100, 100, 100), (-0.5, -0.5, -0.5), noise=0)).model is Model.COMMON
    assert pool(series((100, 101, 100), (-0.5, -0.5, -0.5), noise=0)).model is Model.COMMON_SLOPE
    assert pool(series((100, 100, 100), (-0.5, -0.5, -0.6), noise=0)).model is Model.SEPARATE


def test_one_batch_has_nothing_to_be_pooled_with():
    one = [it for it in ALIKE if it.batch == "A"]
    assert pool(one).model is Model.COMMON
    line = fit(one, Model.COMMON).line("A")
    other = stats.linregress([it.time for it in one], [it.value for it in one])
    assert (line.intercept, line.slope) == pytest.approx((other.intercept, other.slope))


@pytest.mark.parametrize("model", Model)
def test_lines_and_their_errors_agree_with_statsmodels(model: Model):
    formula = {
        Model.COMMON: "value ~ time",
        Model.COMMON_SLOPE: "value ~ time + C(batch)",
        Model.SEPARATE: "value ~ time * C(batch)",
    }[model]
    other = smf.ols(formula, DataFrame([vars(it) for it in APART])).fit()
    fitted = fit(APART, model)
    for batch in NOISE:
        for time in (0.0, 7.5, 30.0):
            at = other.get_prediction(DataFrame({"time": [time], "batch": [batch]})).summary_frame(alpha=0.1)
            bound = fitted.line(batch).at(time) - stats.t.ppf(0.95, fitted.degrees) * fitted.error(
                batch, time
            )
            assert fitted.line(batch).at(time) == pytest.approx(at["mean"][0], rel=1e-10)
            assert bound == pytest.approx(at["mean_ci_lower"][0], rel=1e-10)


@pytest.mark.parametrize(
    "observations",
    [
        [],
        [Observation("A", 0.0, 1.0), Observation("A", 1.0, 2.0)],
        [Observation("A", 1.0, float(n)) for n in range(5)],
    ],
)
def test_lines_that_cannot_be_drawn(observations):
    with pytest.raises(NotEstimable):
        fit(observations, Model.COMMON)
