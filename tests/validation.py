"""What the marked tests come to, written for whoever validates: `pytest -m requirement --validation-report FILE`.

The file is JSON: software, machine, times, and for each test its requirements, outcome and seconds. With several
workers the process that gathers their reports writes it.
"""

import json
import platform
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

KEY = "requirement"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Where to write it."""
    parser.addoption("--validation-report", metavar="FILE", help="write what the marked tests came to")


def pytest_configure(config: pytest.Config) -> None:
    """Gather where it is asked for, and in the process that hears of every test."""
    path = config.getoption("--validation-report")
    if path and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Gatherer(Path(path)), "validation-gatherer")


@pytest.hookimpl(trylast=True)
def pytest_itemcollected(item: pytest.Item) -> None:
    """A worker tells of a test by its report alone: the requirements travel with it."""
    item.user_properties.extend((KEY, name) for mark in item.iter_markers(KEY) for name in mark.args)


class Gatherer:
    """Listens to reports and writes the file at the end."""

    def __init__(self, path: Path) -> None:
        self.path, self.began = path, datetime.now(UTC)
        self.tests: dict[str, dict[str, Any]] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A test passed when none of its phases failed and its call was not skipped."""
        named = [value for key, value in report.user_properties if key == KEY]
        if not named:
            return
        empty = {"requirements": named, "outcome": "passed", "seconds": 0.0}
        found = self.tests.setdefault(report.nodeid, empty)
        found["seconds"] = round(found["seconds"] + report.duration, 3)
        if report.outcome != "passed" and found["outcome"] != "failed":
            found["outcome"] = report.outcome

    def pytest_sessionfinish(self) -> None:
        """Write it whole."""
        written = {
            "software": settings.SOFTWARE_VERSION,
            "machine": {"system": platform.platform(), "python": platform.python_version()},
            "began_at": self.began.isoformat(),
            "ended_at": datetime.now(UTC).isoformat(),
            "tests": dict(sorted(self.tests.items())),
        }
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(json.dumps(written, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
