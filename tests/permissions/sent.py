"""Requests made from the description of the API: some that fit it, some that are bent, the same ones at every run."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any
from urllib.parse import quote, urlencode
from uuid import UUID

from drf_spectacular.generators import SchemaGenerator

METHODS = ("get", "post", "put", "patch", "delete")

# What people and programmes send by mistake or on purpose; each has felled a product before.
STRANGE: tuple[Any, ...] = (
    *(
        "",
        " ",
        "\x00",
        "a\x00b",
        "\ud800",
        "\u202e1",
        "é" * 300,
        "x" * 5000,
        "../../etc/passwd",
        "%s{0}'\"--",
    ),
    *("2026-02-30", "9999-12-31T23:59:59+14:00", "0001-01-01T00:00:00-14:00", "NaN", "1e999", "-0"),
    *(None, True, -1, 0, 2**63, -(2**64), 1.5, 1e308, [], {}, [[]], {"": None}, ["\x00"], {"a": {"b": []}}),
)
WORDS = ("P-1", "x", "bob", "CPV-1", "a b", "ünï", "0", "1", "12.5", "-3", "BATCH-1")


@dataclass(frozen=True)
class Operation:
    """One thing that the API does, as it is described."""

    path: str
    method: str
    described: Mapping[str, Any]
    components: Mapping[str, Any] = field(repr=False)

    @property
    def statuses(self) -> frozenset[int]:
        """The answers that are described."""
        return frozenset(int(code) for code in self.described["responses"])

    def parameters(self, place: str) -> list[Mapping[str, Any]]:
        """Those in the path, or those in the query."""
        return [it for it in self.described.get("parameters", ()) if it["in"] == place]

    @property
    def body(self) -> Mapping[str, Any] | None:
        """The shape of what is sent as JSON, if anything is."""
        content = self.described.get("requestBody", {}).get("content", {})
        found: Mapping[str, Any] | None = content.get("application/json", {}).get("schema")
        return found


def operations() -> list[Operation]:
    """Everything that the description names."""
    schema = SchemaGenerator().get_schema(request=None, public=True)
    components = schema["components"]["schemas"]
    return [
        Operation(path, method, described[method], components)
        for path, described in schema["paths"].items()
        for method in METHODS
        if method in described
    ]


class Sender:
    """Makes values that fit a shape, and bends them."""

    def __init__(self, seed: str) -> None:
        self.random = Random(seed)

    def address(self, operation: Operation, real: str, *, is_bent: bool) -> str:
        """An address of the operation: `real`, or one with something strange in a place of it."""

        def fill(found: re.Match[str]) -> str:
            value = self.random.choice([it for it in STRANGE if isinstance(it, str) and it])
            return quote(value.encode("utf-8", "surrogatepass"), safe="")

        place = self.random.random() < 0.5 and bool(operation.parameters("path"))
        path = re.sub(r"\{\w+\}", fill, operation.path) if is_bent and place else real
        asked = {it["name"]: self._asked(it, is_bent) for it in operation.parameters("query")}
        shown = {name: value for name, value in asked.items() if self.random.random() < 0.7}
        return f"{path}?{urlencode(shown, errors='surrogatepass')}" if shown else path

    def _asked(self, parameter: Mapping[str, Any], is_bent: bool) -> str:
        strange = is_bent and self.random.random() < 0.5
        return str(self.random.choice(STRANGE) if strange else self.fitting(parameter["schema"], {}))

    def body(self, operation: Operation, *, is_bent: bool) -> Any:
        """What to send: fitting, or with one value in it replaced or gone."""
        if operation.body is None:
            return None
        made = self.fitting(operation.body, operation.components)
        return self._bent(made) if is_bent else made

    def _bent(self, value: Any) -> Any:
        if isinstance(value, dict) and value and self.random.random() < 0.9:
            name = self.random.choice(list(value))
            rest = {key: it for key, it in value.items() if key != name}
            return rest if self.random.random() < 0.1 else rest | {name: self._bent(value[name])}
        if isinstance(value, list) and value and self.random.random() < 0.7:
            return [self._bent(value[0]), *value[1:]]
        return self.random.choice(STRANGE)

    def fitting(self, shape: Mapping[str, Any], components: Mapping[str, Any]) -> Any:
        """A value of this shape."""
        if "$ref" in shape:
            return self.fitting(components[shape["$ref"].rpartition("/")[2]], components)
        for several in ("allOf", "oneOf", "anyOf"):
            if several in shape:
                return self.fitting(self.random.choice(shape[several]), components)
        if shape.get("nullable") and self.random.random() < 0.2:
            return None
        if "enum" in shape:
            return self.random.choice(shape["enum"])
        return self._of_type(shape, components)

    def _of_type(self, shape: Mapping[str, Any], components: Mapping[str, Any]) -> Any:
        match shape.get("type"):
            case "object":
                return self._object(shape, components)
            case "array":
                count = self.random.randint(0, 3)
                return [self.fitting(shape["items"], components) for _ in range(count)]
            case "integer":
                return self.random.randint(shape.get("minimum", 0), shape.get("maximum", 10))
            case "number":
                return self.random.choice([0, 1, 0.5, 12.25, -4])
            case "boolean":
                return self.random.random() < 0.5
            case _:
                return self._text(shape.get("format", ""))

    def _object(self, shape: Mapping[str, Any], components: Mapping[str, Any]) -> dict[str, Any]:
        needed = shape.get("required", ())
        made = {
            name: self.fitting(of, components)
            for name, of in shape.get("properties", {}).items()
            if name in needed or self.random.random() < 0.7
        }
        more = shape.get("additionalProperties")
        if isinstance(more, Mapping) and more:
            made |= {word: self.fitting(more, components) for word in WORDS[:2]}
        return made

    def _text(self, kind: str) -> str:
        match kind:
            case "uuid":
                return str(UUID(int=self.random.getrandbits(128), version=4))
            case "date":
                return f"20{self.random.randint(10, 30)}-0{self.random.randint(1, 9)}-15"
            case "date-time":
                return f"20{self.random.randint(10, 30)}-06-15T10:00:00Z"
            case _:
                return self.random.choice(WORDS)


def requests(operation: Operation, real: str, *, seed: str, count: int) -> Iterator[tuple[str, Any]]:
    """So many requests of an operation as address and body: the first fits and exists, every second one is bent."""
    sender = Sender(f"{seed} {operation.method} {operation.path}")
    for number in range(count):
        is_bent = bool(number % 2)
        yield (
            sender.address(operation, real, is_bent=is_bent),
            sender.body(operation, is_bent=is_bent),
        )
