"""Pages of plans: what a plan watches and costs, before it is switched on and after."""

from uuid import UUID

import pytest
from django.urls import reverse

from cpv import selectors
from cpv.forms import plan_words
from cpv.rules.programme import plan as plans
from cpv.rules.programme.costs import Choice
from people import services as documents
from tests.cpv.given import PLAN, STEADY, a_plan, parameter


def parameters():
    """One of each kind of source, scale and stratum."""
    return (
        parameter(),
        parameter(
            "VIABILITY",
            source={"kind": "result", "criterion": "VIABILITY"},
            scale={"kind": "logit", "floor": "0.1"},
        ),
        parameter(
            "CELLS", source={"kind": "step_value", "step": "harvest", "field": "cells"}, scale={"kind": "log"}
        ),
        parameter(
            "V2V",
            source={"kind": "elapsed", "step": "collect", "until": "infuse", "unit": "days"},
            strata=[{"by": "site"}, {"by": "material", "kind": "vector"}],
            rules=["nelson_1", "nelson_2"],
            ewma=None,
        ),
        parameter("FOLD", covariates=["CELLS"]),
        parameter("SCANS", source={"kind": "refused_scans"}, strata=[]),
        parameter("MUTE", rules=[], ewma=None),
    )


def drafted(process, content, code=PLAN, **more):
    return documents.draft_document(
        kind=plans.KIND,
        code=code,
        title="x",
        content=content,
        site=process.site,
        **more,
        **process.doing("Leo"),
    )


def show(client, code=PLAN, version=None):
    name, args = ("cpv:plan", [code]) if version is None else ("cpv:plan_version", [code, version])
    return client.get(reverse(name, args=args))


def test_the_list_has_the_plan_in_effect_with_its_cost_and_what_is_on_its_way(process, as_):
    shown = as_("Ana").get(reverse("cpv:plans"))
    (row,) = [row for row, *_words in shown.context["rows"]]
    assert (row.document.code, row.is_effective, row.draft) == (PLAN, True, None)
    assert reverse("cpv:plan", args=[PLAN]) in shown.content.decode()
    assert reverse("people:document_new", args=[plans.KIND]) not in shown.content.decode(), "Ana writes none"
    drafted(process, a_plan(parameter(rules=["nelson_1", "nelson_2"])), reason="more rules")
    drafted(process, a_plan(), code="CPV-OTHER")
    later = as_("Leo").get(reverse("cpv:plans"))
    assert [row.document.code for row, *_words in later.context["rows"]] == [PLAN, "CPV-OTHER"]
    for address in (
        reverse("cpv:plan_version", args=[PLAN, 2]),
        reverse("cpv:plan", args=["CPV-OTHER"]),
        reverse("people:document_new", args=[plans.KIND]),
    ):
        assert address in later.content.decode()


def test_a_draft_says_what_it_would_cost_before_it_is_switched_on(process, as_):
    drafted(
        process,
        a_plan(parameter(rules=["nelson_1", "nelson_2", "nelson_5", "nelson_6"], ewma=None)),
        reason="x",
    )
    leo = as_("Leo")
    now, then = show(leo), show(leo, version=2)
    assert "is not in effect" not in now.content.decode()
    assert "This version is not in effect." in then.content.decode()
    costs = [shown.context["page"].cost.expected for shown in (now, then)]
    assert costs[1] > costs[0] > 0
    assert f"{plan_words.number(costs[1])} false signals a year" in then.content.decode()
    assert [it.is_own for it in now.context["choices"]] == [False, True, False, False]
    assert [it.is_own for it in then.context["choices"]] == [False, False, True, False]


def test_the_same_version_has_the_same_numbers_and_more_charts_cost_what_they_cost(process, as_):
    leo = as_("Leo")
    first = show(leo).context["page"]
    assert show(leo).context["page"].cost == first.cost
    selectors.plans._reckoned.cache_clear()
    again = show(leo).context["page"]
    assert again.cost == first.cost
    assert again.alternatives == first.alternatives
    assert first.charts == {}
    process.hand_in(STEADY[:2])
    assert show(as_("Leo")).context["page"].charts == {"TITER": 1}
    process.player.wait(hours=24 * 366)
    assert show(as_("Leo")).context["page"].charts == {}, (
        "a stratum without a batch for a year is none of now"
    )


@pytest.fixture
def whole(process):
    """A draft with one parameter of each kind."""
    return drafted(process, a_plan(*parameters()), code="CPV-WHOLE")


def test_every_parameter_is_said_in_words_with_the_definition_of_what_signals(process, whole, as_):
    shown = show(as_("Ana"), "CPV-WHOLE").content.decode()
    for text in (
        "Handed in by another program",
        "The reviewed result of VIABILITY",
        "Cells, as entered at the step harvest",
        "Days from collect to infuse",
        "Refused scans of a hundred, week by week",
        "Logit of the share of 100, held at 0.1 from its ends",
        "Logarithm",
        "One chart for each site, lot (vector)",
        "One chart of all batches",
        "9 points in a row on one side of the center; a point on the center ends the run",
        "the newest weighing 0.2, beyond 2.86 of its own sigma",
        "At least 6, at most 14",
        "within 5 working days",
        "Nothing signals on: Mute",
        "Cells <span",
    ):
        assert text in shown, text
    assert shown.count("Nelson 1<") == 6


@pytest.mark.parametrize(("code", "version"), [("NONE", None), (PLAN, 7), ("A\x00B", None)])
def test_what_is_not_there_is_not_found(process, as_, code, version):
    assert show(as_("Leo"), code, version).status_code == 404


def test_alternatives_are_reckoned_and_named(process, as_):
    choices = show(as_("Leo")).context["choices"]
    assert [it.name for it in choices] == [str(plan_words.CHOICES[it]) for it in Choice]
    assert [it.shifted for it in choices[:2]] == ["44", "8.6"]
    assert [it.is_simulated for it in choices] == [False, False, False, True]


@pytest.mark.parametrize(
    ("expected", "said"),
    [
        (0.0, "never, by chance alone"),
        (0.01, "about one in 100 years"),
        (1.0, "about one in 12 months"),
        (4.0, "about one in 3 months"),
        (24.0, "about 2 a month"),
    ],
)
def test_how_often_is_said_as_people_feel_it(expected, said):
    assert plan_words.often(expected) == said


def test_only_those_who_write_plans_are_offered_a_new_one(process, as_):
    for who, may in (("Leo", True), ("Ana", False)):
        page = as_(who).get(reverse("cpv:plans")).content.decode()
        assert (reverse("people:document_new", args=[plans.KIND]) in page) is may
    assert UUID(str(show(as_("Leo")).context["document"].id))
