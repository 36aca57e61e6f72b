"""Where a page of what was found ends: the next one begins behind it, whatever came in meanwhile."""

import re
from dataclasses import dataclass
from datetime import datetime

from ledger.rules.canonical import instant

_SAID = re.compile(r"(?P<at>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z)_(?P<entry>0|[1-9][0-9]{0,17})", re.ASCII)


@dataclass(frozen=True, order=True)
class Edge:
    """The place of an entry in the order of the search: its time, and its number among those of that time."""

    at: datetime
    entry: int

    def __str__(self) -> str:
        return f"{instant(self.at)}_{self.entry}"

    @classmethod
    def read(cls, text: str) -> "Edge":
        """The edge of a text as an earlier page gave it. Raises ValueError."""
        found = _SAID.fullmatch(text)
        if found is None:
            raise ValueError("this is no edge of a page")
        return cls(datetime.fromisoformat(found["at"]), int(found["entry"]))
