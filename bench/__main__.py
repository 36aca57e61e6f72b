"""`make bench`: set up, measure, print, and keep the result in var/bench/latest.json.

What may be set: BENCH_JOURNEYS (200000), BENCH_SECONDS of one block (2), BENCH_ROUNDS (5), BENCH_QUICK=1 for a run that
shows only that everything works, BENCH_KEEP=1 to keep the databases, BENCH_DATA (var/bench).
"""

import json
import os
import platform
import shlex
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench import parses, peers, report
from bench.house import ROOT, BenchError, House
from config.processes import EmbeddedError
from config.run import RunError, say

SMALL, LARGE, PROCESS = "bench_small", "bench_large", "bench_process"
PER_JOURNEY = 5  # entries: a million at 200,000 journeys


@dataclass(frozen=True)
class Size:
    """How much is measured."""

    small: int
    large: int
    pool: int
    clients: tuple[int, ...]
    rounds: int
    seconds: float
    is_quick: bool = False

    @classmethod
    def wanted(cls) -> "Size":
        """As the environment says."""
        if os.environ.get("BENCH_QUICK"):
            return cls(80, 160, pool=60, clients=(1, 4), rounds=1, seconds=0.4, is_quick=True)
        return cls(
            small=2000,
            large=_number("BENCH_JOURNEYS", 200_000, at_least=2_000),
            pool=1500,
            clients=(1, 4, 16),
            rounds=_number("BENCH_ROUNDS", 5, at_least=1),
            seconds=float(_number("BENCH_SECONDS", 2, at_least=1)),
        )


def _number(name: str, usual: int, *, at_least: int) -> int:
    text = os.environ.get(name) or str(usual)
    if not text.isdigit() or int(text) < at_least:
        raise BenchError(f"{name} must be a whole number, {at_least} or more, not {text!r}")
    return int(text)


def bench(house: House, size: Size) -> dict[str, Any]:
    """Set up both databases and measure."""
    house.check_room(size.large)
    plan = set_up(house, size)
    ports = {name: house.start_web(name) for name in (SMALL, LARGE)}
    before = sum(house.query("SELECT count(*) FROM coi_scan", name) for name in ports)
    measuring = Measuring(house, size, plan, ports)
    found: dict[str, Any] = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "is_quick": size.is_quick}
    found["machine"] = _machine(house)
    found["clients"] = {str(number): measuring.clients(number) for number in size.clients}
    found["growth"] = measuring.growth()
    found["statements"] = measuring.statements()
    say("bench: reading barcodes")
    found["parses"] = parses.measure(rounds=size.rounds, seconds=size.seconds / 10)
    say("bench: making labels")
    given = {"rounds": size.rounds, "seconds": size.seconds / 2}
    found["labels"] = house.python(SMALL, "-m", "bench.inside", "labels", given=given)
    say("bench: charts")
    found["charts"] = charts(house.folder / "peers", size)
    found["ledger"] = ledger(house, size, plan)
    found["process"] = process(house, size)
    found["worksheets"] = worksheets(house, size)
    found["search"] = search(house, size)
    found["answered"] = measuring.answered
    found["recorded"] = sum(house.query("SELECT count(*) FROM coi_scan", name) for name in ports) - before
    found["targets"] = [
        {"name": one.name, "measured": one.measured, "limit": one.limit, "is_met": one.is_met}
        for one in report.targets(found)
    ]
    return found


def charts(folder: Path, size: Size) -> dict[str, Any]:
    """Charts beside their peers; a quick run installs none of them and takes those that are there."""
    python = peers.python_of(folder) if size.is_quick else peers.installed(folder)
    given = {"is_quick": size.is_quick, "rounds": size.rounds}
    measured: dict[str, Any] = peers.run(python, folder, "bench.charts", given=given)
    return measured


def process(house: House, size: Size) -> dict[str, Any]:
    """Charts as the services judge them: one more batch, and a night."""
    say("bench: charts of a process")
    much = {"histories": [100, 1_000, 10_000], "charts": 2_000, "points": 100, "rounds": size.rounds}
    little = {"histories": [50, 100], "charts": 120, "points": 40, "rounds": 1}
    given = (little if size.is_quick else much) | {"superuser": house.superuser(PROCESS)}
    measured: dict[str, Any] = house.python(PROCESS, "-m", "bench.inside", "process", given=given)
    return measured


