"""Opening comparisons: once for each state of the data, on record; no verdict by a plan that came too late."""

from datetime import timedelta
from uuid import uuid4

import pytest

from config.demonstration import site
from cpv.rules.programme.arranging import ComparisonRefusal, Standing
from cpv.rules.programme.comparing import Conclusion, Whole
from cpv.rules.programme.comparison_plan import KIND
from cpv.selectors import comparisons
from ledger import selectors as ledger
from ledger.projections import differences
from ledger.rules.errors import Conflict, Invalid, NotAllowed, NotFound
from people import services as people_services
from tests.coi.test_query_counts import statements
from tests.cpv.comparisons_given import AFTER, CODE, Bench, bench_at, content


@pytest.fixture
def bench(demo, monkeypatch) -> Bench:
    return bench_at(demo, monkeypatch)


def entries() -> list:
    found = ledger.entries_for_subject("comparison", CODE)
    return [it for it in found if it.event.startswith("cpv:")]


def test_an_interim_look_is_recorded_with_what_was_to_be_seen(bench):
    bench.plan()
    bench.after(*AFTER[:3])
    answer = bench.open(reason="  the safety board asked  ")
    look = answer.look
    assert (look.number, look.is_final, look.standing) == (1, False, Standing.CONFIRMATORY)
    assert (look.opened_by_name, look.reason) == ("Bob Brandt", "the safety board asked")
    (entry,) = entries()
    assert (entry.event, entry.reason) == ("cpv:comparison:opened", "the safety board asked")
    assert entry.facts["sha256"] == bench.view().data.sha256 == look.sha256
    seen = entry.facts["seen"][0]
    assert (seen["code"], seen["before"], seen["planned_before"]) == ("VIABILITY", 6, 6)
    assert (seen["after"], seen["planned_after"]) == (3, 4)
    # three of four lots beside six: information .6 / .5 ... of O'Brien and Fleming's type, less than all of alpha
    assert 0 < float(entry.facts["spent"]) < 0.05
    assert list(differences("default")) == []


def test_the_same_data_are_opened_once_by_each_person(bench):
    bench.plan()
    bench.after(*AFTER[:3])
    first = bench.open()
    assert bench.open(reason="another reason") == first
    assert len(entries()) == 1
    other = bench.open(by="Rosa")
    assert (other.look.number, other.look.opened_by_name) == (1, bench.demo.member("Rosa").name)
    assert len(entries()) == 2
    bench.after(AFTER[3])
    assert bench.view().look_of(bench.demo.member("Bob").user_id) is None
    again = bench.open()
    assert (again.look.number, again.look.is_final) == (2, True)
    assert [it.facts["look"] for it in entries()] == [1, 1, 2]


def test_a_corrected_or_excluded_result_is_another_state_and_a_later_lot_is_none(bench):
    bench.plan()
    bench.after(*AFTER)
    bench.open()
    user_id = bench.demo.member("Bob").user_id
    kept = list(bench.measured["VIABILITY"])
    bench.after(60.0)
    assert bench.view().look_of(user_id) is not None, "a lot beyond the planned takes no part"
    for change in ({"value": 92.1}, {"excluded": True}):
        lot = kept[-1]
        fields = {name: getattr(lot, name) for name in lot.__dataclass_fields__} | change
        bench.measured["VIABILITY"] = [*kept[:-1], type(lot)(**fields)]
        assert bench.view().look_of(user_id) is None


def test_a_whole_comparison_ends_with_its_verdict(bench):
    bench.plan()
    bench.after(*AFTER)
    assert bench.open().look.is_final
    page = comparisons.comparison_page(bench.view(), bench.person("Bob"), bench.now)
    assert page.result.whole is Whole.COMPARABLE
    assert [it.conclusion for it in page.result.lines] == [
        *(Conclusion.COMPARABLE, Conclusion.COMPARABLE),
        Conclusion.LOOK,
    ]
    assert comparisons.comparison_page(bench.view(), bench.person("Rosa"), bench.now).result is None
    rosa = bench.demo.member("Rosa")
    people_services.retire_document(
        id=bench.view().version.id, reason="concluded", **bench.demo.doing("retire", rosa.actor)
    )
    bench.demo.now += timedelta(minutes=1)
    page = comparisons.comparison_page(bench.view(), bench.person("Bob"), bench.now)
    assert page.result.whole is Whole.COMPARABLE, "what was seen stays to be seen"


def test_a_plan_approved_after_the_first_result_confirms_nothing(bench):
    bench.after(*AFTER)
    bench.plan()
    answer = bench.open()
    assert answer.look.standing is Standing.SIGNED_TOO_LATE
    assert entries()[0].facts["standing"] == "signed_too_late"
    page = comparisons.comparison_page(bench.view(), bench.person("Bob"), bench.now)
    assert page.result.whole is Whole.EXPLORATORY
    assert {it.conclusion for it in page.result.lines} == {Conclusion.EXPLORATORY, Conclusion.LOOK}


