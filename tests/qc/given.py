"""Batches for tests, filled and tested by the services alone."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID, uuid4

from django.urls import reverse

from coi.selectors.batches import batch_by_code
from coi.services import close_deviation, place_hold
from config.demonstration import laboratory, story
from config.demonstration.player import Player
from config.demonstration.site import PLANT, Demo, Member
from ledger import selectors as ledger
from ledger.rules import Actor
from people import selectors as people
from people.rules.authority import Person
from people.rules.credentials import PasswordCredential
from qc import selectors, services
from qc.rules.blockers import BlockerCode
from qc.rules.releases import Way
from qc.rules.results import CorrectionReason, ResultView
from qc.rules.stability import StudyView
from qc.rules.subjects import SubjectKind, SubjectRef
from qc.rules.trail import TrailRefusal
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

# The id of a signal of a control chart.
SIGNAL = "6c3f1a52-0b7e-4f0e-9a52-3f6f1f1d7a01"

_SPECIFICATION = Path(laboratory.__file__).with_name("cd19_specification.json")
METHODS_OF = {it["code"]: it["method"] for it in json.loads(_SPECIFICATION.read_text())["criteria"]}


T = TypeVar("T")


@dataclass(repr=False)
class Laboratory:
    """A filled batch, and the people who test and decide."""

    player: Player
    batch: str
    runs: dict[str, str] = field(default_factory=dict)

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

    def twice(self, act: Callable[[], T]) -> tuple[T, T]:
        """The same form sent twice: the times that it names are the same too."""
        at, first = self.player.now, act()
        self.player.now = at
        return first, act()

    @property
    def tube(self) -> str:
        """The release sample's code."""
        return self.player.containers("sample")[-1].code

    def record(self, criterion: str, value: str | None = None, by: str = "Ana", **more: Any) -> ResultView:
        """A result by an analyst, in a run where its method needs one; `more` says what is otherwise."""
        names = {"container": self.tube, "value": PASSING.get(criterion, "") if value is None else value}
        run = self.run_for(criterion)
        self.player.wait(minutes=1)
        names |= {"tested_at": self.player.now, "run": run}
        found = services.Found(**{name: more.pop(name, known) for name, known in names.items()})
        subject = more.pop("subject", SubjectRef(SubjectKind.BATCH, more.pop("batch", self.batch)))
        about = {"subject": subject, "criterion": criterion, "found": found}
        return services.record_result(**about | self.doing(by) | more)

    def correct(
        self,
        result: ResultView,
        value: str,
        reason: CorrectionReason = CorrectionReason.CALCULATION,
        by: str = "Ana",
        **more: Any,
    ) -> ResultView:
        """A new version of a result, of the same container, run and time."""
        found = services.Found(
            value=value, tested_at=result.tested_at, container=result.container, run=result.run
        )
        about = {"result": UUID(result.id), "found": found, "reason": reason}
        return services.correct_result(**about | self.doing(by) | more)

    def run_for(self, criterion: str, by: str = "Ana") -> str:
        """The run that gives results of this criterion, made when it is first needed; empty where none is."""
        method = METHODS_OF.get(criterion, "")
        if not laboratory.METHODS.get(method, {}).get("needs_run"):
            return ""
        if method not in self.runs:
            member = self.member(by)
            self.runs[method] = laboratory.make_run(self.player.demo, method, member, self.doing(by))
        return self.runs[method]

    def review(self, result: ResultView, by: str = "Leo") -> ResultView:
        return services.review_result(result=UUID(result.id), **self.doing(by))

    def test_all(self, **values: str) -> None:
        """Every result that a release needs, each looked over."""
        self.player.wait(hours=20)
        for criterion, value in (PASSING | values).items():
            self.review(self.record(criterion, value))

    def to_review(self, *, has_finals: bool = True, **values: str) -> None:
        """With all results, the final ones too, so that a release outright is open."""
        self.test_all(**values)
        if has_finals:
            self.finish_cultures()
        self.look_over()
        assert services.submit_for_review(batch=self.batch, **self.doing("Leo")).is_done

    def finish_cultures(self, value: str = "no growth") -> None:
        """The last reading, after 14 days."""
        self.player.wait(days=14)
        self.review(self.record("STERILITY_FINAL", value))

    def look_over(self, by: str = "Bob") -> tuple[TrailRefusal, ...]:
        """The trail, up to its end."""
        batch = batch_by_code(self.batch)
        assert batch is not None
        upto = selectors.trails_of([batch])[batch.id].last
        return services.review_trail(batch=self.batch, upto=upto, **self.signing(by))

    def sign_review(self, by: str = "Bob") -> services.Attempt:
        return services.review_batch(batch=self.batch, **self.signing(by))

    def release(self, by: str = "Rosa", request_id: UUID | None = None) -> services.Attempt:
        return services.release_batch(batch=self.batch, **self.signing(by, request_id))

    def release_conditionally(self, days: int = 5, by: str = "Rosa") -> services.Attempt:
        expected = {"STERILITY_FINAL": self.player.now + timedelta(days=days)}
        return services.release_batch(
            batch=self.batch, way=Way.CONDITIONAL, expected=expected, **self.signing(by)
        )

    def complete(self, by: str = "Rosa") -> services.Attempt:
        return services.complete_release(batch=self.batch, **self.signing(by))

    def note_signal(self, state: str = "raised", **more: Any) -> None:
        """As control charts do: by themselves, not by a person."""
        about = {"batch": self.batch, "signal": SIGNAL, "parameter": "Viability", "criterion": "VIABILITY"}
        about |= {"by": "nelson_1", "side": "lower", "state": state}
        services.note_signal(**about | self.doing("Leo") | {"actor": Actor.service("cpv")} | more)

    def view(self, first_name: str = "Bob") -> selectors.BatchView:
        """The batch as quality sees it, or another."""
        found = selectors.batch_view(self.person(first_name), self.batch, self.player.now)
        assert found is not None
        return found

    @property
    def disposition(self) -> str:
        return str(self.view().batch.disposition)

    @property
    def results(self) -> dict[str, ResultView]:
        """The batch's results by criterion, of each the last."""
        return {result.criterion: result for result in self.view().case.results}

    @property
    def events(self) -> list[str]:
        """What has happened to the batch."""
        return [entry.event for entry in ledger.entries_for_subject("batch", self.batch)]

    def url(self, name: str, *more: str) -> str:
        """A page of the batch."""
        return reverse(f"qc:{name}", args=[self.batch, *more])

    def conclude(self, study: StudyView, by: str = "Leo", **more: Any) -> services.ConclusionAttempt:
        return services.conclude_study(study=study.code, **self.signing(by) | more)


def codes(attempt: services.Attempt) -> list[BlockerCode]:
    """What stood against it."""
    return [blocker.code for blocker in attempt.blockers]


def fields(error: Any) -> dict[str, str]:
    """What was wrong with each field, in a refusal that was caught."""
    found: dict[str, str] = error.value.detail["fields"]
    return found


def a_laboratory(demo: Demo) -> Laboratory:
    """A journey played until its bags are filled and frozen."""
    player = given.until(given.a_journey(demo, number=1), story.fill)
    return Laboratory(player, player.containers("product_bag")[0].batch)
