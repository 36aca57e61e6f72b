"""Count the SQL statements of each scan, through the whole API door, in this process.

python -m bench.inside statements --journeys 3 < plan.json > statements.json
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Mapping
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench import script
from bench.load import SCANS

_TRANSACTION = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")
_LABEL = """
SELECT l.code FROM coi_labelcopy l JOIN coi_order o ON o.id = l.order_id
 WHERE o.coi_id = %s ORDER BY l.issued_at, l.number LIMIT 1
"""


def label_of(coi_id: str) -> str:
    """The code on the first label of a journey."""
    with connection.cursor() as cursor:
        cursor.execute(_LABEL, [coi_id])
        row: tuple[str] = cursor.fetchone()
    return row[0]


def count(chair: script.Chair, journeys: list[script.Journey]) -> dict[str, list[int]]:
    """The statements of every request of these journeys, by `kind step`; BEGIN and COMMIT are left out."""
    found: dict[str, list[int]] = {}
    client = Client(headers={"Authorization": f"Station {chair.token}", "Host": "127.0.0.1"})
    for journey in journeys:
        told = script.tell(chair, journey, label_of)
        request = next(told)
        while True:
            with CaptureQueriesContext(connection) as captured:
                response = client.post(SCANS, request.body, content_type="application/json")
            answer: Mapping[str, Any] = response.json()
            if response.status_code != 200 or not request.is_answered_by(answer):
                raise AssertionError(f"{request}: {response.status_code} {answer}")
            statements = [q["sql"] for q in captured if not q["sql"].startswith(_TRANSACTION)]
            found.setdefault(f"{request.kind} {request.body.get('step', '')}".strip(), []).append(
                len(statements)
            )
            try:
                request = told.send(answer)
            except StopIteration:
                break
    return found


def summary(found: Mapping[str, list[int]]) -> dict[str, Any]:
    """By kind and step the numbers that were seen, and the mean of the whole mix."""
    every = Counter(number for numbers in found.values() for number in numbers)
    mean = sum(number * times for number, times in every.items()) / sum(every.values())
    return {
        "by_kind": {kind: sorted(set(numbers)) for kind, numbers in found.items()},
        "mean": round(mean, 2),
        "most": max(every),
        "answered": sum(every.values()),
    }


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="bench.inside statements")
    parser.add_argument("--journeys", type=int, default=3)
    chosen = parser.parse_args()
    plan = json.load(sys.stdin)
    chair = script.Chair(**plan["chairs"][0])
    journeys = [script.Journey(**one) for one in plan["journeys"][: chosen.journeys]]
    json.dump(summary(count(chair, journeys)), sys.stdout)
