"""Pages on which people look at the process: all charts, one chart, one point, limits that are proposed."""

import csv
import json
import re
from functools import partial
from io import StringIO

import pytest
from django.urls import reverse

from cpv.services import ExternalRow, exclude_point, hand_in_data
from tests.coi.test_query_counts import statements
from tests.cpv.given import STEADY, a_process, parameter

HOME = "/process/"
HIGH = "13.5"


def text(answer) -> str:
    assert answer.status_code == 200, answer.content
    return answer.content.decode()


@pytest.fixture
def signalling(process):
    """Limits in effect, eight lawful batches since, and one far above them."""
    process.hand_in(STEADY)
    process.limits()
    process.hand_in([*STEADY[:8], HIGH])
    return process


# --- the list --------------------------------------------------------------------------------------------------------


def test_without_a_plan_the_page_leads_to_writing_one(demo, time_machine, client):
    time_machine.move_to(demo.now, tick=False)
    for name, may_write in (("Leo", True), ("Ana", False)):
        client.force_login(user(demo, name))
        page = text(client.get(HOME))
        assert "No plan is in effect" in page
        assert (reverse("people:document_new", args=["cpv_plan"]) in page) is may_write


def user(demo, name):
    from django.contrib.auth import get_user_model

    return get_user_model().objects.get(pk=demo.member(name).user_id)


def test_a_plan_without_numbers_says_what_it_waits_for(as_):
    assert "Nothing has been observed yet" in text(as_("Leo").get(HOME))


def test_the_head_says_whether_the_process_is_in_control(signalling, as_):
    page = text(as_("Leo").get(HOME))
    assert "<h1>1 of 1 charts signals.</h1>" in page
    assert "A signal waits for an answer" in page
    assert reverse("cpv:chart", args=[signalling.code]) in page
    assert "2 open signals" in page, "beyond the limit, and of the weighted average"
    assert "preliminary limits, from 20 results" in page


def test_charts_are_found_by_state_plan_site_and_words(demo, time_machine, client):
    process = a_process(demo, parameter("TITER", title="Titre of the vector"), parameter("GROWTH"))
    process.hand_in(STEADY)
    process.hand_in(STEADY[:3], parameter="GROWTH")
    time_machine.move_to(process.player.now, tick=False)
    client.force_login(user(demo, "Leo"))

    def titles(query):
        page = text(client.get(HOME + query))
        return [title for title in ("Titre of the vector", "Growth") if f">{title}</a>" in page]

    assert titles("") == ["Titre of the vector", "Growth"]
    assert titles("?state=limits_due") == ["Titre of the vector"]
    assert titles("?state=gathering") == ["Growth"]
    assert titles("?q=TITRE") == ["Titre of the vector"]
    assert titles("?site=CELLS&plan=CPV-CD19&q=growth") == ["Growth"]
    assert titles("?state=overdue") == []
    assert "No chart is like that" in text(client.get(HOME + "?q=nothing"))
    # what cannot be read is no filter
    assert titles("?state=wrong&site=NOWHERE&page=x") == ["Titre of the vector", "Growth"]


def test_who_works_elsewhere_sees_no_chart(signalling, as_):
    olga = as_("Olga")
    assert signalling.code not in text(olga.get(HOME))
    for name in ("chart", "points", "propose", "control_json", "control_svg", "ranges_json", "spread_svg"):
        assert olga.get(reverse(f"cpv:{name}", args=[signalling.code])).status_code == 404, name
    point = signalling.chart.points[0].id
    assert olga.get(reverse("cpv:point", args=[signalling.code, point])).status_code == 404
    assert as_("Leo").get(reverse("cpv:chart", args=["CPV-0000000000000000"])).status_code == 404


# --- one chart -------------------------------------------------------------------------------------------------------


def test_every_page_about_a_chart_leads_back_to_it_and_to_all_of_them(process, as_):
    process.hand_in(STEADY)
    chart, leo = reverse("cpv:chart", args=[process.code]), as_("Leo")
    for more in ("limits/", "starting/", "adjusted/", f"points/{process.chart.points[0].id}/"):
        crumbs = re.search(r'<p class="crumbs">(.*?)</p>', text(leo.get(chart + more)), re.DOTALL).group(1)
        assert re.findall('href="([^"]+)"', crumbs) == [HOME, chart], more


def test_a_chart_says_where_it_stands_and_why(signalling, as_):
    page = text(as_("Leo").get(reverse("cpv:chart", args=[signalling.code])))
    assert "EXT-0029 lies above the upper limit." in page
    assert "The weighted average rose above its limit; the drift began at EXT-" in page
    assert "2 signals are open: the process may have changed." in page
    assert "the first batches" in page, "the justification of the limits"
    assert "If the process were known" in page, "limits of 20 results are uncertain, and that is said"
    for name in ("Cpk", "Ppk"):
        assert f">{name}</th>" in page
    assert "6 to 14 mg/L" in page


