"""Pages of comparisons: no number of a result before it was opened, and no verdict that the plan does not allow."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from config.demonstration.site import PASSWORD
from ledger import selectors as ledger
from tests.cpv.comparisons_given import AFTER, CODE, CONTENT, Bench, bench_at

PAGE = reverse("cpv:comparison", args=[CODE])
OPEN = reverse("cpv:open_comparison", args=[CODE])
CHARTS = (
    reverse("cpv:comparison_chart", args=[CODE]),
    reverse("cpv:comparison_lots", args=[CODE, "VIABILITY"]),
)
# What only whoever opened it may read: a verdict, an interval, a value of a lot.
CLOSED = ("✔ Comparable", "interval from", "the true difference lies within", 'data-label="Side"', "A-0")


@pytest.fixture
def bench(demo, monkeypatch) -> Bench:
    return bench_at(demo, monkeypatch)


@pytest.fixture
def as_(bench, time_machine) -> Callable[[str], Client]:
    """`as_("Bob")` is a browser in which Bob is signed in, at the hour of the bench."""

    def sign_in(first_name: str) -> Client:
        time_machine.move_to(bench.now, tick=False)
        client = Client()
        assert client.login(username=bench.demo.member(first_name).username, password=PASSWORD)
        return client

    return sign_in


def shown(client: Client, address: str = PAGE) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def send(client: Client, reason: str = "the look of the plan"):
    form = client.get(PAGE).context["form"]
    return client.post(OPEN, {"reason": reason, "request_id": str(form["request_id"].value())})


def opened() -> list[str]:
    found = ledger.entries_for_subject("comparison", CODE)
    return [it.event for it in found if it.event.startswith("cpv:")]


def test_a_verdict_is_not_on_the_page_before_the_look(bench, as_):
    bench.plan()
    bench.after(*AFTER)
    bob = as_("Bob")
    before = shown(bob)
    assert all(text not in before for text in CLOSED)
    assert "4 of 4" in before
    assert "locked in time" in before
    assert "± 2.0" in before, "the planned boundaries"
    for chart in CHARTS:
        assert bob.get(chart).status_code == 404
    answer = send(bob)
    assert (answer.status_code, answer["Location"]) == (302, PAGE)
    assert opened() == ["cpv:comparison:opened"]
    after = shown(bob)
    assert all(text in after for text in CLOSED)
    assert "Every attribute of high rank is equivalent within its margin" in after
    for chart in CHARTS:
        assert bob.get(chart).content.startswith(b"<svg")
    rosa = shown(as_("Rosa"))
    assert all(text not in rosa for text in CLOSED[1:])
    assert "the look of the plan" in rosa, "who opened it stands there for all"


def test_a_new_result_closes_the_page_again(bench, as_):
    bench.plan()
    bench.after(*AFTER[:3])
    bob = as_("Bob")
    send(bob)
    page = shown(bob)
    assert "Interim look: nothing is concluded yet" in page
    assert "interval from" in page
    assert "✔ comparable<" not in page
    bench.after(AFTER[3])
    assert "interval from" not in shown(bob)
    for chart in CHARTS:
        assert bob.get(chart).status_code == 404


def test_a_late_plan_says_exploratory_only_and_never_comparable(bench, as_):
    bench.after(*AFTER)
    bench.plan()
    bob = as_("Bob")
    assert "exploratory only: approved too late" in shown(bob)
    send(bob)
    page = shown(bob)
    assert "interval from" in page
    assert "comparable<" not in page.lower()
    assert "Exploratory only" in page


def test_who_may_not_open_it_is_offered_no_form_and_refused(bench, as_):
    bench.plan()
    bench.after(*AFTER)
    ana = as_("Ana")
    assert "Quality and reviewers of quality control open a comparison" in shown(ana)
    form = as_("Bob").get(PAGE).context["form"]
    answer = ana.post(OPEN, {"reason": "curious", "request_id": str(form["request_id"].value())})
    assert answer.status_code == 403
    assert opened() == ["cpv:comparison:refused"]
    assert all(text not in shown(ana) for text in CLOSED)


def test_a_look_needs_a_reason_and_a_result(bench, as_):
    bench.plan()
    page = shown(as_("Bob"))
    assert "There is no result after the change yet." in page
    bench.after(*AFTER)
    bob = as_("Bob")
    assert send(bob, reason=" ").status_code == 422
    assert opened() == []


def test_the_list_and_what_is_of_other_sites(bench, as_):
    bob = as_("Bob")
    assert "There are no comparisons" in shown(bob, reverse("cpv:comparisons"))
    bench.plan()
    assert PAGE in shown(as_("Bob"), reverse("cpv:comparisons"))
    olga = as_("Olga")
    assert PAGE not in shown(olga, reverse("cpv:comparisons"))
    for address in (PAGE, *CHARTS, reverse("cpv:comparison", args=["NONE"])):
        assert olga.get(address).status_code == 404


def test_a_plan_of_pairs_and_of_one_limit_is_shown(bench, as_):
    viability, fold, colour = CONTENT["attributes"]
    paired = viability | {
        "design": "paired",
        "sizes": {"before": 4, "after": 4},
        "sd_of_differences": "1.5",
        "expected": {"difference": "0"},
        "margin": {"lower": "-8"},
        "with_history": True,
    }
    bench.plan(attributes=[paired, fold, colour], monitoring=None)
    for n, value in enumerate(AFTER):
        bench.add(f"H-{n}", value, days=n, order=f"O-B-{n}")
    bench.after()
    bob = as_("Bob")
    assert "pairs: one patient" in shown(bob)
    send(bob)
    page = shown(bob)
    for text in ("Pairs with history", "difference of at least -8 %", "With 2 lots of history."):
        assert text in page


def test_what_takes_no_part_is_named(bench, as_):
    bench.plan()
    bench.add("A-X", 40.0, days=0.5, excluded=True)
    bench.after(*AFTER)
    bench.add("A-LATE", 92.0, days=9)
    bob = as_("Bob")
    send(bob)
    page = shown(bob)
    assert "Excluded on their chart, with a reason: A-X." in page
    assert "Made when the planned number was complete: A-LATE." in page
