"""Lawful barcodes of every kind by chance, and what scanners and people make of them."""

import calendar
from collections.abc import Callable, Mapping
from random import Random

from biip.checksums import gs1_standard_check_digit
from stdnum.iso7064 import mod_37_2

from people.rules import codes

GS = "\x1d"
DIGITS, CAPITALS = "0123456789", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ALNUM = DIGITS + CAPITALS
SMALL = CAPITALS.lower()
NO_O = ALNUM.replace("O", "")
FIELD = "".join(chr(code) for code in range(33, 127) if chr(code) not in "#$@[\\]^`{|}~")
VALUES = DIGITS + CAPITALS + "*"


def some(rng: Random, characters: str, length: int) -> str:
    """So many of these characters."""
    return "".join(rng.choices(characters, k=length))


def facility(rng: Random) -> str:
    """A facility identification number."""
    return rng.choice(NO_O.replace("0", "")) + some(rng, NO_O, 2) + some(rng, DIGITS, 2)


def din(rng: Random) -> str:
    """The 13 characters of a donation number."""
    return facility(rng) + some(rng, DIGITS, 8)


def _with_flags(rng: Random) -> str:
    number = din(rng)
    checksum = str(60 + VALUES.index(mod_37_2.calc_check_digit(number)))
    return number + rng.choice(("00", "05", "07", "33", "A1", f"{rng.randrange(60):02d}", checksum))


def _day(rng: Random) -> str:
    digit, year = rng.choice("0189"), rng.randrange(100)
    full = {"9": 1900, "0": 2000, "1": 2100, "8": 2800}[digit] + year
    return f"{digit}{year:02d}{rng.randint(1, 366 if calendar.isleap(full) else 365):03d}"


def _minute(rng: Random) -> str:
    return f"{rng.randrange(24):02d}{rng.randrange(60):02d}"


def _calendar_day(rng: Random, first: int = 1, last: int = 9999) -> str:
    year, month = rng.randint(first, last), rng.randint(1, 12)
    return f"{year:04d}{month:02d}{rng.randint(1, calendar.monthrange(year, month)[1]):02d}"


def _consignment(rng: Random) -> str:
    total = rng.randint(1, 99)
    return f"{facility(rng)}{some(rng, DIGITS, 7)}{rng.randint(0, total):02d}{total:02d}"


def _donor(rng: Random) -> str:
    stem = some(rng, DIGITS, 4) + some(rng, ALNUM, 13)
    return f"{stem}{VALUES.index(mod_37_2.calc_check_digit(stem)):02d}"


def _patient(rng: Random) -> str:
    length = rng.choice((1, 5, 8, 10, 99))
    return f"{some(rng, ALNUM, 2)}{length:02d}{some(rng, ALNUM + SMALL + '-/.=&', length)}"


def _european(rng: Random) -> str:
    end = rng.choice(("00000000", _calendar_day(rng)))
    return (
        some(rng, CAPITALS, 2)
        + some(rng, ALNUM, 19)
        + rng.choice("ABE")
        + some(rng, ALNUM, 7)
        + some(rng, ALNUM + SMALL, 3)
        + end
    )


def _product(rng: Random) -> str:
    stem = rng.choice(CAPITALS) + some(rng, ALNUM, 4) + rng.choice(ALNUM + SMALL)
    return stem + rng.choice(("99", "00", rng.choice(ALNUM) + rng.choice(DIGITS + SMALL)))


# number: (data identifier, content)
STRUCTURES: Mapping[str, tuple[str, Callable[[Random], str]]] = {
    "001": ("=", _with_flags),
    "002": ("=%", lambda rng: some(rng, ALNUM + SMALL, 2) + some(rng, ALNUM, 2)),
    "003": ("=<", _product),
    "004": ("=>", _day),
    "005": ("&>", lambda rng: _day(rng) + _minute(rng)),
    "006": ("=*", _day),
    "007": ("&*", lambda rng: _day(rng) + _minute(rng)),
    "008": ("=}", _day),
    "009": ("&}", lambda rng: _day(rng) + _minute(rng)),
    "010": ("&(", lambda rng: some(rng, ALNUM, 5)),
    "017": ("=)", lambda rng: some(rng, ALNUM, 10)),
    "018": ("&)", lambda rng: some(rng, ALNUM, 10)),
    "019": ("=;", lambda rng: facility(rng) + some(rng, ALNUM, 16)),
    "020": ("='", lambda rng: facility(rng) + some(rng, ALNUM, 6)),
    "021": ("=-", lambda rng: some(rng, ALNUM, 10)),
    "022": ("&-", lambda rng: some(rng, ALNUM, 10)),
    "024": ("=#", lambda rng: some(rng, ALNUM, 2) + _calendar_day(rng)),
    "025": ("&#", _patient),
    "026": ("=]", lambda rng: _calendar_day(rng)[:6]),
    "028": ("=$", _consignment),
    "031": (
        "=(",
        lambda rng: rng.choice("12") + "0" + some(rng, DIGITS, 2) + _calendar_day(rng) + _minute(rng),
    ),
    "032": ("=,", lambda rng: some(rng, ALNUM, 6)),
    "033": ("&+", lambda rng: facility(rng) + some(rng, ALNUM, 6)),
    "034": (
        "=/",
        lambda rng: facility(rng) + some(rng, ALNUM, 6) + rng.choice(CAPITALS) + some(rng, ALNUM, 4),
    ),
    "035": ("&,1", lambda rng: some(rng, ALNUM, 18)),
    "036": ("&,2", lambda rng: some(rng, ALNUM, 18)),
    "038": ("&,4", _european),
    "039": ("&:", _donor),
    "040": ("&/", lambda rng: f"CH{facility(rng)}{some(rng, DIGITS, 2)}{some(rng, ALNUM, 6)}"),
}


