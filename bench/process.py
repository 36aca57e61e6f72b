"""What charts of a process cost at the services: one more batch after a short and a long history, and a night.

    python -m bench.inside process < plan.json > process.json

The numbers of the past, their plans and limits are written by COPY, as the journeys of `bench.fill` are: handing in a
million numbers by the service would measure that. They stay within one sigma, so that nothing signals: what is measured
is judging, and nothing is written but the batch that is new. A night is judged by processes, as workers are.
"""

import io
import json
import multiprocessing
import random
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from multiprocessing.pool import Pool
from statistics import median
from typing import Any
from uuid import uuid4

import django
import psycopg2
from django.contrib.auth import get_user_model

from config.demonstration.site import PLANT, PRODUCT
from cpv import services
from cpv.rules.basis import Estimator, Limits
from cpv.rules.programme import limit_set, plan
from cpv.rules.programme.limit_set import Baseline, LimitSet, code_of
from cpv.rules.transforms import identity
from cpv.tasks import PORTION
from ledger.rules import Actor, ActorKind, AuthMethod, Where

MOST = 100  # parameters of a plan
BASELINE = 30
WORKERS = (1, 2)
CENTER, SIGMA = 100.0, 2.0
BEGAN = timedelta(days=59)  # the site of a bench is 60 days old
_OBSERVATION = (
    *("id", "plan", "parameter", "stratum", "chart", "subject", "site_id", "made_at", "value", "is_below"),
    *("source", "version", "observed_at", "excluded_by_name", "exclusion_reason"),
)
_DOCUMENT = ("id", "kind", "code", "title", "site_id")
_VERSION = (
    *("id", "document_id", "version", "schema", "content", "digest", "state", "author_id", "reviewer_id"),
    *("approver_id", "drafted_at", "effective_from"),
)
Row = Sequence[Any]