def worksheets(house: House, size: Size) -> dict[str, Any]:
    """A risk worksheet of few rows and one of many."""
    say("bench: worksheets")
    given = {"rows": [20, 60 if size.is_quick else 2_000], "rounds": size.rounds}
    measured: dict[str, Any] = house.python(PROCESS, "-m", "bench.inside", "worksheets", given=given)
    return measured


def ledger(house: House, size: Size, plan: Mapping[str, Any]) -> dict[str, Any]:
    """Sealing and verifying beside plain hashing, and one journey proved in a small and in the large ledger."""
    say("bench: the ledger")
    rounds, journey = {"rounds": size.rounds}, plan["recorded"][-1]
    found: dict[str, Any] = {"rates": house.python(PROCESS, "-m", "bench.inside", "ledger", given=rounds)}
    for short, name in (("small", SMALL), ("large", LARGE)):
        given = rounds | {"superuser": house.superuser(name), "journey": journey}
        found[short] = house.python(name, "-m", "bench.inside", "ledger", given=given)
    return found


def search(house: House, size: Size) -> dict[str, Any]:
    """The search among the journeys and the entries of the large size at once; `entries`: how many it must know of."""
    say("bench: search")
    entries = house.query("SELECT count(*) FROM ledger_entry", LARGE)
    given = {"superuser": house.superuser(LARGE), "rounds": 3 if size.is_quick else 20 * size.rounds}
    measured: dict[str, Any] = house.python(LARGE, "-m", "bench.inside", "search", given=given)
    return {"entries": entries, **measured}


def set_up(house: House, size: Size) -> dict[str, Any]:
    """A furnished small database, and a large one that began as its copy."""
    say("bench: preparing the database")
    house.make_database(SMALL)
    house.python(SMALL, "manage.py", "prepare")
    say(f"bench: {size.pool} journeys by the services")
    chairs = str(max(size.clients))
    plan: dict[str, Any] = house.python(
        SMALL, "-m", "bench.inside", "furnish", "--chairs", chairs, "--pool", str(size.pool)
    )
    for name in (LARGE, PROCESS):
        house.make_database(name, template=SMALL)
    for name, journeys in ((SMALL, size.small), (LARGE, size.large)):
        say(f"bench: {journeys:,} journeys by COPY")
        recorded = ",".join(plan["recorded"])
        filled = house.python(
            name,
            *("-m", "bench.fill", "--journeys", str(journeys), "--entries-each", str(PER_JOURNEY)),
            *("--recorded", recorded),
            given=house.superuser(name),
        )
        say(f"bench: {filled['entries']:,} entries, {filled['bytes'] >> 20:,} MiB, {filled['seconds']} s")
        plan[name] = filled
    return plan


