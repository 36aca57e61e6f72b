"""Pages on which people look at the process: all charts, one chart, one point, limits that are proposed."""

import csv
import json
from datetime import timedelta
from io import StringIO

import pytest
from django.urls import reverse

from cpv.rules.programme.points import ChartState
from cpv.services import exclude_point
from tests.coi.test_query_counts import statements
from tests.cpv.given import STEADY, a_process, parameter

HOME = "/process/"
HIGH = "13.5"


def text(answer) -> str:
    assert answer.status_code == 200, answer.content
    return answer.content.decode()


@pytest.fixture
def signalling(process):
    """Limits in effect, ten lawful batches since, and one far above them."""
    process.hand_in(STEADY)
    process.limits()
    process.hand_in([*STEADY[:10], HIGH])
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
    assert "1 open signal" in page
    assert "preliminary limits, from 20 results" in page
