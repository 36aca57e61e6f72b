"""What the numbers say: percentiles, ratios, targets, and the table for people."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from math import ceil
from statistics import median
from typing import Any

from bench import charts, parses

Round = Mapping[str, Any]


@dataclass(frozen=True)
class Series:
    """All rounds of one target at one number of clients."""

    requests: int
    per_second: float
    slowest_round: float
    fastest_round: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    web_ms: float  # processor time of the web server for each request
    database_ms: float  # and of PostgreSQL
    failures: dict[str, int]


def percentile(ordered: Sequence[float], share: float) -> float:
    """The value that this share of the ordered values does not exceed (nearest rank)."""
    return ordered[max(0, ceil(len(ordered) * share) - 1)]


def series(rounds: Sequence[Round]) -> Series:
    """Rounds as one series: throughput is the median round's, latencies are of all requests together."""
    rates = [len(one["latencies"]) / one["seconds"] for one in rounds]
    every = sorted(took for one in rounds for _kind, took in one["latencies"])
    if not every:
        raise ValueError(f"nothing was answered: {[one['failures'] for one in rounds]}")
    used = [sum(one["processor"][place] for one in rounds) for place in (0, 1)]
    failures: dict[str, int] = {}
    for one in rounds:
        for what, times in one["failures"].items():
            failures[what] = failures.get(what, 0) + times
    return Series(
        requests=len(every),
        per_second=round(median(rates), 1),
        slowest_round=round(min(rates), 1),
        fastest_round=round(max(rates), 1),
        p50_ms=_ms(percentile(every, 0.50)),
        p95_ms=_ms(percentile(every, 0.95)),
        p99_ms=_ms(percentile(every, 0.99)),
        web_ms=_ms(used[0] / len(every)),
        database_ms=_ms(used[1] / len(every)),
        failures=failures,
    )


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 2)


def by_kind(rounds: Sequence[Round]) -> dict[str, dict[str, float]]:
    """The median and p99 of each kind of request."""
    kinds: dict[str, list[float]] = {}
    for one in rounds:
        for kind, took in one["latencies"]:
            kinds.setdefault(kind, []).append(took)
    return {
        kind: {
            "requests": len(times),
            "p50_ms": _ms(percentile(sorted(times), 0.5)),
            "p99_ms": _ms(percentile(sorted(times), 0.99)),
        }
        for kind, times in kinds.items()
    }


def ratio(rounds: Sequence[Round], others: Sequence[Round]) -> float:
    """Throughput against another target's: the median over the pairs of one round, which met the same noise."""
    pairs = zip(rounds, others, strict=True)
    rates = [
        (len(one["latencies"]) / one["seconds"]) / (len(other["latencies"]) / other["seconds"])
        for one, other in pairs
        if other["latencies"]
    ]
    return round(float(median(rates)), 3)


def latency_ratio(rounds: Sequence[Round], others: Sequence[Round]) -> float:
    """The median latency against another target's, pair by pair."""
    medians = [
        [median(took for _kind, took in one["latencies"]) for one in pair]
        for pair in zip(rounds, others, strict=True)
        if all(one["latencies"] for one in pair)
    ]
    return round(float(median(one / other for one, other in medians)), 3)


@dataclass(frozen=True)
class Target:
    """One promise and what was measured."""

    name: str
    measured: float
    limit: float
    is_ceiling: bool

    @property
    def is_met(self) -> bool:
        """Whether the promise is kept."""
        return self.measured <= self.limit if self.is_ceiling else self.measured >= self.limit