class Past:
    """Writes plans, limits and numbers of the past."""

    def __init__(self, cursor: Any, now: datetime) -> None:
        self.cursor, self.now, self.began = cursor, now, now - BEGAN
        cursor.execute("SELECT id FROM people_site WHERE code = %s", [PLANT])
        self.site = cursor.fetchone()[0]
        cursor.execute("SELECT id FROM people_user ORDER BY id LIMIT 3")
        self.signers = [row[0] for row in cursor.fetchall()]

    def charts(self, name: str, sizes: Sequence[int]) -> list[str]:
        """Plans of parameters with so many numbers each, and limits for all; answers with the codes of the charts."""
        codes: list[str] = []
        for first in range(0, len(sizes), MOST):
            own, number = sizes[first : first + MOST], first // MOST
            plan_code, parameters = f"{name}-{number}", [f"P{n}" for n in range(len(own))]
            self._document(plan.KIND, plan_code, _plan(parameters), self.began)
            for parameter, size in zip(parameters, own, strict=True):
                codes.append(code_of(plan_code, parameter, (PLANT,)))
                step = BEGAN / (size + 1)
                limits = limit_set.written(_limits(plan_code, parameter))
                self._document(limit_set.KIND, codes[-1], limits, self.began + step * BASELINE)
                self._copy("cpv_observation", _OBSERVATION, self._numbers(plan_code, parameter, size))
        return codes

    def _numbers(self, plan_code: str, parameter: str, size: int) -> Iterator[Row]:
        rng, chart = random.Random(f"{plan_code} {parameter}"), code_of(plan_code, parameter, (PLANT,))
        step = BEGAN / (size + 1)
        for n in range(size):
            at = self.began + step * n
            value = f"{CENTER + SIGMA * rng.uniform(-1, 1):.2f}"
            about = (uuid4(), plan_code, parameter, json.dumps([PLANT]), chart, f"BENCH-{n:06d}", PLANT)
            yield (*about, at, value, False, "bench", 1, at, "", "")

    def _document(self, kind: str, code: str, content: Mapping[str, Any], at: datetime) -> None:
        document = uuid4()
        self._copy("people_document", _DOCUMENT, [(document, kind, code, code, self.site)])
        author, reviewer, approver = self.signers
        text = json.dumps(content).replace("\\", "\\\\")
        version = (uuid4(), document, 1, 1, text, "0" * 64, "effective", author, reviewer, approver, at, at)
        self._copy("people_documentversion", _VERSION, [version])

    def _copy(self, table: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
        text = io.StringIO("".join("\t".join(str(cell) for cell in row) + "\n" for row in rows))
        self.cursor.copy_expert(f"COPY {table} ({', '.join(columns)}) FROM STDIN", text)


def _plan(parameters: Sequence[str]) -> dict[str, Any]:
    asked = [{"code": code, "title": code, "source": {"kind": "external"}} for code in parameters]
    return {"title": "Bench", "product": PRODUCT, "batches_a_year": 100, "parameters": asked}


def _limits(plan_code: str, parameter: str) -> LimitSet:
    reach = 3 * SIGMA
    limits = Limits(
        center=CENTER,
        sigma=SIGMA,
        lower=CENTER - reach,
        upper=CENTER + reach,
        multiple=3.0,
        estimator=Estimator.MR_BAR,
        n=BASELINE,
    )
    baseline = Baseline("BENCH-000000", f"BENCH-{BASELINE - 1:06d}", "0" * 64)
    return LimitSet(plan_code, parameter, (PLANT,), identity(), limits, baseline, "bench")


def furnish(superuser: Mapping[str, str], sizes: Mapping[str, Sequence[int]]) -> dict[str, list[str]]:
    """Both sorts of charts, by name."""
    with closing(psycopg2.connect(**superuser)) as connection, connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica; SET timezone = UTC")
        past = Past(cursor, datetime.now(UTC))
        found = {name: past.charts(name, own) for name, own in sizes.items()}
        connection.commit()
        connection.autocommit = True
        cursor.execute("VACUUM (ANALYZE)")
    return found


# -- one more batch ---------------------------------------------------------------------------------------------------


def one_more(histories: Sequence[int], *, rounds: int) -> dict[str, Any]:
    """Handing in and judging the next batch, after histories of all lengths in turns."""
    next_one = {number: _next(number) for number in range(len(histories))}
    for again in next_one.values():
        again()  # connections and caches, for all alike; and each chart is judged whole once, which it then remembers
    turns = [[_seconds(again) for again in next_one.values()] for _ in range(rounds)]
    took = [median(column) for column in zip(*turns, strict=True)]
    return {
        "histories": list(histories),
        "ms": [round(seconds * 1000, 2) for seconds in took],
        "ratios": [round(median(turn[n] / turn[0] for turn in turns), 3) for n in range(len(histories))],
    }


def _next(number: int) -> Callable[[], object]:
    """Hands in one more number of this parameter, with a name of its own each time."""
    user = get_user_model().objects.get(username="leo")
    actor = Actor(ActorKind.PERSON, "Leo Marsh", user.pk, AuthMethod.PASSWORD)

    def hand_in() -> object:
        now = datetime.now(UTC)
        row = services.ExternalRow(f"P{number}", f"NEXT-{uuid4().hex[:12]}", now, f"{CENTER:.2f}")
        where = Where(site=PLANT)
        about = {"actor": actor, "where": where, "now": now, "request_id": uuid4()}
        return services.hand_in_data(plan="HISTORY-0", site=PLANT, rows=[row], **about)

    return hand_in


def _seconds(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


# -- a night ----------------------------------------------------------------------------------------------------------


def night(charts: Sequence[str], *, rounds: int) -> dict[str, Any]:
    """Every chart judged by one worker and by two, in turns; a worker is a process that takes portion after portion."""
    portions = [list(charts[first : first + PORTION]) for first in range(0, len(charts), PORTION)]
    fresh = multiprocessing.get_context("spawn")
    with ExitStack() as held:
        pools = {count: held.enter_context(fresh.Pool(count, django.setup)) for count in WORKERS}
        for pool in pools.values():
            _judged(pool, portions[:4])
        turns = [{count: _seconds_of(pool, portions) for count, pool in pools.items()} for _ in range(rounds)]
    return {
        "charts": len(charts),
        "seconds": {str(count): round(median(turn[count] for turn in turns), 2) for count in WORKERS},
        "ratio": round(median(turn[WORKERS[0]] / turn[WORKERS[-1]] for turn in turns), 2),
    }


def _seconds_of(pool: Pool, portions: Sequence[list[str]]) -> float:
    return _seconds(lambda: _judged(pool, portions))


def _judged(pool: Pool, portions: Sequence[list[str]]) -> None:
    failed = sum(pool.map(judge, portions, chunksize=1))
    if failed:
        raise ValueError(f"{failed} charts could not be judged")


def judge(charts: list[str]) -> int:
    """A portion, as `cpv.tasks.evaluate` does it."""
    return len(services.judge_charts(charts=charts, now=datetime.now(UTC), request_id=uuid4(), is_whole=True))


# -- all of it --------------------------------------------------------------------------------------------------------


def measure(
    *, superuser: Mapping[str, str], histories: Sequence[int], charts: int, points: int, rounds: int
) -> dict[str, Any]:
    """Furnish, then both."""
    codes = furnish(superuser, {"HISTORY": histories, "NIGHT": [points] * charts})
    return {
        "one_more": one_more(histories, rounds=rounds * 5),
        "night": {"points": points, **night(codes["NIGHT"], rounds=rounds)},
    }


def main() -> None:
    """The command line."""
    json.dump(measure(**json.load(sys.stdin)), sys.stdout)
