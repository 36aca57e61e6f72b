"""Word of stops that come again and again: a wrong bag five times in an hour is a station to look at."""

from datetime import datetime, timedelta

from django.conf import settings

from coi.selectors.refused import stops_between
from people.rules.refusals import Watch
from people.services import alert_on_bursts

STOPPED_OFTEN = "stopped_often"


def alert_on_stops(*, now: datetime) -> int:
    """Tell administrators and quality of stops for one reason at one station, or of one person; how many were told of.

    Too often: `STOPS_BEFORE_ALERT` times within `STOPS_WITHIN_MINUTES`, and once a burst.
    """
    watch = Watch(STOPPED_OFTEN, settings.STOPS_BEFORE_ALERT, settings.STOPS_WITHIN_MINUTES)
    stops = stops_between(now - timedelta(minutes=watch.minutes), now)
    return alert_on_bursts(watch=watch, refusals=stops, now=now)
