"""A comparison for tests: its plan as a signed document, and lots whose numbers are given instead of observed."""

import copy
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from config.demonstration import site
from config.demonstration.site import PLANT, PRODUCT, Demo
from cpv.rules.programme.arranging import Measured
from cpv.rules.programme.comparison_plan import KIND
from cpv.selectors import comparisons
from cpv.selectors.compared import Asked
from cpv.selectors.comparisons import ComparisonView
from cpv.services.comparisons import OpenAnswer, open_comparison
from people import selectors as people
from people.rules.authority import Person

CODE = "CC-2026-014"
VIABILITY: dict[str, Any] = {
    "code": "VIABILITY",
    "rank": "high",
    "method": "equivalence_test",
    "design": "welch",
    "sizes": {"before": 6, "after": 4},
    "margin": {"lower": "-8", "upper": "8"},
    "unit": "%",
    "justification": "Half of the distance to the release limit.",
    "expected": {"before": "2", "after": "2"},
}
FOLD: dict[str, Any] = {
    "code": "FOLD",
    "rank": "moderate",
    "method": "quality_range",
    "sizes": {"before": 6, "after": 4},
    "justification": "As wide as batches have been.",
    "k": "3",
}
COLOUR: dict[str, Any] = {"code": "COLOUR", "rank": "low", "method": "visual"}
CONTENT: dict[str, Any] = {
    "title": "A new bioreactor",
    "plan": "CD19-CPV",
    "product": PRODUCT,
    "change": {"what": "Bioreactor B instead of A", "reference": CODE},
    "change_at": "2026-05-04T08:00:00+02:00",
    "parting": {"by": "time"},
    "alpha": "0.05",
    "wanted_power": "0.8",
    "attributes": [VIABILITY, FOLD, COLOUR],
    "monitoring": {"looks": ["0.75", "1"], "shape": "obrien_fleming_spending", "alpha": "0.05"},
}
BEFORE = (91.0, 94.5, 92.5, 90.0, 93.0, 95.0)
AFTER = (92.0, 94.0, 91.5, 93.5)


def content(**changes: Any) -> dict[str, Any]:
    """The document, with some of its fields changed."""
    return copy.deepcopy(CONTENT) | changes


@dataclass
class Bench:
    """A site, and the numbers that comparisons there are given."""

    demo: Demo
    measured: dict[str, list[Measured]] = field(default_factory=dict)

    @property
    def now(self) -> datetime:
        return self.demo.now

    @property
    def change_at(self) -> datetime:
        """Ten days after the plan is written."""
        return self._begun + timedelta(days=10)

    def __post_init__(self) -> None:
        self._begun = self.demo.now
        for n, value in enumerate(BEFORE):
            self.add(f"B-{n}", value, days=n - 40)

    def all_series(self, asked: Sequence[Asked]) -> list[dict[str, tuple[Measured, ...]]]:
        return [self._series(it) for it in asked]

    def _series(self, asked: Asked) -> dict[str, tuple[Measured, ...]]:
        is_known = asked.plan == CONTENT["plan"] and PLANT in asked.sites
        return {it: tuple(self.measured.get(it, ())) if is_known else () for it in asked.parameters}

    def add(self, batch: str, value: float, days: float, **more: Any) -> None:
        """A lot begun so many days after the change, with its numbers of all three attributes a day later."""
        at = self.change_at + timedelta(days=days)
        about = {"at": at, "order": f"O-{batch}", "observed_at": at + timedelta(days=1)} | more
        for code in ("VIABILITY", "FOLD", "COLOUR"):
            self.measured.setdefault(code, []).append(Measured(batch=batch, value=value, **about))

    def after(self, *values: float) -> None:
        """Lots after the change, one a day, and then it is the week after."""
        start = sum(lot.at >= self.change_at for lot in self.measured["VIABILITY"])
        for n, value in enumerate(values, start):
            self.add(f"A-{n}", value, days=n)
        self.demo.now = max(self.demo.now, self.change_at + timedelta(days=14))

    def plan(self, code: str = CODE, **changes: Any) -> None:
        """The plan, written, reviewed, approved and in effect, all of it now."""
        changes = {"change_at": self.change_at.isoformat()} | changes
        site.document(self.demo, KIND, code, code, content(**changes))
        self.demo.now += timedelta(minutes=1)

    def open(self, by: str = "Bob", request_id: UUID | None = None, **more: Any) -> OpenAnswer:
        self.demo.now += timedelta(minutes=1)
        doing = self.demo.doing("open", self.demo.member(by).actor) | {"request_id": request_id or uuid4()}
        return open_comparison(**{"document": CODE, "reason": "the look of the plan", **doing, **more})

    def view(self, code: str = CODE) -> ComparisonView:
        found = comparisons.comparison(code, self.now)
        assert found is not None
        return found

    def person(self, first_name: str) -> Person:
        found = people.person(self.demo.member(first_name).user_id, self.now)
        assert found is not None
        return found


def bench_at(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """A bench whose numbers are what comparisons read."""
    bench = Bench(demo)
    monkeypatch.setattr(comparisons, "all_series", bench.all_series)
    return bench
