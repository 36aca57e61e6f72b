"""The load generator, a process of its own: `python -m bench.load < plan.json > result.json`.

Each client is a thread with one kept connection, a station and its people, and works journey after journey; it sends
the next request when the last one is answered. Targets take turns on the same connections, round by round and in
changing order, so that what else the machine does meets all of them.
"""

import contextlib
import json
import os
import sys
import threading
from collections import Counter
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any

import psycopg2

from bench import script
from bench.wire import Broken, Line

SCANS = "/api/v1/scans/"
NOTES = "/peer/notes/"
EMPTY = "no journeys left"
LABEL = """
SELECT l.code FROM coi_labelcopy l JOIN coi_order o ON o.id = l.order_id
 WHERE o.coi_id = %s ORDER BY l.issued_at, l.number LIMIT 1
"""


class PoolEmpty(Exception):
    """There were fewer prepared journeys than the server could answer."""


@dataclass
class Block:
    """What one client did in one round against one target. `answered` counts wrong answers too."""

    latencies: list[tuple[str, float]] = field(default_factory=list)
    failures: Counter[str] = field(default_factory=Counter)
    answered: int = 0


@dataclass
class Pool:
    """The enrolled journeys that nobody has begun, and the labels that the printer would have drawn."""

    journeys: list[script.Journey]
    database: str
    lock: threading.Lock = field(default_factory=threading.Lock)
    _connection: Any = None

    def take(self) -> script.Journey:
        with self.lock:
            if not self.journeys:
                raise PoolEmpty
            return self.journeys.pop()

    def label_of(self, coi_id: str) -> str:
        """The code on the first label of a journey, read from the database: no answer ever holds it."""
        with self.lock:
            if self._connection is None:
                self._connection = psycopg2.connect(self.database)
                self._connection.autocommit = True
            with self._connection.cursor() as cursor:
                cursor.execute(LABEL, [coi_id])
                row: tuple[str] = cursor.fetchone()
            return row[0]


@dataclass
class Scanner:
    """One station at work over HTTP, from one journey to the next."""

    chair: script.Chair
    pool: Pool
    told: Generator[script.Request, Mapping[str, Any], None] | None = None
    request: script.Request | None = None

    def once(self, line: Line, block: Block) -> None:
        """One request, and what to ask next after its answer."""
        if self.request is None:
            self.told = script.tell(self.chair, self.pool.take(), self.pool.label_of)
            self.request = next(self.told)
        headers = {"Authorization": f"Station {self.chair.token}"}
        status, answer, took = line.post(SCANS, headers, self.request.body)
        block.answered += status == 200
        if status == 200 and self.request.is_answered_by(answer):
            block.latencies.append((self.request.kind, took))
            self._go_on(answer)
            return
        code = answer.get("code") or [refusal["code"] for refusal in answer.get("refusals", ())]
        block.failures[f"{self.request.kind}: {status} {answer.get('outcome', '')} {code}"] += 1
        self.request = None

    def _go_on(self, answer: Mapping[str, Any]) -> None:
        try:
            self.request = self.told.send(answer) if self.told else None
        except StopIteration:
            self.request = None


@dataclass
class Noter:
    """One client of the peer, with a slot of its own to lock."""

    token: str
    slot: str
    count: int = 0

    def once(self, line: Line, block: Block) -> None:
        """One request."""
        self.count += 1
        body = {"slot": self.slot, "text": f"note {self.count} of {self.slot}"}
        status, answer, took = line.post(NOTES, {"Authorization": f"Token {self.token}"}, body)
        block.answered += status == 200
        if status == 200:
            block.latencies.append(("peer", took))
        else:
            block.failures[f"peer: {status} {answer}"] += 1


