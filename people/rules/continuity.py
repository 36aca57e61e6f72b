"""One continuous series of signings at a desk: when the password alone signs, and when the username is asked for again.

21 CFR 11.200(a)(1)(i): the first signing of a continuous period of controlled access takes every component, those
after it take at least one that only the person can use. (ii): a signing outside such a period takes them all. The
first signing is a signature, as the clause says. A site that takes a log-on with all components for it may set that
(`SIGN_IN_BEGINS_SERIES`, decision 37). A pause, another person and the end of the session break the series.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

CONTINUOUS_FOR = timedelta(minutes=15)


@dataclass(frozen=True)
class Continuity:
    """When both components were shown, or the series of signings last went on, in a session, and whose it is."""

    user_id: int | None = None
    signed_at: datetime | None = None

    def goes_on(self, user_id: int, now: datetime) -> bool:
        """Whether this person's series of signings goes on, so that one component is enough.

        One that lies in the future of `now` (a clock was set back) is not gone on with.
        """
        if self.signed_at is None or self.user_id != user_id:
            return False
        return timedelta() <= now - self.signed_at <= CONTINUOUS_FOR
