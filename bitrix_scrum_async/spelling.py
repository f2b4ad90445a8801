"""How the portal spells the fields of records. Pure."""

from collections.abc import Mapping
from typing import Any, Final

from .records import Group, Member, User


def camel(name: str) -> str:
    """``group_id`` -> ``groupId``."""
    head, *tail = name.split("_")
    return head + "".join(part.capitalize() for part in tail)


# The methods of these records answer in capitals only.
_IN_CAPITALS: Final = frozenset({Member, User})

# sonet_group.get and workgroup.get answer in capitals, workgroup.list in camel case.
IN_BOTH: Final = frozenset({Group})

_ODD_SPELLINGS: Final[Mapping[tuple[type[Any], str], str]] = {
    (User, "departments"): "UF_DEPARTMENT",
}


def spelling(cls: type[Any], name: str, *, capitals: bool = False) -> str:
    """A record's field in the portal's spelling.

    Args:
        cls: The record's class.
        name: The field.
        capitals: Whether an answer in capitals is meant, for records that come in both.
    """
    odd = _ODD_SPELLINGS.get((cls, name))
    if odd is not None:
        return odd
    return name.upper() if capitals or cls in _IN_CAPITALS else camel(name)
