"""Pages of the laboratory and its runs."""

from uuid import uuid4

import pytest
from django.urls import reverse

from config.demonstration.site import PLANT
from qc import selectors
from qc.forms.runs import ControlsForm
from qc.rules import targets
from qc.rules.runs import RunState
from tests.qc.runs_given import HIGH, LOW, begin, read


@pytest.mark.parametrize(("n", "is_provisional"), [(19, True), (20, False)])
def test_limits_from_few_measurements_are_said_to_be_provisional(n: int, is_provisional: bool) -> None:
    control = {"name": "One copy", "lot": "CTL-1", "mean": "1.02", "sd": "0.06", "n": n}
    found, faults = targets.parse({"method": "M-1", "unit": "1", "controls": [control]})
    assert (found is not None, faults) == (True, ())
    (field,) = (it for it in ControlsForm(targets=found, unit="copies") if it.name == "CTL-1")
    assert ("limits are provisional: they come from 19 measurements" in field.help_text) is is_provisional


def test_a_run_is_begun_and_judged_on_its_pages(lab, as_):
    ana = as_("Ana")
    new = reverse("qc:new_run", args=[PLANT, "M-DDPCR"])
    assert new in ana.get(reverse("qc:runs")).content.decode()
    form = ana.get(new).content.decode()
    assert "Droplet reader" in form
    demo = lab.player.demo
    chosen = {f"lot_{kind}": demo.lots[kind, PLANT] for kind in ("primer_set", LOW, HIGH)}
    chosen |= {"device_droplet_reader": demo.devices["droplet_reader", PLANT]}
    missing = ana.post(new, {"request_id": str(uuid4()), **chosen, f"lot_{LOW}": ""})
    assert missing.status_code == 422
    answer = ana.post(new, {"request_id": str(uuid4()), **chosen}, follow=True)
    assert "Now: read the controls" in answer.content.decode()
    (run,) = selectors.runs_at([PLANT])
    controls = reverse("qc:read_controls", args=[run.code])
    low, high = demo.lots[LOW, PLANT], demo.lots[HIGH, PLANT]
    wrong = ana.post(controls, {"request_id": str(uuid4()), low: "1,02", high: "4"})
    assert wrong.status_code == 422
    assert "Write a number" in wrong.content.decode()
    answer = ana.post(controls, {"request_id": str(uuid4()), low: "1.21 1.0", high: "4"}, follow=True)
    shown = answer.content.decode()
    assert "The controls refuse the run" in shown
    assert 'class="notice notice-error" role="alert"' in shown, "bad news has no tick before it"
    assert "✔</span> The controls refuse" not in shown
    assert "beyond three standard deviations" in shown
    assert selectors.run(run.id).state is RunState.REFUSED
    chart = ana.get(reverse("qc:control_chart", args=[run.code, low]))
    assert chart["Content-Type"] == "image/svg+xml"
    assert chart.content.startswith(b"<svg")
    assert ana.get(reverse("qc:control_chart", args=[run.code, "VM0"])).status_code == 404


def test_a_run_is_broken_off_with_a_reason(lab, as_):
    run, ana = begin(lab), as_("Ana")
    void = reverse("qc:void_run", args=[run.code])
    assert ana.post(void, {"request_id": str(uuid4()), "reason": ""}).status_code == 422
    assert ana.post(void, {"request_id": str(uuid4()), "reason": "power cut"}).status_code == 302
    assert "power cut" in ana.get(reverse("qc:run", args=[run.code])).content.decode()
    assert ana.post(void, {"request_id": str(uuid4()), "reason": "again"}).status_code == 409


@pytest.mark.parametrize("who", ["Leo", "Bob", "Olga"])
def test_only_analysts_of_the_site_are_offered_a_run_and_may_begin_one(lab, as_, who):
    client, new = as_(who), reverse("qc:new_run", args=[PLANT, "M-FLOW"])
    assert new not in client.get(reverse("qc:runs")).content.decode()
    assert client.post(new, {"request_id": str(uuid4())}).status_code == 404


def test_a_method_that_cannot_be_is_not_found(as_):
    assert as_("Ana").get(f"/runs/new/{PLANT}/M%00/").status_code == 404


def test_runs_of_other_sites_are_not_found(lab, as_):
    run = read(lab, begin(lab))
    assert as_("Leo").get(reverse("qc:run", args=[run.code])).status_code == 200
    assert as_("Olga").get(reverse("qc:run", args=[run.code])).status_code == 404
    assert run.code not in as_("Olga").get(reverse("qc:runs")).content.decode()


def test_the_laboratory_has_what_waits_and_a_reviewer_looks_over_from_there(lab, as_):
    run, found = begin(lab), lab.record("CAR", "29.4")
    ana, leo, url = as_("Ana"), as_("Leo"), reverse("qc:worklist")
    looked = reverse("qc:review_from_list", args=[found.id])
    for client, may_record, may_review in ((ana, True, False), (leo, False, True)):
        shown = client.get(url).content.decode()
        assert reverse("qc:run", args=[run.code]) in shown
        assert (reverse("qc:result", args=["batch", lab.batch, "VCN"]) in shown) == may_record
        assert (looked in shown) == may_review
    assert ana.post(looked, {"request_id": str(uuid4())}).status_code == 403
    assert leo.post(looked, {"request_id": str(uuid4())}).status_code == 302
    assert selectors.result(found.id).is_reviewed
    assert looked not in leo.get(url).content.decode()
    assert leo.post(reverse("qc:review_from_list", args=[uuid4()])).status_code == 404
    assert lab.batch not in as_("Olga").get(url).content.decode()
