"""Stability and hold-time studies: begun by a plan, pulled from, tested, concluded with a signature."""

from datetime import timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from config.demonstration import site
from config.demonstration.site import PASSWORD, PLANT
from ledger import selectors as ledger
from ledger.projections import differences
from ledger.rules.errors import Conflict, Invalid, NotAllowed, NotFound
from people import selectors as people
from people.rules.signatures import Meaning
from qc import selectors, services
from qc.rules.stability import ConclusionRefusal, PointOf, PullRefusal, StudyView
from qc.rules.subjects import StudyKind, StudyState, SubjectKind, SubjectRef
from tests.qc.given import Laboratory
from tests.qc.studies_given import PLAN, begin, measure, plan, pull, tubes

pytestmark = pytest.mark.django_db


@pytest.fixture
def planned(lab: Laboratory) -> Laboratory:
    plan(lab)
    return lab


def whole(lab: Laboratory, second: str = "93") -> StudyView:
    """A study with both pulls made in time, tested and looked over."""
    study, (first, last) = begin(lab), tubes(lab)[:2]
    assert pull(lab, study, "H0", first).is_done
    lab.review(measure(lab, study, "H0", first))
    lab.player.wait(hours=23, minutes=40)
    assert pull(lab, study, "H24", last).is_done
    lab.review(measure(lab, study, "H24", last, second))
    return study


def test_a_study_runs_from_its_plan_to_its_signature(planned):
    lab = planned
    study = whole(lab)
    assert (study.kind, study.title, study.state) == (StudyKind.HOLD_TIME, PLAN["title"], StudyState.RUNNING)
    request_id = uuid4()
    assert lab.conclude(study, request_id=request_id).is_done
    assert lab.conclude(study, request_id=request_id).is_done, "the same request again"
    found = selectors.study(study.code)
    assert found.state is StudyState.CONCLUDED
    (line,) = found.conclusion["criteria"]
    assert (line["length"][:2], line["ground"], line["line"]) == ("23", "observed", None)
    (signed,) = people.signatures("study", study.code)
    assert (signed.meaning, signed.printed_name) == (Meaning.APPROVAL, "Leo Marsh")
    events = [entry.event for entry in ledger.entries_for_subject("study", study.code)]
    assert [it for it in events if it.startswith("qc:")] == [
        *("qc:study:begun", "qc:pull:recorded", "qc:result:recorded", "qc:result:reviewed"),
        *("qc:pull:recorded", "qc:result:recorded", "qc:result:reviewed", "qc:study:concluded"),
    ]
    assert list(differences("default")) == []
    with pytest.raises(Conflict, match="study_closed"):
        lab.conclude(study)


def test_a_later_result_that_fails_ends_what_is_supported(planned):
    lab = planned
    page = selectors.study_page(selectors.study(whole(lab, "79").code), lab.player.now)
    (found,) = page.assessed
    assert (str(found.length), found.ground) == ("0.0", "failing_result")


def test_containers_that_cannot_be_in_a_study(planned):
    lab = planned
    bag = lab.player.containers("product_bag")[0].code
    sample = tubes(lab)[0]
    for containers, fault in (
        ([sample], "too_few_containers"),
        ([sample, sample], "repeated"),
        ([sample, "NOBODY"], "not_there"),
        ([sample, "\x00"], "not_there"),
        ([sample, bag], "for_the_patient"),
        ([sample, lab.player.containers("apheresis_bag")[0].code], "not_at_hand"),
    ):
        with pytest.raises(Invalid) as error:
            begin(lab, containers=containers)
        assert error.value.detail["fields"] == {"containers": fault}
    begin(lab)
    with pytest.raises(Invalid) as error:
        begin(lab)
    assert error.value.detail["fields"] == {"containers": "in_another_study"}


