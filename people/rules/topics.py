"""Topics of training: which one was meant, where one was typed that nothing asks for."""

from collections.abc import Collection
from difflib import get_close_matches


def nearest(topic: str, known: Collection[str]) -> str:
    """The known topic that is written most alike, whatever the capitals; empty where none is near."""
    plain = {one.casefold(): one for one in known}
    found = get_close_matches(topic.casefold(), plain, n=1)
    return plain[found[0]] if found else ""
