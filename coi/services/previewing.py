"""A picture of what a label template makes, for whoever writes, reviews or approves it. It is no label."""

import io
import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageDraw, ImageFont

from coi.rules.label_templates import codes_for, parse
from coi.rules.labels import label_for
from coi.rules.specimens import specimen_facts
from coi.services import drawing
from people.registry import NotDrawable

SPECIMEN = "SPECIMEN"
_RED = (176, 18, 30)
_KEPT = 32


def preview_template(code: str, content: Mapping[str, Any]) -> bytes:
    """The label (PNG) that a template under this code draws: of made-up facts, its symbols struck out.

    Raises NotDrawable for one that would draw no label.
    """
    return _preview(code, json.dumps(content, sort_keys=True))


@lru_cache(maxsize=_KEPT)
def _preview(code: str, text: str) -> bytes:
    template, _problems = parse(json.loads(text))
    if template is None:
        raise NotDrawable(_("This content is not sound: no label is drawn by it."))
    own, general = codes_for(template.kind, "")
    if code != general and not code.startswith(own):
        raise NotDrawable(
            _("Its code does not fit the kind of container that it is for: no label would be drawn by it.")
        )
    label = label_for(specimen_facts(template.kind), template)
    try:
        return _struck_out(drawing.draw_picture(label, drawing.RESOLUTIONS[0]))
    except (drawing.NotReadBack, drawing.DoesNotFit, ValueError) as error:
        raise NotDrawable(
            _("A label of this content does not fit its size, or does not read as it should.")
        ) from error


def _struck_out(picture: bytes) -> bytes:
    """Every symbol crossed from corner to corner, so that no line of it is whole; the mark across the label."""
    page = Image.open(io.BytesIO(picture)).convert("RGB")
    pen = ImageDraw.Draw(page)
    for upper_left, upper_right, lower_right, lower_left in drawing.places_of_symbols(picture):
        width = max(6, (lower_left[1] - upper_left[1]) // 6)
        for line in ((upper_left, lower_right), (lower_left, upper_right)):
            pen.line(line, fill="white", width=2 * width)
            pen.line(line, fill=_RED, width=width)
    page = _marked(page)
    file = io.BytesIO()
    page.save(file, "PNG", optimize=True)
    return file.getvalue()


def _marked(page: Image.Image) -> Image.Image:
    font = ImageFont.load_default(size=page.width / 6)
    left, top, right, bottom = font.getbbox(SPECIMEN)
    across = Image.new("RGBA", (int(right - left) + 8, int(bottom - top) + 8))
    ImageDraw.Draw(across).text((4 - left, 4 - top), SPECIMEN, font=font, fill=(*_RED, 150))
    turned = across.rotate(
        min(30, 90 * page.height // (3 * page.width)), expand=True, resample=Image.Resampling.BICUBIC
    )
    whole = page.convert("RGBA")
    at = ((page.width - turned.width) // 2, (page.height - turned.height) // 2)
    layer = Image.new("RGBA", whole.size)
    layer.paste(turned, at)
    return Image.alpha_composite(whole, layer).convert("RGB")
