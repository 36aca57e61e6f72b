"""The script that draws charts in browsers, made from the package that draws them on paper.

    python -m config.bundle

`vl-convert` brings Vega, Vega-Lite and vega-embed (BSD-3-Clause) and writes them as one module, into a folder that is
no part of the repository; `static/process.js` imports it. Made anew whenever the package is another.
"""

import os
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

import vl_convert

from qc.rules.charts import VEGA_LITE

PLACE = Path(__file__).resolve().parent.parent / "static" / "built" / "vega.js"
# A module keeps its names to itself; this one is for others.
_EXPORTED = "export { vegaEmbed };"


def head() -> str:
    """The first line: from what it was made, and so whether it is still right."""
    made = f"vl-convert {version('vl-convert-python')}, Vega-Lite {VEGA_LITE}"
    return f"// Vega, Vega-Lite and vega-embed, BSD-3-Clause, github.com/vega; written by {made}\n"


def build(place: Path = PLACE) -> bool:
    """Write the module, unless the present one is right; whether it was written. Takes some seconds."""
    if place.exists():
        with place.open(encoding="utf-8") as stream:
            if stream.readline() == head():
                return False
    text = head() + vl_convert.javascript_bundle(_EXPORTED, vl_version=VEGA_LITE)
    place.parent.mkdir(parents=True, exist_ok=True)
    # whole or not at all: somebody may be reading it, or another process writing it
    number, name = tempfile.mkstemp(dir=place.parent, prefix=".vega-", suffix=".js")
    with os.fdopen(number, "w", encoding="utf-8") as stream:
        stream.write(text)
    Path(name).chmod(0o644)
    Path(name).replace(place)
    return True


if __name__ == "__main__":
    sys.stdout.write(f"{PLACE}: {'written' if build() else 'as it should be'}\n")
