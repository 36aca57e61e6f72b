"""How many barcodes are read in a second, by one process, beside the least that could be done with the same strings.

`python -m bench.parses` measures this part alone. The peers check far less: a regular expression of the form, or biip's
own parsing, which neither refuses a wrong check digit nor asks what belongs together.
"""

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from statistics import median
from typing import Any

import biip

from coi.rules.identifiers import din, read
from people.rules import codes

SAMPLES = 200
_DIN = re.compile(rb"=[A-NP-Z1-9][A-NP-Z0-9]{2}[0-9]{10}[0-9A-Z]{2}")
_MESSAGE = re.compile(
    rb"=\+[0-9]{5}(?:=[A-NP-Z1-9].{14}|=<.{8}|&>.{10}|=,.{6}|&/.{15}|&,1.{18}){1,99}", re.DOTALL
)
_SHORT = re.compile(rb"V[A-Z][0-9A-Z]{1,24}[0-9A-Z*]")
Reader = Callable[[bytes], object]


@dataclass(frozen=True)
class Kind:
    """One kind of barcode: strings of it, and the peer."""

    name: str
    strings: Sequence[bytes]
    peer_name: str
    peer: Reader


def kinds() -> list[Kind]:
    """What is measured; the same strings in every run."""
    rng = Random(128)
    numbers = [rng.randrange(1_000_000) for _ in range(SAMPLES)]
    dins = [f"={din(facility='A9999', year=2026, number=number)}00" for number in numbers]
    messages = [
        f"=+06000{one}=<S1295499&>0272222359=,{number:06d}&/CHA999926{number:06d}&,1{number:018d}"
        for one, number in zip(dins, numbers, strict=True)
    ]
    labels = [f"]d201095060001343521726123110LOT{number}\x1d21BAG{number}" for number in numbers]
    shorts = [codes.make("L", f"{number:08d}") for number in numbers]
    garbage = [rng.randbytes(rng.randrange(1, 60)) for _ in numbers]
    return [
        Kind("DIN", [one.encode() for one in dins], "bare regex", _DIN.fullmatch),
        Kind("compound message", [one.encode() for one in messages], "bare regex", _MESSAGE.fullmatch),
        Kind("GS1 label", [one.encode() for one in labels], "biip.parse", _by_biip),
        Kind("own code", [one.encode() for one in shorts], "bare regex", _SHORT.fullmatch),
        Kind("garbage", garbage, "bare regex", _DIN.fullmatch),
    ]


def _by_biip(raw: bytes) -> object:
    return biip.parse(raw.decode("ascii"))


def rate(reader: Reader, strings: Sequence[bytes], seconds: float) -> float:
    """Strings a second."""
    done, began = 0, time.perf_counter()
    until = began + seconds
    while (now := time.perf_counter()) < until:
        for raw in strings:
            reader(raw)
        done += len(strings)
    return done / (now - began)


def measure(*, rounds: int, seconds: float) -> dict[str, Any]:
    """Rates and ratios of every kind. Reader and peer take turns, so that a pair meets the same noise."""
    found: dict[str, Any] = {}
    for kind in kinds():
        pairs = [
            (rate(read, kind.strings, seconds), rate(kind.peer, kind.strings, seconds)) for _ in range(rounds)
        ]
        found[kind.name] = {
            "per_second": round(median(ours for ours, _ in pairs)),
            "peer": kind.peer_name,
            "peer_per_second": round(median(theirs for _, theirs in pairs)),
            "ratio": round(median(ours / theirs for ours, theirs in pairs), 3),
        }
    return found


def lines(found: dict[str, Any]) -> list[str]:
    """The table for people."""
    text = ["Barcodes read in a second, one process"]
    for name, one in found.items():
        text.append(
            f"  {name:18} {one['per_second']:9,}   {one['peer']:10} {one['peer_per_second']:11,}"
            f"   ours / peer {one['ratio']:.3f}"
        )
    return text


if __name__ == "__main__":
    print("\n".join(lines(measure(rounds=5, seconds=0.5))))
