"""The bench works from end to end, in small. Nothing here is timed: `make bench` measures."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bench import charts, contenders, onepass, report
from bench.clones import Clone, Mould, own_words, pattern_of

ROOT = Path(__file__).resolve().parent.parent
ID, OTHER_ID = "11111111-2222-3333-4444-555555555555", "99999999-2222-3333-4444-555555555555"


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that the servers' account may enter, as pytest's own are not."""
    made = Path(tempfile.mkdtemp(prefix="veintrace-bench-"))
    made.chmod(0o711)
    yield made
    shutil.rmtree(made, ignore_errors=True)


def test_a_quick_bench_measures_and_every_answer_is_recorded(folder: Path) -> None:
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "BENCH_QUICK": "1",
        "BENCH_DATA": str(folder),
        "VEINTRACE_SERVER_DATA": str(folder / "servers"),
        "VEINTRACE_SOCKETS": str(folder),
    }
    done = subprocess.run(
        [sys.executable, "-m", "bench"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads((folder / "latest.json").read_text())
    assert found["answered"] == found["recorded"] > 50
    assert found["clients"]["1"]["scan"]["failures"] == {}
    assert (found["growth"]["small"]["journeys"], found["growth"]["large"]["journeys"]) == (80, 160)
    assert found["growth"]["large"]["entries"] == pytest.approx(800, rel=0.1)
    assert found["statements"]["small"] == found["statements"]["large"]
    assert (found["machine"]["fsync"], found["machine"]["synchronous_commit"]) == ("on", "on")
    assert set(found["parses"]) == {"DIN", "compound message", "GS1 label", "own code", "garbage"}
    assert set(found["labels"]) == {"apheresis_bag", "product_bag", "cryovial"}
    assert set(found["charts"]["missing"]) == set(contenders.NAMES)  # a test installs no peers
    assert "NOT INSTALLED" in done.stdout
    assert {size: one["rules"] for size, one in found["charts"]["sizes"].items()} == {"1000": 8, "2000": 8}
    assert found["charts"]["one_more"]["same"]
    assert set(found["process"]["night"]["seconds"]) == {"1", "2"}
    assert found["process"]["one_more"]["histories"] == [50, 100]
    assert found["worksheets"]["rows"] == [20, 60]
    assert set(found["worksheets"]["acts"]) == {"read", "editor", "data", "cell"}
    rates, proof = found["ledger"]["rates"], found["ledger"]["large"]
    assert rates["entries"] >= rates["sealed"] > 100
    assert proof["entries"] > found["growth"]["large"]["entries"] * 0.9
    assert proof["of_journey"] > 20
    assert proof["bundle_ms"] > proof["prove_ms"] > 0
    searched = found["search"]
    assert (
        searched["lines"] == searched["entries"]
    )  # one for each that was there, what measuring recorded too
    assert searched["journeys"] >= found["growth"]["large"]["journeys"]
    hits = {name: one["hits"] for name, one in searched["questions"].items()}
    assert hits["a COI id"] > hits["a word that no entry has"] == 0
    assert hits["a common word"] == hits["a common word, older"] == 50
    assert "no number counts" in done.stdout


def a_round(*times: float, seconds: float = 1.0) -> report.Round:
    return {
        "seconds": seconds,
        "latencies": [("item", took) for took in times],
        "failures": {},
        "processor": [0.1, 0.2],
    }


def test_percentiles_are_of_the_nearest_rank() -> None:
    ordered = [float(number) for number in range(1, 101)]
    assert [report.percentile(ordered, share) for share in (0.5, 0.95, 0.99)] == [50.0, 95.0, 99.0]
    assert report.percentile([7.0], 0.99) == 7.0


def test_ratios_compare_rounds_that_met_the_same_noise() -> None:
    scans = [a_round(0.01, 0.01), a_round(0.04)]
    peers = [a_round(0.005, 0.005, 0.005, 0.005), a_round(0.02, 0.02)]
    assert report.ratio(scans, peers) == 0.5
    assert report.latency_ratio(scans, peers) == 2.0


def test_a_series_without_an_answer_is_no_series() -> None:
    with pytest.raises(ValueError, match="nothing was answered"):
        report.series([a_round()])


def test_the_pass_that_charts_are_measured_against_says_the_same() -> None:
    values = charts.series(2000)
    judged = contenders.ours(values)
    found, ranges = onepass.chart(values)
    assert contenders.same_as_one_pass(judged, (found, ranges))
    assert {rule for rule, *_ in found.tolist()} == set(range(8))
    assert ranges.size > 0
    assert not contenders.same_as_one_pass(judged, (found[1:], ranges))


def test_targets_of_charts_are_of_the_largest_size_that_a_peer_finished() -> None:
    def size(**ratios: float) -> dict[str, object]:
        return {"peers": {name: {"ratio": ratio, "same": {"1": True}} for name, ratio in ratios.items()}}

    found = {
        "sizes": {"1000": size(shewhart=30.0, numba=0.05), "100000": size(numba=0.3)},
        "one_more": {"histories": [10, 100], "ratio": 1.0, "same": True},
    }
    targets = {one.name: one for one in report.of_charts(found)}
    assert targets["shewhart / ours at 1,000 points"].is_met
    assert targets["numba / ours at 100,000 points"].measured == 0.3
    found["sizes"]["1000"]["peers"]["shewhart"]["same"]["1"] = False
    assert [one.name for one in report.of_charts(found) if not one.is_met] == ["peers say the same (1: yes)"]


def test_a_clone_has_words_of_its_own_and_keeps_the_rest() -> None:
    text = f"{ID} {OTHER_ID} CHA999926000007 2026-03-02T08:00:00.000000Z 2026-03-02 08:00:00+00"
    words = own_words([text], {ID}, core="A999926000007", din="", batch="", keys=[], labels=[])
    clone = Clone(number=123_456, label=1, mask=1, back=timedelta(days=1))
    filled = Mould.of(text, pattern_of(words)).filled({word: change(clone) for word, change in words.items()})
    other = ID[:-1] + "4"
    assert filled == (
        f"{other} {OTHER_ID} CHA999926123456 2026-03-01T08:00:00.000000Z 2026-03-01 08:00:00+00:00"
    )
    assert re.fullmatch(r"[0-9a-f-]{36}", other)