def test_who_begins_and_by_what(planned):
    lab, request_id = planned, uuid4()
    for who in ("Olga", "Bob", "Dave"):
        with pytest.raises(NotAllowed):
            begin(lab, by=who)
    for wrong in ({"plan": "NONE"}, {"kind": "method"}):
        with pytest.raises(NotFound, match="study_plan_not_effective"):
            begin(lab, **wrong)
    made = begin(lab, request_id=request_id)
    assert begin(lab, request_id=request_id) == made
    with pytest.raises(Conflict, match="request_id_used"):
        begin(lab, request_id=request_id, plan="OTHER")


def test_a_plan_needs_the_specification_and_its_criteria(lab):
    plan(lab, criteria=["VIABILITY", "COLOUR"])
    with pytest.raises(Invalid) as error:
        begin(lab)
    assert error.value.detail["fields"] == {"plan": "criterion_not_of_specification"}
    site.document(lab.player.demo, "study_plan", "HOLD-2", "HOLD-2", PLAN | {"specification": "NONE"})
    lab.player.wait(minutes=1)
    with pytest.raises(NotFound, match="study_specification_missing"):
        begin(lab, plan="HOLD-2")


def test_a_study_as_a_whole_takes_no_result(planned):
    about = {"subject": SubjectRef(SubjectKind.STUDY, begin(planned).code), "container": "", "run": ""}
    with pytest.raises(NotFound, match="subject_unknown"):
        planned.record("VIABILITY", "not tested: insufficient_sample", **about)


def test_a_pull_outside_of_its_window_is_recorded_with_its_reason(planned):
    lab, study = planned, begin(planned)
    first, last = tubes(lab)[:2]
    request_id = uuid4()
    early, again = lab.twice(lambda: pull(lab, study, "H24", last, request_id=request_id))
    assert early.refusals == (PullRefusal.REASON_MISSING,)
    assert early == again
    entry = ledger.entries_for_subject("study", study.code)[-1]
    assert (entry.event, entry.facts["refusals"]) == ("qc:pull:refused", ["reason_missing"])
    assert pull(lab, study, "H24", last, reason="the bench was needed").is_done
    page = selectors.study_page(selectors.study(study.code), lab.player.now)
    assert [str(line.state) for line in page.lines] == ["due", "early"]
    assert page.study.pulls[0].by == "Ana Lind"
    lab.player.wait(hours=2)
    assert selectors.visible_studies(lab.person("Leo"), lab.player.now)[0].is_overdue
    assert pull(lab, study, "H0", first).refusals == (PullRefusal.REASON_MISSING,)


def test_pulls_that_are_refused(planned):
    lab, study = planned, begin(planned)
    first, last = tubes(lab)[:2]
    later = lab.player.now + timedelta(hours=1)
    for change, refusal in (
        ({"point": "H9"}, PullRefusal.NO_SUCH_POINT),
        ({"condition": "LN2"}, PullRefusal.NO_SUCH_POINT),
        ({"at": later}, PullRefusal.IN_THE_FUTURE),
        ({"at": study.started_at - timedelta(minutes=1)}, PullRefusal.BEFORE_THE_STUDY),
        ({"containers": ()}, PullRefusal.TOO_FEW_CONTAINERS),
        ({"containers": ("B-OF-NOBODY",)}, PullRefusal.NOT_OF_STUDY),
    ):
        about: dict[str, Any] = {"point": "H0", "container": first} | change
        assert refusal in pull(lab, study, **about).refusals
    assert pull(lab, study, "H0", first).is_done
    again = pull(lab, study, "H0", last)
    assert again.refusals == (PullRefusal.PULLED_ALREADY,)
    assert pull(lab, study, "H24", first, reason="n").refusals == (PullRefusal.CONTAINER_USED,)
    with pytest.raises(NotAllowed):
        pull(lab, study, "H24", last, by="Leo")
    with pytest.raises(Invalid):
        pull(lab, study, "H24", last, reason="x" * 201)
    assert len(selectors.study(study.code).pulls) == 1