def structure(rng: Random, code: str = "") -> str:
    """One structure, of this number or of any."""
    lead, content = STRUCTURES[code or rng.choice(list(STRUCTURES))]
    return lead + content(rng)


def _set(rng: Random, codes_: list[str]) -> str:
    """These structures, so that they agree: a product code ends in 99 exactly if its division is there."""
    texts = [structure(rng, code) for code in codes_]
    if "003" in codes_:
        place = codes_.index("003")
        texts[place] = texts[place][:-2] + ("99" if "032" in codes_ else "A0")
    return "".join(texts)


def message(rng: Random) -> str:
    """A compound message."""
    count = rng.randint(1, 9)
    return f"=+{count:02d}000" + _set(rng, rng.sample(list(STRUCTURES), count))


def pair(rng: Random) -> str:
    """Two structures that a scanner joined."""
    return _set(rng, rng.sample(list(STRUCTURES), 2))


def national(rng: Random) -> str:
    """A structure that a nation defines."""
    return f"&{rng.choice(SMALL + ';!')}{some(rng, ALNUM + SMALL + '-./,', rng.randint(1, 20))}"


def checked(rng: Random, length: int) -> str:
    """Digits that end in GS1's check digit."""
    stem = some(rng, DIGITS, length - 1)
    return f"{stem}{gs1_standard_check_digit(stem)}"


def _date(rng: Random) -> str:
    return rng.choice((_calendar_day(rng, 2000, 2099)[2:], _calendar_day(rng, 2000, 2099)[2:6] + "00"))


def element_string(rng: Random) -> str:
    """An element string for goods, staff or patients, with separators where they are needed."""
    head = rng.choice(("goods", "goods", "8017", "8018"))
    if head == "goods":
        fields = [("01", checked(rng, 14), False)]
        fields += rng.sample(
            [
                ("17", _date(rng), False),
                ("11", _date(rng), False),
                ("10", some(rng, FIELD, rng.randint(1, 20)), True),
                ("21", some(rng, FIELD, rng.randint(1, 20)), True),
                ("7003", _calendar_day(rng, 2000, 2099)[2:] + _minute(rng), True),
                ("240", some(rng, FIELD, rng.randint(1, 30)), True),
            ],
            rng.randint(0, 4),
        )
    else:
        fields = [(head, checked(rng, 18), True), ("8019", some(rng, DIGITS, rng.randint(1, 10)), True)]
        fields += [("7241", some(rng, DIGITS, 2), True)] * rng.randint(0, 1)
        fields = fields[: rng.randint(1, 3)]
    rng.shuffle(fields)
    last = len(fields) - 1
    return "".join(
        ai + value + (GS if is_open and place < last else "")
        for place, (ai, value, is_open) in enumerate(fields)
    )


def short(rng: Random) -> str:
    """One of our own codes."""
    return codes.make(rng.choice(list(codes.CodeType)), some(rng, ALNUM, rng.randint(1, codes.MAX_BODY)))


# (maker, symbology identifiers that its symbols may have)
_PLAIN = ("", "", "]C0", "]d1")
MAKERS: tuple[tuple[Callable[[Random], str], tuple[str, ...]], ...] = (
    (structure, _PLAIN),
    (message, _PLAIN),
    (pair, ("", "]C4")),
    (national, _PLAIN),
    (element_string, ("]d2", "]C1", "]Q3")),
    (short, _PLAIN),
)


def lawful(rng: Random) -> bytes:
    """A barcode that has to be read."""
    make, prefixes = rng.choice(MAKERS)
    return (rng.choice(prefixes) + make(rng)).encode("ascii")


def mutated(rng: Random, raw: bytes) -> bytes:
    """With one to three bytes changed, added, dropped, doubled or swapped; or cut; or joined to another."""
    found = bytearray(raw)
    for _ in range(rng.randint(1, 3)):
        at = rng.randrange(len(found)) if found else 0
        match rng.randrange(8):
            case 0 if found:
                found[at] = rng.randrange(256)
            case 1 if found:
                found[at] = rng.choice(b"=&+,<>0159AOZaz\x1d]*()")
            case 2:
                found.insert(at, rng.choice(b"=&+,<>0159AOZaz\x1d]*() \n\x00\xff"))
            case 3 if found:
                del found[at]
            case 4 if found:
                found[at - 1], found[at] = found[at], found[at - 1]
            case 5 if found:
                found = found[:at]
            case 6:
                found += lawful(rng)
            case _:
                found = found.swapcase() if rng.random() < 0.3 else found + found[-1:]
    return bytes(found)
