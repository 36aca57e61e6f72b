"""The house of the permission tests: what stands in the addresses, and people who each hold one role, asking.

`tests/permissions/furnishing.py` makes it, so that every address leads to something: once for one test.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from config.demonstration.site import HOSPITAL, PLANT
from people.rules.roles import Role

# Roles that one person may hold together; of the others each needs a person.
TOGETHER = set(Role) - {Role.ADMINISTRATOR, Role.AUDITOR}
PLACES = {PLANT: "plant", HOSPITAL: "hospital"}


@dataclass
class House:
    """What stands in the addresses, by how they begin and the name of the place in them; and who asks."""

    things: dict[tuple[str, str], str] = field(default_factory=dict)
    queries: dict[str, str] = field(default_factory=dict)  # what an address is asked with, where it has to be
    run: str = ""  # the id of a run
    validation: str = ""  # the code of a validation study
    known: dict[str, Any] = field(default_factory=dict)  # what a body may name
    clients: dict[tuple[str, str], Client] = field(default_factory=dict)
    outsiders: dict[str, Client] = field(default_factory=dict)
    names: dict[Client, str] = field(default_factory=dict)  # by which each of them signs in
    newcomer: Callable[[str, str, Iterable[Role]], Client] = field(init=False)
    groups: dict[tuple[frozenset[Role], str], Client] = field(default_factory=dict)

    def put(self, begins: str, **things: object) -> None:
        """These stand in the places of every address that begins so, where no longer beginning says otherwise."""
        self.things |= {(begins, name): str(value) for name, value in things.items()}

    def address(self, route: str, named: Mapping[str, str] = MappingProxyType({})) -> str:
        """The address with something that exists in every place of it, and what it is asked with.

        `named`: what stands in a place instead.
        """

        def fill(found: re.Match[str]) -> str:
            name = found.group(1)
            known = [begins for begins, of in self.things if of == name and route.startswith(begins)]
            return named.get(name) or self.things[max(known, key=len), name]

        return "/" + re.sub(r"<\w+:(\w+)>", fill, route) + self.queries.get(route, "")

    def holding(self, roles: frozenset[Role], site: str) -> Client:
        """Somebody who holds exactly these roles at a site, which one person may hold together."""
        if len(roles) == 1:
            return self.clients[next(iter(roles)), site]
        if (roles, site) not in self.groups:
            name = f"several-{len(self.groups)}-{PLACES[site]}"
            self.groups[roles, site] = self.newcomer(name, site, sorted(roles))
        return self.groups[roles, site]


def routes(patterns: list[Any] | None = None, begins: str = "") -> Iterator[tuple[str, Callable[..., Any]]]:
    """Every address of the product as its pattern, with its view."""
    for found in patterns if patterns is not None else get_resolver().url_patterns:
        route = begins + str(found.pattern)
        if isinstance(found, URLResolver):
            yield from routes(found.url_patterns, route)
        elif isinstance(found, URLPattern):
            yield route, found.callback
