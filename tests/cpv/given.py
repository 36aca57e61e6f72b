"""Processes for tests: a plan in effect, numbers that another program handed in, limits that three people signed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from config.demonstration.player import Player
from config.demonstration.site import PLANT, PRODUCT, Demo, Member
from cpv import selectors, services
from cpv.rules.programme import limit_set, plan
from cpv.selectors import ChartView
from cpv.services import ExternalRow, Range
from people import selectors as people
from people import services as documents
from people.rules.authority import Person
from people.rules.documents import DocumentVersionView
from tests import given

PLAN = "CPV-CD19"
# Twenty lawful numbers around 10 that no rule minds; repeated, they still are none.
STEADY = (
    *("10.1", "9.4", "10.6", "9.8", "10.3", "9.9", "9.2", "10.8", "10.0", "9.6"),
    *("10.4", "9.7", "10.2", "9.5", "10.7", "9.3", "10.5", "9.9", "10.1", "9.8"),
)


ALL = Range()


def parameter(code: str = "TITER", **more: Any) -> dict[str, Any]:
    """A parameter whose numbers another program hands in, parted by site."""
    own = {"code": code, "title": code.capitalize(), "unit": "mg/L", "source": {"kind": "external"}}
    return own | {"bounds": {"lower": "6", "upper": "14"}} | more


def a_plan(*parameters: dict[str, Any]) -> dict[str, Any]:
    """The content of a plan of the demonstration's product."""
    return {
        "title": "Verification of CD19",
        "product": PRODUCT,
        "batches_a_year": 100,
        "parameters": list(parameters or (parameter(),)),
    }


@dataclass(repr=False)
class Process:
    """A plan in effect at the plant, and the people who look after its charts. Its clock goes on with what is done."""

    player: Player
    plan: str = PLAN
    parameter: str = "TITER"
    site: str = PLANT
    handed: int = 0

    @property
    def code(self) -> str:
        """The code of the chart of this parameter at this site."""
        return limit_set.code_of(self.plan, self.parameter, (self.site,))

    @property
    def chart(self) -> ChartView:
        """It as it stands now."""
        found = selectors.chart(self.code, self.player.now)
        assert found is not None
        return found

    def member(self, first_name: str) -> Member:
        """Somebody by first name."""
        return self.player.demo.member(first_name)

    def person(self, first_name: str) -> Person:
        """The same as selectors want them."""
        found = people.person(self.member(first_name).user_id, self.player.now)
        assert found is not None
        return found

    def doing(self, first_name: str = "Leo", request_id: UUID | None = None) -> dict[str, Any]:
        """What every service takes; time goes on a little."""
        self.player.wait(seconds=5)
        about = given.doing(self.player, first_name)
        return about | {"request_id": request_id or uuid4()}

    def hand_in(
        self, values: Sequence[str] = STEADY, start: datetime | None = None, parameter: str = ""
    ) -> frozenset[str]:
        """One number an hour from `start` on (now, if not said), of batches EXT-0001 and so on; then it is later."""
        began = start or self.player.now
        rows = [
            ExternalRow(
                parameter or self.parameter,
                f"EXT-{self.handed + n:04d}",
                began + timedelta(hours=n),
                value,
            )
            for n, value in enumerate(values, start=1)
        ]
        self.handed += len(rows)
        self.player.now = max(self.player.now, rows[-1].made_at) + timedelta(minutes=1)
        charts: frozenset[str] = frozenset()
        for first in range(0, len(rows), 1000):
            own = rows[first : first + 1000]
            charts |= services.hand_in_data(plan=self.plan, site=self.site, rows=own, **self.doing())
        return charts

    def propose(self, baseline: Range = ALL, justification: str = "the first batches") -> str:
        """Limits as a draft; answers with its id."""
        made = services.propose_limits(
            chart=self.code, baseline=baseline, justification=justification, **self.doing("Amir")
        )
        return made.id

    def limits(self, baseline: Range = ALL) -> DocumentVersionView:
        """Limits proposed, signed by three people and in effect."""
        id = self.propose(baseline)
        for act, name in (
            (documents.submit_document, "Amir"),
            (documents.review_document, "Bob"),
            (documents.approve_document, "Rosa"),
        ):
            act(id=id, credential=self.member(name).credential, **self.doing(name))
        return documents.make_effective(id=id, **self.doing("Rosa"))


def a_process(demo: Demo, *parameters: dict[str, Any]) -> Process:
    """A plan of these parameters in effect, nothing handed in."""
    player = Player(demo, demo.now, site=PLANT, name="process")
    player.wait(minutes=1)
    content = a_plan(*parameters)
    given.in_effect(player, plan.KIND, PLAN, content)
    return Process(player, parameter=content["parameters"][0]["code"])
