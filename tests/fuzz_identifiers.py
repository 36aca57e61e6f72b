"""Throw lawful, mutated and random strings at the reading of barcodes.

`python -m tests.fuzz_identifiers --count 1000000`

What is looked for: an exception; an answer that is neither of the two; something read that is not written back byte for
byte, whole or part by part; two different strings that read as one. A run with the same seed is the same run.
"""

import argparse
import sys
import time
from dataclasses import dataclass, field
from random import Random

from coi.rules.identifiers import Identifier, Unreadable, parts, read, read_keyed, write
from tests.coi.rules.identified import lawful, mutated

SHOWN = 10


@dataclass
class Report:
    """What a run found."""

    count: int = 0
    lawful: int = 0
    read: int = 0
    crashes: int = 0
    unequal: int = 0
    refused: int = 0  # lawful ones that were not read
    seconds: float = 0.0
    reasons: dict[str, int] = field(default_factory=dict)
    shown: list[str] = field(default_factory=list)

    @property
    def faults(self) -> int:
        """Everything that must not be."""
        return self.crashes + self.unequal + self.refused

    def note(self, what: str, raw: bytes) -> None:
        """Keep a few of the faults to look at."""
        if len(self.shown) < SHOWN:
            self.shown.append(f"{what}: {raw!r}")


def one(rng: Random) -> tuple[bytes, bool]:
    """A string, and whether it has to be read."""
    match rng.randrange(10):
        case 0 | 1 | 2:
            return lawful(rng), True
        case 3:
            return rng.randbytes(rng.randrange(60)), False
        case 4:
            return bytes(rng.choices(range(29, 127), k=rng.randrange(60))), False
        case _:
            return mutated(rng, lawful(rng)), False


def run(count: int, seed: int) -> Report:
    """Read so many strings."""
    rng, report = Random(seed), Report()
    began = time.perf_counter()
    last: dict[Identifier, bytes] = {}
    for _ in range(count):
        raw, is_lawful = one(rng)
        report.count += 1
        report.lawful += is_lawful
        try:
            _look(report, last, raw, is_lawful)
        except Exception as error:
            report.crashes += 1
            report.note(f"crash {error!r}", raw)
    report.seconds = time.perf_counter() - began
    return report


def _look(report: Report, last: dict[Identifier, bytes], raw: bytes, is_lawful: bool) -> None:
    found = read(raw)
    read_keyed(raw.decode("latin-1"))
    if isinstance(found, Unreadable):
        report.reasons[found.reason] = report.reasons.get(found.reason, 0) + 1
        if is_lawful:
            report.refused += 1
            report.note(f"refused {found.reason}", raw)
        return
    report.read += 1
    if len(last) > 1000:
        last.clear()
    is_other = last.setdefault(found, raw) != raw
    is_exact = write(found) == raw and all(read(write(part)) == part for part in parts(found))
    if is_other or not is_exact:
        report.unequal += 1
        report.note("unequal", raw)


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=128)
    wanted = parser.parse_args()
    report = run(wanted.count, wanted.seed)
    sys.stdout.write(
        f"{report.count:,} strings, seed {wanted.seed}: {report.crashes} crashes, {report.unequal} unequal, "
        f"{report.refused} of {report.lawful:,} lawful ones refused; {report.read:,} read, "
        f"{report.count - report.read:,} unreadable; {report.count / report.seconds:,.0f} a second\n"
    )
    for reason, times in sorted(report.reasons.items(), key=lambda item: -item[1]):
        sys.stdout.write(f"  {reason:18} {times:9,}\n")
    sys.stdout.writelines(f"{line}\n" for line in report.shown)
    return 1 if report.faults else 0


if __name__ == "__main__":
    sys.exit(main())
