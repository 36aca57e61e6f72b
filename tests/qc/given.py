"""Batches for tests, filled and tested by the services alone."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from coi.services import close_deviation, place_hold
from config.demonstration import story
from config.demonstration.player import Player
from config.demonstration.site import PLANT, Member
from people import selectors as people
from people.rules.authority import Person
from people.rules.credentials import PasswordCredential
from qc import selectors, services
from qc.rules.results import ResultView
from tests import given

__all__ = ["close_deviation", "place_hold"]

# One passing value for each criterion of the demonstration's specification that a release needs.
PASSING = {
    "APPEARANCE": "slightly turbid, pack intact",
    "IDENTITY": "confirmed",
    "VIABILITY": "92.4",
    "CD3": "97.9",
    "CAR": "26.0",
    "CD4_CD8": "1.7",
    "VCN": "1.8",
    "ENDOTOXIN": "<0.05",
    "MYCOPLASMA": "not detected",
    "STERILITY_INTERIM": "no growth to date",
    "DOSE": "2.1",
}


@dataclass
class Laboratory:
    """A filled batch, and the people who test and decide."""

    player: Player
    batch: str

    def member(self, first_name: str) -> Member:
        return self.player.demo.member(first_name)

    def doing(self, first_name: str, request_id: UUID | None = None) -> dict[str, Any]:
        """What every service takes; time goes on a little."""
        self.player.wait(seconds=5)
        who = self.player.demo.doing("x", self.member(first_name).actor, PLANT)
        return who | {"now": self.player.now, "request_id": request_id or uuid4()}

    def signing(self, first_name: str, request_id: UUID | None = None) -> dict[str, Any]:
        """The same with the person's own password."""
        return {"credential": self.member(first_name).credential, **self.doing(first_name, request_id)}

    def wrong_password(self, first_name: str) -> dict[str, Any]:
        wrong = PasswordCredential(self.member(first_name).username, "not the password")
        return self.doing(first_name) | {"credential": wrong}

    def person(self, first_name: str) -> Person:
        found = people.person(self.member(first_name).user_id, self.player.now)
        assert found is not None
        return found

    @property
    def tube(self) -> str:
        """The release sample's code."""
        return self.player.containers("sample")[-1].code

    def record(self, criterion: str, value: str | None = None, by: str = "Ana", **more: Any) -> ResultView:
        about = {
            "batch": self.batch,
            "container": self.tube,
            "criterion": criterion,
            "value": PASSING[criterion] if value is None else value,
            "tested_at": self.player.now - timedelta(seconds=2),
        }
        return services.record_result(**about | self.doing(by) | more)

    def review(self, result: ResultView, by: str = "Leo") -> ResultView:
        return services.review_result(result=UUID(result.id), **self.doing(by))

    def test_all(self, **values: str) -> None:
        """Every result that a release needs, each looked over."""
        self.player.wait(hours=20)
        for criterion, value in (PASSING | values).items():
            self.review(self.record(criterion, value))

    def to_review(self, **values: str) -> None:
        self.test_all(**values)
        assert services.submit_for_review(batch=self.batch, **self.doing("Leo")).is_done

    def sign_review(self, by: str = "Bob") -> services.Attempt:
        return services.review_batch(batch=self.batch, **self.signing(by))

    def release(self, by: str = "Rosa", request_id: UUID | None = None) -> services.Attempt:
        return services.release_batch(batch=self.batch, **self.signing(by, request_id))

    @property
    def disposition(self) -> str:
        found = selectors.batch_view(self.person("Bob"), self.batch, self.player.now)
        assert found is not None
        return str(found.batch.disposition)


def a_laboratory(number: int = 1) -> Laboratory:
    """A journey played until its bags are filled and frozen."""
    player = given.until(given.a_journey(given.a_demo(), number=number), story.fill)
    return Laboratory(player, player.containers("product_bag")[0].batch)
