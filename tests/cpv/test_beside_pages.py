"""Charts beside the raw one, as pages."""

import numpy as np
import pytest
from django.urls import reverse

from config.demonstration.site import Demo
from cpv.forms import beside_words, words
from cpv.rules.basis import Why
from cpv.rules.programme.beside import Way
from cpv.rules.programme.limit_set import code_of
from tests.cpv.given import Process, a_process, parameter


@pytest.fixture
def process(demo: Demo) -> Process:
    """A parameter that follows the age of the patient, and both handed in for forty batches."""
    found = a_process(
        demo, parameter(covariates=["AGE"]), parameter("AGE", unit="a", bounds={}), parameter("FEW")
    )
    rng = np.random.default_rng(4)
    ages, began = rng.normal(50, 10, 40), found.player.now
    found.hand_in([f"{age:.1f}" for age in ages], start=began, parameter="AGE")
    found.handed = 0
    found.hand_in([f"{5 + 0.1 * age + rng.normal(0, 0.2):.2f}" for age in ages], start=began)
    found.hand_in(["10", "11"], parameter="FEW")
    return found


def test_what_patients_explain_is_told(process, as_):
    shown = as_("Leo").get(reverse("cpv:beside_adjusted", args=[process.code])).content.decode()
    assert "Fitted to" in shown
    assert "40 batches" in shown
    assert "Age" in shown
    drawn = as_("Leo").get(reverse("cpv:beside_adjusted_svg", args=[process.code]))
    assert drawn.content.startswith(b"<svg")
    spec = as_("Leo").get(reverse("cpv:beside_adjusted_json", args=[process.code]))
    assert "$schema" in spec.json()


@pytest.mark.parametrize("way", [Way.ADJUSTED, Way.RESIDUALS])
def test_where_there_is_none_the_page_says_why(process, as_, way):
    code = code_of(process.plan, "FEW", (process.site,))
    shown = as_("Leo").get(reverse(f"cpv:beside_{way}", args=[code]))
    assert shown.status_code == 200
    assert "There is no such chart:" in shown.content.decode()
    assert as_("Leo").get(reverse(f"cpv:beside_{way}_svg", args=[code])).status_code == 404


def test_what_a_plan_does_not_name_and_what_is_wrong_with_what_it_names_are_told_apart(demo, as_):
    values = [f"{10 + n % 3}" for n in range(20)]
    found = a_process(
        demo, parameter(), parameter("DOSE", covariates=["AGE"]), parameter("AGE", unit="a", bounds={})
    )
    began = found.player.now
    for code, numbers in (("TITER", values), ("DOSE", values), ("AGE", ["50"] * 20)):
        found.handed = 0
        found.hand_in(numbers, start=began, parameter=code)

    def said(code):
        address = reverse("cpv:beside_adjusted", args=[code_of(found.plan, code, (found.site,))])
        return as_("Leo").get(address).context["why"]

    assert said("TITER") == beside_words.NO_COVARIATES
    assert said("DOSE") == f"Age: {words.why(Why.CONSTANT)}"


def test_it_is_not_for_people_of_other_sites(process, as_):
    assert as_("Olga").get(reverse("cpv:beside_starting", args=[process.code])).status_code == 404


def test_shares_are_of_scans_alone(process, as_):
    assert as_("Leo").get(reverse("cpv:shares", args=[process.code])).status_code == 404
    assert reverse("cpv:shares", args=[process.code]) not in (
        as_("Leo").get(reverse("cpv:chart", args=[process.code])).content.decode()
    )
