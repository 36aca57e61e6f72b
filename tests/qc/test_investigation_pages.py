"""Pages of investigations: what each role is offered, what is refused, and what everybody reads."""

import re
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from config.demonstration.site import PASSWORD
from people.rules.roles import Role
from qc import selectors
from qc.forms import investigation_words as words
from qc.rules.investigations import LaboratoryCheck, NextStep, Outcome
from tests.qc.oos import Case


@pytest.fixture
def oos(lab, time_machine):
    """A failing result; the clock of the pages goes on with the laboratory's."""
    doing = lab.doing

    def on_time(*asked):
        known = doing(*asked)
        time_machine.move_to(known["now"], tick=False)
        return known

    lab.doing = on_time
    return Case(lab)


def page_of(client, case):
    return client.get(reverse("qc:investigation", args=[case.code])).content.decode()


def post(client, case, what, **fields):
    address = reverse("qc:act_in_investigation", args=[case.code, what])
    return client.post(address, {"request_id": str(uuid4()), **fields})


def offered(shown):
    """The steps whose forms are on a page."""
    return set(re.findall(r'action="/investigations/[^/]+/(\w+)/"', shown))


def test_a_failing_result_leads_to_its_investigation(oos, as_):
    lab, leo, ana = oos.lab, as_("Leo"), as_("Ana")
    opens = reverse("qc:investigate", args=[oos.first.id])
    for client, page in (
        (leo, reverse("qc:worklist")),
        (leo, reverse("qc:batch", args=[lab.batch])),
        (ana, reverse("qc:result", args=["batch", lab.batch, "CAR"])),
        (leo, reverse("people:work")),
    ):
        assert opens in client.get(page).content.decode(), page
    assert "4.1" in leo.get(opens).content.decode()
    assert leo.post(opens, {}).status_code == 422
    answer = leo.post(opens, {"request_id": str(uuid4())})
    (view,) = selectors.visible_investigations(lab.person("Leo"), lab.player.now)
    assert answer["Location"] == reverse("qc:investigation", args=[view.code])
    assert leo.get(opens)["Location"] == answer["Location"], "from now on it leads there"
    assert view.code in leo.get(reverse("qc:worklist")).content.decode()
    assert view.code in leo.get(reverse("people:work")).content.decode()
    again = leo.post(opens, {"request_id": str(uuid4())})
    assert "This result is investigated already." in again.content.decode()


def test_what_passes_leads_nowhere(lab, as_):
    found = lab.record("CAR")
    leo = as_("Leo")
    assert reverse("qc:investigate", args=[found.id]) not in leo.get(reverse("qc:worklist")).content.decode()
    answer = leo.post(reverse("qc:investigate", args=[found.id]), {"request_id": str(uuid4())})
    assert "there is nothing to investigate" in answer.content.decode()
    assert leo.get(reverse("qc:investigate", args=[uuid4()])).status_code == 404


def test_each_role_is_offered_its_own_steps(oos, as_):
    oos.open()
    ana, ben, leo, bob = as_("Ana"), as_("Ben"), as_("Leo"), as_("Bob")
    assert [offered(page_of(one, oos)) for one in (ana, leo, bob)] == [set(), {"start"}, set()]
    oos.start()
    assert [offered(page_of(one, oos)) for one in (ana, leo, bob)] == [{"try"}, {"try", "answer"}, set()]
    for check in LaboratoryCheck:
        oos.answer(check, *(("not_in_order", "scratched") if check == "instrument" else ()))
    assert offered(page_of(leo, oos)) == {"try", "answer", "cause", "escalate"}
    assert offered(page_of(bob, oos)) == {"escalate"}
    oos.cause()
    assert offered(page_of(leo, oos)) == {"try", "answer", "cause", "escalate", "propose"}
    assert offered(page_of(bob, oos)) == {"escalate", "plan"}
    oos.plan()
    test = reverse("qc:planned_test", args=[oos.code, "retest"])
    assert [test in page_of(one, oos) for one in (ana, ben, leo, bob)] == [False, True, False, False]
    oos.lab.review(oos.retest().result)
    oos.propose(Outcome.LABORATORY_ERROR)
    assert offered(page_of(bob, oos)) == {"escalate", "conclude"}
    oos.conclude(Outcome.LABORATORY_ERROR)
    assert [offered(page_of(one, oos)) for one in (ana, leo, bob)] == [set(), set(), set()]