def test_an_excluded_result_was_seen_all_the_same(bench):
    bench.add(
        "A-0", 92.0, days=-5, at=bench.change_at, observed_at=bench.now - timedelta(days=1), excluded=True
    )
    bench.plan()
    assert bench.view().standing is Standing.SIGNED_TOO_LATE


def test_a_new_version_after_a_look_confirms_nothing(bench):
    bench.plan()
    bench.after(*AFTER[:3])
    bench.open()
    # the change is moved on, as if no lot had been made after it
    later = (bench.now + timedelta(days=30)).isoformat()
    amir, bob, rosa = (bench.demo.member(name) for name in ("Amir", "Bob", "Rosa"))
    drafted = people_services.draft_document(
        kind=KIND,
        code=CODE,
        title=CODE,
        content=content(change_at=later),
        reason="the change was moved",
        site=site.PLANT,
        **bench.demo.doing("second draft", amir.actor),
    )
    steps = (
        ("submit", people_services.submit_document, amir),
        ("review", people_services.review_document, bob),
        ("approve", people_services.approve_document, rosa),
    )
    for label, service, who in steps:
        service(id=drafted.id, credential=who.credential, **bench.demo.doing(f"second {label}", who.actor))
    people_services.make_effective(id=drafted.id, **bench.demo.doing("second effective", rosa.actor))
    view = bench.view()
    assert (view.version.version, view.data.first_result_at) == (2, None)
    assert view.standing is Standing.LOOKED_BEFORE


def test_who_has_no_role_is_refused_and_that_is_recorded(bench):
    bench.plan()
    bench.after(*AFTER)
    request_id = uuid4()
    for _ in range(2):
        with pytest.raises(NotAllowed, match="role_missing"):
            bench.open(by="Ana", request_id=request_id)
    (entry,) = entries()
    assert (entry.event, entry.actor_name) == ("cpv:comparison:refused", bench.demo.member("Ana").name)
    assert entry.facts["refused"] == ["role_missing"]
    assert bench.open(by="Leo").is_done


def test_nothing_is_opened_without_a_signed_plan_or_a_result(bench):
    bench.plan()
    request_id = uuid4()
    for _ in range(2):
        assert bench.open(request_id=request_id).refusals == (ComparisonRefusal.NOTHING_AFTER,)
    assert [it.event for it in entries()] == ["cpv:comparison:refused"]
    people_services.draft_document(
        kind=KIND,
        code="DRAFT",
        title="Draft",
        content=content(),
        site=site.PLANT,
        **bench.demo.doing("draft", bench.demo.member("Amir").actor),
    )
    bench.after(*AFTER)
    assert ComparisonRefusal.NOT_SIGNED in bench.open(document="DRAFT").refusals
    assert bench.view("DRAFT").standing is Standing.NOT_SIGNED


def test_what_is_asked_wrongly_leaves_nothing(bench):
    bench.plan()
    bench.after(*AFTER)
    for reason, fault in (("  ", "empty"), ("x" * 401, "too_long")):
        with pytest.raises(Invalid) as error:
            bench.open(reason=reason)
        assert error.value.detail["fields"] == {"reason": fault}
    for wrong in ("NONE", "\x00"):
        with pytest.raises(NotFound, match="comparison_unknown"):
            bench.open(document=wrong)
    assert entries() == []
    request_id = uuid4()
    done = bench.open(request_id=request_id)
    assert bench.open(request_id=request_id) == done
    with pytest.raises(Conflict, match="request_id_used"):
        bench.open(request_id=request_id, reason="something else")


def test_a_comparison_is_seen_where_all_its_sites_are_ones_own(bench):
    bench.plan(sites=[site.PLANT, site.HOSPITAL])
    assert comparisons.visible_comparison(bench.person("Bob"), CODE, bench.now) is None
    bench.plan("OWN")
    assert [row.version.code for row in comparisons.visible_comparisons(bench.person("Bob"), bench.now)] == [
        "OWN"
    ]


# Where the viewer belongs; plans in effect and all plans; their numbers, signatures, looks and sites.
LIST = 7


def test_statements_of_the_list_do_not_grow_with_comparisons(demo):
    bench = Bench(demo)  # it reads numbers in earnest
    counts = []
    for count in (1, 4):
        for number in range(len(counts), count):
            bench.plan(f"CC-{number}", plan=f"CPV-{number}")
        said, rows = statements(lambda: comparisons.visible_comparisons(bench.person("Bob"), bench.now))
        assert len(rows) == count
        counts.append(len(said))
    assert counts == [LIST, LIST]
