"""Work that waits for someone, and notices."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from people.rules.roles import Role


class WorkState(StrEnum):
    """Whether it still waits."""

    OPEN = "open"
    DONE = "done"


@dataclass(frozen=True)
class WorkItemView:
    """A piece of work: whose it is, about what, why and until when."""

    id: str
    site: str
    role: Role
    user_id: int | None
    subject_kind: str
    subject_key: str
    cause: str
    opened_at: datetime
    due_at: datetime | None
    state: WorkState
    zone: str = "UTC"

    def is_late(self, at: datetime) -> bool:
        """Whether it is open past its due time."""
        return self.state is WorkState.OPEN and self.due_at is not None and self.due_at < at


@dataclass(frozen=True)
class NoticeView:
    """A notice as sent: to a role at a site, or to one of its people alone."""

    id: str
    site: str
    role: Role
    user_id: int | None
    code: str
    subject_kind: str
    subject_key: str
    sent_at: datetime
    params: Mapping[str, Any] = field(default_factory=dict)
    zone: str = "UTC"
