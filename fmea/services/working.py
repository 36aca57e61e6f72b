"""Work that this room gives to somebody, and ends when what it asks for is done."""

from datetime import datetime

from ledger.rules import Actor, Subject, derive
from people import selectors as people
from people.rules.authority import Person
from people.rules.rights import Right
from people.services import close_work_item, open_work_item
from qc.services.recording import Doing


def give_work(
    who: Person,
    subject: Subject,
    cause: str,
    *,
    site: str,
    doing: Doing,
    due_at: datetime | None = None,
) -> None:
    """Give one person work, in a role of theirs at the site. ValueError: in none of theirs are they given any."""
    role = next((it for it in sorted(Right.BE_GIVEN_WORK.roles) if who.has_role({it}, site, doing.now)), None)
    if role is None:
        raise ValueError("work is given to people of this site")
    open_work_item(
        site=site,
        role=role,
        subject=subject,
        cause=cause,
        due_at=due_at,
        user_id=who.user_id,
        **doing.as_keywords(derive(doing.request_id, f"work of {who.user_id}")),
    )


def end_work(subject: Subject, doing: Doing, *, of: int | None = None) -> None:
    """End what waits about this, for one person or for all."""
    for item in people.open_work_about(subject.kind, subject.key):
        if of in (None, item.user_id):
            own = derive(doing.request_id, f"done {item.id}")
            closing = Doing(Actor.service("fmea"), doing.where, doing.now, own)
            close_work_item(id=item.id, **closing.as_keywords())