def test_the_table_has_what_the_picture_has(signalling, as_):
    leo = as_("Leo")
    exclude_point(observation=signalling.chart.points[4].id, reason="spilled", **signalling.doing("Leo"))
    page = text(leo.get(reverse("cpv:chart", args=[signalling.code])))
    table = page[page.index('<table class="rows points">') :]
    places = [table.index(f">{code}<") for code in ("EXT-0029", "EXT-0028", "EXT-0001")]
    assert places == sorted(places), "the newest first"
    assert "left out: spilled (Leo Marsh)" in page
    assert "one point beyond a limit" in page
    written = leo.get(reverse("cpv:points", args=[signalling.code])).content.decode()
    rows = list(csv.DictReader(StringIO(written)))
    assert [row["subject"] for row in rows] == [f"EXT-{n:04d}" for n in range(1, 30)]
    assert rows[4]["exclusion_reason"] == "spilled"
    assert rows[-1]["value"] == HIGH
    assert rows[-1]["signals"] == "ewma:raised nelson_1:raised"
    assert rows[0]["upper_limit"] == ""
    assert float(rows[-1]["upper_limit"]) == pytest.approx(signalling.chart.charted.bands[0].upper)


def test_a_number_that_was_corrected_is_said_to_be(process, as_):
    process.hand_in(STEADY)
    point = process.chart.points[3]
    addresses = (
        reverse("cpv:chart", args=[process.code]),
        reverse("cpv:point", args=[process.code, point.id]),
    )
    said, leo = "changed since it was first observed", as_("Leo")
    assert [text(leo.get(address)).count(said) for address in addresses] == [0, 0]
    row = ExternalRow(process.parameter, point.subject, point.made_at, "10.6")
    hand_in_data(plan=process.plan, site=process.site, rows=[row], **process.doing("Leo"))
    assert [text(as_("Leo").get(address)).count(said) for address in addresses] == [1, 1]


def test_the_table_is_paged_from_the_newest_to_the_oldest(process, as_):
    process.hand_in(STEADY * 6)
    leo, address = as_("Leo"), reverse("cpv:chart", args=[process.code])
    pages = [text(leo.get(f"{address}?page={n}")) for n in (1, 2, 3)]
    named = [re.findall(r'<span class="code">(EXT-[0-9]{4})</span></th>', page) for page in pages]
    assert named[0] == [f"EXT-{n:04d}" for n in range(120, 20, -1)]
    assert named[1] == [f"EXT-{n:04d}" for n in range(20, 0, -1)]
    assert named[2] == []
    assert "Page 1 of 2" in pages[0]


def test_what_a_spreadsheet_could_take_for_a_formula_is_marked_as_text(process, as_):
    process.hand_in(STEADY[:3])
    about = process.doing("Leo")
    exclude_point(observation=process.chart.points[0].id, reason="=HYPERLINK(1)", **about)
    written = as_("Leo").get(reverse("cpv:points", args=[process.code])).content.decode()
    assert next(csv.DictReader(StringIO(written)))["exclusion_reason"] == "'=HYPERLINK(1)"


def test_pictures_are_described_for_browsers_and_drawn_for_others(signalling, as_):
    leo = as_("Leo")
    spec = json.loads(leo.get(reverse("cpv:control_json", args=[signalling.code])).content)
    assert [row["b"] for row in spec["data"]["values"]][-1] == "EXT-0029"
    one = json.loads(leo.get(reverse("cpv:control_json", args=[signalling.code]) + "?phase=1").content)
    assert len(one["data"]["values"]) == 9
    before = json.loads(leo.get(reverse("cpv:control_json", args=[signalling.code]) + "?phase=0").content)
    assert len(before["data"]["values"]) == 20
    for name in ("control", "ranges", "spread"):
        drawn = leo.get(reverse(f"cpv:{name}_svg", args=[signalling.code]))
        assert drawn.content.startswith(b"<svg"), name


def test_a_chart_on_another_scale_can_be_looked_at_on_it(demo, time_machine, client):
    process = a_process(demo, parameter(scale={"kind": "log"}))
    process.hand_in(STEADY)
    process.limits()
    process.hand_in(STEADY[:5])
    time_machine.move_to(process.player.now, tick=False)
    client.force_login(user(demo, "Leo"))
    address = reverse("cpv:chart", args=[process.code])
    assert "scale=charted" in text(client.get(address))
    spec = json.loads(client.get(reverse("cpv:control_json", args=[process.code]) + "?scale=charted").content)
    assert spec["data"]["values"][0]["v"] == pytest.approx(2.3125, abs=1e-3)


# --- acts ------------------------------------------------------------------------------------------------------------