def targets(found: Mapping[str, Any]) -> list[Target]:
    """The promises of the project about speed."""
    alone, statements = found["clients"]["1"]["scan"], found["statements"]
    made = [Target("p99 / p50 at 1 client", round(alone["p99_ms"] / alone["p50_ms"], 2), 2.5, True)]
    if "4" in found["clients"]:
        made.append(Target("scans / peer at 4 clients", found["clients"]["4"]["ratio"], 0.5, False))
    large, small = found["growth"]["large"]["journeys"], found["growth"]["small"]["journeys"]
    made.append(Target(f"p50 at {large:,} / at {small:,} journeys", found["growth"]["p50_ratio"], 1.15, True))
    same = statements["small"] == statements["large"]
    made.append(Target("statements alike at both sizes (1: yes)", float(same), 1, False))
    made.append(Target("statements of a scan, mean", statements["small"]["mean"], 13, True))
    longest, times = found["process"]["one_more"]["histories"][-1], found["process"]["one_more"]["ratios"][-1]
    made.append(Target(f"one more batch, judged by the services, after {longest:,}", times, 1.25, True))
    looked = found["search"]
    slowest = max(one["p95_ms"] for one in looked["questions"].values())
    among = f"search, {looked['journeys']:,} journeys, {looked['lines']:,} entries, p95, ms"
    made.append(Target(among, slowest, 200, True))
    return [*made, *of_charts(found["charts"])]


def of_charts(found: Mapping[str, Any]) -> list[Target]:
    """At the largest size that each peer finished in time."""
    made = []
    for name, limit in (("shewhart", 25.0), ("numba", 0.1)):
        ratios = [
            (size, one["peers"][name]["ratio"])
            for size, one in found["sizes"].items()
            if name in one["peers"]
        ]
        if ratios:
            size, measured = ratios[-1]
            made.append(Target(f"{name} / ours at {int(size):,} points", measured, limit, False))
    says = [
        same
        for one in found["sizes"].values()
        for peer in one["peers"].values()
        for same in peer["same"].values()
    ]
    agrees = all(says) and found["one_more"]["same"]
    made.append(Target("peers say the same (1: yes)", float(agrees), 1, False))
    longest = found["one_more"]["histories"][-1]
    return [*made, Target(f"one more point after {longest:,}", found["one_more"]["ratio"], 1.15, True)]


def table(found: Mapping[str, Any]) -> str:
    """Everything as text."""
    lines = (
        ["A QUICK RUN: it shows that everything works, and no number counts.", ""]
        if found["is_quick"]
        else []
    )
    lines += [_head(found["machine"]), "", _HEADER]
    for number, phase in found["clients"].items():
        for name in ("scan", "peer"):
            lines.append(_line(f"{name}, {number} client{'s' if number != '1' else ''}", phase[name]))
        lines.append(f"  scans / peer {phase['ratio']:.2f}")
    growth = found["growth"]
    for name in ("small", "large"):
        lines.append(_line(f"scan, {growth[name]['journeys']:,} journeys", growth[name]["scan"]))
    lines += [f"  p50 large / small {growth['p50_ratio']:.2f}", "", "One client, by kind of request"]
    for kind, one in found["clients"]["1"]["by_kind"].items():
        lines.append(
            f"  {kind:12} {one['requests']:6}   p50 {one['p50_ms']:7.2f} ms   p99 {one['p99_ms']:7.2f} ms"
        )
    lines += ["", "SQL statements of a scan (BEGIN and COMMIT not counted)"]
    for kind, numbers in found["statements"]["small"]["by_kind"].items():
        lines.append(f"  {kind:28} {', '.join(map(str, numbers))}")
    lines += [f"  {'mean of the mix':28} {found['statements']['small']['mean']}", ""]
    lines += [*parses.lines(found["parses"]), "", *_labels(found["labels"]), ""]
    lines += [*charts.lines(found["charts"]), "", *_process(found["process"]), ""]
    lines += [*_worksheets(found["worksheets"]), "", *_ledger(found["ledger"]), ""]
    lines += [*_search(found["search"]), "", "Targets"]
    for target in targets(found):
        sign = "<=" if target.is_ceiling else ">="
        verdict = "met" if target.is_met else "MISSED"
        lines.append(f"  {target.name:42} {target.measured:7.2f}  {sign} {target.limit:5.2f}  {verdict}")
    lines += ["", f"Scans answered {found['answered']:,}, recorded {found['recorded']:,}."]
    return "\n".join(lines)


def _labels(found: Mapping[str, Any]) -> list[str]:
    lines = ["Labels made in a second, one process (drawn and read back; a bare page; ZPL)"]
    for kind, one in found.items():
        lines.append(
            f"  {kind:18} {one['drawn_per_second']:9.1f}   bare page  {one['peer_per_second']:11.1f}"
            f"   drawn / bare {one['ratio']:.3f}   ZPL {one['zpl_per_second']:,.0f}"
        )
    return lines


