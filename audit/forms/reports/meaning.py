"""What a figure of a report means, and of how many it is, in a sentence that stands beside it."""

from django.utils.translation import gettext as _


def share(part: int, whole: int, of: str) -> str:
    """What a rate was reckoned from; `of`: what there are so many of."""
    return _("%(part)s of %(whole)s %(of)s.") % {"part": f"{part:,}", "whole": f"{whole:,}", "of": of}


def scans() -> str:
    """Of all scans."""
    return _("Every scan at a station of these sites, whatever came of it.")


def refused() -> str:
    """Of refusals."""
    return _("Of these scans: answered with a hint or a STOP, or not readable.")


def stops() -> str:
    """Of STOPs."""
    return _("Of these scans: the work went on only after a second person cleared it.")


def near_misses() -> str:
    """Of near misses."""
    return _("Of these scans: stopped, and would have been a mix-up of patients or containers.")


def late() -> str:
    """Of late entries."""
    return _("Steps recorded late, and weights entered more than an hour after they were taken.")


def interval() -> str:
    """Of the ends of an interval."""
    return _("Exact (Clopper and Pearson). From few scans it is wide.")