def at_the_plant(lab):
    """The moment as a field of the plant's pages has it."""
    return lab.player.now.astimezone(ZoneInfo("Europe/Amsterdam")).strftime("%Y-%m-%dT%H:%M")


def test_a_whole_investigation_on_its_page(oos, as_, time_machine):
    oos.open()
    leo, bob, ben = as_("Leo"), as_("Bob"), as_("Ben")
    assert str(words.NEXT[NextStep.TAKE_UP][1]) in page_of(leo, oos)
    assert post(leo, oos, "start").status_code == 302
    for check in LaboratoryCheck:
        fields = (
            {"answer": "in_order"} if check != "instrument" else {"answer": "not_in_order", "remark": "<b>"}
        )
        assert post(leo, oos, "answer", check=str(check), **fields).status_code == 302
    assert "&lt;b&gt;" in page_of(leo, oos)
    tried = {"check": "instrument", "experiment": "other_instrument", "support": "supported"}
    assert post(ben, oos, "try", remark="24.9", **tried).status_code == 302
    assert post(leo, oos, "cause", check="instrument", remark="laser").status_code == 302
    assert post(bob, oos, "plan", kind="retest", number="1", by_another="yes").status_code == 302
    test = reverse("qc:planned_test", args=[oos.code, "retest"])
    assert oos.lab.tube in ben.get(test).content.decode()
    run = oos.lab.run_for("CAR")
    fields = {
        "container": oos.lab.tube,
        "run": run,
        "tested_at": oos.lab.player.now.strftime("%Y-%m-%dT%H:%M"),
    }
    assert ben.post(test, {"request_id": str(uuid4()), **fields, "value_1": ""}).status_code == 422
    sent = {"request_id": str(uuid4()), **fields, "value_1": "24.9"}
    refused = as_("Ana").post(test, sent)
    assert "Refused, and recorded" in refused.content.decode()
    shown = refused.context["form"]
    assert shown["value_1"].value() == "24.9"
    assert shown["request_id"].value() != sent["request_id"], "corrected and sent again it is another request"


def test_what_is_left_out_is_said_at_its_field(oos, as_):
    oos.looked_into(LaboratoryCheck.INSTRUMENT)
    leo, bob = as_("Leo"), as_("Bob")
    for client, what, fields in (
        (leo, "answer", {"check": "calculation", "answer": ""}),
        (leo, "answer", {"check": "nothing", "answer": "in_order"}),
        (leo, "answer", {"check": "calculation", "answer": "not_applicable"}),
        (leo, "try", {"check": "calculation"}),
        (leo, "cause", {"check": "calculation", "remark": "not found so"}),
        (leo, "propose", {"outcome": "laboratory_error", "password": ""}),
        (bob, "plan", {"kind": "retest", "number": "0"}),
    ):
        assert post(client, oos, what, **fields).status_code == 422, what
    wrong = post(leo, oos, "propose", outcome="laboratory_error", password="wrong")
    assert wrong.status_code == 403
    assert post(leo, oos, "burn").status_code == 404


def test_a_refusal_is_told_with_its_reasons(oos, as_):
    oos.open()
    shown = post(as_("Bob"), oos, "start").content.decode()
    assert "Refused, and recorded" in shown
    assert "You do not hold a role for this at this site." in shown
    assert shown.count("You do not hold a role for this at this site.") == 2, "it stands in its history too"


def test_quality_is_offered_what_may_be_planned_and_a_plan_of_others_is_refused(oos, as_):
    oos.looked_into(LaboratoryCheck.SAMPLE_KEPT)
    oos.cause(LaboratoryCheck.SAMPLE_KEPT)
    leo, bob = as_("Leo"), as_("Bob")
    shown = page_of(bob, oos)
    bag = oos.lab.player.containers("product_bag")[0].code
    assert ['value="retest"' in shown, 'value="resample"' in shown, bag in shown] == [False, True, True]
    assert oos.lab.tube not in re.findall(r'type="checkbox" name="containers" value="([^"]+)"', shown)
    fields = {"kind": "resample", "number": "1", "by_another": "yes", "reason": "lost", "containers": [bag]}
    assert "You do not hold a role for this" in post(leo, oos, "plan", **fields).content.decode()
    again = post(bob, oos, "plan", **fields | {"kind": "retest"}).content.decode()
    assert "The sample was found not to be kept" in again
    assert post(bob, oos, "plan", **fields).status_code == 302
    assert bag in as_("Ben").get(reverse("qc:planned_test", args=[oos.code, "resample"])).content.decode()