def _process(found: Mapping[str, Any]) -> list[str]:
    lines = ["Charts of a process, by the services (one more batch: handed in, judged and recorded)"]
    more, night = found["one_more"], found["night"]
    for history, took, ratio in zip(more["histories"], more["ms"], more["ratios"], strict=True):
        lines.append(f"  after {history:7,} batches {took:9.2f} ms   {ratio:6.2f} times the shortest")
    each = ", ".join(f"{took:.1f} s by {workers}" for workers, took in night["seconds"].items())
    about = f"  {night['charts']:,} charts of {night['points']} points, by workers: {each}"
    return [*lines, f"{about}; ratio {night['ratio']:.2f}"]


def _worksheets(found: Mapping[str, Any]) -> list[str]:
    sizes = " and ".join(f"{size:,}" for size in found["rows"])
    lines = [
        f"Worksheets of {sizes} rows, through the whole of Django (ms; the last as a multiple of the first)"
    ]
    for name, one in found["acts"].items():
        lines.append(f"  {name:8} {', '.join(f'{ms:.1f}' for ms in one['ms']):>20} ms   {one['ratio']:6.2f}")
    return lines


def _ledger(found: Mapping[str, Any]) -> list[str]:
    rates, small, large = found["rates"], found["small"], found["large"]
    lines = [f"Ledger: {rates['entries']:,} entries of the services, {rates['bytes']:,} bytes"]
    lines.append(f"  plain SHA-256 of the same bytes  {rates['plain_per_second']:10,} entries a second")
    for name, times in (("sealed", "seal"), ("verified", "verify")):
        rate = rates[f"{name}_per_second"]
        lines.append(f"  {name:32} {rate:10,} entries a second, {rates[f'{times}_ratio']:.1f} times as long")
    for one in (small, large):
        about = f"  a journey of {one['of_journey']} entries among {one['entries']:,}:"
        lines.append(f"{about} proved in {one['prove_ms']:.1f} ms, bundle {one['bundle_ms']:.0f} ms")
        lines[-1] += f" ({one['bytes']:,} bytes), verify.py {one['check_ms']:.0f} ms"
    times = large["prove_ms"] / small["prove_ms"]
    return [*lines, f"  proved among {large['entries']:,} / among {small['entries']:,}  {times:.2f}"]


def _search(found: Mapping[str, Any]) -> list[str]:
    lines = [
        f"Search among {found['journeys']:,} journeys and {found['lines']:,} entries ({found['bytes'] >> 20:,} MiB;"
        f" the worker takes in {found['taken_in_per_second']:,} a second): the whole page"
    ]
    for name, one in found["questions"].items():
        lines.append(
            f"  {name:34} {one['hits']:4} found   p50 {one['p50_ms']:7.1f} ms   p95 {one['p95_ms']:7.1f} ms"
            f"   {one['ratio']:7.1f} times a look-up by key ({one['lookup_ms']:.2f} ms)"
        )
    return lines


_HEADER = (
    f"{'':24} {'per s':>7} {'(rounds)':>13} {'p50':>8} {'p95':>8} {'p99 ms':>8}  {'web':>6} {'db ms':>6}"
)


def _line(name: str, one: Mapping[str, Any]) -> str:
    rounds = f"{one['slowest_round']:.0f}..{one['fastest_round']:.0f}"
    text = f"{name:24} {one['per_second']:7.1f} {rounds:>13} {one['p50_ms']:8.2f} {one['p95_ms']:8.2f}"
    text += f" {one['p99_ms']:8.2f}  {one['web_ms']:6.2f} {one['database_ms']:6.2f}"
    return text + (f"  FAILED {one['failures']}" if one["failures"] else "")


def _head(machine: Mapping[str, Any]) -> str:
    text = "{cores} cores, {memory_gib} GiB; Python {python}; PostgreSQL {postgres}, fsync {fsync}, "
    text += "synchronous_commit {synchronous_commit}; {web}"
    return text.format(**machine)


def as_json(one: Series) -> dict[str, Any]:
    """For the file."""
    return asdict(one)
