"""Drawing charts: a Vega-Lite specification becomes an SVG, by the engine that draws them in browsers too."""

import json
from functools import lru_cache

import vl_convert

from qc.rules.charts import VEGA_LITE, Spec

_KEPT = 128


def draw_chart(spec: Spec) -> bytes:
    """The chart as SVG. The same specification gives the same bytes, and is drawn once."""
    return _drawn(json.dumps(spec, sort_keys=True))


@lru_cache(maxsize=_KEPT)
def _drawn(text: str) -> bytes:
    svg: str = vl_convert.vegalite_to_svg(text, vl_version=VEGA_LITE)
    return svg.encode()
