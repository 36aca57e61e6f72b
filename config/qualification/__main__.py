"""`python -m config.qualification [installation|operation] [--to FOLDER]`; without a word both, one after the other."""

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

from config import run
from config.processes import EmbeddedError

ROOT = Path(__file__).resolve().parent.parent.parent


def installation(folder: Path) -> bool:
    """Where `make run` would run, or where the environment says."""
    return run.manage(["qualify", "--to", str(folder)]) == 0


def operation(folder: Path) -> bool:
    """On servers of its own."""
    from config.qualification import evidence
    from config.qualification.operation import ABOUT, Trial, prepared

    with prepared() as servers:
        from django.conf import settings

        outcomes = evidence.carry_out(Trial(servers).steps)
        has_passed = evidence.write(folder, "operation", ABOUT, settings.SOFTWARE_VERSION, outcomes)
    print(f"{evidence.told(outcomes)}\nwrote {folder}")
    return has_passed


def main() -> int:
    """Both, even if the first fails; 1 when one of them did."""
    parser = argparse.ArgumentParser(prog="config.qualification", description="Evidence of an installation.")
    parser.add_argument("part", nargs="?", choices=("installation", "operation"))
    parser.add_argument("--to", type=Path, default=None, help="the folder (default: a new one)")
    chosen = parser.parse_args()
    default = ROOT / "var" / "qualification" / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    folder = (chosen.to or default).resolve()
    parts = {"installation": installation, "operation": operation}
    try:
        passed = [do(folder) for name, do in parts.items() if chosen.part in (None, name)]
    except (run.RunError, EmbeddedError, OSError) as error:
        sys.stderr.write(f"veintrace: {error}\n")
        return 1
    return 0 if all(passed) else 1


if __name__ == "__main__":
    sys.exit(main())
