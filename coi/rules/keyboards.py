"""Keyboard layouts: what a computer types when a scanner presses the keys of an American keyboard.

A keyboard-wedge scanner sends keys, not characters. It presses the key that bears the character on an American
keyboard; a computer set to another layout types what that key bears there. These are the keys whose characters are on
the card of test symbols; `=`, `&` and `<`, which begin every ISBT 128 code, are among the first to move.
"""

from collections.abc import Mapping

# The keys of an American keyboard row by row, without and then with Shift.
_US = "`1234567890-=qwertyuiop[]\\asdfghjkl;'zxcvbnm,./" + '~!@#$%^&*()_+QWERTYUIOP{}|ASDFGHJKL:"ZXCVBNM<>?'

# The characters on the same keys elsewhere.
_KEYS: Mapping[str, str] = {
    "azerty_fr": "²&é\"'(-è_çà)=azertyuiop^$*qsdfghjklmùwxcvbn,;:!"
    + "~1234567890°+AZERTYUIOP¨£µQSDFGHJKLM%WXCVBN?./§",
    "azerty_be": "²&é\"'(§è!çà)-azertyuiop^$µqsdfghjklmùwxcvbn,;:="
    + "³1234567890°_AZERTYUIOP¨*£QSDFGHJKLM%WXCVBN?./+",
    "qwertz_de": "^1234567890ß´qwertzuiopü+#asdfghjklöäyxcvbnm,.-"  # noqa: RUF001  (what the keys type)
    + "°!\"§$%&/()=?`QWERTZUIOPÜ*'ASDFGHJKLÖÄYXCVBNM;:_",
    "qwertz_ch": "§1234567890'^qwertzuiopü¨$asdfghjklöäyxcvbnm,.-"
    + '°+"*ç%&/()=?`QWERTZUIOPè!£ASDFGHJKLéàYXCVBNM;:_',
    "qwerty_uk": "`1234567890-=qwertyuiop[]#asdfghjkl;'zxcvbnm,./"
    + '¬!"£$%^&*()_+QWERTYUIOP{}~ASDFGHJKL:@ZXCVBNM<>?',
    "qwerty_es": "º1234567890'¡qwertyuiop`+çasdfghjklñ´zxcvbnm,.-"  # noqa: RUF001  (what the keys type)
    + 'ª!"·$%&/()=?¿QWERTYUIOP^*ÇASDFGHJKLÑ¨ZXCVBNM;:_',
}

LAYOUTS: Mapping[str, Mapping[str, str]] = {
    name: {us: there for us, there in zip(_US, keys, strict=True) if us != there}
    for name, keys in _KEYS.items()
}

# Keys that wait for the next one and then type an accent over it, or nothing: what comes of them is not certain.
DEAD = frozenset("^¨´`")  # noqa: RUF001  (what the keys type)


def typed(text: str, layout: str) -> str:
    """What a computer of this layout types for the text; KeyError for a layout that is not listed."""
    keys = LAYOUTS[layout]
    return "".join(keys.get(character, character) for character in text)


def layouts_for(changed: Mapping[str, str]) -> tuple[str, ...]:
    """The layouts that account for every one of the changed characters, and for three of them at least.

    What a dead key makes of the next character is left out of account. More than one may fit: none is certain.
    """
    return tuple(name for name, keys in LAYOUTS.items() if _accounts_for(keys, changed))


def _accounts_for(keys: Mapping[str, str], changed: Mapping[str, str]) -> bool:
    certain = {was: came for was, came in changed.items() if keys.get(was) not in DEAD}
    return len(certain) >= 3 and all(keys.get(was, was) == came for was, came in certain.items())


_NAMES = {
    "\x1d": "<GS>",
    "\x1e": "<RS>",
    "\x04": "<EOT>",
    "\t": "<TAB>",
    "\n": "<LF>",
    "\r": "<CR>",
    " ": "<space>",
}


def visible(text: str) -> str:
    """The text with every character that shows nothing written by its name or number."""
    return "".join(_NAMES.get(c) or (c if c.isprintable() else f"<{ord(c):02X}>") for c in text)
