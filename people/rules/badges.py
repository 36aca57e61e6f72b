"""What a badge may be: a code of ours, or a staff identifier that a hospital's badges carry already.

* our own short code of type B;
* ISBT 128 data structure 020: `='`, a facility number of 5 characters and 6 characters for the person;
* GS1 application identifier 8017: `8017` and 18 digits, the last of them the check digit of the 17 before it.

What is kept and compared is the exact text, without the symbology identifier that a scanner may send before it.
"""

import re

from people.rules import codes

_SYMBOLOGY = re.compile(r"\][A-Za-z][0-9A-Za-z]", re.ASCII)
_ISBT_STAFF = re.compile(r"='[A-NP-Z1-9][A-NP-Z0-9]{2}[0-9]{2}[0-9A-Z]{6}", re.ASCII)
_GS1_STAFF = re.compile(r"8017([0-9]{17})([0-9])", re.ASCII)


def bare(text: str) -> str:
    """The text without the three characters by which a scanner says which symbology it read (`]C1`, `]d2`)."""
    return text[3:] if _SYMBOLOGY.match(text) else text


def is_ours(code: str) -> bool:
    """Whether the house gave this code. A staff identifier on a hospital's badge is that hospital's to print."""
    return codes.is_code(code, codes.CodeType.BADGE)


def is_badge(text: str) -> bool:
    """Whether the text can be the code of a badge."""
    if is_ours(text) or _ISBT_STAFF.fullmatch(text):
        return True
    found = _GS1_STAFF.fullmatch(text)
    return found is not None and gs1_check_digit(found[1]) == found[2]


def gs1_check_digit(digits: str) -> str:
    """The GS1 check digit: weights 3 and 1 in turn from the right, the rest to the next ten."""
    total = sum(int(digit) * (3 if n % 2 == 0 else 1) for n, digit in enumerate(reversed(digits)))
    return str(-total % 10)
