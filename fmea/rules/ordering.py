"""The order of many items, of which many are put in, taken out and moved at once: each in constant time."""

from collections.abc import Iterable


class Order:
    """Names in order, each once. It is changed in place, and lives no longer than one change of a sheet."""

    def __init__(self, names: Iterable[str]) -> None:
        self._next: dict[str | None, str | None] = {None: None}
        self._previous: dict[str | None, str | None] = {None: None}
        for name in names:
            self.put(name, self._previous[None])

    def put(self, name: str, after: str | None) -> None:
        """Put a new name behind another one, first behind None, and last behind one that is not there."""
        if after not in self._next:
            after = self._previous[None]
        following = self._next[after]
        self._next[after], self._next[name] = name, following
        self._previous[following], self._previous[name] = name, after

    def take(self, name: str) -> None:
        """Take a name out. KeyError: it is not there."""
        before, following = self._previous.pop(name), self._next.pop(name)
        self._next[before], self._previous[following] = following, before

    def before(self, name: str) -> str | None:
        """The name that one stands behind; None where it is the first."""
        return self._previous[name]

    def names(self) -> tuple[str, ...]:
        """All of them, in order."""
        found: list[str] = []
        at = self._next[None]
        while at is not None:
            found.append(at)
            at = self._next[at]
        return tuple(found)
