"""How a signal was answered stands at its point on the chart."""

from uuid import UUID

from django.urls import reverse

from cpv import services
from cpv.rules.programme.answering import Decision
from tests.cpv.given import STEADY


def test_a_point_says_how_its_signal_was_answered(process, as_):
    process.hand_in([*STEADY, *STEADY[:15]])
    process.limits()
    process.hand_in(["10.0", "25.0"])
    (signal,) = [it for it in process.chart.signals if it.by == "nelson_1"]
    address = reverse("cpv:control_json", args=[process.code])

    def drawn():
        return as_("Bob").get(address).content.decode()

    assert "looked into" not in drawn(), "nobody has taken it on"
    services.acknowledge_signal(signal=UUID(signal.id), **process.doing("Bob"))
    assert drawn().count("looked into") == 1
    services.close_signal(
        signal=UUID(signal.id),
        decision=Decision.DEVIATION,
        cause="A new lot of medium.",
        deviation="D27-00001",
        **process.doing("Bob"),
    )
    assert drawn().count("D27-00001") == 1
    assert "looked into" not in drawn()
