"""A picture of what a label template makes, for whoever writes, reviews or approves it. It is no label."""

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext_lazy as _

from coi.rules.label_templates import codes_for, parse
from coi.rules.labels import label_for
from coi.rules.specimens import specimen_facts
from coi.services import drawing
from people.registry import NotDrawable

SPECIMEN = "SPECIMEN"
_KEPT = 32


def preview_template(code: str, content: Mapping[str, Any]) -> bytes:
    """The label (PNG) that a template under this code draws: of made-up facts, and a specimen.

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
        drawing.draw_picture(label)  # the specimen has no symbol that could fail to read
        return drawing.draw_picture(label, specimen=SPECIMEN)
    except (drawing.NotReadBack, drawing.DoesNotFit, ValueError) as error:
        raise NotDrawable(
            _("A label of this content does not fit its size, or does not read as it should.")
        ) from error
