"""How long a chart of individuals with Nelson's eight rules takes, beside public packages and one pass by numba.

    python -m bench.charts < plan.json > charts.json

Runs in the environment of the peers (`bench.peers`), where they are; Veintrace's part needs numpy and scipy alone.
The same numbers for all, one process, one thread, and seconds are its processor time: nobody waits for anything here,
and other work on the machine counts less. A peer that would take too long at a size is left out there.
"""

import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import pairwise
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench import contenders
from bench.contenders import Contender
from cpv.rules.individuals import imr_limits
from cpv.rules.runs import NELSON, RunState, begin, evaluate, update

SIZES, QUICK_SIZES = (1_000, 10_000, 100_000, 1_000_000), (1_000, 2_000)
HISTORIES, QUICK_HISTORIES = (1_000, 1_000_000), (1_000, 3_000)
BLOCK = 1_000
NEXT = 500  # points judged one by one in a turn
BUDGET = 20.0  # seconds that a peer may take at one size
SLOW = 1.0  # what takes longer than this is called once
Floats = NDArray[np.float64]


def series(size: int) -> Floats:
    """Noise, and in every thousand points a shift, a trend, a see-saw, a calm and a mixture: every rule speaks."""
    rng = np.random.default_rng(1984)
    values = rng.normal(0, 1, size)
    blocks = values.reshape(-1, BLOCK)
    turns = np.where(np.arange(BLOCK) % 2, 1.0, -1.0)
    blocks[:, 100:120] += 2
    blocks[:, 300:308] = np.linspace(-1, 1, 8)
    blocks[:, 500:516] = 0.3 * blocks[:, 500:516] + 2 * turns[500:516]
    blocks[:, 700:720] *= 0.2
    blocks[:, 900:910] = 0.1 * blocks[:, 900:910] + np.where(np.arange(10) % 4 < 2, 1.8, -1.8)
    return 100 + 2 * values


def seconds(make: Callable[[], object], at_least: float) -> float:
    """How long one call takes: the mean of as many as fill this time."""
    done, began = 0, time.process_time()
    while not done or time.process_time() - began < at_least:
        make()
        done += 1
    return (time.process_time() - began) / done


def at_size(values: Floats, peers: Sequence[Contender], *, rounds: int, at_least: float) -> dict[str, Any]:
    """All of them on one series, in turn, so that a pair meets the same noise; and whether they say the same."""
    judged = contenders.ours(values)
    found, quick = _first(values, peers, judged)
    turns: list[dict[str, float]] = []
    for _ in range(rounds):
        turn = {"": seconds(lambda: contenders.ours(values), at_least)}
        for peer in quick:
            turn[peer.name] = seconds(partial(peer.chart, values), at_least)
        turns.append(turn)
    for name, one in found.items():
        once = one["seconds"]
        one["seconds"] = median(turn.get(name, once) for turn in turns)
        one["ratio"] = float(f"{median(turn.get(name, once) / turn[''] for turn in turns):.3g}")
    return {
        "seconds": median(turn[""] for turn in turns),
        "signals": len(judged[0]),
        "rules": len({one.rule for one in judged[0]}),
        "peers": found,
    }


def _first(values: Floats, peers: Sequence[Contender], judged: Any) -> tuple[dict[str, Any], list[Contender]]:
    """Everybody's first call: what it says beside ours, how long it took, and who is quick enough for more."""
    mine = contenders.our_points(values, judged)
    found: dict[str, Any] = {}
    for peer in peers:
        began = time.process_time()
        result = peer.chart(values)
        took = time.process_time() - began
        if peer.name == "numba":
            same = {"every signal": contenders.same_as_one_pass(judged, result)}
        else:
            same = {name: points == mine[name] for name, points in peer.points(result).items()}
        found[peer.name] = {"judges": peer.judges, "same": same, "seconds": took}
    return found, [peer for peer in peers if found[peer.name]["seconds"] < SLOW]


