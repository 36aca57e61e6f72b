"""Run the tests that are marked with a requirement, and write what they came to: `make validate`.

Into var/validation/<time>/: results.json (each test), matrix.json and matrix.md (each clause). Ends with 1 when a
requirement of the software has no test that passed, or one that did not.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from docs.tables import table
from docs.traceability import COLUMNS, MARK, ROOT, matrix


def outcomes_of(tests: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """What each test came to. One with several cases passed when all of them did."""
    found: dict[str, str] = {}
    for node, told in tests.items():
        name, outcome = node.split("[")[0], str(told["outcome"])
        found[name] = outcome if found.get(name, "passed") == "passed" else found[name]
    return found


def written(report: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """The matrix with results, as a page and as data."""
    rows = matrix(outcomes_of(report["tests"]))
    still_open = sorted({row[0] for row in rows if row[-1] == "OPEN"})
    says = f"{len(still_open)} OPEN: {', '.join(still_open)}" if still_open else "no clause is OPEN"
    head = (
        f"# Traceability matrix with results\n\nVeintrace {report['software']}, {report['machine']['system']}, "
        f"Python {report['machine']['python']}, from {report['began_at']} to {report['ended_at']}. "
        f"{len(report['tests'])} cases ran; {says}.\n"
    )
    data = {key: report[key] for key in ("software", "machine", "began_at", "ended_at")}
    data |= {"open": still_open, "rows": [dict(zip(COLUMNS, row, strict=True)) for row in rows]}
    return f"{head}\n{table(COLUMNS, rows)}\n", data


def main(arguments: list[str]) -> int:
    """Run them and write it."""
    folder = ROOT / "var" / "validation" / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    results = folder / "results.json"
    command = [sys.executable, "-m", "pytest", "-m", MARK, "--validation-report", str(results), *arguments]
    subprocess.run(command, cwd=ROOT, check=False)
    if not results.exists():
        sys.stderr.write("veintrace: the tests could not be run (see above)\n")
        return 1
    return write(folder, json.loads(results.read_text(encoding="utf-8")))


def write(folder: Path, report: Mapping[str, Any]) -> int:
    """Write page and data; 1 when something is open."""
    page, data = written(report)
    (folder / "matrix.md").write_text(page, encoding="utf-8")
    (folder / "matrix.json").write_text(
        json.dumps(data, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    sys.stdout.write(f"wrote {folder.relative_to(ROOT)}; open: {', '.join(data['open']) or 'nothing'}\n")
    return 1 if data["open"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