class Measuring:
    """The phases of a bench, each with journeys of its own that nobody has begun."""

    def __init__(self, house: House, size: Size, plan: dict[str, Any], ports: Mapping[str, int]) -> None:
        self.house, self.size, self.plan, self.ports = house, size, plan, ports
        self.fresh: list[Any] = list(plan["journeys"])
        self.answered = 0

    def take(self, share: float) -> list[Any]:
        """Some of the journeys that are left."""
        count = int(len(self.plan["journeys"]) * share)
        taken, self.fresh = self.fresh[:count], self.fresh[count:]
        return taken

    def target(self, name: str, kind: str, database: str, journeys: list[Any]) -> dict[str, Any]:
        """One thing to send requests to."""
        return {
            "name": name,
            "kind": kind,
            "port": self.ports[database],
            "database": self.house.environment(database)["DATABASE_URL"],
            "journeys": journeys,
            "processes": self.house.processes(database),
        }

    def load(self, clients: int, rounds: int, targets: list[dict[str, Any]]) -> dict[str, list[report.Round]]:
        """Run the load generator."""
        plan = {
            "clients": clients,
            "rounds": rounds,
            # A quick run shows that everything works, on a machine of any speed: a round that ends early will do.
            "warm_up": 0 if self.size.is_quick else 1,
            "keeps_short_rounds": self.size.is_quick,
            "seconds": self.size.seconds,
            "chairs": self.plan["chairs"],
            "peer_token": self.plan["peer_token"],
            "targets": targets,
        }
        found = self.house.python(SMALL, "-m", "bench.load", given=plan)
        self.answered += sum(found["answered"][one["name"]] for one in targets if one["kind"] == "scan")
        rounds_found: dict[str, list[report.Round]] = found["rounds"]
        if any(not rounds for rounds in rounds_found.values()):
            raise BenchError("the prepared journeys were used up in the first round: lower BENCH_SECONDS")
        return rounds_found

    def clients(self, number: int) -> dict[str, Any]:
        """Scans and the peer, side by side."""
        say(f"bench: {number} client{'s' if number > 1 else ''}")
        journeys = self.take(0.15 if number == 1 else 0.27)
        found = self.load(
            number,
            self.size.rounds,
            [self.target("scan", "scan", SMALL, journeys), self.target("peer", "peer", SMALL, [])],
        )
        return {
            "scan": report.as_json(report.series(found["scan"])),
            "peer": report.as_json(report.series(found["peer"])),
            "ratio": report.ratio(found["scan"], found["peer"]),
            "by_kind": report.by_kind(found["scan"]),
        }

    def growth(self) -> dict[str, Any]:
        """The same journeys in both databases, by one client."""
        say("bench: growth")
        journeys = self.take(0.25)
        small, large = (self.target(name, "scan", name, journeys) for name in (SMALL, LARGE))
        found = self.load(1, self.size.rounds * 2, [small, large])
        return {
            "small": {**self.plan[SMALL], "scan": report.as_json(report.series(found[SMALL]))},
            "large": {**self.plan[LARGE], "scan": report.as_json(report.series(found[LARGE]))},
            "p50_ratio": report.latency_ratio(found[LARGE], found[SMALL]),
        }

    def statements(self) -> dict[str, Any]:
        """SQL statements of each kind of request, in both databases."""
        say("bench: statements")
        given = {"chairs": self.plan["chairs"], "journeys": self.take(0.05)[:2]}
        found = {}
        for short, name in (("small", SMALL), ("large", LARGE)):
            found[short] = self.house.python(name, "-m", "bench.inside", "statements", given=given)
            self.answered += found[short].pop("answered")
        return found


def _machine(house: House) -> dict[str, Any]:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    command = shlex.join(next(iter(house.webs.values())).command)
    workers, threads = (command.split(f"--{name} ")[1].split()[0] for name in ("workers", "threads"))
    return {
        "cores": os.cpu_count(),
        "memory_gib": round(memory / 2**30),
        "python": platform.python_version(),
        "postgres": house.query("SHOW server_version"),
        "fsync": house.query("SHOW fsync"),
        "synchronous_commit": house.query("SHOW synchronous_commit", SMALL),
        "web": f"gunicorn, {workers} workers x {threads} threads",
        "load_average": os.getloadavg()[0],
    }


def main() -> int:
    """The command line."""
    began = time.monotonic()
    folder = Path(os.environ.get("BENCH_DATA") or ROOT / "var" / "bench").resolve()
    try:
        size = Size.wanted()
        with House.opened(folder, keeps=bool(os.environ.get("BENCH_KEEP"))) as house:
            found = bench(house, size)
    except (BenchError, RunError, EmbeddedError, ValueError) as error:
        sys.stderr.write(f"bench: {error}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    found["minutes"] = round((time.monotonic() - began) / 60, 1)
    (folder / "latest.json").write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    say("\n" + report.table(found) + f"\n\nTook {found['minutes']} minutes; kept in {folder / 'latest.json'}")
    wrong = [phase["scan"]["failures"] for phase in found["clients"].values() if phase["scan"]["failures"]]
    if wrong or found["answered"] != found["recorded"]:
        sys.stderr.write(
            "bench: there were wrong answers, or answers that are not recorded: no number counts\n"
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
