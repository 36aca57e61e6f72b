"""Units as people read them: a record holds their UCUM codes, and nobody at a bench reads `Cel`."""

import re
from collections.abc import Mapping

Words = Mapping[str, object]  # by code: a text, or what becomes one by `str`

ENGLISH: Words = {"{copies}/{cell}": "copies/cell", "d": "days", "Cel": "°C"}

_POWER = re.compile(r"10\*([0-9]+)")
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def unit(code: str, words: Words = ENGLISH) -> str:
    """A unit (UCUM) as people read it; of a plain number nothing."""
    if code == "1":
        return ""
    if code in words:
        return str(words[code])
    powers = _POWER.sub(lambda match: f"\u00d710{match[1].translate(_RAISED)}", code)
    return powers.replace("[EU]", "EU").replace("{", "").replace("}", "")


def with_unit(text: str, code: str, words: Words = ENGLISH) -> str:
    """A number or limits with the unit behind."""
    return f"{text} {unit(code, words)}".strip()
