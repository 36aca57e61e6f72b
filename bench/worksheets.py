"""What a worksheet of 2,000 rows costs beside one of 20: reading it, opening its editor, typing into a cell.

    python -m bench.inside worksheets < plan.json > worksheets.json

Both sheets are begun by the service and asked for through the whole of Django, in turns, without a network.
"""

import json
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import count
from statistics import median
from typing import Any
from uuid import uuid4

from django.contrib.auth import get_user_model

from bench.browser import opens, signed_in
from config.demonstration.risks import content
from config.demonstration.site import PLANT
from fmea import services
from fmea.rules.cells import Table
from fmea.rules.writing import TypeText
from fmea.selectors.sheets import sheet
from ledger.rules import Actor, ActorKind, AuthMethod, Where

_numbers = count(1)


def measure(*, rows: Sequence[int], rounds: int) -> dict[str, Any]:
    """Milliseconds of each act for each size, and the largest as a multiple of the smallest, round by round."""
    user = get_user_model().objects.get(username="leo")
    actor = Actor(ActorKind.PERSON, "Leo Marsh", user.pk, AuthMethod.PASSWORD)
    client = signed_in(user)
    codes = {size: _begun(size, actor) for size in rows}
    return {
        "rows": list(rows),
        "acts": {
            "read": _turns({size: opens(client, f"/risk/{code}/") for size, code in codes.items()}, rounds),
            "editor": _turns(
                {size: opens(client, f"/risk/{code}/sheet/") for size, code in codes.items()}, rounds
            ),
            "data": _turns(
                {size: opens(client, f"/risk/{code}/sheet/data/") for size, code in codes.items()}, rounds
            ),
            "cell": _turns({size: _types(code, actor) for size, code in codes.items()}, rounds),
        },
    }


def _begun(size: int, actor: Actor) -> str:
    """The demonstration's worksheet with so many rows."""
    whole = content(datetime.now(UTC).date())
    whole.pop("actions")
    given = [whole["rows"][n % len(whole["rows"])] | {"code": f"R{n}"} for n in range(size)]
    for row in given:
        row.pop("residual", None)  # decided on elsewhere, by a signature
    code = f"BENCH-{size}"
    services.open_sheet(code=code, site=PLANT, content=whole | {"rows": given}, actor=actor, **_doing())
    return code


def _doing() -> dict[str, Any]:
    return {"where": Where(site=PLANT), "now": datetime.now(UTC), "request_id": uuid4()}


def _types(code: str, actor: Actor) -> Callable[[], None]:
    def act() -> None:
        found = sheet(code)
        if found is None:
            raise ValueError(f"no sheet {code}")
        asked = [TypeText(Table.ROWS, "R7", "cause", f"Cause {next(_numbers)}")]
        own = {"code": code, "asked": asked, "base": found.revision, "editor": "bench/1"}
        services.edit_sheet(**own, actor=actor, **_doing())

    return act


def _turns(acts: dict[int, Callable[[], None]], rounds: int) -> dict[str, Any]:
    for act in acts.values():
        act()  # connections and caches, for all alike
    took = [[_seconds(act) for act in acts.values()] for _ in range(rounds)]
    return {
        "ms": [round(median(column) * 1000, 1) for column in zip(*took, strict=True)],
        "ratio": round(median(turn[-1] / turn[0] for turn in took), 2),
    }


def _seconds(act: Callable[[], None]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def main() -> None:
    """The command line."""
    json.dump(measure(**json.load(sys.stdin)), sys.stdout)