def test_a_point_is_left_out_for_a_reason_and_taken_in_again(signalling, as_):
    leo = as_("Leo")
    id = signalling.chart.points[-1].id
    address = reverse("cpv:point", args=[signalling.code, id])
    assert address in text(leo.get(reverse("cpv:chart", args=[signalling.code])))
    form = {"request_id": "8f0a4b2e-0000-4000-8000-000000000001", "exclude": "1"}
    refused = leo.post(address, form | {"reason": " "})
    assert refused.status_code == 422
    assert b"This field is required." in refused.content
    assert leo.post(address, form | {"reason": "wrong dilution"}).status_code == 302
    assert signalling.chart.points[-1].exclusion_reason == "wrong dilution"
    assert "In control" in text(leo.get(reverse("cpv:chart", args=[signalling.code])))
    form["request_id"] = "8f0a4b2e-0000-4000-8000-000000000002"
    again = leo.post(address, form | {"reason": "kept words"})
    assert again.status_code == 409
    assert b"kept words" in again.content
    form = {"request_id": "8f0a4b2e-0000-4000-8000-000000000003", "include": "1", "reason": "it was right"}
    assert leo.post(address, form).status_code == 302
    assert not signalling.chart.points[-1].is_excluded


def test_limits_are_looked_at_before_they_are_proposed(process, as_):
    process.hand_in(STEADY)
    amir, address = as_("Amir"), reverse("cpv:propose", args=[process.code])
    form = {"request_id": "8f0a4b2e-0000-4000-8000-000000000004", "first": "", "last": "EXT-0018"}
    form["justification"] = "all were made alike"
    seen = text(amir.post(address, form | {"preview": "1"}))
    assert "Nothing is written down yet." in seen
    assert "18 results" in seen
    assert process.chart.proposed is None
    made = amir.post(address, form | {"propose": "1"})
    assert made.status_code == 302
    assert made.url == reverse("people:document", args=[process.chart.proposed.id])
    assert "wait for signatures already" in text(amir.get(address))
    assert "Limits wait for signatures" in text(amir.get(reverse("cpv:chart", args=[process.code])))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"last": "EXT-0009"}, "There are too few results."),
        ({"last": "NOWHERE"}, "This batch is not on the chart."),
        ({"first": "EXT-0019", "last": "EXT-0002"}, "The last batch comes before the first."),
        ({"justification": ""}, "This field is required."),
    ],
)
def test_what_is_wrong_with_a_baseline_is_said_at_its_field(process, as_, change, said):
    process.hand_in(STEADY)
    amir, address = as_("Amir"), reverse("cpv:propose", args=[process.code])
    form = {"request_id": "8f0a4b2e-0000-4000-8000-000000000005", "justification": "kept words"}
    for act in ("preview", "propose"):
        answer = amir.post(address, form | change | {act: "1"})
        assert answer.status_code == 422, act
        assert said in answer.content.decode()
        kept = change.get("last") or change.get("justification", "") or change.get("first", "")
        assert kept in answer.content.decode(), "what was written is not lost"
    assert process.chart.proposed is None


def test_buttons_are_for_those_who_look_after_charts(process, as_):
    process.hand_in(STEADY)
    address = reverse("cpv:propose", args=[process.code])
    point = reverse("cpv:point", args=[process.code, process.chart.points[0].id])
    for name, may in (("Leo", True), ("Ana", False), ("Iris", False)):
        one = as_(name)
        page = text(one.get(reverse("cpv:chart", args=[process.code])))
        assert (address in page, point in page) == (may, may), name
        assert ("Leave this point out" in text(one.get(point))) is may
    form = {"request_id": "8f0a4b2e-0000-4000-8000-000000000006", "reason": "no", "exclude": "1"}
    assert as_("Ana").post(point, form).status_code == 403
    assert not process.chart.points[0].is_excluded


# --- cost ------------------------------------------------------------------------------------------------------------


# The session, the person, what the head of a page asks, the charts. A number that grows is looked at first.
OVERVIEW, CHART, PICTURE = 11, 14, 9


def test_statements_of_the_list_do_not_grow_with_charts(demo, time_machine, client):
    process = a_process(demo, *(parameter(f"P{n}") for n in range(30)))
    counts = []
    for few, many in ((0, 3), (3, 30)):
        for n in range(few, many):
            process.hand_in(STEADY[:2], parameter=f"P{n}")
        time_machine.move_to(process.player.now, tick=False)
        client.force_login(user(demo, "Leo"))
        said, page = statements(lambda: client.get(HOME))
        assert f'>All <span class="num">{many}</span>' in text(page)
        counts.append(len(said))
    assert counts == [OVERVIEW, OVERVIEW]


def test_statements_of_a_chart_do_not_grow_with_batches(process, as_):
    counts = []
    for _ in range(2):
        process.hand_in(STEADY)
        if not counts:
            process.limits()
        leo = as_("Leo")
        names = ("cpv:chart", "cpv:control_json")
        asked = [statements(partial(leo.get, reverse(name, args=[process.code]))) for name in names]
        counts.append(tuple(len(said) for said, _answer in asked))
    assert counts == [(CHART, PICTURE), (CHART, PICTURE)]
