"""The course of a protocol: at its own step, later, at the bedside or too late, that is where a failure was caught."""

from collections.abc import Mapping
from dataclasses import dataclass

from coi.rules.protocol import Does, Item, Party, Protocol
from fmea.rules.detection import Caught


@dataclass(frozen=True)
class Course:
    """The steps of a protocol as a failure passes them.

    `bedside`: done at the treating site with the patient's wristband. `late`: they record what happened already, or
    come after an infusion. Steps of no protocol are later than all others.
    """

    place: Mapping[str, int]
    bedside: frozenset[str] = frozenset()
    past: frozenset[str] = frozenset()
    late: frozenset[str] = frozenset()

    @classmethod
    def of(cls, protocol: Protocol | None) -> "Course":
        """Of a protocol; without one, steps have no order."""
        steps = protocol.steps if protocol is not None else ()
        given = {it.code for it in steps if it.does is Does.INFUSE}
        late: set[str] = set()
        for it in steps:  # a step names only what comes before it
            if not (given | late).isdisjoint(it.after):
                late.add(it.code)
        return cls(
            place={it.code: n for n, it in enumerate(steps)},
            bedside=frozenset(
                it.code for it in steps if it.party is Party.TREATING and Item.WRISTBAND in it.items
            ),
            past=frozenset(it.code for it in steps if it.is_past),
            late=frozenset(late),
        )

    def caught(self, step: str, own: frozenset[str]) -> Caught:
        """Where a failure of these steps was noticed, if it was at this one.

        What a step before its own noticed counts as caught by its own. A row of no protocol step has its own wherever
        something is noticed before the bedside.
        """
        if step in own:
            return Caught.SAME_STEP
        if step in self.late:
            return Caught.ESCAPED
        if step in self.bedside:
            return Caught.BEDSIDE
        last = len(self.place)
        begin = min((self.place.get(it, last) for it in own), default=last)
        return Caught.LATER_STEP if self.place.get(step, last) > begin else Caught.SAME_STEP
