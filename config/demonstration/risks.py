"""The worksheet of the demonstration: twenty things that can go wrong with CD19-DEMO, and what is done about them.

`risks.json` is a document of kind `fmea_worksheet`, with days as of the day on which it was written. Loaded on another
day, all of its days move with it, so that one action is a little late whenever somebody looks. Ratings after an action
are given by whoever says that it is done, or verifies it; those of the document that are only hoped for are not loaded.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db import transaction

from config.demonstration import site
from config.demonstration.player import NotPlayed
from config.demonstration.site import PLANT, PRODUCT, Demo
from fmea import services as fmea
from fmea.rules.moving import Rerated
from fmea.rules.residual import risk_digest
from fmea.rules.scales import ScaleKind
from fmea.rules.worksheet import KIND, ActionStatus, Aim, Decision
from fmea.selectors.sheets import sheet
from people import selectors as people

WRITTEN = date(2026, 11, 22)
_DAYS = frozenset({"look_again", "due", "done_on"})
# The sheet was begun so long ago, its actions planned, what is left of its risks decided on, and all of it signed.
BEGUN, PLANNED = timedelta(days=240), timedelta(days=226)
DECIDED, SIGNED = timedelta(days=10), timedelta(days=8)
# An action is begun so long before it is done, or, where it is not done yet, before it is due; and verified so long
# after it was done.
TAKES, IS_DUE_IN, VERIFIED_AFTER = timedelta(days=21), timedelta(days=40), timedelta(days=4)
# One row is scored again by those who scored it; whoever leads them has not said anything yet.
AGAIN, LEAD = "R11", "Bob"
BLIND: Mapping[str, tuple[tuple[int, int, int], str]] = {
    "Amir": ((9, 8, 4), "The hood refused the label of another bag again and again this year."),
    "Leo": ((9, 10, 2), "More than once in twenty bags; the station has found each of them at once."),
}


def content(today: date) -> dict[str, Any]:
    """The document, as if it had been written today."""
    found: dict[str, Any] = _moved(site.read_content("risks.json"), today - WRITTEN)
    return found


def load(demo: Demo, present: datetime) -> None:
    """The worksheet in effect, its actions, and a row that is being scored again; all of it, or nothing, and once.

    Where a visitor has written a worksheet of the product before, it stays theirs, and nothing is loaded.
    """
    if sheet(PRODUCT) is not None or people.versions_of(KIND, PRODUCT):
        return
    found = content(present.date())
    with transaction.atomic():
        fmea.open_sheet(
            code=PRODUCT, site=PLANT, content=found, **_doing(demo, "Amir", present - BEGUN, "risks")
        )
        _act(demo, found["actions"], present)
        for row in found["rows"]:
            if "residual" in row:
                _decide(demo, row, present - DECIDED)
        _sign(demo, present - SIGNED)
        _score_again(demo, present)


@dataclass(frozen=True)
class _Step:
    """An action taken further: when, by whom (first name), and with what."""

    at: datetime
    action: str
    to: ActionStatus
    by: str
    given: Mapping[str, Any] = field(default_factory=dict)


def _act(demo: Demo, actions: list[dict[str, Any]], present: datetime) -> None:
    """Actions are planned, one after the other; then each is taken as far as it is, in the order of the days."""
    steps: list[_Step] = []
    for number, item in enumerate(actions):
        at = present - PLANNED + number * timedelta(minutes=5)
        code = fmea.plan_action(
            code=PRODUCT,
            row=item["row"],
            text=item["text"],
            aim=Aim(item["aim"]),
            owner=demo.members[item["owner"]].user_id,
            due=date.fromisoformat(item["due"]),
            **_doing(demo, "Amir", at, f"risks {item['code']}"),
        )
        steps += _steps(code, item)
    for step in sorted(steps, key=lambda it: it.at):
        refused = fmea.move_action(
            code=PRODUCT,
            action=step.action,
            to=step.to,
            **step.given,
            **_doing(demo, step.by, step.at, f"risks {step.action} {step.to}"),
        )
        if refused:
            raise NotPlayed(f"{step.action} is not {step.to}: {refused}")


def _steps(code: str, item: Mapping[str, Any]) -> Iterator[_Step]:
    """How an action came to where it is."""
    status, owner = ActionStatus(item["status"]), _first(item["owner"])
    if status is ActionStatus.PLANNED:
        return
    if status is ActionStatus.UNDER_WAY:
        yield _Step(_at(item["due"]) - IS_DUE_IN, code, status, owner)
        return
    done = _at(item["done_on"])
    yield _Step(done - TAKES, code, ActionStatus.UNDER_WAY, owner)
    after = {
        ScaleKind(kind): Rerated(it["rating"], it["why"], it.get("justification", ""))
        for kind, it in item["after"].items()
    }
    shown = {"evidence": item["evidence"], "done_on": done.date()}
    is_verified = status is ActionStatus.VERIFIED
    yield _Step(done, code, ActionStatus.DONE, owner, shown if is_verified else {**shown, "after": after})
    if is_verified:
        yield _Step(done + VERIFIED_AFTER, code, status, _first(item["verified_by"]), {"after": after})


def _decide(demo: Demo, row: dict[str, Any], at: datetime) -> None:
    fmea.decide_residual(
        code=PRODUCT,
        row=row["code"],
        decision=Decision(row["residual"]["decision"]),
        why=row["residual"]["why"],
        seen=risk_digest(PRODUCT, row),
        credential=demo.member("Bob").credential,
        **_doing(demo, "Bob", at, f"risks {row['code']}"),
    )


def _sign(demo: Demo, at: datetime) -> None:
    """Its author, its reviewer and its approver sign it; then it takes effect."""
    found = sheet(PRODUCT)
    version = fmea.submit_sheet(
        code=PRODUCT,
        revision=found.revision if found is not None else 0,
        reason="",
        credential=demo.member("Amir").credential,
        **_doing(demo, "Amir", at, "risks submit"),
    )
    site.agree_to(replace(demo, now=at), version.id, "risks")


def _score_again(demo: Demo, present: datetime) -> None:
    """All but one have scored a row, each without seeing the others."""
    team = [demo.member(name).user_id for name in (LEAD, *BLIND)]
    begun = _doing(demo, LEAD, present - timedelta(days=2), f"risks round {AGAIN}")
    id = fmea.begin_round(code=PRODUCT, row=AGAIN, team=team, **begun)
    for name, (ratings, why) in BLIND.items():
        given = dict(zip(ScaleKind, ratings, strict=True))
        doing = _doing(demo, name, present - timedelta(days=1), f"risks score {name}")
        if refused := fmea.hand_in_score(id=id, ratings=given, why=why, **doing):
            raise NotPlayed(f"{name} does not score {AGAIN}: {refused}")


def _doing(demo: Demo, name: str, at: datetime, label: str) -> dict[str, Any]:
    return replace(demo, now=at).doing(label, demo.member(name).actor)


def _first(name: str) -> str:
    return name.partition(" ")[0]


def _at(day: str) -> datetime:
    """An hour of work of a day."""
    return datetime.combine(date.fromisoformat(day), time(10), UTC)


def _moved(data: Any, by: timedelta) -> Any:
    if isinstance(data, list):
        return [_moved(it, by) for it in data]
    if not isinstance(data, dict):
        return data
    return {key: _day(it, by) if key in _DAYS else _moved(it, by) for key, it in data.items()}


def _day(text: str, by: timedelta) -> str:
    return (date.fromisoformat(text) + by).isoformat()
