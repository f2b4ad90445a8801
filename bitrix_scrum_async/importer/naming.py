"""Keys for what has none: made from names, readable, unique, the same for the same portal."""

import re
from collections.abc import Container

_LONGEST_OF_A_NAME = 40


def slug(name: str) -> str:
    """Return a name as a key: its words in lower case, with hyphens between; may be empty."""
    words = "-".join(re.findall(r"[^\W_]+", name.lower()))
    return words[:_LONGEST_OF_A_NAME].strip("-")


def new_key(wanted: str, otherwise: str, taken: Container[str], longest: int = 90) -> str:
    """Return a key that is not taken yet: the one that is wanted, or with a number behind it.

    Args:
        wanted: The key.
        otherwise: What to call it where that is blank or too long.
        taken: The keys that there are.
        longest: How many characters it may have.
    """
    first = wanted if wanted.strip() and len(wanted) <= longest else otherwise
    key, n = first, 1
    while key in taken:
        n += 1
        number = f"-{n}"
        key = first[: longest - len(number)] + number
    return key


def natural(text: str) -> tuple[tuple[int, str], ...]:
    """Return what text is ordered by so that ``T-10`` comes after ``T-9``."""
    parts = re.split(r"(\d+)", text)
    return tuple((int(part), "") if part.isdecimal() else (-1, part.casefold()) for part in parts)
