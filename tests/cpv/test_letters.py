"""What is mailed when a chart signals."""

from datetime import UTC, datetime
from uuid import uuid4

from cpv.services.judging import WORK
from people.registry import letter
from people.rules.roles import Role
from people.rules.work import NoticeView


def test_the_mail_says_what_signals_at_which_batch_and_where_to_go():
    signal, now = str(uuid4()), datetime(2026, 3, 2, tzinfo=UTC)
    params = {"plan": "CPV-CD19", "parameter": "TITER", "subject": "EXT-0029"}
    about = ("signal", signal, now, params)
    found = letter(NoticeView("1", "CELLS", Role.QC_REVIEWER, None, WORK, *about))
    assert found is not None
    assert found.subject == "Veintrace: TITER signals at EXT-0029"
    assert f"/process/signals/{signal}/" in found.text
    assert "CPV-CD19" in found.text
    assert WORK not in found.subject + found.text