def test_a_result_is_of_what_was_pulled(planned):
    lab, study = planned, begin(planned)
    first, last = tubes(lab)[:2]
    with pytest.raises(NotFound, match="subject_unknown"):
        measure(lab, study, "H0", first)
    pull(lab, study, "H0", first)
    with pytest.raises(NotFound, match="subject_unknown"):
        measure(lab, study, "H0", last)
    ref = SubjectRef(SubjectKind.STUDY, study.code, PointOf("H0", "RT", first).key)
    with pytest.raises(Invalid) as error:
        lab.record("VIABILITY", "95", subject=ref, container=last, run="")
    assert error.value.detail["fields"] == {"container": "not_of_this_subject"}
    found = measure(lab, study, "H0", first)
    with pytest.raises(Conflict, match="result_exists"):
        measure(lab, study, "H0", first)
    services.abandon_study(study=study.code, reason="the plan was wrong", **lab.doing("Leo"))
    with pytest.raises(Conflict, match="study_closed"):
        lab.correct(found, "94")


def test_a_study_is_not_concluded_before_its_time(planned):
    lab, study = planned, begin(planned)
    assert lab.conclude(study).refusals == (ConclusionRefusal.PULLS_OPEN, ConclusionRefusal.RESULTS_MISSING)
    first = tubes(lab)[0]
    pull(lab, study, "H0", first)
    found = measure(lab, study, "H0", first)
    assert lab.conclude(study).refusals == (
        ConclusionRefusal.PULLS_OPEN,
        ConclusionRefusal.RESULT_UNREVIEWED,
    )
    lab.review(found)
    assert lab.conclude(study).refusals == (ConclusionRefusal.PULLS_OPEN,)
    for wrong in (lab.wrong_password("Leo"), {"reason": "x" * 201}):
        with pytest.raises((NotAllowed, Invalid)):
            lab.conclude(study, **wrong)
    with pytest.raises(NotAllowed, match="role_missing"):
        lab.conclude(study, by="Ana")
    assert selectors.study(study.code).is_running
    assert lab.conclude(study, reason="the second tube was broken").is_done
    assert selectors.study(study.code).reason == "the second tube was broken"


def test_a_study_is_given_up_for_a_reason(planned):
    lab, study, request_id = planned, begin(planned), uuid4()
    for reason in ("", " ", "x" * 201):
        with pytest.raises(Invalid):
            services.abandon_study(study=study.code, reason=reason, **lab.doing("Leo"))
    with pytest.raises(NotAllowed):
        services.abandon_study(study=study.code, reason="no", **lab.doing("Ana"))
    for _again in range(2):
        given_up = services.abandon_study(study=study.code, reason="no", **lab.doing("Leo", request_id))
    assert (given_up.state, given_up.reason) == (StudyState.ABANDONED, "no")
    with pytest.raises(Conflict, match="study_closed"):
        services.abandon_study(study=study.code, reason="no", **lab.doing("Leo"))
    with pytest.raises(NotFound):
        services.abandon_study(study="NONE", reason="no", **lab.doing("Leo"))
    assert begin(lab).is_running, "its containers are free again"


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("state = 'concluded'", "qc_study_end_is_dated"),
        ("concluded_at = now()", "qc_study_end_is_dated"),
        ("state = 'abandoned', concluded_at = now()", "qc_study_abandoned_reasoned"),
    ],
)
def test_the_database_knows_how_a_study_ends(planned, change, constraint):
    study = begin(planned)
    with (
        pytest.raises(IntegrityError, match=constraint),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"UPDATE qc_study SET {change} WHERE id = %s", [study.id])


# --- pages ----------------------------------------------------------------------------------------------------------


def url(name: str, *args: str) -> str:
    return reverse(f"qc:{name}", args=args)