class Client:
    """One thread: its connections and its place at each target."""

    def __init__(self, number: int, plan: Mapping[str, Any], pools: Mapping[str, Pool]) -> None:
        self.lines = {target["port"]: Line(target["port"]) for target in plan["targets"]}
        self.workers: dict[str, Scanner | Noter] = {}
        chair = script.Chair(**plan["chairs"][number])
        for target in plan["targets"]:
            worker = Noter(plan["peer_token"], f"slot-{number}")
            self.workers[target["name"]] = (
                worker if target["kind"] == "peer" else Scanner(chair, pools[target["name"]])
            )

    def connect(self) -> None:
        """Fresh connections for a new round."""
        for line in self.lines.values():
            line.open()

    def work(self, target: Mapping[str, Any], start: threading.Barrier, seconds: float, block: Block) -> None:
        """Send until the time is over; a request in flight then is finished and counts."""
        start.wait()
        until = perf_counter() + seconds
        line, worker = self.lines[target["port"]], self.workers[target["name"]]
        while perf_counter() < until:
            try:
                worker.once(line, block)
            except PoolEmpty:
                block.failures[EMPTY] += 1
                return
            except (Broken, OSError) as error:
                block.failures[f"connection: {error}"] += 1


def measure(plan: Mapping[str, Any]) -> dict[str, Any]:
    """All rounds of a plan, or as many as there were journeys for. The first `warm_up` rounds are not kept."""
    pools = {
        target["name"]: Pool([script.Journey(**one) for one in target["journeys"]], target["database"])
        for target in plan["targets"]
        if target["kind"] == "scan"
    }
    clients = [Client(number, plan, pools) for number in range(plan["clients"])]
    kept: dict[str, list[dict[str, Any]]] = {target["name"]: [] for target in plan["targets"]}
    answered: Counter[str] = Counter()
    for number in range(plan["warm_up"] + plan["rounds"]):
        for client in clients:
            client.connect()
        turn = number % len(plan["targets"])
        found: dict[str, dict[str, Any]] = {}
        for target in [*plan["targets"][turn:], *plan["targets"][:turn]]:
            found[target["name"]] = one = _round(clients, target, plan["seconds"])
            answered[target["name"]] += one["answered"]
        is_short = sum(one["failures"].pop(EMPTY, 0) for one in found.values()) > 0
        if is_short and not plan["keeps_short_rounds"]:
            break
        if number >= plan["warm_up"]:
            for name, one in found.items():
                kept[name].append(one)
        if is_short:
            break
    return {"rounds": kept, "answered": dict(answered)}


def _round(clients: list[Client], target: Mapping[str, Any], seconds: float) -> dict[str, Any]:
    blocks = [Block() for _ in clients]
    start = threading.Barrier(len(clients) + 1)
    threads = [
        threading.Thread(target=client.work, args=(target, start, seconds, block))
        for client, block in zip(clients, blocks, strict=True)
    ]
    for thread in threads:
        thread.start()
    before = [used(process) for process in target["processes"]]
    start.wait()
    began = perf_counter()
    for thread in threads:
        thread.join()
    took = perf_counter() - began
    after = [used(process) for process in target["processes"]]
    failures: Counter[str] = Counter()
    for block in blocks:
        failures.update(block.failures)
    return {
        "seconds": took,
        "latencies": [one for block in blocks for one in block.latencies],
        "failures": dict(failures),
        "answered": sum(block.answered for block in blocks),
        "processor": [_difference(*pair) for pair in zip(before, after, strict=True)],
    }


def used(process: int) -> dict[int, float]:
    """The processor seconds of each process below this one so far (Linux; empty elsewhere)."""
    children: dict[int, list[tuple[int, float]]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            columns = path.read_text().rsplit(")", 1)[1].split()
            seconds = (int(columns[11]) + int(columns[12])) / os.sysconf("SC_CLK_TCK")
            children.setdefault(int(columns[1]), []).append((int(path.parent.name), seconds))
    found, left = {}, [process]
    while left:
        for child, seconds in children.get(left.pop(), ()):
            found[child] = seconds
            left.append(child)
    return found


def _difference(before: Mapping[int, float], after: Mapping[int, float]) -> float:
    return sum(seconds - before.get(process, 0.0) for process, seconds in after.items())


def main() -> None:
    """Read a plan, carry it out, write what was found."""
    sys.setswitchinterval(0.0005)  # an answer that has come should not wait for another client's turn
    json.dump(measure(json.load(sys.stdin)), sys.stdout)


if __name__ == "__main__":
    main()