def growing(
    peers: Sequence[Contender], sizes: Sequence[int], *, rounds: int, at_least: float
) -> dict[str, Any]:
    """Every size; a peer whose time at the size before foretells more than the budget stays out from there on."""
    found: dict[str, Any] = {}
    left_out: list[str] = []
    for size, larger in pairwise([*sizes, sizes[-1]]):
        one = at_size(series(size), peers, rounds=rounds, at_least=at_least)
        found[str(size)] = {**one, "left_out": left_out}
        took = {name: peer["seconds"] * larger / size for name, peer in one["peers"].items()}
        left_out = left_out + [name for name, foretold in took.items() if foretold > BUDGET]
        peers = [peer for peer in peers if peer.name not in left_out]
    return found


def one_more(histories: Sequence[int], *, rounds: int) -> dict[str, Any]:
    """What judging the next point takes after a short and after a long history, in turns."""
    values = series(histories[-1] + BLOCK)
    limits = imr_limits(values[:BLOCK]).individuals
    next_ones = values[-NEXT:].tolist()
    state, states, spoken = begin(NELSON, limits), [], 0
    for count, value in enumerate(values[: histories[-1]].tolist(), start=1):
        state, signals = update(state, value)
        spoken += len(signals)
        if count in histories:
            states.append(state)
    turns = [[_advance(one, next_ones) for one in states] for _ in range(rounds * 10)]
    return {
        "histories": list(histories),
        "microseconds": [round(median(column) / NEXT * 1e6, 2) for column in zip(*turns, strict=True)],
        "ratio": round(median(turn[-1] / turn[0] for turn in turns), 3),
        "same": spoken == len(evaluate(values[: histories[-1]], limits)),
    }


def _advance(state: RunState, values: Sequence[float]) -> float:
    began = time.process_time()
    for value in values:
        state, _ = update(state, value)
    return time.process_time() - began


def measure(*, is_quick: bool, rounds: int) -> dict[str, Any]:
    """Charts of all sizes, one more point, and which peers there were."""
    peers = contenders.present()
    there = [peer.name for peer in peers]
    wanted, at_least = (QUICK_SIZES, 0.01) if is_quick else (SIZES, 0.1)
    sizes = growing(peers, wanted, rounds=rounds, at_least=at_least)
    return {
        "missing": [name for name in contenders.NAMES if name not in there],
        "sizes": sizes,
        "one_more": one_more(QUICK_HISTORIES if is_quick else HISTORIES, rounds=rounds),
    }


def lines(found: Mapping[str, Any]) -> list[str]:
    """The table for people."""
    text = ["Charts of individuals with Nelson's eight rules, processor time of one thread"]
    if found["missing"]:
        text.append(f"  !!!! NOT MEASURED, FOR THEY ARE NOT INSTALLED: {', '.join(found['missing'])}")
    for size, one in found["sizes"].items():
        text.append(f"  {int(size):9,} points  {one['seconds'] * 1000:11.2f} ms   {one['signals']:,} signals")
        for name, peer in one["peers"].items():
            ratio = f"peer / ours {peer['ratio']:9.3f}"
            text.append(f"    {name:16} {peer['seconds'] * 1000:13.2f} ms   {ratio}   {_said(peer['same'])}")
        if one["left_out"]:
            text.append(f"    left out, more than {BUDGET:.0f} s: {', '.join(one['left_out'])}")
    more = found["one_more"]
    took = " and ".join(
        f"{micro:.1f} us after {count:,}"
        for micro, count in zip(more["microseconds"], more["histories"], strict=True)
    )
    return [*text, f"  one more point {took}: ratio {more['ratio']:.3f}"]


def _said(same: Mapping[str, bool]) -> str:
    differ = [name for name, is_same in same.items() if not is_same]
    names = ", ".join(name.removeprefix("nelson_") for name in same)
    return f"DIFFERS: {', '.join(differ)}" if differ else f"same: {names}"


def main() -> None:
    """The command line."""
    json.dump(measure(**json.load(sys.stdin)), sys.stdout)


if __name__ == "__main__":
    main()