def test_a_study_on_its_pages(planned, as_, time_machine):
    lab = planned
    leo, ana = as_("Leo"), as_("Ana")
    assert "There are no studies" in leo.get(url("studies")).content.decode()
    form = {"request_id": str(uuid4()), "plan": "study_plan:HOLD", "site": PLANT}
    form |= {"containers": "\n".join(tubes(lab)[:2])}
    begun = leo.post(url("begin_study"), form, follow=True)
    assert "The study has begun." in begun.content.decode()
    (row,) = selectors.visible_studies(lab.person("Leo"), lab.player.now)
    code, first = row.study.code, tubes(lab)[0]
    assert url("record_pull", code) not in begun.content.decode(), "Leo pulls nothing"
    local = lab.player.now.astimezone(ZoneInfo("Europe/Amsterdam"))
    asked = {"request_id": str(uuid4()), "what": "H0/RT", "containers": [first], "reason": ""}
    asked |= {"at": f"{local + timedelta(minutes=1):%Y-%m-%dT%H:%M}"}
    refused = ana.post(url("record_pull", code), asked).content.decode()
    assert "This is in the future." in refused
    lab.player.wait(minutes=2)
    time_machine.move_to(lab.player.now, tick=False)
    done = ana.post(url("record_pull", code), asked | {"request_id": str(uuid4())}, follow=True)
    assert "The pull is recorded." in done.content.decode()
    key = PointOf("H0", "RT", first).key
    result = f"{url('subject', 'study', code)}?point={key.replace('/', '%2F')}"
    assert result in done.content.decode()
    assert url("study", code) in ana.get(result).content.decode()
    assert ana.get(url("subject", "study", code))["Location"] == url("study", code)
    lab.review(measure(lab, row.study, "H0", first))
    page = as_("Leo").get(url("study", code)).content.decode()
    assert "nothing is supported beyond the start" in page
    assert "supported until 0" not in page
    assert "95" in page
    chart = url("study_chart", code, "RT", "VIABILITY")
    assert chart in page
    assert ana.get(chart)["Content-Type"] == "image/svg+xml"
    assert ana.get(url("study_chart", code, "RT", "NONE")).status_code == 404


def test_a_study_is_concluded_on_its_page(planned, as_):
    lab = planned
    study = whole(lab)
    leo = as_("Leo")
    form = {"request_id": str(uuid4()), "password": "wrong", "reason": ""}
    assert leo.post(url("conclude_study", study.code), form).status_code == 403
    assert as_("Ana").post(url("conclude_study", study.code), form).status_code == 403
    done = leo.post(
        url("conclude_study", study.code),
        form | {"password": PASSWORD, "request_id": str(uuid4())},
        follow=True,
    )
    assert "Signed by Leo Marsh" in done.content.decode()
    assert "supported until 23" in done.content.decode()
    assert url("conclude_study", study.code) not in done.content.decode()
    assert leo.post(url("abandon_study", study.code), {"request_id": str(uuid4())}).status_code == 422


def test_strangers_find_no_study(planned, as_):
    study = begin(planned)
    for who in ("Olga", "Dave"):
        client = as_(who)
        for name in ("study", "record_pull", "conclude_study", "abandon_study"):
            address = url(name, study.code)
            answer = client.get(address) if name == "study" else client.post(address, {})
            assert answer.status_code == 404
        assert study.code not in client.get(url("studies")).content.decode()
        assert client.post(url("begin_study"), {}).status_code == 422
    assert as_("Ana").get(url("study", "NONE")).status_code == 404


def test_the_pages_cost_the_same_for_more_pulls(planned, as_):
    lab, leo = planned, as_("Leo")
    study = begin(lab)

    def cost(address: str) -> int:
        with CaptureQueriesContext(connection) as spent:
            assert leo.get(address).status_code == 200
        return len(spent)

    addresses = [url("studies"), url("study", study.code)]
    before = [cost(address) for address in addresses]
    first, last = tubes(lab)[:2]
    for point, container in (("H0", first), ("H24", last)):
        pull(lab, study, point, container, reason="off")
        lab.review(measure(lab, study, point, container))
    assert [cost(address) for address in addresses] == before


def test_the_worklist_shows_the_pulls_that_are_due(planned, as_):
    study = begin(planned)
    page = as_("Ana").get(url("worklist")).content.decode()
    assert url("study", study.code) in page
    pull(planned, study, "H0", tubes(planned)[0])
    assert selectors.worklist(planned.person("Ana"), planned.player.now).pulls == ()
