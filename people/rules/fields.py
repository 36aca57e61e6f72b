"""What codes, names and usernames may look like; each answers with the code of what is wrong, or None."""

import re

_CODE = re.compile(r"[A-Z0-9][A-Z0-9._-]{0,31}", re.ASCII)
_USERNAME = re.compile(r"[a-z0-9][a-z0-9._@+-]{1,63}", re.ASCII)
_WORD = re.compile(r"[a-z][a-z0-9_]{0,31}", re.ASCII)


def code_problem(text: str) -> str | None:
    """A code that people read and type: capitals, digits, `.`, `_`, `-`, 32 at most."""
    return None if _CODE.fullmatch(text) else "code_shape"


def word_problem(text: str) -> str | None:
    """A word of a closed or registered list, such as the kind of a place."""
    return None if _WORD.fullmatch(text) else "word_shape"


def username_problem(text: str) -> str | None:
    """A username: lower case, no spaces, 2 to 64."""
    return None if _USERNAME.fullmatch(text) else "username_shape"


def text_problem(text: str, most: int = 200) -> str | None:
    """A name or title: not blank, not too long, printable."""
    if not text.strip():
        return "blank"
    if len(text) > most:
        return "too_long"
    return None if text.isprintable() else "not_printable"
