"""`make docs`: write the description of the API to docs/built/, and check that every link between documents leads
somewhere. (The documents themselves are Markdown, read as they stand.)"""

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from config.lint import safe_environment

ROOT = Path(__file__).resolve().parent.parent
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)")
HEADING = re.compile(r"^#+\s+(.*?)\s*#*$", re.MULTILINE)


def documents() -> Iterator[Path]:
    """Every Markdown file of the project."""
    for path in sorted(ROOT.rglob("*.md")):
        if not {".venv", "var", "node_modules", ".git"} & set(path.relative_to(ROOT).parts):
            yield path


def anchors(path: Path) -> set[str]:
    """The headings of a document as link targets."""
    headings = HEADING.findall(path.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def broken_links() -> list[str]:
    """Links to files or headings that are not there. What lies on the web is not asked for."""
    broken = []
    for document in documents():
        for target in LINK.findall(document.read_text(encoding="utf-8")):
            if re.match(r"[a-z]+:", target):
                continue
            file, _, anchor = target.partition("#")
            aim = (document.parent / file).resolve() if file else document
            is_there = aim.exists() and (not anchor or aim.suffix != ".md" or anchor in anchors(aim))
            if not is_there:
                broken.append(f"{document.relative_to(ROOT)}: {target}")
    return broken


def write_schema() -> bool:
    """The OpenAPI description, as /api/schema/ serves it; a warning of the generator is a failure."""
    built = ROOT / "docs" / "built"
    built.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "manage.py", "spectacular", "--file", str(built / "openapi.yaml")]
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [*command, "--validate", "--fail-on-warn"], cwd=ROOT, env=safe_environment(folder), check=False
        )
    return done.returncode == 0


def main() -> int:
    """Both."""
    broken = broken_links()
    for line in broken:
        print(f"broken link: {line}")
    is_written = write_schema()
    if is_written:
        print("wrote docs/built/openapi.yaml")
    return 0 if is_written and not broken else 1


if __name__ == "__main__":
    sys.exit(main())