def test_both_sign_on_the_page(oos, as_):
    oos.retested()
    leo, bob = as_("Leo"), as_("Bob")
    error = {"outcome": "laboratory_error", "password": PASSWORD}
    assert post(leo, oos, "propose", **error).status_code == 302
    shown = page_of(bob, oos)
    assert "QC signed:" in shown
    assert 'value="laboratory_error"' in shown
    assert post(bob, oos, "conclude", **error).status_code == 302
    shown = page_of(bob, oos)
    assert shown.count('class="signature"') == 2
    assert "INVALID" not in shown
    assert "this one counts" in shown
    batch = bob.get(reverse("qc:batch", args=[oos.lab.batch])).content.decode()
    assert all(text in batch for text in ("4.1", "Retest", "26.0", oos.code))
    listed = bob.get(reverse("qc:investigations")).content.decode()
    assert "the first result does not count" in listed


def test_who_tested_reads_why_somebody_else_judges(oos, as_):
    oos.open()
    oos.grant("Ana", Role.QC_REVIEWER)
    assert "You tested this: another person must judge it." in page_of(as_("Ana"), oos)


def test_a_correction_without_an_investigation_is_refused_on_the_page(oos, as_, time_machine):
    ana = as_("Ana")
    address = reverse("qc:result", args=["batch", oos.lab.batch, "CAR"])
    fields = {"container": oos.lab.tube, "run": oos.first.run, "value_1": "41", "reason": "transcription"}
    fields |= {"corrects": oos.first.id}
    oos.lab.player.wait(minutes=2)
    time_machine.move_to(oos.lab.player.now, tick=False)
    fields |= {"tested_at": at_the_plant(oos.lab), "request_id": str(uuid4()), "corrects": oos.first.id}
    answer = ana.post(address, fields)
    assert answer.status_code == 409
    assert "it is corrected only within its open investigation" in answer.content.decode()


def test_other_sites_know_nothing_of_it(oos, as_):
    oos.open()
    olga = as_("Olga")
    for name, args in (
        ("qc:investigation", [oos.code]),
        ("qc:investigate", [oos.first.id]),
        ("qc:planned_test", [oos.code, "retest"]),
    ):
        assert olga.get(reverse(name, args=args)).status_code == 404
    assert oos.code not in olga.get(reverse("qc:investigations")).content.decode()
    assert post(olga, oos, "start").status_code == 404


def test_the_list_has_what_is_late_first(oos, as_, time_machine):
    leo = as_("Leo")
    assert "No investigation is open" in leo.get(reverse("qc:investigations")).content.decode()
    oos.open()
    listed = reverse("qc:investigations")
    page = leo.get(listed).content.decode()
    assert "late" not in page[page.index("<main") : page.index("</main>")]
    oos.lab.player.wait(hours=24 * 8)
    time_machine.move_to(oos.lab.player.now, tick=False)
    fresh = as_("Leo")
    assert "■ late" in fresh.get(listed).content.decode()
    assert "■ late" in page_of(fresh, oos)


def statements(client, address):
    with CaptureQueriesContext(connection) as caught:
        assert client.get(address).status_code == 200
    return len(caught)


def test_pages_cost_the_same_whatever_was_written(oos, as_):
    leo = as_("Leo")
    oos.open()
    oos.start()
    oos.answer(LaboratoryCheck.CALCULATION, remark="looked at")
    address, listed = reverse("qc:investigation", args=[oos.code]), reverse("qc:investigations")
    empty = statements(leo, address), statements(leo, listed)
    for check in LaboratoryCheck:
        oos.answer(check, remark="looked at")
    other = Case(oos.lab, "VIABILITY", "61")
    other.open()
    full = statements(leo, address), statements(leo, listed)
    assert (full[0] - empty[0], full[1] - empty[1]) == (0, 0)
