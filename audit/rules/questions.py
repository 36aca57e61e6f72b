"""What a report is asked about: one thing by its code, or a stretch of time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Ask(StrEnum):
    """What a kind of report wants to be told. Codes are as people and labels write them."""

    JOURNEY = "journey"  # a COI id; pages take any alias and find it
    BATCH = "batch"  # a batch's code
    PERSON = "person"  # a username
    STATION = "station"  # a station's code
    LOT = "lot"  # the id of a lot of material
    SITE = "site"  # a site's code; empty for all that one may see
    PERIOD = "period"  # since and until, [since, until)
    MOMENT = "moment"  # a moment at which something held


@dataclass(frozen=True)
class Question:
    """What was asked; what a kind does not ask for is empty or None."""

    journey: str = ""
    batch: str = ""
    person: str = ""
    station: str = ""
    lot: str = ""
    site: str = ""
    since: datetime | None = None
    until: datetime | None = None
    moment: datetime | None = None

    def said(self) -> Mapping[str, str]:
        """What was asked, by name, as it is kept and printed."""
        values = {name: getattr(self, name) for name in self.__dataclass_fields__}
        texts = {name: it.isoformat() if isinstance(it, datetime) else it for name, it in values.items()}
        return {name: text for name, text in texts.items() if text}
